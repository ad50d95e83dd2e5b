"""`frontlog watch`: changes of control as they are recorded, one JSON line each."""

import json
import sys
import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated

import typer

from domain.errors import InvalidInput, TryAgain
from infra import up, wiring
from infra.cli.output import Row, stderr
from infra.exports.writing import plain
from infra.postgres import changes


def register(app: typer.Typer) -> None:
    """Add this module's command."""
    app.command()(watch)


def watch(
    since: Annotated[
        str | None,
        typer.Option("--since", help="Begin after this change (its id) or at this day or time (ISO 8601, UTC)."),
    ] = None,
    no_wait: Annotated[bool, typer.Option("--no-wait", help="Print what is there and end.")] = False,
) -> None:
    """Print each change of control as it is recorded: a JSON line with old and new state and the sentence.

    Without --since only what comes from now on. To go on where a watch ended, give the last line's id.
    """
    stop = threading.Event()
    with up.signals(stop), wiring.open_frontlog() as frontlog:
        after = _begin(frontlog, since, everything=no_wait)
        if no_wait:
            _print(changes.stored(frontlog.pool, after), after)
            return
        if sys.stderr.isatty():
            stderr().print(f"watching after change {after}. Ctrl-C ends it.")
        _print(changes.follow(frontlog.conninfo, after, lambda: not stop.is_set()), after)


def _begin(frontlog: wiring.Frontlog, since: str | None, *, everything: bool) -> int:
    if since is None:
        return 0 if everything else changes.newest(frontlog.pool)
    if since.isdecimal():
        return int(since)
    try:
        moment = datetime.fromisoformat(since)
    except ValueError:
        raise InvalidInput(
            "--since",
            repr(since),
            "a change's id, or a day or time such as 2024-12-06 or 2024-12-06T18:00",
            "Give one.",
        ) from None
    return changes.before(frontlog.pool, moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _print(rows: Iterable[Row], after: int) -> None:
    """Write the rows, each at once; say where to go on should the connection be lost."""
    try:
        for row in rows:
            sys.stdout.write(json.dumps(dict(row), ensure_ascii=False, default=plain) + "\n")
            sys.stdout.flush()
            after = row["id"]
    except TryAgain:
        stderr().print(f"Go on with: frontlog watch --since {after}")
        raise
