"""Plan, run, publish: what ``erqi report`` does."""

from __future__ import annotations

import csv
import datetime as dt
import json
import os
import shlex
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Executor, ThreadPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import erqi
from erqi import paths
from erqi.errors import InputError
from erqi.reports import params, suite, warm
from erqi.reports.suite import Run, Suite

GOOD = ("ok", "cached")
BAD = ("failed", "timed_out", "kernel_died", "invalid")
SCHEMA = 2  # of run.json; reports of another one are kept, but not compared with
OK, FAILED, INVALID, NOTHING, LOCKED = 0, 1, 2, 3, 4


@dataclass(frozen=True)
class Options:
    """What the command line says."""

    suite: Path = paths.NOTEBOOKS / "suite.yml"
    out: Path = paths.REPORTS
    only: tuple[str, ...] = ()
    failed: bool = False
    force: bool = False
    fail_fast: bool = False
    jobs: int = 0
    documents: tuple[str, ...] = ()
    given: dict[str, Any] = field(default_factory=dict)
    language: str = ""
    quiet: bool = False
    cluster: str = ""
    share: str = ""


@dataclass(frozen=True)
class Planned:
    """A run, what would be done with it (run, cached, skip, invalid), and why."""

    run: Run
    action: str
    reason: str
    before: dict[str, Any] | None
    data: Path | None


def now() -> str:
    return dt.datetime.now(dt.UTC).replace(microsecond=0).isoformat()


def _read(path: Path) -> dict[str, Any] | None:
    try:
        return dict(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError):
        return None


def history(out: Path) -> list[dict[str, Any]]:
    """The manifests that are kept, newest first."""
    found = (_read(folder / "run.json") for folder in sorted((out / "history").glob("[0-9]*"), reverse=True))
    return [manifest for manifest in found if manifest and manifest.get("schema") == SCHEMA]


def again(options: Options, run_id: str) -> str:
    """The command that runs one run of this suite again, with everything that its identity hangs on."""
    words = ["erqi", "report", "run", "--only", run_id, "--force"]
    for name, place, usual in (("--suite", options.suite, Options.suite), ("--out", options.out, Options.out)):
        words += [name, str(place)] if place != usual else []
    for document in options.documents:
        words += ["--document", document]
    for name, value in options.given.items():
        words += ["--parameter", f"{name}={json.dumps(value, ensure_ascii=False)}"]
    for name, value in (("--language", options.language), ("--share", options.share)):
        words += [name, value] if value else []
    return shlex.join(words)


def _store(options: Options) -> str:
    return f"{options.share.rstrip('/')}/runs" if options.share else str(options.out.resolve() / ".cache" / "runs")


def _kept(options: Options, key: str) -> dict[str, Any] | None:
    """The result under a key, if page and record are both there."""
    if options.share:
        import fsspec

        files, root = fsspec.url_to_fs(_store(options))
        with suppress(OSError, ValueError):
            return dict(json.loads(files.cat_file(f"{root}/{key[:2]}/{key}.json")))
        return None
    record = Path(_store(options), key[:2], f"{key}.json")
    return _read(record) if record.with_suffix(".html").exists() else None


def _tables_of(source: str, out: Path, build: bool) -> Path | None:
    """The tables of a document of its own, kept by content; None if they would have to be made."""
    file = Path(source)
    side = file.with_name(file.stem + ".meta.yml")
    name = suite.file_hash(file)[:8] + suite.file_hash(side)[:4] + suite.code_hash()[:8]
    folder = out / ".cache" / "documents" / name
    if folder.is_dir() or not build:
        return folder if folder.is_dir() else None
    from erqi import tables

    new = folder.with_name(f".{name}-{os.getpid()}")
    try:
        tables.build([file], new)
        os.replace(new, folder)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return folder


def plan(options: Options, build: bool = False) -> tuple[Suite, list[Planned]]:
    """Every run of the suite with what would be done and the reason, in words.

    Parameters
    ----------
    build : bool
        Whether to make the tables of documents that have none yet.
    """
    book = suite.load(options.suite)
    given = dict(options.given) | ({"language": options.language} if options.language else {})
    runs = suite.expand(book, options.suite, options.documents, given)
    past: dict[str, dict[str, Any]] = {}
    for manifest in history(options.out)[:50]:
        for entry in manifest["runs"]:
            past.setdefault(entry["id"], entry)
    folders: dict[str, Path | InputError | None] = {}
    for source in dict.fromkeys(run.document for run in runs if run.document):
        try:
            if not Path(source).is_file():
                raise InputError(source, "document", "missing", "a report that can be read")
            folders[source] = _tables_of(source, options.out, build)
        except InputError as error:
            if options.documents:  # asked for by name: nothing else is worth publishing
                raise
            folders[source] = error
    return book, [
        _planned(run, options, past.get(run.id), folders.get(run.document, Path(run.data_dir))) for run in runs
    ]


def _planned(run: Run, options: Options, before: dict[str, Any] | None, data: Path | InputError | None) -> Planned:
    chosen = not options.only or suite.matches(run, options.only)
    if options.failed:
        chosen = chosen and before is not None and before["outcome"] in BAD
    if run.fault or isinstance(data, InputError):
        reason = run.fault or str(data)
        return Planned(replace(run, fault=reason), "invalid" if chosen else "skip", "cannot start", before, None)
    if data is None:
        return Planned(run, "run" if chosen else "skip", "new document or new code", before, None)
    run = replace(run, inputs=suite.inputs_of(run, data))
    kept = _kept(options, run.key) is not None
    if not chosen:
        return Planned(run, "skip", "not chosen", before, data)
    if options.force:
        return Planned(run, "run", "forced", before, data)
    if kept:
        return Planned(run, "cached", "up to date", before, data)
    if before is None:
        return Planned(run, "run", "new", before, data)
    old = before["inputs"]
    changed = [name for name in sorted({*run.inputs, *old}) if run.inputs.get(name) != old.get(name)]
    last = f"last time: {before['outcome']}" if before["outcome"] in BAD else "its page is no longer kept"
    return Planned(run, "run", f"changed: {', '.join(changed)}" if changed else last, before, data)


def run(options: Options, executor: Executor | None = None, say: Callable[[str], None] = print) -> int:
    """Run what has to run and publish the report; the exit code tells how it went.

    Parameters
    ----------
    executor : concurrent.futures.Executor, optional
        Where runs happen; threads by default, since each has a kernel process of its own.
    say : callable
        Gets the lines that a person reads.

    Returns
    -------
    int
        0 all good, 1 some run failed, 2 invalid input, 3 nothing matched, 4 another run holds the lock.
    """
    from filelock import FileLock, Timeout

    out = options.out
    try:
        (out / "history").mkdir(parents=True, exist_ok=True)
        lock = FileLock(out / ".lock", timeout=0)
        lock.acquire()
    except Timeout:
        say(f"another run holds {out / '.lock'}; this one leaves")
        return LOCKED
    except OSError as error:
        raise InputError(out, "reports folder", error.strerror, "a folder that can be written") from None
    new = out / "history" / f".new-{os.getpid()}"
    try:
        for left in (out / "history").glob(".new-*"):
            shutil.rmtree(left, ignore_errors=True)
        started = now()
        book, planned = plan(options, build=True)
        if not any(one.action != "skip" for one in planned):
            say("nothing matched" if options.only or options.failed else "the suite has no runs")
            return NOTHING
        new.mkdir()
        done = _perform(options, book, planned, executor, new, say)
        from erqi.reports import publish

        manifest = publish.manifest(options, book, planned, done, started)
        place = publish.publish(options, manifest, new)
    except OSError as error:
        say(f"could not be published: {error.strerror or error}; {out / 'latest'} is as it was")
        return FAILED
    finally:
        shutil.rmtree(new, ignore_errors=True)
        lock.release()
    if not options.quiet:
        say(f"{manifest['good']} of {manifest['total']} good: {place / 'index.html'}")
    return int(manifest["exit_code"])


def _perform(
    options: Options,
    book: Suite,
    planned: Sequence[Planned],
    executor: Executor | None,
    folder: Path,
    say: Callable[[str], None],
) -> dict[str, dict[str, Any]]:
    """Results by run id: those that are kept, and those that are made now."""
    done: dict[str, dict[str, Any]] = {}
    todo = []
    for one in planned:
        if one.action == "invalid":
            done[one.run.id] = {"outcome": "invalid", "error": {"kind": "InputError", "message": one.run.fault}}
        elif one.action == "cached":
            done[one.run.id] = (_kept(options, one.run.key) or {}) | {"outcome": "cached"}
        elif one.action == "run":
            todo.append(one)
    with ExitStack() as stack:
        log = stack.enter_context((folder / "run.log").open("w", encoding="utf-8"))
        tell = stack.enter_context(_progress(len(planned), options.quiet, say))

        def note(one: Planned, result: dict[str, Any]) -> None:
            took = f" {result['duration']:.1f} s" if "duration" in result else ""
            why = f" {result['error']['kind']}: {result['error']['message']}" if "error" in result else ""
            line = f"{result['outcome']:<11} {one.run.id} {one.run.title[book.language]}{took}{why} ({one.reason})"
            line = "".join(char if char.isprintable() else " " for char in line)[:400]
            log.write(f"{now()} {line}\n")
            log.flush()
            tell(line, result["outcome"] in BAD)

        for one in planned:
            if one.run.id in done:
                note(one, done[one.run.id])
        if not todo:
            return done
        if executor is None and options.cluster:
            try:
                from distributed import Client
            except ImportError:
                raise InputError("command line", "--cluster", options.cluster, "the extra erqi[cluster]") from None
            executor = stack.enter_context(Client(options.cluster)).get_executor(pure=False, retries=2)
        if executor is None:
            warm.parent()
            executor = stack.enter_context(ThreadPoolExecutor(options.jobs or os.cpu_count() or 1))
        from erqi.reports.execute import perform

        futures = {executor.submit(perform, _task(one, options, book)): one for one in todo}
        for future in as_completed(futures):
            one = futures[future]
            try:
                result = future.result()
            except CancelledError:
                result = {"outcome": "skipped"}
            except Exception as error:  # the worker itself broke, not the notebook
                result = {"outcome": "kernel_died", "error": {"kind": type(error).__name__, "message": str(error)}}
            done[one.run.id] = result
            note(one, result)
            if options.fail_fast and result["outcome"] in BAD:
                for other in futures:
                    other.cancel()
    return done


def _task(one: Planned, options: Options, book: Suite) -> Any:
    from erqi.figures import labels
    from erqi.reports.execute import Task

    run, specs = one.run, params.specification().get(one.run.notebook, {})
    lang = run.parameters.get("language", book.language)
    source = Path(run.folder, f"{run.notebook}.ipynb").read_text("utf-8")
    values = {name: value for name, value in run.changed.items() if name != "data_dir"}
    if specs and one.data and one.data.resolve() != paths.PROCESSED.resolve():
        values["data_dir"] = _shared(one.data, options) if options.share else str(one.data.resolve())
    rows = (
        [row | {"value": run.parameters[row["name"]]} for row in params.describe(run.notebook, lang)] if specs else []
    )
    page = {
        "title": run.title[lang],
        "language": lang,
        "parameters": rows,
        "changed": ", ".join(f"{k} = {v}" for k, v in run.changed.items() if k not in ("data_dir", "document")),
        "plan": plan_page(run.document) if specs else "",
        "foot": labels.translator("pages", lang)("run_foot", version=erqi.__version__, id=run.id),
    }
    return Task(
        id=run.id,
        key=run.key,
        source=source,
        parameters=values,
        folder=run.folder,
        store=_store(options),
        page=page,
        timeout=run.timeout,
        cell_timeout=run.cell_timeout,
        code=suite.code_hash(),
        again=options.force,
        declares=bool(specs) or "hand_back(" in source,
    )


def _shared(data: Path, options: Options) -> str:
    """Put a folder of tables where workers of other machines find it, once."""
    import fsspec

    files, root = fsspec.url_to_fs(f"{options.share.rstrip('/')}/documents/{suite.folder_hash(data)}")
    if not files.exists(root):
        files.put(f"{data}/", f"{root}/", recursive=True)
    return str(files.unstrip_protocol(root))


def plan_page(document: str) -> str:
    """File name of the marked-up text of a document; the suite's own tables have the plain one."""
    return f"plan-{params.digest('plan', {'document': document})}.html" if document else "plan.html"


def documents_of(planned: Sequence[Planned]) -> list[dict[str, Any]]:
    """Title, area, dates of each document, from its tables."""
    found = []
    for document, data in dict.fromkeys((one.run.document, one.data) for one in planned if one.data):
        rows: list[dict[str, str]] = []
        with suppress(OSError), (data / "sources.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        built = ""
        with suppress(OSError):  # the package itself carries no time, so that equal inputs give equal bytes
            moment = (data / "datapackage.json").stat().st_mtime
            built = dt.datetime.fromtimestamp(moment, dt.UTC).replace(microsecond=0).isoformat()
        for row in rows:
            about = {key: row.get(key, "") for key in ("document_id", "title", "area_name", "producer", "plan_year")}
            date = row.get("publication_date") or row.get("plan_year") or ""
            found.append(about | {"date": date, "built": built, "source": document, "page": "", "data": str(data)})
    return found


@contextmanager
def _progress(total: int, quiet: bool, say: Callable[[str], None]) -> Iterator[Callable[[str, bool], None]]:
    """One line per run; on a terminal a bar with the time left below them; only failures when quiet."""
    if quiet or not sys.stdout.isatty():
        yield lambda line, bad: say(line) if bad or not quiet else None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("erqi"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, transient=True) as bar:
        task = bar.add_task("runs", total=total)

        def tell(line: str, bad: bool) -> None:
            bar.console.print(line, markup=False, highlight=False, style="red" if bad else None)
            bar.advance(task)

        yield tell


def prune(out: Path, keep: int) -> int:
    """Remove all but the newest ``keep`` reports, and results that no report left uses.

    Returns
    -------
    int
        Reports removed; the one that ``latest`` shows is never among them.
    """
    from filelock import FileLock

    with FileLock(out / ".lock", timeout=0):
        shown = (out / "latest").resolve().name
        folders = sorted((out / "history").glob("[0-9]*"), reverse=True)
        old = [folder for folder in folders[max(keep, 1) :] if folder.name != shown]
        for folder in old:
            shutil.rmtree(folder)
        used = {entry.get("key") for manifest in history(out) for entry in manifest["runs"]}
        for result in (out / ".cache" / "runs").glob("*/*"):
            if result.stem not in used:
                result.unlink()
    return len(old)
