"""Documents become files: read one by one, checked at birth, moved in when all are complete."""

from __future__ import annotations

import csv
import filecmp
import os
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO, TypeVar

import pandas as pd
import pyarrow as arrow
import pyarrow.parquet as parquet
from rich.console import Console
from rich.progress import Progress

from erqi.errors import InputError
from erqi.reading import Reading, read
from erqi.sources import Document, load
from erqi.tables import identities, observations, pairs
from erqi.tables.model import frame, table

S = TypeVar("S")
T = TypeVar("T")
Frames = dict[str, pd.DataFrame]
# rows that are checked and written at once: enough to make the check cheap, few enough to keep memory flat
_BATCH = 20_000


def read_documents(paths: Iterable[str | Path], out: str | Path, *, jobs: int = 1) -> None:
    """Read reports into one pair of tables, ``mentions`` and ``observations``, in the order of the paths.

    Parameters
    ----------
    paths : iterable of path
        Reports; the files' stems have to differ, since they are the documents' ids.
    out : path
        Folder for ``mentions.csv``, ``observations.csv``, the same as Parquet, and the texts that were extracted
        from .html, .docx or .pdf as ``<document_id>.txt``, since offsets refer to them.
    jobs : int
        Processes.

    Raises
    ------
    InputError
        If one of the files or the folder cannot be used; then nothing is written.
    """
    files = unique([Path(path) for path in paths])
    with staged(Path(out)) as folder, Writer(folder, "mentions") as first, Writer(folder, "observations") as second:
        for document, mentions, observed in each(_read, files, jobs, "reading"):
            first.add(mentions)
            second.add(observed)
            if document.extracted:
                keep_text(folder, document)


def _read(path: Path) -> tuple[Document, list[dict[str, Any]], list[dict[str, Any]]]:
    document = load(path)
    _, mentions, observed = tables_of(document)
    return document, mentions, observed


def tables_of(document: Document) -> tuple[Reading, list[dict[str, Any]], list[dict[str, Any]]]:
    """Return what the reader says of a document, with its rows of ``mentions`` and ``observations``."""
    reading = read(document)
    return reading, observations.mention_rows(reading), observations.observation_rows(reading, document)


def derived(document: Document, reading: Reading, observed: pd.DataFrame) -> Frames:
    """Return what follows from the observations of one document: ``pairs`` and ``identities``, still to be checked."""
    frames = {"pairs": pairs.pairs(observed), "identities": identities.identities(observed, document, reading.sections)}
    return {name: data.assign(document_id=document.document_id) for name, data in frames.items()}


def unique(files: list[Path]) -> list[Path]:
    """Return the files; two with one stem would share their ids and are refused."""
    seen: dict[str, Path] = {}
    for path in files:
        if path.stem in seen:
            raise InputError(path, "name", path.stem, f"a stem of its own; {seen[path.stem]} has the same")
        seen[path.stem] = path
    return files


def keep_text(folder: Path, document: Document) -> None:
    """Keep a document's text as decoded, newlines untouched, so that offsets can be followed."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{document.document_id}.txt").write_bytes(document.text.encode("utf-8", "surrogatepass"))


def each(work: Callable[[S], T], items: Sequence[S], jobs: int, what: str) -> Iterator[T]:
    """Yield ``work(item)`` in the order of the items, with a progress bar where a person watches.

    Only a few results wait at a time, so memory does not grow with the number of items.
    """
    console = Console(stderr=True)
    with Progress(console=console, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(what, total=len(items))
        if jobs == 1 or len(items) < 2:
            for item in items:
                yield work(item)
                bar.advance(task)
            return
        with ProcessPoolExecutor(min(jobs, len(items))) as pool:
            waiting: deque[Future[T]] = deque()
            try:
                for item in items:
                    waiting.append(pool.submit(work, item))
                    if len(waiting) >= 8 * jobs:
                        yield waiting.popleft().result()
                        bar.advance(task)
                while waiting:
                    yield waiting.popleft().result()
                    bar.advance(task)
            finally:
                pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def staged(out: Path, last: str = "") -> Iterator[Path]:
    """Give a folder to write in; its files move to ``out`` when the block has ended well.

    Files of the same bytes stay untouched; the file named ``last`` moves after all others, as the sign that the
    rest is complete. If the block raises, ``out`` is as it was.
    """
    base = next(folder for folder in (out, *out.absolute().parents) if folder.exists())
    try:
        with tempfile.TemporaryDirectory(prefix=".erqi-", dir=base) as name:
            folder = Path(name)
            yield folder
            files = [path for path in folder.rglob("*") if path.is_file()]
            for path in sorted(files, key=lambda p: (p.name == last, p)):
                there = out / path.relative_to(folder)
                there.parent.mkdir(parents=True, exist_ok=True)
                if not (there.is_file() and filecmp.cmp(path, there, shallow=False)):
                    os.replace(path, there)
    except OSError as error:
        raise InputError(out, "out", error.strerror or error, "a folder that can be written") from None


class _Lines:
    """Ends lines with a newline alone, after ``csv`` has quoted whatever could be taken for an end of line."""

    def __init__(self, handle: TextIO) -> None:
        self._handle = handle

    def write(self, line: str) -> int:
        return self._handle.write(f"{line[:-2]}\n")


def csv_writer(handle: TextIO) -> Any:
    """Return a CSV writer with newlines only that also quotes a lone carriage return, which ``csv`` leaves bare."""
    return csv.writer(_Lines(handle), lineterminator="\r\n")


class Writer:
    """Writes one table as CSV and Parquet with the same rows, a batch at a time."""

    def __init__(self, folder: Path, name: str) -> None:
        self.name, self.rows, self._schema = name, 0, table(name).arrow
        self._born: list[dict[str, Any]] = []
        self._checked: list[arrow.Table] = []
        self._file = (folder / f"{name}.csv").open("w", encoding="utf-8", newline="")
        self._csv = csv_writer(self._file)
        self._csv.writerow(self._schema.names)
        self._parquet = parquet.ParquetWriter(folder / f"{name}.parquet", self._schema, compression="zstd")

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, *problem: object) -> None:
        try:
            if problem[0] is None:
                self._flush()
        finally:
            self._parquet.close()
            self._file.close()

    def add(self, rows: list[dict[str, Any]]) -> None:
        """Add rows that are still to be checked."""
        self._born += rows
        if len(self._born) >= _BATCH:
            self._flush()

    def write(self, data: arrow.Table) -> None:
        """Add rows that were checked at their birth."""
        self._checked.append(data)
        if sum(map(len, self._checked)) >= _BATCH:
            self._flush()

    def _flush(self) -> None:
        if self._born:
            self._checked.append(as_arrow(self.name, frame(self.name, self._born)))
        self._born, parts, self._checked = [], self._checked, []
        if parts:
            data = arrow.concat_tables(parts).combine_chunks()
            self.rows += len(data)
            self._csv.writerows(zip(*map(_printed, data.columns), strict=True))
            self._parquet.write_table(data)


def as_arrow(name: str, data: pd.DataFrame) -> arrow.Table:
    """Return a checked frame with the Parquet types of its model and without pandas' own metadata."""
    converted = arrow.Table.from_pandas(data, schema=table(name).arrow, preserve_index=False)
    return converted.replace_schema_metadata(None)


def _printed(column: arrow.ChunkedArray) -> list[Any]:
    if arrow.types.is_floating(column.type):
        return [None if value is None else printed(value) for value in column.to_pylist()]
    if arrow.types.is_string(column.type):
        return column.to_pylist()
    return column.cast(arrow.string()).to_pylist()


def printed(value: float) -> str:
    """Return a number as a person writes it: 1395056700 and 0.1, never 1395056700.0 or 0.30000000000000004."""
    return str(int(value)) if value.is_integer() and abs(value) < 1e18 else f"{value:.15g}"
