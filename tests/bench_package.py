"""How long a package of ten thousand documents takes to build, to grow by one, to load and to query.

The rows are those of the plan, repeated with other areas and ids; everything but the reading itself is the real build:
files hashed, tables checked at birth, parts and whole tables written, descriptor and codebook made.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from erqi.paths import RAW
from erqi.reading import read
from erqi.sources import Document, load
from erqi.tables import build
from erqi.tables.publish import derived, tables_of

MODULE = sys.modules["erqi.tables.build"]
IDS = ("actual_observation_id", "target_observation_id", "derived_from")
QUERIES = {
    "targets below what was delivered, by area": """
        SELECT o.ref_area, count(*) FROM '{out}/pairs.parquet' p
        JOIN '{out}/observations.parquet' o ON o.observation_id = p.target_observation_id
        WHERE p.target_value < p.actual_value GROUP BY 1""",
    "GDP targets of all areas with their quotes": """
        SELECT ref_area, value, bound, quote FROM '{out}/observations.parquet'
        WHERE indicator_id = 'gdp' AND measure = 'growth_rate' AND status = 'target'""",
    "the same over the parts, one partition": """
        SELECT ref_area, value, bound, quote
        FROM read_parquet('{out}/parts/observations/level=district/year=2022/*.parquet')
        WHERE indicator_id = 'gdp' AND measure = 'growth_rate' AND status = 'target'""",
}


def _repeated() -> tuple[Callable, Callable]:
    """Return stand-ins for the reader: the plan's rows under another document and another area."""
    plan = load(RAW / "erqi_2022_plan.txt")
    reading, mentions, observed = tables_of(plan)
    from erqi.tables.model import frame

    more = derived(plan, read(plan), frame("observations", observed))
    ids = {row["mention_id"] for row in mentions} | {row["observation_id"] for row in observed}

    def other(cell: Any, number: str) -> Any:
        if isinstance(cell, str) and cell.split(" ")[0] in ids:
            return " ".join(f"{part}{number}" for part in cell.split(" "))
        return cell

    records = {name: data.to_dict("records") for name, data in more.items()}

    def rows(document: Document) -> tuple:
        number = document.document_id.removeprefix("area_")
        own = {"document_id": document.document_id}
        area = {"ref_area": number.zfill(6)}
        first = [{**row, **own, "mention_id": row["mention_id"] + number} for row in mentions]
        second = [
            {**row, **own, **area, "observation_id": row["observation_id"] + number}
            | {"mention_id": row["mention_id"] and row["mention_id"] + number}
            for row in observed
        ]
        return reading, first, second

    def tables(document: Document, _: Any, __: Any) -> dict:
        number = document.document_id.removeprefix("area_")
        own = {"document_id": document.document_id}
        return {
            name: pd.DataFrame(
                [row | {key: other(row[key], number) for key in IDS if key in row} | own for row in listed]
            )
            for name, listed in records.items()
        }

    return rows, tables


def package_benchmark(documents: int = 10_000, jobs: int = 2) -> dict[str, float]:
    """Build, grow, load and query a package of so many documents; print and return seconds and megabytes."""
    figures: dict[str, float] = {}

    def timed(what: str, work: Callable[[], Any]) -> Any:
        start = time.perf_counter()
        result = work()
        figures[f"{what}, s"] = round(time.perf_counter() - start, 2)
        return result

    before = MODULE.tables_of, MODULE.derived
    MODULE.tables_of, MODULE.derived = _repeated()
    try:
        with tempfile.TemporaryDirectory() as name:
            folder, out = Path(name) / "reports", Path(name) / "out"
            folder.mkdir()
            for number in range(documents):
                _write(folder, number)
            built = timed("build", lambda: build([folder], out, jobs=jobs))
            _write(folder, documents)
            grown = timed("build again with one report more", lambda: build([folder], out, jobs=jobs))
            assert (built.read, grown.read, grown.kept) == (documents, 1, documents)
            figures["rows"] = sum(grown.rows.values())
            figures["size of the package, MB"] = _megabytes(out)
            figures["size of Parquet without parts, MB"] = sum(_size(p) for p in out.glob("*.parquet"))
            for what, query in QUERIES.items():
                timed(f"query: {what}", lambda query=query: duckdb.sql(query.format(out=out)).fetchall())
            peak = (
                resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
            )
            figures["peak memory of the build, MB"], figures["peak memory of a worker, MB"] = map(round, peak)
    finally:
        MODULE.tables_of, MODULE.derived = before
    width = max(map(len, figures))
    for what, value in figures.items():
        print(f"{what:<{width}}  {value:,}")
    return figures


def _write(folder: Path, number: int) -> None:
    (folder / f"area_{number:05}.txt").write_text(
        f"第{number}区2021年国民经济和社会发展计划执行情况\n", encoding="utf-8"
    )
    sidecar = f"area_name: 第{number}区\nlevel: district\nreview_year: 2021\nplan_year: 2022\n"
    (folder / f"area_{number:05}.meta.yml").write_text(sidecar, encoding="utf-8")


def _size(path: Path) -> float:
    return round(path.stat().st_size / 1e6, 1)


def _megabytes(folder: Path) -> float:
    return round(sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6)


if __name__ == "__main__":
    package_benchmark(*map(int, sys.argv[1:]))
