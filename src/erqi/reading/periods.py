"""Which time a phrase means, as ISO 8601, given the years that the document is about."""

# ruff: noqa: E501  (a CJK character counts twice)
from __future__ import annotations

import re
from dataclasses import dataclass

_Y = r"(?:1[89]|20|21)[0-9]{2}"
_C = r"[一二][九〇零○八][〇零○一二三四五六七八九]{2}"
_TO_DIGITS = str.maketrans("〇零○一二三四五六七八九", "000123456789")
_SEP = r" ?[-—–~至到]{1,2} ?"
TIME = re.compile(
    rf"(?P<years>(?P<y1>{_Y}|{_C})年?{_SEP}(?P<y2>{_Y}|{_C})年)"
    rf"|(?P<year>{_Y}|{_C}) ?年度?(?:(?P<ym1>[01]?[0-9]|[一二三四五六七八九十]{{1,2}}){_SEP}(?P<ym2>[01]?[0-9]|[一二三四五六七八九十]{{1,2}})月"
    rf"|(?P<ym>[01]?[0-9]|[一二三四五六七八九十]{{1,2}})月份?(?P<day>[0-3]?[0-9]日)?|(?P<ypart>上半年|下半年|前三季度|[一二三四]季度|末|底|初|以来|前)(?!脚))?"
    rf"|(?P<plan>“?(?:十[一二三四五]?五|[一二三五六七八九]五)”?(?P<planpart>时期|期间|期末|末期|以来|末)|第[一二三四五六七八九十]+个五年计划)"
    rf"|(?P<fiveback>(?:过去|这|上|[本上]届政府|[本这]届政府任期)(?:的)?[五5]年|(?<![一二三四个每上])五年(?:来|间|累计|内|合计|共|用于|完成|建成)|[五5]年来|(?<![0-9近])5年(?=增长|提升|提高|增加|下降|累计|新增|完成)|本届政府)"
    rf"|(?P<fiveahead>(?:今后|未来|下个?)[五5]年)"
    rf"|(?P<months>(?P<m1>[01]?[0-9]){_SEP}(?P<m2>[01]?[0-9])月)"
    rf"|(?P<part>上半年|下半年|前三季度|[一二三四]季度)(?!末)"
    rf"|(?P<relative>今年|本年|去年|上年|前年|明年|当年|全年|年内|年末|年底|年初)"
    rf"|(?P<back>(?:过去|最近|近)?(?P<n>[二两三四五六七八九十]|[0-9]{{1,2}})年(?:来|间|以来)|(?:过去|最近|近)(?P<n2>[二两三四五六七八九十]|[0-9]{{1,2}})年)"
    rf"|(?P<month>(?<![0-9年个-])[01]?[0-9]月份?)(?!底前|末前|[0-9])"
)  # fmt: skip
_BASE_BEFORE = re.compile(
    r"(?:比|较|较之|比较|超过|高于|低于|相当于|恢复到|恢复至|与|同|和|是|为|以|按|快于|多于)(?:的)?(?:[“（ ])?$"
)
_BASE_AFTER = re.compile(r"(?:同期)?(?:的?(?:基础上|水平)|相比|同期|价格|的[0-9.]+(?:%|倍)|不变价)")
_PARTS = {
    "上半年": "01/06", "下半年": "07/12", "前三季度": "01/09", "一季度": "01/03", "二季度": "04/06", "三季度": "07/09",
    "四季度": "10/12",
}  # fmt: skip
_SMALL = {
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
    "十": 10,
    "十一": 11,
    "十二": 12,
    "一": 1,
}
PLANS = {
    "一五": 1953, "二五": 1958, "三五": 1966, "四五": 1971, "五五": 1976, "六五": 1981, "七五": 1986, "八五": 1991,
    "九五": 1996, "十五": 2001, "十一五": 2006, "十二五": 2011, "十三五": 2016, "十四五": 2021, "十五五": 2026,
}  # fmt: skip
_ORDINAL_PLAN = dict(zip("一二三四五六七八九", list(PLANS.values())[:9], strict=False)) | {"十": 2001}


@dataclass(frozen=True, slots=True)
class Time:
    """A time phrase: where it stands, what it means, whether something is only compared with it."""

    start: int
    end: int
    period: str
    base: bool
    relative: str = ""
    opening: bool = False

    @property
    def last_year(self) -> int:
        """The last year it touches."""
        return int(re.findall("[0-9]{4}", self.period)[-1])


def number(text: str) -> int:
    """Return a small number in digits or characters, 0 if it is none."""
    return int(text) if text.isdigit() else _SMALL.get(text, 0)


def year_of(text: str) -> int:
    """Return the year written in digits or characters."""
    return int(text.translate(_TO_DIGITS))


def part_of(year: int, part: str) -> str:
    """Return a part of a year, such as ``上半年`` or ``1-5月``, as an ISO interval."""
    if part in _PARTS:
        first, last = _PARTS[part].split("/")
        return f"{year}-{first}/{year}-{last}"
    months = re.findall("[0-9]{1,2}", part)
    if len(months) == 2 and 1 <= int(months[0]) < int(months[1]) <= 12:
        return f"{year}-{int(months[0]):02d}/{year}-{int(months[1]):02d}"
    return str(year)


def times(
    copy: str, start: int, end: int, year: int | None, this: int | None, last: int | None, ahead: bool = False
) -> list[Time]:
    """Return the time phrases of ``copy[start:end]``.

    Parameters
    ----------
    copy : str
        Working copy of the text.
    start, end : int
        A sentence.
    year : int or None
        The year that the section is about.
    this, last : int or None
        What 今年 and 去年 mean there.
    ahead : bool
        True where 五年内 means the years to come.
    """
    found = []
    nearest = year
    for match in TIME.finditer(copy, start, end):
        period, relative = _iso(match, copy, nearest, this, last)
        if not period:
            continue
        if ahead and year and match["fiveback"] and match["fiveback"][0] in "五5" and "来" not in match["fiveback"]:
            period = f"{year}/{year + 4}"
        base = bool(
            _BASE_BEFORE.search(copy[max(start, match.start() - 6) : match.start()])
            or _BASE_AFTER.match(copy, match.end())
        )
        if not base and match["year"]:
            nearest = year_of(match["year"])
        opening = copy[match.start() - 1 : match.start()] in ("由", "从")
        found.append(Time(match.start(), match.end(), period, base, relative, opening))
    return found


def _iso(match: re.Match[str], copy: str, year: int | None, this: int | None, last: int | None) -> tuple[str, str]:
    kind = match.lastgroup
    if match["years"]:
        first, second = year_of(match["y1"]), year_of(match["y2"])
        return (f"{first}/{second}", "") if first < second else ("", "")
    if match["year"]:
        own = year_of(match["year"])
        if match["ym1"]:
            return part_of(own, f"{number(match['ym1'])}-{number(match['ym2'])}"), ""
        if match["day"]:
            return str(own), ""
        if match["ym"]:
            month = number(match["ym"])
            return (f"{own}-{month:02d}", "month") if 1 <= month <= 12 else (str(own), "")
        if match["ypart"] in _PARTS:
            return part_of(own, match["ypart"]), ""
        return str(own), "deadline" if match["ypart"] == "前" else ""
    if match["plan"]:
        word = re.sub("[“”]", "", match["plan"])
        word = word[: len(word) - len(match["planpart"] or "")]
        begun = PLANS.get(word) or (_ORDINAL_PLAN.get(word[1:-5]) if word.startswith("第") else None)
        if begun is None:
            return "", ""
        if match["planpart"] in ("末", "期末", "末期"):
            return str(begun + 4), ""
        return f"{begun}/{begun + 4}", "plan"
    if match["fiveback"]:
        final = year or last
        return (f"{final - 4}/{final}", "plan") if final else ("", "")
    if match["fiveahead"]:
        return (f"{this}/{this + 4}", "plan") if this else ("", "")
    if match["months"]:
        return (part_of(year, f"{match['m1']}-{match['m2']}"), "") if year else ("", "")
    if match["part"]:
        return (part_of(year, match["part"]), "") if year else ("", "")
    if match["month"] and kind == "month":
        month = number(re.sub("月份?", "", match["month"]))
        if month == 12 and copy[match.end() : match.end() + 1] in "底末":
            return (str(year), "年末") if year else ("", "")
        return (f"{year}-{month:02d}", "month") if year and 1 <= month <= 12 else ("", "")
    if match["back"]:
        n = number(match["n"] or match["n2"] or "0")
        return (f"{last - n + 1}/{last}", "plan") if last and n > 1 else ("", "")
    word = match["relative"]
    value = {
        "今年": this, "本年": year, "去年": last, "上年": year - 1 if year else None, "前年": last - 1 if last else None,
        "明年": this + 1 if this else None,
    }.get(word or "", year)  # fmt: skip
    return (str(value), word or "") if value else ("", "")
