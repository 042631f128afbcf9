"""Speed and memory as ratios, on this machine and in this run.

    python -m tests.bench                    # everything
    python -m tests.bench runs --rounds 3    # one part: runs, cost, reading, package, scenarios

`runs` compares the runner with the plain command lines (papermill, then nbconvert, one notebook after the other) on
the same notebook and the same parameters, in alternation, so that a busy machine disturbs both alike.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from subprocess import DEVNULL

import yaml

from tests.shared import SHARED

BIN = Path(sys.executable).parent
QUIET = os.environ | {"PYTHONWARNINGS": "ignore"}
GOALS = {3: 0.27, 20: 0.14}


def _clock(*commands: list[str], cwd: Path) -> float:
    """Seconds that commands take one after the other."""
    start = time.perf_counter()
    for command in commands:
        subprocess.run(command, cwd=cwd, check=True, capture_output=True, env=QUIET)
    return time.perf_counter() - start


def _peak(*commands: list[str], cwd: Path, of: str = "") -> float:
    """The largest memory, in MB, of all processes of commands side by side, or of those with a word in their name.

    Never in a timed run: adding up the pages of processes takes processor time of its own.
    """
    going = [subprocess.Popen(c, cwd=cwd, env=QUIET, stdout=DEVNULL, stderr=DEVNULL) for c in commands]
    peak = 0.0
    while any(one.poll() is None for one in going):
        peak = max(peak, _memory(os.getpid(), of))
        time.sleep(0.1)
    assert not any(one.returncode for one in going), commands
    return peak


def _memory(root: int, of: str = "") -> float:
    """Proportional set size of all descendants, in MB: pages that forks share count once."""
    parents = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(status.parent.name)] = int(status.read_text().rpartition(")")[2].split()[1])
        except (OSError, IndexError):
            continue
    family, grown = set(), True
    while grown:
        new = {pid for pid, parent in parents.items() if parent == root or parent in family} - family
        family, grown = family | new, bool(new)
    total = 0.0
    for pid in family:
        try:
            if of not in Path(f"/proc/{pid}/cmdline").read_text():
                continue
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except OSError:
            continue
        total += int(rollup.split("Pss:")[1].split()[0]) / 1024
    return total


def _suite(folder: Path, number: int) -> list[str]:
    runs = [
        {
            "notebook": "rep",
            "parameters": {"data_path": "data.csv"},
            "grid": {"title": [f"T{i}" for i in range(number)]},
        }
    ]
    file = folder / "nb" / "suite.yml"
    file.write_text(yaml.safe_dump({"title": "bench", "language": "en", "parts": [{"id": "a", "runs": runs}]}))
    return [str(BIN / "erqi"), "report", "run", "--suite", str(file), "--out", str(folder / "out"), "--force", "-q"]


def _plain(number: int) -> list[list[str]]:
    commands = []
    for i in range(number):
        given = ["-p", "data_path", "data.csv", "-p", "title", f"T{i}"]
        commands.append([str(BIN / "papermill"), "-k", "python3", "rep.ipynb", f"out_{i}.ipynb", *given])
        commands.append([str(BIN / "jupyter"), "nbconvert", "--to", "html", f"out_{i}.ipynb"])
    return commands


def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="erqi-bench-"))
    (folder / "nb").mkdir()
    for name in ("rep.ipynb", "data.csv"):
        shutil.copy(SHARED / "bench" / name, folder / "nb")
    return folder


def runs_benchmark(rounds: int = 3, numbers: tuple[int, ...] = (3, 20)) -> None:
    """Runner against command lines, in alternation; then memory of both; then an unchanged suite."""
    folder = _folder()
    for number in numbers:
        ours, plain = [], []
        for _ in range(rounds):
            ours.append(_clock(_suite(folder, number), cwd=folder))
            plain.append(_clock(*_plain(number), cwd=folder / "nb"))
        ratio = statistics.median(ours) / statistics.median(plain)
        pairs = ", ".join(f"{one / other:.3f}" for one, other in zip(ours, plain, strict=True))
        print(
            f"{number} runs: {statistics.median(ours):.1f} s against {statistics.median(plain):.1f} s, "
            f"ratio {ratio:.3f} (goal {GOALS.get(number, 0):.2f}), median of {rounds} (pair by pair {pairs})",
            flush=True,
        )
    number = max(numbers)
    whole, kernels = _peak(_suite(folder, number), cwd=folder), _peak(_suite(folder, number), cwd=folder, of="warm.py")
    two = [command for command in _plain(2) if "papermill" in command[0]]
    plain_whole, plain_kernels = (_peak(*two, cwd=folder / "nb", of=word) for word in ("", "ipykernel_launcher"))
    print(
        f"memory of {number} runs: {whole:.0f} MB, of which kernels and their parent {kernels:.0f} MB; "
        f"two ordinary kernels side by side {plain_kernels:.0f} MB, with their commands {plain_whole:.0f} MB"
    )
    cached = [word for word in _suite(folder, numbers[0]) if word != "--force"]
    _clock(cached, cwd=folder)
    print(f"unchanged suite: {statistics.median(_clock(cached, cwd=folder) for _ in range(3)):.2f} s (goal 1.5)")
    shutil.rmtree(folder)


def cost_benchmark(numbers: tuple[int, ...] = (1, 20, 200)) -> None:
    """Seconds and storage per run, as the suite grows."""
    folder = _folder()
    for number in numbers:
        took = _clock(_suite(folder, number), cwd=folder)
        shown = (folder / "out" / "latest").resolve()
        size = sum(path.stat().st_size for path in shown.iterdir()) / number / 1024
        good = json.loads((shown / "run.json").read_text())["good"]
        print(f"{number} runs ({good} good): {took / number:.2f} s and {size:.0f} KB a run", flush=True)
    shutil.rmtree(folder)


PARTS = {
    "runs": ("", "runs_benchmark", ()),
    "cost": ("", "cost_benchmark", ()),
    "reading": ("tests.bench_reading", "reading_benchmark", ()),
    "package": ("tests.bench_package", "package_benchmark", (300,)),  # 10,000 take half an hour, by that module itself
    "scenarios": ("tests.bench_scenarios", "scenario_benchmark", ()),
}


def main() -> None:
    """Run the parts that were asked for, or all."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; all if none is named")
    parser.add_argument("--rounds", type=int, default=3, help="alternations in `runs`")
    parser.add_argument("--numbers", type=int, nargs="+", help="how many runs at a time in `runs` and `cost`")
    asked = parser.parse_args()
    if unknown := set(asked.parts) - set(PARTS):
        parser.error(f"{', '.join(sorted(unknown))}: not one of {', '.join(PARTS)}")
    for part in asked.parts or PARTS:
        module, name, arguments = PARTS[part]
        print(f"== {part}", flush=True)
        numbers = {"numbers": tuple(asked.numbers)} if asked.numbers else {}
        if part in ("runs", "cost") and not (SHARED / "bench").is_dir():
            print(f"not measured: {SHARED / 'bench'} is missing")
        elif part == "runs":
            runs_benchmark(asked.rounds, **numbers)
        elif part == "cost":
            cost_benchmark(**numbers)
        else:
            try:
                benchmark = getattr(importlib.import_module(module), name)
            except (ImportError, AttributeError) as error:
                print(f"not measured: {error}")
                continue
            if figures := benchmark(*arguments):
                print(json.dumps(figures, indent=1, default=str))


if __name__ == "__main__":
    main()
