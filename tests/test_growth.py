"""The worked values of the growth chapter, from the plan's own headline statements."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from erqi.analysis import growth, known
from erqi.analysis.reconcile import correlation, reconcile, tension_by_share
from erqi.errors import InputError
from erqi.paths import REFERENCE
from tests.growth_fixture import observations

FACTS = growth.headline(observations())


@pytest.fixture(scope="module")
def series():
    frame = pd.read_csv(REFERENCE / "reference_series.csv", dtype=str).fillna("")
    return known.known_by(frame, dt.date(2022, 6, 30))


def by_item(frame):
    return frame.set_index("item")


def test_the_facts_are_found_whatever_else_the_table_holds():
    assert (FACTS.review_year, FACTS.plan_year, FACTS.ref_area) == (2021, 2022, "410103")
    assert FACTS.level.value == pytest.approx(784.23e8)
    assert (FACTS.growth.value, FACTS.target.value, FACTS.target.bound) == (1.3, 7.5, "about")
    assert FACTS.income_in_step


def test_output_of_2020_at_prices_of_2021():
    line = by_item(growth.levels(FACTS, 0.5, 2.0)).loc["level_before"]
    assert [round(line[c] / 1e8, 2) for c in ("value", "lower", "upper")] == [774.17, 773.78, 774.55]


def test_two_year_average_with_rounding_and_about():
    lines = by_item(growth.levels(FACTS, 0.5, 2.0))
    line = lines.loc["two_year"]
    assert [round(line[c], 3) for c in ("value", "lower", "upper")] == [4.354, 4.085, 4.622]
    assert lines.loc["base_effect", "value"] == pytest.approx(3.1, abs=0.05)
    # what Zhengzhou published for the first quarter of 2021: 9.3 % over two years is 4.5 % a year
    assert growth.two_year_average(0.0, 9.3) == pytest.approx(4.5, abs=0.05)


def test_the_level_at_constant_prices_is_not_the_nominal_level():
    lines = by_item(growth.levels(FACTS, 0.5, 2.0))["value"] / 1e8
    assert lines["level_after_real"] == pytest.approx(843.05, abs=0.005)
    assert lines["level_after_nominal"] == pytest.approx(843.05 * 1.02, abs=0.01)


@pytest.mark.parametrize(
    ("trend", "share"), [(4.0, 1.26), (4.35, 1.00), (5.0, 0.66), (5.5, 0.46), (6.0, 0.31), (7.0, 0.09)]
)
def test_needed_recovery_share(trend, share):
    assert float(growth.needed_share(trend, 1.3, 7.5)) == pytest.approx(share, abs=0.006)
    assert float(growth.implied_growth(trend, growth.needed_share(trend, 1.3, 7.5), 1.3)) == pytest.approx(7.5)


def test_the_gap_to_the_city(series):
    lines = by_item(growth.against_city(FACTS, series))["value"]
    assert lines["gap_to_city"] == pytest.approx(3.36, abs=0.005)
    assert lines["gap_after_targets"] == pytest.approx(lines["gap_to_city"])
    assert lines["catch_up"] == pytest.approx(11.1, abs=0.05)


def test_the_size_of_the_flood(series):
    lines = by_item(growth.against_city(FACTS, series))["value"]
    own, city = lines["loss_to_output"], lines["loss_to_output_city"]
    assert (round(own, 2), round(city, 2), round(own / city, 2)) == (7.29, 3.22, 2.26)
    assert (round(lines["loss_share"], 2), round(lines["output_share"], 2)) == (13.98, 6.18)
    assert (4.7 - 1.3) / (own - city) == pytest.approx(0.84, abs=0.005)


def test_rebuilding_adds_about_half_a_point():
    points = growth.rebuild_points(57.16e8, 0.267, 0.30, 784.23e8)
    assert points == pytest.approx(0.58, abs=0.005)


@pytest.mark.parametrize(
    ("item", "ratio"),
    [
        ("industrial_va_above_scale", 1.20),
        ("fixed_asset_investment", 1.33),
        ("retail_sales", 1.20),
        ("general_public_budget_revenue", 0.40),
        ("trade_total", 1.47),
        ("foreign_investment_used", 0.40),
        ("technical_renovation_investment", 2.00),
        ("project_investment", 1.20),
    ],
)
def test_implied_ratios_as_printed(item, ratio):
    assert by_item(growth.ratios(FACTS, [0, 2, 3], 2.0)).loc[item, "value"] == pytest.approx(ratio, abs=0.006)


@pytest.mark.parametrize(
    ("item", "changes"),
    [
        ("general_public_budget_revenue", (-4.2, -6.1, -7.0)),
        ("fixed_asset_investment", (2.3, 0.3, -0.7)),
        ("retail_sales", (1.4, -0.6, -1.6)),
    ],
)
def test_ratios_to_nominal_output_fall_with_the_deflator(item, changes):
    line = by_item(growth.ratios(FACTS, [0, 2, 3], 2.0)).loc[item]
    assert [round(line[f"share_change_{d}"], 1) for d in (0, 2, 3)] == list(changes)


def test_a_real_target_is_never_set_against_nominal_output():
    line = by_item(growth.ratios(FACTS, [0, 2, 3], 2.0)).loc["industrial_va_above_scale"]
    assert pd.isna(line["share_change_2"])


def test_bounds_on_the_rest_of_the_economy_and_on_projects():
    lines = by_item(growth.bounds(FACTS, 0.03, 0.25))
    rest = lines.loc["rest_of_economy"]
    assert (round(rest["lower"], 2), round(rest["upper"], 2), rest["evidence"]) == (7.00, 7.45, "bound")
    assert lines.loc["projects_share_of_investment", "upper"] == pytest.approx(83.5, abs=0.05)
    assert lines.loc["deflator_where_revenue_keeps_pace", "value"] == pytest.approx(-4.2, abs=0.05)


def test_the_target_vector_of_the_city_is_passed_through(series):
    lines = by_item(growth.cascade(FACTS, series))
    same = ["gdp", "fixed_asset_investment", "retail_sales", "general_public_budget_revenue", "foreign_investment_used"]
    assert (lines.loc[same, "amplification"] == 0).all()
    assert lines.loc["industrial_va_above_scale", "amplification"] == -1
    steps = by_item(growth.ladder(FACTS, series))["value"]
    assert steps.loc[["nation", "province", "city", "own"]].tolist() == [5.5, 7.0, 7.5, 7.5]


def test_nothing_published_after_the_information_date_gets_in():
    frame = pd.read_csv(REFERENCE / "reference_series.csv", dtype=str).fillna("")
    early = known.known_by(frame, dt.date(2022, 3, 31))
    lines = by_item(growth.against_city(FACTS, early))
    assert pd.isna(lines.loc["gap_to_city", "value"])
    assert lines.loc["gap_to_city", "reason"].startswith("needs")
    assert by_item(growth.ladder(FACTS, early))["outcome"].isna().all()


def test_reconciliation_by_hand():
    done = reconcile({"total": 10, "a": 4, "b": 5}, {"total": 1, "a": 1, "b": 1}, [{"total": 1, "a": -1, "b": -1}], [0])
    assert done.table["adjusted"].tolist() == pytest.approx([10 - 1 / 3, 4 + 1 / 3, 5 + 1 / 3])
    assert done.tension == pytest.approx(1 / 3)
    assert done.repaired == 0


def test_reliable_figures_give_less():
    done = reconcile({"x": 0.0, "y": 1.0}, {"x": 1e-6, "y": 1.0}, [{"x": 1, "y": -1}], [0])
    assert done.table["adjusted"].tolist() == pytest.approx([0, 0], abs=1e-6)


def test_tension_rises_with_distance_from_what_the_targets_need():
    frame = tension_by_share(7.5, 9.0, 5.1, (0.5, 0.5, 1.0), [0.05, 0.25])
    held = frame["share"] * frame["part"] + (1 - frame["share"]) * frame["rest"]
    assert held.tolist() == pytest.approx(frame["total"].tolist())
    assert (frame["tension"] > 1).all()


def test_an_impossible_correlation_is_repaired_and_the_repair_is_told():
    matrix, moved = correlation(3, [[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]])
    assert moved > 0.1
    assert correlation(3, 0.5)[1] == 0
    assert matrix.shape == (3, 3)


def test_contributions_need_shares_that_add_up():
    sectors = pd.DataFrame({"sector": ["a", "b"], "share": [0.25, 0.75], "growth": [9.0, 7.0]})
    assert by_item(growth.contributions(sectors)).loc["total", "value"] == pytest.approx(7.5)
    with pytest.raises(InputError, match="add up to 1"):
        growth.contributions(sectors.assign(share=0.3))


@pytest.mark.parametrize("gone", [("gdp",), ("industrial_va_above_scale", "retail_sales"), tuple(growth.HEADLINES)])
def test_a_document_that_is_silent_gets_reasons_and_no_exception(gone, series):
    facts = growth.headline(observations(drop=gone))
    frames = [
        growth.levels(facts, 0.5, 2.0),
        growth.recovery_shares(facts, [4, 5], 7.5),
        growth.against_city(facts, series),
        growth.cascade(facts, series),
        growth.ladder(facts, series),
        growth.ratios(facts, [0, 2], 2.0),
        growth.bounds(facts, 0.03, 0.25),
        growth.not_known(facts, series),
    ]
    for frame in frames:
        assert set(frame["evidence"]) <= {"arithmetic", "bound", "scenario", "base_rate"}
        empty = frame[["value", "lower", "upper"]].isna().all(axis=1)
        assert (frame.loc[empty, "reason"] != "").all()
    growth.index_paths(facts, [4, 5], series)


def test_a_range_is_one_target_reached_at_its_lower_end():
    frame = observations(drop=("gdp",))
    ends = [("gdp", v, i) for i, v in enumerate((5.5, 6.0))]
    rows = pd.DataFrame(ends, columns=["indicator_id", "value", "start"]).assign(
        measure="growth_rate", status="target", time_period="2022", bound="range_end", commitment="none", unit="%",
        document_id="erqi_2022_plan", observation_id="r", ref_area="410103", price_basis="real",
    )  # fmt: skip
    goal = growth.headline(pd.concat([frame, rows])).target
    assert (goal.value, goal.lower, goal.upper) == (5.5, 5.5, 6.0)


def test_one_of_several_documents_must_be_named():
    two = pd.concat([observations(), observations().assign(document_id="other")])
    with pytest.raises(InputError, match="one of erqi_2022_plan, other"):
        growth.headline(two)
    assert growth.headline(two, "other").document_id == "other"
