"""What replays are in the database: their rows, read and set in a caller's transaction."""

import os
import socket
from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.rows import class_row

from domain.errors import Stop
from infra.postgres.queries import queries


@dataclass(frozen=True, slots=True)
class Replay:
    """A replay's row. `generations`: its candidates by projection, empty until they are built.

    `edition` is the one folded or recoded, `live_edition` the one that was live at the start; `mark` bounds the
    articles that are recoded by ranges.
    """

    replay_id: int
    state: str
    step: str
    edition: str
    generations: dict[str, int]
    trace_id: str
    host: str
    pid: int
    account: str
    error: str | None
    started_at: datetime
    aim: str
    live_edition: str | None
    mark: int
    accept_orphans: bool
    dry_run: bool


@dataclass(frozen=True, slots=True)
class Range:
    """A piece of work that this process has claimed; `of` are the pieces of its lane."""

    step: str
    lane: str
    ordinal: int
    from_position: int
    to_position: int
    of: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a replay is. `events` are log positions over all projections; `idle_s` since it last got ahead."""

    state: str
    step: str
    ranges: int
    ranges_done: int
    events: int
    events_done: int
    error: str | None
    idle_s: float


@dataclass(frozen=True, slots=True)
class Starter:
    """Who starts a replay."""

    trace_id: str
    host: str
    pid: int
    account: str


def refusal(other: Replay) -> str:
    """Why there is no second one, who runs the first, since when, and what to do."""
    return f"only one goes at a time, and {told(other)}"


def told(other: Replay) -> str:
    """An unfinished replay in words: what it is about, who runs it, since when, and what can be done with it."""
    ways = {
        "running": "Wait for it, watch it with frontlog replay --resume, or drop it with frontlog replay --abandon."
        if _lives(other)
        else "That process is gone: frontlog up finishes the replay where it runs, else frontlog replay --resume; "
        "--abandon drops it.",
        "failed": f"It failed: {other.error}. frontlog replay --resume takes it up, --abandon drops it.",
        "mismatched": "It found differences and kept both: frontlog replay --resume compares again, "
        "--resume --accept-differences shows the rebuilt rows, --abandon drops them.",
    }
    what = ", ".join(sorted(other.generations)) if other.aim == "rebuild" else f"edition {other.edition}"
    return (
        f"replay {other.replay_id} of {what} is {other.state}: {other.account} started "
        f"it on {other.host} (process {other.pid}) at {other.started_at:%Y-%m-%d %H:%M:%S} UTC. {ways[other.state]}"
    )


def _lives(other: Replay) -> bool:
    """Whether who started it still runs, as far as can be seen from here."""
    if other.host != socket.gethostname():
        return True
    try:
        os.kill(other.pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # another account's
    return True


def refuse_a_second(connection: psycopg.Connection) -> None:
    """Raise Stop while another replay is unfinished."""
    other = unfinished(connection)
    if other is not None:
        raise Stop(refusal(other))


def keep_running(connection: psycopg.Connection, replay_id: int) -> bool:
    """Whether it runs; then nobody ends it before the caller's transaction has ended."""
    return connection.execute(queries("replays")["keep_running"], [replay_id]).fetchone() is not None


def set_state(connection: psycopg.Connection, replay_id: int, state: str, error: str | None = None) -> None:
    """Set its state, and since when."""
    connection.execute(queries("replays")["set_state"], {"replay_id": replay_id, "state": state, "error": error})


def unfinished(connection: psycopg.Connection) -> Replay | None:
    """The replay that has neither ended nor been abandoned."""
    with connection.cursor(row_factory=class_row(Replay)) as cursor:
        return cursor.execute(queries("replays")["unfinished"]).fetchone()


def read(connection: psycopg.Connection, name: str, replay_id: int) -> Replay:
    """A replay by number, by the query of this name. Raises Stop when there is none."""
    with connection.cursor(row_factory=class_row(Replay)) as cursor:
        found = cursor.execute(queries("replays")[name], [replay_id]).fetchone()
    if found is None:
        raise Stop(f"there is no replay {replay_id}; the view frontlog.replays lists them all.")
    return found
