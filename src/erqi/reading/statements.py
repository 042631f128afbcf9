"""What a report says with its numbers: the thing measured, the measure, its time, and whether it is done or promised."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from erqi.reading import mentions as m
from erqi.reading.mentions import Mention
from erqi.reading.outline import Outline, Section
from erqi.reading.periods import Time, part_of, times


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


_UP = r"增长|增加|提高|上升|上涨|增|提升|扩大|回升|上调|攀升|净增|增收|多增|升高|涨|加快|上浮|递增|拉动|延长|增幅达?|增速达?|涨幅达?"
_DOWN = r"负增长|下降|降低|减少|回落|压减|削减|压缩|收窄|缩短|减|降|缩小|下滑|下调|下跌|调减|减收|少|精简|核减|减亏|放缓|压降|消减|跌|递减|降幅达?|减幅达?|跌幅达?"
_MOVE = re.compile(
    rf"(?P<verb>(?P<down>{_DOWN})|(?:{_UP}))(?P<to>了|约|近|超过?|突破|幅度?|率|至少|不少于|不低于|达|为|[:：])*(?P<at>到|至)?"
    r"(?:约|近|超过?|突破|达到?|为|逾|不少于|不低于|不超过|的|（|“| )*$"
)
_SENTENCE = re.compile(r"[。！？\n\r]+|；(?=)")
_STOP = re.compile(r"[，。；：！？\n\r]")
_SENTENCE = re.compile(r"[。！？\n\r]+")
_STOP = re.compile(r"[，。；：！？\n\r]")
_HEADS = (
    r"增加值|总产值|产值|投资额?|收入|总产量|产量|零售总额|零售额|销售额|销售收入|销售面积|价格|利润总额|利润|进出口总额|进出口额?|出口额?|进口额?|支出|"
    r"余额|面积|营业收入|主营业务收入|保费收入|用电量|发电量|客运量|货运量|吞吐量|贡献率|比重|占比|消费量|能耗|浓度|系数|指数|总额|总量|床位|人数"
)
_HEAD = re.compile(rf"(?:{_HEADS})$")
_AREA = r"(?:全[市区省县国州旗镇社]会?|我[市区省县国州旗]|[市区省县]域|本[市区省县])"
_LEAD = re.compile(
    r"^(?:其中|同时|另外|此外|并且|并|以及|及|和|与|、|，|：|（|）|”|【|再|又|也|还|则|而|已|将|要|各|共计?|合计|总计|总共|一共|且|以|为|使|让|把|对|在|到|"
    rf"{_AREA}|全年|年内|年末|年底|年初|今年|去年|当年|本年|年均|年度|截[至止]到?(?:目前|年底|年末)?|目前|现有|共有|拥有|有|约|近|超过?|其|主要|预计|预期|"
    r"力争|争取|确保|保证|计划|拟|努力|实现|完成|达到?|实施|推进|推动|加快|安排|落实|促进|支持|聚焦|围绕|依托|抓好|做好|办好|开展|组织|进一步|积极|大力|"
    r"深入|扎实|持续|高质量|高标准|切实|着力|全力|全面|成功|顺利|启动|继续|统筹|不断|稳步|有序|重点|获得|取得|荣获|分别|平均|初步核算|初步统计|"
    r"据统计|经核算|经初步核算|统计|一是|二是|三是|四是|五是|六是|七是|八是|九是|十是|分[^，。]{1,6}看|从[^，。]{1,10}看|按[^，。]{1,8}分|"
    r"[一二三四五六七八九十]{1,2}、|（[一二三四五六七八九十]{1,2}）|[①-⑳])+"
)
_TIMES = re.compile(
    r"(?:(?:19|20)[0-9]{2}年?[-—–~至到]{1,2})?(?:19|20)[0-9]{2}年(?:末|底|初|度|全年|[0-9]{1,2}月份?(?:末|底)?|上半年|[一二三四]季度)?|[0-9]{1,2}[-—–~至到]{1,2}[0-9]{1,2}月份?|"
    r"“?十[一二三四]?五”?(?:时期|期间|以来|末)|(?:过去|近|今后|未来)?[五5三3]年(?:来|间|累计)|(?:上半年|前?[一二三四]季度|前三季度)末?|[0-9]{1,2}月份|[12]?[0-9]月[末底]|截至?"
)
_TAIL = re.compile(
    r"(?:完成|实现|达到?|为|是|共计?|合计|总计|约|近|超过?|突破|逾|过|的|累计|已|将|有|保持在|稳定在|维持在|控制在|稳定|力争|确保|不少于|不低于|不超过|"
    r"不高于|至少|至|到|了|在|高达|多达|仅|只有|分别|均|都|由|从|自|首次|首破|再|就|[：（“，、]|上年|去年|增至|升至|降至|降到|增到|提高到|提升到|增加到|"
    r"扩大到|发展到|减少到|下降到|缩小到|缩小为|调整为|优化为|上升到|上升至|提高至|提升至|增加至|下降至|减少至|恢复到|回升到|升到|占到|新增到|延长到|压缩到|压减到|之|年均|平均|同比|环比|每年)+$"
)
_COMPARE = re.compile(
    r"(?:同比|环比|按[^，。；]{1,8}(?:计算|口径)|扣除[^，。；]{1,8}(?:因素|后)|剔除[^，。；]{1,10}后|可比|名义|实际|累计|年均|平均|每年|分别|净|继续|再|"
    r"(?:增速|增幅|降幅|涨幅|)(?:比|较)[^，。；]{0,14}?|首次|合计|大幅|显著|进一步|稳步|持续|又|已|将|要|各|高于?|低于?)+$"
)
_KEEP = (
    r"累计|新增|新建成?|新开工|新改扩?建|新改造|改扩?建|建成|建设|培育|引进|新引进|改造|新改造|更新|更新改造|修复|治理|发放|接待|开工|竣工|投产|签约|新签约|招聘|"
    r"新招聘|创建|打造|新设|新设立|新认定|认定|扩充|扩建|争创|提升|布局|筹集|新筹集|投入|设立|成立|开通|新开通|举办|发展|建立|整治|关停|淘汰|化解|办理|办结|"
    r"新登记|登记|救助|资助|帮扶|解决|惠及|覆盖|带动|吸引|吸纳|培训|完善|对接|组建|创成|入选|获批|获评|推出|出台|减免|退税|新栽|栽植|种植|造林|绿化|疏浚|拆除|"
    r"拆迁|搬迁|安置|回迁|供应|征收|报批|盘活|处置|清理|查处|立案|整改|上线|搭建|引入|推广|配备|配建|添置|新购|购置|新投用|投用|投入使用|储备|入库|退出|转化|授权"
)
_VERB = re.compile(rf"^((?:{_KEEP})+(?:和|、)?(?:{_KEEP})?了?)")
_CUE = re.compile(r"力争|争取|确保|保证|预计|预期|计划|拟|有望|努力实现|必保")
_COMMIT = {
    "力争": "strive",
    "争取": "strive",
    "努力实现": "strive",
    "确保": "ensure",
    "保证": "ensure",
    "必保": "ensure",
}
_FUTURE = re.compile(r"(?:明年|今后|未来|下一步|将(?!来|军|士|领|近)|计划|拟|力争|预计|争取)")
_SCOPE = re.compile(r"(?:推进|加快|推动|抓好|聚焦|围绕|依托|用好|统筹|支持|实施|抓实|做好)[^，。；]{0,40}$")
_CHAIN = re.compile(r"^(?:[、，和及与]|以及|，?和|约|近|超过?|[：/）（])*$")
_SPLIT = re.compile(r"[、和与及]|以及")
_REAL = re.compile(r"(?:可比|不变)(?:价格?|口径)?|扣除(?:价格|物价)")
_NOMINAL = re.compile(r"现价|名义增|按当年价")


@dataclass(slots=True)
class _Frame:
    """What a sentence inherits from its section, and what its earlier numbers leave to the later ones."""

    role: str
    year: int | None
    five: bool
    within: str
    times: list[Time]
    base: str = ""
    verb: str = ""
    unit: str = ""


def find(copy: str, mentions: list[Mention], outline: Outline) -> list[Statement]:
    """Return the statements that the numerals of a text make, in order."""
    found: list[Statement] = []
    sentences = _SENTENCE.finditer(copy)
    start, end = 0, -1
    group: list[Mention] = []
    for mention in mentions:
        if mention.kind != m.QUANTITY:
            continue
        if mention.start >= end:
            if group:
                found.extend(_sentence(copy, start, end, group, outline))
                group = []
            while mention.start >= end:
                stop = next(sentences, None)
                start, end = (0 if end < 0 else nextstart), (stop.start() if stop else len(copy) + 1)
                nextstart = stop.end() if stop else len(copy)
                if stop is None:
                    break
        group.append(mention)
    if group:
        found.extend(_sentence(copy, start, end, group, outline))
    return found


def _sentence(copy: str, start: int, end: int, group: list[Mention], outline: Outline) -> list[Statement]:
    end = min(end, len(copy))
    found: list[Statement] = []
    frame = _frame(copy, start, end, group[0], outline)
    at = start
    i = 0
    while i < len(group):
        j = i + 1
        while j < len(group) and _CHAIN.match(copy[group[j - 1].end : group[j].start]):
            j += 1
        series = group[i:j]
        left = copy[max(at, start, series[0].start - 160) : series[0].start]
        first = at == start
        if len(series) > 1 and (labels := _distribute(left, series, frame)):
            clause_left = left
            for mention, label in zip(series, labels, strict=True):
                found.append(_state(copy, start, end, clause_left, mention, frame, outline, label, first))
        else:
            for mention in series:
                left = copy[max(at, start, mention.start - 160) : mention.start]
                found.append(_state(copy, start, end, left, mention, frame, outline, "", first))
                at, first = mention.end, False
        at = series[-1].end
        i = j
    return found


def _frame(copy: str, start: int, end: int, mention: Mention, outline: Outline) -> _Frame:
    section: Section = outline.section(mention.start)
    review, plan = outline.review_year, outline.plan_year
    role, five = section.role, section.five
    year = review if role == "review" else plan if role == "promise" else (review if plan is None else None)
    this = plan or review
    if role == "review" and outline.self_dated:
        this = review
    last = this - 1 if this else None
    if role == "review" and review and plan:
        last = review if this == plan else review - 1
    found = times(copy, start, end, year or review, this, last)
    return _Frame(role, year, five, outline.within_year, found)


def _distribute(left: str, series: list[Mention], frame: _Frame) -> list[str]:
    """Return a label for each number of a series that shares its verb: A、B和C分别增长18.1%、19.7%和17.1%."""
    cut = left.rfind("分别")
    n = len(series)
    clauses = [part for part in re.split(r"[，；：]", left[:cut] if cut >= 0 else left) if part.strip()]
    if cut < 0:
        return []
    for clause in reversed(clauses[-2:]):
        text = _clean(clause)
        items = [item for item in _SPLIT.split(text) if item]
        if len(items) < n:
            continue
        items = items[-n:] if len(items) > n else items
        last = items[-1]
        tail = ""
        for k in range(len(last) - 1, 0, -1):
            if last[k - 1] == items[-2][-1] and len(last) - k >= 1:
                tail = last[k:]
                break
        else:
            if len(last) >= len(items[-2]) + 2 and len(items[-2]) <= 5:
                tail = last[len(items[-2]) :]
        return [*(item + ("" if item.endswith(tail) else tail) for item in items[:-1]), last]
    if m := re.match(r"三次产业(?:结构|比例)?(.*)", _clean(clauses[-1]) if clauses else ""):
        if n == 3:
            return [f"第{word}产业{m[1]}" for word in "一二三"]
    return []


def _clean(text: str) -> str:
    """Strip times, places, connectives and empty verbs from both ends of a phrase."""
    text = text.strip(" \t\n\r")
    text = (
        text.split("（")[-1]
        if "（" in text and "）" not in text.rsplit("（", 1)[1] and text.rsplit("（", 1)[1]
        else text
    )
    text = _TIMES.sub("", text)
    while True:
        short = _LEAD.sub("", text, count=1) if not _VERB.match(text) else text
        short = _TAIL.sub("", short)
        if short == text:
            return text.strip(" \t“”的") if text.count("“") != text.count("”") else text.strip(" \t的")
        text = short


def _state(
    copy: str,
    start: int,
    end: int,
    left: str,
    mention: Mention,
    frame: _Frame,
    outline: Outline,
    label: str,
    first: bool,
) -> Statement:
    clauses = re.split(r"[，；：]", left)
    near = clauses[-1]
    near = near if near.strip() or not label else clauses[-2] if len(clauses) > 1 else near
    hedged = near
    move = _MOVE.search(re.sub(r"(?:约|近|分别|各|达|超过?|：|[（“ ])+$", "", hedged)) if mention.unit != "" else None
    unit = mention.unit
    measure, sign, core = _measure(near, mention, move, left, frame)
    subject = label or _clean(_COMPARE.sub("", core))
    verb_match = _VERB.match(subject)
    verb = verb_match.group(1) if verb_match else ""
    right = ""
    if not label:
        subject, verb = _subject(copy, end, subject, verb, mention, frame, clauses, first, left)
    base = subject
    if (
        measure in ("growth_rate", "average_growth_rate")
        and subject
        and not re.search(r"(?:增速|增长率|涨幅|增幅|降幅)$", subject)
    ):
        if label and (moved := _MOVE.search(label)):
            base = subject = _clean(label[: moved.start()])
        subject += "涨幅" if subject.endswith("价格") else "增速"
    elif measure == "change" and subject:
        subject += "变动"
    frame.base, frame.verb, frame.unit = base or frame.base, verb if base else frame.verb, unit
    value, lower, upper = mention.value, mention.lower, mention.upper
    if sign < 0 and value is not None and value > 0:
        value, lower, upper = -value, None if upper is None else -upper, None if lower is None else -lower
    period, status, note = _when(copy, start, mention, frame, outline, measure, core, left)
    commitment = _commitment(copy, start, mention, status, outline)
    if status == "target" and unit == "1" and not core.strip() and False:
        status = "scope"
    window = copy[max(start, mention.start - 40) : mention.start]
    price = "real" if _REAL.search(window) else "nominal" if _NOMINAL.search(window) else ""
    a = max(start, *(copy.rfind(c, start, mention.start) + 1 for c in "，；"))
    stops = [k for k in (copy.find(c, mention.end, end) for c in "，；") if k >= 0]
    return Statement(
        mention, a, min(stops, default=end), subject, measure, value, lower, upper, unit, period, status,
        m.bound(mention), commitment, price, note + right,
    )  # fmt: skip


_RATE_WORD = re.compile(r"(?:增速|增长率|增幅|涨幅|降幅|递增率)[^，。；]{0,8}$")
_ATTAIN = re.compile(
    r"(?:目标任务|目标|任务|计划|预算|年初预期|序时进度)的?(?:约|近|超|的)*$|完成(?:年度|全年|年初)?(?:计划|目标|任务|预算)的?$|超额完成"
)
_OF = re.compile(r"(?:是|为|相当于|达到?)[^，。；]{0,24}的(?:约|近|超过?)?$|恢复[到至][^，。；]{0,16}的?$")


def _measure(near: str, mention: Mention, move: re.Match[str] | None, left: str, frame: _Frame) -> tuple[str, int, str]:
    """Return the measure, the sign that its verb gives, and the phrase before the verb."""
    unit = mention.unit
    core, sign = near, 1
    if mention.form == "rank":
        return (
            "rank",
            1,
            re.sub(
                r"(?:位列|位居|居于|跃居|排名?|名列|列|居|位次?|进入?|跻身|跃升|升|升至|前移|上升|保持|稳居|达到)[^，。；]{0,14}(?:第|前)$",
                "",
                near,
            ),
        )
    if mention.form == "part":
        return "ratio", 1, near
    falling = bool(move and move["down"] and not (move["down"] == "少" and False))
    if move:
        core = near[: move.start()]
        sign = -1 if falling else 1
        if move["at"] or re.search(r"(?:到|至|为)$", re.sub(r"(?:约|近|超过?|突破|达到?|的| )+$", "", near)):
            if unit in ("%", "‰"):
                return ("growth_rate" if re.search("增速|增长率|增幅|涨幅", near) else "share"), 1, core
            return ("ratio" if unit == "x" else "level"), 1, core
    if unit in ("%", "‰", "x"):
        if _ATTAIN.search(near):
            return "attainment", 1, re.sub(r"(?:超额)?完成.*$", "", near)
        if move:
            if re.search(r"占比|比重|覆盖率|普及率|达标率", core[-6:]) and unit == "%":
                return "change", sign, core
            average = re.search(r"年均|平均每年|平均增|每年平均|年平均|年递增", left[-60:]) is not None
            return ("average_growth_rate" if average else "growth_rate"), sign, core
        if match := _RATE_WORD.search(near):
            average = "年均" in near
            sign = -1 if match.group().startswith("降幅") else 1
            return ("average_growth_rate" if average else "growth_rate"), sign, near
        if unit == "x":
            return "ratio", 1, near
        if _OF.search(near) and re.search(r"(?:19|20)[0-9]{2}年|上年|去年|恢复", near):
            return "ratio", 1, near
        return ("share" if unit == "%" or "率" in near else "level"), 1, near
    if unit == "pp":
        return "change", sign, core
    if move and move["verb"] not in ("涨", "少", "减收", "拉动", "延长", "缩短") or (move and unit != "1"):
        return "change", sign, core
    return "level", 1, near


def _subject(
    copy: str,
    end: int,
    subject: str,
    verb: str,
    mention: Mention,
    frame: _Frame,
    clauses: list[str],
    first: bool,
    left: str,
) -> tuple[str, str]:
    """Return the label of a number: what stands before it, what it counts, or what the last number measured."""
    near = clauses[-1]
    rest = subject[len(verb) :] if verb else subject
    counts = mention.unit in ("1", "person", "person_time", "m2", "m", "t", "m3", "CNY", "h", "a", "kWh", "kW")
    right = ""
    if counts and not mention.form:
        right = _right(copy, mention.end, end)
    enumerated = left[:1] in ("、", "和", "及", "与") or left.startswith("以及")
    if not rest or (right and (len(rest) <= 4 or rest.endswith("等") or near.rstrip().endswith(("等", "的")))):
        if right:
            head = verb or (frame.verb if enumerated and not subject else "")
            lead = rest if rest and not rest.endswith("等") and len(rest) <= 4 else ""
            return head + lead + right, head
        if not rest and verb and frame.base and not enumerated:
            return frame.base if len(verb) < 2 else _under(frame.base, verb), frame.verb
        if not rest:
            if frame.base:
                return frame.base, frame.verb
            for clause in reversed(clauses[:-1]):
                if len(text := _clean(clause)) > 1:
                    return text[-24:], ""
            return subject, verb
    if re.match(r"占(?!地|用|补)", rest):
        tail = re.sub(r"的?(?:比重|比例)?$", "", rest)
        return (
            frame.base + (tail if len(tail) > 1 and not tail.startswith("占比") else "占比")
        ) if frame.base else rest, frame.verb
    if enumerated and not verb and frame.verb:
        return frame.verb + rest, frame.verb
    if (
        frame.base
        and not _HEAD.search(rest)
        and frame.unit in (mention.unit, "%")
        and (head := _HEAD.search(frame.base))
    ):
        if mention.unit == "%" or len(rest) <= 3:
            return rest + (head.group() if len(rest) > 2 else re.sub("^(?:城镇|农村|城市|乡村)", "", frame.base)), verb
    return subject[-40:], verb


def _under(base: str, verb: str) -> str:
    return base if verb in base else verb + base


_RIGHT = re.compile(r"的?([^，。；、：（）！？\n\r\t0-9]{2,26})")
_RIGHT_END = re.compile(r"(?:以上|左右|以内|等|并|，|和|及|与|以及|达|共|其中|等项目|为|超|近|约|累计)+$")


def _right(copy: str, at: int, end: int) -> str:
    match = _RIGHT.match(copy, at, end)
    if not match or re.match(
        r"以上|左右|以下|以内|和[^平]|及|与|并|同比|比上|增长|下降|占|为[0-9]|其中|达到?|大力|，", match.group(1)
    ):
        return ""
    text = _RIGHT_END.sub("", match.group(1))
    return re.sub(r"^(?:的|多)", "", text)


def _commitment(copy: str, start: int, mention: Mention, status: str, outline: Outline) -> str:
    if status not in ("target", "scope"):
        return "none"
    begin = max(start, copy.rfind("；", start, mention.start) + 1, mention.start - 200)
    cues = _CUE.findall(copy, begin, mention.start)
    if cues:
        return _COMMIT.get(cues[-1], "expected")
    if "预期目标" in copy[max(0, start - 400) : mention.start] and "预期目标" in copy[start : mention.start]:
        return "expected"
    return "none"


_CUMULATIVE = re.compile(
    r"累计|新增|新建|建成|完成|实施|引进|改造|投入|发放|新改|年均|培育|创建|治理|建设|解决|新开|共[^同]|五年|净增|植|修|转移|减少|增长|增加"
)
_LEVELS = re.compile(r"达到?|突破|为|提高到|增加到|上升|总量|保持|稳定|率$|占")
_DONE = re.compile(r"目前|截至|截止|已|现有|去年|上年")


def _when(
    copy: str, start: int, mention: Mention, frame: _Frame, outline: Outline, measure: str, core: str, left: str
) -> tuple[str, str, str]:
    """Return time_period, status and a note that says why one of them is empty."""
    review, plan = outline.review_year, outline.plan_year
    chosen: Time | None = None
    for time in frame.times:
        if time.end <= mention.start and not time.base:
            if chosen is None or chosen.end <= time.start:
                # a part of the year refines the year that stands before it
                chosen = time
        elif time.start >= mention.start:
            break
    direct = _direct(copy, mention, frame)
    if direct is not None:
        chosen = direct
    status = {"review": "actual", "promise": "target"}.get(frame.role, "")
    period = ""
    if chosen is not None and chosen.relative not in ("全年", "年内", "年末", "年底", "年初", "当年"):
        period = chosen.period
        year = chosen.last_year
        if frame.role == "review" and plan and year >= plan and _FUTURE.search(copy, start, mention.end):
            status = "target"
        elif frame.role == "promise" and review and year <= review and chosen.relative != "plan":
            status = "actual"
        elif not status:
            if review and year <= review:
                status = "actual"
            elif plan and year >= plan:
                status = "target"
    if not period and frame.role:
        period = str(frame.year) if frame.year else ""
        if frame.role == "review" and frame.five and frame.year:
            flow = _CUMULATIVE.search(left[-30:]) and not _LEVELS.search(left[-8:])
            period = f"{frame.year - 4}/{frame.year}" if flow else str(frame.year)
        if frame.role == "promise" and frame.five and frame.year:
            period = f"{frame.year}/{frame.year + 4}"
        if frame.role == "promise" and re.search(
            r"目前|已(?:经)?(?:完成|建成|达|累计|有)|现有", copy[max(start, mention.start - 30) : mention.start]
        ):
            status, period = "actual", str(review) if review else period
    if frame.within and frame.year and (not period or period == str(frame.year)):
        period = part_of(frame.year, frame.within)
    if not period and not frame.role and outline.plan_year is None and review:
        period = str(review)
    if not status and not frame.role and outline.plan_year is None and review:
        status = "actual"
    note = ""
    if not period or not status:
        missing = " and ".join(word for word, cell in (("time", period), ("status", status)) if not cell)
        note = f"{missing} not told by section or sentence"
    return period, status, note


def _direct(copy: str, mention: Mention, frame: _Frame) -> Time | None:
    """Return the time that belongs to this number alone: 由2016年的1186.5亿元增加到2021年的1874.2亿元."""
    for time in frame.times:
        if 0 <= mention.start - time.end <= 2 and copy[time.end : mention.start].strip("的 ") == "":
            if re.search(r"(?:由|从|到|至|自)$", copy[max(0, time.start - 2) : time.start]):
                return Time(time.start, time.end, time.period, False, "")
    return None
