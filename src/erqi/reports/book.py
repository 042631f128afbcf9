"""What a notebook opens: one document's tables, and the outside series that were known on its information date."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from erqi.analysis.known import known_by
from erqi.errors import InputError
from erqi.figures import labels, style
from erqi.paths import REFERENCE
from erqi.reports.params import Parameters, specification
from erqi.tables.load import load
from erqi.tables.model import table
from erqi.tables.reference import reference


@dataclass(frozen=True)
class Book:
    """One document with everything that notebooks ask about it.

    Attributes
    ----------
    parameters : Parameters
        Of the notebook; needs ``data_dir``, ``document``, ``as_of``, ``allow_hindsight``.
    source : dict
        Row of ``sources``: title, area_name, ref_area, review_year, plan_year …
    """

    parameters: Any
    source: dict[str, Any]

    def table(self, name: str) -> pd.DataFrame:
        """Return a published table, its rows of this document only where the table has documents."""
        rows = load(name, self.parameters.data_dir)
        return rows[rows["document_id"].eq(self.source["document_id"])] if "document_id" in rows else rows

    @cached_property
    def date(self) -> dt.date:
        """Information date: rows published later are not known."""
        found: dt.date = self.parameters.information_date(self.year("plan_year"))
        return found

    @cached_property
    def every(self) -> pd.DataFrame:
        """``reference_series`` with ``hindsight`` marking what was published after the information date."""
        rows = known_by(reference("reference_series"), self.date, hindsight=True)
        return rows.assign(area=rows["area"].map(lambda name: labels.area(name, self.parameters.language)))

    @cached_property
    def series(self) -> pd.DataFrame:
        """``reference_series`` known on the information date; all of it where hindsight is allowed."""
        return self.every if self.parameters.allow_hindsight else self.every[~self.every["hindsight"]]

    @property
    def refused(self) -> int:
        """How many rows of the reference series were published too late to count."""
        return len(self.every) - len(self.series)

    @cached_property
    def panel(self) -> pd.DataFrame:
        """Targets and their outcomes: ``target_outcomes`` of the package, else the shipped one; empty if none."""
        for folder in (Path(self.parameters.data_dir), REFERENCE):
            if any((folder / f"target_outcomes{suffix}").is_file() for suffix in (".parquet", ".csv")):
                return load("target_outcomes", folder)
        return pd.DataFrame(columns=list(table("target_outcomes").dtypes))

    def year(self, name: str) -> int | None:
        """Return ``review_year`` or ``plan_year`` if known."""
        value = self.source.get(name)
        return None if pd.isna(value) else int(value)

    @cached_property
    def text(self) -> str:
        """The document's text as decoded; empty if the package does not keep it."""
        path = Path(self.parameters.data_dir) / "text" / f"{self.source['document_id']}.txt"
        return path.read_bytes().decode("utf-8", "surrogatepass") if path.is_file() else ""

    @property
    def cited(self) -> str:
        """Title of the document, for the source line of a figure."""
        title = self.source.get("title")
        return str(title if isinstance(title, str) else self.source["document_id"])

    @property
    def area(self) -> str:
        """Name of the area in the reader's language, or the document's id where it is unknown."""
        name = self.source.get("area_name")
        return labels.area(name, self.parameters.language) if isinstance(name, str) else str(self.source["document_id"])

    @property
    def ref_area(self) -> str:
        """GB/T 2260 code, empty if unknown."""
        code = self.source.get("ref_area")
        return code if isinstance(code, str) else ""


def plugged(path: str) -> pd.DataFrame | None:
    """Read an annual series of the reader's own: ``indicator_id``, ``year``, ``value``, ``unit``; None for no path.

    Raises
    ------
    InputError
        If a column is missing or a year or value is no number.
    """
    if not path:
        return None
    rows = pd.read_csv(path)
    for column in ("indicator_id", "year", "value", "unit"):
        if column not in rows:
            raise InputError(path, "columns", ", ".join(map(str, rows.columns)), f"a column {column}")
    for column in ("year", "value"):
        bad = rows.loc[pd.to_numeric(rows[column], errors="coerce").isna(), column]
        if len(bad):
            raise InputError(path, column, bad.iloc[0], "a number in every row")
    return rows


def opened(parameters: Parameters) -> Book:
    """Open the document that the parameters name; the latest one if they name none.

    Raises
    ------
    InputError
        If the folder holds no tables, or not this document.
    """
    folder, wanted = getattr(parameters, "data_dir", ""), getattr(parameters, "document", "")
    sources = load("sources", folder)
    rows = sources[sources["document_id"].eq(wanted)] if wanted else sources.sort_values("plan_year").tail(1)
    if rows.empty:
        known = ", ".join(sources["document_id"]) or "nothing"
        raise InputError(folder, "document", wanted, f"one of {known}")
    book = Book(parameters, {str(name): value for name, value in rows.iloc[0].items()})
    words = str(specification())  # of the controls
    style.live(book.text + book.cited + book.area + "".join(load("indicators", folder)["name_zh"]) + words)
    return book
