"""Every numeral of a text, once: what is printed, what it is worth, and what kind of numeral it is."""

# ruff: noqa: E501, SIM102  (a CJK character counts twice)
from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Context, Decimal
from typing import Any

from erqi.reading import cells, numerals, units
from erqi.reading.cells import Cell
from erqi.reading.outline import Outline
from erqi.reading.units import Unit

QUANTITY, THRESHOLD, DATE, NAME, ORDINAL = "quantity", "threshold", "date", "name", "ordinal"


@dataclass(frozen=True, slots=True)
class Mention:
    """One numeral with its scale and unit.

    Attributes
    ----------
    start, end : int
        Half-open code-point offsets; ``text`` is the slice.
    line : int
        1-based line of ``start``.
    section : str
        Path of the section, such as ``1.4.2``; empty before the first heading.
    kind : str
        ``quantity``, ``threshold``, ``date``, ``name`` or ``ordinal``.
    number, unit_text : str
        The number as a decimal string and the unit as printed (that of the partner for ``5`` in ``5－6亿元``).
    value : Decimal or None
        In base ``unit``; None for what is not a quantity or threshold.
    lower, upper : Decimal or None
        What the printed figure allows; None for an open side.
    hedge : str
        The words that make it inexact, as printed, parted by a space.
    form : str
        What else the reader knows of it: ``low``/``high`` end of a range, ``rank``, ``part`` of a ratio,
        ``cell`` of a table, or empty.
    """

    start: int
    end: int
    text: str
    line: int
    section: str
    kind: str
    number: str = ""
    unit_text: str = ""
    value: Decimal | None = None
    unit: str = ""
    lower: Decimal | None = None
    upper: Decimal | None = None
    hedge: str = ""
    form: str = ""


_CN = "〇零○一二三四五六七八九十百千万亿两半兩萬億"
_NUMBER = r"(?:[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?)"
_FIND = re.compile(
    rf"(?P<part>(?:百|千|万|[一二三四五六七八九十]{{1,3}})分之(?:(?:{_NUMBER})|[{_CN}]+(?:点[{_CN}]+)?))"
    rf"|(?P<digits>{_NUMBER})|(?P<words>(?:[〇零○一二三四五六七八九十百万亿两半兩萬億]|千(?![瓦克米升卡伏赫焦]))+(?:点[〇零○一二三四五六七八九]+[万亿]?)?)"
)
_SPACE = r"[ \u00a0]?"
_SCALE = r"(?:万亿|千亿|百亿|十亿|千万|百万|十万|万|萬|亿|億|千(?![瓦克米升卡伏赫焦])|百(?!分))"
_TAIL = re.compile(rf"{_SPACE}([多余几]?)({_SCALE}?)([多余几]?)(?:(?<=[万千百][多余几])([万亿]))?")
_MORE = re.compile(rf"([0-9]+)({_SCALE})(?:([多余])([万亿]))?")
_AFTER = re.compile(r"(多|余|有余|左右|上下|及以上|或以上|以上|及以下|以下|以内|之内)(?![的]?[来后])")
_FAR_BEFORE = re.compile(r"(不低于|不少于|不超过|不高于|超过|高于|不足)[^，。；：0-9]{2,20}的$")
_BEFORE = re.compile(
    r"(不少于|不低于|不小于|不超过|不高于|不多于|不大于|至少|最少|最多|至多|大约|约为|约|超过|超出|超额?|"
    r"突破|逾|近|将近|接近|已过|过|高于|大于|多于|低于|小于|少于|不足|不到|未及)"
    r"(?:了|达到?|到|为|合计|人民币|平均|[“（ ]){0,2}$"
)
_WITHIN = re.compile(r"的(?:控制|预期)?(?:目标|计划|任务)(?:值)?(?:以内|之内)")
_AT_LEAST = ("不少于", "不低于", "不小于", "至少", "最少", "以上", "及以上", "或以上")
_AT_MOST = ("不超过", "不高于", "不多于", "不大于", "最多", "至多", "以下", "及以下", "以内", "之内", "控制在")
_MORE_THAN = (
    "超过",
    "超出",
    "超",
    "超额",
    "突破",
    "逾",
    "过",
    "已过",
    "高于",
    "大于",
    "多于",
    "多",
    "余",
    "有余",
    "几",
)
_LESS_THAN = ("低于", "小于", "少于", "不足", "不到", "未及")

_RANGE = re.compile(rf"{_SPACE}(?:[-—–~至]{{1,2}}|到){_SPACE}(?=[0-9])")
_RATIO = re.compile(r" ?： ?[0-9]")
_RANGE_CN = re.compile(r"(?:至|到|[-—–~]{1,2})")
_Y = r"(?:1[89]|20|21)[0-9]{2}"
_DATES = (
    re.compile(rf"{_Y}{_SPACE}年?{_SPACE}[-—–~至到]{{1,2}}{_SPACE}{_Y}{_SPACE}年?(?!月)"),
    re.compile(rf"{_Y}[-/.][01]?[0-9][-/.][0-3]?[0-9](?![0-9])"),
    re.compile(
        rf"{_Y}{_SPACE}年度?(?:{_SPACE}[01]?[0-9]{_SPACE}(?:[-—–~至到、]{{1,2}}{_SPACE}[01]?[0-9]{_SPACE})?月份?"
        rf"(?:{_SPACE}[0-3]?[0-9]{_SPACE}[日号])?)?(?![多余])"
    ),
    re.compile(
        rf"[01]?[0-9]{_SPACE}(?:月份?{_SPACE})?[-—–~至到、和]{{1,2}}{_SPACE}[01]?[0-9]{_SPACE}月(?:份|底|末)?(?![之票])"
    ),
    re.compile(rf"[01]?[0-9]{_SPACE}月(?:份|底|末)?(?:[0-3]?[0-9]{_SPACE}[日号])?(?!票|嫂)"),
    re.compile(r"[0-2]?[0-9]：[0-5][0-9](?=[^：0-9.]|$)"),
    re.compile(rf"(?:1[89]|20|21){_SPACE}世纪(?:[1-9]0年代)?|[1-9]0年代"),
    re.compile(r"[1-4]季度"),
    re.compile(r"[0-3]?[0-9][日号](?=[，。、至到上下凌晚）—-])"),
    re.compile(r"[5-9][0-9]年(?=[^来内之以期前后多余、，。；）]|$)"),
)
_TIME_BEFORE = re.compile(r"(?:[日午晨晚间点]|时间|每[天日]|至|-|—)$")
_SINCE = re.compile(r"个?(?:多)?年(?:多)?(?:来|间|以来)")
_SPAN_BEFORE = re.compile(r"(?:过去|今后|未来|最近|近|此前|连续|前|后|这|上个?|头|接下来的?)(?:的)?$")
_RANK = re.compile(
    r"(?:位列|位居|居于|跃居|排名?|名列|列|居|位次?|进入|跻身|跃升|升|升至|前移|上升到|保持|稳居|达到|获)"
    r"[^，。；：、\n]{0,14}?(?:第|前)$"
)
_HOTLINE = re.compile(r"[”’]?[^，。；0-9]{0,10}?热线")
_NAME_AFTER = re.compile(
    r"[”’]?(?:号|#|强(?!度|化|劲)|届|国道|省道|县道|高速|线(?!上|下|以)|路(?!程|网|段)|中学?(?!小)|小学|医院|厂|所?队|师(?!范)|团(?!体|伙)|"
    r"基地|工程(?=”)|行动|计划|工作法|平台|专班|纳米)"
)
_LATIN_UNITS = frozenset(["GDP", "CPI", "PPI", "PMI", "R&D", "PM"]) - {"PM"}
_LATIN_BEFORE = re.compile(r"[A-Za-z&αβμ]+[-_]?$")
_THRESHOLD_DIMS = frozenset(
    [
        "money",
        "area",
        "volume",
        "mass",
        "power",
        "voltage",
        "energy",
        "length",
        "time",
        "share",
        "rate",
        "noun",
        "concentration",
    ]
)
_AGE_BEFORE = re.compile(r"(?:寿命|年龄|平均)[^，。；]{0,8}$")
_CLOSED = frozenset("，。；：、！？）)”’\n\r\t|,;.…—- ") | {""}
_AFTER_VERB = re.compile(
    r"(?:的(?:目标|任务|比例|速度|水平|增速|增长|基础|好成绩|规模)|达|为|增|同比|比上|较上|下降|和|与|及|以及|并|，)"
)
_CAPACITY_BEFORE = re.compile(r"(?:日产|年产|月产|日处理|年处理|日供水?|年加工|单机|装机|日加工|年出栏|年屠宰)$")
_NOUN = (
    r"(?:项目|企业|楼宇|园区|产业|集群|县|乡镇|镇|村|机组|变电站|变电|输变电|线路|生产线|泊位|码头|电站|光伏|风电|矿|矿井|"
    r"电厂|煤矿|褐煤|储气|油田|装置|水库|大户|产品|单位|店|工程|主体|市场|板块|俱乐部|群体|病房)"
)
_NOUN_AFTER = re.compile(rf"(?!实施|建设|用于|支持|投|完成|开|启动)的?级?[^，。；、：（）0-9\n]{{0,10}}?{_NOUN}")
_OF_CAPACITY = re.compile(
    r"(?:级|的?(?:[^，。；、：（）0-9\n]{0,6}(?:露天矿|煤矿|褐煤|热电|风电|光伏|机组|变电站|输变电|生产线|泊位|码头|"
    r"水泥熟料|乙烯|炼油|铝板|大麦芽|高炉|储能)))"
)
_NOT_BEFORE_ONE = frozenset("第初每各某同这那哪另前首统唯专单合万十百千")
_PHRASES = re.compile(
    r"[两二三四五六七八九]个?(?:确立|维护|意识|自信|全面|代表|务必|毫不|大局|一百年|结合|基本|方面|层面|文明|轮子|转变|坚持|"
    r"必须|中心|阶段|重点|关键|环节|字|体系|更加|台阶|市场|积极性|特别行政区|一批|项规定|项原则|个一批|前所未有|突出|不变|着力|坚决|优先|统筹|注重|面向|服务)|[三五七]台[山县河]|五家渠|八项规定|五项原则|一百年"
)
_SMALL_COUNTS = frozenset("个家项户所处座条部套栋幢场起件支辆台架艘列名人倍艘宗位株棵元亩斤吨")
_THREE_TIMES = re.compile(r"次(?:产业|会议|全会|党代|创业|分配|全体|全国|代表)")
_WINDOW = 24


def find(text: str, copy: str, outline: Outline, table: dict[int, Cell]) -> list[Mention]:
    """Return the numerals of a text in order, none overlapping, each digit in exactly one.

    Parameters
    ----------
    text : str
        As decoded.
    copy : str
        Its working copy, see :func:`erqi.reading.words.normalise`.
    outline : Outline
        Gives line and section of an offset.
    table : dict of int to Cell
        The cells of tables by the offset of their first digit, see :func:`erqi.reading.cells.find`.
    """
    found: list[Mention] = []
    at = 0
    readers = {"digits": _digits, "words": _words, "part": _part}
    while (match := _FIND.search(copy, at)) is not None:
        previous = found[-1] if found else None
        cell = table.get(match.start()) if table else None
        fields: dict[str, Any] | None = (
            _cell(copy, match, cell) if cell else readers[match.lastgroup or ""](copy, match, previous)
        )
        at = match.end()
        if fields is None:
            continue
        start, end = fields.pop("start"), fields.pop("end")
        if previous is not None and start < previous.end:
            start = previous.end
        found.append(Mention(start, end, text[start:end], outline.line(start), outline.section(start).path, **fields))
        at = max(at, end)
    return found


def _cell(copy: str, match: re.Match[str], cell: Cell) -> dict[str, Any]:
    sign = copy[match.start() - 1] == "-"
    number = ("-" if sign else "") + match.group().replace(",", "")
    value, step = cells.worth(number, cell)
    value = tidy(value)
    base = cell.unit.base if cell.unit else "1"
    exact = base in ("1", "person", "person_time") and step == 1
    lower, upper = interval(value, step, base, [], exact=exact)
    printed = cell.unit_text if copy.startswith(cell.unit_text, match.end()) else ""
    return {
        "start": match.start() - sign, "end": match.end() + len(printed), "kind": QUANTITY, "number": number,
        "unit_text": cell.scales + cell.unit_text, "value": value, "unit": base, "lower": lower, "upper": upper,
        "form": "cell",
    }  # fmt: skip


def _digits(copy: str, match: re.Match[str], previous: Mention | None) -> dict[str, Any]:
    start, end = match.span()
    before = copy[max(0, start - _WINDOW) : start]
    last, following = before[-1:], copy[end : end + 1]
    number = match.group().replace(",", "")
    if len(number) > _DIGITS_MOST:
        return {"start": start, "end": end, "kind": NAME, "number": number}
    date = _date(copy, start, before)
    if date:
        return {"start": start, "end": date, "kind": DATE, "number": number}
    name = _name(copy, start, end, before, last, following)
    if name:
        return {"start": start, "end": end, "kind": name, "number": number}
    # the scale and unit of the second end of a range are those of the first, unless it has its own
    if following == "/" and (parts := _FRACTION.match(copy, start)) and int(parts[1]) < int(parts[2]):
        share = Decimal(parts[1]) * 100 / Decimal(parts[2])
        percent = Unit("", "%", Decimal(1), "share")
        return _quantity(copy, start, parts.end(), parts[0], "", share, Decimal(1), percent, "", before, "")
    inside, scales, after_scale, unit, stop = _tail(copy, end)
    form, unit_text = "", ""
    gap = _RANGE.match(copy, end) if unit is None or copy[stop : stop + 1] in "-—–~至到" else None
    if gap is None and unit is not None:
        gap = _RANGE.match(copy, stop)
    second = None
    if gap and not _FROM.search(before):
        other = re.compile(_NUMBER).match(copy, gap.end())
        if other:
            _, other_scales, _, other_unit, _ = _tail(copy, other.end())
            if other_unit is not None and (unit is None or unit.base == other_unit.base):
                form, second = "low", other_unit
                if unit is None:
                    scales = scales or other_scales
    if unit is None and second is None and following in ("、", "和", "与"):
        second = _shared(copy, end)
    if previous is not None and previous.form == "low" and start - previous.end <= 3:
        form = "high"
    elif (unit is None and _RATIO.match(copy, end)) or (
        previous is not None and previous.form == "part" and copy[previous.end : start].strip() == "："
    ):
        form = "part"
    elif last == "第" or (last == "前" and unit is not None and unit.text in "名位强"):
        again = previous is not None and previous.form == "rank" and start - previous.end < 5
        if not (again or _RANK.search(before)) or (unit is not None and unit.text not in "位名强"):
            if last == "第":
                return {"start": start, "end": end, "kind": ORDINAL, "number": number}
        else:
            form = "rank"
            unit = replace(unit, base="1") if unit is not None else None
    extra = _MORE.match(copy, end + len(scales)) if scales and unit is None and not inside else None
    value = numerals.decimal(number)
    if extra and second is None:
        # 3亿5千万: the second part adds
        value = value * numerals.scale(scales) + numerals.decimal(extra[1]) * numerals.scale(
            extra[2] + (extra[4] or "")
        )
        scales, end = "", extra.end()
        inside, _, after_scale, unit, stop = _tail(copy, end)
        inside = inside or extra[3] or ""
    if unit is not None and unit.text == "个" and _SHARED_POINTS.match(copy, stop):
        unit = replace(units.table()["个百分点"], text="个")
    if unit is None and second is None and scales.endswith("亿") and _MONEY_BEFORE.search(before):
        # 突破60亿: the currency goes without saying
        if copy[end + len(scales) : end + len(scales) + 1] in _CLOSED:
            second = units.table()["元"]
    if unit is not None and unit.text == "位" and _PLACES.search(before):
        unit = replace(unit, base="1")
    used = unit or second
    value = units.to_base(value, scales, used)
    step = units.to_base(numerals.place(number), scales, used)
    sign = _negative(copy, start, last, unit)
    if unit is not None:
        unit_text = unit.text
        end = stop
    elif scales or inside or after_scale:
        end = stop
    elif second is not None:
        unit_text = second.text
    return _quantity(
        copy, start - sign, end, number, unit_text, value, step, used, inside + after_scale, before, form, sign
    )


_PLACES = re.compile(r"(?:排名|位次|名次|位列|前移|跃升|前进)[^，。；]{0,8}$")
_SHARED_POINTS = re.compile(rf"(?:[、和与及]{_NUMBER}个?){{0,12}}[、和与及]{_NUMBER}个?百分点")
_FRACTION = re.compile(r"([1-9][0-9]?)/([1-9][0-9]?)(?![0-9/.])")
_MONEY_BEFORE = re.compile(r"(?:投资|收入|总值|产值|总额|贷款|存款|销售|税收?|融资|资金|支出|增加值)[^，。；]{0,8}$")
_SERIES = re.compile(rf"(?:[、和与及](?:{_NUMBER})){{1,12}}")


def _shared(copy: str, end: int) -> Unit | None:
    """Return the unit that stands once at the end of a series: 1.7、2.2个百分点."""
    series = _SERIES.match(copy, end)
    unit = _tail(copy, series.end())[3] if series else None
    return unit if unit is not None and unit.text not in ("年", "月", "日", "号") else None


def _tail(copy: str, end: int) -> tuple[str, str, str, Unit | None, int]:
    """Return the words between a number and its unit, the unit, and where it ends."""
    match = _TAIL.match(copy, end)
    assert match is not None
    at = match.end()
    unit = units.match(copy, at)
    if unit is None and copy[at : at + 1] == " ":
        unit = units.match(copy, at + 1)
        at += unit is not None
    if unit is None and not match.group(1) + match.group(2) + match.group(3):
        return "", "", "", None, end
    return (
        match.group(1),
        match.group(2) + (match.group(4) or ""),
        match.group(3),
        unit,
        at + (len(unit.text) if unit else 0),
    )


def _negative(copy: str, start: int, last: str, unit: Unit | None) -> int:
    if last != "-":
        return 0
    return int(copy[start - 2 : start - 1] in _CLOSED or copy[start - 2 : start - 1] in "为达是")


def _quantity(
    copy: str,
    start: int,
    end: int,
    number: str,
    unit_text: str,
    value: Decimal,
    step: Decimal,
    unit: Unit | None,
    inside: str,
    before: str,
    form: str,
    sign: int = 0,
) -> dict[str, Any]:
    """Return the fields of a numeral that says how much, with what its words allow."""
    value, step = tidy(value), abs(step)
    if sign:
        number, value = f"-{number}", -value
    hedges = [inside] if inside else []
    match = _BEFORE.search(before)
    if match is None and unit is not None and unit.base in ("x", "%"):
        match = _FAR_BEFORE.search(before)
    if match:
        hedges.insert(0, match.group(1))
    after = _AFTER.match(copy, end)
    kind = QUANTITY
    if after:
        hedges.append(after.group(1))
        if _filters(copy, after.end(), after.group(1), unit, before):
            kind = THRESHOLD
        end = after.end()
    elif _WITHIN.match(copy, end):
        hedges.append("以内")
    elif _sized(copy, end, unit, before, match, form):
        kind = THRESHOLD
    base = unit.base if unit else "1"
    lower, upper = interval(value, step, base, hedges, exact=base in ("1", "person", "person_time") and step == 1)
    return {
        "start": start, "end": end, "kind": kind, "number": number, "unit_text": unit_text, "value": value,
        "unit": base, "lower": lower, "upper": upper, "hedge": " ".join(hedges), "form": form,
    }  # fmt: skip


def tidy(value: Decimal) -> Decimal:
    """Return a value without trailing zeros or an exponent, to 15 digits."""
    value = _PRECISE.plus(value).normalize()
    return value.quantize(Decimal(1)) if 0 < value.adjusted() < 27 and value == value.to_integral_value() else value


_PRECISE = Context(prec=15)
_DIGITS_MOST = 20  # a longer run is a code or a number of an account, not a quantity


def interval(
    value: Decimal, step: Decimal, unit: str, hedges: list[str], *, exact: bool
) -> tuple[Decimal | None, Decimal | None]:
    """Return the values that a printed figure allows: half a last digit either side, widened by its words.

    A count printed in full is exact. ``多`` and ``余`` reach to the next step of the last non-zero digit
    (``5000余``: [5000, 6000)); ``约`` and ``左右`` allow half a point for rates and 2 % for the rest, a convention;
    one-sided words leave the other side open (None).
    """
    half = Decimal(0) if exact else step / 2
    low, high = tidy(value - half), tidy(value + half)
    for word in hedges:
        if word in ("多", "余", "有余", "几", "多多"):
            reach = abs(step)
            while reach and value % (reach * 10) == 0 and reach <= abs(value):
                reach *= 10
            low, high = value, value + (reach if reach > abs(step) or not exact else reach * 10)
        elif word in ("约", "大约", "约为", "左右", "上下"):
            width = max(half, Decimal("0.5") if unit in ("%", "pp") else abs(value) * Decimal("0.02"))
            low, high = tidy(value - width), tidy(value + width)
        elif word in ("近", "将近", "接近"):
            low, high = tidy(value - max(step, abs(value) * Decimal("0.05"))), value
    one_sided = set(hedges)
    if one_sided & {*_AT_LEAST, *_MORE_THAN} - {"多", "余", "有余", "几"}:
        return value, None
    if one_sided & {*_AT_MOST, *_LESS_THAN}:
        return None, value
    return low, high


def bound(mention: Mention) -> str:
    """Return the code of what a mention's words make of its value."""
    if mention.form in ("low", "high"):
        return "range_end"
    words = set(mention.hedge.split())
    for code, members in (("at_least", _AT_LEAST), ("at_most", _AT_MOST + _LESS_THAN), ("more_than", _MORE_THAN)):
        if words & set(members):
            return code
    return "about" if words else "point"


def _filters(copy: str, at: int, word: str, unit: Unit | None, before: str) -> bool:
    """Tell 1000万元以上重点项目, which selects, from 增长20%以上, which states."""
    if unit is None or word not in ("以上", "及以上", "或以上", "以下", "及以下", "以内", "之内"):
        return False
    following = copy[at : at + 1]
    if unit.base == "a" and unit.text in ("岁", "周岁"):
        return not _AGE_BEFORE.search(before)
    if following in _CLOSED or _AFTER_VERB.match(copy, at):
        return False
    if unit.text == "年" and following not in _CLOSED and following not in "保持稳连内来":
        return True
    if unit.dimension in ("share", "time", "rate", "concentration"):
        return False
    if unit.text == "层":
        return True
    return unit.dimension in _THRESHOLD_DIMS or following == "的"


def _sized(copy: str, at: int, unit: Unit | None, before: str, hedged: re.Match[str] | None, form: str) -> bool:
    """Tell a size that is part of a name or a filter: 超亿元楼宇, 日产4500吨生产线, 110千伏变电站."""
    if unit is None:
        return False
    if unit.text in ("岁", "周岁"):
        if form == "low" and not _AGE_BEFORE.search(before):
            return True
        return copy[at : at + 1] not in _CLOSED and not _AGE_BEFORE.search(before) and not hedged
    if re.match(r"的(?:有)?[0-9]", copy[at : at + 3]):
        return True
    if unit.dimension == "noun":
        return hedged is not None and hedged.group(1) in ("超", "过", "超过") and unit.text in "县市区镇乡村"
    if unit.dimension in ("share", "time", "ratio", "count"):
        return unit.text == "%" and before.endswith("前")
    if _CAPACITY_BEFORE.search(before) and copy[at : at + 1] not in _CLOSED:
        return True
    if unit.dimension in ("mass", "power", "voltage", "volume") and _OF_CAPACITY.match(copy, at):
        return True
    if hedged and hedged.group(1) in ("超", "过", "超过", "突破", "不足", "低于", "不低于"):
        return bool(_NOUN_AFTER.match(copy, at)) and unit.dimension in ("money", "area", "mass")
    return copy[at : at + 1] == "级" and copy[at + 1 : at + 2] not in _CLOSED


def _date(copy: str, start: int, before: str) -> int:
    """Return where a date that begins at ``start`` ends, or 0."""
    for i, pattern in enumerate(_DATES):
        match = pattern.match(copy, start)
        if match is None:
            continue
        if i == 2 and match.group().endswith(("年", "度")) and before.endswith("近"):
            return 0
        if i in (3, 4) and before.endswith(("个", "历时", "×")):
            continue
        if i == 5 and not _TIME_BEFORE.search(before):
            continue
        if i == 8 and not re.search(r"[日月号至到-]$", before):
            continue
        if i == 9 and before[-1:] in "近超约过达了第满用历":
            continue
        return match.end()
    match = re.compile(rf"[0-9]{{1,3}}{_SPACE}").match(copy, start)
    assert match is not None
    at = match.end()
    since = _SINCE.match(copy, at)
    if since:
        return since.end()
    if copy[at : at + 1] == "年" and _SPAN_BEFORE.search(before):
        return at + 1
    bare = re.compile(rf"{_Y}(?![0-9.,])").match(copy, start)
    if bare and (_tail(copy, bare.end())[0:4] == ("", "", "", None) or copy[bare.end() : bare.end() + 1] == "回"):
        # a year that stands alone: 对标2035, （2021）, 2022北京
        if before[-1:] in "〔（[《“" or re.search(
            r"(?:到|至|自|从|截至|对标|迎接|展望|透过|回望|回眸|告别|走过|进入|步入|面向|放眼|年|-)$", before
        ):
            return bare.end()
    return 0


def _name(copy: str, start: int, end: int, before: str, last: str, following: str) -> str:
    """Return name or ordinal for a numeral that says nothing about how much."""
    if last == "第":
        return ""
    if last and ((last.isascii() and last.isalpha()) or last in "_αβμ"):
        word = _LATIN_BEFORE.search(before)
        if word is None or word.group().upper() not in _LATIN_UNITS or units.match(copy, end) is None:
            return NAME
    if last == "-" and re.search(r"[A-Za-z]-$", before):
        return NAME
    if following.isascii() and following.isalpha():
        if units.match(copy, end) is None:
            return NAME
    elif (following and following in "+·#＋") or last in ("表", "图"):
        return NAME
    if (last in ("+", "·", "X", "×") and last) or re.search(r"PM\s*$|附[件表]$|专栏$", before):
        return NAME
    if following in ("×", "*") and following:
        return NAME
    if last in "[［〔【" and copy[end : end + 1] in "]］〕】" and last:
        return NAME
    if last == "（" and following == "）" and len(copy[start:end]) <= 2:
        return ORDINAL
    if (last in "\n\r" or not last or re.search(r"(?:^|[\n\r。；：])[ \t]*$", before)) and (
        following == "、"
        or following == "."
        or (following == " " and units.match(copy, end + 1) is None and last in "\n")
    ):
        return ORDINAL
    if (
        copy[end - 2 : end] == ".0"
        and end - start == 3
        and following != "："
        and last != "："
        and _tail(copy, end)[3] is None
    ):
        return NAME
    if re.match(r"(?:行动|版|时代|工程|计划|工作法)", copy[end : end + 3]):
        return NAME
    if following == "-" and re.match(r"-[A-Za-z]", copy[end : end + 2]):
        return NAME
    if copy.startswith("周年", end):
        return NAME
    if _HOTLINE.match(copy, end) or (_NAME_AFTER.match(copy, end) and "." not in copy[start:end]):
        return "" if last == "前" and following == "强" and _RANK.search(before) else NAME
    quote = before.rfind("“")
    if quote >= 0 and "”" not in before[quote:]:
        close = copy.find("”", end, end + _WINDOW)
        if close >= 0 and "，" not in before[quote:] and "，" not in copy[end:close]:
            unit = _tail(copy, end)[3]
            return "" if unit is not None and unit.dimension in ("money", "share", "mass", "area") else NAME
    if len(copy[start:end]) > 2 and "\u4e00" <= following <= "\u9fff" and copy[start:end].isdigit():
        # 626小河, 904专项: three digits and more before a word that is no unit
        if _tail(copy, end)[0:4] == ("", "", "", None) and following not in "左以多余大和至到与及的":
            return NAME
    return ""


_FROM = re.compile(r"(?:由|从|自)[^，。；]{0,20}$")
_PLAN = re.compile(r"^(?:十[一二三四五六七八九]?五|[一二三五六七八九]五)$")
_PLAN_AFTER = re.compile(r"[”\"]|时期|规划|计划|期间|以来|末|开局|收官|目标|前|后|初")
_CN_YEAR = re.compile(r"^[一二][九〇零○八][〇零○一二三四五六七八九]{2}$")
_CN_MONTH = re.compile(r"月(?:份|底|末|初|[一二三]?十?[一二三四五六七八九十][日号])?")
_CN_SPAN_BEFORE = re.compile(r"(?:过去|今后|未来|最近|近|前|这|后|头|上个?|下个?|此后|连续|以往)(?:的)?$")
_TENTHS = re.compile(
    r"成(?:([一二三四五六七八九半])(?![个家])|)(?=以上|以下|左右|多|[，。；、！）”\n]|$|的|以内|和|或|[\u4e00-\u9fff]{2})(?!为|立|果|本|功|效|长|熟|交|员|品|型|就|绩|套|片|群|都)"
)
_WEAK_AFTER = frozenset("级类种样层面道口门段片步对双组代号章笔重度点里克升分日年月天岁期字省市县区村校团式")  # fmt: skip
_OPEN_SCALE = re.compile(r"^[十百千万亿]+$")
_REACHED = re.compile(
    r"(?:(?:保持|稳定)在|超过?|突破|逾|近|达到?|到|过|约|跨越|迈上|首破|站上|跨[上过越]|破|共计?|合计|首超)(?:了)?$"
)


def _part(copy: str, match: re.Match[str], previous: Mention | None) -> dict[str, Any] | None:
    """Read 百分之七点五, 千分之三 and 三分之一."""
    result = numerals.fraction(match.group())
    if result is None:
        return None
    value, unit = result
    start, end = match.span()
    before = copy[max(0, start - _WINDOW) : start]
    inside = ""
    if copy[end : end + 1] in ("多", "强", "弱") and copy[end : end + 1]:
        inside, end = "多" if copy[end] == "多" else "", end + 1
    tail = match.group().split("分之")[1]
    _, _, digits = tail.partition("点" if "点" in tail else ".")
    step = Decimal(1).scaleb(-len(digits))
    form = "low" if _RANGE_CN.match(copy, end) and _FIND.match(copy, end + 1) and not _FROM.search(before) else ""
    if previous is not None and previous.form == "low" and start - previous.end <= 2:
        form = "high"
    number = str(value)
    return _quantity(
        copy,
        start,
        end,
        number,
        match.group().split("分之")[0] + "分之",
        value,
        step,
        Unit(unit, unit, Decimal(1), "share"),
        inside,
        before,
        form,
    )


def _words(copy: str, match: re.Match[str], previous: Mention | None) -> dict[str, Any] | None:
    """Read a numeral in characters if it is a date or states a quantity; None for every other use."""
    start, end = match.span()
    word = match.group()
    if len(word) > _DIGITS_MOST:
        return None
    before = copy[max(0, start - _WINDOW) : start]
    last, following = before[-1:], copy[end : end + 1]
    fields = {"start": start, "end": end, "kind": DATE, "number": word}
    if _PLAN.match(word) and ((last in '“"' and last) or len(word) == 3) and _PLAN_AFTER.match(copy, end):
        return fields
    if following == "年":
        if _CN_YEAR.match(word):
            month = re.compile(rf"年(?:[{_CN}]{{1,2}}月(?:[一二三]?十?[一二三四五六七八九]?[日号])?)?").match(copy, end)
            return {**fields, "end": month.end() if month else end + 1}
        if copy.startswith("年代", end):
            return {**fields, "end": end + 2}
        since = _SINCE.match(copy, end)
        if since or _CN_SPAN_BEFORE.search(before):
            return {**fields, "end": since.end() if since else end + 1}
        if len(word) == 1 or word == "十":
            return None
    if following == "月" and len(word) <= 2 and last != "个" and (month := _CN_MONTH.match(copy, end)):
        return {**fields, "end": month.end()}
    if copy.startswith("季度", end) and word[-1] in "一二三四":
        return {**fields, "end": end + 2}
    if copy.startswith("世纪", end):
        return {**fields, "end": end + 2}
    if last and last in _NOT_BEFORE_ONE and last != "第":
        return None
    quote = before.rfind("“")
    quoted = quote >= 0 and "”" not in before[quote:] and "”" in copy[end : end + _WINDOW]
    if last == "第":
        rank = not quoted and _RANK.search(before) and (following in _CLOSED or following in "位名的次")
        if not rank or following == "次" or "步" in before:
            return None
        value = numerals.value(word)
        unit = units.match(copy, end) if following and following in "位名" else None
        if value is None or value > 2000:
            return None
        return {
            "start": start, "end": end + (len(unit.text) if unit else 0), "kind": QUANTITY, "number": str(value),
            "unit_text": unit.text if unit else "", "value": value, "unit": "1", "lower": value, "upper": value,
            "form": "rank",
        }  # fmt: skip
    if quoted or (len(word) > 1 and all(char in numerals.DIGITS for char in word)):
        return None
    if following == "折" and len(word) == 1 and word in "五六七八九":
        tenfold = Decimal(numerals.DIGITS[word] * 10)
        return _quantity(
            copy,
            start,
            end + 1,
            str(tenfold),
            "折",
            tenfold,
            Decimal(1),
            Unit("折", "%", Decimal(1), "share"),
            "",
            before,
            "",
        )
    if following == "番" and re.search(r"翻了?(?:近|约|逾)?$", before):
        value = numerals.chinese(word)
        times = Decimal(2) ** int(value) if value and value < 10 and value == int(value) else None
        return (
            None
            if times is None
            else _quantity(
                copy,
                start,
                end + 1,
                word,
                "番",
                times,
                Decimal("0.1"),
                Unit("番", "x", Decimal(1), "ratio"),
                "",
                before,
                "",
            )
        )
    if following == "成" and len(word) == 1 and word in numerals.DIGITS and (tenths := _TENTHS.match(copy, end)):
        value = Decimal(
            numerals.DIGITS[word] * 10
            + (numerals.DIGITS.get(tenths.group(1) or "", 0) or (5 if tenths.group(1) == "半" else 0))
        )
        step = Decimal(1) if tenths.group(1) else Decimal(10)
        if value < 10 or (
            word == "一"
            and not tenths.group(1)
            and not re.search(r"[降减增升长占近超约](?:了)?$|[高低][于出][^，。；]{1,10}$", before)
        ):
            return None
        return _quantity(
            copy,
            start,
            tenths.end(),
            str(value),
            "成",
            value,
            step,
            Unit("成", "%", Decimal(1), "share"),
            "",
            before,
            "",
        )
    if word == "一半":
        if not (_BEFORE.search(before) or re.match("以上|左右|多", copy[end : end + 2])):
            return None
        return _quantity(
            copy,
            start,
            end,
            "50",
            "一半",
            Decimal(50),
            Decimal(1),
            Unit("一半", "%", Decimal(1), "share"),
            "",
            before,
            "",
        )
    return _counted(copy, start, end, word, before)


def _counted(copy: str, start: int, end: int, word: str, before: str) -> dict[str, Any] | None:
    inside = ""
    if copy[end : end + 1] in ("多", "余", "几") and copy[end : end + 1]:
        inside, end = copy[end], end + 1
        scales = re.compile("[万亿]+").match(copy, end)
        if scales:
            word, end = word + scales.group(), scales.end()
    unit = units.match(copy, end)
    value = numerals.value(word)
    if unit is None and value is not None and re.search("^[一二三四五六七八九十].*[万亿]$", word):
        # 培养人才五百万, 五百万专门人才: a large number needs no unit
        return _quantity(copy, start, end, str(value), "", value, numerals.scale(word[-1]), None, inside, before, "")
    if unit is None or value is None or unit.dimension == "noun":
        return None
    following = copy[end + len(unit.text) : end + len(unit.text) + 1]
    if word in ("千", "万", "百") and before.endswith("上"):
        inside = "上"
    scaled = bool(_OPEN_SCALE.match(word))
    if scaled and word != "十" and not inside:
        # 超万亿元 states, 超亿元楼宇 and 亿元以上项目 select, 百万吨乙烯 and 千亿级 name
        if unit.dimension not in ("money", "mass", "energy", "area") and unit.base not in ("person", "person_time"):
            return None
        if before[-1:] in "每单位":
            return None
        fields = _quantity(
            copy,
            start,
            end + len(unit.text),
            word,
            unit.text,
            numerals.scale(word) * unit.factor,
            numerals.scale(word) * unit.factor,
            unit,
            inside,
            before,
            "",
        )
        after = copy[fields["end"] : fields["end"] + 1]
        if fields["kind"] == THRESHOLD:
            return fields
        if _REACHED.search(before) and (
            after in _CLOSED or re.match("大关|关口|台阶|门槛", copy[fields["end"] : fields["end"] + 2])
        ):
            return fields
        if (_BEFORE.search(before) or re.search(r"超|过$", before)) and after not in _CLOSED:
            return {**fields, "kind": THRESHOLD}
        if unit.dimension == "money" and re.match(
            r"企业|项目|楼宇|工程|投资项目", copy[fields["end"] : fields["end"] + 4]
        ):
            return {**fields, "kind": THRESHOLD}
        return None
    small = value < 10 and value == int(value)
    if small and not re.search("[万亿千百]", word):
        if value < 2 and unit.text != "倍":
            return None
        if unit.text[0] in _WEAK_AFTER or unit.text not in _SMALL_COUNTS or unit.dimension == "time":
            return None
        if unit.text == "个" and (following in _CLOSED or following in "多"):
            return None
        if unit.text == "人" and following not in _CLOSED:
            return None
        if _PHRASES.match(copy, start):
            return None
    elif (
        _THREE_TIMES.match(copy, end)
        or (unit.text == "次" and value < 10)
        or (
            value < 100
            and (unit.text in ("级", "条", "字", "大") or unit.dimension == "time")
            and following not in _CLOSED
            and unit.text != "条"
        )
    ):
        return None
    if _PHRASES.match(copy, start) or (unit.text == "个" and re.match("方面|层面", copy[end + 1 : end + 3])):
        return None
    if (word == "十" and unit.text in ("分", "字", "字架")) or (
        unit.text == "次" and re.search("届[^，。]{0,6}$", before)
    ):
        return None
    if small and unit.text == "元" and following not in _CLOSED:
        return None
    # 一 may be no more than an article, and so may a scale word in an idiom (千家万户)
    if (word in ("千", "万", "百") and not inside) or (
        not inside and re.match(r"千家|万户|百年|千方|千头|万象|百姓", copy[start : start + 2])
    ):
        return None
    step = Decimal(1)
    if "点" in word:
        digits = re.match(r"[〇零○一二三四五六七八九]*", word.partition("点")[2])
        step = Decimal(1).scaleb(-len(digits.group() if digits else ""))
        step *= numerals.scale(re.sub("[^万亿]", "", word.partition("点")[2]))
    elif scales := re.search(r"[十百千万亿]+$", word):
        step = numerals.scale(scales.group())
    factor = unit.factor
    form = ""
    stop = end + len(unit.text)
    if _RANGE_CN.match(copy, stop) and _FIND.match(copy, stop + 1) and not _FROM.search(before):
        form = "low"
    return _quantity(
        copy, start, stop, str(value), unit.text, value * factor, step * factor, unit, inside, before, form
    )
