"""Figures of the scenario chapter, and a small chart that stays alive in a page without a kernel."""

from __future__ import annotations

import html
import json
import math
import os
import tempfile
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import matplotlib
import matplotlib.pyplot as plt
import pandas as pd

from erqi.analysis.scenarios import Assumptions, World, rebuilding
from erqi.figures.labels import Translator, number
from erqi.figures.style import GREY, INK, MUTED, OCHRE, RED, TEAL, WIDTH, Figure, axis_labels, number_axis
from erqi.figures.tables import Shown


def preset_grid(frame: pd.DataFrame, target: float, t: Translator, source: str) -> Figure:
    """Growth by preset: 80 % of the draws, their median, and the probability that the target is met.

    Parameters
    ----------
    frame : DataFrame
        From ``analysis.scenarios.grid``.
    """
    fig, ax = plt.subplots(figsize=(WIDTH, 1.3 + 0.42 * len(frame)))
    ax.axvline(target, color=RED, lw=1.4)
    for y, (_, line) in enumerate(frame[::-1].iterrows()):
        ax.plot([line["p10"], line["p90"]], [y, y], color=GREY, lw=7, solid_capstyle="butt", zorder=1)
        ax.plot(line["p50"], y, "o", color=INK, zorder=3)
        ax.annotate(f"{number(100 * line['p_hit'], t.lang, 0)}%", (1.02, y), xycoords=("axes fraction", "data"),
                    va="center", annotation_clip=False)  # fmt: skip
    ax.annotate(t("grid.p"), (1.02, len(frame) - 0.45), xycoords=("axes fraction", "data"), color=MUTED, size=9.5)
    ax.set_yticks(range(len(frame)), [t(f"preset.{n}") if t.has(f"preset.{n}") else n for n in frame["preset"][::-1]])
    ax.set_ylim(-0.6, len(frame) - 0.5)
    ax.annotate(t("fan.target", target=number(target, t.lang, 1)), (target, len(frame) - 0.5), (4, 2),
                textcoords="offset points", color=RED, size=9.5)  # fmt: skip
    ax.grid(axis="y", visible=False)
    ax.tick_params(axis="y", length=0)
    ax.set_title(t("grid.title"))
    axis_labels(ax, x=t("axis.growth"))
    number_axis(ax.xaxis)
    words = {k: number(100 * v, t.lang, 0) for k, v in (("high", frame["p_hit"].max()), ("low", frame["p_hit"].min()))}
    return Figure(fig, t("grid.alt", n=len(frame), **words), source, "scenario", t.lang)


def probabilities(frame: pd.DataFrame, uncertain: pd.DataFrame, t: Translator, source: str) -> Figure:
    """P(met) of each target, baseline and scenario, with what uncertain assumptions do to the scenario's.

    Parameters
    ----------
    frame, uncertain : DataFrame
        From ``analysis.scenarios.compare`` and ``parameter_uncertainty``.
    """
    rows = frame.sort_values("p_hit_scenario", ignore_index=True)
    band = uncertain.set_index("item")
    fig, ax = plt.subplots(figsize=(WIDTH, 1.5 + 0.36 * len(rows)))
    for y, (_, line) in enumerate(rows.iterrows()):
        low, high = (100 * band.loc[line["item"], c] for c in ("p10", "p90"))
        ax.plot([low, high], [y, y], color=GREY, lw=7, solid_capstyle="butt", zorder=1)
        ax.plot(100 * line["p_hit_base"], y, "o", color=MUTED, mfc="white", zorder=2)
        ax.plot(100 * line["p_hit_scenario"], y, "^", color=RED, zorder=3)
    ax.set_yticks(range(len(rows)), [t(f"item.{name}") for name in rows["item"]])
    ax.set_xlim(0, 100)
    ax.grid(axis="y", visible=False)
    ax.tick_params(axis="y", length=0)
    ax.plot([], [], "o", color=MUTED, mfc="white", label=t("prob.base"))
    ax.plot([], [], "^", color=RED, label=t("prob.scenario"))
    ax.plot([], [], color=GREY, lw=7, label=t("prob.band"), solid_capstyle="butt")
    ax.legend(ncols=3, loc="lower left", bbox_to_anchor=(-0.02, 1.0), handletextpad=0.8, borderaxespad=0)
    ax.set_title(t("prob.title"), pad=30)
    axis_labels(ax, x=t("axis.probability"))
    number_axis(ax.xaxis)
    first = rows[rows["item"] == "gdp"].iloc[0]
    words = {k: number(100 * first[f"p_hit_{k}"], t.lang, 0) for k in ("base", "scenario")}
    return Figure(fig, t("prob.alt", n=len(rows), **words), source, "scenario", t.lang)


def hits(base: pd.DataFrame, other: pd.DataFrame, t: Translator, source: str) -> Figure:
    """Distribution of the number of targets met together, baseline and scenario.

    Parameters
    ----------
    base, other : DataFrame
        From ``analysis.scenarios.joint``.
    """
    fig, ax = plt.subplots(figsize=(WIDTH, 3.2))
    for frame, colour, shift, key in ((base, GREY, -0.2, "prob.base"), (other, RED, 0.2, "prob.scenario")):
        ax.bar(frame["hits"] + shift, 100 * frame["p"], 0.38, color=colour, lw=0, label=t(key))
    ax.set_xticks(other["hits"], [number(h, t.lang, 0) for h in other["hits"]])
    ax.legend(loc="upper right")
    ax.grid(axis="x", visible=False)
    ax.set_title(t("hits.title", n=len(other) - 1))
    axis_labels(ax, x=t("axis.hits"), y=t("axis.probability"))
    number_axis(ax.yaxis)
    mean = {k: number((f["hits"] * f["p"]).sum(), t.lang, 1) for k, f in (("base", base), ("scenario", other))}
    return Figure(fig, t("hits.alt", n=len(other) - 1, **mean), source, "scenario", t.lang)


def live_chart(w: World, a: Assumptions, t: Translator, source: str) -> Shown:
    """A chart with two sliders, trend and recovery share, that needs neither kernel nor network.

    The closed form of ``analysis.scenarios.centre`` is written once more as a Vega expression; a test holds the
    two together.
    """
    assert w.facts.growth
    assert w.facts.target
    target, last = w.facts.target.value, w.facts.growth.value
    low, high = w.facts.target.interval(a.around_pp)
    shock = a.shock_2022_pp * a.shock_months / 12
    city = w.city_target + a.past_error_pp - shock if w.city_target is not None else 0.0
    weight = a.parent_weight if w.city_target is not None else 0.0
    extra = float(rebuilding(w, a)) - shock

    def growth(share: str) -> str:
        logs = f"log(1+trend/100)*(1+{share})-{share}*{math.log1p(last / 100)!r}+{extra / 100!r}"
        return f"{1 - weight!r}*100*(exp({logs})-1)+{weight * city!r}"

    def slider(name: str, value: float, low: float, high: float, step: float) -> dict[str, Any]:
        bind = {"input": "range", "min": low, "max": high, "step": step, "name": t(f"live.{name}") + " "}
        return {"name": name, "value": round(float(value), 2), "bind": bind}

    axis = {"labelColor": INK, "titleColor": MUTED, "gridColor": "#e6eaed", "labelFontSize": 12, "titleFontSize": 12}
    ends = {"domain": [min(0.0, last), max(12.0, target + 4)]}
    x = {"field": "share", "type": "quantitative", "title": t("axis.share"), "scale": {"nice": False}}
    x |= {"axis": axis | {"values": [-0.5, 0, 0.5, 1, 1.5]}}
    y = {"field": "growth", "type": "quantitative", "title": t("axis.centre"), "scale": ends, "axis": axis}
    words = f"format(datum.growth,'.1f')+'%  ('+format(datum.growth-{target!r},'+.1f')+' {t('live.points')})'"
    here = [{"calculate": "share", "as": "share"}, {"calculate": growth("share"), "as": "growth"}]
    at = {"x": x, "y": y}
    layers: list[dict[str, Any]] = [
        {
            "mark": {"type": "rect", "color": OCHRE, "opacity": 0.4},
            "encoding": {"y": {"datum": low, "scale": ends}, "y2": {"datum": target if high != high else high}},
        },
        {"mark": {"type": "rule", "color": RED, "strokeWidth": 2}, "encoding": {"y": {"datum": target, "scale": ends}}},
        {
            "data": {"sequence": {"start": -0.5, "stop": 1.51, "step": 0.05, "as": "share"}},
            "transform": [{"calculate": growth("datum.share"), "as": "growth"}],
            "mark": {"type": "line", "color": INK, "strokeWidth": 2.5, "clip": True},
            "encoding": at,
        },
        {
            "transform": here,
            "mark": {"type": "point", "shape": "triangle", "filled": True, "size": 180, "opacity": 1, "color": RED},
            "encoding": at,
        },
        {
            "transform": [*here, {"calculate": words, "as": "words"}],
            "mark": {"type": "text", "dy": -24, "fontSize": 14, "fontWeight": "bold", "color": INK},
            "encoding": at | {"text": {"field": "words"}},
        },
    ]
    told = t("live.alt", target=number(target, t.lang, 1))
    chart = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "description": told,
        "width": "container",
        "height": 300,
        "data": {"values": [{}]},
        "params": [slider("trend", a.trend_growth, 2, 9, 0.1), slider("share", a.recovery_share, -0.5, 1.5, 0.05)],
        "layer": layers,
        # the container says in words what is drawn; marks without a name of their own would only be noise
        "config": {
            "aria": False,
            "mark": {"aria": False},
            "view": {"stroke": None},
            "font": "erqi, 'Noto Sans CJK SC', sans-serif",
        },
    }
    options = json.dumps({"actions": False, "renderer": "svg", "mode": "vega-lite"})
    spec = json.dumps(chart, ensure_ascii=False)
    note = html.escape(t("live.note", target=number(target, t.lang, 1), source=source))
    figure = (
        f'<figure class="erqi erqi-live" lang="{t.lang}"><div id="erqi-live" role="group" '
        f'aria-label="{html.escape(told)}" style="width:100%;max-width:760px"></div>'
        f'<figcaption style="color:{MUTED};font-size:.85em">{note}</figcaption></figure>'
    )
    call = f"window.vegaEmbed('#erqi-live', {spec}, {options});".replace("</", "<\\/")
    # the container stands before the scripts that fill it
    return Shown(f"{figure}<script>{vega_bundle()}</script><script>{call}</script>")


def vega_bundle() -> str:
    """The script of Vega, Vega-Lite and their embedding in one piece; bundling takes seconds, so it is kept."""
    import vl_convert

    bundler: Any = vl_convert.javascript_bundle
    store = Path(matplotlib.get_cachedir()) / f"erqi-vega-{version('vl-convert-python')}.js"
    try:
        return store.read_text(encoding="utf-8")
    except OSError:
        bundle = str(bundler()).replace("</script", "<\\/script")
    try:
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=store.parent, delete=False) as new:
            new.write(bundle)
        os.replace(new.name, store)
    except OSError:
        pass  # a folder that cannot be written costs time, not the page
    return bundle


CSS = f"""text{{font:13px sans-serif;fill:{INK}}}.h{{font-size:15px}}.m{{fill:{MUTED};font-size:12px}}
.g{{stroke:#e6eaed}}.b{{stroke:{GREY};stroke-width:7}}.s{{stroke:{TEAL};stroke-width:7}}.db{{fill:{MUTED}}}.ds{{fill:{INK}}}
.t{{stroke:{RED};stroke-width:2.5}}.c{{stroke:{GREY};fill:none}}.r{{stroke:{RED};stroke-width:2.5;fill:none}}"""


def svg_page(
    base: pd.DataFrame,
    other: pd.DataFrame,
    lines: Mapping[float, Any],
    trends: Any,
    here: tuple[float, float],
    target: tuple[float, float, float],
    t: Translator,
) -> str:
    """Both panels of the explorer as one light SVG: ranges of growth indicators, and the belief map.

    Written by hand because matplotlib takes a tenth of a second for it, which a slider does not have.

    Parameters
    ----------
    base, other : DataFrame
        ``analysis.scenarios.summary`` of baseline and scenario.
    lines : mapping of float to array
        Recovery share over ``trends`` for each growth that gets a line (``analysis.scenarios.belief_lines``).
    here : (trend, share)
    target : (low, value, high)
    """
    pairs = [(a, b) for a, b in zip(base.to_dict("records"), other.to_dict("records"), strict=True) if a["unit"] == "%"]
    height = 34 * len(pairs) + 64
    body = _ranges(pairs, height, t) + _beliefs(lines, trends, here, target, height, t)
    growth = pairs[0][1]
    alt = t("explorer.alt", p=number(100 * growth["p_hit"], t.lang, 0), median=number(growth["p50"], t.lang, 1))
    return (
        f'<svg viewBox="0 0 885 {height}" role="img" aria-label="{html.escape(alt)}" '
        f'style="width:100%;max-width:1000px"><style>{CSS}</style>{body}</svg>'
    )


def _text(x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}" text-anchor="{anchor}">{html.escape(words)}</text>'


def _ranges(pairs: list[tuple[dict[Any, Any], dict[Any, Any]]], height: int, t: Translator) -> str:
    ends = [line[c] for pair in pairs for line in pair for c in ("p10", "p90")]
    low, high = min(*ends, 0.0) - 0.5, max(ends) + 0.5
    out = [_text(0, 16, t("explorer.ranges"), "h")]

    def x(v: float) -> float:
        return 190 + 290 * (v - low) / (high - low)

    step = 5 if high - low < 40 else 10
    for v in range(step * math.ceil(low / step), math.ceil(high), step):
        out.append(f'<path d="M{x(v):.1f} 30V{height - 28}" class="g"/>')
        out.append(_text(x(v), height - 12, f"{number(v, t.lang, 0)}%", "m", "middle"))
    for k, pair in enumerate(pairs):
        y = 50 + 34 * k
        out.append(_text(0, y + 4, t(f"item.{pair[0]['item']}")))
        for line, dy, kind in zip(pair, (-5, 5), "bs", strict=True):
            out.append(f'<path d="M{x(line["p10"]):.1f} {y + dy}H{x(line["p90"]):.1f}" class="{kind}"/>')
            out.append(f'<circle cx="{x(line["p50"]):.1f}" cy="{y + dy}" r="4" class="d{kind}"/>')
        if pair[0]["target"] == pair[0]["target"]:
            out.append(f'<path d="M{x(pair[0]["target"]):.1f} {y - 13}v26" class="t"/>')
    return "".join(out)


def _beliefs(
    lines: Mapping[float, Any],
    trends: Any,
    here: tuple[float, float],
    target: tuple[float, float, float],
    height: int,
    t: Translator,
) -> str:
    left, top, wide, high = 545, 30, 330, height - 58

    def x(v: float) -> float:
        return float(left + wide * (v - trends[0]) / (trends[-1] - trends[0]))

    def y(v: float) -> float:
        return top + high * (1.5 - min(9.0, max(-9.0, v))) / 2

    def points(shares: Any) -> list[str]:
        return [f"{x(g):.1f} {y(v):.1f}" for g, v in zip(trends, shares, strict=True)]

    out = [_text(left - 35, 16, t("belief.title"), "h"), f'<clipPath id="c"><rect x="{left}" y="{top}" width="{wide}" ']
    out.append(f'height="{high}"/></clipPath><g clip-path="url(#c)">')
    if lines and target[0] < target[2]:
        around = points(lines[target[2]]) + points(lines[target[0]])[::-1]
        out.append(f'<path d="M{"L".join(around)}Z" fill="{OCHRE}" opacity=".45"/>')
    for level, shares in lines.items():
        out.append(f'<path d="M{"L".join(points(shares))}" class="{"r" if level == target[1] else "c"}"/>')
        inside = [j for j in range(len(trends)) if -0.4 < shares[j] < 1.4]
        if inside and level == round(level):
            j = inside[len(inside) // 4]
            out.append(_text(x(trends[j]), y(shares[j]), f"{level:g}%", "m"))
    out.append(f'<path d="M{x(here[0]):.1f} {y(here[1]) - 8:.1f}l8 14h-16z" fill="{INK}" stroke="#fff"/></g>')
    out += [_text(x(v), height - 12, f"{v}%", "m", "middle") for v in range(math.ceil(trends[0]), int(trends[-1]) + 1)]
    out += [_text(left - 8, y(v) + 4, number(v, t.lang), "m", "end") for v in (-0.5, 0, 0.5, 1, 1.5)]
    out.append(f'<rect x="{left}" y="{top}" width="{wide}" height="{high}" fill="none" stroke="{MUTED}"/>')
    return "".join(out)
