"""`erqi read` and `erqi build`: whole or not at all, in order, the same each time, and only what is new is read."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pyarrow.parquet as parquet
import pytest

from erqi.errors import InputError
from erqi.tables import build, load, read_documents
from erqi.tables.publish import csv_writer
from tests.shared import SHARED, needs_shared

REVIEW = "{area}{year}年国民经济和社会发展计划执行情况与{next}年计划\n一、{year}年计划执行情况\n"
BODY = "地区生产总值达到{gdp}亿元，同比增长{growth}%。新建公共停车泊位{spaces}个。\n"
PLAN = "二、{next}年主要目标\n地区生产总值增长{target}%左右，新增公共停车泊位{wanted}个。\n"


def report(folder: Path, name: str, year: int = 2021, level: str = "city", **figures) -> Path:
    """Write a report of an invented area, with its sidecar."""
    given = {"gdp": 120.5, "growth": 4.2, "spaces": 900, "target": 6, "wanted": 800, "area": "云江市"} | figures
    path = folder / f"{name}.txt"
    path.write_text((REVIEW + BODY + PLAN).format(year=year, next=year + 1, **given), encoding="utf-8")
    sidecar = f"area_name: {given['area']}\nlevel: {level}\nreview_year: {year}\nplan_year: {year + 1}\n"
    path.with_name(f"{name}.meta.yml").write_text(sidecar, encoding="utf-8")
    return path


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    folder = tmp_path / "reports"
    folder.mkdir()
    report(folder, "yunjiang_2022")
    report(folder, "yunjiang_2021", 2020, gdp=110)
    report(folder, "beishan_2022", level="district", area="北山区", spaces=150)
    return folder


def snapshot(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Every file of a folder with the time of its last change and its bytes."""
    return {
        str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def erqi(*arguments: object, **more) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-c", "from erqi.cli import main; main()", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        **more,
    )


# erqi read


def test_several_files_go_to_one_pair_of_tables_in_their_order(reports, tmp_path):
    files = [reports / f"{name}.txt" for name in ("yunjiang_2022", "beishan_2022", "yunjiang_2021")]
    read_documents(files, tmp_path / "out")
    mentions = load("mentions", tmp_path / "out")
    assert list(mentions["document_id"].unique()) == [path.stem for path in files]
    assert mentions["mention_id"].is_unique
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        f"{name}.{kind}" for name in ("mentions", "observations") for kind in ("csv", "parquet")
    }


def test_csv_is_utf8_with_newlines_only_and_numbers_as_a_person_writes_them(reports, tmp_path):
    read_documents([reports / "yunjiang_2022.txt"], tmp_path)
    raw = (tmp_path / "observations.csv").read_bytes()
    assert b"\r" not in raw
    assert raw.endswith(b"\n")
    rows = {row["quote"]: row for row in csv.DictReader(raw.decode("utf-8").splitlines())}
    gdp = next(row for quote, row in rows.items() if "120.5亿元" in quote)
    assert (gdp["value"], gdp["lower"], gdp["upper"]) == ("12050000000", "12045000000", "12055000000")
    assert not any(row[column].endswith(".0") for row in rows.values() for column in ("value", "lower", "upper"))


def test_any_character_of_a_text_survives_in_csv(tmp_path):
    path = tmp_path / "table.csv"
    row = ["a\rb", "c\r\nd", 'e"f', "g,h", " i ", "\x0b", None]
    with path.open("w", encoding="utf-8", newline="") as handle:
        csv_writer(handle).writerow(row)
    assert path.read_bytes().endswith(b"\n")
    assert not path.read_bytes().endswith(b"\r\n")
    read = pd.read_csv(path, header=None, keep_default_na=False, dtype=str).iloc[0]
    assert list(read) == [*row[:-1], ""]


def test_two_processes_write_the_same_bytes_as_one(reports, tmp_path):
    files = sorted(reports.glob("*.txt"))
    for jobs in (1, 2):
        read_documents(files, tmp_path / str(jobs), jobs=jobs)
    for name in ("mentions.csv", "observations.csv", "mentions.parquet", "observations.parquet"):
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes()


def test_the_text_of_a_page_is_kept_beside_the_tables_since_offsets_refer_to_it(tmp_path):
    page = tmp_path / "bulletin.html"
    page.write_text("<html><body><h1>2021年公报</h1><p>完成投资375.1亿元。</p></body></html>", encoding="utf-8")
    read_documents([page], tmp_path / "out")
    text = (tmp_path / "out" / "bulletin.txt").read_bytes().decode()
    for row in load("mentions", tmp_path / "out").itertuples():
        assert text[row.start : row.end] == row.text


@pytest.mark.parametrize("bad", [b"", b"\x89PNG\r\n" + bytes(300), None])
def test_one_bad_file_leaves_the_folder_as_it_was(reports, tmp_path, bad):
    out = tmp_path / "out"
    read_documents([reports / "yunjiang_2022.txt"], out)
    before = snapshot(out)
    wrong = reports / "wrong.txt"
    if bad is not None:
        wrong.write_bytes(bad)
    with pytest.raises(InputError):
        read_documents([reports / "beishan_2022.txt", wrong], out)
    assert snapshot(out) == before
    with pytest.raises(InputError):
        read_documents([wrong], tmp_path / "fresh" / "folder")
    assert not (tmp_path / "fresh").exists()
    assert not list(tmp_path.glob(".erqi-*"))


def test_a_fault_in_a_second_process_is_the_same_one_line(reports, tmp_path):
    (reports / "wrong.txt").write_bytes(b"")
    with pytest.raises(InputError) as caught:
        read_documents(sorted(reports.glob("*.txt")), tmp_path / "out", jobs=2)
    assert caught.value.field == "file"
    assert not (tmp_path / "out").exists()


def test_two_files_with_one_stem_are_refused(reports, tmp_path):
    other = tmp_path / "yunjiang_2022.html"
    other.write_text("<p>增长7%。</p>", encoding="utf-8")
    with pytest.raises(InputError, match="stem of its own"):
        read_documents([reports / "yunjiang_2022.txt", other], tmp_path / "out")


def test_a_folder_that_cannot_be_written_is_one_line_and_exit_code_2(reports, tmp_path):
    (tmp_path / "file").write_text("no folder")
    done = erqi("read", reports / "yunjiang_2022.txt", "--out", tmp_path / "file")
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert "expected a folder that can be written" in done.stderr
    assert (tmp_path / "file").read_text() == "no folder"


def test_the_command_is_silent_where_nobody_watches(reports, tmp_path):
    done = erqi("read", *sorted(reports.glob("*.txt")), "--out", tmp_path / "out", "--jobs", 2)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


# erqi build


def test_a_folder_of_reports_becomes_one_package_with_a_part_for_each_report(reports, tmp_path):
    built = build([reports], tmp_path / "out")
    assert (built.read, built.kept, built.gone) == (3, 0, 0)
    parts = sorted(
        str(p.relative_to(tmp_path / "out")) for p in (tmp_path / "out").rglob("parts/observations/**/*.parquet")
    )
    assert parts == [
        "parts/observations/level=city/year=2021/yunjiang_2021.parquet",
        "parts/observations/level=city/year=2022/yunjiang_2022.parquet",
        "parts/observations/level=district/year=2022/beishan_2022.parquet",
    ]
    whole = parquet.read_table(tmp_path / "out" / "observations.parquet")
    assert sum(parquet.read_metadata(tmp_path / "out" / part).num_rows for part in parts) == len(whole)


def test_building_again_touches_nothing(reports, tmp_path):
    build([reports], tmp_path / "out")
    before = snapshot(tmp_path / "out")
    built = build([reports], tmp_path / "out")
    assert (built.read, built.kept) == (0, 3)
    assert snapshot(tmp_path / "out") == before


def test_a_new_report_adds_its_rows_and_touches_no_part_of_another(reports, tmp_path):
    build([reports], tmp_path / "out")
    before, old = snapshot(tmp_path / "out" / "parts"), load("observations", tmp_path / "out")
    report(reports, "anhe_2022", area="安河市")
    built = build([reports], tmp_path / "out")
    assert (built.read, built.kept) == (1, 3)
    after, new = snapshot(tmp_path / "out" / "parts"), load("observations", tmp_path / "out")
    assert {name for name in after if after[name] != before.get(name)} == {"state.json"} | {
        name for name in after if "anhe_2022" in name
    }
    kept = new[new["document_id"] != "anhe_2022"].reset_index(drop=True)
    pd.testing.assert_frame_equal(kept, old)


def test_an_incremental_build_holds_the_same_as_one_from_nothing(reports, tmp_path):
    build([reports], tmp_path / "grown")
    report(reports, "anhe_2022", area="安河市")
    (reports / "yunjiang_2021.txt").unlink()
    built = build([reports], tmp_path / "grown")
    assert (built.read, built.kept, built.gone) == (1, 2, 1)
    build([reports], tmp_path / "fresh")
    grown, fresh = (
        {name: content for name, (_, content) in snapshot(tmp_path / folder).items()} for folder in ("grown", "fresh")
    )
    assert grown == fresh


@pytest.mark.parametrize("change", ["text", "sidecar"])
def test_a_changed_source_is_noticed_by_its_hash(reports, tmp_path, change):
    build([reports], tmp_path / "out")
    report(reports, "beishan_2022", level="district" if change == "text" else "province", area="北山区", spaces=151)
    if change == "sidecar":
        report(reports, "beishan_2022", level="province", area="北山区", spaces=150)
    built = build([reports], tmp_path / "out")
    assert (built.read, built.kept) == (1, 2)
    mentions = load("mentions", tmp_path / "out")
    beishan = mentions[mentions["document_id"] == "beishan_2022"]
    assert ("151" in set(beishan["number"])) == (change == "text")
    level = "district" if change == "text" else "province"
    assert [p.parts[-3] for p in (tmp_path / "out" / "parts" / "mentions").rglob("beishan*")] == [f"level={level}"]


def test_a_part_that_was_lost_is_made_again(reports, tmp_path):
    build([reports], tmp_path / "out")
    before = snapshot(tmp_path / "out")
    next((tmp_path / "out" / "parts" / "mentions").rglob("*.parquet")).unlink()
    assert build([reports], tmp_path / "out").read == 1
    assert {n: c for n, (_, c) in snapshot(tmp_path / "out").items()} == {n: c for n, (_, c) in before.items()}


def test_ids_survive_another_run_and_more_documents(reports, tmp_path):
    build([reports / "yunjiang_2022.txt"], tmp_path / "one")
    build([reports], tmp_path / "three")
    one, three = (load("observations", tmp_path / name) for name in ("one", "three"))
    own = three[three["document_id"] == "yunjiang_2022"]
    assert list(own["observation_id"]) == list(one["observation_id"])
    assert list(own["mention_id"].dropna()) == list(one["mention_id"].dropna())


def test_a_bad_report_leaves_the_package_as_it_was(reports, tmp_path):
    build([reports], tmp_path / "out")
    before = snapshot(tmp_path / "out")
    (reports / "scan.txt").write_bytes(bytes(1000))
    with pytest.raises(InputError):
        build([reports], tmp_path / "out")
    assert snapshot(tmp_path / "out") == before


def test_files_of_others_in_the_folder_stay_and_texts_of_documents_that_are_gone_go(reports, tmp_path):
    (tmp_path / "out" / "text").mkdir(parents=True)
    for name in ("CHANGELOG.md", "text/notes.txt"):
        (tmp_path / "out" / name).write_text("ours")
    for name in ("yunjiang_2022", "beishan_2022"):
        built = build([reports / f"{name}.txt"], tmp_path / "out")
    assert built.gone == 1
    assert (tmp_path / "out" / "CHANGELOG.md").read_text() == "ours"
    assert {path.name for path in (tmp_path / "out" / "text").iterdir()} == {"notes.txt", "beishan_2022.txt"}


def test_a_folder_without_reports_is_refused(tmp_path):
    with pytest.raises(InputError, match="no reports"):
        build([tmp_path], tmp_path / "out")


def test_the_version_stays_until_another_is_given(reports, tmp_path):
    build([reports], tmp_path / "out", version="2.3.0")
    assert build([reports], tmp_path / "out").version == "2.3.0"
    assert json.loads((tmp_path / "out" / "datapackage.json").read_text())["version"] == "2.3.0"


@needs_shared
@pytest.mark.skipif(os.environ.get("ERQI_QUICK") == "1", reason="the whole corpus takes a quarter of a minute")
def test_the_corpus_becomes_a_package_and_stays_the_same_when_built_again(tmp_path):
    built = build([SHARED / "corpus"], tmp_path, jobs=2)
    assert built.read == len(list((SHARED / "corpus").glob("*.txt")))
    assert built.rows["sources"] == built.read
    assert load("sources", tmp_path)["level"].value_counts().to_dict() == {
        "province": 61,
        "national": 52,
        "district": 7,
        "city": 3,
    }
    assert build([SHARED / "corpus"], tmp_path).read == 0
