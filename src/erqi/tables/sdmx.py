"""Observations as SDMX-CSV 2.0: the columns under the names that the column model gives them."""

from __future__ import annotations

import re
from pathlib import Path

from erqi.errors import InputError
from erqi.tables.load import load
from erqi.tables.model import table
from erqi.tables.publish import csv_writer, printed, staged

STRUCTURE_ID = "ERQI:OBSERVATIONS(1.0.0)"
_RANGE = re.compile(r"(\d{4})(?:-(\d{2}))?/(\d{4})(?:-(\d{2}))?")


def sdmx_csv(out: str | Path, data_dir: str | Path | None = None) -> int:
    """Write the table ``observations`` as SDMX-CSV 2.0.

    Each column comes under its ``sdmx`` name, in the order of the codebook, after ``STRUCTURE``, ``STRUCTURE_ID``
    and ``ACTION``. Only periods change: SDMX has no ISO 8601 interval with two ends, so ``2021-01/2021-05`` becomes
    ``2021-01-01/P5M`` and ``2016/2020`` becomes ``2016-01-01/P5Y``.

    Parameters
    ----------
    out : path
        The file to write.
    data_dir : path, optional
        Folder of the package; ``data/processed`` by default.

    Returns
    -------
    int
        Number of observations written.
    """
    out, wanted = Path(out), table("observations")
    rows = load("observations", data_dir).astype(object)
    rows = rows.where(rows.notna(), "")
    rows["time_period"] = rows["time_period"].map(sdmx_period)
    if out.is_dir():
        raise InputError(out, "out", "a folder", "the name of a file")
    with staged(out.parent) as folder, (folder / out.name).open("w", encoding="utf-8", newline="") as handle:
        writer = csv_writer(handle)
        writer.writerow(["STRUCTURE", "STRUCTURE_ID", "ACTION", *(column.sdmx for column in wanted.columns)])
        for row in rows[wanted.names].itertuples(index=False):
            writer.writerow(["dataflow", STRUCTURE_ID, "I", *map(_printed, row)])
    return len(rows)


def sdmx_period(period: str) -> str:
    """Return a period as SDMX writes it: a range of years or months as its first day and its duration."""
    match = _RANGE.fullmatch(period)
    if not match:
        return period
    year, month, last_year, last_month = match.groups()
    if month:
        months = (int(last_year) - int(year)) * 12 + int(last_month or 12) - int(month) + 1
        return f"{year}-{month}-01/P{months}M"
    return f"{year}-01-01/P{int(last_year) - int(year) + 1}Y"


def _printed(value: object) -> object:
    return printed(value) if isinstance(value, float) else value
