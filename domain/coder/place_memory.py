"""The places an article has named, and what "the town" refers back to."""

from domain.coder.entities import LONG_AGO, Actor, Place, Position, latest_before
from domain.coder.readings import PlaceReading
from domain.names import fold


class PlaceMemory:
    """Places in order of mention."""

    def __init__(self) -> None:
        self.actors: list[Actor] = []
        self.places: list[Place] = []
        self.speaker: Actor | None = None
        self.groups: list[tuple[Position, ...]] = []
        """Where actors were named together as one subject: "X and Y"."""
        self.attackers: tuple[str, ...] = ()
        self.home_capital: str | None = None
        """The capital of the one country that the article is about; None where there are several."""
        self.capitals: frozenset[str] = frozenset()
        """Folded names of the world's capitals: "the capital" means one of them or what the article calls so."""

    def note_place(self, name: str, reading: PlaceReading, at: Position, kind: str = "") -> Place:
        known = next((p for p in self.places if fold(p.name) == fold(name)), None)
        if known is None:
            known = Place(name)
            self.places.append(known)
        if reading.word:
            known.words.add(reading.word)
        known.kind = known.kind or reading.kind or kind
        known.at.append(at)
        return known

    def place(self, reading: PlaceReading, at: Position) -> list[Place]:
        """What "the town", "the dam", "there" or "it" stands for; several for "both towns"."""
        before = [p for p in self.places if latest_before(p.at, at) != LONG_AGO]
        if reading.how == "pronoun":
            wanted = [p for p in before if p.kind not in ("country", "region", "natural")] or before
        else:
            wanted = self._of_kind(before, reading, at)
        wanted = sorted(wanted, key=lambda p: latest_before(p.at, at), reverse=True)
        if not wanted:
            return []
        if reading.plural or reading.word in ("both", "them", "they", "their"):
            return self._several(wanted, at, least=2 if reading.word == "both" else 1)
        return wanted[:1]

    @staticmethod
    def _several(places: list[Place], at: Position, least: int) -> list[Place]:
        """The places named together last, at least so many."""
        for sentence in range(at[0], max(at[0] - 5, 0), -1):
            here = [p for p in places if any(a[0] == sentence and a < at for a in p.at)]
            if len(here) == least or (len(here) > least and least == 1):
                return sorted(here, key=lambda p: min(a for a in p.at if a[0] == sentence))
        return []

    @staticmethod
    def _town(places: list[Place], called: list[Place], at: Position) -> list[Place]:
        """The latest settlement; one that was called by this very word counts one sentence later than it stood."""
        fitting = called + [p for p in places if p.kind in ("", "settlement") and p not in called]

        here = [p for p in fitting if latest_before(p.at, at)[0] == at[0]]
        fitting = [p for p in here if p in called] or here or fitting

        def rank(place: Place) -> tuple[int, int, int]:
            sentence, token = latest_before(place.at, at)
            return (sentence + (1 if place in called else 0), sentence, token)

        return [max(fitting, key=rank)] if fitting else []

    def _of_kind(self, places: list[Place], reading: PlaceReading, at: Position) -> list[Place]:
        same = [p for p in places if _called(p, reading.word)]
        if reading.word == "capital":
            same = [p for p in places if p in same or fold(p.name) in self.capitals]
            if not same and self.home_capital:
                return [Place(self.home_capital, {"capital"}, "settlement")]
            return [max(same, key=lambda p: latest_before(p.at, at))] if same else []
        if reading.kind == "settlement" and not reading.plural:
            return self._town(places, same, at)
        if same and not (reading.plural and len(same) < 2):
            return same
        if reading.kind == "settlement":
            return [p for p in places if p.kind in ("", "settlement")] or same
        if reading.kind == "facility":
            facilities = [p for p in places if p.kind == "facility" and not p.words & _LINES]
            return facilities if reading.word in _ANY_FACILITY else same
        if reading.kind in ("generic", "admin"):
            return [p for p in places if p.kind != "facility"] or places
        return []


_ANY_FACILITY = frozenset(("facility", "complex", "site", "installation", "compound", "plant"))


_LINES = frozenset(("road", "highway", "bridge", "crossing", "junction", "checkpoint", "route", "street"))
"""Facilities that nobody calls a base or a complex."""


def _called(place: Place, word: str) -> bool:
    """Whether a place was called by this word, or bears it in its name ("the base" is an airbase)."""
    return word in place.words or any(
        w == word or (w.endswith(word) and len(word) > 3) for w in fold(place.name).split()
    )
