"""The prepositions and particles of a predicate, with the heads of the phrases they govern."""

from collections.abc import Iterator
from functools import cached_property

from domain.coder.predicate import COMPASS_ENDS, RELATIVES, Predicate

LOCATIVES = frozenset(
    [
        "in",
        "at",
        "near",
        "on",
        "around",
        "inside",
        "outside",
        "along",
        "across",
        "within",
        "over",
        "throughout",
        "through",
        "beside",
        "behind",
        "beyond",
        "opposite",
        "by",
        "for",
        "against",
        "between",
        "towards",
        "toward",
        "into",
        "onto",
        "from",
        "below",
        "above",
    ]
)
"""Prepositions that may name where something happens; `@loc` in a rule stands for the narrower set `AT`."""
AT = (
    "in",
    "at",
    "near",
    "around",
    "inside",
    "outside",
    "along",
    "across",
    "within",
    "throughout",
    "on",
    "through",
    "north of",
    "south of",
    "east of",
    "west of",
    "northeast of",
    "northwest of",
    "southeast of",
    "southwest of",
    "close to",
    "just outside",
    "north-east of",
    "north-west of",
    "south-east of",
    "south-west of",
    "over",
    "beside",
)
_COMPASS = frozenset(
    ("north", "south", "east", "west", "northeast", "northwest", "southeast", "southwest", "immediately", "further")
)


class Prepositions(Predicate):
    """A predicate with its prepositions."""

    @cached_property
    def preps(self) -> list[tuple[str, int]]:
        """(preposition, phrase head) below the predicate; compound ones ("out of") under each of their names."""
        return list(self._preps_of(self.predicate))

    def _preps_of(self, i: int) -> Iterator[tuple[str, int]]:
        tree = self.tree
        for k in tree.kids(i, "dobj", "appos", "dep", "nmod"):
            if k > i and tree.lower[k].endswith(COMPASS_ENDS):
                for of in tree.kids(k, "prep"):
                    name = f"{tree.lower[k]} of" if tree.lower[of] == "of" else tree.lower[of]
                    yield from ((name, target) for target in tree.kids(of, "pobj"))
        for k in tree.kids(i, "acomp"):
            if tree.lower[k] in ("present", "active"):
                yield from self._preps_of(k)
        waiting = [
            (k, "") for k in tree.kids(i, "prep", "prt", "advmod", "agent", "dative", "prepadv", "npadvmod", "advcl")
        ]
        steps = 0
        while waiting and steps < 60:
            steps += 1
            k, before = waiting.pop(0)
            if tree.is_verb(k) and tree.lower[k] not in ("including", "following", "according"):
                continue
            if tree.dep(k) == "npadvmod" and not tree.kids(k, "prep", "advmod"):
                continue
            key = f"{before} {tree.lower[k]}".strip()
            names = [key] if before == "according" else [tree.lower[k]] + ([key] if before else [])
            marker = self._particle_before(i, k)
            if marker:
                names.append(f"{marker} {tree.lower[k]}")
            if tree.dep(k) == "dative" and tree.is_noun(k):
                yield "dative", k
            for target in tree.kids(k, "pobj", "pcomp"):
                if tree.tag(target) in RELATIVES:
                    target = self._antecedent(target, i)
                if not tree.is_verb(target):
                    for name in names:
                        yield from ((name, one) for one in (target, *self._stray_conjunct(target)))
                    if tree.lower[k] in ("to", "within") and tree.lower[target] in ("within",):
                        waiting.append((target, tree.lower[k]))
            waiting.extend(
                (c, tree.lower[k]) for c in tree.kids(k, "prep") if tree.dep(k) != "npadvmod" or tree.lower[c] == "of"
            )
            waiting.extend((c, "") for c in tree.kids(k, "conj") if tree.tag(c) == "IN" or tree.lower[c] in _COMPASS)

    def _stray_conjunct(self, target: int) -> list[int]:
        """ "forced out of A and the edge of B", the second noun hung on the verb: what stands right behind "and"."""
        tree = self.tree
        behind = tree.subtree(target)[-1] + 1
        if tree.lower[behind : behind + 1] != ("and",):
            return []
        later = [c for c in tree.kids(self.predicate, "conj") if not tree.is_verb(c)]
        return [c for c in later if tree.subtree(c)[0] == behind + 1]

    def _particle_before(self, i: int, prep: int) -> str:
        """The particle or adverb of the predicate right before a preposition."""
        tree = self.tree
        return next((tree.lower[k] for k in tree.kids(i, "prt", "advmod") if k == prep - 1), "")

    def _prep_heads(self, name: str) -> list[int]:
        return [head for key, head in self.preps if key == name]

    @cached_property
    def particles(self) -> set[str]:
        """Particles and adverbs of the predicate: out, back, over, and prepositions left alone."""
        tree = self.tree
        return {tree.lower[k] for k in tree.kids(self.predicate, "prt", "advmod", "prep")}

    @cached_property
    def bare_particles(self) -> set[str]:
        """Those that govern nothing: "took part", "took up", but not "took A on Monday"."""
        tree = self.tree
        kids = tree.kids(self.predicate, "prt", "advmod", "prep", "dobj")
        return {tree.lower[k] for k in kids if tree.dep(k) in ("prt", "advmod") or not tree.kids(k)}
