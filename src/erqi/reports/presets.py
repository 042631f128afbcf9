"""Scenario presets: small YAML files of differences from the defaults of ``04_scenarios``."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from erqi.analysis.scenarios import Assumptions
from erqi.errors import InputError
from erqi.paths import NOTEBOOKS
from erqi.reports import params

FOLDER = NOTEBOOKS / "scenarios"
ORDER = (
    "document",
    "base_rate",
    "partial",
    "bounce_back",
    "build_back_better",
    "no_recovery",
    "renewed_lockdown",
    "city_proxy",
    "price_surge",
)


def names(folder: Path = FOLDER) -> list[str]:
    """Names of the presets: those that ship in their order, then the reader's own."""
    found = sorted(path.stem for path in folder.glob("*.yml"))
    return [*(n for n in ORDER if n in found), *(n for n in found if n not in ORDER)]


def load(name: str, folder: Path = FOLDER) -> dict[str, Any]:
    """The differences that a preset, or a YAML file, holds.

    Raises
    ------
    InputError
        If there is no such preset, it is not a mapping, or a value is not one that the notebook takes.
    """
    path = Path(name) if name.endswith((".yml", ".yaml")) else folder / f"{name}.yml"
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        raise InputError("scenario", "name", name, "a YAML file, or one of " + ", ".join(names(folder))) from None
    if not isinstance(values, dict):
        raise InputError(path, "content", values, "a mapping of parameters to values")
    defaults = params.check("04_scenarios", {}).model_dump()
    whole = {k: float(v) if isinstance(defaults.get(k), float) and type(v) is int else v for k, v in values.items()}
    params.check("04_scenarios", whole)
    return whole


def assumptions(parameters: Any, name: str = "") -> Assumptions:
    """The assumptions of a run: the preset, then every parameter that was given another value than its default.

    Parameters
    ----------
    parameters : model of ``04_scenarios``
        As ``params.validate`` returned it.
    name : str
        Another preset instead of the run's own, taken as it stands.
    """
    defaults = params.check("04_scenarios", {}).model_dump()
    given = {k: v for k, v in parameters.model_dump().items() if v != defaults[k]}
    return Assumptions.of(defaults | load(name or parameters.scenario) | ({} if name else given))


def save(name: str, differences: Mapping[str, Any], folder: Path = FOLDER) -> Path:
    """Write a preset that the notebook, papermill (``-f``) and the suite take by name.

    Raises
    ------
    InputError
        If the name is not a plain word, or belongs to a preset that ships.
    """
    if not re.fullmatch(r"\w{1,60}", name) or name in ORDER:
        raise InputError("scenario", "name", name, "a new name of letters, digits and _")
    params.check("04_scenarios", differences)
    path, part = folder / f"{name}.yml", folder / f".{name}.part"
    part.write_text(yaml.safe_dump(dict(differences), allow_unicode=True, sort_keys=False), encoding="utf-8")
    os.replace(part, path)
    return path
