"""Figures of the back-test: reliability, PIT, scores by held-out year."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from erqi.figures.labels import Translator, number
from erqi.figures.style import GREY, INK, MUTED, OCHRE, RED, TEAL, WIDTH, Figure, axis_labels, number_axis

LOOKS = {"year_effect": (INK, "-", "o"), "B1_target_past_rmse": (RED, "--", "s"), "B5_mean_error": (TEAL, ":", "D")}


def reliability(curves: dict[str, pd.DataFrame], parts: dict[str, dict[str, float]], t: Translator,
                source: str) -> Figure:  # fmt: skip
    """Draw CORP reliability: what was forecast against how often it came, isotonic, with forecasts as ticks.

    Parameters
    ----------
    curves : dict of DataFrame
        By model, from ``analysis.scoring.reliability_curve``.
    parts : dict of dict
        By model, from ``analysis.scoring.corp``.
    """
    fig, ax = plt.subplots(figsize=(5.6, 5.2))
    ax.plot([0, 1], [0, 1], color=MUTED, lw=1)
    ax.annotate(t("corp.diagonal"), (0.5, 0.5), (5, -5), textcoords="offset points", rotation=45, va="top",
                rotation_mode="anchor", color=MUTED, fontsize=9)  # fmt: skip
    said = []
    for place, (model, curve) in enumerate(curves.items()):
        colour, line, _ = LOOKS[model]
        label = t("corp.line", model=t.code("model", model), n=len(curve),
                  **{key.lower(): number(value, t.lang, 3) for key, value in parts[model].items()})  # fmt: skip
        ax.plot(curve["probability"], curve["recalibrated"], color=colour, ls=line, label=label)
        ax.plot(curve["probability"], np.full(len(curve), -0.03 - 0.04 * place), "|", color=colour, ms=7, alpha=0.5)
        said.append(label)
    ax.set_xlim(0, 1)
    ax.set_ylim(-0.1, 1.03)
    ticks = np.linspace(0, 1, 6)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_ticks(ticks, [f"{100 * x:.0f}%" for x in ticks])
    ax.legend(loc="upper left", bbox_to_anchor=(-0.02, -0.14))
    ax.set_title(t("corp.title"))
    axis_labels(ax, x=t("corp.x"), y=t("corp.y"))
    return Figure(fig, t("corp.alt", models="; ".join(said)), source, "base_rate", t.lang)


def pit(histogram: pd.DataFrame, t: Translator, source: str) -> Figure:
    """Draw the PIT histogram with the band in which a calibrated model's counts would stand.

    Parameters
    ----------
    histogram : DataFrame
        From ``analysis.scoring.pit_histogram``.
    """
    fig, ax = plt.subplots(figsize=(WIDTH, 3.6))
    width = histogram["right"] - histogram["left"]
    first = histogram.iloc[0]
    ax.axhspan(first["lower"], first["upper"], color=GREY, alpha=0.6, lw=0, label=t("pit.band"))
    ax.bar(histogram["left"], histogram["count"], width=width, align="edge", color=OCHRE, edgecolor="white")
    ax.axhline(first["expected"], color=INK, lw=1.2, label=t("pit.expected"))
    ax.set_xlim(0, 1)
    ax.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    ax.set_xticks(np.linspace(0, 1, 6))
    number_axis(ax.xaxis, digits=1)
    ax.grid(axis="x", visible=False)
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
    ax.set_title(t("pit.title"))
    axis_labels(ax, x=t("pit.x"), y=t("pit.y"))
    outside = int(((histogram["count"] < first["lower"]) | (histogram["count"] > first["upper"])).sum())
    counts = ", ".join(map(str, histogram["count"]))
    alt = t("pit.alt", n=int(histogram["count"].sum()), counts=counts, outside=outside, bins=len(histogram))
    return Figure(fig, alt, source, "base_rate", t.lang)


def by_year(scores: pd.DataFrame, t: Translator, source: str) -> Figure:
    """Draw the mean CRPS of each held-out year, one column of marks a year, with the number of rows below it.

    Parameters
    ----------
    scores : DataFrame
        From ``analysis.scoring.summary(scores, ["held_out"])``.
    """
    fig, ax = plt.subplots(figsize=(WIDTH, 4.0))
    years = sorted(scores["held_out"].unique())
    said: list[Any] = []
    for model, (colour, _, shape) in LOOKS.items():
        rows = scores[scores["model"].eq(model)]
        x = [years.index(year) for year in rows["held_out"]]
        ax.plot(x, rows["crps"], shape, color=colour, label=t.code("model", model),
                mfc="none" if shape == "s" else colour)  # fmt: skip
        worst = rows.sort_values("crps").tail(1)
        said += [
            f"{t.code('model', model)} {number(one.crps, t.lang, 1)} ({one.held_out})" for one in worst.itertuples()
        ]
    sizes = scores[scores["model"].eq("year_effect")].set_index("held_out")["n"]
    ax.set_xticks(range(len(years)), [f"{str(year)[2:]}\n{sizes.get(year, 0)}" for year in years])
    ax.tick_params(axis="x", length=0)
    ax.set_ylim(bottom=0)
    number_axis(ax.yaxis)
    ax.legend(loc="upper left", bbox_to_anchor=(-0.02, -0.24), ncols=3, handletextpad=0.2)
    ax.set_title(t("by_year.title"))
    axis_labels(ax, x=t("by_year.x"), y=t("by_year.y"))
    return Figure(fig, t("by_year.alt", years=len(years), worst=", ".join(said)), source, "base_rate", t.lang)
