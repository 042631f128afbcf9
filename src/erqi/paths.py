"""Where the project's own files are, in a checkout and in an installed wheel."""

from __future__ import annotations

from pathlib import Path

_CHECKOUT = Path(__file__).parents[2]
_PACKAGED = Path(__file__).parent / "_reference"

REFERENCE = _PACKAGED if _PACKAGED.is_dir() else _CHECKOUT / "data" / "reference"
RAW = _CHECKOUT / "data" / "raw"
PROCESSED = _CHECKOUT / "data" / "processed"
NOTEBOOKS = _CHECKOUT / "notebooks"
REPORTS = _CHECKOUT / "reports"
