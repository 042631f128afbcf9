"""How hard a target is worded: classes from a lexicon that is data."""

from __future__ import annotations

import pandas as pd


def with_wording(targets: pd.DataFrame, lexicon: pd.DataFrame) -> pd.DataFrame:
    """Give each target its wording class.

    Parameters
    ----------
    targets : DataFrame
        Needs ``commitment`` and ``bound``; ``status`` where the size of something worked on is to be told apart.
    lexicon : DataFrame
        ``wording_lexicon``. The first row fits whose non-empty ``commitment``, ``bound`` and ``status`` (several
        joined by ``;``) hold the target's codes; so 力争…以上 keeps both of its words.

    Returns
    -------
    DataFrame
        A copy with ``wording``, ``hardness`` (ordinal, 0 soft to 5 hard; missing where nothing fits),
        ``wording_zh`` and ``wording_en``.
    """
    codes = pd.DataFrame({"commitment": "", "bound": "", "status": "target"}, index=targets.index)
    codes.update(targets[[column for column in codes if column in targets]])
    rules = [
        ({column: set(rule[column].split(";")) for column in codes if rule[column]}, rule)
        for rule in lexicon.fillna("").to_dict("records")
    ]
    found = [
        next((rule for wanted, rule in rules if all(row[c] in some for c, some in wanted.items())), {})
        for row in codes.to_dict("records")
    ]
    return targets.assign(
        wording=[rule.get("wording", "") for rule in found],
        hardness=[float(rule.get("hardness", "nan")) for rule in found],
        wording_zh=[rule.get("label_zh", "") for rule in found],
        wording_en=[rule.get("label_en", "") for rule in found],
    )


def wording_counts(observations: pd.DataFrame, lexicon: pd.DataFrame) -> pd.DataFrame:
    """Count all targets and scopes of a document by wording, paired or not: ``wording``, ``hardness``, ``n``."""
    said = with_wording(observations[observations["status"].isin(["target", "scope"])], lexicon)
    counts = said[said["wording"].ne("")].groupby(["wording", "hardness"]).size().rename("n").reset_index()
    return counts.sort_values("hardness", ascending=False, ignore_index=True).assign(evidence="arithmetic")


def stretch_by_wording(stretch: pd.DataFrame, enough: int = 20) -> pd.DataFrame:
    """Set the wording beside the stretch; no test below ``enough`` pairs in each class.

    Returns
    -------
    DataFrame
        Per class, hard first: ``n``, ``below`` (targets under last year's delivery), least, median and greatest
        ratio; ``reason`` says why no test is shown.
    """
    known = stretch[stretch["ratio"].notna()]
    table = (
        known.groupby(["wording", "wording_zh", "wording_en", "hardness"])["ratio"]
        .agg(n="size", below=lambda r: int((r < 1).sum()), least="min", median="median", greatest="max")
        .reset_index()
        .sort_values("hardness", ascending=False, ignore_index=True)
    )
    small = table["n"].min() < enough if len(table) else True
    return table.assign(evidence="arithmetic", reason="few_per_class" if small else "")
