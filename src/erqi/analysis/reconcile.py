"""Make figures that must satisfy an identity do so, and say how much each had to give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from statsmodels.stats.correlation_tools import corr_clipped

from erqi.errors import InputError

HARDNESS_SD = {"ensure": 0.25, "none": 0.5, "expected": 0.75, "strive": 1.0}
"""Placeholder reliabilities in percentage points by wording: the softer the word, the more it may give."""


@dataclass(frozen=True)
class Reconciliation:
    """Adjusted values with the tension between them.

    Attributes
    ----------
    table : DataFrame
        One row per figure: item, value, sd, adjusted, adjustment, z (in own standard deviations), evidence.
    tension : float
        Largest \\|z\\|: above 2 the figures can hardly be held at once.
    repaired : float
        Largest change made to the correlation matrix to keep it positive semi-definite; 0 where none.
    """

    table: pd.DataFrame
    tension: float
    repaired: float


def correlation(size: int, rho: float | ArrayLike) -> tuple[np.ndarray, float]:
    """An equicorrelated matrix, or a given one repaired to the nearest valid correlation.

    Returns
    -------
    (array of shape (size, size), float)
        The matrix and the largest change of an entry.
    """
    given = np.asarray(rho, float)
    wanted = given if given.ndim == 2 else np.full((size, size), float(given)) + (1 - given) * np.eye(size)
    if np.linalg.eigvalsh(wanted).min() >= -1e-12:
        return wanted, 0.0
    nearest = np.asarray(corr_clipped(wanted, threshold=1e-10))
    return nearest, float(np.abs(nearest - wanted).max())


def reconcile(
    values: Mapping[str, float],
    sds: Mapping[str, float],
    rows: Sequence[Mapping[str, float]],
    totals: Sequence[float],
    rho: float | ArrayLike = 0.0,
) -> Reconciliation:
    """Least-squares reconciliation of Stone, Champernowne and Meade (1942).

    Parameters
    ----------
    values, sds : mapping of str to float
        The figures and their standard deviations (the reliability of each), same unit.
    rows, totals : sequences
        Linear constraints A y = b; each row maps names to coefficients.
    rho : float or square array
        Correlation of the errors.

    Returns
    -------
    Reconciliation

    Notes
    -----
    ŷ = y − V Aᵀ(A V Aᵀ)⁻¹(A y − b) with V = D R D.
    """
    names = list(values)
    unknown = {name for row in rows for name in row} - set(names)
    if unknown:
        raise InputError("reconcile", "constraint", ", ".join(sorted(unknown)), "names among the values")
    y, d = np.array([values[n] for n in names]), np.array([sds[n] for n in names])
    a = np.array([[row.get(name, 0.0) for name in names] for row in rows])
    r, repaired = correlation(len(names), rho)
    v = d[:, None] * r * d
    change = -v @ a.T @ np.linalg.solve(a @ v @ a.T, a @ y - np.asarray(totals, float))
    table = pd.DataFrame(
        {
            "item": names,
            "value": y,
            "sd": d,
            "adjusted": y + change,
            "adjustment": change,
            "z": change / d,
            "evidence": "scenario",
        }
    )
    return Reconciliation(table, float(np.abs(change / d).max()), repaired)


def tension_by_share(
    total: float, part: float, rest: float, sds: Sequence[float], shares: Sequence[float], rho: float = 0.0
) -> pd.DataFrame:
    """Tension of total = s·part + (1−s)·rest for several shares s, where the rest is the reader's belief.

    Parameters
    ----------
    total, part, rest : float
        Growth of output, of the named part and, believed, of everything else, per cent.
    sds : three floats
        Their standard deviations, percentage points.
    shares : sequence of float
        Shares of the part, 0 to 1.

    Returns
    -------
    DataFrame
        share, total, part, rest (adjusted), tension, evidence, reason.
    """
    values, spread = (
        {"total": total, "part": part, "rest": rest},
        dict(zip(("total", "part", "rest"), sds, strict=True)),
    )
    lines = []
    for share in shares:
        done = reconcile(values, spread, [{"total": 1, "part": -share, "rest": share - 1}], [0], rho)
        lines.append({"share": share, **done.table.set_index("item")["adjusted"], "tension": done.tension})
    return pd.DataFrame(lines).assign(evidence="scenario", reason="")
