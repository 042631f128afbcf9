"""Reports become a package, and only what is new or changed is read again."""

from __future__ import annotations

import functools
import hashlib
import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.compute as compute
import pyarrow.parquet as parquet

import erqi
from erqi.errors import InputError
from erqi.paths import PROCESSED, RAW, REFERENCE
from erqi.reading import Reading
from erqi.sources import Document, load
from erqi.sources.document import beside
from erqi.tables.model import PANDAS, frame, model
from erqi.tables.observations import area_code
from erqi.tables.package import DESCRIPTOR, describe, inputs, sha256
from erqi.tables.publish import Writer, as_arrow, derived, each, keep_text, staged, tables_of, unique

REPORT_SUFFIXES = {".txt", ".html", ".htm", ".docx", ".pdf"}
_BATCH = 64  # documents
_STATE = Path("parts") / "state.json"
_OWN = [name for name, wanted in model().items() if wanted.partitioned]


@dataclass(frozen=True)
class Built:
    """What a build did: documents read, kept as they were and gone, rows by table, version of the data."""

    out: Path
    version: str
    read: int
    kept: int
    gone: int
    rows: dict[str, int]

    def __str__(self) -> str:
        rows = ", ".join(f"{name} {count}" for name, count in self.rows.items())
        return f"{self.out} {self.version}: {self.read} read, {self.kept} kept, {self.gone} gone; {rows}"


def build(paths: Iterable[str | Path] = (), out: str | Path = PROCESSED, *, jobs: int = 1, version: str = "") -> Built:
    """Publish a data package of all tables over one or many reports.

    Parameters
    ----------
    paths : iterable of path
        Reports, or folders of them; the project's own ``data/raw`` by default.
    out : path
        The package's folder. With more than one report it also holds ``parts/<table>/level=…/year=…/``, one
        Parquet file for each document, from which the next build takes what has not changed.
    jobs : int
        Processes.
    version : str
        Of the data; the version that is there, or 0.1.0, if empty.

    Returns
    -------
    Built

    Raises
    ------
    InputError
        If a report or the folder cannot be used; then the folder is as it was.
    """
    out = Path(out)
    given = [Path(path) for path in paths] or [RAW]
    files = sorted(unique(_reports(given)), key=lambda path: path.stem)
    old, code = _state(out), _code()
    known = old["documents"] if old["code"] == code else {}
    hashes = {path.stem: _fingerprint(path) for path in files}
    stale = [
        p for p in files if known.get(p.stem, {}).get("hash") != hashes[p.stem] or not _complete(out, known, p.stem)
    ]
    documents = {stem: known[stem] for stem in hashes if stem in known}
    version, before = version or _version(out), _published(out)
    with staged(out, last=DESCRIPTOR) as folder:
        batches = [stale[i : i + _BATCH] for i in range(0, len(stale), _BATCH)]
        publish = functools.partial(_publish, folder)
        for stem, at, tables in chain.from_iterable(each(publish, batches, jobs, "reading")):
            documents[stem] = {"hash": hashes[stem], "at": at, "tables": tables}
        documents = dict(sorted(documents.items()))
        rows = {name: _assemble(name, folder, out, documents) for name in model() if name in _OWN}
        rows |= {name: _reference(name, folder) for name in model() if (REFERENCE / f"{name}.csv").is_file()}
        rows = {name: rows[name] for name in model() if name in rows}
        sources = parquet.read_table(folder / "sources.parquet").to_pandas()
        command = " ".join(["erqi build", *(path.name for path in given)])
        describe(folder, version, rows, sources, command, before=out)
        if len(files) > 1:
            state = {"code": code, "documents": documents}
            (folder / "parts").mkdir(exist_ok=True)
            (folder / _STATE).write_text(json.dumps(state, ensure_ascii=False, indent=0), encoding="utf-8")
        else:
            shutil.rmtree(folder / "parts")
    gone = before - set(hashes)
    _sweep(out, old["documents"], documents if len(files) > 1 else {}, gone)
    return Built(out, version, len(stale), len(files) - len(stale), len(gone), rows)


def _reports(paths: list[Path]) -> list[Path]:
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            found = [p for p in sorted(path.iterdir()) if p.suffix.lower() in REPORT_SUFFIXES and p.name[0] != "."]
            if not found:
                raise InputError(path, "folder", "no reports", f"files ending in {', '.join(sorted(REPORT_SUFFIXES))}")
            files += found
        else:
            files.append(path)
    return files


def _publish(folder: Path, files: list[Path]) -> list[tuple[str, str, list[str]]]:
    """Read some documents and write their parts; return for each its id, its partition and its tables.

    The tables of all are checked together, since a check costs the same for one document as for many.
    """
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in ("sources", "mentions", "observations")}
    documents, readings = [load(path) for path in files], []
    for document in documents:
        reading, mentions, observed = tables_of(document)
        readings.append(reading)
        rows["sources"].append(source_row(document, reading))
        rows["mentions"] += mentions
        rows["observations"] += observed
    frames = {name: frame(name, born) for name, born in rows.items()}
    by_document = dict(list(frames["observations"].groupby("document_id")))
    nothing = frames["observations"].iloc[:0]
    more = [
        derived(document, reading, by_document.get(document.document_id, nothing))
        for document, reading in zip(documents, readings, strict=True)
    ]
    for name in more[0] if more else ():
        parts = [part for tables in more if len(part := tables[name])]
        frames[name] = frame(name, pd.concat(parts) if parts else [])
    whole = {name: as_arrow(name, data) for name, data in frames.items()}
    published = []
    for document, row in zip(documents, rows["sources"], strict=True):
        year = row["plan_year"] or row["review_year"] or "unknown"
        at = f"level={row['level'] or 'unknown'}/year={year}"
        own = []
        for name, data in whole.items():
            if len(part := data.filter(compute.equal(data["document_id"], document.document_id))):
                path = folder / "parts" / name / at / f"{document.document_id}.parquet"
                path.parent.mkdir(parents=True, exist_ok=True)
                parquet.write_table(part, path)
                own.append(name)
        keep_text(folder / "text", document)
        published.append((document.document_id, at, own))
    return published


def source_row(document: Document, reading: Reading) -> dict[str, Any]:
    """Return the row of ``sources``: what the sidecar says, completed by what the reader found in the text."""
    said = document.sidecar
    ref_area = area_code(reading, document)
    return {
        "document_id": document.document_id,
        "title": said.title or next((line.strip() for line in document.text.splitlines() if line.strip()), ""),
        "producer": said.producer,
        "area_name": reading.area,
        "ref_area": ref_area,
        "level": said.level or _level(ref_area),
        "document_type": said.document_type,
        "review_year": said.review_year or reading.review_year,
        "plan_year": said.plan_year or reading.plan_year,
        "publication_date": said.publication_date,
        "publication_date_basis": said.publication_date_basis,
        "licence": said.licence,
        "source": said.source,
        "file": document.path.name if document.path else document.document_id,
        "sha256": document.sha256,
        "encoding": document.encoding,
        "extracted": document.extracted,
        "characters": len(document.text),
        "artefacts": "; ".join(f"{a.text}: {a.note}" for a in said.artefacts),
    }


def _level(ref_area: str) -> str:
    """Return the level that a GB/T 2260 code shows by its zeros."""
    if not ref_area:
        return ""
    if ref_area in {"000000", "100000"}:
        return "national"
    return "province" if ref_area.endswith("0000") else "city" if ref_area.endswith("00") else "district"


def _assemble(name: str, folder: Path, out: Path, documents: dict[str, Any]) -> int:
    """Write one whole table from the documents' parts, in the order of their ids; return its rows."""
    with Writer(folder, name) as writer:
        for stem, document in documents.items():
            if name in document["tables"]:
                part = Path("parts") / name / document["at"] / f"{stem}.parquet"
                path = folder / part if (folder / part).is_file() else out / part
                writer.write(parquet.ParquetFile(path).read(use_threads=False))
    return writer.rows


def _reference(name: str, folder: Path) -> int:
    """Publish a table that is data already; columns that the model does not name stay in the reference file."""
    kinds = {c: "str" if "date" in PANDAS[k] or k in {"integer", "boolean"} else PANDAS[k] for c, k in _types(name)}
    raw = pd.read_csv(REFERENCE / f"{name}.csv", dtype=kinds, keep_default_na=False, na_values=[""])
    data = frame(name, raw[[column for column in model()[name].names if column in raw]])
    with Writer(folder, name) as writer:
        writer.write(as_arrow(name, data))
    return len(data)


def _types(name: str) -> list[tuple[str, str]]:
    return [(column.name, column.type) for column in model()[name].columns]


def _fingerprint(path: Path) -> str:
    """Hash a report and what is said of it beside it: a change of either is a reason to read again."""
    try:
        parts = [path.name.encode(), path.read_bytes(), beside(path)]
    except OSError as error:
        raise InputError(path, "file", error.strerror or error, "a file that can be read") from None
    return hashlib.sha256(b"\0".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()


@functools.cache
def _code() -> str:
    """Hash what a document's rows depend on besides the document: the rooms up to here and the reference data."""
    home = Path(erqi.__file__).parent
    files = [p for room in ("sources", "reading", "tables") for p in sorted((home / room).rglob("*.py"))]
    return hashlib.sha256("".join(f"{p.name}{sha256(p)}" for p in [*files, *inputs()]).encode()).hexdigest()


def _state(out: Path) -> dict[str, Any]:
    try:
        return json.loads((out / _STATE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {"code": "", "documents": {}}


def _complete(out: Path, known: dict[str, Any], stem: str) -> bool:
    entry = known[stem]
    parts = [out / "parts" / name / entry["at"] / f"{stem}.parquet" for name in entry["tables"]]
    return all(part.is_file() for part in [*parts, out / "text" / f"{stem}.txt"])


def _version(out: Path) -> str:
    try:
        return json.loads((out / DESCRIPTOR).read_text(encoding="utf-8"))["version"]
    except (OSError, ValueError, KeyError):
        return "0.1.0"


def _published(out: Path) -> set[str]:
    """Return the ids of the documents of the package that is there."""
    path = out / "sources.parquet"
    return set(parquet.read_table(path)["document_id"].to_pylist()) if path.is_file() else set()


def _sweep(out: Path, old: dict[str, Any], new: dict[str, Any], gone: set[str]) -> None:
    """Remove what the last build wrote for documents that are gone or have moved to another partition."""
    for stem, entry in old.items():
        keep = {(new[stem]["at"], name) for name in new[stem]["tables"]} if stem in new else set()
        for name in entry["tables"]:
            if (entry["at"], name) not in keep:
                (out / "parts" / name / entry["at"] / f"{stem}.parquet").unlink(missing_ok=True)
    for stem in gone:
        (out / "text" / f"{stem}.txt").unlink(missing_ok=True)
    if not new and old:
        shutil.rmtree(out / "parts", ignore_errors=True)
