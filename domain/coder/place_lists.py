"""Lists of place phrases as assessments write them: "northwest of A near B; west of C; and southwest of D near E"."""

from dataclasses import dataclass, field

from domain.coder.tree import Tree

_OPENERS = frozenset(
    ("in", "at", "near", "around", "inside", "outside", "along", "on", "toward", "towards", "into", "within")
)
_COMPASS = frozenset(("north", "south", "east", "west", "northeast", "northwest", "southeast", "southwest"))
_BETWEEN = frozenset(
    ("and", "or", "further", "immediately", "just", "also", "both", "then", "deeper", "well", "as", "far", "directly")
)
_SEPARATORS = (",", ";")
_LEAST = 2
_FARTHEST = 240
"""Tokens to look through; a longer list is no sentence."""


@dataclass
class Part:
    """One phrase of the list: what stands under its last opener, and under the compass word before that."""

    heads: list[int] = field(default_factory=list)
    outer: list[int] = field(default_factory=list)


class _Scan:
    """Reads on from a predicate, token by token: the parser hangs such lists anywhere."""

    def __init__(self, tree: Tree, predicate: int) -> None:
        self.tree, self.i, self.end = tree, predicate + 1, min(len(tree), predicate + _FARTHEST)
        self.parts: list[Part] = []
        self.joined = False

    def opener(self, i: int) -> int:
        """How many tokens of a preposition ("near", "north of", "north-east of") stand at i; 0 for none."""
        low = self.tree.lower
        if i >= self.end:
            return 0
        words, j = 0, i
        while j < self.end and (low[j] in _COMPASS or (low[j] == "-" and words)):
            words, j = words + 1, j + 1
        if words:
            return words + 1 if j < self.end and low[j] == "of" else 0
        return 1 if low[i] in _OPENERS else 0

    def run(self) -> list[Part]:
        while self.i < self.end and not self.opener(self.i):
            if self._breaks(self.i) or self.tree.lower[self.i] in _SEPARATORS:
                return []
            self.i += 1
        while self.i < self.end and self.opener(self.i):
            self.parts.append(self._part())
            if not self._next():
                break
        if self._beside_only():
            return []
        single = len(self.parts) == 1 and bool(self.parts[0].heads and self.parts[0].outer)
        return self.parts if single or (self.joined and len(self.parts) >= _LEAST) else []

    def _beside_only(self) -> bool:
        """ "in A, west of B,": the second phrase tells where A is."""
        if len(self.parts) != _LEAST or self.parts[0].outer or self.parts[1].heads or not self.parts[1].outer:
            return False
        between = self.tree.lower[self.parts[0].heads[-1] + 1 : self.parts[1].outer[0]] if self.parts[0].heads else ()
        return between[:1] == (",",) and "and" not in between

    def _breaks(self, i: int) -> bool:
        return self.tree.is_verb(i) or self.tree.tag(i) in ("MD", "WDT", "WP", "WRB", "TO") or self.tree.lower[i] in (
            ".", ":", "but", "after", "before", "while", "when", "because", "although",
        )  # fmt: skip

    def _part(self) -> Part:
        part = Part()
        while (width := self.opener(self.i)) > 0:
            compass = width > 1
            self.i += width
            found = self._heads()
            if compass and not part.heads:
                part.outer += found
            elif not part.heads:
                part.heads = found
        return part

    def _heads(self) -> list[int]:
        """The phrase heads up to the next opener or separator, coordinated names included."""
        heads, first = list[int](), self.i
        while self.i < self.end and not self.opener(self.i) and not self._breaks(self.i):
            if self.tree.lower[self.i] in (*_SEPARATORS, "and", "or"):
                heads += self._head(first, self.i)
                if not self._name_goes_on(self.i):
                    return heads
                first = self.i + 1
            self.i += 1
        return heads + self._head(first, self.i)

    def _head(self, first: int, last: int) -> list[int]:
        """The noun of a stretch that hangs on something outside of it."""
        nouns = [k for k in range(first, last) if self.tree.is_noun(k) or self.tree.tokens[k].text[:1].isupper()]
        out = [k for k in nouns if not first <= self.tree.head(k) < last]
        named = [k for k in out if self.tree.tokens[k].text[:1].isupper()]
        return (out[:1] if out[:1] == named[:1] else named[:1] or out[:1]) or nouns[-1:]

    def _name_goes_on(self, i: int) -> bool:
        """ "near A, B and C": a name right behind the separator, with no verb of its own."""
        low, k = self.tree.lower, i + 1
        while k < self.end and low[k] in ("and", "or", "the"):
            k += 1
        if k >= self.end or self.opener(k) or not self.tree.tokens[k].text[:1].isupper():
            return False
        while k < self.end and self.tree.tokens[k].text[:1].isupper():
            k += 1
        return k >= self.end or not (self.tree.is_verb(k) or self.tree.tag(k) in ("MD", "RB"))

    def _next(self) -> bool:
        """Step over "; and further" to the next phrase of the list."""
        start = self.i
        while self.i < self.end and self.tree.lower[self.i] in (*_SEPARATORS, *_BETWEEN):
            self.i += 1
        passed = self.tree.lower[start : self.i]
        self.joined = self.joined or ";" in passed or "and" in passed
        return self.i > start and self.i < self.end and self.opener(self.i) > 0


def listed_places(tree: Tree, predicate: int) -> list[Part]:
    """The phrases of a list of places behind the predicate.

    [] when no such list stands there: at least two phrases, with "and" or ";" between them; or one that says
    first beside what and then near what.
    """
    return _Scan(tree, predicate).run()
