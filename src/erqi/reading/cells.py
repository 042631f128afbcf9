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
    """Return the numeric cells of all tables of a working copy, by the offset of their first digit.

    Cells are parted by tabs, bars, two spaces or more, one space, or stand one on a line.
    """
    cells: dict[int, Cell] = {}
    block: list[_Row] = []
    lone: list[_Row] = []
    above: list[str] = []
    blank = 0
    for line in _LINE.finditer(copy):
        text = line.group()
        if not text.strip():
            blank += 1
            continue
        short = len(text) < 400 and blank < 2 and not _CAPTION.match(text.strip())
        parts = _split(line) if short else []
        if len(parts) >= 2:
            if lone:
                _stack(lone, above, cells)
                above, lone = [*above, *(row[0][2] for row in lone)][-3:], []
            block.append(parts)
        else:
            if block:
                _table(block, above, cells)
                block, above = [], []
            if len(text) < 40 and short and not _PROSE.search(text):
                lone.append([(line.start(), line.end(), text)])
            else:
                _stack(lone, above, cells)
                above = [*above[-2:], *(row[0][2] for row in lone[-3:])][-3:]
                lone = []
                if _CAPTION.match(text.strip()) or len(text) < 60:
                    above = [*above[-2:], text]
        blank = 0
    if block:
        _table(block, above, cells)
    _stack(lone, above, cells)
    return cells


_Row = list[tuple[int, int, str]]
_PROSE = re.compile(r"[，。；！？]")
_TOKENS = re.compile(r"\S+")
_ONE_SPACE = re.compile(r"(?:\s[-+]?[0-9][0-9,.]*%?)+\s*$")


def _split(line: re.Match[str]) -> _Row:
    text, at = line.group(), line.start()
    if "\t" not in text and "|" not in text and "  " not in text.strip():
        # one space between: a label and nothing but numbers, or a row of headings
        tokens = [(at + m.start(), at + m.end(), m.group()) for m in _TOKENS.finditer(text)]
        if len(tokens) > 1 and len(tokens[0][2]) == len(tokens[1][2]) == 1 and not tokens[1][2].isdigit():
            tokens = [(tokens[0][0], tokens[1][1], tokens[0][2] + tokens[1][2]), *tokens[2:]]
        if len(tokens) < 2 or len(tokens) > 12 or _PROSE.search(text) or "：" in tokens[0][2][3:]:
            return []
        if _ONE_SPACE.search(text) or not any(_NUMERIC.match(token[2]) for token in tokens):
            indent = len(text) - len(text.lstrip())
            first = tokens[0]
            if first[2] in ("其中：", "#", "＃") and len(tokens) > 2:
                tokens = [(first[0], tokens[1][1], first[2] + tokens[1][2]), *tokens[2:]]
            return [(at, tokens[0][1], text[:indent] + tokens[0][2]), *tokens[1:]]
        return []
    parts: _Row = []
    start = 0
    indent = len(text) - len(text.lstrip())
    for sep in _PARTED.finditer(text, indent):
        parts.append((at + start, at + sep.start(), text[start : sep.start()]))
        start = sep.end()
    parts.append((at + start, line.end(), text[start:]))
    return [part for part in parts if part[2].strip()] if "|" in text else parts


def _stack(lone: list[_Row], above: list[str], cells: dict[int, Cell]) -> None:
    """Read a table that stands one cell on a line: headings, then a label and its numbers, again and again."""
    flags = [bool(_NUMERIC.match(row[0][2])) for row in lone]
    first = next((i for i, flag in enumerate(flags) if flag), None)
    if first is None or sum(flags) < 2:
        return
    width = next((i for i in range(first, len(flags)) if not flags[i]), len(flags)) - first
    again = next((i for i in range(first + width, len(flags)) if flags[i]), None)
    words = (again - first - width) if again is not None else 1
    size = words + width
    head = first - words - size
    if words not in (1, 2) or head < 0:
        return
    flat = [row[0] for row in lone]
    context = [*above, *(cell[2] for cell in flat[:head])]
    rows = [flat[head : head + size]]
    at = head + size
    while at + size <= len(flat) and flags[at : at + size] == [False] * words + [True] * width:
        rows.append(flat[at : at + size])
        at += size
    if len(rows) > 1:
        _table(rows, context[-3:], cells)


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
    if not thing and "产量" in caption:
        thing = "产量"
    parents: list[tuple[int, str]] = []
    for row, flags in zip(block[body:], numbers[body:], strict=True):
        raw = row[0][2]
        indent = len(raw) - len(raw.lstrip())
        label = re.sub(r"^(?:其中|＃|#)[：:]?", "", raw.strip())
        own: tuple[str, Unit | None, str] = ("", None, "")
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
