"""The shape of a report: its own year, its sections, and which of them review and which promise."""

# ruff: noqa: E501  (a CJK character counts twice)
from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field, replace

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
    r"(?:今后|未来|下一步|明年|今年)|方针|一些想法|若干问题|的建议|战略任务|下一阶段|努力方向|加强.{0,8}(?:政府)?自身建设|自身建设|计划草案|年计划|发展计划|建议"
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

    spans: dict[str, tuple[tuple[int, bool], ...]] = field(default_factory=dict)
    note: str = ""

    def five(self, at: int) -> int:
        """Tell whether an offset stands where several years are told: 1 by its heading, 2 by its paragraph."""
        section = self.section(at)
        spans = self.spans.get(section.role, ())
        mode = bisect_right(spans, (at, True)) - 1
        if mode >= 0 and spans[mode][0] >= section.opened and (section.role == "review" or section.five):
            return 2 if spans[mode][1] else 0
        return int(section.five)

    def line(self, at: int) -> int:
        """Return the 1-based line of an offset."""
        return bisect_right(self.lines, at)

    def section(self, at: int) -> Section:
        """Return the innermost section of an offset."""
        return self.sections[bisect_right(self.starts, at) - 1]


def outline(copy: str, review_year: int | None = None, plan_year: int | None = None, name: str = "") -> Outline:
    """Read headings, roles and years from a working copy; given years (of a sidecar) win.

    ``name`` is the document's id: a year in it is used only if the text has none of its own, and said so.
    """
    lines = (0, *(match.end() for match in re.finditer("\n", copy)))
    review, plan, within, note = _years(copy, review_year, plan_year, name)
    marks = [
        (match.start(match.lastgroup or "a"), "abcd".index(match.lastgroup or "a")) for match in _MARK.finditer(copy)
    ]
    bare = [match.start("title") for match in _BARE.finditer(copy) if _ROLE_WORDS.search(match["title"])]
    bare = [at for at in bare if not _NO_HEADING.search(copy, at, at + 40) and at > 20]
    numbered = {_role(_title(copy, at), "", review, plan)[0] for at, level in marks if level == 0}
    if {"review", "promise"} <= numbered:
        bare = []
    shift = 1 if bare else 0
    merged = sorted([*((at, level + shift) for at, level in marks), *((at, 0) for at in bare)])
    sections = [Section("", "", 0)]
    counts = [0] * 5
    role, five, opened = "", False, 0
    for mark, level in merged:
        counts[level] += 1
        counts[level + 1 :] = [0] * (4 - level)
        title = _title(copy, mark)
        if level == 0 or (shift and level == 1 and not role):
            role, five = _role(title, role, review, plan, five)
            opened = mark
        path = ".".join(str(n) for n in counts[: level + 1]).replace(".0", "").lstrip("0.")
        sections.append(Section(path or str(counts[level]), title, mark, role, five, opened))
    if plan is not None:
        sections = _fill(copy, sections, plan)
    self_dated = plan is None or bool(_TITLE_PLAN.search(copy[:1500]))
    starts = tuple(section.start for section in sections)
    return Outline(lines, tuple(sections), starts, review, plan, within, self_dated, _spans(copy, review, plan), note)


_BARE = re.compile(
    r"(?:^|(?<=\n))[ \t\u200b]*(?P<title>[^\n。，；：！？0-9]{0,12}?(?:(?:19|20)[0-9]{2}年|“?十[一二三四五六]五”?|过去的?[一五]年|今年|"
    r"去年|今后五年|未来五年|本届政府)[^\n。；！？]{0,26})(?=[ \t\r]*(?:\n|$))"
)
_ROLE_WORDS = re.compile(r"回顾|总结|成就|成效|目标|任务|安排|重点|要求|建议|工作")
_NO_HEADING = re.compile(r"报告|公报|会议|发布|来源|审议")
_STRONG = re.compile(r"回顾|总结|执行情况|完成情况|取得|成就|成效|进展|过去|[五一]年来|去年|上年")


def _title(copy: str, at: int) -> str:
    stops = (copy.find(c, at + 2, at + 60) for c in "。\n，；")
    return copy[at : min((i for i in stops if i >= 0), default=at + 40)].strip()


def _role(title: str, before: str, review: int | None, plan: int | None, five: bool = False) -> tuple[str, bool]:
    """Return what a heading does, and whether over several years; one that does not say goes on with the last."""
    if _STRONG.search(title) and not (
        before == "promise" and re.search("取得|成效|进展", title) and "回顾" not in title
    ):
        one = (review is not None and str(review) in title) or "去年" in title or "一年" in title
        return "review", bool(_FIVE_BACK.search(title)) and not one
    if review is not None and f"{review}年" in title and (plan is None or f"{plan}年" not in title):
        return "review", bool(_FIVE_BACK.search(title)) and "年和" not in title
    if _FIVE_AHEAD.search(title):
        return "promise", True
    if _PROMISE.search(title) or (plan is not None and re.search(f"{plan}年.{{0,4}}工作", title)):
        return "promise", False
    return ("review", False) if _REVIEW.search(title) and not before else (before, five and before == "promise")


_SPLIT = r"(?:主要)?预期目标|今年(?:的)?(?:政府|经济社会)?(?:发展|工作)的?(?:总体|主要|基本)|对?今年(?:政府)?工作的?(?:建议|安排)"


def _fill(copy: str, sections: list[Section], plan: int) -> list[Section]:
    """Give a role to what no heading told: before the first promise a report reviews, after it it promises."""
    first = next((i for i, section in enumerate(sections) if section.role == "promise"), None)
    if first is None:
        pattern = re.compile(
            rf"(?:^|(?<=[\n。]))[ \t]*[^\n。]{{0,30}}?(?:{_SPLIT}|(?<![0-9]){plan}年(?:是|(?:政府)?工作|，))"
        )
        split = pattern.search(copy, len(copy) // 8)
        if split is None:
            return sections
        at = split.start()
        before = [replace(one, role=one.role or "review") for one in sections if one.start < at]
        later = [replace(one, role="promise", five=False, opened=at) for one in sections if one.start >= at]
        return [*before, Section(before[-1].path, "", at, "promise", False, at), *later]
    return [replace(one, role="review") if not one.role and i < first else one for i, one in enumerate(sections)]


_SPAN = re.compile(
    r"(?:^|(?<=\n))(?=[^\n]{0,200}[。，])(?![ \t]*[一二三四五六七八九十]{1,3}、)[ \t\u200b]*(?:各位代表[！，：])?"
    r"(?:(?:刚刚)?(?:过去的?一年|一年来|去年|过去的(?P<past>(?:19|20)[0-9]{2})年|(?P<one>(?:19|20)[0-9]{2})年(?:[是，我在极很对全]|以来))"
    r"|(?P<five>[^。\n]{0,12}?(?:五年来|(?:经过|在?过去的?|这)五年|本届政府[^的]|的五年[。，]|“?十[一二三四]五”?(?:时期|期间|以来)))"
    r"|(?P<year>[^。\n]{0,30}?(?:今年|主要预期目标))|(?P<ahead>[^。\n]{0,16}?(?:“?[一二三四五六七八九十]{1,2}五”?(?:时期|期间)|今后五年|未来五年)))"
)


def _spans(copy: str, review: int | None, plan: int | None) -> dict[str, tuple[tuple[int, bool], ...]]:
    """Return where review and promise turn from several years to one and back, by how their paragraphs begin."""
    back, ahead = [], []
    for match in _SPAN.finditer(copy):
        year = int(match["past"] or match["one"] or 0)
        if match["ahead"] or match["five"]:
            ahead.append((match.start(), True))
        if match["year"] or (year and year == plan):
            ahead.append((match.start(), False))
        if match["five"] or (not match["year"] and not match["ahead"] and year in (0, review)):
            several = match["five"] or re.search("五年来|五年，|的五年", copy[match.end() : match.end() + 60])
            back.append((match.start(), bool(several)))
    return {"review": tuple(back), "promise": tuple(ahead)}


_TITLE_PLAN = re.compile(r"((?:19|20)[0-9]{2})年.{0,30}执行情况.{0,6}((?:19|20)[0-9]{2})年.{0,12}(?:计划|预算)", re.S)
_HEAD_PLANS = re.compile(
    r"(?:^|\n)[ \t]*一、“([一二三四五六七八九十]{1,2}五)”(?:计划|时期)[^\n]{0,12}(?:回顾|执行情况|总结)"
)
_TITLE_DATE = re.compile(
    r"((?:19|20)[0-9]{2})年?[^。]{0,40}?(?:政府工作报告|工作报告)|((?:19|20)[0-9]{2})年[0-9]{1,2}月[0-9]{1,2}日[^。]{0,20}(?:在|大会)"
)
_BULLETIN = re.compile(r"((?:19|20)[0-9]{2})年[^。\n]{0,24}(?:统计公报|统计分析|公报)")
_CN_TITLE = re.compile(
    r"([一二][九〇零○][〇零○一二三四五六七八九]{2})年[一二三四五六七八九十]+月[一二三四五六七八九十]+日"
)
_HEAD_REVIEW = re.compile(
    r"(?:^|\n)[ \t]*(?:一、)?[^。\n，0-9]{0,20}?((?:19|20)[0-9]{2})年[^。\n，]{0,20}(?:回顾|总结|情况)[^。，\n]{0,24}(?:\n|$)"
)
_HEAD_PLAN = re.compile(
    r"(?:^|\n)[ \t]*(?:[二三四五]、)?[^。\n，0-9报]{0,20}?((?:19|20)[0-9]{2})年[^。\n，]{0,30}(?:工作|目标|任务|安排|重点|要求|建议)[^。，\n]{0,12}(?:\n|$)"
)
_TO = str.maketrans("〇零○一二三四五六七八九", "000123456789")


def _years(copy: str, review: int | None, plan: int | None, name: str) -> tuple[int | None, int | None, str, str]:
    """Return the year reviewed, the year promised, the part of the year that an analysis covers, and a note."""
    head = copy[:1500]
    note = ""
    if review is None and plan is None:
        if match := _TITLE_PLAN.search(head):
            review, plan = int(match[1]), int(match[2])
        elif match := _BULLETIN.search(copy[:300]):
            return int(match[1]), None, "", ""
        elif plans := _HEAD_PLANS.search(copy):
            # a report on a five-year plan: the last year of the old one, and the first of the new
            last = PLANS.get(plans[1], 0) + 4
            return last, last + 1, "", ""
        elif title := _TITLE_DATE.search(head):
            plan = int(title[1] or title[2])
        elif match := _CN_TITLE.search(head[:400]):
            plan = int(match[1].translate(_TO))
        elif (match := _HEAD_REVIEW.search(copy)) and match[1]:
            review = int(match[1])
        elif match := _HEAD_PLAN.search(copy):
            plan = int(match[1])
        else:
            review, plan, within = _analysis(copy)
            named = re.search(r"(?:^|_)((?:19|20)[0-9]{2})(?:_|$)", name)
            if named and (review is None or (plan is not None and _ADDRESS.search(copy))):
                year = int(named[1])
                review, plan = (year - 1, year) if _ADDRESS.search(copy) else (year, None)
                note = "year from the name of the file"
                within = within or ((part := _TITLE_PART.search(copy[:600])) and part.group()) or ""
            return review, plan, within, note
    if plan is None and review is not None and "统计公报" not in head:
        plan = review + 1
    if review is None and plan is not None:
        review = plan - 1
    return review, plan, "", note


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
