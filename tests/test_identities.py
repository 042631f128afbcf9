"""The audit of a document against itself: every check of METHODS a.4, and the arithmetic behind it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erqi.errors import InputError
from erqi.paths import RAW
from erqi.sources import Document, load
from erqi.tables.codebook import rows
from erqi.tables.identities import Interval, evaluate, holds, identities, repairs
from erqi.tables.model import frame
from erqi.tables.publish import tables_of

GOLDEN = [
    ("I01", "pass", "8331"),
    ("I02", "pass", "quota 6484..6534; delivered is 128.17%"),
    ("I03", "fail", "99.659%"),
    ("I04", "pass", "55.128%"),
    ("I05", "finding", "1170 of 1175"),
    ("I06", "pass", "started 78.9%, completed 73.3%; in progress 20, not started 75, unfinished 95"),
    ("I07a", "fail", "22 < 24"),
    ("I07b", "pass", "47, 56.0%"),
    ("I08", "pass", "98.10%"),
    ("I09", "pass", "12"),
    ("I10", "pass", "66.03%; 124 days"),
    ("I11", "pass", "124.3..125.7 communities, so 125; full coverage is 10 more"),
    ("I12", "pass", "4/3/3/2/4"),
    ("I13", "undetermined", "153 and 118"),
    ("I14", "finding", "both levels"),
    ("I15", "pass", "73.3%"),
    ("I16", "pass", "102/270; 96"),
    ("I17", "pass", "212; at least 10"),
    ("I18", "undetermined", "500 亩 needed for supply, 200 亩"),
    ("I19", "finding", "89.3 m2 a person; 120.5 m2 a unit"),
    ("I20", "finding", "682.0 yuan a year; 56.83 a month"),
    ("I21", "finding", "244.3"),
    ("I22", "finding", "2.14"),
    ("I23", "pass", "21/150; 2/5"),
    ("I24", "undetermined", "773.8..774.6"),
    ("I25", "finding", "0.835"),
    ("I26", "finding", "7.45% at an industrial share of 3%; the rest grows 7.00%"),
    ("I27", "finding", "-4.2%, buoyancy 0.41"),
    ("I28", "finding", "+20.0%, PM10 +5.7%, NO2 -12.5%"),
    ("I29", "finding", "1 of 6 (gdp)"),
    ("I30", "pass", "ok"),
    ("I31", "finding", "5 artefacts"),
    ("I32", "finding", "118 items and 118 events"),
]


@pytest.fixture(scope="module")
def plan():
    document = load(RAW / "erqi_2022_plan.txt")
    reading, _, rows = tables_of(document)
    return document, reading, frame("observations", rows)


@pytest.fixture(scope="module")
def table(plan):
    document, reading, observed = plan
    found = identities(observed, document, reading.sections).assign(document_id=document.document_id)
    return frame("identities", found).set_index("identity_id")


def test_the_plan_has_exactly_these_checks(table):
    assert list(table.index) == [row[0] for row in GOLDEN]


@pytest.mark.parametrize(("identity", "verdict", "result"), GOLDEN, ids=[row[0] for row in GOLDEN])
def test_identity(table, identity, verdict, result):
    row = table.loc[identity]
    assert row["verdict"] == verdict
    assert result in row["result"]


def test_every_check_names_the_observations_it_used(table, plan):
    known = set(plan[2]["observation_id"])
    for used in table["derived_from"]:
        assert used
        assert set(used.split()) <= known


def test_the_hard_failure_has_a_ranked_repair(table):
    assert table.loc["I03", "repair"].split("; ") == [
        "1174 → 1175 (1 digit)",
        "99.57 → 99.66 (2 digits)",
        "1170 → 1169 (2 digits)",
    ]


def test_with_both_shares_one_repair_is_left(table):
    assert table.loc["I05", "repair"] == "1174 → 1175 (1 digit)"


def test_a_source_error_is_never_mended(table, plan):
    stated = plan[2].set_index("indicator_id")
    assert stated.loc["online_service_items", "value"] == 1174
    assert 99.57 in set(stated.loc["no_visit_items", "value"])


def test_a_mended_source_passes(plan):
    document, reading, observed = plan
    mended = observed.copy()
    wrong = mended["value"].eq(1174)
    mended.loc[wrong, ["value", "lower", "upper"]] = 1175
    found = identities(mended, document, reading.sections).set_index("identity_id")
    assert found.loc["I03", "verdict"] == "pass"
    assert found.loc["I03", "repair"] == ""


def test_without_its_figures_a_check_is_undetermined(plan):
    document, reading, observed = plan
    rest = observed[observed["indicator_id"].ne("public_parking_spaces")]
    found = identities(rest, document, reading.sections).set_index("identity_id")
    assert found.loc["I01", "verdict"] == "undetermined"
    assert "not in the document" in found.loc["I01", "note"]


def audit(text, name="made_up"):
    document = Document(name, text)
    reading, _, rows = tables_of(document)
    table = identities(frame("observations", rows), document, reading.sections)
    return frame("identities", table.assign(document_id=name)).set_index("identity_id")


def test_a_document_without_rules_has_a_valid_table():
    assert audit("没有数字的一段话。\n").empty


def test_three_sectors_make_the_total():
    said = (
        "一、2030年工作回顾\n地区生产总值{}亿元。第一产业增加值10亿元。第二产业增加值40亿元。第三产业增加值50亿元。\n"
    )
    assert audit(said.format(100)).loc["G01-2030", "verdict"] == "pass"
    assert audit(said.format(120)).loc["G01-2030", "verdict"] == "fail"


def test_a_heading_that_is_missing_is_found():
    text = "一、2030年工作回顾\n（一）甲事\n办成2件。\n（二）乙事\n办成3件。\n（四）丁事\n办成4件。\n"
    assert audit(text).loc["I30", "verdict"] == "fail"
    assert "（三）" in audit(text).loc["I30", "result"]


def test_rounding_decides_not_the_printed_digits():
    level = Interval(784.23, 784.225, 784.235)
    growth = Interval(1.3, 1.25, 1.35)
    back = evaluate("level / (1 + growth / 100)", {"level": level, "growth": growth})
    assert (round(back.lower, 1), round(back.upper, 1)) == (773.8, 774.6)


def test_intervals_that_only_touch_do_not_meet():
    assert not Interval(1.2, 1.15, 1.25).meets(Interval(1.3, 1.25, 1.35))
    assert Interval.exact(1.25).meets(Interval(1.3, 1.25, 1.35))


def test_whole_numbers_within():
    assert evaluate("whole(a / b)", {"a": Interval.exact(10), "b": Interval.exact(3)}).lower != 3
    assert not holds("whole(a / b) >= 1", {"a": Interval.exact(10), "b": Interval.exact(3)})[0]


def test_a_chain_of_relations_is_read_from_left_to_right():
    terms = {name: Interval.exact(value) for name, value in zip("abc", (1, 3, 2), strict=True)}
    assert holds("a <= b >= c", terms)[0]
    assert not holds("a <= b <= c", terms)[0]


def test_an_expression_can_only_compute():
    with pytest.raises(InputError):
        evaluate("__import__('os')", {})
    with pytest.raises(InputError):
        holds("1 + 1", {})


def test_no_repair_where_nothing_is_wrong_with_the_digits():
    terms = {"a": Interval.exact(5), "b": Interval.exact(7)}
    assert repairs(["a + a == b"], terms, ["b"]) == []


NUMBERS = st.floats(-1e6, 1e6, allow_nan=False).map(lambda x: round(x, 3))
INTERVALS = st.tuples(NUMBERS, st.just(0.0) | st.floats(0.001, 10)).map(
    lambda p: Interval(p[0], p[0] - p[1], p[0] + p[1])
)


@given(INTERVALS, INTERVALS, st.sampled_from("+-*"))
def test_the_interval_of_a_result_holds_the_result(a, b, sign):
    made = evaluate(f"a {sign} b", {"a": a, "b": b})
    slack = 1e-9 * max(abs(made.lower), abs(made.upper), 1)
    assert made.lower - slack <= made.value <= made.upper + slack


@given(INTERVALS, INTERVALS)
def test_meeting_is_mutual(a, b):
    assert a.meets(b) == b.meets(a)
    assert a.meets(a)


def test_a_known_error_of_the_source_still_stands_there(plan, table):
    """If this fails the source was mended: take its row out of corrections.csv."""
    for row in rows("corrections.csv"):
        assert row["quote"] in plan[0].text
        assert table.loc[row["identity_id"], "verdict"] == "fail"
        assert row["action"] == "flag"


def test_any_document_says_which_headline_targets_have_a_delivered_figure():
    text = (
        "一、2030年工作回顾\n地区生产总值增长5%。\n二、2031年工作安排\n地区生产总值增长6%，社会消费品零售总额增长7%。\n"
    )
    assert audit(text).loc["G08", "result"] == "1 of 2 (gdp)"


def test_a_part_is_not_more_than_the_whole():
    said = "一、2030年工作回顾\n新建高标准农田{}万亩，其中新建高效节水高标准农田30万亩。\n"
    verdicts = [audit(said.format(whole)).filter(like="G-parts", axis=0)["verdict"].tolist() for whole in (50, 20)]
    assert verdicts == [["pass"], ["fail"]]
