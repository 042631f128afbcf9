"""Small suites with trivial notebooks, for the tests of the runner."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
import yaml
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

HAND_BACK = (
    "from erqi.reports.results import KeyFigure, hand_back\n"
    "hand_back('x', [KeyFigure('a', float(x), '%', 'arithmetic', '甲', 'A')])"
)


def notebook(folder: Path, name: str, *cells: str, parameters: str = "x = 1", hand_back: bool = True) -> None:
    """Write a notebook whose first cell holds the parameters and whose last hands back ``x``."""
    sources = [*cells, HAND_BACK] if hand_back else list(cells)
    made = new_notebook(
        cells=[
            new_markdown_cell(f"# {name}"),
            new_code_cell(parameters, metadata={"tags": ["parameters"]}),
            *(new_code_cell(source) for source in sources),
        ]
    )
    nbformat.write(made, folder / f"{name}.ipynb")


def suite(folder: Path, *runs: str | dict[str, Any], **more: Any) -> Path:
    """Write ``notebooks/suite.yml`` under a folder and return its path; a run is a name or its whole entry."""
    listed = [{"notebook": run} if isinstance(run, str) else run for run in runs]
    file = folder / "notebooks" / "suite.yml"
    file.parent.mkdir(exist_ok=True)
    content = {"title": "Trial", "language": "en", "parts": [{"id": "core", "runs": listed}]} | more
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return file


def manifest(out: Path) -> dict[str, Any]:
    """``run.json`` of the latest report."""
    return json.loads((out / "latest" / "run.json").read_text(encoding="utf-8"))


def outcomes(out: Path) -> dict[str, str]:
    """Outcome by notebook, of the latest report."""
    return {run["notebook"]: run["outcome"] for run in manifest(out)["runs"]}
