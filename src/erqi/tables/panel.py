"""Targets and what came of them: the report of year N promises, the report of year N + 1 tells.

Both sides are observations, so each row of the panel ends at two quotes. Nothing is guessed: where a document states
a headline indicator more than once for the same year with different values, the first in its order is taken and
``note`` counts the others, for a person to check.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from erqi.errors import InputError
from erqi.paths import REFERENCE
from erqi.sources import load
from erqi.tables.codebook import codebook
from erqi.tables.publish import each, tables_of, unique

# The headline indicators of the genre, with the measures in which a target and its outcome can be compared.
HEADLINES: dict[str, tuple[str, ...]] = {
    "gdp": ("growth_rate",),
    "industrial_va_above_scale": ("growth_rate",),
    "industrial_va": ("growth_rate",),
    "fixed_asset_investment": ("growth_rate",),
    "industrial_investment": ("growth_rate",),
    "retail_sales": ("growth_rate",),
    "general_public_budget_revenue": ("growth_rate",),
    "fiscal_revenue_total": ("growth_rate",),
    "resident_income": ("growth_rate",),
    "urban_resident_income": ("growth_rate",),
    "rural_resident_income": ("growth_rate",),
    "trade_total": ("growth_rate",),
    "exports": ("growth_rate",),
    "foreign_investment_used": ("growth_rate",),
    "cpi": ("growth_rate",),
    "urban_new_jobs": ("level",),
    "urban_unemployment_surveyed": ("level", "share"),
    "urban_unemployment_registered": ("level", "share"),
    "grain_output": ("level",),
    "energy_intensity": ("growth_rate",),
    # promises of the year that are counted the same way when they are told
    "rural_labour_transfer": ("level",),
    "old_compound_renovation_households": ("level",),
    "high_standard_farmland": ("level",),
    "lifts_added": ("level",),
    "tourist_visits": ("level",),
    "tourism_revenue": ("level",),
    "private_investment": ("growth_rate",),
    "tertiary_va": ("growth_rate",),
    "services_va": ("growth_rate",),
    "primary_va": ("growth_rate",),
    "imports": ("growth_rate",),
    "tax_revenue": ("growth_rate",),
    "vocational_training": ("level",),
    "parks_added": ("level",),
    "water_supply_coverage": ("level", "share"),
    "insurance_coverage_rate": ("level", "share"),
    "urbanisation_rate": ("level", "share"),
    "rd_intensity": ("level", "share"),
    "water_quality_share": ("level", "share"),
    "good_air_share": ("level", "share"),
    "good_air_days": ("level",),
    "pm25": ("level",),
}
# beyond these, experience with the corpus says that the two sides of a pair are not the same thing
_APART_POINTS, _APART_FACTOR, _CANDIDATES, _OTHER_WORDS = 30, 3, 2, 7
_KEY = ["area", "level", "year", "indicator_id", "measure", "unit"]


def collect(paths: Iterable[str | Path], *, jobs: int = 1, index: Path | None = None) -> pd.DataFrame:
    """Read reports and build the panel.

    Parameters
    ----------
    paths : iterable of path
        Reports, or folders of them.
    jobs : int
        Processes.
    index : Path, optional
        CSV with ``document_id``, ``area``, ``ref_area`` and ``level`` of documents that have no sidecar; the
        project's own list of the reports behind ``target_outcomes`` by default.

    Returns
    -------
    DataFrame
        See :func:`target_outcomes`.
    """
    files = [p for path in map(Path, paths) for p in (sorted(path.glob("*.txt")) if path.is_dir() else [path])]
    if not files:
        raise InputError(", ".join(map(str, paths)), "files", "no .txt file", "a folder of reports")
    known = pd.read_csv(index or REFERENCE / "panel_documents.csv", dtype=str).set_index("document_id")
    sources, rows = [], []
    for source, observed in each(_headlines, unique(files), jobs, "reading"):
        listed = known.loc[source["document_id"]] if source["document_id"] in known.index else {}
        for field in ("area", "ref_area", "level"):
            name = "area_name" if field == "area" else field
            source[name] = listed.get(field) or source[name] or None
        sources.append(source)
        rows += observed
    return target_outcomes(pd.DataFrame(rows), pd.DataFrame(sources))


def write(table: pd.DataFrame, out: Path) -> None:
    """Write the panel as CSV, whole or not at all."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        part = out.with_name(f".{out.name}.part")
        table.to_csv(part, index=False, lineterminator="\n")
        part.replace(out)
    except OSError as error:
        raise InputError(out, "out", error.strerror or error, "a file that can be written") from None


def _headlines(path: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    document = load(path)
    reading, _, observed = tables_of(document)
    source = {
        "document_id": document.document_id,
        "area_name": reading.area,
        "ref_area": document.sidecar.ref_area,
        "level": document.sidecar.level,
        "review_year": reading.review_year,
        "plan_year": reading.plan_year,
    }
    return source, [row for row in observed if row["indicator_id"] in HEADLINES]


def target_outcomes(observations: pd.DataFrame, sources: pd.DataFrame) -> pd.DataFrame:
    """Join what one report promised with what the next one tells.

    Parameters
    ----------
    observations : DataFrame
        Observations of many documents.
    sources : DataFrame
        One row for each document, with ``area_name``, ``ref_area``, ``level``, ``review_year``, ``plan_year``.

    Returns
    -------
    DataFrame
        One row for each area, year, indicator and measure with a target in one document and an outcome in another.
        ``target`` is the figure, or the middle of a range whose ends are ``target_lower`` and ``target_upper``;
        ``previous`` is the outcome of the year before, as the document with the target tells it; ``checked`` is
        empty until a person has read both quotes.
    """
    years = sources.set_index("document_id")[["area_name", "ref_area", "level", "review_year", "plan_year"]]
    rows = (
        observations.drop(columns="ref_area", errors="ignore")
        .join(years, on="document_id")
        .rename(columns={"area_name": "area"})
    )
    rows = rows[rows["indicator_id"].isin(HEADLINES) & rows["value"].notna() & rows["area"].notna()]
    rows = rows[
        [measure in HEADLINES[name] for name, measure in zip(rows["indicator_id"], rows["measure"], strict=True)]
    ]
    named = zip(rows["measure"], rows["indicator_id"], rows["subject"], strict=True)
    rows = rows[np.array([_headline(*name) for name in named], dtype=bool)]
    rows = rows.assign(measure=rows["measure"].replace("share", "level"))
    targets = _targets(rows)
    outcomes = _stated(rows, "actual", "review_year")
    previous = outcomes.set_index(["document_id", "indicator_id", "measure", "unit"])["value"]
    previous = previous[~previous.index.duplicated()]
    table = targets.merge(
        outcomes[[*_KEY, "document_id", "value", "bound", "quote", "start", "end", "candidates"]],
        on=_KEY,
        suffixes=("", "_outcome"),
    )
    # a document can review and promise the same year (an autumn revision): that is no outcome of its own target
    table = table[table["document_id"] != table["document_id_outcome"]]
    sides = table[["measure", "value", "value_outcome"]].itertuples(index=False)
    table = table[np.array([_comparable(*pair) for pair in sides], dtype=bool)]
    table = table[table[["candidates", "candidates_outcome"]].max(axis=1) <= _CANDIDATES]
    table = table.drop_duplicates([*_KEY]).sort_values(["level", "area", "year", "indicator_id"], ignore_index=True)
    keys = list(zip(table["document_id"], table["indicator_id"], table["measure"], table["unit"], strict=True))
    return pd.DataFrame(
        {
            "pair_id": [_pair_id(*map(str, key)) for key in table[_KEY].astype({"year": int}).itertuples(index=False)],
            "area": table["area"],
            "ref_area": table["ref_area"],
            "level": table["level"],
            "year": table["year"].astype(int),
            "indicator_id": table["indicator_id"],
            "measure": table["measure"],
            "unit": table["unit"],
            "target": table["value"],
            "target_lower": table["lower"],
            "target_upper": table["upper"],
            "target_bound": table["bound"],
            "wording": table["wording"],
            "outcome": table["value_outcome"],
            "outcome_bound": table["bound_outcome"],
            "previous": [
                before if pd.notna(before) and _comparable(measure, target, before) else None
                for measure, target, before in zip(
                    table["measure"], table["value"], map(previous.get, keys), strict=True
                )
            ],
            "target_document_id": table["document_id"],
            "target_quote": table["quote"],
            "target_start": table["start"],
            "target_end": table["end"],
            "outcome_document_id": table["document_id_outcome"],
            "outcome_quote": table["quote_outcome"],
            "outcome_start": table["start_outcome"],
            "outcome_end": table["end_outcome"],
            "checked": "",
            "note": [_note(*pair) for pair in zip(table["candidates"], table["candidates_outcome"], strict=True)],
        }
    )


def _comparable(measure: str, target: float, outcome: float) -> bool:
    """Tell figures that are too far apart for one thing: growth of five years and of one, a stock and a flow."""
    if measure == "growth_rate":
        return abs(outcome - target) <= _APART_POINTS
    return target * outcome > 0 and max(target / outcome, outcome / target) <= _APART_FACTOR


def _headline(measure: str, indicator_id: str, subject: str) -> bool:
    """A growth rate of the whole area names little beside its indicator, unlike that of a park or a company."""
    phrases = codebook().indicators[indicator_id].phrases
    named = max((len(phrase) for phrase in phrases if phrase in subject), default=0)
    return measure != "growth_rate" or len(subject) - named <= _OTHER_WORDS


def _stated(rows: pd.DataFrame, status: str, year: str) -> pd.DataFrame:
    """The first statement of each indicator for the document's own year, with the number of different ones."""
    own = rows[rows["status"].eq(status) & rows["time_period"].eq(rows[year].astype("Int64").astype(str))]
    # what stands among the headline expectations goes before a figure that a chapter repeats or qualifies
    own = own.assign(year=own[year], main=own["commitment"].eq("expected"))
    own = own.sort_values(["document_id", "main", "start"], ascending=[True, False, True], kind="stable")
    group = ["document_id", "indicator_id", "measure", "unit"]
    own = own.assign(candidates=own.groupby(group)["value"].transform("nunique"))
    return own.drop_duplicates(group)


def _targets(rows: pd.DataFrame) -> pd.DataFrame:
    """Targets with their wording; the two ends of a range become one row."""
    ends = rows[rows["bound"].eq("range_end") & rows["status"].eq("target")].sort_values(
        ["document_id", "start", "value"]
    )
    span = ends.groupby(["document_id", "indicator_id", "measure", "unit", "start"])["value"].agg(["min", "max"])
    first = _stated(rows, "target", "plan_year")
    first = first.join(span, on=["document_id", "indicator_id", "measure", "unit", "start"])
    ranged = first["min"].notna() & (first["max"] > first["min"])
    middle = (first["min"] + first["max"]) / 2
    commitment = first["commitment"].replace("none", "").fillna("")
    return first.assign(
        value=first["value"].mask(ranged, middle),
        lower=first["lower"].mask(ranged, first["min"]),
        upper=first["upper"].mask(ranged, first["max"]),
        candidates=first["candidates"] - ranged.astype(int),
        wording=(commitment + "+" + first["bound"].fillna("point")).str.strip("+"),
    )


def _pair_id(*key: str) -> str:
    return "t" + hashlib.sha256("|".join(key).encode()).hexdigest()[:12]


def _note(targets: int, outcomes: int) -> str:
    parts = [("targets", targets), ("outcomes", outcomes)]
    return "; ".join(f"first of {count} different {name}" for name, count in parts if count > 1)
