"""What became of official targets: hit rates, errors, and how little a common year leaves of a sample.

The panel is the table ``target_outcomes``: one row for each target and what came of it. Errors are outcome minus
target, in percentage points where the unit is ``%`` and in log points (100 × ln) where the target is a level.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.meta_analysis import combine_effects
from statsmodels.stats.proportion import proportion_confint

DOWN = frozenset({"cpi", "pm25", "urban_unemployment_surveyed", "urban_unemployment_registered", "energy_intensity"})


def distance(value: pd.Series, target: pd.Series, unit: pd.Series) -> pd.Series:
    """Return value minus target on the scale of errors: points for ``%``, log points for levels."""
    logs = 100 * np.log((value / target).where((value > 0) & (target > 0)))
    return (value - target).where(unit.isin(["%", "pp", "‰"]), logs)


def with_errors(panel: pd.DataFrame, around_pp: float = 0.0) -> pd.DataFrame:
    """Add ``error``, ``tolerance``, ``down`` and ``hit`` to a panel.

    Parameters
    ----------
    panel : DataFrame
        Rows of ``target_outcomes``.
    around_pp : float
        How far below its figure a target that says 左右 still counts as met, in percentage points; for levels
        in per cent.

    Returns
    -------
    DataFrame
        A copy. A range counts as met from its lower end, a ceiling (``down``) up to its figure.
    """
    down = panel["indicator_id"].isin(DOWN)
    edge = panel["target_lower"].where(panel["target_bound"].eq("range_end"), panel["target"])
    ceiling = panel["target_upper"].where(panel["target_bound"].eq("range_end"), panel["target"])
    tolerance = np.where(panel["target_bound"].eq("about"), around_pp, 0.0)
    worse = np.where(
        down,
        distance(panel["outcome"], ceiling, panel["unit"]),
        -distance(panel["outcome"], edge, panel["unit"]),
    )
    return panel.assign(
        error=distance(panel["outcome"], panel["target"], panel["unit"]),
        tolerance=tolerance,
        down=down,
        hit=worse <= tolerance + 1e-9,
    )


def known_by(panel: pd.DataFrame, as_of: str) -> pd.DataFrame:
    """Return the rows whose outcome was published by an ISO date: the report of the next spring carries it."""
    day = pd.Timestamp(as_of)
    published = pd.to_datetime((panel["year"] + 1).astype(str) + "-03-31")
    return panel[published <= day]


def hit_rates(panel: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Count hits within classes, with Jeffreys 95 % intervals and the spread of errors.

    Parameters
    ----------
    panel : DataFrame
        With errors, from :func:`with_errors`.
    by : list of str
        Columns that make the classes, such as ``["indicator_id", "level"]``.

    Returns
    -------
    DataFrame
        One row a class: ``n``, ``years``, ``hits``, ``rate``, ``rate_lower``, ``rate_upper``, ``mean_error``,
        ``median_error``, ``sd_error`` (empty below two rows) and ``evidence``. An interval within one year says
        nothing of another year: see :func:`effective_sample`.
    """
    if panel.empty:
        columns = ["n", "years", "hits", "rate", "rate_lower", "rate_upper", "mean_error", "median_error"]
        return pd.DataFrame(columns=[*by, *columns, "sd_error", "evidence"])
    table = (
        panel.groupby(by, observed=True)
        .agg(
            n=("hit", "size"),
            years=("year", "nunique"),
            hits=("hit", "sum"),
            mean_error=("error", "mean"),
            median_error=("error", "median"),
            sd_error=("error", "std"),
        )
        .reset_index()
    )
    lower, upper = proportion_confint(table["hits"], table["n"], method="jeffreys")
    table = table.assign(rate=table["hits"] / table["n"], rate_lower=lower, rate_upper=upper)
    return table.assign(evidence="base_rate")


@dataclass(frozen=True)
class YearEffect:
    """A mean error with a variance between years and one within them.

    Attributes
    ----------
    mean, mean_se : float
        Pooled mean error and its standard error.
    tau2 : float
        Variance of the years' effects (Paule–Mandel).
    sigma2 : float
        Variance within a year; 0 where no year has two rows, so that ``tau2`` holds both.
    years, rows : int
    """

    mean: float
    mean_se: float
    tau2: float
    sigma2: float
    years: int
    rows: int

    @property
    def scale(self) -> float:
        """Standard deviation of a new target's error in a new year."""
        return float(np.sqrt(self.tau2 + self.sigma2 + self.mean_se**2))

    @property
    def df(self) -> int:
        """Degrees of freedom: years, not rows, carry the information."""
        return max(self.years - 1, 1)


def year_effect(panel: pd.DataFrame) -> YearEffect:
    """Pool errors with a random effect of the year (statsmodels ``combine_effects``, Paule–Mandel).

    Raises
    ------
    ValueError
        With fewer than two years, since one year cannot tell a year's effect from the rest.
    """
    years = panel.groupby("year")["error"].agg(["mean", "size", "var"])
    if len(years) < 2:
        raise ValueError(f"a year effect needs at least 2 years, the panel has {len(years)}")
    freedom = (years["size"] - 1).sum()
    sigma2 = float((years["var"].fillna(0) * (years["size"] - 1)).sum() / freedom) if freedom >= 3 else 0.0
    variance = np.maximum(sigma2, 1e-6) / years["size"].to_numpy(float)
    pooled = combine_effects(years["mean"].to_numpy(float), variance, method_re="pm", use_t=True)
    return YearEffect(
        mean=float(pooled.mean_effect_re),
        mean_se=float(pooled.sd_eff_w_re),
        tau2=float(pooled.tau2),
        sigma2=sigma2,
        years=len(years),
        rows=len(panel),
    )


def effective_sample(panel: pd.DataFrame) -> dict[str, float]:
    """Say how many independent rows a clustered panel is worth: deff = 1 + (n̄ − 1) · ICC (Kish).

    Returns
    -------
    dict
        ``n``, ``years``, ``icc``, ``design_effect``, ``n_effective``.
    """
    effect = year_effect(panel)
    total = effect.tau2 + effect.sigma2
    icc = effect.tau2 / total if total else 0.0
    design = 1 + (effect.rows / effect.years - 1) * icc
    return {
        "n": effect.rows,
        "years": effect.years,
        "icc": icc,
        "design_effect": design,
        "n_effective": effect.rows / design,
    }


def probability_of_hit(effect: YearEffect, threshold: float = 0.0, *, down: bool = False) -> float:
    """Return P(error ≥ threshold), or ≤ for a ceiling, under the predictive Student t of a year effect."""
    z = (threshold - effect.mean) / effect.scale
    return float(stats.t.cdf(z, effect.df) if down else stats.t.sf(z, effect.df))


def chances(targets: pd.DataFrame, panel: pd.DataFrame, around_pp: float = 0.0) -> pd.DataFrame:
    """Give each target of a plan the chance that the record of its indicator gives it.

    Parameters
    ----------
    targets : DataFrame
        Rows of ``observations``; of several for one indicator and measure the first counts.
    panel : DataFrame
        With errors, from :func:`with_errors`; rows of all levels are pooled by indicator and measure.
    around_pp : float
        How far below its figure a target that says 左右 still counts as met.

    Returns
    -------
    DataFrame
        ``n``, ``years``, ``icc``, ``design_effect``, ``n_effective``, ``mean_error``, ``sd_predictive`` and
        ``probability`` for each target; instead of them a ``reason``: ``no_record``, or ``few_years`` below
        three years or five rows.
    """
    rows = []
    for target in targets.drop_duplicates(["indicator_id", "measure"]).to_dict("records"):
        key = ("observation_id", "indicator_id", "measure", "value", "unit", "bound")
        found = {name: target[name] for name in key} | {"evidence": "base_rate"}
        own = panel[panel["indicator_id"].eq(target["indicator_id"]) & panel["measure"].eq(target["measure"])]
        found |= {"n": len(own), "years": own["year"].nunique(), "levels": " ".join(sorted(set(own["level"])))}
        if found["years"] < 3 or len(own) < 5:
            rows.append(found | {"reason": "few_years" if len(own) else "no_record"})
            continue
        effect, down = year_effect(own), target["indicator_id"] in DOWN
        edge = around_pp if target["bound"] == "about" else 0.0
        found |= effective_sample(own) | {"mean_error": effect.mean, "sd_predictive": effect.scale}
        probability = probability_of_hit(effect, edge if down else -edge, down=down)
        rows.append(found | {"probability": probability, "reason": ""})
    return pd.DataFrame(rows)


def _shared_years(panel: pd.DataFrame, indicators: list[str]) -> pd.DataFrame:
    national = panel[panel["level"].eq("national") & panel["indicator_id"].isin(indicators)]
    hits = national.pivot_table(index="year", columns="indicator_id", values="hit", aggfunc="min")
    return hits.reindex(columns=indicators).dropna()


def all_met(panel: pd.DataFrame, indicators: list[str]) -> dict[str, float]:
    """Count the nation's years in which every one of several targets was met, with a Jeffreys 95 % interval.

    Returns
    -------
    dict
        ``n`` years that have all indicators, ``hits``, ``rate_lower``, ``rate_upper``.
    """
    met = _shared_years(panel, indicators).astype(bool).all(axis=1)
    lower, upper = proportion_confint(int(met.sum()), max(len(met), 1), method="jeffreys")
    return {"n": len(met), "hits": int(met.sum()), "rate_lower": float(lower), "rate_upper": float(upper)}


def joint_hits(panel: pd.DataFrame, indicators: list[str], n_draws: int, seed: int) -> pd.DataFrame:
    """Draw how many of several targets are met in one year that they share.

    Whole years are resampled from the panel, so that the dependence between indicators is the observed one and
    never a product of marginals. A year counts if it has an error for every indicator.

    Returns
    -------
    DataFrame
        ``hits`` 0…k, ``probability``, ``years`` used, ``evidence``; without a usable year one row with ``reason``.
    """
    hits = _shared_years(panel, indicators)
    if len(hits) < 2:
        reason = f"needs years in which all of {', '.join(indicators)} have a target and an outcome"
        return pd.DataFrame([{"hits": pd.NA, "probability": np.nan, "years": len(hits), "reason": reason}])
    counts = hits.astype(int).sum(axis=1).to_numpy()
    rng = np.random.default_rng(seed)
    # Bayesian bootstrap (Rubin 1981): the years themselves are the sample
    weights = rng.dirichlet(np.ones(len(counts)), size=n_draws)
    possible = np.arange(len(indicators) + 1)
    share = weights @ (counts[:, None] == possible)
    return pd.DataFrame(
        {
            "hits": possible,
            "probability": share.mean(axis=0),
            "probability_lower": np.quantile(share, 0.1, axis=0),
            "probability_upper": np.quantile(share, 0.9, axis=0),
            "years": len(counts),
            "evidence": "base_rate",
        }
    )
