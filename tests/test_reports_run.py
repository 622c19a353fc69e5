"""A whole run: its folder, manifest and first page; equal bytes, reconciliation, and what stays of earlier runs."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from nights import one_crew, page_of, scripted, small_data, small_notebook, tree, true_facts

import effeval as ee
from effeval import reports
from effeval.reading.files import digest
from effeval.reports import How, checks, index, night, store
from effeval.reports.execution import Made

YEAR = 2025
STEMS = ("00-kazakhstan", "63-east-kazakhstan-region", "71-astana")
TIMES = re.compile(r'^ +"(begun|ended|seconds)": .*$', re.MULTILINE)
LAW = ee.Methodology.load("order-35")
OTHER = LAW.replace({"1.1.after": 3})


@pytest.fixture(scope="module")
def data(sample_dir, tmp_path_factory) -> Path:
    return small_data(tmp_path_factory.mktemp("data") / "small", sample_dir)


@pytest.fixture(scope="module")
def crew_at_work():
    with one_crew():
        yield


@pytest.fixture(scope="module")
def made(crew_at_work, data, tmp_path_factory) -> Path:
    """OUTPUT/YEAR of a run of all regions of the data."""
    return reports.run(data, year=YEAR, folder=tmp_path_factory.mktemp("one"), how=How(jobs=2)).folder


@pytest.fixture(scope="module")
def manifest(made) -> dict:
    return json.loads((made / "manifest.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def facts(data) -> dict[str, dict]:
    return true_facts(data)


@pytest.fixture
def quick(monkeypatch, data, facts):
    """A run without notebooks; gives the run and the names of the reports that were made."""

    def run(
        folder: Path, *, regions=(), langs=("ru",), resume=False, year=YEAR, said=None, law=LAW, text="page"
    ):
        work = page_of(facts | (said if said is not None else {}), text)
        names = []

        def noted(report):
            names.append(report.name)
            return work(report)

        monkeypatch.setattr(night, "crew", scripted(noted))
        monkeypatch.setattr(index, "_map", lambda *_: "")  # most of the time of such a run
        how = How(resume=resume)
        done = reports.run(
            data, year=year, regions=regions, langs=langs, folder=folder, methodology=law, how=how
        )
        return done, names

    return run


def test_the_folder_is_laid_out_by_year_language_and_region(made) -> None:
    pages = [f"ru/{stem}.{ending}" for stem in STEMS for ending in ("html", "ipynb", "xlsx")]
    assert sorted(tree(made)) == sorted([*pages, "ru/index.html", "manifest.json", "methodology.yaml"])
    assert [path.name for path in made.parent.iterdir() if path != made] == [".2025.lock"]
    again = ee.Methodology.load(made / "methodology.yaml")
    assert again.settings == LAW.settings


def test_the_manifest_says_from_what_and_what(made, manifest, data) -> None:
    assert manifest["effeval"] == ee.__version__ and manifest["year"] == YEAR
    assert manifest["data"] == {path.name: digest(path) for path in data.glob("*.csv")}
    assert manifest["methodology"] == {"id": "order-35", "edition": "2024-01-26", "changed": {}}
    hashes = tree(made)
    assert manifest["law"] == hashes.pop("methodology.yaml") == manifest["pages"]["methodology.yaml"]
    assert manifest["pages"]["ru/index.html"] == hashes.pop("ru/index.html")
    hashes.pop("manifest.json")
    told = {}
    for record in manifest["reports"]:
        told |= record["files"]
        assert (record["status"], record["error"]) == ("done", "") and record["seconds"] > 0
    assert told == hashes
    assert manifest["begun"] <= manifest["ended"]
    assert manifest["projects_without_region"] == []


def test_each_report_says_in_the_manifest_what_the_data_say(manifest, facts) -> None:
    assert [record["name"] for record in manifest["reports"]] == [f"ru/{stem}" for stem in STEMS]
    for record in manifest["reports"]:
        own = {"region": record["region"]} if record["region"] else {}
        assert record["facts"] == facts[record["region"]] | {"year": YEAR, "lang": "ru"} | own


def test_the_same_inputs_give_the_same_bytes_but_for_times(crew_at_work, made, data, tmp_path) -> None:
    second = reports.run(data, year=YEAR, folder=tmp_path, how=How(jobs=1)).folder
    one, two = tree(made), tree(second)
    assert one.pop("manifest.json") != two.pop("manifest.json")
    assert one == two
    texts = [(folder / "manifest.json").read_text(encoding="utf-8") for folder in (made, second)]
    without = [TIMES.sub("", text) for text in texts]
    assert without[0] == without[1] and without[0] != texts[0]


@pytest.fixture(scope="module")
def changed(crew_at_work, data, tmp_path_factory) -> Path:
    """A run with a setting of its own."""
    folder, how = tmp_path_factory.mktemp("changed"), How(jobs=2)
    return reports.run(data, year=YEAR, regions=["63"], folder=folder, methodology=OTHER, how=how).folder


def test_a_setting_reaches_pages_forms_and_manifest(changed, data) -> None:
    told = json.loads((changed / "manifest.json").read_text(encoding="utf-8"))
    assert told["methodology"]["changed"] == {"1.1.after": 3}
    expected = true_facts(data, law=OTHER)["63"]
    assert told["reports"][1]["facts"]["due"] == expected["due"] < true_facts(data)["63"]["due"]
    for name in (f"{STEMS[1]}.html", "index.html"):
        assert "1.1.after = 3" in (changed / "ru" / name).read_text(encoding="utf-8")
    book = pd.read_excel(changed / "ru" / f"{STEMS[1]}.xlsx", sheet_name=None, header=None, engine="calamine")
    assert any((sheet == "1.1.after = 3").any().any() for sheet in book.values())


def test_a_kept_notebook_shows_its_parameters_and_runs_again(changed, data, tmp_path) -> None:
    path = changed / "ru" / f"{STEMS[1]}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    shown = [cell for cell in notebook.cells if "injected-parameters" in cell.metadata.get("tags", [])]
    assert shown[0].source.splitlines()[1:] == [
        f"data_dir = {str(data)!r}",
        "lang = 'ru'",
        f"methodology = {str(changed / 'methodology.yaml')!r}",
        "region = '63'",
        f"year = {YEAR}",
    ]
    assert "/tmp/effeval-" not in path.read_text(encoding="utf-8").replace(str(data), "")
    again = reports.execute(path.read_text(encoding="utf-8"), {}, output=tmp_path / "again.ipynb")
    assert checks.facts_of(again) == checks.facts_of(notebook) != {}


class Rows(HTMLParser):
    """Cells of the table and addresses of the links of a page."""

    def __init__(self, page: Path):
        super().__init__()
        self.rows, self.links = [], []
        self.feed(page.read_text(encoding="utf-8"))
        self.rows = [[" ".join(cell.replace("\xa0", " ").split()) for cell in row] for row in self.rows]

    def handle_starttag(self, tag, attrs):
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
        elif tag == "a":
            self.links.append(dict(attrs)["href"])

    def handle_data(self, data):
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data


def test_the_first_page_has_each_region_with_its_figures_and_links(made, facts) -> None:
    page = Rows(made / "ru" / "index.html")
    head, *rows = page.rows
    assert [row[0] for row in rows] == [
        "Республика Казахстан",
        "63 Восточно-Казахстанская область",
        "71 г. Астана",
    ]
    for row, told in zip(rows, facts.values(), strict=True):
        parts = ee.labels.parts(told["fulfilled"], told["assessed"], lang="ru")
        money = ee.labels.money(told["support_paid"], lang="ru")
        coverage = ee.labels.percent(told["assessed"] / told["due"], lang="ru")
        wanted = [str(len(told["projects"])), parts, coverage, money]
        assert row[1:5] == [" ".join(text.replace("\xa0", " ").split()) for text in wanted]
        assert len(row) == len(head)
    pages = [f"{stem}.{ending}" for stem in STEMS for ending in ("html", "ipynb", "xlsx")]
    assert sorted(page.links) == pages
    source = (made / "ru" / "index.html").read_text(encoding="utf-8")
    assert source.count("data:image/png;base64,") == 1 and "http" not in source.replace("http-equiv", "")


def test_failed_reports_stand_on_the_first_page_with_cell_and_message(
    monkeypatch, data, facts, tmp_path
) -> None:
    def work(report):
        if report.region == "63":
            return Made(report, {".failed.ipynb": b"{}"}, {}, 1.0, "cell 5: ValueError\n3 < 4 & so on")
        return page_of(facts)(report)

    monkeypatch.setattr(night, "crew", scripted(work))
    run = reports.run(data, year=YEAR, folder=tmp_path)
    assert [record["region"] for record in run.failed] == ["63"]
    page = run.folder / "ru" / "index.html"
    row = Rows(page).rows[2]
    assert row[0] == "63 Восточно-Казахстанская область" and "cell 5: ValueError 3 < 4 & so on" in row[1]
    assert f"{STEMS[1]}.failed.ipynb" in Rows(page).links and f"{STEMS[1]}.html" not in Rows(page).links
    assert (run.folder / "ru" / f"{STEMS[1]}.failed.ipynb").is_file()
    counts = {"failed": "1", "all": "3"}
    assert ee.labels.phrase("report.some_failed", lang="ru", values=counts) in page.read_text(
        encoding="utf-8"
    )


def test_a_language_that_failed_without_any_file_still_has_its_first_page(
    monkeypatch, data, facts, tmp_path
) -> None:
    def work(report):
        lost = Made(report, {}, {}, 0.0, "The process that made it died.")
        return lost if report.lang == "kk" else page_of(facts)(report)

    monkeypatch.setattr(night, "crew", scripted(work))
    run = reports.run(data, year=YEAR, langs=["kk", "ru"], folder=tmp_path)
    assert len(run.failed) == 3
    assert [len(row) for row in Rows(run.folder / "kk" / "index.html").rows[1:]] == [3, 3, 3]


def test_when_all_fail_nothing_is_shown_and_the_earlier_run_stays(
    monkeypatch, data, quick, effeval, tmp_path
) -> None:
    quick(tmp_path)
    before = tree(tmp_path / "2025")
    work = lambda report: Made(report, {".failed.ipynb": b"{}"}, {}, 0.0, f"cell 7 of {report.name}")
    monkeypatch.setattr(night, "crew", scripted(work))
    status, _, err = effeval("report", data, "--year", YEAR, "-o", tmp_path)
    assert status == 1
    assert "nothing was shown" in err and all(f"cell 7 of ru/{stem}" in err for stem in STEMS)
    assert tree(tmp_path / "2025") == before


def test_judged_rows_are_a_source_and_projects_without_region_are_listed(
    crew_at_work, data, effeval, tmp_path
) -> None:
    _, rows, _ = ee.judged.judged(data, methodology=LAW)
    lost = sorted(rows.loc[(rows["region"] == "71") & (rows["year"] == YEAR), "project_id"].unique())[:2]
    rows.loc[rows["project_id"].isin(lost), ["region", "district"]] = None
    rows.to_parquet(tmp_path / "judged.parquet")
    notebook = small_notebook(tmp_path / "small.ipynb")
    words = ["report", tmp_path / "judged.parquet", "--year", YEAR, "--notebook", notebook, "-o", tmp_path]
    status, _, err = effeval(*words)
    assert status == 0, err
    told = json.loads((tmp_path / "2025" / "manifest.json").read_text(encoding="utf-8"))
    assert told["projects_without_region"] == lost
    assert {Path(name).suffix for record in told["reports"] for name in record["files"]} == {
        ".html",
        ".ipynb",
    }
    country, *parts = [set(record["facts"]["projects"]) for record in told["reports"]]
    assert country - set.union(*parts) == set(lost)
    assert all(name in (tmp_path / "2025" / "ru" / "index.html").read_text(encoding="utf-8") for name in lost)
    status, _, err = effeval(*words, "--set", "13.1.at_least=0")
    assert status == 2 and "judged already" in err


DROPS = """
import dataclasses
if region == "63" and {drop}:
    keep = report.assessed["project_id"] != {first!r}
    report = dataclasses.replace(report, assessed=report.assessed[keep])
"""


@pytest.mark.parametrize("drop", [True, False])
def test_a_notebook_that_drops_a_project_is_found_out(crew_at_work, data, effeval, tmp_path, drop) -> None:
    _, rows, _ = ee.judged.judged(data, methodology=LAW)
    due = rows[(rows["region"] == "63") & (rows["year"] == YEAR) & (rows["state"] != "not_due")]
    first = due["project_id"].iloc[0]
    notebook = small_notebook(tmp_path / "small.ipynb", DROPS.format(drop=drop, first=first))
    status, _, err = effeval("report", data, "--year", YEAR, "--notebook", notebook, "-o", tmp_path / "out")
    assert status == (1 if drop else 0)
    assert (tmp_path / "out" / "2025").exists() == (not drop)
    told = ["do not add up; none was published", f"region 63: not in both report and data: {first}\n"]
    told += ["region 63: due is ", "all regions together: due is "]
    assert [line in err for line in told] == [drop] * 4


def test_a_notebook_that_says_another_sum_is_found_out(quick, facts, tmp_path) -> None:
    quick(tmp_path)
    before = tree(tmp_path / "2025")
    half_a_tenge = facts["71"]["support_paid"] + 0.0004
    quick(tmp_path, said={"71": facts["71"] | {"support_paid": half_a_tenge}})
    wrong = facts["71"]["support_paid"] + 0.001  # one tenge
    with pytest.raises(ee.ReportError, match="region 71: support_paid is .* in the report, .* in the data"):
        quick(tmp_path, said={"71": facts["71"] | {"support_paid": wrong}})
    kept = {name: value for name, value in tree(tmp_path / "2025").items() if name != "manifest.json"}
    assert kept == {name: value for name, value in before.items() if name != "manifest.json"}


ONE = {"projects": ["A"], "due": 2, "assessed": 2, "fulfilled": 1, "no_data": 0, "support_paid": 5.0}
TWO = {"projects": ["B"], "due": 1, "assessed": 0, "fulfilled": 0, "no_data": 1, "support_paid": 2.5}
ALL = {"projects": ["A", "B"], "due": 3, "assessed": 2, "fulfilled": 1, "no_data": 1, "support_paid": 7.5}
DATA = {"": ALL, "63": ONE, "71": TWO}


@pytest.mark.parametrize("made", [DATA, {"": ALL}, {"63": ONE}, {"": ALL, "63": ONE}, {}, DATA | {"33": {
    "projects": [], "due": 0, "assessed": 0, "fulfilled": 0, "no_data": 0, "support_paid": 0.0}}])  # fmt: skip
def test_reports_that_add_up_pass(made) -> None:
    checks.reconcile(made, DATA)


@pytest.mark.parametrize(
    ("made", "wanted", "lines"),
    [
        (
            {"63": ONE | {"due": 3}},
            DATA,
            [
                "region 63: due is 3 in the report, 2 in the data",
                "all regions together: due is 4, in the country 3",
            ],
        ),
        (
            {"": ALL | {"projects": ["A"]}},
            DATA,
            [
                "the whole country: not in both report and data: B",
                "not in both the regions and the country: B",
            ],
        ),
        (
            {"71": TWO | {"projects": ["A", "B"]}},
            DATA,
            ["region 71: not in both report and data: A", "A is in regions 63 and 71"],
        ),
        ({}, DATA | {"71": TWO | {"projects": ["A", "B"]}}, ["A is in regions 63 and 71"]),
        (
            {"33": TWO},
            DATA,
            [
                "region 33: due is 1 in the report, 0 in the data",
                "region 33: no_data is 1 in the report, 0 in the data",
                "region 33: support_paid is 2.5 in the report, 0 in the data",
                "region 33: not in both report and data: B",
            ],
        ),
        (
            {"": ALL | {"support_paid": 7.501}},
            DATA,
            [
                "the whole country: support_paid is 7.501 in the report, 7.5 in the data",
                "all regions together: support_paid is 7.5, in the country 7.501",
            ],
        ),
    ],
)
def test_reports_that_do_not_add_up_are_told_with_the_place(made, wanted, lines) -> None:
    with pytest.raises(ee.ReportError) as caught:
        checks.reconcile(made, wanted)
    assert str(caught.value).splitlines()[1:] == lines


def test_what_is_expected_has_projects_without_a_region_apart(data) -> None:
    _, rows, _ = ee.judged.judged(data, methodology=LAW)
    rows.loc[rows["region"] == "71", "region"] = None
    wanted = checks.expected(rows, year=YEAR)
    assert sorted(wanted) == ["", "63", "unknown"]
    assert sorted(wanted["63"]["projects"] + wanted["unknown"]["projects"]) == wanted[""]["projects"]


def test_a_run_of_some_regions_keeps_the_others_from_the_same_inputs(quick, tmp_path) -> None:
    quick(tmp_path)
    (tmp_path / "2025" / "notes.txt").write_text("seen")
    (tmp_path / "2025" / "ru" / "mine").mkdir()
    (tmp_path / "2025" / "ru" / "mine" / "chart.png").write_bytes(b"png")
    run, names = quick(tmp_path, regions=["63"], text="again")
    assert names == [f"ru/{stem}" for stem in STEMS[:2]] and run.dropped == ()
    assert [record["name"] for record in run.records] == [f"ru/{stem}" for stem in STEMS]
    texts = {stem: (run.folder / "ru" / f"{stem}.html").read_text().split()[0] for stem in STEMS}
    assert list(texts.values()) == ["again", "again", "page"]
    assert len(Rows(run.folder / "ru" / "index.html").rows) == 4
    assert (run.folder / "notes.txt").read_text() == "seen"
    assert (run.folder / "ru" / "mine" / "chart.png").read_bytes() == b"png"


def test_reports_from_other_inputs_go_and_are_told(
    quick, facts, data, effeval, monkeypatch, tmp_path
) -> None:
    quick(tmp_path, langs=["kk", "ru"])
    (tmp_path / "2025" / "ru" / "notes.txt").write_text("seen")
    other = true_facts(data, law=OTHER)
    monkeypatch.setattr(night, "crew", scripted(page_of(other)))
    words = ["--year", YEAR, "--region", "63", "--lang", "ru", "--set", "1.1.after=3", "-o", tmp_path]
    status, _, err = effeval("report", data, *words)
    assert status == 0
    gone = ["kk/00-kazakhstan", "kk/63-east-kazakhstan-region", "kk/71-astana", "ru/71-astana"]
    assert f"Removed, made from other inputs: {', '.join(gone)}" in err
    pages = [name for name in tree(tmp_path / "2025") if name.endswith(".html")]
    assert pages == [f"ru/{STEMS[0]}.html", f"ru/{STEMS[1]}.html", "ru/index.html"]
    assert (tmp_path / "2025" / "ru" / "notes.txt").read_text() == "seen"


def test_resume_makes_nothing_that_is_done_from_the_same_inputs(quick, tmp_path) -> None:
    quick(tmp_path, regions=["63"])
    assert quick(tmp_path, resume=True)[1] == ["ru/71-astana"]
    assert quick(tmp_path, resume=True)[1] == []
    assert quick(tmp_path)[1] == [f"ru/{stem}" for stem in STEMS]
    page = tmp_path / "2025" / "ru" / f"{STEMS[1]}.html"
    page.write_text(page.read_text() + "changed by hand")
    assert quick(tmp_path, resume=True)[1] == [f"ru/{STEMS[1]}"]
    page.unlink()
    assert quick(tmp_path, resume=True)[1] == [f"ru/{STEMS[1]}"]
    assert page.read_text() == f"page ru/{STEMS[1]}"


def test_what_a_killed_run_of_other_inputs_left_hides_nothing(quick, data, monkeypatch, tmp_path) -> None:
    """Its records lie in the folder that is filled; those of the folder shown are from the right inputs."""
    quick(tmp_path)
    other = true_facts(data, law=OTHER)

    def killed(report):
        if report.region == "71":
            raise KeyboardInterrupt
        return page_of(other)(report)

    monkeypatch.setattr(night, "crew", scripted(killed))
    with pytest.raises(KeyboardInterrupt):
        reports.run(data, year=YEAR, folder=tmp_path, methodology=OTHER)
    assert (tmp_path / ".2025.part" / "ru" / f"{STEMS[1]}.html").is_file()
    assert quick(tmp_path, resume=True)[1] == []
    assert (tmp_path / "2025" / "ru" / f"{STEMS[1]}.html").read_text() == f"page ru/{STEMS[1]}"
    assert not (tmp_path / ".2025.part").exists()


def test_a_record_that_was_cut_off_does_not_stop_a_later_run(quick, tmp_path) -> None:
    quick(tmp_path)
    state = tmp_path / ".2025.part" / ".state"
    state.mkdir(parents=True)
    (state / ".0123456789abcdef.json").write_text('{"name": "ru/0')
    (tmp_path / ".2025.part" / "ru").mkdir()
    (tmp_path / ".2025.part" / "ru" / ".0123456789abcdef.html").write_text("<html")
    run, names = quick(tmp_path, resume=True)
    assert names == [] and len(run.records) == 3
    assert [name for name in tree(tmp_path / "2025") if "/." in name] == []


@pytest.mark.parametrize("cut", [1, 2, 3])
@pytest.mark.parametrize("text", ["earlier", "later"])
def test_a_run_cut_off_while_folders_change_names_is_mended_by_the_next(
    quick, monkeypatch, tmp_path, cut, text
) -> None:
    """Where the system cannot exchange two names; `cut` is the change of a name that never came."""
    monkeypatch.setattr(store, "_renameat2", lambda new, old: False)
    quick(tmp_path, text="earlier")
    rename, calls = store.os.rename, []

    def dies(*names):
        calls.append(names)
        if len(calls) == cut:
            raise KeyboardInterrupt
        rename(*names)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(store.os, "rename", dies)
        quick(tmp_path, text="later")
    place = store.Place.of(tmp_path, YEAR)
    with place.locked():
        words = (tmp_path / "2025" / "ru" / f"{STEMS[0]}.html").read_text().split()[0]
        assert words == ("earlier" if cut < 3 else "later")
    quick(tmp_path, text=text)
    assert (tmp_path / "2025" / "ru" / f"{STEMS[0]}.html").read_text().startswith(text)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".2025.lock", "2025"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--year", "2031"], "a year from 2018 to 2025"),
        (["--year", YEAR, "--region", "99"], "63 (East Kazakhstan Region)"),
        (["--year", YEAR, "--lang", "kz"], "languages are kk, ru, en"),
        (["--year", YEAR, "--set", "13.1.at_last=0"], "13.1.at_least"),
    ],
)
def test_bad_use_makes_nothing_and_has_status_2(effeval, data, tmp_path, words, message) -> None:
    status, _, err = effeval("report", data, *words, "-o", tmp_path / "out")
    assert status == 2 and message in err
    assert not (tmp_path / "out").exists()
