"""How a rule names observations: ``key_projects/level@actual~谋划|推进!储备#0``."""

from __future__ import annotations

import re

import pandas as pd

from erqi.errors import InputError

_SPEC = re.compile(
    r"(?P<indicator>[a-z0-9_]+|\*)(?:/(?P<measure>[a-z_]+))?(?:@(?P<status>[a-z]+))?(?:=(?P<unit>[^~!#]+))?"
    r"(?:~(?P<words>[^!#]+))?(?:!(?P<without>[^#]+))?(?:#(?P<nth>\d+))?"
)


def select(observed: pd.DataFrame, spec: str, status: str = "") -> pd.DataFrame:
    """Return the observations that a rule names, in the order of the text.

    Parameters
    ----------
    observed : DataFrame
        Observations of one document.
    spec : str
        ``indicator/measure@status=unit~words!without#nth``; all but the indicator may be left out and ``*`` stands
        for any. One of ``words`` (parted by ``|``) stands in quote or subject, none of ``without``; ``nth`` counts
        from 0. Several, parted by ``;``, are taken one after the other.
    status : str
        Where the spec names none.

    Raises
    ------
    InputError
        If the spec cannot be read.
    """
    found = []
    for one in filter(None, (part.strip() for part in spec.split(";"))):
        match = _SPEC.fullmatch(one)
        if match is None:
            raise InputError("rule", "selector", one, "indicator/measure@status=unit~words!without#nth")
        wanted = match.groupdict()
        keep = pd.Series(True, index=observed.index)
        pairs = (("indicator_id", wanted["indicator"]), ("measure", wanted["measure"]), ("unit", wanted["unit"]))
        for column, value in (*pairs, ("status", wanted["status"] or status)):
            if value and value != "*":
                keep &= observed[column].eq(value).fillna(False)
        said = observed["quote"].fillna("") + "\n" + observed["subject"].fillna("")
        for words, has in ((wanted["words"], True), (wanted["without"], False)):
            if words:
                keep &= _any(said, words.split("|")).eq(has)
        rows = observed[keep].sort_values("start", kind="stable")
        nth = wanted["nth"]
        found.append(rows if nth is None else rows.iloc[int(nth) : int(nth) + 1])
    return pd.concat(found) if found else observed.iloc[:0]


def _any(said: pd.Series, words: list[str]) -> pd.Series:
    return said.map(lambda text: any(word in text for word in words)).astype(bool)
