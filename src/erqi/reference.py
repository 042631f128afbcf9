"""Facts that are data: the rows of the CSV files in ``data/reference``, for every room."""

from __future__ import annotations

import csv
from functools import cache
from types import MappingProxyType

from erqi.paths import REFERENCE


@cache
def rows(name: str) -> tuple[MappingProxyType[str, str], ...]:
    """Return the rows of a file such as ``areas.csv``, as text."""
    with (REFERENCE / name).open(encoding="utf-8", newline="") as file:
        return tuple(map(MappingProxyType, csv.DictReader(file)))
