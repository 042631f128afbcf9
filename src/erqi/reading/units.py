"""Printed units and classifiers, and the base units that they stand for."""

# ruff: noqa: E501  (a CJK character counts twice)
from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from erqi.reading.numerals import SCALES, scale
from erqi.reference import rows


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit as printed: its length in the text, base unit, factor and dimension."""

    text: str
    base: str
    factor: Decimal
    dimension: str


# What follows a unit's character and makes another word of it.
_NOT_BEFORE = {
    "方": "面针案法向式便略才形", "年": "代轻龄级均", "级": "别", "处": "理置级罚于", "面": "积对向临貌",
    "名": "义列称副录单镇", "人": "民均类才口工力数物大社们心事体保格", "起": "来到点步草", "日": "报均益常本前产",
    "分": "之别析类布散钟", "点": "击评亮状到", "口": "岸头径", "条": "件例款约", "米": "线",
    "件": "套", "家": "庭电居长", "位": "于居列置", "站": "式点位", "度": "假", "里": "程面", "节": "约能日假水气",
    "步": "入行", "部": "分署队委", "级以": "", "台": "账湾", "套": "餐", "层": "次面级", "类": "似型",
    "种": "植业粮子", "道": "路德", "门": "诊户槛", "所": "有在需以得属谓", "支": "持撑付部援农出柱", "本": "土地级市区省身科金年",
    "对": "口外接标于比应照", "段": "落", "片": "区", "轮": "换动作", "首": "次批个府位", "户": "籍外", "场": "所地景馆面",
    "次": "级中序", "县": "域级", "市": "场级民", "区": "域级间", "镇": "区级", "省": "级内", "乡": "村镇", "村": "级民",
    "元": "旦宵素首", "月": "票均嫂", "斤": "斤", "项": "目", "个": "性体税人别转", "批": "准复发", "代": "表价替", "周": "边年期围末",
    "块": "状", "样": "本板式", "单": "位元一独", "方公里": "", "成": "为立果本功效长熟交员品型就绩套片群都年人分", "双": "方向重", "副": "中省食业", "回": "收落升", "组": "织建成",
    "重": "点要大", "列": "入为", "针": "对", "队": "伍", "座": "谈", "线": "上下", "城": "市镇", "店": "铺", "馆": "藏",
}  # fmt: skip


@cache
def table() -> dict[str, Unit]:
    """Return the units of ``data/reference/units.csv`` by their printed form."""
    return {
        row["printed"]: Unit(row["printed"], row["unit"], Decimal(row["factor"]), row["dimension"])
        for row in rows("units.csv")
    }


@cache
def _index() -> dict[str, tuple[int, ...]]:
    lengths: dict[str, set[int]] = {}
    for printed in table():
        lengths.setdefault(printed[0], set()).add(len(printed))
    return {first: tuple(sorted(found, reverse=True)) for first, found in lengths.items()}


def first_characters() -> str:
    """Return every character with which a printed unit begins."""
    return "".join(sorted(_index()))


def match(text: str, at: int) -> Unit | None:
    """Return the longest unit that begins at ``at``; compound ones such as ``元/平方米`` keep their text."""
    found = _simple(text, at)
    if found is None:
        return None
    end = at + len(found.text)
    if text[end : end + 1] in ("/", "／") and found.text:
        start = end + 1
        while text[start : start + 1] in SCALES:
            start += 1
        below = _simple(text, start)
        if below is not None:
            whole = text[at : start + len(below.text)]
            known = table().get(whole)
            return known or Unit(whole, whole.replace("／", "/"), Decimal(1), "compound")
    return found


def _simple(text: str, at: int) -> Unit | None:
    for length in _index().get(text[at : at + 1], ()):
        printed = text[at : at + length]
        found = table().get(printed)
        if found is None:
            continue
        following = text[at + length : at + length + 1]
        if following and following in _NOT_BEFORE.get(printed, ""):
            continue
        if printed[-1].isascii() and printed[-1].isalpha() and following.isascii() and following.isalnum():
            continue
        return found
    return None


def to_base(number: Decimal, scales: str, unit: Unit | None) -> Decimal:
    """Return a printed number with its scale words in base units, without rounding beyond 28 digits."""
    value = number * scale(scales)
    return value * unit.factor if unit is not None and unit.factor != 1 else value
