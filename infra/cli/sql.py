"""`frontlog sql`: an analyst's query over the views, its rows in the format that was asked for."""

import sys
from collections import Counter
from typing import Annotated

import typer

from domain.errors import InvalidInput
from infra import wiring
from infra.cli.output import Format, FormatOption, TableView, show
from infra.exports import writing
from infra.postgres import asking

WIDEST = 8
"""Columns of a query that a terminal has room for side by side."""


def register(app: typer.Typer) -> None:
    """Add this module's command."""
    app.command()(sql)


def sql(
    query: Annotated[
        str, typer.Argument(help="A query over the views of schema frontlog; - reads it from standard input.")
    ],
    format: FormatOption = Format.table,
) -> None:
    """Ask the projections in SQL, as the role frontlog_reader, read-only. docs/sql.md describes them."""
    query = sys.stdin.read() if query == "-" else query
    if asking.is_empty(query):
        raise typer.BadParameter("it holds no query: give a SELECT, or pipe one in with -", param_hint="QUERY")
    with wiring.open_frontlog() as frontlog:
        answer = asking.query(frontlog.pool, query)
    if format is Format.csv:
        writing.csv_lines(sys.stdout, answer.columns, answer.rows)
    elif format is Format.table:
        wide = len(answer.columns) > WIDEST
        headed = [(column, str(n)) for n, column in enumerate(answer.columns)]
        rows = [{str(n): value for n, value in enumerate(row)} for row in answer.rows]
        show(rows, format, TableView("", headed, empty="0 rows", as_records=wide, drop_empty=False))
    else:
        _check_names(answer.columns)
        show([dict(zip(answer.columns, row, strict=True)) for row in answer.rows], format, TableView("", [], empty=""))


def _check_names(columns: list[str]) -> None:
    """Raise InvalidInput when two columns have one name: an object of JSON has room for one of them."""
    twice = [name for name, count in Counter(columns).items() if count > 1]
    if twice:
        names = " and ".join(repr(name) for name in twice)
        raise InvalidInput(
            "query", f"more than one column named {names}", "a name of its own for each", "Name them apart with AS."
        )
