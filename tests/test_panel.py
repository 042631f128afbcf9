"""A target in the report of year N and the outcome in the report of year N + 1 make a pair."""

from __future__ import annotations

import pandas as pd
import pytest

from erqi.tables.panel import target_outcomes


def source(document_id: str, review: int | None, plan: int | None, area: str = "云江市") -> dict:
    return {
        "document_id": document_id,
        "area_name": area,
        "ref_area": None,
        "level": "city",
        "review_year": review,
        "plan_year": plan,
    }


def stated(document_id: str, status: str, year: int, value: float, **more) -> dict:
    return {
        "document_id": document_id,
        "status": status,
        "time_period": str(year),
        "value": value,
        "lower": value - 0.05,
        "upper": value + 0.05,
        "indicator_id": "gdp",
        "measure": "growth_rate",
        "unit": "%",
        "bound": "point",
        "commitment": "none",
        "subject": "地区生产总值增速",
        "quote": f"生产总值增长{value}%",
        "start": 100,
        "end": 110,
    } | more


SOURCES = pd.DataFrame([source("a", 2020, 2021), source("b", 2021, 2022)])


def panel(*rows: dict, sources: pd.DataFrame = SOURCES) -> pd.DataFrame:
    return target_outcomes(pd.DataFrame(rows), sources)


def test_a_promise_meets_its_outcome_in_the_next_report():
    table = panel(stated("a", "target", 2021, 7.0, bound="about"), stated("b", "actual", 2021, 6.3))
    assert len(table) == 1
    row = table.iloc[0]
    assert (row["target"], row["outcome"], row["year"], row["wording"]) == (7.0, 6.3, 2021, "about")
    assert (row["target_document_id"], row["outcome_document_id"]) == ("a", "b")
    assert row["target_quote"] == "生产总值增长7.0%"


def test_the_outcome_of_the_year_before_comes_from_the_report_that_promises():
    table = panel(stated("a", "actual", 2020, 3.0), stated("a", "target", 2021, 7.0), stated("b", "actual", 2021, 6.3))
    assert table["previous"].item() == 3.0


def test_a_range_is_one_target_with_two_ends():
    low, high = (stated("a", "target", 2021, v, bound="range_end") for v in (6.0, 6.5))
    table = panel(low, high, stated("b", "actual", 2021, 6.1))
    assert table[["target", "target_lower", "target_upper"]].iloc[0].tolist() == [6.25, 6.0, 6.5]
    assert table["note"].item() == ""


def test_a_second_different_figure_is_counted_for_a_person_to_check():
    table = panel(
        stated("a", "target", 2021, 7.0),
        stated("b", "actual", 2021, 6.3),
        stated("b", "actual", 2021, 5.9, start=900, end=910),
    )
    assert table["outcome"].item() == 6.3
    assert table["note"].item() == "first of 2 different outcomes"


def test_the_unemployment_rate_is_one_thing_whether_read_as_level_or_share():
    more = {"indicator_id": "urban_unemployment_surveyed"}
    table = panel(
        stated("a", "target", 2021, 5.5, measure="share", bound="at_most", **more),
        stated("b", "actual", 2021, 5.1, measure="level", **more),
    )
    assert table["outcome"].item() == 5.1


@pytest.mark.parametrize(
    "rows",
    [
        [stated("a", "target", 2021, 7.0)],
        [stated("a", "target", 2025, 7.0), stated("b", "actual", 2021, 6.3)],
        [stated("a", "target", 2021, 7.0), stated("b", "actual", 2021, 6.3, time_period="2021-01/2021-06")],
        [stated("a", "target", 2021, 7.0), stated("b", "actual", 2021, 6.3, unit="CNY")],
    ],
    ids=["no outcome", "a plan for a later year", "half a year", "another unit"],
)
def test_what_cannot_be_compared_makes_no_pair(rows):
    assert panel(*rows).empty


def test_two_areas_never_share_a_pair():
    sources = pd.DataFrame([source("a", 2020, 2021), source("b", 2021, 2022, area="东川市")])
    assert panel(stated("a", "target", 2021, 7.0), stated("b", "actual", 2021, 6.3), sources=sources).empty


def test_pairs_keep_their_id_when_documents_are_added():
    rows = [stated("a", "target", 2021, 7.0), stated("b", "actual", 2021, 6.3)]
    more = pd.concat([SOURCES, pd.DataFrame([source("c", 2022, 2023)])])
    assert panel(*rows)["pair_id"].tolist() == panel(*rows, sources=more)["pair_id"].tolist()
