"""The SQL contract: names, comments, and what the reader role can and cannot see."""

import threading
from collections.abc import Iterator
from typing import LiteralString

import psycopg
import pytest
from archive import Archive, tell_all
from psycopg import errors

from domain import workflow
from domain.events import Unresolved
from infra.postgres import projections
from infra.postgres.pool import open_pool

# DESIGN.md, SQL contract: columns may be added, none may go
HOLDING = (
    "place_id place kind country lat lon area status controllers controller_ids claimants since_earliest since_latest"
    " since_precision previous extent verification fighting origins claims edition"
)
CONTRACT = {
    "control_status": HOLDING,
    "control_history": f"{HOLDING} valid known",
    "control_evidence": "place_id place area event_position event_type holders occurred_earliest occurred_latest"
    " precision modality article_id origin_id source attribution sentence quote rule known_at",
    "control_changes": "shown_at place_id place area old_status new_status old_holders new_holders article_id sentence"
    " quote edition",
    "events": "position recorded_at edition article_id sentence type modality actors actor_ids counterparties places"
    " place_ids areas occurred_earliest occurred_latest precision attribution rule trigger quote fingerprint",
    "actor_activity": "actor_id actor role event_type events articles places first_on last_on",
    "actor_daily": "actor_id day event_type events",
    "articles": "article_id external_id source title url published received_at state edition sentences events attempts"
    " error origin_id",
    "unresolved": "article_id sentence mention role candidates",
    "actors": "actor_id actor kind country source edition",
    "actor_relations": "actor_id relation other_id valid edition",
    "concessions": "event_position place_id place area event_type speaker_id speaker losers loser_ids holders"
    " occurred_earliest occurred_latest source article_id sentence quote known_at",
    "event_places": "position n place_id place area extent kind country lat lon location_precision as_written",
    "event_attributions": "position attribution kind actor_id as_written",
    "replay_differences": "replay_id edition live_edition kind change weight fields article_id sentence event_type rule"
    " fingerprint place_id place area actor_id actor role before after note quote",
    "projections": "name generation edition position head lag_events state updated_at",
}


@pytest.fixture
def archive(migrated: str) -> Iterator[Archive]:
    with open_pool(migrated) as pool:
        yield Archive(pool)


def columns(archive: Archive, view: str) -> list[str]:
    rows = archive.rows(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = 'frontlog' AND table_name = %s"
        " ORDER BY ordinal_position",
        view,
    )
    return [row["column_name"] for row in rows]


@pytest.mark.parametrize("view", CONTRACT)
def test_no_column_of_the_contract_has_gone(archive: Archive, view: str) -> None:
    promised = CONTRACT[view].split()
    assert columns(archive, view)[: len(promised)] == promised


def test_control_as_of_answers_with_the_columns_of_control_status_and_a_certainty(archive: Archive) -> None:
    with archive.pool.connection() as connection:
        cursor = connection.execute("SELECT * FROM frontlog.control_as_of('2024-12-01', now())")
        assert cursor.description is not None
        assert [c.name for c in cursor.description] == [*CONTRACT["control_status"].split(), "certainty"]


@pytest.mark.parametrize(
    ("call", "promised"),
    [
        ("actor_members('x')", "actor_id actor depth valid"),
        ("actor_rollup('x')", "role event_type events articles places first_on last_on members"),
    ],
)
def test_functions_answer_the_reader_with_the_columns_they_promise(
    archive: Archive, call: LiteralString, promised: str
) -> None:
    with archive.pool.connection() as connection, connection.transaction(force_rollback=True):
        connection.execute("SET LOCAL ROLE frontlog_reader")
        cursor = connection.execute(f"SELECT * FROM frontlog.{call}")
        assert cursor.description is not None
        assert [c.name for c in cursor.description] == promised.split()


def test_every_view_column_and_function_is_commented(archive: Archive) -> None:
    silent = archive.rows(
        """
        SELECT c.relname || coalesce('.' || a.attname, '') AS name
          FROM pg_class c
          LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
         WHERE c.relnamespace = 'frontlog'::regnamespace
           AND (obj_description(c.oid) IS NULL OR col_description(c.oid, a.attnum) IS NULL)
        UNION ALL
        SELECT p.proname FROM pg_proc p
         WHERE p.pronamespace = 'frontlog'::regnamespace AND obj_description(p.oid, 'pg_proc') IS NULL
        """
    )
    assert [row["name"] for row in silent] == []


def test_the_reader_reads_every_view_and_the_function_and_nothing_else(archive: Archive) -> None:
    tell_all(archive, range(3))
    projections.project_all(archive.pool)
    with archive.pool.connection() as connection, connection.transaction(force_rollback=True):
        connection.execute("SET LOCAL ROLE frontlog_reader")
        for view in CONTRACT:
            connection.execute(f"SELECT * FROM frontlog.{view}")  # type: ignore[arg-type]
        found = connection.execute("SELECT quote FROM frontlog.control_evidence LIMIT 1").fetchone()
        assert found is not None and found[0] is not None
        assert connection.execute("SELECT * FROM frontlog.control_as_of('2024-12-20')").fetchall()
    for forbidden in (
        "SELECT * FROM frontlog_log.events",
        "SELECT * FROM frontlog_log.article_texts",
        "SELECT * FROM frontlog_read.control_history",
        "SELECT * FROM frontlog_ops.inbox",
        "DELETE FROM frontlog.events",
        "SELECT frontlog_read.new_generation('control', 'x', 1, '{}')",
    ):
        with (
            archive.pool.connection() as connection,
            pytest.raises(errors.InsufficientPrivilege),
            connection.transaction(),
        ):
            connection.execute("SET LOCAL ROLE frontlog_reader")
            connection.execute(forbidden)  # type: ignore[call-overload]


def test_the_reader_connects_to_the_embedded_server_by_itself(migrated: str) -> None:
    with psycopg.connect(migrated, user="frontlog_reader") as connection:
        assert connection.execute("SELECT count(*) FROM frontlog.control_status").fetchone() == (0,)


def test_two_states_of_a_holding_cannot_overlap_in_both_times(archive: Archive) -> None:
    tell_all(archive, range(3))
    projections.project_all(archive.pool)
    with archive.pool.connection() as connection:
        connection.execute("CREATE TEMP TABLE copied AS SELECT * FROM frontlog_read.control_history LIMIT 1")
        with pytest.raises(errors.ExclusionViolation):
            connection.execute("INSERT INTO frontlog_read.control_history SELECT * FROM copied")


def test_the_articles_view_tells_of_attempts_and_failures(archive: Archive) -> None:
    waits, failed = archive.receive("It waits.", "One"), archive.receive("It fails.", "One")
    with archive.pool.connection() as connection:
        connection.execute(
            "INSERT INTO frontlog_ops.attempts (article_id, edition, attempts, started_at, last_error)"
            " VALUES (%s, 'test.1', 2, now(), 'out of luck')",
            [waits],
        )
    workflow.fail_coding(archive.store, failed, "test.1", attempts=3, error="no good", metadata={})
    projections.project_all(archive.pool)
    rows = {row["article_id"]: row for row in archive.rows("SELECT * FROM frontlog.articles")}
    assert (rows[waits]["state"], rows[waits]["attempts"], rows[waits]["error"]) == ("received", 2, "out of luck")
    assert (rows[failed]["state"], rows[failed]["attempts"], rows[failed]["error"]) == ("failed", 3, "no good")
    workflow.retry(archive.store, failed, metadata={})
    projections.project_all(archive.pool)
    [row] = archive.rows("SELECT state FROM frontlog.articles WHERE article_id = %s", failed)
    assert row["state"] == "received"


def test_mentions_left_open_are_shown_with_their_candidates(archive: Archive) -> None:
    article = archive.receive("The armed forces took it.", "One")
    archive.code(article, unresolved=[Unresolved(1, "the armed forces", "actor", ("opp", "gov"))])
    projections.project_all(archive.pool)
    [row] = archive.rows("SELECT * FROM frontlog.unresolved")
    assert (row["mention"], row["candidates"]) == ("the armed forces", ["opp", "gov"])


def test_several_databases_of_one_server_share_the_reader_role(server: str, migrated_template: str) -> None:
    """The role is made once a server; migrations that run at the same moment must not trip over each other."""
    from infra.postgres.migrate import migrate

    made = [f"roles_{n}" for n in range(3)]
    failed: list[BaseException] = []

    def run(name: str) -> None:
        try:
            migrate(server.replace("/frontlog?", f"/{name}?"))
        except BaseException as error:
            failed.append(error)

    with psycopg.connect(server, autocommit=True) as owner:
        for name in made:
            owner.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
        try:
            threads = [threading.Thread(target=run, args=(name,)) for name in made]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        finally:
            for name in made:
                owner.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[arg-type]
    assert failed == []
