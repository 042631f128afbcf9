"""Tables come back with their types, and every row leads to its sentence."""

from __future__ import annotations

import subprocess
import sys

import pandas as pd
import pytest

import erqi
from erqi.errors import InputError
from erqi.tables import build
from erqi.tables.model import frame, model, table
from tests.test_build import report


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reports")
    report(folder, "yunjiang_2022")
    out = tmp_path_factory.mktemp("package")
    build([folder / "yunjiang_2022.txt"], out)
    return out


@pytest.mark.parametrize(
    "name", ["sources", "mentions", "observations", "indicators", "pairs", "identities", "standards"]
)
def test_a_table_has_the_columns_and_types_of_the_codebook(package, name):
    data = erqi.load(name, package)
    assert list(data.columns) == table(name).names
    assert {column: str(kind) for column, kind in data.dtypes.items()} == table(name).dtypes


def test_csv_alone_gives_the_same_as_parquet(package, tmp_path):
    for path in package.glob("*.csv"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    for path in tmp_path.glob("*.csv"):
        pd.testing.assert_frame_equal(erqi.load(path.stem, tmp_path), erqi.load(path.stem, package))


def test_an_unknown_table_and_an_empty_folder_are_refused_in_one_line(package, tmp_path):
    with pytest.raises(InputError, match="one of sources, mentions, observations"):
        erqi.load("observation", package)
    with pytest.raises(InputError, match="erqi build"):
        erqi.load("observations", tmp_path)


def test_every_observation_leads_to_its_characters_and_its_sentence(package):
    text = (package / "text" / "yunjiang_2022.txt").read_text(encoding="utf-8")
    for row in erqi.load("observations", package).itertuples():
        place = erqi.locate(row.observation_id, package)
        assert place.text == row.quote == text[row.start : row.end]
        assert place.text in place.sentence
        assert "\n" not in place.sentence
        assert (
            text.splitlines()[place.line - 1].startswith(place.sentence[:4])
            or place.sentence in text.splitlines()[place.line - 1]
        )


def test_a_mention_leads_to_its_place_too(package):
    first = erqi.load("mentions", package).iloc[0]
    place = erqi.locate(first["mention_id"], package)
    assert (place.text, place.line) == (first["text"], first["line"])
    assert "line 1" in str(place)


def test_a_derived_row_leads_there_through_what_it_was_derived_from(package):
    pair = erqi.load("pairs", package).iloc[0]
    sentences = [erqi.locate(row_id, package).sentence for row_id in pair["derived_from"].split()]
    assert len(sentences) >= 2


def test_an_unknown_id_is_refused(package):
    with pytest.raises(InputError, match="the id of an observation"):
        erqi.locate("o0", package)


def test_importing_the_package_does_not_import_pandas():
    code = "import sys, erqi; sys.exit('pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# birth of a table: what the model refuses

GOOD = {"observation_id": "o1", "document_id": "d", "start": 0, "end": 3, "quote": "增长7%"}


@pytest.mark.parametrize(
    ("change", "field", "expected"),
    [
        ({"status": "promised"}, "status", "one of actual, target, scope"),
        ({"measure": "levels"}, "measure", "one of level"),
        ({"quote": ""}, "quote", "a value in every row"),
        ({"start": 3}, "observation_id", "start before end"),
        ({"lower": 2.0, "upper": 1.0}, "observation_id", "lower not above upper"),
        ({"value": "seven"}, "value", "a column of type number"),
        ({"colour": "red"}, "columns", "only observation_id"),
    ],
)
def test_a_row_that_breaks_the_model_is_refused_at_birth_by_name(change, field, expected):
    with pytest.raises(InputError) as caught:
        frame("observations", [GOOD | change])
    assert caught.value.field == field
    assert expected in caught.value.expected
    assert "table observations" in caught.value.where or caught.value.where == "observations"


def test_a_key_that_comes_twice_is_refused():
    with pytest.raises(InputError, match="no key twice"):
        frame("observations", [GOOD, GOOD])


def test_numbers_lose_the_noise_of_binary_floats_at_birth():
    assert frame("observations", [GOOD | {"value": 0.1 + 0.2}])["value"].iloc[0] == 0.3


@pytest.mark.parametrize("name", list(model()))
def test_a_table_without_rows_has_its_columns_and_types(name):
    empty = frame(name, [])
    assert {column: str(kind) for column, kind in empty.dtypes.items()} == table(name).dtypes
