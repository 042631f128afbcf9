"""What one year of air and water figures establishes, and how much data a trend would need."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from erqi.analysis import environment, known
from erqi.paths import REFERENCE

II = "GB3095-2012-II"


def reference(name: str) -> pd.DataFrame:
    return pd.read_csv(REFERENCE / f"{name}.csv", dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def observations() -> pd.DataFrame:
    rows = [
        ("a", "pm25", 42, 41.5, 42.5, "ug/m3", "level", "actual", "2021", 10, 20),
        ("b", "pm10", 74, 73.5, 74.5, "ug/m3", "level", "actual", "2021", 20, 30),
        ("c", "no2", 35, 34.5, 35.5, "ug/m3", "level", "actual", "2021", 30, 40),
        ("d", "good_air_days", 241, 241, 241, "d", "level", "actual", "2021", 40, 50),
        ("e", "air_tasks", 100, 100, 100, "%", "attainment", "actual", "2021", 50, 60),
        ("f", "water_class", 1, 1, 1, "class", "class", "actual", "2021-01/2021-05", 70, 80),
        ("g", "water_class", 2, 2, 2, "class", "class", "actual", "2021-06/2021-12", 80, 90),
        ("h", "water_class", 3, 3, 3, "class", "class", "target", "2021", 90, 95),
        ("i", "green_space", 250000, 245000, 255000, "m2", "level", "target", "2022", 100, 120),
    ]
    columns = ["observation_id", "indicator_id", "value", "lower", "upper", "unit", "measure", "status"]
    table = pd.DataFrame(rows, columns=[*columns, "time_period", "start", "end"])
    return table.assign(mention_id=table["observation_id"].where(table["indicator_id"] != "air_tasks"))


@pytest.fixture(scope="module")
def indicators() -> pd.DataFrame:
    rows = [("pm25", "down"), ("pm10", "down"), ("no2", "down"), ("good_air_days", "up"), ("green_space", "up")]
    return pd.DataFrame(rows, columns=["indicator_id", "direction"]).assign(topic="environment")


def test_two_means_are_above_class_two_and_one_below(observations):
    table = environment.exceedance(observations, reference("standards"), II).set_index("pollutant")
    reported = table.loc[["PM2.5", "PM10", "NO2"]]
    assert reported["excess"].round(3).tolist() == [0.200, 0.057, -0.125]
    assert reported["cut_needed"].round(3).tolist()[:2] == [0.167, 0.054]
    assert np.isnan(reported.loc["NO2", "cut_needed"])


def test_a_failed_mean_is_decisive_and_a_passed_mean_is_not(observations):
    table = environment.exceedance(observations, reference("standards"), II).set_index("pollutant")
    assert table["verdict"].to_dict() == {
        "PM2.5": "above", "PM10": "above", "NO2": "undetermined",
        "SO2": "not_reported", "CO": "not_reported", "O3": "not_reported",
    }  # fmt: skip
    assert table.loc["NO2", "reason"] == "percentile_missing"


def test_the_excess_stays_one_when_rounding_is_allowed_for(observations):
    table = environment.exceedance(observations, reference("standards"), II).set_index("pollutant")
    assert (table.loc[["PM2.5", "PM10"], "excess_lower"] > 0).all()


def test_who_guideline_and_interim_targets(observations):
    ids = [f"WHO-2021-{grade}" for grade in ("IT1", "IT2", "IT3", "IT4", "AQG")]
    table = environment.ladder(observations, reference("standards"), ids).set_index(["standard_id", "pollutant"])
    assert table.loc["WHO-2021-AQG"]["multiple"].round(1).tolist() == [8.4, 4.9, 3.5]
    assert table.loc["WHO-2021-IT1"]["met"].tolist() == [False, False, True]
    assert not table.loc[("WHO-2021-IT2", "NO2"), "met"]


def test_met_tasks_bound_the_targets_that_were_never_stated(observations, indicators):
    table = environment.implied_targets(observations, indicators).set_index("indicator_id")
    assert table.loc[["pm25", "pm10", "no2"], "value"].tolist() == [42, 74, 35]
    assert table["bound"].tolist() == ["at_least", "at_least", "at_least", "at_most"]
    assert table["edge"].tolist() == [41.5, 73.5, 34.5, 241]
    assert set(table["evidence"]) == {"bound"}


def test_a_claim_covers_only_the_clauses_that_lead_up_to_it(observations, indicators):
    apart = observations.assign(start=observations["start"].where(observations["indicator_id"] != "no2", 35))
    assert environment.implied_targets(apart, indicators)["indicator_id"].tolist() == ["no2", "good_air_days"]


def test_without_the_claim_nothing_is_implied(observations, indicators):
    unclaimed = observations[observations["indicator_id"] != "air_tasks"]
    assert environment.implied_targets(unclaimed, indicators).empty


def test_the_composite_index_is_a_partial_sum_and_more_only_if_borrowed(observations):
    limit = environment.limits(reference("standards"), II)
    own = environment.annual_values(observations, list(environment.POLLUTANTS.values()))["value"]
    partial = environment.composite(own, limit)
    assert partial["term"].sum() == pytest.approx(3.13, abs=5e-3)
    assert partial["reason"].eq("not_reported").sum() == 3
    series = reference("reference_series").query("ref_area == '410100' and year == '2021' and status == 'actual'")
    city = series.set_index("indicator_id")["value"].astype(float, errors="ignore")
    city = pd.to_numeric(city[list(environment.POLLUTANTS.values())])
    assert environment.composite(city, limit)["term"].sum() == pytest.approx(4.63, abs=5e-3)
    borrowed = own.combine_first(city)
    assert environment.composite(borrowed, limit)["term"].sum() == pytest.approx(4.67, abs=5e-3)


def test_good_days_with_their_persistence():
    found = environment.good_days(241, 365, 0.6)
    assert found["n_effective"] == pytest.approx(91.25)
    assert (found["lower"], found["upper"]) == pytest.approx((0.56, 0.75), abs=5e-3)
    # rounded outwards
    assert (int(found["days_lower"]), int(found["days_upper"]) + 1) == (203, 274)


def test_water_fell_in_june_before_the_flood_of_july(observations):
    months = environment.water_months(observations)
    assert len(months) == 12
    first = months[months["water_class"].eq(2)]["month"].min()
    events = reference("events")
    flood = pd.Period(events.set_index("event_id").loc["flood_2021_07_20", "date"], "M")
    assert first == pd.Period("2021-06") < flood
    assert months["margin"].tolist() == [2.0] * 5 + [1.0] * 7


@pytest.mark.parametrize(("n", "p"), [(3, 0.333), (4, 0.083), (5, 0.017), (6, 0.0028)])
def test_the_smallest_p_that_so_few_years_can_give(n, p):
    assert environment.least_p(n) == pytest.approx(p, abs=5e-4)


def test_city_series_are_too_short_for_a_trend_and_described_as_that():
    city = reference("reference_series").query("ref_area == '410100' and status == 'actual' and measure == 'level'")
    air = city[city["indicator_id"].isin(["pm25", "pm10", "good_air_days"])]
    air = air.assign(year=air["year"].astype(int), value=air["value"].astype(float))
    table = environment.trends(air).set_index("indicator_id")
    assert table.loc["pm25", ["slope", "slope_least", "slope_greatest"]].tolist() == pytest.approx([-9.0, -9.5, -7.0])
    assert table.loc["pm25", "p"] == pytest.approx(0.083, abs=5e-4)
    assert table.loc["pm10", "slope"] == pytest.approx(-14.6, abs=0.05)
    assert table.loc["pm10", ["slope_least", "slope_greatest"]].tolist() == pytest.approx([-17.3, -8.0], abs=0.06)
    assert table.loc["good_air_days", "slope"] == pytest.approx(26.5)
    assert set(table["verdict"]) == {"too_short"}


def test_a_long_series_may_have_a_trend():
    long = pd.DataFrame({"indicator_id": "pm25", "year": range(2010, 2020), "value": np.arange(10) * -2.0, "unit": "x"})
    assert environment.trends(long)["verdict"].tolist() == ["trend"]
    flat = long.assign(value=[1, -1] * 5)
    assert environment.trends(flat)["verdict"].tolist() == ["no_trend_found"]


def test_one_year_has_no_slope():
    one = pd.DataFrame({"indicator_id": ["pm25"], "year": [2021], "value": [42.0], "unit": ["ug/m3"]})
    row = environment.trends(one).iloc[0]
    assert np.isnan(row["slope"])
    assert row["verdict"] == "too_short"


def test_years_needed_to_see_a_trend():
    assert environment.years_needed(-5, 8, 0.2) == pytest.approx(8, abs=0.1)
    assert environment.years_needed(-5, 8, 0.2, monthly=True) == pytest.approx((3.3 * 1.6 * 1.5**0.5) ** (2 / 3))


def test_at_the_years_needed_the_power_is_ninety_per_cent():
    years = environment.years_needed(-5, 8, 0.2)
    assert environment.power(np.array([years]), -5, 8, 0.2)[0] == pytest.approx(0.90, abs=0.02)


def test_what_an_assessment_would_need_is_listed(observations):
    table = environment.missing(observations, 2022)
    reasons = table.groupby("reason")["item"].agg(list)
    assert reasons["not_reported"] == ["SO2", "CO", "O3"]
    assert reasons["percentile_missing"] == ["PM2.5", "PM10", "NO2"]
    assert len(reasons["target_without_number"]) == 5


def test_environmental_targets_of_areas_above():
    panel = known.record(reference("reference_series").query("measure == 'level'"), ["410100", "410000"])
    panel = panel.set_index(["ref_area", "year", "indicator_id"]).sort_index()["hit"]
    assert not panel["410100", "2018", "good_air_days"]
    assert not panel["410100", "2019", "good_air_days"]
    assert panel["410100", "2019", "pm25"]
    assert panel["410100", "2019", "pm10"]
    assert panel["410100", "2021", "good_air_days"]
    assert panel["410000", "2022"].all()
    assert len(panel["410000", "2022"]) == 4


def test_the_city_beside_the_district(observations):
    table = known.beside_parent(observations, reference("reference_series"), "410103")
    table = table[table["status"].eq("actual")].set_index("indicator_id")
    assert table.loc[["pm25", "pm10", "no2", "good_air_days"], "gap"].tolist() == [0, -2, 3, 4]
    assert np.isnan(table.loc["o3", "gap"])


def test_green_commitments_without_a_baseline(observations, indicators):
    none = pd.DataFrame(columns=["actual_value", "target_value", "target_observation_id"])
    table = environment.commitments(observations, indicators, none)
    assert table["observation_id"].tolist() == ["i"]


def test_a_document_without_air_or_water_gives_ledgers_not_errors(observations, indicators):
    none = observations.iloc[:0]
    assert environment.exceedance(none, reference("standards"), II)["verdict"].eq("not_reported").all()
    assert environment.ladder(none, reference("standards"), [II]).empty
    assert environment.implied_targets(none, indicators).empty
    assert environment.water_months(none).empty
    assert environment.trends(pd.DataFrame(columns=["indicator_id", "year", "value", "unit"])).empty
    assert len(environment.missing(none, 2022)) >= 6


def test_limits_are_dated_and_have_a_source():
    standards = reference("standards")
    assert (standards["source"] != "").all()
    assert (standards["valid_from"] != "").all()
    assert not standards.duplicated(["standard_id", "indicator_id", "averaging"]).any()
