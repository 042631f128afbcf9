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
    "gdp",
    "industrial_va_above_scale",
    "fixed_asset_investment",
    "project_investment",
    "technical_renovation_investment",
    "retail_sales",
    "general_public_budget_revenue",
    "resident_income",
    "trade_total",
    "foreign_investment_used",
)
PARTS_OF_INVESTMENT = ("project_investment", "technical_renovation_investment")
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
    found = o[
        (o["indicator_id"] == indicator_id) & (o["measure"] == measure) & (o["status"] == status) & o["value"].notna()
    ]
    if period:
        found = found[found["time_period"].astype(str) == str(period)]
    if found.empty:
        return None
    found = found.sort_values("start", kind="stable")
    first = found.iloc[0]
    value, lower, upper, bound = first["value"], first["lower"], first["upper"], first["bound"]
    if bound == "range_end":
        ends = found[found["bound"] == "range_end"].iloc[:2]["value"]
        value = lower = ends.min()
        upper = ends.max()

    def text(name: str) -> str:
        return "" if pd.isna(first.get(name)) else str(first[name])

    return Fact(
        indicator_id,
        measure,
        status,
        float(value),
        float(value if pd.isna(lower) else lower),
        float(value if pd.isna(upper) else upper),
        text("unit"),
        text("time_period"),
        str(bound),
        text("commitment"),
        text("price_basis"),
        text("observation_id"),
    )


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
    known = sorted(observations["document_id"].astype(str).unique())
    if not document_id and len(known) > 1:
        raise InputError("observations", "document", "", "one of " + ", ".join(known))
    if document_id and document_id not in known:
        raise InputError("observations", "document", document_id, "one of " + ", ".join(known))
    o = observations[observations["document_id"] == (document_id or (known[0] if known else ""))]
    targets = o[o["status"] == "target"]
    years = targets["time_period"].astype(str).str.extract(r"^(\d{4})$")[0].dropna()
    gdp = pick(o, "gdp", "growth_rate", "target")
    own = gdp.time_period if gdp and gdp.time_period.isdigit() else ""
    plan = int(own or (years.mode().iloc[0] if len(years) else 0)) or None
    review = plan - 1 if plan else None
    found = {name: pick(o, name, "growth_rate", "target", plan or "") for name in HEADLINES}
    if not found["project_investment"]:
        found["project_investment"] = _from_levels(o, "project_investment", review, plan)
    done = o[(o["status"] == "actual") & (o["time_period"].astype(str) == str(review))]
    counts = {}
    for name in ("urban_new_jobs", "rural_labour_transfer", "public_parking_spaces", "lifts_added"):
        past, due = (pick(o, name, "level", *end) for end in (("actual", review or ""), ("target", plan or "")))
        if past and due and past.unit == due.unit and past.value > 0:
            counts[name] = (past, due)
    return Headline(
        document_id or (known[0] if known else ""),
        str(o["ref_area"].dropna().iloc[0]) if o["ref_area"].notna().any() else "",
        review,
        plan,
        pick(o, "gdp", "level", "actual", review or ""),
        pick(o, "gdp", "growth_rate", "actual", review or ""),
        {name: fact for name, fact in found.items() if fact},
        counts,
        tuple(n for n, f in found.items() if f and ((done["indicator_id"] == n) & done["value"].notna()).any()),
        bool(((targets["indicator_id"] == "resident_income") & targets["value"].isna()).any()),
    )


def _from_levels(o: pd.DataFrame, name: str, review: int | None, plan: int | None) -> Fact | None:
    """Growth that two published levels imply, with the rounding of both."""
    old = pick(o, name, "level", "actual", review or "")
    new = pick(o, name, "level", "target", plan or "")
    if not old or not new or old.unit != new.unit or old.lower <= 0:
        return None
    low, mid, high = (
        100 * (a / b - 1) for a, b in ((new.lower, old.upper), (new.value, old.value), (new.upper, old.lower))
    )
    ids = f"{old.observation_id} {new.observation_id}"
    rest = (new.bound, new.commitment, new.price_basis, ids)
    return Fact(name, "growth_rate", "target", mid, low, high, "%", new.time_period, *rest)


def row(item: str, value: float = NAN, lower: float = NAN, upper: float = NAN, **more: Any) -> dict[str, Any]:
    """One line of a result table; evidence defaults to arithmetic."""
    base = {"unit": "%", "evidence": "arithmetic", "reason": "", "observation_id": ""}
    return base | {"item": item, "value": value, "lower": lower, "upper": upper} | more


def missing(item: str, needs: str, evidence: str = "arithmetic") -> dict[str, Any]:
    """A line for what cannot be computed, with what it needs."""
    return row(item, reason=f"needs {needs}", evidence=evidence)


def table(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Rows as a result table with its fixed columns first."""
    frame = pd.DataFrame(list(rows))
    return frame[[*COLUMNS, *[c for c in frame.columns if c not in COLUMNS]]]


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
    names = {"00": "city", "0000": "province", "100000": "nation"}
    return {
        names["100000" if c == "100000" else "0000" if c.endswith("0000") else "00"]: c for c in known.parents(ref_area)
    }


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
    lv, g, t = h.level, h.growth, h.target
    rows = []
    if lv:
        span = (lv.value, lv.lower, lv.upper)
        rows.append(row("level", *span, unit=lv.unit, observation_id=lv.observation_id))
    else:
        rows.append(missing("level", "gdp level actual"))
    if g:
        rows.append(row("growth", g.value, g.lower, g.upper, observation_id=g.observation_id))
    else:
        rows.append(missing("growth", "gdp growth_rate actual"))
    if lv and g:
        back = [a / (1 + b / 100) for a, b in ((lv.value, g.value), (lv.lower, g.upper), (lv.upper, g.lower))]
        rows.append(row("level_before", *back, unit=lv.unit, observation_id=lv.observation_id))
    else:
        rows.append(missing("level_before", "gdp level actual + gdp growth_rate actual"))
    if not t and growth is None:
        return table([*rows, *(missing(i, "gdp growth_rate target") for i in ("target", "two_year"))])
    goal = t.value if growth is None and t else float(growth or 0)
    low, high = t.interval(around_pp) if t and growth is None else (goal, goal)
    oid = t.observation_id if t and growth is None else ""
    mark = "arithmetic" if growth is None else "scenario"
    rows.append(row("target", goal, low, high, evidence=mark, observation_id=oid))
    if lv:
        real = [v * (1 + x / 100) for v, x in ((lv.value, goal), (lv.lower, low), (lv.upper, high))]
        rows.append(row("level_after_real", *real, unit=lv.unit, evidence=mark, observation_id=oid))
        nominal = [v * (1 + deflator / 100) for v in real]
        rows.append(row("level_after_nominal", *nominal, unit=lv.unit, evidence="scenario"))
    if g:
        pairs = ((g.value, goal), (g.lower, low), (g.upper, high))
        average = [two_year_average(a, b) for a, b in pairs]
        rows.append(row("two_year", *average, evidence=mark, observation_id=oid))
        rows.append(row("base_effect", goal - average[0], unit="pp", evidence=mark, observation_id=oid))
    else:
        rows.append(missing("two_year", "gdp growth_rate actual"))
    return table(rows)


def recovery_shares(h: Headline, trends: Sequence[float], target: float) -> pd.DataFrame:
    """Needed recovery share λ* for each trend, with the gap it closes and how likely words would put it."""
    if not h.growth:
        return table([missing("share_needed", "gdp growth_rate actual")])
    lines = []
    for trend in trends:
        needs = float(needed_share(trend, h.growth.value, target))
        oid = h.growth.observation_id
        more: dict[str, Any] = {"trend": trend, "gap": float(gap(trend, h.growth.value)), "observation_id": oid}
        lines.append(row("share_needed", needs, unit="1", evidence="bound", **more))
    return table(lines)


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
        return table([missing("growth", "gdp growth_rate actual")]).assign(path="belief")
    beliefs = {
        "belief": (trend, share, shock, rebuild),
        "no_recovery": (trend, 0.0, 0.0, 0.0),
        "recovery": (trend, 1.0, 0.0, 0.0),
        "build_back_better": (trend, 1.25, 0.0, 0.0),
        "lower_trend": (trend - 1, 0.0, 0.0, 0.0),
    }
    lines, before = [], h.growth.value
    for name, (path, part, hit, lift) in beliefs.items():
        value = float(implied_growth(path, part, before, hit, lift))
        left = 2 * gap(trend, 0) - gap(value, 0) - gap(before, 0)
        line = row("growth", value, evidence="scenario", observation_id=h.growth.observation_id)
        line |= {"path": name, "trend": path, "share": part, "two_year": two_year_average(before, value)}
        lines.append(line | {"distance": value - target, "left": float(left)})
    return table(lines)


def against_city(h: Headline, series: pd.DataFrame, loss: float = -1.0, parent: str = "city") -> pd.DataFrame:
    """Level gap to the parent, the growth that would close it, and the size of the flood in both."""
    code = parents(h.ref_area).get(parent, "")
    own, target = h.growth, h.target

    def ref(name: str, measure: str, status: str, year: int | None, area: str = code) -> Fact | None:
        return lookup(series, area, name, measure, status, year)

    up, goal = (
        ref("gdp", "growth_rate", "actual", h.review_year),
        ref("gdp", "growth_rate", "target", h.plan_year),
    )
    rows = []
    if own and up:
        distance = 100 * ((1 + up.value / 100) / (1 + own.value / 100) - 1)
        rows.append(row("gap_to_city", distance, observation_id=own.observation_id))
    else:
        rows.append(missing("gap_to_city", f"gdp growth_rate actual {parent}" if own else "gdp growth_rate actual"))
    if own and up and goal and target:
        catch = 100 * ((1 + up.value / 100) * (1 + goal.value / 100) / (1 + own.value / 100) - 1)
        rows.append(row("catch_up", catch, observation_id=own.observation_id))
        after = 100 * (
            (1 + up.value / 100) * (1 + goal.value / 100) / ((1 + own.value / 100) * (1 + target.value / 100)) - 1
        )
        rows.append(row("gap_after_targets", after, observation_id=target.observation_id))
    else:
        rows.append(missing("catch_up", f"gdp growth_rate target {parent}"))
    size, level = ref("flood_direct_loss", "level", "actual", h.review_year), h.level
    parent_level = ref("gdp", "level", "actual", h.review_year)
    here = ref("flood_direct_loss", "level", "actual", h.review_year, h.ref_area)
    lost = 1e8 * loss if loss >= 0 else here.value if here else 0.0
    if lost and level:
        rows.append(row("loss_to_output", 100 * lost / level.value, observation_id=level.observation_id))
        if size and parent_level:
            rows.append(row("loss_to_output_city", 100 * size.value / parent_level.value))
            rows.append(row("loss_share", 100 * lost / size.value))
            rows.append(row("output_share", 100 * level.value / parent_level.value))
    else:
        rows.append(missing("loss_to_output", "flood_direct_loss level actual", "bound"))
    return table(rows)


def cascade(h: Headline, series: pd.DataFrame, around_pp: float = 0.5) -> pd.DataFrame:
    """G3: the target vector beside those of city, province and nation; amplification = own − city's."""
    areas = parents(h.ref_area)
    lines = []
    for name, fact in h.targets.items():
        own = row(name, fact.value, *fact.interval(around_pp), observation_id=fact.observation_id)
        own["reason"] = "" if name != "project_investment" else "from_levels"
        for level, code in areas.items():
            up = lookup(series, code, name, "growth_rate", "target", h.plan_year)
            own[level] = up.value if up else NAN
        own["amplification"] = own["value"] - own.get("city", NAN)
        lines.append(own)
    if not lines:
        lines.append(missing("targets", "growth_rate target"))
    return table(lines)


def ladder(h: Headline, series: pd.DataFrame) -> pd.DataFrame:
    """The growth target from nation to document, last year's growth and, where known, what came of it."""
    lines = []
    for level, code in reversed([("own", h.ref_area), *parents(h.ref_area).items()]):
        own = level == "own"
        goal = h.target if own else lookup(series, code, "gdp", "growth_rate", "target", h.plan_year)
        last = h.growth if own else lookup(series, code, "gdp", "growth_rate", "actual", h.review_year)
        later = lookup(series, code, "gdp", "growth_rate", "actual", h.plan_year)
        line = row(level, goal.value if goal else NAN, observation_id=goal.observation_id if goal else "")
        line |= {
            "last": last.value if last else NAN,
            "outcome": later.value if later else NAN,
            "about": bool(goal and goal.bound == "about"),
            "reason": "" if goal else f"needs gdp growth_rate target {level}",
        }
        lines.append(line)
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
        item, value (as printed), same_basis (nominal targets over nominal growth at the first deflator above
        0), basis, share_change_<π> (change of the ratio to nominal output for each deflator, per cent).
    """
    if not h.target or not h.target.value:
        return table([missing("ratio", "gdp growth_rate target")])
    g = h.target.value if goal is None else goal
    chosen = next((d for d in deflators if d > 0), 0.0)
    lines = []
    for name, fact in h.targets.items():
        if name == "gdp":
            continue
        nominal = fact.price_basis == "nominal"
        over = h.targets.get("fixed_asset_investment") if name in PARTS_OF_INVESTMENT else None
        below = over.value if over else g
        base = below if over or not nominal else 100 * ((1 + g / 100) * (1 + chosen / 100) - 1)
        line = row(name, fact.value / below, unit="1", observation_id=fact.observation_id)
        line |= {
            "over": over.indicator_id if over else "gdp",
            "growth": fact.value,
            "basis": fact.price_basis,
            "same_basis": fact.value / base if fact.price_basis else NAN,
            "reason": "" if fact.price_basis else "needs price_basis",
        }
        for d in deflators:
            change = 100 * ((1 + fact.value / 100) / ((1 + g / 100) * (1 + d / 100)) - 1)
            line[f"share_change_{d:g}"] = change if nominal else NAN
        if name == "fixed_asset_investment":
            line["real"] = 100 * ((1 + fact.value / 100) / (1 + fai_deflator / 100) - 1)
        lines.append(line)
    if h.income_in_step:
        # in step by definition; read as nominal, prices take their part
        real = g if income_basis == "real" else 100 * ((1 + g / 100) / (1 + cpi / 100) - 1)
        more: dict[str, Any] = {"over": "gdp", "growth": g, "basis": income_basis, "same_basis": real / g}
        lines.append(row("resident_income", 1.0, unit="1", **more))
    return table(lines or [missing("ratio", "growth_rate target")])


def bounds(h: Headline, share_low: float, share_high: float) -> pd.DataFrame:
    """G5: what the rest must do, for any admitted share of the part."""
    rows = []
    total, part = h.target, h.targets.get("industrial_va_above_scale")
    if total and part:
        ends = sorted(float(rest_growth(total.value, part.value, s)) for s in (share_low, share_high))
        rows.append(row("rest_of_economy", NAN, *ends, evidence="bound", observation_id=part.observation_id))
    else:
        rows.append(missing("rest_of_economy", "industrial_va_above_scale growth_rate target", "bound"))
    whole, project = h.targets.get("fixed_asset_investment"), h.targets.get("project_investment")
    if whole and project and project.value > 0:
        most = min(1.0, whole.value / project.value)
        line = row("projects_share_of_investment", NAN, 0.0, 100 * most, evidence="bound")
        rows.append(line | {"observation_id": whole.observation_id})
    else:
        rows.append(missing("projects_share_of_investment", "project_investment level target", "bound"))
    money = h.targets.get("general_public_budget_revenue")
    if total and money:
        floor = 100 * ((1 + money.value / 100) / (1 + total.value / 100) - 1)
        line = row("deflator_where_revenue_keeps_pace", floor, evidence="bound")
        rows.append(line | {"observation_id": money.observation_id})
    return table(rows)


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
    years = [h.review_year - 1, h.review_year, h.review_year + 1]
    code = parents(h.ref_area).get("city", "")
    up = [
        lookup(series, code, "gdp", "growth_rate", status, year)
        for status, year in (("actual", h.review_year), ("target", h.plan_year))
    ]
    paths: dict[str, tuple[list[float | None], str]] = {
        "document": ([h.growth.value, h.target.value if h.target else None], "arithmetic")
    }
    if up[0]:
        paths["city"] = ([fact.value if fact else None for fact in up], "arithmetic")
    paths |= {f"trend_{x:g}": ([x, x], "scenario") for x in trends}
    lines = []
    for name, (steps, evidence) in paths.items():
        value = 100.0
        lines.append({"series": name, "year": years[0], "value": value, "evidence": evidence})
        for year, step in zip(years[1:], steps, strict=True):
            if step is None:
                break
            value *= 1 + step / 100
            lines.append({"series": name, "year": year, "value": value, "evidence": evidence})
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
    last, goal = ((s, y) for s, y in (("actual", h.review_year), ("target", h.plan_year)))
    have = {
        "level": h.level,
        "growth": h.growth,
        "target": h.target,
        "review_headlines": h.targets and len(h.reported) == len(h.targets),
        "city_growth": lookup(series, city, "gdp", "growth_rate", *last),
        "city_targets": lookup(series, city, "gdp", "growth_rate", *goal),
        # one year of actuals never holds these, whatever the document
        "trend": None,
        "sector_shares": None,
        "deflator": None,
    }
    rows = [row(name, evidence="bound", reason=f"ledger {name}") for name, known_ in have.items() if not known_]
    return table(rows)
