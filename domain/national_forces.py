"""A state's own actors by grammar alone: "<demonym> [modifier] <head>", for every country of the world."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from domain.actor_entries import KINDS, ActorEntry, Relation
from domain.countries import Country, CountryTable
from domain.datafile import Row, read
from domain.names import NameMention, fold, longest

FORCES_FILE = "forces.yaml"


@dataclass(frozen=True, slots=True)
class ForceGroup:
    """One kind of actor that every state has: `syr` + `suffix` is its id, `name` holds `{country}`."""

    suffix: str
    name: str
    kind: str
    heads: tuple[str, ...]

    def entry(self, country: Country) -> ActorEntry:
        """The group's entry for one country; every group but the government is part of it."""
        relations = () if self.suffix == "gov" else (Relation("part_of", f"{country.id}.gov"),)
        name = self.name.replace("{country}", country.name)
        return ActorEntry(f"{country.id}.{self.suffix}", name, self.kind, country=country.code, relations=relations)


class NationalForces:
    """Finds and reads such phrases. `beside`: folded words that may accompany a registered name."""

    def __init__(
        self,
        countries: CountryTable,
        groups: tuple[ForceGroup, ...],
        modifiers: tuple[str, ...],
        beside: tuple[str, ...],
    ) -> None:
        self._countries = countries
        self.groups = {g.suffix: g for g in groups}
        self.beside = frozenset(fold(w) for w in beside)
        self._heads = {fold(head): g.suffix for g in groups for head in g.heads}
        heads = "|".join(re.escape(h) for h in sorted((h for g in groups for h in g.heads), key=lambda h: (-len(h), h)))
        words = "|".join(re.escape(m) for m in sorted(modifiers, key=lambda m: (-len(m), m)))
        body = rf"(?:(?:{words})[\s-]+){{0,3}}(?P<head>{heads})(?!\w)(?!-\w)" if heads and words else r"(?!)"
        self._after = re.compile(rf"(?:['’]s?)?[\s-]+{body}", re.IGNORECASE)
        self._bare = re.compile(rf"(?:the )?{body}$", re.IGNORECASE)

    @classmethod
    def from_files(cls, files: Mapping[str, str], countries: CountryTable) -> "NationalForces":
        """From the edition's forces.yaml. Raises InvalidInput naming file, line, field."""
        if FORCES_FILE not in files:
            return cls(countries, (), (), ())
        top = read(FORCES_FILE, files[FORCES_FILE])
        top.only("modifiers", "groups", "beside")
        groups = tuple(_group(row) for row in top.rows("groups"))
        return cls(countries, groups, top.texts("modifiers"), top.texts("beside"))

    def find(self, text: str) -> list[NameMention]:
        """Phrases such as "Iraqi federal police" and, weakly, countries and capitals as governments, in text order."""
        found: list[NameMention] = []
        for named in self._countries.find(text):
            phrase = self._after.match(text, named.end) if named.kind != "capital" and not named.modifier else None
            if phrase:
                ids = self._ids(named.ids, phrase["head"])
                kind = self.groups[ids[0].rpartition(".")[2]].kind
                found.append(NameMention(named.start, phrase.end(), ids, kind=kind))
            elif named.kind != "demonym":
                ids = tuple(f"{self._countries.by_code[c].id}.gov" for c in named.ids)
                found.append(
                    NameMention(named.start, named.end, ids, weak=True, modifier=named.modifier, kind=named.kind)
                )
        return longest(found)

    def of_phrase(self, words: str) -> tuple[str, ...]:
        """Ids meant by a whole phrase ("the Syrian army", "government of Syria", "Turkey", "Kinshasa"); () if none."""
        text = words.strip()
        for mention in self.find(text):
            if mention.end == len(text) and fold(text[: mention.start]) in ("", "the"):
                return mention.ids
        of = re.fullmatch(r"(?:the )?(?P<head>[\w ]+) of (?P<country>[\w .'’-]+)", text, re.IGNORECASE)
        if of and fold(of["head"]) in self._heads:
            return self._ids(self._countries.named(of["country"]), of["head"])
        return ()

    def of_bare(self, words: str, codes: tuple[str, ...]) -> tuple[str, ...]:
        """Ids meant by "government troops" or "the army" in these countries; () for any other words."""
        phrase = self._bare.fullmatch(words.strip())
        return self._ids(tuple(c for c in codes if c in self._countries.by_code), phrase["head"]) if phrase else ()

    def entry(self, actor_id: str) -> ActorEntry | None:
        """The derived entry of an id such as `syr.forces`; None when no country or group has it."""
        stem, _, suffix = actor_id.partition(".")
        country, group = self._countries.by_id.get(stem), self.groups.get(suffix)
        return group.entry(country) if country and group else None

    def entries(self) -> list[ActorEntry]:
        """The derived entries of every country and group."""
        return [group.entry(country) for country in self._countries.by_id.values() for group in self.groups.values()]

    def _ids(self, codes: tuple[str, ...], head: str) -> tuple[str, ...]:
        suffix = self._heads[fold(head)]
        return tuple(f"{self._countries.by_code[c].id}.{suffix}" for c in codes)


def _group(row: Row) -> ForceGroup:
    row.only("suffix", "name", "kind", "heads")
    return ForceGroup(row.text("suffix"), row.text("name"), row.one_of("kind", KINDS), row.texts("heads"))
