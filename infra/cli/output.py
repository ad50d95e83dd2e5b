"""Rows on stdout in the format that was asked for; everything for people's eyes only goes to stderr."""

import json
import os
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.console import Console

from infra.cli import tables
from infra.cli.tables import Row as Row
from infra.cli.tables import TableView as TableView
from infra.exports import writing
from infra.exports.writing import is_range, range_text
from infra.exports.writing import plain as plain


class Format(StrEnum):
    """How rows are printed. `table` is for people, the others for programs and keep every column."""

    table = "table"
    json = "json"
    ndjson = "ndjson"
    csv = "csv"


FormatOption = Annotated[
    Format, typer.Option("--format", "-f", help="table for people; json, ndjson, csv for programs.")
]


def stderr() -> Console:
    """Progress, notes and errors."""
    return Console(stderr=True, soft_wrap=True, highlight=False)


def stdout() -> Console:
    """Data. A pipe or a file gets a width of its own unless COLUMNS names one, so that a table stays a table."""
    console = Console(highlight=False)
    given = console.is_terminal or os.environ.get("COLUMNS", "").isdigit()
    return console if given else Console(highlight=False, width=max(console.width, 120))


def show(rows: Iterable[Row], format: Format, table: TableView) -> None:
    """Print rows: the view's chosen columns as a table, or all columns for a program."""
    if format is Format.table:
        _table(list(rows), table)
    elif format is Format.ndjson:
        for row in rows:
            print_line(json.dumps(dict(row), ensure_ascii=False, default=plain))
    elif format is Format.json:
        print_line(json.dumps([dict(row) for row in rows], ensure_ascii=False, default=plain, indent=1))
    else:
        _csv(list(rows))


def print_line(text: str) -> None:
    """One line of data."""
    sys.stdout.write(text + "\n")


def _table(rows: Sequence[Row], view: TableView) -> None:
    if rows:
        tables.write(stdout(), rows, view, human)
    else:
        stderr().print(view.empty)


def human(value: Any) -> str:
    """A value as a cell: lists joined, times to the minute, nothing for null."""
    if value is None or value == []:
        return ""
    if isinstance(value, list | tuple):
        return ", ".join(human(v) for v in value)
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return range_text(value) if is_range(value) else str(value)


def _csv(rows: Sequence[Row]) -> None:
    if rows:
        writing.as_csv(sys.stdout, list(rows[0]), rows)
