"""The command line: parse, call, print."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from erqi.errors import InputError

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__, pretty_exceptions_enable=False)


@app.callback()
def erqi() -> None:
    """Turn a Chinese government plan report into evidence."""


@app.command()
def read(
    files: Annotated[list[Path], typer.Argument(help="reports: .txt, .html, .docx or text .pdf")],
    out: Annotated[Path, typer.Option(help="folder for mentions and observations, as CSV and Parquet")],
    jobs: Annotated[int, typer.Option(min=1, help="processes")] = 1,
) -> None:
    """Read reports into the tables mentions and observations."""
    from erqi import tables

    tables.read_documents(files, out, jobs=jobs)


@app.command()
def build(
    paths: Annotated[list[Path] | None, typer.Argument(help="reports or folders of them; data/raw if none")] = None,
    out: Annotated[Path | None, typer.Option(help="the package's folder; data/processed by default")] = None,
    jobs: Annotated[int, typer.Option(min=1, help="processes")] = 1,
    version: Annotated[str, typer.Option(help="version of the data; the one that is there by default")] = "",
) -> None:
    """Publish all tables as a data package; only new and changed reports are read."""
    from erqi import tables
    from erqi.paths import PROCESSED

    print(tables.build(paths or [], out or PROCESSED, jobs=jobs, version=version))


@app.command()
def diff(
    old: Annotated[Path, typer.Argument(help="folder of the old package")],
    new: Annotated[Path, typer.Argument(help="folder of the new package")],
    as_json: Annotated[bool, typer.Option("--json", help="with every key that differs")] = False,
) -> None:
    """Say which rows were added, removed and changed, and which version step that asks for."""
    import json

    from erqi.tables.diff import diff as compare

    found = compare(old, new)
    print(json.dumps(found.as_dict(), ensure_ascii=False, indent=1) if as_json else found)


@app.command()
def coverage(
    paths: Annotated[list[Path], typer.Argument(help="reports or folders of .txt reports")],
    out: Annotated[Path | None, typer.Option(help="CSV file of the subjects that the codebook does not know")] = None,
    top: Annotated[int, typer.Option(min=0, help="how many of them to show")] = 30,
    jobs: Annotated[int, typer.Option(min=1, help="processes")] = 1,
) -> None:
    """Say how many observations have an indicator, and which frequent subjects have none."""
    from erqi.tables.coverage import coverage as count
    from erqi.tables.coverage import read as observe
    from erqi.tables.coverage import show

    found = count(observe(paths, jobs))
    show(found, top)
    if out:
        found.unmatched.to_csv(out, index=False, lineterminator="\n")


export = typer.Typer(no_args_is_help=True, help="Write the tables for other systems.")
app.add_typer(export, name="export")


@export.command("sdmx-csv")
def export_sdmx_csv(
    out: Annotated[Path, typer.Option(help="the file to write")] = Path("observations.sdmx.csv"),
    data: Annotated[Path | None, typer.Option(help="the package's folder; data/processed by default")] = None,
) -> None:
    """Write the observations as SDMX-CSV 2.0."""
    from erqi.tables.sdmx import sdmx_csv

    print(f"{sdmx_csv(out, data)} observations, {out}")


report = typer.Typer(no_args_is_help=True, help="Plan, run and keep the reports of notebooks/suite.yml.")
app.add_typer(report, name="report")

Only = Annotated[list[str] | None, typer.Option("--only", help="id, notebook or part; * and ? match")]
Failed = Annotated[bool, typer.Option("--failed", help="only what failed last time")]
Force = Annotated[bool, typer.Option("--force", help="also what is up to date")]
Reports = Annotated[list[str] | None, typer.Option("--document", "-d", help="a report of your own: run all on it")]
Given = Annotated[list[str] | None, typer.Option("--parameter", "-p", help="NAME=VALUE, for all that have it")]
Language = Annotated[str, typer.Option("--language", help="zh or en")]
SuiteFile = Annotated[Path | None, typer.Option("--suite", help="another suite file")]
Out = Annotated[Path | None, typer.Option("--out", help="another folder than reports/")]


def _options(suite: Path | None, out: Path | None, given: list[str] | None, **rest: Any) -> Any:
    from erqi.reports.runner import Options

    listed = {k: tuple(v) if isinstance(v, list) else v for k, v in rest.items()}
    chosen: dict[str, Any] = {"suite": suite, "out": out} | listed
    return Options(given=_values(given or []), **{k: v for k, v in chosen.items() if v is not None})


def _values(given: list[str]) -> dict[str, Any]:
    import yaml

    pairs = [one.partition("=") for one in given]
    for name, sign, _ in pairs:
        if not sign:
            raise InputError("command line", "--parameter", name, "NAME=VALUE")
    return {name: yaml.safe_load(value) if value else "" for name, _, value in pairs}


@report.command("run")
def report_run(
    only: Only = None,
    failed: Failed = False,
    jobs: Annotated[int, typer.Option(min=0, help="at once; as many as processors by default")] = 0,
    force: Force = False,
    fail_fast: Annotated[bool, typer.Option("--fail-fast", help="stop at the first failure")] = False,
    documents: Reports = None,
    given: Given = None,
    language: Language = "",
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="say only what failed")] = False,
    cluster: Annotated[str, typer.Option(help="address of a Dask scheduler")] = "",
    share: Annotated[str, typer.Option(help="fsspec address that all workers reach")] = "",
    suite: SuiteFile = None,
    out: Out = None,
) -> None:
    """Run what is new or changed, and switch reports/latest.

    Exit code: 0 all good, 1 some run failed, 2 invalid input, 3 nothing matched, 4 another run is going on.
    """
    from erqi.reports import runner

    options = _options(
        suite, out, given, only=only, failed=failed, jobs=jobs, force=force, fail_fast=fail_fast,
        documents=documents, language=language, quiet=quiet, cluster=cluster, share=share,
    )  # fmt: skip
    raise typer.Exit(runner.run(options))


@report.command("plan")
def report_plan(
    only: Only = None,
    failed: Failed = False,
    force: Force = False,
    documents: Reports = None,
    given: Given = None,
    language: Language = "",
    suite: SuiteFile = None,
    out: Out = None,
) -> None:
    """List the runs with what would be done, and why."""
    from erqi.reports import runner

    options = _options(suite, out, given, only=only, failed=failed, force=force, documents=documents, language=language)
    book, planned = runner.plan(options)
    for one in planned:
        print(
            f"{one.action:<8} {one.run.id} {one.run.title[language or book.language]} ({one.run.fault or one.reason})"
        )
    raise typer.Exit(0 if any(one.action != "skip" for one in planned) else runner.NOTHING)


@report.command("list")
def report_list(suite: SuiteFile = None, out: Out = None) -> None:
    """List the runs with the outcome of the last time."""
    from erqi.reports import runner

    book, planned = runner.plan(_options(suite, out, None))
    for one in planned:
        last = f"{one.before['outcome']} {one.before['executed']}" if one.before else "never run"
        print(f"{one.run.id} {one.run.part:<12} {one.run.notebook:<22} {one.run.title[book.language]}: {last}")


@report.command("describe")
def report_describe(notebook: str, language: Language = "en") -> None:
    """Show the parameters of a notebook: type, default, allowed values, meaning."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from erqi.reports import params

    rows = params.describe(Path(notebook).stem, language or "en")
    table = Table(*rows[0], title=Path(notebook).stem)
    for row in rows:
        table.add_row(*(Text(str(value)) for value in row.values()))
    Console().print(table)


@report.command("prune")
def report_prune(
    keep: Annotated[int, typer.Option(min=1, help="how many of the newest reports stay")], out: Out = None
) -> None:
    """Remove old reports and the results that no report left uses."""
    from erqi.paths import REPORTS
    from erqi.reports import runner

    print(f"{runner.prune(out or REPORTS, keep)} removed")


@app.command("panel")
def panel_command(
    paths: Annotated[list[Path], typer.Argument(help="reports, or folders of them")],
    out: Annotated[Path, typer.Option(help="CSV to write: one row for each target with what came of it")],
    jobs: Annotated[int, typer.Option(min=1, help="processes")] = 1,
    index: Annotated[Path | None, typer.Option(help="CSV that names area and level of each document_id")] = None,
) -> None:
    """Pair the targets of one report with the outcomes in the next."""
    from erqi.tables import panel

    table = panel.collect(paths, jobs=jobs, index=index)
    panel.write(table, out)
    print(f"{len(table)} targets with an outcome, {table['area'].nunique()} areas, {out}")


@app.command()
def gate() -> None:
    """Back-test the base-rate model on target_outcomes; exit code 1 if it may not be published."""
    from erqi import load
    from erqi.analysis import scoring

    verdict = scoring.gate(load("target_outcomes"))
    print(verdict.drop(columns="evidence").to_string(index=False, float_format="{:.3f}".format))
    raise typer.Exit(0 if verdict["passed"].all() else 1)


def main() -> None:
    """Run the command line; input that cannot be used is one line and exit code 2."""
    try:
        app()
    except InputError as error:
        print(f"erqi: {error}", file=sys.stderr)
        sys.exit(2)
