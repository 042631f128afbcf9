"""Base rates in the notebook of feasibility: figures with words, honest dates, and a box where there is no panel."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from erqi.analysis import base_rates, scoring
from erqi.figures import base_rates as figures
from erqi.figures import style, words
from erqi.figures.labels import LANGUAGES, translator
from erqi.paths import RAW
from erqi.tables.build import build
from tests.test_notebooks_feas import run
from tests.test_scoring import made_panel, row

NAME = "02_target_feasibility"


@pytest.fixture(scope="module")
def scores() -> pd.DataFrame:
    return scoring.backtest(made_panel(years=8, units=6), around_pp=0.5)


@pytest.fixture
def plan(tmp_path) -> str:
    build([RAW / "erqi_2022_plan.txt"], tmp_path / "tables")
    return str(tmp_path / "tables")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_figure_says_in_words_what_it_shows(lang, scores):
    style.theme(lang)
    t = translator("feasibility", lang)
    models = {m: scores[scores["model"].eq(m)] for m in ("year_effect", "B1_target_past_rmse")}
    curves = {m: scoring.reliability_curve(s["probability"], s["hit"]) for m, s in models.items()}
    parts = {m: scoring.corp(s["probability"], s["hit"]) for m, s in models.items()}
    drawn = [
        figures.reliability(curves, parts, t, "made"),
        figures.pit(scoring.pit_histogram(scores), t, "made"),
        figures.by_year(scoring.summary(scores, ["held_out"]), t, "made"),
    ]
    for figure in drawn:
        assert len(figure.alt) > 40
        assert figure.evidence == "base_rate"
        assert "<figure" in figure.to_html()


def test_the_pit_histogram_counts_every_scored_row_once(scores):
    histogram = scoring.pit_histogram(scores)
    assert histogram["count"].sum() == scores["model"].eq("year_effect").sum()
    assert (histogram["lower"] <= histogram["expected"]).all()


def test_a_failed_gate_is_said_to_leave_descriptive_probabilities():
    verdict = pd.DataFrame({"condition": ["miscalibration"], "value": [0.2], "limit": [0.1], "passed": [False]})
    t = translator("feasibility", "en")
    told = " ".join(str(one.data) for one in words.judged(verdict, 50, t))
    assert "FAIL" in told
    assert "descriptive only" in told
    assert words.gate_words(verdict, t)["rule"].item() == "≤ 0.100"


class TestChances:
    aims = pd.DataFrame(
        [
            {"observation_id": "o1", "indicator_id": "gdp", "measure": "growth_rate", "value": 7.0, "unit": "%"},
            {"observation_id": "o2", "indicator_id": "exports", "measure": "growth_rate", "value": 5.0, "unit": "%"},
        ]
    ).assign(bound="point")

    def test_a_target_without_a_record_has_a_reason_and_no_number(self):
        found = base_rates.chances(self.aims, base_rates.with_errors(made_panel())).set_index("indicator_id")
        assert found.loc["exports", "reason"] == "no_record"
        assert np.isnan(found.loc["exports", "probability"])
        assert 0 < found.loc["gdp", "probability"] < 0.5  # outcomes fell one point short on average
        assert found["evidence"].eq("base_rate").all()

    def test_two_years_are_too_few(self):
        found = base_rates.chances(self.aims.head(1), base_rates.with_errors(made_panel(years=2)))
        assert found["reason"].item() == "few_years"

    def test_a_lenient_reading_of_around_never_lowers_the_chance(self):
        about = self.aims.head(1).assign(bound="about")
        panel = base_rates.with_errors(made_panel())
        strict, lenient = (base_rates.chances(about, panel, pp)["probability"].item() for pp in (0.0, 1.0))
        assert strict < lenient

    def test_years_that_never_failed_still_leave_room_for_failure(self):
        rows = [row(indicator_id=name, year=year, level="national", outcome=8.0).iloc[0]
                for year in range(2000, 2010) for name in ("gdp", "retail_sales")]  # fmt: skip
        met = base_rates.all_met(base_rates.with_errors(pd.DataFrame(rows)), ["gdp", "retail_sales"])
        assert (met["n"], met["hits"]) == (10, 10)
        assert 0.7 < met["rate_lower"] < 0.85


def test_rows_that_came_later_are_held_back_and_counted(plan, monkeypatch):
    shown, handed = run(NAME, monkeypatch, data_dir=plan, language="en", backtest="off")
    page = style.visible(" ".join(shown))
    known, held = map(int, re.search(r"(\d+) pairs .* (\d+) more came later and are held back", page).groups())
    figures_back = {figure["id"]: figure["value"] for figure in handed["key_figures"]}
    assert figures_back["panel_pairs"] == known
    assert held > 0
    assert "HINDSIGHT" not in page
    assert "Release gate: " in page


def test_without_a_panel_the_page_says_what_it_needs(plan, monkeypatch, tmp_path):
    table = tmp_path / "tables" / "target_outcomes"
    head = pd.read_csv(table.with_suffix(".csv"), nrows=0) if table.with_suffix(".csv").is_file() else made_panel()[:0]
    table.with_suffix(".parquet").unlink(missing_ok=True)
    head.to_csv(table.with_suffix(".csv"), index=False)
    shown, handed = run(NAME, monkeypatch, data_dir=plan, language="zh")
    assert any("erqi-box" in html and "target_outcomes.csv" in html for html in shown)
    assert handed["notebook"] == NAME
