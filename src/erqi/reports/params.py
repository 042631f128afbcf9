"""One parameter model per notebook: types, ranges, meaning and where each default comes from.

The models are made from ``parameters.yml``. They check a notebook's ``parameters`` cell, the command line and
the suite file, and feed the widgets and the printed parameter table.
"""

from __future__ import annotations

import ast
import datetime as dt
import difflib
import functools
import hashlib
import itertools
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, create_model

from erqi.errors import InputError
from erqi.figures import labels

if TYPE_CHECKING:
    import pandas as pd

_ROOT = Path(__file__).parents[3]
_FILE = Path(__file__).with_name("parameters.yml")


class Parameters(BaseModel):
    """What every notebook takes; its own model adds the fields of ``parameters.yml``."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    def information_date(self, plan_year: int | None) -> dt.date:
        """The date up to which outside information counts.

        Parameters
        ----------
        plan_year : int or None
            The document's plan year; where it is unknown and no date was given, today counts.
        """
        given: str = getattr(self, "as_of", "")
        if given:
            return dt.date.fromisoformat(given)
        extra: Any = type(self).model_fields["as_of"].json_schema_extra or {}
        return dt.date.fromisoformat(f"{plan_year}-{extra.get('until', '03-31')}") if plan_year else dt.date.today()


@functools.cache
def specification() -> dict[str, dict[str, dict[str, Any]]]:
    """``parameters.yml``: notebook → parameter → default, limits, unit, meaning, source."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    raw = yaml.load(_FILE.read_text("utf-8"), Loader=loader)
    common = raw.pop("common")
    return {notebook: common | (own or {}) for notebook, own in raw.items()}


def allowed(spec: Mapping[str, Any], language: str = "en") -> str:
    """The values that a parameter may take, in words."""
    t = labels.translator("pages", language)
    kind = t(f"may.{type(spec['default']).__name__}")
    if "range" in spec:
        low, high = spec["range"]
        also = t("may.sentinel", value=f"{spec['sentinel']:g}") if "sentinel" in spec else ""
        return t("may.range", kind=kind, low=low, high=high) + also
    for rule in ("one_of", "some_of"):
        if rule in spec:
            return t(f"may.{rule}", values=", ".join(spec[rule]))
    if "numbers" in spec:
        low, high = spec["numbers"]
        return t("may.numbers", low=low, high=high) + (t(f"may.{spec['order']}") if "order" in spec else "")
    if "is" in spec:
        return t(f"may.{spec['is']}")
    return t("may.pattern", pattern=spec["pattern"]) if "pattern" in spec else kind


def _find(value: str) -> Path:
    """A path as given, or from the project's root: notebooks run in their own folder."""
    return Path(value) if Path(value).is_absolute() or Path(value).exists() else _ROOT / value


def _holds(spec: Mapping[str, Any], value: Any) -> bool:
    if "range" in spec:
        low, high = spec["range"]
        return bool(low <= value <= high or value == spec.get("sentinel"))
    if "one_of" in spec:
        return value in spec["one_of"]
    if "some_of" in spec:
        parts = value.split(",")
        return len(set(parts)) == len(parts) and set(parts) <= set(spec["some_of"])
    if "numbers" in spec:
        low, high = spec["numbers"]
        numbers = [float(part) for part in value.split(",")]
        sign = {"increasing": 1, "decreasing": -1}.get(spec.get("order", ""), 0)
        steps = [(b - a) * sign for a, b in itertools.pairwise(numbers)]
        return all(low <= one <= high for one in numbers) and all(step > 0 for step in steps if sign)
    if "is" in spec:
        if value == "":
            return spec["is"] != "folder"
        if spec["is"] == "date":
            return bool(dt.date.fromisoformat(value))
        return _find(value).is_dir() if spec["is"] == "folder" else _find(value).is_file()
    return "pattern" not in spec or re.fullmatch(spec["pattern"], value) is not None


def _validator(spec: Mapping[str, Any]) -> Callable[[Any], Any]:
    def check_one(value: Any) -> Any:
        try:
            good = _holds(spec, value)
        except ValueError:
            good = False
        if not good:
            raise ValueError(allowed(spec))
        return str(_find(value)) if value and spec.get("is") in ("folder", "file") else value

    return check_one


@functools.cache
def model_of(notebook: str) -> type[Parameters]:
    """The parameter model of a notebook.

    Raises
    ------
    InputError
        If ``parameters.yml`` does not know the notebook.
    """
    if notebook not in specification():
        raise InputError(notebook, "notebook", notebook, "one of " + ", ".join(specification()))
    fields: dict[str, Any] = {
        name: (
            Annotated[type(spec["default"]), AfterValidator(_validator(spec))],
            Field(spec["default"], description=spec["en"], json_schema_extra={k: spec[k] for k in spec}),
        )
        for name, spec in specification()[notebook].items()
    }
    return create_model(notebook.title().replace("_", ""), __base__=Parameters, **fields)


def check(notebook: str, values: Mapping[str, Any]) -> Any:
    """Validate parameters that were given as a mapping; defaults fill the rest.

    Raises
    ------
    InputError
        Naming field, value and allowed range, for the first fault.
    """
    model, specs = model_of(notebook), specification()[notebook]
    try:
        made = model.model_validate({"data_dir": specs["data_dir"]["default"]} | dict(values))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = str(first["loc"][0])
        if name not in specs:
            near = difflib.get_close_matches(name, specs, n=1)
            known = f"a known name, perhaps {near[0]}" if near else "one of " + ", ".join(specs)
            raise InputError(notebook, f"unknown parameter {name}", values[name], known) from None
        raise InputError(notebook, name, first["input"], allowed(specs[name])) from None
    for name, spec in specs.items():
        if "at_most" in spec and getattr(made, name) > getattr(made, spec["at_most"]):
            other = f"at most {spec['at_most']}, which is {getattr(made, spec['at_most'])}"
            raise InputError(notebook, name, getattr(made, name), other)
    return made


def _own_names(namespace: Mapping[str, Any]) -> set[str] | None:
    """Names that the cells before the check assign, if this is a live notebook.

    Reading the cells, not the values, keeps the check repeatable by hand in a notebook whose later cells have
    already defined names of their own.
    """
    if "In" not in namespace or "Out" not in namespace:
        return None
    names: set[str] = set()
    for source in namespace["In"]:
        if "validate(" in source:
            break
        try:
            body = ast.parse(source).body
        except SyntaxError:
            continue
        assigned: list[ast.expr] = [line.target for line in body if isinstance(line, ast.AnnAssign)]
        assigned += [target for line in body if isinstance(line, ast.Assign) for target in line.targets]
        if len(assigned) == len(body):
            names |= {target.id for target in assigned if isinstance(target, ast.Name)}
    return names


def validate(notebook: str, namespace: Mapping[str, Any]) -> Any:
    """Check a notebook's parameters; the cell after the ``parameters`` cell.

    Parameters
    ----------
    notebook : str
        File name without suffix.
    namespace : mapping
        ``globals()`` of the notebook, or a plain mapping of parameters.

    Returns
    -------
    Parameters
        The notebook's own model, frozen.

    Raises
    ------
    InputError
        Unknown name, wrong type, or out of range: one line naming field, value and allowed range.
    """
    names = _own_names(namespace)
    return check(notebook, namespace if names is None else {n: namespace[n] for n in names if n in namespace})


def canonical(model: Parameters) -> dict[str, Any]:
    """Parameters for identity and display: complete, and free of this machine's folders."""
    return {
        name: Path(value).relative_to(_ROOT).as_posix()
        if isinstance(value, str) and Path(value).is_absolute() and Path(value).is_relative_to(_ROOT)
        else value
        for name, value in model.model_dump().items()
    }


def digest(notebook: str, values: Mapping[str, Any]) -> str:
    """Twelve hexadecimal digits that stand for a notebook with these parameters."""
    text = json.dumps([notebook, dict(values)], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def describe(notebook: str, language: str = "en") -> list[dict[str, Any]]:
    """One row per parameter: name, type, default, allowed values, unit, meaning, source of the default."""
    model_of(notebook)
    return [
        {
            "name": name,
            "type": type(spec["default"]).__name__,
            "default": spec["default"],
            "allowed": allowed(spec, language),
            "unit": spec.get("unit", ""),
            "meaning": spec[language],
            "source": spec["source"],
        }
        for name, spec in specification()[notebook].items()
    ]


def parameter_table(parameters: Parameters, language: str = "zh") -> pd.DataFrame:
    """The effective values of a run beside default, allowed values and meaning, one row per parameter."""
    import pandas as pd

    notebook = next(name for name in specification() if isinstance(parameters, model_of(name)))
    frame = pd.DataFrame(describe(notebook, language)).set_index("name")
    frame.insert(1, "value", pd.Series(canonical(parameters), dtype=object))
    return frame
