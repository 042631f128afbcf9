"""The shape of a report: its own year, its sections, and which of them review and which promise."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from erqi.reading.periods import PLANS

_CN = "一二三四五六七八九十"
_HEADINGS = (
    (1, re.compile(rf"第[{_CN}]{{1,3}}(?:部分|章)[ 　：、]?|[{_CN}]{{1,3}}、")),
    (2, re.compile(rf"（[{_CN}]{{1,3}}）|第[{_CN}]{{1,3}}[，、]")),
    (3, re.compile(rf"[{_CN}]{{1,2}}是|——|[0-9]{{1,2}}[、.](?![0-9])")),
    (4, re.compile(r"（[0-9]{1,2}）|[①-⑳]")),
)
_MARK = re.compile(
    rf"(?:^|(?<=[\n\r。；：]))[ \t\u200b\ufeff]*(?:\[[^\]\n]*\])?"
    rf"(?:(?P<a>第[{_CN}]{{1,3}}(?:部分|章)|[{_CN}]{{1,3}}、)|(?P<b>（[{_CN}]{{1,3}}）)|(?P<c>[{_CN}]{{1,2}}是|[0-9]{{1,2}}[、.](?![0-9]))"
    rf"|(?P<d>（[0-9]{{1,2}}）|[①-⑳]))"
)
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_REVIEW = re.compile(
    r"回顾|过去[五一]?年|过去的|工作总结|执行情况|完成情况|主要成[就绩]|取得的|去年|上年|[本这]届政府|五年来|一年来|基本情况|运行(?:情况|特点|分析)|"
    r"工作(?:情况|成效)|发展(?:成就|情况|回顾)|运行基本|因素分析|总结|年工作$|历史性"
)
_PROMISE = re.compile(
    r"工作(?:安排|重点|任务|部署|建议|打算|计划|思路|要求)|主要(?:目标|任务|工作|预期)|总体要求|重点(?:工作|任务)|预期目标|目标任务|奋斗目标|发展目标|指导思想|"
    r"(?:今后|未来|下一步|明年|今年)|方针|的建议|战略任务|下一阶段|努力方向|加强.{0,8}(?:政府)?自身建设|自身建设|计划草案|年计划|发展计划|建议"
)
_FIVE_BACK = re.compile(
    r"(?:过去|[这上本]届?政?府?的?)[五5]年|五年(?:来|工作|回顾|的)|“?十[一二三四五]五”?(?:时期|期间|以来)?.{0,12}(?:回顾|成就|总结|发展|情况)|本届政府"
)
_FIVE_AHEAD = re.compile(
    r"(?:今后|未来)[五5]年|“?[一二三四五六七八九十]{0,2}五”?(?:时期|期间).{0,16}(?:方针|目标|任务|要求|思路|展望|战略|部署|重点)|规划纲要"
)


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it, up to the next one.

    ``role`` is ``review``, ``promise`` or empty where the headings do not tell; ``years`` are first and last
    year of what a section of several years reviews or promises, both 0 for one year.
    """

    path: str
    title: str
    start: int
    role: str = ""
    five: bool = False
    opened: int = 0


@dataclass(frozen=True, slots=True)
class Outline:
    """Lines and sections of a text by offset, with the document's own years.

    ``review_year`` is the year whose results the document reports, ``plan_year`` that for which it promises.
    """

    lines: tuple[int, ...]
    sections: tuple[Section, ...]
    starts: tuple[int, ...]
    review_year: int | None = None
    plan_year: int | None = None
    within_year: str = ""
    self_dated: bool = False

    spans: tuple[tuple[int, bool], ...] = ()

    def five(self, at: int) -> bool:
        """Tell whether an offset stands where several years are reviewed or promised."""
        section = self.section(at)
        mode = bisect_right(self.spans, (at, True)) - 1
        if section.role == "review" and mode >= 0 and self.spans[mode][0] >= section.opened:
            return self.spans[mode][1]
        return section.five

    def line(self, at: int) -> int:
        """Return the 1-based line of an offset."""
        return bisect_right(self.lines, at)

    def section(self, at: int) -> Section:
        """Return the innermost section of an offset."""
        return self.sections[bisect_right(self.starts, at) - 1]


def outline(copy: str, review_year: int | None = None, plan_year: int | None = None) -> Outline:
    """Read headings, roles and years from a working copy; given years (of a sidecar) win."""
    lines = (0, *(match.end() for match in re.finditer("\n", copy)))
    sections = [Section("", "", 0)]
    counts = [0, 0, 0, 0]
    role, five, opened = "", False, 0
    heads = 0
    for match in _MARK.finditer(copy):
        level = "abcd".index(match.lastgroup or "a")
        mark = match.start(match.lastgroup or "a")
        line_start = copy.rfind("\n", max(0, mark - 40), mark) + 1
        at_line = not copy[line_start:mark].strip(" \t\r\u200b\ufeff]") or copy[line_start:mark].lstrip().startswith(
            "["
        )
        if level in (0, 3) and not at_line and level == 0:
            continue
        counts[level] += 1
        counts[level + 1 :] = [0] * (3 - level)
        stop = min(
            (i for i in (copy.find(c, match.end(), match.end() + 60) for c in "。\n，；") if i >= 0),
            default=match.end() + 40,
        )
        title = copy[mark:stop].strip()
        if level == 0:
            heads += 1
            role, five = _role(title, role)
            opened = mark
        path = ".".join(str(n) for n in counts[: level + 1]).replace(".0", "").lstrip("0.") or str(counts[level])
        sections.append(Section(path, title, mark, role, five, opened))
    review, plan, within = _years(copy, review_year, plan_year)
    self_dated = plan is None or bool(_TITLE_PLAN.search(copy[:1500]))
    starts = tuple(section.start for section in sections)
    return Outline(lines, tuple(sections), starts, review, plan, within, self_dated, _spans(copy, review))


_SPAN = re.compile(
    r"(?:^|(?<=\n))[ \t\u200b]*(?:各位代表[！，：])?(?:(?:刚刚)?(?:过去的?一年|一年来|去年|"
    r"(?:过去的?)?(?P<one>(?:19|20)[0-9]{2})年(?:是|，|我|以来|全))"
    r"|(?P<five>[^。\n]{0,12}?(?:五年来|(?:经过|在?过去的?|这)五年|本届政府|的五年[。，]|“?十[一二三四]五”?(?:时期|期间|以来))))"
)


def _spans(copy: str, review: int | None) -> tuple[tuple[int, bool], ...]:
    """Return where a review turns from several years to one and back, by how its paragraphs begin."""
    return tuple(
        (match.start(), bool(match["five"]))
        for match in _SPAN.finditer(copy)
        if match["five"] or match["one"] is None or int(match["one"]) == review
    )


def _role(title: str, before: str) -> tuple[str, bool]:
    review, promise = _REVIEW.search(title), _PROMISE.search(title)
    if re.search("回顾|总结|执行情况|完成情况|取得|成就|成效|过去|[五一]年来|去年|上年", title):
        return "review", bool(_FIVE_BACK.search(title))
    if _FIVE_AHEAD.search(title):
        return "promise", True
    if promise:
        return "promise", False
    return ("review", False) if review else (before, False)


_TITLE_PLAN = re.compile(r"((?:19|20)[0-9]{2})年.{0,30}执行情况.{0,6}((?:19|20)[0-9]{2})年.{0,12}(?:计划|预算)", re.S)
_HEAD_PLANS = re.compile(
    r"(?:^|\n)\s*一、“([一二三四五六七八九十]{1,2}五)”(?:计划|时期)[^\n]{0,12}(?:回顾|执行情况|总结)"
)
_TITLE_DATE = re.compile(
    r"((?:19|20)[0-9]{2})年?[^。]{0,40}?(?:政府工作报告|工作报告)|((?:19|20)[0-9]{2})年[0-9]{1,2}月[0-9]{1,2}日[^。]{0,20}(?:在|大会)"
)
_BULLETIN = re.compile(r"((?:19|20)[0-9]{2})年[^。\n]{0,24}(?:统计公报|统计分析|公报)")
_CN_TITLE = re.compile(r"([一二][九〇零○][〇零○一二三四五六七八九]{2})年[一二三四五六七八九十]+月")
_HEAD_REVIEW = re.compile(r"[一]、[^。\n]{0,20}?((?:19|20)[0-9]{2})年[^。\n]{0,20}(?:回顾|总结|情况)")
_HEAD_PLAN = re.compile(
    r"[二三四五]、[^。\n]{0,20}?((?:19|20)[0-9]{2})年[^。\n]{0,30}(?:工作|目标|任务|安排|重点|要求|建议)"
)
_TO = str.maketrans("〇零○一二三四五六七八九", "000123456789")


def _years(copy: str, review: int | None, plan: int | None) -> tuple[int | None, int | None, str]:
    """Return the year reviewed, the year promised, and the part of the year that an analysis covers."""
    head = copy[:1500]
    if review is None and plan is None:
        if match := _TITLE_PLAN.search(head):
            review, plan = int(match[1]), int(match[2])
        elif match := _BULLETIN.search(copy[:300]):
            return int(match[1]), None, ""
        elif plans := _HEAD_PLANS.search(copy):
            # a report on a five-year plan: the last year of the old one, and the first of the new
            last = PLANS.get(plans[1], 0) + 4
            return last, last + 1, ""
        else:
            if match := _HEAD_REVIEW.search(copy):
                review = int(match[1])
            if match := _HEAD_PLAN.search(copy):
                plan = int(match[1])
            title = _TITLE_DATE.search(head)
            if title and plan is None and review is None:
                plan = int(title[1] or title[2])
            elif plan is None and review is None and (match := _CN_TITLE.search(head)):
                plan = int(match[1].translate(_TO))
    if plan is None and review is not None and "统计公报" not in head:
        plan = review + 1
    if review is None and plan is not None:
        review = plan - 1
    within = ""
    if review is None:
        return _analysis(copy)
    return review, plan, within


_AREA = re.compile(
    r"在(?:中国人民政治协商会议)?([\u4e00-\u9fff]{2,14}?)第[一二三四五六七八九十]+届(?:委员会|人民代表大会)|"
    r"^[ \t\n]*(?:(?:19|20)[0-9]{2}年)?([\u4e00-\u9fff]{2,12}?(?:省|自治区|自治州|盟|市|区|县|旗))(?:(?:19|20)[0-9]{2}年)?(?:政府工作报告|国民经济)",
    re.M,
)


def area(copy: str) -> str:
    """Return the area that title or heading names, empty if they do not."""
    match = _AREA.search(copy[:1500])
    return (match[1] or match[2] or "") if match else ""


_PART = re.compile(r"((?:19|20)[0-9]{2})年(上半年|前?[一二三]季度|1[-—–~至到]{1,2}[0-9]{1,2}月)")
_OWN_YEAR = re.compile(
    r"(?P<base>[比较自从由与同]?)(?P<year>(?:19|20)[0-9]{2}|[一二][九〇零○][〇零○一二三四五六七八九]{2})年(?P<plan>(?:国民经济)?(?:计划|预期|目标))?"
)
_ADDRESS = re.compile(r"各位代表|大会审议|政府工作报告")
_TITLE_PART = re.compile(r"上半年|前三季度|[一二三]季度|1[-—–~至到]{1,2}[0-9]{1,2}月")


def _analysis(copy: str) -> tuple[int | None, int | None, str]:
    """Return what an analysis without a report's headings says of its own period: 2016年上半年 …"""
    match = _PART.search(copy)
    if match and match.start() < 2000:
        return int(match[1]), None, match[2]
    weights: dict[int, int] = {}
    for found in _OWN_YEAR.finditer(copy[:6000]):
        if found["plan"] or not found["base"]:
            year = int(found["year"].translate(_TO))
            weights[year] = weights.get(year, 0) + (10 if found["plan"] else 1)
    if not weights:
        return None, None, ""
    part = _TITLE_PART.search(copy[:600])
    year = max(weights, key=lambda key: (weights[key], key))
    return year, year + 1 if _ADDRESS.search(copy) else None, part.group() if part else ""
