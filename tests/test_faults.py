"""A bad day: whatever breaks, the outcome says so, the other runs go on, and the report that was there stays."""

from __future__ import annotations

import errno
import html
import os
import shlex
import subprocess
import sys
import time
from pathlib import Path

import pytest
from filelock import FileLock

from erqi.errors import InputError
from erqi.reports import execute, publish, runner
from tests.suites import manifest, notebook, outcomes, suite

ROOT = Path(__file__).parents[1]
BREAKS = {
    "raises": ["1 / 0"],
    "dies": ["import os; os._exit(3)"],
    "hangs": ["import time; time.sleep(60)"],
    "refuses": ["from erqi.errors import InputError; raise InputError('here', 'x', x, 'something else')"],
}


@pytest.fixture(scope="module")
def bad_day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A suite in which everything breaks that can break, and one run that is good."""
    folder = tmp_path_factory.mktemp("day")
    books = folder / "notebooks"
    books.mkdir()
    notebook(books, "good")
    notebook(books, "silent", "'hand_back('", hand_back=False)
    for name, cells in BREAKS.items():
        notebook(books, name, *cells)
    runs = [
        {"notebook": "raises", "title": "<script>alert(1)</script>"},
        {"notebook": "dies", "title": "../../x", "parameters": {"x": "<img src=x onerror=alert(2)>"}},
        {"notebook": "good", "parameters": {"wrong_name": 1}},
        *("hangs", "refuses", "silent", "absent", "good"),
    ]
    out = folder / "out"
    said: list[str] = []
    code = runner.run(runner.Options(suite=suite(folder, *runs, cell_timeout=2), out=out), say=said.append)
    assert code == 1
    assert sum(line.startswith("ok") for line in said) == 1
    return out


def test_each_fault_has_its_own_outcome_and_the_good_run_is_good(bad_day: Path):
    found = [(run["notebook"], run["outcome"]) for run in manifest(bad_day)["runs"]]
    assert found == [
        ("raises", "failed"),
        ("dies", "kernel_died"),
        ("good", "invalid"),
        ("hangs", "timed_out"),
        ("refuses", "invalid"),
        ("silent", "failed"),
        ("absent", "invalid"),
        ("good", "ok"),
    ]


def test_only_what_the_infrastructure_broke_is_tried_again(bad_day: Path):
    assert {run["attempts"] for run in manifest(bad_day)["runs"]} == {0, 1}


def test_a_page_of_a_fault_names_cell_message_and_how_to_run_it_again(bad_day: Path):
    for run in manifest(bad_day)["runs"]:
        if run["outcome"] == "ok":
            continue
        page = (bad_day / "latest" / run["page"]).read_text(encoding="utf-8")
        assert f"--only {run['id']}" in page
        assert run["error"]["message"].split()[0].strip("<") in page
    raises = (bad_day / "latest" / manifest(bad_day)["runs"][0]["page"]).read_text(encoding="utf-8")
    assert "<code>1 / 0</code>" in raises
    assert "division by zero" in raises


def test_the_command_to_run_it_again_does_so_wherever_it_was_run_from(tmp_path: Path):
    (tmp_path / "notebooks").mkdir()
    notebook(tmp_path / "notebooks", "bad", "1 / 0 if y == 'it is' else y", parameters="x = 1\ny = ''")
    out = tmp_path / "a folder"
    options = runner.Options(suite=suite(tmp_path, "bad"), out=out, given={"y": "it is"}, quiet=True)
    assert runner.run(options, say=lambda line: None) == 1
    first = manifest(out)["runs"][0]
    command = shlex.split(first["again"])
    assert command[:3] == ["erqi", "report", "run"]
    words = [sys.executable, "-c", "from erqi.cli import main; main()", *command[1:]]
    again = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert again.returncode == 1, "it ran, and failed as before"
    assert manifest(out)["runs"][0]["reason"] == "forced"
    assert manifest(out)["runs"][0]["id"] == first["id"]
    page = (out / "latest" / first["page"]).read_text(encoding="utf-8")
    assert first["again"] in html.unescape(page)


def test_text_never_becomes_markup_or_a_path(bad_day: Path):
    for page in (bad_day / "latest").glob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert "<script>alert" not in text, page.name
        assert "<img src=x" not in text, page.name
    names = {path.name for path in (bad_day / "latest").iterdir()}
    assert not any(".." in name or "<" in name for name in names)
    assert not (bad_day.parent / "x").exists()
    assert "../../x" in (bad_day / "latest" / "index.html").read_text(encoding="utf-8")


def test_the_index_tells_what_is_stale_and_the_summary_is_readable_by_people_and_programs(bad_day: Path):
    index = (bad_day / "latest" / "index.html").read_text(encoding="utf-8")
    assert "Stale reports" in index
    assert "1 of 8 good" in index
    assert "kernel died" in (bad_day / "latest" / "summary.txt").read_text(encoding="utf-8")
    assert (bad_day / "latest" / "summary.json").exists()
    assert len((bad_day / "latest" / "run.log").read_text(encoding="utf-8").splitlines()) == 8


def test_a_kernel_that_cannot_start_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "notebooks").mkdir()
    notebook(tmp_path / "notebooks", "good")
    tries = []
    real = execute._attempt

    def flaky(task: execute.Task):
        tries.append(task.id)
        return {"outcome": "kernel_died", "error": {}, "retry": True} if len(tries) < 2 else real(task)

    monkeypatch.setattr(execute, "_attempt", flaky)
    assert runner.run(runner.Options(suite=suite(tmp_path, "good"), out=tmp_path / "out", quiet=True)) == 0
    assert manifest(tmp_path / "out")["runs"][0]["attempts"] == 2


@pytest.fixture
def published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> runner.Options:
    """A suite of one run that is published once, with the notebook itself left out."""
    (tmp_path / "notebooks").mkdir()
    notebook(tmp_path / "notebooks", "good")
    done = {"outcome": "ok", "key_figures": [], "page": "<html></html>"}
    monkeypatch.setattr(execute, "_attempt", lambda task: dict(done))
    options = runner.Options(suite=suite(tmp_path, "good"), out=tmp_path / "out", quiet=True, force=True)
    assert runner.run(options) == 0
    return options


def test_a_second_schedule_says_so_and_leaves_with_its_own_code(published: runner.Options):
    before = os.readlink(published.out / "latest")
    with FileLock(published.out / ".lock"):
        command = [sys.executable, "-c", "from erqi.cli import main; main()", "report", "run"]
        command += ["--suite", str(published.suite), "--out", str(published.out)]
        second = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert second.returncode == runner.LOCKED, second.stderr
    assert "another run holds" in second.stdout
    assert os.readlink(published.out / "latest") == before


@pytest.mark.parametrize("nth", range(1, 9))
def test_a_full_disk_loses_nothing_that_was_there(published: runner.Options, monkeypatch, nth: int):
    before = os.readlink(published.out / "latest")
    pages = {path.name: path.read_bytes() for path in (published.out / "latest").iterdir()}
    writes = []
    real = Path.write_text

    def full(path: Path, *args, **kwargs):
        writes.append(path)
        if len(writes) >= nth:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(path, *args, **kwargs)

    monkeypatch.setattr(Path, "write_text", full)
    said: list[str] = []
    code = runner.run(published, say=said.append)
    monkeypatch.undo()
    if len(writes) >= nth:
        assert code == runner.FAILED
        assert "No space left" in said[-1]
        assert os.readlink(published.out / "latest") == before
    assert {path.name: path.read_bytes() for path in (published.out / before).iterdir()} == pages
    assert not list((published.out / "history").glob(".new-*"))


def test_a_page_that_cannot_be_kept_is_an_outcome_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(execute, "_attempt", lambda task: {"outcome": "ok", "key_figures": [], "page": "x"})
    (tmp_path / "notebooks").mkdir()
    notebook(tmp_path / "notebooks", "good")
    out = tmp_path / "out"
    (out / ".cache").mkdir(parents=True)
    (out / ".cache" / "runs").write_text("a file where a folder should be", encoding="utf-8")
    assert runner.run(runner.Options(suite=suite(tmp_path, "good"), out=out, quiet=True)) == 1
    assert manifest(out)["runs"][0]["error"]["kind"] == "disk"


def test_a_reports_folder_that_cannot_be_written_is_invalid_input(tmp_path: Path):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="reports folder"):
        runner.run(runner.Options(suite=suite(tmp_path, "good"), out=tmp_path / "file" / "out"))


def test_killed_at_fifty_random_moments_latest_is_the_old_report_or_the_new(tmp_path: Path):
    command = [sys.executable, "-m", "tests.publishing", str(tmp_path), "50", str(int(time.time()))]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    whole, reports = map(int, done.stdout.split())
    assert whole == 50
    assert reports > 5, "the kills came too early to be a test"


def test_the_switch_is_one_step(tmp_path: Path):
    for name in ("history/a", "history/b"):
        (tmp_path / name).mkdir(parents=True)
        publish.switch(tmp_path, tmp_path / name)
        assert os.readlink(tmp_path / "latest") == name


def test_failing_once_keeps_the_last_good_page_within_reach(published: runner.Options, monkeypatch):
    broken = {"outcome": "failed", "error": {"kind": "E", "message": "m"}}
    monkeypatch.setattr(execute, "_attempt", lambda task: dict(broken))
    assert runner.run(published) == 1
    run = manifest(published.out)["runs"][0]
    assert (published.out / "latest" / run["last_good"]["page"]).read_text(encoding="utf-8") == "<html></html>"
    assert run["stale"] == "failed"
    assert runner.run(published) == 1
    assert manifest(published.out)["runs"][0]["last_good"], "also after the second failure"
    assert outcomes(published.out) == {"good": "failed"}
