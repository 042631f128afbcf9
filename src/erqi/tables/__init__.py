"""Tidy tables: what the reader found becomes rows that are checked, published and found again."""

from erqi.tables.build import Built, build
from erqi.tables.load import Place, load, locate
from erqi.tables.publish import read_documents

__all__ = ["Built", "Place", "build", "load", "locate", "read_documents"]
