"""Two versions of a package: what came, went and changed, and which step the version takes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from erqi.errors import InputError
from erqi.tables import build
from erqi.tables.diff import diff
from tests.test_build import erqi, report


@pytest.fixture
def old(tmp_path: Path) -> Path:
    folder = tmp_path / "reports"
    folder.mkdir()
    report(folder, "yunjiang_2022")
    report(folder, "beishan_2022", level="district", area="北山区", spaces=150)
    build([folder], tmp_path / "old", version="1.4.2")
    return tmp_path / "old"


def rebuilt(old: Path, **changes) -> Path:
    folder = old.parent / "reports"
    if changes:
        report(folder, **changes)
    build([folder], old.parent / "new")
    return old.parent / "new"


def edited(old: Path, edit) -> Path:
    """Copy a package and edit its descriptor, as a later code version would have written it."""
    new = rebuilt(old)
    descriptor = new / "datapackage.json"
    package = json.loads(descriptor.read_text())
    edit({resource["name"]: resource for resource in package["resources"]}, package)
    descriptor.write_text(json.dumps(package))
    return new


def test_the_same_twice_asks_for_no_step(old):
    found = diff(old, rebuilt(old))
    assert (found.tables, found.step, found.version) == ((), "none", "1.4.2")


def test_a_new_report_is_a_minor_step_and_its_rows_are_listed(old):
    found = diff(old, rebuilt(old, name="anhe_2022", area="安河市"))
    assert (found.step, found.version) == ("minor", "1.5.0")
    sources = next(table for table in found.tables if table.name == "sources")
    assert (sources.added, sources.removed, sources.changed) == (("anhe_2022",), (), ())


def test_a_value_that_changed_in_a_row_that_stays_is_a_patch_with_its_column(old):
    new = rebuilt(old)
    sources = (new / "sources.csv").read_text(encoding="utf-8")
    (new / "sources.csv").write_text(sources.replace("云江市,,city", "云江市,,district"), encoding="utf-8")
    edited_hash = json.loads((new / "datapackage.json").read_text())
    edited_hash["resources"][0]["hash"] = "sha256:other"
    (new / "datapackage.json").write_text(json.dumps(edited_hash))
    found = diff(old, new)
    assert (found.step, found.version) == ("patch", "1.4.3")
    assert found.tables[0].changed == ("yunjiang_2022",)
    assert found.tables[0].columns == {"level": 1}


def test_rows_that_are_gone_are_a_major_step(old):
    (old.parent / "reports" / "beishan_2022.txt").unlink()
    found = diff(old, rebuilt(old))
    assert (found.step, found.version) == ("major", "2.0.0")
    assert next(t for t in found.tables if t.name == "sources").removed == ("beishan_2022",)


@pytest.mark.parametrize(
    ("edit", "step", "said"),
    [
        (lambda r, p: r["mentions"]["schema"]["fields"].pop(), "major", "column hedge is gone"),
        (
            lambda r, p: r["mentions"]["schema"]["fields"].append({"name": "page", "type": "integer"}),
            "minor",
            "page is new",
        ),
        (lambda r, p: r["mentions"]["schema"]["fields"][2].update(type="number"), "major", "integer became number"),
        (lambda r, p: r["mentions"]["schema"]["fields"][2].update(unit="byte"), "major", "code point became byte"),
        (lambda r, p: r["mentions"]["schema"]["fields"].reverse(), "major", "another order"),
        (lambda r, p: kinds(r).append("range"), "minor", "codes new: range"),
        (lambda r, p: kinds(r).remove("ordinal"), "major", "codes gone: ordinal"),
        (lambda r, p: p["resources"].remove(r["pairs"]), "major", "the table is gone"),
        (lambda r, p: p["resources"].append({**r["pairs"], "name": "more"}), "minor", "a new table"),
        (lambda r, p: r["pairs"].update(title="Other words"), "none", ""),
    ],
)
def test_what_breaks_users_is_major_and_what_adds_is_minor(old, edit, step, said):
    found = diff(old, edited(old, edit))
    assert found.step == step
    assert said in " ".join(text for table in found.tables for text in table.structure)


def kinds(resources: dict) -> list[str]:
    return next(f for f in resources["mentions"]["schema"]["fields"] if f["name"] == "kind")["constraints"]["enum"]


def test_a_table_that_was_empty_can_be_compared(old):
    new = edited(old, lambda r, p: r["pairs"].update(hash="sha256:other"))
    pairs = (new / "pairs.csv").read_text(encoding="utf-8")
    (old / "pairs.csv").write_text(pairs.splitlines()[0] + "\n", encoding="utf-8")
    found = next(table for table in diff(old, new).tables if table.name == "pairs")
    assert (len(found.added), found.step) == (len(pairs.splitlines()) - 1, "minor")


def test_the_command_says_it_in_lines_and_as_json(old):
    new = rebuilt(old, name="anhe_2022", area="安河市")
    said = erqi("diff", old, new).stdout
    assert "sources: 1 added, 0 removed, 0 changed" in said
    assert said.splitlines()[-1] == "step: minor; next version 1.5.0"
    assert json.loads(erqi("diff", old, new, "--json").stdout)["step"] == "minor"


def test_a_folder_without_a_package_is_refused(old, tmp_path):
    with pytest.raises(InputError, match="a data package"):
        diff(old, tmp_path)
