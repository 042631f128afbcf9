"""The pages in a real browser: offline, quiet, within a phone's width, open to everyone, and working."""

from __future__ import annotations

import base64
import io
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from fontTools.ttLib import TTFont

from erqi.paths import NOTEBOOKS, RAW

sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(1800),
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine; apt-get install chromium"),
]
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
PLAN = RAW / "erqi_2022_plan.txt"
ERQI = [sys.executable, "-c", "from erqi.cli import main; main()"]


def erqi(*arguments: str | Path) -> None:
    done = subprocess.run([*ERQI, *map(str, arguments)], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The suite on the plan, in both languages: ``<site>/<language>/latest``, made once for all workers."""
    shared = tmp_path_factory.getbasetemp()
    shared = (shared.parent if "PYTEST_XDIST_WORKER" in os.environ else shared) / "site"
    with FileLock(f"{shared}.lock"):
        if not shared.exists():
            making = shared.with_name("site-making")
            for language in ("zh", "en"):
                few = ("--parameter", "n_draws=2000")  # how a page looks and works does not hang on them
                erqi("report", "run", "--document", PLAN, "--language", language, "--out", making / language, *few)
            making.rename(shared)
    return shared


def pages(site: Path, language: str) -> list[Path]:
    found = sorted((site / language / "latest").glob("*.html"))
    assert len(found) > 4, "index, changes, plan and the reports"
    return found


def page_of(site: Path, language: str, words: str) -> Path:
    """The page of the notebook whose name or title has these words."""
    return next(page for page in pages(site, language) if words in page.name)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser: Any) -> Iterator[Any]:
    """Open a file without a network; at the end nothing may have gone wrong or left the file."""
    contexts, complaints = [], []

    def open_page(address: str | Path, size: dict[str, int] = WIDE) -> Any:
        context = browser.new_context(viewport=size, offline=True)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda e: complaints.append(str(e)))
        # what a page brings itself is data; what it opens in itself is a blob
        page.on(
            "request", lambda r: None if r.url.startswith(("file:", "data:", "blob:")) else complaints.append(r.url)
        )
        page.goto(address if isinstance(address, str) else address.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_pages_open_offline_within_the_width_and_open_to_everyone(site, visit, language, size):
    from axe_playwright_python.sync_playwright import Axe

    for path in pages(site, language):
        page = visit(path, size)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], path.name
        assert page.get_attribute("html", "lang") == language
        assert not page.locator("details.messages").count(), f"{path.name} shows what only its author should see"
        # words and width do not change what the scan looks at, so each is scanned in one of its pairs
        scan = (language == "en") == (size is WIDE)
        found = Axe().run(page).response["violations"] if scan else []
        grave = [(v["id"], v["nodes"][0]["html"][:200]) for v in found if v["impact"] in ("serious", "critical")]
        assert not grave, path.name
        page.close()


def test_a_figure_fits_a_phone_and_grows_when_it_is_tapped(site, visit):
    page = visit(page_of(site, "zh", "01_growth"), NARROW)
    for figure in page.locator("figure.erqi:has(> img)").all():
        image = figure.locator("img")
        fits = image.bounding_box()
        assert fits["x"] + fits["width"] <= NARROW["width"]
        assert "轻点" in figure.locator("figcaption").evaluate("e => getComputedStyle(e, '::after').content")
        figure.focus()
        assert image.bounding_box()["width"] > 1.4 * fits["width"]
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


def lacking(html: str, characters: set[str]) -> set[str]:
    """Those of the characters that the font embedded in a page does not have."""
    font = re.search(r"font/woff2;base64,([A-Za-z0-9+/=]+)", html)
    assert font, "a page with Chinese text brings a font"
    known = TTFont(io.BytesIO(base64.b64decode(font[1]))).getBestCmap()
    return {c for c in characters if ord(c) not in known}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_letter_is_missing(site, visit, language):
    """Chinese text is set in the embedded font, which has every such character of the page."""
    for path in pages(site, language):
        page = visit(path)
        han = set(page.evaluate("(document.body.innerText.match(/\\p{Script=Han}/gu) || []).join('')"))
        if not han:
            continue
        page.evaluate("document.fonts.ready.then(() => 1)")
        assert page.evaluate(
            "[...document.fonts].filter(f => f.family.includes('erqi')).every(f => f.status == 'loaded')"
        ), path.name
        assert not lacking(path.read_text("utf-8"), han), path.name


class TestMarkedPlan:
    @pytest.fixture
    def plan(self, site: Path, visit: Any) -> Any:
        return visit(page_of(site, "en", "plan"))

    def shown(self, page: Any) -> int:
        return page.locator("a.m:not(.off)").count()

    def test_filters_by_status_kind_and_topic(self, plan):
        everything = self.shown(plan)
        plan.uncheck('input[name="status"][value="actual"]')
        without = self.shown(plan)
        assert 0 < without < everything
        assert plan.locator("#count").inner_text() == f"{without} of {everything} shown"
        assert plan.locator('tr[data-status="actual"]:visible').count() == 0
        plan.uncheck('input[name="kind"][value="date"]')
        assert self.shown(plan) < without
        plan.click("button[type=reset]")
        plan.wait_for_function(f"document.querySelectorAll('a.m:not(.off)').length == {everything}")
        plan.select_option("#topic", "investment")
        assert 0 < self.shown(plan) < without
        assert {"investment"} == set(
            plan.locator("tr:visible[data-topic]").evaluate_all("r => r.map(x => x.dataset.topic)")
        )

    def test_the_reading_shows_on_hover_and_on_focus(self, plan):
        first = plan.locator('a.m[data-status="actual"]').first
        said = first.locator(".erqi-said")
        assert not said.is_visible()
        first.hover()
        assert said.is_visible()
        plan.mouse.move(0, 0)
        assert not said.is_visible()
        first.focus()
        assert said.is_visible()
        assert "delivered" in said.inner_text()

    def test_jumps_lead_there_and_back(self, plan):
        mark = plan.locator('a.m[data-status="target"]').first
        mark.click()
        row = plan.locator("tr:target")
        assert row.is_visible()
        row.locator("a").click()
        plan.wait_for_function("document.querySelector(':target').getBoundingClientRect().top < innerHeight")
        outline = mark.evaluate("m => getComputedStyle(m).outlineStyle")
        assert outline == "solid", "where the jump ends is marked"

    def test_previous_and_next_walk_over_what_is_shown(self, plan):
        plan.uncheck('input[name="status"][value="actual"]')
        plan.uncheck('input[name="status"][value="none"]')
        walked = []
        for _ in range(3):
            plan.click("#next")
            walked.append(plan.evaluate("document.activeElement.id"))
        assert len(set(walked)) == 3
        plan.click("#previous")
        assert plan.evaluate("document.activeElement.id") == walked[1]

    def test_without_scripts_the_text_and_its_readings_are_all_there(self, site, browser):
        context = browser.new_context(java_script_enabled=False, viewport=NARROW)
        page = context.new_page()
        page.goto(page_of(site, "zh", "plan").as_uri())
        assert page.locator("a.m").count() > 190
        assert not page.locator("#filters").is_visible()
        context.close()


@pytest.mark.parametrize("name", ["01_growth", "02_target_feasibility", "03_environment"])
def test_a_number_leads_to_its_sentence(site, visit, name):
    page = visit(page_of(site, "zh", name))
    link = page.locator("a.erqi-quote").first
    link.focus()
    quote = link.locator(".erqi-said")
    assert quote.is_visible()
    assert "“" in quote.inner_text()
    link.press("Enter")
    page.wait_for_url(re.compile(r"plan[^/]*\.html#"))
    assert page.locator(":target").count() == 1


def test_the_chart_of_the_scenario_report_reacts_without_a_kernel(site, visit):
    page = visit(page_of(site, "en", "04_scenarios"))
    chart = page.locator(".vega-embed").first
    chart.scroll_into_view_if_needed()
    slider = chart.locator("input[type=range]").first
    slider.wait_for()
    drawing = chart.locator("svg, canvas").first

    def look() -> bytes:
        return drawing.screenshot()

    before = look()
    slider.focus()
    for _ in range(6):
        slider.press("ArrowRight")
    page.wait_for_timeout(300)
    assert look() != before


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A JupyterLab on a copy of the notebooks; the address with its token."""
    home = tmp_path_factory.mktemp("lab")
    shutil.copytree(NOTEBOOKS, home / "notebooks")
    erqi("build", PLAN, "--out", home / "data" / "processed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(16)
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", f"--port={port}", "--allow-root",
        f"--IdentityProvider.token={token}", f"--notebook-dir={home / 'notebooks'}", "--LabApp.news_url=",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]  # fmt: skip
    with (home / "lab.log").open("w") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, cwd=home, env=os.environ | {"HOME": str(home)})
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(120):
            try:
                urllib.request.urlopen(f"{address}/api?token={token}", timeout=2)
                break
            except OSError:
                assert server.poll() is None, (home / "lab.log").read_text()
                time.sleep(0.5)
        yield f"{address}/lab/tree/04_scenarios.ipynb?token={token}&reset"
    finally:
        server.terminate()
        server.wait(20)


LATENCY = """() => {
    const box = document.querySelector('.widget-html-content svg').closest('.widget-html-content');
    window.drawn = [];
    const watch = new MutationObserver(() => requestAnimationFrame(() => window.drawn.push(performance.now())));
    watch.observe(box, {childList: true, subtree: true});
    addEventListener('pointerup', () => { window.released = performance.now(); window.drawn = []; }, true);
}"""


def test_an_economist_moves_an_assumption_in_jupyterlab(lab, browser, record_property):
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    page.set_default_timeout(120_000)
    page.goto(lab)
    page.wait_for_selector(".jp-Notebook .jp-Cell")
    page.wait_for_selector("text=/Python 3.*Idle/")
    page.click('text="Run"')
    page.click('text="Run All Cells"')
    figure = page.locator(".widget-html-content:has(svg)").first
    table = page.locator(".widget-html-content:has(.erqi-table)").first
    table.wait_for()
    page.wait_for_function("document.querySelectorAll('.jp-InputPrompt')[12].innerText.match(/[0-9]/)")
    page.wait_for_selector("text=/Python 3.*Idle/")
    assert not page.locator(".jp-RenderedText[data-mime-type='application/vnd.jupyter.stderr']").count()
    han = page.locator(".jp-OutputArea").evaluate_all(
        "areas => areas.flatMap(a => a.innerText.match(/\\p{Script=Han}/gu) || [])"
    )
    assert len(set(han)) > 100
    assert not lacking(page.content(), set(han))

    def now() -> tuple[str, str]:
        return figure.inner_html(), table.inner_text()

    handle = page.locator(".noUi-handle").first
    handle.scroll_into_view_if_needed()
    before = now()
    handle.focus()
    handle.press("ArrowRight")
    page.wait_for_function(
        "old => document.querySelector('.widget-html-content svg').parentElement.innerHTML != old", arg=before[0]
    )
    moved = now()
    assert moved[0] != before[0], "the figure follows the keyboard"
    assert moved[1] != before[1], "and so does the table"

    page.evaluate(LATENCY)
    waits = []
    for step in (14, -12, 13, -11, 12, -10, 14):
        box = handle.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + step, y, steps=3)
        page.mouse.up()
        page.wait_for_function("window.drawn.length > 0")
        waits.append(page.evaluate("window.drawn[0] - window.released"))
        page.wait_for_timeout(300)
    record_property("slider_ms", sorted(waits)[len(waits) // 2])
    print(f"from release of the slider to the new figure: {sorted(round(w) for w in waits)} ms")
    assert now() != moved

    shown = now()
    page.locator(".jupyter-widgets button").nth(1).click()  # back to the defaults
    page.wait_for_function(
        "old => document.querySelector('.widget-html-content svg').parentElement.innerHTML != old", arg=shown[0]
    )
    page.close()
