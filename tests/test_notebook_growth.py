"""Notebooks 01 and 04 run for the plan and for a document that says next to nothing, and hand back their figures."""

from __future__ import annotations

import json
import re

import nbformat
import papermill
import pytest

from erqi.analysis import growth, scenarios
from erqi.figures import explorer, labels
from erqi.figures import scenarios as drawings
from erqi.paths import NOTEBOOKS, RAW
from erqi.reports import params, presets, results
from erqi.tables import build
from tests.growth_fixture import observations

SILENT = "测试区2021年工作报告\n一、2021年工作回顾\n全年新建公园3个。\n二、2022年工作安排\n全年新建公园5个。\n"


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    """Tables of the plan, and of a report without output, growth or targets for them."""
    folder = tmp_path_factory.mktemp("tables")
    report = folder / "silent_2022_gwr.txt"
    report.write_text(SILENT, encoding="utf-8")
    build([RAW / "erqi_2022_plan.txt"], folder / "plan")
    build([report], folder / "silent")
    return folder


def run(notebook, packages, tmp_path, **parameters):
    out = tmp_path / "out.ipynb"
    papermill.execute_notebook(
        str(NOTEBOOKS / f"{notebook}.ipynb"), str(out), parameters=parameters, progress_bar=False, cwd=str(tmp_path)
    )
    cells = nbformat.read(out, as_version=4).cells
    found = results.collect(cells)
    shown = "\n".join(json.dumps(c.get("outputs", []), ensure_ascii=False) for c in cells)
    return {one["id"]: one["value"] for one in found["key_figures"]}, shown


@pytest.mark.parametrize("language", ["zh", "en"])
def test_growth_hands_back_the_worked_values(packages, tmp_path, language):
    values, shown = run("01_growth", packages, tmp_path, data_dir=str(packages / "plan"), language=language)
    assert values["two_year_average"] == pytest.approx(4.354, abs=0.0005)
    assert values["gap_to_city"] == pytest.approx(3.36, abs=0.005)
    assert values["catch_up"] == pytest.approx(11.1, abs=0.05)
    assert values["services_bound"] == pytest.approx(7.0)
    assert values["lambda_star"] == pytest.approx(0.613, abs=0.001)
    assert shown.count("<figure") == 7


def test_what_was_published_later_is_missing_and_said_to_be(packages, tmp_path):
    values, shown = run(
        "01_growth", packages, tmp_path, data_dir=str(packages / "plan"), as_of="2022-03-31", language="en"
    )
    assert values["gap_to_city"] is None
    assert "published by the information date" in shown


@pytest.mark.parametrize("notebook", ["01_growth", "04_scenarios"])
def test_a_silent_document_gets_boxes_and_no_exception(packages, tmp_path, notebook):
    values, shown = run(notebook, packages, tmp_path, data_dir=str(packages / "silent"))
    assert "erqi-box" in shown
    assert all(value is None for value in values.values())


def test_scenarios_are_complete_without_a_kernel(packages, tmp_path):
    given = {"scenario": "renewed_lockdown", "language": "en", "n_draws": 10_000}
    values, shown = run("04_scenarios", packages, tmp_path, data_dir=str(packages / "plan"), **given)
    assert values["p_growth"] < 0.1
    assert values["p_growth_difference"] < 0
    assert "erqi-live" in shown
    assert "vegaEmbed" in shown
    assert "widget-view" not in shown


def world():
    return scenarios.World(growth.headline(observations()), 7.5, 57.16e8)


def made(tmp_path, lang="en"):
    defaults = params.check("04_scenarios", {})
    offered = {name: presets.assumptions(defaults, name) for name in presets.names()}
    words = (labels.translator(topic, lang) for topic in ("scenarios", "growth"))
    specification = params.specification()["04_scenarios"]

    def save(name, differences):
        return presets.save(name, differences, tmp_path)

    return explorer.Explorer(world(), specification, offered, save, *words, scenarios.Assumptions())


def test_a_slider_changes_figure_and_table_in_place(tmp_path):
    e = made(tmp_path)
    figure, table = e.figure.value, e.table.value
    e.controls["recovery_share"].value = 1.0
    assert e.figure.value != figure
    assert e.table.value != table
    assert e.preset.value == ""
    e.preset.value = "no_recovery"
    assert e.controls["recovery_share"].value == 0.0
    e.baseline.value = "bounce_back"
    e.reset()
    assert e.assumptions() == scenarios.Assumptions()


def test_every_control_states_unit_default_and_source(tmp_path):
    e = made(tmp_path, "zh")
    specification = params.specification()["04_scenarios"]
    assert set(e.controls) == set(vars(scenarios.Assumptions()))
    for name, control in e.controls.items():
        assert specification[name].get("source_zh", specification[name]["source"]) in control.tooltip
        assert specification[name]["zh"] in control.tooltip
        assert control.description
        assert getattr(control, "continuous_update", False) is False


def test_a_saved_scenario_is_what_papermill_and_the_suite_take(tmp_path):
    e = made(tmp_path)
    e.controls["tax_rebate_pp"].value = 4.0
    e.name.value = "rebates"
    e.save_button.click()
    assert presets.load("rebates", tmp_path) == {"tax_rebate_pp": 4.0}
    assert "rebates" in [value for _, value in e.preset.options]
    e.name.value = "document"
    e.save_button.click()
    assert "alert" in e.message.value


def test_the_offline_chart_computes_what_the_model_computes():
    import vl_convert

    t, a = labels.translator("growth", "en"), scenarios.Assumptions(shock_2022_pp=1.0)
    shown = drawings.live_chart(world(), a, t, "the plan")
    assert not re.search(r'(src|href)="https?:', shown.split("<script>")[0])
    spec = json.loads(re.search(r"vegaEmbed\('#erqi-live', (\{.*\}), \{\"actions\"", shown, re.S)[1])
    svg = vl_convert.vegalite_to_svg(json.dumps(spec | {"width": 400}))
    centre = float(scenarios.centre(world(), a))
    assert f"{centre:.1f}%" in svg
