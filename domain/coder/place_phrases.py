"""Reading a noun phrase as a place: its name, how much of it, which part of it."""

from dataclasses import replace

from domain.coder.phrases import Sentence
from domain.coder.place_parts import PlaceParts
from domain.coder.readings import PlaceReading

_PRONOUNS = frozenset(
    ("it", "them", "they", "there", "here", "both", "which", "that", "where", "this", "these", "those")
)
_IDLE = frozenset(
    (
        "same",
        "key",
        "strategic",
        "nearby",
        "local",
        "important",
        "sprawling",
        "whole",
        "entire",
        "other",
        "another",
        "small",
        "large",
        "big",
        "only",
        "last",
        "second",
        "former",
        "latter",
        "several",
        "own",
        "neighbouring",
        "neighboring",
        "besieged",
        "abandoned",
    )
)
"""Adjectives that are no part of what a facility is called."""
_INNER = (
    "of",
    "in",
    "at",
    "around",
    "near",
    "on",
    "outside",
    "along",
    "north",
    "south",
    "east",
    "west",
    "including",
    "like",
    "from",
    "within",
    "inside",
    "beside",
)
_WAYS = ("road", "highway", "route", "track", "motorway")
"""What leads to a place is near it: "on the road to A"."""
_BESIDE = ("east", "west", "north", "south")


class PlacePhrases(PlaceParts):
    """Reads phrases of one sentence as places."""

    @classmethod
    def of(cls, sentence: Sentence) -> "PlacePhrases":
        """The sentence's own reader, which remembers what it has read."""
        reader: PlacePhrases = sentence.readers.setdefault("PlacePhrases", None) or cls(sentence)
        sentence.readers["PlacePhrases"] = reader
        return reader

    def read(self, head: int, depth: int = 0) -> list[PlaceReading]:
        """The places that the phrase of this head names, itself alone (coordination is the caller's); [] if none."""
        if depth:
            return self._fresh(head, depth)
        if head not in self._read:
            self._read[head] = self._fresh(head, 0)
        return self._read[head]

    def _fresh(self, head: int, depth: int) -> list[PlaceReading]:
        low = self.tree.lower[head]
        if head in self.s.names.timed or depth > 4:
            return []
        if low == "its" or (
            low in _PRONOUNS and self.tree.tag(head) in ("PRP", "EX", "RB", "DT", "WDT", "WP", "WRB", "IN")
        ):
            return [self._pronoun(head)]
        many = self.tree.tag(head) == "CD" or self.tree.lower[head] in ("dozens", "scores", "hundreds")
        if many and (counted := self._of_name(head, depth) or self._some_of(head, depth)):
            return counted
        part = self._part(head, depth)
        if part is not None:
            return part
        if (named := self._named(head)) is not None:
            return [named]
        return self._common(head, depth)

    def _common(self, head: int, depth: int) -> list[PlaceReading]:
        lemma = self.tree.lemma[head]
        kind = self._head_kind(lemma) or self._head_kind(self.tree.lower[head])
        if kind is None or not self.tree.is_noun(head):
            return []
        if self._laid(head, lemma):
            return []
        extent = self._whole(head)
        if (
            self.tree.dep(head) == "appos"
            and (self.tree.head(head) in self.s.names.run_of)
            and self.tree.head(head) < head
        ):
            named = self._named(self.tree.head(head))
            mention = self.s.names.mention_of.get(self.tree.head(head))
            if named is not None and (mention is None or mention.weak):
                return [replace(named, word=lemma, kind=kind, extent=extent)]
        named_before = any(m in self.s.names.run_of for m in self.s.modifiers(head))
        own = self._of_name(head, depth) if kind == "settlement" or (kind == "admin" and not named_before) else []
        if own:
            return [replace(p, word=p.word or lemma, kind=p.kind or kind, extent=p.extent or extent) for p in own]
        runs = [self.s.names.run_of[m] for m in self.s.modifiers(head) if m in self.s.names.run_of]
        runs = [r for r in runs if not self._is_actor_modifier(r.last) and not self._is_adjective(r.first, r.last)]
        if runs:
            pairs = self._paired_runs(head, runs) if self.tree.tag(head) == "NNS" else runs[-1:]
            if len(pairs) > 1 and kind == "facility":
                names = [
                    self._build(r.last, "named", r.first, r.last, self.tree.words(r.first, r.last), lemma, kind)
                    for r in pairs
                ]
                return [replace(p, resolved=f"{p.resolved} {lemma}", extent=extent) for p in names]
            return [replace(self._with_name(head, lemma, kind, r.first, r.last), extent=extent) for r in pairs]
        if self.tree.tag(head) == "NNS" and kind in ("settlement", "admin") and not self.tree.kids(head, "prep"):
            holders = [p for k in self.tree.kids(head, "poss") for p in self.read(k, depth + 1) if p.how == "named"]
            if holders and self.tree.tag(self.tree.kids(head, "poss")[0]) != "PRP$":
                return holders
        inner = self._adverb_beside(head, kind, depth) or self._complement(head, kind, depth)
        if inner:
            return [replace(p, extent=p.extent or extent) for p in inner]
        return [replace(self._anaphor(head, lemma, kind, depth), extent=extent)]

    def _some_of(self, head: int, depth: int) -> list[PlaceReading]:
        """ "14 of the state's 17 towns, including A": those named, else part of what they are the towns of."""
        tree = self.tree
        towns = [t for k in tree.kids(head, "prep") if tree.lower[k] == "of" for t in tree.kids(k, "pobj")]
        if not any(self._head_kind(tree.lemma[t]) in ("settlement", "admin", "generic") for t in towns):
            return []
        if inside := [p for t in towns for p in self.read(t, depth + 1) if p.how == "named"]:
            return inside
        named = [
            p
            for host in (head, *towns)
            for k in tree.kids(host, "prep")
            if tree.lower[k] == "including"
            for t in tree.kids(k, "pobj")
            for one in tree.conjuncts(t)
            for p in self.read(one, depth + 1)
            if p.how == "named"
        ]
        owners = [p for t in towns for k in tree.kids(t, "poss") for p in self.read(k, depth + 1)]
        return named or [replace(p, extent="part") for p in owners]

    def _laid(self, head: int, lemma: str) -> bool:
        """ "mines", "a mine": weapons, unless a name or "the" makes one a place."""
        named = any(m in self.s.names.run_of for m in self.s.modifiers(head))
        single = self.s.definite(head) and self.tree.tag(head) == "NN"
        return self.s.lexicon.has("also_arms", lemma) and not named and not single

    def _complement(self, head: int, kind: str, depth: int) -> list[PlaceReading]:
        """ "the town of A", "villages including A and B", "the border post at A", "the towns: A and B"."""
        if (site := self._site(head, depth) or self._seat_of_unit(head, kind)) is not None:
            return [site]
        found: list[PlaceReading] = []
        for k in self.tree.kids(head, "prep"):
            if self.tree.lower[k] in ("including", "like", "such") or (
                self.tree.lower[k] == "of" and kind != "natural-part"
            ):
                targets = self.tree.kids(k, "pobj") + [
                    p for q in self.tree.kids(k, "prep") for p in self.tree.kids(q, "pobj")
                ]
                for target in targets:
                    for one in self.tree.conjuncts(target):
                        found += [p for p in self.read(one, depth + 1) if p.how in ("named", "pronoun", "definite")]
        for k in self.tree.kids(head, "appos"):
            for one in self.tree.conjuncts(k):
                if not found or self.s.names.run_of.get(one):
                    found += [p for p in self.read(one, depth + 1) if p.how == "named"]
        if found:
            lemma = self.tree.lemma[head]
            return [replace(p, word=p.word or lemma, kind=p.kind or kind) for p in found]
        if kind == "settlement" and self.s.definite(head):
            return found
        return self._located(head, kind, depth)

    def _seat_of_unit(self, head: int, kind: str) -> PlaceReading | None:
        """ "the headquarters of the 22nd Division": a facility that is called by whose it is."""
        if kind != "facility" or not self.s.definite(head):
            return None
        for k in self.tree.kids(head, "prep"):
            for target in self.tree.kids(k, "pobj") if k == head + 1 and self.tree.lower[k] == "of" else ():
                mention = self.s.names.mention_of.get(target)
                if mention is not None and not mention.weak and not mention.modifier:
                    words = self.tree.words(head, target)
                    return self._build(head, "named", head, target, words, self.tree.lemma[head], kind)
        return None

    def _located(self, head: int, kind: str, depth: int) -> list[PlaceReading]:
        """ "a base at A", "villages in A", "the area east of A", "positions near A", "the area from A to B"."""
        if kind in ("generic", "admin") and len(corridor := self._corridor(head, depth)) > 1:
            return corridor
        for k in self.tree.kids(head, "prep", "advmod"):
            low = self.tree.lower[k]
            inner = self.tree.kids(k, "pobj") + [
                p for q in self.tree.kids(k, "prep") for p in self.tree.kids(q, "pobj")
            ]
            if (low in _INNER or (low == "to" and self.tree.lemma[head] in _WAYS)) and inner:
                places = [p for t in inner for one in self.tree.conjuncts(t) for p in self.read(one, depth + 1)]
                named = [p for p in places if p.how != "common"]
                if named:
                    if low in _BESIDE and kind == "generic":
                        return [self._beyond(k, p) for p in named]
                    return [replace(p, word=p.word or self.tree.lemma[head]) for p in named]
        return []

    def _corridor(self, head: int, depth: int) -> list[PlaceReading]:
        """ "the area from A to B": both ends, wherever the parser hung them; [] when there is no such pair."""
        tree, ends = self.tree, list[int]()
        for k in range(head + 1, min(head + 16, len(tree))):
            if tree.is_verb(k) or tree.lower[k] in (",", ";"):
                break
            if tree.dep(k) == "prep" and tree.lower[k] == ("to" if ends else "from"):
                ends += tree.kids(k, "pobj")[:1]
        if len(ends) < 2:
            return []
        return [replace(p, area=None) for t in ends for p in self.read(t, depth + 1) if p.how != "common"]

    def _beyond(self, k: int, place: PlaceReading) -> PlaceReading:
        """ "territory east of the river" is a region of its own."""
        start = self.tree.tokens[k].start
        text = self.tree.text[start : max(place.end, self.tree.tokens[k].end)]
        return replace(
            place, text=text, resolved=text, start=start, how="named", kind="region", word=self.tree.lower[k]
        )

    def _adverb_beside(self, head: int, kind: str, depth: int) -> list[PlaceReading]:
        """ "territory east of the river" where the parser hung the adverb on the verb; "the fields east of A": A."""
        tree, k = self.tree, head + 1
        if k + 1 < len(tree) and tree.lower[k] in _BESIDE and tree.lower[k + 1] == "of":
            return [
                p if kind == "facility" else self._beyond(k, p)
                for t in tree.kids(k + 1, "pobj")
                for p in self.read(t, depth + 1)
                if p.how == "named"
            ]
        return []

    def _right_behind(self, head: int, depth: int) -> PlaceReading | None:
        """ "their headquarters at A" where the parser hung "at" on the verb."""
        k = head + 1
        if (
            k >= len(self.tree)
            or self.tree.lower[k] not in ("at", "in", "near", "outside", "around", "above")
            or self.tree.head(k) == head
        ):
            return None
        named = [p for t in self.tree.kids(k, "pobj") for p in self.read(t, depth + 1) if p.how == "named"]
        return (
            named[0] if named and self._head_kind(self.tree.lemma[head]) in ("facility", "natural", "generic") else None
        )

    def _anaphor(self, head: int, lemma: str, kind: str, depth: int) -> PlaceReading:
        nearby = self._right_behind(head, depth)
        if nearby is not None:
            return nearby
        definite = self.s.definite(head) or bool(self.tree.kids(head, "poss"))
        owner = next((p for k in self.tree.kids(head, "poss") for p in self._owner(k, depth)), None)
        said = ("NN", "JJ") if kind == "facility" else ("NN",)
        told = [
            m for m in self.s.modifiers(head) if self.tree.tag(m).startswith(said) and self.tree.lower[m] not in _IDLE
        ]
        first = min(told, default=head)
        how = "definite" if definite else "common"
        return replace(
            self._build(
                head, how, first, head, self.tree.words(first, head), lemma, kind, plural=self.tree.tag(head) == "NNS"
            ),
            owner=owner,
        )

    def _owner(self, k: int, depth: int) -> list[PlaceReading]:
        if self.tree.tag(k) == "PRP$":
            return [self._pronoun(k)]
        return self.read(k, depth + 1)
