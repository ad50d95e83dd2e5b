"""The reading frame of a sentence: its tree, its names, the edition's words; shared by actor and place reading."""

from dataclasses import dataclass, field
from typing import Any

from domain.coder.lexicon import Lexicon
from domain.coder.tree import Tree
from domain.coder.words import Names

DETERMINERS = frozenset(("the", "this", "that", "these", "those", "both"))
_LEFT = (
    "compound",
    "amod",
    "nmod",
    "nummod",
    "det",
    "poss",
    "quantmod",
    "advmod",
    "predet",
    "case",
    "punct",
    "npadvmod",
)


@dataclass
class ArticleNames:
    """What the whole article says of its names: folded name -> facts. Filled in a first pass."""

    armed: dict[str, str] = field(default_factory=dict)
    unarmed: set[str] = field(default_factory=set)
    acronyms: dict[str, str] = field(default_factory=dict)
    persons: dict[str, str] = field(default_factory=dict)
    adjectives: frozenset[str] = frozenset()
    topic: str | None = None


@dataclass
class Sentence:
    """One sentence under reading. `number` is 1-based; `start` its offset in the article."""

    number: int
    start: int
    text: str
    tree: Tree
    names: Names
    lexicon: Lexicon
    article: ArticleNames
    readers: dict[str, Any] = field(default_factory=dict, repr=False)
    _edges: dict[int, int] = field(default_factory=dict, repr=False)

    def left_edge(self, head: int) -> int:
        """First token of the phrase's premodifiers, without crossing a comma."""
        if head not in self._edges:
            self._edges[head] = self._left_edge(head)
        return self._edges[head]

    def _left_edge(self, head: int) -> int:
        first = head
        for i in range(head - 1, -1, -1):
            if self.tree.lower[i] in (",", ";", ":", "(", ")", '"', "“", "”", "and", "or") and not self._inside(
                i, head
            ):
                break
            if not self._premodifies(i, head):
                break
            first = i
        return first

    def _inside(self, i: int, head: int) -> bool:
        return (
            self.tree.lower[i] in ("and", "or")
            and self.tree.dep(i) == "cc"
            and self.tree.head(i) != head
            and (self.tree.tag(self.tree.head(i)).startswith("JJ") and self._premodifies(self.tree.head(i), head))
        )

    def _premodifies(self, i: int, head: int) -> bool:
        steps = 0
        while i != head and steps < 12:
            if self.tree.dep(i) not in (*_LEFT, "conj", "cc", "pobj", "prep") or (
                self.tree.is_verb(i) and self.tree.dep(i) not in _LEFT
            ):
                return False
            if self.tree.dep(i) in ("pobj", "prep", "conj") and self.tree.head(i) > head:
                return False
            i = self.tree.head(i)
            steps += 1
        return i == head

    def modifiers(self, head: int) -> list[int]:
        """Premodifying tokens of a head, left to right, determiners and possessors excluded."""
        first = self.left_edge(head)
        return [
            i
            for i in range(first, head)
            if self.tree.dep(i) not in ("det", "poss", "case", "punct", "predet")
            and self.tree.tag(i) not in ("PRP$", "POS")
        ]

    def definite(self, head: int) -> bool:
        """Whether "the", "this", "both" or the like opens the phrase."""
        return any(self.tree.lower[k] in DETERMINERS for k in self.tree.kids(head, "det", "predet", "amod") if k < head)

    def phrase(self, first: int, last: int) -> str:
        return self.tree.words(first, last)
