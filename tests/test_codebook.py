"""The codebook: which indicator a subject speaks of, and the traps between neighbours."""

from __future__ import annotations

import pytest

from erqi.errors import InputError
from erqi.tables.codebook import Codebook, codebook, rows
from erqi.tables.model import code_lists

CORE = {
    "gdp",
    "industrial_va_above_scale",
    "industrial_va",
    "fixed_asset_investment",
    "industrial_investment",
    "private_investment",
    "retail_sales",
    "general_public_budget_revenue",
    "fiscal_revenue_total",
    "resident_income",
    "urban_resident_income",
    "rural_resident_income",
    "trade_total",
    "exports",
    "imports",
    "foreign_investment_used",
    "cpi",
    "urban_new_jobs",
    "urban_unemployment_surveyed",
    "urban_unemployment_registered",
    "rural_labour_transfer",
    "grain_output",
    "urbanisation_rate",
    "energy_intensity",
    "pm25",
    "pm10",
    "no2",
    "so2",
    "co",
    "o3",
    "good_air_days",
    "water_class",
    "project_investment",
    "key_projects",
    "technical_renovation_investment",
    "public_parking_spaces",
    "lifts_added",
    "problem_resolution_rate",
    "resettlement_housing_area",
    "listed_firms",
    "emission_tasks",
    "air_tasks",
}


def test_every_fixed_id_is_there_and_150_more():
    assert set(codebook().indicators) >= CORE
    assert len(codebook().indicators) >= 150


def test_the_file_is_complete_and_uses_the_code_lists():
    for row in rows("indicators.csv"):
        for column in ("name_zh", "name_en", "topic", "unit", "measure", "direction", "phrases"):
            assert row[column], f"{row['indicator_id']}: {column}"
        for column in ("measure", "direction"):
            assert row[column] in {one.code for one in code_lists()[column]}
        for column in ("price_basis", "price_basis_growth"):
            assert row[column] in {"", "real", "nominal"}


def test_money_has_a_price_basis():
    for row in rows("indicators.csv"):
        if row["unit"] == "CNY" and row["measure"] == "level" and row["topic"] in {"finance", "investment"}:
            assert row["price_basis"] == "nominal", row["indicator_id"]


GROWTH = ("%", "growth_rate")


@pytest.mark.parametrize(
    ("subject", "unit", "measure", "expected"),
    [
        ("规模以上工业增加值增速", *GROWTH, "industrial_va_above_scale"),
        ("规上工业增加值增速", *GROWTH, "industrial_va_above_scale"),
        ("全部工业增加值增速", *GROWTH, "industrial_va"),
        ("地方一般公共预算收入", "CNY", "level", "general_public_budget_revenue"),
        ("地方财政一般预算收入", "CNY", "level", "general_public_budget_revenue"),
        ("财政总收入", "CNY", "level", "fiscal_revenue_total"),
        ("税收收入", "CNY", "level", "tax_revenue"),
        ("非税收入", "CNY", "level", "non_tax_revenue"),
        ("预算外资金", "CNY", "level", ""),
        ("城镇居民人均可支配收入", "CNY", "level", "urban_resident_income"),
        ("农村居民人均可支配收入", "CNY", "level", "rural_resident_income"),
        ("农民人均纯收入", "CNY", "level", "rural_resident_income"),
        ("城乡居民收入增速", *GROWTH, "resident_income"),
        ("固定资产投资增速", *GROWTH, "fixed_asset_investment"),
        ("区本级固定资产投资", "CNY", "level", "fixed_asset_investment"),
        ("工业投资增速", *GROWTH, "industrial_investment"),
        ("民间投资增速", *GROWTH, "private_investment"),
        ("房地产开发投资增速", *GROWTH, "property_investment"),
        ("工业技改投资增速", *GROWTH, "technical_renovation_investment"),
        ("全年重点项目完成投资", "CNY", "level", "project_investment"),
        ("进出口总额增速", *GROWTH, "trade_total"),
        ("出口增速", *GROWTH, "exports"),
        ("跨境电商进出口", "CNY", "level", "cross_border_ecommerce"),
        ("对东盟进出口增速", *GROWTH, "partner_trade"),
        ("新能源汽车出口增速", *GROWTH, "product_exports"),
        ("服务贸易进出口增速", *GROWTH, "service_trade"),
        ("城镇调查失业率", "%", "share", "urban_unemployment_surveyed"),
        ("城镇登记失业率", "%", "share", "urban_unemployment_registered"),
        ("国民生产总值增速", *GROWTH, "gnp"),
        ("人均地区生产总值", "CNY", "level", "gdp_per_capita"),
        ("单位地区生产总值能耗增速", *GROWTH, "energy_intensity"),
        ("规上工业单位增加值能耗增速", *GROWTH, "industrial_energy_intensity"),
        ("全社会研发经费投入占地区生产总值比重", "%", "share", "rd_intensity"),
        ("数字经济核心产业增加值占地区生产总值比重", "%", "share", "digital_economy_va"),
        ("PM2.5年均浓度", "ug/m3", "level", "pm25"),
        ("PM10年均浓度", "ug/m3", "level", "pm10"),
    ],
)
def test_neighbours_are_told_apart(subject, unit, measure, expected):
    assert codebook().match(subject, unit, measure) == expected


@pytest.mark.parametrize(("unit", "expected"), [("t", "grain_output"), ("m2", "grain_area")], ids=["a mass", "an area"])
def test_the_unit_decides_what_a_crop_counts(unit, expected):
    subject = "粮食" if unit == "t" else "粮食播种面积"
    assert codebook().match(subject, unit, "level") == expected


def test_a_unit_that_cannot_be_leaves_the_field_empty():
    assert codebook().match("粮食产量", "kW", "level") == ""
    assert codebook().match("城镇新增就业", "CNY", "level") == ""


def test_the_head_of_a_subject_stands_last_and_the_longest_phrase_wins():
    book = codebook()
    assert book.match("规上工业企业研发经费投入增速", *GROWTH) == "rd_spending"
    assert book.match("高新技术企业后备库企业", "1", "level") == "hightech_firms_reserve"


def test_quotation_marks_do_not_hide_a_name():
    assert codebook().match("市级“专精特新”中小企业", "1", "level") == "specialised_smes"


def test_level_and_growth_have_their_own_price_basis():
    book = codebook()
    assert book.price_basis("gdp", "level") == "nominal"
    assert book.price_basis("gdp", "growth_rate") == "real"
    assert book.price_basis("retail_sales", "growth_rate") == "nominal"
    assert book.price_basis("gdp", "rank") == ""
    assert book.price_basis("", "level") == ""


def _row(**more: str) -> dict[str, str]:
    names = (
        "indicator_id name_zh name_en topic unit measure direction price_basis price_basis_growth phrases excludes note"
    )
    return dict.fromkeys(names.split(), "") | {"indicator_id": "tea", "unit": "t", "phrases": "茶叶…产量"} | more


def test_a_phrase_may_leave_a_gap():
    book = Codebook([_row()], {"t": "mass"})
    assert book.match("茶叶全年总产量", "t", "level") == "tea"
    assert book.match("茶叶甲乙丙丁戊己庚辛壬产量", "t", "level") == ""


def test_an_excluded_word_stands_in_the_way():
    book = Codebook([_row(excludes="出口")], {"t": "mass"})
    assert book.match("茶叶出口产量", "t", "level") == ""


@pytest.mark.parametrize("wrong", [[_row(), _row()], [_row(phrases="茶")]], ids=["id twice", "phrase too short"])
def test_a_wrong_codebook_is_refused(wrong):
    with pytest.raises(InputError):
        Codebook(wrong, {"t": "mass"})
