"""Capitalised spans of a text: where a place name of the gazetteer may stand."""

import re
from collections.abc import Iterator

from domain.names import fold
from domain.place_words import PlaceGrammar

_WORD = r"[^\W\d_a-zß-öø-ÿ][\w’‘ʼ']*(?:-\w[\w’‘ʼ']*)*"
_PARTICLE = r"(?:al|el|ez|es|ed|az|ar|as|ad|at|an|ash|us|ul|i|u|e|de|du|des|la|le|les|del|of|the|upon|and|sur)"
_SPAN = re.compile(
    rf"(?:(?:al|el|az|ar|as|ad|at|an|ash|es|ez|ed)-\w[\w’']*(?:-\w[\w’']*)*|{_WORD})(?:[ ](?:{_PARTICLE}[ -])?{_WORD})*"
)
_MOST_WORDS = 6


def capitalised_spans(text: str, grammar: PlaceGrammar) -> Iterator[tuple[int, int]]:
    """(start, end) of spans to look up: each capitalised run as a whole, and without its leading common words."""
    for run in _SPAN.finditer(text):
        start, end = run.span()
        while start < end:
            words = text[start:end].split(" ")
            if fold(words[0]) not in grammar.not_places:
                break
            start += len(words[0]) + 1
        if start < end and not _acronym(text[start:end]) and len(text[start:end].split(" ")) <= _MOST_WORDS:
            yield start, _without_possessive(text, start, end)


def _acronym(words: str) -> bool:
    return words.isupper() and len(words) <= 5


def _without_possessive(text: str, start: int, end: int) -> int:
    found = re.search(r"(?:['’]s|['’])$", text[start:end])
    return start + found.start() if found else end
