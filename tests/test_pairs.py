"""Delivered beside promised: every pair of METHODS a.1, and what happens in a document without rules of its own."""

from __future__ import annotations

import pandas as pd
import pytest

from erqi.paths import RAW
from erqi.sources import load
from erqi.tables.model import frame
from erqi.tables.pairs import likeness, pairs
from erqi.tables.publish import tables_of

B, NO = "B", None
# pair, grade, delivered, promised, change (per cent, or points where the last column says so)
GOLDEN = [
    ("P01", "A", 1.3, 7.5, 6.20, "pp"),
    ("P02", B, 270, 360, 33.33, "%"),
    ("P03", B, 375.1e8, 420e8, 11.97, "%"),
    ("P04", B, 15, 6, -60.00, "%"),
    ("P05", "A-", 98.095, 96, -2.10, "pp"),
    ("P06", B, 25, 5, -80.00, "%"),
    ("P07", B, 97, 50, -48.45, "%"),
    ("P08", B, 15, 6, -60.00, "%"),
    ("P09", B, 2, 3, 50.00, "%"),
    ("P10", B, 1, 1, 0.00, "%"),
    ("P11", "A", 8331, 6500, -21.98, "%"),
    ("P12", "A", 30, 25, -16.67, "%"),
    ("P13", "A", 21135, 19500, -7.74, "%"),
    ("P14", "A", 115, 80, -30.43, "%"),
    ("P15", "A-", 2, 3, 50.00, "%"),
    ("P16", "A", 3, 3, 0.00, "%"),
    ("P17", "A", 92, 100, 8.00, "pp"),
    ("P18", "A-", 261, 356, NO, NO),
    ("P19", "C", 17, 8, NO, NO),
    ("P20", "C", 110, 30, NO, NO),
    ("P21", "C", 751, 150, NO, NO),
    ("P22", "C", 11, 18, NO, NO),
    ("P23", "C", 100, 7087, NO, NO),
    ("P24", "C", 4.75e8, 11, NO, NO),
    ("P25", "C", 153, 60, NO, NO),
    ("P26", "C", 47, 84, NO, NO),
    ("P27", "C", 1, 14, NO, NO),
    ("P28", "C", 15, 8, NO, NO),
    ("P29", "env", 42, NO, NO, NO),
    ("P30", "env", 74, NO, NO, NO),
    ("P31", "env", 35, NO, NO, NO),
    ("P32", "env", 241, NO, NO, NO),
    ("P33", "env", 2, NO, NO, NO),
    ("P34", "C", 85, NO, NO, NO),
]


@pytest.fixture(scope="module")
def observed():
    return frame("observations", tables_of(load(RAW / "erqi_2022_plan.txt"))[2])


@pytest.fixture(scope="module")
def table(observed):
    return frame("pairs", pairs(observed).assign(document_id="erqi_2022_plan")).set_index("pair_id")


def same(found, wanted, digits):
    return pd.isna(found) if wanted is None else round(found, digits) == pytest.approx(wanted)


def test_the_plan_has_exactly_these_pairs(table):
    assert list(table.index) == [row[0] for row in GOLDEN]


@pytest.mark.parametrize(("pair", "grade", "actual", "target", "change", "unit"), GOLDEN, ids=[r[0] for r in GOLDEN])
def test_pair(table, pair, grade, actual, target, change, unit):
    row = table.loc[pair]
    assert row["grade"] == grade
    assert same(row["actual_value"], actual, 3)
    assert same(row["target_value"], target, 3)
    assert same(row["change"], change, 2)
    assert (None if pd.isna(row["change_unit"]) else row["change_unit"]) == unit


def test_a_pair_names_both_sides_and_what_it_is_derived_from(table, observed):
    known = set(observed["observation_id"])
    for _, row in table.iterrows():
        used = row["derived_from"].split()
        assert set(used) <= known
        assert set(row["actual_observation_id"].split()) <= set(used)
        assert row["target_observation_id"] in used


def test_honours_that_may_overlap_give_an_interval(table):
    row = table.loc["P06"]
    assert (row["actual_lower"], row["actual_upper"]) == (18, 25)


def test_every_pair_but_an_exact_one_has_a_caveat(table):
    assert set(table.index[table["caveat"].isna()]) == {"P12", "P16"}


def test_wording_is_carried_from_the_promise(table):
    assert table.loc["P03", "commitment"] == "strive"
    assert table.loc["P05", "commitment"] == "ensure"
    assert table.loc["P01", "bound"] == "about"


def observation(number, subject, value, status, **more):
    row = {
        "observation_id": f"o{number}", "mention_id": f"m{number}", "document_id": "made_up", "start": 10 * number,
        "end": 10 * number + 9, "quote": f"{subject}{value}", "ref_area": None, "subject": subject,
        "indicator_id": "lifts_added", "measure": "level", "value": value, "lower": value, "upper": value, "unit": "1",
        "time_period": "2030" if status == "actual" else "2031", "status": status, "bound": "point",
        "commitment": "none", "price_basis": None, "note": None,
    }  # fmt: skip
    return row | more


def made(*rows):
    return frame("observations", list(rows))


def test_any_document_pairs_by_indicator_measure_and_unit():
    found = pairs(made(observation(1, "加装电梯", 40, "actual"), observation(2, "加装电梯", 50, "target"))).iloc[0]
    assert (found["grade"], found["change"], found["change_unit"]) == ("A", 25.0, "%")


def test_a_flow_beside_a_stock_is_no_a():
    both = made(observation(1, "加装电梯", 400, "actual"), observation(2, "新增加装电梯", 50, "target"))
    found = pairs(both).iloc[0]
    assert found["grade"] == "B"
    assert "flow" in found["caveat"]


def test_each_target_takes_the_subject_most_like_its_own():
    rows = [observation(1, "老旧小区加装电梯", 40, "actual"), observation(2, "公共建筑加装电梯", 7, "actual")]
    found = pairs(made(*rows, observation(3, "公共建筑加装电梯", 9, "target"))).iloc[0]
    assert found["actual_observation_id"] == "o2"


def test_a_range_is_paired_by_its_middle():
    ends = [observation(n, "加装电梯", v, "target", start=90, end=99, bound="range_end") for n, v in ((2, 50), (3, 60))]
    found = pairs(made(observation(1, "加装电梯", 50, "actual"), *ends))
    assert len(found) == 1
    assert found.iloc[0]["target_value"] == 55


def test_shares_change_in_points():
    rate = {"indicator_id": "waste_sorting_coverage", "measure": "share", "unit": "%"}
    both = made(observation(1, "覆盖率", 90, "actual", **rate), observation(2, "覆盖率", 95, "target", **rate))
    assert (pairs(both).iloc[0]["change"], pairs(both).iloc[0]["change_unit"]) == (5, "pp")


def test_a_document_without_promises_has_no_pairs():
    assert pairs(made(observation(1, "加装电梯", 40, "actual"))).empty
    assert pairs(made()).empty


def test_likeness_lies_between_0_and_1():
    assert likeness("加装电梯", "加装电梯") == 1
    assert likeness("加装电梯", "粮食产量") == 0


def test_one_scope_beside_another_is_no_a():
    investment = {"indicator_id": "fixed_asset_investment", "measure": "growth_rate", "unit": "%"}
    sides = [("区本级固定资产投资增速", "actual"), ("全社会固定资产投资增速", "target")]
    rows = [observation(n, subject, 10, status, **investment) for n, (subject, status) in enumerate(sides, 1)]
    found = pairs(made(*rows)).iloc[0]
    assert found["grade"] == "B"
    assert "本级、全社会" in found["caveat"]
