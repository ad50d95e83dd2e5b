"""A small archive for tests: articles received and coded by hand, without parser or rules."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import msgspec
import psycopg
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

from domain import workflow
from domain.article import Article
from domain.events import (
    ActorRef,
    Attribution,
    CodedEvent,
    Coding,
    EditionPublished,
    Occurred,
    PlaceRef,
    SentenceRecord,
    Unresolved,
)
from domain.ports import NO_STREAM
from domain.projections import PROJECTIONS
from infra.postgres import projections
from infra.postgres.store import PostgresEventStore

EDITION = "test.1"
POLICY = "policy:\n  fighting_stale_days: 14\n  dispute_window_days: 3\n"


def actor(name: str, *candidates: str) -> ActorRef:
    return ActorRef(id=name.lower(), name=name, as_written=name, resolved=name, candidates=candidates)


def place(name: str, area: str | None = None, extent: str | None = None) -> PlaceRef:
    return PlaceRef(id=f"place:{name.lower()}", name=name, as_written=name, resolved=name, area=area, extent=extent)


def on(day: str | None) -> Occurred:
    """That day exactly; None: no date in the text."""
    if day is None:
        return Occurred()
    return Occurred(date.fromisoformat(day), date.fromisoformat(day), "day")


def told(
    type: str,
    who: Sequence[str],
    where: Sequence[PlaceRef] | str,
    day: str | None = None,
    *,
    to: Sequence[str] = (),
    modality: str = "asserted",
    said_by: str | None = None,
    occurred: Occurred | None = None,
    sentence: int = 1,
    ordinal: int = 0,
) -> CodedEvent:
    places = (place(where),) if isinstance(where, str) else tuple(where)
    return CodedEvent(
        type=type,
        sentence=sentence,
        ordinal=ordinal,
        rule="by hand",
        modality=modality,  # type: ignore[arg-type]
        actors=tuple(map(actor, who)),
        counterparties=tuple(map(actor, to)),
        places=places,
        occurred=occurred or on(day),
        start=0,
        end=5,
        trigger="took",
        trigger_start=0,
        trigger_end=4,
        attribution=Attribution(said_by, said_by, actor_id=said_by.lower()) if said_by else None,
    )


@dataclass
class Archive:
    """A log with one live edition, made or found."""

    pool: ConnectionPool[psycopg.Connection]
    policy: str = POLICY

    def __post_init__(self) -> None:
        self.store = PostgresEventStore(self.pool)
        if self.store.streams(f"edition-{EDITION}"):
            return
        published = EditionPublished(EDITION, "d" * 64, 1, {"edition.yaml": self.policy})
        self.store.append(f"edition-{EDITION}", NO_STREAM, [workflow.new_event(published, {})])
        workflow.activate(self.store, EDITION, metadata={})

    def receive(
        self, text: str, source: str | None = None, published: str | None = None, url: str | None = None
    ) -> str:
        article = Article(text, source, date.fromisoformat(published) if published else None, url)
        with self.store.transaction() as tx:
            return workflow.receive(tx, article, way_in="test", metadata={}).article_id

    def code(
        self, article_id: str, *events: CodedEvent, unresolved: Sequence[Unresolved] = (), edition: str = EDITION
    ) -> None:
        numbered = [self._placed(event, n, article_id) for n, event in enumerate(events)]
        coding = Coding(
            article_id,
            edition,
            "d" * 64,
            "none",
            (SentenceRecord(1, 0, 5, "coded"),),
            tuple(numbered),
            tuple(unresolved),
        )
        self.store.append(f"coding-{article_id}@{edition}", NO_STREAM, workflow.coding_events(coding, {}))

    def tell(self, text: str, *events: CodedEvent, source: str | None = None, published: str | None = None) -> str:
        """Receive and code in one go."""
        article_id = self.receive(text, source, published)
        self.code(article_id, *events)
        return article_id

    def _placed(self, event: CodedEvent, n: int, article_id: str) -> CodedEvent:
        return msgspec.structs.replace(event, sentence=n + 1, fingerprint=f"{article_id}:{n + 1}")

    def rows(self, query: str, *arguments: Any) -> list[dict[str, Any]]:
        with self.pool.connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(query, arguments).fetchall()  # type: ignore[call-overload]

    def holding(self, name: str, area: str | None = None) -> dict[str, Any] | None:
        found = self.rows(
            "SELECT * FROM frontlog.control_status WHERE place = %s AND area IS NOT DISTINCT FROM %s", name, area
        )
        assert len(found) <= 1
        return found[0] if found else None


TYPES = (
    "ControlTaken",
    "ControlTransferred",
    "ControlAsserted",
    "ControlLost",
    "WithdrawalReported",
    "ClashReported",
    "AttackReported",
)
NAMES = ("Army", "Rebels", "Militia", "Guards")
PLACES = ("Aba", "Bor", "Cala", "Dar", "Eno", "Fas")


def made_up(seed: int) -> tuple[str, str, list[CodedEvent]]:
    """Text, source and events of an article by chance, the same for the same seed."""
    chance = random.Random(seed)
    events = []
    for _ in range(chance.randrange(1, 6)):
        day = date(2024, 12, 1) + timedelta(days=chance.randrange(30))
        where = [
            place(name, chance.choice([None, None, "centre"])) for name in chance.sample(PLACES, chance.randrange(1, 3))
        ]
        who = chance.sample(NAMES, chance.choice([1, 1, 2]))
        to = [name for name in chance.sample(NAMES, 1) if name not in who]
        type = chance.choice(TYPES)
        dated = chance.random() < 0.7
        modality = chance.choice(["asserted"] * 4 + ["planned"])
        events.append(
            told(
                type,
                who,
                where,
                day.isoformat() if dated else None,
                to=to if type != "ControlAsserted" else (),
                modality=modality,
            )
        )
    return f"Article {seed} by chance.", chance.choice(["One", "Two", "Three"]), events


def tell_all(archive: Archive, seeds: Iterable[int]) -> list[str]:
    """Receive and code the made-up articles of these seeds, in this order."""
    ids = []
    for seed in seeds:
        text, source, events = made_up(seed)
        ids.append(archive.tell(text, *events, source=source, published="2025-01-05"))
    return ids


def shown(archive: Archive) -> dict[str, int]:
    """The generation on display of each projection."""
    return {row["projection"]: row["generation"] for row in archive.rows("SELECT * FROM frontlog_read.live")}


def contents(archive: Archive, generations: dict[str, int]) -> dict[str, list[str]]:
    """All rows of all tables of these generations, as text, sorted."""
    found = {}
    for projection in PROJECTIONS:
        for table in projection.tables:
            columns = ", ".join(table.columns)
            rows = archive.rows(
                f"SELECT row({columns})::text AS row FROM frontlog_read.{table.name} WHERE generation = %s",
                generations[projection.name],
            )
            found[table.name] = sorted(row["row"] for row in rows)
    return found


def rebuilt(archive: Archive) -> dict[str, int]:
    """New generations of all projections, not on display."""
    return {name: projections.rebuild(archive.pool, name) for name in projections.names()}
