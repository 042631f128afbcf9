"""The notebooks of audit, feasibility and environment: thin, honest, and able to run for any document."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import IPython.display
import pytest

from erqi.errors import InputError
from erqi.figures import style
from erqi.figures.labels import LANGUAGES, catalogue
from erqi.paths import NOTEBOOKS, RAW
from erqi.reports.book import plugged
from erqi.reports.params import specification
from erqi.reports.results import MIME
from erqi.tables.build import build

OURS = {"00_source_audit": "audit", "02_target_feasibility": "feasibility", "03_environment": "environment"}
# a report of our own that says next to nothing of what the notebooks ask
POOR = """甲乙县2030年工作报告

一、2030年工作回顾
全年新建图书馆2座，修复古桥3座。
二、2031年工作安排
力争新建图书馆4座，确保修复古桥1座。
"""
# words that claim a cause; one year of data cannot carry them
CAUSES = re.compile(
    r"由于|因为.{0,12}(改善|下降|上升|恶化)|导致|归因于|得益于|受.{0,8}影响"
    r"|caused by|due to|thanks to|owing to|as a result of"
)


def cells(name: str) -> list[str]:
    book = json.loads((NOTEBOOKS / f"{name}.ipynb").read_text(encoding="utf-8"))
    return ["".join(cell["source"]) for cell in book["cells"] if cell["cell_type"] == "code"]


def run(name: str, monkeypatch: pytest.MonkeyPatch, **parameters: Any) -> tuple[list[str], dict[str, Any]]:
    """Execute the cells in this process; returns what was displayed and what was handed back."""
    shown: list[str] = []
    handed: dict[str, Any] = {}

    def display(*things: Any, raw: bool = False) -> None:
        for thing in things:
            if raw:
                handed.update(thing.get(MIME, {}))
            elif hasattr(thing, "_repr_mimebundle_"):
                shown.append(thing._repr_mimebundle_()["text/html"])
            elif hasattr(thing, "_repr_html_"):
                shown.append(thing._repr_html_())
            else:
                shown.append(str(getattr(thing, "data", thing)))

    monkeypatch.setattr(IPython.display, "display", display)
    first, *rest = cells(name)
    space: dict[str, Any] = {}
    exec(first, space)
    space |= parameters | {"In": [first, rest[0]], "Out": {}}
    for source in rest:
        tree = ast.parse(source)
        last = ast.Expression(tree.body.pop().value) if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, name, "exec"), space)
        value = eval(compile(last, name, "eval"), space) if last else None
        if value is not None:
            display(value)
    return shown, handed


@pytest.fixture(scope="module")
def ran() -> Callable[..., tuple[list[str], dict[str, Any]]]:
    """Run each notebook once for the same parameters."""
    known: dict[tuple[Any, ...], tuple[list[str], dict[str, Any]]] = {}

    def once(name: str, **parameters: Any) -> tuple[list[str], dict[str, Any]]:
        key = (name, *sorted(parameters.items()))
        if key not in known:
            with pytest.MonkeyPatch.context() as patch:
                known[key] = run(name, patch, **parameters)
        return known[key]

    return once


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> str:
    out = tmp_path_factory.mktemp("plan")
    build([RAW / "erqi_2022_plan.txt"], out / "tables")
    return str(out / "tables")


@pytest.fixture(scope="module")
def poor(tmp_path_factory: pytest.TempPathFactory) -> str:
    out = tmp_path_factory.mktemp("poor")
    (out / "poor_2031.txt").write_text(POOR, encoding="utf-8")
    build([out / "poor_2031.txt"], out / "tables")
    return str(out / "tables")


@pytest.mark.parametrize("name", OURS)
def test_a_notebook_has_few_cells_and_no_outputs(name):
    book = json.loads((NOTEBOOKS / f"{name}.ipynb").read_text(encoding="utf-8"))
    code = [cell for cell in book["cells"] if cell["cell_type"] == "code"]
    assert len(code) <= 15
    assert not any(cell["outputs"] or cell["execution_count"] for cell in code)
    assert code[0]["metadata"]["tags"] == ["parameters"]


@pytest.mark.parametrize("name", OURS)
def test_the_parameters_cell_is_the_model_with_its_defaults(name):
    space: dict[str, Any] = {}
    exec(cells(name)[0], space)
    given = {key: value for key, value in space.items() if not key.startswith("__")}
    assert given == {key: spec["default"] for key, spec in specification()[name].items()}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", OURS)
def test_it_runs_for_the_plan_and_hands_back_its_key_figures(name, language, plan, ran):
    shown, handed = ran(name, data_dir=plan, language=language)
    assert handed["notebook"] == name
    assert all(figure["evidence"] for figure in handed["key_figures"])
    assert all(re.search(r'alt="[^"]{20,}"', html) for html in shown if "<figure" in html)


@pytest.mark.parametrize("name", OURS)
def test_a_document_that_says_little_gets_boxed_lines_not_errors(name, poor, ran):
    shown, handed = ran(name, data_dir=poor)
    assert handed["notebook"] == name
    assert any("erqi-box" in html for html in shown)


def test_worked_values_of_the_plan(plan, ran):
    _, handed = ran("02_target_feasibility", data_dir=plan, language="zh")
    figures = {figure["id"]: figure["value"] for figure in handed["key_figures"]}
    assert (figures["targets_below_delivery"], figures["targets_above_delivery"]) == (9, 5)
    assert figures["median_ratio"] == pytest.approx(0.951, abs=5e-4)
    assert figures["least_sigma_star"] == pytest.approx(0.063, abs=5e-4)
    assert figures["progress_defined"] == 1
    _, handed = ran("03_environment", data_dir=plan, language="zh")
    figures = {figure["id"]: figure["value"] for figure in handed["key_figures"]}
    assert [figures[f"excess_{one}"] for one in ("pm25", "pm10", "no2")] == pytest.approx([20.0, 5.71, -12.5], abs=5e-3)
    assert figures["composite_known"] == pytest.approx(3.13, abs=5e-3)


def test_hindsight_is_stamped_and_otherwise_absent(plan, ran):
    shown, _ = ran("02_target_feasibility", data_dir=plan, language="en")
    assert not any("HINDSIGHT" in html for html in shown)
    assert not any("323" in style.visible(html) for html in shown)
    stamped, _ = ran("02_target_feasibility", data_dir=plan, language="en", allow_hindsight=True)
    assert any("HINDSIGHT" in html for html in stamped)
    assert any("6 of 7 fell short" in html for html in stamped)


def test_a_series_of_ones_own_may_show_a_trend(plan, ran, tmp_path):
    rows = "".join(f"pm25,{year},{90 - 4 * n},ug/m3\n" for n, year in enumerate(range(2014, 2022)))
    own = tmp_path / "own.csv"
    own.write_text("indicator_id,year,value,unit\n" + rows, encoding="utf-8")
    shown, _ = ran("03_environment", data_dir=plan, language="en", series_file=str(own))
    assert any("2014, 2015" in html and "trend" in html for html in shown)


@pytest.mark.parametrize(
    ("text", "field"),
    [("year,value\n2020,1\n", "columns"), ("indicator_id,year,value,unit\npm25,2020,x,ug/m3\n", "value")],
)
def test_a_series_that_cannot_be_used_is_refused_in_one_line(text, field, tmp_path):
    bad = tmp_path / "bad.csv"
    bad.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        plugged(str(bad))
    assert caught.value.field == field


def test_a_failed_check_stops_the_audit_only_if_asked(plan, ran):
    with pytest.raises(Exception, match="no failed check"):
        ran("00_source_audit", data_dir=plan, identity_policy="fail")


def test_no_sentence_about_the_environment_claims_a_cause():
    for key, words in catalogue("environment").items():
        for language in LANGUAGES:
            assert not CAUSES.search(words[language]), key


def test_the_events_that_are_marked_are_data():
    code = "".join(
        Path(file).read_text(encoding="utf-8") for file in NOTEBOOKS.parent.glob("src/erqi/*/environment.py")
    )
    assert "07-20" not in code
    assert "7·20" not in code
