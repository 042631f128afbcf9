"""How far each target is from last year's delivery, and what may and may not be said of its chances.

Nothing here is estimated from one document. Ratios and tolerable volatilities are arithmetic, chances are scenarios
of the user's own spread, rates come from other reports. Where a method is undefined the row says why, as a key of
the catalogue in ``reason``, and how many observations would define it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from erqi.analysis.wording import with_wording

RATES = frozenset({"%", "pp", "‰"})
GROWTH = frozenset({"growth_rate", "average_growth_rate"})


def garwood(count: float, level: float = 0.95) -> tuple[float, float]:
    """Return the exact interval of a Poisson mean given one count (Garwood 1936)."""
    tail = (1 - level) / 2
    lower = float(stats.chi2.ppf(tail, 2 * count) / 2) if count > 0 else 0.0
    return lower, float(stats.chi2.ppf(1 - tail, 2 * count + 2) / 2)


def stretch(
    pairs: pd.DataFrame,
    observations: pd.DataFrame,
    lexicon: pd.DataFrame,
    indicators: pd.DataFrame | None = None,
    grades: tuple[str, ...] = ("A", "A-", "B"),
    overlap: str = "interval",
    small: float = 200.0,
) -> pd.DataFrame:
    """Set each target against last year's delivery.

    Parameters
    ----------
    pairs, observations : DataFrame
        Tables of the contract.
    lexicon : DataFrame
        ``wording_lexicon``.
    indicators : DataFrame, optional
        Codebook; where less is better, the slack is on the other side.
    grades : tuple of str
        Grades shown with a change; C and env never are, whatever is asked.
    overlap : {"interval", "low", "high"}
        Counts that may contain each other: the printed sum with its bounds, the least or the greatest reading.
    small : float
        Counts up to this one get ``chance_lower`` and ``chance_upper``: the ratio at the ends of the Garwood
        interval of the delivered count, so that 115 → 80 is not over-read.

    Returns
    -------
    DataFrame
        One row a pair: ``ratio`` = target / delivered, its bounds, ``log_ratio``, ``slack`` = how far in log the
        activity may move the wrong way, ``down`` (less is better), ``distance_share`` (of a share's way to 100 %),
        wording, ``observation_id`` of the target, ``actual_unit`` and ``target_unit`` (a pair of grade C may have
        two), ``evidence``, and ``reason`` where no ratio stands:
        ``not_comparable``, ``target_without_number``, ``grade_not_asked``, ``growth_rate``, ``not_positive``,
        ``no_change`` (the pair's rule gives none).
    """
    measures, units = (observations.set_index("observation_id")[name] for name in ("measure", "unit"))
    out = with_wording(pairs, lexicon).rename(columns={"target_observation_id": "observation_id"})
    measure = out["observation_id"].map(measures).fillna("")
    column = {"interval": "actual_value", "low": "actual_lower", "high": "actual_upper"}[overlap]
    actual = pd.to_numeric(out[column].fillna(out["actual_value"])).astype(float)
    target = pd.to_numeric(out["target_value"]).astype(float)
    reason = np.select(
        [
            out["grade"].eq("C"),
            out["grade"].eq("env") | target.isna(),
            ~out["grade"].isin(grades),
            measure.isin(GROWTH),
            ~((actual > 0) & (target > 0)),
            out["change"].isna(),
        ],
        ["not_comparable", "target_without_number", "grade_not_asked", "growth_rate", "not_positive", "no_change"],
        default="",
    )
    usable = pd.Series(reason == "", index=out.index)
    ratio = (target / actual).where(usable)
    log_ratio = pd.Series(np.log(ratio), index=out.index)
    overlaps = usable & (out["actual_upper"] > out["actual_lower"]) & ~out["unit"].isin(RATES)
    count = usable & out["unit"].isin(["1", "person"]) & (actual <= small)
    chance = np.array([garwood(n) if ok else (np.nan, np.nan) for n, ok in zip(actual, count, strict=True)])
    distance = (target - actual) / (100 - actual)
    good = pd.Series("up", index=out.index)
    if indicators is not None:
        good = out["indicator_id"].map(indicators.set_index("indicator_id")["direction"])
    down = good.eq("down")
    return out.assign(
        measure=measure,
        actual=actual,
        target=target,
        actual_unit=out["actual_observation_id"].map(units),
        target_unit=out["observation_id"].map(units),
        reason=reason,
        ratio=ratio,
        ratio_lower=(target / out["actual_upper"]).where(overlaps),
        ratio_upper=(target / out["actual_lower"]).where(overlaps),
        log_ratio=log_ratio,
        slack=log_ratio.where(down, -log_ratio),
        down=down,
        chance_lower=target / chance.reshape(-1, 2)[:, 1],
        chance_upper=target / chance.reshape(-1, 2)[:, 0],
        distance_share=distance.where(usable & out["unit"].eq("%") & (target > actual)),
        change=out["change"].where(out["grade"].isin(grades) & ~out["grade"].isin(["C", "env"])),
        evidence="arithmetic",
    )


@dataclass(frozen=True)
class Direction:
    """How many targets stand below, at and above last year's delivery; descriptive, the pairs are no sample."""

    below: int
    equal: int
    above: int
    median_ratio: float | None
    p_value: float | None


def direction(stretched: pd.DataFrame) -> Direction:
    """Count the pairs with a ratio by side and test the signs exactly (two-sided, ties left out)."""
    ratio = stretched["ratio"].dropna()
    below, above = int((ratio < 1).sum()), int((ratio > 1).sum())
    sided = below + above
    return Direction(
        below,
        len(ratio) - sided,
        above,
        float(ratio.median()) if len(ratio) else None,
        float(stats.binomtest(below, sided).pvalue) if sided else None,
    )


def tolerable_volatility(stretched: pd.DataFrame, safe_prob: float = 0.9, drift: float = 0.0) -> pd.DataFrame:
    """Give σ*, the largest yearly log s.d. at which a target is still safe: (ln(A/T) + μ) / Φ⁻¹(p).

    From P(Y ≥ T) = Φ((ln(A/T) + μ)/σ) for Y = A·exp(μ + σZ).

    Parameters
    ----------
    stretched : DataFrame
        From :func:`stretch`; shares and growth rates get a reason instead, they are not log-normal.
    safe_prob : float
        Probability that counts as safe, above 0.5.
    drift : float
        μ, common drift towards the good side, log.

    Returns
    -------
    DataFrame
        ``sigma_star``; ``sigma_star_net`` after the Poisson noise of a count, Var = A + (σA)²; where the target
        stands above delivery ``drift_needed`` = ln(T/A) instead; ``evidence`` and ``reason``.
    """
    table = stretched[stretched["ratio"].notna()].copy()
    share = table["unit"].isin(RATES)
    gap = (table["slack"] + drift).round(12)
    star = (gap / stats.norm.ppf(safe_prob)).where(~share & (gap >= 0))
    count = table["unit"].isin(["1", "person"])
    net = np.sqrt((star**2 - 1 / table["actual"]).clip(lower=0)).where(count)
    return table.assign(
        sigma_star=star,
        sigma_star_net=net,
        drift_needed=(-table["slack"]).where(~share & (gap < 0)),
        reason=np.select([share, gap < 0], ["bounded_share", "target_above_delivery"], default=""),
        evidence="arithmetic",
    )


def chance(stretched: pd.DataFrame, sigma: float, drift: float = 0.0) -> pd.DataFrame:
    """Give P(Y ≥ T) for the user's own spread σ and drift μ (log); a scenario, since σ is not in the document."""
    table = stretched[stretched["ratio"].notna() & ~stretched["unit"].isin(RATES)].copy()
    noise = (1 / table["actual"]).where(table["unit"].isin(["1", "person"]), 0.0)
    z: pd.Series = (table["slack"] + drift) / np.sqrt(sigma**2 + noise)
    return table.assign(probability=stats.norm.cdf(z), evidence="scenario", reason="")


def progress(
    pairs: pd.DataFrame,
    observations: pd.DataFrame,
    methods: pd.DataFrame,
    thresholds: tuple[float, ...] = (0.95, 0.60, 0.0),
    peers: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Put published progress methods side by side on the same pairs.

    Parameters
    ----------
    pairs, observations : DataFrame
        Tables of the contract. A published growth rate stands for two dated levels.
    methods : DataFrame
        ``progress_methods``: what each method needs, with its source.
    thresholds : tuple of float
        Classes of the pace ratio: significant, moderate, insufficient; below zero: away from the target.
    peers : DataFrame, optional
        ``reference_series`` of other areas, for a distance in units of their spread.

    Returns
    -------
    DataFrame
        One row a pair and method: ``value``, ``progress_class``, ``observations`` at hand and needed, ``peers`` at
        hand and needed, ``reason`` where the method is undefined.
    """
    measures = observations.set_index("observation_id")["measure"]
    levels = observations[observations["status"].eq("actual") & observations["measure"].eq("level")]
    levels = levels[levels["time_period"].fillna("").str.fullmatch(r"\d{4}")]
    rows = []
    for pair in pairs[pairs["target_value"].notna() & pairs["grade"].isin(["A", "A-", "B"])].to_dict("records"):
        growth = measures.get(pair["target_observation_id"]) in GROWTH
        same = levels["indicator_id"].eq(pair["indicator_id"]) & levels["unit"].eq(pair["unit"])
        dated = levels[same].drop_duplicates("time_period").set_index("time_period")["value"]
        have = 2 if growth else max(len(dated), 1)
        others = peers if peers is not None else pd.DataFrame(columns=["indicator_id", "year", "value"])
        others = others[others["indicator_id"].eq(pair["indicator_id"])]
        others = others[others["year"].astype(str).eq(pair["actual_period"])]
        for method in methods.to_dict("records"):
            name, value, reason = method["method"], float("nan"), ""
            if have < int(method["min_observations"]):
                reason = "one_observation"
            elif len(others) < int(method["min_peers"]):
                reason = "no_peers"
            elif name == "oecd":
                value = (pair["target_value"] - pair["actual_value"]) / float(others["value"].astype(float).std())
            elif name == "eurostat" and growth:
                value = pair["actual_value"] / pair["target_value"]
            elif name == "eurostat":
                value = pace(dated, pair["target_value"], pair["target_period"])
            else:
                reason = "window_too_short"
            rows.append(
                {key: pair[key] for key in ("pair_id", "label_zh", "label_en")}
                | {"observation_id": pair["target_observation_id"], "method": name, "value": value}
                | {"progress_class": _class(value, thresholds) if name == "eurostat" else "", "observations": have}
                | {"observations_needed": int(method["min_observations"]), "peers": len(others)}
                | {"peers_needed": int(method["min_peers"]), "evidence": "arithmetic", "reason": reason}
            )
    return pd.DataFrame(rows)


def pace(dated: pd.Series, target: float, target_year: str | int) -> float:
    """Return observed over required compound annual growth (Eurostat, Open SDG), from the first dated value."""
    dated = dated.sort_index()
    first, last, start, now = dated.iloc[0], dated.iloc[-1], int(dated.index[0]), int(dated.index[-1])
    if first <= 0 or last <= 0 or target <= 0 or target == first:
        return float("nan")
    observed = (last / first) ** (1 / (now - start)) - 1
    return float(observed / ((target / first) ** (1 / (int(target_year) - start)) - 1))


def _class(value: float, thresholds: tuple[float, ...]) -> str:
    names = ("significant", "moderate", "insufficient")
    return next((n for n, t in zip(names, thresholds, strict=False) if value >= t), "away" if value < 0 else "")


def hit_interval(hits: float, n: float, prior: str = "jeffreys", level: float = 0.95) -> tuple[float, float]:
    """Return the equal-tailed interval of a hit rate under a beta prior: jeffreys, uniform, or ``"a,b"``."""
    a, b = {"jeffreys": (0.5, 0.5), "uniform": (1.0, 1.0)}.get(prior) or map(float, prior.split(","))
    tail = (1 - level) / 2
    lower, upper = stats.beta.ppf([tail, 1 - tail], a + hits, b + n - hits)
    return float(lower), float(upper)


def hit_counts(series: pd.DataFrame, prior: str = "jeffreys") -> pd.DataFrame:
    """List how many provinces met their growth target, by year, with the interval of each year's rate.

    Returns
    -------
    DataFrame
        ``year``, ``hits``, ``n``, ``rate``, ``rate_lower``, ``rate_upper``; a count known as a ceiling only is a
        bound, and its interval starts at 0.
    """
    met = series[series["indicator_id"].eq("provinces_meeting_gdp_target")].set_index("year")
    out_of = series[series["indicator_id"].eq("provinces_with_gdp_outcome")].set_index("year")["value"]
    table = met.assign(hits=met["value"].astype(float), n=out_of.reindex(met.index).astype(float)).reset_index()
    bounds = np.array([hit_interval(k, n, prior) for k, n in zip(table["hits"], table["n"], strict=True)])
    ceiling = table["qualifier"].eq("at_most")
    lower, upper = bounds.reshape(-1, 2).T
    return table[["year", "hits", "n", "qualifier", "published", "source", "note"]].assign(
        rate=table["hits"] / table["n"],
        rate_lower=np.where(ceiling, 0.0, lower),
        rate_upper=upper,
        evidence=np.where(ceiling, "bound", "base_rate"),
    )


def record_rate(record: pd.DataFrame, prior: str = "jeffreys") -> pd.DataFrame:
    """Return the hit rate of one area over its years with its interval, as one row; empty without a year."""
    if record.empty:
        return pd.DataFrame(
            columns=["area", "first", "last", "hits", "n", "rate", "rate_lower", "rate_upper", "evidence"]
        )
    hits, n = int(record["hit"].sum()), len(record)
    lower, upper = hit_interval(hits, n, prior)
    ends = {"area": record["area"].iloc[0], "first": record["year"].min(), "last": record["year"].max()}
    rate = {"hits": hits, "n": n, "rate": hits / n, "rate_lower": lower, "rate_upper": upper, "evidence": "base_rate"}
    return pd.DataFrame([ends | rate])


def design_effect(size: float, icc: float) -> float:
    """Return deff = 1 + (n̄ − 1)·ICC (Kish): how many rows of one year weigh as one."""
    return 1 + (size - 1) * icc


def joint_hits(probabilities: list[float], correlation: float) -> pd.DataFrame:
    """Give the distribution of the number of targets met in one year that they share.

    One-factor normal: target k is met if √ρ·u + √(1−ρ)·v_k ≤ Φ⁻¹(p_k); u is the year. Gauss–Hermite over u, then
    the exact Poisson-binomial, so no product of marginals unless ρ = 0.

    Parameters
    ----------
    probabilities : list of float
        Marginal chances, strictly between 0 and 1.
    correlation : float
        ρ, correlation within a year, 0 ≤ ρ < 1.

    Returns
    -------
    DataFrame
        ``hits`` 0…k, ``probability``, ``evidence`` = scenario.
    """
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    limit = stats.norm.ppf(probabilities)[:, None]
    given = stats.norm.cdf((limit - np.sqrt(correlation) * nodes) / np.sqrt(1 - correlation))
    counts = np.zeros((len(probabilities) + 1, len(nodes)))
    counts[0] = 1.0
    for p in given:
        counts[1:] = counts[1:] * (1 - p) + counts[:-1] * p
        counts[0] *= 1 - p
    probability = counts @ weights / weights.sum()
    return pd.DataFrame({"hits": range(len(probability)), "probability": probability, "evidence": "scenario"})
