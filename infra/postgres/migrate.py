"""Brings a database to the schema this code expects: numbered SQL files, each applied once."""

import hashlib
from dataclasses import dataclass
from importlib import resources

import psycopg
from psycopg.errors import LockNotAvailable

from domain.errors import Stop
from infra.postgres.pool import passing_trouble, with_session
from infra.postgres.queries import queries

OLDEST_SERVER = 180000
"""PostgreSQL 18: WITHOUT OVERLAPS keys and uuidv7()."""

LOCK_ATTEMPTS = 10
"""How often a migration comes back for a lock that some reader holds; each waits 3 s (queries/migrate.sql)."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file of `migrations/`; `digest` is SHA-256 of its bytes, hex."""

    name: str
    sql: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()


def shipped() -> list[Migration]:
    """The migrations of this code, in the order of their numbers."""
    folder = resources.files("infra.postgres").joinpath("migrations")
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".sql")), key=lambda f: f.name)
    return [Migration(f.name.removesuffix(".sql"), f.read_text(encoding="utf-8")) for f in files]


def migrate(conninfo: str, migrations: list[Migration] | None = None) -> list[str]:
    """Apply what the database lacks and return the names applied, in order; a repeat returns none.

    Safe when several processes start at once: they queue on an advisory lock. Each file is one transaction,
    with the session settings of the pool.
    Raises Stop for a server older than PostgreSQL 18, for an applied file that has changed since, and for a
    database that newer code has migrated; TryAgain when the connection is lost or the lock not granted.
    """
    wanted = shipped() if migrations is None else migrations
    with (
        passing_trouble("migrating the database"),
        psycopg.connect(with_session(conninfo, "frontlog migrate"), autocommit=True) as connection,
    ):
        _refuse_old_server(connection)
        # held by the session, so that one process applies the whole list while others wait their turn
        connection.execute(queries("migrate")["wait_for_turn"])
        connection.execute(queries("migrate")["bookkeeping"])
        return [_apply(connection, each) for each in _missing(connection, wanted)]


def _refuse_old_server(connection: psycopg.Connection) -> None:
    found = connection.info.server_version
    if found < OLDEST_SERVER:
        raise Stop(
            f"this server is PostgreSQL {found // 10000}, Frontlog needs 18 or newer. Point FRONTLOG_DATABASE_URL "
            "at a newer server, or unset it to use the embedded one."
        )


def _missing(connection: psycopg.Connection, wanted: list[Migration]) -> list[Migration]:
    applied: dict[str, str] = dict(connection.execute(queries("migrate")["applied"]).fetchall())
    known = {each.name: each.digest for each in wanted}
    if newer := sorted(set(applied) - set(known)):
        raise Stop(
            f"this database was migrated by a newer Frontlog (it has {', '.join(newer)}, which this one does not "
            "know). Upgrade Frontlog on this machine, or use another database."
        )
    for name, digest in sorted(applied.items()):
        if known[name] != digest:
            raise Stop(
                f"migration {name} was applied with digest {digest[:12]}, the file now has {known[name][:12]}: an "
                "applied migration must not change. Restore the file and put the change into a new migration."
            )
    return [each for each in wanted if each.name not in applied]


def _apply(connection: psycopg.Connection, migration: Migration) -> str:
    """DDL waits behind an open reader and everyone else behind it, so it waits briefly and comes back."""
    for attempts_left in reversed(range(LOCK_ATTEMPTS)):
        try:
            _apply_once(connection, migration)
            break
        except LockNotAvailable:
            if not attempts_left:
                raise
    return migration.name


def _apply_once(connection: psycopg.Connection, migration: Migration) -> None:
    with connection.transaction():
        connection.execute(migration.sql.encode())
        connection.execute(queries("migrate")["record"], (migration.name, migration.digest))
