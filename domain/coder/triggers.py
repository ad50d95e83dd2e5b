"""The trigger filter: a sentence without any form of any trigger is never parsed."""

import ahocorasick

from domain.coder.frames import RuleBook
from domain.coder.lexicon import Lexicon
from domain.coder.morphology import noun_forms

_TOO_COMMON = frozenset(("be", "have", "do", "get", "go", "come", "make", "put", "set"))
"""Verbs that fire only with their tell-tale company, which `_COMPANY` lists."""

_COMPANY = (
    "control",
    "hands",
    "siege",
    "presence",
    "position",
    "positions",
    "foothold",
    "gains",
    "grip",
    "rule",
    "blockade",
    "are in",
    "is in",
    "were in",
    "was in",
    "be in",
    "still in",
    "inside",
    "present",
    "are on",
    "are at",
    "are there",
    "are near",
    "are still",
    "inroads",
    "advances",
    "incursion",
)


class TriggerFilter:
    """Finds trigger words in one pass over the lower-cased text."""

    def __init__(self, book: RuleBook, lexicon: Lexicon) -> None:
        words: set[str] = set()
        for verb in book.by_verb:
            if verb not in _TOO_COMMON:
                words.update(lexicon.forms(verb))
        for noun in book.by_noun:
            words.update(noun_forms(noun))
        words.update(_COMPANY)
        self._automaton = ahocorasick.Automaton()
        for word in sorted(words):
            self._automaton.add_word(word.replace("_", " "), len(word))
        self._automaton.make_automaton()

    def fires(self, text: str) -> bool:
        """Whether any trigger stands in the text as a word."""
        low = text.lower()
        for last, length in self._automaton.iter(low):
            first = last + 1 - length
            if not (first and low[first - 1].isalpha()) and not (last + 1 < len(low) and low[last + 1].isalpha()):
                return True
        return False
