"""The marked-up plan: the whole text, every mention highlighted, with its reading and its row."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, PackageLoader

from erqi import paths, sources, tables
from erqi.errors import InputError
from erqi.figures import labels, style
from erqi.figures.tables import show_css

KINDS = ("quantity", "threshold", "date", "name", "ordinal", "statement")
STATUSES = ("actual", "target", "scope", "none")
POLICY = "default-src 'none'; style-src 'unsafe-inline'; font-src data:; img-src data:; script-src 'sha256-{}'"


@dataclass
class Span:
    """A highlighted piece of the text: a mention, or words that fix a value without a numeral.

    ``found`` has one entry for each observation that was read from it, or one that says that there is none.
    """

    id: str
    start: int
    end: int
    kind: str
    head: str
    also: list[str] = field(default_factory=list)
    found: list[dict[str, Any]] = field(default_factory=list)

    @property
    def anchors(self) -> list[str]:
        """Every id that leads here besides its own."""
        return [i for i in dict.fromkeys([*self.also, *(one["id"] for one in self.found)]) if i != self.id]

    def all(self, key: str) -> str:
        """The codes of one column over all observations, as an attribute."""
        return " ".join(dict.fromkeys(one[key] for one in self.found))


def write(data_dir: str | Path, out: str | Path, lang: str = "zh", document: str = "") -> Path:
    """Write ``plan.html`` for one document of a folder of tables.

    Parameters
    ----------
    data_dir : path
        Folder that ``erqi build`` or ``erqi read`` wrote.
    out : path
        The folder that gets ``plan.html``, or the file's own path where it ends in ``.html``.
    document : str
        ``document_id``; the only or latest one if not given.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    InputError
        If the document is not among the tables or its text is not kept beside them.
    """
    known = tables.load("sources", data_dir)
    if not document and len(known):
        document = str(known.sort_values(["plan_year", "document_id"], na_position="first").iloc[-1]["document_id"])
    row = known[known["document_id"] == document]
    if row.empty:
        raise InputError(data_dir, "document", document, f"one of {', '.join(known['document_id'])}")
    title = row.iloc[0]["title"]
    source = sources.Document(
        document, _text(Path(data_dir), row.iloc[0]),
        sidecar=sources.Sidecar(title="" if labels.missing(title) else str(title)),
    )  # fmt: skip
    mine = {name: tables.load(name, data_dir) for name in ("mentions", "observations")}
    mine = {name: table[table["document_id"] == document] for name, table in mine.items()}
    page = render(source, mine["mentions"], mine["observations"], tables.load("indicators", data_dir), lang)
    target = Path(out) if str(out).endswith(".html") else Path(out) / "plan.html"
    target.write_text(page, encoding="utf-8", errors="replace")
    return target


def _text(folder: Path, row: pd.Series) -> str:
    name = row["document_id"]
    for path in (folder / "text" / f"{name}.txt", folder / f"{name}.txt"):
        if path.is_file():
            return path.read_bytes().decode("utf-8", "surrogatepass")
    path = paths.RAW / str(row["file"])
    if not path.is_file():
        raise InputError(folder, "text", f"without {name}.txt", "a folder that `erqi build` wrote")
    return sources.load(path).text


def render(
    document: sources.Document,
    mentions: pd.DataFrame,
    observations: pd.DataFrame,
    indicators: pd.DataFrame,
    lang: str = "zh",
) -> str:
    """Return the marked-up text as one page that works offline.

    Parameters
    ----------
    document : Document
        Offsets of both tables are code points of its ``text``.
    mentions, observations : DataFrame
        As in DESIGN: one row per numeral, one per statement. Each ``mention_id`` and ``observation_id`` becomes
        an anchor.
    indicators : DataFrame
        Names and topics of the indicators; may be empty.
    """
    t = labels.translator("plan", lang)
    text, names = document.text, indicators.set_index("indicator_id")[[f"name_{lang}", "topic"]].to_dict("index")
    spans = _spans(_records(mentions), _records(observations), names, t)
    kinds = Counter(span.kind for span in spans)
    states = Counter(state for span in spans for state in {one["status"] for one in span.found})
    topics = sorted({one["topic"] for span in spans for one in span.found} - {"-"})
    heads = ("text", "indicator_id", "measure", "value", "time_period", "status", "kind")
    script = _template("plan.js")
    page = (
        Environment(loader=PackageLoader("erqi.reports"), autoescape=True)
        .get_template("plan.html.j2")
        .render(
            t=t,
            lang=lang,
            title=document.sidecar.title or document.document_id,
            text=text,
            lines=_lines(text, spans),
            spans=spans,
            statuses=[(s, t(f"status.{s}"), states[s]) for s in STATUSES if states[s]],
            kinds=[(k, t(f"kind.{k}"), _mark(k, t), kinds[k]) for k in KINDS if kinds[k]],
            topics=[(one, t.code("topic", one)) for one in topics],
            marks={k: _mark(k, t) for k in KINDS},
            counts={"mentions": len(mentions), "observations": len(observations)},
            heads=[t(f"col.{c}") for c in heads],
            css=show_css() + _template("style.css") + _template("plan.css"),
            script=script,
            policy=POLICY.format(base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()),
        )
    )
    return page.replace("/*font*/", style.font_css(page), 1)


@cache
def _template(name: str) -> str:
    return (Path(__file__).parent / "templates" / name).read_text(encoding="utf-8")


def _records(table: pd.DataFrame) -> list[dict[Any, Any]]:
    """Rows with "" for what is missing."""
    return [{k: "" if labels.missing(v) else v for k, v in row.items()} for row in table.to_dict("records")]


def _mark(kind: str, t: labels.Translator) -> str:
    return t(f"mark.{kind}") if kind != "quantity" else ""


def _join(*words: str) -> str:
    return " · ".join(filter(None, words))


def _spans(
    mentions: list[dict[Any, Any]], observations: list[dict[Any, Any]], names: dict[Any, Any], t: labels.Translator
) -> list[Span]:
    """Highlights in the order of the text; what would overlap an earlier one is told there."""
    spans = {m["mention_id"]: Span(m["mention_id"], m["start"], m["end"], m["kind"], "") for m in mentions}
    for m in mentions:
        spans[m["mention_id"]].head = _join(t(f"kind.{m['kind']}"), _value(m, t), m["hedge"])
    for o in sorted(observations, key=lambda o: (o["start"], o["observation_id"])):
        name = o["observation_id"]
        span = spans.get(o["mention_id"]) or spans.setdefault(
            name, Span(name, o["start"], o["end"], "statement", t("kind.statement"))
        )
        span.found.append(_entry(o, names.get(o["indicator_id"], {}), t))
    none = {"status": "none", "topic": "-", "reading": "", "cells": ["", "", "", "", t("status.none")]}
    merged: list[Span] = []
    for span in sorted(spans.values(), key=lambda s: (s.start, -s.end)):
        if merged and span.start < merged[-1].end:
            merged[-1].also.append(span.id)
            merged[-1].found += span.found
        else:
            merged.append(span)
    for span in merged:
        span.found = span.found or [none | {"id": span.id}]
    return merged


def _entry(o: dict[Any, Any], known: dict[str, Any], t: labels.Translator) -> dict[str, Any]:
    """What one observation says: codes for the filters, a line of words, the cells of its row."""
    status, topic = o["status"] or "none", known.get("topic")
    name = str(known.get(f"name_{t.lang}") or o["subject"])
    value, period = _value(o, t), labels.period(o["time_period"], t.lang)
    interval = ""
    if "" not in (o["value"], o["lower"], o["upper"]) and o["lower"] != o["upper"]:
        low, high = (labels.quantity(o[c], o["unit"], t.lang) for c in ("lower", "upper"))
        interval = t("interval", lower=low, upper=high)
    coded = ("measure", "status", "bound", "commitment")
    words = [t(f"{c}.{o[c]}") for c in coded if o[c] not in ("", "point", "none")]
    subject = f"（{o['subject']}）" if o["subject"] not in ("", name) else ""
    measure = t(f"measure.{o['measure']}") if o["measure"] else ""
    return {
        "id": o["observation_id"],
        "status": status,
        "topic": "-" if labels.missing(topic) else str(topic),
        "reading": _join(name + subject, value, interval, period, *words, labels.remark(o["note"], t.lang)),
        "cells": [name, measure, value, period, t(f"status.{status}")],
    }


def _value(row: dict[Any, Any], t: labels.Translator) -> str:
    return labels.quantity(row["value"], row["unit"], t.lang) if row["value"] != "" else ""


def _lines(text: str, spans: list[Span]) -> list[tuple[int, list[str | Span]]]:
    """Each line that has text, with its number, cut into plain pieces and highlights."""
    lines, start, here, todo = [], 0, 0, spans[::-1]
    for n, line in enumerate(text.split("\n"), 1):
        end, here = start + len(line), max(here, start)
        pieces: list[str | Span] = []
        while todo and todo[-1].start <= end:
            span = todo.pop()
            pieces += [text[here : span.start], span]
            here = span.end
        pieces.append(text[here:end])
        if line.strip():
            lines.append((n, pieces))
        start = end + 1
    return lines
