"""Table cells in running text: what a number is said to be by its row, its column and the lines above."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from erqi.reading import units
from erqi.reading.units import Unit

_LINE = re.compile(r"[^\r\n]+")
_PARTED = re.compile(r"\t|\||(?<=\S) {2,}(?=\S)")
_NUMERIC = re.compile(r"\s*[-+]?[0-9][0-9,]*(?:\.[0-9]+)?\s*(?:[%‰倍]|个?百分点)?\s*$")
_EMPTY = re.compile(r"\s*(?:[-—–…/·]*|\.\.\.)\s*$")
_UNIT_LINE = re.compile(r"单位[：:]\s*([^\s，。；|）]+)")
_IN_BRACKETS = re.compile(r"（([^（）]*)）\s*$")
_SCALED = re.compile(r"((?:万亿|百万|千万|十万|万|亿|千(?![瓦克米升卡伏])|百(?!分))?)(.*)$")
_PERIOD = re.compile(r"((?:19|20)[0-9]{2})年?(?:末|底)?(?:[（(].*)?$")
_GROWTH = re.compile(r"增长|增速|涨跌|升降|±|同比|环比|比上年|增减")
_SHARE = re.compile(r"比重|占比|构成|份额|比例")
_PLAIN = re.compile(
    r"^(?:绝对[数值量]|数值|指标值|总量|实绩|实际|完成数?|本年|全年|数量|累计|总计|合计|(?:19|20)[0-9]{2}年?.*)?$"
)
_LABEL_HEADER = re.compile(r"单位|计量单位")
_HEAD = re.compile(r"(?:产量|余额|收入|支出|投资|增加值|产值|价格|面积|出口|进口|人数|零售额|销售额|存款|贷款)$")
_CAPTION = re.compile(r"表\s*[0-9一二三四五六七八九十]+[：:、 ]*(.*)")


@dataclass(frozen=True, slots=True)
class Cell:
    """One number of a table: where it is, what it measures and in which unit and time."""

    start: int
    end: int
    subject: str
    measure: str
    scales: str
    unit: Unit | None
    unit_text: str
    year: int | None


def find(copy: str) -> dict[int, Cell]:
    """Return the numeric cells of all tables of a working copy, by the offset of their first digit."""
    if "\t" not in copy and "|" not in copy and "  " not in copy:
        return {}
    cells: dict[int, Cell] = {}
    block: list[list[tuple[int, int, str]]] = []
    above: list[str] = []
    last_end = 0
    for line in _LINE.finditer(copy):
        parts = _split(line)
        gap = copy.count("\n", last_end, line.start()) > 2
        if _CAPTION.match(line.group().strip()):
            parts = []
        if len(parts) >= 2 and not gap and len(line.group()) < 400:
            block.append(parts)
        else:
            if block:
                _table(block, above, cells)
                block, above = [], []
            if len(parts) >= 2 and len(line.group()) < 400:
                block.append(parts)
            else:
                above = [*above[-2:], line.group()]
        last_end = line.end()
    if block:
        _table(block, above, cells)
    return cells


def _split(line: re.Match[str]) -> list[tuple[int, int, str]]:
    text, at = line.group(), line.start()
    parts, start = [], 0
    if "\t" not in text and "|" not in text and "  " not in text.strip():
        return []
    indent = len(text) - len(text.lstrip())
    for sep in _PARTED.finditer(text, indent):
        parts.append((at + start, at + sep.start(), text[start : sep.start()]))
        start = sep.end()
    parts.append((at + start, line.end(), text[start:]))
    return [part for part in parts if part[2].strip()] if "|" in text else parts


def _unit(text: str) -> tuple[str, Unit | None, str]:
    """Return scale words, unit and printed unit of a header such as ``亿元`` or ``万吨``."""
    text = re.sub(r"[±\s]", "", text)
    match = _SCALED.match(text)
    assert match is not None
    found = units.match(match.group(2), 0)
    if found is None or len(found.text) != len(match.group(2)):
        return "", None, ""
    return match.group(1), found, match.group(2)


def _table(block: list[list[tuple[int, int, str]]], above: list[str], cells: dict[int, Cell]) -> None:
    numbers = [[bool(_NUMERIC.match(part[2])) for part in row] for row in block]
    body = next((i for i, row in enumerate(numbers) if any(row[1:])), None)
    if body is None or body == 0 or sum(any(row[1:]) for row in numbers) < 1:
        return
    headers = [part[2].strip() for part in block[body - 1]]
    context = " ".join(above)
    stated = next((match for line in reversed(above) if (match := _UNIT_LINE.search(line))), None)
    default = _unit(re.split("[、，]", stated.group(1))[0]) if stated else ("", None, "")
    caption = next((match.group(1) for line in reversed(above) if (match := _CAPTION.search(line))), "")
    year_above = re.search(r"((?:19|20)[0-9]{2})年", caption or context)
    year = int(year_above[1]) if year_above else None
    unit_column = next((i for i, text in enumerate(headers) if _LABEL_HEADER.match(text) and i), None)
    first_value = next((i for i in range(1, len(headers)) if i != unit_column), 1)
    things = re.sub(r"（.*?）", "", headers[first_value]) if first_value < len(headers) else ""
    thing = "" if _PLAIN.match(things) or _GROWTH.search(things) or not _HEAD.search(things) else things
    if not thing and (named := re.search(r"(?:产品|产量)产?量?", caption)) and "产量" in caption:
        thing = "产量"
    parents: list[tuple[int, str]] = []
    for row, flags in zip(block[body:], numbers[body:], strict=True):
        raw = row[0][2]
        indent = len(raw) - len(raw.lstrip())
        label = re.sub(r"^(?:其中|＃|#)[：:]?", "", raw.strip())
        own = ("", None, "")
        if bracket := _IN_BRACKETS.search(label):
            own = _unit(bracket.group(1))
            if own[1] is not None:
                label = label[: bracket.start()].strip()
        nested = raw.strip() != label or indent > 0
        parents = [item for item in parents if item[0] < indent] if nested else []
        if unit_column is not None and unit_column < len(row):
            own = _unit(row[unit_column][2])
        owner = next((name for _, name in reversed(parents)), "")
        full = label
        if owner and not _HEAD.search(label) and not thing:
            head = _HEAD.search(owner)
            full = label + (head.group() if head else "")
        elif owner and not thing and (head := _HEAD.search(owner)) and head.group() == "余额":
            full = label + ("" if label.endswith("余额") else "余额")
        if any(flags[1:]):
            parents.append((indent, full))
        for i, (start, end, text) in enumerate(row):
            if i == 0 or i == unit_column or not flags[i]:
                continue
            header = headers[i] if i < len(headers) else ""
            cell = _cell(start, end, text, header, full, thing, own, default, caption, year)
            cells[start + re.search(r"[0-9]", text).start()] = cell  # type: ignore[union-attr]


def _cell(
    start: int,
    end: int,
    text: str,
    header: str,
    label: str,
    thing: str,
    own: tuple[str, Unit | None, str],
    default: tuple[str, Unit | None, str],
    caption: str,
    year: int | None,
) -> Cell:
    bracket = _IN_BRACKETS.search(header)
    stated = _unit(bracket.group(1)) if bracket else ("", None, "")
    name = header[: bracket.start()].strip() if bracket else header
    growth = bool(_GROWTH.search(name))
    tail = re.sub(r"[-+0-9.,\s]", "", text)
    best = _unit(tail) if tail else stated if stated[1] else own if own[1] and not growth else default
    scales, unit, unit_text = best
    if growth and not tail and not stated[1] and unit is not None and unit.base != "%":
        unit = None
    measure = "level"
    subject = label + (thing if not label.endswith(thing) else "") if thing else label
    if period := _PERIOD.match(header):
        year = int(period[1])
        name = ""
    if growth or (
        unit is not None and unit.base == "%" and re.search("涨跌|增长速度|增速", caption) and not _SHARE.search(name)
    ):
        measure = "growth_rate"
        if unit is None:
            scales, unit, unit_text = "", units.table()["%"], "%"
    elif _SHARE.search(name) or (unit is not None and unit.base == "%"):
        measure = "share"
    if unit is not None and unit.base == "pp":
        measure = "change"
    price = re.search(r"价格", caption)
    if not growth and name and not _PLAIN.match(name) and name != thing:
        subject = f"{name}{subject}" if not _SHARE.search(name) and not _HEAD.search(name) else f"{subject}{name}"
    if "指数" in header and "=100" in header:
        subject = label if label.endswith("指数") else f"{label}{'价格' if price and '价格' not in label else ''}指数"
        unit, scales, unit_text, measure = None, "", "", "level"
    elif price and measure == "growth_rate" and "价格" not in subject:
        subject += "价格"
    if measure == "growth_rate":
        subject += "涨幅" if subject.endswith("价格") else "增速"
    elif measure == "change":
        subject += "变动"
    return Cell(start, end, subject, measure, scales, unit, unit_text, year)


def worth(number: str, cell: Cell) -> tuple[Decimal, Decimal]:
    """Return a cell's value in its base unit and one unit of its last digit."""
    _, _, places = number.partition(".")
    value = units.to_base(Decimal(number), cell.scales, cell.unit)
    return value, units.to_base(Decimal(1).scaleb(-len(places)), cell.scales, cell.unit)
