"""The object of a predicate, gaps and passives undone, also where the parser hung it elsewhere."""

from functools import cached_property

from domain.coder.predicate import COMPASS_ENDS, RELATIVES
from domain.coder.subjects import Subjects


class Objects(Subjects):
    """A predicate with what it is done to."""

    @cached_property
    def object(self) -> list[int]:
        """The deep object: a passive's written subject, else the direct object, else the gap of a relative clause."""
        tree, v = self.tree, self.predicate
        if self.passive:
            return self.surface
        own = tree.kids(v, "dobj", "attr", "oprd") or self._stray_object()
        if own:
            own = [k for k in own if k > v] or own
            while len(own) > 1 and own[1] == own[0] + 1 and "-" in (tree.lower[own[0]], tree.lower[own[1]]):
                own = own[1:]  # the pieces of one hyphened name
            later = self._stray_conjunct(own[0])
            own = [*self._named_before(own[0]), *self._beside_compass(own[0]), *own][:1] + later
            return self._spread([self._antecedent(k, v) for k in own])
        if tree.dep(v) == "relcl" and tree.kids(v, "nsubj") and not self._fronted():
            return [tree.head(v)]
        return self._shared_object()

    def _beside_compass(self, k: int) -> list[int]:
        """ "conducted a counterattack southwest of A": the noun that the parser hung before the compass word."""
        tree = self.tree
        if not tree.lower[k].endswith(COMPASS_ENDS):
            return []
        return [m for m in tree.kids(k, "compound", "nmod") if m == k - 1 and not tree.is_proper(m)]

    def _named_before(self, k: int) -> list[int]:
        """ "took A and B's soldiers ...": a name before "and" that the parser made a modifier of what follows."""
        tree, v = self.tree, self.predicate
        return [
            m
            for m in tree.kids(k, "nmod")
            if v < m < k - 2 and tree.tokens[m].text[:1].isupper() and tree.lower[m + 1] == "and"
        ][-1:]

    def _stray_object(self) -> list[int]:
        """An object that the parser hung elsewhere: a noun right behind the verb, labelled `dep` or as a clause's."""
        tree, v = self.tree, self.predicate
        if v + 1 < len(tree) and tree.lower[v + 1] in ("it", "them") and not tree.is_verb(tree.head(v + 1)):
            return [v + 1]
        if v + 1 < len(tree) and self._name_taken_away(v + 1):
            return [v + 1]
        return [
            k
            for k in tree.kids(v, "dep", "nmod", "pobj", "npadvmod", "advmod")
            if k > v and tree.is_proper(k) and k <= v + 4
        ][:1]

    def _name_taken_away(self, k: int) -> bool:
        """A name right behind the verb, read as an adverb or as the next subject ("If they seize A, B ...")."""
        tree, v = self.tree, self.predicate
        if not tree.tokens[k].text[:1].isupper() or self.passive:
            return False
        if tree.head(k) == v:
            return tree.dep(k) == "advmod" and tree.tag(k) == "RB"
        if tree.dep(k) != "nsubj" or tree.lower[k + 1 : k + 2] != (",",):
            return False
        return tree.dep(v) == "advcl" or len(tree.kids(tree.head(k), "nsubj")) > 1

    def _shared_object(self) -> list[int]:
        """ "seized and then lost the town": the object of a later conjunct."""
        tree, v = self.tree, self.predicate
        later = [c for c in tree.kids(v, "conj") if tree.is_verb(c) and c == v + 2]
        return self._spread([o for c in later for o in tree.kids(c, "dobj")])

    def _fronted(self) -> bool:
        """Whether a relative pronoun already fills some place of the clause other than the subject."""
        tree, v = self.tree, self.predicate
        return any(
            tree.tag(t) in RELATIVES for t in tree.subtree(v) if t < v and tree.dep(t) in ("pobj", "advmod", "poss")
        )
