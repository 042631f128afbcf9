"""The suite file becomes runs; each run knows its identity, its inputs and why it would run."""

from __future__ import annotations

import ast
import datetime as dt
import fnmatch
import functools
import glob
import hashlib
import importlib.metadata
import itertools
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

import erqi
from erqi import paths
from erqi.errors import InputError
from erqi.reports import params

PACKAGES = "pandas pyarrow numpy scipy statsmodels matplotlib seaborn papermill nbclient nbconvert ipykernel"
Scalar = bool | int | float | str
Words = dict[str, str] | str


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RunSpec(_Strict):
    notebook: str = Field(pattern=r"^[A-Za-z0-9_-]+$")
    title: Words = ""
    groups: tuple[str, ...] = ()
    parameters: dict[str, Scalar] = {}
    grid: dict[str, list[Scalar]] = {}


class PartSpec(_Strict):
    id: str
    title: Words = ""
    parameters: dict[str, Scalar] = {}
    runs: tuple[RunSpec, ...]


class NotebookSpec(_Strict):
    title: Words = ""
    reads: tuple[str, ...] = ()
    timeout: float = 0
    cell_timeout: float = 0


class Suite(_Strict):
    """``suite.yml``; its comments explain each key."""

    title: Words = "erqi"
    language: str = Field("zh", pattern="^(zh|en)$")
    data: str = "data/processed"
    documents: tuple[str, ...] = ()
    timeout: float = Field(1800, gt=0)
    cell_timeout: float = Field(900, gt=0)
    stale_after_days: int = Field(40, ge=1)
    parameters: dict[str, Scalar] = {}
    groups: dict[str, dict[str, Scalar]] = {}
    notebooks: dict[str, NotebookSpec] = {}
    parts: tuple[PartSpec, ...]


@dataclass(frozen=True)
class Run:
    """One notebook with one set of parameters over one folder of tables.

    ``id`` is the identity: it stands for notebook, validated parameters and document, and never changes with
    their content. ``fault`` says why the run cannot start.
    """

    id: str
    notebook: str
    part: str
    title: dict[str, str]
    document: str
    parameters: dict[str, Any]
    changed: dict[str, Any]
    folder: str
    data_dir: str
    reads: tuple[str, ...]
    timeout: float
    cell_timeout: float
    fault: str = ""
    inputs: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """What the result is kept under: the hash of every input."""
        return hashlib.sha256(json.dumps([self.id, self.inputs], sort_keys=True).encode()).hexdigest()[:32]


def both(words: Words, default: str = "") -> dict[str, str]:
    """Words in both languages, whatever was given."""
    given = {"zh": words, "en": words} if isinstance(words, str) else words
    return {lang: given.get(lang) or given.get("en") or given.get("zh") or default for lang in ("zh", "en")}


def load(path: Path) -> Suite:
    """Read a suite file.

    Raises
    ------
    InputError
        If it cannot be read or says something that the suite model does not know.
    """
    try:
        content = yaml.safe_load(path.read_text("utf-8"))
        return Suite.model_validate(_dates_as_text(content))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputError(path, "suite", " ".join(str(error).split()), "a readable YAML file") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise InputError(path, where or "suite", first["input"], first["msg"].lower()) from None


def _dates_as_text(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _dates_as_text(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_dates_as_text(one) for one in node]
    return node.isoformat() if isinstance(node, dt.date) else node


def _names_in(notebook: Path) -> set[str] | None:
    """Parameters that a notebook without a model of its own declares in its tagged cell."""
    try:
        cells = json.loads(notebook.read_text("utf-8"))["cells"]
    except (OSError, ValueError, KeyError):
        return None
    source = "".join("".join(c["source"]) + "\n" for c in cells if "parameters" in c["metadata"].get("tags", ()))
    return {n.id for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def expand(
    suite: Suite, file: Path, documents: Sequence[str] = (), given: Mapping[str, Any] | None = None
) -> list[Run]:
    """All runs of a suite, in order.

    Parameters
    ----------
    file : Path
        The suite file: notebooks lie beside it, documents are relative to it.
    documents : sequence of str
        Documents that replace those of the suite.
    given : mapping, optional
        Parameters of the command line; each goes to the runs whose notebook has it.
    """
    folder = file.parent.resolve()
    patterns = [str(Path.cwd() / d) for d in documents] or [str(folder / d) for d in suite.documents]
    found = [sorted(glob.glob(p)) or [p] for p in patterns]
    sources: list[str] = list(dict.fromkeys(itertools.chain(*found))) or [""]
    known: set[str] = set()
    runs: dict[str, Run] = {}
    for source, part in itertools.product(sources, suite.parts):
        for spec in part.runs:
            names = set(params.specification().get(spec.notebook, ())) or _names_in(_notebook(folder, spec.notebook))
            known |= names or set()
            for group in spec.groups:
                if group not in suite.groups:
                    raise InputError(file, f"group of {spec.notebook}", group, ", ".join(suite.groups) or "a group")
            shared = {"language": suite.language} | suite.parameters | part.parameters
            for group in spec.groups:
                shared |= suite.groups[group]
            wide = {k: v for k, v in (shared | dict(given or {})).items() if names is None or k in names}
            for point in itertools.product(*spec.grid.values()):
                chosen = dict(zip(spec.grid, point, strict=True))
                values = wide | spec.parameters | chosen | {k: v for k, v in (given or {}).items() if k in wide}
                run = _run(suite, folder, part.id, spec, source, values, names, {k: values[k] for k in chosen})
                runs.setdefault(run.id, run)
    for name, value in (given or {}).items():
        if name not in known:
            raise InputError("command line", f"parameter {name}", value, "a parameter of some notebook of the suite")
    return list(runs.values())


def _notebook(folder: Path, name: str) -> Path:
    return folder / f"{name}.ipynb"


def _run(
    suite: Suite,
    folder: Path,
    part: str,
    spec: RunSpec,
    source: str,
    values: dict[str, Any],
    names: set[str] | None,
    chosen: Mapping[str, Any],
) -> Run:
    about = suite.notebooks.get(spec.notebook, NotebookSpec())
    title = both(spec.title or about.title, spec.notebook)
    if chosen:
        point = ", ".join(f"{key} = {value}" for key, value in chosen.items())
        title = {lang: f"{words} ({point})" for lang, words in title.items()}
    fault, effective = "", dict(values)
    data = Path(suite.data) if Path(suite.data).is_absolute() else folder.parent / suite.data
    modelled = spec.notebook in params.specification()
    try:
        if not _notebook(folder, spec.notebook).is_file():
            raise InputError(folder.name, "notebook", f"{spec.notebook}.ipynb", "an existing notebook")
        if modelled:
            model = params.check(spec.notebook, values | {"data_dir": str(folder), "document": ""})
            effective = params.canonical(model) | {"data_dir": "", "document": values.get("document", "")}
        elif names is not None and (unknown := sorted(set(values) - names)):
            raise InputError(
                spec.notebook, f"unknown parameter {unknown[0]}", values[unknown[0]], ", ".join(sorted(names))
            )
    except InputError as error:
        fault = str(error)
    if modelled:
        effective |= {"data_dir": source or suite.data}
        effective["document"] = effective.get("document") or (Path(source).stem if source else "")
    defaults = {k: s["default"] for k, s in params.specification().get(spec.notebook, {}).items()}
    return Run(
        id=params.digest(spec.notebook, effective if modelled else effective | {"": source}),
        notebook=spec.notebook,
        part=part,
        title=title,
        document=source,
        parameters=effective,
        changed={k: v for k, v in effective.items() if k not in defaults or v != defaults[k]},
        folder=str(folder),
        data_dir=str(data),
        reads=about.reads,
        timeout=about.timeout or suite.timeout,
        cell_timeout=about.cell_timeout or suite.cell_timeout,
        fault=fault,
    )


def matches(run: Run, only: Iterable[str]) -> bool:
    """Whether a run is meant by one of the words: id or its beginning, notebook, part, or a pattern of these."""
    return any(
        run.id.startswith(word)
        or any(fnmatch.fnmatchcase(name, word) for name in (run.notebook, run.part))
        or run.notebook.startswith(word)
        for word in only
        if word
    )


@functools.cache
def file_hash(path: Path) -> str:
    """Sixteen hexadecimal digits of a file's content; empty for a missing file."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    except OSError:
        return ""


def _together(files: Iterable[Path]) -> str:
    return hashlib.sha256("".join(file_hash(path) for path in sorted(files)).encode()).hexdigest()[:16]


@functools.cache
def code_hash() -> str:
    """Everything of the project that a result can depend on, besides tables and notebook."""
    home = Path(erqi.__file__).parent
    code = [p for p in home.rglob("*") if p.suffix in {".py", ".yml", ".css", ".j2", ".json", ".js"}]
    return _together([*code, *(p for p in paths.REFERENCE.rglob("*") if p.is_file())])


@functools.cache
def versions() -> dict[str, str]:
    """Installed versions of the packages that results depend on."""
    found = {}
    for name in PACKAGES.split():
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = ""
    return found


@functools.cache
def notebook_hash(path: Path) -> str:
    """Hash of the cells' sources: outputs and metadata of an editor do not count."""
    cells = json.loads(path.read_text("utf-8"))["cells"]
    text = json.dumps([(c["cell_type"], "".join(c["source"]), c["metadata"].get("tags")) for c in cells])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@functools.cache
def table_hashes(folder: Path, reads: tuple[str, ...]) -> dict[str, str]:
    """Hash of each table that a notebook declares, or of all where it declares none."""
    files = {p.stem: p for suffix in (".csv", ".parquet") for p in sorted(folder.glob(f"*{suffix}"))}
    wanted = reads or tuple(files)
    return {f"table {name}": file_hash(files[name]) if name in files else "" for name in wanted}


def folder_hash(folder: Path) -> str:
    """Hash of all tables of a folder."""
    return hashlib.sha256(json.dumps(table_hashes(folder, ()), sort_keys=True).encode()).hexdigest()[:16]


def inputs_of(run: Run, tables: Path) -> dict[str, str]:
    """All that a result depends on, each part with a name, so that a change can be explained."""
    specs = params.specification().get(run.notebook, {})
    files = {
        f"file {name}": file_hash(Path(str(value)))
        for name, value in run.parameters.items()
        if value and specs.get(name, {}).get("is") == "file"
    }
    if "scenario" in specs:
        files |= {f"preset {p.stem}": file_hash(p) for p in sorted((Path(run.folder) / "scenarios").glob("*.yml"))}
    packages = hashlib.sha256(json.dumps(versions()).encode()).hexdigest()[:16]
    own = {"notebook": notebook_hash(Path(run.folder) / f"{run.notebook}.ipynb"), "code": code_hash()}
    return own | {"packages": packages} | table_hashes(tables, run.reads) | files
