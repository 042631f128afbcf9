"""A raw file and its sidecar become a :class:`Document`; nothing here changes the text."""

from erqi.sources.document import Document, Sidecar, load

__all__ = ["Document", "Sidecar", "load"]
