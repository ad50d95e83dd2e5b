"""Spans of a sentence that are names: registered actors, capitalised runs, and times (which are never names)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from domain.coder.tree import Tree
from domain.names import NameMention

_LIKE_ENGLISH = ("as", "at", "an", "ad")
"""Arabic articles that are English words too: part of a name only behind a hyphen or in its capitals."""
_INSIDE = frozenset(
    (
        "al",
        "el",
        "as",
        "ash",
        "at",
        "an",
        "ar",
        "az",
        "ez",
        "es",
        "ed",
        "ad",
        "ud",
        "ul",
        "ibn",
        "bin",
        "bani",
        "de",
        "du",
        "la",
        "le",
        "les",
        "do",
        "da",
        "-",
        "'",
        "’",
        "di",
        "i",
        "eh",
        "et",
        "ye",
        "e",
        "'s",
        "au",
        "aux",
        "des",
        "sur",
        "sous",
    )
)
_NOT_NAMES = frozenset(
    [
        "the",
        "a",
        "an",
        "and",
        "or",
        "but",
        "of",
        "in",
        "on",
        "at",
        "by",
        "for",
        "from",
        "to",
        "with",
        "as",
        "if",
        "it",
        "he",
        "she",
        "they",
        "we",
        "i",
        "you",
        "this",
        "that",
        "these",
        "those",
        "then",
        "there",
        "after",
        "before",
        "when",
        "while",
        "since",
        "once",
        "should",
        "unless",
        "until",
        "although",
        "though",
        "because",
        "however",
        "meanwhile",
        "both",
        "its",
        "their",
        "his",
        "her",
        "our",
        "some",
        "many",
        "several",
        "most",
        "all",
        "no",
        "not",
        "further",
        "elsewhere",
        "earlier",
        "later",
        "also",
        "hundreds",
        "thousands",
        "dozens",
        "mr",
        "mrs",
        "ms",
        "dr",
        "two",
        "three",
        "four",
        "five",
    ]
)


_OPENINGS = frozenset(
    ("heavy", "fierce", "intense", "clashes", "fighting", "rebels", "troops", "soldiers", "residents", "witnesses",
     "officials", "local", "militants", "gunmen", "fighters", "under", "despite", "amid", "during", "following",
     "without", "within", "into", "near", "across", "along", "around", "against", "between", "through", "inside",
     "outside", "only", "even", "still", "now", "here", "today", "yesterday", "last", "next", "sources", "armed",
     "other", "another", "more", "new", "each", "every", "such", "what", "who", "how", "why", "where", "which",
     "according", "having", "among", "sporadic", "renewed", "massive", "overnight", "casualties", "shelling",
     "insurgents", "separatists", "jihadists", "paramilitaries", "reinforcements", "warplanes", "drones", "artillery")
)  # fmt: skip
"""Words that open a sentence with a capital and are no names by themselves, however the parser tags them."""


@dataclass(frozen=True, slots=True)
class Run:
    """A capitalised run: first and last token."""

    first: int
    last: int


class Names:
    """Which tokens of a sentence belong to which name."""

    def __init__(
        self,
        tree: Tree,
        mentions: Sequence[NameMention],
        times: Sequence[tuple[int, int]],
        is_name: Callable[[str], bool] = lambda word: False,
    ) -> None:
        """`is_name`: whether the article or the gazetteer knows a word that opens a sentence as a name."""
        self.tree, self._is_name = tree, is_name
        self.timed = frozenset(t.i for t in tree.tokens if any(start <= t.start < end for start, end in times))
        self.mention_of: dict[int, NameMention] = {}
        for mention in mentions:
            for token in tree.tokens:
                if mention.start <= token.start < mention.end:
                    self.mention_of[token.i] = mention
        self.run_of: dict[int, Run] = {}
        for run in self._with_operations(self._runs()):
            for i in range(run.first, run.last + 1):
                self.run_of[i] = run

    def _runs(self) -> list[Run]:
        found: list[Run] = []
        i, n = 0, len(self.tree)
        while i < n:
            if not self._opens(i):
                i += 1
                continue
            last = i
            j = i + 1
            while j < n and j not in self.timed:
                if self._named(j) and self._joined(last, j):
                    last = j
                elif not self._links(j):
                    break
                j += 1
            if not self._hyphened(last):
                found.append(Run(self._article_before(i), last))
            i = last + 1
        return found

    def _with_operations(self, runs: list[Run]) -> list[Run]:
        """ "Operation Gideon's Chariots" is one name."""
        found: list[Run] = []
        for run in runs:
            last = found[-1] if found else None
            joint = self.tree.lower[last.last + 1] if last and run.first == last.last + 2 else ""
            if last and joint in ("'s", "’s") and self.tree.lower[last.first] == "operation":
                found[-1] = Run(last.first, run.last)
                continue
            found.append(run)
        return found

    def _hyphened(self, last: int) -> bool:
        """ "American-mediated": a name inside a compound adjective names nobody here."""
        low = self.tree.lower
        return (
            last + 2 < len(low)
            and low[last + 1] == "-"
            and low[last + 2].isalpha()
            and self.tree.tokens[last + 2].text.islower()
        )

    def _article_before(self, i: int) -> int:
        """A lower-case Arabic article belongs to the name it is hyphened to (al-Bab)."""
        low = self.tree.lower
        if i and low[i - 1] in ("al", "el") and self.tree.tokens[i - 1].text.islower():
            return i - 1
        return i - 2 if i > 1 and low[i - 1] == "-" and low[i - 2] in _INSIDE else i

    def _opens(self, i: int) -> bool:
        return (self._named(i) and self.tree.lower[i] not in _INSIDE) or (
            self._named(i) and self.tree.tokens[i].text[:1].isupper() and i not in self.timed
        )

    def _named(self, i: int) -> bool:
        token = self.tree.tokens[i]
        if i in self.timed or not token.text[:1].isalnum():
            return False
        if token.text[:1].isupper():
            if self.tree.lower[i] in _NOT_NAMES:
                return self._assimilated(i)
            return i > 0 or self._first_word_names(i)
        return token.text.isdigit() and i > 0 and self.tree.tokens[i - 1].text[:1].isupper() and self._named(i - 1)

    def _assimilated(self, i: int) -> bool:
        """ "At" in "At Tuhayta": an Arabic article in a name's capitals."""
        follows = self.tree.tokens[i + 1].text if i + 1 < len(self.tree) else ""
        return i > 0 and self.tree.lower[i] in _LIKE_ENGLISH and follows[:1].isupper()

    def _first_word_names(self, i: int) -> bool:
        """A sentence's first word is a name when the article writes it so elsewhere, or a name or number goes on."""
        follows = self.tree.tokens[i + 1] if i + 1 < len(self.tree) else None
        if self.tree.lower[i] in _OPENINGS and not (follows and follows.text[:1].isupper()):
            return False
        if self.tree.tag(i) == "NNP" or (
            self.tree.tag(i).startswith(("NN", "JJ", "RB", "VB")) and self._is_name(self.tree.tokens[i].text)
        ):
            return True
        return bool(
            follows
            and self.tree.tokens[i].tag.startswith(("NN", "JJ"))
            and (
                (follows.tag.startswith("NNP") and follows.text[:1].isupper())
                or (follows.text.isdigit() and self.tree.tag(i).startswith("NN"))
            )
        )

    def _links(self, j: int) -> bool:
        """Lower-case joints inside a name, taken only when a capitalised word follows."""
        tree = self.tree
        if tree.lower[j] not in _INSIDE or tree.lower[j] == "'s" or j + 1 >= len(tree):
            return False
        if tree.lower[j] in _LIKE_ENGLISH and tree.lower[j + 1] != "-":
            return False
        return any(self._named(k) or tree.lower[k] in _INSIDE for k in (j + 1,))

    def _joined(self, last: int, j: int) -> bool:
        """No comma, slash or gap other than a joint lies between."""
        return all(self._links(k) for k in range(last + 1, j))

    def text(self, run: Run) -> str:
        return self.tree.words(run.first, run.last)
