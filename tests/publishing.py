"""Publishes one report after the other, without kernels, until it is killed; the kill test drives it.

    python -m tests.publishing FOLDER KILLS SEED

For each kill a child is forked; the parent kills it at a random moment and looks at ``latest``. It prints the
number of kills after which the report was whole, and how many distinct reports were seen.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import re
import signal
import sys
import time
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

from erqi.reports import execute, pages, publish, runner  # noqa: F401  (imported before the forks)
from tests.suites import notebook, suite


class Stub(Executor):
    """Does at once what a worker would do, with a page that names its generation."""

    def __init__(self, generation: int) -> None:
        self.generation = generation

    def submit(self, function: Any, task: Any, /) -> Future:  # type: ignore[override]
        place = Path(task.store, task.key[:2])
        place.mkdir(parents=True, exist_ok=True)
        page = f"<html>{'x' * 200_000} generation {self.generation}</html>"
        figure = {"id": "a", "unit": "%", "evidence": "arithmetic", "label_zh": "甲", "label_en": "A"}
        result = {"outcome": "ok", "duration": 0.1, "executed": runner.now()}
        result["key_figures"] = [figure | {"value": self.generation, "observation_ids": []}]
        for suffix, text in (("html", page), ("json", json.dumps(result))):
            draft = place / f".{os.getpid()}"
            draft.write_text(text, encoding="utf-8")
            os.replace(draft, place / f"{task.key}.{suffix}")
        done: Future = Future()
        done.set_result(result)
        return done


def fault_in(latest: Path) -> str:
    """What is wrong with a report; empty if it is whole and all of one generation."""
    made = json.loads((latest / "run.json").read_text(encoding="utf-8"))
    seen = {run["key_figures"][0]["value"] for run in made["runs"]}
    for run in made["runs"]:
        page = (latest / run["page"]).read_text(encoding="utf-8")
        if not page.endswith("</html>"):
            return f"{run['page']} is cut off"
        seen |= {int(re.search(r"generation (\d+)", page)[1])}
    index = (latest / "index.html").read_text(encoding="utf-8")
    if not index.rstrip().endswith("</html>") or made["finished"] not in index:
        return "index.html is not of this run.json"
    return "" if len(seen) == 1 else f"generations {sorted(seen)} together"


def main(folder: Path, kills: int, seed: int) -> None:
    """Kill, look, repeat."""
    (folder / "notebooks").mkdir(parents=True, exist_ok=True)
    notebook(folder / "notebooks", "one")
    file = suite(folder, {"notebook": "one", "grid": {"x": [1, 2, 3]}})
    options = runner.Options(suite=file, out=folder / "out", force=True, quiet=True)
    generations = itertools.count()
    assert runner.run(options, Stub(next(generations)), say=lambda line: None) == 0
    dice, whole, reports = random.Random(seed), 0, set()
    for kill in range(kills):
        pid = os.fork()
        if pid == 0:
            for number in itertools.count(1000 * (kill + 1)):
                runner.run(options, Stub(number), say=lambda line: None)
        time.sleep(dice.uniform(0.01, 0.35))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        fault = fault_in(options.out / "latest")
        if fault:
            sys.exit(f"kill {kill}: {fault}")
        whole += 1
        reports.add(os.readlink(options.out / "latest"))
        runner.prune(options.out, 3)
    print(whole, len(reports))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
