"""Which articles share an origin with those a batch touches, before it and after it, found by the log's own index."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import psycopg

from domain.origins import Arrival, OriginPolicy, Steps, copies, origins
from infra.postgres.queries import queries


@dataclass(frozen=True, slots=True)
class Origins:
    """Origins over known time by article id, by what the log held at the checkpoint and by what it holds after."""

    before: Mapping[str, Steps] = field(default_factory=dict)
    after: Mapping[str, Steps] = field(default_factory=dict)

    @property
    def changed(self) -> set[str]:
        """Articles that were there before and have other origins now: their evidence counts anew."""
        return {article_id for article_id, steps in self.before.items() if steps != self.after[article_id]}


def read(connection: psycopg.Connection, edition: str, articles: Iterable[str], before: int, after: int) -> Origins:
    """The origins of these articles and of all that share one with them, as of two positions of the log.

    Empty under an edition whose policy has no numbers for origins.
    """
    policy = policy_of(connection, edition)
    if policy is None:
        return Origins()
    around = _around(connection, policy, articles, after)
    earlier = [arrival for arrival, position in around if position <= before]
    return Origins(origins(earlier, policy), origins((arrival for arrival, _ in around), policy))


def _around(
    connection: psycopg.Connection, policy: OriginPolicy, articles: Iterable[str], up_to: int
) -> list[tuple[Arrival, int]]:
    """The articles with all that are near-duplicates of them, of these, and so on; each with its position."""
    frontier = arrivals(connection, articles, up_to)
    found = dict(frontier)
    while frontier:
        days = [arrival.day for arrival, _ in frontier.values()]
        dated = [day for day in days if day is not None]
        window = timedelta(days=policy.window_days)
        asked = {
            "streams": [f"article-{article_id}" for article_id in frontier],
            "up_to": up_to,
            "earliest": min(dated) - window if len(dated) == len(days) else None,
            "latest": max(dated) + window if len(dated) == len(days) else None,
        }
        # never prepared: the plan for any articles, made without knowing these, takes a hundred times as long
        told = connection.execute(queries("projections")["alike"], asked, prepare=False)
        alike = [_arrival(row) for row in told]
        fresh = {one.article_id: (one, position) for one, position in alike if one.article_id not in found}
        of, among = ([one for one, _ in some.values()] for some in (frontier, fresh))
        near = copies(of, among, policy)
        frontier = {article_id: fresh[article_id] for article_id in sorted(near)}
        found |= frontier
    return list(found.values())


def arrivals(connection: psycopg.Connection, articles: Iterable[str], up_to: int) -> dict[str, tuple[Arrival, int]]:
    """The receipt of these articles up to a position, by id, each with its own position."""
    streams = [f"article-{article_id}" for article_id in articles]
    named = connection.execute(queries("projections")["arrivals"], {"streams": streams, "up_to": up_to})
    return {arrival.article_id: (arrival, position) for arrival, position in map(_arrival, named)}


def _arrival(row: tuple[Any, ...]) -> tuple[Arrival, int]:
    stream: str
    received_at: datetime
    position, stream, received_at, published, signature = row
    day = date.fromisoformat(published) if published else None
    return Arrival(stream.removeprefix("article-"), received_at, day, signature or ""), position


def policy_of(connection: psycopg.Connection, edition: str) -> OriginPolicy | None:
    """The numbers by which articles are copies under an edition; None where it has none."""
    row = connection.execute(queries("projections")["edition_policy"], [edition]).fetchone()
    return OriginPolicy.from_text(row[0]) if row and row[0] else None
