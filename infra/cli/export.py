"""`frontlog export`: the record as a file for other tools."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer

from infra import wiring
from infra.cli import dates
from infra.cli.output import stderr
from infra.exports import acled, geojson, writing
from infra.postgres import reader, streaming
from infra.postgres.streaming import Stream


class What(StrEnum):
    """What can be exported."""

    control = "control"
    history = "history"
    events = "events"
    activity = "activity"


class As(StrEnum):
    """How."""

    csv = "csv"
    jsonl = "jsonl"
    geojson = "geojson"
    acled = "acled"


ONLY = {As.geojson: What.control, As.acled: What.events}
"""Formats that fit one content."""


def register(app: typer.Typer) -> None:
    """Add this module's command."""
    app.command()(export)


def export(
    what: Annotated[What, typer.Argument(help="control, history, events or activity.")],
    format: Annotated[As, typer.Option("--format", "-f", help="geojson: of control. acled: of events.")] = As.csv,
    on: Annotated[
        date | None,
        typer.Option("--on", parser=dates.day, metavar=dates.DAY, help="Control as of this day in the world."),
    ] = None,
    known_at: Annotated[
        datetime | None,
        typer.Option(
            "--known-at",
            parser=dates.moment,
            metavar=dates.MOMENT,
            help="Control or history as known at the end of this day (UTC), or at this moment.",
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="A file, written whole or not at all. Else standard output.")
    ] = None,
) -> None:
    """Write the record out: csv or JSON lines, control as GeoJSON, events under ACLED's names (docs/exports.md)."""
    _check(what, format, on, known_at)
    with wiring.open_frontlog() as frontlog:
        query, parameters = _query(what, format, on, known_at)
        with streaming.stream(frontlog.pool, query, **parameters) as found, writing.whole(out) as stream:
            notes = Notes()
            count = WRITERS[format](stream, found, notes)
        if format is As.acled:
            notes.left_out(streaming.counted(frontlog.pool, "acled_left_out", types=list(acled.types())))
    stderr().print(f"{count} {'row' if count == 1 else 'rows'}{f' in {out}' if out else ''}")
    for note in notes.lines():
        stderr().print(note)


class Notes:
    """What a reader of the file should know that it does not say itself."""

    def __init__(self) -> None:
        self.not_located = 0
        self.not_dated = 0
        self._left_out: Mapping[str, int] = {}

    def left_out(self, counts: Mapping[str, int]) -> None:
        self._left_out = counts

    def lines(self) -> Iterator[str]:
        """One line for each thing worth saying."""
        texts = {
            "not_asserted": "planned, denied, conditional or withdrawn events are left out",
            "states": "reported states (control, presence) are left out: ACLED has events only",
            "without_place": "events without a place are left out",
        }
        if self.not_located:
            yield f"{self.not_located} without coordinates"
        if self.not_dated:
            yield f"{self.not_dated} without a date: not known to the month"
        yield from (f"{self._left_out[key]} {text}" for key, text in texts.items() if self._left_out.get(key))


def _check(what: What, format: As, on: date | None, known_at: datetime | None) -> None:
    if format in ONLY and what is not ONLY[format]:
        raise typer.BadParameter(
            f"{format} is of {ONLY[format]} only; {what} comes as csv or jsonl", param_hint="--format"
        )
    if on and what is not What.control:
        raise typer.BadParameter("a day in the world is asked of control only", param_hint="--on")
    if known_at and what not in (What.control, What.history):
        raise typer.BadParameter("what was known is asked of control and history only", param_hint="--known-at")


def _query(what: What, format: As, on: date | None, known_at: datetime | None) -> tuple[str, dict[str, Any]]:
    if what is What.control and (on or known_at):
        return "control_as_of", reader.as_of(on, known_at)
    if what is What.history:
        return "history", {"known_at": known_at}
    return ("acled", {"types": list(acled.types())}) if format is As.acled else (str(what), {})


def _csv(stream: TextIO, found: Stream, notes: Notes) -> int:
    return writing.as_csv(stream, found.columns, found.rows)


def _jsonl(stream: TextIO, found: Stream, notes: Notes) -> int:
    return writing.as_jsonl(stream, found.rows)


def _geojson(stream: TextIO, found: Stream, notes: Notes) -> int:
    def features() -> Iterable[dict[str, Any]]:
        for row in found.rows:
            made = geojson.feature(row)
            notes.not_located += made["geometry"] is None
            yield made

    return writing.as_geojson(stream, features())


def _acled(stream: TextIO, found: Stream, notes: Notes) -> int:
    def rows() -> Iterable[dict[str, Any]]:
        for row in map(acled.row, found.rows):
            notes.not_located += row["latitude"] is None
            notes.not_dated += row["event_date"] is None
            yield row

    return writing.as_csv(stream, acled.COLUMNS, rows())


WRITERS: dict[As, Callable[[TextIO, Stream, Notes], int]] = {
    As.csv: _csv,
    As.jsonl: _jsonl,
    As.geojson: _geojson,
    As.acled: _acled,
}
