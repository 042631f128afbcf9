"""One look: told apart by anyone, readable on paper, Chinese on a machine that has no Chinese font."""

from __future__ import annotations

import base64
import io
import itertools
import re
import warnings

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from fontTools.ttLib import TTFont

from erqi.figures import labels, style, tables

# Machado, Oliveira & Fernandes (2009), complete dichromacy, on linear RGB
SIGHT = {
    "full": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}  # fmt: skip
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)


def linear(colour: str) -> np.ndarray:
    c = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    x, y, z = (TO_XYZ @ np.clip(rgb, 0, 1)) / [0.95047, 1, 1.08883]
    fx, fy, fz = (np.cbrt(v) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (x, y, z))
    return np.array([116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)])


@pytest.mark.parametrize("sight", SIGHT)
def test_colours_stay_apart_for_every_eye(sight):
    seen = [lab(np.array(SIGHT[sight]) @ linear(colour)) for colour in style.PALETTE]
    assert min(np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2)) > 25


def test_colours_stay_apart_on_a_grey_printer():
    lightness = sorted(lab(linear(colour))[0] for colour in style.PALETTE)
    assert np.diff(lightness).min() > 11
    assert lightness[-1] < 86, "and from the paper"


def test_letters_in_colour_have_contrast_on_white():
    for colour in (style.INK, style.RED, style.MUTED):
        assert 1.05 / ((TO_XYZ @ linear(colour))[1] + 0.05) > 4.5, colour


def test_each_kind_of_evidence_has_its_own_mark_and_colour():
    assert set(style.EVIDENCE) == {"arithmetic", "bound", "scenario", "base_rate"}
    colours, marks = zip(*style.EVIDENCE.values(), strict=True)
    assert len(set(colours)) == len(set(marks)) == 4
    assert len({style.mark(kind) for kind in style.EVIDENCE}) == 4


def test_chinese_comes_out_right_without_a_system_font():
    style.theme("zh")
    fig, ax = plt.subplots()
    ax.set_title("二七区：地区生产总值增长7.5%左右，Ⅱ类水质 −5 µg/m³ ≥")
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a glyph that is missing is a warning
        fig.savefig(io.BytesIO())
    plt.close(fig)


def test_a_figure_carries_its_words():
    style.theme("en")
    fig, ax = plt.subplots()
    ax.plot([1, 2], [3, 4])
    figure = style.Figure(fig, 'GDP grew <fast> & "well"', "the plan's text", "bound")
    page = figure._repr_mimebundle_()["text/html"]
    assert 'alt="GDP grew &lt;fast&gt; &amp; &quot;well&quot;"' in page
    assert "Source: the plan&#x27;s text" in page
    assert ">\n" not in page.split("base64,")[0]
    assert "bound ·" in page
    assert "<svg" in base64.b64decode(re.search(r"svg\+xml;base64,([^\"]+)", page)[1]).decode()
    assert not plt.fignum_exists(fig.number), "or a notebook shows it twice"
    with pytest.raises(ValueError, match="alternative text"):
        style.Figure(fig, " ", "x")


def test_a_heavy_figure_becomes_a_sharp_bitmap():
    style.theme("zh")
    fig, ax = plt.subplots()
    ax.scatter(*np.random.default_rng(0).random((2, 6000)))
    media, content = style.Figure(fig, "a cloud", "x").image()
    assert media == "image/png"
    assert content[:8] == b"\x89PNG\r\n\x1a\n"


def test_the_same_figure_gives_the_same_bytes():
    def once():
        style.theme("zh")
        fig, ax = plt.subplots()
        ax.plot([1, 2], [3, 4], label="基线")
        return style.Figure(fig, "a line", "x").image()

    assert once() == once()


def test_direct_labels_do_not_lie_on_each_other():
    style.theme("zh")
    fig, ax = plt.subplots()
    ax.set(xlim=(0, 1), ylim=(0, 10))
    style.direct_labels(ax, [(1, 5.0, "甲", style.INK), (1, 5.1, "乙", style.RED), (1, 5.2, "丙", style.OCHRE)])
    fig.draw_without_rendering()
    boxes = sorted((text.get_window_extent() for text in ax.texts), key=lambda box: box.y0)
    assert all(low.y1 <= high.y0 + 3 for low, high in itertools.pairwise(boxes))
    plt.close(fig)


@pytest.mark.parametrize(("lang", "ticks", "name"), [("zh", "784.23", "亿元"), ("en", "78.423", "billion yuan")])
def test_money_axes_count_as_the_reader_does(lang, ticks, name):
    style.theme(lang)
    fig, ax = plt.subplots()
    ax.set_ylim(0, 1e11)
    ax.set_yticks([78_423_000_000])
    style.number_axis(ax.yaxis, unit="CNY")
    style.axis_labels(ax, y="GDP", y_unit="CNY")
    fig.draw_without_rendering()
    assert [t.get_text() for t in ax.get_yticklabels()] == [ticks]
    assert ax.texts[0].get_text() == f"GDP ({name})"
    plt.close(fig)


def test_a_page_brings_the_glyphs_it_shows(tmp_path):
    css = style.font_css("二七区 ½", tmp_path)
    font = TTFont(io.BytesIO(base64.b64decode(re.search(r"base64,([^)]+)\)", css)[1])))
    assert {ord(c) for c in "二七区azAZ09"} <= set(font.getBestCmap())
    assert ord("岷") not in font.getBestCmap()
    assert style.font_css("区", tmp_path) == css, "the subset that holds all of it is used again"
    more = style.font_css("岷江", tmp_path)
    assert style.font_css("二七区岷", tmp_path) == more


def test_a_damaged_font_cache_costs_time_only(tmp_path):
    (tmp_path / "erqi-font.json").write_text("[1]")
    assert "woff2" in style.font_css("区", tmp_path)
    assert "woff2" in style.font_css("区", tmp_path / "nowhere")


class TestTables:
    @pytest.fixture
    def rows(self):
        return pd.DataFrame(
            {
                "observation_id": ["a1", "a 2 a3", None],
                "label_zh": ["总值<script>", "停车", "空"],
                "label_en": ["GDP<script>", "parking", "none"],
                "value": [78_423_000_000, -21.98, np.nan],
                "unit": ["CNY", "%", "1"],
                "change": [6.2, -21.975, np.nan],
                "time_period": ["2021", "2021-01/2021-05", None],
                "status": ["actual", "target", "scope"],
                "quote": ['甲"><b>', "乙", None],
                "evidence": ["arithmetic", "bound", "base_rate"],
            }
        )

    def show(self, rows, lang="zh", **more):
        columns = ["label", "value", tables.Column("change", unit="pp", signed=True), "time_period", "status"]
        return tables.show(rows, [*columns, "evidence"], t=labels.translator("common", lang), **more)

    def test_reads_in_both_languages(self, rows):
        zh, en = self.show(rows), self.show(rows, "en")
        assert all(word in zh for word in (">784.23<", ">亿元<", "2021年1月至2021年5月", "目标", "算术", "个百分点"))
        assert all(word in en for word in (">78.423<", ">billion yuan<", "May 2021", "promised", "arithmetic", ">pp<"))
        assert not re.search(r"[一-鿿]", re.sub(r'<span class="erqi-said".*?</span>', "", en))

    def test_decimal_points_stand_under_each_other(self, rows):
        assert '+6.2<span class="pad" aria-hidden="true">00</span>' in self.show(rows)
        whole = tables.show(pd.DataFrame({"value": [1, 2.5]}), t=labels.translator("common", "en"))
        assert '1<span class="pad" aria-hidden="true">.0</span>' in whole

    def test_units_stand_in_the_heading_or_in_a_column_of_their_own(self, rows):
        heads = re.findall(r'<th scope="col" class="[^"]*">(.*?)</th>', self.show(rows, "en"))
        assert heads[1:4] == ["Value", "Unit", 'Change <span class="unit">pp</span>'], "units differ by row"
        heads = re.findall(r'<th scope="col" class="[^"]*">(.*?)</th>', self.show(rows.assign(unit="%"), "en"))
        assert heads[1] == 'Value <span class="unit">%</span>', "one unit for all"
        counts = tables.show(rows.assign(unit="1"), ["value"], t=labels.translator("common", "en"))
        assert "Unit" not in counts

    def test_the_unit_of_a_change_stands_beside_it_and_keeps_the_numbers_aligned(self, rows):
        mixed = rows.assign(change_unit=["pp", "%", "%"])
        page = tables.show(mixed, ["value", tables.Column("change", digits=1)], t=labels.translator("common", "en"))
        assert '6.2<span class="own" style="min-width:2ch">pp</span>' in page
        assert '−22.0<span class="own" style="min-width:2ch">%</span>' in page

    def test_two_sides_that_have_no_unit_in_common_carry_their_own(self):
        pair = pd.DataFrame(
            {"actual_value": [4.75e8, 3], "target_value": [11.0, 4], "unit": [None, "%"]}
            | {"actual_unit": ["USD", "%"], "target_unit": ["%", "%"]}
        )
        page = tables.show(pair, ["actual_value", "target_value"], t=labels.translator("feasibility", "en"))
        assert "475 million US dollars" in page
        assert ">11%<" in page

    def test_counts_are_whole_beside_rates_with_digits(self):
        mixed = pd.DataFrame({"value": [8068.4, 6.25], "unit": ["1", "%"]})
        page = tables.show(
            mixed, [tables.Column("value", digits=1, unit_in="unit")], t=labels.translator("common", "en")
        )
        assert ">8,068<span" in page
        assert ">6.2<" in page

    def test_text_of_a_document_stays_text(self, rows):
        page = self.show(rows, caption="<i>")
        assert not re.search(
            r"<(script|b>|i>)", page.replace("<b>算术</b>", "").replace("<b>界限", "").replace("<b>基", "")
        )

    def test_each_row_leads_to_its_quote(self, rows):
        page = self.show(rows)
        assert page.count('href="plan.html#') == 4, "one for each observation"
        assert '<span class="erqi-said" lang="zh">“甲&quot;&gt;&lt;b&gt;”</span>' in page
        looked_up = pd.DataFrame({"observation_id": ["a3"], "quote": ["丙"]})
        assert "“丙”" in self.show(rows, observations=looked_up)

    def test_the_key_names_the_marks_in_use_and_no_others(self, rows):
        assert "从" not in self.show(rows)
        assert labels.translator("common", "zh")("explain.scenario") not in self.show(rows)
        assert labels.translator("common", "zh")("explain.base_rate") in self.show(rows)

    def test_an_unknown_code_or_heading_is_an_error(self, rows):
        with pytest.raises(KeyError, match=r"status\.done"):
            self.show(rows.assign(status="done"))
        with pytest.raises(KeyError, match=r"col\.wonder"):
            tables.show(rows.assign(wonder=1), ["wonder"], t=labels.translator("common", "zh"))

    def test_no_rows_is_a_sentence(self, rows):
        assert "No rows to show" in self.show(rows.iloc[:0], "en")

    def test_what_cannot_be_computed_is_one_boxed_line(self):
        t = labels.translator("common", "en")
        assert tables.not_computed(t, "a <second> year").count("needs a &lt;second&gt; year") == 1
