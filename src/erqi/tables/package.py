"""What makes a folder of tables a data package: descriptor, codebook, record of provenance, JSON-LD."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pandas as pd
import yaml
from jinja2 import Environment, PackageLoader

from erqi import __version__
from erqi.fonts import font_face
from erqi.paths import REFERENCE
from erqi.tables.model import Column, Table, code_lists, model

DESCRIPTOR = "datapackage.json"
_MEDIA = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}
# Beyond this many documents the descriptor names the table that lists them instead of each.
_NAMED_SOURCES = 200
# The reference files that rows of a package depend on; the others feed analyses only.
INPUTS = (
    "areas.csv",
    "claims.csv",
    "codes.csv",
    "columns.csv",
    "identity_rules.yml",
    "indicators.csv",
    "package.yml",
    "pair_rules.csv",
    "standards.csv",
    "tables.csv",
    "target_outcomes.csv",
    "units.csv",
)


def about() -> dict[str, Any]:
    """Return what is said of the package as a whole."""
    return yaml.safe_load((REFERENCE / "package.yml").read_text(encoding="utf-8"))


def describe(
    folder: Path, version: str, rows: dict[str, int], sources: pd.DataFrame, command: str, before: Path
) -> None:
    """Write descriptor, codebook and provenance beside the tables of a folder.

    Parameters
    ----------
    folder : Path
        Holds ``<table>.csv`` and ``<table>.parquet`` for each table in ``rows``.
    version : str
        Of the data, as in its changelog.
    rows : dict
        Number of rows by table.
    sources : DataFrame
        The table ``sources``.
    command : str
        What was asked for, without paths of this machine.
    before : Path
        The package as it was; a font in its codebook that has the right glyphs is used again.
    """
    indicators = (
        pd.read_csv(folder / "indicators.csv", dtype=str, keep_default_na=False) if "indicators" in rows else None
    )
    tables = [model()[name] for name in rows]
    context = {
        "about": about(),
        "version": version,
        "tables": tables,
        "rows": rows,
        "codes": code_lists(),
        "indicators": [] if indicators is None else indicators.to_dict("records"),
    }
    loader = Environment(
        loader=PackageLoader("erqi.tables"),
        autoescape=lambda name: "html" in str(name),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = loader.get_template("codebook.html.j2")
    # the page has to show its Chinese on a machine without a Chinese font
    font = _font(page.render(context), before / "codebook.html")
    pages = {
        "codebook.md": loader.get_template("codebook.md.j2").render(context),
        "codebook.html": page.render(context, font=font),
    }
    for name, content in pages.items():
        (folder / name).write_text(content, encoding="utf-8", newline="\n")
    _write(folder / "provenance.json", _provenance(folder, rows, sources, command))
    _write(folder / DESCRIPTOR, _descriptor(folder, version, tables, rows, sources))


def _font(page: str, earlier: Path) -> str:
    # making a font takes seconds; the same characters give the same one
    old = earlier.read_text(encoding="utf-8") if earlier.is_file() else ""
    face = next((line for line in old.splitlines() if line.startswith("@font-face")), "")
    if face and set(old.replace(face, "")) == set(page):
        return face
    return font_face("".join(sorted(set(page))))


def _write(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")


def sha256(path: Path) -> str:
    """Return the hash of a file's bytes."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _descriptor(
    folder: Path, version: str, tables: list[Table], rows: dict[str, int], sources: pd.DataFrame
) -> dict[str, Any]:
    said = about()
    listed = [
        {"title": row.title if isinstance(row.title, str) else row.document_id, "path": f"text/{row.document_id}.txt"}
        for row in sources.itertuples()
    ]
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        **{key: said[key] for key in ("name", "id", "title", "title_zh", "description", "description_zh")},
        "version": version,
        "keywords": said["keywords"],
        "licenses": said["licenses"],
        "licence_note": said["licence_note"],
        "contributors": said["contributors"],
        "sources": listed
        if len(listed) <= _NAMED_SOURCES
        else [{"title": f"{len(listed)} documents, one row each", "path": "sources.csv"}],
        **({"partitions": "parts/<table>/level=*/year=*/<document_id>.parquet"} if len(listed) > 1 else {}),
        "resources": [_resource(folder, wanted, rows[wanted.name], list(rows)) for wanted in tables],
    }


def _file(folder: Path, name: str, kind: str) -> dict[str, Any]:
    path = folder / f"{name}.{kind}"
    return {
        "path": path.name,
        "format": kind,
        "mediatype": _MEDIA[kind],
        **({"encoding": "utf-8"} if kind == "csv" else {}),
        "bytes": path.stat().st_size,
        "hash": f"sha256:{sha256(path)}",
    }


def _resource(folder: Path, wanted: Table, rows: int, present: list[str]) -> dict[str, Any]:
    labels = {code.code: code for code in code_lists()["usage_warning"]}
    return {
        "name": wanted.name,
        "type": "table",
        "title": wanted.title_en,
        "title_zh": wanted.title_zh,
        "description": wanted.description_en,
        "description_zh": wanted.description_zh,
        **_file(folder, wanted.name, "csv"),
        "alternates": [_file(folder, wanted.name, "parquet")],
        "rows": rows,
        "usage_warnings": [
            {"code": code, "en": labels[code].label_en, "zh": labels[code].label_zh} for code in wanted.warnings
        ],
        "schema": {
            "fields": [_field(wanted, column) for column in wanted.columns],
            "missingValues": [""],
            "primaryKey": list(wanted.key),
            "foreignKeys": [
                {"fields": [column], "reference": {"resource": there, "fields": [field]}}
                for column, there, field in wanted.foreign_keys
                if there in present
            ],
        },
    }


def _field(wanted: Table, column: Column) -> dict[str, Any]:
    codes = code_lists()[column.codes] if column.codes else ()
    constraints: dict[str, Any] = {"required": True} if column.required else {}
    if wanted.key == (column.name,):
        constraints["unique"] = True
    if codes:
        constraints["enum"] = [code.code for code in codes]
    field: dict[str, Any] = {
        "name": column.name,
        "type": column.type,
        "title": column.title_en,
        "title_zh": column.title_zh,
        "description": column.description_en,
        "description_zh": column.description_zh,
        "constraints": constraints,
        "unit": column.unit,
        "sdmx_concept": column.sdmx,
    }
    if codes:
        field["categories"] = [
            {"value": code.code, "label": code.label_en, "label_zh": code.label_zh} for code in codes
        ]
    return {key: value for key, value in field.items() if value not in ("", {})}


def _provenance(folder: Path, rows: dict[str, int], sources: pd.DataFrame, command: str) -> dict[str, Any]:
    """Record in the manner of PROV-JSON what was used, by what, for what; without clock time, so it can be rebuilt."""
    used = {
        f"document/{row.file}": {"prov:type": "document", "erqi:sha256": row.sha256} for row in sources.itertuples()
    } | {f"reference/{path.name}": {"prov:type": "reference data", "erqi:sha256": sha256(path)} for path in inputs()}
    made = {
        f"{name}.{kind}": {"prov:type": "table", "erqi:rows": count} for name, count in rows.items() for kind in _MEDIA
    }
    agent = f"erqi-{__version__}"
    return {
        "prefix": {"prov": "http://www.w3.org/ns/prov#", "erqi": f"{about()['id']}#"},
        "entity": used | made,
        "activity": {"build": {"prov:type": "build", "erqi:command": command}},
        "agent": {agent: {"prov:type": "prov:SoftwareAgent", "erqi:version": __version__}},
        "used": {f"_:u{i}": {"prov:activity": "build", "prov:entity": name} for i, name in enumerate(used)},
        "wasGeneratedBy": {f"_:g{i}": {"prov:entity": name, "prov:activity": "build"} for i, name in enumerate(made)},
        "wasAssociatedWith": {"_:a0": {"prov:activity": "build", "prov:agent": agent}},
    }


def inputs() -> list[Path]:
    """Return the reference files that rows of a package depend on."""
    return [path for name in INPUTS if (path := REFERENCE / name).is_file()]


def json_ld(folder: str | Path, base: str = "") -> dict[str, Any]:
    """Return the package as ``schema.org/Dataset``, for a page's ``application/ld+json``.

    ``base`` leads from the page to the folder, such as ``../data/processed/``.
    """
    package = json.loads((Path(folder) / DESCRIPTOR).read_text(encoding="utf-8"))
    resources = package["resources"]
    return {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "name": package["title"],
        "alternateName": package["title_zh"],
        "identifier": package["id"],
        "description": package["description"],
        "version": package["version"],
        "license": package["licenses"][0]["path"],
        "keywords": package["keywords"],
        "inLanguage": ["zh", "en"],
        "isAccessibleForFree": True,
        "creator": [{"@type": "Organization", "name": person["title"]} for person in package["contributors"]],
        "isBasedOn": [{"@type": "CreativeWork", "name": source["title"]} for source in package["sources"]],
        "variableMeasured": [
            {"@type": "PropertyValue", "name": field["name"], "description": field["description"]}
            for resource in resources
            if resource["name"] == "observations"
            for field in resource["schema"]["fields"]
        ],
        "distribution": [
            {
                "@type": "DataDownload",
                "name": resource["name"],
                "encodingFormat": file["mediatype"],
                "contentUrl": f"{base}{file['path']}",
                "contentSize": f"{file['bytes']} B",
                "sha256": file["hash"].removeprefix("sha256:"),
            }
            for resource in resources
            for file in (resource, *resource["alternates"])
        ],
    }
