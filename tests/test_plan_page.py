"""The marked-up plan: nothing of the text is lost, each reading has its place, markup stays text."""

from __future__ import annotations

import html
import re

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from erqi import sources
from erqi.errors import InputError
from erqi.reports import plan_page

TEXT = "一、2021年情况\r\n\n生产总值784.23亿元，增长1.3%。<b>甲&乙</b>\n服务全覆盖，5至6次𠀀3项\n"


def place(words: str) -> dict[str, int]:
    start = TEXT.index(words)
    return {"start": start, "end": start + len(words)}


def mention(name: str, words: str, kind: str = "quantity", **more: object) -> dict[str, object]:
    return {"mention_id": name, "document_id": "d", "text": words, "kind": kind, "value": None, "unit": None,
            "hedge": None, **place(words), **more}  # fmt: skip


def observation(name: str, of: str | None, words: str, **more: object) -> dict[str, object]:
    return {"observation_id": name, "mention_id": of, "document_id": "d", "quote": words, "subject": "生产总值",
            "indicator_id": None, "measure": "level", "value": None, "lower": None, "upper": None, "unit": None,
            "time_period": "2021", "status": "actual", "bound": "point", "commitment": "none", "note": None,
            **place(words), **more}  # fmt: skip


MENTIONS = pd.DataFrame(
    [
        mention("m1", "2021年", "date"),
        mention("m2", "784.23亿元", value=78_423_000_000, unit="CNY"),
        mention("m3", "1.3%", value=1.3, unit="%", hedge="约"),
        mention("m4", "5至6次", value=5, unit="1"),
        mention("m5", "3项", "threshold", value=3, unit="1"),
    ]
)
OBSERVATIONS = pd.DataFrame(
    [
        observation("o2", "m2", "784.23亿元", indicator_id="gdp", value=78_423_000_000, unit="CNY",
                    lower=78_422_500_000, upper=78_423_500_000),
        observation("o3", "m3", "1.3%", indicator_id="gdp", value=1.3, unit="%", measure="growth_rate", bound="about"),
        observation("o4", "m4", "5至6次", value=5, unit="1", status="target", bound="range_end", commitment="strive"),
        observation("o5", "m4", "5至6次", value=6, unit="1", status="target", bound="range_end", commitment="strive"),
        observation("o6", None, "全覆盖", value=100, unit="%", measure="share", note="no numeral"),
        observation("o7", None, "务全覆盖", subject="<i>服务</i>", value=100, unit="%", measure="share"),
    ]
)  # fmt: skip
INDICATORS = pd.DataFrame([{"indicator_id": "gdp", "name_zh": "地区生产总值", "name_en": "GDP", "topic": "output"}])


def page(lang: str = "zh", text: str = TEXT, title: str = "甲区</title><script>alert(1)</script>") -> BeautifulSoup:
    document = sources.Document("d", text, sidecar=sources.Sidecar(title=title))
    return BeautifulSoup(plan_page.render(document, MENTIONS, OBSERVATIONS, INDICATORS, lang), "lxml")


@pytest.fixture(scope="module")
def zh() -> BeautifulSoup:
    return page()


def test_every_character_of_the_text_is_there_and_stays_text(zh):
    lines = []
    for p in zh.select(".text p"):
        p = BeautifulSoup(str(p), "lxml").p
        for extra in p.select(".ln, .erqi-said"):
            extra.extract()
        lines.append(p.get_text().rstrip())
    assert lines == [line.rstrip() for line in TEXT.split("\n") if line.strip()]
    assert [p["id"] for p in zh.select(".text p")] == ["L1", "L3", "L4"], "numbered as in the file"
    assert not zh.select("article b, td i"), "markup of the document or of a reading is shown, not obeyed"
    assert len(zh.select("script")) == 1


@pytest.mark.parametrize("name", [*MENTIONS["mention_id"], *OBSERVATIONS["observation_id"]])
def test_every_mention_and_observation_is_an_anchor(zh, name):
    assert len(zh.select(f"#{name}")) == 1


def test_no_id_stands_twice_and_no_jump_leads_nowhere(zh):
    ids = [tag["id"] for tag in zh.select("[id]")]
    assert len(ids) == len(set(ids))
    jumps = {a["href"] for a in zh.select("a[href]")} - {"index.html"}
    assert {jump.removeprefix("#") for jump in jumps} <= set(ids)


def test_the_reading_says_what_was_understood(zh):
    said = zh.select_one("#m2 .erqi-said").get_text(" ")
    for words in ("784.23亿元", "地区生产总值", "区间 784.225亿元 至 784.235亿元", "2021年", "完成", "水平"):
        assert words in said
    english = page("en").select_one("#m4 .erqi-said").get_text(" ")
    for words in ("quantity", "promised", "end of a range", "strive", "2021"):
        assert words in english


def test_kind_status_and_topic_can_be_filtered(zh):
    gdp, plain = zh.select_one("#m3"), zh.select_one("#m1")
    assert (gdp["data-kind"], gdp["data-status"], gdp["data-topic"]) == ("quantity", "actual", "output")
    assert (plain["data-kind"], plain["data-status"], plain["data-topic"]) == ("date", "none", "-")
    boxes = {(box["name"], box["value"]) for box in zh.select("input[type=checkbox]")}
    assert ("kind", "threshold") in boxes
    assert ("kind", "statement") in boxes
    assert ("status", "target") in boxes
    assert ("status", "scope") not in boxes, "nothing in this text has it"
    assert [o["value"] for o in zh.select("#topic option")] == ["", "output"]


def test_words_without_a_numeral_are_marked_and_share_one_mark(zh):
    mark = zh.select_one('.m[data-kind="statement"]')
    assert mark.contents[0] in ("全覆盖", "务全覆盖")
    assert {mark["id"], *(i["id"] for i in mark.parent.select("i"))} == {"o6", "o7"}


def test_what_overlaps_or_runs_over_a_line_is_still_shown_once():
    """Nothing of the text is doubled or lost, and every id still leads somewhere."""
    document = sources.Document("d", TEXT)
    wide = observation("o8", None, "3%。<b>甲&乙</b>\n服务")
    overlapping = pd.concat([OBSERVATIONS, pd.DataFrame([wide])])
    soup = BeautifulSoup(plan_page.render(document, MENTIONS, overlapping, INDICATORS, "zh"), "lxml")
    for extra in soup.select(".text .ln, .text .erqi-said"):
        extra.extract()
    shown = "".join(soup.select_one(".text").get_text().split())
    assert shown == "".join(TEXT.split())
    for name in [*MENTIONS["mention_id"], *overlapping["observation_id"]]:
        assert len(soup.select(f"#{name}")) == 1


def test_every_row_has_its_place_and_every_place_its_row(zh):
    rows = zh.select("tbody tr")
    assert len(rows) == len(OBSERVATIONS) + 2, "and the mentions that nothing was read from"
    assert [row.select_one("td").get_text() for row in rows] == sorted(row.select_one("td").get_text() for row in rows)
    assert zh.select_one("#row-o3").get_text("|").split("|")[:5] == ["3", "1.3%", "地区生产总值", "增长率", "1.3%"]


def test_the_page_needs_nothing_from_outside(zh):
    policy = zh.select_one('meta[http-equiv="Content-Security-Policy"]')["content"]
    assert policy.startswith("default-src 'none'")
    assert "script-src 'sha256-" in policy
    source = html.unescape(str(zh))
    assert not re.search(r"https?://|@import|\bon\w+=", source)
    assert zh.select_one("html")["lang"] == "zh"


def test_an_empty_document_still_has_a_page():
    document = sources.Document("空", "没有数字。")
    nothing = plan_page.render(document, MENTIONS.iloc[:0], OBSERVATIONS.iloc[:0], INDICATORS.iloc[:0], "en")
    assert "没有数字。" in nothing


def test_a_folder_without_the_document_is_refused(tmp_path):
    with pytest.raises(InputError, match="erqi build"):
        plan_page.write(tmp_path, tmp_path)
    assert not list(tmp_path.iterdir())
