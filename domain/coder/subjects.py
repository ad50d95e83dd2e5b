"""The subject of a predicate, through coordination, control and relative clauses, and the agent of a passive."""

from functools import cached_property

from domain.coder.prepositions import Prepositions

_SUBJECTS = ("nsubj", "nsubjpass", "csubj", "csubjpass")
_CLAUSE = ("xcomp", "advcl", "ccomp", "pcomp", "dep")
_RESOLVES = frozenset(("plan", "intention", "intent", "promise", "pledge", "vow", "aim", "decision", "readiness"))
"""Nouns whose infinitive is done by whoever has them: "it has no plans to withdraw"."""
_MAKES_OTHERS_ACT = frozenset(
    ("force", "compel", "oblige", "allow", "enable", "order", "cause", "lead", "prompt", "help", "permit", 
     "push", "pressure", "tell", "ask", "urge", "let")
)  # fmt: skip
"""Verbs whose infinitive is done by their object: "forcing X to withdraw"."""
_ACCUSES = frozenset(("accuse", "credit", "blame", "suspect", "charge", "fault"))
_MEANS = frozenset(
    ("helicopter", "air", "sea", "boat", "plane", "road", "rail", "train", "land", "night", "force", "foot", "surprise")
)


class Subjects(Prepositions):
    """A predicate with whoever does it."""

    @cached_property
    def subject(self) -> list[int]:
        """The deep subject: a passive's agent, else the written subject."""
        return self.agent if self.passive else self.surface

    @cached_property
    def agent(self) -> list[int]:
        """The by-phrase, only of a passive."""
        if not self.passive:
            return []
        by = [
            k
            for k in self.tree.subtree(self.predicate)
            if self.tree.lower[k] == "by" and self.tree.dep(k) in ("agent", "prep")
        ]
        near = [k for k in by if not any(self.tree.is_verb(a) for a in self._between(k, self.predicate))]
        direct = [p for k in self.tree.kids(self.predicate, "agent") or near for p in self.tree.kids(k, "pobj")]
        if not direct and self.tree.dep(self.predicate) == "conj":
            return []
        return self._spread([p for p in direct or self._prep_heads("by") if not self._means(p)])

    def _means(self, i: int) -> bool:
        """ "evacuated by helicopter": a bare singular says how, not by whom."""
        tree = self.tree
        return (
            tree.tag(i) == "NN"
            and not tree.kids(i, "det", "poss", "nummod", "amod", "compound")
            and (tree.lemma[i] in _MEANS)
        )

    @cached_property
    def surface(self) -> list[int]:
        """The written subject, through coordination, control and relative clauses."""
        return self._spread(self._surface_heads())

    def _surface_heads(self) -> list[int]:
        tree, v, seen = self.tree, self.predicate, set[int]()
        while v not in seen:
            seen.add(v)
            hosts = (v, *tree.kids(v, "aux", "auxpass"))
            own = [k for h in hosts for k in tree.kids(h, *_SUBJECTS) if tree.tag(k) != "EX"]
            if not own and tree.dep(v) == "attr":
                own = tree.kids(tree.head(v), *_SUBJECTS)
            if not own:
                own = [k for m in tree.kids(v, "mark") for k in tree.kids(m, "pobj") if k < v]
            if own:
                return [self._antecedent(own[0], v)]
            if v == self.predicate and (told_of := self._told_of_by_participle()):
                return told_of
            parent, dep = tree.head(v), tree.dep(v)
            if dep == "acl" and tree.tag(v) == "VB" and (owners := tree.kids(parent, "poss")):
                return owners
            if (
                dep == "acl"
                and tree.tag(v) == "VB"
                and tree.lemma[parent] in _RESOLVES
                and tree.is_verb(tree.head(parent))
            ):
                v = tree.head(parent)
                continue
            if dep == "acl" or (dep == "appos" and tree.kids(v, "agent")):
                return [parent]
            if dep == "relcl" and not own:
                return [parent]
            if dep == "pcomp" and not tree.is_verb(parent):
                parent = tree.head(parent)
                if accused := self._accused(parent):
                    return accused
            if dep in ("acomp", "oprd") and tree.is_verb(parent):
                v = parent
                continue
            if dep in ("xcomp", "ccomp", "advcl") and tree.lemma[parent] in _MAKES_OTHERS_ACT and self._infinitive(v):
                if Subjects(tree, parent).passive:
                    return Subjects(tree, parent)._surface_heads()
                if moved := tree.kids(parent, "dobj"):
                    return moved[-1:]
            if dep == "conj" and tree.is_verb(parent) and (lost := self._lost_subject(v, parent)):
                return lost
            if dep == "advcl" and tree.tag(v) == "VBG" and (told := self._told_before(parent, v)):
                v = told[-1]
                continue
            if dep == "ccomp" and v < parent and tree.tag(v) in ("VBD", "VBZ", "VBP") and (left := self._left_noun()):
                return left
            if dep in ("conj", *_CLAUSE) and (tree.is_verb(parent) or tree.tag(parent).startswith("JJ")):
                v = parent
                continue
            if dep == "pcomp" and tree.is_noun(parent):
                verb = next((a for a in tree.ancestors(parent) if tree.is_verb(a)), None)
                if verb is not None:
                    v = verb
                    continue
            if dep in ("conj", *_CLAUSE) and tree.is_noun(parent) and dep != "conj":
                return [parent]
            return self._left_noun()
        return []

    def _told_before(self, parent: int, v: int) -> list[int]:
        """ "X left A, a trader reported, leaving it to Y": the verb that is reported, which the participle goes on."""
        tree = self.tree
        if tree.dep(parent) == "parataxis" and parent < v:
            return [tree.head(parent)]
        told = [c for c in tree.kids(parent, "ccomp") if c < parent < v]
        return told if any(c < k for c in told for k in tree.kids(parent, "nsubj") if k < parent) else []

    def _told_of_by_participle(self) -> list[int]:
        """ "..., a town in A taken from X by Y": a bare participle with its agent, wherever the parser hung it."""
        tree, v, i = self.tree, self.predicate, self.predicate - 1
        loose = tree.tag(v) in ("VBD", "VBN") and tree.dep(v) in ("ccomp", "conj", "dep", "advcl")
        if (
            not loose
            or not tree.kids(v, "agent")
            or tree.kids(v, "aux", "auxpass", "cc")
            or i < 0
            or not tree.is_noun(i)
        ):
            return []
        while tree.dep(i) == "pobj" and tree.is_noun(tree.head(tree.head(i))):
            i = tree.head(tree.head(i))
        return [tree.head(i) if tree.dep(i) == "appos" else i]

    def _lost_subject(self, v: int, parent: int) -> list[int]:
        """ "X took A and B's men in the town fled": nothing joins "fled" to "took", so what follows "and" did it."""
        tree, k = self.tree, v - 1
        while k > parent and (tree.tag(k) in ("RB", "MD", "TO") or tree.dep(k) in ("aux", "auxpass", "neg")):
            k -= 1
        if k <= parent or tree.tag(v) not in ("VBD", "VBZ", "VBP") or not (tree.is_noun(k) or tree.tag(k) == "CD"):
            return []
        joint = next((j for j in range(k, parent, -1) if tree.lower[j] in ("and", "but", ";")), None)
        if joint is None or any(tree.is_verb(j) or tree.lower[j] == "," for j in range(joint + 1, k)):
            return []
        return next(([j] for j in range(joint + 1, k + 1) if tree.is_noun(j) and not joint < tree.head(j) <= k), [])

    def _accused(self, host: int) -> list[int]:
        """ "accused X of seizing A", "credited X with seizing A": X did it."""
        tree = self.tree
        if tree.is_verb(host) and tree.lemma[host] in _ACCUSES:
            args = Subjects(tree, host)
            return args._surface_heads() if args.passive else tree.kids(host, "dobj")[-1:]
        above = tree.head(host)
        if tree.dep(host) == "dobj" and tree.lemma[above] in _ACCUSES:
            return [host]
        return []

    def _infinitive(self, v: int) -> bool:
        return any(self.tree.lower[k] == "to" for k in self.tree.kids(v, "aux"))

    def _left_noun(self) -> list[int]:
        """The noun right before a finite verb whose subject the parser lost, with what is coordinated before it."""
        tree, i = self.tree, self.predicate - 1
        if tree.tag(self.predicate) not in ("VBD", "VBZ", "VBP"):
            return []
        while i >= 0 and tree.tag(i) in ("RB", "MD", "VBD", "VBZ", "VBP") and i > self.predicate - 4:
            i -= 1
        end = i
        if tree.lower[i] == ")" and "(" in tree.lower[:i]:
            i = max(k for k in range(i) if tree.lower[k] == "(") - 1
        if i < 0 or not tree.is_noun(i):
            return []
        for a in (i, *tree.ancestors(i)):
            inside = tree.subtree(a)
            if tree.dep(a) == "appos" and inside[-1] in (i, end) and inside[0] and tree.lower[inside[0] - 1] == ",":
                return [a]
        found = [i]
        while tree.dep(i) == "conj" and "," not in tree.lower[tree.head(i) : i] and tree.is_noun(tree.head(i)):
            i = tree.head(i)
            found.insert(0, i)
        return found
