"""How much of what reports say the codebook knows, and which frequent subjects it does not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from rich.console import Console
from rich.table import Table

from erqi.tables.codebook import GROWTH, codebook
from erqi.tables.publish import each, tables_of

_COLUMNS = ["document_id", "subject", "indicator_id", "measure", "unit", "quote"]
_RECURS = 3  # documents
_QUOTES = str.maketrans("", "", '“”‘’"《》 ')
_ENDS = ("增速", "涨幅", "变动", "占比")


@dataclass(frozen=True)
class Coverage:
    """Shares of observations that have an indicator, 0 to 1.

    Attributes
    ----------
    summary : DataFrame
        One row for all observations, for those of growth, and for those whose subject recurs in several documents.
    documents, topics : DataFrame
        By document with its share, by topic with its number of observations and documents.
    unmatched : DataFrame
        Subjects without an indicator, those of most documents first, with an example of each.
    """

    summary: pd.DataFrame
    documents: pd.DataFrame
    topics: pd.DataFrame
    unmatched: pd.DataFrame


def read(paths: Iterable[str | Path], jobs: int = 1) -> pd.DataFrame:
    """Return subject, indicator, measure, unit and quote of every observation of some reports."""
    files = [file for path in map(Path, paths) for file in (sorted(path.glob("*.txt")) if path.is_dir() else [path])]
    return pd.DataFrame([row for rows in each(_rows, files, jobs, "reading") for row in rows], columns=_COLUMNS)


def _rows(path: Path) -> list[dict[str, object]]:
    from erqi.sources import load

    return [{name: row[name] for name in _COLUMNS} for row in tables_of(load(path))[2]]


def coverage(observed: pd.DataFrame) -> Coverage:
    """Count which observations have an indicator.

    Parameters
    ----------
    observed : DataFrame
        With ``document_id``, ``subject``, ``indicator_id``, ``measure``, ``unit`` and ``quote``.
    """
    known = observed["indicator_id"].fillna("").ne("")
    subject = observed["subject"].fillna("").map(normal)
    table = observed.assign(known=known, subject=subject)
    recurring = table.groupby("subject")["document_id"].transform("nunique").ge(_RECURS) & subject.ne("")
    kinds = {"all": known, "growth": known[table["measure"].isin(GROWTH)], "recurring": known[recurring]}
    summary = pd.DataFrame([{"observations": n, "count": len(one), "share": one.mean()} for n, one in kinds.items()])
    documents = table.groupby("document_id", as_index=False).agg(count=("known", "size"), share=("known", "mean"))
    book = codebook().indicators
    topic = table.loc[known, "indicator_id"].map(lambda one: book[one].topic)
    topics = table[known].assign(topic=topic).groupby("topic", as_index=False)
    counted = topics.agg(count=("known", "size"), documents=("document_id", "nunique"))
    rest = table[~known & subject.ne("")].groupby("subject", as_index=False)
    unmatched = rest.agg(
        documents=("document_id", "nunique"),
        count=("known", "size"),
        unit=("unit", "first"),
        example=("quote", "first"),
    )
    order = ["documents", "count", "subject"]
    return Coverage(
        summary,
        documents.sort_values("share", ignore_index=True),
        counted.sort_values("count", ascending=False, ignore_index=True),
        unmatched.sort_values(order, ascending=[False, False, True], ignore_index=True),
    )


def show(found: Coverage, top: int = 30) -> None:
    """Print the shares, the topics and the most frequent unmatched subjects; tables on a terminal, TSV in a pipe."""
    console = Console()
    parts = (
        ("summary", found.summary),
        ("topics", found.topics),
        ("documents", found.documents),
        ("unmatched", found.unmatched),
    )
    for title, data in parts:
        data = data.head(top) if title in ("documents", "unmatched") else data
        data = data.assign(share=data["share"].map("{:.1%}".format)) if "share" in data else data
        if not console.is_terminal:
            print(data.to_csv(index=False, sep="\t", lineterminator="\n"))
            continue
        table = Table(*map(str, data.columns), title=title)
        for row in data.astype(str).itertuples(index=False):
            table.add_row(*row)
        console.print(table)


def normal(subject: str) -> str:
    """Return a subject without quotation marks and without what only names its measure."""
    subject = subject.translate(_QUOTES)
    for end in _ENDS:
        subject = subject.removesuffix(end)
    return subject
