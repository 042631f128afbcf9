"""The tutorial runs on the published folder alone, and on a package of many reports."""

from __future__ import annotations

import json
from pathlib import Path

import papermill
import pytest

from erqi.paths import NOTEBOOKS, PROCESSED
from erqi.tables import build
from tests.test_build import report

TUTORIAL = NOTEBOOKS / "10_reuse_tutorial.ipynb"


def run(out: Path, **parameters) -> dict:
    papermill.execute_notebook(str(TUTORIAL), str(out), parameters=parameters, progress_bar=False)
    return json.loads(out.read_text(encoding="utf-8"))


def test_it_runs_on_the_published_folder_and_finds_promises_rounder(tmp_path):
    book = run(tmp_path / "out.ipynb", data_dir=str(PROCESSED))
    cells = {cell["id"]: cell for cell in book["cells"]}
    assert any("image/png" in output.get("data", {}) for output in cells["figure"]["outputs"])
    summary = "".join(cells["summary"]["outputs"][0]["data"]["text/plain"]).splitlines()
    digits = {line.split()[0]: float(line.split()[2]) for line in summary if line.split()[0] in {"actual", "target"}}
    assert digits["target"] < digits["actual"]
    assert "8331" in "".join(cells["pairs"]["outputs"][0]["data"]["text/html"])


def test_it_runs_on_a_package_of_several_reports(tmp_path):
    report(tmp_path, "yunjiang_2022")
    report(tmp_path, "beishan_2022", level="district", area="北山区", spaces=150)
    build([tmp_path], tmp_path / "package")
    run(tmp_path / "out.ipynb", data_dir=str(tmp_path / "package"))


def test_a_parameter_out_of_range_says_so(tmp_path):
    with pytest.raises(papermill.PapermillExecutionError, match="expected 1 to 1000"):
        run(tmp_path / "out.ipynb", data_dir=str(PROCESSED), smallest=0)


def test_it_uses_nothing_of_the_code_that_made_the_data():
    cells = json.loads(TUTORIAL.read_text(encoding="utf-8"))["cells"]
    code = "\n".join(cell["source"] for cell in cells if cell["cell_type"] == "code")
    assert "erqi" not in code
    assert len(cells) <= 12
