"""The origins of all articles at once: what a batch finds by the log's index, a build finds by sorting signatures."""

from collections.abc import Iterable

import psycopg

from domain.origins import Steps, clusters, origins
from infra.postgres import projections_origins
from infra.postgres.queries import queries

ARRIVALS_AT_A_TIME = 5_000


def find(connection: psycopg.Connection, generation: int, edition: str, mark: int) -> None:
    """Store the origins of every article that may share one with another, as of a position of the log."""
    policy = projections_origins.policy_of(connection, edition)
    if policy is None:
        return
    articles: list[str] = []
    signatures: list[bytes] = []
    with connection.cursor().copy(queries("building")["signatures"], {"mark": mark}) as rows:
        for row in rows:
            article_id, _, signature = bytes(row)[:-1].partition(b"\t")
            articles.append(article_id.decode())
            signatures.append(bytes.fromhex(signature.decode()))
    found = [[articles[n] for n in members] for members in clusters(signatures)]
    del articles, signatures
    while found:
        several: list[list[str]] = []
        while found and sum(map(len, several)) < ARRIVALS_AT_A_TIME:
            several.append(found.pop())
        arrived = projections_origins.arrivals(connection, [one for each in several for one in each], mark)
        for members in several:
            _store(connection, generation, origins([arrived[one][0] for one in members], policy))


def stored(connection: psycopg.Connection, generation: int, articles: Iterable[str]) -> dict[str, Steps]:
    """The origins found, of those of these articles that share one."""
    asked = {"generation": generation, "articles": list(articles)}
    return {
        article_id: tuple(zip(since, ids, strict=True))
        for article_id, since, ids in connection.execute(queries("building")["origins"], asked)
    }


def _store(connection: psycopg.Connection, generation: int, found: dict[str, Steps]) -> None:
    rows = [
        (generation, article_id, [since for since, _ in steps], [origin_id for _, origin_id in steps])
        for article_id, steps in found.items()
    ]
    with connection.cursor() as cursor:
        cursor.executemany(queries("building")["add_origins"], rows)
