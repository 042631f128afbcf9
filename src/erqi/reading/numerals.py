"""The exact value of an isolated numeral, in digits, in characters or in both."""

from __future__ import annotations

import re
from decimal import Decimal

# Within a numeral a full-width digit, point or separator is its ASCII form.
FULL_WIDTH = str.maketrans("０１２３４５６７８９．，", "0123456789.,")
DIGITS = {
    "〇": 0, "零": 0, "○": 0, "Ｏ": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7,
    "八": 8, "九": 9, "兩": 2,
}  # fmt: skip
SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
CHINESE = "〇零○一二两三四五六七八九十百千万亿半兩萬億"
ROMAN = {"Ⅰ": 1, "Ⅱ": 2, "Ⅲ": 3, "Ⅳ": 4, "Ⅴ": 5, "I": 1, "II": 2, "III": 3, "IV": 4, "V": 5}
_PARTS = re.compile(rf"^(百|千|万|[{CHINESE}]+)分之(.+)$")
_LONGEST = 40
_VAGUE = re.compile("[多余餘几来數数]")


def scale(text: str) -> Decimal:
    """Return the factor of a row of scale words: ``百万`` is 1e6, ``万亿`` 1e12, an empty text 1."""
    value = Decimal(1)
    for char in text:
        value *= SCALES[char]
    return value


def decimal(text: str) -> Decimal:
    """Return the value of a run of digits with decimal point and thousands separators, in either width."""
    return Decimal(text.translate(FULL_WIDTH).replace(",", ""))


def chinese(text: str) -> Decimal | None:
    """Return the value of a numeral written in characters, or None if it is not well formed.

    Digits side by side are read by position (``二〇二一``), ``点`` parts decimals, ``半`` is a half, a scale
    without a digit is one of it (``十二``, ``万亿``); vague words (多, 余, 几) do not change the value.
    """
    text = _VAGUE.sub("", text)
    if not text or len(text) > _LONGEST:
        return None
    if text == "半":
        return Decimal("0.5")
    whole, _, tail = text.partition("点")
    if tail:
        tail, factor = _split_scale(tail)
        if not whole or any(char not in DIGITS for char in tail):
            return None
        head = chinese(whole)
        digits = "".join(str(DIGITS[char]) for char in tail)
        return None if head is None else (head + Decimal(f"0.{digits or 0}")) * factor
    if all(char in DIGITS for char in text):
        return Decimal(int("".join(str(DIGITS[char]) for char in text)))
    total, section, digit, seen = 0, 0, 0, False
    for char in text:
        if char in DIGITS:
            if digit:
                return None
            digit, seen = DIGITS[char], True
        elif char in SCALES:
            size = SCALES[char]
            if size < 10**4:
                section += (digit or (0 if seen and not digit and section else 1)) * size
            else:
                section += digit
                # 万亿 multiplies all that stands before it; 三亿二千万 adds
                if total and total < size:
                    total = (total + section) * size
                elif section:
                    total += section * size
                else:
                    total = total * size if total else size
                section = 0
            digit, seen = 0, False
        else:
            return None
    return Decimal(total + section + digit)


def _split_scale(text: str) -> tuple[str, Decimal]:
    cut = len(text)
    while cut and text[cut - 1] in SCALES:
        cut -= 1
    return text[:cut], scale(text[cut:])


def fraction(text: str) -> tuple[Decimal, str] | None:
    """Return value and unit of ``百分之七点五`` (7.5 ``%``), ``千分之三`` (3 ``‰``), ``三分之一`` (33.3… ``%``)."""
    match = _PARTS.match(text)
    if not match:
        return None
    below, above = match.group(1), value(match.group(2))
    if above is None:
        return None
    if below == "百":
        return above, "%"
    if below == "千":
        return above, "‰"
    parts = chinese(below)
    return None if not parts else (above * 100 / parts, "%")


def value(text: str) -> Decimal | None:
    """Return the value of a numeral in digits, characters, or digits followed by scale characters."""
    head = text.translate(FULL_WIDTH).replace(" ", "")
    if not head:
        return None
    if not re.match(r"\d", head):
        return chinese(head)
    match = re.match(r"[0-9,]*[0-9](?:\.[0-9]+)?", head)
    if not match:
        return None
    rest = _VAGUE.sub("", head[match.end() :])
    return decimal(match.group()) * scale(rest) if all(char in SCALES for char in rest) else None


def place(text: str) -> Decimal:
    """Return one unit of the last printed digit of a digit numeral: 0.1 for ``1.3``, 1 for ``75``."""
    _, _, tail = text.translate(FULL_WIDTH).partition(".")
    return Decimal(1).scaleb(-len(tail))
