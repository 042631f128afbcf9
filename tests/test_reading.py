"""The grammar of the genre, construction by construction, in sentences of our own."""

# ruff: noqa: E501
from __future__ import annotations

from decimal import Decimal

import pytest

from erqi.reading import numerals, read
from erqi.sources import Document, Sidecar

REVIEW = "一、2021年工作回顾\n"
PLAN = "一、2021年工作回顾\n本年平稳。\n二、2022年重点工作\n"
FIVE = "一、过去五年工作回顾\n五年来，我们努力工作。\n五年来，成绩显著。"


def said(text: str, head: str = "2022年青山县政府工作报告\n" + REVIEW) -> list[tuple]:
    """Return (subject, measure, value, unit) of each statement of a text put under a heading."""
    reading = read(Document("example", head + text))
    return [(s.subject, s.measure, None if s.value is None else float(s.value), s.unit) for s in reading.statements]


def frame(text: str, head: str = "2022年青山县政府工作报告\n" + REVIEW) -> list[tuple[str, str]]:
    """Return (time_period, status) of each statement."""
    return [(s.time_period, s.status) for s in read(Document("example", head + text)).statements]


def kinds(text: str) -> list[tuple[str, str]]:
    return [(m.text, m.kind) for m in read(Document("example", text)).mentions]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("三千二百万", "32000000"),
        ("一万六千七百七十亿", "1677000000000"),
        ("三亿零四百七十五万", "304750000"),
        ("两百", "200"),
        ("十二", "12"),
        ("七点五", "7.5"),
        ("万亿", "1000000000000"),
        ("二〇二一", "2021"),
        ("1,280.6", "1280.6"),
        ("１６．３", "16.3"),
        ("50多万", "500000"),
    ],
)
def test_numerals_are_exact(text: str, value: str) -> None:
    assert numerals.value(text) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [("百分之七点五", "7.5", "%"), ("千分之三", "3", "‰"), ("四分之一", "25", "%")],
)
def test_fractions_in_words(text: str, value: str, unit: str) -> None:
    assert numerals.fraction(text) == (Decimal(value), unit)


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("产值784.23亿元。", 78423000000, "CNY"),
        ("出口4.75亿美元。", 475000000, "USD"),
        ("新增绿地30亩。", 20000, "m2"),
        ("粮食产量12亿斤。", 600000, "t"),
        ("接待游客74.67万人次。", 746700, "person_time"),
        ("浓度42微克／立方米。", 42, "ug/m3"),
        ("通车里程31.8公里。", 31800, "m"),
        ("装机容量一千九百五十万千瓦。", 19500000, "kW"),
        ("客运周转量3.5亿人公里。", 350000000, "person_km"),
        ("人口自然增长率5.2‰。", 5.2, "‰"),
        ("本地产品占全国9成。", 90, "%"),
        ("缴费享受八折优惠。", 80, "%"),
        ("平均房价8200元/平方米。", 8200, "元/平方米"),
        ("贷款突破60亿。", 6000000000, "CNY"),
        ("完成投资１，２３４万元。", 12340000, "CNY"),
    ],
)
def test_units_come_to_their_base(text: str, value: float, unit: str) -> None:
    assert [(v, u) for _, _, v, u in said(text)] == [(value, unit)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("建成5000余件", (5000, 6000)),
        ("面积400多万平方米", (4000000, 5000000)),
        ("增长1.3%", (1.25, 1.35)),
        ("增长7.5%左右", (7, 8)),
        ("共有356个", (356, 356)),
        ("达20%以上", (20, None)),
        ("控制在5%以内", (None, 5)),
    ],
)
def test_words_and_rounding_give_an_interval(text: str, expected: tuple) -> None:
    mention = next(m for m in read(Document("x", text + "。")).mentions if m.kind == "quantity")
    assert tuple(None if v is None else float(v) for v in (mention.lower, mention.upper)) == expected


@pytest.mark.parametrize(
    ("text", "number", "kind"),
    [
        ("落实“153”举措", "153", "name"),
        ("5·12地震之后", "5", "name"),
        ("PM2.5浓度", "2.5", "name"),
        ("改造X012线", "012", "name"),
        ("建成第102中学", "102", "ordinal"),
        ("推广5G应用", "5", "name"),
        ("开通12345热线", "12345", "name"),
        ("表3：主要产品", "3", "name"),
        ("为80岁以上老人体检", "80", "threshold"),
        ("引进1000万元以上重点项目", "1000", "threshold"),
        ("超10亿元的6户", "10", "threshold"),
        ("建成日产4500吨水泥生产线", "4500", "threshold"),
        ("新开工20层以上高层13栋", "20", "threshold"),
        ("0—14岁人口占两成", "0", "threshold"),
        ("2021年12月", "2021", "date"),
        ("1—5月", "1", "date"),
        ("实施626小河治理", "626", "name"),
        ("位居全省第3位", "3", "quantity"),
    ],
)
def test_kinds(text: str, number: str, kind: str) -> None:
    assert next(m.kind for m in read(Document("x", text)).mentions if m.number == number) == kind


@pytest.mark.parametrize(
    "text",
    [
        "落实中央八项规定",
        "十分重要",
        "红十字会",
        "一个方面",
        "坚持四个自信",
        "利用两个市场",
        "二七分厅",
        "千家万户",
        "第三次全会",
    ],
)
def test_words_that_count_nothing_are_no_quantities(text: str) -> None:
    assert not [m for m in read(Document("x", text)).mentions if m.kind == "quantity"]


def test_a_chain_with_fenbie_gives_each_its_own() -> None:
    assert said("固定资产投资、社会消费品零售总额分别增长18.1%和9.7%。") == [
        ("固定资产投资增速", "growth_rate", 18.1, "%"),
        ("社会消费品零售总额增速", "growth_rate", 9.7, "%"),
    ]


def test_the_tail_of_the_last_item_belongs_to_all() -> None:
    assert [s[0] for s in said("城镇、农村居民人均可支配收入分别达到38642元、18275元。")] == [
        "城镇居民人均可支配收入",
        "农村居民人均可支配收入",
    ]
    assert [s[0] for s in said("城乡低保标准分别提高到650元和480元。")] == ["城镇低保标准", "农村低保标准"]


def test_a_verb_said_once_is_shared_by_the_list() -> None:
    assert [s[0] for s in said("新引进顶尖人才22名、领军人才189名。")] == ["新引进顶尖人才", "新引进领军人才"]
    assert [s[0] for s in said("建成100个绿色工厂、10个超级能效工厂。")] == ["建成绿色工厂", "建成超级能效工厂"]


def test_declines_are_negative() -> None:
    assert [s[2] for s in said("能耗强度下降5.2%，出口减少3个百分点，产能压减20万吨。")] == [-5.2, -3, -200000]


def test_growth_after_a_level_is_of_the_same_thing() -> None:
    assert said("地区生产总值784亿元，同比增长1.3%，增速比上年提高0.4个百分点。")[1:] == [
        ("地区生产总值增速", "growth_rate", 1.3, "%"),
        ("地区生产总值增速比上年变动", "change", 0.4, "pp"),
    ]


def test_shares_after_zhan_and_in_brackets() -> None:
    assert said("税收收入86亿元，占一般公共预算收入的62.4%。")[1][:3] == ("税收收入占一般公共预算收入", "share", 62.4)
    assert said("共有645个事项（占比55.1%）。")[1][1:3] == ("share", 55.1)


def test_ratio_rank_and_attainment() -> None:
    assert [s[:2] for s in said("三次产业结构为3.9：59.5：36.6。")] == [
        ("第一产业比重", "ratio"),
        ("第二产业比重", "ratio"),
        ("第三产业比重", "ratio"),
    ]
    assert said("进出口总额居全省第二位。") == [("进出口总额", "rank", 2, "1")]
    assert said("新增车位800个，完成年度目标的115.6%。")[1][1:3] == ("attainment", 115.6)
    assert said("人均产值是2016年的1.5倍。")[0][1:] == ("ratio", 1.5, "x")


def test_a_range_is_two_statements() -> None:
    reading = read(Document("x", PLAN + "力争形成5－8亿元产值。"))
    assert [(float(s.value), s.bound) for s in reading.statements] == [(5e8, "range_end"), (8e8, "range_end")]


def test_a_hedge_or_promise_said_once_holds_for_the_list() -> None:
    reading = read(Document("x", PLAN + "力争签约项目6个、开工98个。养老、医疗参保率保持在90%和98%以上。"))
    assert [s.commitment for s in reading.statements[:2]] == ["strive", "strive"]
    assert [s.bound for s in reading.statements[2:]] == ["at_least", "at_least"]


def test_money_before_what_it_pays_for() -> None:
    assert said("投资3500万元的供水管网改造、800万元的街巷整治全面完成。")[0][0] == "供水管网改造投资"


def test_which_year_and_whose_figure() -> None:
    assert frame("新增就业120人。") == [("2021", "actual")]
    assert frame("新增就业120人。", PLAN) == [("2022", "target")]
    assert frame("1—5月水质达标率100%。") == [("2021-01/2021-05", "actual")]
    assert frame("2021年已压减56万吨，今年再压减20万吨。", PLAN) == [("2021", "actual"), ("2022", "target")]
    assert frame("企业开办时间由3天压缩至1天。", PLAN) == [("2021", "actual"), ("2022", "target")]
    assert frame("客运量比2019年增长5%。") == [("2021", "actual")]


def test_five_years_and_one_in_the_same_review() -> None:
    head = "2022年青山县政府工作报告\n一、过去五年工作回顾\n"
    text = "五年来，投资累计完成500亿元，生产总值由300亿元提高到400亿元，年均增长7%。\n2021年，我们新建学校5所。"
    assert frame(text, head) == [
        ("2017/2021", "actual"),
        ("2016", "actual"),
        ("2021", "actual"),
        ("2017/2021", "actual"),
        ("2021", "actual"),
    ]


def test_where_nothing_tells_the_note_says_so() -> None:
    statement = read(Document("x", "水渠长30公里。")).statements[0]
    assert (statement.time_period, statement.status) == ("", "actual") or statement.note
    assert "time" in statement.note


def test_the_sidecar_wins_over_the_text() -> None:
    document = Document("x", "一、工作回顾\n新建水渠30公里。", sidecar=Sidecar(review_year=1999, plan_year=2000))
    assert read(document).statements[0].time_period == "1999"


def test_wordings_without_a_numeral() -> None:
    assert said("村级服务站实现全覆盖。") == [("村级服务站", "share", 100, "%")]
    assert said("清河断面水质达到Ⅱ类。")[0][1:] == ("class", 2, "1")
    assert said("居民收入与经济增长同步。", PLAN)[0][:3] == ("居民收入", "growth_rate", None)
    assert said("各项约束性指标均完成年度目标任务。")[0][1:3] == ("attainment", None)
    assert said("客运量与上年持平。")[0][1:3] == ("growth_rate", 0)


TABLE = "青山市2023年国民经济和社会发展统计公报\n表1 2023年主要产品产量\n{}\n"


@pytest.mark.parametrize("gap", ["\t", "  ", " ", "|", "\n"])
def test_cells_of_a_table(gap: str) -> None:
    rows = [["产品名称", "产量（万吨）", "比上年增长（%）"], ["粮食", "112.5", "1.3"], ["油料", "7.8", "-1.1"]]
    text = TABLE.format("\n".join(gap.join(row) for row in rows))
    assert said(text, "") == [
        ("粮食产量", "level", 1125000, "t"),
        ("粮食产量增速", "growth_rate", 1.3, "%"),
        ("油料产量", "level", 78000, "t"),
        ("油料产量增速", "growth_rate", -1.1, "%"),
    ]


def test_a_unit_line_above_and_years_in_the_header() -> None:
    text = "青山市2023年统计公报\n表2 存款\n单位：亿元\n指标\t2023年末\t2022年末\n各项存款\t3315.8\t3006.2\n各项贷款\t2.5\t2.1\n"
    reading = read(Document("x", text))
    assert [(float(s.value), s.time_period) for s in reading.statements[:2]] == [
        (331580000000, "2023"),
        (300620000000, "2022"),
    ]


def test_title_tells_area_and_years() -> None:
    reading = read(Document("x", "2022年青山县政府工作报告\n" + REVIEW + "好。\n二、2022年工作安排\n好。"))
    assert (reading.area, reading.review_year, reading.plan_year) == ("青山县", 2021, 2022)
    assert [(s.path, s.role) for s in reading.sections] == [("1", "review"), ("2", "promise")]


def test_headings_without_numbers_and_with_wide_spaces() -> None:
    text = "2022年青山县政府工作报告\n2021年工作回顾\n新建水渠30公里。\n2022年工作安排\n新建水渠40公里。"
    assert frame(text, "") == [("2021", "actual"), ("2022", "target")]
    assert frame("\u2003二、2022年重点工作\n新建水渠40公里。") == [("2022", "target")]


def test_a_heading_with_the_year_behind_reviews_whatever_it_is_called() -> None:
    text = "2022年青山县政府工作报告\n一、过去五年工作回顾\n好。\n二、2021年主要工作\n新建水渠30公里。\n三、2022年重点工作\n新建水渠40公里。"
    assert frame(text, "") == [("2021", "actual"), ("2022", "target")]


def test_numbers_said_in_two_steps() -> None:
    assert [s[2] for s in said("游客1亿3千多万人次，投资3亿5千万元。")] == [130000000, 350000000]
    assert said("项目减少1/4以上。")[0][2:] == (-25, "%")


def test_a_plan_that_opens_by_looking_back_tells_what_was_delivered():
    text = "过去一年，各项工作进展顺利。生产总值增长9.3%。今年生产总值增长8%左右。"
    assert frame(text, "2022年青山县政府工作报告\n" + PLAN) == [("2021", "actual"), ("2022", "target")]


def test_a_year_that_only_the_file_name_tells_says_so_in_every_row():
    text = "上半年全市经济运行情况分析\n今年以来，全市生产总值1228亿元，同比增长1.5%。\n"
    found = read(Document("qingshan_2016_analysis", text)).statements
    assert {s.time_period for s in found} == {"2016-01/2016-06"}
    assert {s.note for s in found} == {"year from the name of the file"}
