"""A log that an older Frontlog wrote: read through the upcasters and replayed, it says what it said then."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from archive import Archive
from psycopg.types.json import Jsonb
from replay_parts import in_this_process

from domain import upcasters
from domain.errors import Stop
from infra.postgres import projections
from infra.postgres.pool import open_pool
from infra.postgres.verify import verify_all
from infra.replay import conduct

FOLDER = Path(__file__).parents[1] / "data" / "older_log"
SHOWN = {
    "articles": """
        SELECT source, title, published::text, state, events FROM frontlog.articles
         ORDER BY published, source, state""",
    "holdings": """
        SELECT place, area, status, controllers, since_latest::text, origins, claims FROM frontlog.control_status
         ORDER BY place, area""",
    "events": """
        SELECT type, actors, places, occurred_latest::text, standing, quote FROM frontlog.events ORDER BY position""",
}
TEXT = """
INSERT INTO frontlog_log.article_texts (digest, text, erased_at) VALUES (%(digest)s, %(text)s, %(erased_at)s)
"""
EVENT = """
INSERT INTO frontlog_log.events
       (position, recorded_at, version, schema_version, stream, type, data, metadata, digest)
VALUES (%(position)s, %(recorded_at)s, %(version)s, %(schema_version)s, %(stream)s, %(type)s, %(data)s, %(metadata)s,
        decode(%(digest)s, 'hex'))
"""


@pytest.fixture
def archive(migrated: str) -> Iterator[Archive]:
    with psycopg.connect(migrated) as connection:
        load(connection)
    with open_pool(migrated) as pool:
        yield Archive(pool)


def load(connection: psycopg.Connection) -> None:
    """The rows as they are in the file, digests included: nothing of today's code has a hand in it."""
    connection.execute("SELECT frontlog_log.hold_floor()")  # or the log would refuse them
    for line in (FOLDER / "log.jsonl").read_text(encoding="utf-8").splitlines():
        ((kind, row),) = json.loads(line).items()
        wrapped = {name: Jsonb(value) if isinstance(value, dict) else value for name, value in row.items()}
        connection.execute(TEXT if kind == "text" else EVENT, wrapped)
    connection.execute("SELECT setval('frontlog_log.event_position', (SELECT max(position) FROM frontlog_log.events))")


def shown(archive: Archive) -> dict[str, list[dict[str, Any]]]:
    return {name: archive.rows(query) for name, query in SHOWN.items()}


def test_a_log_of_older_versions_is_replayed_to_the_rows_that_its_own_version_showed(archive: Archive) -> None:
    versions = archive.rows("SELECT DISTINCT schema_version FROM frontlog_log.events WHERE type = 'ArticleReceived'")
    assert versions == [{"schema_version": 1}], "older than what is written today"
    with archive.pool.connection() as connection:
        assert verify_all(connection).sound
    projections.project_all(archive.pool)
    done = in_this_process(archive.pool, conduct.begin(archive.pool))
    assert done.state == "done", done.error
    assert shown(archive) == json.loads((FOLDER / "shown.json").read_text(encoding="utf-8"))


def test_it_cannot_be_read_without_its_upcaster(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(upcasters.UPCASTERS, ("ArticleReceived", 1))  # type: ignore[arg-type]
    with pytest.raises(Stop, match="ArticleReceived from version 1 to 2"):
        projections.project_all(archive.pool)
