"""Parts of places: centre, outskirts, most of it, within six kilometres of it."""

from dataclasses import replace

from domain.coder.place_names import NamedPlaces
from domain.coder.place_reading import direction
from domain.coder.readings import PlaceReading

_STREETS = ("street", "avenue", "boulevard", "lane", "block")


class PlaceParts(NamedPlaces):
    """Reads parts."""

    def _part(self, head: int, depth: int) -> list[PlaceReading] | None:
        """ "most of A", "the centre of A", "A's western countryside", "within 6 km of A"; None when it is no part."""
        area, extent = self.measure(head)
        unit = self.lex.has("unit_words", self.tree.lower[head]) or self.lex.has("unit_words", self.tree.lemma[head])
        if area is None and extent is None and not unit:
            return None
        inner = self._inside(head, depth)
        if not inner and self.tree.lemma[head] in _STREETS and (town := self._town_of_street(head, depth)):
            return [replace(p, extent=p.extent if p.area or p.compass else extent) for p in town]
        if not inner and (area or extent):
            shared = self._shared_of(head, depth)
            if shared:
                return [replace(p, area=p.area or area, extent=p.extent or extent) for p in shared[:1]] + shared[1:]
            inner = self._beside(head, depth)
        if not inner and self.tree.lemma[head] in ("block", "street") and extent:
            first = self._build(head, "definite", head, head, self.tree.words(head, head), "city", "settlement")
            return [replace(first, extent=extent)]
        if (
            not inner
            and (area in ("centre", "outskirts", "countryside") or (extent and not unit) or self._contrasted(head))
            and self.s.definite(head)
        ):
            first = self._build(head, "definite", head, head, self.tree.words(head, head), "city", "settlement")
            return [replace(first, area=area, extent=extent)] if self.tree.is_noun(head) else None
        if not inner:
            return None if not unit else []
        return [replace(p, area=p.area or area, extent=p.extent or extent) for p in inner]

    def _town_of_street(self, head: int, depth: int) -> list[PlaceReading]:
        """ "along A Street in B", where the parser may have hung "in" on the verb: B."""
        tree, k = self.tree, head + 1
        if k >= len(tree) or tree.lower[k] not in ("in", "of"):
            return []
        return [p for t in tree.kids(k, "pobj") for p in self.read(t, depth + 1) if p.how == "named"]

    def measure(self, head: int) -> tuple[str | None, str | None]:
        """Area and extent that a head such as "outskirts", "most" or "southern quarter" cuts out."""
        low, lemma = self.tree.lower[head], self.tree.lemma[head]
        words = {self.tree.lower[m] for m in self.s.modifiers(head)} | {
            self.tree.lower[k] for k in self.tree.kids(head, "advmod", "predet")
        }
        compass = next((w for w in sorted(words) if self.lex.has("compass_words", w)), None)
        if self.lex.has("centre_words", low) or self.lex.has("centre_words", lemma):
            return "centre", None
        if self.lex.has("outskirts_words", low) or self.lex.has("outskirts_words", lemma):
            return "outskirts", None
        if self.lex.has("countryside_words", low) or (lemma == "area" and words & {"rural"}):
            return "countryside", None
        if self.lex.has("most_words", low):
            return None, "most"
        if self.lex.has("whole_words", low):
            return None, "most" if words & {"nearly", "almost", "virtually", "practically"} else "whole"
        if self.lex.has("compass_words", low) and self.tree.tag(head).startswith("NN"):
            return direction(low), None
        if (
            lemma in ("percent", "%")
            or (lemma == "cent" and head and self.tree.lower[head - 1] == "per")
            or (low == "side" and not compass and "of" in self._preps(head))
        ):
            return None, "part"
        if low in ("half", "part", "third", "parts", "portion", "portions", "some", "much"):
            return None, ("most" if low == "much" else "part")
        if (
            lemma
            in (
                "quarter",
                "section",
                "side",
                "corner",
                "ward",
                "half",
                "bank",
                "sector",
                "district",
                "neighbourhood",
                "neighborhood",
                "part",
                "suburb",
                "edge",
                "flank",
                "runway",
                "portion",
            )
            and compass
        ):
            return direction(compass), None
        if lemma in (*_STREETS, "pocket", "stretch"):
            return None, "part"
        if (
            lemma in ("area", "part", "corner", "section", "pocket")
            and words & {"one", "a", "some", "several"}
            and "of" in self._preps(head)
        ):
            return None, "part"
        return None, None

    def _contrasted(self, head: int) -> bool:
        """ "the eastern half ... the west": a compass part of the town whose other part was just named."""
        low = self.tree.lower
        if self.tree.dep(head) not in ("dobj", "nsubjpass", "nsubj") or not self.lex.has("compass_words", low[head]):
            return False
        return any(self.lex.has("compass_words", low[k]) or low[k] == "half" for k in range(head))

    def _inside(self, head: int, depth: int) -> list[PlaceReading]:
        """The places under "of", "in", "around" or a possessive."""
        found: list[PlaceReading] = []
        near = [k for k in self.tree.kids(head, "prep", "advmod") if self.tree.lower[k] == "of" and self.tree.kids(k)]
        for k in near or self.tree.kids(head, "prep", "advmod"):
            if self.tree.lower[k] in ("of", "in", "around", "across") or (
                self.tree.lower[k] == "to" and self.tree.lemma[head].startswith("approach")
            ):
                for target in self.tree.kids(k, "pobj"):
                    for one in self.tree.conjuncts(target):
                        found += self.read(one, depth + 1)
        for k in self.tree.kids(head, "poss"):
            if self.tree.tag(k) == "PRP$":
                found.append(self._pronoun(k))
            elif not found:
                for one in self.tree.conjuncts(k):
                    found += self.read(one, depth + 1)
        return found

    def _beside(self, head: int, depth: int) -> list[PlaceReading]:
        """ "the city center", "Aleppo countryside": the place stands before the part as a modifier."""
        for m in reversed(self.s.modifiers(head)):
            if m in self.s.names.run_of and m not in self.s.names.timed:
                named = self._named(m)
                return [named] if named else []
        for m in self.s.modifiers(head):
            if self.lex.has("settlement_heads", self.tree.lemma[m]):
                return [self._build(head, "definite", m, m, self.tree.words(m, m), self.tree.lemma[m], "settlement")]
        return []

    def _shared_of(self, head: int, depth: int) -> list[PlaceReading]:
        """ "the centre and surrounding rural areas of A": the first part shares the name; the others come with it."""
        tree, parts = self.tree, list[int]()
        if head + 1 >= len(tree) or tree.lower[head + 1] != "and":
            return []
        for j in range(head + 2, min(head + 9, len(tree) - 1)):
            if tree.lower[j] == "of" and (j + 1) in self.s.names.run_of and parts:
                named = self._named(j + 1)
                areas = [self.measure(p)[0] for p in parts]
                return [named, *(replace(named, area=a) for a in areas if a)] if named else []
            if self.measure(j)[0]:
                parts.append(j)
            elif not tree.tag(j).startswith(("JJ", "DT", "VBG", "NN", "CC", "IN")) or tree.lower[j] in (
                ",",
                "in",
                "by",
            ):
                return []
        return []
