"""Connections with the session settings that the log relies on, and what to make of a lost one."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import conninfo as conninfos
from psycopg import errors
from psycopg_pool import ConnectionPool, PoolTimeout

from domain.errors import TryAgain

SESSION = {
    "timezone": "UTC",
    # a writer holds back every reader's safe mark until it ends, so a forgotten one must not last
    "idle_in_transaction_session_timeout": "60s",
    "lock_timeout": "10s",
    # a snapshot taken before the safe mark was computed would not hold what the mark promises
    "default_transaction_isolation": r"read\ committed",
}
"""What every pooled session starts with; settings already in the conninfo's own `options` win."""

_PASSING = (
    psycopg.OperationalError,  # lost connections, shutdown, lock_timeout, serialization, deadlock, disk full
    psycopg.InterfaceError,
    errors.IdleInTransactionSessionTimeout,
)


def with_session(conninfo: str, application_name: str) -> str:
    """The same conninfo with Frontlog's session settings; bad conninfo raises psycopg.ProgrammingError."""
    given = conninfos.conninfo_to_dict(conninfo)
    settings = " ".join(f"-c {name}={value}" for name, value in SESSION.items())
    options = f"{settings} {given.get('options') or ''}".strip()
    name = given.get("application_name") or application_name
    return conninfos.make_conninfo(conninfo, options=options, application_name=name)


def open_pool(
    conninfo: str, *, max_size: int = 4, application_name: str = "frontlog", timeout_s: float = 30.0
) -> ConnectionPool[psycopg.Connection]:
    """Open a pool of autocommitting connections in UTC; the caller closes it.

    Connections are made on demand. Autocommit spares a round trip for single statements: open
    `with connection.transaction():` for more than one. Open the pool after a fork, never before.
    """
    return ConnectionPool(
        with_session(conninfo, application_name),
        min_size=0,
        max_size=max_size,
        kwargs={"autocommit": True},
        timeout=timeout_s,
        open=True,
    )


@contextmanager
def passing_trouble(doing: str, pool: ConnectionPool[psycopg.Connection] | None = None) -> Iterator[None]:
    """Raise TryAgain, naming what was being done, when the database went away or did not grant a lock.

    Whether a commit arrived is unknown when the connection goes at that moment: callers repeat, and find their events.

    With a pool, its other connections are tested too, so that the repeat does not meet a dead one.
    """
    try:
        yield
    except (*_PASSING, PoolTimeout) as error:
        if pool is not None and not isinstance(error, PoolTimeout | errors.LockNotAvailable):
            pool.check()
        said = str(error).strip().splitlines()
        raise TryAgain(
            f"{doing}: the database did not answer as hoped ({said[0] if said else type(error).__name__}). "
            "A repeat is safe: try again."
        ) from error
