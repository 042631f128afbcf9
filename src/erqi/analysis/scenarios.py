"""The scenario model: assumptions in, joint distribution of the headline indicators out.

Closed form where possible and vectorised over draws. Every result is a *scenario*: an if-then that the reader
chose. Spreads, shares and loadings are assumptions with stated defaults, none of them estimated from one year.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr

from erqi.analysis import growth as gr
from erqi.analysis.distributions import Array, TwoPieceNormal, poisson_from_normal
from erqi.errors import InputError

SHOCK_CV = 0.5
MAX_SE = 0.005
QUANTILES = (0.1, 0.5, 0.9)
RANGES = {
    "trend_growth": (4.0, 7.0),
    "recovery_share": (0.0, 1.0),
    "parent_weight": (0.0, 1.0),
    "rebuild_va_content": (0.0, 0.5),
    "shock_2022_pp": (0.0, 4.0),
    "past_error_pp": (-3.0, 0.0),
}
"""Ends of what a reader may reasonably hold, for tornado and Shapley shares; editable."""


@dataclass(frozen=True)
class Assumptions:
    """What an economist can move. Names, units, ranges and sources: ``reports/parameters.yml``, 04_scenarios."""

    centre: str = "trend"
    trend_growth: Any = 5.1
    recovery_share: Any = 0.35
    shock_2022_pp: Any = 0.0
    shock_probability: float = 1.0
    shock_months: float = 12.0
    deflator_2022: float = 2.0
    fai_deflator_2022: float = 2.0
    cpi_2022: float = 3.0
    investment_gap_pp: float = 0.0
    project_realisation: float = 1.0
    flood_loss: float = -1.0
    rebuild_share_2022: float = 0.267
    rebuild_va_content: Any = 0.30
    revenue_buoyancy: float = 1.0
    tax_rebate_pp: float = 0.0
    income_basis: str = "real"
    around_pp: float = 0.5
    strive_counts: bool = True
    parent_weight: Any = 0.5
    past_error_pp: Any = 0.0
    pass_through: float = 1.0
    sigma_lo: float = 3.0
    sigma_hi: float = 1.2
    own_sd_pp: float = 1.0
    spread_multiple: float = 1.5
    correlation: float = 0.3
    count_sd_log: float = 0.20
    count_loading: float = 0.3

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Assumptions:
        """From a mapping that may hold more than the assumptions, such as a whole parameter model."""
        return cls(**{f.name: values[f.name] for f in fields(cls) if f.name in values})

    def differences(self, base: Assumptions) -> dict[str, Any]:
        """What differs from a baseline: the content of a preset file."""
        mine = {f.name: getattr(self, f.name) for f in fields(self)}
        return {name: value for name, value in mine.items() if value != getattr(base, name)}


@dataclass(frozen=True)
class World:
    """The facts that a scenario starts from: one document and what is known of its parent city."""

    facts: gr.Headline
    city_target: float | None = None
    flood_loss: float = 0.0

    @property
    def usable(self) -> bool:
        """The model needs growth in the reviewed year and a target for the planned one."""
        return self.facts.growth is not None and self.facts.target is not None


def world(facts: gr.Headline, series: pd.DataFrame) -> World:
    """Join the document's facts with the parent's target and the flood loss, as far as they are known."""
    city = gr.parents(facts.ref_area).get("city", "")
    goal = gr.lookup(series, city, "gdp", "growth_rate", "target", facts.plan_year)
    loss = gr.lookup(series, facts.ref_area, "flood_direct_loss", "level", "actual", facts.review_year)
    return World(facts, goal.value if goal else None, loss.value if loss else 0.0)


@lru_cache(maxsize=48)
def noise(name: str, n: int, seed: int) -> Any:
    """Standard normal draws that belong to a name: the same in every scenario (common random numbers)."""
    sequence = np.random.SeedSequence([seed, zlib.crc32(name.encode())])
    # single precision is far finer than any assumption here, and twice as fast
    draws = np.random.default_rng(sequence).standard_normal(n, dtype=np.float32)
    draws.flags.writeable = False
    return draws


def rebuilding(w: World, a: Assumptions) -> Any:
    """Growth from rebuilding, percentage points; 0 where the loss or the level of output is unknown."""
    loss, level = w.flood_loss if a.flood_loss < 0 else a.flood_loss * 1e8, w.facts.level
    return gr.rebuild_points(loss, a.rebuild_share_2022, a.rebuild_va_content, level.value if level else 0.0)


def centres(w: World, a: Assumptions) -> dict[str, float]:
    """Central growth for each of the centres that a reader may choose, per cent; a past error of 0 is no centre."""
    names = [n for n in ("target", "target_error", "trend") if n != "target_error" or a.past_error_pp or n == a.centre]
    return {name: float(centre(w, replace(a, centre=name))) for name in names}


def centre(w: World, a: Assumptions, shock: Any = None) -> Any:
    """Central growth of output under the assumptions, per cent; broadcasts over arrays of assumptions.

    ln(1+g) = ln(1+g*) + λ·gap − shock + rebuilding, or the target by choice, then
    g = (1−w)·g + w·(city target + past error).
    """
    assert w.facts.growth
    assert w.facts.target
    hit = a.shock_2022_pp * a.shock_months / 12 if shock is None else shock
    target = w.facts.target.value
    if a.centre == "trend":
        own = gr.implied_growth(a.trend_growth, a.recovery_share, w.facts.growth.value, hit, rebuilding(w, a))
    else:
        own = target + (a.past_error_pp if a.centre == "target_error" else 0.0) - hit
    if w.city_target is None:
        return own
    city = w.city_target + a.past_error_pp - hit
    return (1 - a.parent_weight) * own + a.parent_weight * city


@dataclass(frozen=True)
class Draws:
    """Joint draws of one scenario.

    Attributes
    ----------
    values : mapping of str to array, shape (n,)
        Growth in per cent or counts, by indicator.
    thresholds : mapping of str to float or array
        The value from which each target counts as met.
    counted : tuple of str
        The targets that enter joint hits (力争 only if it counts).
    """

    values: Mapping[str, Array]
    thresholds: Mapping[str, Any]
    targets: Mapping[str, float]
    counted: tuple[str, ...]
    units: Mapping[str, str]

    def hits(self) -> NDArray[np.int16]:
        """Number of counted targets met in each draw, shape (n,): joint, never a product of marginals."""
        total = np.zeros(len(next(iter(self.values.values()))), dtype=np.int16)
        for name in self.counted:
            total += self.values[name] >= self.thresholds[name]
        return total


def draws_needed(se: float = MAX_SE) -> int:
    """Draws that bring the Monte Carlo standard error of any probability down to ``se``."""
    return math.ceil(0.25 / se**2)


def simulate(w: World, a: Assumptions, n: int = 20_000, seed: int = 720) -> Draws:
    """Draw the model; at least as many draws as `MAX_SE` asks for.

    y_k = m_k + s_k (c_k·u + v_k): u the year shock common to all (two-piece normal, in points of growth), v_k
    own errors with equal correlation ρ, s_k = 1 for output and ``spread_multiple`` for the others.

    Raises
    ------
    InputError
        If the document gives no growth or no growth target.
    """
    if not w.usable:
        raise InputError(w.facts.document_id, "observations", "", "gdp growth, actual and target")
    n = max(n, draws_needed())
    z = lambda name: noise(name, n, seed)  # noqa: E731
    u = TwoPieceNormal(0.0, a.sigma_lo, a.sigma_hi).ppf(ndtr(z("year")))
    hit: Any = None
    if a.shock_2022_pp:
        size = a.shock_2022_pp * a.shock_months / 12
        # a log-normal with the stated mean and spread: positive, and monotone in its normal
        spread = np.sqrt(np.log1p(SHOCK_CV**2))
        hit = size * np.exp(spread * z("shock size") - spread**2 / 2)
        if a.shock_probability < 1:
            hit = hit * (ndtr(z("shock")) < a.shock_probability)
    middle = centre(w, a, hit)
    common, own = math.sqrt(a.correlation), math.sqrt(1 - a.correlation)

    def error(name: str, multiple: float) -> Array:
        v = a.own_sd_pp * (common * z("common") + own * z(name))
        return multiple * (u + v)

    facts, target = w.facts, w.facts.target
    assert target
    output = middle + error("gdp", 1.0)
    values: dict[str, Array] = {"gdp": output}
    limits: dict[str, Any] = {"gdp": target.threshold(a.around_pp)}
    drift = a.pass_through * (middle - target.value)
    for name, fact in facts.targets.items():
        if name in values:
            continue
        limits[name] = fact.threshold(a.around_pp)
        if name == "general_public_budget_revenue":
            nominal = np.log1p(np.maximum(output, -99) / 100) + math.log1p(a.deflator_2022 / 100)
            own_error = a.spread_multiple * a.own_sd_pp * z(name)
            values[name] = 100 * np.expm1(a.revenue_buoyancy * nominal) - a.tax_rebate_pp + own_error
        elif name == "project_investment":
            log = math.log(a.project_realisation) + a.count_sd_log * (a.count_loading * u / a.sigma_lo + 0.5 * z(name))
            values[name] = 100 * ((1 + fact.value / 100) * np.exp(log) - 1)
        else:
            # these two are nominal: prices other than the default move them, the plan's own being unstated
            prices = {
                "fixed_asset_investment": a.investment_gap_pp + a.fai_deflator_2022 - Assumptions.fai_deflator_2022,
                "retail_sales": a.cpi_2022 - Assumptions.cpi_2022,
            }
            middle_k = fact.value + drift + prices.get(name, 0.0)
            values[name] = middle_k + error(name, a.spread_multiple)
    if facts.income_in_step:
        lift = a.cpi_2022 if a.income_basis == "nominal" else 0.0
        values["resident_income"] = output + lift + a.own_sd_pp * z("resident_income")
        limits["resident_income"] = output - a.around_pp
    for name, (done, due) in facts.counts.items():
        log = a.count_sd_log * (a.count_loading * u / a.sigma_lo + z(name) * (1 - a.count_loading**2) ** 0.5)
        values[name] = poisson_from_normal(done.value * np.exp(log), z(name + " count"))
        limits[name] = due.value
    goals = {name: fact.value for name, fact in facts.targets.items()}
    goals |= {name: due.value for name, (_, due) in facts.counts.items()}
    goals |= {"resident_income": gr.NAN} if facts.income_in_step else {}
    soft = {n for n, f in facts.targets.items() if f.commitment == "strive"}
    soft |= {n for n, (_, due) in facts.counts.items() if due.commitment == "strive"}
    counted = tuple(name for name in values if name in goals and (a.strive_counts or name not in soft))
    units = dict.fromkeys(values, "%") | {name: due.unit for name, (_, due) in facts.counts.items()}
    return Draws(values, limits, goals, counted, units)


def summary(d: Draws) -> pd.DataFrame:
    """One row per indicator: target, mean, quantiles, P(hit) with its Monte Carlo error, expected shortfall.

    Returns
    -------
    DataFrame
        item, unit, target, mean, p10, p50, p90, p_hit, mc_se, shortfall (E[(T−y)₊]), evidence.
    """
    lines = []
    for name, y in d.values.items():
        p = float(np.mean(y >= d.thresholds[name]))
        low, mid, high = np.quantile(y, QUANTILES)
        lines.append(
            {
                "item": name,
                "unit": d.units[name],
                "target": d.targets.get(name, gr.NAN),
                "mean": float(y.mean()),
                "p10": float(low),
                "p50": float(mid),
                "p90": float(high),
                "p_hit": p,
                "mc_se": math.sqrt(p * (1 - p) / len(y)),
                "shortfall": float(np.mean(np.maximum(d.thresholds[name] - y, 0))),
                "evidence": "scenario",
            }
        )
    return pd.DataFrame(lines)


def joint(d: Draws) -> pd.DataFrame:
    """Distribution of the number of targets met together: hits, p, mc_se, evidence."""
    k, n = len(d.counted), len(d.hits())
    p = np.bincount(d.hits(), minlength=k + 1) / n
    frame = pd.DataFrame({"hits": np.arange(k + 1), "p": p, "mc_se": np.sqrt(p * (1 - p) / n)})
    return frame.assign(evidence="scenario")


def compare(
    base: Draws, other: Draws, base_summary: pd.DataFrame | None = None, other_summary: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Baseline, scenario and difference by indicator, with the error of the difference of probabilities.

    The same random numbers drive both, so the difference is the scenario's and not the dice's. Summaries that are
    already at hand save their time.

    Returns
    -------
    DataFrame
        item, unit, target, p50_ and p_hit_ of base, scenario and difference, mc_se (of the scenario's
        probability), se_difference, evidence.
    """
    tables = (base_summary, base), (other_summary, other)
    left, right = ((summary(d) if s is None else s).to_dict("records") for s, d in tables)
    lines = []
    for a, b in zip(left, right, strict=True):
        line = {name: a[name] for name in ("item", "unit", "target")}
        for name in ("p50", "p_hit"):
            line |= {f"{name}_base": a[name], f"{name}_scenario": b[name], f"{name}_difference": b[name] - a[name]}
        met = (d.values[a["item"]] >= d.thresholds[a["item"]] for d in (base, other))
        apart = np.subtract(*met, dtype=np.int8)
        line |= {"mc_se": b["mc_se"], "se_difference": float(apart.std() / math.sqrt(len(apart)))}
        lines.append(line)
    return pd.DataFrame(lines).assign(evidence="scenario")


def parameter_uncertainty(
    w: World,
    a: Assumptions,
    sd_trend: float = 0.75,
    sd_recovery: float = 0.25,
    sd_scale_log: float = 0.3,
    outer: int = 100,
    n: int = 20_000,
    seed: int = 720,
) -> pd.DataFrame:
    """Second-order Monte Carlo: how P(hit) moves when g*, λ and the year shock's size are uncertain themselves.

    Returns
    -------
    DataFrame
        item, p10, p50, p90 of P(hit) over ``outer`` draws of the assumptions, evidence.
    """
    z = [noise(f"prior {name}", outer, seed) for name in ("trend", "recovery", "scale")]
    found: dict[str, list[float]] = {}
    for trend, recovery, scale in zip(*z, strict=True):
        factor = math.exp(sd_scale_log * scale)
        one = replace(
            a,
            trend_growth=a.trend_growth + sd_trend * trend,
            recovery_share=a.recovery_share + sd_recovery * recovery,
            sigma_lo=a.sigma_lo * factor,
            sigma_hi=a.sigma_hi * factor,
        )
        d = simulate(w, one, n, seed)
        for name, y in d.values.items():
            found.setdefault(name, []).append(float(np.mean(y >= d.thresholds[name])))
    lines = [{"item": n, **dict(zip(("p10", "p50", "p90"), np.quantile(p, QUANTILES), strict=True))}
             for n, p in found.items()]  # fmt: skip
    return pd.DataFrame(lines).assign(evidence="scenario")


def belief_map(w: World, a: Assumptions, trends: Array, shares: Array) -> Array:
    """Implied growth over trend (columns) and recovery share (rows), shape (len(shares), len(trends))."""
    grid = replace(a, centre="trend", trend_growth=trends[None, :], recovery_share=shares[:, None])
    return np.broadcast_to(centre(w, grid), (len(shares), len(trends)))


def belief_lines(w: World, a: Assumptions, levels: Sequence[float], trends: Array) -> dict[float, Array]:
    """Recovery share that gives each level of growth, over the trend: the lines of the belief map, in closed form.

    Returns
    -------
    dict of float to array
        Shape of ``trends``; empty where all weight is on the city.
    """
    assert w.facts.growth
    weight = a.parent_weight if w.city_target is not None else 0.0
    if weight == 1:
        return {}
    # the centre is linear in own growth, so the city's part is what is left when own growth weighs nothing
    city = float(centre(w, replace(a, centre="target", parent_weight=1.0))) if weight else 0.0
    lift = rebuilding(w, a) - a.shock_2022_pp * a.shock_months / 12
    own = {level: (level - weight * city) / (1 - weight) for level in levels}
    width = gr.gap(trends, w.facts.growth.value)
    return {level: (gr.gap(g, 0) - gr.gap(trends, 0) - lift) / width for level, g in own.items()}


def _with(a: Assumptions, moved: Mapping[str, Any]) -> Assumptions:
    return replace(a, **moved)


def break_even(w: World, a: Assumptions) -> pd.DataFrame:
    """The recovery share and the new shock at which the centre just meets the target, all else as assumed."""
    assert w.facts.target
    goal, lines = w.facts.target.value, []
    for name, ends in (("recovery_share", (-5.0, 5.0)), ("shock_2022_pp", (-30.0, 30.0))):
        grid = np.linspace(*ends, 2001)
        miss = np.asarray(centre(w, _with(a, {name: grid}))) - goal + np.zeros_like(grid)
        cross = np.flatnonzero(np.diff(np.sign(miss)) != 0)
        at = gr.NAN
        if len(cross):
            i = cross[0]
            at = float(grid[i] - miss[i] * (grid[i + 1] - grid[i]) / (miss[i + 1] - miss[i]))
        unit = "1" if name == "recovery_share" else "pp"
        lines.append(gr.row(name, at, unit=unit, evidence="scenario", reason="" if len(cross) else "never"))
    return gr.table(lines)


def tornado(w: World, a: Assumptions, ranges: Mapping[str, tuple[float, float]] | None = None) -> pd.DataFrame:
    """Central growth at both ends of each assumption's range, widest first.

    Returns
    -------
    DataFrame
        item, low_end, high_end (the assumption), at_low, at_high, base (per cent), swing, evidence.
    """
    base, lines = float(centre(w, a)), []
    for name, (low, high) in (ranges or RANGES).items():
        one, two = (float(centre(w, _with(a, {name: end}))) for end in (low, high))
        lines.append({"item": name, "low_end": low, "high_end": high, "at_low": one, "at_high": two})
    frame = pd.DataFrame(lines).assign(base=base, evidence="scenario")
    frame["swing"] = (frame["at_high"] - frame["at_low"]).abs()
    return frame.sort_values("swing", ascending=False, ignore_index=True)


def shapley(
    w: World, a: Assumptions, ranges: Mapping[str, tuple[float, float]] | None = None, n: int = 4096, seed: int = 720
) -> pd.DataFrame:
    """Shapley shares of the variance of growth among the assumptions (uniform on their ranges) and the year shock.

    Var(E[Y|X_S]) by pick-freeze, averaged over all orders; the shares add up to 1.
    """
    bounds = dict(ranges or RANGES)
    names = [*bounds, "year_shock"]
    year = TwoPieceNormal(0.0, a.sigma_lo, a.sigma_hi)

    def draw(copy: str) -> dict[str, Array]:
        u = {name: ndtr(noise(f"shapley {copy} {name}", n, seed)) for name in names}
        return {k: year.ppf(p) if k == "year_shock" else bounds[k][0] + p * (bounds[k][1] - bounds[k][0])
                for k, p in u.items()}  # fmt: skip

    def outcome(x: Mapping[str, Array]) -> Array:
        moved = {k: v for k, v in x.items() if k != "year_shock"}
        return np.asarray(centre(w, _with(a, moved)) + x["year_shock"])

    one, two = draw("a"), draw("b")
    y, k = outcome(one), len(names)
    worth = {}
    for size in range(k + 1):
        for chosen in combinations(names, size):
            mixed = outcome({name: (one if name in chosen else two)[name] for name in names})
            worth[frozenset(chosen)] = float(np.cov(y, mixed)[0, 1]) if size else 0.0
    shares = {}
    for name in names:
        others = [s for s in worth if name not in s]
        shares[name] = sum(
            math.factorial(len(s)) * math.factorial(k - len(s) - 1) / math.factorial(k)
            * (worth[s | {name}] - worth[s])
            for s in others
        )  # fmt: skip
    total = worth[frozenset(names)]
    frame = pd.DataFrame({"item": names, "share": [shares[name] / total for name in names]})
    return frame.sort_values("share", ascending=False, ignore_index=True).assign(evidence="scenario")


def grid(w: World, presets: Mapping[str, Assumptions], n: int, seed: int) -> pd.DataFrame:
    """All presets beside the first: centre, P(growth target met), most likely number of targets met."""
    lines = []
    for name, a in presets.items():
        d = simulate(w, a, n, seed)
        s, j = summary(d).set_index("item").loc["gdp"], joint(d)
        middle = float(np.mean(np.asarray(centre(w, a))))
        more = {"share_met": float(d.hits().mean()) / max(len(d.counted), 1), "all_met": j["p"].iloc[-1]}
        lines.append({"preset": name, "centre": middle, **s[["p10", "p50", "p90", "p_hit", "mc_se"]], **more})
    return pd.DataFrame(lines).assign(evidence="scenario")


def sequence(values: str) -> Sequence[float]:
    """Numbers of a text separated by commas."""
    return [float(part) for part in values.split(",")]
