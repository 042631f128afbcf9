"""Turn a Chinese government plan report into evidence."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from erqi.tables.load import Place

__version__ = "0.1.0"


def load(name: str, data_dir: str | Path | None = None) -> pd.DataFrame:
    """Load one published table with its types; see :func:`erqi.tables.load`."""
    # pandas is only imported by those who ask for a table
    from erqi.tables.load import load as load_table

    return load_table(name, data_dir)


def locate(row_id: str, data_dir: str | Path | None = None) -> Place:
    """Find document, line, characters and sentence of an observation or mention; see :func:`erqi.tables.locate`."""
    from erqi.tables.load import locate as locate_row

    return locate_row(row_id, data_dir)
