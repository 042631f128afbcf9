"""One run, wherever it happens: kernel, outcome, page, and the result put where everyone finds it."""

from __future__ import annotations

import atexit
import datetime as dt
import json
import logging
import os
import re
import shutil
import tempfile
import threading
import time
import traceback
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from erqi.reports import results, suite, warm

RETRIES = 2
_import_lock, _fetch_lock = threading.Lock(), threading.Lock()


@dataclass(frozen=True)
class Task:
    """All that a worker needs; plain data, so that it travels.

    ``store`` and the parameter ``data_dir`` may be fsspec addresses.
    """

    id: str
    key: str
    source: str
    parameters: dict[str, Any]
    folder: str
    store: str
    page: dict[str, Any]
    timeout: float
    cell_timeout: float
    code: str
    again: bool = False
    declares: bool = True


def perform(task: Task) -> dict[str, Any]:
    """Run a notebook and keep page and result in the store; a result that is there already is returned.

    Returns
    -------
    dict
        outcome, duration, attempts, key_figures or error.
    """
    import fsspec

    files, root = fsspec.url_to_fs(task.store)
    place = f"{root}/{task.key[:2]}/{task.key}"
    with suppress(OSError, ValueError):  # what a killed run left half-written counts as missing
        if not task.again:
            return dict(json.loads(files.cat_file(f"{place}.json")))
    if task.code and task.code != suite.code_hash():
        return _failed("failed", "version", "this worker has another version of erqi than the runner")
    start, attempts, record = time.monotonic(), 0, {}
    while attempts <= RETRIES:
        attempts += 1
        record = _attempt(task)
        if not record.pop("retry", False):
            break
        time.sleep(0.2 * attempts)
    executed = dt.datetime.now(dt.UTC).replace(microsecond=0).isoformat()
    record |= {"duration": round(time.monotonic() - start, 3), "attempts": attempts, "executed": executed}
    page = record.pop("page", None)
    if page is not None:
        try:
            files.makedirs(f"{root}/{task.key[:2]}", exist_ok=True)
            for suffix, content in (("html", page), ("json", json.dumps(record, ensure_ascii=False))):
                files.pipe_file(f"{place}.{suffix}", content.encode())
        except OSError as error:
            return record | _failed("failed", "disk", f"the page could not be kept: {error}")
    return record


def _fetched(address: str) -> str:
    """Tables of another machine, copied here once; the last part of the address is their hash."""
    import fsspec

    files, root = fsspec.url_to_fs(address)
    with _fetch_lock:
        place = Path(_own_folder(), root.rsplit("/", 1)[-1])
        if not place.is_dir():
            new = place.with_name(f".{place.name}")
            files.get(f"{root}/", f"{new}/", recursive=True)
            os.replace(new, place)
    return str(place)


@cache
def _own_folder() -> str:
    folder = tempfile.mkdtemp(prefix="erqi-data-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _failed(outcome: str, kind: str, message: str, **more: Any) -> dict[str, Any]:
    return {"outcome": outcome, "error": {"kind": kind, "message": message} | more}


@cache
def _import_papermill() -> None:
    """Import it once, without what it need not take along; another thread may want that at any other time."""
    with warm.lean_papermill():
        import papermill  # noqa: F401


def _attempt(task: Task) -> dict[str, Any]:
    with _import_lock:
        _import_papermill()
    import nbformat
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    from erqi.reports import pages

    with suppress(Exception):  # what is wrong with the page maker is said when a page is due
        pages.prepare()
    book: dict[str, Any] = {}
    node, values = nbformat.reads(task.source, as_version=4), dict(task.parameters)
    if "://" in str(values.get("data_dir", "")):
        values["data_dir"] = _fetched(values["data_dir"])
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # the client of a dead kernel leaves tasks behind
    try:
        done = papermill.execute_notebook(
            _with_parameters(node, values),
            None,
            engine_name="erqi",
            kernel_name="python3",
            progress_bar=False,
            autosave_cell_every=0,
            start_timeout=60,
            execution_timeout=task.cell_timeout,
            run_timeout=task.timeout,
            folder=task.folder if os.path.isdir(task.folder) else tempfile.gettempdir(),
            record=book,
        )
    except PapermillExecutionError as error:
        outcome = "invalid" if error.ename == "InputError" else "failed"
        trace = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(error.traceback))
        return _failed(outcome, error.ename, str(error.evalue), traceback=trace, **book)
    except CellTimeoutError:
        limits = f"{task.cell_timeout:g}", f"{task.timeout:g}"
        return _failed("timed_out", "timeout", "cell {} s, whole run {} s".format(*limits), limits=limits, **book)
    except DeadKernelError as error:
        return _failed("kernel_died", "kernel", str(error), **book)
    except Exception as error:  # whatever broke before the first cell is not the notebook's doing
        kind = type(error).__name__
        broken = _failed("kernel_died", kind, str(error) or kind, traceback=traceback.format_exc(), **book)
        return broken | {"retry": "cell" not in book}
    found = results.collect(done.cells)
    if found is None and task.declares:
        return _failed("failed", "no result", "the notebook finished, but handed no result back")
    try:
        page = pages.run_page(done, task.page)
    except Exception as error:  # an output that cannot be shown must not hide the others
        return _failed("failed", "page", f"{type(error).__name__}: {error}", traceback=traceback.format_exc())
    return {"outcome": "ok", "key_figures": found["key_figures"] if found else [], "page": page}


def _with_parameters(node: Any, parameters: dict[str, Any]) -> Any:
    """Inject parameters where papermill does, but written as a person would, whatever script they are in."""
    from nbformat.v4 import new_code_cell

    tagged = [i for i, cell in enumerate(node.cells) if "parameters" in cell.metadata.get("tags", [])]
    if parameters:
        lines = ["# Parameters", *(f"{name} = {value!r}" for name, value in parameters.items())]
        cell = new_code_cell("\n".join(lines), metadata={"tags": ["injected-parameters"]})
        node.cells.insert(tagged[-1] + 1 if tagged else 0, cell)
    return node
