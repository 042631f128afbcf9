"""Figures of the source audit: what was counted, and the verdict on every check."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd

from erqi.figures.labels import Translator
from erqi.figures.style import GREY, INK, OCHRE, RED, TEAL, WIDTH, Figure, axis_labels

VERDICTS = {"fail": (RED, "×"), "finding": (OCHRE, "!"), "undetermined": (GREY, "?"), "pass": (TEAL, "✓")}


def identity_matrix(identities: pd.DataFrame, t: Translator, source: str, per_row: int = 8) -> Figure:
    """Draw every check as a tile with its number and verdict; colour and sign say the same.

    Parameters
    ----------
    identities : DataFrame
        Table of the contract.
    """
    rows = identities.sort_values("identity_id", ignore_index=True)
    lines = max(1, -(-len(rows) // per_row))
    fig, ax = plt.subplots(figsize=(WIDTH, 0.9 + 0.62 * lines))
    for n, row in enumerate(rows.to_dict("records")):
        x, y = n % per_row, -(n // per_row)
        colour, sign = VERDICTS[row["verdict"]]
        light = row["verdict"] in ("finding", "undetermined")
        ax.add_patch(plt.Rectangle((x + 0.04, y + 0.05), 0.92, 0.9, color=colour, lw=0))
        ink = INK if light else "white"
        name = row["identity_id"] if len(row["identity_id"]) < 6 else f"…{row['identity_id'][-4:]}"
        ax.text(x + 0.5, y + 0.5, f"{name} {sign}", ha="center", va="center", color=ink)
    ax.set(xlim=(0, per_row), ylim=(1 - lines, 1))
    ax.axis("off")
    counts = {verdict: int(rows["verdict"].eq(verdict).sum()) for verdict in VERDICTS}
    for verdict, (colour, sign) in VERDICTS.items():
        ax.plot([], [], "s", color=colour, ms=10, label=f"{sign} {t(f'verdict.{verdict}')} {counts[verdict]}")
    ax.legend(loc="upper left", bbox_to_anchor=(0, 0), ncols=4, columnspacing=1.4, handletextpad=0.3)
    ax.set_title(t("matrix.title"))
    failed = ", ".join(rows.loc[rows["verdict"].eq("fail"), "identity_id"]) or t("none")
    return Figure(
        fig,
        t("matrix.alt", n=len(rows), failed=failed, holds=counts.pop("pass"), **counts),
        source,
        "arithmetic",
        t.lang,
    )


def contents(counts: pd.DataFrame, what: str, t: Translator, source: str) -> Figure:
    """Draw how many numerals or statements fall under each code of one list.

    Parameters
    ----------
    counts : DataFrame
        From ``analysis.audit.contents``.
    what : str
        ``kind``, ``status``, ``measure`` or ``topic``.
    """
    rows = counts[counts["what"].eq(what)].sort_values("n", ignore_index=True)
    names = [t(f"{what}.{code}") if t.has(f"{what}.{code}") else str(code) for code in rows["code"]]
    fig, ax = plt.subplots(figsize=(WIDTH, 1.0 + 0.27 * max(len(rows), 2)))
    ax.barh(names, rows["n"], color=INK, height=0.62)
    for y, n in enumerate(rows["n"]):
        ax.annotate(str(n), (n, y), (4, 0), textcoords="offset points", va="center")
    ax.set_ylim(-0.6, len(rows) - 0.4)
    ax.grid(axis="y", visible=False)
    ax.tick_params(axis="y", length=0)
    ax.set_title(t(f"contents.{what}"))
    axis_labels(ax, x=t("axis.count"))
    said = "; ".join(f"{name} {n}" for name, n in zip(names[::-1], rows["n"][::-1], strict=True))
    return Figure(fig, t("contents.alt", said=said), source, "arithmetic", t.lang)
