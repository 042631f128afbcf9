"""How far each target is from last year's delivery, and what may and may not be said of its chances."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from erqi.analysis import feasibility, known, wording
from erqi.paths import REFERENCE

# id, grade, delivered (lower, upper), target, unit, measure, commitment, bound
PAIRS = [
    ("P01", "A", 1.3, 1.25, 1.35, 7.5, "%", "growth_rate", "none", "about"),
    ("P02", "B", 270, 270, 270, 360, "1", "level", "none", "point"),
    ("P03", "B", 37.51e9, 37.505e9, 37.515e9, 42e9, "CNY", "level", "strive", "point"),
    ("P04", "B", 15, 15, 15, 6, "1", "level", "strive", "point"),
    ("P05", "A-", 100 * 515 / 525, None, None, 96, "%", "share", "ensure", "point"),
    ("P06", "B", 25, 18, 25, 5, "1", "level", "strive", "point"),
    ("P07", "B", 97, 97, 97, 50, "1", "level", "strive", "point"),
    ("P08", "B", 15, 15, 15, 6, "person", "level", "strive", "point"),
    ("P09", "B", 2, 2, 2, 3, "1", "level", "strive", "point"),
    ("P10", "B", 1, 1, 1, 1, "1", "level", "strive", "point"),
    ("P11", "A", 8331, 8331, 8331, 6500, "1", "level", "none", "point"),
    ("P12", "A", 30, 30, 30, 25, "1", "level", "strive", "point"),
    ("P13", "A", 21135, 21135, 21135, 19500, "person", "level", "none", "point"),
    ("P14", "A", 115, 115, 115, 80, "person", "level", "none", "point"),
    ("P15", "A-", 2, 2, 2, 3, "1", "level", "none", "point"),
    ("P16", "A", 3, 3, 3, 3, "1", "level", "none", "point"),
    ("P17", "A", 92, 91.5, 92.5, 100, "%", "share", "ensure", "point"),
    ("P18", "A-", 261, 261, 261, None, "1", "level", "none", "point"),
    ("P21", "C", 751, 751, 751, 150, "1", "level", "ensure", "point"),
    ("P29", "env", 42, 41.5, 42.5, None, "ug/m3", "level", "ensure", "point"),
]
COLUMNS = ["pair_id", "grade", "actual_value", "actual_lower", "actual_upper", "target_value", "unit", "measure"]


@pytest.fixture(scope="module")
def pairs() -> pd.DataFrame:
    frame = pd.DataFrame(PAIRS, columns=[*COLUMNS, "commitment", "bound"]).drop(columns="measure")
    return frame.assign(
        actual_observation_id=frame["pair_id"].str.replace("P", "a"),
        target_observation_id=frame["pair_id"].str.replace("P", "o"),
        actual_period="2021",
        target_period="2022",
        indicator_id=frame["pair_id"],
        label_zh=frame["pair_id"],
        label_en=frame["pair_id"],
        change=100 * (frame["target_value"] / frame["actual_value"] - 1),
    )


@pytest.fixture(scope="module")
def observations() -> pd.DataFrame:
    frame = pd.DataFrame(PAIRS, columns=[*COLUMNS, "commitment", "bound"])
    return pd.DataFrame(
        {
            "observation_id": frame["pair_id"].str.replace("P", "o"),
            "indicator_id": frame["pair_id"],
            "measure": frame["measure"],
            "unit": frame["unit"],
            "value": frame["target_value"],
            "status": "target",
            "time_period": "2022",
        }
    )


def reference(name: str) -> pd.DataFrame:
    return pd.read_csv(REFERENCE / f"{name}.csv", dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def stretched(pairs, observations) -> pd.DataFrame:
    return feasibility.stretch(pairs, observations, reference("wording_lexicon")).set_index("pair_id")


def test_nine_targets_stand_below_last_years_delivery_two_at_it_and_five_above(stretched):
    found = feasibility.direction(stretched)
    assert (found.below, found.equal, found.above) == (9, 2, 5)
    assert found.median_ratio == pytest.approx(0.951, abs=5e-4)
    assert found.p_value == pytest.approx(0.424, abs=5e-4)


def test_a_pair_that_cannot_be_compared_has_no_ratio_and_no_change_whatever_is_asked(pairs, observations):
    asked = feasibility.stretch(pairs, observations, reference("wording_lexicon"), grades=("A", "C", "env"))
    asked = asked.set_index("pair_id")
    assert asked["ratio"].drop(["P11", "P12", "P13", "P14", "P16", "P17"]).isna().all()
    assert asked.loc["P21", ["change", "reason"]].tolist()[1] == "not_comparable"
    assert pd.isna(asked.loc["P21", "change"])
    assert asked.loc["P29", "reason"] == "target_without_number"
    assert asked.loc["P02", "reason"] == "grade_not_asked"


def test_a_ratio_of_growth_rates_is_no_stretch(stretched):
    assert stretched.loc["P01", "reason"] == "growth_rate"
    assert np.isnan(stretched.loc["P01", "ratio"])


def test_honours_that_overlap_give_an_interval(stretched, pairs, observations):
    row = stretched.loc["P06"]
    assert (row["ratio"], row["ratio_lower"], row["ratio_upper"]) == pytest.approx((0.2, 0.2, 5 / 18))
    low = feasibility.stretch(pairs, observations, reference("wording_lexicon"), overlap="low")
    assert low.set_index("pair_id").loc["P06", "ratio"] == pytest.approx(5 / 18)


def test_full_coverage_is_the_whole_remaining_way(stretched):
    assert stretched.loc["P17", "distance_share"] == pytest.approx(1.0)


def test_small_counts_get_an_exact_interval():
    # Garwood: 0 events → [0, 3.689]; 10 events → [4.795, 18.39]
    assert feasibility.garwood(0) == pytest.approx((0, 3.6889), abs=1e-4)
    assert feasibility.garwood(10) == pytest.approx((4.7954, 18.3904), abs=1e-4)


def test_a_drop_from_115_to_80_is_below_what_chance_alone_would_give_and_2_to_3_is_not(stretched):
    assert stretched.loc["P14", "chance_upper"] < 1
    assert stretched.loc["P15", "chance_lower"] < 1 < stretched.loc["P15", "chance_upper"]
    assert np.isnan(stretched.loc["P11", "chance_lower"])


@pytest.mark.parametrize(
    ("pair", "sigma"),
    [("P11", 0.194), ("P12", 0.142), ("P13", 0.063), ("P14", 0.283), ("P07", 0.517), ("P04", 0.715)],
)
def test_tolerable_volatility(stretched, pair, sigma):
    table = feasibility.tolerable_volatility(stretched)
    assert table.loc[pair, "sigma_star"] == pytest.approx(sigma, abs=5e-4)


def test_a_target_above_delivery_has_a_drift_it_needs_instead(stretched):
    table = feasibility.tolerable_volatility(stretched)
    assert table.loc[["P02", "P03"], "drift_needed"].tolist() == pytest.approx([0.288, 0.113], abs=5e-4)
    assert table.loc[["P02", "P03"], "sigma_star"].isna().all()
    assert set(table.loc[["P02", "P03"], "reason"]) == {"target_above_delivery"}
    assert table.loc["P05", "reason"] == "bounded_share"


def test_the_noise_of_a_small_count_uses_up_part_of_the_tolerable_volatility(stretched):
    table = feasibility.tolerable_volatility(stretched)
    assert table.loc["P14", "sigma_star_net"] == pytest.approx((0.2832**2 - 1 / 115) ** 0.5, abs=1e-3)
    assert table.loc["P12", "sigma_star_net"] == 0


def test_where_less_is_better_the_slack_is_on_the_other_side(pairs, observations):
    less = pd.DataFrame({"indicator_id": ["P11", "P02"], "direction": ["down", "up"]})
    table = feasibility.stretch(pairs, observations, reference("wording_lexicon"), less).set_index("pair_id")
    assert table.loc["P11", "slack"] == pytest.approx(np.log(6500 / 8331))
    assert table.loc["P02", "slack"] == pytest.approx(np.log(270 / 360))
    tolerable = feasibility.tolerable_volatility(table)
    assert tolerable.loc["P11", "drift_needed"] == pytest.approx(np.log(8331 / 6500))


def test_at_sigma_star_without_count_noise_the_chance_is_the_safe_probability(stretched):
    one = stretched.loc[["P03"]].assign(slack=0.2)
    sigma = feasibility.tolerable_volatility(one)["sigma_star"].iloc[0]
    chance = feasibility.chance(one, sigma)
    assert chance["probability"].iloc[0] == pytest.approx(0.9)
    assert set(chance["evidence"]) == {"scenario"}


def test_wording_keeps_soft_commitment_and_floor_apart():
    said = pd.DataFrame(
        {
            "commitment": ["ensure", "strive", "strive", "none", "none", "none", "none"],
            "bound": ["point", "point", "at_least", "at_least", "about", "point", "point"],
            "status": ["target"] * 6 + ["scope"],
        }
    )
    table = wording.with_wording(said, reference("wording_lexicon"))
    assert table["wording"].tolist() == ["ensure", "strive", "strive_floor", "floor", "about", "plain", "scope"]
    assert table["hardness"].tolist() == [5, 1, 1, 4, 2, 3, 0]


def test_all_targets_are_counted_by_wording_and_what_was_delivered_is_not():
    rows = [
        ("target", "strive", "point"),
        ("target", "strive", "point"),
        ("scope", "none", "point"),
        ("actual", "none", "point"),
    ]
    said = pd.DataFrame(rows, columns=["status", "commitment", "bound"])
    counts = wording.wording_counts(said, reference("wording_lexicon"))
    assert dict(zip(counts["wording"], counts["n"], strict=True)) == {"strive": 2, "scope": 1}


def test_wording_by_stretch_as_in_the_plan_and_no_test_on_so_few(stretched):
    table = wording.stretch_by_wording(stretched).set_index("wording")
    assert table.loc["strive", ["least", "greatest"]].tolist() == pytest.approx([0.20, 1.50])
    assert table.loc["ensure", ["least", "greatest"]].tolist() == pytest.approx([0.979, 1.087], abs=1e-3)
    assert table.loc["plain", ["least", "greatest"]].tolist() == pytest.approx([0.70, 1.50], abs=5e-3)
    assert set(table["reason"]) == {"few_per_class"}


def test_progress_methods_are_undefined_but_for_growth_and_say_what_would_define_them(pairs, observations):
    table = feasibility.progress(pairs, observations, reference("progress_methods")).set_index(["pair_id", "method"])
    growth = table.loc[("P01", "eurostat")]
    assert growth["value"] == pytest.approx(0.173, abs=5e-4)
    assert growth["progress_class"] == "insufficient"
    rest = table.drop(index=("P01", "eurostat"))
    assert rest["value"].isna().all()
    assert (rest["reason"] != "").all()
    assert table.loc[("P11", "eurostat"), ["observations", "observations_needed"]].tolist() == [1, 2]
    assert table.loc[("P11", "oecd"), "reason"] == "no_peers"


def test_progress_follows_eurostat_where_two_dated_levels_stand_in_the_document(pairs, observations):
    # 100 → 110 in two years is 4.88 % a year; 121 by year 4 needs 4.88 % a year from the base
    assert feasibility.pace(pd.Series({"2018": 100.0, "2020": 110.0}), 121, 2022) == pytest.approx(1.0)
    assert feasibility.pace(pd.Series({"2018": 100.0, "2020": 95.0}), 121, 2022) < 0


@pytest.mark.parametrize(
    ("hits", "n", "lower", "upper"), [(25, 31, 0.64, 0.92), (0, 31, 0.00, 0.08), (14, 31, 0.29, 0.63)]
)
def test_hit_rates_have_jeffreys_intervals(hits, n, lower, upper):
    assert feasibility.hit_interval(hits, n) == pytest.approx((lower, upper), abs=6e-3)


def test_a_prior_may_be_given_as_two_numbers():
    assert feasibility.hit_interval(3, 10, "1,1") == feasibility.hit_interval(3, 10, "uniform")


def test_provinces_shipped_as_data_are_those_that_were_read_and_a_ceiling_stays_a_bound():
    table = feasibility.hit_counts(reference("reference_series")).set_index("year")
    assert table.loc["2021", ["hits", "n"]].tolist() == [25, 31]
    assert table.loc["2023", "evidence"] == "bound"
    assert table.loc["2023", "rate_lower"] == 0


def test_record_of_the_parent_city():
    growth = reference("reference_series").query("indicator_id == 'gdp' and measure == 'growth_rate'")
    table = known.record(growth, ["410100"], around=0.5).query("year >= '2021'")
    assert table["hit"].sum() == 1
    assert len(table) == 5
    assert table["error"].mean() == pytest.approx(-2.16)
    assert float(np.sqrt((table["error"] ** 2).mean())) == pytest.approx(3.23, abs=5e-3)


def test_ninety_three_province_years_weigh_as_four():
    effect = feasibility.design_effect(31, 0.78)
    assert effect == pytest.approx(24.4)
    assert 93 / effect == pytest.approx(3.8, abs=0.02)


def test_joint_hits_share_their_year():
    alone = feasibility.joint_hits([0.5, 0.5], 0.0)
    assert alone["probability"].tolist() == pytest.approx([0.25, 0.5, 0.25])
    # orthant probability of two normals: 1/4 + arcsin(ρ)/(2π)
    together = feasibility.joint_hits([0.5, 0.5], 0.78)
    assert together["probability"].iloc[2] == pytest.approx(0.25 + np.arcsin(0.78) / (2 * np.pi), abs=2e-3)
    assert together["probability"].sum() == pytest.approx(1.0)
    assert (together["hits"] * together["probability"]).sum() == pytest.approx(1.0)


def test_what_was_published_later_is_not_known_yet():
    series = pd.DataFrame({"published": ["2022-01-28", "2022", "2022-03", "2021", ""], "value": range(5)})
    known_then = known.known_by(series, dt.date(2022, 3, 31))
    assert known_then["value"].tolist() == [0, 2, 3]
    assert known.known_by(series, dt.date(2022, 3, 31), hindsight=True)["hindsight"].tolist() == [
        False, True, False, False, True,
    ]  # fmt: skip


def test_areas_above():
    assert known.parents("410103") == ["410100", "410000", "100000"]
    assert known.parents("410000") == ["100000"]
    assert known.parents("") == []


def test_cascade_shares_of_the_parent_city():
    mine = [("urban_new_jobs", 19500, "person"), ("projects_started", 98, "1"), ("projects_completed", 108, "1")]
    said = pd.DataFrame(mine, columns=["indicator_id", "value", "unit"]).assign(
        status="target", time_period="2022", measure="level", observation_id="o"
    )
    output = pd.DataFrame(
        [("gdp", 78.423e9, "CNY", "actual", "2021", "level", "g")],
        columns=["indicator_id", "value", "unit", "status", "time_period", "measure", "observation_id"],
    )
    table = known.beside_parent(pd.concat([said, output]), reference("reference_series"), "410103")
    share = table[table["measure"].eq("level")].set_index("indicator_id")["share"]
    assert share["urban_new_jobs"] == pytest.approx(0.150)
    assert share["projects_started"] == pytest.approx(0.49)
    assert share["projects_completed"] == pytest.approx(0.72)
    assert share["flood_direct_loss"] == pytest.approx(0.1398, abs=1e-4)
    assert share["gdp"] == pytest.approx(0.0618, abs=1e-4)


def test_with_hindsight_all_but_one_growth_target_was_missed_in_the_city():
    aims = {"gdp": 7.5, "industrial_va_above_scale": 9, "fixed_asset_investment": 10, "retail_sales": 9,
            "general_public_budget_revenue": 3, "trade_total": 11, "foreign_investment_used": 3}  # fmt: skip
    said = pd.DataFrame({"indicator_id": list(aims), "value": list(aims.values())})
    said = said.assign(measure="growth_rate", unit="%", year="2022", bound="point", observation_id="o")
    series = reference("reference_series")
    city = series[series["ref_area"].eq("410100") & series["status"].eq("actual")]
    table = known.outcomes(said, city.drop(columns="ref_area"))
    assert len(table) == 7
    assert (~table["hit"]).sum() == 6
    assert table.set_index("indicator_id").loc["gdp", "error"] == pytest.approx(-6.5)


def test_an_empty_document_gives_empty_tables(pairs, observations):
    none = feasibility.stretch(pairs.iloc[:0], observations.iloc[:0], reference("wording_lexicon"))
    assert none.empty
    assert feasibility.direction(none).median_ratio is None
    assert feasibility.tolerable_volatility(none).empty
    assert feasibility.chance(none, 0.2).empty
    assert feasibility.progress(pairs.iloc[:0], observations, reference("progress_methods")).empty
    assert wording.stretch_by_wording(none).empty
