"""Who does what to whom: a predicate's arguments by grammatical position, the passive and gaps undone."""

from collections.abc import Iterator
from functools import cached_property

from domain.coder.objects import Objects
from domain.coder.place_lists import Part, listed_places
from domain.coder.prepositions import AT, LOCATIVES
from domain.coder.tree import Tree


class Arguments(Objects):
    """The arguments of one verb or noun. All answers are token indices of phrase heads, coordination spread out."""

    def __init__(self, tree: Tree, predicate: int) -> None:
        super().__init__(tree, predicate)
        self._followed: dict[str, list[int]] = {}

    def follow(self, path: str) -> list[int]:
        """The phrase heads that a rule's path leads to, e.g. "object", "from", "under/control/of", "@loc"."""
        if path not in self._followed:
            self._followed[path] = self._follow(path)
        return self._followed[path]

    def _follow(self, path: str) -> list[int]:
        steps = path.split("/")
        heads = self._step(self, steps[0])
        for step in steps[1:]:
            if step in _FUNCTIONS or step in _PREPOSITIONS or step.startswith("@"):
                heads = [found for h in heads for found in self._step(Arguments(self.tree, h), step)]
            else:
                heads = [h for h in heads if self.tree.lemma[h] == step or self.tree.lower[h] == step]
        return list(dict.fromkeys(heads))

    def _step(self, at: "Arguments", step: str) -> list[int]:
        tree = at.tree
        if step in ("subject", "object", "surface", "agent"):
            found: list[int] = getattr(at, step)
            return found
        if step == "poss":
            return at._spread(list(tree.kids(at.predicate, "poss")))
        if step in ("amod", "compound"):
            return tree.kids(at.predicate, "compound", "amod", "nmod")
        if step == "deed":
            return at._deed()
        if step == "done_by":
            return [
                h for k in tree.kids(at.predicate, "acl", "relcl") if tree.is_verb(k) for h in Arguments(tree, k).agent
            ]
        if step == "verb":
            return [a for a in list(tree.ancestors(at.predicate))[:3] if tree.is_verb(a)][:1]
        if step == "purpose":
            return [k for k in tree.kids(at.predicate, "advcl", "xcomp", "acl", "relcl") if tree.tag(k) == "VB"]
        if step == "@between":
            return at._between_whom()
        if step == "absolute":
            return at._absolute()
        if step == "@list":
            return [h for part in at.listed for h in (*part.heads, *part.outer)]
        names = AT if step == "@loc" else (step,)
        return at.prepositional(names)

    def prepositional(self, names: tuple[str, ...]) -> list[int]:
        """Heads of the phrases under one of these prepositions: the predicate's own, else those of its arguments."""
        own = [h for key, h in self.preps if key in names]
        own = own or [h for key, h in self.near_preps if key in names]
        return self._spread(own)

    @cached_property
    def prep_names(self) -> set[str]:
        """Every preposition of the predicate or its arguments, compound ones included."""
        return {key for key, _ in self.preps} | {key for key, _ in self.near_preps}

    @cached_property
    def near_preps(self) -> list[tuple[str, int]]:
        """The same, hung on the object or the subject by the parser: asked only when the predicate has none."""
        heads = [*self.object, *(self.surface if self.passive else []), *self.agent] if self.verbal else []
        return [pair for head in heads for pair in self._preps_of(head)]

    def _between_whom(self) -> list[int]:
        """ "Fighting erupted around A between X and Y": the parties, wherever the parser hung "between"."""
        tree = self.tree
        verb = next((a for a in tree.ancestors(self.predicate) if tree.is_verb(a)), None)
        for k in range(self.predicate + 1, len(tree)):
            if (tree.is_verb(k) and k != verb) or tree.lower[k] == ";":
                break
            if tree.lower[k] == "between":
                return self._spread(tree.kids(k, "pobj"))
        return []

    def _absolute(self) -> list[int]:
        """ "With A now in rebel hands": the place that the noun is said of."""
        tree, prep = self.tree, self.tree.head(self.predicate)
        above = tree.head(prep)
        if tree.dep(self.predicate) != "pobj" or tree.lower[prep] not in ("in", "under"):
            return []
        if tree.lower[above] == "with":
            return tree.kids(above, "pobj")
        return [above] if tree.dep(above) == "pobj" and tree.lower[tree.head(above)] == "with" else []

    def _deed(self) -> list[int]:
        """ "killed nine people in an attack on A": who did it, told by the verb that the noun hangs on."""
        tree, noun = self.tree, self.predicate
        prep = tree.head(noun)
        if (
            tree.dep(noun) != "pobj"
            or tree.lower[prep] not in ("in", "with", "during")
            or not tree.is_verb(tree.head(prep))
        ):
            return []
        return Arguments(tree, tree.head(prep)).subject

    def locations(self) -> Iterator[list[int]]:
        """Where it happens, layer by layer: the predicate's own phrases, its arguments', those below, a "where"."""
        yield self._spread([h for key, h in self.preps if key in AT] + self._adverbs())
        yield self._spread([h for key, h in self.near_preps if key in AT])
        yield self._spread([h for key, h in self._deep_preps() if key in AT])
        yield self._spread(self._where())

    @cached_property
    def listed(self) -> list[Part]:
        """ "near A; west of B near C; and toward D": the phrases of such a list; [] when it is none."""
        return listed_places(self.tree, self.predicate)

    def _adverbs(self) -> list[int]:
        """ "there" and "here"."""
        return [
            k for k in self.tree.kids(self.predicate, "advmod", "npadvmod") if self.tree.lower[k] in ("there", "here")
        ]

    def _deep_preps(self) -> Iterator[tuple[str, int]]:
        """Prepositions anywhere below the object: "a convoy of rebels near A"."""
        below = [*self.object, *(head for _, head in self.preps)] if self.verbal else [self.predicate]
        for head in dict.fromkeys(below):
            for i in self.tree.subtree(head):
                if (
                    (i != head or head not in self.object)
                    and self.tree.is_noun(i)
                    and not any(self.tree.is_verb(a) for a in self._between(i, head))
                ):
                    yield from self._preps_of(i)

    def _where(self) -> list[int]:
        """ "A, where X did this": the noun that the clause of "where" hangs on."""
        tree = self.tree
        for i in (self.predicate, *tree.ancestors(self.predicate)):
            if tree.dep(i) in ("relcl", "advcl", "ccomp") and any(
                tree.lower[k] == "where" for k in tree.kids(i, "advmod", "mark")
            ):
                head = tree.head(i)
                return [head] if tree.is_noun(head) else []
            if any(tree.lower[k] == "where" for k in tree.kids(i, "advmod")) and i > 0:
                before = next((k for k in range(tree.subtree(i)[0] - 1, -1, -1) if tree.is_noun(k)), None)
                return [before] if before is not None and tree.dep(i) != "ROOT" else []
        return []


_FUNCTIONS = frozenset(
    ("absolute", "done_by", "subject", "object", "surface", "agent", "poss", "amod", "compound", "verb", "purpose")
)
_PREPOSITIONS = frozenset(
    (*AT, *LOCATIVES, "of", "to", "with", "by", "from", "out of", "among", "under", "off", "dative", "upon", "per")
)
