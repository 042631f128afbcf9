"""The project's own rules: one list of dependencies, rooms that look left, notebooks without outputs."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
ROOMS = ["sources", "reading", "tables", "analysis", "figures", "reports", "cli"]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def dependencies() -> dict[str, str]:
    """Name and bounds of every dependency in pyproject.toml, extras included."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    return {_name(d): re.sub(r"^[\w-]+(\[[^]]*\])?", "", d).strip() for group in groups for d in group}


def _name(requirement: str) -> str:
    return re.match(r"[\w-]+", requirement)[0].lower().replace("_", "-")


def test_environment_yml_names_the_dependencies_of_pyproject():
    listed = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    pip = next(d["pip"] for d in listed if isinstance(d, dict))
    names = [d for d in listed if isinstance(d, str)] + [d for d in pip if not d.startswith("-")]
    conda = {_name(d): re.sub(r"^[\w-]+", "", d).strip() for d in names}
    conda.pop("pip")
    assert conda.pop("python") == tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    assert conda == dependencies()


def test_every_dependency_is_pinned_and_hashed_and_no_index_is_named():
    lock = (ROOT / "requirements.txt").read_text()
    pins = re.findall(r"^([\w.-]+)==([^\s;\\]+)(.*(?:\n    .*)*)", lock, re.M)
    assert all("--hash=sha256:" in rest for _, _, rest in pins)
    assert set(dependencies()) <= {name.lower().replace("_", "-") for name, _, _ in pins}
    assert not re.search(r"https?://|--(extra-)?index-url|--find-links|file:", lock)


def _modules() -> list[Path]:
    return sorted((ROOT / "src" / "erqi").rglob("*.py"))


@pytest.mark.parametrize("module", _modules(), ids=lambda p: str(p.relative_to(ROOT / "src" / "erqi")))
def test_a_room_imports_only_rooms_on_its_left(module: Path):
    room = module.relative_to(ROOT / "src" / "erqi").parts[0].removesuffix(".py")
    if room not in ROOMS:
        return
    right = ROOMS[ROOMS.index(room) + 1 :]
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module] + [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        for name in names:
            parts = name.split(".")
            assert not (parts[0] == "erqi" and len(parts) > 1 and parts[1] in right), f"{module}: {name}"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.name)
def test_notebooks_are_kept_thin_and_without_outputs(path: Path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert len(code) <= 15
    assert all(not cell["outputs"] and cell["execution_count"] is None for cell in code)
    assert "parameters" in code[0]["metadata"].get("tags", [])


def test_the_raw_plan_is_the_one_that_its_sidecar_describes():
    from erqi.sources import load

    document = load(ROOT / "data" / "raw" / "erqi_2022_plan.txt")
    assert document.sha256 == document.sidecar.sha256
    assert len(document.text) == 9454
    for artefact in document.sidecar.artefacts:
        assert all(part in document.text for part in artefact.text.split(" … "))


def test_the_tests_command_of_ci_is_the_one_in_the_readme():
    assert "make test" in (ROOT / ".ci" / "run").read_text()
    assert "make test" in (ROOT / "README.md").read_text()


def test_git_holds_nothing_that_a_run_writes():
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    tracked = subprocess.run(["git", "ls-files", "reports"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert set(tracked.stdout.split()) <= {"reports/README.md"}
