"""Facts that are data: the CSV files of ``data/reference``, each row with its source."""

from __future__ import annotations

import pandas as pd

from erqi.errors import InputError
from erqi.paths import REFERENCE

_NUMBERS = ("value", "limit", "hardness", "min_observations", "min_peers")


def reference(name: str) -> pd.DataFrame:
    """Load a reference file such as ``standards`` or ``reference_series``; text, but for its columns of numbers.

    Raises
    ------
    InputError
        If there is no such file.
    """
    path = REFERENCE / f"{name}.csv"
    if not path.is_file():
        known = ", ".join(sorted(one.stem for one in REFERENCE.glob("*.csv")))
        raise InputError(REFERENCE, "file", path.name, f"one of {known}")
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    return frame.assign(**{column: pd.to_numeric(frame[column]) for column in _NUMBERS if column in frame})
