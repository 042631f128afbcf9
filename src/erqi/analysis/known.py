"""Outside knowledge: series up to an information date, the area above, and what came of targets."""

from __future__ import annotations

import datetime as dt

import pandas as pd


def known_by(series: pd.DataFrame, date: dt.date, *, hindsight: bool = False) -> pd.DataFrame:
    """Return the rows that were public on a date, marked.

    Parameters
    ----------
    series : DataFrame
        Rows of ``reference_series``; ``published`` is ISO 8601 with day, month or year precision.
    date : date
        Information date. A month or a year counts as published at its end; an empty date is never known.
    hindsight : bool
        Keep later rows too.

    Returns
    -------
    DataFrame
        A copy with the boolean column ``hindsight``: published after the date, or at an unknown one.
    """
    days = [pd.Period(day).end_time.date() if day else dt.date.max for day in series["published"].fillna("")]
    late = pd.Series([day > date for day in days], index=series.index, dtype=bool)
    marked = series.assign(hindsight=late)
    return marked if hindsight else marked[~late].copy()


def parents(ref_area: str) -> list[str]:
    """Return the codes of the areas above one, nearest first: 410103 → 410100, 410000, 100000 (GB/T 2260)."""
    chain = [ref_area[:4] + "00", ref_area[:2] + "0000", "100000"] if len(ref_area) == 6 else []
    return [code for code in dict.fromkeys(chain) if code != ref_area]


def beside_parent(observations: pd.DataFrame, series: pd.DataFrame, ref_area: str) -> pd.DataFrame:
    """Set an area's figures beside those of the area above: same indicator, measure, year, status and unit.

    Parameters
    ----------
    observations : DataFrame
        Of one document; figures of the area itself in ``series`` are taken too.
    series : DataFrame
        ``reference_series`` as far as it is known.
    ref_area : str

    Returns
    -------
    DataFrame
        Every figure of the parent's in a year that the area reports, with ``area_value`` (empty if not reported),
        ``share`` of the parent for levels, ``gap`` = area − parent (``gap_pp`` for rates), ``observation_id``.
    """
    on = ["indicator_id", "measure", "status", "unit", "year"]
    local = series[series["ref_area"].eq(ref_area)].assign(value=lambda d: d["value"].astype(float))
    years = observations["time_period"].fillna("").str.removesuffix("-12")
    own = pd.concat([observations.assign(year=years), local], ignore_index=True)
    own = own.assign(year=own["year"].astype(str))[own["value"].notna()].drop_duplicates(on)
    above = series[series["ref_area"].isin(parents(ref_area)[:1])]
    above = above.assign(year=above["year"].astype(str), parent_value=above["value"].astype(float))
    columns = [*on, "parent_value", "published", "source", "note", *({"hindsight"} & set(above))]
    both = above[columns].merge(
        own.reindex(columns=[*on, "value", "observation_id"]).rename(columns={"value": "area_value"}), on=on, how="left"
    )
    both = both[both["year"].isin(years)]
    share = (both["area_value"] / both["parent_value"]).where(both["measure"].eq("level"))
    gap = both["area_value"] - both["parent_value"]
    points = gap.where(both["unit"].isin(["%", "pp"]))
    return both.assign(share=share, gap=gap, gap_pp=points, evidence="arithmetic")


def outcomes(targets: pd.DataFrame, actuals: pd.DataFrame, around: float = 0.0) -> pd.DataFrame:
    """Set targets against what came.

    Parameters
    ----------
    targets : DataFrame
        ``indicator_id``, ``measure``, ``unit``, ``year``, ``value`` and ``bound``; ``ref_area`` where both have it.
    actuals : DataFrame
        The same without ``bound``, with ``published``, ``source``, ``note``.
    around : float
        Tolerance of a target that says 左右, in its unit.

    Returns
    -------
    DataFrame
        ``target``, ``outcome``, ``error`` = outcome − target, ``hit`` (a ceiling from below), ``evidence``.
    """
    on = ["indicator_id", "measure", "unit", "year"]
    on += ["ref_area"] if "ref_area" in targets and "ref_area" in actuals else []
    sides = [d.assign(year=d["year"].astype(str), value=d["value"].astype(float)) for d in (targets, actuals)]
    extra = [c for c in ("bound", "observation_id", "area") if c in targets]
    both = sides[0][[*on, *extra, "value"]].rename(columns={"value": "target"})
    both = both.merge(
        sides[1][[*on, "value", "published", "source", "note"]].rename(columns={"value": "outcome"}), on=on
    ).drop_duplicates(on)
    error = both["outcome"] - both["target"]
    good = (-error).where(both["bound"].eq("at_most"), error)
    slack = both["bound"].eq("about") * around
    return both.assign(error=error, hit=good >= -slack - 1e-9, evidence="base_rate").sort_values("year", kind="stable")


def record(series: pd.DataFrame, ref_areas: list[str], around: float = 0.0) -> pd.DataFrame:
    """Return :func:`outcomes` of the areas' own targets in ``reference_series`` (``qualifier`` is the bound)."""
    rows = series[series["ref_area"].isin(ref_areas)]
    aims, came = rows[rows["status"].eq("target")], rows[rows["status"].eq("actual")]
    return outcomes(aims.assign(bound=aims["qualifier"].fillna("")), came, around)
