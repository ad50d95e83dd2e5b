"""The steps of a replay and their ranges of work; the last range of a step makes those of the next."""

from collections.abc import Iterable
from itertools import pairwise

import psycopg
from psycopg.types.json import Jsonb

from infra.postgres import projections
from infra.postgres.queries import queries
from infra.postgres.replay_rows import Replay, read
from infra.postgres.store import safe_mark

RANGE_EVENTS = 20_000
"""Log positions a range: a second or two of folding."""

RECODED_POSITIONS = 2_000
"""Log positions a range of recoding: some hundred articles, shared among the lanes."""

VERIFIED_POSITIONS = 250_000
"""Log positions a piece of verifying: some seconds of adding up digests."""

RECODE_LANES = tuple(f"articles {n}" for n in range(1, 5))
"""So many workers can recode at once; an article's lane follows from its id."""

PLACE_LANES = tuple(f"places {n}" for n in range(1, 5))
"""As many by place."""

COMPARED_ARTICLES, WEIGHED_PLACES = 200, 50
"""How many a piece holds of what differs: a few seconds of folding."""

BUILD_LANES = 8
"""So many workers can build one projection at once; fewer take lanes by turns, for slices differ in what they cost."""

PATHS = {
    "rebuild": ("build", "reduce", "catch_up", "verify", "swap"),
    "compare": ("recode", "compare", "weigh"),
    "activate": ("recode", "compare", "weigh", "append", "build", "reduce", "catch_up", "switch"),
}
"""The steps by what a replay is for."""


def move_on(connection: psycopg.Connection, replay: Replay) -> list[str]:
    """Make the ranges of the step after the one it is in; returns its lanes."""
    path = PATHS[replay.aim]
    step = path[path.index(replay.step) + 1]
    connection.execute(queries("replays")["move_on"], [step, replay.replay_id])
    if step == "build":
        made = begin_builds(connection, projections.names(), replay.edition, safe_mark(connection))
        connection.execute(queries("replays")["has_candidates"], [Jsonb(made), replay.replay_id])
    moved = read(connection, "one", replay.replay_id)
    # a step that has nothing to do for these projections is over before it began
    return add_lanes(connection, moved, step) or move_on(connection, moved)


def begin_builds(connection: psycopg.Connection, names: Iterable[str], edition: str, mark: int) -> dict[str, int]:
    """Candidate generations of these projections, to be built up to a safe mark."""
    return {name: projections.begin_build(connection, name, edition, mark, RANGE_EVENTS) for name in names}


def add_lanes(connection: psycopg.Connection, replay: Replay, step: str) -> list[str]:
    """The ranges of a step; returns its lanes."""
    if step in ("compare", "weigh"):
        return _add_pieces(connection, replay.replay_id, step)
    if step in ("swap", "switch"):
        add_ranges(connection, replay.replay_id, step, step, 0, 0)
        return [step]
    if step in ("recode", "append"):
        for lane in RECODE_LANES:
            add_ranges(connection, replay.replay_id, step, lane, 0, replay.mark, RECODED_POSITIONS)
        return list(RECODE_LANES)
    if step in ("build", "reduce"):
        return _add_slices(connection, replay, step)
    shown = {name: position for name, position, _ in connection.execute(queries("replays")["live_positions"])}
    for name, generation in replay.generations.items():
        begun = connection.execute(queries("projections")["generation"], [generation]).fetchone()
        assert begun is not None
        if step == "verify":
            for ordinal in range(1 + begun[3] // VERIFIED_POSITIONS):
                connection.execute(
                    queries("replays")["add_range"], [replay.replay_id, step, name, ordinal, begun[3], begun[3]]
                )
            continue
        # never beyond the live checkpoint: verifying folds up to it, and cannot go back
        start = begun[3] or begun[6] or 0
        add_ranges(connection, replay.replay_id, step, name, start, max(start, shown.get(name, 0)))
    return sorted(replay.generations)


def _add_pieces(connection: psycopg.Connection, replay_id: int, step: str) -> list[str]:
    """Pieces of what differs, by the hash of article or place."""
    lanes, of, name = {
        "compare": (RECODE_LANES, COMPARED_ARTICLES, "to_compare"),
        "weigh": (PLACE_LANES, WEIGHED_PLACES, "to_weigh"),
    }[step]
    row = connection.execute(queries("differences")[name], [replay_id]).fetchone()
    assert row is not None
    for lane in lanes:
        for ordinal in range(1 + row[0] // (len(lanes) * of)):
            connection.execute(queries("replays")["add_range"], [replay_id, step, lane, ordinal, 0, 0])
    return list(lanes)


def _add_slices(connection: psycopg.Connection, replay: Replay, step: str) -> list[str]:
    """A range for each slice of the articles or the places, shared out among the lanes of each projection."""
    lanes = []
    for name, generation in sorted(replay.generations.items()):
        if step == "build":
            slices = projections.slices(connection, generation)
        else:
            slices = projections.cut_places(connection, name, generation)
        begun = connection.execute(queries("projections")["generation"], [generation]).fetchone()
        assert begun is not None
        edges = [(begun[6] or 0) * n // max(1, slices) for n in range(slices + 1)]
        for number in range(slices):
            ordinal, n = divmod(number, BUILD_LANES)
            lane = f"{name} {n + 1}" if n else name
            connection.execute(
                queries("replays")["add_range"],
                [replay.replay_id, step, lane, ordinal, edges[number], edges[number + 1]],
            )
            lanes += [lane] if ordinal == 0 else []
    return lanes


def slice_of(lane: str, ordinal: int) -> tuple[str, int]:
    """The projection and the slice that a range of a build stands for; its positions only say how much that is."""
    name, _, n = lane.partition(" ")
    return name, ordinal * BUILD_LANES + int(n or 1) - 1


def holds_orphans(connection: psycopg.Connection, replay: Replay) -> bool:
    """Whether decisions would lose their event and nobody accepted that."""
    row = connection.execute(queries("differences")["orphans"], [replay.replay_id]).fetchone()
    return replay.aim == "activate" and not replay.accept_orphans and row is not None and row[0] > 0


def add_ranges(
    connection: psycopg.Connection, replay_id: int, step: str, lane: str, start: int, end: int, width: int | None = None
) -> None:
    """Make a lane's ranges over (start, end], one of nothing where there is nothing between."""
    edges = [*range(start, end, width or RANGE_EVENTS), end] if end > start else [start, start]
    for ordinal, (low, high) in enumerate(pairwise(edges)):
        connection.execute(queries("replays")["add_range"], [replay_id, step, lane, ordinal, low, high])


def mismatched(connection: psycopg.Connection, replay_id: int) -> bool:
    """Whether verifying saw rows that differ."""
    rows = connection.execute(queries("replays")["found"], [replay_id]).fetchall()
    return any(seen and seen["differences"] for _, seen in rows)
