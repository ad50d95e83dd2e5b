"""The editions' actor registries as rows, derived from the files that the log holds."""

from typing import Any

from domain.actor_entries import ActorEntry
from domain.actors import ActorRegistry
from domain.errors import InvalidInput
from infra.postgres.inbox import Pool
from infra.postgres.pool import passing_trouble
from infra.postgres.queries import queries


def keep(pool: Pool, live: str) -> list[str]:
    """Derive the rows of every published edition that has none yet; returns these editions.

    Safe to repeat and to run twice at once. Raises InvalidInput when the files of the `live` edition cannot be read;
    another one that newer code cannot read has no rows until it can.
    """
    with passing_trouble("reading the actor registry", pool), pool.connection() as connection:
        lacking = connection.execute(queries("registry")["lacking"]).fetchall()
    return [edition for edition, files in lacking if _derive(pool, edition, files, live)]


def _derive(pool: Pool, edition: str, files: dict[str, str], live: str) -> bool:
    try:
        entries = ActorRegistry.from_files(files).entries()
    except InvalidInput:
        if edition == live:
            raise
        return False
    with passing_trouble("keeping the actor registry", pool), pool.connection() as connection, connection.transaction():
        if connection.execute(queries("registry")["claim"], [edition]).fetchone() is None:
            return False  # another process was quicker
        actors, relations = [_actor(entry) for entry in entries], _relations(entries)
        connection.execute(queries("registry")["add_actors"], [edition, *_columns(actors, 5)])
        connection.execute(queries("registry")["add_relations"], [edition, *_columns(relations, 5)])
        connection.execute(queries("registry")["derive_ancestry"], [edition])
    return True


def _actor(entry: ActorEntry) -> tuple[Any, ...]:
    return (entry.id, entry.name, entry.kind, entry.country, entry.source)


def _relations(entries: tuple[ActorEntry, ...]) -> list[tuple[Any, ...]]:
    rows = {(e.id, r.type, r.other, r.since, r.until): None for e in entries for r in e.relations}
    return list(rows)


def _columns(rows: list[tuple[Any, ...]], width: int) -> list[list[Any]]:
    """The rows turned into columns, for one unnest."""
    return [[row[n] for row in rows] for n in range(width)]
