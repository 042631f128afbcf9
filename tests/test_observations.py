"""What the reader found becomes rows that can be followed back to the text."""

from __future__ import annotations

from dataclasses import replace

import pytest

from erqi.paths import RAW
from erqi.sources import Document, load
from erqi.tables.coverage import coverage, normal
from erqi.tables.model import frame
from erqi.tables.observations import area_code
from erqi.tables.publish import tables_of

TEXT = (
    "一、2030年工作回顾\n全区粮食产量达到3.2万吨，增长4.1%。城镇新增就业2100人。\n"
    "二、2031年工作安排\n城镇新增就业2000人以上。\n"
)


@pytest.fixture(scope="module")
def plan():
    document = load(RAW / "erqi_2022_plan.txt")
    return document, *tables_of(document)


def test_every_row_fits_the_model(plan):
    _, _, mentions, observed = plan
    known = set(frame("mentions", mentions)["mention_id"])
    table = frame("observations", observed)
    assert set(table["mention_id"].dropna()) <= known


def test_a_quote_is_the_slice_from_start_to_end(plan):
    document, _, mentions, observed = plan
    for row in (*mentions, *observed):
        assert document.text[row["start"] : row["end"]] == row["quote" if "quote" in row else "text"]


def test_the_figure_stands_in_the_quote(plan):
    _, _, mentions, observed = plan
    spans = {row["mention_id"]: row for row in mentions}
    for row in observed:
        if row["mention_id"]:
            assert row["start"] <= spans[row["mention_id"]]["start"] < row["end"]


def test_ids_do_not_depend_on_the_run_or_on_other_documents(plan):
    document, _, mentions, observed = plan
    tables_of(Document("other", TEXT))
    _, again, rows = tables_of(document)
    assert [row["mention_id"] for row in again] == [row["mention_id"] for row in mentions]
    assert [row["observation_id"] for row in rows] == [row["observation_id"] for row in observed]


def test_the_same_text_under_another_name_has_other_ids():
    first, second = (tables_of(Document(name, TEXT))[2] for name in ("one", "two"))
    assert not {row["observation_id"] for row in first} & {row["observation_id"] for row in second}


def test_the_plan_is_known_to_the_codebook(plan):
    observed = plan[3]
    known = [row for row in observed if row["indicator_id"]]
    assert len(known) >= 0.97 * len(observed)


def test_a_missing_indicator_says_why():
    for row in tables_of(Document("odd", "一、2030年工作回顾\n全年新添蓝色风铃7个。\n"))[2]:
        assert row["indicator_id"] == ""
        assert "no indicator" in row["note"]


@pytest.mark.parametrize(
    ("indicator", "quote"),
    [
        ("resident_income", "城乡居民收入与经济增长同步"),
        ("air_tasks", "均完成年度目标任务"),
        ("water_class", "目标Ⅲ类水质标准"),
        ("water_class", "持续达标Ⅰ类"),
        ("energy_saving_tasks", "确保完成年度节能目标"),
        ("elderly_care_coverage", "日间照料中心全覆盖"),
    ],
)
def test_words_without_a_numeral_are_observations_too(plan, indicator, quote):
    assert [r for r in plan[3] if r["indicator_id"] == indicator and quote in r["quote"] and not r["mention_id"]]


def test_the_area_comes_from_the_sidecar_or_from_the_heading(plan):
    document, reading, *_ = plan
    assert area_code(reading, document) == "410103"
    bare = replace(reading, area="")
    title = "2030年河南省政府工作报告\n各位代表："
    assert area_code(bare, Document("h", title)) == "410000"


def test_a_name_in_passing_is_no_area(plan):
    bare = replace(plan[1], area="")
    assert area_code(bare, Document("h", "工作报告\n我区与河南省各地一道前进。")) == ""


def test_coverage_counts_and_lists_what_is_unknown():
    observed = frame("observations", tables_of(Document("one", TEXT + "新添蓝色风铃7个。\n"))[2])
    found = coverage(observed)
    assert found.summary.set_index("observations").loc["growth", "share"] == 1.0
    assert found.unmatched["subject"].str.contains("蓝色风铃").any()
    assert normal("“茶叶”产量增速") == "茶叶产量"
