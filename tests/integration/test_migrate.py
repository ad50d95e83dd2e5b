"""Migrations, two processes at once included."""

import multiprocessing
from types import SimpleNamespace

import psycopg
import pytest
from archive import Archive, contents, made_up, rebuilt, shown

from domain.errors import Stop, TryAgain
from infra.postgres import generations, projections, replays
from infra.postgres import migrate as migrations
from infra.postgres.migrate import Migration, migrate, shipped
from infra.postgres.pool import open_pool
from infra.replay import conduct

FIRST = Migration("0001_first", "CREATE TABLE first (n int); INSERT INTO first VALUES (1);")
SECOND = Migration("0002_second", "ALTER TABLE first ADD COLUMN name text;")

GIVING_UP = ("0047_builds_by_position", "0048_given_up")


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


def test_an_upgrade_gives_up_the_replay_that_an_older_version_has_not_ended(database: str) -> None:
    migrate(database, [each for each in shipped() if each.name not in GIVING_UP])
    with open_pool(database) as pool:
        archive = Archive(pool)
        for seed in range(3):
            archive.tell(f"Article {seed}.", *made_up(seed)[2])
        projections.project_all(pool)
        before, live = contents(archive, shown(archive)), shown(archive)
        replay = conduct.begin(pool, ["actor_activity", "control", "events"])
        made = replays.one(pool, replay.replay_id).generations
        projections.finish_build(pool, "events", made["events"])
        assert {name for name, _, _ in building_now(database)} == {"actor_activity", "control", "events"}

        migrate(database)
        given_up = replays.one(pool, replay.replay_id)
        assert (given_up.state, given_up.error) == ("abandoned", "begun by an older version. Start it again.")
        assert generations.drop_set_aside(pool) == 0
        assert building_now(database) == []
        assert rows(database, "SELECT generation FROM frontlog_read.generations ORDER BY 1") == [
            (generation,) for generation in sorted(live.values())
        ]
        assert contents(archive, shown(archive)) == before
        assert contents(archive, rebuilt(archive)) == before


def building_now(conninfo: str) -> list[tuple[object, ...]]:
    return rows(conninfo, "SELECT projection, generation, state FROM frontlog_read.generations WHERE state <> 'live'")
