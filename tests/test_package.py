"""The published folder is a data package that stands on its own, and it is fresh."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import frictionless
import pandas as pd
import pyarrow.parquet as parquet
import pytest
import yaml

import erqi
from erqi.paths import PROCESSED
from erqi.tables import build
from erqi.tables.load import load
from erqi.tables.model import code_lists, model, table
from erqi.tables.package import INPUTS, json_ld
from erqi.tables.sdmx import sdmx_csv, sdmx_period

ROOT = Path(__file__).parents[1]
DESCRIPTOR = json.loads((PROCESSED / "datapackage.json").read_text(encoding="utf-8"))
RESOURCES = {resource["name"]: resource for resource in DESCRIPTOR["resources"]}
# the version of a library may change how it packs a Parquet file or a font, never what stands in it
EMBEDDED = re.compile(rb"base64,[A-Za-z0-9+/=]+")
PACKED = re.compile(r'"path": "\w+\.parquet",[^}]*}')


@pytest.fixture(scope="module")
def again(tmp_path_factory) -> Path:
    """The package made again from data/raw, in a folder that held nothing."""
    out = tmp_path_factory.mktemp("again")
    build([], out, version=DESCRIPTOR["version"])
    return out


def test_the_committed_package_is_what_a_build_makes_today(again):
    made = {str(path.relative_to(again)) for path in again.rglob("*") if path.is_file()}
    kept = {str(path.relative_to(PROCESSED)) for path in PROCESSED.rglob("*") if path.is_file()}
    assert kept - made == {"README.md", "CHANGELOG.md"}
    assert made <= kept
    for name in sorted(made):
        new, old = again / name, PROCESSED / name
        if name.endswith(".parquet"):
            assert parquet.read_table(new).equals(parquet.read_table(old)), name
        elif name == "datapackage.json":
            assert PACKED.sub("", new.read_text()) == PACKED.sub("", old.read_text()), name
        else:
            assert EMBEDDED.sub(b"", new.read_bytes()) == EMBEDDED.sub(b"", old.read_bytes()), (
                f"{name}: run `erqi build`"
            )


def test_its_version_is_the_newest_of_its_changelog_and_of_the_citation():
    newest = re.search(r"^## (\S+)", (PROCESSED / "CHANGELOG.md").read_text(encoding="utf-8"), re.M)[1]
    assert DESCRIPTOR["version"] == newest
    assert yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))["version"] == newest
    assert json.loads((ROOT / ".zenodo.json").read_text(encoding="utf-8"))["version"] == newest


# the descriptor


def test_frictionless_finds_nothing_wrong():
    report = frictionless.Package(str(PROCESSED / "datapackage.json")).validate()
    assert report.valid, report.flatten(["title", "fieldName", "note"])[:5]


@pytest.mark.parametrize("name", list(RESOURCES))
def test_the_parquet_of_a_table_fits_the_schema_of_its_csv(name):
    resource = frictionless.Resource(
        path=f"{name}.parquet",
        basepath=str(PROCESSED),
        schema=frictionless.Schema.from_descriptor({**RESOURCES[name]["schema"], "foreignKeys": []}),
    )
    report = resource.validate()
    assert report.valid, report.flatten(["title", "fieldName", "note"])[:5]


def test_frictionless_does_find_what_is_wrong(again, tmp_path):
    for path in again.iterdir():
        if path.is_file():
            (tmp_path / path.name).write_bytes(path.read_bytes())
    path = tmp_path / "observations.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",actual,", ",promised,", 1), encoding="utf-8")
    errors = frictionless.Package(str(tmp_path / "datapackage.json")).validate().flatten(["type"])
    assert ["constraint-error"] in errors
    assert ["hash-count"] in errors or ["byte-count"] in errors


def test_the_descriptor_says_what_the_standard_and_a_stranger_want():
    assert DESCRIPTOR["$schema"].startswith("https://datapackage.org/profiles/2")
    for key in ("name", "id", "version", "title", "description", "licenses", "sources", "contributors", "keywords"):
        assert DESCRIPTOR[key], key
    assert set(RESOURCES) >= {"sources", "mentions", "observations", "indicators", "pairs", "identities", "standards"}
    for resource in RESOURCES.values():
        assert resource["type"] == "table"
        assert resource["usage_warnings"]
        for file in (resource, *resource["alternates"]):
            assert file["bytes"] == (PROCESSED / file["path"]).stat().st_size
            assert file["hash"].startswith("sha256:")
        schema = resource["schema"]
        assert schema["missingValues"] == [""]
        assert schema["primaryKey"]
        for field in schema["fields"]:
            assert field["description"]
            assert re.search(r"[\u4e00-\u9fff]|ISO", field["description_zh"]), field["name"]


def test_every_code_has_a_label_in_both_languages_and_every_warning_is_of_the_closed_list():
    warnings = {code.code for code in code_lists()["usage_warning"]}
    for wanted in model().values():
        assert set(wanted.warnings) <= warnings
        assert {column.codes for column in wanted.columns} - {""} <= set(code_lists())
    for codes in code_lists().values():
        assert all(code.label_en and code.label_zh for code in codes)


def test_the_columns_of_the_contract_are_there_in_their_order():
    contract = (
        "observation_id mention_id document_id start end quote ref_area subject indicator_id measure value lower upper "
        "unit time_period status bound commitment price_basis note"
    )
    assert table("observations").names == contract.split()
    assert {
        "document_id",
        "mention_id",
        "start",
        "end",
        "text",
        "line",
        "section",
        "kind",
        "number",
        "unit_text",
    } <= set(table("mentions").names)


# one content in two formats


@pytest.mark.parametrize("name", list(RESOURCES))
def test_csv_and_parquet_hold_the_same_and_come_back_unchanged(name, tmp_path):
    both = []
    for kind in ("csv", "parquet"):
        folder = tmp_path / kind
        folder.mkdir()
        (folder / f"{name}.{kind}").write_bytes((PROCESSED / f"{name}.{kind}").read_bytes())
        both.append(load(name, folder))
    pd.testing.assert_frame_equal(*both)
    written = parquet.read_schema(PROCESSED / f"{name}.parquet")
    assert written.equals(table(name).arrow)


def test_every_foreign_key_leads_to_a_row():
    tables = {name: erqi.load(name) for name in RESOURCES}
    for name, data in tables.items():
        for column, there, field in table(name).foreign_keys:
            assert set(data[column].dropna()) <= set(tables[there][field]), (name, column)
    ids = set(tables["observations"]["observation_id"])
    for name in ("pairs", "identities"):
        assert {part for cell in tables[name]["derived_from"].dropna() for part in cell.split()} <= ids


def test_every_slice_of_every_table_is_the_text_between_its_offsets():
    for name, column in (("mentions", "text"), ("observations", "quote")):
        for row in erqi.load(name).itertuples():
            text = (PROCESSED / "text" / f"{row.document_id}.txt").read_bytes().decode("utf-8")
            assert text[row.start : row.end] == getattr(row, column)


def test_the_kept_text_of_the_plan_is_the_plan_byte_for_byte():
    assert (PROCESSED / "text" / "erqi_2022_plan.txt").read_bytes() == (
        ROOT / "data" / "raw" / "erqi_2022_plan.txt"
    ).read_bytes()


# codebook, provenance, JSON-LD


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.ids, self.links, self.language = [], [], ""

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.ids += [given["id"]] if "id" in given else []
        self.links += [given[key] for key in ("href", "src") if key in given]
        self.language = given.get("lang", "") if tag == "html" else self.language


def test_the_codebook_page_stands_alone_and_its_links_lead_somewhere():
    page = Page()
    page.feed((PROCESSED / "codebook.html").read_text(encoding="utf-8"))
    assert page.language == "en"
    assert len(page.ids) == len(set(page.ids))
    for link in page.links:
        assert link.startswith("https://creativecommons.org") or link[1:] in page.ids, link


@pytest.mark.parametrize("suffix", ["md", "html"])
def test_the_codebook_names_every_table_column_code_and_indicator(suffix):
    text = (PROCESSED / f"codebook.{suffix}").read_text(encoding="utf-8")
    for name in RESOURCES:
        assert all(column.name in text and column.description_zh in text for column in table(name).columns)
    assert all(
        code.code in text for codes in code_lists().values() for code in codes if codes != code_lists()["usage_warning"]
    )
    assert all(indicator in text for indicator in erqi.load("indicators")["indicator_id"])


def test_the_record_of_provenance_names_inputs_with_hashes_versions_and_command():
    record = json.loads((PROCESSED / "provenance.json").read_text(encoding="utf-8"))
    document = record["entity"]["document/erqi_2022_plan.txt"]
    assert document["erqi:sha256"] == erqi.load("sources")["sha256"].iloc[0]
    assert record["activity"]["build"]["erqi:command"] == "erqi build raw"
    assert record["agent"][f"erqi-{erqi.__version__}"]["erqi:version"] == erqi.__version__
    entities = set(record["entity"])
    for relation in ("used", "wasGeneratedBy"):
        assert {link["prov:entity"] for link in record[relation].values()} <= entities
    assert str(ROOT) not in json.dumps(record)


def test_every_reference_file_that_reading_and_tables_open_is_recorded():
    opened = set()
    for room in ("reading", "tables"):
        for module in (ROOT / "src" / "erqi" / room).glob("*.py"):
            if module.name not in {"panel.py", "reference.py"}:
                opened |= set(re.findall(r'"(\w+\.(?:csv|yml))"', module.read_text(encoding="utf-8")))
    assert opened - {"index.csv", "sources.csv"} <= set(INPUTS)


def test_json_ld_describes_the_dataset_for_search_engines():
    said = json_ld(PROCESSED)
    assert (said["@context"], said["@type"]) == ("https://schema.org/", "Dataset")
    assert said["license"].startswith("https://creativecommons.org/licenses/by/4.0")
    assert len(said["distribution"]) == 2 * len(RESOURCES)
    assert all(re.fullmatch(r"[0-9a-f]{64}", file["sha256"]) for file in said["distribution"])
    assert json_ld(PROCESSED, "../data/")["distribution"][0]["contentUrl"] == "../data/sources.csv"


# SDMX


def test_the_sdmx_export_maps_every_column_and_loses_nothing(tmp_path):
    count = sdmx_csv(tmp_path / "out.csv")
    observations = erqi.load("observations")
    exported = pd.read_csv(tmp_path / "out.csv", dtype=str, keep_default_na=False)
    assert len(exported) == count == len(observations)
    assert list(exported.columns[:3]) == ["STRUCTURE", "STRUCTURE_ID", "ACTION"]
    names = {column.sdmx: column.name for column in table("observations").columns}
    assert len(names) == len(table("observations").columns)
    back = exported[list(names)].rename(columns=names)
    printed = pd.read_csv(PROCESSED / "observations.csv", dtype=str, keep_default_na=False)
    pd.testing.assert_frame_equal(back.drop(columns="time_period"), printed.drop(columns="time_period"))
    assert list(back["time_period"]) == [sdmx_period(period) for period in printed["time_period"]]


@pytest.mark.parametrize(
    ("iso", "sdmx"),
    [
        ("2021", "2021"),
        ("2021-05", "2021-05"),
        ("2021-01/2021-05", "2021-01-01/P5M"),
        ("2020-11/2021-02", "2020-11-01/P4M"),
        ("2016/2020", "2016-01-01/P5Y"),
        ("", ""),
    ],
)
def test_a_range_of_time_is_written_as_sdmx_writes_it(iso, sdmx):
    assert sdmx_period(iso) == sdmx


# what a stranger can do


def test_the_folder_alone_answers_which_targets_lie_below_what_was_delivered():
    query = re.search(r"```sql\n(.*?)```", (PROCESSED / "README.md").read_text(encoding="utf-8"), re.S)[1]
    answer = duckdb.sql(query.replace("FROM '", f"FROM '{PROCESSED}/").replace("JOIN '", f"JOIN '{PROCESSED}/")).df()
    assert list(answer["pair_id"]) == ["P04", "P05", "P06", "P07", "P08", "P11", "P12", "P13", "P14"]
    parking = answer.set_index("pair_id").loc["P11"]
    assert (parking["delivered_2021"], parking["target_2022"]) == (8331, 6500)
    assert "8331个" in parking["delivered_quote"]
    assert "6500个" in parking["target_quote"]
    shown = (ROOT / "docs" / "data.md").read_text(encoding="utf-8")
    for row in answer.itertuples():
        sign = "−" if row.change < 0 else ""
        assert re.search(rf"\| {row.pair_id} \| {row.grade} \| {row.label_en} \|.*{sign}{abs(row.change):.1f}", shown)
    text = (PROCESSED / "text" / "erqi_2022_plan.txt").read_text(encoding="utf-8")
    for row in answer.itertuples():
        assert all(quote in text for quote in [*row.delivered_quote.split(" / "), row.target_quote])
