"""Units, equipment and quantities stand for the organisation they belong to."""

from domain.coder.actor_names import NamedActors
from domain.coder.readings import ActorReading
from domain.names import fold

_QUANTITIES = frozenset(
    (
        "hundred",
        "dozen",
        "thousand",
        "number",
        "score",
        "group",
        "band",
        "series",
        "handful",
        "majority",
        "most",
        "some",
        "many",
        "several",
        "few",
        "one",
        "two",
        "remnant",
        "pocket",
        "rest",
        "thousands",
        "hundreds",
        "dozens",
        "wave",
        "all",
        "none",
    )
)


class OwnedActors(NamedActors):
    """Reads whose they are."""

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
        joined = lemma in ("coalition", "alliance")
        if (unit or joined) and not self._nationality(mods):
            for k in self.tree.kids(head, "prep"):
                for target in self.tree.kids(k, "pobj") if self.tree.lower[k] in ("of", "from") else ():
                    owner = self.read(target, depth + 1)
                    if owner is None or owner.how == "pronoun" or owner.weak:
                        continue
                    if joined and not (owner.ids and len(self.tree.conjuncts(target)) == 1):
                        continue
                    if self.tree.lower[k] == "of" or (owner.how in ("named", "described") and owner.ids):
                        return self._as_unit(owner, head, target)
        return None

    def _whose(self, i: int) -> int | None:
        """The noun that the clause of "whose" hangs on."""
        return next((self.tree.head(a) for a in self.tree.ancestors(i) if self.tree.dep(a) == "relcl"), None)

    def _nationality(self, mods: list[int]) -> bool:
        return any(self.tree.tokens[m].text[:1].isupper() and m > 0 for m in mods)

    def _modifier_owner(self, head: int, mods: list[int]) -> ActorReading | None:
        named = [m for m in mods if (x := self.s.names.mention_of.get(m)) and not x.modifier and not x.weak]
        before = head - 1
        if (
            before > 1
            and self.tree.lower[before] == ")"
            and (x := self.s.names.mention_of.get(before - 1))
            and not x.weak
        ):
            owner = self._from_mention(before - 1)
            return self._as_unit(owner, head, before - 1) if owner else None
        if (owner := self._before_bracket(head)) is not None:
            return self._as_unit(owner, head, head - 1)
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

    def _before_bracket(self, head: int) -> ActorReading | None:
        """ "X Province (XP) fighters": the name that the acronym in brackets stands for."""
        low = self.tree.lower
        if head < 4 or low[head - 1] != ")" or low[head - 3] != "(":
            return None
        mention = self.s.names.mention_of.get(head - 4)
        return self._from_mention(head - 4) if mention is not None and not mention.weak else None

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

    def _members(self, head: int) -> list[int]:
        """The coordinated names under "convoys of", "reinforcements from": more than one organisation."""
        tree = self.tree
        beside = [c for k in tree.kids(head, "appos") for c in tree.conjuncts(k)]
        if tree.tag(head) == "NNS" and len(beside) > 1 and all(self._named(c) is not None for c in beside):
            return beside
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
        if not self.head_class(tree.lemma[head]):
            return []
        for k in range(max(head - 5, 1), head):
            before = k - 1
            if (
                tree.lower[k] != "and"
                or not tree.tokens[before].text[:1].isupper()
                or head not in tree.ancestors(before)
            ):
                continue
            mention = self.s.names.mention_of.get(before)
            named = mention is not None and not mention.weak and not mention.modifier
            if before in self.s.names.timed or not (named or tree.tokens[k + 1].text[:1].isupper()):
                continue
            if mention is not None and not mention.weak and not mention.modifier:
                found = self._from_mention(before)
                return [found] if found else []
            if tree.lower[before] in self.s.article.adjectives:
                words = f"{tree.tokens[before].text} {tree.words(head, head)}"
                return [self._reading(before, "described", before, before, words, word=tree.lemma[head], cls="state")]
        return []

    def _by_apposition(self, head: int, depth: int) -> ActorReading | None:
        """ "its ally, the X": a head that says nothing is read by the name beside it."""
        if self.tree.is_proper(head) or self.lex.has("civil_words", self.tree.lemma[head]):
            return None
        beside = [k for k in self.tree.kids(head, "appos") if self.tree.is_noun(k)]
        found = [r for k in beside if (r := self.read(k, depth + 1)) is not None and r.how in ("named", "described")]
        return found[0] if found and not self.lex.has("role_words", self.tree.lemma[head]) else None

    def _by_quantity(self, head: int, lemma: str, depth: int) -> ActorReading | None:
        """ "hundreds of rebels", "a group of mercenaries", "one of its units"."""
        if (
            lemma not in _QUANTITIES
            and self.tree.lower[head] not in ("any", "all", "none", "part", "half")
            and self.tree.lower[head] not in _QUANTITIES
            and lemma not in ("convoy", "column", "gathering", "wave", "mix")
        ):
            return None
        for k in self.tree.kids(head, "prep"):
            for target in self.tree.kids(k, "pobj") if self.tree.lower[k] == "of" else ():
                return self.read(target, depth + 1)
        return None
