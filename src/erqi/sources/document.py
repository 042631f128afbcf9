"""A raw file and its sidecar become a document."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, cast, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from erqi.errors import InputError
from erqi.sources.extract import EXTRACTORS, decode

SIDECAR_SUFFIX = ".meta.yml"
# the same safe loader, in C where libyaml is there
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Artefact(BaseModel):
    """A flaw of the file that is known and kept, such as a word processor's bookmark in the text."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    text: str = Field(description="the characters as they stand in the file")
    note: str = Field(description="what they are")


class Sidecar(BaseModel):
    """What is known of a document and does not stand in it: ``<file stem>.meta.yml`` beside the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    title: str = ""
    producer: str = Field("", description="the organ that issued the document")
    area_name: str = ""
    ref_area: str = Field("", pattern=r"^(\d{6})?$", description="GB/T 2260 code of the area")
    level: Literal["", "national", "province", "city", "district"] = ""
    document_type: Literal["", "plan", "work_report", "bulletin", "analysis"] = ""
    review_year: int | None = Field(None, ge=1949, le=2100, description="the year whose results it reports")
    plan_year: int | None = Field(None, ge=1949, le=2100, description="the year for which it promises")
    publication_date: date | None = None
    publication_date_basis: str = Field("", description="how the publication date is known")
    licence: str = ""
    source: str = ""
    encoding: str = ""
    sha256: str = Field("", pattern=r"^([0-9a-f]{64})?$")
    artefacts: tuple[Artefact, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Document:
    """A text with its provenance; every offset of the project is a code point of ``text``.

    Attributes
    ----------
    document_id : str
        The file's stem.
    text : str
        The text as decoded, or as extracted where ``extracted`` is true; newlines are not translated.
    path : Path or None
        The file; None for a text that was never one.
    sha256 : str
        Of the file's bytes.
    encoding : str
        The encoding that decoded it, or the format that the text was extracted from.
    extracted : bool
        True if offsets refer to an extracted text, which has to be kept beside the tables.
    """

    document_id: str
    text: str
    path: Path | None = None
    sha256: str = ""
    encoding: str = "utf-8"
    extracted: bool = False
    sidecar: Sidecar = field(default_factory=Sidecar)


def load(path: str | Path) -> Document:
    """Read one file and the sidecar beside it; without one, the row of an ``index.csv`` in its folder.

    Raises
    ------
    InputError
        If the file is missing, empty, binary, in no known encoding or without text, if the sidecar cannot be
        used, or if the file's hash is not the one that the sidecar states.
    """
    path = Path(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(path, "file", error.strerror or error, "a file that can be read") from None
    if not raw.strip():
        raise InputError(path, "file", f"{len(raw)} bytes without content", "a report with text in it")
    sidecar = sidecar_of(path)
    sha256 = hashlib.sha256(raw).hexdigest()
    if sidecar.sha256 and sidecar.sha256 != sha256:
        raise InputError(
            path,
            "sha256",
            sha256,
            f"{sidecar.sha256} as its sidecar says; if the change is meant, put the new hash there",
        )
    extractor = EXTRACTORS.get(path.suffix.lower())
    if extractor:
        text, encoding = extractor(raw, path), path.suffix.lower().lstrip(".")
        if not text.strip():
            raise InputError(path, "text", "empty", "a file with text in it; a scanned one needs OCR first")
    else:
        text, encoding = decode(raw, path, sidecar.encoding)
        if not text.strip("\ufeff \t\r\n　"):
            raise InputError(path, "text", "empty", "a report with text in it")
    return Document(path.stem, text, path, sha256, encoding, bool(extractor), sidecar)


def sidecar_of(path: Path) -> Sidecar:
    """Return what is said of a file beside it: its sidecar, or its row in the folder's ``index.csv``, or nothing."""
    return load_sidecar(path.with_name(path.stem + SIDECAR_SUFFIX)) or _listed(_row(path))


def beside(path: Path) -> bytes:
    """Return the bytes of what is said of a file beside it, to notice a change of them."""
    sidecar = path.with_name(path.stem + SIDECAR_SUFFIX)
    return sidecar.read_bytes() if sidecar.is_file() else repr(_row(path)).encode()


def _row(path: Path) -> dict[str, str]:
    index = path.parent / "index.csv"
    return _index(index, index.stat().st_mtime_ns).get(path.name, {}) if index.is_file() else {}


def _listed(row: dict[str, str]) -> Sidecar:
    level = {"county": "district"}.get(row.get("level", ""), row.get("level", ""))
    name = row.get("area_name") or row.get("place") or ""
    known = level in get_args(Sidecar.model_fields["level"].annotation)
    return Sidecar(area_name=name, level=cast(Any, level if known else ""))


@lru_cache(maxsize=8)
def _index(path: Path, changed: int) -> dict[str, dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            return {row["file"]: row for row in csv.DictReader(handle) if row.get("file")}
    except (OSError, ValueError, csv.Error):
        return {}


def load_sidecar(path: Path) -> Sidecar | None:
    """Read a sidecar; None if there is no such file."""
    if not path.exists():
        return None
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputError(path, "sidecar", error, "a readable YAML file in UTF-8") from None
    if not isinstance(content, dict):
        raise InputError(path, "sidecar", content, "a YAML mapping such as `title: …`")
    try:
        return Sidecar(**content)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"]))
        allowed = f"one of {', '.join(Sidecar.model_fields)}" if first["type"] == "extra_forbidden" else first["msg"]
        raise InputError(path, name, first["input"], allowed) from None
