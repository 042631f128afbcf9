"""Published tables come back with their types, and any row finds its way to the sentence it was read from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from erqi.errors import InputError
from erqi.paths import PROCESSED
from erqi.tables.model import table


def load(name: str, data_dir: str | Path | None = None) -> pd.DataFrame:
    """Load one published table.

    Parameters
    ----------
    name : str
        ``observations``, ``mentions``, ``pairs``, ``identities``, ``indicators``, ``sources``, …
    data_dir : path, optional
        Folder of the package; the project's own ``data/processed`` by default.

    Returns
    -------
    DataFrame
        One row per record; columns, order and types as in the codebook; missing values are NaN (or NA).

    Raises
    ------
    InputError
        If there is no such table, or the folder does not hold it.
    """
    wanted = table(name)
    folder = Path(data_dir) if data_dir else PROCESSED
    path = next((p for s in (".parquet", ".csv") if (p := folder / f"{name}{s}").is_file()), None)
    if path is None:
        raise InputError(folder, "table", f"without {name}", "a folder that `erqi build` or `erqi read` wrote")
    if path.suffix == ".parquet":
        data = pd.read_parquet(path)
    else:
        kinds = {c: "str" if kind.startswith("datetime") else kind for c, kind in wanted.dtypes.items()}
        data = pd.read_csv(path, dtype=kinds, keep_default_na=False, na_values=[""])
    return data.astype({column: kind for column, kind in wanted.dtypes.items() if column in data})


@dataclass(frozen=True)
class Place:
    """Where a row was read: document, line, characters, and the sentence around them."""

    document_id: str
    title: str
    line: int
    start: int
    end: int
    text: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.title or self.document_id}, line {self.line}, {self.start}–{self.end}: {self.sentence}"


def locate(row_id: str, data_dir: str | Path | None = None) -> Place:
    """Find the place in a document from which an observation or a mention was read.

    Parameters
    ----------
    row_id : str
        An ``observation_id`` or a ``mention_id``; pairs and identities name theirs in ``derived_from``.
    data_dir : path, optional
        Folder of the package; the project's own ``data/processed`` by default.

    Returns
    -------
    Place
        ``text`` is the slice from ``start`` to ``end`` in code points of the document's text; ``line`` counts
        from 1.
    """
    folder = Path(data_dir) if data_dir else PROCESSED
    for name in ("observations", "mentions"):
        rows = load(name, folder)
        found = rows[rows[table(name).key[0]] == row_id]
        if len(found):
            row = found.iloc[0]
            break
    else:
        raise InputError(folder, "id", row_id, "the id of an observation or a mention of this package")
    document, start, end = str(row["document_id"]), int(row["start"]), int(row["end"])
    path = next((p for p in (folder / "text" / f"{document}.txt", folder / f"{document}.txt") if p.is_file()), None)
    if path is None:
        raise InputError(folder, "text", f"without {document}.txt", "a package that `erqi build` wrote")
    whole = path.read_bytes().decode("utf-8", "surrogatepass")
    documents = load("sources", folder).set_index("document_id")
    title = documents["title"].get(document)
    first = 1 + max(whole.rfind(mark, 0, start) for mark in "。！？\n")
    last = min((at for mark in "。！？\n" if (at := whole.find(mark, max(start, end - 1))) >= 0), default=len(whole))
    return Place(
        document,
        title if isinstance(title, str) else "",
        whole.count("\n", 0, start) + 1,
        start,
        end,
        whole[start:end],
        whole[first : last + 1].strip(),
    )
