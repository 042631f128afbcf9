"""What one year of air and water figures establishes, and how much data a trend would need.

A mean above its limit is decisive, a mean below it is not: the annual assessment also asks for daily percentiles
(HJ 663-2013), which no plan report prints. Reasons are keys of the catalogue.
"""

from __future__ import annotations

import math
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

POLLUTANTS = {"PM2.5": "pm25", "PM10": "pm10", "NO2": "no2", "SO2": "so2", "CO": "co", "O3": "o3"}
AIR = (*POLLUTANTS.values(), "good_air_days")
TOPICS = ("air", "water", "environment", "ecology")
# what the annual figure of a pollutant is set against: its mean where a mean is limited, else its percentile
_ANNUAL = {"o3": "daily_max_8h", "co": "24h"}


def limits(standards: pd.DataFrame, standard_id: str) -> pd.Series:
    """Return the limit that the annual figure of each pollutant is set against, by indicator id."""
    own = standards[standards["standard_id"].eq(standard_id)]
    annual = own["averaging"].eq(own["indicator_id"].map(_ANNUAL).fillna("annual"))
    return own[annual].set_index("indicator_id")["limit"].astype(float)


def year_of(period: pd.Series) -> pd.Series:
    """Return the year that an ISO 8601 period covers to its end (2021, 2021-12, 2021-01/2021-12), else empty."""
    return period.fillna("").str.extract(r"^(?:\d{4}(?:-01)?/)?(\d{4})(?:-12)?$")[0].fillna("")


def annual_values(observations: pd.DataFrame, indicators: list[str]) -> pd.DataFrame:
    """Return the delivered level of each indicator in the latest whole year, as first stated; indexed by indicator."""
    rows = observations.assign(year=year_of(observations["time_period"]))
    rows = rows[rows["indicator_id"].isin(indicators) & rows["status"].eq("actual") & rows["measure"].eq("level")]
    rows = rows[rows["value"].notna() & rows["year"].ne("")].sort_values("year", ascending=False, kind="stable")
    return rows.drop_duplicates("indicator_id").set_index("indicator_id")


def exceedance(
    observations: pd.DataFrame, standards: pd.DataFrame, standard_id: str, pollutants: list[str] | None = None
) -> pd.DataFrame:
    """Set annual means against a standard.

    Parameters
    ----------
    observations, standards : DataFrame
    standard_id : str
        Such as ``GB3095-2012-II``.
    pollutants : list of str, optional
        Printed names; all six if not given.

    Returns
    -------
    DataFrame
        ``excess`` = C/S − 1 with the bounds of rounding, ``cut_needed`` = 1 − S/C where above, ``verdict``:
        ``above`` (decisive), ``undetermined`` (the mean passes, percentiles are not printed), ``not_reported``.
    """
    names = pollutants or list(POLLUTANTS)
    values = annual_values(observations, [POLLUTANTS[name] for name in names])
    limit = limits(standards, standard_id)
    columns = ["observation_id", "value", "lower", "upper", "unit", "time_period"]
    table = pd.DataFrame({"pollutant": names, "indicator_id": [POLLUTANTS[name] for name in names]})
    table = table.join(values[columns], on="indicator_id").join(limit, on="indicator_id")
    excess = table["value"] / table["limit"] - 1
    verdict = np.select(
        [table["value"].isna(), table["limit"].isna(), excess > 0],
        ["not_reported", "no_limit", "above"],
        "undetermined",
    )
    reason = pd.Series(verdict).replace({"above": "", "undetermined": "percentile_missing"})
    return table.assign(
        excess=excess,
        excess_lower=table["lower"] / table["limit"] - 1,
        excess_upper=table["upper"] / table["limit"] - 1,
        cut_needed=(1 - table["limit"] / table["value"]).where(excess > 0),
        unit=table["unit"].fillna(table["indicator_id"].map(standards.groupby("indicator_id")["unit"].first())),
        verdict=verdict,
        reason=reason,
        evidence="arithmetic",
    )


def ladder(observations: pd.DataFrame, standards: pd.DataFrame, standard_ids: list[str]) -> pd.DataFrame:
    """Set every reported pollutant against several standards: ``multiple`` = C/S, ``met`` on the annual figure."""
    tables = [exceedance(observations, standards, one).assign(standard_id=one) for one in standard_ids]
    table = pd.concat(tables, ignore_index=True)
    table = table[table["value"].notna() & table["limit"].notna()]
    return table.assign(multiple=table["value"] / table["limit"], met=table["value"] <= table["limit"])


def implied_targets(observations: pd.DataFrame, indicators: pd.DataFrame) -> pd.DataFrame:
    """Bound the unstated targets behind a claim that the year's tasks were met.

    A claim is a delivered attainment without a numeral (均完成年度目标任务). It covers the air figures in the clauses
    that lead up to it. Met means: a target at least as high where less is better, at most as high where more is.

    Returns
    -------
    DataFrame
        ``bound`` (``at_least`` or ``at_most``), ``value`` as printed, ``edge`` = the weakest bound that rounding
        allows, ``claim_id``; empty without such a claim.
    """
    better = indicators.set_index("indicator_id")["direction"]
    done = observations[observations["status"].eq("actual")]
    claims = done[done["measure"].eq("attainment") & done["mention_id"].isna()].sort_values("start")
    air = done[done["indicator_id"].isin(AIR) & done["measure"].eq("level") & done["value"].notna()]
    rows: dict[str, dict[Any, Any]] = {}
    for claim in claims.to_dict("records"):
        at = claim["start"]
        for one in air[air["end"].le(at)].sort_values("end", ascending=False).to_dict("records"):
            # a comma or a stop stands between clauses of one claim, and nothing else
            if one["end"] < at - 2:
                break
            at = one["start"]
            less = better.get(one["indicator_id"], "down") == "down"
            edge = one["lower"] if less else one["upper"]
            rows[one["observation_id"]] = one | {
                "bound": "at_least" if less else "at_most",
                "edge": one["value"] if pd.isna(edge) else edge,
                "claim_id": claim["observation_id"],
                "evidence": "bound",
            }
    columns = [
        "observation_id",
        "indicator_id",
        "value",
        "unit",
        "time_period",
        "bound",
        "edge",
        "claim_id",
        "evidence",
    ]
    ordered = sorted(rows.values(), key=lambda row: int(row["start"]))
    return pd.DataFrame(ordered, columns=columns)


def composite(values: pd.Series, limit: pd.Series) -> pd.DataFrame:
    """Give the terms C/S of the composite air index; a pollutant without a value stays unknown.

    Parameters
    ----------
    values, limit : Series
        Annual figures and limits by indicator id.

    Returns
    -------
    DataFrame
        One row for each of the six: ``term`` (empty if unknown) and ``reason``. The sum of the known terms bounds
        the index from below.
    """
    table = pd.DataFrame({"pollutant": list(POLLUTANTS), "indicator_id": list(POLLUTANTS.values())})
    term = table["indicator_id"].map(values).astype(float) / table["indicator_id"].map(limit).astype(float)
    reason = np.where(term.isna(), "not_reported", "")
    return table.assign(term=term, reason=reason, evidence=np.where(term.isna(), "bound", "arithmetic"))


def good_days(days: float, year_days: int, phi: float, level: float = 0.95) -> dict[str, float]:
    """Give the share of good days with a Wilson interval at the effective number of days n(1 − φ)/(1 + φ).

    The interval is that of a year of this kind, as a scenario of the persistence φ; the count itself is exact.
    """
    n = year_days * (1 - phi) / (1 + phi)
    lower, upper = proportion_confint(days / year_days * n, n, alpha=1 - level, method="wilson")
    return {
        "share": days / year_days,
        "n_effective": n,
        "lower": lower,
        "upper": upper,
        "days_lower": lower * year_days,
        "days_upper": upper * year_days,
    }


def water_months(observations: pd.DataFrame) -> pd.DataFrame:
    """Spread the water classes over their months.

    Returns
    -------
    DataFrame
        ``month`` (period), ``water_class`` 1…5, ``target_class``, ``margin`` in classes, ``observation_id``;
        empty where no class is reported by month.
    """
    water = observations[observations["indicator_id"].eq("water_class") & observations["value"].notna()]
    aims = water[water["status"].eq("target")]
    rows = []
    for one in water[water["status"].eq("actual")].sort_values("start").to_dict("records"):
        ends = str(one["time_period"]).split("/")
        year = ends[0][:4]
        if len(ends[0]) < 7 and len(ends) == 1:
            continue
        aim = aims[aims["time_period"].fillna("").str.startswith(year)]["value"]
        for month in pd.period_range(ends[0], ends[-1], freq="M"):
            target = float(aim.iloc[0]) if len(aim) else np.nan
            rows.append((month, one["value"], target, target - one["value"], one["observation_id"], "arithmetic"))
    columns = ["month", "water_class", "target_class", "margin", "observation_id", "evidence"]
    return pd.DataFrame(rows, columns=columns)


def least_p(n: int) -> float:
    """Return the smallest two-sided p that an exact Mann–Kendall test can give with n points: 2/n!."""
    return min(1.0, 2 / math.factorial(n)) if n >= 2 else 1.0


def pairwise_slopes(years: pd.Series, values: pd.Series) -> pd.DataFrame:
    """Return the slope between each two points, a unit a year."""
    points = sorted(zip(years.astype(float), values.astype(float), strict=True))
    rows = [(a[0], b[0], (b[1] - a[1]) / (b[0] - a[0])) for a, b in combinations(points, 2)]
    return pd.DataFrame(rows, columns=["from_year", "to_year", "slope"])


def trends(series: pd.DataFrame, min_n: int = 6, alpha: float = 0.05) -> pd.DataFrame:
    """Give Theil–Sen slopes and exact Mann–Kendall p for each indicator of an annual series.

    Parameters
    ----------
    series : DataFrame
        ``indicator_id``, ``year``, ``value``, ``unit``, one row a year.
    min_n : int
        Fewest points that may be called a trend (openair: 6).
    alpha : float

    Returns
    -------
    DataFrame
        ``n``, ``slope`` with least and greatest pairwise slope, ``p``, ``least_p`` that n can give, ``verdict``:
        ``trend``, ``no_trend_found``, or ``too_short``, for which the slope only describes the points.
    """
    rows = []
    for indicator, group in series.groupby("indicator_id", sort=False):
        group = group.sort_values("year")
        n = len(group)
        slopes = pairwise_slopes(group["year"], group["value"])["slope"]
        p = stats.kendalltau(group["year"].astype(float), group["value"].astype(float)).pvalue if n > 1 else np.nan
        short = n < min_n or least_p(n) > alpha
        verdict = "too_short" if short else "trend" if p <= alpha else "no_trend_found"
        rows.append(
            {
                "indicator_id": indicator,
                "unit": group["unit"].iloc[0],
                "years": ", ".join(group["year"].astype(str)),
                "n": n,
                "slope": slopes.median(),
                "slope_least": slopes.min(),
                "slope_greatest": slopes.max(),
                "p": p,
                "least_p": least_p(n),
                "n_needed": min_n,
                "verdict": verdict,
                "reason": "too_short" if short else "",
                "evidence": "arithmetic",
            }
        )
    return pd.DataFrame(rows)


def years_needed(trend: float, noise: float, phi: float = 0.0, *, monthly: bool = False) -> float:
    """Return the years that show a trend with 90 % power at the 5 % level (Weatherhead et al. 1998).

    n* = [k (σ/|ω|) √((1 + φ)/(1 − φ))]^⅔ with k = 3.3 for monthly data and 3.3·√12 for annual means.

    Parameters
    ----------
    trend, noise : float
        ω a year and σ, in the same unit.
    phi : float
        Lag-1 autocorrelation.
    """
    k = 3.3 * (1 if monthly else math.sqrt(12))
    return float((k * noise / abs(trend) * math.sqrt((1 + phi) / (1 - phi))) ** (2 / 3))


def power(years: np.ndarray, trend: float, noise: float, phi: float, alpha: float = 0.05) -> np.ndarray:
    """Return the chance that n annual means show a trend, from the slope's variance 12σ²(1 + φ)/((1 − φ)n³)."""
    error = noise * np.sqrt(12 * (1 + phi) / (1 - phi)) / years**1.5
    return np.asarray(stats.norm.cdf(abs(trend) / error - stats.norm.ppf(1 - alpha / 2)))


def years_grid(trend: float, phi: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the years needed over trend (% a year, columns) and noise (%, rows), and the power by years and noise.

    The power is that of showing ``trend``; both at the given autocorrelation.
    """
    noises = (4, 8, 12, 16)
    grid = {w: {n: years_needed(w, n, phi) for n in noises} for w in (-10.0, -5.0, -3.0, -2.0, -1.0)}
    years = np.arange(3, 26)
    curves = {n: power(years, trend, n, phi) for n in (4, 8, 16)}
    return pd.DataFrame(grid), pd.DataFrame(curves, index=years)


def annual_series(above: pd.DataFrame, own: pd.DataFrame | None = None, least: int = 2) -> pd.DataFrame:
    """Return the air series to describe: the area's own if plugged in, else that of the area above.

    Parameters
    ----------
    above : DataFrame
        Delivered annual levels of ``reference_series``.
    own : DataFrame, optional
        ``indicator_id``, ``year``, ``value``, ``unit``.
    least : int
        Indicators with fewer years are left out.
    """
    rows = above if own is None else own
    rows = rows[rows["indicator_id"].isin(AIR)]
    rows = rows.assign(year=rows["year"].astype(int), value=rows["value"].astype(float))
    rows = rows[rows.groupby("indicator_id")["year"].transform("size") >= least]
    return rows.assign(order=rows["indicator_id"].map(AIR.index)).sort_values(["order", "year"]).drop(columns="order")


def missing(observations: pd.DataFrame, plan_year: int | None) -> pd.DataFrame:
    """List what an assessment would need and the document does not print.

    Returns
    -------
    DataFrame
        ``item``, ``indicator_id`` and ``reason``: ``not_reported``, ``percentile_missing``, ``target_without_number``.
    """
    have = annual_values(observations, list(POLLUTANTS.values()))
    aims = observations[observations["status"].eq("target") & observations["value"].notna()]
    aims = aims[aims["time_period"].eq(str(plan_year))]
    rows = [(name, code, "not_reported") for name, code in POLLUTANTS.items() if code not in have.index]
    rows += [(name, code, "percentile_missing") for name, code in POLLUTANTS.items() if code in have.index]
    wanted = [*have.index, "good_air_days", "water_class"]
    names = {code: name for name, code in POLLUTANTS.items()}
    rows += [(names.get(c, c), c, "target_without_number") for c in wanted if c not in set(aims["indicator_id"])]
    return pd.DataFrame(rows, columns=["item", "indicator_id", "reason"]).assign(evidence="arithmetic")


def commitments(observations: pd.DataFrame, indicators: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """List the targets for air, water and nature that have no delivered figure beside them."""
    topic = indicators.set_index("indicator_id")["topic"]
    aims = observations[observations["status"].eq("target") & observations["indicator_id"].map(topic).isin(TOPICS)]
    paired = pairs[pairs["actual_value"].notna() & pairs["target_value"].notna()]
    alone = aims[~aims["observation_id"].isin(paired["target_observation_id"])]
    return alone.assign(reason="no_baseline", evidence="arithmetic")
