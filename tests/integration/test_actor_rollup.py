"""Roll-ups along the dated hierarchy of the registry."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from archive import EDITION, POLICY, Archive, told

from domain import workflow
from domain.errors import InvalidInput
from domain.events import EditionPublished
from domain.ports import NO_STREAM
from infra.postgres import projections, registry
from infra.postgres.pool import open_pool
from infra.postgres.store import PostgresEventStore

ACTORS = """
theatre: somewhere
actors:
- {id: front, name: Front, kind: umbrella, relations: [{part_of: union}]}
- {id: union, name: Union, kind: coalition}
- {id: north, name: North, kind: rebel,
   relations: [{part_of: front, from: 2024-06-01, to: 2025-01-01}, {part_of: union}]}
- {id: south, name: South, kind: rebel, relations: [{part_of: front}, {backed_by: patron}]}
- {id: patron, name: Patron, kind: external state}
- {id: round, name: Round, kind: rebel, relations: [{part_of: ring}]}
- {id: ring, name: Ring, kind: umbrella, relations: [{part_of: round}]}
"""


class RegisteredArchive(Archive):
    """An archive whose edition knows some actors."""

    def __post_init__(self) -> None:
        self.store = PostgresEventStore(self.pool)
        files = {"edition.yaml": POLICY, "actors/somewhere.yaml": ACTORS}
        published = EditionPublished(EDITION, "d" * 64, 1, files)
        self.store.append(f"edition-{EDITION}", NO_STREAM, [workflow.new_event(published, {})])
        workflow.activate(self.store, EDITION, metadata={})

    def rollup(self, actor: str, along: str = "{part_of}", as_of: str | None = None) -> dict[tuple[str, str], Any]:
        rows = self.rows("SELECT * FROM frontlog.actor_rollup(%s, %s, %s)", actor, along, as_of)
        return {(row["role"], row["event_type"]): row for row in rows}


@pytest.fixture
def archive(migrated: str) -> Iterator[RegisteredArchive]:
    with open_pool(migrated) as pool:
        archive = RegisteredArchive(pool)
        registry.keep(pool, EDITION)
        yield archive


def test_an_event_that_names_several_members_counts_once(archive: RegisteredArchive) -> None:
    archive.tell(
        "Text.",
        told("ControlTaken", ["North", "South", "Front"], "Aba", "2024-07-01"),
        told("ControlTaken", ["South"], "Bor", "2024-07-02"),
        told("ClashReported", ["North", "South"], "Cala", "2024-07-03"),
    )
    projections.project_all(archive.pool)
    found = archive.rollup("union")
    taken, clashed = found["actor", "ControlTaken"], found["actor", "ClashReported"]
    assert (taken["events"], taken["articles"], taken["places"]) == (2, 1, ["Aba", "Bor"])
    assert taken["members"] == ["front", "north", "south"]
    assert clashed["events"] == 1


def test_a_membership_counts_on_its_days_only(archive: RegisteredArchive) -> None:
    archive.tell(
        "Text.",
        told("ControlTaken", ["North"], "Aba", "2024-05-31"),
        told("ControlTaken", ["North"], "Bor", "2024-06-01"),
        told("ControlTaken", ["North"], "Cala", "2025-01-01"),
        told("ControlTaken", ["North"], "Dar"),
    )
    projections.project_all(archive.pool)
    assert archive.rollup("front")["actor", "ControlTaken"]["places"] == ["Bor", "Dar"]  # Dar: it may have been then
    assert archive.rollup("union")["actor", "ControlTaken"]["events"] == 4  # by the other chain it always is
    assert archive.rollup("front", as_of="2024-07-01")["actor", "ControlTaken"]["events"] == 4
    assert archive.rollup("front", as_of="2025-07-01") == {}


def test_a_backer_has_its_clients_events_only_when_asked_for(archive: RegisteredArchive) -> None:
    archive.tell("Text.", told("ControlLost", ["South"], "Aba", "2024-07-01"))
    projections.project_all(archive.pool)
    assert archive.rollup("patron") == {}
    assert archive.rollup("patron", "{part_of,backed_by}")["actor", "ControlLost"]["members"] == ["south"]


def test_an_event_of_a_retracted_article_is_not_rolled_up(archive: RegisteredArchive) -> None:
    article = archive.tell("Text.", told("ControlTaken", ["South"], "Aba", "2024-07-01"))
    workflow.retract(archive.store, article, reason="wrong", metadata={})
    projections.project_all(archive.pool)
    assert archive.rollup("front") == {}


def test_actors_that_belong_to_each_other_do_not_hang_a_rollup(archive: RegisteredArchive) -> None:
    archive.tell("Text.", told("ControlTaken", ["Round"], "Aba", "2024-07-01"))
    projections.project_all(archive.pool)
    assert archive.rollup("ring")["actor", "ControlTaken"]["events"] == 1


def test_an_actor_that_no_registry_knows_is_its_own_and_only_member(archive: RegisteredArchive) -> None:
    archive.tell("Text.", told("ControlTaken", ["Stranger"], "Aba", "2024-07-01"))
    projections.project_all(archive.pool)
    assert archive.rollup("stranger")["actor", "ControlTaken"]["members"] == ["stranger"]


def test_a_registry_is_derived_once_however_many_processes_ask(archive: RegisteredArchive) -> None:
    with archive.pool.connection() as connection:
        connection.execute("DELETE FROM frontlog_read.registries")
    derived: list[list[str]] = []
    asking = [threading.Thread(target=lambda: derived.append(registry.keep(archive.pool, EDITION))) for _ in range(4)]
    for each in asking:
        each.start()
    for each in asking:
        each.join()
    assert sorted(derived) == [[], [], [], [EDITION]]
    assert registry.keep(archive.pool, EDITION) == []
    [row] = archive.rows("SELECT count(*) AS n FROM frontlog_read.actors")
    assert row["n"] == 7


def test_an_edition_that_cannot_be_read_stops_only_those_who_live_by_it(archive: RegisteredArchive) -> None:
    broken = EditionPublished("test.2", "d" * 64, 1, {"edition.yaml": POLICY, "actors/x.yaml": "actors: [{id: 3}]"})
    archive.store.append("edition-test.2", NO_STREAM, [workflow.new_event(broken, {})])
    assert registry.keep(archive.pool, EDITION) == []
    with pytest.raises(InvalidInput):
        registry.keep(archive.pool, "test.2")
