"""Reading commands: each asks one view of the SQL contract and prints its rows."""

import sys
from datetime import UTC, date, datetime, time
from typing import Annotated, Any

import typer

from infra import wiring
from infra.cli.output import Format, FormatOption, Row, TableView, human, print_line, show, stderr
from infra.postgres import reader, sealing

WIDEST = 8
"""Columns of a query that a terminal has room for side by side."""

PlaceArgument = Annotated[str | None, typer.Argument(help="A place's name or id; all places without it.")]
DayOption = Annotated[
    datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="As of this day in the world (YYYY-MM-DD).")
]
KnownOption = Annotated[
    datetime | None,
    typer.Option(
        "--known-at",
        formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S.%f"],
        help="As known at the end of this day (YYYY-MM-DD, UTC), or at this moment (YYYY-MM-DDTHH:MM:SS).",
    ),
]

CONTROL = TableView(
    "Who holds what",
    [
        ("Place", "place"),
        ("Area", "area"),
        ("Status", "status"),
        ("Held by", "held_by"),
        ("Since", "since"),
        ("Before", "previous"),
        ("Verification", "verification"),
        ("Fighting", "fighting"),
    ],
    empty="No control is on record yet. Drop an article: frontlog ingest FILE --published DATE --source NAME",
    caption="≤ by this day at the latest · ~ between two days · the sentences behind a row: frontlog why PLACE",
)
EVIDENCE = TableView(
    "What it rests on",
    [
        ("When", "when"),
        ("Event", "event_type"),
        ("Holders", "holders"),
        ("Area", "area"),
        ("Source", "source"),
        ("Says", "attribution"),
        ("Sentence", "quote"),
    ],
    empty="No claim about this place is on record.",
)
ACTORS = TableView(
    "What each actor did",
    [
        ("Actor", "actor"),
        ("Role", "role"),
        ("Event", "event_type"),
        ("Events", "events"),
        ("Articles", "articles"),
        ("Places", "places"),
        ("First", "first_on"),
        ("Last", "last_on"),
    ],
    empty="No activity is on record yet.",
)
ARTICLES = TableView(
    "Articles",
    [
        ("Article", "article_id"),
        ("Source", "source"),
        ("Published", "published"),
        ("State", "state"),
        ("Events", "events"),
        ("Attempts", "attempts"),
        ("Title", "title"),
        ("Error", "error"),
    ],
    empty="No article has come in yet.",
)
PROJECTIONS = TableView(
    "Projections",
    [
        ("Projection", "name"),
        ("Generation", "generation"),
        ("Edition", "edition"),
        ("Position", "position"),
        ("Head", "head"),
        ("Lag", "lag_events"),
        ("State", "state"),
    ],
    empty="No projection is there.",
)
SCHEDULE = TableView(
    "Schedule",
    [
        ("Job", "job"),
        ("Every (s)", "every_s"),
        ("Last begun", "started_at"),
        ("Result", "result"),
        ("Error", "error"),
    ],
    empty="Nothing was done on schedule yet: frontlog up does it.",
)
UNRESOLVED = TableView(
    "Mentions left open",
    [
        ("Article", "article_id"),
        ("Sentence", "sentence"),
        ("Mention", "mention"),
        ("Role", "role"),
        ("Candidates", "candidates"),
    ],
    empty="No mention is left open.",
)


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    for command in (control, actors, why, status, sql, dsn, verify):
        app.command()(command)


def control(
    place: PlaceArgument = None,
    on: DayOption = None,
    known_at: KnownOption = None,
    format: FormatOption = Format.table,
) -> None:
    """Who holds each place, since when, on how many independent accounts."""
    with wiring.open_frontlog() as frontlog:
        rows = reader.control(frontlog.pool, place, _day(on), _moment(known_at))
    shown = [with_table_cells(row) for row in rows] if format is Format.table else rows
    if place and not rows:
        stderr().print(f"No control of {place!r} is on record. Names as Frontlog writes them: frontlog control")
        raise typer.Exit(1)
    show(shown, format, CONTROL)


def actors(
    name: Annotated[str | None, typer.Argument(help="An actor's name or id, or a part of it.")] = None,
    format: FormatOption = Format.table,
) -> None:
    """What each actor did, by role and event type."""
    with wiring.open_frontlog() as frontlog:
        rows = reader.actors(frontlog.pool, name)
    if name and not rows:
        stderr().print(f"No activity of {name!r} is on record. Names as Frontlog writes them: frontlog actors")
        raise typer.Exit(1)
    show(rows, format, ACTORS)


def why(
    place: Annotated[str, typer.Argument(help="A place's name or id.")],
    format: FormatOption = Format.table,
) -> None:
    """The claims behind a place's control, each with its sentence and source."""
    with wiring.open_frontlog() as frontlog:
        status_rows = reader.control(frontlog.pool, place, None, None)
        rows = reader.evidence(frontlog.pool, place)
    if not rows:
        stderr().print(f"No claim about {place!r} is on record. Names as Frontlog writes them: frontlog control")
        raise typer.Exit(1)
    if format is Format.table:
        show([with_table_cells(row) for row in status_rows], format, CONTROL)
        rows = [{**row, "when": interval(row["occurred_earliest"], row["occurred_latest"])} for row in rows]
    show(rows, format, EVIDENCE)


def status(
    articles: Annotated[bool, typer.Option("--articles", help="List every article and its state.")] = False,
    unresolved: Annotated[bool, typer.Option("--unresolved", help="List the mentions left open.")] = False,
    format: FormatOption = Format.table,
) -> None:
    """What is stored, what waits, how far each projection has come."""
    with wiring.open_frontlog() as frontlog:
        if articles:
            show(reader.articles(frontlog.pool), format, ARTICLES)
        elif unresolved:
            show(reader.unresolved(frontlog.pool), format, UNRESOLVED)
        else:
            _overview(frontlog, format)


def _overview(frontlog: wiring.Frontlog, format: Format) -> None:
    totals = reader.totals(frontlog.pool)
    if format is Format.table:
        stderr().print(frontlog.describe())
        for name, value in totals.items():
            print_line(f"{name.replace('_', ' '):<24} {human(value) or '0'}")
    show(reader.projections(frontlog.pool), format, PROJECTIONS)
    if format is Format.table:
        show(reader.schedule(frontlog.pool), format, SCHEDULE)


def sql(
    query: Annotated[
        str, typer.Argument(help="A query over the views of schema frontlog; - reads it from standard input.")
    ],
    format: FormatOption = Format.table,
) -> None:
    """Ask the projections in SQL, as the role frontlog_reader, read-only. docs/sql.md describes them."""
    query = sys.stdin.read() if query == "-" else query
    with wiring.open_frontlog() as frontlog:
        rows, columns = reader.query(frontlog.pool, query)
    wide = len(columns) > WIDEST
    show(rows, format, TableView("", [(column, column) for column in columns], empty="0 rows", as_records=wide))


def dsn(
    reader_role: Annotated[bool, typer.Option("--reader", help="For the read-only role frontlog_reader.")] = False,
) -> None:
    """Print the address of the database, for psql, pandas or DuckDB."""
    with wiring.open_frontlog() as frontlog:
        print_line(frontlog.dsn(reader=reader_role))
        if frontlog.embedded:
            stderr().print("The embedded server answers while a frontlog command runs. Keep one up: frontlog up")


def verify() -> None:
    """Recompute every digest of the log and say whether anything was changed."""
    with wiring.open_frontlog() as frontlog:
        found = frontlog.verify()
        with frontlog.pool.connection() as connection:
            seals, broken_seals = sealing.broken_seals(connection)
    print_line(f"{found.events} events checked, {found.broken_events} broken")
    print_line(f"{seals} seals checked, {len(broken_seals)} broken")
    if found.first is not None:
        stderr().print(f"[bold red]broken[/] first at position {found.first.position}: {found.first}")
    for digest in found.broken_texts:
        stderr().print(f"[bold red]broken[/] the text {digest} is not what its digest says")
    for each in broken_seals:
        stderr().print(f"[bold red]broken[/] {each}")
    if broken_seals or not found.sound:
        raise typer.Exit(1)


def _moment(value: datetime | None) -> datetime | None:
    """A day's end when no time of day was given."""
    if value is None or value.time() == time():
        return reader.end_of(_day(value)) if value else None
    return value.replace(tzinfo=UTC)


def _day(value: datetime | None) -> date | None:
    return value.date() if value else None


def with_table_cells(row: Row) -> dict[str, Any]:
    """A control row with the cells that only a table needs: holders or claimants, and since in one cell."""
    claimants = " ⟷ ".join(row["claimants"] or [])
    return {
        **row,
        "held_by": human(row["controllers"]) or claimants,
        "since": interval(row["since_earliest"], row["since_latest"]),
        "area": " ".join(filter(None, (row["extent"], row["area"]))),
    }


def interval(earliest: date | None, latest: date | None) -> str:
    """Bounds in one cell: a day, `≤` a day, `≥` a day, or `~` between two."""
    if earliest and latest:
        return str(latest) if earliest == latest else f"{earliest} ~ {latest}"
    if latest:
        return f"≤ {latest}"
    return f"≥ {earliest}" if earliest else ""
