"""Every notebook with several parameter sets, run by papermill as a schedule would run it."""

import shutil
from html import unescape
from pathlib import Path

import nbformat
import pandas as pd
import papermill
import pytest
from papermill.exceptions import PapermillExecutionError

import effeval as ee
from effeval import kernels
from effeval.labels import parts, phrase

FOLDER = Path(__file__).parent.parent / "notebooks"
ALL = sorted(path.stem for path in FOLDER.glob("*.ipynb"))
NAMES = [name for name in ALL if name != "what_if"]  # it shows a panel instead of text


@pytest.fixture(scope="module")
def without_33(sample_dir, tmp_path_factory) -> Path:
    """The sample without the projects of Jetisu Region."""
    folder = tmp_path_factory.mktemp("without_33")
    shutil.copy(sample_dir / "reference.csv", folder)
    for name in ("projects", "observations"):
        pd.read_csv(sample_dir / f"{name}.csv", dtype="str").to_csv(folder / f"{name}.csv", index=False)
    projects = pd.read_csv(folder / "projects.csv", dtype="str")
    projects = projects[projects["kato"].str[:2] != "33"]
    observed = pd.read_csv(folder / "observations.csv", dtype="str")
    projects.to_csv(folder / "projects.csv", index=False)
    observed[observed["project_id"].isin(projects["project_id"])].to_csv(
        folder / "observations.csv", index=False
    )
    return folder


@pytest.fixture(scope="module")
def options() -> dict:
    """Kernels forked from one process with the imports done, where the system can: a fresh one each time."""
    if not kernels.available():
        yield {"shutdown_kernel": "immediate"}
        return
    with kernels.forking(
        ["pyarrow.parquet", "seaborn", "effeval.charts", "effeval.display", "effeval.scope"]
    ) as found:
        yield found


@pytest.fixture
def run(tmp_path, options):
    def one(name: str, **parameters: object) -> nbformat.NotebookNode:
        return papermill.execute_notebook(
            str(FOLDER / f"{name}.ipynb"), str(tmp_path / f"{name}.ipynb"),
            parameters={key: str(value) if isinstance(value, Path) else value for key, value in parameters.items()},
            progress_bar=False, extra_arguments=["--log-level=ERROR"], **options,
        )  # fmt: skip

    return one


def shown(notebook: nbformat.NotebookNode) -> str:
    """All that the cells show as Markdown, HTML or text; pictures apart."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    texts = [
        text
        for output in outputs
        for kind, text in output.get("data", {}).items()
        if kind.startswith("text/")
    ]
    return unescape(" ".join(texts)).replace("\xa0", " ")


def unwanted(notebook: nbformat.NotebookNode) -> list:
    """Warnings and errors among the outputs."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return [output for output in outputs if output.output_type in ("stream", "error")]


@pytest.mark.parametrize("name", NAMES)
def test_all_of_kazakhstan_in_kazakh(run, sample_dir, name) -> None:
    done = run(name, data_dir=sample_dir, year=2024, lang="kk")
    words = shown(done)
    assert unwanted(done) == []
    assert (
        phrase("synthetic", lang="kk") in words
        and phrase("report.year", lang="kk", values={"year": 2024}) in words
    )
    by = "criterion" if name in ("methodology", "fulfilment") else "measure"
    total = ee.fulfilment(ee.scope.choose(sample_dir, year=2024).this_year, by)
    expected = [
        parts(row.fulfilled, row.assessed, lang="kk").replace("\xa0", " ") for row in total.itertuples()
    ]
    assert [text for text in expected if text not in words] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_region_without_projects(run, without_33, name) -> None:
    done = run(name, data_dir=without_33, region="33", lang="en")
    words = shown(done)
    assert unwanted(done) == []
    assert "33 Jetisu Region, all sectors, all measures, 2025" in words
    assert "SYN-" not in words or name == "start_here"  # which shows the first rows of all regions
    if name != "methodology":
        assert "There are no projects in this selection: 33 Jetisu Region" in words


@pytest.mark.parametrize(
    ("chosen", "rows"),
    [
        ({"lang": "kk"}, "measure > 0"),
        ({"region": "63", "measure": 13, "lang": "ru"}, "region == '63' and measure == 13"),
        ({"region": "33", "lang": "en"}, "region == '33'"),
    ],
)
def test_the_panel_starts_with_what_is_chosen(run, without_33, chosen, rows) -> None:
    done = run("what_if", data_dir=without_33, **chosen)
    assert unwanted(done) == []
    models = done.metadata["widgets"]["application/vnd.jupyter.widget-state+json"]["state"].values()
    shown_by_widgets = " ".join(str(model["state"].get("value", "")) for model in models)
    judged = ee.scope.choose(without_33).assessed.query(rows)
    count = ee.labels.number(int((judged["state"] == "fulfilled").sum()), lang=chosen["lang"])
    assert f'<b class="effval">{count} → {count}</b>' in shown_by_widgets
    assert phrase("synthetic", lang=chosen["lang"]) in shown_by_widgets


@pytest.mark.parametrize("name", ALL)
def test_an_unknown_region_stops_in_the_first_cell(run, sample_dir, tmp_path, name) -> None:
    with pytest.raises(PapermillExecutionError) as caught:
        run(name, data_dir=sample_dir, region="99")
    assert caught.value.ename == "ParameterError"
    assert (
        "region = '99' is not allowed.\nTo fix: region is empty for all, or one of 10 (Abay Region)"
        in caught.value.evalue
    )
    cells = nbformat.read(tmp_path / f"{name}.ipynb", as_version=4).cells
    checked = next(i for i, cell in enumerate(cells) if "ee.scope.choose" in cell.source)
    assert not any(cell.get("execution_count") for cell in cells[checked + 1 :])


@pytest.mark.parametrize("name", ALL)
def test_a_misspelt_parameter_stops_in_the_first_cell(run, sample_dir, name) -> None:
    """Else a report on all of Kazakhstan would stand under the name of a region."""
    with pytest.raises(PapermillExecutionError) as caught:
        run(name, data_dir=sample_dir, regoin="63")
    assert caught.value.ename == "ParameterError"
    assert "There is no parameter 'regoin'. Near: region" in caught.value.evalue
    assert "To fix: one of data_dir, " in caught.value.evalue


def test_start_here_writes_the_file_it_is_asked_for(run, sample_dir, tmp_path) -> None:
    target = tmp_path / "judged.parquet"
    run("start_here", data_dir=sample_dir, region="63", output=target)
    rows = ee.scope.choose(sample_dir, region="63").assessed
    pd.testing.assert_frame_equal(pd.read_parquet(target), rows, check_dtype=False)


@pytest.mark.parametrize("name", ALL)
def test_texts_for_the_analyst_are_tagged_so_that_pages_leave_them_out(name) -> None:
    cells = nbformat.read(FOLDER / f"{name}.ipynb", as_version=4).cells
    texts = [cell for cell in cells if cell.cell_type == "markdown"]
    assert texts and all("for-analyst" in cell.metadata.get("tags", []) for cell in texts)
