"""The audit of a document against itself: relations between its figures, in the intervals that rounding allows."""

from __future__ import annotations

import ast
import hashlib
import itertools
import math
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, reduce
from typing import Any, NamedTuple

import pandas as pd
import yaml

from erqi.errors import InputError
from erqi.paths import REFERENCE
from erqi.reading import Section
from erqi.sources import Document
from erqi.tables.model import table
from erqi.tables.select import Row, records, select

_DIGITS = "零一二三四五六七八九十"
_MOST_EDITS = 2
_ONE_THING = ("unit", "status", "time_period", "indicator_id")


class _Whole(NamedTuple):
    """What a rule may look at besides the observations."""

    text: str
    document: Document | None
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with the interval that its printed form allows: ``lower`` belongs to it, ``upper`` only if both are one.

    Two figures of which one has been rounded meet where their intervals share more than an end.
    """

    value: float
    lower: float
    upper: float

    @classmethod
    def exact(cls, value: float) -> Interval:
        """Return a figure that nothing was rounded from."""
        return cls(value, value, value)

    def _with(self, other: Interval, how: Callable[[float, float], float]) -> Interval:
        ends = [how(a, b) for a in (self.lower, self.upper) for b in (other.lower, other.upper)]
        ends = [0.0 if math.isnan(end) else end for end in ends]
        return Interval(how(self.value, other.value), min(ends), max(ends))

    def __add__(self, other: Interval) -> Interval:
        return self._with(other, operator.add)

    def __sub__(self, other: Interval) -> Interval:
        return self._with(other, operator.sub)

    def __mul__(self, other: Interval) -> Interval:
        return self._with(other, operator.mul)

    def __truediv__(self, other: Interval) -> Interval:
        if other.lower <= 0 <= other.upper:
            raise ZeroDivisionError
        return self._with(other, operator.truediv)

    def meets(self, other: Interval) -> bool:
        """Return whether both can be the same number."""
        slack = 1e-12 * max(abs(self.value), abs(other.value), 1)
        lower, upper = max(self.lower, other.lower), min(self.upper, other.upper)
        if self.lower == self.upper or other.lower == other.upper:
            return lower <= upper + slack
        return lower < upper - slack

    def whole(self) -> Interval:
        """Return the whole numbers within; an interval without one is empty (NaN)."""
        first, last = math.ceil(self.lower - 1e-9), math.floor(self.upper + 1e-9)
        return Interval(round(self.value), first, last) if first <= last else Interval(*[math.nan] * 3)


_OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}
_FUNCTIONS: dict[str, Callable[[Interval], Interval]] = {
    "whole": Interval.whole,
    "ln": lambda x: Interval(math.log(x.value), math.log(x.lower), math.log(x.upper)),
}
_RELATIONS: dict[type, Callable[[Interval, Interval], bool]] = {
    ast.Eq: Interval.meets,
    ast.LtE: lambda a, b: a.lower <= b.upper,
    ast.GtE: lambda a, b: a.upper >= b.lower,
}
_SIGNS = {ast.Eq: "==", ast.LtE: "<=", ast.GtE: ">="}


def evaluate(expression: str | ast.AST, terms: Mapping[str, Interval]) -> Interval:
    """Compute an arithmetic expression over named figures with interval arithmetic.

    Raises
    ------
    KeyError
        If a name is not among the terms.
    InputError
        If the expression holds anything but names, numbers, ``+ - * /``, ``whole()`` and ``ln()``.
    """
    node = ast.parse(expression, mode="eval").body if isinstance(expression, str) else expression
    match node:
        case ast.Name(id=name):
            return terms[name]
        case ast.Constant(value=int() | float() as number):
            return Interval.exact(float(number))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            return _OPERATORS[type(op)](evaluate(left, terms), evaluate(right, terms))
        case ast.Call(func=ast.Name(id=name), args=[argument]) if name in _FUNCTIONS:
            return _FUNCTIONS[name](evaluate(argument, terms))
    raise InputError("identity_rules.yml", "expression", ast.unparse(node), "names, numbers, + - * /, whole(), ln()")


def holds(check: str, terms: Mapping[str, Interval]) -> tuple[bool, str, str]:
    """Return whether a relation such as ``a <= b <= c`` can hold, and its two outer sides as computed."""
    node = ast.parse(check, mode="eval").body
    if not isinstance(node, ast.Compare):
        raise InputError("identity_rules.yml", "check", check, "a relation with ==, <= or >=")
    sides = [evaluate(side, terms) for side in (node.left, *node.comparators)]
    true = all(_RELATIONS[type(op)](a, b) for op, a, b in zip(node.ops, sides, sides[1:], strict=False))
    return true, _shown(sides[0]), _shown(sides[-1])


def repairs(checks: list[str], terms: Mapping[str, Interval], editable: list[str]) -> list[str]:
    """Return the single misprints that would explain a failure, the fewest digits first.

    Each editable figure in turn has up to two of its digits replaced; of those that make every relation hold, the
    edits with the fewest digits and the smallest change are kept. Nothing is mended.

    Returns
    -------
    list of str
        Such as ``1174 → 1175 (1 digit)``.
    """
    found = []
    for name in editable:
        old = terms[name]
        half = (old.upper - old.lower) / 2
        decimals = max(0, round(-math.log10(2 * half))) if half else 0
        options = []
        for edits, text in _misprints(f"{old.value:.{decimals}f}"):
            value = float(text)
            trial = {**terms, name: Interval(value, value - half, value + half)}
            if all(holds(check, trial)[0] for check in checks):
                options.append((edits, abs(value - old.value), f"{old.value:.{decimals}f} → {text}"))
        if options:
            found.append(min(options))
    return [f"{text} ({edits} digit{'s' * (edits > 1)})" for edits, _, text in sorted(found)]


def _misprints(printed: str) -> Iterator[tuple[int, str]]:
    places = [at for at, sign in enumerate(printed) if sign.isdigit()]
    for edits in range(1, _MOST_EDITS + 1):
        for at in itertools.combinations(places, edits):
            for digits in itertools.product("0123456789", repeat=edits):
                new = list(printed)
                for place, digit in zip(at, digits, strict=True):
                    new[place] = digit
                if all(new[place] != printed[place] for place in at) and (new[0] != "0" or new[1:2] == ["."]):
                    yield edits, "".join(new)


def identities(
    observed: pd.DataFrame, document: Document | None = None, sections: tuple[Section, ...] = ()
) -> pd.DataFrame:
    """Check the rules of ``identity_rules.yml`` that speak of a document, and those that fit any.

    Parameters
    ----------
    observed : DataFrame
        Observations of one document.
    document : Document, optional
        For rules about the text itself; they are left out without it.
    sections : tuple of Section
        For the numbering of headings.

    Returns
    -------
    DataFrame
        Columns of the table ``identities`` but ``document_id``; ``verdict`` is ``pass`` if the sides can be equal
        (or ordered) within rounding, ``fail`` if not, ``undetermined`` if a figure is not in the document,
        ``finding`` if nothing could fail.
    """
    name = document.document_id if document else "" if observed.empty else str(observed["document_id"].iloc[0])
    whole = _Whole(document.text if document else "", document, sections)
    told = records(observed)
    rows: list[Row] = []
    subject = name if any(rule.get("document") == name for rule in _rules()) else "*"
    for rule in _rules():
        if rule.get("document", subject) == subject:
            general = "document" not in rule and "terms" in rule
            rows += _everywhere(rule, told, whole) if general else [_checked(rule, told, whole)]
    rows = [row for row in rows if row]
    known = [set(row["derived_from"].split()) for row in rows]
    parts = [row for row in _parts(told, whole.text) if not any(set(row["derived_from"].split()) <= k for k in known)]
    return pd.DataFrame(rows + parts, columns=[c for c in table("identities").names if c != "document_id"])


def _checked(rule: Row, told: list[Row], whole: _Whole, mark: str = "") -> Row:
    if special := next((kind for kind in _SPECIAL if kind in rule), None):
        return _SPECIAL[special](rule, told, whole)
    if any(text not in whole.text for text in rule.get("texts", ())):
        return {}
    found = {name: _term(spec, told, whole.text) for name, spec in rule["terms"].items()}
    terms = {name: value for name, (value, _) in found.items() if value is not None}
    used = list(dict.fromkeys(itertools.chain.from_iterable(ids for _, ids in found.values())))
    checks = rule.get("check", [])
    checks = [checks] if isinstance(checks, str) else checks
    missing = [name for name in found if name not in terms]
    absent = [name for name in missing if not found[name][1]]  # a claim without a figure is there
    left = right = repair = ""
    verdict = rule.get("verdict", "pass")
    if missing and checks:
        verdict, true = "undetermined", True
    else:
        sides = [holds(check, terms) for check in checks]
        true = all(fits for fits, _, _ in sides)
        left, right = "; ".join(one for _, one, _ in sides), "; ".join(other for _, _, other in sides)
        verdict = verdict if true or "verdict" in rule else "fail"
    if not true and "repair" in rule:
        repair = "; ".join(repairs(checks, terms, rule["repair"]))
    notes = [rule.get("note", ""), f"not in the document: {', '.join(absent)}" if absent else ""]
    sources = [
        f"{s['source']}: {s['value']:.10g}" for s in rule["terms"].values() if isinstance(s, dict) and "source" in s
    ]
    return {
        "identity_id": rule["id"] + mark,
        "label_zh": rule["label"][0],
        "label_en": rule["label"][1],
        "rule": "; ".join(checks) or "none: computed only",
        "left": left,
        "right": right,
        "verdict": verdict,
        "result": "; ".join(_results(rule, terms)),
        "repair": repair,
        "note": "; ".join(filter(None, [*notes, *sources])),
        "derived_from": " ".join(used),
    }


def _everywhere(rule: Row, told: list[Row], whole: _Whole) -> list[Row]:
    """Try a general rule on each period for which every figure that it needs is delivered."""
    actual = [row for row in told if row["status"] == "actual" and row["bound"] != "range_end" and row["time_period"]]
    rows = []
    for period in dict.fromkeys(row["time_period"] for row in actual):
        part = [row for row in actual if row["time_period"] == period]
        if all(_term(spec, part, "")[0] is not None for spec in rule["terms"].values()):
            rows.append(_checked(rule, part, whole, f"-{period}"))
    return rows


def _term(spec: str | Row, told: list[Row], text: str) -> tuple[Interval | None, list[str]]:
    """Return a term's figure and the observations that it comes from."""
    if isinstance(spec, dict) and "value" in spec:
        return Interval.exact(float(spec["value"])), []
    if isinstance(spec, dict) and "listed" in spec:
        before, after = spec["listed"]
        inside = text.partition(before)[2].partition(after)[0] if after in text.partition(before)[2] else ""
        return (Interval.exact(inside.count("、") + 1) if inside else None), []
    how, selector = next(iter(spec.items())) if isinstance(spec, dict) else ("first", spec)
    rows = select(told, selector)
    if not rows:
        return None, []
    first = rows[0]
    if how == "months":
        # the periods of one class each, such as 2021-01/2021-05
        spans = {tuple(int(end[5:7]) for end in r["time_period"].split("/")) for r in rows if "-" in r["time_period"]}
        return Interval.exact(sum(span[-1] - span[0] + 1 for span in spans)), [row["observation_id"] for row in rows]
    if how == "items":
        listed = re.split(r"[0-9]|[一二两三四五六七八九十]+[个家所]", first["quote"])[0]
        return Interval.exact(listed.count("、") + 1), [first["observation_id"]]
    return (None if first["value"] is None else _figure(first)), [first["observation_id"]]


_SLOT = re.compile(r"\{(\[)?([^{}\[\]:]+)\]?(?::([^{}]+))?\}")


def _results(rule: Row, terms: dict[str, Interval]) -> list[str]:
    def fill(match: re.Match[str]) -> str:
        try:
            made = evaluate(match[2].strip(), trial)
        except KeyError:
            return "?"
        form = match[3] or ".6g"
        ends = [format(end, form) for end in (made.lower, made.upper)]
        return format(made.value, form) if not match[1] else ends[0] if ends[0] == ends[1] else "..".join(ends)

    texts = []
    names, values = zip(*rule["at"].items(), strict=True) if "at" in rule else ((), ())
    for chosen in itertools.product(*values):
        trial = terms | {name: Interval.exact(value) for name, value in zip(names, chosen, strict=True)}
        texts.append(_SLOT.sub(fill, rule.get("result", "")))
    return texts


def _completeness(rule: Row, told: list[Row], whole: _Whole) -> Row:
    """How many of the headline targets have a delivered figure of the year before."""
    targets = [row for row in told if row["status"] == "target" and row["indicator_id"] in rule["completeness"]]
    aims = {row["indicator_id"]: row for row in reversed(targets)}
    kinds = {(row["indicator_id"], row["measure"]) for row in targets}
    done = [row for row in told if row["status"] == "actual" and (row["indicator_id"], row["measure"]) in kinds]
    if not aims:
        return {}
    known = sorted({row["indicator_id"] for row in done})
    result = f"{len(known)} of {len(aims)} ({', '.join(known) or 'none'})"
    ids = [row["observation_id"] for row in (*aims.values(), *done)]
    return _plain(rule, "finding", result, ids, str(len(known)), str(len(aims)))


def _bounded(rule: Row, told: list[Row], whole: _Whole) -> Row:
    """Whether every share lies between 0 and 100 per cent; one beyond may be an attainment that was taken for it."""
    shares = [row for row in told if row["measure"] == "share" and row["unit"] == "%" and row["value"] is not None]
    beyond = [row for row in shares if not 0 <= row["value"] <= 100]
    result = "; ".join(f"{row['subject']} {row['value']:g}" for row in beyond) or f"{len(shares)} shares"
    ids = [row["observation_id"] for row in beyond or shares]
    return _plain(rule, "finding" if beyond else "pass", result, ids, str(len(beyond)), "0") if shares else {}


def _numbering(rule: Row, told: list[Row], whole: _Whole) -> Row:
    """Whether the numbered headings of each level follow each other without a gap."""
    seen: dict[str, tuple[int, int]] = {}
    gaps = []
    for section in whole.sections:
        printed = re.match(rf"\s*([（(]?)([{_DIGITS}]{{1,3}})([）)、])", section.title)
        if printed is None:
            continue
        parent, number = section.path.rpartition(".")[0], _number(printed[2])
        last, start = seen.get(parent, (number - 1, 0))
        skipped = [f"{printed[1]}{_printed(n)}{printed[3]}" for n in range(last + 1, number)]
        # a heading that stands in the text and was not taken for one leaves no gap
        gaps += [mark for mark in skipped if mark not in whole.text[start : section.start]]
        seen[parent] = number, section.start
    if not seen:
        return {}
    first = [row["observation_id"] for row in told[:1]]
    result = f"missing: {', '.join(gaps)}" if gaps else "ok"
    return _plain(rule, "fail" if gaps else "pass", result, first, "headings", "1, 2, 3, …")


def _printed(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ("" if tens < 2 else _DIGITS[tens]) + ("十" if tens else "") + (_DIGITS[ones] if ones else "")


def _number(printed: str) -> int:
    if "十" not in printed:
        return _DIGITS.index(printed[-1])
    tens, ones = printed.split("十", 1)
    return (_DIGITS.index(tens) if tens else 1) * 10 + (_DIGITS.index(ones) if ones else 0)


def _artefacts(rule: Row, told: list[Row], whole: _Whole) -> Row:
    """What is known to be wrong with the text itself."""
    flaws = whole.document.sidecar.artefacts if whole.document else ()
    result = f"{len(flaws)} artefacts; {', '.join(flaw.text for flaw in flaws)}"
    return _plain(rule, "finding", result, [row["observation_id"] for row in told[:1]]) if flaws else {}


_SPECIAL = {"completeness": _completeness, "bounded": _bounded, "numbering": _numbering, "artefacts": _artefacts}


def _plain(rule: Row, verdict: str, result: str, ids: list[str], left: str = "", right: str = "") -> Row:
    label_zh, label_en = rule["label"]
    names = {"identity_id": rule["id"], "label_zh": label_zh, "label_en": label_en, "rule": rule.get("check", "")}
    rest = {"note": rule.get("note", ""), "derived_from": " ".join(dict.fromkeys(ids)), "repair": ""}
    return names | rest | {"verdict": verdict, "result": result, "left": left, "right": right}


def _parts(told: list[Row], text: str) -> list[Row]:
    """Check what a sentence names with 其中 against the figure before it: no part is more than the whole."""
    made: list[Row] = []
    level = [row for row in told if row["measure"] == "level" and row["value"] is not None]
    for at, (total, part) in enumerate(itertools.pairwise(level)):
        stop = text.find("。", total["start"])
        same = all(part[key] == total[key] for key in _ONE_THING) and total["indicator_id"]
        if not part["quote"].startswith("其中") or not same or "均" in total["subject"] or stop < part["start"]:
            continue
        named = [part]
        for row in level[at + 2 :]:
            if row["start"] >= stop or any(row[key] != total[key] for key in _ONE_THING):
                break
            named.append(row)
        whole, *parts = (_figure(row) for row in (total, *named))
        added = reduce(operator.add, parts)
        verdict = "fail" if any(one.lower > whole.upper for one in parts) else "pass"
        more = verdict == "pass" and added.lower > whole.upper
        ids = [row["observation_id"] for row in (total, *named)]
        rule = {
            "id": "G-parts-" + hashlib.sha256(" ".join(ids).encode()).hexdigest()[:10],
            "label": [f"其中项不超过总数：{total['subject']}", f"Parts within the whole: {total['subject']}"],
            "check": "each part <= whole",
            "note": "the parts together are more than the whole: they overlap, or a figure is wrong" if more else "",
        }
        share = f"{added.value / whole.value * 100:.1f}%" if whole.value else ""
        made.append(_plain(rule, "finding" if more else verdict, share, ids, _shown(added), _shown(whole)))
    return made


def _figure(row: Row) -> Interval:
    """Return what an observation states; of one with 以上 or 余 the figure itself, with which others are compared."""
    value, lower, upper = row["value"], row["lower"], row["upper"]
    exact = row["bound"] in ("at_least", "more_than", "at_most") or lower is None or upper is None
    return Interval.exact(value) if exact else Interval(value, lower, upper)


def _shown(figure: Interval) -> str:
    if figure.lower == figure.upper:
        return f"{figure.value:.10g}"
    return f"{figure.value:.8g} [{figure.lower:.8g}, {figure.upper:.8g})"


@cache
def _rules() -> tuple[dict[str, Any], ...]:
    return tuple(yaml.safe_load((REFERENCE / "identity_rules.yml").read_text(encoding="utf-8")))
