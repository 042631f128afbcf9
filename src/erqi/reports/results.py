"""What a notebook hands back: its key figures, as one display bundle that the runner reads."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from erqi.errors import InputError
from erqi.figures import labels, style

MIME = "application/vnd.erqi.results+json"
EVIDENCE = ("arithmetic", "bound", "scenario", "base_rate")


@dataclass(frozen=True)
class KeyFigure:
    """One number that a run stands for; the index compares it with the last good run.

    Parameters
    ----------
    id : str
        Stable name, unique in its notebook, such as ``two_year_average``.
    value : float, int, str or None
        None where the document does not determine it.
    unit : str
        ``%``, ``pp``, ``CNY``, ``1`` … as in the tables.
    evidence : str
        arithmetic, bound, scenario or base_rate.
    label_zh, label_en : str
        What the number is, in words.
    observation_ids : tuple of str
        The observations that it was computed from.
    """

    id: str
    value: float | int | str | None
    unit: str
    evidence: str
    label_zh: str
    label_en: str
    observation_ids: tuple[str, ...] = ()


def _plain(value: Any) -> float | int | str | None:
    """A JSON value; numpy scalars become Python's, and what is not a number becomes None."""
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | str):
        return value
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def written(value: Any, unit: str, language: str, sign: bool = False) -> tuple[str, str]:
    """A value of a key figure and the unit it is written in, as the reader counts."""
    divisor, name = labels.axis_unit(unit, language)
    if value is None or isinstance(value, str):
        return value or "–", name
    scaled = value / divisor
    whole = isinstance(value, int) and divisor == 1
    name = name if unit != "1" else ""
    digits = 0 if whole or abs(scaled) >= 1000 else 2 if abs(scaled) >= 10 else 3
    return (labels.signed if sign else labels.number)(scaled, language, digits), name


def bundle(notebook: str, key_figures: Iterable[KeyFigure], language: str = "zh") -> dict[str, Any]:
    """The MIME bundle that carries the results.

    Raises
    ------
    InputError
        If an id occurs twice or an evidence label is not one of the four.
    """
    figures: list[dict[str, Any]] = []
    seen: set[str] = set()
    for figure in key_figures:
        if figure.id in seen:
            raise InputError(notebook, "key figure id", figure.id, "each id once")
        if figure.evidence not in EVIDENCE:
            raise InputError(notebook, f"evidence of {figure.id}", figure.evidence, ", ".join(EVIDENCE))
        seen.add(figure.id)
        ids = [str(one) for one in figure.observation_ids]
        figures.append(asdict(figure) | {"value": _plain(figure.value), "observation_ids": ids})

    t = labels.translator("pages", language)
    label = "label_zh" if language == "zh" else "label_en"
    head = (t("key_figure"), t("value"), t("unit"), t("col.evidence"))
    shown = [written(one["value"], one["unit"], language) for one in figures]
    values = labels.aligned(value for value, _ in shown)
    rows = "".join(
        f'<tr><td class="text">{html.escape(one[label])}</td><td class="num">{value}</td>'
        f'<td class="text short">{html.escape(unit)}</td>'
        f'<td class="text short">{style.mark(one["evidence"])}{html.escape(t("evidence." + one["evidence"]))}</td></tr>'
        for one, value, (_, unit) in zip(figures, values, shown, strict=True)
    )
    kinds = ("text", "num", "text short", "text short")
    top = "".join(
        f'<th scope="col" class="{kind}">{html.escape(word)}</th>' for kind, word in zip(kinds, head, strict=True)
    )
    return {
        MIME: {"notebook": notebook, "key_figures": figures},
        "text/html": f'<div class="erqi-table" role="region" tabindex="0" aria-label="{html.escape(head[0])}"><table>'
        f"<thead><tr>{top}</tr></thead><tbody>{rows}</tbody></table></div>",
        "text/plain": "\n".join(" ".join((one[label], *row)) for one, row in zip(figures, shown, strict=True)) or "—",
    }


def hand_back(notebook: str, key_figures: Iterable[KeyFigure], language: str = "zh") -> None:
    """Display the results of a notebook; its last cell.

    Parameters
    ----------
    notebook : str
        File name without suffix, ``01_growth``.
    key_figures : iterable of KeyFigure
        May be empty: the run then says that it finished and has no figure to compare.
    language : str
        ``zh`` or ``en``, for the small table that a reader sees.
    """
    from IPython.display import display

    display(bundle(notebook, key_figures, language), raw=True)


def collect(cells: Iterable[Mapping[str, Any]]) -> dict[str, Any] | None:
    """The results among the outputs of executed cells, or None if nothing was handed back."""
    found = None
    for cell in cells:
        for output in cell.get("outputs", ()):
            found = output.get("data", {}).get(MIME, found)
    return found
