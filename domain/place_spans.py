"""Capitalised spans of a text: where a place name of the gazetteer may stand."""

import re
from collections.abc import Iterator

from domain.names import fold
from domain.place_words import PlaceGrammar

_WORD = r"[^\W\d_a-zß-öø-ÿ][\w’‘ʼ']*(?:-\w[\w’‘ʼ']*)*"
_PARTICLE = (
    r"(?:al|el|ez|es|ed|az|ar|as|ad|at|an|ash|us|ul|i|u|e|de|du|des|da|do|dos|di|la|le|les|del|of|the|upon|and|sur)"
)
_SPAN = re.compile(
    rf"(?:(?:al|el|az|ar|as|ad|at|an|ash|es|ez|ed)-\w[\w’']*(?:-\w[\w’']*)*|{_WORD})(?:[ ](?:{_PARTICLE}[ -])?{_WORD})*"
)
_AND = re.compile(r" and ")
_MOST_WORDS = 6


def capitalised_spans(text: str, grammar: PlaceGrammar) -> Iterator[tuple[int, int]]:
    """(start, end) of spans to look up: each capitalised run, without its leading common words, and its parts
    around "and" ("Lalibela and Dessie" may be one place or two)."""
    for run in _SPAN.finditer(text):
        start, end = run.span()
        for part_start, part_end in {(start, end), *_parts(text, start, end)}:
            own_start = _after_common_words(text, part_start, part_end, grammar)
            words = text[own_start:part_end]
            if words and not _acronym(words) and len(words.split(" ")) <= _MOST_WORDS:
                yield own_start, _without_possessive(text, own_start, part_end)


def _parts(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for joint in [*_AND.finditer(text, start, end)]:
        yield start, joint.start()
        start = joint.end()
    yield start, end


def _after_common_words(text: str, start: int, end: int, grammar: PlaceGrammar) -> int:
    while start < end:
        blank = text.find(" ", start, end)
        stop = end if blank < 0 else blank
        if fold(text[start:stop]) not in grammar.not_places:
            return start
        start = stop + 1
    return end


def _acronym(words: str) -> bool:
    return words.isupper() and len(words) <= 5


def _without_possessive(text: str, start: int, end: int) -> int:
    found = re.search(r"(?:['’]s|['’])$", text[start:end])
    return start + found.start() if found else end
