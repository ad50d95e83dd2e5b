"""A real PostgreSQL for every test that asks: one embedded server a run, an own database a test."""

import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from infra.embedded import lease, stop
from infra.settings import Settings

_number = itertools.count(1)


@pytest.fixture(scope="session")
def server_settings() -> Iterator[Settings]:
    """Settings of an embedded server that this run (with xdist, this worker) has for itself."""
    # beside pytest's own folders, which are closed to the account that the server runs as under root
    folder = Path(tempfile.mkdtemp(prefix="frontlog-tests-"))
    folder.chmod(0o755)
    settings = Settings(data_dir=folder, server_linger_s=0.0)
    (folder / "server").mkdir()
    # a killed process loses nothing by this, only a power cut does, and it halves the time of a run
    (folder / "server" / "local.conf").write_text("fsync = off\n")
    yield settings
    stop(settings)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def server(server_settings: Settings) -> Iterator[str]:
    """Conninfo of the running server's database `frontlog`, as its owner and superuser."""
    with lease(server_settings) as conninfo:
        yield conninfo


@pytest.fixture
def database(server: str) -> Iterator[str]:
    """Conninfo of a fresh and empty database, dropped after the test. Roles belong to the server: tests share them."""
    with fresh_database(server) as conninfo:
        yield conninfo


@pytest.fixture(scope="session")
def migrated_template(server: str) -> Iterator[str]:
    """Name of a database that holds all migrations, to be copied and never connected to."""
    from infra.postgres.migrate import migrate

    name = f"migrated_{os.getpid()}"
    with fresh_database(server, name=name) as conninfo:
        migrate(conninfo)
        yield name


@pytest.fixture
def migrated(server: str, migrated_template: str) -> Iterator[str]:
    """Conninfo of a fresh database with all migrations applied, dropped after the test."""
    with fresh_database(server, template=migrated_template) as conninfo:
        yield conninfo


@pytest.fixture
def empty_settings() -> Iterator[Settings]:
    """Settings of a data folder not made yet; its server ends with its last lease."""
    # every account can reach it, as a server started by root must
    folder = Path(tempfile.mkdtemp(prefix="frontlog-own-"))
    folder.chmod(0o755)
    settings = Settings(data_dir=folder / "data", server_linger_s=0.0)
    try:
        yield settings
        stop(settings)
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def made_data_dir(server_settings: Settings) -> Path:
    """A data folder whose cluster is made and stopped, to be copied: making one takes a second and more."""
    settings = Settings(data_dir=server_settings.data_dir / "made", server_linger_s=0.0)
    with lease(settings):
        pass
    stop(settings)
    return settings.data_dir


@pytest.fixture
def own_settings(empty_settings: Settings, made_data_dir: Path) -> Settings:
    """Settings of a data folder with an empty database, for tests that kill its server."""
    subprocess.run(["cp", "-pR", made_data_dir, empty_settings.data_dir], check=True)
    return empty_settings


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The gazetteer's index, built once: every data folder but the first has one."""
    from infra.gazetteer import GeoNamesGazetteer

    folder = tmp_path_factory.mktemp("cache")
    GeoNamesGazetteer(folder)
    return folder


@contextmanager
def fresh_database(server: str, *, template: str = "template1", name: str | None = None) -> Iterator[str]:
    """Make a database and yield its conninfo, a URL; drop it afterwards together with what is still connected."""
    name = name or f"test_{os.getpid()}_{next(_number)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )
    try:
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
