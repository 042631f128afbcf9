"""What the reader found becomes rows: ids, provenance, area, indicator and price basis."""

from __future__ import annotations

import hashlib
from collections import Counter
from functools import cache
from typing import Any

from erqi.reading import Reading
from erqi.reading.mentions import Mention
from erqi.reference import rows as reference
from erqi.sources import Document
from erqi.tables.codebook import codebook

# A report names its own area in its heading or its first sentence, before one of these words.
_AREA_WORDS = ("政府", "人民政府", "第", "国民经济", "总理", "向大会", "2", "１")
_HEAD = 800  # characters
_BARE, _AFTER = 4, 10  # characters
_STOPS = str.maketrans(dict.fromkeys("，。；：、！？\n\r（）0123456789", "|"))


def mention_rows(reading: Reading) -> list[dict[str, Any]]:
    """Return one row of ``mentions`` for each numeral of a document."""
    document_id = reading.document_id
    return [
        {
            "document_id": document_id,
            "mention_id": mention_id(document_id, mention),
            "start": mention.start,
            "end": mention.end,
            "text": mention.text,
            "line": mention.line,
            "section": mention.section,
            "kind": mention.kind,
            "number": mention.number,
            "unit_text": mention.unit_text,
            "value": _float(mention.value),
            "unit": mention.unit,
            "lower": _float(mention.lower),
            "upper": _float(mention.upper),
            "hedge": mention.hedge,
        }
        for mention in reading.mentions
    ]


def observation_rows(reading: Reading, document: Document) -> list[dict[str, Any]]:
    """Return one row of ``observations`` for each statement of a document.

    Parameters
    ----------
    reading : Reading
    document : Document
        The document that was read; its text gives the quotes.

    Returns
    -------
    list of dict
        With the columns of the table ``observations``. ``note`` says why a field is empty.
    """
    book, area = codebook(), area_code(reading, document)
    seen: Counter[str] = Counter()
    clauses = Counter((said.start, said.end) for said in reading.statements)
    rows = []
    for said in reading.statements:
        quote = document.text[said.start : said.end]
        spot = said.mention.start if said.mention else said.start
        key = f"{reading.document_id}|{spot}|{said.end if not said.mention else said.mention.end}|{quote}"
        seen[key] += 1
        indicator = book.match(said.subject, said.unit, said.measure)
        if not indicator and said.mention and said.measure == "level":
            # what stands right after a classifier is what it counts: 打造150个和美乡村
            noun = said.mention.end - max(0, len(said.mention.unit_text) - 1)
            after = document.text[noun : said.mention.end + _AFTER].translate(_STOPS).split("|")[0]
            indicator = book.match(said.subject + after, said.unit, said.measure)
        if not indicator and clauses[said.start, said.end] == 1 and len(said.subject) <= _BARE:
            indicator = book.match(quote, said.unit, said.measure, _BARE - 1)
        price = said.price_basis or book.price_basis(indicator, said.measure)
        notes = [
            said.note,
            "" if indicator or not said.subject else "no indicator of the codebook fits",
            "" if said.subject else "subject not told",
            "" if area else "area not told",
        ]
        rows.append(
            {
                "observation_id": _id("o", f"{key}|{seen[key]}"),
                "mention_id": mention_id(reading.document_id, said.mention) if said.mention else "",
                "document_id": reading.document_id,
                "start": said.start,
                "end": said.end,
                "quote": quote,
                "ref_area": area,
                "subject": said.subject,
                "indicator_id": indicator,
                "measure": said.measure,
                "value": _float(said.value),
                "lower": _float(said.lower),
                "upper": _float(said.upper),
                "unit": said.unit,
                "time_period": said.time_period,
                "status": said.status,
                "bound": said.bound,
                "commitment": said.commitment,
                "price_basis": price,
                "note": "; ".join(filter(None, notes)),
            }
        )
    rows += [{**claim, "ref_area": area, "price_basis": ""} for claim in _claims(document)]
    return sorted(rows, key=lambda row: row["start"])


def _claims(document: Document) -> list[dict[str, Any]]:
    """Return what a person read in a document's words without a numeral: ``data/reference/claims.csv``."""
    found = []
    for claim in reference("claims.csv"):
        if claim["document_id"] == document.document_id and (at := document.text.find(claim["quote"])) >= 0:
            place = {"start": at, "end": at + len(claim["quote"]), "mention_id": ""}
            key = f"{document.document_id}|{at}|claim|{claim['quote']}|{claim['indicator_id']}"
            note = "; ".join(filter(None, ["read by hand", claim["note"]]))
            found.append({**claim, **place, "observation_id": _id("o", key), "note": note})
    return found


def mention_id(document_id: str, mention: Mention) -> str:
    """Return the id of a numeral: stable while it stands at the same place of the same document."""
    return _id("m", f"{document_id}|{mention.start}|{mention.text}")


def area_code(reading: Reading, document: Document) -> str:
    """Return the GB/T 2260 code of a document's area: from its sidecar, its name, or its heading; else empty."""
    if document.sidecar.ref_area:
        return document.sidecar.ref_area
    if reading.area:
        return _areas().get(reading.area, "")
    head = document.text[:_HEAD]
    found = [(at, code) for name, code in _areas().items() for at in _named(head, name)]
    return min(found)[1] if found else ""


def _named(head: str, name: str) -> list[int]:
    at = head.find(name)
    return [at] if at >= 0 and head.startswith(_AREA_WORDS, at + len(name)) else []


@cache
def _areas() -> dict[str, str]:
    return {row["name"]: row["ref_area"] for row in reference("areas.csv")}


def _id(kind: str, key: str) -> str:
    return kind + hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _float(value: Any) -> float | None:
    return None if value is None else float(value)
