"""What the report's output figures establish, and what must be believed for its growth target to come true.

Every function takes the table ``observations`` (or facts picked from it) and works for any document: what is
missing becomes a row whose ``reason`` says what it needs. Rates are in per cent, money in yuan.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from erqi.analysis import known
from erqi.analysis.distributions import TwoPieceNormal
from erqi.errors import InputError

NAN = float("nan")
HEADLINES = (
    *("gdp", "industrial_va_above_scale", "fixed_asset_investment", "project_investment"),
    *("technical_renovation_investment", "retail_sales", "general_public_budget_revenue", "resident_income"),
    *("trade_total", "foreign_investment_used"),
)
PARTS_OF_INVESTMENT = ("project_investment", "technical_renovation_investment")
COUNTS = ("urban_new_jobs", "rural_labour_transfer", "public_parking_spaces", "lifts_added")
COLUMNS = ["item", "value", "lower", "upper", "unit", "evidence", "reason", "observation_id"]


@dataclass(frozen=True)
class Fact:
    """One value of the document with the interval that its printing allows."""

    indicator_id: str
    measure: str
    status: str
    value: float
    lower: float
    upper: float
    unit: str
    time_period: str
    bound: str = "point"
    commitment: str = "none"
    price_basis: str = ""
    observation_id: str = ""

    def interval(self, around_pp: float = 0.0) -> tuple[float, float]:
        """What the words allow: ± ``around_pp`` for 左右, one side for 以上, otherwise the rounding."""
        if self.bound == "about":
            return self.value - around_pp, self.value + around_pp
        if self.bound in ("at_least", "more_than"):
            return self.value, NAN
        return self.lower, self.upper

    def threshold(self, around_pp: float = 0.0) -> float:
        """The outcome from which the target counts as met."""
        return self.value - around_pp if self.bound == "about" else self.value


@dataclass(frozen=True)
class Headline:
    """The facts of one document on which the growth and scenario chapters rest; None where it is silent."""

    document_id: str
    ref_area: str
    review_year: int | None
    plan_year: int | None
    level: Fact | None
    growth: Fact | None
    targets: Mapping[str, Fact] = field(default_factory=dict)
    counts: Mapping[str, tuple[Fact, Fact]] = field(default_factory=dict)
    reported: tuple[str, ...] = ()
    """Targets whose indicator also has a figure for the reviewed year."""
    income_in_step: bool = False
    """The document ties incomes to growth in words, without a number."""

    @property
    def target(self) -> Fact | None:
        return self.targets.get("gdp")


def pick(observations: pd.DataFrame, indicator_id: str, measure: str, status: str, period: object = "") -> Fact | None:
    """The first statement in the text about an indicator, or None.

    The two ends of a range become one fact: its value is the lower end, which is what has to be reached.
    """
    o = observations
    same = (o["indicator_id"] == indicator_id) & (o["measure"] == measure) & (o["status"] == status)
    if period:
        same &= o["time_period"].astype(str) == str(period)
    found = o[same & o["value"].notna()].sort_values("start", kind="stable")
    if found.empty:
        return None
    first = {name: "" if pd.isna(value) else value for name, value in found.iloc[0].items()}
    value, lower, upper = first["value"], first["lower"], first["upper"]
    if first["bound"] == "range_end":
        ends = found[found["bound"] == "range_end"]["value"].iloc[:2]
        value, lower, upper = ends.min(), ends.min(), ends.max()
    span: Any = (float(value if one == "" else one) for one in (value, lower, upper))
    rest = ("unit", "time_period", "bound", "commitment", "price_basis", "observation_id")
    return Fact(indicator_id, measure, status, *span, *(str(first[name]) for name in rest))


def headline(observations: pd.DataFrame, document_id: str = "") -> Headline:
    """Find the facts of one document.

    Parameters
    ----------
    observations : DataFrame
        The table ``observations``.
    document_id : str
        Empty for the only document; with several, it must be named.

    Raises
    ------
    InputError
        If there are several documents and none was named, or the one named is not there.
    """
    there = sorted(observations["document_id"].astype(str).unique())
    if document_id not in there and (document_id or len(there) > 1):
        raise InputError("observations", "document", document_id, "one of " + ", ".join(there))
    chosen = document_id or next(iter(there), "")
    o = observations[observations["document_id"] == chosen]
    targets = o[o["status"] == "target"]
    years = targets["time_period"].astype(str).str.extract(r"^(\d{4})$")[0].dropna()
    gdp = pick(o, "gdp", "growth_rate", "target")
    own = gdp.time_period if gdp and gdp.time_period.isdigit() else ""
    plan = int(own or (years.mode().iloc[0] if len(years) else 0)) or None
    before, ahead = ("actual", plan - 1 if plan else ""), ("target", plan or "")
    found = {name: pick(o, name, "growth_rate", *ahead) for name in HEADLINES}
    levels = {n: (pick(o, n, "level", *before), pick(o, n, "level", *ahead)) for n in ("project_investment", *COUNTS)}
    both = {n: (a, b) for n, (a, b) in levels.items() if a and b and a.unit == b.unit and a.value > 0}
    if not found["project_investment"] and "project_investment" in both:
        found["project_investment"] = _from_levels(*both["project_investment"])
    done = set(o[(o["status"] == "actual") & (o["time_period"].astype(str) == str(before[1]))]["indicator_id"].dropna())
    facts = {name: fact for name, fact in found.items() if fact}
    return Headline(
        chosen,
        str(next(iter(o["ref_area"].dropna()), "")),
        plan - 1 if plan else None,
        plan,
        pick(o, "gdp", "level", *before),
        pick(o, "gdp", "growth_rate", *before),
        facts,
        {name: both[name] for name in COUNTS if name in both},
        tuple(name for name in facts if name in done),
        bool(((targets["indicator_id"] == "resident_income") & targets["value"].isna()).any()),
    )


def _from_levels(old: Fact, new: Fact) -> Fact:
    """Growth that two published levels imply, with the rounding of both."""
    ends = ((new.value, old.value), (new.lower, old.upper), (new.upper, old.lower))
    span: Any = (100 * (a / b - 1) for a, b in ends)
    ids = f"{old.observation_id} {new.observation_id}"
    rest: Any = ("%", new.time_period, new.bound, new.commitment, new.price_basis, ids)
    return Fact(new.indicator_id, "growth_rate", "target", *span, *rest)


def row(item: str, values: float | Sequence[float] | None = NAN, needs: str = "", **more: Any) -> dict[str, Any]:
    """One line of a result table.

    Parameters
    ----------
    values : float, (value, lower, upper), or None
        None for what cannot be computed: the line then says what it ``needs``.
    more : mapping
        Other columns; ``of`` names the fact that the line links to. Evidence defaults to arithmetic.
    """
    of = more.pop("of", None)
    value, lower, upper = (
        (NAN,) * 3 if values is None else values if isinstance(values, Sequence) else (values, NAN, NAN)
    )
    line = {"item": item, "value": value, "lower": lower, "upper": upper, "unit": "%", "evidence": "arithmetic"}
    line |= {"reason": f"needs {needs}" if values is None else "", "observation_id": of.observation_id if of else ""}
    return line | more


def table(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Rows as a result table with its fixed columns first."""
    frame = pd.DataFrame(list(rows))
    return frame[[*COLUMNS, *[c for c in frame.columns if c not in COLUMNS]]]


def chained(*rates: float, over: Sequence[float] = ()) -> float:
    """Growth that rates make one after the other, with those in ``over`` taken out again; per cent."""
    factor = np.prod([1 + r / 100 for r in rates]) / np.prod([1 + r / 100 for r in over])
    return float(100 * (factor - 1))


def two_year_average(first: float, second: float) -> float:
    """Average yearly growth over two years, √((1+g₁)(1+g₂)) − 1, per cent."""
    return 100 * (np.sqrt((1 + first / 100) * (1 + second / 100)) - 1)


def gap(trend: Any, growth: float) -> Any:
    """Level gap to a trend path after one year, in log points × 100: ln(1+g*) − ln(1+g)."""
    return 100 * (np.log1p(np.asarray(trend) / 100) - np.log1p(growth / 100))


def needed_share(trend: Any, growth: float, target: float) -> Any:
    """Share of the gap that must be closed for the target: [ln(1+T) − ln(1+g*)]/gap.

    Conclusive given the trend g*; the trend itself is not in the document.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return gap(target, 0) / gap(trend, growth) - gap(trend, 0) / gap(trend, growth)


def implied_growth(trend: Any, share: Any, growth: float, shock: Any = 0.0, rebuild: Any = 0.0) -> Any:
    """Growth that a belief implies: ln(1+g) = ln(1+g*) + λ·gap − shock + rebuild; per cent, points."""
    logs = gap(trend, 0) + np.asarray(share) * gap(trend, growth) - shock + rebuild
    return 100 * np.expm1(logs / 100)


def rebuild_points(loss: float, share: float, content: float, level: float) -> float:
    """Growth from rebuilding in percentage points: loss · share done · local value added / output."""
    return 100 * loss * share * content / level if level > 0 else 0.0


def rest_growth(total: float, part: float, share: Any) -> Any:
    """Growth that everything outside a part must reach: (g − s·g_part)/(1 − s)."""
    share = np.asarray(share)
    return (total - share * part) / (1 - share)


def lookup(
    series: pd.DataFrame, ref_area: str, indicator_id: str, measure: str, status: str, year: int | None
) -> Fact | None:
    """The value last published in a reference series (as far as it is known: ``known.known_by``), or None."""
    if series.empty or year is None:
        return None
    wanted = {"ref_area": ref_area, "indicator_id": indicator_id, "measure": measure, "status": status}
    same = series["year"].astype(str) == str(year)
    for column, code in wanted.items():
        same &= series[column].astype(str) == code
    if not same.any():
        return None
    last = series[same].sort_values("published").iloc[-1]
    value, bound = float(last["value"]), str(last["qualifier"])
    bound = bound if bound in ("about", "at_least", "at_most", "more_than") else "point"
    return Fact(indicator_id, measure, status, value, value, value, str(last["unit"]), str(year), bound)


def parents(ref_area: str) -> dict[str, str]:
    """Codes of the areas above one by name: city, province, nation."""
    kinds = {"100000": "nation", "0000": "province", "00": "city"}
    return {next(k for end, k in kinds.items() if code.endswith(end)): code for code in known.parents(ref_area)}


def levels(h: Headline, around_pp: float, deflator: float, growth: float | None = None) -> pd.DataFrame:
    """G1 and G2: levels with their price basis, two-year average, base effect.

    Parameters
    ----------
    around_pp : float
        Half-width read into 左右, points.
    deflator : float
        Output prices in the plan year, per cent; a scenario.
    growth : float, optional
        A growth of the reader's own instead of the target.
    """
    lv, g, t = h.level, h.growth, h.target if growth is None else None
    level = (lv.value, lv.lower, lv.upper) if lv else None
    last = (g.value, g.lower, g.upper) if g else None
    goal = (t.value, *t.interval(around_pp)) if t else None if growth is None else (growth,) * 3
    said: dict[str, Any] = {"evidence": "arithmetic" if growth is None else "scenario", "of": t}
    no_level, no_growth, no_goal = (
        f"gdp {what}" for what in ("level actual", "growth_rate actual", "growth_rate target")
    )
    unit: dict[str, Any] = {"unit": "CNY"}
    # the widest interval divides by the other end of the growth
    ends = zip(level, (last[0], last[2], last[1]), strict=True) if level and last else None
    back = [a / (1 + b / 100) for a, b in ends] if ends else None
    real = [a * (1 + b / 100) for a, b in zip(level, goal, strict=True)] if level and goal else None
    average = [two_year_average(a, b) for a, b in zip(last, goal, strict=True)] if last and goal else None
    needs_two = no_growth if goal else no_goal
    return table(
        [
            row("level", level, no_level, **unit, of=lv),
            row("growth", last, no_growth, of=g),
            row("level_before", back, f"{no_level} + {no_growth}", **unit, of=lv),
            row("target", goal, no_goal, **said),
            row("level_after_real", real, no_level if goal else no_goal, **unit, **said),
            row("level_after_nominal", real and [v * (1 + deflator / 100) for v in real],
                no_level if goal else no_goal, **unit, evidence="scenario"),
            row("two_year", average, needs_two, **said),
            row("base_effect", goal[0] - average[0] if goal and average else None, needs_two, unit="pp", **said),
        ]
    )  # fmt: skip


def recovery_shares(h: Headline, trends: Sequence[float], target: float) -> pd.DataFrame:
    """Needed recovery share λ* for each trend, with the level gap that is to be closed."""
    if not h.growth:
        return table([row("share_needed", None, "gdp growth_rate actual")])
    g: float = h.growth.value
    more: dict[str, Any] = {"unit": "1", "evidence": "bound", "of": h.growth}
    needs = ((x, float(needed_share(x, g, target)), float(gap(x, g))) for x in trends)
    return table(row("share_needed", share, trend=x, gap=width, **more) for x, share, width in needs)


def recovery_paths(
    h: Headline, trend: float, share: float, target: float, shock: float = 0.0, rebuild: float = 0.0
) -> pd.DataFrame:
    """G7: the reader's belief beside the textbook paths after a disaster, each as growth in the plan year.

    Returns
    -------
    DataFrame
        path, trend, share, value (growth), two_year, distance (points to the target), left (level gap to the
        trend path after the plan year, log points).
    """
    if not h.growth:
        return table([row("growth", None, "gdp growth_rate actual", path="belief")])
    paths = {"no_recovery": (trend, 0.0), "recovery": (trend, 1.0), "build_back_better": (trend, 1.25)}
    beliefs = {"belief": (trend, share, shock, rebuild)}
    beliefs |= {name: (*path, 0.0, 0.0) for name, path in (paths | {"lower_trend": (trend - 1, 0.0)}).items()}
    lines, before = [], h.growth.value
    for name, (path, part, hit, lift) in beliefs.items():
        value = float(implied_growth(path, part, before, hit, lift))
        more: dict[str, Any] = {"path": name, "trend": path, "share": part, "two_year": two_year_average(before, value)}
        more |= {"distance": value - target, "left": float(2 * gap(trend, 0) - gap(value, 0) - gap(before, 0))}
        lines.append(row("growth", value, evidence="scenario", of=h.growth, **more))
    return table(lines)


def against_city(h: Headline, series: pd.DataFrame, loss: float = -1.0) -> pd.DataFrame:
    """Level gap to the parent city, the growth that would close it, and the size of the flood in both.

    Parameters
    ----------
    loss : float
        Direct loss in 100 million yuan; below 0 the reference series is asked.
    """
    city, own, target, level = parents(h.ref_area).get("city", ""), h.growth, h.target, h.level
    up = lookup(series, city, "gdp", "growth_rate", "actual", h.review_year)
    goal = lookup(series, city, "gdp", "growth_rate", "target", h.plan_year)
    output = lookup(series, city, "gdp", "level", "actual", h.review_year)
    size, here = (
        lookup(series, area, "flood_direct_loss", "level", "actual", h.review_year) for area in (city, h.ref_area)
    )
    lost = 1e8 * loss if loss >= 0 else here.value if here else 0.0
    no_city = "gdp growth_rate actual city" if own else "gdp growth_rate actual"
    no_goal = "gdp growth_rate target city" if own and up else no_city
    rows = [
        row("gap_to_city", chained(up.value, over=[own.value]) if own and up else None, no_city, of=own),
        row(
            "catch_up",
            chained(up.value, goal.value, over=[own.value]) if own and up and goal else None,
            no_goal,
            of=own,
        ),
    ]
    if own and up and goal and target:
        after = chained(up.value, goal.value, over=[own.value, target.value])
        rows.append(row("gap_after_targets", after, of=target))
    blow = 100 * lost / level.value if lost and level else None
    rows.append(row("loss_to_output", blow, "flood_direct_loss level actual", of=level))
    if lost and level and size and output:
        rows.append(row("loss_to_output_city", 100 * size.value / output.value))
        rows.append(row("loss_share", 100 * lost / size.value))
        rows.append(row("output_share", 100 * level.value / output.value))
    return table(rows)


def cascade(h: Headline, series: pd.DataFrame, around_pp: float = 0.5) -> pd.DataFrame:
    """G3: the target vector beside those of city, province and nation; amplification = own − city's."""
    lines = []
    for name, fact in h.targets.items():
        above = {
            k: lookup(series, c, name, "growth_rate", "target", h.plan_year) for k, c in parents(h.ref_area).items()
        }
        more: dict[str, Any] = {level: up.value if up else NAN for level, up in above.items()}
        more["amplification"] = fact.value - more.get("city", NAN)
        more["reason"] = "from_levels" if " " in fact.observation_id else ""
        lines.append(row(name, (fact.value, *fact.interval(around_pp)), of=fact, **more))
    return table(lines or [row("targets", None, "growth_rate target")])


def ladder(h: Headline, series: pd.DataFrame) -> pd.DataFrame:
    """The growth target from nation to document, last year's growth and, where known, what came of it."""
    lines = []
    for level, code in reversed([("own", h.ref_area), *parents(h.ref_area).items()]):
        ends = (("target", h.plan_year), ("actual", h.review_year), ("actual", h.plan_year))
        goal, last, later = (lookup(series, code, "gdp", "growth_rate", *end) for end in ends)
        goal, last = (h.target, h.growth) if level == "own" else (goal, last)
        more: dict[str, Any] = {"last": last.value if last else NAN, "outcome": later.value if later else NAN}
        more["about"] = bool(goal and goal.bound == "about")
        lines.append(row(level, goal.value if goal else None, f"gdp growth_rate target {level}", of=goal, **more))
    return table(lines)


def ratios(
    h: Headline,
    deflators: Sequence[float],
    fai_deflator: float,
    goal: float | None = None,
    income_basis: str = "real",
    cpi: float = 0.0,
) -> pd.DataFrame:
    """G4: each target over the growth target as printed, and on one price basis. Not elasticities.

    Returns
    -------
    DataFrame
        item, value (as printed), over (what it is divided by), same_basis (nominal targets over nominal growth at
        the first deflator above 0), basis, real (the target without its prices), share_change_<π> (change of the
        ratio to nominal output for each deflator, per cent).
    """
    if not h.target or not h.target.value:
        return table([row("ratio", None, "gdp growth_rate target")])
    g = h.target.value if goal is None else goal
    chosen = next((d for d in deflators if d > 0), 0.0)
    prices = dict.fromkeys(("fixed_asset_investment", *PARTS_OF_INVESTMENT), fai_deflator) | {"retail_sales": cpi}
    lines = []
    for name, fact in h.targets.items():
        if name == "gdp":
            continue
        nominal = fact.price_basis == "nominal"
        over = h.targets.get("fixed_asset_investment") if name in PARTS_OF_INVESTMENT else None
        below = over.value if over else g
        base = chained(g, chosen) if nominal and not over else below
        more: dict[str, Any] = {"over": over.indicator_id if over else "gdp", "growth": fact.value}
        more |= {"basis": fact.price_basis, "same_basis": fact.value / base if fact.price_basis else NAN}
        more["real"] = chained(fact.value, over=[prices.get(name, chosen)]) if nominal else NAN
        changes: dict[str, Any] = {
            f"share_change_{d:g}": chained(fact.value, over=[g, d]) if nominal else NAN for d in deflators
        }
        more["reason"] = "" if fact.price_basis else "needs price_basis"
        lines.append(row(name, fact.value / below, unit="1", of=fact, **more, **changes))
    if h.income_in_step:
        # in step by definition; read as nominal, prices take their part
        real = g if income_basis == "real" else chained(g, over=[cpi])
        more = {"over": "gdp", "growth": g, "basis": income_basis, "same_basis": real / g, "real": real}
        lines.append(row("resident_income", 1.0, unit="1", **more))
    return table(lines or [row("ratio", None, "growth_rate target")])


def bounds(h: Headline, share_low: float, share_high: float) -> pd.DataFrame:
    """G5: what the rest must do, for any admitted share of the part."""
    total, part = h.target, h.targets.get("industrial_va_above_scale")
    whole, project = h.targets.get("fixed_asset_investment"), h.targets.get("project_investment")
    money = h.targets.get("general_public_budget_revenue")
    mark: dict[str, Any] = {"evidence": "bound"}
    rest = most = None
    if total and part:
        rest = (NAN, *sorted(float(rest_growth(total.value, part.value, s)) for s in (share_low, share_high)))
    if whole and project and project.value > 0:
        most = (NAN, 0.0, 100 * min(1.0, whole.value / project.value))
    keeps = chained(money.value, over=[total.value]) if total and money else None
    return table(
        [
            row("rest_of_economy", rest, "industrial_va_above_scale growth_rate target", of=part, **mark),
            row("projects_share_of_investment", most, "project_investment level target", of=whole, **mark),
            row("deflator_where_revenue_keeps_pace", keeps, "general_public_budget_revenue growth_rate target",
                of=money, **mark),
        ]
    )  # fmt: skip


def contributions(sectors: pd.DataFrame) -> pd.DataFrame:
    """Exact contributions Σ sᵢgᵢ from a plug-in table of sector, share (0–1) and growth (%)."""
    lacking = {"sector", "share", "growth"} - set(sectors.columns)
    if lacking:
        raise InputError("sector shares", "column", ", ".join(sorted(lacking)), "sector, share, growth")
    if abs(sectors["share"].sum() - 1) > 0.005:
        raise InputError("sector shares", "share", sectors["share"].sum(), "shares that add up to 1")
    parts = sectors["share"] * sectors["growth"]
    rows = [row(str(s), float(v), unit="pp") for s, v in zip(sectors["sector"], parts, strict=True)]
    return table([*rows, row("total", float(parts.sum()), unit="pp")])


def index_paths(h: Headline, trends: Sequence[float], series: pd.DataFrame) -> pd.DataFrame:
    """Volume of output with the year before the review = 100: document, trends, parent city.

    Returns
    -------
    DataFrame
        series, year, value, evidence; empty where the document gives no growth for the reviewed year.
    """
    if not h.growth or not h.review_year:
        return pd.DataFrame(columns=["series", "year", "value", "evidence"])
    city, start = parents(h.ref_area).get("city", ""), h.review_year - 1
    ends = (("actual", h.review_year), ("target", h.plan_year))
    steps = {
        "document": [h.growth, h.target],
        "city": [lookup(series, city, "gdp", "growth_rate", *end) for end in ends],
    }
    paths: dict[str, list[float]] = {f"trend_{x:g}": [x, x] for x in trends}
    for name, facts in steps.items():
        paths[name] = [fact.value for fact in (facts if facts[0] else []) if fact]
    lines = [
        {"series": name, "year": start + k, "value": 100 + chained(*rates[:k]),
         "evidence": "scenario" if name.startswith("trend") else "arithmetic"}
        for name, rates in paths.items() if rates for k in range(len(rates) + 1)
    ]  # fmt: skip
    return pd.DataFrame(lines)


def fan(
    centres: Mapping[str, float], below: float, above: float, levels: Sequence[float], target: float
) -> pd.DataFrame:
    """Bands of a two-piece normal for each centre that a reader may choose, and P(growth ≥ target).

    Returns
    -------
    DataFrame
        centre, mode, mean, level (per cent), lower, upper, p_target, evidence: one row per centre and level.
    """
    lines = []
    for name, mode in centres.items():
        shape = TwoPieceNormal(mode, below, above)
        base = {"centre": name, "mode": mode, "mean": float(shape.mean), "evidence": "scenario"}
        base["p_target"] = 1 - float(shape.cdf(target))
        for level in levels:
            low, high = shape.ppf([0.5 - level / 200, 0.5 + level / 200])
            lines.append(base | {"level": level, "lower": float(low), "upper": float(high)})
    return pd.DataFrame(lines)


def not_known(h: Headline, series: pd.DataFrame) -> pd.DataFrame:
    """G8: what document and known series leave open; ``reason`` is the key of what would close it."""
    city = parents(h.ref_area).get("city", "")
    have: dict[str, object] = {"level": h.level, "growth": h.growth, "target": h.target}
    have["review_headlines"] = h.targets and len(h.reported) == len(h.targets)
    have["city_growth"] = lookup(series, city, "gdp", "growth_rate", "actual", h.review_year)
    have["city_targets"] = lookup(series, city, "gdp", "growth_rate", "target", h.plan_year)
    # one year of actuals never holds these, whatever the document
    have |= dict.fromkeys(("trend", "sector_shares", "deflator"))
    return table(row(name, evidence="bound", reason=f"ledger {name}") for name, there in have.items() if not there)
