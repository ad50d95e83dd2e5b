"""Places: which point on the map a name in an article stands for, inside the article's own theatre."""

from collections.abc import Mapping, Sequence
from math import asin, cos, radians, sin, sqrt

from domain.countries import CountryTable
from domain.events import PlaceRef
from domain.names import NameIndex, NameMention, fold, longest, provisional_id
from domain.place_entries import PlaceEntry, read_places
from domain.place_spans import capitalised_spans
from domain.place_words import PlaceGrammar, PlaceWords
from domain.ports import Gazetteer, GazetteerEntry
from domain.theatres import NOWHERE, Scope

__all__ = ["PlaceIndex", "fold", "provisional_id"]

NEIGHBOUR_POPULATION = 15_000
"""Least population of a place in a neighbouring country: smaller namesakes there are chance hits."""
FOREIGN_POPULATION = 100_000
"""The same for any other country that the article names."""
ALTERNATE_POPULATION = 500_000
"""Outside the war's own countries an alternate name counts from here on ("Shan" is no Anshan)."""
_OWN_NAME = 10
"""A place's own name weighs as much as ten times the people under an alternate one (Pokrovsk is not Engels)."""
TOWN_POPULATION = 20_000
"""From here on a city takes the bare name that it shares with its region."""
_CLEAR_LEAD = 5
"""How many times more populous than all namesakes a place is that needs no theatre."""
_REGIONAL = ("region", "area", "river", "sea", "mountain", "island", "country", "road", "border")


class PlaceIndex:
    """Places of an edition with its gazetteer. The same words in the same scope always give the same place."""

    def __init__(
        self, entries: Mapping[str, PlaceEntry], grammar: PlaceGrammar, gazetteer: Gazetteer, countries: CountryTable
    ) -> None:
        self._entries = dict(entries)
        self.grammar = grammar
        self._gazetteer = gazetteer
        self._countries = countries
        self._by_name: dict[str, list[PlaceEntry]] = {}
        names: dict[str, set[str]] = {}
        for entry in self._entries.values():
            for name in entry.names:
                self._by_name.setdefault(fold(name), []).append(entry)
                names.setdefault(name, set()).add(entry.id)
        self._index = NameIndex(names)

    @classmethod
    def from_files(cls, files: Mapping[str, str], gazetteer: Gazetteer) -> "PlaceIndex":
        """From an edition's files (YAML text by relative path). Raises InvalidInput naming file, line, field."""
        return cls(read_places(files), PlaceGrammar.from_files(files), gazetteer, CountryTable.from_files(files))

    def __len__(self) -> int:
        return len(self._entries)

    def find(self, text: str, scope: Scope | None = None) -> list[NameMention]:
        """Place names in running text, in order; `ids` are place ids, `kind` is the place's.

        Without a scope: the edition's own places and countries, whatever the theatre (evidence for
        `Theatres.infer`). With one: also capitalised names of the gazetteer, and only places that the scope allows.
        """
        found = [m for m in self._index.matches(text) if not m.modifier]
        if scope is None:
            return longest(found)
        inside = [self._mention(text, m.start, m.end, scope) for m in found]
        spans = capitalised_spans(text, self.grammar)
        return longest(m for m in [*inside, *(self._mention(text, a, b, scope) for a, b in spans)] if m is not None)

    def countries_of(self, mention: NameMention) -> tuple[str, ...]:
        """Countries (ISO alpha-2) in which the mentioned place may lie, sorted."""
        entries = [self._entries[i] for i in mention.ids if i in self._entries]
        return tuple(sorted({c for e in entries for c in e.countries}))

    def resolve(
        self,
        words: str,
        scope: Scope = NOWHERE,
        *,
        as_written: str | None = None,
        kind: str | None = None,
        near: Sequence[PlaceRef] = (),
        slot: bool = True,
    ) -> PlaceRef:
        """The place that `words` name; never none: an unknown one is provisional, in the first place of `near`.

        `kind` overrides what the words say of themselves. `near`: places named beside it, which settle namesakes.
        `slot`: the grammar says that a place stands here, so spelling variants are tried too.
        """
        parts = self.grammar.split(words)
        if kind is not None:
            parts = PlaceWords(parts.base, kind, parts.key)
        written = (as_written or words, words)
        found = self._known(words, parts, scope, near, slot)
        if found:
            return _reference(self._entries.get(found.id, found), *written)
        return self._provisional(words, parts, scope, near, *written)

    def known(self, words: str, scope: Scope, *, slot: bool = False) -> bool:
        """True when the words name a place of the edition or gazetteer within the scope."""
        return self._known(words, self.grammar.split(words), scope, (), slot) is not None

    def _known(
        self, words: str, parts: PlaceWords, scope: Scope, near: Sequence[PlaceRef], slot: bool
    ) -> PlaceEntry | GazetteerEntry | None:
        whole = self._own(fold(words), None, scope)
        if whole and (parts.kind is None or fold(parts.base) != fold(words)):
            return self._town_or_region(whole, fold(words), scope, near) if parts.kind is None else whole
        if parts.kind == "facility":
            return self._facility(parts, scope, near, slot)
        name = fold(parts.base)
        own = self._own(name, parts.kind, scope)
        if own:
            return self._town_or_region(own, name, scope, near) if parts.kind is None else own
        if parts.kind in _REGIONAL:
            return None
        return self._country(parts) or self._nearest(self._exact(name, scope), near) or self._variant(name, scope, slot)

    def _own(self, name: str, kind: str | None, scope: Scope) -> PlaceEntry | None:
        fitting = [e for e in self._by_name.get(name, ()) if _kind_fits(e, kind)]
        for codes in (scope.home, scope.countries, scope.neighbours):
            if here := [e for e in fitting if set(codes) & set(e.countries)]:
                return min(here, key=lambda e: (e.kind == "region", e.id))
        return fitting[0] if len(fitting) == 1 and not scope.countries else None

    def _town_or_region(
        self, own: PlaceEntry, name: str, scope: Scope, near: Sequence[PlaceRef]
    ) -> PlaceEntry | GazetteerEntry:
        """A bare name that both a region and its chief town bear means the town."""
        if own.kind != "region":
            return own
        towns = [e for e in self._exact(name, scope) if e.population >= TOWN_POPULATION and e.country in own.countries]
        return self._nearest(towns, near) or own

    def _country(self, parts: PlaceWords) -> GazetteerEntry | None:
        codes = self._countries.named(parts.base) if parts.kind in (None, "country") else ()
        if len(codes) != 1:
            return None
        country = self._countries.by_code[codes[0]]
        return GazetteerEntry(f"geonames:{country.geonames}", country.name, "country", country.code, None, None)

    def _exact(self, name: str, scope: Scope) -> list[GazetteerEntry]:
        if not scope.countries:
            return _clear_leader(self._gazetteer.exact(name, self._countries.by_code))
        home = self._gazetteer.exact(name, scope.home)
        found = home or self._abroad(name, scope)
        return sorted(found, key=lambda e: (-_weight(e, name), e.id))

    def _abroad(self, name: str, scope: Scope) -> list[GazetteerEntry]:
        near = set(scope.neighbours) | {c for c in scope.countries if c in scope.around}
        least = {True: NEIGHBOUR_POPULATION, False: FOREIGN_POPULATION}
        found = self._gazetteer.exact(name, (*scope.countries, *scope.neighbours))
        own = [e for e in found if fold(e.name) == name or e.population >= ALTERNATE_POPULATION]
        return [e for e in own if e.population >= least[e.country in near]]

    def _variant(self, name: str, scope: Scope, slot: bool) -> GazetteerEntry | None:
        return next(iter(self._gazetteer.similar(name, scope.home)), None) if slot else None

    def _facility(
        self, parts: PlaceWords, scope: Scope, near: Sequence[PlaceRef], slot: bool
    ) -> PlaceEntry | GazetteerEntry | None:
        name = f"{fold(parts.base)} {parts.key}"
        own = self._own(name, "facility", scope)
        if own or parts.key != "airport":
            return own
        codes = scope.countries or tuple(self._countries.by_code)
        found = self._gazetteer.exact(name, codes) or (self._gazetteer.similar(name, scope.home) if slot else [])
        return self._nearest([e for e in found if e.kind == "facility"], near)

    def _provisional(
        self, words: str, parts: PlaceWords, scope: Scope, near: Sequence[PlaceRef], written: str, resolved: str
    ) -> PlaceRef:
        host = next(iter(near), None)
        key = words if parts.kind in (None, "city", "district") else f"{parts.base} {parts.key or parts.kind}"
        if parts.kind in ("city", "district"):
            key = parts.base
        if parts.kind == "facility" and self.known(parts.base, scope, slot=True):
            host = self.resolve(parts.base, scope, near=near)
        return PlaceRef(
            provisional_id(key, scope.theatre),
            parts.base if parts.kind in ("city", "district") else words,
            written,
            resolved,
            kind=parts.kind,
            country=host.country if host else (scope.home[0] if len(scope.home) == 1 else None),
            precision="unknown",
            parent=host.id if host else None,
        )

    def _nearest(self, entries: Sequence[GazetteerEntry], near: Sequence[PlaceRef]) -> GazetteerEntry | None:
        """Of namesakes the nearest to what is named beside it, unless one is by far the largest; else the largest."""
        anchors = [(p.lat, p.lon) for p in near if p.lat is not None and p.lon is not None]
        if len(entries) < 2 or not anchors or _clear_leader(entries):
            return entries[0] if entries else None
        return min(entries, key=lambda e: (min(_distance_km(e, lat, lon) for lat, lon in anchors), e.id))

    def _mention(self, text: str, start: int, end: int, scope: Scope) -> NameMention | None:
        end = self.grammar.tail_end(text, end)
        words = text[start:end]
        found = self._known(words, self.grammar.split(words), scope, (), slot=False)
        return NameMention(start, end, (found.id,), kind=found.kind) if found else None


def _kind_fits(entry: PlaceEntry, kind: str | None) -> bool:
    if kind is None:
        return True
    if kind in ("city", "district"):
        return entry.kind in ("city", "district", "area", "facility") or (kind == "district" and entry.kind != "region")
    return entry.kind == kind or (kind in ("area", "region") and entry.kind in ("region", "area", "mountain", "sea"))


def _weight(entry: GazetteerEntry, name: str) -> int:
    return (entry.population + 1) * (_OWN_NAME if fold(entry.name) == name else 1)


def _clear_leader(entries: Sequence[GazetteerEntry]) -> list[GazetteerEntry]:
    """The most populous entry alone if it is large and leads clearly; else none."""
    ranked = sorted(entries, key=lambda e: (-e.population, e.id))
    if not ranked or ranked[0].population < FOREIGN_POPULATION:
        return []
    return ranked[:1] if len(ranked) == 1 or ranked[0].population >= _CLEAR_LEAD * ranked[1].population else []


def _distance_km(entry: GazetteerEntry, lat: float, lon: float) -> float:
    """Great-circle distance (haversine, sphere of 6371 km); entries without a point are farthest."""
    if entry.lat is None or entry.lon is None:
        return 40_000.0
    a, b = radians(entry.lat), radians(lat)
    h = sin((b - a) / 2) ** 2 + cos(a) * cos(b) * sin(radians(lon - entry.lon) / 2) ** 2
    return round(6371 * 2 * asin(sqrt(h)), 3)


_PRECISION = {"city": "town", "facility": "facility", "district": "district", "country": "region", "region": "region"}


def _reference(found: PlaceEntry | GazetteerEntry, written: str, resolved: str) -> PlaceRef:
    country = found.country if isinstance(found, GazetteerEntry) else next(iter(found.countries), None)
    precision = _PRECISION.get(found.kind, "region") if found.lat is not None else "unknown"
    return PlaceRef(
        found.id,
        found.name,
        written,
        resolved,
        kind=found.kind,
        country=country,
        lat=found.lat,
        lon=found.lon,
        precision=precision,
        parent=found.parent if isinstance(found, PlaceEntry) else None,
    )
