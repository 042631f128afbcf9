"""A table of results as a page shows it: aligned numbers, units in the header, each row tied to its quote."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path

import pandas as pd

from erqi.figures import labels, style

# columns that name observations, one or several separated by spaces
LINKS = ("observation_id", "observation_ids", "actual_observation_id", "target_observation_id", "derived_from")
_VALUES = ("value", "lower", "upper")
_COUNTS = ("1", "person")


@dataclass(frozen=True)
class Column:
    """How one column is shown.

    Parameters
    ----------
    name : str
        Column of the table; ``label`` and ``name`` stand for ``label_zh`` or ``label_en`` and so on.
    unit : str
        Code or words for the header; money is shown in 亿元 or billion yuan.
    digits : int, optional
        Decimal places; as many as each value has if not given.
    signed : bool
        Write a plus sign before gains.
    title : str
        Heading; that of the catalogue (``col.<name>``) if not given.
    scale : float
        Factor before showing, 100 for a share as per cent.
    unit_in : str
        Column with each row's own unit; ``unit`` for columns of values, ``change_unit`` for ``change``, if not given.
        Where it is named, ``digits`` holds for what is measured, and counts are whole.
    """

    name: str
    unit: str = ""
    digits: int | None = None
    signed: bool = False
    title: str = ""
    scale: float = 1.0
    unit_in: str = ""


class Shown(str):
    """HTML that Jupyter displays as such; in a page of its own it is the element itself."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        return style_tag() + self


@cache
def show_css() -> str:
    """Return the style of tables, marks and quotes, which a notebook and a page share."""
    return (Path(__file__).parent / "show.css").read_text(encoding="utf-8")


def style_tag() -> str:
    """Return the ``<style>`` that goes before each table in a notebook; a page that has the rules drops it."""
    return f"<style>{show_css()}</style>"


def show(
    df: pd.DataFrame,
    columns: Sequence[str | Column] | None = None,
    *,
    t: labels.Translator,
    lang: str = "",
    caption: str = "",
    observations: pd.DataFrame | None = None,
    plan: str = "plan.html",
) -> Shown:
    """Show a table.

    Parameters
    ----------
    df : DataFrame
        One row per row. A column ``evidence`` is shown as mark and word with a key below the table, columns of
        codes in words, ``time_period`` as a date. Values beside a column of units have their unit in the heading if
        it is one for all rows, else in a column after the last of them. Rows with one of `LINKS` get a link into the
        marked-up plan, with the quote on hover and focus.
    columns : sequence of str or Column, optional
        What to show, in order; every column except ids and the other language if not given.
    t : Translator
        Looks up headings (``col.<name>``) and codes (``<name>.<code>``).
    lang : str, optional
        The translator's language if not given.
    caption : str
        What the table shows; also its name for a screen reader.
    observations : DataFrame, optional
        The table of observations, where quotes are looked up that ``df`` itself does not have.
    plan : str
        Address of the marked-up plan.

    Raises
    ------
    KeyError
        If a heading or a code has no words, or a column is not there.
    """
    lang = labels.check_language(lang or t.lang)
    specs = [c if isinstance(c, Column) else Column(c) for c in columns or _default_columns(df, lang)]
    if df.empty:
        return Shown(f'<p class="erqi-empty">{escape(caption)} {escape(t("empty_table"))}</p>')
    quotes = _quotes(df, observations)
    linked = [name for name in LINKS if name in df.columns and df[name].map(lambda v: not labels.missing(v)).any()]
    if linked and "derived_from" in linked[1:]:
        linked.remove("derived_from")  # it repeats what the others name
    own = {spec: _unit_of(df, spec) for spec in specs}
    written = {name: _row_units(df, [spec for spec in specs if own[spec] == name], name, lang) for name in own.values()}
    cells, head = [], []
    for at, spec in enumerate(specs):
        units = written[own[spec]]
        head.append(_heading(df, spec, t, lang, units.common or ""))
        cells.append(_cells(df, spec, t, lang, units, head[-1][0]))
        if units.common is None and own[spec] == "change_unit":
            cells[-1] = [
                number + _beside(name, units.names) for number, name in zip(cells[-1], units.names, strict=True)
            ]
        elif units.common is None and own[spec] not in [own[later] for later in specs[at + 1 :]]:
            head.append(("text short", escape(t("col.unit"))))
            cells.append([escape(name) for name in units.names])
    if linked:
        head.append(("text links", escape(t("col.quote"))))
        cells.append([_links(row, quotes, t, plan) for row in df[linked].itertuples(index=False)])
    ths = "".join(f'<th scope="col" class="{kind}">{title}</th>' for kind, title in head)
    rows = "".join(
        "<tr>" + "".join(f'<td class="{kind}">{cell}</td>' for (kind, _), cell in zip(head, row, strict=True)) + "</tr>"
        for row in zip(*cells, strict=True)
    )
    name = escape(caption or " · ".join(str(c.name) for c in specs[:3]))
    return Shown(
        f'<div class="erqi-table" role="region" tabindex="0" aria-label="{name}" lang="{lang}"><table>'
        + (f"<caption>{escape(caption)}</caption>" if caption else "")
        + f"<thead><tr>{ths}</tr></thead><tbody>{rows}</tbody></table></div>"
        + (evidence_key(df["evidence"], t) if "evidence" in df.columns else "")
    )


def evidence_key(kinds: Iterable[str], t: labels.Translator) -> str:
    """Return the key of the evidence marks that a table or page uses."""
    used = [kind for kind in style.EVIDENCE if kind in set(kinds)]
    items = "".join(
        f"<li>{style.mark(k)} <b>{escape(t('evidence.' + k))}</b> {escape(t('explain.' + k))}</li>" for k in used
    )
    return f'<ul class="erqi-key" aria-label="{escape(t("key"))}">{items}</ul>' if used else ""


def not_computed(t: labels.Translator, needs: str) -> Shown:
    """Return the one boxed line that stands where a result would, and says what it lacks."""
    return Shown(f'<p class="erqi-box" role="note">{escape(t("not_computed", needs=needs))}</p>')


def quote_link(observation_id: str, quote: str, t: labels.Translator, plan: str = "plan.html", place: int = 1) -> str:
    """Return a link to the place in the plan; the quote appears on hover and on focus.

    Of several links in one cell, those after the first show their ``place`` only.
    """
    name = escape(t("quote_of"))
    if place > 1:
        name = f'<span class="erqi-unseen">{name} </span>{place}'
    words = f"{t('quote_open')}{quote}{t('quote_close')}" if quote else observation_id
    return (
        f'<a class="erqi-quote" href="{escape(plan)}#{escape(observation_id)}">{name}'
        f'<span class="erqi-said" lang="zh">{escape(words)}</span></a>'
    )


def _default_columns(df: pd.DataFrame, lang: str) -> list[str]:
    other = next(one for one in labels.LANGUAGES if one != lang)
    hidden = {"quote", "start", "end", *LINKS}
    if set(_VALUES) & set(df.columns):
        hidden.add("unit")
    shown = [c for c in df.columns if c not in hidden and not c.endswith(("_id", f"_{other}"))]
    return [c.removesuffix(f"_{lang}") for c in shown]


def _series(df: pd.DataFrame, spec: Column, lang: str) -> pd.Series:
    name = spec.name if spec.name in df.columns else f"{spec.name}_{lang}"
    return df[name]


def _unit_of(df: pd.DataFrame, spec: Column) -> str:
    """The column that holds each row's own unit, if there is one."""
    own = spec.unit_in or ("change_unit" if spec.name == "change" else "unit")
    by_row = spec.unit_in or spec.name == "change" or spec.name.rpartition("_")[2] in _VALUES
    return own if by_row and not spec.unit and own in df.columns else ""


@dataclass(frozen=True)
class _Units:
    """What each row is divided by and the unit that it is then in; ``common`` is None if that differs by row."""

    codes: Sequence[str]
    divisors: Sequence[float]
    names: Sequence[str]
    common: str | None


def _row_units(df: pd.DataFrame, specs: Sequence[Column], column: str, lang: str) -> _Units:
    if not column:
        return _Units([""] * len(df), [1.0] * len(df), [""] * len(df), "")
    values = df[[spec.name for spec in specs]].itertuples(index=False)
    codes = ["" if labels.missing(code) else str(code) for code in df[column]]
    found = [labels.row_unit(row, code, lang) for row, code in zip(values, codes, strict=True)]
    one = found[0][1] if len(set(found)) == 1 else None
    return _Units(codes, [divisor for divisor, _ in found], [name for _, name in found], one)


def _wide(text: str) -> int:
    """How many letters a text is wide: a Chinese character is twice as wide as one."""
    return sum(1 + (c > "⺀") for c in text)


def _beside(name: str, names: Sequence[str]) -> str:
    """Return a unit to stand beside its number, as wide as the widest, so that the numbers stay aligned."""
    return f'<span class="own" style="min-width:{max(map(_wide, names))}ch">{escape(name)}</span>'


def _heading(df: pd.DataFrame, spec: Column, t: labels.Translator, lang: str, unit: str = "") -> tuple[str, str]:
    title = escape(spec.title or t(f"col.{spec.name}"))
    if unit or spec.unit:
        title += f' <span class="unit">{escape(unit or labels.axis_unit(spec.unit, lang)[1])}</span>'
    series = _series(df, spec, lang)
    numeric = bool(spec.unit) or spec.digits is not None or pd.api.types.is_numeric_dtype(series)
    if numeric and not pd.api.types.is_bool_dtype(series):
        return "num", title
    # what is short stays on one line, what is long gets room
    widths = [_wide(_text(spec.name, value, t, lang, plain=True)) for value in series]
    return ("text short" if max(widths) <= 16 else "text long" if max(widths) > 60 else "text"), title


def _cells(df: pd.DataFrame, spec: Column, t: labels.Translator, lang: str, units: _Units, kind: str) -> list[str]:
    series = _series(df, spec, lang)
    if kind != "num":
        return [_text(spec.name, value, t, lang) for value in series]
    scale = labels.axis_unit(spec.unit, lang)[0] / spec.scale
    write = labels.signed if spec.signed else labels.number
    side = spec.name.removesuffix("value") + "unit"  # of rows that have no unit in common
    sides = df[side] if side != "unit" and side in df.columns else [None] * len(df)
    texts: list[str] = []
    apart: dict[int, str] = {}
    for value, code, divisor, other in zip(series, units.codes, units.divisors, sides, strict=True):
        if not code and not labels.missing(other):
            apart[len(texts)] = labels.quantity(value, str(other), lang, spec.digits)
            value = None
        number = None if labels.missing(value) else float(f"{float(value) / divisor / scale:.12g}")
        texts.append(write(number, lang, 0 if spec.unit_in and code in _COUNTS else spec.digits))
    cells = labels.aligned(texts)
    return [f'<span class="wrap">{escape(apart[i])}</span>' if i in apart else cell for i, cell in enumerate(cells)]


def _text(name: str, value: object, t: labels.Translator, lang: str, plain: bool = False) -> str:
    if labels.missing(value):
        return "–"
    if name == "evidence" and not plain:
        return f'<span class="evidence">{style.mark(str(value))} {escape(t.code(name, value))}</span>'
    if name == "unit":
        return escape(labels.unit(str(value), lang))
    if name in ("note", "result", "repair"):
        return escape(labels.remark(str(value), lang))
    if name.endswith("period"):
        return escape(labels.period(str(value), lang))
    return escape(t.code(name, value) if t.coded(name) else str(value))


def _quotes(df: pd.DataFrame, observations: pd.DataFrame | None) -> dict[str, str]:
    found: dict[str, str] = {}
    for table in (observations, df):
        if table is not None and {"observation_id", "quote"} <= set(table.columns):
            found |= {str(k): str(v) for k, v in zip(table["observation_id"], table["quote"], strict=True)}
    return found


def _links(row: Iterable[object], quotes: Mapping[str, str], t: labels.Translator, plan: str) -> str:
    ids: dict[str, None] = {}
    for value in row:
        if isinstance(value, (list, tuple)):
            ids |= dict.fromkeys(map(str, value))
        elif not labels.missing(value):
            ids |= dict.fromkeys(str(value).split())
    return " ".join(quote_link(one, quotes.get(one, ""), t, plan, n) for n, one in enumerate(ids, 1)) or "–"
