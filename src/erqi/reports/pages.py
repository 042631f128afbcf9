"""Pages: a run's own, the page of a failure, the index and what changed, each from data alone."""

from __future__ import annotations

import datetime as dt
import os
import re
import threading
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from erqi.figures import labels
from erqi.reports import results

_WORDS = (
    *("all_reports", "marked_text", "parameters", "parameter", "value", "default", "allowed", "meaning"),
    *("code", "messages", "figure_of_cell", "colon"),
)
TEMPLATES = Path(__file__).parent / "templates"
_CJK = re.compile(r"[\u2e80-\u9fff\uff00-\uffef]")
_one_at_a_time = threading.Lock()


@cache
def _show_css() -> str:
    return (labels.LOCALE.parent / "show.css").read_text("utf-8")


@cache
def css() -> str:
    """Tables and marks, then the common style."""
    return _show_css() + "\n" + (TEMPLATES / "style.css").read_text("utf-8")


def with_font(page: str) -> str:
    """Embed the glyphs that a page shows, where it shows any that a machine may lack."""
    from erqi.figures import style

    shown = style.visible(page)
    if not _CJK.search(shown):
        return page
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "erqi"
    with _one_at_a_time, suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    return page.replace("/*font*/", style.font_css(shown, folder), 1)


@cache
def _exporter() -> Any:
    from nbconvert import HTMLExporter

    made = HTMLExporter(
        template_name="run",
        extra_template_basedirs=[str(TEMPLATES)],
        mathjax_url="",
        require_js_url="",
        jquery_url="",
        mermaid_js_url="",
        jupyter_widgets_base_url="",
        widget_renderer_url="",
    )
    _ = made.template  # compiled now, not when the first page is due
    return made


def prepare() -> None:
    """Get ready to make pages of runs, in time that would be spent waiting for the first kernel."""
    with _one_at_a_time:
        _exporter()


def run_page(notebook: Any, page: dict[str, Any]) -> str:
    """An executed notebook as one HTML file that needs nothing else.

    Parameters
    ----------
    notebook : NotebookNode
        With outputs.
    page : dict
        title, language, parameters (rows of the table), changed (words), plan (link or ""), foot.
    """
    t = labels.translator("pages", page["language"])
    run = page | {"words": {key: t(key) for key in _WORDS}, "css": css()}
    with _one_at_a_time:
        html, _ = _exporter().from_notebook_node(notebook, resources={"run": run})
    html = html.replace(
        f"<style>{_show_css()}</style>", ""
    )  # each table brings its look for the notebook; the page has it
    if page.get("plan"):
        html = html.replace('href="plan.html', f'href="{page["plan"]}')
    return with_font(html)


@cache
def _site() -> Any:
    import jinja2

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES / "site"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )


def _page(template: str, manifest: dict[str, Any], **more: Any) -> str:
    from markupsafe import Markup

    lang = manifest["language"]
    t = labels.translator("pages", lang)

    def show(value: Any, figure: dict[str, Any], sign: bool = False) -> str:
        if sign and value == 0:
            return t("same")
        return results.written(value, figure["unit"], lang, sign)[0]

    def column(run: dict[str, Any], key: str, sign: bool = False) -> list[Markup]:
        return [Markup(one) for one in labels.aligned(show(f[key], f, sign) for f in run["key_figures"])]

    def mark(evidence: str) -> Markup:
        from erqi.figures import style

        return Markup(style.mark(evidence))

    environment = _site().overlay()
    environment.globals = _site().globals | {
        "lang": lang,
        "t": t,
        "area": lambda name: labels.area(name, lang),
        "column": column,
        "mark": mark,
        "because": lambda reason: because(reason, t),
        "unit": lambda figure: results.written(figure["value"], figure["unit"], lang)[1],
        "when": lambda stamp: when(stamp, lang),
        "seconds": lambda n: t("seconds", n=labels.number(n, lang, 1)),
    }
    html = environment.get_template(template).render(m=manifest, css=Markup(css()), **more)
    return with_font(html)


def when(stamp: str, lang: str) -> str:
    """A moment in the reader's words; the time zone is said, since schedules have their own."""
    moment = dt.datetime.fromisoformat(stamp)
    return f"{labels.date(moment.date(), lang)} {moment:%H:%M} UTC" if stamp else ""


def because(reason: str, t: labels.Translator) -> str:
    """Why a run was due, in the reader's words; what has none stays as the log says it."""
    head, _, names = reason.partition(": ")
    if head == "changed":
        parts = (name.partition(" ") for name in names.split(", "))
        words = ((t(f"input.{kind}") if t.has(f"input.{kind}") else kind, rest) for kind, _, rest in parts)
        names = t("and").join(" ".join(filter(None, pair)) for pair in words)
    return t(f"reason.{head}", names=names) if t.has(f"reason.{head}") else reason


def failure_page(manifest: dict[str, Any], run: dict[str, Any]) -> str:
    """Failing cell, message, how to run it again."""
    return _page("failure.html.j2", manifest, run=run)


def site(manifest: dict[str, Any]) -> dict[str, str]:
    """Index, page of changes and plain-text summary, by file name."""
    return {
        "index.html": _page("index.html.j2", manifest),
        "changes.html": _page("changes.html.j2", manifest),
        "summary.txt": summary_text(manifest),
    }


def summary_text(manifest: dict[str, Any]) -> str:
    """The index for a mail: one line per run, one per key figure that moved."""
    lang = manifest["language"]
    t = labels.translator("pages", lang)
    lines = [
        manifest["title"][lang],
        t(f"state.{manifest['status']}", good=manifest["good"], total=manifest["total"]),
    ]
    lines += [t("built", when=when(manifest["finished"], lang)), ""]
    for run in manifest["runs"]:
        lines.append(f"{t('outcome.' + run['outcome']):<12} {run['title'][lang]}")
        if run["error"]:
            lines.append(f"    {run['error']['kind']}: {' '.join(run['error']['message'].split())[:300]}")
        for figure in run["key_figures"]:
            if figure["difference"]:
                (old, _), (new, unit) = (results.written(figure[k], figure["unit"], lang) for k in ("old", "value"))
                lines.append(f"    {figure['label_' + lang]}: {old} → {new} {unit}")
    return "\n".join(lines) + "\n"
