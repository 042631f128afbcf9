"""From the text of a report to its numerals and what they say: :func:`read` is the one way in."""

from __future__ import annotations

from dataclasses import dataclass, replace

from erqi.reading import cells, mentions, statements
from erqi.reading.mentions import Mention
from erqi.reading.outline import Section, area, outline
from erqi.reading.statements import Statement
from erqi.reading.words import normalise
from erqi.sources import Document

__all__ = ["Mention", "Reading", "Section", "Statement", "read"]


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read from one document, in the order of the text.

    Attributes
    ----------
    document_id : str
    mentions : tuple of Mention
        Every numeral, none overlapping.
    statements : tuple of Statement
        What the quantities say, and what words without a numeral say.
    sections : tuple of Section
    area : str
        Name of the area that the report is about, empty if neither sidecar nor title tells.
    review_year, plan_year : int or None
        The year whose results it reports and the year for which it promises.
    """

    document_id: str
    mentions: tuple[Mention, ...]
    statements: tuple[Statement, ...]
    sections: tuple[Section, ...]
    area: str
    review_year: int | None
    plan_year: int | None


def read(document: Document) -> Reading:
    """Read a document: pure, deterministic, in time linear in its length."""
    copy = normalise(document.text)
    sidecar = document.sidecar
    shape = outline(copy, sidecar.review_year, sidecar.plan_year, document.document_id)
    table = cells.find(copy)
    numerals = mentions.find(document.text, copy, shape, table)
    said = statements.find(copy, numerals, shape, table)
    if shape.note:
        said = [replace(s, note="; ".join(filter(None, (s.note, shape.note)))) if s.time_period else s for s in said]
    return Reading(
        document.document_id,
        tuple(numerals),
        tuple(said),
        shape.sections[1:],
        sidecar.area_name or area(copy),
        shape.review_year,
        shape.plan_year,
    )
