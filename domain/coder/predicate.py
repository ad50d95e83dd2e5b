"""A verb or noun with what hangs on it: its voice, and the heads of coordinated and listed phrases."""

from functools import cached_property

from domain.coder.tree import Tree

COMPASS_ENDS = ("west", "east", "north", "south")
RELATIVES = ("WDT", "WP", "WP$", "WRB")


class Predicate:
    """One verb or noun of a tree, by token index."""

    def __init__(self, tree: Tree, predicate: int) -> None:
        self.tree, self.predicate = tree, predicate
        self.verbal = tree.is_verb(predicate)

    @cached_property
    def passive(self) -> bool:
        """Whether the predicate is a passive, a bare participle after its noun included."""
        tree, v = self.tree, self.predicate
        if not self.verbal and tree.dep(v) in ("attr", "appos", "acl", "acomp"):
            return True
        if tree.dep(v) == "acl" and tree.kids(tree.head(v), "mark") and not tree.kids(v, "agent"):
            return False
        if tree.kids(v, "nsubjpass") and not tree.kids(v, "auxpass", "agent", "aux") and tree.tag(v) == "VBD":
            return False
        if tree.kids(v, "auxpass", "nsubjpass") or any(tree.lower[k] in ("being", "been") for k in tree.kids(v, "aux")):
            return bool(tree.kids(v, "auxpass", "nsubjpass"))
        if tree.tag(v) not in ("VBN", "VBD"):
            return False
        if tree.dep(v) == "acl" and tree.dep(tree.head(v)) == "ROOT" and not self._finite():
            return bool(tree.kids(v, "agent"))
        if tree.dep(v) in ("acl", "advcl") and tree.tag(v) == "VBN":
            return not tree.kids(v, "aux", "nsubj", "dobj") or bool(tree.kids(v, "agent"))
        if tree.dep(v) == "conj" and tree.tag(v) == "VBN" and not tree.kids(v, "nsubj", "aux", "dobj"):
            return Predicate(tree, tree.first_conjunct(v)).passive if tree.is_verb(tree.first_conjunct(v)) else False
        return bool(tree.kids(v, "agent"))

    def _finite(self) -> bool:
        """Whether the sentence has a finite verb; without one its participle is it ("Forces attacked near A; ...")."""
        return any(tag in ("VBD", "VBZ", "VBP", "MD") for tag in map(self.tree.tag, range(len(self.tree))))

    def _antecedent(self, i: int, verb: int) -> int:
        """What a relative pronoun stands for; any other token stands for itself."""
        tree = self.tree
        if tree.tag(i) not in RELATIVES and not (tree.lower[i] == "that" and tree.tag(i) == "IN"):
            return i
        for clause in (verb, *tree.ancestors(verb)):
            if tree.dep(clause) == "relcl" and tree.dep(tree.head(clause)) == "attr":
                return next(iter(tree.kids(tree.head(tree.head(clause)), "nsubj")), tree.head(clause))
            if tree.dep(clause) == "relcl":
                return self._whole_phrase(tree.head(clause), clause) if tree.dep(i) == "nsubj" else tree.head(clause)
        return i

    def _whole_phrase(self, noun: int, clause: int) -> int:
        """ "militias from A, which fought ...": behind a comma the clause tells of the militias."""
        tree, prep = self.tree, self.tree.head(noun)
        above = tree.head(prep)
        if tree.dep(noun) == "pobj" and tree.lower[prep] == "to" and tree.lower[noun].endswith(COMPASS_ENDS):
            return tree.head(above) if tree.dep(above) == "appos" else above
        if tree.dep(noun) != "pobj" or tree.lower[prep] != "from" or not tree.is_noun(above):
            return noun
        return above if tree.tag(above) == "NNS" and "," in tree.lower[noun:clause] else noun

    def _between(self, i: int, top: int) -> list[int]:
        found: list[int] = []
        for a in self.tree.ancestors(i) if i != top else ():
            if a == top:
                break
            found.append(a)
        return found

    def _spread(self, heads: list[int]) -> list[int]:
        found: list[int] = []
        for head in heads:
            for c in self.tree.conjuncts(head):
                if c == head or not self.tree.is_verb(c):
                    found += [c, *self._listed(c)]
        return sorted(dict.fromkeys(found))

    def _listed(self, i: int) -> list[int]:
        """ "A camp, B camp and C": members of a list that the parser took for appositions."""
        tree = self.tree
        named = tree.tokens[i].text[:1].isupper() or any(
            tree.tokens[k].text[:1].isupper() for k in tree.kids(i, "compound")
        )
        more = [k for k in tree.kids(i, "appos") if named and k > i and tree.lower[k - 1] != "("]
        alike = [
            k
            for k in more
            if (tree.is_proper(k) == tree.is_proper(i) and tree.lemma[k] == tree.lemma[i])
            or (tree.is_proper(k) and tree.kids(k, "conj"))
        ]
        return [c for k in alike for c in tree.conjuncts(k)]
