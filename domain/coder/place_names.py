"""Places by name: capitalised runs with the words that say what they are."""

from dataclasses import replace

from domain.coder.place_reading import NOT_PLACES, PlaceBuilding
from domain.coder.readings import PlaceReading
from domain.coder.words import Run
from domain.names import fold

OBJECTS = ("dobj", "pobj", "conj")
"""Where a name with "Sheikh" is a place's rather than a person's."""
CALLED_BY_TOWN = ("airfield", "airport", "airbase", "refinery")


class NamedPlaces(PlaceBuilding):
    """Reads names."""

    def _named(self, head: int) -> PlaceReading | None:
        run = self.s.names.run_of.get(head)
        if run is None:
            return None
        first, last = run.first, run.last
        while (
            first < last
            and self.tree.tokens[first].text.islower()
            and self.lex.has("compass_words", self.tree.lower[first])
        ):
            first += 1
        text = self._shared_compass(first, last) or self.tree.words(first, last)
        kind, word = self._kind_in_name(first, last)
        words = {self.tree.lower[i].rstrip(".") for i in range(first, last + 1)}
        if self.tree.dep(head) in OBJECTS:
            words -= {"sheikh"}
        if (not kind and words & NOT_PLACES) or fold(text) in self.s.article.persons:
            return None
        extent = (
            "whole"
            if {self.tree.lower[k] for k in self.tree.kids(head, "det", "predet", "amod")} & {"whole", "entire", "all"}
            else None
        )
        found = self._build(head, "named", first, last, text, word, kind, extent=extent)
        before = self.tree.lower[first - 1] if first else ""
        before = "central" if before == "downtown" else before
        compass = before if self.lex.has("compass_words", before) and before.endswith(("ern", "central")) else ""
        return replace(found, compass=compass)

    def _shared_compass(self, first: int, last: int) -> str | None:
        """ "North and South Kivu": the first shares the second one's name."""
        tree = self.tree
        if first != last or not self.lex.has("compass_words", tree.lower[first]) or last + 2 >= len(tree):
            return None
        run = self.s.names.run_of.get(last + 2) if tree.lower[last + 1] == "and" else None
        if run is None or run.first == run.last or not self.lex.has("compass_words", tree.lower[run.first]):
            return None
        return f"{tree.tokens[first].text} {tree.words(run.first + 1, run.last)}"

    def _is_actor_modifier(self, i: int) -> bool:
        mention = self.s.names.mention_of.get(i)
        return mention is not None and (mention.modifier or not mention.weak) and mention.kind != "label-place"

    def _is_adjective(self, first: int, last: int) -> bool:
        """ "the Druze city", "the Chinese border": an adjective is nobody's name."""
        return all(self.tree.lower[i] in self.s.article.adjectives for i in range(first, last + 1))

    def _with_name(self, head: int, lemma: str, kind: str, first: int, last: int) -> PlaceReading:
        while first < last and self.lex.has("compass_words", self.tree.lower[first]):
            first += 1
        names_it = self.lex.has("naming_facilities", lemma) or kind == "natural" or (kind == "facility")
        plural = self.tree.tag(head) == "NNS"
        end = head if (names_it and not plural) or (kind == "facility" and plural) else last
        return self._build(head, "named", first, end, self.tree.words(first, end), lemma, kind)

    def _paired_runs(self, head: int, runs: list[Run]) -> list[Run]:
        """ "Amhara and Afar regions": every name that shares the plural head."""
        found = list(dict.fromkeys(runs))
        while (k := found[0].first - 1) > 0 and self.tree.lower[k] in ("and", ",", "the"):
            before = self.s.names.run_of.get(k - 1)
            if before is None or before.last in self.s.names.mention_of or self.tree.lower[k] == "the":
                break
            found.insert(0, before)
        return found

    def _of_name(self, head: int, depth: int) -> list[PlaceReading]:
        """ "the Red Sea town of A": the name under "of", whatever stands before the head."""
        targets = [
            t for k in self.tree.kids(head, "prep") if self.tree.lower[k] == "of" for t in self.tree.kids(k, "pobj")
        ]
        return [
            p for t in targets for one in self.tree.conjuncts(t) for p in self.read(one, depth + 1) if p.how == "named"
        ]

    def _site(self, head: int, depth: int) -> PlaceReading | None:
        """ "the airfield at A" is the A airfield: a facility that is called by its town."""
        if self.tree.lower[head] not in CALLED_BY_TOWN or not self.s.definite(head):
            return None
        for k in self.tree.kids(head, "prep"):
            named = [p for t in self.tree.kids(k, "pobj") for p in self.read(t, depth + 1) if p.how == "named"]
            if self.tree.lower[k] in ("at", "in", "of") and named:
                text = f"{named[0].resolved} {self.tree.lower[head]}"
                return replace(named[0], resolved=text, word=self.tree.lower[head], kind="facility", area=None)
        return None
