"""Statements without a numeral that still fix a value: 全覆盖, Ⅱ类, 与经济增长同步, 与上年持平, 完成年度目标任务."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from erqi.reading.numerals import ROMAN


@dataclass(frozen=True, slots=True)
class Wording:
    """What a phrase fixes: where it is, the measure, the value (None if only a claim) and why."""

    start: int
    end: int
    measure: str
    value: Decimal | None
    unit: str
    bound: str
    note: str
    target: bool = False


_PHRASE = re.compile(
    r"(?P<cover>(?<!健)(?:实现|达到|基本实现|动态)?全覆盖(?!的|[^，。；、！”）\n]{0,4}(?:网络|体系|城乡)))"
    r"|(?P<class>(?<![A-Za-zⅠ-Ⅴ劣])(?P<roman>[ⅠⅡⅢⅣⅤ]|I{1,3}|IV|V)类(?P<more>及以上|及?以[上内]|或优于[^，。；]{1,3}类)?)(?=(?:水质|水体|标准|以上)*[，。；、）！\n]|$)"
    r"|(?P<pace>(?:增[长速幅])?(?:与|和|同)(?P<with>[^，。；与和]{2,12}?)(?:增长|发展|增速)?(?:保持|基本)*同步(?!推进|实施|建设|规划|开展|进行|增长的|发展的))(?:增长|提高)?(?=[，。；、）！\n]|$)"
    r"|(?P<flat>(?:与|同|和)(?P<than>[^，。；与和]{2,10}?)(?P<about>基本|大体)?持平)"
    r"|(?P<zero>(?:[降减]至|[降减]到|[降减]为|下降[到为至])零)"
    r"|(?P<done>(?:均|全部|全面|圆满|较好|如期|超额)*完成(?:了)?(?P<task>(?:上级|省|市|国家|省市)?(?:下达|年度|全年|年初|既定|预期|约束性)*(?:的)?(?:各项)?(?:年度)?(?:目标任务|目标|任务))(?=[，。；、！\n]|$))"
)
_WATER = re.compile(r"水质|断面|河|湖|水库|水源|流域|水体")


def find(copy: str) -> Iterator[Wording]:
    """Yield the wordings of a working copy in order."""
    for match in _PHRASE.finditer(copy):
        start, end = match.span()
        kind = next(name for name in ("cover", "class", "pace", "flat", "zero", "done") if match[name])
        if kind == "cover":
            yield Wording(start, end, "share", Decimal(100), "%", "point", "全覆盖: every one")
        elif kind == "class":
            line = max(copy.rfind(c, max(0, start - 80), start) for c in "。\n")
            if not _WATER.search(copy, max(0, line), end + 4):
                continue
            aim = copy[max(0, start - 3) : start].endswith(("目标", "目标为"))
            bound = "at_most" if match["more"] else "point"
            value = Decimal(ROMAN[match["roman"]])
            yield Wording(start, end, "class", value, "1", bound, "class by its ordinal; a lower class is better", aim)
        elif kind == "pace":
            yield Wording(start, end, "growth_rate", None, "%", "point", f"as fast as {match['with']}")
        elif kind == "flat":
            about = "about" if match["about"] else "point"
            yield Wording(start, end, "growth_rate", Decimal(0), "%", about, f"level with {match['than']}")
        elif kind == "zero":
            yield Wording(start, end, "level", Decimal(0), "%", "point", "fallen to nought")
        else:
            yield Wording(start, end, "attainment", None, "%", "point", "qualitative claim: said to be met, no figure")
