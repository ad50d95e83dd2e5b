"""Rows on stdout in the format that was asked for; everything for people's eyes only goes to stderr."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from infra.exports import writing
from infra.exports.writing import is_range, range_text
from infra.exports.writing import plain as plain

Row = Mapping[str, Any]


class Format(StrEnum):
    """How rows are printed. `table` is for people, the others for programs and keep every column."""

    table = "table"
    json = "json"
    ndjson = "ndjson"
    csv = "csv"


FormatOption = Annotated[
    Format, typer.Option("--format", "-f", help="table for people; json, ndjson, csv for programs.")
]

STYLES = {
    "controlled": "green",
    "joint": "cyan",
    "contested": "yellow",
    "disputed": "bold magenta",
    "vacated": "dim",
    "unknown": "dim",
    "failed": "bold red",
    "coded": "green",
    "retracted": "dim",
    "superseded": "dim",
}
"""A status and its colour, the same on every screen."""


def stderr() -> Console:
    """Progress, notes and errors."""
    return Console(stderr=True, soft_wrap=True, highlight=False)


def stdout() -> Console:
    """Data. A pipe or a file gets a width of its own, so that a table stays a table."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=max(console.width, 120))


def show(rows: Iterable[Row], format: Format, table: "TableView") -> None:
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


class TableView:
    """What a table shows: a title, columns (heading, how to write a row's cell), and what to say of an empty one.

    `as_records` writes rows one below the other, a line a column, for more columns than a terminal has room for.
    """

    def __init__(
        self,
        title: str,
        columns: Sequence[tuple[str, str]],
        empty: str,
        caption: str | None = None,
        as_records: bool = False,
    ) -> None:
        self.title, self.columns, self.empty, self.caption = title, columns, empty, caption
        self.as_records = as_records


def _table(rows: Sequence[Row], view: TableView) -> None:
    if not rows:
        stderr().print(view.empty)
        return
    if view.as_records:
        _records(rows, view)
        return
    table = Table(title=view.title, title_justify="left", caption=view.caption, caption_justify="left")
    for heading, _ in view.columns:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*(_styled(row.get(field)) for _, field in view.columns))
    stdout().print(table)


def _records(rows: Sequence[Row], view: TableView) -> None:
    """Each row as a small table of its own: a line a column, as psql's expanded display has it."""
    for number, row in enumerate(rows, 1):
        table = Table(title=f"{view.title} {number}".strip(), title_justify="left", show_header=False)
        table.add_column(overflow="fold", no_wrap=True)
        table.add_column(overflow="fold")
        for heading, field in view.columns:
            table.add_row(heading, _styled(row.get(field)))
        stdout().print(table)


def _styled(value: Any) -> str:
    text = escape(human(value))
    style = STYLES.get(text)
    return f"[{style}]{text}[/]" if style else text


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
