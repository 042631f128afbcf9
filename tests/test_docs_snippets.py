"""Every snippet of the docs runs as it stands, from the project's folder."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from erqi.tables.model import model

ROOT = Path(__file__).parents[1]
PAGES = [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md", ROOT / "data" / "processed" / "README.md"]
FENCE = re.compile(r"^```([a-z]+)( skip)?\n(.*?)^```", re.M | re.S)


def snippets(language: str) -> list:
    found = []
    for page in PAGES:
        for number, (name, skip, code) in enumerate(FENCE.findall(page.read_text(encoding="utf-8"))):
            if name == language and not skip:
                found.append(pytest.param(page, code, id=f"{page.relative_to(ROOT)}#{number}"))
    return found


@pytest.fixture(autouse=True)
def _in_the_project(monkeypatch):
    monkeypatch.chdir(ROOT)


@pytest.mark.parametrize(("page", "code"), snippets("python"))
def test_a_python_snippet_runs(page, code, capsys):
    exec(compile(code, str(page), "exec"), {})


@pytest.mark.parametrize(("page", "code"), snippets("sql"))
def test_an_sql_snippet_runs_in_duckdb_and_finds_rows(page, code, monkeypatch):
    if page.parent.name == "processed":
        monkeypatch.chdir(page.parent)
    assert len(duckdb.sql(code).df()) > 0


@pytest.mark.parametrize(("page", "code"), snippets("r"))
def test_an_r_snippet_runs(page, code):
    if not shutil.which("Rscript"):
        pytest.skip("needs R, which is not installed here")
    library = re.search(r"library\((\w+)\)", code)[1]
    if subprocess.run(["Rscript", "-e", f"library({library})"], capture_output=True, check=False).returncode:
        pytest.skip(f"needs the R package {library}, which is not installed here")
    done = subprocess.run(["Rscript", "-e", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", list(model()))
def test_the_csv_files_are_what_stata_can_read(name):
    """Stata: names of letters, digits and _, at most 32 long, none reserved; UTF-8; strings below 2 GB."""
    reserved = {"if", "in", "using", "with", "byte", "int", "long", "float", "double", "strL", "_all", "_n", "_pred"}
    for column in model()[name].names:
        assert re.fullmatch(r"[a-z_][a-z0-9_]{0,31}", column)
        assert column not in reserved


def test_the_stata_snippet_keeps_as_text_what_would_lose_its_zeros():
    code = snippets("stata")[0].values[1]
    given = [int(n) for n in re.search(r"stringcols\(([\d ]+)\)", code)[1].split()]
    names = list(pd.read_csv("data/processed/observations.csv", nrows=0).columns)
    assert [names[n - 1] for n in given] == ["ref_area", "time_period"]


def test_a_stata_file_of_the_observations_can_be_made(tmp_path):
    data = pd.read_csv("data/processed/observations.csv", dtype={"ref_area": str, "time_period": str})
    data = data.rename(columns={"end": "stop"})  # pandas keeps a word that Stata would allow
    text = data.select_dtypes(include="str").columns
    data[text] = data[text].astype(object).fillna("")
    data.to_stata(tmp_path / "observations.dta", version=118, write_index=False, convert_strl=["quote", "note"])
    assert len(pd.read_stata(tmp_path / "observations.dta")) == len(data)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_between_pages_lead_to_files(page):
    for link in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text(encoding="utf-8")):
        assert os.path.exists(page.parent / link), link
