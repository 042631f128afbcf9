"""The scenario explorer for JupyterLab: controls made from the parameter model, results updated in place."""

from __future__ import annotations

import html
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import ipywidgets as widgets
import numpy as np

from erqi.analysis import scenarios
from erqi.analysis.scenarios import Assumptions, World
from erqi.errors import InputError
from erqi.figures.labels import Translator, number
from erqi.figures.scenarios import svg_page
from erqi.figures.tables import Column, show, style_tag

FIRST = (
    *("trend_growth", "recovery_share", "shock_2022_pp", "deflator_2022", "investment_gap_pp", "project_realisation"),
    *("rebuild_share_2022", "revenue_buoyancy", "around_pp", "strive_counts", "parent_weight", "sigma_lo"),
)
TRENDS = np.linspace(2, 9, 57)


class Explorer:
    """Move an assumption, see the consequence against a baseline.

    Parameters
    ----------
    specification : mapping
        Parameters of ``04_scenarios``: default, range or one_of, unit, zh, en, source, by name.
    presets : mapping of str to Assumptions
        What the drop-downs offer.
    start, baseline : str
        Names of the presets shown first.
    save : callable (name, differences) → path
        Writes the differences from the defaults.
    t : Translator
        Of ``scenarios``; ``tg`` of ``growth`` names the indicators.

    Attributes
    ----------
    seconds : float
        Time from the last change to the new figure and table, without the browser's.
    """

    def __init__(
        self,
        world: World,
        specification: Mapping[str, Mapping[str, Any]],
        presets: Mapping[str, Assumptions],
        save: Callable[[str, Mapping[str, Any]], object],
        t: Translator,
        tg: Translator,
        start: Assumptions,
        baseline: str = "document",
        n: int = 20_000,
        seed: int = 720,
    ) -> None:
        self.world, self.presets, self.t, self.tg, self.n, self.seed = world, dict(presets), t, tg, n, seed
        self._save, self._quiet, self.seconds = save, False, 0.0
        self.default = Assumptions()
        known = {"flood_loss": round(world.flood_loss / 1e8, 2)}
        self.standing = {k: v for k, v in known.items() if "sentinel" in specification[k]}
        self.controls = {k: self._control(k, s) for k, s in specification.items() if hasattr(self.default, k)}
        names = [(t(f"preset.{p}") if t.has(f"preset.{p}") else p, p) for p in presets]
        wide = {"layout": widgets.Layout(width="330px"), "style": {"description_width": "90px"}}
        self.preset = widgets.Dropdown(
            options=[(t("explorer.own"), ""), *names], description=t("explorer.preset"), **wide
        )
        self.baseline = widgets.Dropdown(options=names, value=baseline, description=t("explorer.baseline"), **wide)
        self.name = widgets.Text(placeholder=t("explorer.name"), layout=widgets.Layout(width="150px"))
        self.save_button = widgets.Button(description=t("explorer.save"), layout=widgets.Layout(width="90px"))
        self.reset_button = widgets.Button(description=t("explorer.reset"), layout=widgets.Layout(width="90px"))
        self.message, self.figure, self.table = (widgets.HTML() for _ in range(3))
        self._kept: tuple[Any, Any, Any] = (None, None, None)
        self._put(start)
        for control in self.controls.values():
            control.observe(self._moved, "value")
        self.preset.observe(self._chosen, "value")
        self.baseline.observe(lambda _: self.update(), "value")
        self.save_button.on_click(lambda _: self.save())
        self.reset_button.on_click(lambda _: self.reset())
        self.update()

    def _control(self, name: str, spec: Mapping[str, Any]) -> Any:
        value = self.standing.get(name, spec["default"])
        common: dict[str, Any] = {"description": self.t(f"control.{name}"), "tooltip": self._note(name, spec)}
        common |= {"style": {"description_width": "150px"}, "layout": widgets.Layout(width="98%")}
        if isinstance(spec["default"], bool):
            return widgets.Checkbox(value=value, **common)
        if "one_of" in spec:
            options = [(self.t(f"choice.{one}"), one) for one in spec["one_of"]]
            return widgets.Dropdown(options=options, value=value, **common)
        low, high = spec["range"]
        step = next(s for s in (0.01, 0.05, 0.1, 0.5, 1.0) if s >= (high - low) / 250)
        slider = {"value": value, "min": low, "max": high, "step": step, "readout_format": ".2f"}
        return widgets.FloatSlider(continuous_update=False, **slider, **common)

    def _note(self, name: str, spec: Mapping[str, Any]) -> str:
        """What a control means, with unit, default, range and where the default comes from."""
        unit = "" if spec.get("unit", "1") == "1" else f" {spec['unit']}"
        default = spec["default"]
        choice = self.t(f"choice.{default}") if isinstance(default, str) else str(self.standing.get(name, default))
        parts = [spec[self.t.lang]]
        if not isinstance(default, bool):
            parts.append(f"{self.t('explorer.default')} {choice}{unit}")
        if "range" in spec:
            low, high = (number(end, self.t.lang) for end in spec["range"])
            parts.append(f"{self.t('explorer.range')} {low} … {high}")
        return " · ".join([*parts, str(spec.get(f"source_{self.t.lang}", spec["source"]))])

    def assumptions(self) -> Assumptions:
        """What the controls say now; a control left at what the reference series holds stays with it."""
        values = {k: c.value for k, c in self.controls.items()}
        values |= {k: getattr(self.default, k) for k, v in self.standing.items() if values[k] == v}
        return Assumptions(**values)

    def _put(self, a: Assumptions) -> None:
        self._quiet = True
        for name, control in self.controls.items():
            value = getattr(a, name)
            control.value = self.standing.get(name, value) if value == getattr(self.default, name) else value
        self._quiet = False

    def _moved(self, _: object) -> None:
        if not self._quiet:
            self._quiet, self.preset.value = True, ""
            self._quiet = False
            self.update()

    def _chosen(self, change: Mapping[str, Any]) -> None:
        if change["new"] and not self._quiet:
            self._put(self.presets[change["new"]])
            self.update()

    def reset(self) -> None:
        """Back to the defaults."""
        self._put(self.default)
        self._quiet, self.preset.value = True, ""
        self._quiet = False
        self.update()

    def save(self) -> None:
        """Write what differs from the defaults under the name given, and offer it from now on."""
        differences = self.assumptions().differences(self.default)
        try:
            path = self._save(self.name.value, differences)
        except InputError as error:
            self.message.value = f'<span role="alert">{html.escape(str(error))}</span>'
            return
        self.presets[self.name.value] = replace(self.default, **differences)
        for box in (self.preset, self.baseline):
            box.options = [*(o for o in box.options if o[1] != self.name.value), (self.name.value, self.name.value)]
        self.message.value = html.escape(self.t("explorer.saved", path=path))

    def update(self) -> None:
        """Draw again: one simulation, one drawing, no output is ever cleared."""
        began, a, w = time.perf_counter(), self.assumptions(), self.world
        target = w.facts.target
        assert target
        base = self.presets[self.baseline.value]
        if self._kept[0] != base:
            draws = scenarios.simulate(w, base, self.n, self.seed)
            self._kept = base, draws, scenarios.summary(draws)
        draws = scenarios.simulate(w, a, self.n, self.seed)
        _, first, one = self._kept
        two = scenarios.summary(draws)
        low, high = target.interval(a.around_pp)
        levels = sorted({*range(2, 15, 2), low, target.value, high if high == high else target.value})
        lines = scenarios.belief_lines(w, a, levels, TRENDS)
        here, goal = (a.trend_growth, a.recovery_share), (low, target.value, high)
        self.figure.value = svg_page(one, two, lines, TRENDS, here, goal, self.tg)
        frame = scenarios.compare(first, draws, one, two)
        columns: list[str | Column] = [
            "item",
            *(Column(f"p50_{k}", digits=1, unit_in="unit") for k in ("base", "scenario")),
            Column("p50_difference", self.tg("pp_or_number"), 1, signed=True),
        ]
        columns += [Column(f"p_hit_{k}", "%", 0, scale=100) for k in ("base", "scenario")]
        columns += [Column("p_hit_difference", "pp", 1, signed=True, scale=100), Column("mc_se", "pp", 2, scale=100)]
        self.table.value = show(frame, columns, t=self.tg, caption=self.tg("caption.compare"))
        self.seconds = time.perf_counter() - began
        self.message.value = self.t(
            "explorer.took", ms=number(1000 * self.seconds, self.t.lang, 0), n=number(self.n, self.t.lang, 0)
        )

    def widget(self) -> widgets.Widget:
        """The whole explorer, for display."""
        shown = {k: self._told(k) for k in self.controls}
        main = widgets.VBox([shown[k] for k in FIRST])
        rest = widgets.Accordion(
            [widgets.VBox([c for k, c in shown.items() if k not in FIRST])], titles=[self.t("explorer.more")]
        )
        saving = widgets.HBox([self.name, self.save_button, self.reset_button])
        left = widgets.VBox([self.preset, self.baseline, saving, main, rest], layout=widgets.Layout(flex="1 1 370px"))
        right = widgets.VBox(
            [self.figure, self.table, self.message, widgets.HTML(style_tag())], layout=widgets.Layout(flex="3 1 560px")
        )
        return widgets.HBox([left, right], layout=widgets.Layout(flex_flow="row wrap"))

    def _told(self, name: str) -> widgets.Widget:
        note = widgets.HTML(
            f'<small style="line-height:1.3;display:block">{html.escape(self.controls[name].tooltip)}</small>'
        )
        return widgets.VBox([self.controls[name], note], layout=widgets.Layout(margin="0 0 6px 0"))
