"""What the queue tests share: a log to write to, and a RabbitMQ for those that ask."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg_pool import ConnectionPool
from queue_parts import activate
from rabbitmq_server import RabbitServer, installed

from infra.postgres.pool import open_pool
from infra.postgres.store import PostgresEventStore


@pytest.fixture(scope="session")
def rabbitmq(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitServer]:
    """A running RabbitMQ that the tests of this run have for themselves."""
    script = installed()
    if script is None:
        pytest.skip("RabbitMQ is not installed (apt-get install rabbitmq-server)")
    server = RabbitServer(tmp_path_factory.mktemp("rabbitmq"), script)
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture
def pool(migrated: str) -> Iterator[ConnectionPool[psycopg.Connection]]:
    with open_pool(migrated, max_size=6) as pool:
        yield pool


@pytest.fixture
def store(pool: ConnectionPool[psycopg.Connection]) -> PostgresEventStore:
    """A log in which the obedient coder's edition is live."""
    store = PostgresEventStore(pool)
    activate(store)
    return store
