"""In a real browser: the what-if app served by Voilà, and a page of a report opened without network."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import nbformat
import pytest
from nbformat.reader import NotJSONError
from nights import small_data
from playwright.sync_api import Error, Page, sync_playwright

import effeval as ee
from effeval.scenarios.files import read_scenario

ROOT = Path(__file__).parent.parent
LAW = ee.Methodology.load("order-35")
SYSTEM = Path("/usr/bin/chromium")
NUMBER = ".effval"
PICTURE = "img.widget-image"
# From the key press to the frame in which the picture has another source; measured in the page itself.
REDRAWN = """
() => new Promise((resolve, reject) => {
  const image = document.querySelector('img.widget-image');
  const number = document.querySelector('.effval').innerText;
  const source = image.src;
  let pressed, counted;
  document.addEventListener('keydown', () => { pressed = performance.now(); }, {capture: true, once: true});
  const look = () => {
    const now = performance.now();
    if (counted === undefined && document.querySelector('.effval').innerText !== number) counted = now;
    if (image.src !== source && image.complete) resolve([counted - pressed, now - pressed]);
    else requestAnimationFrame(look);
  };
  look();
  setTimeout(() => reject(new Error('not redrawn')), 15000);
})
"""


@pytest.fixture
def page():
    """A page of headless Chromium that reaches this machine alone."""
    alone = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    with sync_playwright() as playwright:
        try:
            path = str(SYSTEM) if SYSTEM.exists() else None
            browser = playwright.chromium.launch(executable_path=path, args=[alone])
        except Error as error:
            if os.environ.get("CI"):
                raise
            pytest.skip(f"no Chromium: {str(error).splitlines()[0]}")
        yield browser.new_page()
        browser.close()


@contextmanager
def served(program: list[str], home: Path):
    """A server of notebooks on a free port with a home of its own; the whole process group is ended."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = [sys.executable, "-m", *program, "--no-browser", f"--port={port}"]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "IPYTHON"))}
    log = home / "server.log"
    with log.open("wb") as lines:
        server = subprocess.Popen(
            words, env=kept | {"HOME": str(home)}, stdout=lines, stderr=lines, start_new_session=True
        )
    try:
        yield _up(server, f"http://127.0.0.1:{port}/", log)
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def _up(server: subprocess.Popen, address: str, log: Path) -> str:
    """The address, once a port answers there."""
    host, port = address.removeprefix("http://").rstrip("/").split(":")
    for _ in range(300):
        assert server.poll() is None, log.read_text(encoding="utf-8")
        with socket.socket() as probe:
            if probe.connect_ex((host, int(port))) == 0:
                return address
        time.sleep(0.1)
    raise AssertionError(log.read_text(encoding="utf-8"))


def copied(name: str, folder: Path, sample: Path) -> Path:
    """A copy of a notebook that was never run, so that it saves into a folder of its own."""
    notebook = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)
    for cell in notebook.cells:
        if "parameters" in cell.metadata.get("tags", []):
            cell.source += f"\ndata_dir = {str(sample)!r}\nlang = 'en'"
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    path = folder / f"{name}.ipynb"
    nbformat.write(notebook, path)
    return path


def counts(page: Page) -> list[int]:
    return [int(re.sub(r"\D", "", side)) for side in page.locator(NUMBER).inner_text().split("→")]


def fulfilled(data: ee.Dataset, law: ee.Methodology) -> int:
    return int((ee.assess(data, law)["state"] == "fulfilled").sum())


def test_a_slider_moved_by_keyboard_changes_the_number_and_the_scenario_is_saved(
    page, tmp_path, sample_dir
) -> None:
    data = ee.load(sample_dir)
    for name in ("home", "app"):
        (tmp_path / name).mkdir()
    notebook = copied("what_if", tmp_path / "app", sample_dir)
    culling = ["--MappingKernelManager.cull_interval=30", "--MappingKernelManager.cull_idle_timeout=120"]
    with served(["voila", str(notebook), *culling], tmp_path / "home") as address:
        page.goto(address)
        page.wait_for_selector(NUMBER, timeout=30_000)
        page.wait_for_function("() => document.querySelector('img.widget-image')?.complete")
        assert counts(page) == [fulfilled(data, LAW)] * 2
        path, value = "8.1.multiple", LAW.settings["8.1.multiple"]
        place = [p for p in LAW.settings if p.endswith((".at_least", ".multiple"))].index(path)
        handle = page.locator(".noUi-handle").nth(place)
        handle.focus()
        times = []
        for step in range(1, 7):
            page.evaluate(f"() => {{ window.redrawn = ({REDRAWN})(); }}")
            page.keyboard.press("ArrowLeft")
            times.append(page.evaluate("() => window.redrawn"))  # a step that changes no number never ends
            law = LAW.replace({path: round(value - step * 0.05, 6)})
            assert counts(page) == [fulfilled(data, LAW), fulfilled(data, law)]
        page.get_by_text("Save the scenario", exact=True).last.click()
        page.wait_for_selector(".saved")
    saved = read_scenario(tmp_path / "app" / "scenario-1.yaml")
    assert saved.apply(LAW).changes() == {path: 0.7} == law.changes()
    number, picture = (sorted(side)[len(times) // 2] for side in zip(*times, strict=True))
    print(f"\nslider to number {number:.0f} ms, to picture {picture:.0f} ms (medians of {len(times)})")


def kernel_is_ready(address: str) -> bool:
    """The page is connected to its kernel, and that waits for work: before, a menu click would be lost."""
    with urlopen(f"{address}api/sessions", timeout=10) as answer:
        kernels = [session["kernel"] for session in json.load(answer)]
    return [(k["execution_state"], k["connections"] > 0) for k in kernels] == [("idle", True)]


def until(what: Callable[[], bool], *, seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.3)


def from_menu(page: Page, menu: str, entry: str) -> None:
    page.get_by_role("menuitem", name=menu, exact=True).click()
    page.locator(".lm-Menu-itemLabel").get_by_text(entry, exact=True).click()


def code_cells(path: Path) -> list[nbformat.NotebookNode]:
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


def saved_with_last_cell_run(page: Page, path: Path) -> bool:
    from_menu(page, "File", "Save Notebook")
    try:
        return code_cells(path)[-1].execution_count is not None
    except NotJSONError:  # JupyterLab is just writing it
        return False


def test_start_here_runs_in_jupyterlab(page, tmp_path, sample_dir) -> None:
    for name in ("home", "lab"):
        (tmp_path / name).mkdir()
    notebook = copied("start_here", tmp_path / "lab", sample_dir)
    options = [f"--ServerApp.root_dir={notebook.parent}", "--IdentityProvider.token=", "--allow-root"]
    quiet = ["--LabApp.news_url=", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
    with served(["jupyterlab", *options, *quiet], tmp_path / "home") as address:
        page.goto(f"{address}doc/tree/{notebook.name}")
        page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status=idle]", timeout=90_000)
        until(lambda: kernel_is_ready(address))
        from_menu(page, "Run", "Run All Cells")
        page.get_by_text("[1]:", exact=True).first.wait_for(timeout=90_000)
        until(lambda: saved_with_last_cell_run(page, notebook))
    ran = code_cells(notebook)
    assert [cell.execution_count for cell in ran] == list(range(1, len(ran) + 1))
    kinds = {output.output_type for cell in ran for output in cell.outputs}
    assert "error" not in kinds and "display_data" in kinds


@pytest.fixture(scope="module")
def reported(sample_dir, tmp_path_factory) -> Path:
    """OUTPUT/YEAR of a run in three languages, in which the report of Astana fails."""
    folder = tmp_path_factory.mktemp("reports")
    notebook = nbformat.read(ROOT / "notebooks" / "regional_report.ipynb", as_version=4)
    fails = "if report.chosen.get('region') == '71':\n    raise ValueError('a < b')"
    notebook.cells.insert(3, nbformat.v4.new_code_cell(fails))
    nbformat.write(notebook, folder / "mine.ipynb")
    data = small_data(folder / "data", sample_dir)
    how = ee.reports.How(jobs=2, notebook=folder / "mine.ipynb")
    run = ee.reports.run(data, year=2025, langs=["kk", "ru", "en"], folder=folder / "out", how=how)
    assert {record["region"] for record in run.failed} == {"71"}
    return run.folder


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
@pytest.mark.parametrize(("name", "pictures"), [("index", 1), ("63-east-kazakhstan-region", 3)])
def test_pages_of_reports_open_without_network_and_without_a_console_error(
    page, reported, lang, name, pictures
) -> None:
    path = reported / lang / f"{name}.html"
    said, asked, failed = [], [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.on("requestfailed", lambda request: failed.append(request.url))
    page.context.set_offline(True)
    page.goto(path.as_uri())
    assert said == [] and failed == []
    assert [url for url in asked if not url.startswith(("data:", path.as_uri()))] == []
    broken = "() => [...document.images].filter(image => !image.naturalWidth).length"
    assert page.evaluate(broken) == 0
    assert page.locator("img").count() == pictures
    assert page.locator("html").get_attribute("lang") == lang
    wider = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wider) <= 0


def test_every_link_of_the_first_page_leads_to_a_file_and_failures_are_seen(page, reported) -> None:
    page.context.set_offline(True)
    page.goto((reported / "kk" / "index.html").as_uri())
    links = page.eval_on_selector_all("a", "links => links.map(link => link.getAttribute('href'))")
    assert sorted(links) == sorted(p.name for p in (reported / "kk").iterdir() if p.name != "index.html")
    failed = page.locator("td.failed")
    assert failed.count() == 1 and "ValueError\na < b" in failed.inner_text()
    assert page.locator("p.failed").is_visible()
    page.get_by_role("link", name="63 Шығыс Қазақстан облысы").click()
    page.wait_for_url("**/63-east-kazakhstan-region.html")
    assert "Шығыс Қазақстан облысы" in page.title()
