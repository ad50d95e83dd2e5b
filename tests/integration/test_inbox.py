import importlib.resources
import json
import re
import secrets
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql
from queue_parts import one, types

from domain.article import Article
from infra import logs, reading
from infra.postgres import inbox
from infra.queues.receiving import TRIES, Door

TEXT = "Government forces withdrew from the northern town on Monday, residents and officials of the region said."


class Bells:
    """Notes what rang, with the trace bound at that moment."""

    def __init__(self):
        self.rung = []
        self.announced = 0

    def ring_code(self, article_id):
        self.rung.append((article_id, logs.current_trace()))

    def announce(self):
        self.announced += 1


def make_door(store, pool, bells, decode=reading.decode):
    return Door(store, pool, decode, bells.ring_code, bells.announce)


@pytest.fixture
def bells():
    return Bells()


@pytest.fixture
def door(store, pool, bells):
    return make_door(store, pool, bells)


def take_all(door):
    while door.take_next():
        pass


def drop(conninfo, text=TEXT, **more):
    payload = {"text": text, **more}
    return one(conninfo, "SELECT frontlog_in.drop_article(%s)", psycopg.types.json.Jsonb(payload))


@pytest.fixture
def login(migrated):
    """Makes login roles, which belong to the whole server, and drops them."""
    made = []

    def make(*memberships):
        name = f"login_{secrets.token_hex(6)}"
        made.append(name)
        with psycopg.connect(migrated, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'pw'").format(sql.Identifier(name)))
            for membership in memberships:
                connection.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(membership), sql.Identifier(name)))
        parts = urlsplit(migrated)
        return parts._replace(netloc=f"{name}:pw@{parts.netloc.rpartition('@')[2]}").geturl()

    yield make
    with psycopg.connect(migrated, autocommit=True) as connection:
        for name in made:
            connection.execute(sql.SQL("DROP OWNED BY {0}").format(sql.Identifier(name)))
            connection.execute(sql.SQL("DROP ROLE {0}").format(sql.Identifier(name)))


def test_what_a_producer_drops_ends_in_the_log_and_rings(migrated, login, door, bells, store):
    inbox_id = drop(login("frontlog_producer"), source="TRT", published="2024-12-06")
    take_all(door)
    [(article_id, trace_id)] = bells.rung
    [received] = store.read_stream(f"article-{article_id}")
    assert (received.type, received.data["way_in"], received.data["source"]) == ("ArticleReceived", "sql", "TRT")
    assert received.metadata["trace_id"] == trace_id
    assert re.fullmatch("[0-9a-f]{32}", trace_id)
    assert inbox_id > 0
    assert one(migrated, "SELECT count(*) FROM frontlog_ops.inbox") == 0


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM frontlog_ops.inbox",
        "INSERT INTO frontlog_ops.inbox (payload) VALUES ('{}')",
        "DELETE FROM frontlog_ops.inbox",
        "SELECT * FROM frontlog_log.events",
        "SELECT * FROM frontlog_ops.rejected_input",
        "CREATE TABLE frontlog_in.mine (x int)",
        "CREATE FUNCTION frontlog_in.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    ],
)
def test_a_producer_can_do_nothing_but_drop(login, query):
    with psycopg.connect(login("frontlog_producer")) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(query)


def test_without_the_producer_role_nobody_drops(login):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        drop(login())


def test_a_producers_search_path_cannot_redirect_the_drop(migrated, login):
    dsn = login("frontlog_producer")
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("CREATE TEMP TABLE inbox (payload jsonb)")
        connection.execute("SET search_path = pg_temp")
        connection.execute("""SELECT frontlog_in.drop_article('{"text": "x"}')""")
    assert one(migrated, "SELECT count(*) FROM frontlog_ops.inbox") == 1


def test_dropping_null_is_refused_with_a_reason(migrated):
    with pytest.raises(psycopg.errors.NullValueNotAllowed, match="found NULL, expected a JSON object"):
        one(migrated, "SELECT frontlog_in.drop_article(NULL)")


def test_the_same_article_dropped_twice_is_received_once(migrated, door, bells, store):
    drop(migrated)
    drop(migrated)
    take_all(door)
    assert len(bells.rung) == bells.announced == 1
    assert types(store, f"article-{bells.rung[0][0]}") == ["ArticleReceived"]


def test_another_text_under_the_same_address_supersedes(migrated, door, bells, store):
    drop(migrated, url="https://example.org/1", source="TRT")
    drop(migrated, text=TEXT + " A spokesman confirmed it.", url="https://example.org/1", source="TRT")
    take_all(door)
    older, newer = (article_id for article_id, _ in bells.rung)
    assert types(store, f"article-{older}") == ["ArticleReceived", "ArticleSuperseded"]
    assert types(store, f"article-{newer}") == ["ArticleReceived"]


@pytest.mark.parametrize("payload", [[1, 2], "text", 7, {}, {"text": 5}, {"text": ""}, {"title": "no text"}])
def test_what_is_no_article_is_rejected_with_its_reason_and_the_good_one_beside_it_taken(
    migrated, door, bells, payload
):
    inbox_id = one(migrated, "SELECT frontlog_in.drop_article(%s)", psycopg.types.json.Jsonb(payload))
    drop(migrated)
    take_all(door)
    assert len(bells.rung) == 1
    with psycopg.connect(migrated) as connection:
        [row] = connection.execute(
            "SELECT inbox_id, way_in, found_in, error, excerpt FROM frontlog_ops.rejected_input"
        ).fetchall()
    assert row[:3] == (inbox_id, "sql", f"inbox row {inbox_id}")
    assert "found" in row[3] and "expected" in row[3]
    assert json.loads(row[4]) == payload
    assert one(migrated, "SELECT count(*) FROM frontlog_ops.inbox") == 0


def test_several_doors_take_each_row_once(migrated, store, pool):
    for number in range(40):
        drop(migrated, text=f"{TEXT} Report number {number}.")
    bells = [Bells() for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(take_all, [make_door(store, pool, each) for each in bells]))
    rung = [article_id for each in bells for article_id, _ in each.rung]
    assert len(rung) == len(set(rung)) == 40
    assert len(store.streams("article-")) == 40


def test_a_row_that_meets_an_unexpected_error_rests_and_is_rejected_in_the_end(migrated, store, pool, bells):
    def broken(payload, where):
        raise RuntimeError("password=s3cr3t is the fault")

    door = make_door(store, pool, bells, broken)
    drop(migrated, text=TEXT * 30)
    for tries in range(1, TRIES + 1):
        assert one(migrated, "SELECT count(*) FROM frontlog_ops.inbox") == 1
        assert door.take_next()
        if tries < TRIES:
            assert not door.take_next(), "it rests before it is tried again"
            with psycopg.connect(migrated) as connection:
                connection.execute("UPDATE frontlog_ops.inbox SET not_before = '-infinity'")
    assert one(migrated, "SELECT count(*) FROM frontlog_ops.inbox") == 0
    error = one(migrated, "SELECT error FROM frontlog_ops.rejected_input")
    assert "RuntimeError" in error and "s3cr3t" not in error
    assert json.loads(one(migrated, "SELECT excerpt FROM frontlog_ops.rejected_input"))["text"] == TEXT * 30, (
        "all of it"
    )


def test_a_failing_row_does_not_hold_up_the_one_behind_it(migrated, store, pool, bells):
    def picky(payload, where):
        if payload["text"] == "bad":
            raise RuntimeError("no")
        return Article(payload["text"])

    door = make_door(store, pool, bells, picky)
    drop(migrated, text="bad")
    drop(migrated)
    take_all(door)
    assert len(bells.rung) == 1


def test_a_drop_wakes_whoever_listens(migrated):
    news = inbox.News(migrated)
    news.wait(0.0)  # from here on it listens
    waited = []

    def wait():
        began = time.monotonic()
        news.wait(30.0)
        waited.append(time.monotonic() - began)

    thread = threading.Thread(target=wait)
    thread.start()
    drop(migrated)
    thread.join(10)
    news.close()
    assert waited and waited[0] < 10


def test_one_can_drop_from_python_as_well(migrated, pool, door, bells, store):
    inbox.drop(pool, {"text": TEXT}, way_in="http", trace_id="f" * 32)
    assert inbox.waiting(pool) == 1
    take_all(door)
    [(article_id, trace_id)] = bells.rung
    [received] = store.read_stream(f"article-{article_id}")
    assert (received.data["way_in"], trace_id) == ("http", "f" * 32)


def test_many_databases_of_one_server_may_make_the_role_at_once(server):
    text = importlib.resources.files("infra.postgres").joinpath("migrations/0010_ops.sql").read_text()
    [block] = re.findall(r"^DO \$\$.*?^\$\$;", text, re.DOTALL | re.MULTILINE)
    role = f"producer_{secrets.token_hex(6)}"
    start = threading.Barrier(8)

    def make():
        with psycopg.connect(server, autocommit=True) as connection:
            start.wait()
            connection.execute(block.replace("frontlog_producer", role).encode())

    try:
        with ThreadPoolExecutor(8) as threads:
            for made in [threads.submit(make) for _ in range(8)]:
                made.result()
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))
