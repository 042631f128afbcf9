"""The working copy of a text: same length, same offsets, one form for each character that comes in two."""

from __future__ import annotations

import re

_PAIRS = {
    **{0xFF01 + i: 0x21 + i for i in range(94) if chr(0xFF01 + i).isalnum()},
    **str.maketrans("％﹪．－／＋＜＞　\u00a0∶:(),;!?－∼˜〜−•‧＂", '%%.-/+<>  ：：（）,；！？-～～～-··"'),
}
_PAIRS[ord(",")] = ord("，")
_PAIRS.update({code: ord(" ") for code in (*range(0x2000, 0x200B), 0x202F, 0x205F)})
_THOUSANDS = re.compile(
    r"(?<![0-9.,])[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|(?<![０-９．，])[０-９]{1,3}(?:，[０-９]{3})+(?![０-９])"
)


def normalise(text: str) -> str:
    """Return a copy of equal length in which full-width digits, letters and ASCII punctuation have one form.

    Commas become ``，`` except as thousands separators, which stay ``,``; so a rule needs one form only while
    every offset still points into the text as decoded.
    """
    copy = text.translate(_PAIRS)
    spans = [match.span() for match in _THOUSANDS.finditer(text)] if ("," in text or "，" in text) else []
    if not spans:
        return copy
    parts, at = [], 0
    for start, end in spans:
        parts.append(copy[at:start])
        parts.append(copy[start:end].replace("，", ","))
        at = end
    parts.append(copy[at:])
    return "".join(parts)
