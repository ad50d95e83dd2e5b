"""The gazetteer's index file: built once a version, atomically, safe when two processes build it at once."""

import os
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from infra.gazetteer.source import VERSION, Place, airports, cities
from infra.gazetteer.spelling import shape

LAYOUT = 4
"""Raise it whenever the tables, the folding or the shapes change: an index of another layout is never read."""

_TABLES = """
CREATE TABLE place (n INTEGER PRIMARY KEY, id TEXT, name TEXT, kind TEXT, country TEXT, lat REAL, lon REAL,
                    population INTEGER, region TEXT);
CREATE TABLE name (folded TEXT, country TEXT, place INTEGER, PRIMARY KEY (folded, country, place)) WITHOUT ROWID;
CREATE TABLE variant (shape TEXT, country TEXT, folded TEXT, place INTEGER,
                      PRIMARY KEY (shape, country, folded, place)) WITHOUT ROWID;
CREATE TEMP TABLE staged (folded TEXT, country TEXT, place INTEGER, shape TEXT);
"""
_SORTED = (
    "INSERT INTO name SELECT folded, country, place FROM staged ORDER BY 1, 2, 3",
    "INSERT INTO variant SELECT shape, country, folded, place FROM staged WHERE shape <> '' ORDER BY 1, 2, 3, 4",
)

_LATIN_SCRIPT = (
    "US CA GB IE AU NZ FR DE AT CH LI LU BE NL DK SE NO FI IS EE LV LT PL CZ SK HU SI HR RO IT ES PT AD MC SM MT "
    "BR AR CL UY PY PE EC BO MX CU DO GT HN NI CR PA PR JM"
)
"""Countries whose own spelling is what articles print: nothing to transliterate, so no variants are kept."""


def index_name() -> str:
    """File name of the index of the installed data."""
    return f"gazetteer-{LAYOUT}-" + VERSION.replace(", ", "-").replace(" ", "-") + ".sqlite"


def ensure(folder: Path) -> Path:
    """Path of the index in `folder`; builds it first when it is not there. Takes some seconds once, then nothing.

    A build goes to a file of its own and is renamed when whole, so a killed one leaves nothing that is read, and
    of two at once the later merely replaces the earlier by the same content.
    """
    path = folder / index_name()
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        _build(path)
    return path


def _build(path: Path) -> None:
    handle, temporary = tempfile.mkstemp(prefix=path.name, suffix=".part", dir=path.parent)
    os.close(handle)
    try:
        _fill(temporary)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    finally:
        Path(temporary).unlink(missing_ok=True)


def _fill(file: str) -> None:
    database = sqlite3.connect(file, isolation_level=None)
    try:
        database.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-16000;" + _TABLES)
        database.execute("BEGIN")
        database.executemany("INSERT INTO staged VALUES (?, ?, ?, ?)", _insert_places(database, _all_places()))
        for statement in _SORTED:
            database.execute(statement)
        database.execute("COMMIT")
        database.execute("PRAGMA synchronous=NORMAL")
    finally:
        database.close()


def _all_places() -> Iterator[Place]:
    yield from cities()
    yield from airports()


def _insert_places(database: sqlite3.Connection, places: Iterable[Place]) -> Iterator[tuple[str, str, int, str]]:
    for n, p in enumerate(places, 1):
        row = (n, p.id, p.name, p.kind, p.country, p.lat, p.lon, p.population, p.region)
        database.execute("INSERT INTO place VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        for folded in p.names:
            yield folded, p.country, n, "" if p.country in _LATIN_SCRIPT else shape(folded)
