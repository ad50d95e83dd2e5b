"""The rows of a replay: begun, its ranges claimed and finished, its steps moved on, its end."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import psycopg
from psycopg.errors import UniqueViolation
from psycopg.types.json import Jsonb

from domain.errors import Stop
from infra.postgres import differing_actors, projections, replay_rows, replay_steps
from infra.postgres.inbox import Pool
from infra.postgres.pool import passing_trouble
from infra.postgres.queries import queries
from infra.postgres.replay_rows import Progress as Progress
from infra.postgres.replay_rows import Range as Range
from infra.postgres.replay_rows import Replay as Replay
from infra.postgres.replay_rows import Starter as Starter
from infra.postgres.store import safe_mark


def begin(pool: Pool, names: list[str], who: Starter) -> Replay:
    """Make a replay with its candidate generations and first ranges, in one transaction.

    Raises Stop, saying who runs it and since when, while another one is unfinished.
    """

    def add(connection: psycopg.Connection) -> int:
        edition = projections.live_edition(connection)
        mark = safe_mark(connection)
        made = replay_steps.begin_builds(connection, names, edition, mark)
        replay_id = _insert(connection, who, edition=edition, generations=Jsonb(made), live_edition=edition, mark=mark)
        replay_steps.add_lanes(connection, replay_rows.read(connection, "one", replay_id), "build")
        return replay_id

    return _alone(pool, add)


def begin_edition(
    pool: Pool, edition: str, who: Starter, *, activate: bool, accept_orphans: bool = False, dry_run: bool = False
) -> Replay:
    """Make a replay of the archive under another edition, which is compared with the live one and may be activated.

    Raises Stop when that edition is live, or while another replay is unfinished.
    """

    def add(connection: psycopg.Connection) -> int:
        live = projections.live_edition(connection)
        if live == edition:
            raise Stop(f"Edition {edition} is live already. To rebuild its rows: frontlog replay")
        connection.execute(queries("differences")["forget_other_staged"], [edition])
        connection.execute(queries("differences")["forget_older"])
        replay_id = _insert(
            connection,
            who,
            edition=edition,
            generations=Jsonb({}),
            live_edition=live,
            mark=safe_mark(connection),
            step="recode",
            aim="activate" if activate else "compare",
            accept_orphans=accept_orphans,
            dry_run=dry_run,
        )
        replay_steps.add_lanes(connection, replay_rows.read(connection, "one", replay_id), "recode")
        return replay_id

    return _alone(pool, add)


def _alone(pool: Pool, add: Callable[[psycopg.Connection], int]) -> Replay:
    try:
        with passing_trouble("beginning a replay", pool), pool.connection() as connection, connection.transaction():
            replay_rows.refuse_a_second(connection)
            return replay_rows.read(connection, "one", add(connection))
    except UniqueViolation:
        with pool.connection() as connection:
            replay_rows.refuse_a_second(connection)
        raise Stop("another replay came and went at the same moment. Repeat the command.") from None


def _insert(connection: psycopg.Connection, who: Starter, **fields: Any) -> int:
    usual = {"step": "build", "aim": "rebuild", "accept_orphans": False, "dry_run": False}
    row = connection.execute(queries("replays")["begin"], {**usual, **asdict(who), **fields}).fetchone()
    assert row is not None
    return int(row[0])


def unfinished(pool: Pool) -> Replay | None:
    """The replay that has neither ended nor been abandoned."""
    with passing_trouble("asking for replays", pool), pool.connection() as connection:
        return replay_rows.unfinished(connection)


def one(pool: Pool, replay_id: int) -> Replay:
    """A replay by number. Raises Stop when there is none."""
    with passing_trouble("asking for a replay", pool), pool.connection() as connection:
        return replay_rows.read(connection, "one", replay_id)


def progress(pool: Pool, replay: Replay) -> Progress:
    """How far it is, counting what is folded of unfinished ranges too."""
    with passing_trouble("asking for a replay's progress", pool), pool.connection() as connection:
        row = connection.execute(queries("replays")["progress"], [replay.replay_id]).fetchone()
        folded = connection.execute(queries("replays")["folded"], [list(replay.generations.values())]).fetchone()
    assert row is not None and folded is not None
    found = Progress(*row)
    events_done = min(found.events, max(found.events_done, folded[0]))
    return Progress(found.state, found.step, found.ranges, found.ranges_done, found.events, events_done, *row[6:])


def open_lanes(pool: Pool, replay_id: int) -> list[str]:
    """Lanes of the step it is in that have work left."""
    with passing_trouble("asking for a replay's work", pool), pool.connection() as connection:
        return [lane for (lane,) in connection.execute(queries("replays")["open_lanes"], [replay_id])]


def found(pool: Pool, replay_id: int) -> dict[str, dict[str, Any]]:
    """What verifying saw, by projection; empty before."""
    with passing_trouble("asking for what a replay found", pool), pool.connection() as connection:
        rows = connection.execute(queries("replays")["found"], [replay_id]).fetchall()
    sums: dict[str, dict[str, Any]] = {}
    for lane, seen in rows:
        sums[lane] = _together(sums.get(lane, {}), seen or {})
    return sums


def _together(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """What two pieces of a projection's rows saw."""
    both = {**one, **other}
    for field, nothing in (("rows", 0), ("differences", [])):
        if field in both:
            both[field] = one.get(field, nothing) + other.get(field, nothing)
    return both


def counted(pool: Pool, replay_id: int, step: str) -> dict[str, int]:
    """What the ranges of a step counted, added up."""
    with passing_trouble("asking for what a replay found", pool), pool.connection() as connection:
        rows = connection.execute(queries("replays")["found_by"], [replay_id, step]).fetchall()
    sums: Counter[str] = Counter()
    for _, seen in rows:
        sums.update({name: n for name, n in seen.items() if isinstance(n, int)})
    return dict(sums)


@contextmanager
def claimed(pool: Pool, replay_id: int, lane: str, worker: str) -> Iterator[Range | None]:
    """The next range of a lane for as long as the block lasts; None when it has none, or someone is at it.

    Held by the session: whoever is killed lets go of it at once.
    """
    key = f"replay {replay_id} {lane}"
    with passing_trouble("claiming a range", pool), pool.connection() as connection:
        held = connection.execute(queries("replays")["hold_lane"], [key]).fetchone()
        if held is None or not held[0]:
            yield None
            return
        try:
            given = {"worker": worker, "replay_id": replay_id, "lane": lane}
            row = connection.execute(queries("replays")["claim"], given).fetchone()
            yield Range(*row) if row else None
        finally:
            if not connection.closed:
                connection.execute(queries("replays")["release_lane"], [key])


def finish(pool: Pool, replay_id: int, done: Range, seen: dict[str, Any] | None) -> list[str]:
    """Finish a range, and with the last one of its step make those of the next; returns the lanes to ring for.

    Safe to repeat, and beside others: one transaction at a time moves a replay on.
    """
    with passing_trouble("finishing a range", pool), pool.connection() as connection, connection.transaction():
        replay = replay_rows.read(connection, "lock", replay_id)
        if replay.state != "running":
            return []
        key = {"replay_id": replay_id, "step": done.step, "lane": done.lane, "ordinal": done.ordinal}
        connection.execute(queries("replays")["finish"], {**key, "found": None if seen is None else Jsonb(seen)})
        connection.execute(queries("replays")["touch"], [replay_id])
        left = [lane for (lane,) in connection.execute(queries("replays")["open_lanes"], [replay_id])]
        if left or replay.step != done.step:
            return [lane for lane in left if lane == done.lane]
        if replay.step == "verify" and replay_steps.mismatched(connection, replay_id):
            replay_rows.set_state(connection, replay_id, "mismatched")
            return []
        if replay.step == "weigh":
            differing_actors.sum_up(connection, replay_id)
        if replay.step == "weigh" and replay_steps.holds_orphans(connection, replay):
            connection.execute(queries("replays")["only_compare"], [replay_id])
            replay = replay_rows.read(connection, "one", replay_id)
        if replay.step == replay_steps.PATHS[replay.aim][-1]:
            replay_rows.set_state(connection, replay_id, "done")
            return []
        return replay_steps.move_on(connection, replay)


def fail(pool: Pool, replay_id: int, error: str) -> None:
    """Say that someone must act before it can go on."""
    _in_state(pool, replay_id, ("running",), "failed", error)


def go_on(pool: Pool, replay_id: int, *, accept_differences: bool = False) -> None:
    """Take up a failed replay, and a mismatched one where its differences are accepted (else: verify again)."""
    with passing_trouble("resuming a replay", pool), pool.connection() as connection, connection.transaction():
        replay = replay_rows.read(connection, "lock", replay_id)
        if replay.state == "mismatched" and accept_differences:
            replay_steps.move_on(connection, replay)
        elif replay.state == "mismatched":
            connection.execute(queries("replays")["verify_again"], [replay_id])
        if replay.state in ("failed", "mismatched"):
            replay_rows.set_state(connection, replay_id, "running")


def abandon(pool: Pool, replay: Replay) -> None:
    """End a replay for good and set its candidates aside to be dropped. Raises Stop when they are on display."""
    with passing_trouble("abandoning a replay", pool), pool.connection() as connection, connection.transaction():
        # as it is now: a worker may just have made the candidates
        replay = replay_rows.read(connection, "lock", replay.replay_id)
        if replay.state in ("done", "abandoned"):
            return
        if connection.execute(queries("replays")["shown_of"], [list(replay.generations.values())]).fetchone():
            raise Stop(
                f"replay {replay.replay_id} has switched already, only its last step has not ended. "
                "frontlog replay --resume ends it."
            )
        replay_rows.set_state(connection, replay.replay_id, "abandoned")
        connection.execute(queries("replays")["set_aside"], [list(replay.generations.values())])
        if replay.aim != "rebuild":
            connection.execute(queries("differences")["forget_staged"], [replay.edition])
            connection.execute(queries("differences")["forget"], [replay.replay_id])
            connection.execute(queries("differences")["forget_compared"], [replay.replay_id])


def admit(connection: psycopg.Connection, replay_id: int) -> None:
    """Let a switch go on only while its replay runs (else Stop rises); nobody abandons it meanwhile."""
    if not replay_rows.keep_running(connection, replay_id):
        raise Stop(f"replay {replay_id} does not run any more, so nothing was switched.")


def forget(pool: Pool, replay: Replay) -> None:
    """Leave nothing of an ended replay behind: neither its row nor what it staged and found."""
    with passing_trouble("forgetting a replay", pool), pool.connection() as connection, connection.transaction():
        connection.execute(queries("differences")["forget_staged"], [replay.edition])
        connection.execute(queries("replays")["forget"], [replay.replay_id])


def touch(pool: Pool, replay_id: int) -> None:
    """Say that a replay got ahead within a range."""
    with passing_trouble("noting progress", pool), pool.connection() as connection:
        connection.execute(queries("replays")["touch"], [replay_id])


def trouble(pool: Pool, replay_id: int, lane: str, error: str) -> None:
    """Note what stands in the way of a range that will be tried again."""
    with passing_trouble("noting trouble", pool), pool.connection() as connection:
        connection.execute(queries("replays")["trouble"], [error, replay_id, lane])


def _in_state(pool: Pool, replay_id: int, before: tuple[str, ...], after: str, error: str | None) -> None:
    with passing_trouble("ending a replay", pool), pool.connection() as connection, connection.transaction():
        if replay_rows.read(connection, "lock", replay_id).state in before:
            replay_rows.set_state(connection, replay_id, after, error)
