"""Countries, their peoples and capitals: the general table behind "<demonym> forces" and "<capital> plans"."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from domain.datafile import Row, read
from domain.names import NameIndex, NameMention, fold

COUNTRIES_FILE = "countries.yaml"
_REMEMBERED, _PHRASE = 4_096, 400
"""Phrases and sentences, at most so many and so long, whose countries are kept: each is asked for several times."""


@dataclass(frozen=True, slots=True)
class Country:
    """`code` is ISO 3166 alpha-2, `id` alpha-3 in lower case (the stem of actor ids), `geonames` its place id."""

    code: str
    id: str
    name: str
    geonames: int
    also: tuple[str, ...]
    demonyms: tuple[str, ...]
    capitals: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *self.also)


def _country(row: Row) -> Country:
    row.only("code", "id", "name", "geonames", "also", "demonyms", "capitals")
    geonames = row.number("geonames")
    return Country(
        row.text("code"),
        row.text("id"),
        row.text("name"),
        int(geonames or 0),
        row.texts("also"),
        row.texts("demonyms"),
        row.texts("capitals"),
    )


class CountryTable:
    """All countries of an edition; finds their names, demonyms and capitals in text. Mention ids are country codes."""

    def __init__(self, countries: tuple[Country, ...]) -> None:
        self.by_code = {c.code: c for c in countries}
        self.by_id = {c.id: c for c in countries}
        self._names = _codes(countries, "names")
        self._demonyms = _codes(countries, "demonyms")
        self._capitals = _codes(countries, "capitals")
        self._index = NameIndex(_spelled(countries, "demonyms", "names", "capitals"))
        self._find = lru_cache(maxsize=_REMEMBERED)(self._find_anew)

    @classmethod
    def from_files(cls, files: Mapping[str, str]) -> "CountryTable":
        """From the edition's countries.yaml; empty when there is none. Raises InvalidInput naming file, line, field."""
        if COUNTRIES_FILE not in files:
            return cls(())
        top = read(COUNTRIES_FILE, files[COUNTRIES_FILE])
        top.only("countries")
        return cls(tuple(_country(row) for row in top.rows("countries")))

    def named(self, words: str) -> tuple[str, ...]:
        """Codes of the countries with this name ("Congo" has two), sorted."""
        return self._names.get(fold(words), ())

    def of_people(self, words: str) -> tuple[str, ...]:
        """Codes of the countries with this demonym, sorted."""
        return self._demonyms.get(fold(words), ())

    def of_capital(self, words: str) -> tuple[str, ...]:
        """Codes of the countries governed from a city of this name, sorted."""
        return self._capitals.get(fold(words), ())

    def find(self, text: str) -> tuple[NameMention, ...]:
        """Names, demonyms and capitals in text order; `kind` says which: country, demonym or capital."""
        return self._find(text) if len(text) <= _PHRASE else self._find_anew(text)

    def _find_anew(self, text: str) -> tuple[NameMention, ...]:
        return tuple(
            NameMention(m.start, m.end, m.ids, weak=True, modifier=m.modifier, kind=self._kind(text[m.start : m.end]))
            for m in self._index.find(text)
        )

    def _kind(self, words: str) -> str:
        key = fold(words)
        for kind, table in (("country", self._names), ("demonym", self._demonyms)):
            if key in table:
                return kind
        return "capital" if key in self._capitals else "demonym"


def _codes(countries: tuple[Country, ...], field: str) -> dict[str, tuple[str, ...]]:
    table: dict[str, set[str]] = {}
    for country in countries:
        for name in getattr(country, field):
            table.setdefault(fold(name), set()).add(country.code)
    return {name: tuple(sorted(codes)) for name, codes in table.items()}


def _spelled(countries: tuple[Country, ...], *fields: str) -> dict[str, set[str]]:
    table: dict[str, set[str]] = {}
    for country in countries:
        for field in fields:
            for name in getattr(country, field):
                table.setdefault(name, set()).add(country.code)
    return table
