"""Reading a noun phrase as a place: its name, how much of it, which part of it."""

from dataclasses import replace

from domain.coder.folding import fold
from domain.coder.phrases import Sentence
from domain.coder.readings import PlaceReading
from domain.coder.words import Run

_PRONOUNS = frozenset(
    ("it", "them", "they", "there", "here", "both", "which", "that", "where", "this", "these", "those")
)
_COMMON_KINDS = (
    ("settlement_heads", "settlement"), ("admin_heads", "admin"), ("facility_heads", "facility"),
    ("natural_heads", "natural"), ("generic_places", "generic"),
)  # fmt: skip
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
_STOP = frozenset(("the", "a", "an", "this", "that", "its", "their", "his", "nearby", "neighbouring", "neighboring"))
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
)
_CALLED_BY_TOWN = ("airfield", "airport", "airbase", "refinery")
_BESIDE = ("east", "west", "north", "south")

NOT_PLACES = frozenset(
    [
        "group",
        "operation",
        "party",
        "cup",
        "league",
        "agreement",
        "accord",
        "council",
        "committee",
        "ministry",
        "court",
        "company",
        "inc",
        "club",
        "university",
        "telegram",
        "twitter",
        "facebook",
        "youtube",
        "reuters",
        "afp",
        "bbc",
        "mr",
        "mrs",
        "president",
        "prime",
        "minister",
        "general",
        "colonel",
        "gen",
        "col",
        "lt",
        "sgt",
        "captain",
        "capt",
        "major",
        "maj",
        "brigadier",
        "lieutenant",
        "sheikh",
        "dr",
    ]
)
"""Words in a capitalised run that show it is no place."""


class PlacePhrases:
    """Reads phrases of one sentence as places."""

    def __init__(self, sentence: Sentence) -> None:
        self.s = sentence
        self.tree = sentence.tree
        self.lex = sentence.lexicon
        self._read: dict[int, list[PlaceReading]] = {}

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
        if low in _PRONOUNS and self.tree.tag(head) in ("PRP", "EX", "RB", "DT", "WDT", "WP", "WRB", "IN"):
            return [self._build(head, "pronoun", head, head, self.tree.tokens[head].text, low, "generic")]
        part = self._part(head, depth)
        if part is not None:
            return part
        if (named := self._named(head)) is not None:
            return [named]
        return self._common(head, depth)

    # --- parts ------------------------------------------------------------------------------------------------------

    def _part(self, head: int, depth: int) -> list[PlaceReading] | None:
        """ "most of A", "the centre of A", "A's western countryside", "within 6 km of A"; None when it is no part."""
        area, extent = self._measure(head)
        unit = self.lex.has("unit_words", self.tree.lower[head]) or self.lex.has("unit_words", self.tree.lemma[head])
        if area is None and extent is None and not unit:
            return None
        inner = self._inside(head, depth)
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
            and (area in ("centre", "outskirts", "countryside") or (extent and not unit))
            and self.s.definite(head)
        ):
            first = self._build(head, "definite", head, head, self.tree.words(head, head), "city", "settlement")
            return [replace(first, area=area, extent=extent)] if self.tree.is_noun(head) else None
        if not inner:
            return None if not unit else []
        return [replace(p, area=p.area or area, extent=p.extent or extent) for p in inner]

    def _measure(self, head: int) -> tuple[str | None, str | None]:
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
            return _direction(low), None
        if lemma in ("percent", "%"):
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
            return _direction(compass), None
        if lemma in ("block", "street", "pocket", "stretch"):
            return None, "part"
        if (
            lemma in ("area", "part", "corner", "section", "pocket")
            and words & {"one", "a", "some", "several"}
            and "of" in self._preps(head)
        ):
            return None, "part"
        return None, None

    def _preps(self, head: int) -> set[str]:
        return {self.tree.lower[k] for k in self.tree.kids(head, "prep")}

    def _inside_of(self, head: int) -> bool:
        return any(self.tree.lower[k] in ("of", "in") for k in self.tree.kids(head, "prep")) or bool(
            self.tree.kids(head, "poss")
        )

    def _inside(self, head: int, depth: int) -> list[PlaceReading]:
        """The places under "of", "in", "around" or a possessive."""
        found: list[PlaceReading] = []
        for k in self.tree.kids(head, "prep", "advmod"):
            if self.tree.lower[k] in ("of", "in", "around", "across") or (
                self.tree.lower[k] == "to" and self.tree.lemma[head].startswith("approach")
            ):
                for target in self.tree.kids(k, "pobj"):
                    for one in self.tree.conjuncts(target):
                        found += self.read(one, depth + 1)
        for k in self.tree.kids(head, "poss"):
            if self.tree.tag(k) == "PRP$":
                found.append(self._build(k, "pronoun", k, k, self.tree.tokens[k].text, self.tree.lower[k], "generic"))
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
                areas = [self._measure(p)[0] for p in parts]
                return [named, *(replace(named, area=a) for a in areas if a)] if named else []
            if self._measure(j)[0]:
                parts.append(j)
            elif not tree.tag(j).startswith(("JJ", "DT", "VBG", "NN", "CC", "IN")) or tree.lower[j] in (
                ",",
                "in",
                "by",
            ):
                return []
        return []

    # --- names ------------------------------------------------------------------------------------------------------

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
        if (not kind and words & NOT_PLACES) or fold(text) in self.s.article.persons:
            return None
        extent = (
            "whole"
            if {self.tree.lower[k] for k in self.tree.kids(head, "det", "predet", "amod")} & {"whole", "entire", "all"}
            else None
        )
        return self._build(head, "named", first, last, text, word, kind, extent=extent)

    def _shared_compass(self, first: int, last: int) -> str | None:
        """ "North and South Kivu": the first shares the second one's name."""
        tree = self.tree
        if first != last or not self.lex.has("compass_words", tree.lower[first]) or last + 2 >= len(tree):
            return None
        run = self.s.names.run_of.get(last + 2) if tree.lower[last + 1] == "and" else None
        if run is None or run.first == run.last or not self.lex.has("compass_words", tree.lower[run.first]):
            return None
        return f"{tree.tokens[first].text} {tree.words(run.first + 1, run.last)}"

    def _kind_in_name(self, first: int, last: int) -> tuple[str, str]:
        for i in (last, first):
            for name, kind in _COMMON_KINDS[:4]:
                if self.lex.has(name, self.tree.lower[i]):
                    return kind, self.tree.lower[i]
        return "", ""

    def _head_kind(self, lemma: str) -> str | None:
        return next((kind for name, kind in _COMMON_KINDS if self.lex.has(name, lemma)), None)

    # --- common heads -----------------------------------------------------------------------------------------------

    def _common(self, head: int, depth: int) -> list[PlaceReading]:
        lemma = self.tree.lemma[head]
        kind = self._head_kind(lemma) or self._head_kind(self.tree.lower[head])
        if kind is None or not self.tree.is_noun(head):
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
            return [replace(self._with_name(head, lemma, kind, r.first, r.last), extent=extent) for r in pairs]
        inner = self._adverb_beside(head, depth) or self._complement(head, kind, depth)
        if inner:
            return [replace(p, extent=p.extent or extent) for p in inner]
        return [replace(self._anaphor(head, lemma, kind, depth), extent=extent)]

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

    def _whole(self, head: int) -> str | None:
        words = {self.tree.lower[k] for k in self.tree.kids(head, "det", "predet", "amod", "advmod")}
        return "whole" if words & {"whole", "entire", "all"} else None

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

    def _site(self, head: int, depth: int) -> PlaceReading | None:
        """ "the airfield at A" is the A airfield: a facility that is called by its town."""
        if self.tree.lower[head] not in _CALLED_BY_TOWN or not self.s.definite(head):
            return None
        for k in self.tree.kids(head, "prep"):
            named = [p for t in self.tree.kids(k, "pobj") for p in self.read(t, depth + 1) if p.how == "named"]
            if self.tree.lower[k] in ("at", "in", "of") and named:
                text = f"{named[0].resolved} {self.tree.lower[head]}"
                return replace(named[0], resolved=text, word=self.tree.lower[head], kind="facility", area=None)
        return None

    def _complement(self, head: int, kind: str, depth: int) -> list[PlaceReading]:
        """ "the town of A", "villages including A and B", "the border post at A", "the towns: A and B"."""
        if (site := self._site(head, depth)) is not None:
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

    def _located(self, head: int, kind: str, depth: int) -> list[PlaceReading]:
        """ "a base at A", "villages in A", "the area east of A", "positions near A", "the area from A to B"."""
        if kind in ("generic", "admin") and len(corridor := self._corridor(head, depth)) > 1:
            return corridor
        for k in self.tree.kids(head, "prep", "advmod"):
            low = self.tree.lower[k]
            inner = self.tree.kids(k, "pobj") + [
                p for q in self.tree.kids(k, "prep") for p in self.tree.kids(q, "pobj")
            ]
            if low in _INNER and inner:
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

    def _adverb_beside(self, head: int, depth: int) -> list[PlaceReading]:
        """ "territory east of the river" where the parser hung the adverb on the verb."""
        tree, k = self.tree, head + 1
        if k + 1 < len(tree) and tree.lower[k] in _BESIDE and tree.lower[k + 1] == "of":
            return [
                self._beyond(k, p)
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
            or self.tree.lower[k] not in ("at", "in", "near", "outside")
            or self.tree.head(k) == head
        ):
            return None
        named = [p for t in self.tree.kids(k, "pobj") for p in self.read(t, depth + 1) if p.how == "named"]
        return named[0] if named and self._head_kind(self.tree.lemma[head]) == "facility" else None

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
            return [self._build(k, "pronoun", k, k, self.tree.tokens[k].text, self.tree.lower[k], "generic")]
        return self.read(k, depth + 1)

    def _build(
        self,
        head: int,
        how: str,
        first: int,
        last: int,
        text: str,
        word: str,
        kind: str,
        *,
        extent: str | None = None,
        plural: bool = False,
    ) -> PlaceReading:
        while first < last and self.tree.lower[first] in _STOP:
            first += 1
        start, end = self.tree.tokens[first].start, self.tree.tokens[last].end
        return PlaceReading(
            head,
            how,
            text,
            text,
            word,
            kind,
            start,
            end,
            extent=extent,
            plural=plural or word in ("them", "both", "they", "their"),
        )


def _direction(word: str) -> str:
    """The compass part as the codebook names areas: north, south-east, ..."""
    return word.removesuffix("ern").replace("eastern", "east").replace("northeast", "north-east").replace("northwest", "north-west").replace(
        "southeast", "south-east").replace("southwest", "south-west")  # fmt: skip
