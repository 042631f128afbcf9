"""Two languages: every word has both, every number is written as its reader expects."""

from __future__ import annotations

import ast
import csv
import datetime as dt
import json
import re
from pathlib import Path

import numpy as np
import pytest

from erqi import figures
from erqi.errors import InputError
from erqi.figures import labels
from erqi.paths import NOTEBOOKS, REFERENCE

SOURCE = Path(figures.__file__).parents[1]
TOPICS = sorted(path.stem for path in labels.LOCALE.glob("*.yml"))


def _python() -> dict[str, str]:
    """Every piece of Python that can ask for words: modules and notebooks."""
    code = {str(p.relative_to(SOURCE)): p.read_text("utf-8") for p in SOURCE.rglob("*.py")}
    for path in NOTEBOOKS.glob("*.ipynb"):
        cells = json.loads(path.read_text("utf-8"))["cells"]
        code[path.name] = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "code")
    return code


def _templates() -> str:
    return "\n".join(p.read_text("utf-8") for p in SOURCE.rglob("*.j2"))


@pytest.mark.parametrize("topic", TOPICS)
def test_every_key_has_words_in_both_languages(topic):
    for key, words in labels.catalogue(topic).items():
        assert set(words) == set(labels.LANGUAGES), key
        assert all(isinstance(text, str) and text.strip() for text in words.values()), key
        holes = [set(re.findall(r"\{(\w*)", text)) for text in words.values()]
        assert holes[0] == holes[1], f"{topic}.{key}: the same values in both languages"


@pytest.mark.parametrize("topic", TOPICS)
def test_english_words_are_english(topic):
    for key, words in labels.catalogue(topic).items():
        quoted = re.sub(r"[(“‘\"].*?[)”’\"]", "", words["en"])
        rest = re.findall(r"[一-鿿]+", quoted)
        assert not rest or len("".join(rest)) <= 12, f"{topic}.{key} still speaks Chinese: {words['en']}"
        if len(words["en"].split()) > 3:  # a sentence
            assert re.search(r"[一-鿿]", words["zh"]), f"{topic}.{key} still speaks English: {words['zh']}"


def test_every_key_that_is_asked_for_is_there():
    known = {key for topic in TOPICS for key in labels.catalogue(topic)} | set(labels.reference_words())
    asked = set(re.findall(r"""\bt\(\s*["']([\w.%/-]+)["']\s*[,)]""", _templates()))
    for code in _python().values():
        for node in ast.walk(ast.parse(code)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("t", "say"):
                at = 1 if node.func.id == "say" else 0
                key = node.args[at] if len(node.args) > at else None
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    asked.add(key.value)
    assert asked, "the search found nothing at all"
    assert asked <= known, f"no words for {sorted(asked - known)}"


def test_no_words_are_left_that_nobody_asks_for():
    constants: set[str] = set()
    for code in _python().values():
        nodes = ast.walk(ast.parse(code))
        constants |= {n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    constants |= {word for c in constants if re.fullmatch(r"\w+( \w+)+", c) for word in c.split()}  # "a b c".split()
    templates = _templates()
    # keys that are put together, such as f"state.{code}", leave their beginning; codes of a column leave its name
    beginnings = {c for c in constants if c.endswith((".", "_"))}
    beginnings |= {f"{word}." for word in re.findall(r"[\"'](\w+)\.[\"'] ~", templates)}
    beginnings |= {f"{key.split('.')[0]}." for key in labels.reference_words()} | {"unit.", "topic."}
    ends = tuple(c for c in constants if c.startswith((".", "_")) and len(c) > 2)
    unused = []
    for topic in sorted({*TOPICS} - {"notes"}):  # those are looked up by their English words
        for key in labels.catalogue(topic):
            first, _, rest = key.partition(".")
            heading = first == "col" and {rest, f"{rest}_zh", f"{rest}_en"} & constants
            code = rest and first != "col" and first in constants
            whole = key in constants or f'"{key}"' in templates or f"'{key}'" in templates
            if not (whole or heading or code or key.startswith(tuple(beginnings)) or key.endswith(ends)):
                unused.append(f"{topic}.{key}")
    assert not unused, " ".join(unused)


def test_every_topic_of_the_codebook_has_words():
    with (REFERENCE / "indicators.csv").open(encoding="utf-8", newline="") as file:
        topics = {row["topic"] for row in csv.DictReader(file)} - {""}
    assert {topic for topic in topics if not labels.translator("common", "en").has(f"topic.{topic}")} == set()


def test_an_unknown_key_topic_or_language_is_refused():
    t = labels.translator("common", "zh")
    with pytest.raises(KeyError, match="no words for 'nowhere'"):
        t("nowhere")
    with pytest.raises(InputError, match=r"expected one of .*common"):
        labels.translator("../secret", "zh")
    with pytest.raises(InputError, match="expected zh or en"):
        labels.translator("common", "fr")


def test_a_topic_falls_back_on_common_words_and_on_the_words_of_the_tables():
    t = labels.translator("plan", "en")
    assert t("evidence.base_rate") == "base rate"
    assert t("col.time_period") == "Period"
    assert t.code("change_unit", "pp") == "percentage points"
    assert t.has("title")
    assert not t.has("nowhere")


def test_remarks_of_the_tables_are_read_in_the_readers_language():
    assert labels.remark("read by hand; one named firm", "zh") == "人工判读；一家具名企业"
    assert labels.remark("class by its ordinal; a lower class is better", "zh") == "按类别序号计，数字越小越好"
    assert labels.remark("if nested; not in the document: a, b", "zh") == "若为嵌套；文件中没有：a, b"
    assert labels.remark("nobody knows", "zh") == "nobody knows"
    assert labels.remark("1174 → 1175 (1 digit); 99.57 → 99.66 (2 digits)", "zh") == (
        "1174 → 1175（改1位）；99.57 → 99.66（改2位）"
    )
    assert labels.remark("PM2.5 +20.0%, PM10 +5.7%, NO2 -12.5% against the limits", "zh").endswith("NO2 −12.5%")
    assert labels.remark("read by hand; one named firm", "en") == "read by hand; one named firm"


def test_remarks_are_typeset_and_names_of_standards_stay():
    assert labels.remark("quota 6484..6534", "en") == "quota 6484–6534"
    assert labels.remark("revenue to GDP -4.2%", "en") == "revenue to GDP −4.2%"
    assert labels.remark("89.3 m2 a person, GB 3095-2012", "en") == "89.3 m² a person, GB 3095-2012"


def test_areas_have_their_english_name_where_it_is_known():
    assert labels.area("二七区", "en") == "Erqi District"
    assert labels.area("二七区", "zh") == "二七区"
    assert labels.area("海拉尔区", "en") == "海拉尔区"


def test_decimal_points_stand_under_each_other():
    pads = [re.sub(r'<span class="pad" aria-hidden="true">(.*?)</span>', r"|\1", one) for one in labels.aligned(
        ["4.354", "11.11", "−12", "–", "<b>"]
    )]  # fmt: skip
    assert pads == ["4.354", "11.11|0", "−12|.000", "–", "&lt;b&gt;"]


@pytest.mark.parametrize(
    ("values", "code", "zh", "en"),
    [
        ((784.23e8, 1e8), "CNY", (1e8, "亿元"), (1e9, "billion yuan")),
        ((3e6, None), "CNY", (1e4, "万元"), (1e6, "million yuan")),
        ((12,), "person", (1, "人"), (1, "persons")),
        ((12,), "1", (1, ""), (1, "")),
    ],
)
def test_the_values_of_a_row_share_one_unit(values, code, zh, en):
    assert (labels.row_unit(values, code, "zh"), labels.row_unit(values, code, "en")) == (zh, en)


def test_a_sentence_keeps_markup_of_values_out():
    t = labels.translator("common", "en")
    said = labels.say(t, "source", text="<script>*x* [a](b) `c` $1$")
    assert said.data == r"Source: &lt;script&gt;\*x\* \[a\](b) \`c\` \$1\$"


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        (784.23e8, "784.23亿元", "78.423 billion yuan"),
        (1e8, "1亿元", "100 million yuan"),
        (1023.62e4, "1,023.62万元", "10.2362 million yuan"),
        (50.0, "50元", "50 yuan"),
        (-375.1e8, "−375.1亿元", "−37.51 billion yuan"),
        (0, "0元", "0 yuan"),
        (None, "–", "–"),
    ],
)
def test_money_is_counted_as_the_reader_counts(value, zh, en):
    assert labels.money(value, "zh") == zh
    assert labels.money(value, "en") == en


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (2143366, None, "2,143,366"), (1.3, None, "1.3"), (1.3, 2, "1.30"), (-5.25, 1, "−5.2"),
        (0.1 + 0.2, None, "0.3"),
        (-0.001, 1, "0.0"), (np.float64(7.5), None, "7.5"), (float("nan"), 2, "–"), (float("inf"), None, "∞"),
        (np.int64(85), None, "85"),
    ],
)  # fmt: skip
def test_numbers(value, digits, text):
    assert labels.number(value, "zh", digits) == labels.number(value, "en", digits) == text


def test_a_change_has_its_sign():
    assert [labels.signed(v, "en", 1) for v in (6.2, -2.1, 0.0, 0.01)] == ["+6.2", "−2.1", "0.0", "0.0"]


@pytest.mark.parametrize(
    ("value", "unit", "zh", "en"),
    [
        (7.5, "%", "7.5%", "7.5%"),
        (6.2, "pp", "6.2个百分点", "6.2 pp"),
        (42, "ug/m3", "42微克/立方米", "42 µg/m³"),
        (8331, "1", "8,331", "8,331"),
        (4.75e8, "USD", "4.75亿美元", "475 million US dollars"),
        (3, "头", "3头", "3 头"),
        (None, "%", "–", "–"),
    ],
)
def test_quantities(value, unit, zh, en):
    assert (labels.quantity(value, unit, "zh"), labels.quantity(value, unit, "en")) == (zh, en)


def test_dates_and_periods():
    day = dt.date(2022, 3, 1)
    assert (labels.date(day, "zh"), labels.date(day, "en")) == ("2022年3月1日", "1 March 2022")
    assert labels.period("2021", "zh") == "2021年"
    assert labels.period("2021-01/2021-05", "zh") == "2021年1月至2021年5月"
    assert labels.period("2016/2020", "en") == "2016 to 2020"
    assert labels.period("2021-12-31", "en") == "31 December 2021"
    assert labels.period(None, "en") == ""
    assert labels.period("soon", "en") == "soon"
