"""How a rule names observations: ``key_projects/level@actual~谋划|推进!储备#0``."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pandas as pd

from erqi.errors import InputError

Row = dict[str, Any]
_SPEC = re.compile(
    r"(?P<indicator_id>[a-z0-9_]+|\*)(?:/(?P<measure>[a-z_]+))?(?:@(?P<status>[a-z]+))?"
    r"(?:~(?P<words>[^!#]+))?(?:!(?P<without>[^#]+))?(?:#(?P<nth>\d+))?"
)


def records(observed: pd.DataFrame) -> list[Row]:
    """Return the rows of a table in the order of the text, with None for what is missing."""
    rows = observed.to_dict("records")
    clean = [{str(k): None if v is None or v is pd.NA or v != v else v for k, v in row.items()} for row in rows]
    return sorted(clean, key=lambda row: row["start"])


def select(rows: list[Row], spec: str, status: str = "") -> list[Row]:
    """Return the observations that a rule names, in the order of the text.

    Parameters
    ----------
    rows : list of dict
        Observations of one document, as :func:`records` gives them.
    spec : str
        ``indicator/measure@status~words!without#nth``; all but the indicator may be left out and ``*`` stands for
        any. One of ``words`` (parted by ``|``) stands in quote or subject, none of ``without``; ``nth`` counts from
        0. Several, parted by ``;``, are taken one after the other.
    status : str
        Where the spec names none.

    Raises
    ------
    InputError
        If the spec cannot be read.
    """
    found: list[Row] = []
    for one in _parsed(spec):
        wanted = {name: one[name] for name in ("indicator_id", "measure", "status") if one[name] not in (None, "*")}
        if status:
            wanted.setdefault("status", status)
        kept = [row for row in rows if all(row[name] == value for name, value in wanted.items())]
        for words, has in ((one["words"], True), (one["without"], False)):
            if words:
                kept = [
                    row for row in kept if any(word in said for word in words.split("|") for said in _said(row)) is has
                ]
        found += kept if one["nth"] is None else kept[int(one["nth"]) :][:1]
    return found


def _said(row: Row) -> tuple[str, str]:
    return row["quote"] or "", row["subject"] or ""


@cache
def _parsed(spec: str) -> tuple[dict[str, Any], ...]:
    matches = [(part.strip(), _SPEC.fullmatch(part.strip())) for part in spec.split(";") if part.strip()]
    for part, match in matches:
        if match is None:
            raise InputError("rule", "selector", part, "indicator/measure@status~words!without#nth")
    return tuple(match.groupdict() for _, match in matches if match)
