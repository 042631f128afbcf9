"""The reader never breaks: any string, any mutation of a real report."""

# ruff: noqa: E501, RUF005
from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from erqi.paths import RAW
from erqi.reading import read
from erqi.sources import Document, load
from tests.shared import SHARED, needs_shared

MEASURES = {"level", "change", "growth_rate", "average_growth_rate", "share", "attainment", "ratio", "rank", "class"}
STATUSES = {"actual", "target", "scope", ""}
BOUNDS = {"point", "about", "at_least", "at_most", "more_than", "range_end"}
KINDS = {"quantity", "threshold", "date", "name", "ordinal"}
DIGITS = set("0123456789０１２３４５６７８９")
PLAN = (RAW / "erqi_2022_plan.txt").read_text(encoding="utf-8")
PIECES = list("0123456789０５.,，、。；：（）()“”%％‰-—－~至到由比约超近余多+·/×\n\t |年月日第一二三两十百千万亿半成倍番个家元吨亩") + [
    "增长", "下降", "分别", "同比", "以上", "左右", "目标", "百分之", "个百分点", "万元", "亿美元", "平方米", "2021年", "1-5月",
    "“十四五”", "五年来", "一、", "（二）", "全覆盖", "Ⅱ类水质", "PM2.5", "翻一番", "占", "力争", "位居第", "\r\n", "表1 ", "单位：亿元\n",
]  # fmt: skip


def check(text: str) -> None:
    """Hold every promise that the reader makes about any text."""
    reading = read(Document("any", text))
    end = 0
    covered = 0
    for mention in reading.mentions:
        assert mention.start >= end
        assert mention.end > mention.start
        assert text[mention.start : mention.end] == mention.text
        assert mention.kind in KINDS
        assert mention.line == text.count("\n", 0, mention.start) + 1
        covered += sum(char in DIGITS for char in mention.text)
        end = mention.end
        if mention.kind == "quantity":
            assert mention.value is not None
            assert mention.lower is None or mention.lower <= mention.value
            assert mention.upper is None or mention.upper >= mention.value
    assert covered == sum(char in DIGITS for char in text)
    known = {id(mention) for mention in reading.mentions}
    for statement in reading.statements:
        assert statement.mention is None or id(statement.mention) in known
        assert statement.measure in MEASURES
        assert statement.status in STATUSES
        assert statement.bound in BOUNDS
        assert 0 <= statement.start <= statement.end <= len(text)
        assert statement.note or (statement.status and statement.time_period)
    assert read(Document("any", text)) == reading


def mutate(text: str, chance: random.Random) -> str:
    """Return a piece of a text with a few accidents in it."""
    start = chance.randrange(max(1, len(text) - 1500))
    chars = list(text[start : start + chance.randrange(20, 1500)])
    for _ in range(chance.randrange(1, 12)):
        at = chance.randrange(len(chars) + 1)
        what = chance.randrange(6)
        if what == 0:
            del chars[at : at + chance.randrange(1, 6)]
        elif what == 1:
            chars[at:at] = list(chance.choice(PIECES)) * chance.randrange(1, 4)
        elif what == 2:
            chars[at : at + 4] = chars[at : at + 4] * 2
        elif what == 3:
            chars[at:at] = "（“" * chance.randrange(1, 30)
        elif what == 4:
            chars = [c for c in chars if c not in "，。；"] if chance.random() < 0.3 else chars
        elif chars:
            other = chance.randrange(len(chars))
            chars[min(at, len(chars) - 1)], chars[other] = chars[other], chars[min(at, len(chars) - 1)]
    return "".join(chars)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200))
def test_any_text(text: str) -> None:
    check(text)


@settings(max_examples=250, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join))
def test_any_heap_of_the_pieces_of_a_report(text: str) -> None:
    check(text)


@pytest.mark.parametrize("seed", range(60))
def test_mutations_of_the_plan(seed: int) -> None:
    check(mutate(PLAN, random.Random(seed)))


@pytest.mark.parametrize(
    "unit", ["增长5%、", "\n", "“", "1：", "投资12亿元", "一", "甲\t1\n", "1、", "9", "，", "2021年"]
)
def test_long_heaps_end(unit: str) -> None:
    check(unit * (20_000 // len(unit)))


def test_the_whole_plan_and_an_empty_text() -> None:
    check(PLAN)
    check("")


def test_line_ends_of_any_kind_keep_their_offsets() -> None:
    check(PLAN.replace("\n", "\r\n"))


@needs_shared
def test_a_report_of_each_kind() -> None:
    for name in (
        "national_1955_gwr",
        "national_1992_gwr",
        "hailaer_2012_gwr",
        "daqing_2015_analysis1",
        "shanghai_2025_gwr",
    ):
        check(load(SHARED / "corpus" / f"{name}.txt").text)
