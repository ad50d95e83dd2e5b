"""The AMQP way in, and the doorbells, on a real RabbitMQ."""

import json
import signal
import threading
import time

import pika
import psycopg
import pytest
from psycopg import sql
from queue_parts import ObedientCoder, coded, one, receive, until
from worker_process import worker_process

from domain.article import Article
from domain.errors import TryAgain
from infra import reading
from infra.queues import bridge as bridges
from infra.queues import station as stations
from infra.queues.bridge import DEAD_QUEUE, DELIVERY_LIMIT, QUEUE, Bridge
from infra.queues.broker import open_broker, parameters, rabbit_backlog, rabbit_broker
from infra.queues.doorbells import CODE_QUEUE, PROJECT_QUEUE, Doorbells
from infra.queues.receiving import Door
from infra.settings import Settings

TEXT = "Government forces withdrew from the northern town on Monday, residents and officials of the region said."
REJECTED = "SELECT count(*) FROM frontlog_ops.rejected_input"


@pytest.fixture
def empty_queues(rabbitmq):
    """All queues there and empty."""
    broker = rabbit_broker(rabbitmq.url)
    with pika.BlockingConnection(parameters(rabbitmq.url)) as connection:
        channel = connection.channel()
        bridges.declare(channel)
        for queue in (CODE_QUEUE, PROJECT_QUEUE):
            broker.declare_queue(queue, ensure=True)
            broker.flush(queue)
        for queue in (QUEUE, DEAD_QUEUE):
            channel.queue_purge(queue)
    broker.close()


@pytest.fixture
def channel(rabbitmq, empty_queues):
    """A channel of a producer, with publisher confirms."""
    with pika.BlockingConnection(parameters(rabbitmq.url)) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        yield channel


@pytest.fixture
def settings(tmp_path, rabbitmq):
    return Settings(data_dir=tmp_path, broker_url=rabbitmq.url)


@pytest.fixture
def bells(settings, migrated):
    with open_broker(settings, migrated) as broker:
        yield Doorbells(broker)


def make_door(store, pool, bells, decode=reading.decode):
    return Door(store, pool, decode, bells.ring_code, lambda: None)


@pytest.fixture
def bridged(rabbitmq, store, pool, bells):
    """A bridge at work in a thread."""
    stop = threading.Event()
    bridge = Bridge(rabbitmq.url, make_door(store, pool, bells), stop)
    thread = threading.Thread(target=bridge.run)
    thread.start()
    yield bridge
    stop.set()
    thread.join(10)
    assert not thread.is_alive()


def send(channel, body, trace_id=None):
    headers = None if trace_id is None else {"trace_id": trace_id}
    channel.basic_publish("", QUEUE, body, pika.BasicProperties(delivery_mode=2, headers=headers), mandatory=True)


def article(**more):
    return json.dumps({"text": TEXT, **more}).encode()


def messages(rabbitmq, queue):
    """Ready and taken but not acknowledged, as a purge of the queue's consumers would find them."""
    return rabbit_backlog(rabbitmq.url, queue)


def test_bare_json_becomes_an_article_in_the_log(channel, bridged, store):
    send(channel, article(source="TRT", published="2024-12-06"), trace_id="from-outside")
    until(lambda: store.streams("article-"))
    [received] = store.read_stream(store.streams("article-")[0])
    assert (received.data["way_in"], received.data["source"]) == ("amqp", "TRT")
    assert received.metadata["trace_id"] == "from-outside"


def test_the_same_message_twice_is_one_article(channel, bridged, store, rabbitmq):
    send(channel, article())
    send(channel, article())
    send(channel, article(text=TEXT + " It was confirmed."))
    until(lambda: len(store.streams("article-")) == 2)
    until(lambda: messages(rabbitmq, QUEUE) == 0)


@pytest.mark.parametrize("body", [b"", b"\x00\xff\xfe", b"[1]", b'{"text": 5}', b'{"text": "cut o'])
def test_what_cannot_be_read_is_rejected_and_acknowledged_and_the_good_one_behind_it_taken(
    channel, bridged, migrated, store, body
):
    send(channel, body)
    send(channel, article())
    until(lambda: store.streams("article-"))
    with psycopg.connect(migrated) as connection:
        [row] = connection.execute(
            "SELECT way_in, found_in, error, inbox_id FROM frontlog_ops.rejected_input"
        ).fetchall()
    assert row[0] == "amqp" and row[1].startswith(f"queue {QUEUE}") and "expected" in row[2] and row[3] is None


def test_a_message_is_acknowledged_only_after_the_log_has_it(server, channel, migrated, store, rabbitmq, bells, pool):
    """The database goes away, the message is held and neither lost nor counted, and comes in when it is back."""
    gone = threading.Event()
    decoding = threading.Event()

    def decode(payload, where):
        decoding.set()
        assert gone.wait(20)
        return reading.decode(payload, where)

    stop = threading.Event()
    bridge = Bridge(rabbitmq.url, make_door(store, pool, bells, decode), stop)
    thread = threading.Thread(target=bridge.run)
    thread.start()
    send(channel, article())
    assert decoding.wait(20)
    allow_connections(server, migrated, False)
    gone.set()
    time.sleep(0.2)
    assert store_is_away(migrated)
    allow_connections(server, migrated, True)
    until(lambda: streams_patiently(store))
    stop.set()
    thread.join(10)
    assert one(migrated, REJECTED) == 0


def allow_connections(server, migrated, allowed):
    name = psycopg.conninfo.conninfo_to_dict(migrated)["dbname"]
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(
            sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}").format(sql.Identifier(name), sql.Literal(allowed))
        )
        if not allowed:
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))


def store_is_away(migrated):
    try:
        psycopg.connect(migrated).close()
    except psycopg.OperationalError:
        return True
    return False


def streams_patiently(store):
    try:
        return store.streams("article-")
    except TryAgain:
        return []


def test_a_message_that_fails_every_time_ends_as_rejected_where_one_can_see_it(
    channel, migrated, store, rabbitmq, bells, pool
):
    def decode(payload, where):
        raise RuntimeError("a fault of ours")

    stop = threading.Event()
    thread = threading.Thread(target=Bridge(rabbitmq.url, make_door(store, pool, bells, decode), stop).run)
    thread.start()
    body = article(text=TEXT * 30)
    send(channel, body, trace_id="poison")
    until(lambda: one(migrated, REJECTED) == 1, 60)
    stop.set()
    thread.join(10)
    assert one(migrated, "SELECT trace_id FROM frontlog_ops.rejected_input") == "poison"
    assert "RuntimeError: a fault of ours" in one(migrated, "SELECT error FROM frontlog_ops.rejected_input")
    assert one(migrated, "SELECT excerpt FROM frontlog_ops.rejected_input") == body.decode(), "kept whole"
    until(lambda: messages(rabbitmq, QUEUE) == 0)


def test_a_message_that_ends_its_reader_again_and_again_ends_where_one_can_see_it(
    channel, migrated, store, rabbitmq, bells, pool
):
    body = article(text=TEXT * 30)
    send(channel, body, trace_id="killer")
    for _ in range(DELIVERY_LIMIT + 1):
        until(lambda: take_and_die(rabbitmq))
    until(lambda: messages(rabbitmq, DEAD_QUEUE) == 1)
    stop = threading.Event()
    thread = threading.Thread(target=Bridge(rabbitmq.url, make_door(store, pool, bells), stop).run)
    thread.start()
    until(lambda: one(migrated, REJECTED) == 1)
    until(lambda: messages(rabbitmq, DEAD_QUEUE) == 0)
    stop.set()
    thread.join(10)
    assert one(migrated, "SELECT trace_id FROM frontlog_ops.rejected_input") == "killer"
    assert one(migrated, "SELECT excerpt FROM frontlog_ops.rejected_input") == body.decode()


def take_and_die(rabbitmq):
    """Whether there was a message to take; it is not acknowledged."""
    with pika.BlockingConnection(parameters(rabbitmq.url)) as connection:
        return connection.channel().basic_get(QUEUE)[0] is not None


def test_doorbells_on_rabbitmq_get_articles_coded(channel, settings, migrated, store):
    article_id = receive(store, "One.")
    with stations.working(
        settings, migrated, live_coder=lambda s: ObedientCoder(), kind="up", stop=threading.Event()
    ) as station:
        station.bells.ring_code(article_id)
        until(lambda: coded(store, article_id))


def test_with_rabbitmq_one_process_takes_articles_from_both_ways_in(channel, rabbitmq, migrated, store, tmp_path):
    with worker_process(migrated, tmp_path / "worker.log", rabbitmq.url) as worker:
        send(channel, article(text=TEXT + " One."), trace_id="amqp-trace")
        one(migrated, "SELECT frontlog_in.drop_article(%s)", psycopg.types.json.Jsonb({"text": TEXT + " Two."}))
        until(lambda: len(worker.lines("coded")) == 2)
        assert "amqp-trace" in [line["trace_id"] for line in worker.lines("coded")]


def test_a_worker_killed_while_coding_loses_nothing_on_rabbitmq(channel, rabbitmq, migrated, store, bells, tmp_path):
    article_id = receive(store, f"DIE ONCE {tmp_path / 'died'}")
    with worker_process(migrated, tmp_path / "one.log", rabbitmq.url) as worker:
        bells.ring_code(article_id)
        assert worker.dies() == -signal.SIGKILL
    with worker_process(migrated, tmp_path / "other.log", rabbitmq.url):
        until(lambda: coded(store, article_id))
    assert one(migrated, "SELECT attempts FROM frontlog_ops.attempts") == 2


def test_what_the_broker_confirmed_survives_its_kill(rabbitmq, empty_queues, settings, migrated):
    with open_broker(settings, migrated) as broker:
        bells = Doorbells(broker)
        assert bells.ring_code("a-0")
        # RabbitMQ 3.10 writes the name of a new queue's log to disk half a second later, messages at once
        time.sleep(1.5)
        rung = 1 + sum(bells.ring_code(f"a-{number}") for number in range(1, 200))
    rabbitmq.kill()
    with open_broker(settings, migrated) as broker:
        assert Doorbells(broker).ring_code("b") is False, "nobody is there to take it"
    rabbitmq.start()
    assert rung == 200
    until(lambda: messages(rabbitmq, CODE_QUEUE) == 200)


def test_a_station_outlives_the_kill_of_its_broker(rabbitmq, empty_queues, settings, migrated, store):
    with stations.working(
        settings, migrated, live_coder=lambda s: ObedientCoder(), kind="up", stop=threading.Event()
    ) as station:
        before = receive(store, "One.")
        station.bells.ring_code(before)
        until(lambda: coded(store, before))
        rabbitmq.kill()
        unheard = receive(store, "Two.")
        assert station.bells.ring_code(unheard) is False
        rabbitmq.start()
        until(lambda: coded(store, unheard), 60, "the sweep rings for what was not heard")
        after = one_more(rabbitmq)
        until(lambda: after in store.streams("article-"), 30, "the bridge is back")


def one_more(rabbitmq):
    with pika.BlockingConnection(parameters(rabbitmq.url)) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        send(channel, article())
    return f"article-{Article(TEXT).article_id}"


def test_queues_are_quorum_queues_with_their_limits_stated(channel, settings, migrated, rabbitmq):
    with open_broker(settings, migrated) as broker:
        Doorbells(broker).ring_code("a")
    for queue, limit in ((CODE_QUEUE, 20), (QUEUE, 5)):
        with pika.BlockingConnection(parameters(rabbitmq.url)) as connection:
            for other in ({"x-queue-type": "classic"}, {"x-queue-type": "quorum", "x-delivery-limit": limit + 1}):
                with pytest.raises(pika.exceptions.ChannelClosedByBroker, match="inequivalent"):
                    connection.channel().queue_declare(queue, durable=True, arguments=other)
