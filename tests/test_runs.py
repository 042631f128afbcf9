"""The suite: what runs and why, from cache or anew, on kernels that know nothing of each other."""

from __future__ import annotations

import importlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from erqi.errors import InputError
from erqi.reports import params, runner, warm
from erqi.reports import suite as suites
from tests.suites import manifest, notebook, outcomes, suite

ROOT = Path(__file__).parents[1]
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux only")


@pytest.fixture
def trial(tmp_path: Path) -> Path:
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "data" / "processed").mkdir(parents=True)
    (tmp_path / "data" / "processed" / "observations.csv").write_text("a\n1\n", encoding="utf-8")
    (tmp_path / "data" / "processed" / "pairs.csv").write_text("a\n1\n", encoding="utf-8")
    notebook(tmp_path / "notebooks", "one")
    notebook(tmp_path / "notebooks", "two", parameters="x = 1\ny = 'a'")
    return tmp_path


def go(trial: Path, file: Path, **more) -> tuple[int, list[str]]:
    suites.table_hashes.cache_clear()
    suites.file_hash.cache_clear()
    suites.notebook_hash.cache_clear()
    said: list[str] = []
    return runner.run(runner.Options(suite=file, out=trial / "out", **more), say=said.append), said


def reasons(trial: Path, file: Path, **more) -> dict[str, tuple[str, str]]:
    suites.table_hashes.cache_clear()
    suites.file_hash.cache_clear()
    suites.notebook_hash.cache_clear()
    _, planned = runner.plan(runner.Options(suite=file, out=trial / "out", **more))
    return {one.run.notebook: (one.action, one.reason) for one in planned}


def test_later_parameters_win_and_a_grid_is_every_combination(trial: Path):
    file = suite(
        trial,
        {"notebook": "two", "groups": ["g"], "grid": {"x": [7, 8], "y": ["p", "q"]}},
        {"notebook": "two", "groups": ["g"], "parameters": {"y": "own"}},
        parameters={"x": 2, "y": "suite"},
        groups={"g": {"x": 4}},
    )
    runs = suites.expand(suites.load(file), file)
    assert [(run.parameters["x"], run.parameters["y"]) for run in runs[:4]] == [(7, "p"), (7, "q"), (8, "p"), (8, "q")]
    assert (runs[4].parameters["x"], runs[4].parameters["y"]) == (4, "own")
    assert len({run.id for run in runs}) == 5
    given = suites.expand(suites.load(file), file, given={"x": 9})
    assert {run.parameters["x"] for run in given} == {9}
    with pytest.raises(InputError, match="zzz"):
        suites.expand(suites.load(file), file, given={"zzz": 9})


def test_values_that_look_alike_in_a_file_name_are_different_runs(trial: Path):
    file = suite(trial, {"notebook": "two", "grid": {"y": ["7.5", "-7.5", "7.5%", "7_5", "../7.5"]}})
    runs = suites.expand(suites.load(file), file)
    assert len({run.id for run in runs}) == 5
    assert all(run.id.isalnum() for run in runs)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("parts: [{id: a, runs: [{notebook: ../x}]}]", "notebook is ../x"),
        ("parts: [{id: a, runs: [{notebook: one, colour: red}]}]", "colour is red"),
        ("parts: [{id: a, runs: [{notebook: one, groups: [absent]}]}]", "group of one is absent"),
        ("language: de\nparts: []", "language is de"),
        ("parts: [", "suite is"),
    ],
)
def test_a_wrong_suite_file_is_one_line(trial: Path, content: str, said: str):
    file = suite(trial, "one")
    file.write_text(content, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        suites.expand(suites.load(file), file)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_has_not_changed_is_answered_from_the_cache_and_what_has_says_what(trial: Path):
    file = suite(trial, "one", "two", notebooks={"one": {"reads": ["observations"]}})
    assert reasons(trial, file)["one"] == ("run", "new")
    assert go(trial, file)[0] == 0
    assert reasons(trial, file) == {"one": ("cached", "up to date"), "two": ("cached", "up to date")}
    code, said = go(trial, file)
    assert (code, outcomes(trial / "out")) == (0, {"one": "cached", "two": "cached"})
    assert sum(line.startswith("cached") for line in said) == 2
    (trial / "data" / "processed" / "pairs.csv").write_text("a\n2\n", encoding="utf-8")
    assert reasons(trial, file) == {"one": ("cached", "up to date"), "two": ("run", "changed: table pairs")}
    notebook(trial / "notebooks", "one", "1 + 1")
    assert reasons(trial, file)["one"] == ("run", "changed: notebook")
    assert reasons(trial, file, only=("two",))["one"] == ("skip", "not chosen")
    assert reasons(trial, file, only=("core",), force=True)["one"] == ("run", "forced")


def test_a_page_lost_from_the_store_is_made_again(trial: Path):
    file = suite(trial, "one")
    go(trial, file)
    next((trial / "out" / ".cache" / "runs").glob("*/*.html")).unlink()
    assert reasons(trial, file)["one"] == ("run", "its page is no longer kept")


def test_key_figures_are_compared_with_the_last_good_run_of_other_inputs(trial: Path):
    file = suite(trial, {"notebook": "one", "parameters": {"x": 2}})
    go(trial, file)
    assert manifest(trial / "out")["runs"][0]["compared"] is None
    source = (trial / "notebooks" / "one.ipynb").read_text(encoding="utf-8").replace("float(x)", "float(x) + 0.5")
    (trial / "notebooks" / "one.ipynb").write_text(source, encoding="utf-8")
    go(trial, file)
    figure = manifest(trial / "out")["runs"][0]["key_figures"][0]
    assert (figure["old"], figure["value"], figure["difference"]) == (2.0, 2.5, 0.5)
    changes = (trial / "out" / "latest" / "changes.html").read_text(encoding="utf-8")
    assert "changed: notebook" in changes
    assert "+0.5" in changes
    go(trial, file)
    assert manifest(trial / "out")["runs"][0]["key_figures"][0]["difference"] == 0.5, "a cached run keeps it"


def test_only_failed_runs_are_run_again_on_request_and_nothing_matched_is_a_code(trial: Path):
    notebook(trial / "notebooks", "bad", "1 / 0")
    file = suite(trial, "one", "bad")
    assert go(trial, file)[0] == 1
    notebook(trial / "notebooks", "bad")
    code, said = go(trial, file, failed=True)
    assert code == 0
    assert [line.split()[0] for line in said[:-1]] == ["ok"]
    assert outcomes(trial / "out") == {"one": "skipped", "bad": "ok"}
    kept = manifest(trial / "out")["runs"][0]
    assert (trial / "out" / "latest" / kept["page"]).exists()
    assert kept["stale"] == "skipped"
    assert go(trial, file, failed=True)[0] == runner.NOTHING
    assert go(trial, file, only=("nothing-like-this",))[0] == runner.NOTHING


def test_fail_fast_leaves_the_rest(trial: Path):
    notebook(trial / "notebooks", "bad", "1 / 0")
    file = suite(trial, "bad", {"notebook": "one", "grid": {"x": [1, 2, 3, 4]}})
    assert go(trial, file, fail_fast=True, jobs=1)[0] == 1
    found = [run["outcome"] for run in manifest(trial / "out")["runs"]]
    assert found[0] == "failed"
    assert "skipped" in found[1:]


def test_old_reports_can_be_pruned_and_the_one_that_is_shown_stays(trial: Path):
    file = suite(trial, "one")
    for _ in range(4):
        go(trial, file)
    assert runner.prune(trial / "out", 2) == 2
    assert len(runner.history(trial / "out")) == 2
    assert reasons(trial, file)["one"][0] == "cached"
    assert (trial / "out" / "latest" / "index.html").exists()


def test_the_index_is_made_from_the_manifest_alone(trial: Path):
    from erqi.reports import pages

    go(trial, suite(trial, "one"))
    assert pages.site(manifest(trial / "out"))["index.html"] == (trial / "out" / "latest" / "index.html").read_text(
        encoding="utf-8"
    )


def test_pages_ask_for_nothing_outside_the_file(trial: Path):
    notebook(trial / "notebooks", "one", "import matplotlib.pyplot as plt\nplt.plot([1, 2]);")
    go(trial, suite(trial, "one"))
    for page in (trial / "out" / "latest").glob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert '<html lang="en">' in text
        assert not [part for part in text.split('src="')[1:] if not part.startswith("data:")]
        assert not re.search(r"(src|href|url|import)[=(\s]*[\"']?(https?:)?//", re.sub(r"base64,[\w+/=]+", "", text))
        assert "<link" not in text
    page = next((trial / "out" / "latest").glob("one-*.html")).read_text(encoding="utf-8")
    assert '<details class="code">' in page
    assert 'alt="Figure of this cell"' in page


LEAVES = """
import json, os, random, sys, warnings
import matplotlib, matplotlib.pyplot as plt, numpy as np, pandas as pd
seen = [plt.rcParams["font.size"], len(warnings.filters), getattr(json, "left", 0), os.environ.get("LEFT", ""),
        pd.get_option("display.max_rows"), plt.get_fignums(), "erqi" in sys.modules, "MARK" in globals()]
drawn = [np.random.rand(), random.random()]
plt.rcParams["font.size"] = 99; warnings.simplefilter("error"); json.left = 1; os.environ["LEFT"] = "1"
pd.set_option("display.max_rows", 3); np.random.seed(1); random.seed(1); MARK = 1; plt.plot([1, 2])
from erqi.reports.results import KeyFigure, hand_back
figures = [KeyFigure("seen", repr(seen), "1", "arithmetic", "a", "a")]
figures += [KeyFigure(f"drawn{i}", value, "1", "arithmetic", "a", "a") for i, value in enumerate(drawn)]
hand_back("x", figures)
"""


@pytest.mark.parametrize("fork", [pytest.param(True, marks=LINUX), False])
def test_no_run_leaves_anything_to_the_next_and_figures_come_out(trial: Path, monkeypatch, fork: bool):
    if not fork:
        monkeypatch.setattr(warm, "parent", lambda: None)
    notebook(trial / "notebooks", "one", LEAVES, hand_back=False)
    assert go(trial, suite(trial, {"notebook": "one", "grid": {"x": [1, 2, 3]}}), jobs=1)[0] == 0
    figures = [{f["id"]: f["value"] for f in run["key_figures"]} for run in manifest(trial / "out")["runs"]]
    assert len({one["seen"] for one in figures}) == 1
    size, *_, left, environment, rows, open_figures, own_code, mark = json.loads(
        figures[0]["seen"].replace("'", '"').replace("False", "false")
    )
    assert (size, left, environment, rows, open_figures, mark) == (10.0, 0, "", 60, [], False)
    assert own_code is False, "a kernel imports the project itself, so that it is never an old one"
    assert len({one["drawn0"] for one in figures}) == 3, "forked generators must not draw the same numbers"
    assert len({one["drawn1"] for one in figures}) == 3
    for page in (trial / "out" / "latest").glob("one-*.html"):
        assert page.read_text(encoding="utf-8").count("data:image/png") == 1


@LINUX
def test_kernels_are_forked_with_one_thread_and_go_when_their_parent_is_killed(tmp_path: Path):
    parent = warm.Parent()
    pid = parent.fork(["-f", str(tmp_path / "kernel.json")], dict(os.environ), str(tmp_path))
    assert Path(f"/proc/{pid}/status").read_text().split("PPid:\t")[1].startswith(str(parent.process.pid))
    environment = Path(f"/proc/{parent.process.pid}/environ").read_bytes().decode()
    assert "OPENBLAS_NUM_THREADS=1" in environment
    deadline = time.monotonic() + 30
    while not (tmp_path / "kernel.json").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    parent.process.send_signal(signal.SIGKILL)
    parent.process.wait()
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not Path(f"/proc/{pid}").exists()


def test_what_was_hidden_from_a_library_is_back_even_if_its_import_failed():
    with pytest.raises(ImportError), warm.without("an_optional_one"):
        importlib.import_module("an_optional_one")
    assert "an_optional_one" not in sys.modules


@LINUX
def test_stock_papermill_can_use_the_engine(trial: Path):
    import papermill

    done = papermill.execute_notebook(
        str(trial / "notebooks" / "one.ipynb"), None, engine_name="erqi", kernel_name="python3", progress_bar=False
    )
    assert done.metadata.papermill["exception"] is None


def test_runs_go_to_any_executor(trial: Path):
    file = suite(trial, {"notebook": "one", "grid": {"x": [1, 2]}})
    with ThreadPoolExecutor(1) as executor:
        options = runner.Options(suite=file, out=trial / "out", quiet=True)
        assert runner.run(options, executor) == 0


def test_two_workers_and_one_killed_in_the_middle_nothing_lost_nothing_twice(trial: Path, monkeypatch):
    distributed = pytest.importorskip("distributed")
    notebook(trial / "notebooks", "one", "import time; time.sleep(0.7)")
    file = suite(trial, {"notebook": "one", "grid": {"x": list(range(8))}})
    monkeypatch.setattr(suites, "code_hash", lambda: "")  # someone may edit this very checkout meanwhile
    store = trial / "share" / "runs"

    def kept() -> dict[str, int]:
        return {path.name: path.stat().st_mtime_ns for path in store.glob("*/*.json")}

    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
    ) as cluster:
        workers = [worker.pid for worker in cluster.workers.values()]
        with ThreadPoolExecutor(1) as pool:
            address, share = cluster.scheduler_address, (trial / "share").as_uri()
            running = pool.submit(go, trial, file, cluster=address, share=share)
            deadline = time.monotonic() + 120
            while len(kept()) < 2 and time.monotonic() < deadline:
                time.sleep(0.02)
            before = kept()
            os.kill(workers[0], signal.SIGKILL)
            code, said = running.result()
    assert 2 <= len(before) < 8, "the worker was to be killed in the middle"
    assert code == 0, said
    runs = manifest(trial / "out")["runs"]
    assert [run["outcome"] for run in runs] == ["ok"] * 8
    assert [run["key_figures"][0]["value"] for run in runs] == list(range(8))
    assert len(kept()) == 8, "nothing lost, and nothing kept twice"
    assert before.items() <= kept().items(), "what was done before the kill was not done again"
    assert len([line for line in said if line.startswith("ok")]) == 8


def test_every_notebook_with_a_parameter_model_exists_and_is_in_the_suite():
    found = set(params.specification())
    assert found <= {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")}
    book = suites.load(ROOT / "notebooks" / "suite.yml")
    assert found <= {run.notebook for part in book.parts for run in part.runs}


def test_the_command_line_answers_with_a_line_and_a_code(trial: Path):
    def erqi(*words: str) -> subprocess.CompletedProcess:
        command = [sys.executable, "-c", "from erqi.cli import main; main()", "report", *words]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=trial)

    file = suite(trial, "one")
    place = ["--suite", str(file), "--out", str(trial / "out")]
    assert "run " in erqi("plan", *place).stdout
    assert erqi("run", "-p", "x=2", *place, "--quiet").returncode == 0
    assert "ok " in erqi("list", *place).stdout or "never run" in erqi("list", *place).stdout
    wrong = erqi("run", "-p", "zzz=2", *place)
    assert wrong.returncode == 2
    assert wrong.stderr.count("\n") == 1
    assert "n_draws" in erqi("describe", "01_growth").stdout
    assert erqi("describe", "99_nothing").returncode == 2
    assert erqi("prune", "--keep", "1", "--out", str(trial / "out")).returncode == 0


def test_an_unchanged_suite_imports_neither_pandas_nor_jupyter(trial: Path, monkeypatch):
    monkeypatch.setattr(suites, "code_hash", lambda: "")  # someone may edit this very checkout meanwhile
    file = suite(trial, "one")
    go(trial, file)
    code = (
        "import sys; from pathlib import Path; from erqi.reports import runner, suite\n"
        "suite.code_hash = lambda: ''\n"
        f"print(runner.run(runner.Options(suite=Path({str(file)!r}), out=Path({str(trial / 'out')!r}), quiet=True)))\n"
        "print([name for name in ('pandas', 'numpy', 'papermill', 'nbformat', 'nbconvert') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:2] == ["0", "[]"], done.stdout


def test_a_document_that_cannot_be_read_is_one_line_and_publishes_nothing(trial: Path):
    file = suite(trial, "one")
    (trial / "empty.txt").write_bytes(b"")
    for name in ("empty.txt", "absent.txt"):
        with pytest.raises(InputError, match=name):
            go(trial, file, documents=(str(trial / name),))
        assert not (trial / "out" / "latest").exists()
        assert not list((trial / "out").glob("history/.new-*"))
    listed = suite(trial, "one", documents=["../empty.txt"])
    assert go(trial, listed)[0] == runner.INVALID, "in a suite of many, one bad document does not stop the others"
