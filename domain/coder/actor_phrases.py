"""Reading a noun phrase as an actor. An armed or governing head, or a name that is known to be one, is required."""

from domain.coder.folding import fold
from domain.coder.phrases import Sentence
from domain.coder.readings import ActorReading
from domain.names import NameMention

_PRONOUNS = frozenset(("it", "they", "them", "he", "she", "him", "her", "itself", "themselves", "both", "neither", "former",
                       "latter", "who", "which", "that", "others", "all", "each"))  # fmt: skip
_SPEAKER = frozenset(("we", "us", "i", "our", "my", "me"))
_POSSESSIVE = frozenset(("its", "their", "his", "her"))
_QUANTITIES = frozenset(
    ("hundred", "dozen", "thousand", "number", "score", "group", "series", "handful", "majority", "most", "some", "many",
     "several", "few", "one", "two", "remnant", "pocket", "rest", "thousands", "hundreds", "dozens", "wave", "all", "none")
)  # fmt: skip
_FRESH = frozenset(("fresh", "additional", "new", "more", "extra", "further"))
_BACKED = ("backed", "aligned", "allied", "led", "linked", "supported", "affiliated", "installed", "trained")
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
_COMPLEMENTS = ("of", "loyal", "allied", "aligned", "supported", "backed", "from", "opposed", "linked", "affiliated")


class ActorPhrases:
    """Reads phrases of one sentence as actors."""

    def __init__(self, sentence: Sentence) -> None:
        self.s = sentence
        self.tree = sentence.tree
        self.lex = sentence.lexicon
        self._read: dict[int, ActorReading | None] = {}

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
            or (self._by_apposition(head, depth) if lemma == "ally" else None)
            or self._from_origin(head, lemma, depth)
            or self._common(head, lemma, depth)
            or self._by_quantity(head, lemma, depth)
            or self._by_apposition(head, depth)
        )

    def _from_origin(self, head: int, lemma: str, depth: int) -> ActorReading | None:
        """ "reinforcements from the X" are the X's."""
        if lemma != "reinforcement":
            return None
        for k in self.tree.kids(head, "prep"):
            for target in self.tree.kids(k, "pobj") if self.tree.lower[k] in ("from", "of") else ():
                owner = self._named(target)
                if owner is not None and not owner.weak:
                    return self._as_unit(owner, head, target)
        return None

    def read_all(self, head: int) -> list[ActorReading]:
        """The actors of one phrase head: "Taliban and Afghan soldiers" and "reinforcements from A and B" are two."""
        inner = self._members(head)
        if len(inner) > 1:
            return [r for i in inner if (r := self.read(i)) is not None]
        reading = self.read(head)
        if reading is None:
            return []
        return [*self._paired(head), reading]

    def _members(self, head: int) -> list[int]:
        """The coordinated names under "convoys of", "reinforcements from", "forces from": more than one organisation."""
        tree = self.tree
        for k in tree.kids(head, "prep"):
            if tree.lower[k] not in ("of", "from"):
                continue
            for target in tree.kids(k, "pobj"):
                if tree.lemma[target] in ("reinforcement", "troop", "force", "fighter", "soldier") and (
                    deeper := self._members(target)
                ):
                    return deeper
                group = tree.conjuncts(target)
                named = [i for i in group if (m := self.s.names.mention_of.get(i)) and not m.weak and not m.modifier]
                if named and (self.lex.has("unit_heads", tree.lemma[head]) or tree.lemma[head] in _QUANTITIES):
                    return group
        return []

    def _paired(self, head: int) -> list[ActorReading]:
        """The actor that shares this head: the first of two coordinated modifiers."""
        tree = self.tree
        if not self._head_class(tree.lemma[head]):
            return []
        for k in range(max(head - 5, 1), head):
            before = k - 1
            if (
                tree.lower[k] != "and"
                or not tree.tokens[before].text[:1].isupper()
                or head not in tree.ancestors(before)
            ):
                continue
            if before in self.s.names.timed or not tree.tokens[k + 1].text[:1].isupper():
                continue
            mention = self.s.names.mention_of.get(before)
            if mention is not None and not mention.weak and not mention.modifier:
                found = self._from_mention(before)
                return [found] if found else []
            if tree.lower[before] in self.s.article.adjectives:
                words = f"{tree.tokens[before].text} {tree.words(head, head)}"
                return [self._reading(before, "described", before, before, words, word=tree.lemma[head], cls="state")]
        return []

    def of_people(self, head: int) -> list[ActorReading]:
        """ "Russian assaults": a people's adjective stands for its state's forces."""
        low, token = self.tree.lower[head], self.tree.tokens[head]
        if (
            low not in self.s.article.adjectives
            or not token.text[:1].isupper()
            or low in self.lex.words("people_adjectives")
        ):
            return []
        return [
            ActorReading(head, "definite", token.text, f"{token.text} forces", "force", "state", token.start, token.end,
                         modifiers=frozenset((low,)))
        ]  # fmt: skip

    def _by_apposition(self, head: int, depth: int) -> ActorReading | None:
        """ "its ally, the X": a head that says nothing is read by the name beside it."""
        if self.tree.is_proper(head) or self.lex.has("civil_words", self.tree.lemma[head]):
            return None
        beside = [k for k in self.tree.kids(head, "appos") if self.tree.is_noun(k)]
        found = [r for k in beside if (r := self.read(k, depth + 1)) is not None and r.how in ("named", "described")]
        return found[0] if found and not self.lex.has("role_words", self.tree.lemma[head]) else None

    # --- names ------------------------------------------------------------------------------------------------------

    def _named(self, head: int) -> ActorReading | None:
        mention = self.s.names.mention_of.get(head)
        if mention is not None and self._part_of_phrase(mention, head):
            return None
        if mention is not None and not mention.modifier and not self._backed(mention) and not self._people(head):
            return self._from_mention(head)
        run = self.s.names.run_of.get(head)
        if run is None or (mention is not None and not self._people(head)):
            return None
        text = self.s.names.text(run)
        words = {self.tree.lower[i] for i in range(run.first, run.last + 1)}
        cls = self.s.article.armed.get(fold(text))
        if cls is None and words & self.lex.words("armed_name_words") and not self._looks_unarmed(head, words):
            cls = "neutral"
        if cls is None:
            return None
        return self._reading(head, "named", run.first, run.last, text, word=self.tree.lemma[head], cls=cls)

    def _part_of_phrase(self, mention: NameMention, head: int) -> bool:
        """ "regime forces" inside "Zarvanian regime forces": the registry knows the general words, the phrase says more."""
        first = next((t.i for t in self.tree.tokens if t.start >= mention.start), head)
        if not self.tree.tokens[first].text.islower():
            return False
        before = first - 1
        return before > 0 and self.tree.tokens[before].text[:1].isupper() and before not in self.s.names.mention_of

    def _looks_unarmed(self, head: int, words: set[str]) -> bool:
        return bool(
            words
            & (
                self.lex.words("unarmed_modifiers")
                | self.lex.words("facility_heads")
                | self.lex.words("naming_facilities")
            )
        )

    def _from_mention(self, head: int) -> ActorReading | None:
        mention = self.s.names.mention_of[head]
        inside = [t.i for t in self.tree.tokens if mention.start <= t.start < mention.end]
        first, last = inside[0], inside[-1]
        run = self.s.names.run_of.get(head)
        if run is not None and not mention.kind and run.first < first and mention.weak:
            return None
        if head != last and head in inside:
            last = max(last, head)
        lemma = self.tree.lemma[last]
        if mention.weak and self._is_place_by_grammar(head, inside):
            return None
        if mention.kind in ("unit", None) and not mention.ids and run is not None:
            first, last = min(first, run.first), max(last, run.last)
        if _class_of_kind(mention.kind) != "state" and mention.ids:
            last = self._without_unit(first, last)
            lemma = self.tree.lemma[last]
        if _class_of_kind(mention.kind) != "state":
            first = self._without_adjectives(first, last)
        text = self.tree.words(first, last)
        cls = _class_of_kind(mention.kind) or self._head_class(lemma) or "neutral"
        common = self._head_class(lemma) is not None and not self.tree.tokens[last].text[:1].isupper()
        how = "described" if common else "named"
        return self._reading(
            head, how, first, last, text, word=lemma, cls=cls, ids=mention.ids, weak=mention.weak, kind=mention.kind
        )

    def _without_adjectives(self, first: int, last: int) -> int:
        """ "paramilitary Rapid Support Forces": the name starts with its capital."""
        start = first
        while (
            start < last
            and self.tree.tag(start) in ("JJ", "NN")
            and self.tree.tokens[start].text.islower()
            and self.tree.lower[start].isalpha()
            and self.tree.lower[start + 1] != "-"
        ):
            start += 1
        return start if start < last and self.tree.tokens[start].text[:1].isupper() else first

    def _without_unit(self, first: int, last: int) -> int:
        """ "RSF fighters" are the RSF: common words behind an organisation's name are no part of it."""
        end = last
        while (
            end > first
            and self.tree.tokens[end].text[:1].islower()
            and self.lex.has("unit_heads", self.tree.lemma[end])
        ):
            end -= 1
        if self.tree.lower[end] in self.s.article.adjectives or self.tree.lower[end].rpartition("-")[2] in _BACKED:
            return last
        return end if any(self.tree.tokens[i].text[:1].isupper() for i in range(first, end + 1)) else last

    def _is_place_by_grammar(self, head: int, inside: list[int]) -> bool:
        """A country's or capital's name inside a larger phrase ("Turkey border") is no actor."""
        return self.tree.dep(head) in ("compound", "amod") and self.tree.head(head) not in inside

    # --- common heads -----------------------------------------------------------------------------------------------

    def _head_class(self, lemma: str) -> str | None:
        for name, cls in (
            ("state_heads", "state"),
            ("rebel_heads", "rebel"),
            ("neutral_heads", "neutral"),
            ("equipment_heads", "neutral"),
        ):
            if self.lex.has(name, lemma):
                return cls
        return None

    def _common(self, head: int, lemma: str, depth: int) -> ActorReading | None:
        if not (self.tree.is_noun(head) or self.tree.tag(head).startswith("JJ")):
            return None
        cls = self._head_class(lemma)
        group = self.lex.has("group_heads", lemma)
        mods = self.s.modifiers(head)
        words = {self.tree.lower[m] for m in mods} | {self.tree.lemma[m] for m in mods}
        if words & self.lex.words("unarmed_modifiers") or self._of_people(head):
            return None
        if cls is None and not group:
            if self.lex.has("unit_heads", lemma) and words & self.lex.words("rebel_heads"):
                return self._bare_or_described(head, lemma, "rebel", mods)
            return self._modifier_owner(head, mods) if lemma in ("officer", "commander", "leader") else None
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
        return any(self.tree.tag(t) == "NNS" and self.lex.has("civil_words", self.tree.lemma[t]) for t in targets)

    def _group_class(self, words: set[str]) -> str:
        return "rebel" if words & self.lex.words("rebel_heads") else "neutral"

    def _armed_group(self, head: int, mods: list[int], words: set[str]) -> bool:
        """A group is an actor when something armed qualifies it, or when it refers back to one."""
        if (
            words & (self.lex.words("rebel_heads") | self.lex.words("state_heads") | self.lex.words("neutral_heads"))
            or "armed" in words
        ):
            return True
        if self.tree.lemma[head] == "company":
            return bool(words & self.lex.words("equipment_heads"))
        if any(word.split("-")[-1] in _BACKED or word.startswith(("anti", "pro-")) for word in words):
            return True
        if any(m in self.s.names.mention_of for m in mods):
            return True
        return self.s.definite(head) and not [m for m in mods if self.s.names.run_of.get(m)]

    def _owner(self, head: int, lemma: str, mods: list[int], depth: int) -> ActorReading | None:
        """ "fighters of the X", "X fighters", "its fighters", "X's men": the organisation they belong to."""
        unit = self.lex.has("unit_heads", lemma)
        for k in self.tree.kids(head, "poss") if unit else ():
            owner = self.read(k, depth + 1)
            if owner is not None and not owner.weak:
                return self._as_unit(owner, head, k)
            if self.tree.tag(k) == "WP$" and (noun := self._whose(k)) is not None:
                owner = self.read(noun, depth + 1)
                return self._as_unit(owner, head, k) if owner is not None else None
            if owner is None and self.tree.tag(k) == "PRP$":
                return self._simple(head, "pronoun", self.tree.lower[k], "neutral")
        inner = self._modifier_owner(head, mods)
        if inner is not None:
            return inner
        if unit and not self._nationality(mods):
            for k in self.tree.kids(head, "prep"):
                for target in self.tree.kids(k, "pobj") if self.tree.lower[k] == "of" else ():
                    owner = self.read(target, depth + 1)
                    if owner is not None and owner.how != "pronoun" and not owner.weak:
                        return self._as_unit(owner, head, target)
        return None

    def _whose(self, i: int) -> int | None:
        """The noun that the clause of "whose" hangs on."""
        return next((self.tree.head(a) for a in self.tree.ancestors(i) if self.tree.dep(a) == "relcl"), None)

    def _nationality(self, mods: list[int]) -> bool:
        return any(self.tree.tokens[m].text[:1].isupper() for m in mods)

    def _modifier_owner(self, head: int, mods: list[int]) -> ActorReading | None:
        named = [m for m in mods if (x := self.s.names.mention_of.get(m)) and not x.modifier and not x.weak]
        start = self.tree.tokens[head].start
        named = [m for m in named if self.s.names.mention_of[m].end <= start]
        named = [m for m in named if not self._backed(self.s.names.mention_of[m]) and not self._people(m)]
        if named and all(
            self.s.names.mention_of[m].ids or self.s.names.mention_of[m].kind in ("label", "unit") for m in named
        ):
            owner = self._from_mention(named[-1])
            return self._as_unit(owner, head, named[-1]) if owner else None
        for m in reversed(mods):
            run = self.s.names.run_of.get(m)
            cls = self.s.article.armed.get(fold(self.s.names.text(run))) if run else None
            if run and cls and m not in self.s.names.mention_of:
                text = self.s.names.text(run)
                return self._as_unit(
                    self._reading(m, "named", run.first, run.last, text, word=self.tree.lemma[m], cls=cls), head, m
                )
        return None

    def _people(self, i: int) -> bool:
        """A people's adjective ("Druze gunmen", "Turkmen fighters") is no organisation."""
        mention = self.s.names.mention_of[i]
        return self.tree.text[mention.start : mention.end].lower() in self.s.article.adjectives

    def _backed(self, mention: NameMention) -> bool:
        """ "Iranian-backed" says who backs them, not who they are."""
        return self.tree.text[mention.start : mention.end].rpartition("-")[2].lower() in _BACKED

    def _as_unit(self, owner: ActorReading, head: int, source: int) -> ActorReading:
        """The owner, written as the whole phrase."""
        first = min(self.s.left_edge(head), source)
        last = max(head, source if source > head else head)
        start, end = self.tree.tokens[first].start, self.tree.tokens[last].end
        fresh = self._is_fresh(head) or owner.fresh
        return ActorReading(
            head, owner.how, self._clean(first, last), owner.resolved, owner.word, owner.cls, start, end, owner.ids,
            owner.weak, owner.plural, fresh, owner.modifiers, self._loaded(first, last),
        )  # fmt: skip

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
        return self._reading(head, how, first, last, text, word=word, cls=cls,
                             modifiers=frozenset(self.tree.lower[m] for m in kept) | ({"two", "both"} & {self.tree.lower[k] for k in self.tree.kids(head)}), loaded=self._loaded(first, head))  # fmt: skip

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
                inside = [i for i in tree.subtree(k)]
                last = k
                for i in inside:
                    if (
                        i == last + 1
                        and tree.lower[i] not in (",", ";", "who", "which", "when", "while")
                        and not (tree.is_verb(i) and i != k)
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

    def _by_quantity(self, head: int, lemma: str, depth: int) -> ActorReading | None:
        """ "hundreds of rebels", "a group of mercenaries", "one of its units"."""
        if (
            lemma not in _QUANTITIES
            and self.tree.lower[head] not in _QUANTITIES
            and lemma not in ("convoy", "column", "gathering", "wave", "mix")
        ):
            return None
        for k in self.tree.kids(head, "prep"):
            for target in self.tree.kids(k, "pobj") if self.tree.lower[k] == "of" else ():
                return self.read(target, depth + 1)
        return None

    # --- building ---------------------------------------------------------------------------------------------------

    def _is_fresh(self, head: int) -> bool:
        words = {self.tree.lower[m] for m in self.s.modifiers(head)}
        return (
            self.tree.lemma[head] == "reinforcement"
            or "reinforcement" in {self.tree.lemma[i] for i in self.s.modifiers(head)}
            or bool(words & _FRESH)
        )

    def _loaded(self, first: int, last: int) -> tuple[str, ...]:
        found = [
            i
            for i in range(first, last + 1)
            if self.lex.has("terms_of_abuse", self.tree.lemma[i]) or self.lex.has("terms_of_abuse", self.tree.lower[i])
        ]
        return tuple(dict.fromkeys(self.tree.tokens[i].text for i in found if self.tree.lower[i] != "enemy"))

    def _clean(self, first: int, last: int) -> str:
        while first < last and (
            self.tree.lower[first] in ("the", "a", "an", "this", "these", "that", "those", "'s")
            or self.tree.tag(first) in ("PRP$", "POS")
        ):
            first += 1
        return self.tree.words(first, last)

    def _simple(self, head: int, how: str, word: str, cls: str) -> ActorReading:
        token = self.tree.tokens[head]
        plural = word not in ("it", "its", "he", "his", "she", "him", "her", "itself")
        return ActorReading(head, how, token.text, token.text, word, cls, token.start, token.end, plural=plural)

    def _reading(
        self, head: int, how: str, first: int, last: int, text: str, *, word: str, cls: str,
        ids: tuple[str, ...] = (), weak: bool = False, modifiers: frozenset[str] = frozenset(), loaded: tuple[str, ...] = (),
        kind: str | None = None,
    ) -> ActorReading:  # fmt: skip
        start, end = self.tree.tokens[first].start, self.tree.tokens[last].end
        text = text.removesuffix("'s").removesuffix("’s").strip()
        plural = self.tree.tag(head) in ("NNS", "NNPS") or word in (
            "police",
            "army",
            "military",
            "group",
            "alliance",
            "coalition",
        )
        return ActorReading(head, how, self._clean(first, last), text, word, cls, start, end, ids, weak, plural,
                            self._is_fresh(head), modifiers, loaded, kind)  # fmt: skip


def _class_of_kind(kind: str | None) -> str | None:
    if kind is None or kind in ("label",):
        return None
    if kind in (
        "government",
        "state forces",
        "police",
        "external state",
        "country",
        "capital",
        "demonym",
        "pro-government militia",
    ):
        return "state"
    if kind in ("rebel", "separatist", "jihadist group", "militia", "umbrella", "gang", "tribe"):
        return "rebel"
    return "neutral"
