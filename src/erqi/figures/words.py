"""Results into sentences: what a notebook says about feasibility, environment and the audit, from the catalogues."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from erqi.figures.environment import CLASSES, indicator_name
from erqi.figures.labels import Translator, date, missing, number, period, remark, say
from erqi.figures.tables import Column, Shown, show


def listed(names: list[str], t: Translator) -> str:
    """Join names as a list of the language; none is said as such."""
    return ("、" if t.lang == "zh" else ", ").join(names) or t("none")


def _joined(sentences: list[str], t: Translator) -> str:
    return ("；" if t.lang == "zh" else "; ").join(sentences)


def named(table: pd.DataFrame, indicators: pd.DataFrame, t: Translator) -> pd.DataFrame:
    """Add the column ``indicator``: the codebook's name, the catalogue's where the codebook has none."""
    names = indicators.set_index("indicator_id")[f"name_{t.lang}"].to_dict()
    own = {code: t(f"called.{code}") for code in set(table["indicator_id"]) if t.has(f"called.{code}")}
    return table.assign(indicator=table["indicator_id"].map(names | own).fillna(table["indicator_id"]))


def stamps(t: Translator, until: Any, refused: int, hindsight: bool, year_effect: bool = True) -> list[Any]:
    """Say on which information date the page stands, and stamp it where later data were let in."""
    told = [] if year_effect else [say(t, "no_year_effect")]
    key = "hindsight" if hindsight else "information_date"
    return [*told, say(t, key, date=date(until, t.lang), refused=refused)]


# feasibility


def stretch(stretched: pd.DataFrame, found: Any, soft: bool, t: Translator) -> list[Any]:
    """Say how targets stand to last year's delivery: counts by side, the extremes, and what chance would give."""
    rows = stretched[stretched["ratio"].notna()].sort_values("ratio")
    label = f"label_{t.lang}"
    ends = [f"{row[label]} {number(row['ratio'], t.lang, 2)}" for row in rows.to_dict("records")]
    shape = t("stretch.shape", top=listed(ends[::-1][:2], t), bottom=listed(ends[:2], t))
    words = {"below": found.below, "equal": found.equal, "above": found.above, "n": len(rows)}
    words |= {"median": number(found.median_ratio, t.lang, 3), "p": number(found.p_value, t.lang, 2)}
    told = [say(t, "stretch.say", **words, shape="" if soft else t("stretch.soft"))]
    inside = rows[(rows["chance_lower"] <= 1) & (rows["chance_upper"] >= 1) & rows["ratio"].ne(1)]
    told += [say(t, "stretch.extremes", shape=shape)] if len(rows) > 3 else []
    return told + ([say(t, "stretch.count", names=listed(inside[label].tolist(), t))] if len(inside) else [])


def not_shown(stretched: pd.DataFrame, t: Translator) -> list[Any]:
    """Say how many pairs carry no change, and why."""
    reasons = stretched.loc[stretched["ratio"].isna(), "reason"].value_counts()
    told = listed([f"{t.code('reason', reason)} {n}" for reason, n in reasons.items()], t)
    return [say(t, "stretch.not_shown", n=int(reasons.sum()), reasons=told)] if len(reasons) else []


def worded(counts: pd.DataFrame, t: Translator) -> Any:
    """Say how many targets of the document are worded in each way, hard first."""
    told = listed([f"{t.code('wording', row['wording'])} {row['n']}" for row in counts.to_dict("records")], t)
    return say(t, "worded.all", n=int(counts["n"].sum()), counts=told)


def volatility(table: pd.DataFrame, safe_prob: float, drift: float, t: Translator) -> Any:
    """Say what σ* is and which target is tightest."""
    tight = table[table["sigma_star"] > 0].sort_values("sigma_star").head(1)
    name = tight[f"label_{t.lang}"].iloc[0] if len(tight) else t("none")
    least = number(tight["sigma_star"].iloc[0], t.lang, 3) if len(tight) else "–"
    words = {"p": number(safe_prob, t.lang), "pct": number(100 * safe_prob, t.lang), "drift": number(drift, t.lang)}
    return say(t, "sigma.say", tight=name, least=least, **words)


def progress(table: pd.DataFrame, methods: pd.DataFrame, t: Translator) -> list[Any]:
    """Say how many cells of the table of methods are defined, and what would define each method."""
    defined = table[table["value"].notna()]
    grown = [
        t("progress.growth", name=row[f"label_{t.lang}"], value=number(row["value"], t.lang, 2),
          cls=t.code("progress_class", row["progress_class"]))
        for row in defined[defined["progress_class"].ne("")].to_dict("records")
    ]  # fmt: skip
    needs = [
        t("progress.needed", name=row[f"label_{t.lang}"], obs=int(row["min_observations"]),
          peers=t("progress.peers", n=int(row["min_peers"])) if row["min_peers"] else "")
        for row in methods.to_dict("records")
    ]  # fmt: skip
    n = table["pair_id"].nunique()
    told = say(t, "progress.say", n=n, m=len(methods), defined=len(defined), growth=listed(grown, t))
    return [told, say(t, "progress.needs", needs=_joined(needs, t))]


def progress_table(table: pd.DataFrame, t: Translator, observations: pd.DataFrame) -> Shown:
    """Show the methods side by side: a value, or the reason why there is none with what is at hand and needed."""

    def cell(row: dict[Any, Any]) -> str:
        if not missing(row["value"]):
            words = t.code("progress_class", row["progress_class"]) if row["progress_class"] else ""
            return f"{number(row['value'], t.lang, 2)} {words}".strip()
        have, need = (row["peers"], row["peers_needed"]) if row["reason"] == "no_peers" else (
            row["observations"], row["observations_needed"])  # fmt: skip
        return t("progress.cell", reason=t.code("reason", row["reason"]), have=have, need=need)

    cells = table.assign(cell=[cell(row) for row in table.to_dict("records")])
    cells["observation_id"] = cells["observation_id"].fillna("")
    wide = cells.pivot_table(index=["pair_id", "observation_id"], columns="method", values="cell", aggfunc="first")
    names = table.drop_duplicates("pair_id").set_index("pair_id")[f"label_{t.lang}"]
    wide = wide.reset_index().assign(label=lambda d: d["pair_id"].map(names), evidence="arithmetic")
    order = [method for method in table["method"].unique() if method in wide]
    return show(wide, ["pair_id", "label", *order, "evidence"], t=t, observations=observations)


def record(counts: pd.DataFrame, parent: pd.DataFrame, icc: float, t: Translator) -> list[Any]:
    """Say what the record of provinces and of the area above amounts to."""
    told = []
    if len(counts):
        n, size = counts["n"].sum(), counts["n"].mean()
        deff = 1 + (size - 1) * icc
        words = {"n": number(n, t.lang, 0), "icc": number(icc, t.lang, 2), "deff": number(deff, t.lang, 1)}
        told.append(say(t, "base.counts", **words, eff=number(n / deff, t.lang, 1)))
    if len(parent):
        error = parent["error"]
        words = {"n": str(len(parent)), "hits": str(int(parent["hit"].sum())), "area": parent["area"].iloc[0]}
        words |= {"mean": number(error.mean(), t.lang, 2), "rmse": number(float(np.sqrt((error**2).mean())), t.lang, 2)}
        last = parent.sort_values("year").tail(5)
        words |= {"recent": str(len(last)), "recent_hits": str(int(last["hit"].sum()))}
        told.append(say(t, "base.parent", **words))
    return told


def forest_rows(counts: pd.DataFrame, parent: pd.DataFrame, t: Translator) -> pd.DataFrame:
    """Label the rows of the forest of hit rates: provinces by year, then the area above over its years."""
    years = counts.assign(label=[t("forest.province", year=year) for year in counts["year"]])
    spans = [
        t("forest.parent", area=row["area"], first=row["first"], last=row["last"]) for row in parent.to_dict("records")
    ]
    return pd.concat([years, parent.assign(label=spans)], ignore_index=True)


def later(late: pd.DataFrame, t: Translator) -> list[Any]:
    """Say how many figures of the area above were published after the information date, and when the first was."""
    return [say(t, "cascade.later", n=len(late), first=late["published"].min())] if len(late) else []


def joint(table: pd.DataFrame, p: float, rho: float, t: Translator) -> Any:
    """Say the chance to meet all targets of one year, beside the product of marginals that it is not."""
    k = len(table) - 1
    words = {"k": k, "p": number(100 * p, t.lang, 0), "rho": number(rho, t.lang, 2)}
    words |= {"all": number(100 * table["probability"].iloc[-1], t.lang, 0), "product": number(100 * p**k, t.lang, 0)}
    return say(t, "base.joint", **words)


# base rates


def described(rows: pd.DataFrame, t: Translator) -> pd.DataFrame:
    """Add ``phrase``, the wording in words, and ``scale``, on which the error stands: points or log points."""
    worded = [" · ".join(t.code("said", part) for part in words.split("+")) for words in rows["wording"]]
    logs = ~rows["unit"].isin(["%", "pp", "‰"])
    return rows.assign(phrase=worded, scale=logs.map({True: "log", False: "points"}))


def gate_words(verdict: pd.DataFrame, t: Translator) -> pd.DataFrame:
    """Add ``rule``, the condition's limit with its direction."""
    at_most = verdict["condition"].isin(["coverage_80_highest_year", "miscalibration"])
    signs = at_most.map({True: "≤", False: "≥"})
    limits = [f"{sign} {number(limit, t.lang, 3)}" for sign, limit in zip(signs, verdict["limit"], strict=True)]
    return verdict.assign(rule=limits)


def opening(rows: pd.DataFrame, every: int, until: Any, t: Translator, later: bool) -> list[Any]:
    """Say how many pairs were known by when and from which levels, how many are held back, and what pooling means."""
    levels = rows["level"].value_counts()
    told = [t("panel.level", level=t.code("level", level), n=n) for level, n in levels.items()]
    facts = {"n": len(rows), "years": rows["year"].nunique(), "date": date(until, t.lang), "levels": listed(told, t)}
    if later:
        held = int((pd.to_datetime((rows["year"] + 1).astype(str) + "-03-31") > pd.Timestamp(until)).sum())
        return [say(t, "panel.later", held=held, **facts)]
    return [say(t, "panel.known", held=every - len(rows), **facts), say(t, "panel.pooled")]


def backtested(scores: pd.DataFrame, scheme: str, t: Translator) -> Any:
    """Say how the back-test splits and how much of the panel it can score."""
    ours = scores[scores["model"].eq("year_effect")]
    return say(t, "backtest.say", scheme=t(f"scheme.{scheme}"), n=len(ours), years=ours["held_out"].nunique())


def _verdict(verdict: pd.DataFrame, t: Translator) -> dict[str, Any]:
    met = int(verdict["passed"].astype(bool).sum())
    return {"verdict": t("gate.pass" if met == len(verdict) else "gate.fail"), "met": met, "k": len(verdict)}


def judged(verdict: pd.DataFrame, n: int, t: Translator) -> list[Any]:
    """Say the verdict of the release gate and what it means for the probabilities."""
    failed = verdict.loc[~verdict["passed"].astype(bool), "condition"]
    names = listed([t.code("condition", one) for one in failed], t)
    means = say(t, "gate.means_fail", failed=names) if len(failed) else say(t, "gate.means_pass")
    return [say(t, "gate.say", n=n, **_verdict(verdict, t)), means]


def judged_whole(verdict: pd.DataFrame, panel: pd.DataFrame, t: Translator) -> Any:
    """Say the verdict on the whole shipped panel, stamped as later data."""
    return say(t, "gate.whole", n=len(panel), last=int(panel["year"].max()), **_verdict(verdict, t))


def chances_said(table: pd.DataFrame, verdict: pd.DataFrame, until: Any, t: Translator, later: bool) -> list[Any]:
    """Say how many targets have a chance from the record, and whether it may be read as calibrated."""
    released = len(verdict) > 0 and bool(verdict["passed"].astype(bool).all())
    defined = int(table["reason"].eq("").sum())
    facts = {
        "k": len(table),
        "defined": defined,
        "known": t("chances.later" if later else "chances.known", date=date(until, t.lang)),
    }
    return [say(t, "chances.say", **facts), say(t, "chances.released" if released else "chances.descriptive")]


def together(joint: pd.DataFrame, met: dict[str, float], names: list[str], draws: int, t: Translator) -> Any:
    """Say the chance to meet all targets of one year, and the floor that a resample of years cannot show."""
    last = joint.iloc[-1]
    shares = {"p": last["probability"], "low": last["probability_lower"], "high": last["probability_upper"]}
    shares["floor"] = met["rate_lower"]
    told = {name: number(100 * share, t.lang, 0) for name, share in shares.items()}
    counts = {"years": int(met["n"]), "all": int(met["hits"]), "draws": number(draws, t.lang, 0)}
    return say(t, "together.say", names=listed(names, t), **told, **counts)


# environment


def exceedance(table: pd.DataFrame, standard: str, t: Translator) -> Any:
    """Say which annual means are above their limit, by how much, and which cut would bring them there."""
    above = [
        t("exceed.one", name=row["pollutant"], excess=number(100 * row["excess"], t.lang, 1),
          cut=number(100 * row["cut_needed"], t.lang, 1))
        for row in table[table["verdict"].eq("above")].to_dict("records")
    ]  # fmt: skip
    return say(t, "exceed.say", standard=standard, above=listed(above, t) if above else t("exceed.none"))


def ladder(table: pd.DataFrame, t: Translator) -> Any:
    """Say the multiples of the WHO guideline."""
    rows = table[table["standard_id"].str.endswith("-AQG")].to_dict("records")
    told = [t("ladder.one", name=row["pollutant"], x=number(row["multiple"], t.lang, 1)) for row in rows]
    return say(t, "ladder.say", multiples=listed(told, t))


def ladder_table(table: pd.DataFrame, t: Translator) -> Shown:
    """Show the multiples of every standard, one column each, with what is met marked."""
    words = table["multiple"].map(lambda x: number(x, t.lang, 2)) + table["met"].map({True: " ✓", False: ""})
    wide = table.assign(words=words).pivot_table(
        index=["pollutant", "observation_id"], columns="standard_id", values="words", aggfunc="first", sort=False
    )
    columns = [Column(str(one), title=t.code("grade_short", one)) for one in wide.columns]
    wide = wide.fillna("").reset_index().assign(evidence="arithmetic")
    return show(wide, ["pollutant", *columns, "evidence"], t=t, caption=t("ladder.caption"))


def bounds(implied: pd.DataFrame, limits: pd.Series, t: Translator) -> Any:
    """Say how loose the unstated targets must have been, beside the limits."""
    told = [
        t("bounds.contrast", name=indicator_name(row["indicator_id"], t), value=number(row["value"], t.lang),
          limit=number(limits[row["indicator_id"]], t.lang))
        for row in implied.to_dict("records")
        if row["bound"] == "at_least" and row["value"] > limits.get(row["indicator_id"], np.inf)
    ]  # fmt: skip
    return say(t, "bounds.say", contrast=_joined(told, t) if told else t("bounds.no_contrast"))


def composite(own: pd.DataFrame, borrowed: pd.DataFrame, t: Translator) -> list[Any]:
    """Say how much of the composite index is known, and the sum if the rest were borrowed."""
    known = own["term"].notna().sum()
    told = [say(t, "composite.say", n=int(known), sum=number(own["term"].sum(), t.lang, 2))]
    if known < borrowed["term"].notna().sum() == len(borrowed):
        told.append(say(t, "composite.borrowed", sum=number(borrowed["term"].sum(), t.lang, 2)))
    return told


def days(count: float, good: dict[str, float], phi: float, t: Translator) -> Any:
    """Say the share of good days and how uncertain it is as a draw from years of its kind, rounded outwards."""
    words = {"days": number(count, t.lang, 0), "share": number(100 * good["share"], t.lang, 1)}
    ends = {"lower": int(good["days_lower"]), "upper": int(np.ceil(good["days_upper"]))}
    return say(t, "days.say", **words, **ends, phi=number(phi, t.lang), n=number(good["n_effective"], t.lang, 0))


def water(months: pd.DataFrame, events: pd.DataFrame, t: Translator) -> list[Any]:
    """Say the classes by month, and whether a fall came before the dated events of the year."""
    change = months["water_class"].ne(months["water_class"].shift()).cumsum()
    runs = [
        t("water.run", first=period(str(run["month"].iloc[0]), t.lang), last=period(str(run["month"].iloc[-1]), t.lang),
          name=CLASSES[int(run["water_class"].iloc[0]) - 1])
        for _, run in months.groupby(change)
    ]  # fmt: skip
    aim = months["target_class"].max()
    told = [say(t, "water.say", runs=listed(runs, t), target=CLASSES[int(aim) - 1] if aim == aim else "–")]
    fell = months.loc[months["water_class"].diff() > 0, "month"]
    later = [row for row in events.to_dict("records") if len(fell) and pd.Period(row["date"], "M") > fell.iloc[0]]
    for event in later[:1]:
        when = {"month": period(str(fell.iloc[0]), t.lang), "date": period(event["date"], t.lang)}
        told.append(say(t, "water.order", event=event[f"label_{t.lang}"], **when))
    return told


def trend(table: pd.DataFrame, own_years: int, t: Translator) -> list[Any]:
    """Say why the area itself has no trend, and that a short series only describes its points."""
    told = [say(t, "trend.say", n=own_years)]
    return told + [say(t, key) for key in ("trend.short",) if table["verdict"].eq("too_short").any()]


def needed(slope: float, noise: float, phi: float, years: float, t: Translator) -> Any:
    """Say how many annual means would show a trend of this size in this noise."""
    words = {"trend": number(slope, t.lang), "noise": number(100 * noise, t.lang), "phi": number(phi, t.lang)}
    return say(t, "needed.say", years=number(years, t.lang, 0), **words)


def gaps(table: pd.DataFrame, t: Translator) -> Any:
    """Say what an assessment lacks, grouped by why."""
    groups = table.groupby("reason", sort=False)["item"].agg(lambda s: listed([t.code("item", x) for x in s], t))
    said = [t("missing.group", reason=t.code("reason", reason), names=names) for reason, names in groups.items()]
    return say(t, "missing.say", items=_joined(said, t))


# audit


def says(observations: pd.DataFrame, t: Translator) -> Any:
    """Say how many statements the report makes of each status."""
    counts = {code: int(observations["status"].eq(code).sum()) for code in ("actual", "target", "scope")}
    return say(t, "says.say", unnamed=int(observations["indicator_id"].isna().sum()), **counts)


def omissions(table: pd.DataFrame, year: int | None, t: Translator) -> Any:
    """Say which headline targets come without a delivered figure."""
    told = table[table["reported"]]
    words = {"n": len(table), "reported": len(told), "old": int(table["old_target"].sum()), "year": year or "–"}
    return say(t, "omits.say", names=listed(told["indicator"].tolist(), t), **words)


def contradictions(checks: pd.DataFrame, counts: dict[str, int], t: Translator) -> list[Any]:
    """Say how many checks hold, and spell out each failure with its ranked repairs."""
    counted = {("holds" if name == "pass" else name): n for name, n in counts.items()}
    told = [say(t, "contradicts.say", n=len(checks), **counted)]
    for row in checks[checks["verdict"].eq("fail")].fillna("").to_dict("records"):
        words = {key: remark(str(row[key]), t.lang) or "–" for key in ("result", "right", "repair")}
        told.append(say(t, "contradicts.repair", id=row["identity_id"], label=row[f"label_{t.lang}"], **words))
    return told
