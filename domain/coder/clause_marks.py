"""What a clause says of itself: its modals, negations and conditions."""

from functools import cached_property

from domain.coder.phrases import Sentence
from domain.coder.tree import Tree


class ClauseMarks:
    """Reads the marks of single clauses."""

    def __init__(self, sentence: Sentence) -> None:
        self.s, self.tree, self.lex = sentence, sentence.tree, sentence.lexicon
        self.question = sentence.text.rstrip("\"'”’ ").endswith("?")

    @cached_property
    def conditions(self) -> list[int]:
        """Verbs that head a condition."""
        return [i for i in range(len(self.tree)) if self._is_condition(i)]

    def _asks(self, i: int) -> bool:
        """ "It was not clear who controlled A": an embedded question claims nothing."""
        subjects = self.tree.kids(i, "nsubj", "nsubjpass")
        return self.tree.dep(i) in ("ccomp", "csubj", "pcomp") and any(self.tree.tag(k) == "WP" for k in subjects)

    def _local(self, i: int, state: "State") -> None:
        for k in self.tree.kids(i, "aux", "auxpass"):
            low = self.tree.lower[k]
            if self.tree.tag(k) == "MD" or low in ("'ll", "’ll"):
                if self.lex.has("planned_modals", low) or low in ("'ll", "’ll"):
                    state.planned = True
                elif low == "should" and self._inverted(i, k):
                    state.conditional = True
                elif self.lex.has("not_coded_modals", low) or low == "should":
                    state.possible = True
        if self._negated(i):
            state.negated = True
        if i in self.conditions:
            state.conditional = True
        if any(self.tree.lower[k] == "whether" for k in self.tree.kids(i, "mark")):
            state.dropped = True

    def _inverted(self, i: int, aux: int) -> bool:
        subjects = self.tree.kids(i, "nsubj", "nsubjpass")
        return bool(subjects) and aux < subjects[0]

    def _negated(self, i: int) -> bool:
        tree = self.tree
        if any(tree.lower[k] in ("not", "n't", "n’t", "never") for k in tree.kids(i, "neg", "advmod")):
            only = any(tree.lower[k + 1 : k + 2] in (("only",), ("just",), ("merely",)) for k in tree.kids(i, "neg"))
            return not only
        if any(tree.lower[k] == "neither" for k in tree.kids(i, "preconj", "cc", "advmod")):
            return True
        if any(
            tree.lower[k] in ("no",) and k + 1 < len(tree) and tree.lower[k + 1] in ("longer", "more")
            for k in tree.subtree(i)
            if k < i and k >= i - 4
        ):
            return True
        if tree.is_noun(i):
            return any(tree.lower[k] == "no" for k in tree.kids(i, "det"))
        for noun in tree.kids(i, "nsubj", "nsubjpass", "dobj"):
            if tree.lower[noun] in ("nobody", "none", "neither", "nothing"):
                return True
            if any(tree.lower[k] in ("no", "neither") for k in tree.kids(noun, "det", "preconj", "amod")):
                return True
        return False

    def _is_condition(self, i: int) -> bool:
        """Whether a verb heads a clause under if, unless, once or the like, or an inverted "should"."""
        tree = self.tree
        if not (tree.is_verb(i) or tree.tag(i).startswith("JJ")) and tree.dep(i) not in ("advcl", "pcomp"):
            return False
        for k in tree.kids(i):
            low = tree.lower[k]
            if k > i or tree.dep(k) not in ("mark", "advmod", "aux", "prep"):
                continue
            if low == "should" and (tree.dep(k) == "mark" or (tree.dep(k) == "aux" and self._inverted(i, k))):
                return True
            if low in ("if", "unless", "provided", "lest") and not self._even(k):
                return not (tree.dep(i) == "ccomp" and low == "if")
            if low == "once" and tree.dep(i) in ("advcl", "ccomp") and self._opens(i, k):
                return not any(tree.tag(a) == "VBD" for a in (i, *tree.kids(i, "aux")))
        return False

    def _even(self, k: int) -> bool:
        return k > 0 and self.tree.lower[k - 1] in ("as", "even")

    def _opens(self, i: int, k: int) -> bool:
        return k == min(t for t in self.tree.subtree(i) if self.tree.lower[t] not in (",", '"', "“", "``"))

    def _past(self, i: int) -> bool:
        return self.tree.tag(i) == "VBD" or any(self.tree.tag(k) == "VBD" for k in self.tree.kids(i, "aux", "auxpass"))


class State:
    """What the climb has gathered."""

    __slots__ = ("conditional", "dropped", "negated", "planned", "possible", "reported")

    def __init__(self) -> None:
        self.planned = self.negated = self.conditional = self.dropped = self.possible = self.reported = False


def under_circumstance(tree: Tree, noun: int) -> bool:
    """Whether a noun stands only in a circumstance: "after heavy fighting", "amid clashes", "backed by air strikes"."""
    return tree.dep(noun) == "pobj" and tree.lower[tree.head(noun)] in (
        "after",
        "amid",
        "following",
        "during",
        "despite",
        "by",
        "before",
        "with",
        "without",
        "under",
        "through",
        "like",
        "from",
        "for",
        "of",
    )


def governing_verb(tree: Tree, i: int) -> int | None:
    """The nearest verb above a token."""
    return next((a for a in tree.ancestors(i) if tree.is_verb(a)), None)
