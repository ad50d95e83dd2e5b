"""Reading a noun phrase as an actor. An armed or governing head, or a name that is known to be one, is required."""

from domain.coder.actor_names import BACKED
from domain.coder.actor_owners import OwnedActors
from domain.coder.phrases import Sentence
from domain.coder.readings import ActorReading

_PRONOUNS = frozenset(
    (
        "it",
        "they",
        "them",
        "he",
        "she",
        "him",
        "her",
        "itself",
        "themselves",
        "both",
        "neither",
        "former",
        "latter",
        "who",
        "which",
        "that",
        "others",
        "all",
        "each",
    )
)
_SPEAKER = frozenset(("we", "us", "i", "our", "my", "me"))
_POSSESSIVE = frozenset(("its", "their", "his", "her"))
_SHOCK = frozenset(("assault", "combat", "sabotage", "reconnaissance", "strike", "storm", "raiding", "commando"))
_PEACE = frozenset(("security", "military", "peacekeeping", "stabilisation", "stabilization", "regional", "combat"))
_STRIPPED = frozenset(
    [
        "several",
        "some",
        "many",
        "more",
        "few",
        "hundred",
        "hundreds",
        "dozens",
        "dozen",
        "thousand",
        "thousands",
        "other",
        "fresh",
        "additional",
        "new",
        "extra",
        "further",
        "local",
        "remaining",
        "last",
        "about",
        "around",
        "nearly",
        "almost",
        "over",
        "than",
        "another",
        "all",
        "most",
        "own",
        "first",
        "main",
        "small",
        "large",
        "of",
        "its",
        "their",
        "his",
        "our",
        "hardline",
        "suspected",
        "heroic",
    ]
)
_COMPLEMENTS = ("of", "loyal", "allied", "aligned", "supported", "from", "opposed", "linked", "affiliated")


_MILITARY = frozenset(("military", "armoured", "armored", "army", "armed", "fighting"))
_OFFICERS = ("officer", "commander", "leader")


_RANK_AND_FILE = frozenset(("member", "operative", "cell"))
"""Who belongs to an organisation, armed or not: an actor only where its name says of which."""


class ActorPhrases(OwnedActors):
    """Reads phrases of one sentence as actors."""

    @classmethod
    def of(cls, sentence: Sentence) -> "ActorPhrases":
        """The sentence's own reader, which remembers what it has read."""
        reader: ActorPhrases = sentence.readers.setdefault("ActorPhrases", None) or cls(sentence)
        sentence.readers["ActorPhrases"] = reader
        return reader

    def read(self, head: int, depth: int = 0) -> ActorReading | None:
        """The actor that the phrase of this head names, or None when it names none."""
        if depth:
            return self._fresh(head, depth)
        if head not in self._read:
            self._read[head] = self._fresh(head, 0)
        return self._read[head]

    def _fresh(self, head: int, depth: int) -> ActorReading | None:
        low, lemma = self.tree.lower[head], self.tree.lemma[head]
        if low in _SPEAKER and low not in ("i", "me", "my"):
            return self._simple(head, "speaker", low, "neutral")
        if self.tree.tag(head) in ("PRP", "PRP$", "DT", "WP", "WDT", "CC", "JJ") and low in _PRONOUNS | _POSSESSIVE:
            return self._simple(head, "pronoun", low, "neutral")
        if head in self.s.names.timed or depth > 4:
            return None
        reading = self._read_phrase(head, lemma, depth)
        return reading if reading is None or self._armed_enough(reading) else None

    def _armed_enough(self, reading: ActorReading) -> bool:
        """In an article about sport or business only what is armed by its own words or its registry entry counts."""
        if self.s.article.topic is None:
            return True
        if reading.ids and not reading.weak:
            return True
        return reading.how in ("described", "definite", "bare") and self.lex.has("rebel_heads", reading.word)

    def _read_phrase(self, head: int, lemma: str, depth: int) -> ActorReading | None:
        return (
            self._named(head)
            or (self._by_apposition(head, depth) if self._introduces(head, lemma) else None)
            or self._from_origin(head, lemma, depth)
            or self._common(head, lemma, depth)
            or self._by_quantity(head, lemma, depth)
            or self._by_apposition(head, depth)
        )

    def _introduces(self, head: int, lemma: str) -> bool:
        """ "its ally, the X", "another armed group, the X": a head that says less than the name beside it."""
        fresh = any(self.tree.lower[k] in ("a", "an", "another") for k in self.tree.kids(head, "det"))
        return lemma in ("ally", "rival") or (fresh and self.lex.has("group_heads", lemma))

    def read_all(self, head: int) -> list[ActorReading]:
        """The actors of one phrase head: "Taliban and Afghan soldiers" and "reinforcements from A and B" are two."""
        inner = self._members(head)
        if len(inner) > 1:
            return [r for i in inner if (r := self.read(i)) is not None]
        reading = self.read(head)
        if reading is None:
            return []
        return [*self._paired(head), reading]

    def _common(self, head: int, lemma: str, depth: int) -> ActorReading | None:
        if not (self.tree.is_noun(head) or self.tree.tag(head).startswith("JJ")):
            return None
        cls = self.head_class(lemma)
        group = self.lex.has("group_heads", lemma)
        if cls is None and not group and not self.lex.has("unit_heads", lemma) and lemma not in _OFFICERS:
            return None
        mods = self.s.modifiers(head)
        words = {self.tree.lower[m] for m in mods} | {self.tree.lemma[m] for m in mods}
        unarmed = words & self.lex.words("unarmed_modifiers") and not words & {"army", "military"}
        if unarmed or self._of_people(head):
            return None
        if cls is None and not group:
            if self.lex.has("unit_heads", lemma) and words & self.lex.words("rebel_heads"):
                return self._bare_or_described(head, lemma, "rebel", mods)
            if lemma in _RANK_AND_FILE:
                return self._owner(head, lemma, mods, depth)
            return self._modifier_owner(head, mods) if lemma in _OFFICERS else None
        inner = self._owner(head, lemma, mods, depth) if self.lex.has("unit_heads", lemma) or cls else None
        if inner is not None:
            return inner
        if cls is None and not self._armed_group(head, mods, words):
            return None
        return self._bare_or_described(head, lemma, cls or self._group_class(words), mods)

    def _of_people(self, head: int) -> bool:
        """ "an army of lawyers", "a force of nature": what it is made of is not armed."""
        targets = [
            t for k in self.tree.kids(head, "prep") if self.tree.lower[k] == "of" for t in self.tree.kids(k, "pobj")
        ]
        return any(
            self.tree.tag(t) == "NNS"
            and (
                self.lex.has("civil_words", self.tree.lemma[t])
                or (self.tree.lemma[head] == "army" and self.tree.lemma[t] == "volunteer")
                or (self.lex.has("civil_vehicles", self.tree.lemma[t]) and self.tree.lower[t - 1] not in _MILITARY)
            )
            for t in targets
        )

    def _group_class(self, words: set[str]) -> str:
        return "rebel" if words & self.lex.words("rebel_heads") else "neutral"

    def _armed_group(self, head: int, mods: list[int], words: set[str]) -> bool:
        """A group is an actor when something armed qualifies it, or when it refers back to one."""
        if (
            words & (self.lex.words("rebel_heads") | self.lex.words("state_heads") | self.lex.words("neutral_heads"))
            or "armed" in words
        ):
            return True
        if self.tree.lemma[head] == "group" and words & _SHOCK:
            return True
        if self.tree.lemma[head] == "front" and not mods:
            return False
        if self.tree.lemma[head] == "mission":
            return bool(words & _PEACE) or any(w.split("-")[-1] in BACKED for w in words)
        if self.tree.lemma[head] == "company":
            return bool(words & self.lex.words("equipment_heads"))
        if any(word.split("-")[-1] in BACKED or word.startswith(("anti", "pro-")) for word in words):
            return True
        if any(m in self.s.names.mention_of for m in mods):
            return True
        return self.s.definite(head) and not [m for m in mods if self.s.names.run_of.get(m)]

    def _bare_or_described(self, head: int, lemma: str, cls: str, mods: list[int]) -> ActorReading:
        first = self.s.left_edge(head)
        named = [m for m in mods if (self.tree.tokens[m].text[:1].isupper() and m > 0) or m in self.s.names.mention_of]
        telling = [m for m in mods if self.tree.lower[m] not in _STRIPPED and not self.tree.tokens[m].text.isdigit()
                   and not self.lex.has("terms_of_abuse", self.tree.lower[m])]  # fmt: skip
        last, complement = head, self._complement(head)
        kept = [m for m in telling if self.tree.tag(m) != "CD"]
        own = [k for k in self.tree.kids(head, "poss") if self.tree.is_noun(k)]
        if complement is not None and not named:
            last = complement
        start_word = own[0] if own and not named else (kept[0] if kept else head)
        start_word = min(start_word, self.s.left_edge(start_word)) if own and not named else start_word
        text = self._clean(min(start_word, head), last)
        abused = any(self.lex.has("terms_of_abuse", self.tree.lower[m]) for m in mods)
        how = (
            "described"
            if named or complement is not None or own
            else ("definite" if self.s.definite(head) or self._generic(kept) or abused or lemma == "side" else "bare")
        )
        word = self._generic(kept) or lemma
        cls = "rebel" if abused and cls == "neutral" else cls
        return self._reading(
            head,
            how,
            first,
            last,
            text,
            word=word,
            cls=cls,
            modifiers=frozenset(self.tree.lower[m] for m in kept)
            | ({"two", "both"} & {self.tree.lower[k] for k in self.tree.kids(head)}),
            loaded=self._loaded(first, head),
        )

    def _generic(self, kept: list[int]) -> str | None:
        """ "army units", "junta columns": the head that the modifier stands for."""
        if len(kept) == 1 and self.tree.tag(kept[0]).startswith("NN"):
            lemma = self.tree.lemma[kept[0]]
            if lemma in (
                "army",
                "military",
                "junta",
                "coalition",
                "alliance",
                "militia",
                "rebel",
                "regime",
                "police",
            ) or (self.lex.has("group_heads", lemma)):
                return lemma
        return None

    def _complement(self, head: int) -> int | None:
        """Last token of "loyal to X", "from X", "supported by X" right behind the head."""
        tree = self.tree
        for k in tree.kids(head, "amod", "acl", "prep", "relcl"):
            if tree.lower[k] == "of" and tree.lemma[head] != "guard":
                continue
            if k == head + 1 and tree.lower[k] in _COMPLEMENTS:
                inside = list(tree.subtree(k))
                last = k
                for i in inside:
                    if (
                        i == last + 1
                        and tree.lower[i]
                        not in (
                            ",",
                            ";",
                            "who",
                            "which",
                            "when",
                            "while",
                            "in",
                            "at",
                            "near",
                            "on",
                            "under",
                            "after",
                            "before",
                        )
                        and not (tree.is_verb(i) and i != k and tree.dep(i) != "amod")
                    ):
                        last = i
                    elif i > last:
                        break
                if (
                    last in self.s.names.timed
                    or last == k
                    or (tree.lower[k] == "from" and last not in self.s.names.run_of)
                ):
                    return None
                return last
        return None
