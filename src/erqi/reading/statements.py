"""What a report says with its numbers: the thing measured, the measure, its time, and whether it is done or promised."""

# ruff: noqa: E501, SIM102  (a CJK character counts twice)
from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from heapq import merge

from erqi.reading import mentions as m
from erqi.reading import wordings
from erqi.reading.cells import Cell
from erqi.reading.mentions import Mention
from erqi.reading.outline import Outline, Section
from erqi.reading.periods import Time, number, part_of, times
from erqi.reading.wordings import Wording


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement about a quantity.

    Attributes
    ----------
    mention : Mention or None
        The numeral; None where words alone fix the value (全覆盖).
    start, end : int
        The clause that says it.
    subject : str
        What is measured.
    measure : str
        ``level``, ``change``, ``growth_rate``, ``average_growth_rate``, ``share``, ``attainment``, ``ratio``, ``rank``
        or ``class``.
    value, lower, upper : Decimal or None
        Signed, in base ``unit``; a side that words leave open is None.
    time_period : str
        ISO 8601, empty where the text does not tell.
    status : str
        ``actual``, ``target``, ``scope`` or empty.
    bound, commitment : str
        How firm the value and the promise are.
    price_basis : str
        ``real``, ``nominal`` or empty.
    note : str
        Why a field is empty, or what a value stands for.
    """

    mention: Mention | None
    start: int
    end: int
    subject: str
    measure: str
    value: Decimal | None
    lower: Decimal | None
    upper: Decimal | None
    unit: str
    time_period: str
    status: str
    bound: str
    commitment: str
    price_basis: str = ""
    note: str = ""


_SENTENCE = re.compile(r"[。！？\n\r]+")
_UP = r"增长|增加|提高|上升|上涨|提升|扩大|回升|上调|攀升|净增|增产|增收|多增|升高|上浮|递增|增至|升至|增|涨|拉动"
_DOWN = r"负增长|减产|下降|降低|减少|回落|压减|削减|压缩|收窄|缩短|缩小|下滑|下调|下跌|调减|减收|精简|核减|减亏|放缓|压降|消减|递减|降至|降|减|跌"
_LOOSE = r"(?:约|近|超过?|突破|达到?|为|逾|不少于|不低于|不超过|至少|的|了|各|分别|幅度|[：（“ ])*"
_MOVE = re.compile(rf"(?P<verb>(?P<down>{_DOWN})|(?:{_UP})){_LOOSE}(?P<at>[到至])?{_LOOSE}$")
_TO = re.compile(r"(?:[到至为]|达到?)(?:约|近|超过?|突破|的|了|[：（“ ])*$")
_HEADS = (
    r"增加值|总产值|产值|投资额?|总收入|收入|总产量|产量|零售总额|零售额|销售额|销售面积|价格|利润总额|利润|进出口总额|进出口额?|出口额?|进口额?|支出|"
    r"余额|面积|用电量|发电量|客运量|货运量|吞吐量|贡献率|比重|占比|消费量|能耗|浓度|系数|指数|总额|总量|人数"
)
_HEAD = re.compile(rf"(?:{_HEADS})$")
_SHARED_HEAD = re.compile(r"(?:增加值|总产值|产值|投资|零售额|销售额|价格|总?产量|吞吐量|发电量|保费收入)$")
_RATE = re.compile(r"(?:增速|增长率|增长速度|增长目标|增幅|涨幅|降幅|跌幅|减幅|递增率)[^，。；0-9]{0,9}$")
_TIMES = re.compile(
    r"(?:从|自)?[一二][九〇零○八][〇零○一二三四五六七八九]{2}年?[末底初]?(?:[至到和](?:[一二][九〇零○八][〇零○一二三四五六七八九]{2}|[一二三四五六七八九]{1,2})年)?(?:的[一二三四五六七八九十]+年间)?|"
    r"(?:截[至止]到?)?(?:(?:19|20)[0-9]{2}年?[-—–~至到]{1,2})?(?:19|20)[0-9]{2}年(?:[末底初度前]|全年|[0-9]{1,2}月份?[末底]?|上半年|[一二三四]季度)?|"
    r"[0-9]{1,2}[-—–~至到]{1,2}[0-9]{1,2}月份?|“?十[一二三四]?五”?(?:时期|期间|以来|末)|(?:过去|近|今后|未来)?[五5三3]年(?:来|间|累计)|"
    r"连续[0-9一二三四五六七八九十]+年|(?:上半年|前?[一二三四]季度)末?|[0-9]{1,2}月[份末底]|[五5]年$"
)
_LEAD = re.compile(
    r"^(?:其中|同时|另外|此外|并且|并|以及|及(?!时)|和(?!平|谐)|与|[、，：（）”【]|再(?!生|就)|又|也|还|则|而|已|将(?!军)|要(?!素|求)|各(?!类|项|级|种)|共计?(?!同|享)|"
    r"合计|总计|总共|一共|且|以(?!上|下|色)|为(?!民)|使|让|把|对(?!接|口|外)|在(?!校|建|职|岗|册|库|孵|营|园|编|线|学|管)|到(?!位|期|户)|有(?!效|机|色|进|关|线|望)|"
    r"全[市区省县国州旗镇](?:上下|共)?|我[市区省县国州旗]|全年|年内|年[末底初](?!前)|年底前|今年|去年|当年|本年|年度|截[至止]到?|目前|现有|共有|拥有|约|近|超过?|其(?!他)|"
    r"主要(?=实施|推进|抓)|预计|预期(?!性|寿命)|力争|争取(?=实现|完成|达|在|新|全|到)|确保|保证|计划(?!投资|总)|拟|努力|实现|完成|达到?|实施|推进|推动|加快|安排|落实|促进|支持|聚焦|围绕|依托|"
    r"抓好|做好|办好|开展|组织|进一步|积极|大力|深入|扎实|持续|高质量|高标准|切实|着力|全力|全面|成功|顺利|启动|继续|统筹|不断|稳步|有序|获得|取得|荣获|分别|"
    r"重点(?=实施|推进|抓|支持|建设|围绕|培育|做好|打造)|初步核算|初步统计|据[^，。]{0,8}统计|经[^，。]{0,4}核算|统计|[一二三四五六七八九十]是|分[^，。]{1,6}看|从[^，。]{1,10}看|"
    r"按[^，。]{1,8}(?:分|计算)|[一二三四五六七八九十]{1,2}、|（[一二三四五六七八九十]{1,2}）|[①-⑳]|目标是|用足用好|—)+"
)
_TAIL = re.compile(
    r"(?:完成|实现|达到?|为|是|共计?|合计|总计|约|近|超过?|突破|逾|过(?<!通过)|的|累计|已|将|有|(?:保持|稳定|维持|控制|提高|提升)?在|稳定|力争|确保|不[少低]于|不[超高]过?于?|"
    r"至少|[至到了]|高达|多达|仅|只有|分别|均|都|由|从|自|首次|首破|再|就|[：（“、]|上年末?|去年|(?:增|升|降|提高|提升|增加|扩大|发展|减少|下降|缩小|上升|恢复|回升|占|新增|延长|"
    r"压缩|压减|调整|优化|拓展)[到至为]|之|年均|平均|同比|环比|每年|要|各|全部|等|这|减|增|增长|下降|也|(?:连续|接连|相继)?(?:跨越|跨上|迈上|跃升)|(?:每|年|月|日)?人均|每人(?:每[年月天日])?|每年|每月|年(?=$)|月(?=$)|要求|再次提高|不断提高)+$"
)
_COMPARE = re.compile(
    r"(?:同比|环比|按[^，。；]{1,8}(?:计算|口径)|扣除[^，。；]{1,8}(?:因素|后)|可比|名义|实际(?!利用)|累计|年均|平均|每年|分别|净|继续|再|恢复性|首次|合计|大幅|显著|进一步|"
    r"稳步|持续|又|已|将|要|各|(?<![占对之])[比较](?!重|例|率)(?P<base>[^，。；、]{0,12}?))+$"
)
_ABOVE = re.compile(
    r"(?:(?<![占对之])[比较][^，。；]{1,16}(?:高出?|低|快|慢|多|少)|(?:高|低|快|慢|优)于[^，。；]{1,16})(?:约|近|超过?)?$"
)
_KEEP = (
    r"累计|新(?:增|建成?|开工|改扩?建|改造|引进|签约|招聘|设立?|认定|扩|登记|投用|栽|购|筹集|开通|培育|发展|入库)|改扩?建|建成|建设|培育|引进|改造|更新|修复|治理|发放|接待|"
    r"开工|竣工|投产|完工|签约|招聘|创建|打造|认定|扩充|扩建|争创|提升|布局|筹集|投入|设立|成立|开通|举办|整治|关停|淘汰|化解|办理|办结|登记|救助|资助|帮扶|解决|惠及|覆盖|"
    r"带动|吸引|吸纳|培训|完善|对接|组建|创成|入选|获批|获评|推出|出台|减免|栽植|种植|绿化|疏浚|拆除|拆迁|搬迁|安置|回迁|供应|征收|报批|盘活|处置|清理|查处|整改|搭建|"
    r"引入|推广|配备|配建|添置|购置|投用|投入使用|入库|转化|授权|谋划|召开|收集|推荐|回收|增加|减少|抽调|恢复重建|启动|支付|签订|完成|实现"
)
_VERB = re.compile(rf"^((?:(?:{_KEEP})(?:和|、)?)+了?)")
_GENERIC = re.compile(
    r"^(?:完成|总|计划|年|实现|的)*(?:投资|产值|销售收入|营业收入|主营业务收入|税收|利润(?:总额)?|利税总额|成交金?额|在校学?生|总数|总量|数量|面积|参保率|办复率|"
    r"降幅|增幅|涨幅|增速|占比|产量|金额|增加值|合同额|受益学生|资产总额|注册资本|开工率|投产率|履约率|到位资金|[^，]{2,4}率)$"
)
_CHAIN = re.compile(r"^(?:[ 、和及与或]|以及|约|近|超过?|[：/）（])+$")
_SPLIT = re.compile(r"、|和(?!平|谐|国)|与|以及|及(?!其|时)")
_REAL = re.compile(r"(?:可比|不变)(?:价格?|口径)?|扣除(?:价格|物价)")
_NOMINAL = re.compile(r"现价|名义增|按当年价")
_CUE = re.compile(r"力争|争取|确保|保证|预计|预期|计划|拟|有望|努力实现|必保")
_COMMIT = {
    "力争": "strive",
    "争取": "strive",
    "努力实现": "strive",
    "确保": "ensure",
    "保证": "ensure",
    "必保": "ensure",
}
_FUTURE = re.compile(r"明年|今后|未来|下一步|将(?!来|军|士|领|近)|计划|拟|力争|预计|争取")
_SCOPE = re.compile(r"(?:推进|加快|推动|抓好|聚焦|围绕|依托|用足?用?好|统筹|支持|做好|抓实)[^，。；]{0,40}$")


@dataclass(slots=True)
class _Frame:
    """What a sentence inherits from its section, and what its earlier numbers leave to the later ones."""

    role: str
    year: int | None
    five: int
    within: str
    times: list[Time]
    base: str = ""  # the thing last measured
    said: str = ""  # ... with the measure: what 提高0.9个百分点 changes
    verb: str = ""
    generic: str = ""
    unit: str = ""
    labels: tuple[str, ...] = ()
    counted: str = ""
    history: tuple[str, ...] = ()


def find(copy: str, mentions: list[Mention], outline: Outline, table: dict[int, Cell]) -> list[Statement]:
    """Return the statements that the numerals of a text make, in order."""
    found: list[Statement] = []
    group: list[Mention | Wording] = []
    end = -1
    stops = _SENTENCE.finditer(copy)
    start, following = 0, 0
    said: list[Mention | Wording] = [mention for mention in mentions if mention.kind == m.QUANTITY]
    silent: Iterator[Mention | Wording] = wordings.find(copy)
    for item in merge(said, silent, key=lambda one: one.start):
        if isinstance(item, Mention) and item.form == "cell":
            found.append(_cell(item, table, outline))
            continue
        if group and item.start < end and item.start - start > _LONGEST:
            # what has no full stop is read in stretches, or the cost of looking back would grow with it
            found.extend(_sentence(copy, start, item.start, group, outline))
            start, group = item.start - min(200, item.start - group[-1].end), []
        if item.start >= end:
            if group:
                found.extend(_sentence(copy, start, min(end, group[-1].end + _LONGEST), group, outline))
            group = []
            while item.start >= end:
                start = following
                stop = next(stops, None)
                end, following = (stop.start(), stop.end()) if stop else (len(copy) + 1, len(copy))
        group.append(item)
    if group:
        found.extend(_sentence(copy, start, min(end, group[-1].end + _LONGEST), group, outline))
    return found


_LONGEST = 2000


def _cell(mention: Mention, table: dict[int, Cell], outline: Outline) -> Statement:
    cell = table.get(mention.start) or table[mention.start + 1]
    year = cell.year or outline.review_year
    return Statement(
        mention, mention.start, mention.end, cell.subject, cell.measure, mention.value, mention.lower, mention.upper,
        mention.unit, str(year) if year else "", "actual" if year and year <= (outline.review_year or year) else "",
        "point", "none", "", "" if year else "time: neither table nor section tells",
    )  # fmt: skip


def _sentence(copy: str, start: int, end: int, items: list[Mention | Wording], outline: Outline) -> list[Statement]:
    end = min(end, len(copy))
    start = max(start, items[0].start - _LONGEST)
    found: list[Statement] = []
    frame = _frame(copy, start, end, items[0].start, outline)
    group = [item for item in items if isinstance(item, Mention)]
    silent = [item for item in items if isinstance(item, Wording)]
    at, i = start, 0
    while i < len(group):
        while silent and silent[0].start < group[i].start:
            found.append(_wording(copy, start, end, at, silent[0], frame, outline))
            at = max(at, silent.pop(0).end)
        j = i + 1
        while j < len(group) and (
            (group[j].unit == group[i].unit and _CHAIN.match(copy[group[j - 1].end : group[j].start]))
            or group[j].form == "high"
            or (group[j].form == "rank" and group[j - 1].form == "rank" and group[j].start - group[j - 1].end < 5)
        ):
            j += 1
        series = group[i:j]
        left = copy[max(at, series[0].start - 120) : series[0].start]
        labels = _distribute(left, series, frame) if len(series) > 1 else []
        hedge = series[-1].hedge if len(series) > 1 and series[-1].form != "high" else ""
        ahead = series[0].hedge if hedge == "" and re.search("分别|接连|均|连续", left) else ""
        for k, mention in enumerate(series):
            label = labels[k] if labels else ""
            statement, at = _state(copy, start, end, left, mention, group[i + k + 1 :], frame, outline, label, k > 0)
            if ahead and k and not mention.hedge:
                statement = replace(statement, bound=m.bound(series[0]), lower=None, upper=None)
            if hedge and mention is not series[-1] and not mention.hedge and copy[series[-1].end - 1] in "上下内右":
                code = m.bound(series[-1])
                statement = replace(
                    statement,
                    bound=code,
                    lower=statement.value if code == "at_least" else None if code == "at_most" else statement.lower,
                    upper=statement.value if code == "at_most" else None if code == "at_least" else statement.upper,
                )
            found.append(statement)
        frame.labels = tuple(labels) or frame.labels
        i = j
    for item in silent:
        found.append(_wording(copy, start, end, at, item, frame, outline))
        at = max(at, item.end)
    return found


def _wording(copy: str, start: int, end: int, at: int, item: Wording, frame: _Frame, outline: Outline) -> Statement:
    """Say what a phrase without a numeral says, about what stands before it or was last measured."""
    first = max(start, *(copy.rfind(c, start, item.start) + 1 for c in "，；（"))
    label = _label(copy[max(first, at) : item.start])[0]
    label = re.sub(r"(?:持续|稳定|长期|总体)*(?:保持|达标|达到|处于)?$|^目标$", "", label)
    if not label and (listed := frame.history if item.measure == "attainment" else (frame.base,)):
        label = "、".join(name for name in listed if name)
    if not label:
        label = _label(copy[start : max(first - 1, start)].rpartition("，")[2])[0]
    frame.base = label or frame.base
    where = Mention(item.start, item.end, "", 0, "", m.QUANTITY, unit=item.unit)
    left = copy[max(start, item.start - 60) : item.start]
    period, status, note = _when(copy, start, end, where, frame, outline, item.measure, left, left)
    stops = [k for k in (copy.find(c, item.end, end) for c in "，；") if k >= 0]
    status = "target" if item.target else status
    return Statement(
        None, first, min(stops, default=end), label[-60:], item.measure, item.value, item.value,
        None if item.bound == "at_least" else item.value, item.unit, period, status, item.bound,
        _commitment(copy, start, where) if status == "target" else "none", "", "; ".join(filter(None, (item.note, note))),
    )  # fmt: skip


# A plan that opens with 过去一年，… looks back for one more sentence, unless that one turns to the future.
_LOOK_BACK = re.compile(r"过去的?一年[^。\n]{0,120}。[ \t　]*$")
_AHEAD = re.compile(r"今年|明年|目标|将|要")


def _frame(copy: str, start: int, end: int, at: int, outline: Outline) -> _Frame:
    section: Section = outline.section(at)
    review, plan = outline.review_year, outline.plan_year
    role = section.role
    if (
        role == "promise"
        and _LOOK_BACK.search(copy, max(0, start - 160), start)
        and not _AHEAD.search(copy, start, end)
    ):
        role = "review"
    year = review if role == "review" else plan if role == "promise" else (review if plan is None else None)
    this = review if outline.self_dated and role != "promise" else plan or review
    last = this - 1 if this else None
    found = times(copy, start, end, year or review, this, last, role == "promise")
    return _Frame(role, year, outline.five(at), outline.within_year, found)


def _distribute(left: str, series: list[Mention], frame: _Frame) -> list[str]:
    """Return a label for each number of a series that shares its verb: A、B和C分别增长18.1%、19.7%和17.1%."""
    n = len(series)
    if series[-1].form == "high":
        return []
    near = re.split(r"[，；：]", left)
    label = _label(near[-1])[0]
    if not label:
        if len(frame.labels) == n and len(frame.history) < n:
            return list(frame.labels)
        if len(frame.history) >= n and "分别" in left:
            return list(frame.history[-n:])
        label = next((text for part in reversed(near[:-1]) if len(text := _label(part)[0]) > 1), "")
    parts = series[0].form == "part"
    if parts and n == 3 and (found := re.match(r"(?:三次)?产业(?:投资)?", label.removeprefix("三次"))):
        return [f"第{word}{found.group()}比重" for word in "一二三"]
    items = [item for item in _SPLIT.split(label) if item]
    if len(items) < n and n == 2 and (both := re.match(r"(.{0,4}?)城乡(.*)", label)):
        return [f"{both[1]}{word}{both[2]}" for word in ("城镇", "农村")]
    if len(items) < n or not ("分别" in left or parts or len(items) == n):
        return []
    items = items[-n:]
    head = _VERB.match(items[0])
    last, before = items[-1], items[-2]
    tail = ""
    if not _HEAD.search(before) and not before.endswith("率"):
        for k in range(len(last) - 1, 0, -1):
            if last[k - 1] == before[-1]:
                tail = last[k:]
                break
        else:
            if len(last) >= len(before) + 2 and len(before) <= 5:
                tail = last[len(before) :]
    ending = "比重" if parts and not re.search("比重?$|比例$|结构$", last) else ""
    verb = head.group() if head and len(head.group()) < len(items[0]) else ""
    return [
        (verb if k and not _VERB.match(item) else "")
        + item
        + (tail if k < n - 1 and not item.endswith(tail) else "")
        + ending
        for k, item in enumerate(items)
    ]


def _label(text: str) -> tuple[str, str]:
    """Return the noun phrase of a clause that ends before a number, and what it is compared with."""
    text = re.sub(r"[（(][^（）]*[）)]", "", text).strip(" \t\u200b")
    if "（" in text:
        text = text.rsplit("（", 1)[1]
    if move := _MOVE.search(text):
        text = text[: move.start()]
    against = ""
    text = _ABOVE.sub("", text)
    if match := _COMPARE.search(text):
        against = match["base"] or ""
        text = text[: match.start()]
    text = _TIMES.sub("", text)
    while True:
        short = _TAIL.sub("", _LEAD.sub("", text, count=1))
        short = re.sub(r"的(?:比重|比例)$", "比重", short)
        if short == text:
            break
        text = short
    text = re.sub(rf"(?:实现|完成)(?={_HEADS})", "", text) if len(text) > 6 else text
    text = re.sub(r"\[[0-9]+\]", "", text)
    return (text.strip(" “”") if text.count("“") != text.count("”") else text.strip()), against


_SPENT = re.compile(r"^(?:计划|完成|总|累计|共|政府|新增)*(?:投资|投入|安排|筹措|争取)?(?:资金)?$")
_OBJECT = re.compile(
    r"(?:资金)?[，]?(?:全?部?用于|重点|主要|全面|相继|先后)*(?:实施|用于|完成|推进|建设|启动|开展|支持|新建|改造|建成|组织|修建|解决)了?([^，。；、：（）！？0-9]{2,24})"
)
_RIGHT = re.compile(r"(?:的|多|余)?([^，。；、：（）！？\n\r\t0-9]{2,28})")
_NOT_RIGHT = re.compile(
    rf"以上|左右|以下|以内|和(?!平|美|谐)|及|与|并|或|同比|环比|比上|{_UP}|{_DOWN}|占|其中|达到?|大关|关口|大力|的?(?:基础|水平|目标)|[至到]|为|是|优化|调整|发展到|不等|[-—~)》]"
)
_RIGHT_CUT = re.compile(
    rf"(?<=[\u4e00-\u9fff”]{{2}})(?:{_KEEP}|投资|为|达|共|累计|总|占|发放|组成|组建|新|（|超|近|约|年均|增长|下降)"
)
_RIGHT_END = re.compile(
    r"(?:以上|左右|以内|等|并|和|及|与|以及|或|达到?|共|其中|为|超过?|近|约|累计|全面|已|均|投资|了)+$"
)


def _right(copy: str, mention: Mention, end: int, rest: list[Mention]) -> tuple[str, int]:
    """Return the noun phrase that a number counts, and where it ends: 3家医养结合机构, 1000万元以上重点项目."""
    at = mention.end
    if copy[at : at + 1] in "，。；、：）！？\n":
        return "", at
    unit = mention.unit
    if unit in ("%", "pp", "‰", "x", "CNY", "USD") and copy[at : at + 1] != "的":
        return "", at
    prefix = ""
    if copy[at : at + 1].isdigit():
        stop = next((i for i in range(at, min(end, at + 16)) if copy[i] in "以之上下级元”"), -1)
        more = re.compile(r"[0-9.]+[^，。；、0-9]{1,28}").match(copy, at, end)
        if not more or stop < 0 or (rest and rest[0].start == at):
            return "", at
        return _RIGHT_END.sub("", more.group()), more.end()
    match = _RIGHT.match(copy, at, end)
    if not match or _NOT_RIGHT.match(match.group(1)):
        return "", at
    text, stop = match.group(1), match.end()
    if rest and rest[0].start <= stop:
        # what follows runs into the next number: the noun ends where the next verb begins
        cut = _RIGHT_CUT.search(text)
        if cut:
            text = text[: cut.start()]
            stop = match.start(1) + len(text)
        elif rest[0].start == stop and not re.search(r"[和及与]$", text):
            return "", at
    clean = _RIGHT_END.sub("", text)
    return prefix + clean, match.start(1) + len(clean) if match.start(1) + len(clean) <= stop else stop


def _state(
    copy: str,
    start: int,
    end: int,
    left: str,
    mention: Mention,
    rest: list[Mention],
    frame: _Frame,
    outline: Outline,
    label: str,
    follows: bool,
) -> tuple[Statement, int]:
    near = re.split(r"[，；：]", left)[-1]
    if not near.strip() and "：" in left:
        near = left.rstrip("：").split("，")[-1]
    measure, sign = _measure(
        near,
        mention,
        left,
        copy[mention.end : mention.end + 5],
        frame.unit == mention.unit or frame.said.endswith("增速"),
    )
    at = mention.end
    against = ""
    if not label:
        label, against, at = _subject(copy, end, left, near, mention, rest, frame, measure, follows)
    if (
        measure == "share"
        and label == frame.base
        and re.search("(?:增速|涨幅)$", frame.said)
        and re.search("[到至]$", near)
    ):
        measure = "growth_rate"
    subject = label
    if measure in ("growth_rate", "average_growth_rate"):
        if subject and not re.search(r"(?:增速|增长率|增长速度|涨幅|增幅|降幅|死亡率)$", subject):
            subject += "涨幅" if re.search(r"价格?$", subject) else "增速"
    elif measure == "change":
        word = re.search(r"(增速|降幅|涨幅|增幅|占比|比重)", near)
        if (
            mention.unit == "pp"
            and frame.said
            and (label in (frame.base, "") or re.match("(?:增速|增幅|涨幅|降幅)$", _label(near)[0]))
        ):
            subject = frame.said.removesuffix("变动")
            if word and not subject.endswith(("增速", "涨幅", "占比", "比重", "降幅")):
                subject += word[0]
        subject += (f"比{against}" if against and len(against) <= 6 else "") + ("" if "拉动" in subject else "变动")
    frame.said = re.sub("比[^比]{1,6}变动$", "变动", subject)
    if not (_GENERIC.match(near_noun := _label(near)[0]) or near_noun.endswith("总量")) or not frame.base:
        frame.base = label or frame.base
    frame.unit = mention.unit
    if measure == "level" and label and not follows:
        frame.history = (*frame.history[-4:], label)
    if mention.unit in ("1", "person", "person_time") and label:
        frame.counted = label
    value, lower, upper = mention.value, mention.lower, mention.upper
    if sign < 0 and value is not None and value > 0:
        value, lower, upper = -value, None if upper is None else -upper, None if lower is None else -lower
    period, status, note = _when(copy, start, end, mention, frame, outline, measure, left, near)
    window = copy[max(start, mention.start - 40) : mention.start]
    price = "real" if _REAL.search(window) else "nominal" if _NOMINAL.search(window) else ""
    first = max(start, *(copy.rfind(c, start, mention.start) + 1 for c in "，；"))
    stops = [k for k in (copy.find(c, mention.end, end) for c in "，；") if k >= 0]
    commitment = _commitment(copy, start, mention) if status in ("target", "scope") else "none"
    return Statement(
        mention, first, min(stops, default=end), subject, measure, value, lower, upper, mention.unit, period, status,
        m.bound(mention), commitment, price, note,
    ), at  # fmt: skip


_PLACE = re.compile(
    r"(?:分别)?(?:位列|位居|居于|跃居|稳居|排名?|名列|列|居|位次?|进入|跻身|跃升|升|升至|前移|上升|保持|达到|获)[^，。；]{0,14}(?:第|前)$"
)
_ATTAIN = re.compile(
    r"(?:目标任务|目标|任务|计划|预算|年初预期|序时进度|定额)数?的?(?:约|近|超)*$|完成(?:年度|全年|年初)?(?:计划|目标|任务|预算)的?$|超额完成"
)
_OF = re.compile(r"(?:是|为|相当于|达到?)[^，。；]{0,24}的(?:约|近|超过?)?$|恢复[到至][^，。；]{0,16}的?$")
_AVERAGE = re.compile(r"年均(?!浓度|值|气温|有|衡|匀)|平均每年|每年平均|(?<!半)年平均|年递增")
_ENDS = frozenset("，。；、：）！？\n\r左以和与及并 ") | {""}
_CUT = re.compile(r"(?:调减|压减|削减|缩减|核减|压降|减少)[^，。；]{2,}$")


def _measure(near: str, mention: Mention, left: str, following: str, again: bool) -> tuple[str, int]:
    """Return the measure of a number and the sign that its verb gives it."""
    unit = mention.unit
    if mention.form == "rank":
        return "rank", 1
    if mention.form == "part":
        return "ratio", 1
    text = re.sub(r"(?:左右|以上)$", "", near)
    move = _MOVE.search(text)
    sign = -1 if move and move["down"] else 1
    if unit in ("%", "‰", "x"):
        if after := re.match(r"的?(?:(正|负)增长|增长|增速|增幅)", following):
            return "growth_rate", -1 if after[1] == "负" else 1
        growth = "average_growth_rate" if _AVERAGE.search(left[-60:]) else "growth_rate"
        if _ATTAIN.search(text):
            return "attainment", 1
        if rate := _RATE.search(text):
            return growth, -1 if rate.group()[0] in "降跌减" and not re.search(
                "[升降]|收窄|扩大", rate.group()[1:]
            ) else 1
        if move and not (move["at"] or _TO.search(text)):
            return growth, sign
        if unit == "%" and _CUT.match(_LEAD.sub("", near.strip(" 、和及与"))):
            return growth, -1
        if unit == "x":
            return ("ratio" if mention.unit_text != "番" else "growth_rate"), 1
        if _OF.search(text) and re.search(r"(?:19|20)[0-9]{2}年|上年|去年|恢复|平均", text):
            return "ratio", 1
        if re.search(r"自然增长率[^，]{0,3}$", text):
            return "growth_rate", 1
        return "share", 1
    if unit == "pp":
        return "change", sign
    if move and not (move["at"] or _TO.search(text)):
        bare = text[: move.start()]
        if (
            unit in ("1", "m", "m2", "person")
            and move["verb"] in ("提升", "增加", "减少", "压减", "提高")
            and following[:1] not in _ENDS
        ):
            # 提升310公里农村公路 is work done on a thing, not a rise of something
            return "level", 1
        if (
            move["verb"] in ("增长", "增加", "减少", "提高", "降", "减", "增", "扩大", "提升", "涨", "拉动")
            and not move["down"]
        ):
            # 增加学位1.8万个 counts what was added; 比上年增加11天 says by how much something changed
            if not bare.strip() or not re.search(r"[比较]|同比|月|每人|标准|净|累计|再|分别|平均|人均", left[-30:]):
                if unit in ("1", "person", "person_time", "m2") and not bare.strip() and not again:
                    return "level", 1
        if move["verb"] in ("提升",) and unit == "1":
            return "level", 1
        return "change", sign
    if more := re.search(r"[比较][^，。；0-9]{1,10}(多|少)$", text):
        return "change", -1 if more[1] == "少" else 1
    if re.search(r"(?:高|低|多|少)[于出][^，。；0-9]{1,14}$", text) and re.search(
        "水平|平均|全[国省市]|城镇|农村", text[-10:]
    ):
        return "change", 1
    if _CUT.match(_LEAD.sub("", near.strip(" 、和及与"))):
        return "change", -1
    return "level", 1


def _subject(
    copy: str,
    end: int,
    left: str,
    near: str,
    mention: Mention,
    rest: list[Mention],
    frame: _Frame,
    measure: str,
    follows: bool,
) -> tuple[str, str, int]:
    """Return what is measured, what it is compared with, and where the text that says so ends."""
    core, against = _label(near)
    enumerated = bool(re.match(r"\s*(?:[、和及与]|以及)", left)) and "，" not in left
    if measure == "rank":
        own = _label(_PLACE.sub("", near))[0]
        return (own if len(own) > 2 and own != "增速" else frame.said or own), "", mention.end
    if measure == "attainment":
        core = _label(re.sub(r"(?:超额)?完成.*$|占.*$|为?(?:年初|年度|全年).*$", "", near))[0]
        return core or frame.base, "", mention.end
    if measure == "ratio" and _OF.search(near):
        core = _label(_OF.sub("", near))[0]
        return core or frame.base, "", mention.end
    verb = found.group(1) if (found := _VERB.match(core)) else ""
    noun = core[len(verb) :]
    right, at = _right(copy, mention, end, rest) if not follows else ("", mention.end)
    if right and (
        not noun
        or near.rstrip().endswith(("等", "的"))
        or "、" in noun
        or (len(noun) <= 10 and mention.unit in ("1", "person"))
        or (len(noun) <= 6 and mention.unit in ("CNY", "USD"))
        or noun in ("长", "总长", "全长", "面积", "总面积", "宽", "高")
    ):
        if mention.unit in ("CNY", "USD") or mention.unit == "%":
            frame.generic = core or frame.generic
            return right + (core if mention.unit != "%" or _GENERIC.match(core) else ""), "", at
        listed = near.rstrip().endswith(("等", "的")) or "、" in noun
        if enumerated and not verb:
            verb = frame.verb
        frame.verb = verb
        return ("" if listed and not verb else verb) + ("" if listed else noun) + right, "", at
    if not core and not right and rest and rest[0].start - mention.end <= 6 and copy[mention.end] in "、和":
        right, _ = _right(copy, rest[0], end, [])
        if right:
            return right, "", mention.end
    if "等" in noun[1:-2] and not right:
        noun = re.sub(r"^.*等(?!级|于|等|同)(?=..)", "", noun)
    if mention.unit == "CNY" and not right and _SPENT.match(core) and (spent := _OBJECT.match(copy, mention.end, end)):
        return spent.group(1) + "投资", "", mention.end
    if noun:
        if near.rstrip().endswith("占") and not noun.endswith("占比"):
            noun += "占比"
        if re.match(r"占(?!地|用|补|道)", noun) and frame.base:
            return frame.base + noun.replace("的", ""), against, at
        if re.match(r"拉动|负向拉动|正向拉动", near.strip()) or "拉动" in near:
            core = near[near.rindex("拉动") :] if "拉动" in near else core
            return (
                (
                    _HEAD.sub("", frame.base)
                    if near.strip().startswith(("拉动", "负向", "正向"))
                    else near[: near.rindex("拉动")]
                )
                + re.sub(r"(?:约|近|超过?)$", "", core),
                "",
                at,
            )
        if enumerated and not verb and frame.verb:
            verb = frame.verb
        elif verb:
            frame.verb = verb
        else:
            frame.verb = ""
        subject = verb + noun
        if frame.base and "其中" not in left[:3] and _GENERIC.match(subject):
            owner = frame.counted if mention.unit not in ("%", "pp") and frame.counted else frame.base
            owner = re.sub(_HEAD, "", owner) if mention.unit in ("%", "pp") and not subject.endswith("率") else owner
            return (owner[-20:] + subject if subject not in owner else owner), against, at
        if frame.base and not _HEAD.search(noun) and not noun.endswith(("率", "数", "量", "额", "比", "度")):
            head = _SHARED_HEAD.search(frame.base)
            if (
                head
                and not verb
                and (
                    measure in ("growth_rate", "average_growth_rate") or (frame.unit == mention.unit and len(noun) <= 5)
                )
            ):
                if re.match(r"(?:城镇|农村|城市|乡村|全[市国省]|男|女)", noun) and len(noun) <= 3:
                    return noun + re.sub(r"^(?:城镇|农村|城市|乡村|全[市国省])", "", frame.base), against, at
                return noun + head.group().replace("总产量", "产量"), against, at
            if mention.unit == frame.unit == "%" and len(noun) <= 3 and re.match("城镇|农村|城市|乡村", noun):
                return noun + re.sub(r"^(?:城镇|农村|城市|乡村)", "", frame.base), against, at
        return subject[-40:], against, at
    if verb:
        owner = frame.counted if mention.unit in ("1", "person") and frame.counted else frame.base
        owner = re.sub(rf"(?:{_KEEP})+$", "", _VERB.sub("", owner) or owner)
        if not owner:
            for later in rest[:2]:
                owner = _right(copy, later, end, [])[0]
                if owner:
                    break
        frame.verb = verb
        return verb + owner, against, at
    if frame.base:
        return frame.base, against, at
    for part in reversed(re.split(r"[，；：]", left)[:-1]):
        if len(text := _label(part)[0]) > 1:
            return text[-24:], against, at
    return right or core, against, at


def _commitment(copy: str, start: int, mention: Mention) -> str:
    begin = max(start, copy.rfind("；", start, mention.start) + 1, mention.start - 200)
    cues = _CUE.findall(copy, begin, mention.start)
    if cues:
        return _COMMIT.get(cues[-1], "expected")
    return "expected" if "预期目标" in copy[max(start, mention.start - 600) : mention.start] else "none"


_FLOW = re.compile(
    r"累计|新[增建改开]|建成|完成|实施|引进|改造|投入|发放|年均|培育|创建|治理|建设|解决|共|五年|净增|植|修|转移|减|增|淘汰|出列|脱贫|实现|开工|竣工|办"
)
_STOCK = re.compile(
    r"(?:达|达到|突破|提高到|增加到|上升到|总量|保持|稳定在?|率|占|[降增][到至]|升[到至]|发展到|扩大到)(?:了|约|近|超过?)?$"
)
_NOW = re.compile(r"目前|已(?:经)?(?:完成|建成|达|累计|有|压)|现有[^，。；的]{0,8}$|截[至止]")
_AIM = re.compile(r"的?(?:预期|控制|年度)?(?:目标|任务)(?:以内|之内)?")


def _when(
    copy: str,
    start: int,
    end: int,
    mention: Mention,
    frame: _Frame,
    outline: Outline,
    measure: str,
    left: str,
    near: str,
) -> tuple[str, str, str]:
    """Return time_period, status and a note that says why one of them is empty."""
    review, plan = outline.review_year, outline.plan_year
    role, year = frame.role, frame.year
    chosen: Time | None = None
    comma = max(copy.rfind(c, start, mention.start) for c in "，；")
    for time in frame.times:
        if time.start >= mention.start:
            break
        if time.relative in ("全年", "年底", "年末", "年内") and chosen is not None and "-" in chosen.period:
            chosen = None
        if "）" in copy[time.end : mention.start].partition("（")[0]:
            continue
        if time.relative == "month" and time.end < comma and copy[time.end : time.end + 1] != "，":
            # 10月建成投用，新增床位1500张: the month is of the first clause
            continue
        if "；" in copy[time.end : mention.start] and copy[time.start - 1 : time.start] in ("到", "保", "争", "于"):
            continue
        if time.opening and re.search(r"[到至为]", copy[time.end : mention.start]):
            continue
        if time.base or time.relative in ("全年", "年内", "年末", "年底", "年初", "当年", "deadline"):
            continue
        if (
            role == "promise"
            and year
            and time.last_year < year
            and time.end < comma
            and copy[time.end : time.end + 1] != "，"
        ):
            # 去年签约的165个项目，开工率达到70%: what was done last year is not when it is promised
            continue
        chosen = time
    if re.search(r"月$", copy[max(start, mention.start - 1) : mention.start]):
        chosen = None
    status = {"review": "actual", "promise": "target"}.get(role, "")
    period = ""
    from_value = re.search(r"(?:由|从)(?:[^，。；]{0,10}的|[^，。；0-9]{0,8})(?:约|近)?$", near) is not None
    if (
        from_value
        and mention.end < end
        and not re.match(r"[^，。；]{0,40}?[到至为]", copy[mention.end : mention.end + 44])
    ):
        from_value = False
    if chosen is not None:
        period, last = chosen.period, chosen.last_year
        if role == "review" and plan and last >= plan and _FUTURE.search(copy, start, mention.end):
            status = "target"
        elif role == "promise" and review and last <= review and chosen.relative != "plan":
            status = "actual"
        elif not status and review:
            status = "actual" if last <= review else "target"
        if measure == "average_growth_rate" and frame.five and year and "/" not in period:
            period = f"{year - 4}/{year}" if role == "review" else f"{year}/{year + 4}"
        elif (
            chosen.relative == "plan"
            and role == "review"
            and review
            and "/" in period
            and measure != "average_growth_rate"
        ):
            if (_STOCK.search(near.rstrip()) and not re.search("累计|年均", left)) or measure in ("share", "rank"):
                period = str(min(review, last))
    elif role and year:
        period = str(year)
        if frame.five and role == "review":
            spanned = frame.five == 2 or re.search("累计|五年|比(?:20|19)", left[-40:])
            flow = (
                measure == "average_growth_rate"
                or (measure == "growth_rate" and spanned)
                or (
                    (
                        _FLOW.search(left[-30:])
                        or measure == "change"
                        or _FLOW.search(copy, mention.end, min(end, mention.end + 12))
                    )
                    and not _STOCK.search(near.rstrip())
                    and measure not in ("share", "ratio", "rank", "growth_rate")
                )
                or "累计" in left[-24:]
            )
            period = f"{year - 4}/{year}" if flow else str(year)
        elif frame.five:
            stock = _STOCK.search(near.rstrip()) or measure in ("share", "rank", "ratio")
            period = str(year + 4) if stock else f"{year}/{year + 4}"
        if role == "promise" and _NOW.search(copy[max(start, mention.start - 30) : mention.start]):
            status, period = "actual", str(review) if review else period
    elif not role and plan is None:
        period = str(review) if review else ""
        status = "target" if _FUTURE.search(copy, max(start, mention.start - 40), mention.start) else "actual"
    if measure == "average_growth_rate" and "/" not in period and period.isdigit():
        if several := re.search(r"([两二三四五六七八九十]|[2-9])年(?:平均|年均)", near):
            period = f"{int(period) - number(several[1]) + 1}/{period}"
        elif role == "review" and chosen is None:
            period = f"{int(period) - 4}/{period}"
        bases = [time.last_year for time in frame.times if time.base and time.end <= mention.start]
        if bases and bases[-1] < int(period[-4:]) - 1:
            period = f"{bases[-1] + 1}/{period[-4:]}"
    if from_value and not (chosen and mention.start - chosen.end <= 2) and (base := year or review):
        earlier = base - 5 if frame.five and role == "review" else base - 1
        period = str(earlier)
        if role == "promise" and review:
            status, period = "actual", str(review)
    if frame.within and year and period == str(year):
        period = part_of(year, frame.within)
    if status == "actual" and _AIM.match(copy, mention.end):
        status = "target"
    if (
        status == "target"
        and role == "promise"
        and mention.unit == "1"
        and measure == "level"
        and not near.endswith(("到", "达"))
    ):
        after = re.match(r"[^，。；]*", copy[mention.end : min(end, mention.end + 30)])
        if (
            _SCOPE.search(near)
            and after
            and after.group()
            and not re.search("完成|实现|达|投产|开工|建成", after.group())
        ):
            status = "scope"
    note = ""
    if not period or not status:
        missing = " and ".join(word for word, cell in (("time", period), ("status", status)) if not cell)
        note = f"{missing}: neither section nor sentence tells"
    return period, status, note
