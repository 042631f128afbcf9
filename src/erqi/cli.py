"""The command line: parse, call, print."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

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


def main() -> None:
    """Run the command line; input that cannot be used is one line and exit code 2."""
    try:
        app()
    except InputError as error:
        print(f"erqi: {error}", file=sys.stderr)
        sys.exit(2)
