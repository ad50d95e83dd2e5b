"""Reading commands: each asks one view of the SQL contract and prints its rows."""

from datetime import date, datetime
from difflib import get_close_matches
from typing import Annotated, Any

import typer

from infra import wiring
from infra.cli import dates
from infra.cli.output import Format, FormatOption, Row, human, print_line, show, stderr
from infra.cli.screens import ACTORS, ARTICLES, CONTROL, EVIDENCE, PROJECTIONS, REJECTED, SCHEDULE, UNRESOLVED
from infra.postgres import reader, replay_rows, replays, sealing

PlaceArgument = Annotated[str | None, typer.Argument(help="A place's name or id; all places without it.")]
DayOption = Annotated[
    date | None, typer.Option("--on", parser=dates.day, metavar=dates.DAY, help="As of this day in the world.")
]
KnownOption = Annotated[
    datetime | None,
    typer.Option(
        "--known-at",
        parser=dates.moment,
        metavar=dates.MOMENT,
        help="As known at the end of this day (UTC), or at this moment.",
    ),
]


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    for command in (control, actors, why, status, dsn, verify):
        app.command()(command)


def control(
    place: PlaceArgument = None,
    on: DayOption = None,
    known_at: KnownOption = None,
    format: FormatOption = Format.table,
) -> None:
    """Who holds each place, since when, on how many independent accounts."""
    with wiring.open_frontlog() as frontlog:
        rows = reader.control(frontlog.pool, place, on, known_at)
        first_known = None if rows else reader.first_known(frontlog.pool, place)
        near = _near_names(frontlog, place) if place and not rows and not first_known else ""
    shown = _told_apart([with_table_cells(row) for row in rows]) if format is Format.table else rows
    if not rows and first_known:
        _say_too_early(place, on, known_at, first_known)
    elif place and not rows:
        stderr().print(f"No control of {place!r} is on record. {near}")
    if place and not rows:
        raise typer.Exit(1)
    if rows or not first_known or format is not Format.table:
        show(shown, format, CONTROL)


def _near_names(frontlog: wiring.Frontlog, place: str) -> str:
    """Names on record that one that is not may stand for, by `difflib`'s ratio; else how to see all."""
    names = {name.casefold(): name for name in reader.places(frontlog.pool)}
    near = [names[each] for each in get_close_matches(place.casefold(), names, n=3, cutoff=0.75)]
    if near:
        return f"Did you mean {' or '.join(near)}?"
    return "Names as Frontlog writes them: frontlog control"


def _say_too_early(place: str | None, on: date | None, known_at: datetime | None, first_known: datetime) -> None:
    """Nothing was known by then, or of that day, though something is now."""
    what = f"of {place!r} " if place else ""
    if known_at and known_at < first_known:
        stderr().print(f"Nothing was known {what}by then: the first report came in at {human(first_known)} (UTC).")
    else:
        asked = f"on {on}" if on else "on that day" if known_at else "any more"
        stderr().print(
            f"Nothing is known {what}{asked}: what was on record began later, ended, or was retracted. "
            "What is known now: frontlog control"
        )


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
        near = "" if rows else _near_names(frontlog, place)
    if not rows:
        stderr().print(f"No claim about {place!r} is on record. {near}")
        raise typer.Exit(1)
    if format is Format.table:
        show([with_table_cells(row) for row in status_rows], format, CONTROL)
        rows = [_claim_cells(row) for row in rows]
    show(rows, format, EVIDENCE)


def _claim_cells(row: Row) -> dict[str, Any]:
    """A claim with the cells that only a table needs: when in one cell, and why it does not count."""
    reasons = [row["modality"] if row["modality"] != "asserted" else None, row["standing"]]
    counted = "yes" if row["counts"] else ", ".join(r for r in reasons if r and r != "counts") or "no"
    return {**row, "when": interval(row["occurred_earliest"], row["occurred_latest"]), "counted": counted}


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
        if unfinished := replays.unfinished(frontlog.pool):
            stderr().print(f"[yellow]unfinished[/] {replay_rows.told(unfinished)}")
        show(reader.schedule(frontlog.pool), format, SCHEDULE)
        if rejected := reader.rejected(frontlog.pool):
            show(rejected, format, REJECTED)


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


def with_table_cells(row: Row) -> dict[str, Any]:
    """A control row with the cells that only a table needs: holders or claimants, and since in one cell."""
    claimants = " ⟷ ".join(row["claimants"] or [])
    return {
        **row,
        "held_by": human(row["controllers"]) or claimants,
        "since": interval(row["since_earliest"], row["since_latest"]),
        "area": " ".join(filter(None, (row["extent"], row["area"]))),
    }


def _told_apart(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Places of one name by their countries."""
    ids: dict[str, set[str]] = {}
    for row in rows:
        ids.setdefault(row["place"], set()).add(row["place_id"])
    alike = [row for row in rows if len(ids[row["place"]]) > 1 and row["country"]]
    for row in alike:
        row["place"] = f"{row['place']} ({row['country']})"
    return rows


def interval(earliest: date | None, latest: date | None) -> str:
    """Bounds in one cell: a day, `≤` a day, `≥` a day, or `~` between two."""
    if earliest and latest:
        return str(latest) if earliest == latest else f"{earliest} ~ {latest}"
    if latest:
        return f"≤ {latest}"
    return f"≥ {earliest}" if earliest else ""
