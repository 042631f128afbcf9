"""Words, numbers and dates in the reader's language, from one catalogue per topic."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date as Date
from decimal import Decimal
from functools import cache, lru_cache
from html import escape
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from erqi.errors import InputError
from erqi.paths import REFERENCE
from erqi.reference import rows

LANGUAGES = ("zh", "en")
LOCALE = Path(__file__).parent / "locale"
MINUS = "−"
CURRENCIES = {"CNY": ("元", "yuan"), "USD": ("美元", "US dollars")}
_SCALES = {
    "zh": ((1e8, "亿"), (1e4, "万"), (1.0, "")),
    "en": ((1e9, " billion "), (1e6, " million "), (1.0, " ")),
}


def check_language(lang: str) -> str:
    """Return ``lang`` if the catalogues have it; raise `InputError` otherwise."""
    if lang not in LANGUAGES:
        raise InputError("language", "language", lang, " or ".join(LANGUAGES))
    return lang


@cache
def catalogue(topic: str) -> MappingProxyType[str, dict[str, str]]:
    """Read ``locale/<topic>.yml``: ``key: {zh: …, en: …}``.

    Raises
    ------
    InputError
        If there is no such catalogue or an entry lacks a language.
    """
    path = LOCALE / f"{topic}.yml"
    try:
        entries = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except OSError:
        known = ", ".join(sorted(p.stem for p in LOCALE.glob("*.yml")))
        raise InputError("labels", "topic", topic, f"one of {known}") from None
    for key, words in entries.items():
        if not isinstance(words, dict) or set(words) != set(LANGUAGES) or not all(words.values()):
            raise InputError(path.name, str(key), words, "words in zh and en")
    return MappingProxyType(entries)


@cache
def reference_words() -> MappingProxyType[str, dict[str, str]]:
    """Return what the tables' own model calls codes (``status.actual``) and columns (``col.status``)."""
    words: dict[str, dict[str, str]] = {}
    for name, key, field in (("columns.csv", "col.{name}", "title"), ("codes.csv", "{list}.{code}", "label")):
        for row in rows(name):
            words.setdefault(key.format(**row), {lang: row[f"{field}_{lang}"] for lang in LANGUAGES})
    return MappingProxyType(words)


@cache
def _areas() -> MappingProxyType[str, str]:
    return MappingProxyType({row["name"]: row["name_en"] for row in rows("areas.csv")})


def area(name: str, lang: str) -> str:
    """Return the name of an area in the reader's language, as far as ``areas.csv`` has it."""
    return (check_language(lang) == "en" and _areas().get(name)) or name


@cache
def characters() -> frozenset[str]:
    """Return every character that any catalogue can put on a page."""
    files = [*LOCALE.glob("*.yml"), REFERENCE / "columns.csv", REFERENCE / "codes.csv"]
    return frozenset("".join(path.read_text(encoding="utf-8") for path in files))


@dataclass(frozen=True)
class Translator:
    """Looks words up: the topic's catalogue, ``common``, the tables' model; an unknown key raises `KeyError`."""

    topic: str
    lang: str

    def _find(self, key: str) -> dict[str, str] | None:
        for words in (catalogue(self.topic), catalogue("common"), reference_words()):
            if key in words:
                return words[key]
        return None

    def has(self, key: str) -> bool:
        """Say whether the key is known."""
        return self._find(key) is not None

    def __call__(self, key: str, **values: object) -> str:
        words = self._find(key)
        if words is None:
            raise KeyError(f"no words for {key!r} in locale/{self.topic}.yml or locale/common.yml")
        return words[self.lang].format(**values) if values else words[self.lang]

    def coded(self, column: str) -> bool:
        """Say whether a column is categorical, so that an unknown code in it is an error."""
        known = (catalogue(self.topic), catalogue("common"), reference_words())
        return any(key.startswith(f"{column}.") for words in known for key in words)

    def code(self, column: str, value: object) -> str:
        """Return the word for a code of a categorical column: the key ``<column>.<value>``."""
        return self(f"{column}.{value}")


def translator(topic: str, lang: str) -> Translator:
    """Return the lookup ``t("key", **values)`` for one topic and language."""
    catalogue(topic)
    return Translator(topic, check_language(lang))


def say(t: Translator, key: str, **values: object) -> Any:
    """Return a sentence of the catalogue as displayable Markdown.

    Markdown in the catalogue counts; markup in the values does not, whatever document they come from.
    """
    from IPython.display import Markdown

    return Markdown(t(key, **{name: plain(value) for name, value in values.items()}))


# how plain text of the tables is printed
_TYPESET = {
    r"(?<=\d)\.\.(?=\d)": "–",
    r"(?<![A-Za-z\d.])-(?=\d)": MINUS,
    r"\bm2\b": "m²",
    r"(?<=[a-z])_(?=[a-z\d])": " ",
}
# a number that is no part of a name such as PM2.5 or NO2
_NUMBER = re.compile(r"(?<![A-Za-z_\d])(?<![A-Za-z]\d\.)[+-]?\d+(?:\.\d+)?")


def remark(text: str, lang: str) -> str:
    """Return a remark of the tables, which is English, in the reader's language as far as ``notes.yml`` has it.

    Its numbers stand as ``{0}``, ``{1}`` … in the catalogue.
    """
    text = _remark(text, check_language(lang))
    for written, printed in _TYPESET.items():
        text = re.sub(written, printed, text)
    return text


def _remark(text: str, lang: str) -> str:
    words = {entry["en"]: entry[lang] for entry in catalogue("notes").values()}
    if lang == "en" or text in words:
        return text if lang == "en" else words[text]
    counted = count()
    if (form := _NUMBER.sub(lambda _: f"{{{next(counted)}}}", text)) in words:
        return words[form].format(*_NUMBER.findall(text))
    for mark, joined in (("; not in the document: ", f"；{words['not in the document']}："), ("; ", "；")):
        first, found, rest = text.rpartition(mark)
        if found:
            return _remark(first, lang) + joined + _remark(rest, lang)
    return text


def plain(value: object) -> str:
    """Escape a value so that neither HTML nor Markdown sees markup in it."""
    return re.sub(r"([\\`*_{}\[\]#|$~!])", r"\\\1", escape(str(value), quote=False))


def missing(value: object) -> bool:
    """Say whether a table cell is empty."""
    return value is None or value != value or str(value) in ("", "<NA>", "NaT", "nan")


@lru_cache(maxsize=4096)
def number(value: float | Decimal | None, lang: str, digits: int | None = None) -> str:
    """Write a number with grouped thousands and a true minus sign; an empty one is an en dash.

    Parameters
    ----------
    digits : int, optional
        Decimal places; as many as the value has, up to four, if not given.
    """
    from babel.numbers import format_decimal

    if value is None or missing(value):
        return "–"
    if not math.isfinite(value):
        return f"{MINUS if value < 0 else ''}∞"
    pattern = "#,##0.####" if digits is None else "#,##0" + ("." + "0" * digits if digits else "")
    locale = check_language(lang)
    text = format_decimal(Decimal(str(value)), pattern, locale=locale).replace("-", MINUS)
    return text.lstrip(MINUS) if not re.search(r"[1-9]", text) else text


def signed(value: float | Decimal | None, lang: str, digits: int | None = None) -> str:
    """Write a change: a number that always has its sign."""
    text = number(value, lang, digits)
    return f"+{text}" if re.search(r"[1-9]", text) and not text.startswith(MINUS) else text


def _scale(amount: float, code: str, lang: str) -> tuple[float, str]:
    """Return divisor and name of the scale in which an amount of money is written; the name brings its own space."""
    scales = _SCALES[check_language(lang)]
    least, word = next((scale for scale in scales if abs(amount) >= scale[0]), scales[-1])
    return least, f"{word}{CURRENCIES[code][lang == 'en']}"


def money(value: float | None, lang: str, digits: int | None = None, unit: str = "CNY") -> str:
    """Write an amount as the reader counts: 784.23亿元, 78.423 billion yuan."""
    if value is None or missing(value):
        return "–"
    amount = Decimal(f"{float(value):.12g}")
    least, name = _scale(float(amount), unit, lang)
    return f"{number(amount / Decimal(least), lang, digits)}{name}"


def unit(code: str, lang: str) -> str:
    """Return the name of a unit of the tables, or the text itself where it is no code."""
    known = catalogue("common").get(f"unit.{code}")
    return known[lang] if known else code


def axis_unit(code: str, lang: str) -> tuple[float, str]:
    """Return divisor and name of the unit in which an axis or a column shows a unit of the tables."""
    if code in CURRENCIES:
        least, name = _scale(math.inf, code, lang)
        return least, name.strip()
    return 1.0, unit(code, lang)


def row_unit(values: Iterable[Any], code: str, lang: str) -> tuple[float, str]:
    """Return divisor and name of the unit that the values of one row are written in; money by the largest of them."""
    if code not in CURRENCIES:
        return 1.0, "" if code == "1" else unit(code, lang)
    largest = max((abs(float(value)) for value in values if not missing(value)), default=0.0)
    least, name = _scale(largest, code, lang)
    return least, name.strip()


def aligned(texts: Iterable[str]) -> list[str]:
    """Return numbers as HTML with their decimal points under each other: hidden digits pad shorter fractions."""
    texts = list(texts)
    fractions = [len(text.partition(".")[2]) if text[-1:].isdigit() else -1 for text in texts]
    longest = max(fractions, default=0)
    out = []
    for text, fraction in zip(texts, fractions, strict=True):
        pad = ("" if fraction else ".") + "0" * (longest - fraction) if 0 <= fraction < longest else ""
        out.append(escape(text) + (f'<span class="pad" aria-hidden="true">{pad}</span>' if pad else ""))
    return out


def quantity(value: float | None, unit_code: str, lang: str, digits: int | None = None) -> str:
    """Write a value with its unit: 7.5%, +6.2 pp is left to `signed`; 8,331 for a count."""
    if unit_code in CURRENCIES:
        return money(value, lang, digits, unit_code)
    name = unit(unit_code, lang)
    text = number(value, lang, digits)
    if unit_code in ("1", "") or value is None or missing(value):
        return text
    tight = unit_code in ("%", "‰") or lang == "zh"
    return f"{text}{'' if tight else ' '}{name}"


def date(value: Date, lang: str) -> str:
    """Write a date in full: 2022年3月1日, 1 March 2022."""
    from babel.dates import format_date

    return format_date(value, "y年M月d日" if check_language(lang) == "zh" else "d MMMM y", locale=lang)


def period(value: str, lang: str) -> str:
    """Write an ISO 8601 period: 2021年1月至5月, January 2021 to May 2021; anything else as it stands."""

    def one(text: str) -> str:
        from babel.dates import format_date

        parts = [int(part) for part in text.split("-")]
        form = {1: ("y年", "y"), 2: ("y年M月", "MMMM y"), 3: ("y年M月d日", "d MMMM y")}[len(parts)]
        day = Date(*[*parts, 1, 1][:3])
        return format_date(day, form[lang == "en"], locale=lang)

    check_language(lang)
    if missing(value) or not re.fullmatch(r"\d{4}(-\d\d){0,2}(/\d{4}(-\d\d){0,2})?", str(value)):
        return "" if missing(value) else str(value)
    return (" to " if lang == "en" else "至").join(one(part) for part in str(value).split("/"))
