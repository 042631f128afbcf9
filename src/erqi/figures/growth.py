"""Figures of the growth chapter; every number in them was computed in ``analysis.growth`` or ``scenarios``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from erqi.figures.labels import Translator, number, signed
from erqi.figures.style import (
    GREY,
    INK,
    MUTED,
    OCHRE,
    RED,
    TEAL,
    WIDTH,
    Figure,
    axis_labels,
    direct_labels,
    number_axis,
    wrapped,
)
from erqi.figures.tables import Column, Shown, not_computed, show

Array = NDArray[np.float64]


def in_words(frame: pd.DataFrame, t: Translator) -> pd.DataFrame:
    """Put the column ``reason`` into words: ``needs gdp level actual`` becomes what a reader can look for."""

    def words(reason: str) -> str:
        kind, _, rest = reason.partition(" ")
        if kind == "needs":
            parts = [t(f"need.{one}") if t.has(f"need.{one}") else one for one in rest.split()]
            return t("not_computed", needs=("" if t.lang == "zh" else " ").join(parts))
        if kind == "ledger":
            return t(f"ledger.{rest}")
        return t(f"why.{kind}") if reason else ""

    return frame.assign(reason=[words(str(one)) for one in frame["reason"]])


def result(
    frame: pd.DataFrame,
    t: Translator,
    caption: str,
    observations: pd.DataFrame | None = None,
    columns: Sequence[str | Column] = (),
    digits: int | None = 2,
) -> Shown:
    """Show a result table: the columns named, the interval where there is one, evidence, and reasons in words.

    Without ``digits`` a value keeps the digits it has, up to three (money to 100,000 yuan).
    """
    frame, chosen = in_words(frame, t), list(columns or ("item", Column("value", digits=digits)))
    if digits is None:
        money = frame["unit"].eq("CNY")
        frame = frame.assign(
            **{c: frame[c].round(-5).where(money, frame[c].round(3)) for c in ("value", "lower", "upper")}
        )
    if frame[["lower", "upper"]].notna().any().any():
        chosen += [Column("lower", digits=digits), Column("upper", digits=digits)]
    chosen += ["evidence", *(["reason"] if (frame["reason"] != "").any() else [])]
    present = [c for c in chosen if (c.name if isinstance(c, Column) else c) in frame.columns]
    return show(frame, present, t=t, caption=caption, observations=observations)


def drawn(t: Translator, needs: Mapping[str, object], draw: Callable[[], Figure]) -> Figure | Shown:
    """A figure, or the boxed line that says what it lacks.

    Parameters
    ----------
    needs : mapping
        What the figure rests on by name (``need.<name>``); empty values are what is missing.
    """
    lacking = [t(f"need.{name}") for name, there in needs.items() if not there]
    return draw() if not lacking else not_computed(t, t("need.join").join(lacking))


def index_paths(paths: pd.DataFrame, t: Translator, source: str) -> Figure:
    """Volume of output since the year before the review: document, city and trend paths, with the gap shaded.

    Parameters
    ----------
    paths : DataFrame
        From ``analysis.growth.index_paths``.
    """
    fig, ax = plt.subplots()
    ends, years = [], sorted(paths["year"].unique())
    own = paths[paths["series"] == "document"].set_index("year")["value"]
    trends = [name for name in paths["series"].unique() if name.startswith("trend_")]
    if trends:
        low, high = (paths[paths["series"] == name].set_index("year")["value"] for name in (trends[0], trends[-1]))
        ax.fill_between(low.index, low, high, color=GREY, alpha=0.45, lw=0)
    for name, line in paths.groupby("series", sort=False):
        name = str(name)
        trend = name.startswith("trend_")
        colour = MUTED if trend else INK if name == "document" else TEAL
        style = {"lw": 1, "ls": "--"} if trend else {"lw": 2.6 if name == "document" else 2, "marker": "o"}
        ax.plot(line["year"], line["value"], color=colour, **style)
        words = t("path.trend", rate=name[6:]) if trend else t(f"path.{name}")
        last = line.iloc[-1]
        ends.append((last["year"], last["value"], f"{words}  {number(last['value'], t.lang, 1)}", colour))
    ax.set_xticks(years, [str(year) for year in years])
    ax.set_xlim(years[0] - 0.08, years[-1] + 0.95)
    ax.axvspan(years[-1] - 0.5, years[-1] + 0.95, color=GREY, alpha=0.12, lw=0)
    ax.grid(axis="x", visible=False)
    ax.set_title(t("paths.title", year=years[0]))
    axis_labels(ax, y=t("axis.index", year=years[0]))
    direct_labels(ax, ends)
    ax.text(years[-1] - 0.47, 0.03, t("paths.planned"), color=MUTED, size=9, transform=ax.get_xaxis_transform())
    numbers = {"last": number(own.iloc[-1], t.lang, 1), "mid": number(own.get(years[1], np.nan), t.lang, 1)}
    return Figure(fig, t("paths.alt", year=years[0], **numbers), source, "arithmetic", t.lang)


def belief_map(
    trends: Array,
    shares: Array,
    grid: Array,
    target: tuple[float, float, float],
    here: tuple[float, float],
    t: Translator,
    source: str,
) -> Figure:
    """Implied growth over trend and recovery share, with the line of the target and the band of its wording.

    Parameters
    ----------
    trends, shares : arrays
        The axes; ``grid`` has shape (len(shares), len(trends)).
    target : (low, value, high)
        The target with what its words allow.
    here : (trend, share)
        The reader's own belief.
    """
    fig, ax = plt.subplots(figsize=(WIDTH, 4.6))
    levels = np.arange(np.floor(grid.min()), np.ceil(grid.max()) + 1)
    ax.contourf(trends, shares, grid, levels=levels, cmap="bone_r", alpha=0.35)
    lines = ax.contour(trends, shares, grid, levels=levels, colors=MUTED, linewidths=0.7)
    ax.clabel(lines, fmt=lambda v: f"{number(v, t.lang, 0)}%", fontsize=8.5)
    low, mid, high = target
    if high > low:
        ax.contourf(trends, shares, grid, levels=[low, high], colors=[OCHRE], alpha=0.45)
    if grid.min() < mid < grid.max():
        ax.contour(trends, shares, grid, levels=[mid], colors=[RED], linewidths=2.4)
        at = np.argmin(np.abs(grid - mid), axis=0)
        inside = np.flatnonzero((at > 2) & (at < len(shares) - 3))
        if len(inside):
            i = inside[len(inside) // 3]
            ax.annotate(
                t("belief.target", target=number(mid, t.lang, 1)), (trends[i], shares[at[i]]), (14, 16),
                textcoords="offset points", color=RED,
                bbox={"fc": "white", "ec": "none", "alpha": 0.85, "pad": 1.5},
            )  # fmt: skip
    ax.plot(*here, "^", color=INK, ms=10, mec="white", zorder=5)
    ax.annotate(
        t("belief.here"), here, (10, -4), textcoords="offset points", va="top",
        bbox={"fc": "white", "ec": "none", "alpha": 0.85, "pad": 1.5},
    )  # fmt: skip
    ax.grid(visible=False)
    ax.set_title(t("belief.title"))
    axis_labels(ax, x=t("axis.trend"), y=t("axis.share"))
    number_axis(ax.xaxis)
    number_axis(ax.yaxis)
    alt = t("belief.alt", target=number(mid, t.lang, 1), trend=number(here[0], t.lang), share=number(here[1], t.lang))
    return Figure(fig, alt, source, "scenario", t.lang)


def ladder(frame: pd.DataFrame, t: Translator, source: str) -> Figure:
    """Growth targets from nation to document, beside last year's growth and, in hindsight, what came.

    Parameters
    ----------
    frame : DataFrame
        From ``analysis.growth.ladder``.
    """
    rows = frame[frame["value"].notna()].reset_index(drop=True)
    fig, ax = plt.subplots(figsize=(WIDTH, 1.6 + 0.6 * max(len(rows), 2)))
    later = rows["outcome"].notna().any()
    for i, (_, line) in enumerate(rows.iterrows()):
        y = -i
        marks = [("last", "o", INK), ("value", "D", RED), ("outcome", "s", TEAL)]
        known = [line[name] for name, _, _ in marks if pd.notna(line[name])]
        ax.plot([min(known), max(known)], [y, y], color=GREY, lw=3, zorder=1, solid_capstyle="round")
        placed: list[float] = []
        for name, shape, colour in marks:
            if pd.isna(line[name]):
                continue
            ax.plot(line[name], y, shape, color=colour, zorder=3)
            up = any(abs(line[name] - other) < 0.4 for other in placed)
            placed.append(line[name])
            text = number(line[name], t.lang, 1) + (t("about") if name == "value" and line["about"] else "")
            ax.annotate(
                text, (line[name], y), (0, -15 if up else 8), textcoords="offset points",
                ha="center", va="bottom", size=9.5, color=colour if colour != TEAL else INK,
            )  # fmt: skip
    ax.set_yticks([-i for i in range(len(rows))], [t(f"area.{name}") for name in rows["item"]])
    ax.set_ylim(-len(rows) + 0.45, 0.6)
    ax.margins(x=0.12)
    ax.grid(axis="y", visible=False)
    ax.tick_params(axis="y", length=0)
    for key, shape, colour in [("last", "o", INK), ("target", "D", RED), *([("outcome", "s", TEAL)] if later else [])]:
        ax.plot([], [], shape, color=colour, label=t(f"ladder.{key}"))
    ax.legend(ncols=3, loc="lower left", bbox_to_anchor=(0, 1.0), handletextpad=0.1, borderaxespad=0)
    ax.set_title(t("ladder.title"), pad=30)
    axis_labels(ax, x=t("axis.growth"))
    number_axis(ax.xaxis)
    steps = "; ".join(f"{t('area.' + r['item'])} {number(r['value'], t.lang, 1)}" for _, r in rows.iterrows())
    return Figure(fig, t("ladder.alt", steps=steps), source, "base_rate" if later else "arithmetic", t.lang)


def ratio_dumbbells(frame: pd.DataFrame, deflator: float, t: Translator, source: str) -> Figure:
    """Each target over its base as printed, and with both on one price basis.

    Parameters
    ----------
    frame : DataFrame
        From ``analysis.growth.ratios``.
    """
    rows = frame[frame["value"].notna()].sort_values("value", ignore_index=True)
    fig, ax = plt.subplots(figsize=(WIDTH, 1.5 + 0.42 * max(len(rows), 2)))
    ax.axvline(1, color=MUTED, lw=1)
    for y, (_, line) in enumerate(rows.iterrows()):
        ends = [line["value"], line["same_basis"]]
        ax.plot(ends, [y, y], color=GREY, lw=3, zorder=1)
        ax.plot(ends[1], y, "s", color=TEAL, zorder=2)
        ax.plot(ends[0], y, "o", color=INK, zorder=3, mfc="none" if ends[0] == ends[1] else INK)
        ax.annotate(number(ends[0], t.lang, 2), (max(e for e in ends if e == e), y), (9, 0),
                    textcoords="offset points", va="center", size=9.5)  # fmt: skip
    names = [
        t("ratio.over", item=t(f"item.{r['item']}"), base=t(f"item.{r['over']}"))
        if r["over"] != "gdp"
        else t(f"item.{r['item']}")
        for _, r in rows.iterrows()
    ]
    ax.set_yticks(range(len(rows)), [wrapped(name) for name in names])
    ax.margins(x=0.1)
    ax.grid(axis="y", visible=False)
    ax.tick_params(axis="y", length=0)
    ax.plot([], [], "o", color=INK, label=t("ratio.printed"))
    ax.plot([], [], "s", color=TEAL, label=t("ratio.same", deflator=number(deflator, t.lang)))
    ax.legend(ncols=2, loc="lower left", bbox_to_anchor=(0, 1.0), handletextpad=0.1, borderaxespad=0)
    ax.set_title(t("ratio.title"), pad=30)
    axis_labels(ax, x=t("axis.ratio"))
    number_axis(ax.xaxis)
    told = "; ".join(f"{name} {number(v, t.lang, 2)}" for name, v in zip(names, rows["value"], strict=True))
    return Figure(fig, t("ratio.alt", ratios=told), source, "arithmetic", t.lang)


def bound_band(
    shares: Array, rest: Array, admitted: tuple[float, float], total: float, t: Translator, source: str
) -> Figure:
    """Growth that everything but industry must reach, for each share of industry in output.

    Parameters
    ----------
    shares, rest : arrays
        Share (0 to 1) and needed growth, from ``analysis.growth.rest_growth``.
    admitted : (float, float)
        The range of shares that the reader admits.
    total : float
        The growth target.
    """
    fig, ax = plt.subplots(figsize=(WIDTH, 3.6))
    ax.axvspan(100 * admitted[0], 100 * admitted[1], color=TEAL, alpha=0.15, lw=0)
    ax.plot(100 * shares, rest, color=TEAL)
    ax.axhline(total, color=MUTED, lw=1, ls="--")
    ends = np.interp(admitted, shares, rest)
    for x, y, side in zip(admitted, ends, ("left", "right"), strict=True):
        ax.plot(100 * x, y, "s", color=TEAL)
        ax.annotate(
            f"{number(y, t.lang, 2)}%", (100 * x, y), (0, -9), textcoords="offset points", va="top",
            ha="left" if side == "left" else "right",
        )  # fmt: skip
    ax.annotate(t("band.target", target=number(total, t.lang, 1)), (100 * shares[-1], total), (0, 4),
                textcoords="offset points", ha="right", color=MUTED, size=9.5)  # fmt: skip
    ax.text(50 * sum(admitted), 0.05, t("band.admitted"), ha="center", color=MUTED, size=9.5,
            transform=ax.get_xaxis_transform())  # fmt: skip
    ax.set_title(t("band.title"))
    axis_labels(ax, x=t("axis.industry"), y=t("axis.rest"))
    number_axis(ax.xaxis)
    number_axis(ax.yaxis)
    words = {"low": number(min(ends), t.lang, 2), "high": number(max(ends), t.lang, 2)}
    words |= {"from": number(100 * admitted[0], t.lang, 0), "to": number(100 * admitted[1], t.lang, 0)}
    return Figure(fig, t("band.alt", **words), source, "bound", t.lang)


def fan(frame: pd.DataFrame, chosen: str, target: float, last: float, t: Translator, source: str) -> Figure:
    """Bands of a two-piece normal for each centre that can be chosen; the chosen one in colour.

    Parameters
    ----------
    frame : DataFrame
        From ``analysis.growth.fan``.
    last : float
        Growth in the reviewed year.
    """
    fig, ax = plt.subplots(figsize=(WIDTH, 4.4))
    centres: Sequence[str] = list(frame["centre"].unique())
    ax.axhline(target, color=RED, lw=1.4)
    ax.axhline(last, color=MUTED, lw=1, ls="--")
    for x, name in enumerate(centres):
        bands = frame[frame["centre"] == name].sort_values("level", ascending=False)
        colour = INK if name == chosen else MUTED
        for i, (_, band) in enumerate(bands.iterrows()):
            ax.fill_between([x - 0.28, x + 0.28], band["lower"], band["upper"], color=colour, lw=0,
                            alpha=(0.22 + 0.16 * i) * (1 if name == chosen else 0.55))  # fmt: skip
            for edge, va in (("lower", "top"), ("upper", "bottom")):
                if i == 0:
                    ax.annotate(number(band[edge], t.lang, 1), (x, band[edge]), (0, -3 if va == "top" else 3),
                                textcoords="offset points", ha="center", va=va, size=9, color=MUTED)  # fmt: skip
        mode = bands["mode"].iloc[0]
        ax.plot([x - 0.28, x + 0.28], [mode, mode], color="white", lw=2)
        ax.annotate(f"{number(mode, t.lang, 1)}", (x + 0.3, mode), (3, 0), textcoords="offset points", va="center",
                    size=9.5, bbox={"fc": "white", "ec": "none", "pad": 0.8})  # fmt: skip
    labels = [
        t(f"centre.{n}") + "\n" + t("fan.p", p=number(100 * frame[frame["centre"] == n]["p_target"].iloc[0], t.lang, 0))
        for n in centres
    ]
    if "target_error" not in centres:
        labels.append(t("centre.target_error"))
        ax.annotate(t("fan.no_error"), (len(centres), np.mean(ax.get_ylim())), ha="center", va="center", color=MUTED)
    ax.set_xticks(range(len(labels)), labels)
    ax.set_xlim(-0.55, len(labels) - 0.1)
    ax.margins(y=0.1)
    right = len(labels) - 0.12
    ax.annotate(t("fan.target", target=number(target, t.lang, 1)), (right, target), (0, 3),
                textcoords="offset points", ha="right", color=RED, size=9.5)  # fmt: skip
    ax.annotate(t("fan.last", last=number(last, t.lang, 1)), (right, last), (0, 3), textcoords="offset points",
                ha="right", color=MUTED, size=9.5)  # fmt: skip
    ax.grid(axis="x", visible=False)
    levels = ", ".join(number(v, t.lang) for v in sorted(frame["level"].unique()))
    ax.set_title(t("fan.title", levels=levels))
    axis_labels(ax, y=t("axis.growth"))
    number_axis(ax.yaxis)
    mine = frame[frame["centre"] == chosen].sort_values("level").iloc[-1]
    words = {"centre": t(f"centre.{chosen}"), "level": number(mine["level"], t.lang)}
    words |= {k: number(mine[k], t.lang, 1) for k in ("lower", "upper", "mode")}
    return Figure(fig, t("fan.alt", **words), source, "scenario", t.lang)


def tornado(bars: pd.DataFrame, shares: pd.DataFrame, target: float, t: Translator, source: str) -> Figure:
    """Central growth at both ends of each assumption, and each one's share of the variance of growth.

    Parameters
    ----------
    bars, shares : DataFrame
        From ``analysis.scenarios.tornado`` and ``shapley``.
    """
    fig, (left, right) = plt.subplots(1, 2, figsize=(WIDTH, 1.6 + 0.42 * len(shares)), width_ratios=(3, 2), sharey=True)
    order = list(shares["item"])[::-1]
    base = bars["base"].iloc[0]
    left.axvline(base, color=MUTED, lw=1)
    left.axvline(target, color=RED, lw=1.4)
    for _, bar in bars.iterrows():
        y = order.index(bar["item"])
        for end, at in (("low_end", "at_low"), ("high_end", "at_high")):
            left.barh(y, bar[at] - base, left=base, height=0.55, color=GREY if end == "low_end" else INK, lw=0)
            if abs(bar[at] - base) > 0.05:
                ahead = bar[at] > base
                left.annotate(number(bar[end], t.lang), (bar[at], y), (4 if ahead else -4, 0), size=9,
                              textcoords="offset points", va="center", ha="left" if ahead else "right")  # fmt: skip
    right.barh(range(len(order)), 100 * shares["share"][::-1], height=0.55, color=TEAL, lw=0)
    for y, share in enumerate(shares["share"][::-1]):
        right.annotate(f"{number(100 * share, t.lang, 0)}%", (100 * share, y), (4, 0), textcoords="offset points",
                       va="center", size=9)  # fmt: skip
    left.set_yticks(range(len(order)), [t(f"item.{name}") for name in order])
    for ax, words in ((left, "axis.centre"), (right, "axis.variance")):
        ax.grid(axis="y", visible=False)
        ax.tick_params(axis="y", length=0)
        ax.margins(x=0.2)
        axis_labels(ax, x=t(words))
        number_axis(ax.xaxis)
    left.annotate(t("tornado.target", target=number(target, t.lang, 1)), (target, len(order) - 0.55), (3, 2),
                  textcoords="offset points", color=RED, size=9.5)  # fmt: skip
    left.set_title(t("tornado.title"))
    first = shares.iloc[0]
    alt = t("tornado.alt", first=t(f"item.{first['item']}"), share=number(100 * first["share"], t.lang, 0),
            swing=signed(bars["swing"].iloc[0], t.lang, 1), widest=t(f"item.{bars['item'].iloc[0]}"))  # fmt: skip
    return Figure(fig, alt, source, "scenario", t.lang)
