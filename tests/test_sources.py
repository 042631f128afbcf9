"""A file as people have it becomes a text whose offsets hold; what cannot be used is refused in one line."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest

from erqi.errors import InputError
from erqi.sources import Document, load

TEXT = "一、2021年工作回顾\r\n全区完成投资375.1亿元，增长１２％。\n二、2022年目标\n新增停车泊位6500个。\n"


def write(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8-sig", b""),
        ("gb18030", b""),
        ("utf-16", b""),
        ("utf-16-le", b""),
        ("utf-16-be", b""),
        ("utf-16-le", b"\xff\xfe"),
        ("utf-32", b""),
    ],
)
def test_every_encoding_that_people_have_gives_the_same_text_with_its_newlines(tmp_path, encoding, mark):
    document = load(write(tmp_path, "plan.txt", mark + TEXT.encode(encoding)))
    assert document.text == TEXT
    assert not document.extracted
    assert document.sha256 == hashlib.sha256(document.path.read_bytes()).hexdigest()


def test_an_ascii_file_is_text(tmp_path):
    assert load(write(tmp_path, "note.txt", "GDP grew 7.5%\n")).text == "GDP grew 7.5%\n"


def test_a_long_file_cut_inside_a_character_of_the_sample_is_still_decoded(tmp_path):
    text = "甲" * 3 + "经济增长7%。" * 5000
    for encoding in ("utf-8", "gb18030", "utf-16-le"):
        assert load(write(tmp_path, f"{encoding}.txt", text.encode(encoding))).text == text


def test_the_plan_is_read_as_its_sidecar_says():
    document = load(Path(__file__).parents[1] / "data" / "raw" / "erqi_2022_plan.txt")
    assert document.document_id == "erqi_2022_plan"
    assert document.sidecar.ref_area == "410103"
    assert (document.sidecar.review_year, document.sidecar.plan_year) == (2021, 2022)
    assert all(artefact.text.split(" … ")[0] in document.text for artefact in document.sidecar.artefacts)


# what cannot be used


def refused(path: Path) -> InputError:
    with pytest.raises(InputError) as caught:
        load(path)
    assert "\n" not in str(caught.value)
    assert str(path.parent) in str(caught.value)
    return caught.value


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    assert refused(tmp_path / "none.txt").field == "file"
    (tmp_path / "folder.txt").mkdir()
    assert refused(tmp_path / "folder.txt").field == "file"


@pytest.mark.parametrize("content", [b"", b"  \r\n\t ", b"\xef\xbb\xbf", b"\xff\xfe"])
def test_an_empty_file_is_refused(tmp_path, content):
    refused(write(tmp_path, "empty.txt", content))


@pytest.mark.parametrize(
    "content",
    [
        bytes(range(256)) * 20,
        b"\x89PNG\r\n\x1a\n" + bytes(200),
        b"PK\x03\x04" + bytes(range(256)),
        b"%PDF-1.7\n\xff\xfe\x00",
    ],
)
def test_a_binary_file_under_the_name_of_a_text_is_refused(tmp_path, content):
    assert refused(write(tmp_path, "picture.txt", content)).field in {"content", "encoding"}


def test_a_sidecar_that_names_the_wrong_encoding_is_refused(tmp_path):
    write(tmp_path, "plan.meta.yml", "encoding: utf-8\n")
    assert refused(write(tmp_path, "plan.txt", TEXT.encode("gb18030"))).field == "encoding"
    write(tmp_path, "plan.meta.yml", "encoding: no-such-code\n")
    assert refused(tmp_path / "plan.txt").field == "encoding"


def test_a_changed_file_stops_until_its_sidecar_says_that_the_change_is_meant(tmp_path):
    path = write(tmp_path, "plan.txt", TEXT)
    write(tmp_path, "plan.meta.yml", f"sha256: {hashlib.sha256(TEXT.encode()).hexdigest()}\n")
    assert load(path).text == TEXT
    write(tmp_path, "plan.txt", TEXT.replace("6500", "6501"))
    assert refused(path).field == "sha256"
    assert "sidecar" in str(refused(path))


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ("title: [unclosed\n", "sidecar"),
        ("just a sentence\n", "sidecar"),
        ("", "sidecar"),
        (b"title: \xff\xfe\n", "sidecar"),
        ("titel: a slip of the pen\n", "titel"),
        ("review_year: last year\n", "review_year"),
        ("ref_area: '4101'\n", "ref_area"),
        ("level: village\n", "level"),
    ],
)
def test_a_sidecar_that_cannot_be_used_is_refused_with_the_field_that_is_wrong(tmp_path, content, field):
    write(tmp_path, "plan.meta.yml", content)
    write(tmp_path, "plan.txt", TEXT)
    with pytest.raises(InputError) as caught:
        load(tmp_path / "plan.txt")
    assert caught.value.field == field
    assert "plan.meta.yml" in str(caught.value)
    assert "\n" not in str(caught.value)


# formats whose text is extracted


def test_a_web_page_gives_its_blocks_as_lines_and_its_cells_apart(tmp_path):
    page = """<!DOCTYPE html><html><head><meta charset="gb2312"><title>公报</title><style>p{color:red}</style></head>
    <body><nav>首页 | 第3页</nav><h1>2021年公报</h1><p>完成投资<b>375.1</b>亿元。</p>
    <table><tr><th>指标</th><th>数值</th></tr><tr><td>泊位</td><td>8331</td></tr></table>
    <script>var x = 99;</script><p>第一行<br>第二行</p></body></html>"""
    document = load(write(tmp_path, "page.html", page.encode("gb18030")))
    assert document.extracted
    assert "完成投资375.1亿元。" in document.text
    assert "泊位\t8331" in document.text
    assert "第一行\n第二行" in document.text
    for gone in ("color", "99", "首页"):
        assert gone not in document.text


def test_a_word_file_gives_paragraphs_and_tables_in_their_order(tmp_path):
    import docx

    word = docx.Document()
    word.add_paragraph("全区完成投资375.1亿元。")
    cells = word.add_table(rows=1, cols=2).rows[0].cells
    cells[0].text, cells[1].text = "泊位", "8331"
    word.add_paragraph("以上为初步数。")
    word.save(tmp_path / "report.docx")
    document = load(tmp_path / "report.docx")
    assert document.extracted
    assert document.text == "全区完成投资375.1亿元。\n泊位\t8331\n以上为初步数。\n"


def test_a_merged_cell_of_a_word_table_is_given_once(tmp_path):
    import docx

    word = docx.Document()
    table = word.add_table(rows=1, cols=3)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "合计95个"
    table.cell(0, 2).text = "12"
    word.save(tmp_path / "merged.docx")
    assert load(tmp_path / "merged.docx").text.count("95") == 1


def make_pdf(lines: list[str]) -> bytes:
    """Return a small PDF whose text can be selected."""
    shown = " T* ".join(f"({line}) Tj" for line in lines)
    stream = f"BT /F1 12 Tf 14 TL 50 700 Td {shown} ET".encode("latin-1")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        b" /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
    ]
    out, offsets = io.BytesIO(), []
    out.write(b"%PDF-1.4\n")
    for number, content in enumerate(objects, 1):
        offsets.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, content))
    xref = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % at for at in offsets))
    out.write(b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, xref))
    return out.getvalue()


def test_a_pdf_with_text_is_read_and_a_sentence_that_was_only_wrapped_is_joined(tmp_path):
    document = load(write(tmp_path, "plan.pdf", make_pdf(["Investment reached 375", "million yuan."])))
    assert document.extracted
    assert document.text.strip() in {"Investment reached 375million yuan.", "Investment reached 375 million yuan."}


def test_a_scanned_pdf_says_that_it_has_no_text(tmp_path):
    error = refused(write(tmp_path, "scan.pdf", make_pdf([""])))
    assert "OCR" in str(error)


@pytest.mark.parametrize("suffix", ["pdf", "docx"])
def test_a_broken_file_of_an_extracted_format_is_refused(tmp_path, suffix):
    assert refused(write(tmp_path, f"broken.{suffix}", b"not what its name says")).field == "content"


def test_a_document_can_be_made_of_a_text_alone():
    assert Document("a", "增长7%。").sidecar.title == ""


def test_a_folder_can_say_in_one_index_what_sidecars_would_say_of_area_and_level(tmp_path):
    (tmp_path / "index.csv").write_text(
        "file,place,level,kind\na.txt,云江市,city,gwr\nb.txt,云江县,county,gwr\nc.txt,某地,galaxy,gwr\n",
        encoding="utf-8",
    )
    for name in "abcd":
        write(tmp_path, f"{name}.txt", TEXT)
    write(tmp_path, "b.meta.yml", "area_name: 云江区\nlevel: city\n")
    found = [load(tmp_path / f"{name}.txt").sidecar for name in "abcd"]
    assert [(s.area_name, s.level) for s in found] == [("云江市", "city"), ("云江区", "city"), ("某地", ""), ("", "")]
