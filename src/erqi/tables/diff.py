"""Two versions of a package: which rows came, went and changed, and which version step that asks for."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from erqi.errors import InputError
from erqi.tables.package import DESCRIPTOR

STEPS = ("none", "patch", "minor", "major")


@dataclass(frozen=True)
class TableDiff:
    """What differs in one table.

    Attributes
    ----------
    added, removed, changed : tuple of str
        Keys of the rows; the parts of a key of several columns are joined by ``|``.
    columns : dict
        Number of changed rows by column.
    structure : tuple of str
        Columns that came, went or changed type or codes, in words.
    step : str
        Version step that this table asks for.
    """

    name: str
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    columns: dict[str, int] = field(default_factory=dict)
    structure: tuple[str, ...] = ()
    step: str = "none"


@dataclass(frozen=True)
class Difference:
    """What differs between two packages, the version step that it asks for and the version that follows."""

    tables: tuple[TableDiff, ...]
    step: str
    version: str

    def as_dict(self) -> dict[str, Any]:
        """Return plain lists and dicts, for JSON."""
        return {
            "step": self.step,
            "version": self.version,
            "tables": [{**vars(table), "columns": dict(table.columns)} for table in self.tables],
        }

    def __str__(self) -> str:
        lines = []
        for table in self.tables:
            lines += [f"{table.name}: {text}" for text in table.structure]
            if table.added or table.removed or table.changed:
                counts = f"{len(table.added)} added, {len(table.removed)} removed, {len(table.changed)} changed"
                where = ", ".join(f"{column} {count}" for column, count in table.columns.items())
                lines.append(f"{table.name}: {counts}" + (f" ({where})" if where else ""))
        return "\n".join([*lines, f"step: {self.step}; next version {self.version}"])


def diff(old: str | Path, new: str | Path) -> Difference:
    """Compare two packages table by table, row by row, column by column.

    Columns or rows that are gone, and types that changed, break what others built: major. Rows, columns, codes or
    tables that came: minor. Values that changed in rows that stay: patch (Data Package recipe on versions).

    Parameters
    ----------
    old, new : path
        Folders with a ``datapackage.json``.

    Raises
    ------
    InputError
        If a folder holds no package.
    """
    before, after = _package(Path(old)), _package(Path(new))
    was, now = _resources(before), _resources(after)
    tables = [TableDiff(name, structure=("the table is gone",), step="major") for name in was if name not in now]
    tables += [TableDiff(name, structure=("a new table",), step="minor") for name in now if name not in was]
    tables += [_table(was[name], now[name], Path(old), Path(new)) for name in now if name in was]
    step = max((table.step for table in tables), key=STEPS.index, default="none")
    return Difference(tuple(t for t in tables if t.step != "none"), step, _next(before["version"], step))


def _package(folder: Path) -> dict[str, Any]:
    try:
        return json.loads((folder / DESCRIPTOR).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(folder, DESCRIPTOR, error, "a data package that `erqi build` wrote") from None


def _resources(package: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {resource["name"]: resource for resource in package["resources"]}


def _table(was: dict[str, Any], now: dict[str, Any], old: Path, new: Path) -> TableDiff:
    structure, step = _structure(was["schema"], now["schema"])
    if was["hash"] == now["hash"]:
        return TableDiff(was["name"], structure=structure, step=step)
    key = now["schema"]["primaryKey"]
    if key != was["schema"]["primaryKey"]:
        return TableDiff(was["name"], structure=(*structure, "the key changed"), step="major")
    left, right = _rows(old / was["path"], key), _rows(new / now["path"], key)
    common = left.index.intersection(right.index, sort=False)
    both = [column for column in right.columns if column in left.columns]
    differs = left.loc[common, both].ne(right.loc[common, both])
    columns = {str(column): int(count) for column, count in differs.sum().items() if count}
    added, removed = right.index.difference(left.index, sort=False), left.index.difference(right.index, sort=False)
    changed = common[differs.any(axis=1)]
    rows = "major" if len(removed) else "minor" if len(added) else "patch" if len(changed) else "none"
    return TableDiff(
        was["name"],
        tuple(added),
        tuple(removed),
        tuple(changed),
        columns,
        structure,
        max(step, rows, key=STEPS.index),
    )


def _rows(path: Path, key: list[str]) -> pd.DataFrame:
    # as printed: two numbers are the same when their digits are
    data = pd.read_csv(path, dtype=str, keep_default_na=False)
    return data.set_index(pd.Index(["|".join(row) for row in data[key].itertuples(index=False)], dtype="str"))


def _structure(was: dict[str, Any], now: dict[str, Any]) -> tuple[tuple[str, ...], str]:
    old, new = ({f["name"]: f for f in schema["fields"]} for schema in (was, now))
    said, step = [], "none"
    for name in [*old, *(n for n in new if n not in old)]:
        if name not in new:
            said.append(f"column {name} is gone")
            step = "major"
        elif name not in old:
            said.append(f"column {name} is new")
            step = max(step, "minor", key=STEPS.index)
        else:
            for what, before, after in [
                ("type", old[name]["type"], new[name]["type"]),
                ("unit", old[name].get("unit"), new[name].get("unit")),
            ]:
                if before != after:
                    said.append(f"column {name}: {what} {before} became {after}")
                    step = "major"
            codes = [set(f[name].get("constraints", {}).get("enum", ())) for f in (old, new)]
            if gone := codes[0] - codes[1]:
                said.append(f"column {name}: codes gone: {', '.join(sorted(gone))}")
                step = "major"
            elif came := codes[1] - codes[0]:
                said.append(f"column {name}: codes new: {', '.join(sorted(came))}")
                step = max(step, "minor", key=STEPS.index)
    if step != "major" and [n for n in new if n in old] != list(old):
        return (*said, "the columns have another order"), "major"
    return tuple(said), step


def _next(version: str, step: str) -> str:
    parts = [int(part) for part in version.split(".")]
    at = {"major": 0, "minor": 1, "patch": 2}.get(step)
    if at is None:
        return version
    return ".".join(map(str, [*parts[:at], parts[at] + 1, *[0] * (2 - at)]))
