"""Back-test of probabilities for official targets with proper scores.

Every model forecasts the error of a target (outcome minus target) as a located and scaled Student t; a normal is
the t with infinite degrees of freedom. Models are fitted for each indicator on other years only, since rows of one
year share its shock. Scores: Gneiting and Raftery (2007); CORP: Dimitriadis, Gneiting and Jordan (2021).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import scoringrules as sr
from scipy import stats
from scipy.optimize import isotonic_regression

from erqi.analysis import base_rates
from erqi.analysis.base_rates import distance, with_errors

MIN_YEARS = 3
MIN_ROWS = 5
_USED = [
    *("pair_id", "year", "level", "indicator_id", "measure", "unit", "target", "outcome", "previous"),
    *("parent_target", "error", "tolerance", "down", "hit"),
]
Forecast = tuple[np.ndarray, np.ndarray, np.ndarray]


def _constant(rows: pd.DataFrame, location: Any, scale: Any, df: float = np.inf) -> Forecast:
    n = len(rows)
    return np.broadcast_to(location, n), np.broadcast_to(scale, n), np.broadcast_to(df, n)


def _rmse(train: pd.DataFrame) -> float:
    return float(np.sqrt((train["error"] ** 2).mean()))


def _year_effect(train: pd.DataFrame, test: pd.DataFrame) -> Forecast:
    effect = base_rates.year_effect(train)
    return _constant(test, effect.mean, effect.scale, effect.df)


def _target_past_error(train: pd.DataFrame, test: pd.DataFrame) -> Forecast:
    return _constant(test, 0.0, _rmse(train))


def _last_outcome(train: pd.DataFrame, test: pd.DataFrame) -> Forecast:
    change = distance(train["outcome"], train["previous"], train["unit"])
    location = distance(test["previous"], test["target"], test["unit"])
    return _constant(test, location, change.std())


def _climatology(train: pd.DataFrame, test: pd.DataFrame) -> Forecast:
    rates = train.loc[train["unit"].eq("%"), "outcome"]
    location = (rates.mean() - test["target"]).where(test["unit"].eq("%"))
    return _constant(test, location, rates.std() if len(rates) > 1 else np.nan)


def _parent_target(train: pd.DataFrame, test: pd.DataFrame) -> Forecast:
    location = (test["parent_target"] - test["target"]).where(test["unit"].eq("%"))
    return _constant(test, location, _rmse(train))


def _mean_error(train: pd.DataFrame, test: pd.DataFrame) -> Forecast:
    return _constant(test, train["error"].mean(), train["error"].std())


MODELS: dict[str, Callable[[pd.DataFrame, pd.DataFrame], Forecast]] = {
    "year_effect": _year_effect,
    "B1_target_past_rmse": _target_past_error,
    "B2_last_outcome": _last_outcome,
    "B3_climatology": _climatology,
    "B4_parent_target": _parent_target,
    "B5_mean_error": _mean_error,
}


def with_parents(panel: pd.DataFrame) -> pd.DataFrame:
    """Add ``parent_target``: the national target of the same year and indicator; empty for the nation itself."""
    nation = panel[panel["level"].eq("national")].drop_duplicates(["year", "indicator_id", "measure"])
    key = ["year", "indicator_id", "measure"]
    parent = panel[key].merge(nation[[*key, "target"]], on=key, how="left")["target"].to_numpy()
    return panel.assign(parent_target=np.where(panel["level"].eq("national"), np.nan, parent))


def splits(panel: pd.DataFrame, scheme: str) -> Iterator[tuple[int, pd.DataFrame, pd.DataFrame]]:
    """Yield (year, train, test): ``leave_one_year_out`` or ``rolling_origin``; random splits are not offered."""
    for year in sorted(panel["year"].unique()):
        other = panel["year"] < year if scheme == "rolling_origin" else panel["year"] != year
        yield int(year), panel[other], panel[panel["year"] == year]


def backtest(
    panel: pd.DataFrame,
    scheme: str = "leave_one_year_out",
    around_pp: float = 0.0,
    levels: tuple[float, ...] = (0.5, 0.8, 0.9),
) -> pd.DataFrame:
    """Score every model on every row that it can forecast.

    Parameters
    ----------
    panel : DataFrame
        Rows of ``target_outcomes``.
    scheme : {"leave_one_year_out", "rolling_origin"}
    around_pp : float
        Tolerance of 左右 for the hit, see :func:`erqi.analysis.base_rates.with_errors`.
    levels : tuple of float
        Central intervals whose coverage is scored; that of 80 % always is.

    Returns
    -------
    DataFrame
        One row for each model and panel row: ``crps``, ``log_score`` (nats), ``brier``, ``interval_score_80``,
        ``covered_50`` and so on by level, ``pit`` (mid-point over the outcome's rounding), ``probability``,
        ``hit``. Empty where no indicator has `MIN_YEARS` other years and `MIN_ROWS` rows in them.
    """
    panel = with_parents(with_errors(panel, around_pp)).reset_index(drop=True)[_USED]
    parts = []
    for _, rows in panel.groupby(["indicator_id", "measure"], observed=True):
        for year, train, test in splits(rows, scheme):
            if train["year"].nunique() < MIN_YEARS or len(train) < MIN_ROWS:
                continue
            for model, forecast in MODELS.items():
                location, scale, df = (np.asarray(part, float) for part in forecast(train, test))
                parts += list(
                    zip(test.index, [model] * len(test), [year] * len(test), location, scale, df, strict=True)
                )
    # scored in one piece: frames and distributions for each year and model cost more than the scores
    forecasts = pd.DataFrame(parts, columns=["row", "model", "held_out", "location", "scale", "df"])
    return _score(forecasts.join(panel, on="row"), levels) if parts else pd.DataFrame()


def _score(rows: pd.DataFrame, levels: tuple[float, ...] = ()) -> pd.DataFrame:
    location, scale, df = (rows[name].to_numpy(float) for name in ("location", "scale", "df"))
    usable = np.isfinite(location) & np.isfinite(scale) & (scale > 0) & rows["error"].notna().to_numpy()
    rows, location, scale, df = rows[usable], location[usable], scale[usable], df[usable]
    error = rows["error"].to_numpy(float)
    dist = stats.t(df, location, scale)
    normal = np.isinf(df)
    finite = np.where(normal, 2.0, df)
    crps = np.where(
        normal,
        sr.crps_normal(error, location, scale),
        sr.crps_t(error, np.maximum(finite, 1.01), location, scale),
    )
    edge = np.where(rows["down"], rows["tolerance"], -rows["tolerance"])
    probability = np.where(rows["down"], dist.cdf(edge), dist.sf(edge))
    out = rows[["pair_id", "year", "level", "indicator_id", "error", "hit", "model", "held_out"]].assign(
        crps=crps,
        log_score=-dist.logpdf(error),
        probability=probability,
        brier=(probability - rows["hit"].astype(float)) ** 2,
        interval_score_80=sr.interval_score(error, dist.ppf(0.1), dist.ppf(0.9), 0.2),
        pit=(dist.cdf(error - 0.05) + dist.cdf(error + 0.05)) / 2,
    )
    for level in sorted({*levels, 0.8}):
        tail = (1 - level) / 2
        out[f"covered_{100 * level:.0f}"] = (error >= dist.ppf(tail)) & (error <= dist.ppf(1 - tail))
    return out.reset_index(drop=True)


def summary(scores: pd.DataFrame, by: list[str] | None = None) -> pd.DataFrame:
    """Average the scores over rows that every model could forecast, so that all are judged on the same ones.

    Returns
    -------
    DataFrame
        One row for each model (and class in ``by``), with ``skill`` = 1 − CRPS / CRPS of B1, ``n`` and ``years``.
        B2 and B4 need a previous outcome and a parent's target: they are compared on their own rows against B1,
        in ``skill`` too.
    """
    by = by or []
    base = scores[scores["model"].eq("B1_target_past_rmse")].set_index("pair_id")["crps"]
    scores = scores.assign(base=scores["pair_id"].map(base))
    table = (
        scores.groupby(["model", *by], observed=True)
        .agg(
            n=("crps", "size"),
            years=("year", "nunique"),
            crps=("crps", "mean"),
            base=("base", "mean"),
            log_score=("log_score", "mean"),
            brier=("brier", "mean"),
            interval_score_80=("interval_score_80", "mean"),
            **{str(name): (name, "mean") for name in scores if str(name).startswith("covered_")},
            mean_pit=("pit", "mean"),
        )
        .reset_index()
    )
    return table.assign(skill=1 - table["crps"] / table["base"], evidence="base_rate").drop(columns="base")


def corp(probability: np.ndarray, hit: np.ndarray) -> dict[str, float]:
    """Decompose the Brier score into miscalibration, discrimination and uncertainty by isotonic regression.

    Returns
    -------
    dict
        ``score`` = ``MCB`` − ``DSC`` + ``UNC``.
    """
    probability, hit = np.asarray(probability, float), np.asarray(hit, float)
    recalibrated = reliability_curve(probability, hit)["recalibrated"].to_numpy()
    order = np.argsort(probability, kind="stable")
    score = float(np.mean((probability - hit) ** 2))
    best = float(np.mean((recalibrated - hit[order]) ** 2))
    uncertainty = float(np.mean((hit.mean() - hit) ** 2))
    return {"score": score, "MCB": score - best, "DSC": uncertainty - best, "UNC": uncertainty}


def reliability_curve(probability: np.ndarray, hit: np.ndarray) -> pd.DataFrame:
    """Return forecast and recalibrated probabilities in order (pool-adjacent-violators, ties pooled)."""
    frame = pd.DataFrame({"probability": np.asarray(probability, float), "hit": np.asarray(hit, float)})
    frame = frame.sort_values("probability", kind="stable", ignore_index=True)
    pooled = frame.groupby("probability")["hit"].agg(["mean", "size"])
    fit = isotonic_regression(pooled["mean"].to_numpy(), weights=pooled["size"].to_numpy(float)).x
    return frame.assign(recalibrated=frame["probability"].map(dict(zip(pooled.index, fit, strict=True))))


def pit_histogram(scores: pd.DataFrame, bins: int = 10) -> pd.DataFrame:
    """Count the PIT of the year-effect model in equal bins.

    Returns
    -------
    DataFrame
        ``left``, ``right``, ``count``, ``expected``, ``lower``, ``upper``: the last two bound the counts of a
        calibrated model in 95 % of cases if rows were independent. Rows share years, so they swing wider.
    """
    pit = scores.loc[scores["model"].eq("year_effect"), "pit"].to_numpy(float)
    count, edges = np.histogram(pit, bins=bins, range=(0, 1))
    lower, upper = stats.binom.interval(0.95, len(pit), 1 / bins)
    table = pd.DataFrame({"left": edges[:-1], "right": edges[1:], "count": count})
    return table.assign(expected=len(pit) / bins, lower=lower, upper=upper, evidence="base_rate")


def gate(panel: pd.DataFrame) -> pd.DataFrame:
    """Decide whether the year-effect model may be published.

    Three conditions (METHODS, acceptance): by held-out year the 80 % interval covers between 60 % and 100 %;
    its miscalibration is not larger than that of B1; no benchmark is better on mean CRPS by more than 10 %.
    A year with fewer than 5 rows is counted with its neighbours as one pool, since its coverage is 0 or 1 by luck.

    Returns
    -------
    DataFrame
        ``condition``, ``value``, ``limit``, ``passed``; empty where nothing can be scored.
    """
    scores = backtest(panel)
    if scores.empty:
        return pd.DataFrame(columns=["condition", "value", "limit", "passed", "evidence"])
    ours = scores[scores["model"].eq("year_effect")]
    sizes = ours["held_out"].map(ours["held_out"].value_counts())
    pool = ours["held_out"].astype(str).where(sizes >= 5, "years with fewer than 5 rows")
    covered = ours.groupby(pool)["covered_80"].mean()
    table = summary(scores).set_index("model")
    ours_mcb = corp(ours["probability"].to_numpy(), ours["hit"].to_numpy())["MCB"]
    naive = scores[scores["model"].eq("B1_target_past_rmse")]
    naive_mcb = corp(naive["probability"].to_numpy(), naive["hit"].to_numpy())["MCB"]
    rows = [
        ("coverage_80_lowest_year", covered.min(), 0.6, covered.min() >= 0.6),
        ("coverage_80_highest_year", covered.max(), 1.0, covered.max() <= 1.0),
        ("miscalibration", ours_mcb, naive_mcb, ours_mcb <= naive_mcb),
    ]
    for model in table.index.drop("year_effect"):
        rival = scores[scores["model"].eq(model)].set_index("pair_id")["crps"]
        same = ours.set_index("pair_id")["crps"].reindex(rival.index)
        ratio = float(rival.mean() / same.mean())
        rows.append((f"crps_ratio_{model}", ratio, 0.9, ratio >= 0.9))
    return pd.DataFrame(rows, columns=["condition", "value", "limit", "passed"]).assign(evidence="base_rate")
