"""The live projector: reads the log up to its safe mark, folds, and writes rows and checkpoint in one transaction.

Crash anywhere and nothing is lost or doubled: a batch is wholly in the rows, with its checkpoint, or not at all.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import psycopg
from psycopg_pool import ConnectionPool

from domain.errors import InvalidInput, Stop, TryAgain
from domain.projections import PROJECTIONS
from domain.projections.projection import Projection, change
from infra.postgres import building, projections_control, projections_read, projections_write
from infra.postgres.pool import passing_trouble
from infra.postgres.projections_kept import Kept
from infra.postgres.queries import queries
from infra.postgres.store import safe_mark

BATCH = 1_000
"""Events a transaction: enough to pay for its commit, few enough to hold the lock briefly."""

LOOK_AGAIN_S = 0.05
"""How soon to look again while a writer below the head holds the safe mark back."""

SETTLED_WITHIN_S = 5.0
"""How long a switch waits, with the projectors waiting for it, until writers who came before it have ended."""

Pool = ConnectionPool[psycopg.Connection]

_KEPT: WeakKeyDictionary[Pool, Kept] = WeakKeyDictionary()


def _kept(pool: Pool) -> Kept:
    """What this process remembers of the places on display; used under the projection's lock."""
    return _KEPT.setdefault(pool, Kept())


@dataclass(frozen=True, slots=True)
class Generation:
    """A build of a projection, with its checkpoint; `build_to`: the one it is to have, while it is built."""

    generation: int
    edition: str
    version: int
    position: int
    build_to: int | None = None


def names() -> tuple[str, ...]:
    """The projections there are."""
    return tuple(projection.name for projection in PROJECTIONS)


def project(pool: Pool, name: str) -> int:
    """Bring a projection to the head of the log and return how many events it read. Safe to repeat, and to run twice.

    Ends only when, after the release of its lock, the checkpoint is at the head: whoever appends and rings while it
    runs is heard. Raises InvalidInput for a name that is none, Stop when its rows are of another code version or no
    edition is live, TryAgain when the database goes away.
    """
    projection, read, kept = _named(name), 0, _kept(pool)
    while True:
        with passing_trouble(f"projecting {name}", pool), pool.connection() as connection:
            with connection.transaction():
                _hold(connection, name)
                found = _live(connection, projection)
                count, mark, reached = _step(connection, projection, found, BATCH, live=True, kept=kept)
            read += count
            if reached >= _head(connection):
                return read
        if reached >= mark:
            time.sleep(LOOK_AGAIN_S)


def project_all(pool: Pool) -> int:
    """Bring every projection to the head of the log; returns how many events were read, over all of them."""
    return sum(project(pool, name) for name in names())


def behind(pool: Pool) -> list[str]:
    """Names of the projections that have not seen all of the log."""
    return [name for name, events in lag(pool).items() if events > 0]


def lag(pool: Pool) -> dict[str, int]:
    """How many positions each projection is behind the last number drawn (holes count)."""
    with passing_trouble("reading checkpoints", pool), pool.connection() as connection:
        reached: dict[str, int] = dict(connection.execute(queries("projections")["checkpoints"]).fetchall())
        head = _head(connection)
    return {name: head - reached.get(name, 0) for name in names()}


def rebuild(pool: Pool, name: str, edition: str | None = None, *, batch: int = 20_000) -> int:
    """Build a new generation of a projection by the same fold, up to the safe mark, and return it; nothing shows yet.

    `edition` is the live one's unless given. What arrives meanwhile is caught up with by `catch_up`.
    """
    projection = _named(name)
    with passing_trouble(f"rebuilding {name}", pool), pool.connection() as connection, connection.transaction():
        chosen = edition or _live_edition(connection)
        mark = safe_mark(connection)
        made = building.begin(connection, projection, chosen, mark, building.SLICE_EVENTS)
    catch_up(pool, name, made, batch=batch)
    return made


def catch_up(pool: Pool, name: str, generation: int, *, up_to: int | None = None, batch: int = 20_000) -> int:
    """Fold what a generation lacks, up to the safe mark (or to `up_to` below it), and return its checkpoint.

    One that is still being built from nothing is built first, to the mark that it was begun with.
    """
    projection, kept = _named(name), Kept()
    building.finish(pool, projection, generation)
    while True:
        with passing_trouble(f"rebuilding {name}", pool), pool.connection() as connection, connection.transaction():
            _hold(connection, f"{name} {generation}")
            found = _generation(connection, generation)
            _, mark, reached = _step(connection, projection, found, batch, live=False, up_to=up_to, kept=kept)
        if reached >= mark:
            return reached


def advance(pool: Pool, name: str, generation: int | None = None) -> int:
    """Fold one batch into a generation, or into what is shown; returns how many positions below the safe mark are left.

    What is shown and was written by another version of the code stays as it is, with nothing left to do.
    """
    projection, live = _named(name), generation is None
    with passing_trouble(f"projecting {name}", pool), pool.connection() as connection, connection.transaction():
        _hold(connection, name if generation is None else f"{name} {generation}")
        found = _live(connection, projection) if generation is None else _generation(connection, generation)
        if live and found.version != projection.version:
            return 0
        kept = _kept(pool) if live else None
        _, mark, reached = _step(connection, projection, found, BATCH, live=live, kept=kept)
    return mark - reached


def fold_to(connection: psycopg.Connection, name: str, generation: int, up_to: int, *, batch: int = 20_000) -> None:
    """Fold a generation that is not on display to exactly this position, in the caller's transaction and snapshot.

    Raises Stop when it is beyond that already.
    """
    reached = _fold_here(connection, _named(name), generation, up_to, batch, live=False)
    if reached > up_to:
        raise Stop(
            f"generation {generation} of {name} is at position {reached}, beyond {up_to}. "
            "Start the replay anew: frontlog replay --abandon, then frontlog replay"
        )


def begin_build(connection: psycopg.Connection, name: str, edition: str, mark: int, width: int) -> int:
    """Make a generation that is to be built up to a safe mark, in slices so many positions wide."""
    return building.begin(connection, _named(name), edition, mark, width)


def fold_slice(pool: Pool, name: str, generation: int, number: int) -> None:
    """Fold one slice of the articles into a generation that is being built. Safe to repeat and beside others."""
    building.fold_slice(pool, _named(name), generation, number)


def finish_build(pool: Pool, name: str, generation: int) -> None:
    """Do what is left of a build, and index and attach its tables. Safe to repeat; a built one is left alone."""
    building.finish(pool, _named(name), generation)


def slices(connection: psycopg.Connection, generation: int) -> int:
    """How many slices of the articles a generation under construction has."""
    return building.slices(connection, generation, "articles")


def cut_places(connection: psycopg.Connection, name: str, generation: int) -> int:
    """When all articles are folded: make the slices of places that are to be assessed; returns how many, maybe none."""
    return building.cut_places(connection, _named(name), generation)


def assess_slice(pool: Pool, name: str, generation: int, number: int) -> None:
    """Assess one slice of the places. Safe to repeat and beside others."""
    building.assess_slice(pool, _named(name), generation, number)


def live_edition(connection: psycopg.Connection) -> str:
    """The edition activated last. Raises Stop when none is."""
    return _live_edition(connection)


def swap(
    pool: Pool,
    generations: Mapping[str, int],
    *,
    admit: Callable[[psycopg.Connection], None] = lambda connection: None,
    prepare: Callable[[psycopg.Connection], None] | None = None,
    conclude: Callable[[psycopg.Connection], None] = lambda connection: None,
) -> None:
    """Show these generations by projection name, all in one statement, once each has caught up under its lock.

    Readers are never blocked. The generations shown before are retired, not dropped. `admit` is called first and may
    refuse; `prepare` is called when nothing
    new can be shown any more and before the candidates catch up for the last time; `conclude` when they have, and just
    before they are shown: what it appends through the connection is in the log together with the switch.

    Projectors wait meanwhile, so both catch up to a mark of one moment: what comes later is the next projector's.
    `come_near` before leaves them little to do.
    """
    names = sorted(generations)  # in one order, so that two swaps cannot wait for each other
    with passing_trouble("swapping generations", pool), pool.connection() as connection, connection.transaction():
        admit(connection)
        for name in names:
            _hold(connection, name)
        mark = safe_mark(connection)
        for name in names:
            _bring_up_shown(connection, _named(name), generations[name], mark)
        if prepare is not None:
            prepare(connection)
            mark = _settled_mark(connection)
        for name in names:
            fold_to(connection, name, generations[name], mark, batch=BATCH)
        conclude(connection)
        chosen = [list(generations), list(generations.values())]
        connection.execute(queries("projections")["swap"], chosen)
        connection.execute(queries("projections")["mark_live"], [chosen[1]])
        connection.execute(queries("projections")["retire"])


def _settled_mark(connection: psycopg.Connection) -> int:
    """A safe mark above all that was appended so far. Raises TryAgain when a writer keeps it below for long."""
    head, deadline = _head(connection), time.monotonic() + SETTLED_WITHIN_S
    while (mark := safe_mark(connection)) < head:
        if time.monotonic() > deadline:
            raise TryAgain("a writer has its transaction open, so that the switch cannot see all it must. Try again.")
        time.sleep(LOOK_AGAIN_S)
    return mark


def _bring_up_shown(connection: psycopg.Connection, projection: Projection, generation: int, mark: int) -> None:
    """What was on display has the last word on what arrived before the swap: it writes control_changes."""
    shown = connection.execute(queries("projections")["live"], [projection.name]).fetchone()
    if shown is None:
        connection.execute(queries("projections")["show_first"], [projection.name, generation])
    elif shown[2] == projection.version:
        _fold_here(connection, projection, shown[0], mark, BATCH, live=True)


def _fold_here(
    connection: psycopg.Connection, projection: Projection, generation: int, up_to: int, batch: int, *, live: bool
) -> int:
    """Fold a generation to this position, in the caller's transaction; returns its checkpoint."""
    kept = Kept()
    while (found := _generation(connection, generation)).position < up_to:
        _step(connection, projection, found, batch, live=live, up_to=up_to, kept=kept)
    return found.position


def _step(
    connection: psycopg.Connection,
    projection: Projection,
    into: Generation,
    limit: int,
    *,
    live: bool,
    up_to: int | None = None,
    kept: Kept | None = None,
) -> tuple[int, int, int]:
    """Fold the next batch into a generation; returns (events read, safe mark, new checkpoint). In one transaction."""
    if into.version != projection.version:
        raise Stop(
            f"projection {projection.name} was written by version {into.version} of its code, this is version "
            f"{projection.version}. Rebuild it: frontlog replay --projection {projection.name}"
        )
    if into.build_to is not None:
        raise Stop(f"generation {into.generation} of {projection.name} is being built. Let frontlog replay finish it.")
    mark = safe_mark(connection)
    mark = mark if up_to is None else min(mark, up_to)
    batch = projections_read.read(connection, projection, into, mark, limit)
    difference = change(projection, batch.before, batch.after)
    projections_write.write(connection, projection, into.generation, difference)
    if projection.regroups:
        kept = kept or Kept()
        kept.begin(into.generation, into.position)
        projections_control.write(connection, into, difference, live=live, kept=kept)
        kept.end(into.generation, batch.reached)
    if batch.reached > into.position:
        connection.execute(queries("projections")["checkpoint"], [batch.reached, into.generation])
    return batch.count, mark, batch.reached


def _named(name: str) -> Projection:
    for projection in PROJECTIONS:
        if projection.name == name:
            return projection
    raise InvalidInput("projection", repr(name), "one of " + ", ".join(names()), "Name one of these.")


def _hold(connection: psycopg.Connection, name: str) -> None:
    connection.execute(queries("projections")["patience"])
    connection.execute(queries("projections")["hold"], [f"projection {name}"])


def _live(connection: psycopg.Connection, projection: Projection) -> Generation:
    """The generation that the views show; the first one is made here, for the live edition."""
    row = connection.execute(queries("projections")["live"], [projection.name]).fetchone()
    if row is not None:
        return Generation(*row)
    made = _new_generation(connection, projection, _live_edition(connection))
    connection.execute(queries("projections")["show_first"], [projection.name, made])
    connection.execute(queries("projections")["mark_live"], [[made]])
    return _generation(connection, made)


def _generation(connection: psycopg.Connection, generation: int) -> Generation:
    row = connection.execute(queries("projections")["generation"], [generation]).fetchone()
    if row is None:
        raise Stop(f"generation {generation} does not exist (any more). Start the replay anew: frontlog replay")
    generation, edition, version, position, *_, build_to = row
    return Generation(generation, edition, version, position, build_to)


def _new_generation(connection: psycopg.Connection, projection: Projection, edition: str) -> int:
    tables = [table.name for table in projection.tables]
    row = connection.execute(
        queries("projections")["new_generation"], [projection.name, edition, projection.version, tables]
    ).fetchone()
    assert row is not None
    return int(row[0])


def _live_edition(connection: psycopg.Connection) -> str:
    row = connection.execute(queries("projections")["live_edition"]).fetchone()
    if row is None:
        raise Stop("No edition is active in this database. Run frontlog migrate: it publishes the one shipped here.")
    return str(row[0])


def _head(connection: psycopg.Connection) -> int:
    row = connection.execute(queries("projections")["head"]).fetchone()
    assert row is not None
    return int(row[0])
