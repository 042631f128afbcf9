"""A parameter is data: every way of giving one is checked by the same model."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from erqi.errors import InputError
from erqi.reports import params

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
ALL = sorted(params.specification())


@pytest.mark.parametrize("notebook", ALL)
def test_defaults_are_valid_and_every_parameter_is_described(notebook: str):
    model = params.check(notebook, {})
    for name, spec in params.specification()[notebook].items():
        assert spec["zh"], name
        assert spec["en"], name
        assert spec["source"], name
        for one in spec.get("one_of", ()):
            assert type(one) is type(spec["default"]), f"{name}: {one!r} was read as another type"
        assert getattr(model, name) is not None


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"n_draws": 5}, "n_draws is 5; expected a whole number from 1000 to 1000000"),
        ({"seed": "a"}, "seed is a; expected a whole number"),
        ({"n_draws": 2000.5}, "n_draws is 2000.5; expected a whole number"),
        ({"allow_hindsight": 1}, "allow_hindsight is 1; expected true or false"),
        ({"around_pp": True}, "around_pp is True; expected a number from"),
        ({"around_pp": float("nan")}, "around_pp is nan; expected a number from"),
        ({"language": "de"}, "language is de; expected one of zh, en"),
        ({"langauge": "zh"}, "unknown parameter langauge is zh; expected a known name, perhaps language"),
        ({"as_of": "last spring"}, "as_of is last spring; expected a date"),
        ({"data_dir": "/no/such/folder"}, "data_dir is /no/such/folder; expected an existing folder"),
        (
            {"fan_levels": "90,30"},
            "fan_levels is 90,30; expected numbers from 1 to 99, separated by commas, increasing",
        ),
    ],
)
def test_a_wrong_parameter_is_one_line_with_field_value_and_range(given: dict, said: str):
    with pytest.raises(InputError) as caught:
        params.validate("01_growth", given)
    assert str(caught.value).startswith(f"01_growth: {said}")
    assert "\n" not in str(caught.value)


def test_a_path_or_text_with_an_equals_sign_or_markup_stays_text():
    with pytest.raises(InputError, match="a=b"):
        params.validate("01_growth", {"sector_shares_file": "a=b<script>"})


def test_identity_is_the_notebook_and_all_its_validated_parameters():
    as_given = params.canonical(params.check("01_growth", {}))
    spelled_out = params.canonical(params.check("01_growth", as_given))
    assert params.digest("01_growth", as_given) == params.digest("01_growth", spelled_out)
    close = [params.canonical(params.check("01_growth", {"around_pp": value})) for value in (0.5, 0.51)]
    assert len({params.digest("01_growth", one) for one in close}) == 2
    assert params.digest("01_growth", as_given) != params.digest("02_target_feasibility", as_given)


def test_the_check_can_be_repeated_by_hand_after_later_cells_have_made_names_of_their_own():
    cells = [
        "",
        "seed: int = 7  # help",
        "# Parameters\nn_draws = 5000",
        "P = validate('01_growth', globals())",
        "x = 3",
    ]
    live = {"In": cells, "Out": {}, "seed": 7, "n_draws": 5000, "x": 3, "P": None}
    assert params.validate("01_growth", live).n_draws == 5000
    live["In"] = [*cells[:2], "zap = 1", *cells[2:]]
    live["zap"] = 1
    with pytest.raises(InputError, match="unknown parameter zap"):
        params.validate("01_growth", live)


def test_the_information_date_follows_the_plan_year_unless_it_is_given():
    assert params.check("01_growth", {}).information_date(2022).isoformat() == "2022-06-30"
    assert params.check("01_growth", {"as_of": "2022-12-31"}).information_date(2022).isoformat() == "2022-12-31"


def test_the_table_of_parameters_shows_what_is_in_force():
    table = params.parameter_table(params.check("01_growth", {"around_pp": 1.0}), "en")
    assert table.loc["around_pp", "value"] == 1.0
    assert table.loc["around_pp", "default"] == 0.5
    assert {"type", "allowed", "unit", "meaning", "source"} <= set(table.columns)


@pytest.mark.parametrize("path", [NOTEBOOKS / f"{name}.ipynb" for name in ALL], ids=lambda path: path.stem)
def test_the_parameters_cell_of_a_notebook_says_what_the_model_says(path: Path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    source = "".join(next(c for c in cells if "parameters" in c["metadata"].get("tags", ()))["source"])
    specs, found = params.specification()[path.stem], {}
    for line in ast.parse(source).body:
        assert isinstance(line, ast.AnnAssign), f"{ast.unparse(line)}: name: type = default  # help"
        found[line.target.id] = (ast.unparse(line.annotation), ast.literal_eval(line.value))
    assert found == {name: (type(spec["default"]).__name__, spec["default"]) for name, spec in specs.items()}
