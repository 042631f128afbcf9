"""One look for every figure: palette, evidence marks, fonts, axes, and the wrapper that carries the words."""

from __future__ import annotations

import base64
import html
import io
import json
import os
import re
import tempfile
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from erqi.figures import labels
from erqi.fonts import font_face, font_path

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as MplFigure

# Each colour is a step of its own in lightness, so the order survives a grey printer; tests/test_style.py
# holds the distances under simulated colour blindness.
INK, RED, TEAL, OCHRE, GREY = "#16324f", "#b23a2a", "#3d9389", "#dda63a", "#c9d1d6"
PALETTE = (INK, RED, TEAL, OCHRE, GREY)
MUTED = "#5b6873"

# What kind of number it is: colour and mark, so that neither has to be seen alone.
EVIDENCE = {
    "arithmetic": (INK, "o"),
    "bound": (TEAL, "s"),
    "scenario": (RED, "^"),
    "base_rate": (OCHRE, "D"),
}
_SHAPES = {
    "o": '<circle cx="6" cy="6" r="4.5"/>',
    "s": '<rect x="1.75" y="1.75" width="8.5" height="8.5"/>',
    "^": '<path d="M6 1 11 10.5H1z"/>',
    "D": '<path d="M6 .75 11.25 6 6 11.25 .75 6z"/>',
}
# of a figure, in inches: as narrow as its labels allow, so that they can be read on a phone
WIDTH = 6.4
SVG_LIMIT = 250_000
_language = ["zh"]


@cache
def _font_family() -> str:
    from matplotlib import font_manager

    font_manager.fontManager.addfont(str(font_path()))
    return str(font_manager.FontProperties(fname=str(font_path())).get_name())


def theme(lang: str = "zh") -> None:
    """Set seaborn's theme, the palette and fonts that have every Chinese glyph, for figures in ``lang``."""
    import matplotlib as mpl
    import seaborn as sns

    labels.check_language(lang)
    _language[0] = lang
    rc = {
        # seaborn resets the fonts, so they are given to it and not set before
        "font.family": [_font_family(), "DejaVu Sans"],
        "font.size": 10.5,
        "axes.titlesize": 12.5,
        "axes.titlelocation": "left",
        "axes.titlepad": 22,
        "axes.labelsize": 10.5,
        "axes.labelcolor": MUTED,
        "axes.edgecolor": MUTED,
        "axes.linewidth": 0.8,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "axes.axisbelow": True,
        "grid.color": "#e6eaed",
        "grid.linewidth": 0.8,
        "text.color": INK,
        "axes.titlecolor": INK,
        "xtick.color": MUTED,
        "ytick.color": MUTED,
        "xtick.labelcolor": INK,
        "ytick.labelcolor": INK,
        "lines.linewidth": 2,
        "lines.markersize": 7,
        "patch.edgecolor": "white",
        "legend.frameon": False,
        "figure.figsize": (WIDTH, 4.0),
        "figure.facecolor": "white",
        "figure.constrained_layout.use": True,
        "svg.fonttype": "path",
        # the same figure gives the same bytes
        "svg.hashsalt": "erqi",
        "mathtext.fontset": "dejavusans",
    }
    sns.set_theme(style="ticks", palette=list(PALETTE), rc=rc)
    mpl.rcParams["axes.unicode_minus"] = True


@dataclass(frozen=True)
class Figure:
    """A matplotlib figure with the words that belong to it; displays as an HTML ``<figure>``.

    Parameters
    ----------
    fig : matplotlib.figure.Figure
        Closed as soon as it was wrapped, so that no notebook shows it twice.
    alt : str
        What a reader who cannot see the figure needs to know: what is drawn and what it shows.
    source : str
        Where the numbers come from, without the word "source".
    evidence : str, optional
        A key of `EVIDENCE`; shown as a mark with its name.
    lang : str, optional
        Language of caption; that of the last `theme` call if not given.
    """

    fig: MplFigure
    alt: str
    source: str
    evidence: str = ""
    lang: str = field(default_factory=lambda: _language[0])

    def __post_init__(self) -> None:
        import matplotlib.pyplot as plt

        if not self.alt.strip():
            raise ValueError("a figure needs alternative text")
        plt.close(self.fig)

    def image(self) -> tuple[str, bytes]:
        """Return media type and bytes: SVG, or PNG at twice the size where an SVG would be heavy."""
        buffer = io.BytesIO()
        self.fig.savefig(buffer, format="svg", bbox_inches="tight", metadata={"Date": None})
        if buffer.tell() <= SVG_LIMIT:
            return "image/svg+xml", buffer.getvalue()
        buffer = io.BytesIO()
        self.fig.savefig(buffer, format="png", bbox_inches="tight", dpi=2 * self.fig.dpi)
        return "image/png", buffer.getvalue()

    def to_html(self) -> str:
        """Return the ``<figure>`` element, complete in itself."""
        media, content = self.image()
        data = base64.b64encode(content).decode()
        t = labels.translator("common", self.lang)
        kind = f"{mark(self.evidence)} {t('evidence.' + self.evidence)} · " if self.evidence else ""
        source = html.escape(t("source", text=self.source))
        return (
            f'<figure class="erqi" lang="{self.lang}" tabindex="0" style="margin:1.5em 0">'
            f'<img alt="{html.escape(self.alt)}" src="data:{media};base64,{data}"'
            ' style="max-width:100%;height:auto;background:#fff">'
            f'<figcaption style="color:{MUTED};font-size:.85em">{kind}{source}</figcaption></figure>'
        )

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": self.to_html(), "text/plain": self.alt}


def mark(evidence: str) -> str:
    """Return the small shape of a kind of evidence as inline SVG; decoration, its name stands beside it."""
    colour, shape = EVIDENCE[evidence]
    return (
        '<svg class="mark" aria-hidden="true" width="12" height="12" viewBox="0 0 12 12" '
        f'fill="{colour}" stroke="{INK}" stroke-width=".8">{_SHAPES[shape]}</svg>'
    )


def axis_labels(ax: Axes, *, x: str = "", y: str = "", x_unit: str = "", y_unit: str = "") -> None:
    """Name the axes with their units, the vertical one upright above the axis, where it is read first.

    Units are codes of the tables (``%``, ``pp``, ``CNY`` …) or plain words; money is named in the scale that
    `number_axis` writes it in.
    """
    for name, unit, put in ((x, x_unit, ax.set_xlabel), (y, y_unit, None)):
        words = " ".join(filter(None, (name, f"({labels.axis_unit(unit, _language[0])[1]})" if unit else "")))
        if put:
            put(words)
        elif words:
            ax.set_ylabel("")
            ax.annotate(
                words, (0, 1), (0, 4), xycoords="axes fraction", textcoords="offset points",
                ha="left", va="bottom", color=MUTED,
            )  # fmt: skip


def number_axis(axis: Any, unit: str = "", digits: int | None = None) -> None:
    """Write the ticks of ``ax.xaxis`` or ``ax.yaxis`` as the reader of the language writes numbers.

    Amounts in ``CNY`` or ``USD`` are written in 亿元 or billion yuan, as `axis_labels` names them.
    """
    from matplotlib.ticker import FuncFormatter

    lang = _language[0]
    divisor = labels.axis_unit(unit, lang)[0]
    axis.set_major_formatter(FuncFormatter(lambda value, _: labels.number(value / divisor, lang, digits)))


def wrapped(name: str) -> str:
    """Return a name in lines short enough to leave room to the axis that it stands beside."""
    return textwrap.fill(name, 26)


def direct_labels(ax: Axes, points: Iterable[tuple[float, float, str, str]], *, gap: float = 13, dx: float = 8) -> None:
    """Write names at the ends of lines or beside points instead of a legend, moved apart where they collide.

    Parameters
    ----------
    points : iterable of (x, y, text, colour)
        In data coordinates; call last, when the limits of the axes are final.
    gap : float
        Least vertical distance between two labels, in points of 1/72 inch.
    dx : float
        Distance from the point, in points.
    """
    figure: Any = ax.get_figure(root=True)
    figure.draw_without_rendering()
    scale = 72 / figure.dpi
    todo: Sequence[tuple[float, float, str, str]] = sorted(points, key=lambda p: p[1])
    last = float("-inf")
    for x, y, text, colour in todo:
        here = ax.transData.transform((x, y))[1] * scale
        place = max(here, last + gap)
        last = place
        # ochre and grey are too light to be read as letters
        ink = colour if colour in (INK, RED, MUTED) else INK
        ax.annotate(
            text, (x, y), (dx, place - here), textcoords="offset points", va="center", color=ink,
            annotation_clip=False,
        )  # fmt: skip


def live(text: str) -> None:
    """In JupyterLab, let the browser show the Chinese of a notebook about ``text``, whatever fonts it has.

    Does nothing where nobody watches: pages embed their own fonts.
    """
    if "JPY_SESSION_NAME" not in os.environ:
        return
    from IPython.display import HTML, display

    families = {"ui": "system-ui,sans-serif", "content": "system-ui,sans-serif", "code": "menlo,consolas,monospace"}
    rules = "".join(f'--jp-{kind}-font-family:{usual},"erqi";' for kind, usual in families.items())
    extra = ".jp-Notebook svg text,.jupyter-widgets select,.jupyter-widgets input{font-family:var(--jp-ui-font-family)}"
    display(HTML(f"<style>{font_css(text)}body{{{rules}}}{extra}</style>"))


def font_css(text: str, folder: Path | None = None) -> str:
    """Return an ``@font-face`` rule with just the glyphs of ``text``, embedded, family name ``erqi``.

    A page with it shows every character on a machine that has no Chinese font. Subsetting takes a second, so
    subsets are kept in ``folder`` (matplotlib's cache folder by default), and one that already holds all
    characters is used again.

    Parameters
    ----------
    text : str
        Everything that the page shows; markup in it does no harm.
    """
    wanted = set(text) | set(map(chr, range(32, 127)))
    if folder is None:
        import matplotlib

        folder = Path(matplotlib.get_cachedir())
    store = folder / "erqi-font.json"
    have, css = "", ""
    try:
        kept = json.loads(store.read_text(encoding="utf-8"))
        have, css = kept["characters"], kept["css"]
    except (OSError, ValueError, KeyError, TypeError):
        pass
    if css and wanted <= set(have):
        return str(css)
    # what was kept is taken along, so that the pages of one suite come to share a subset; not without end
    characters = "".join(sorted((wanted | set(have) if len(have) < 3000 else wanted) | labels.characters()))
    css = font_face(characters)
    try:
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=store.parent, delete=False) as new:
            json.dump({"characters": characters, "css": css}, new)
        os.replace(new.name, store)
    except OSError:
        pass  # a folder that cannot be written costs time, not the page
    return css


def visible(page: str) -> str:
    """Return a page without its embedded data, for `font_css`."""
    return html.unescape(re.sub(r"base64,[A-Za-z0-9+/=]+", "", page))
