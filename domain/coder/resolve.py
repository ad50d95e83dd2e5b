"""Readings made definite by the article: who an actor phrase is, where a place phrase is, or what stays open."""

import msgspec

from domain.coder.entities import Place, latest_before
from domain.coder.place_names import CALLED_BY_TOWN
from domain.coder.place_reading import direction
from domain.coder.readings import PlaceReading
from domain.coder.source_resolving import SourceResolver
from domain.events import PlaceRef, Unresolved


class Resolver(SourceResolver):
    """Resolves the readings of one sentence, noting mentions in reading order."""

    def places(self, readings: list[PlaceReading], role: str = "place") -> list[PlaceRef]:
        """The places that readings stand for, in order, each once."""
        found: list[PlaceRef] = []
        for reading in readings:
            for ref in self._place(reading, found):
                if all((ref.id, ref.area) != (o.id, o.area) for o in found):
                    found.append(ref)
        return found

    def _place(self, reading: PlaceReading, near: list[PlaceRef]) -> list[PlaceRef]:
        if reading.how == "named":
            known = self.c.discourse.note_place(reading.resolved, reading, self._at(reading.head))
            return [self._place_reference(reading, known.name, near)]
        if reading.owner is not None and reading.kind == "facility":
            owners = (
                self._place(reading.owner, near)
                if reading.owner.how != "pronoun"
                else self._antecedents(reading.owner, near)
            )
            if owners:
                name = f"{owners[0].resolved} {reading.resolved}"
                self.c.discourse.note_place(name, reading, self._at(reading.head))
                return [self._place_reference(reading, name, near)]
        found = self._antecedents(reading, near)
        if found:
            return found
        if reading.how == "common" and reading.kind in ("facility", "settlement"):
            return [self._place_reference(reading, reading.resolved, near)]
        if reading.kind == "facility" and reading.how == "definite" and (town := self._town_of(reading)):
            return [self._place_reference(reading, town, near)]
        if reading.kind == "facility" and reading.how == "definite":
            self.c.discourse.note_place(reading.resolved, reading, self._at(reading.head))
            return [self._place_reference(reading, reading.resolved, near)]
        if reading.how != "common":
            self.unresolved.append(Unresolved(self.s.number, reading.text, "place"))
        return []

    def _town_of(self, reading: PlaceReading) -> str | None:
        """A facility without a name that was not told of before is in the town named last, and may be called by it."""
        at = self._at(reading.head)
        towns = [
            p
            for p in self.c.discourse.places
            if p.kind in ("", "settlement") and latest_before(p.at, at)[0] >= at[0] - 1
        ]
        if not towns or (" " in reading.resolved and reading.resolved.split()[-1] != reading.word):
            return None
        town = max(towns, key=lambda p: latest_before(p.at, at)).name
        return f"{town} {reading.resolved}" if reading.word in CALLED_BY_TOWN else town

    def _antecedents(self, reading: PlaceReading, near: list[PlaceRef]) -> list[PlaceRef]:
        if reading.how == "common":
            return []
        just = [p for p in self.c.discourse.places if latest_before(p.at, self._at(reading.head))[0] == self.s.number]
        if reading.word == "there" and just and self.current:
            last = max(just, key=lambda p: latest_before(p.at, self._at(reading.head)))
            return [self._place_reference(reading, last.name, near)]
        if reading.word in ("area", "there", "place", "territory") and self.current:
            return [msgspec.structs.replace(p, as_written=reading.text) for p in self.current]
        places: list[Place] = self.c.discourse.place(reading, self._at(reading.head))
        for p in places:
            p.at.append(self._at(reading.head))
            if reading.how == "definite" and reading.kind == "settlement" and len(places) == 1:
                p.words.add(reading.word)
        return [self._place_reference(reading, p.name, near) for p in places]

    def _place_reference(self, reading: PlaceReading, name: str, near: list[PlaceRef]) -> PlaceRef:
        ref = self.c.places.resolve(name, self.c.scope, as_written=reading.text, near=near)
        area = reading.area
        if reading.compass and not area and not reading.extent and ref.kind in ("city", None):
            area = "centre" if reading.compass == "central" else direction(reading.compass)
        return msgspec.structs.replace(ref, resolved=name, area=area, extent=reading.extent)
