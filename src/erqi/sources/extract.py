"""Bytes become text: encodings, and the formats whose text has to be extracted."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Callable
from pathlib import Path

from erqi.errors import InputError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# The commonest characters of Chinese administrative prose: a text decoded with the wrong table has none.
_COMMON = re.compile(r"[的和年在了一是为个全不人工大中发展国产业经济建设增长区市，。、,;:；：\s\d]")


def decode(raw: bytes, path: Path, declared: str = "") -> tuple[str, str]:
    """Decode a text file whose encoding may be unknown.

    Parameters
    ----------
    raw : bytes
    path : Path
        For the message only.
    declared : str
        What a sidecar says; tried alone if given.

    Returns
    -------
    tuple of str
        The text, without a byte-order mark, and the encoding's name.

    Raises
    ------
    InputError
        If the bytes are binary, or text in none of UTF-8, GB18030 and UTF-16.
    """
    if declared:
        candidates = [declared]
    else:
        bom = next((name for mark, name in _BOMS if raw.startswith(mark)), "")
        candidates = [bom] if bom else _candidates(raw)
    for name in candidates:
        try:
            text = raw.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
        if declared or _plausible(text):
            return text, name
    if declared:
        raise InputError(path, "encoding", declared, "the encoding in which the file was saved")
    if b"\0" in raw[:4096] or raw.startswith((b"%PDF", b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise InputError(path, "content", f"binary ({len(raw)} bytes)", "a .txt, .html, .docx or text .pdf file")
    raise InputError(path, "encoding", "unknown", "UTF-8, GB18030 or UTF-16")


def _candidates(raw: bytes) -> list[str]:
    head = raw[:4096]
    if b"\0" in head:
        # a newline or a digit leaves its zero byte before or after it, by the byte order
        return ["utf-16-le", "utf-16-be"] if head[1::2].count(0) > head[::2].count(0) else ["utf-16-be", "utf-16-le"]
    return ["utf-8", "gb18030", "utf-16-le", "utf-16-be"]


def _plausible(text: str) -> bool:
    sample = text[:20000]
    if re.search(r"[\0-\x08\x0e-\x1f\ufffd\uffff]", sample.replace("\f", "")):
        return False
    if sample.isascii():
        return True
    return len(_COMMON.findall(sample)) >= 0.05 * len(sample)


def html_text(raw: bytes, path: Path) -> str:
    """Return the readable text of a web page: one line for each block, cells parted by tabs."""
    from bs4 import BeautifulSoup, UnicodeDammit

    dammit = UnicodeDammit(raw, known_definite_encodings=[], is_html=True)
    page = BeautifulSoup(dammit.unicode_markup or decode(raw, path)[0], "lxml")
    for tag in page(["script", "style", "noscript", "template", "head", "nav", "footer"]):
        tag.decompose()
    for tag in page(["td", "th"]):
        tag.append("\t")
    for tag in page("br"):
        tag.replace_with("\n")
    for tag in page(_BLOCKS):
        tag.append("\n")
    return _tidy(page.get_text())


def docx_text(raw: bytes, path: Path) -> str:
    """Return paragraphs and tables of a Word file in their order, cells parted by tabs."""
    from docx import Document as Word
    from docx.table import Table

    try:
        word = Word(io.BytesIO(raw))
    except Exception:  # python-docx passes on whatever zipfile, lxml and its own parts raise
        raise InputError(path, "content", "no Word file", "a .docx file") from None
    lines = []
    for block in word.iter_inner_content():
        if isinstance(block, Table):
            # a merged cell comes once for each place that it covers; its figures are stated once
            seen: set[object] = set()
            for row in block.rows:
                cells = {cell._tc: cell.text.replace("\n", " ") for cell in row.cells}
                lines.append("\t".join("" if cell in seen else text for cell, text in cells.items()))
                seen.update(cells)
        else:
            lines.append(block.text)
    return _tidy("\n".join(lines))


def pdf_text(raw: bytes, path: Path) -> str:
    """Return the text of a PDF file, its lines joined where a sentence was only wrapped."""
    import pypdfium2 as pdfium

    try:
        pdf = pdfium.PdfDocument(raw)
    except pdfium.PdfiumError:
        raise InputError(path, "content", "no PDF file", "a whole, unencrypted .pdf file") from None
    try:
        pages = [page.get_textpage().get_text_range() for page in pdf]
    finally:
        pdf.close()
    text = "\n".join(pages).replace("\r\n", "\n").replace("\ufffe", "")
    text = re.sub(r"\n[ \t]*[-—–]?[ \t]*\d{1,3}[ \t]*[-—–]?[ \t]*(?=\n)", "", text)  # page numbers on their own line
    new_block = r"(?=\s*(?:第?[一二三四五六七八九十]+[、章节部]|[（(][一二三四五六七八九十\d]+[)）]|\d+[.、．]|$))"
    return _tidy(re.sub(rf"(?<=[^\s。！？；：:;!?])[ \t]*\n(?!{new_block})[ \t　]*(?=\S)", "", text))


def _tidy(text: str) -> str:
    text = re.sub(r"[ \t\xa0]+\n", "\n", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n") + "\n" if text.strip() else ""


_BLOCKS = ["p", "div", "tr", "li", "h1", "h2", "h3", "h4", "h5", "h6", "table", "section", "article"]
EXTRACTORS: dict[str, Callable[[bytes, Path], str]] = {
    ".html": html_text,
    ".htm": html_text,
    ".docx": docx_text,
    ".pdf": pdf_text,
}
