"""The one Chinese font of figures and pages, and how a page carries its glyphs along."""

from __future__ import annotations

import base64
import io
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path


def font_path() -> Path:
    """Return the one CJK font file that figures and pages are set in (from the wheel ``mplfonts``)."""
    spec = find_spec("mplfonts")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "fonts" / "NotoSansCJKsc-Regular.otf"


@lru_cache(maxsize=4)
def font_face(characters: str) -> str:
    """Return an ``@font-face`` rule, family ``erqi``, with the glyphs of these characters in it; the same each time."""
    from fontTools import subset

    options = subset.Options(hinting=False, layout_features=[], notdef_outline=True)
    options.drop_tables += ["GSUB", "GPOS", "vhea", "vmtx", "VORG", "BASE"]
    font = subset.load_font(str(font_path()), options, lazy=True, dontLoadGlyphNames=True)
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=characters)
    subsetter.subset(font)
    font.flavor = "woff2"
    buffer = io.BytesIO()
    font.save(buffer)
    data = base64.b64encode(buffer.getvalue()).decode()
    return f'@font-face{{font-family:"erqi";src:url(data:font/woff2;base64,{data}) format("woff2")}}'
