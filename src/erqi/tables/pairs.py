"""Delivered beside promised: pairs of observations of one document, graded by how far they can be compared."""

from __future__ import annotations

import hashlib
from typing import Any

import pandas as pd

from erqi.tables.codebook import codebook
from erqi.tables.codebook import rows as reference
from erqi.tables.model import table
from erqi.tables.select import select

_COMPARABLE = ("A", "A-", "B")
_POINTS = {"%", "pp", "‰"}
_LIKE_A, _LIKE_B = 0.6, 0.2  # similarity of two subjects, 0 to 1
_APART = 10  # times
# Words that say how a count was made: on one side only, they make the pair doubtful.
_FLOWS = ("新增", "净增", "累计", "新建", "新开工", "新认定", "总数", "总量", "存量")


def pairs(observed: pd.DataFrame) -> pd.DataFrame:
    """Pair what was delivered in the year under review with what is promised for the next.

    A document with rules of its own in ``pair_rules.csv`` gets exactly those; in any other one a target is paired with
    the delivered figure of the same indicator, measure and unit whose subject is most like its own.

    Parameters
    ----------
    observed : DataFrame
        Observations of one document.

    Returns
    -------
    DataFrame
        Columns of the table ``pairs`` but ``document_id``. ``change`` is in per cent of what was delivered, or in
        percentage points for shares and rates; it is empty for the grades C and env and where a rule says so.
    """
    document = "" if observed.empty else str(observed["document_id"].iloc[0])
    own = [rule for rule in reference("pair_rules.csv") if rule["document_id"] == document]
    rows = [row for rule in own if (row := _ruled(observed, rule))] if own and document else _generic(observed)
    return pd.DataFrame(rows, columns=[c for c in table("pairs").names if c != "document_id"])


def _ruled(observed: pd.DataFrame, rule: dict[str, str]) -> dict[str, Any]:
    actual = select(observed, rule["actual"], "actual")
    target = select(observed, rule["target"], "")
    target = target[target["status"].isin(["target", "scope"])]
    if actual.empty or target.empty:
        return {}
    made = combine(actual, rule["combine"])
    aims = target["value"] if ";" in rule["target"] else target["value"].iloc[:1]
    promised = float("nan") if rule["grade"] == "env" else float(aims.sum(min_count=1))
    row = _row(rule["pair_id"], rule["grade"], made, target, promised, rule["change"] == "yes")
    return row | {name: rule[name] for name in ("indicator_id", "label_zh", "label_en", "caveat")}


def combine(rows: pd.DataFrame, how: str) -> dict[str, Any]:
    """Return what several observations say together.

    Parameters
    ----------
    rows : DataFrame
        In the order of the text.
    how : str
        ``first``; ``sum``; ``overlap``: the sum, from the largest on if one may contain the other; ``rate``: the first
        of the second in per cent; ``worst``: the largest, with all between.
    """
    used = rows.iloc[:1] if how in ("first", "") else rows.iloc[:2] if how == "rate" else rows
    first = used.iloc[0]
    value, lower, upper, unit = first["value"], first["lower"], first["upper"], first["unit"]
    if how in ("sum", "overlap"):
        value, upper = used["value"].sum(), used["upper"].sum(skipna=False)
        lower = used["value"].max() if how == "overlap" else used["lower"].sum(skipna=False)
    elif how == "worst":
        value, lower, upper = used["value"].max(), used["value"].min(), used["value"].max()
    elif how == "rate" and len(used) == 2:
        value = 100 * first["value"] / used.iloc[1]["value"]
        lower, upper, unit = value, value, "%"
    periods = list(dict.fromkeys(used["time_period"].dropna()))
    return {"value": value, "lower": lower, "upper": upper, "unit": unit, "period": " ".join(periods), "rows": used}


def _row(
    pair_id: str, grade: str, made: dict[str, Any], target: pd.DataFrame, promised: float, compare: bool
) -> dict[str, Any]:
    aim = target.iloc[0]
    same = made["unit"] == aim["unit"] or pd.isna(promised)
    change = ratio = None
    points = made["unit"] in _POINTS
    if compare and same and grade in _COMPARABLE and pd.notna(promised) and pd.notna(made["value"]):
        if points:
            change = promised - made["value"]
        elif made["value"]:
            change = 100 * (promised / made["value"] - 1)
        ratio = promised / made["value"] if made["value"] else None
    actual_ids = list(made["rows"]["observation_id"])
    return {
        "pair_id": pair_id,
        "grade": grade,
        "actual_observation_id": " ".join(actual_ids),
        "target_observation_id": aim["observation_id"],
        "actual_value": made["value"],
        "actual_lower": made["lower"],
        "actual_upper": made["upper"],
        "actual_period": made["period"],
        "target_value": promised,
        "target_period": aim["time_period"],
        "unit": made["unit"] if same else None,
        "change": change,
        "change_unit": None if change is None else "pp" if points else "%",
        "ratio": ratio,
        "commitment": aim["commitment"],
        "bound": aim["bound"],
        "derived_from": " ".join([*actual_ids, *target["observation_id"]]),
    }


def _generic(observed: pd.DataFrame) -> list[dict[str, Any]]:
    known = observed.dropna(subset=["indicator_id", "measure", "value", "unit", "subject"])
    review, plan = _year(known, "actual"), _year(known, "target")
    if not review or not plan or review >= plan:
        return []
    done = known[known["status"].eq("actual") & known["time_period"].eq(review)]
    done = done[~done["measure"].isin(["rank", "class", "attainment"])]
    aims = known[known["status"].eq("target") & known["time_period"].eq(plan)]
    both = aims.merge(done, on=["indicator_id", "measure", "unit"], suffixes=("", "_was"))
    both["alike"] = [likeness(one, other) for one, other in zip(both["subject"], both["subject_was"], strict=True)]
    both = both[both["alike"].ge(_LIKE_B)].sort_values(["alike", "start", "start_was"], ascending=[False, True, True])
    rows, used = {}, set[str]()
    for offer in both.to_dict("records"):
        ids = {offer["observation_id"], offer["observation_id_was"]}
        if not ids & used:
            ends = aims[aims["start"].eq(offer["start"]) & aims["indicator_id"].eq(offer["indicator_id"])]
            ends = ends[ends["bound"].eq("range_end") & ends["measure"].eq(offer["measure"])]
            ranged = offer["bound"] == "range_end" and len(ends) > 1
            target = ends if ranged else aims[aims["observation_id"].eq(offer["observation_id"])]
            used |= ids | set(target["observation_id"])
            was = done[done["observation_id"].eq(offer["observation_id_was"])]
            rows[offer["start"], offer["observation_id"]] = _offered(offer, was, target, ranged)
    return [rows[key] for key in sorted(rows)]


def _offered(offer: dict[Any, Any], was: pd.DataFrame, target: pd.DataFrame, ranged: bool) -> dict[str, Any]:
    """Return a pair that no rule names: grade A where the subjects are alike, B with the reason where not."""
    one, other = offer["subject_was"], offer["subject"]
    flow = [word for word in _FLOWS if (word in one) != (word in other)]
    value, notes = float(target["value"].mean()), []
    if ranged:
        notes.append(f"the target is the middle of {target['value'].min():g} to {target['value'].max():g}")
    if flow:
        notes.append(f"{'、'.join(flow)} stands on one side only: a flow may meet a stock")
    apart = offer["unit"] not in _POINTS and value and not 1 / _APART < abs(offer["value_was"] / value) < _APART
    if apart:
        notes.append("an order of magnitude apart: the things counted may differ")
    if offer["alike"] < _LIKE_A:
        notes.append(f"subjects differ: {one} / {other}")
    general = {rule["indicator_id"]: rule for rule in reference("pair_rules.csv") if not rule["document_id"]}
    if offer["indicator_id"] in general:
        notes.append(general[offer["indicator_id"]]["caveat"])
    grade = "A" if offer["alike"] >= _LIKE_A and not flow and not apart else "B"
    digest = hashlib.sha256(f"{offer['observation_id_was']}|{offer['observation_id']}".encode()).hexdigest()[:10]
    known = codebook().indicators[offer["indicator_id"]]
    names = {"indicator_id": known.indicator_id, "label_zh": known.name_zh, "label_en": known.name_en}
    return _row(f"p{digest}", grade, combine(was, "first"), target, value, True) | names | {"caveat": "; ".join(notes)}


def likeness(one: str, other: str) -> float:
    """Return how alike two subjects are, 0 to 1: shared pairs of characters (Dice's coefficient)."""
    a, b = ({text[i : i + 2] for i in range(len(text) - 1)} or {text} for text in (one, other))
    return 2 * len(a & b) / (len(a) + len(b))


def _year(known: pd.DataFrame, status: str) -> str:
    periods = known.loc[known["status"].eq(status), "time_period"].dropna()
    years = periods[periods.str.len().eq(4)]
    return str(years.mode().iloc[-1]) if len(years) else ""
