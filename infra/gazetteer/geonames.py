"""The gazetteer port on GeoNames data (CC-BY 4.0, geonames.org) and airportsdata (MIT)."""

import os
import sqlite3
import threading
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from domain.ports import GazetteerEntry
from infra.gazetteer.index import LAYOUT, ensure
from infra.gazetteer.source import VERSION
from infra.gazetteer.spelling import LEAST_LETTERS, LEAST_RATIO, ratio, shape, sound

_COLUMNS = "p.id, p.name, p.kind, p.country, p.lat, p.lon, p.population, p.region"
_EXACT = (
    f"SELECT {_COLUMNS} FROM name n JOIN place p ON p.n = n.place WHERE n.folded = ? ORDER BY p.population DESC, p.n"  # noqa: S608 -- constants only
)
_VARIANTS = (
    f"SELECT n.folded, {_COLUMNS} FROM variant n JOIN place p ON p.n = n.place WHERE n.shape = ? AND n.country = ?"  # noqa: S608 -- constants only
)


class GeoNamesGazetteer:
    """Implements ports.Gazetteer with a few megabytes of memory, from an index file. Threads and forks may share it."""

    version = f"{VERSION}, layout {LAYOUT}"

    def __init__(self, folder: Path) -> None:
        """Open the index in `folder` (a cache or data folder), building it on first use: 10 s or so, once."""
        self._path = ensure(folder)
        self._lock = threading.Lock()
        self._owner = 0
        self._database: sqlite3.Connection | None = None
        self._named = lru_cache(maxsize=20_000)(self._read_named)

    def exact(self, folded: str, countries: Iterable[str]) -> list[GazetteerEntry]:
        """Entries with this folded name in these countries, most populous first."""
        wanted = frozenset(countries)
        return [entry for entry in self._named(folded) if entry.country in wanted]

    def anywhere(self, folded: str) -> tuple[GazetteerEntry, ...]:
        """Entries with this folded name in the whole world, most populous first."""
        return self._named(folded)

    def similar(self, folded: str, countries: Iterable[str]) -> list[GazetteerEntry]:
        """Entries with the same shape and a sound at least LEAST_RATIO alike; best first."""
        best: dict[GazetteerEntry, float] = {}
        own = shape(folded)
        for country in sorted(set(countries)) if len(sound(folded)) >= LEAST_LETTERS else ():
            for name, *columns in self._select(_VARIANTS, (own, country)):
                alike = ratio(folded, str(name))
                if alike >= LEAST_RATIO:
                    entry = _entry(columns)
                    best[entry] = max(best.get(entry, 0.0), alike)
        return sorted(best, key=lambda e: (-best[e], -e.population, e.id))

    def _read_named(self, folded: str) -> tuple[GazetteerEntry, ...]:
        return tuple(_entry(row) for row in self._select(_EXACT, (folded,)))

    def _select(self, query: str, values: tuple[str, ...]) -> list[tuple[object, ...]]:
        with self._lock:
            return self._connection().execute(query, values).fetchall()

    def _connection(self) -> sqlite3.Connection:
        # a connection must not cross a fork: the child opens its own
        if self._database is None or self._owner != os.getpid():
            uri = f"{self._path.absolute().as_uri()}?mode=ro&immutable=1"
            self._database = sqlite3.connect(uri, uri=True, check_same_thread=False)
            self._owner = os.getpid()
        return self._database


def _entry(columns: Iterable[object]) -> GazetteerEntry:
    id_, name, kind, country, lat, lon, population, region = columns
    return GazetteerEntry(
        str(id_),
        str(name),
        str(kind),
        str(country),
        float(str(lat)),
        float(str(lon)),
        int(str(population)),
        None if region is None else str(region),
    )
