"""The manifest, the folder that it becomes, and the switch: the old report or the new one, never a mixture."""

from __future__ import annotations

import json
import os
import platform
import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import erqi
from erqi.reports import pages, params, runner, suite
from erqi.reports.runner import BAD, GOOD, Options, Planned
from erqi.reports.suite import Suite, both


def _comparison(one: Planned, result: dict[str, Any]) -> dict[str, Any] | None:
    """The good result that a run is measured against: the last one that came from other inputs."""
    before = one.before
    if before is None:
        return None
    if before["outcome"] in BAD or before["outcome"] == "skipped":
        return before.get("last_good")
    if before["key"] == one.run.key:
        return before.get("compared")
    return _as_good(before)


def _as_good(entry: dict[str, Any]) -> dict[str, Any]:
    figures = {figure["id"]: figure["value"] for figure in entry["key_figures"]}
    return {"executed": entry["executed"], "key": entry["key"], "figures": figures}


def _entry(one: Planned, result: dict[str, Any], stamp: str) -> dict[str, Any]:
    run, before, outcome = one.run, one.before, result["outcome"]
    good = outcome in GOOD
    compared = _comparison(one, result)
    last_good = None
    if not good and before:
        last_good = _as_good(before) if before["outcome"] in GOOD else before.get("last_good")
    figures = []
    for figure in result.get("key_figures", ()):
        old = compared["figures"].get(figure["id"]) if compared else None
        numbers = all(isinstance(value, int | float) for value in (old, figure["value"]))
        figures.append(figure | {"old": old, "difference": figure["value"] - old if numbers else None})
    page = f"{run.notebook}-{run.id}.html"
    if last_good:
        last_good = last_good | {"page": f"{run.notebook}-{run.id}-last.html"}
    words = ("skipped", "unrun") if outcome == "skipped" else ("failed", "never")
    stale = "" if good else words[not last_good]
    return {
        "id": run.id,
        "notebook": run.notebook,
        "part": run.part,
        "title": run.title,
        "document": run.document,
        "document_title": "",
        "parameters": run.parameters,
        "changed": {k: v for k, v in run.changed.items() if k not in ("data_dir", "document", "language")},
        "outcome": outcome,
        "reason": one.reason,
        "before": before["outcome"] if before else "",
        "news": one.action in ("run", "invalid") and outcome != "skipped",
        "key": run.key,
        "inputs": run.inputs,
        "duration": result.get("duration"),
        "attempts": result.get("attempts", 0),
        "executed": result.get("executed", stamp if good else ""),
        "page": page if outcome != "skipped" else (last_good or {}).get("page", ""),
        "key_figures": figures,
        "compared": compared,
        "last_good": last_good,
        "stale": stale,
        "error": result.get("error"),
    }


def manifest(
    options: Options, book: Suite, planned: Sequence[Planned], done: dict[str, dict[str, Any]], started: str
) -> dict[str, Any]:
    """``run.json``: the one record from which index, changes and summary are rendered."""
    finished = runner.now()
    past = runner.history(options.out)
    runs = [
        _entry(one, done.get(one.run.id, {"outcome": "skipped"}), finished)
        | {"again": runner.again(options, one.run.id)}
        for one in planned
    ]
    documents = runner.documents_of(planned)
    titles = {d["source"]: d["title"] or d["document_id"] for d in documents}
    for entry in runs if len(documents) > 1 else ():
        entry["document_title"] = titles.get(entry["document"], entry["document"] and Path(entry["document"]).stem)
    outcomes = {entry["outcome"] for entry in runs}
    code = runner.INVALID if "invalid" in outcomes else runner.OK
    code = runner.FAILED if outcomes & (set(BAD) - {"invalid"}) else code
    here = {entry["id"] for entry in runs}
    return {
        "schema": runner.SCHEMA,
        "title": both(
            ", ".join(d["title"] or d["document_id"] for d in documents[:3]) if options.documents else book.title
        ),
        "language": options.language or book.language,
        "status": "failed" if code else "ok",
        "exit_code": code,
        "good": sum(entry["outcome"] in GOOD for entry in runs),
        "total": sum(entry["outcome"] != "skipped" for entry in runs),
        "started": started,
        "finished": finished,
        "stale_after_days": book.stale_after_days,
        "stale": any(entry["stale"] for entry in runs),
        "version": erqi.__version__,
        "code": suite.code_hash()[:8],
        "python": platform.python_version(),
        "packages": suite.versions(),
        "documents": documents,
        "dataset": _dataset(planned, options.out),
        "notes": [],
        "parts": [{"id": part.id, "title": both(part.title)} for part in book.parts],
        "runs": runs,
        "previous": {key: past[0][key] for key in ("stamp", "finished", "status")} if past else None,
        "gone": [entry["title"] for entry in past[0]["runs"] if entry["id"] not in here] if past else [],
        "history": [
            {key: old.get(key, "") for key in ("stamp", "finished", "status", "good", "total")} for old in past[:20]
        ],
    }


def _dataset(planned: Sequence[Planned], out: Path) -> dict[str, Any] | None:
    """The published tables that the runs read, as search engines want them said; none if they are only a reading."""
    folder = next((one.data for one in planned if one.data and (one.data / "datapackage.json").is_file()), None)
    if folder is None:
        return None
    base = f"{os.path.relpath(folder, out / 'latest')}/"
    made_of = {"package": suite.file_hash(folder / "datapackage.json"), "code": suite.code_hash(), "base": base}
    kept = out / ".cache" / f"dataset-{params.digest('dataset', made_of)}.json"
    if not kept.exists():  # kept, since its room takes a second to import
        from erqi.tables.package import json_ld

        kept.parent.mkdir(exist_ok=True)
        kept.write_text(json.dumps(json_ld(folder, base)), "utf-8")
    return runner._read(kept)


def _fetch(options: Options, key: str, target: Path) -> None:
    """Bring a page from the store; linked where the file system can, so that history costs little."""
    if options.share:
        import fsspec

        files, root = fsspec.url_to_fs(runner._store(options))
        files.get_file(f"{root}/{key[:2]}/{key}.html", str(target))
        return
    source = Path(runner._store(options), key[:2], f"{key}.html")
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def publish(options: Options, made: dict[str, Any], new: Path) -> Path:
    """Fill the new folder, name it, and switch ``latest`` to it in one step.

    Returns
    -------
    Path
        ``latest``.
    """
    out = options.out
    stamp = made["finished"].replace("-", "").replace(":", "").replace("+0000", "Z")
    number = 0
    while (out / "history" / (name := f"{stamp}-{number}")).exists():
        number += 1
    made["stamp"] = name
    for entry in made["runs"]:
        if entry["outcome"] in GOOD:
            _fetch(options, entry["key"], new / entry["page"])
        elif entry["last_good"]:
            try:
                _fetch(options, entry["last_good"]["key"], new / entry["last_good"]["page"])
            except OSError:
                entry["page"] = "" if entry["outcome"] == "skipped" else entry["page"]
                entry["last_good"] = None
                entry["stale"] = "unrun" if entry["outcome"] == "skipped" else "never"
    _marked_texts(options, made, new)
    (new / "run.json").write_text(json.dumps(made, ensure_ascii=False, indent=1), "utf-8")
    (new / "summary.json").write_text(json.dumps(_summary(made), ensure_ascii=False, indent=1), "utf-8")
    for entry in made["runs"]:
        if entry["outcome"] in BAD:
            (new / entry["page"]).write_text(pages.failure_page(made, entry), "utf-8")
    for file, content in pages.site(made).items():
        (new / file).write_text(content, "utf-8")
    place = out / "history" / name
    os.replace(new, place)
    switch(out, place)
    return out / "latest"


def switch(out: Path, place: Path) -> None:
    """Let ``latest`` point to another folder of the history, atomically."""
    latest, link = out / "latest", out / f".latest-{os.getpid()}"
    if latest.is_dir() and not latest.is_symlink():
        os.replace(latest, out / "history" / f"0-before-{os.getpid()}")
    with suppress(FileNotFoundError):
        link.unlink()
    link.symlink_to(place.relative_to(out), target_is_directory=True)
    os.replace(link, latest)


def _summary(made: dict[str, Any]) -> dict[str, Any]:
    """The part of the manifest that another program wants."""
    keys = ("id", "notebook", "outcome", "stale", "page", "document", "parameters", "duration", "error")
    of_figure = ("id", "value", "old", "difference", "unit")
    runs = [
        {key: entry[key] for key in keys}
        | {"key_figures": [{key: figure[key] for key in of_figure} for figure in entry["key_figures"]]}
        for entry in made["runs"]
    ]
    head = ("stamp", "status", "exit_code", "good", "total", "started", "finished", "version")
    return {key: made[key] for key in head} | {"runs": runs}


def _marked_texts(options: Options, made: dict[str, Any], new: Path) -> None:
    """Each document's text with every figure marked, where that page can be made; kept, since it takes a while."""
    for document in made["documents"]:
        data, name = Path(document.pop("data")), runner.plan_page(document["source"])
        if (new / name).exists():
            continue
        about = [suite.folder_hash(data), suite.code_hash(), made["language"], document["document_id"]]
        kept = options.out / ".cache" / "plans" / f"{params.digest('plan', {'of': about})}.html"
        try:
            if not kept.exists():
                from erqi.reports import plan_page

                kept.parent.mkdir(parents=True, exist_ok=True)
                draft = kept.with_name(f".{os.getpid()}.html")
                plan_page.write(data, draft, made["language"], document["document_id"])
                os.replace(draft, kept)
            shutil.copyfile(kept, new / name)
            document["page"] = name
        except Exception as error:  # the reports are worth more than this page
            made["notes"].append(f"{name}: {type(error).__name__}: {error}")
