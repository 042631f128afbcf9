"""Figures of the environment: limits, implied bounds, water classes, the partial index, what a trend would need."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns

from erqi.figures.labels import Translator, number, unit
from erqi.figures.style import GREY, INK, MUTED, OCHRE, RED, TEAL, WIDTH, Figure, axis_labels

NAMES = {"pm25": "PM2.5", "pm10": "PM10", "no2": "NO2", "so2": "SO2", "co": "CO", "o3": "O3"}
LADDER = (
    "GB3095-2012-I", "GB3095-2012-II", "WHO-2021-IT1", "WHO-2021-IT2", "WHO-2021-IT3", "WHO-2021-IT4", "WHO-2021-AQG",
)  # fmt: skip
CLASSES = ("Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ", "Ⅴ")


def indicator_name(code: str, t: Translator) -> str:
    """Return the printed name of an environmental indicator."""
    return NAMES.get(code) or t(f"called.{code}")


def bullets(exceeded: pd.DataFrame, ladder: pd.DataFrame, t: Translator, source: str) -> Figure:
    """Draw each annual figure as a multiple of its limit, with the other standards as ticks.

    Parameters
    ----------
    exceeded, ladder : DataFrame
        From ``analysis.environment.exceedance`` and ``ladder``; what is not reported is an empty hatched bar.
    """
    rows = exceeded.iloc[::-1].reset_index(drop=True)
    fig, ax = plt.subplots(figsize=(WIDTH, 1.3 + 0.62 * len(rows)))
    reach = max(1.25, (1 + rows["excess"].max()) * 1.08 if rows["excess"].notna().any() else 1.25)
    for y, row in enumerate(rows.to_dict("records")):
        name = row["pollutant"]
        if pd.isna(row["value"]):
            ax.barh(y, 1, height=0.5, facecolor="none", edgecolor=GREY, hatch="///", lw=0.8)
            ax.annotate(t("bullet.unknown"), (0.5, y), ha="center", va="center", color=MUTED,
                        bbox={"fc": "white", "ec": "none", "pad": 1.5})  # fmt: skip
            continue
        ax.barh(y, 1 + row["excess"], height=0.34, color=RED if row["excess"] > 0 else INK)
        words = f"{number(row['value'], t.lang)} {unit(row['unit'], t.lang)}  {100 * row['excess']:+.1f}%"
        ax.annotate(
            words.replace("-", "−"), (max(1 + row["excess"], 1), y), (7, 0), textcoords="offset points", va="center"
        )
        for limit, same in ladder[ladder["pollutant"].eq(name)].groupby("limit"):
            x = float(str(limit)) / row["limit"]
            ax.plot([x, x], [y - 0.3, y + 0.3], color=TEAL, lw=1.6)
            names = "/".join(t.code("grade_short", one) for one in same["standard_id"])
            ax.annotate(names, (x, y + 0.32), ha="center", va="bottom", color=MUTED, fontsize=8,
                        bbox={"fc": "white", "ec": "none", "pad": 0.6})  # fmt: skip
    ax.axvline(1, color=MUTED, lw=1)
    ax.set_yticks(range(len(rows)), rows["pollutant"])
    ax.set_xlim(0, reach * 1.28)
    ticks = np.arange(0, reach + 0.01, 0.25)
    ax.set_xticks(ticks, [f"{100 * x:.0f}%" for x in ticks])
    ax.set_ylim(-0.6, len(rows) - 0.25)
    ax.grid(axis="y", visible=False)
    ax.tick_params(axis="y", length=0)
    ax.set_title(t("bullet.title"))
    axis_labels(ax, x=t("axis.of_limit"))
    excess = exceeded["excess"].map(lambda x: t("bullet.unknown") if pd.isna(x) else f"{100 * x:+.1f}%")
    said = "; ".join(exceeded["pollutant"] + " " + excess)
    return Figure(fig, t("bullet.alt", said=said), source, "arithmetic", t.lang)


def bounds(implied: pd.DataFrame, limit: pd.Series, t: Translator, source: str) -> Figure:
    """Draw where an unstated target must lie if it was met: an arrow from the delivered figure, one axis each."""
    fig, axes = plt.subplots(len(implied), 1, figsize=(WIDTH, 0.8 + 0.82 * len(implied)), squeeze=False)
    said = []
    for ax, row in zip(axes[:, 0], implied.to_dict("records"), strict=True):
        up = row["bound"] == "at_least"
        marks = [row["value"], limit.get(row["indicator_id"], np.nan)]
        span = max(0.35 * row["value"], 1.6 * abs(marks[1] - row["value"]) if marks[1] == marks[1] else 0)
        ax.set_xlim(row["value"] - span, row["value"] + span)
        ax.axvspan(row["edge"], row["value"] + (span if up else -span), color=TEAL, alpha=0.25, lw=0)
        ax.annotate("", (row["value"] + (span if up else -span) * 0.9, 0), (row["value"], 0),
                    arrowprops={"arrowstyle": "->", "color": TEAL, "lw": 2})  # fmt: skip
        ax.plot(row["value"], 0, "o", color=INK, zorder=3)
        words = f"{'≥' if up else '≤'} {number(row['value'], t.lang)} {unit(row['unit'], t.lang)}"
        ax.annotate(
            words, (row["value"], 0), (6 if up else -6, 9), textcoords="offset points", ha="left" if up else "right"
        )
        if marks[1] == marks[1]:
            ax.axvline(marks[1], color=RED, lw=1.5)
            right, limited = marks[1] > row["value"], t("bounds.limit", value=number(marks[1], t.lang))
            ax.annotate(limited, (marks[1], 1), (4 if right else -4, -2), va="top",
                        xycoords=("data", "axes fraction"), textcoords="offset points", color=RED, fontsize=8.5,
                        ha="left" if right else "right")  # fmt: skip
        ax.set_yticks([0], [indicator_name(row["indicator_id"], t)])
        ax.set_ylim(-0.6, 0.9)
        ax.tick_params(axis="both", length=0, labelsize=9)
        ax.tick_params(axis="y", labelsize=10.5)
        ax.spines["left"].set_visible(False)
        ax.grid(visible=False)
        said.append(f"{indicator_name(row['indicator_id'], t)} {words}")
    axes[0, 0].set_title(t("bounds.title"))
    return Figure(fig, t("bounds.alt", said="; ".join(said)), source, "bound", t.lang)


def water(months: pd.DataFrame, events: pd.DataFrame, t: Translator, source: str) -> Figure:
    """Draw the water class month by month, the target class as a line and dated events as marks.

    Parameters
    ----------
    months : DataFrame
        From ``analysis.environment.water_months``.
    events : DataFrame
        ``date``, ``label_zh``, ``label_en`` of the area.
    """
    start = months["month"].min()
    x = np.array([(month - start).n for month in months["month"]])
    fig, ax = plt.subplots(figsize=(WIDTH, 3.2))
    for at, value in zip(x, months["water_class"], strict=True):
        colour = INK if value == months["water_class"].min() else TEAL
        ax.plot([at + 0.05, at + 0.95], [value, value], color=colour, lw=9, solid_capstyle="butt")
    target = months["target_class"].max()
    if target == target:
        ax.axhline(target, color=RED, lw=1.5)
        ax.annotate(t("water.target", name=CLASSES[int(target) - 1]), (x.max() + 1, target), (-2, -4), color=RED,
                    textcoords="offset points", ha="right", va="top")  # fmt: skip
    for n, event in enumerate(events.to_dict("records")):
        day = pd.Timestamp(pd.Period(event["date"]).start_time)
        at = (day.year - start.year) * 12 + day.month - start.month + (day.day - 1) / day.days_in_month
        if 0 <= at <= x.max() + 1:
            ax.axvline(at, color=OCHRE, lw=1.5, ls="--")
            ax.annotate(
                event[f"label_{t.lang}"],
                (at, 0.45),
                (4, -14 * n),
                textcoords="offset points",
                va="top",
                fontsize=9,
                bbox={"fc": "white", "ec": "none", "pad": 0.5},
            )
    lowest = int(np.nanmax([months["water_class"].max(), target]))
    ax.set_yticks(range(1, lowest + 1), CLASSES[:lowest])
    ax.set_ylim(lowest + 0.6, 0.35)
    ax.set_xlim(0, x.max() + 1)
    ax.set_xticks(x + 0.5, [t("water.month", month=month.month) for month in months["month"]])
    ax.tick_params(axis="x", length=0)
    ax.grid(axis="x", visible=False)
    ax.set_title(t("water.title", year=start.year))
    axis_labels(ax, y=t("axis.water_class"))
    runs = months.groupby("water_class")["month"].agg(["min", "max"])
    said = "; ".join(f"{CLASSES[int(c) - 1]}: {first}–{last}" for c, first, last in runs.itertuples())
    return Figure(fig, t("water.alt", said=said), source, "arithmetic", t.lang)


def composite(rows: dict[str, pd.DataFrame], t: Translator, source: str) -> Figure:
    """Draw the terms of the composite index as one stack an area; unknown terms are hatched, without a length.

    Parameters
    ----------
    rows : dict
        Name of the area → ``analysis.environment.composite``.
    """
    fig, ax = plt.subplots(figsize=(WIDTH, 1.2 + 0.8 * len(rows)))
    colours = dict(zip(NAMES.values(), (INK, RED, TEAL, OCHRE, GREY, MUTED), strict=True))
    said = []
    for y, (area, table) in enumerate(reversed(rows.items())):
        left = 0.0
        for term in table[table["term"].notna()].to_dict("records"):
            ax.barh(y, term["term"], left=left, color=colours[term["pollutant"]], height=0.5)
            if term["term"] > 0.2:
                ink = INK if term["pollutant"] in ("CO", "SO2") else "white"
                ax.annotate(f"{term['pollutant']}\n{number(term['term'], t.lang, 2)}", (left + term["term"] / 2, y),
                            ha="center", va="center", color=ink, fontsize=9)  # fmt: skip
            else:
                ax.annotate(term["pollutant"], (left + term["term"] / 2, y + 0.25), (0, 2), ha="center", va="bottom",
                            textcoords="offset points", fontsize=8.5)  # fmt: skip
            left += term["term"]
        unknown = table.loc[table["term"].isna(), "pollutant"].tolist()
        words = number(left, t.lang, 2)
        if unknown:
            ax.barh(y, 0.9, left=left, height=0.5, facecolor="none", edgecolor=MUTED, hatch="///", lw=0.8)
            ax.annotate("?", (left + 0.45, y), ha="center", va="center", bbox={"fc": "white", "ec": "none", "pad": 1.5})
            words = t("composite.unknown", sum=words, names=", ".join(unknown))
        at = left + (0.9 if unknown else 0)
        ax.annotate(
            words, (at, y), (6, 0), textcoords="offset points", va="center", annotation_clip=False, fontsize=9.5
        )
        said.append(f"{area}: {words}")
    ax.set_yticks(range(len(rows)), list(reversed(rows)))
    ax.set_ylim(-0.5, len(rows) - 0.5)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="y", visible=False)
    ax.set_title(t("composite.title"))
    axis_labels(ax, x=t("axis.composite"))
    return Figure(fig, t("composite.alt", said="; ".join(said)), source, "bound", t.lang)


def slopes(series: pd.DataFrame, table: pd.DataFrame, area: str, t: Translator, source: str) -> Figure:
    """Draw short annual series with the line of every pair of points, the median slope thick.

    Parameters
    ----------
    series : DataFrame
        ``indicator_id``, ``year``, ``value``, ``unit``.
    table : DataFrame
        From ``analysis.environment.trends``.
    """
    fig, axes = plt.subplots(1, len(table), figsize=(WIDTH, 3.3), squeeze=False)
    said = []
    for ax, row in zip(axes[0], table.to_dict("records"), strict=True):
        group = series[series["indicator_id"].eq(row["indicator_id"])].sort_values("year")
        years, values = group["year"].to_numpy(float), group["value"].to_numpy(float)
        for i in range(len(group)):
            for j in range(i + 1, len(group)):
                ax.axline((years[i], values[i]), (years[j], values[j]), color=GREY, lw=0.9, zorder=1)
        middle = np.median(values - row["slope"] * years)
        ends = np.array([years.min() - 0.4, years.max() + 0.4])
        ax.plot(ends, middle + row["slope"] * ends, color=RED if row["verdict"] == "trend" else TEAL, lw=2.5)
        ax.plot(years, values, "o", color=INK, zorder=3)
        ax.set_xticks(years, [f"{year:.0f}" for year in years], rotation=45)
        ax.set_xlim(ends[0], ends[1])
        pad = 0.25 * (values.max() - values.min() or 1)
        ax.set_ylim(values.min() - pad, values.max() + pad)
        name = indicator_name(row["indicator_id"], t)
        words = t(
            "slopes.panel", slope=number(row["slope"], t.lang, 1), n=row["n"], p=number(row["least_p"], t.lang, 3)
        )
        ax.set_title(f"{name}\n{words}", fontsize=9.5, pad=18)
        axis_labels(ax, y_unit=row["unit"])
        said.append(f"{name}: {words}")
    fig.suptitle(t("slopes.title", area=area), x=0.01, ha="left", color=INK, fontsize=12.5)
    return Figure(fig, t("slopes.alt", said="; ".join(said)), source, "arithmetic", t.lang)


def years_grid(grid: pd.DataFrame, power: pd.DataFrame, t: Translator, source: str) -> Figure:
    """Draw the years needed over trend and noise, and the power that each number of years gives.

    Parameters
    ----------
    grid : DataFrame
        Years needed; index noise in per cent, columns trend in per cent a year.
    power : DataFrame
        Index years; columns noise in per cent; chance to show the chosen trend.
    """
    fig, (left, right) = plt.subplots(1, 2, figsize=(1.15 * WIDTH, 3.9), width_ratios=(1.15, 1))
    shades = sns.light_palette(INK, as_cmap=True)
    sns.heatmap(grid, annot=True, fmt=".0f", cmap=shades, cbar=False, ax=left, linewidths=1, vmin=0, vmax=30)
    left.set_xticklabels([number(float(x), t.lang) for x in grid.columns])
    left.tick_params(length=0, rotation=0)
    left.set_title(t("grid.title"))
    axis_labels(left, x=t("axis.trend"), y=t("axis.noise"))
    for (noise, curve), colour in zip(power.items(), (INK, TEAL, OCHRE), strict=False):
        right.plot(power.index, curve, color=colour)
        at = min(int(curve.searchsorted(0.5)), len(power) - 1)
        right.annotate(f"{noise}%", (power.index[at], curve.iloc[at]), (5, -9),
                       textcoords="offset points", color=INK, fontsize=9)  # fmt: skip
    right.axhline(0.9, color=MUTED, lw=1, ls="--")
    right.set_ylim(0, 1.02)
    right.set_yticks([0, 0.5, 0.9, 1], ["0%", "50%", "90%", "100%"])
    right.set_title(t("power.title"))
    axis_labels(right, x=t("axis.years"), y=t("axis.power"))
    low, high = int(np.nanmin(grid.to_numpy())), int(np.ceil(np.nanmax(grid.to_numpy())))
    return Figure(fig, t("grid.alt", low=low, high=high), source, "scenario", t.lang)
