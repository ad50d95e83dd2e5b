"""Migrations, two processes at once included."""

import multiprocessing
from types import SimpleNamespace

import psycopg
import pytest

from domain.errors import Stop, TryAgain
from infra.postgres import migrate as migrations
from infra.postgres.migrate import Migration, migrate, shipped

FIRST = Migration("0001_first", "CREATE TABLE first (n int); INSERT INTO first VALUES (1);")
SECOND = Migration("0002_second", "ALTER TABLE first ADD COLUMN name text;")


def rows(conninfo: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(conninfo) as connection:
        return connection.execute(query).fetchall()  # type: ignore[arg-type]


def test_all_shipped_migrations_apply_once_in_the_order_of_their_numbers(database: str) -> None:
    names = migrate(database)
    assert names == sorted(names)
    assert names == [each.name for each in shipped()]
    assert names[0] == "0001_log"
    assert migrate(database) == []
    recorded = rows(database, "SELECT name, digest FROM frontlog_ops.migrations ORDER BY name")
    assert recorded == [(each.name, each.digest) for each in shipped()]


def migrate_when_told(conninfo: str, start: "multiprocessing.synchronize.Barrier") -> list[str]:
    start.wait()
    return migrate(conninfo)


def test_processes_that_start_at_once_apply_each_migration_once(database: str) -> None:
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager, context.Pool(3) as pool:
        start = manager.Barrier(3)
        applied = pool.starmap(migrate_when_told, [(database, start)] * 3)
    assert sorted(applied, key=len) == [[], [], [each.name for each in shipped()]]


def test_a_migration_added_later_is_applied_alone(database: str) -> None:
    assert migrate(database, [FIRST]) == ["0001_first"]
    assert migrate(database, [FIRST, SECOND]) == ["0002_second"]
    assert rows(database, "SELECT n, name FROM first") == [(1, None)]


def test_a_migration_that_fails_leaves_nothing_and_keeps_those_before_it(database: str) -> None:
    broken = Migration("0002_broken", "CREATE TABLE half (n int); SELECT 1/0;")
    with pytest.raises(psycopg.errors.DivisionByZero):
        migrate(database, [FIRST, broken])
    assert rows(database, "SELECT to_regclass('half')::text, to_regclass('first')::text") == [(None, "first")]
    assert migrate(database, [FIRST, SECOND]) == ["0002_second"]


def test_a_changed_migration_is_refused_by_name(database: str) -> None:
    migrate(database, [FIRST])
    with pytest.raises(Stop, match=r"0001_first was applied with digest .* must not change"):
        migrate(database, [Migration("0001_first", "SELECT 1;"), SECOND])
    assert rows(database, "SELECT name FROM frontlog_ops.migrations") == [("0001_first",)]


def test_a_database_of_newer_code_is_refused(database: str) -> None:
    migrate(database, [FIRST, SECOND])
    with pytest.raises(Stop, match=r"newer Frontlog .*0002_second.*Upgrade Frontlog"):
        migrate(database, [FIRST])


def test_an_older_server_is_refused_before_anything_is_written(database: str) -> None:
    with pytest.raises(Stop, match="PostgreSQL 17, Frontlog needs 18 or newer"):
        migrations._refuse_old_server(SimpleNamespace(info=SimpleNamespace(server_version=170004)))  # type: ignore[arg-type]
    assert rows(database, "SELECT to_regnamespace('frontlog_ops')::text") == [(None,)]


def test_a_server_that_is_not_there_is_worth_another_try(database: str) -> None:
    with pytest.raises(TryAgain, match="migrating the database"):
        migrate("host=127.0.0.1 port=1 connect_timeout=2")


def test_a_migration_comes_back_for_a_lock_that_a_reader_holds(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    migrate(database, [FIRST])
    refused: list[str] = []
    apply = migrations._apply_once

    def counted(connection: psycopg.Connection, migration: Migration) -> None:
        try:
            apply(connection, migration)
        except psycopg.errors.LockNotAvailable:
            refused.append(migration.name)
            reader.rollback()
            raise

    monkeypatch.setattr(migrations, "_apply_once", counted)
    with psycopg.connect(database) as reader:
        reader.execute("SELECT * FROM first")
        assert migrate(database, [FIRST, SECOND]) == ["0002_second"]
    assert refused == ["0002_second"]
