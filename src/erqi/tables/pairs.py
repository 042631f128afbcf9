"""Delivered beside promised: pairs of observations of one document, graded by how far they can be compared."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pandas as pd

from erqi.reference import rows as reference
from erqi.tables.codebook import codebook
from erqi.tables.model import table
from erqi.tables.select import Row, records, select

_COMPARABLE = ("A", "A-", "B")
_POINTS = {"%", "pp", "‰"}
_LIKE_A, _LIKE_B = 0.6, 0.2  # similarity of two subjects, 0 to 1
_APART = 10  # times
_BARE = 3  # characters
# Words that say how a figure was made and of what: on one side only, they make the pair doubtful.
_FLOWS = ("新增", "净增", "累计", "新建", "新开工", "新认定", "总数", "总量", "存量")
_SCOPES = ("本级", "全社会", "规上", "规模以上", "限额以上", "城镇", "农村")


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
    rows = records(observed)
    own = [rule for rule in reference("pair_rules.csv") if rows and rule["document_id"] == rows[0]["document_id"]]
    made = [row for rule in own if (row := _ruled(rows, rule))] if own else _generic(rows)
    return pd.DataFrame(made, columns=[c for c in table("pairs").names if c != "document_id"])


def _ruled(rows: list[Row], rule: Mapping[str, str]) -> Row:
    actual = select(rows, rule["actual"], "actual")
    target = [row for row in select(rows, rule["target"]) if row["status"] in ("target", "scope")]
    if not actual or not target:
        return {}
    aims = [row["value"] for row in (target if ";" in rule["target"] else target[:1]) if row["value"] is not None]
    promised = sum(aims) if aims and rule["grade"] != "env" else None
    row = _row(rule["pair_id"], rule["grade"], combine(actual, rule["combine"]), target, promised, rule["change"])
    return row | {name: rule[name] for name in ("indicator_id", "label_zh", "label_en", "caveat")}


def combine(rows: list[Row], how: str) -> Row:
    """Return what several observations say together.

    Parameters
    ----------
    rows : list of dict
        In the order of the text.
    how : str
        ``first``; ``sum``; ``overlap``: the sum, from the largest on if one may contain the other; ``rate``: the first
        of the second in per cent; ``worst``: the largest, with all between.
    """
    used = {"first": rows[:1], "rate": rows[:2]}.get(how, rows)
    value, lower, upper, unit = (used[0][name] for name in ("value", "lower", "upper", "unit"))
    values = [row["value"] for row in used]
    if how in ("sum", "overlap"):
        ends = [[row[name] for row in used] for name in ("lower", "upper")]
        lower, upper = (None if None in end else sum(end) for end in ends)
        value, lower = sum(values), max(values) if how == "overlap" else lower
    elif how == "worst":
        value, lower, upper = max(values), min(values), max(values)
    elif how == "rate":
        value = lower = upper = 100 * values[0] / values[1]
        unit = "%"
    periods = " ".join(dict.fromkeys(row["time_period"] for row in used if row["time_period"]))
    return {"value": value, "lower": lower, "upper": upper, "unit": unit, "period": periods, "rows": used}


def _row(pair_id: str, grade: str, made: Row, target: list[Row], promised: float | None, compare: str) -> Row:
    aim, points = target[0], made["unit"] in _POINTS
    same = made["unit"] == aim["unit"] or promised is None
    change = ratio = None
    if compare == "yes" and same and grade in _COMPARABLE and promised is not None and made["value"]:
        ratio = promised / made["value"]
        change = promised - made["value"] if points else 100 * (ratio - 1)
    actual_ids = [row["observation_id"] for row in made["rows"]]
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
        "derived_from": " ".join([*actual_ids, *(row["observation_id"] for row in target)]),
    }


def _generic(rows: list[Row]) -> list[Row]:
    known = [row for row in rows if row["indicator_id"] and row["subject"] and row["value"] is not None]
    review, plan = _year(known, "actual"), _year(known, "target")
    if not review or not plan or review >= plan:
        return []
    done: dict[Any, list[Row]] = {}
    for row in known:
        if row["status"] == "actual" and row["time_period"] == review and row["measure"] not in ("rank", "attainment"):
            done.setdefault(_kind(row), []).append(row)
    aims = [row for row in known if row["status"] == "target" and row["time_period"] == plan]
    offers = [(likeness(a["subject"], w["subject"]), a, w) for a in aims for w in done.get(_kind(a), ())]
    offers = [offer for offer in offers if offer[0] >= _LIKE_B]
    made, used = [], set[str]()
    for alike, aim, was in sorted(offers, key=lambda offer: (-offer[0], offer[1]["start"], offer[2]["start"])):
        if not {aim["observation_id"], was["observation_id"]} & used:
            ends = [a for a in aims if a["start"] == aim["start"] and _kind(a) == _kind(aim) and _ranged(a)]
            target = ends if _ranged(aim) and len(ends) > 1 else [aim]
            used |= {was["observation_id"], *(row["observation_id"] for row in target)}
            made.append((aim["start"], _offered(was, target, alike)))
    return [row for _, row in sorted(made, key=lambda one: one[0])]


def _kind(row: Row) -> tuple[str, ...]:
    return row["indicator_id"], row["measure"], row["unit"]


def _ranged(row: Row) -> bool:
    return row["bound"] == "range_end"


def _offered(was: Row, target: list[Row], alike: float) -> Row:
    """Return a pair that no rule names: grade A where the subjects are alike, B with the reason where not."""
    aim = target[0]
    flow, scope = (
        [word for word in words if (word in was["subject"]) != (word in aim["subject"])] for words in (_FLOWS, _SCOPES)
    )
    bare = min(len(was["subject"]), len(aim["subject"])) < _BARE
    values = [row["value"] for row in target]
    promised = sum(values) / len(values)
    ratio = abs(promised / was["value"]) if was["value"] else 1
    apart = aim["unit"] not in _POINTS and not 1 / _APART < ratio < _APART
    general = {rule["indicator_id"]: rule["caveat"] for rule in reference("pair_rules.csv") if not rule["document_id"]}
    notes = {
        f"the target is the middle of {min(values):g} to {max(values):g}": len(target) > 1,
        f"{'、'.join(flow)} stands on one side only: a flow may meet a stock": flow,
        f"{'、'.join(scope)} stands on one side only: the scope may differ": scope,
        "a subject too bare to compare": bare,
        "an order of magnitude apart: the things counted may differ": apart,
        f"subjects differ: {was['subject']} / {aim['subject']}": alike < _LIKE_A,
        general.get(aim["indicator_id"], ""): True,
    }
    digest = hashlib.sha256(f"{was['observation_id']}|{aim['observation_id']}".encode()).hexdigest()[:10]
    grade = "B" if alike < _LIKE_A or flow or scope or bare or apart else "A"
    row = _row(f"p{digest}", grade, combine([was], "first"), target, promised, "yes")
    known = codebook().indicators[aim["indicator_id"]]
    names = {"indicator_id": known.indicator_id, "label_zh": known.name_zh, "label_en": known.name_en}
    return row | names | {"caveat": "; ".join(note for note, true in notes.items() if note and true)}


def likeness(one: str, other: str) -> float:
    """Return how alike two subjects are, 0 to 1: shared pairs of characters (Dice's coefficient)."""
    a, b = ({text[i : i + 2] for i in range(len(text) - 1)} or {text} for text in (one, other))
    return 2 * len(a & b) / (len(a) + len(b))


def _year(known: list[Row], status: str) -> str:
    """Return the year for which most is delivered or promised, the later of two."""
    years = Counter(
        row["time_period"] for row in known if row["status"] == status and len(row["time_period"] or "") == 4
    )
    return max(years, key=lambda year: (years[year], year), default="")
