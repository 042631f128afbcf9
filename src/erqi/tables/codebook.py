"""The codebook: which indicator a subject speaks of, by the phrases of ``data/reference/indicators.csv``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from erqi.errors import InputError
from erqi.reference import rows

# Measures that state a rate or a place of a thing, whatever the thing's own unit is.
GROWTH = frozenset({"growth_rate", "average_growth_rate"})
_FREE = GROWTH | {"share", "attainment", "ratio", "rank", "class"}
# Points and per mille state the change of a share; a classifier counts things, persons and visits alike.
_SAME = {**dict.fromkeys(("%", "pp", "‰"), "share"), **dict.fromkeys(("1", "person", "person_time", "unit"), "count")}
_MONEY = dict.fromkeys(("元", "万元", "亿元"), "money")
_GAP, _GAP_LENGTH = "…", 8
_QUOTES = str.maketrans("", "", "“”‘’\"'《》「」 \t\n\r　")


@dataclass(frozen=True, slots=True)
class Indicator:
    """One row of the codebook: what it is called, its usual unit and what tells it apart."""

    indicator_id: str
    name_zh: str
    name_en: str
    topic: str
    unit: str
    dimension: str
    measure: str
    price_basis: str
    price_basis_growth: str
    phrases: tuple[str, ...]
    excludes: tuple[str, ...]

    def fits(self, subject: str, unit: str, measure: str, dimension: str) -> bool:
        """Return whether a figure of this unit and measure can state the indicator, and no excluded word stands by."""
        if any(word in subject for word in self.excludes):
            return False
        return measure in _FREE or dimension == self.dimension or (measure == "change" and unit in ("pp", "%", "‰"))


class Codebook:
    """Indicators with an index of their phrases.

    Parameters
    ----------
    rows : iterable of mapping
        Rows of ``indicators.csv``; ``phrases`` and ``excludes`` are parted by ``|``; ``…`` in a phrase stands for up
        to eight characters.
    dimensions : mapping of str to str
        Dimension of each base unit.

    Raises
    ------
    InputError
        If an id comes twice or a phrase is shorter than two characters.
    """

    def __init__(self, rows: Iterable[Mapping[str, str]], dimensions: Mapping[str, str]) -> None:
        self._dimensions = {**dimensions, **_SAME}
        self.indicators: dict[str, Indicator] = {}
        index: dict[str, dict[tuple[str, ...], list[Indicator]]] = {}
        for row in rows:
            known = Indicator(
                row["indicator_id"],
                row["name_zh"],
                row["name_en"],
                row["topic"],
                row["unit"],
                self._dimension(row["unit"]),
                row["measure"],
                row["price_basis"],
                row["price_basis_growth"],
                *(tuple(filter(None, row[name].split("|"))) for name in ("phrases", "excludes")),
            )
            if known.indicator_id in self.indicators:
                raise InputError("indicators.csv", "indicator_id", known.indicator_id, "an id that comes once")
            self.indicators[known.indicator_id] = known
            for phrase in known.phrases:
                parts = tuple(phrase.translate(_QUOTES).split(_GAP))
                if len(parts[0]) < 2 or not all(parts):
                    raise InputError("indicators.csv", known.indicator_id, phrase, "a phrase of two characters or more")
                index.setdefault(parts[0][:2], {}).setdefault(parts, []).append(known)
        self._index = {
            start: tuple((parts[0], parts[1:], sum(map(len, parts)), known) for parts, known in found.items())
            for start, found in index.items()
        }
        self.match = lru_cache(maxsize=65536)(self._match)

    def _dimension(self, unit: str) -> str:
        # what a rate states is in its numerator: 元/月 is money
        return self._dimensions.get(unit) or _MONEY.get(unit.split("/")[0], unit)

    def _match(self, subject: str, unit: str, measure: str, least: int = 2) -> str:
        """Return the id of the indicator that a subject speaks of, empty where none fits.

        Of the phrases in the subject the one that ends last is its head (产量 in 新能源汽车产量), the longest of
        those that overlap is the most specific; what a share is of (占…) is not what is measured. ``least`` is the
        length of the shortest phrase that counts.
        """
        subject = subject.translate(_QUOTES)
        whole = subject.find("占", 1)
        found: list[tuple[int, int, int, list[Indicator]]] = []
        for at in range(len(subject) - 1 if whole < 0 else whole):
            for head, tail, length, known in self._index.get(subject[at : at + 2], ()):
                if subject.startswith(head, at) and (end := _end(subject, at + len(head), tail)):
                    found.append((end, length, at, known))
        dimension = self._dimension(unit)
        found.sort(key=_latest_longest)
        for end, length, at, known in found:
            if length < least or any(n > length and a <= at and end <= e for e, n, a, _ in found):
                continue
            # of two with one phrase, a figure takes the one of its own unit, a growth rate the one that is no rate
            for one in sorted(known, key=lambda one: (one.unit == unit) == (measure in GROWTH)):
                if one.fits(subject, unit, measure, dimension):
                    return one.indicator_id
        return ""

    def price_basis(self, indicator_id: str, measure: str) -> str:
        """Return the usual price basis of an indicator's level or growth: ``real``, ``nominal`` or empty."""
        known = self.indicators.get(indicator_id)
        if known is None or measure not in GROWTH | {"level", "change"}:
            return ""
        return known.price_basis_growth if measure in GROWTH else known.price_basis


def _latest_longest(found: tuple[int, int, int, list[Indicator]]) -> tuple[int, int]:
    return -found[0], -found[1]


def _end(subject: str, end: int, tail: tuple[str, ...]) -> int:
    """Return where the parts end that stand after ``end``, at most eight characters apart; 0 if one does not."""
    for part in tail:
        at = subject.find(part, end, end + _GAP_LENGTH + len(part))
        if at < 0:
            return 0
        end = at + len(part)
    return end


@cache
def codebook() -> Codebook:
    """Return the project's codebook."""
    return Codebook(rows("indicators.csv"), {row["unit"]: row["dimension"] for row in rows("units.csv")})
