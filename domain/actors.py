"""The actor registry: which organisation a name in an article stands for, on its day, by its source, in its war."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from domain.actor_entries import ActorEntry, Alias, Label, Relation, read_actors, within
from domain.actor_mentions import is_lump, join_lumps, label_key, units
from domain.countries import CountryTable
from domain.events import ActorRef
from domain.names import NameIndex, NameMention, fold, longest, provisional_id
from domain.national_forces import NationalForces
from domain.theatres import NOWHERE, Scope


@dataclass(frozen=True, slots=True)
class Resolution:
    """Who a mention may be. One id: settled; several: the candidates, sorted; none: nobody registered.

    `via` is how it was read: alias, label, state ("Syrian army"), bare ("the army" of the theatre) or unknown.
    """

    ids: tuple[str, ...]
    via: str

    @property
    def one(self) -> str | None:
        return self.ids[0] if len(self.ids) == 1 else None


_UNKNOWN = Resolution((), "unknown")
_REMEMBERED = 8_192
"""Resolved names kept: an article asks for the same few again and again."""


@dataclass(frozen=True, slots=True)
class _Use:
    entry: ActorEntry
    alias: Alias


class ActorRegistry:
    """Actors of an edition. Knows names and facts only; grammar and antecedents are the coder's."""

    def __init__(
        self, entries: Mapping[str, ActorEntry], labels: list[Label], national: NationalForces, countries: CountryTable
    ) -> None:
        self._entries = dict(entries)
        self._national = national
        self._countries = countries
        self._uses: dict[str, list[_Use]] = {}
        self._labels: dict[str, list[Label]] = {}
        names: dict[str, set[str]] = {}
        for entry in self._entries.values():
            for alias in (Alias(entry.name), *entry.aliases):
                self._uses.setdefault(fold(alias.name), []).append(_Use(entry, alias))
                names.setdefault(alias.name, set()).add(entry.id)
        for label in labels:
            self._labels.setdefault(label_key(label.alias.name), []).append(label)
            names.setdefault(label.alias.name, set())
        exact = {a.name for e in self._entries.values() for a in e.aliases if a.exact}
        self._index = NameIndex(names, exact)
        self._resolve = lru_cache(maxsize=_REMEMBERED)(self._resolve_anew)

    @classmethod
    def from_files(cls, files: Mapping[str, str]) -> "ActorRegistry":
        """From an edition's files (YAML text by relative path). Raises InvalidInput naming file, line, field."""
        countries = CountryTable.from_files(files)
        national = NationalForces.from_files(files, countries)
        entries, labels = read_actors(files)
        return cls({i: _with_state(e, national) for i, e in entries.items()}, labels, national, countries)

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def ids(self) -> tuple[str, ...]:
        """Registered ids, sorted; a state's derived ids (syr.forces) work without standing here."""
        return tuple(sorted(self._entries))

    def entry(self, actor_id: str) -> ActorEntry | None:
        """The entry of an id, registered or derived from the country table; None for a provisional id."""
        return self._entries.get(actor_id) or self._national.entry(actor_id)

    def entries(self) -> tuple[ActorEntry, ...]:
        """All entries by id: the registered ones and those that every country of the table has."""
        return tuple(sorted((*self._entries.values(), *self._derived()), key=lambda entry: entry.id))

    def _derived(self) -> list[ActorEntry]:
        return [entry for entry in self._national.entries() if entry.id not in self._entries]

    def find(self, text: str, scope: Scope | None = None) -> list[NameMention]:
        """Actor names in a text, in order, none overlapping another.

        With a scope, acronyms and local names of other theatres are left out. Numbered units ("25th Division") and
        labels that lump ("PKK/YPG") come with `ids` as registered, else empty and kind "unit" or "label".
        """
        found = [*self._index.matches(text), *self._national.find(text), *units(text)]
        if scope is not None:
            # before the longest is taken: another war's "internationally recognised government" must not hide a name
            fitting = (self._fitting(text[m.start : m.end], m, scope) for m in found)
            found = [m for m in fitting if m is not None]
        return [self._described(m, text[m.start : m.end]) for m in join_lumps(text, longest(found))]

    def resolve(
        self, surface: str, on: date | None = None, source: str | None = None, scope: Scope = NOWHERE
    ) -> Resolution:
        """Who `surface` stands for on a day, in an article of `source`, within `scope`.

        A label that lumps organisations resolves only by a dated, source-scoped rule of the edition.
        """
        return self._resolve(surface.strip(), on, source, scope)

    def _resolve_anew(self, words: str, on: date | None, source: str | None, scope: Scope) -> Resolution:
        label = self._by_label(words, on, source)
        if label or is_lump(words, self._index):
            return Resolution((label,), "label") if label else _UNKNOWN
        ids = self._by_alias(words, on, source, scope)
        if ids:
            return Resolution(ids, "alias")
        if ids := _narrowed(self._national.of_phrase(words), scope, self.entry):
            return Resolution(ids, "state")
        if ids := self._national.of_bare(words, scope.home):
            return Resolution(ids, "bare")
        return self._by_inner_name(words, on, source, scope)

    def reference(
        self,
        as_written: str,
        resolved: str,
        on: date | None = None,
        source: str | None = None,
        scope: Scope = NOWHERE,
        ids: tuple[str, ...] = (),
    ) -> ActorRef:
        """The stored form of a mention; `resolved` is the article's own fullest name for it. Its id is never empty.

        `ids`: whom the whole phrase was found for, used where `resolved` alone names nobody ("Misrata" of "Misrata
        brigades").
        """
        found = self.resolve(resolved, on, source, scope)
        one = found.one or (ids[0] if len(ids) == 1 and not found.ids else None)
        entry = self.entry(one) if one else None
        if entry:
            return ActorRef(entry.id, entry.name, as_written, resolved, entry.kind)
        return ActorRef(provisional_id(resolved, scope.theatre), resolved, as_written, resolved, None, found.ids)

    def related(self, actor_id: str, relation: str, on: date | None = None) -> tuple[str, ...]:
        """Ids that this actor has the relation to on a day, in the file's order."""
        entry = self.entry(actor_id)
        relations: tuple[Relation, ...] = entry.relations if entry else ()
        return tuple(r.other for r in relations if r.type == relation and within(r.since, r.until, on))

    def within(self, actor_id: str, other: str, on: date | None = None) -> bool:
        """True when the actor is the other one or part of it, at any depth, on a day."""
        seen: set[str] = set()
        waiting = [actor_id]
        while waiting:
            current = waiting.pop()
            if current == other:
                return True
            if current not in seen:
                seen.add(current)
                waiting += self.related(current, "part_of", on)
        return False

    def theatres_of(self, surface: str) -> tuple[str, ...]:
        """Theatres that a name speaks for, sorted: evidence for `Theatres.infer`. () for names such as "the junta"."""
        uses = [u for u in self._uses_of(surface) if not u.alias.local and not u.alias.name[:1].islower()]
        return tuple(sorted({t for u in uses for t in u.entry.theatres}))

    def _described(self, mention: NameMention, surface: str) -> NameMention:
        """The mention with its kind, and weak where the name is a country's or a capital's too."""
        if mention.kind or not mention.ids:
            return mention if mention.kind else replace(mention, kind="label")
        kinds = {entry.kind for i in mention.ids for entry in [self.entry(i)] if entry}
        place = bool(self._countries.named(surface) or self._countries.of_capital(surface))
        return replace(mention, kind=kinds.pop() if len(kinds) == 1 else None, weak=mention.weak or place)

    def _fitting(self, surface: str, mention: NameMention, scope: Scope) -> NameMention | None:
        """The mention with only the ids that the scope allows; None when it had some and none is left."""
        uses = self._uses_of(surface)
        fitting = {u.entry.id for u in _in_theatre(uses, scope)} & set(mention.ids)
        if not uses or not mention.ids or fitting == set(mention.ids):
            return mention
        return replace(mention, ids=tuple(sorted(fitting))) if fitting else None

    def _uses_of(self, surface: str) -> list[_Use]:
        key = fold(surface)
        return self._uses.get(key) or self._uses.get(key.removesuffix("s")) or []

    def _by_label(self, words: str, on: date | None, source: str | None) -> str | None:
        fitting = [label.means for label in self._labels.get(label_key(words), ()) if label.alias.holds(on, source)]
        return fitting[0] if fitting else None

    def _by_alias(self, words: str, on: date | None, source: str | None, scope: Scope) -> tuple[str, ...]:
        uses = [
            u
            for u in self._uses_of(words)
            if u.alias.holds(on, source) and (not u.alias.exact or u.alias.name in words)
        ]
        return tuple(sorted({u.entry.id for u in _in_theatre(uses, scope)}))

    def _by_inner_name(self, words: str, on: date | None, source: str | None, scope: Scope) -> Resolution:
        """ "M23 rebels", "the Taliban movement": one registered name among words that make no other name of it."""
        inner = [m for m in self.find(words, scope) if not m.modifier and not m.weak]
        if len(inner) != 1 or (inner[0].start, inner[0].end) == (0, len(words)):
            return _UNKNOWN
        name = words[inner[0].start : inner[0].end]
        rest = fold(words[: inner[0].start] + " " + words[inner[0].end :]).split()
        # "US-backed SDF": the backing is a relation claim, not a name (CODEBOOK.md, Neutrality)
        own = re.sub(r"\b[\w.]+-(?:backed|led|supported|aligned|allied)\b", " ", words[: inner[0].start])
        rest = fold(own + " " + words[inner[0].end :]).split()
        if all(word in self._national.beside or word == "the" for word in rest):
            return self.resolve(name, on, source, scope)
        return _UNKNOWN


def _with_state(entry: ActorEntry, national: NationalForces) -> ActorEntry:
    """A registered state actor keeps what the country table already says of it (country, part_of its government)."""
    derived = national.entry(entry.id)
    if derived is None:
        return entry
    stated = {r.type for r in entry.relations}
    more = tuple(r for r in derived.relations if r.type not in stated)
    return replace(entry, country=entry.country or derived.country, relations=entry.relations + more)


def _in_theatre(uses: list[_Use], scope: Scope) -> list[_Use]:
    """Uses that the scope allows: its first fitting theatre; else full names anywhere."""
    for theatre in scope.theatres:
        if here := [u for u in uses if theatre in u.entry.theatres]:
            return here
    anywhere = [u for u in uses if not u.entry.theatres]
    if anywhere or not uses:
        return anywhere
    return [u for u in uses if not scope.theatres or not u.alias.is_local]


def _narrowed(ids: tuple[str, ...], scope: Scope, entry_of: object) -> tuple[str, ...]:
    """Of several countries' actors ("Congolese army") those whose country the scope holds, if any."""
    if len(ids) < 2 or not callable(entry_of):
        return ids
    for codes in (scope.home, scope.countries):
        fitting = tuple(i for i in ids if (entry := entry_of(i)) is not None and entry.country in codes)
        if fitting:
            return fitting
    return ids
