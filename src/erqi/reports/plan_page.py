"""The marked-up plan: the whole text, every mention highlighted, with its reading and its row."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Iterator
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
_TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Span:
    """A highlighted piece of the text: a mention, or words that fix a value without a numeral."""

    id: str
    start: int
    end: int
    kind: str
    head: str
    anchors: list[str] = field(default_factory=list)
    readings: list[str] = field(default_factory=list)
    found: list[tuple[str, str]] = field(default_factory=list)

    def piece(self, text: str, t: labels.Translator) -> dict[Any, Any]:
        """What the template needs."""
        states = list(dict.fromkeys(status for status, _ in self.found)) or ["none"]
        return {
            "id": self.id,
            "text": text[self.start : self.end],
            "kind": self.kind,
            "status": states[0],
            "statuses": " ".join(states),
            "topics": " ".join(dict.fromkeys(topic for _, topic in self.found)) or "-",
            "mark": t(f"mark.{self.kind}") if self.kind != "quantity" else "",
            "anchors": [a for a in dict.fromkeys(self.anchors) if a != self.id],
            "row": f"row-{self.anchors[0] if self.anchors else self.id}",
            "head": self.head,
            "readings": self.readings,
        }


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
    names = indicators.set_index("indicator_id")[[f"name_{lang}", "topic"]].to_dict("index")
    spans, rows = _spans(mentions, observations, names, t)
    lines = list(_lines(document.text, spans, t))
    number = {anchor: n for n, line in lines for one in line if isinstance(one, Span) for anchor in _ids(one)}
    rows.sort(key=lambda row: row["start"])
    for row in rows:
        row["line"] = number.get(row["to"], "")
        row["text"] = document.text[row.pop("start") : row.pop("end")]
    topics = sorted({str(row["topic"]) for row in rows if row["topic"] != "-"})
    kinds = Counter(span.kind for span in spans)
    states = Counter(state for span in spans for state in {s for s, _ in span.found} or {"none"})
    script = _template("plan.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    fill = {
        "t": t, "lang": lang, "title": document.sidecar.title or document.document_id,
        "n_mentions": len(mentions), "n_observations": len(observations),
        "statuses": [(s, t(f"status.{s}"), states[s]) for s in STATUSES if states[s]],
        "kinds": [
            (k, t(f"kind.{k}"), t(f"mark.{k}") if k != "quantity" else "", kinds[k]) for k in KINDS if kinds[k]
        ],
        "topics": [(one, t.code("topic", one)) for one in topics],
        "lines": [
            {"number": n, "pieces": [p.piece(document.text, t) if isinstance(p, Span) else p for p in line]}
            for n, line in lines
        ],
        "heads": [t(f"col.{c}") for c in ("text", "indicator_id", "measure", "value", "time_period", "status", "kind")],
        "rows": rows, "script": script,
        "policy": "default-src 'none'; style-src 'unsafe-inline'; font-src data:; img-src data:; "
        f"script-src 'sha256-{digest}'",
    }  # fmt: skip
    template = Environment(loader=PackageLoader("erqi.reports"), autoescape=True, trim_blocks=False).get_template(
        "plan.html.j2"
    )
    css = show_css() + _template("style.css") + _template("plan.css")
    page = template.render(fill, css=css)
    return page.replace("/*font*/", style.font_css(page), 1)


@cache
def _template(name: str) -> str:
    return (_TEMPLATES / name).read_text(encoding="utf-8")


def _ids(span: Span) -> list[str]:
    return [span.id, *span.anchors]


def _spans(
    mentions: pd.DataFrame, observations: pd.DataFrame, names: dict[Any, Any], t: labels.Translator
) -> tuple[list[Span], list[dict[Any, Any]]]:
    """Highlights in the order of the text, and the rows of the table below it."""
    spans = {
        m["mention_id"]: Span(m["mention_id"], int(m["start"]), int(m["end"]), m["kind"], _mention(m, t))
        for m in mentions.to_dict("records")
    }
    rows = []
    taken = sorted((s.start, s.end, s.id) for s in spans.values())
    for o in observations.sort_values(["start", "observation_id"]).to_dict("records"):
        name = o["observation_id"]
        start, end = int(o["start"]), int(o["end"])
        span = spans.get(o["mention_id"])
        if span is None:
            over = next((one for a, b, one in taken if a < end and start < b), None)
            span = spans[over] if over else Span(name, start, end, "statement", t("kind.statement"))
            if not over:
                spans[name] = span
                taken.append((start, end, name))
        known = names.get(o["indicator_id"], {}) if not labels.missing(o["indicator_id"]) else {}
        topic = known.get("topic")
        status = "none" if labels.missing(o["status"]) else str(o["status"])
        topic = "-" if labels.missing(topic) else str(topic)
        indicator = str(known.get(f"name_{t.lang}") or ("" if labels.missing(o["subject"]) else o["subject"]))
        span.anchors.append(name)
        span.found.append((status, topic))
        span.readings.append(_reading(o, indicator, t))
        value = _value(o, t)
        cells = [
            indicator,
            "" if labels.missing(o["measure"]) else t(f"measure.{o['measure']}"),
            value,
            labels.period(o["time_period"], t.lang),
            t(f"status.{status}"),
            t(f"kind.{span.kind}"),
        ]
        rows.append({
            "id": f"row-{name}", "to": name, "kind": span.kind, "status": status, "topic": topic,
            "start": span.start, "end": span.end, "cells": cells,
        })  # fmt: skip
    for span in spans.values():
        if not span.found:
            rows.append({
                "id": f"row-{span.id}", "to": span.id, "kind": span.kind, "status": "none", "topic": "-",
                "start": span.start, "end": span.end,
                "cells": ["", "", "", "", t("status.none"), t(f"kind.{span.kind}")],
            })  # fmt: skip
    return sorted(spans.values(), key=lambda s: (s.start, s.end)), rows


def _value(row: dict[Any, Any], t: labels.Translator) -> str:
    unit = "" if labels.missing(row["unit"]) else str(row["unit"])
    return "" if labels.missing(row["value"]) else labels.quantity(row["value"], unit, t.lang)


def _mention(m: dict[Any, Any], t: labels.Translator) -> str:
    return " · ".join(
        filter(None, (t(f"kind.{m['kind']}"), _value(m, t), "" if labels.missing(m["hedge"]) else m["hedge"]))
    )


def _reading(o: dict[Any, Any], indicator: str, t: labels.Translator) -> str:
    """One observation in one line of words."""
    interval = ""
    if not any(labels.missing(o[c]) for c in ("value", "lower", "upper")) and o["lower"] != o["upper"]:
        unit = "" if labels.missing(o["unit"]) else str(o["unit"])
        low, high = (labels.quantity(o[c], unit, t.lang) for c in ("lower", "upper"))
        interval = t("interval", lower=low, upper=high)
    coded = [
        t(f"{c}.{o[c]}")
        for c in ("measure", "status", "bound", "commitment")
        if not labels.missing(o[c]) and o[c] not in ("point", "none")
    ]
    subject = "" if labels.missing(o["subject"]) or o["subject"] == indicator else f"（{o['subject']}）"
    note = "" if labels.missing(o["note"]) else str(o["note"])
    period = labels.period(o["time_period"], t.lang)
    return " · ".join(filter(None, (f"{indicator}{subject}", _value(o, t), interval, period, *coded, note)))


def _lines(text: str, spans: list[Span], t: labels.Translator) -> Iterator[tuple[int, list[str | Span]]]:
    """Each line that has text, with its number, cut into plain pieces and highlights."""
    start, at = 0, 0
    for n, line in enumerate(text.split("\n"), 1):
        end, pieces, here = start + len(line), list[str | Span](), start
        while at < len(spans) and spans[at].start < end + 1:
            span = spans[at]
            at += 1
            if span.start >= here:
                pieces += [text[here : span.start], span]
                here = span.end
        pieces.append(text[min(here, end) : end])
        if line.strip():
            yield n, [piece for piece in pieces if piece]
        start = end + 1
