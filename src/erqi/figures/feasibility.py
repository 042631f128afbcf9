"""Figures of target feasibility: stretch, wording, tolerable volatility, hit rates."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedFormatter, FixedLocator, NullLocator

from erqi.figures.labels import Translator, number, quantity
from erqi.figures.style import GREY, INK, MUTED, OCHRE, RED, TEAL, WIDTH, Figure, axis_labels, wrapped

GRADES = {"A": INK, "A-": TEAL, "B": OCHRE}
MARKERS = {"A": "o", "A-": "s", "B": "D"}


def ratio_axis(ax: Axes, low: float, high: float, lang: str, *, vertical: bool = False) -> None:
    """Give an axis of ratios a log scale with ticks that read as plain ratios."""
    axis = ax.yaxis if vertical else ax.xaxis
    (ax.set_yscale if vertical else ax.set_xscale)("log")
    ticks = [x for x in (0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 10) if low * 0.9 <= x <= high * 1.1]
    axis.set_major_locator(FixedLocator(ticks))
    axis.set_major_formatter(FixedFormatter([number(x, lang) for x in ticks]))
    axis.set_minor_locator(NullLocator())


def _change(row: dict[Any, Any], lang: str) -> str:
    return " → ".join(
        quantity(row[side], row["unit"], lang, 1 if row[side] % 1 else None) for side in ("actual", "target")
    )


def _names(rows: pd.DataFrame, t: Translator) -> list[str]:
    names = zip(rows[f"label_{t.lang}"], rows["down"], strict=True)
    whole = (t("down", label=label) if down else label for label, down in names)
    return [wrapped(name) for name in whole]


def dumbbells(stretched: pd.DataFrame, t: Translator, source: str) -> Figure:
    """Draw last year's delivery (1) and the target as its multiple, one line a pair, coloured by grade.

    Parameters
    ----------
    stretched : DataFrame
        From ``analysis.feasibility.stretch``; rows without a ratio are left out.
    """
    rows = stretched[stretched["ratio"].notna()].sort_values("ratio", ignore_index=True)
    fig, ax = plt.subplots(figsize=(WIDTH, 1.2 + 0.34 * max(len(rows), 3)))
    ax.axvline(1, color=MUTED, lw=1)
    for y, row in enumerate(rows.to_dict("records")):
        colour = GRADES[row["grade"]]
        ax.plot([1, row["ratio"]], [y, y], color=GREY, lw=3, zorder=1, solid_capstyle="round")
        if row["ratio_upper"] > row["ratio_lower"]:
            ax.plot([row["ratio_lower"], row["ratio_upper"]], [y, y], color=colour, lw=6, alpha=0.35, zorder=2)
        ax.plot(row["ratio"], y, MARKERS[row["grade"]], color=colour, zorder=3)
    ax.plot(np.ones(len(rows)), range(len(rows)), "|", color=MUTED, ms=9, zorder=2)
    low, high = min(rows["ratio"].min(), 0.7), max(rows["ratio"].max(), 1.4)
    ax.set_xlim(low / 1.15, high * 1.15)
    ratio_axis(ax, low, high, t.lang)
    ax.set_yticks(range(len(rows)), _names(rows, t))
    right = ax.secondary_yaxis("right")
    right.set_yticks(range(len(rows)), [_change(row, t.lang) for row in rows.to_dict("records")])
    right.tick_params(length=0, labelsize=9, labelcolor=MUTED)
    right.spines["right"].set_visible(False)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="y", visible=False)
    for grade in GRADES:
        if rows["grade"].eq(grade).any():
            ax.plot([], [], MARKERS[grade], color=GRADES[grade], label=t(f"figure.grade.{grade}"))
    ax.legend(loc="upper left", bbox_to_anchor=(-0.02, -0.11), ncols=3, handletextpad=0.2, columnspacing=1.2)
    ax.set_title(t("dumbbell.title"))
    axis_labels(ax, x=t("axis.ratio"))
    ax.xaxis.set_label_position("top")
    ax.xaxis.label.set_horizontalalignment("right")
    ax.xaxis.label.set_x(1.0)
    below, above = int((rows["ratio"] < 1).sum()), int((rows["ratio"] > 1).sum())
    alt = t("dumbbell.alt", n=len(rows), below=below, equal=len(rows) - below - above, above=above)
    return Figure(fig, alt, source, "arithmetic", t.lang)


def hardness_strip(stretched: pd.DataFrame, t: Translator, source: str) -> Figure:
    """Draw the stretch by hardness of wording; points of one class stand side by side."""
    rows = stretched[stretched["ratio"].notna() & stretched["hardness"].notna()].sort_values("ratio")
    names = rows.drop_duplicates("wording").sort_values("hardness")[["wording", f"wording_{t.lang}", "hardness"]]
    fig, ax = plt.subplots(figsize=(WIDTH, 3.9))
    ax.axhline(1, color=MUTED, lw=1)
    ticks, said = [], []
    for x, (wording, name, hardness) in enumerate(names.itertuples(index=False)):
        group = rows[rows["wording"].eq(wording)]
        offset = 0.09 * (np.arange(len(group)) % 5 - 2) if len(group) > 1 else np.zeros(1)
        for grade, part in group.assign(x=x + offset).groupby("grade"):
            ax.plot(part["x"], part["ratio"], MARKERS[str(grade)], color=GRADES[str(grade)], ls="none")
        ax.plot([x - 0.3, x + 0.3], [group["ratio"].median()] * 2, color=RED, lw=1.5)
        said.append(f"{name} {number(group['ratio'].median(), t.lang, 2)}")
        ticks.append(f"{name}\n({t('hardness.tick', hardness=int(hardness), n=len(group))})")
    ax.set_xticks(range(len(names)), ticks)
    ax.set_xlim(-0.6, len(names) - 0.4)
    ratio_axis(ax, rows["ratio"].min(), rows["ratio"].max(), t.lang, vertical=True)
    ax.grid(axis="x", visible=False)
    for grade in GRADES:
        if rows["grade"].eq(grade).any():
            ax.plot([], [], MARKERS[grade], color=GRADES[grade], label=t(f"figure.grade.{grade}"))
    ax.plot([], [], color=RED, lw=1.5, label=t("hardness.median"))
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
    ax.set_title(t("hardness.title"))
    axis_labels(ax, y=t("axis.ratio"))
    return Figure(fig, t("hardness.alt", n=len(rows), said=", ".join(said)), source, "arithmetic", t.lang)


def lollipops(table: pd.DataFrame, sigma: float, safe_prob: float, t: Translator, source: str) -> Figure:
    """Draw σ*, the tolerable volatility, with the user's own σ as a line.

    Parameters
    ----------
    table : DataFrame
        From ``analysis.feasibility.tolerable_volatility``; targets above delivery are drawn as the drift they need.
    """
    rows = table[table["sigma_star"].notna() | table["drift_needed"].notna()]
    rows = rows.assign(at=rows["sigma_star"].fillna(-rows["drift_needed"])).sort_values("at", ignore_index=True)
    fig, ax = plt.subplots(figsize=(WIDTH, 1.3 + 0.34 * max(len(rows), 3)))
    ax.axvline(0, color=MUTED, lw=1)
    for y, row in enumerate(rows.to_dict("records")):
        above = pd.isna(row["sigma_star"])
        colour = RED if above else INK
        ax.plot([0, row["at"]], [y, y], color=colour, lw=2)
        ax.plot(row["at"], y, "^" if above else "o", color=colour)
        words = number(row["at"], t.lang, 3)
        if above:
            words = t("lollipop.drift", value=number(100 * row["drift_needed"], t.lang, 1))
        ax.annotate(words, (max(row["at"], 0), y), (9, 0), textcoords="offset points", va="center", color=colour,
                    fontsize=9, bbox={"fc": "white", "ec": "none", "pad": 0.8})  # fmt: skip
    ax.axvline(sigma, color=OCHRE, lw=1.5, ls="--")
    ax.annotate(t("lollipop.yours", sigma=number(sigma, t.lang, 2)), (sigma, 1), (4, -2), va="top", color=INK,
                xycoords=("data", "axes fraction"), textcoords="offset points", fontsize=9)  # fmt: skip
    ax.set_yticks(range(len(rows)), _names(rows, t))
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="y", visible=False)
    ax.set_xlim(min(rows["at"].min() * 1.1, -0.05), max(rows["at"].max(), sigma) * 1.2)
    ticks = [x for x in ax.get_xticks() if 0 <= x <= ax.get_xlim()[1]]
    ax.set_xticks(ticks, [number(x, t.lang, 2) for x in ticks])
    ax.set_ylim(-0.6, len(rows) + 0.1)
    ax.set_title(t("lollipop.title", p=number(100 * safe_prob, t.lang)))
    axis_labels(ax, x=t("axis.sigma"))
    stars = rows["sigma_star"].dropna()
    alt = t("lollipop.alt", n=len(stars), least=number(stars.min(), t.lang, 3), drift=len(rows) - len(stars))
    return Figure(fig, alt, source, "arithmetic", t.lang)


def hit_forest(rates: pd.DataFrame, t: Translator, source: str) -> Figure:
    """Draw hit rates with their intervals, one row a class and year; a ceiling is an open bar with an arrow.

    Parameters
    ----------
    rates : DataFrame
        ``label``, ``rate``, ``rate_lower``, ``rate_upper``, ``hits``, ``n``, ``evidence``.
    """
    rows = rates.iloc[::-1].reset_index(drop=True)
    fig, ax = plt.subplots(figsize=(WIDTH, 1.3 + 0.38 * max(len(rows), 3)))
    for y, row in enumerate(rows.to_dict("records")):
        bound = row["evidence"] == "bound"
        colour = TEAL if bound else OCHRE
        ax.plot([row["rate_lower"], row["rate_upper"]], [y, y], color=colour, lw=2.5, ls=":" if bound else "-")
        ax.plot(row["rate"], y, "<" if bound else "D", color=colour, mec=INK, mew=0.8, clip_on=False)
        counts = f"{'≤' if bound else ''}{row['hits']:.0f}/{row['n']:.0f}"
        ax.annotate(counts, (1.03, y), va="center", color=MUTED, annotation_clip=False)
    ax.set_yticks(range(len(rows)), rows["label"])
    ax.set_xlim(0, 1)
    ax.set_ylim(-0.6, len(rows) - 0.4)
    ax.set_xticks(np.linspace(0, 1, 6), [f"{x:.0f}%" for x in np.linspace(0, 100, 6)])
    ax.grid(axis="y", visible=False)
    ax.tick_params(axis="y", length=0)
    ax.set_title(t("forest.title"))
    axis_labels(ax, x=t("axis.hit_rate"))
    said = "; ".join(f"{row['label']} {row['hits']:.0f}/{row['n']:.0f}" for _, row in rates.iterrows())
    return Figure(fig, t("forest.alt", rates=said), source, "base_rate", t.lang)
