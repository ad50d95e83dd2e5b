"""When two spellings may be one name: one shape of consonants and syllables, and a ratio of the whole."""

import re
from functools import lru_cache

from anyascii import anyascii
from rapidfuzz import fuzz

from domain.names import fold

LEAST_RATIO = 82.0
"""Least similarity, 0-100, of two names of one shape: the lowest that keeps apart the pairs of places that
tests/integration/test_gazetteer.py lists (Julan and Jalan) and still joins Shirqat and Sharqat."""
LEAST_LETTERS = 4
"""Shorter names have too many neighbours to be anything but exact."""

_ARTICLES = re.compile(r"\b(?:al|el|ul|ad|ash|as|at|az|an|ar|ed|es|esh|et|ez|en|er|ech)\b ?(?=\w)")
_FINAL_H = re.compile(r"(?<=\w\w)h\b")
_SOUNDS = (
    *(("tch", "x"), ("sch", "x"), ("dzh", "j"), ("dj", "j"), ("zh", "j"), ("kh", "k"), ("gh", "g"), ("dh", "d")),
    *(("th", "t"), ("ph", "f"), ("ch", "x"), ("sh", "x"), ("ck", "k"), ("q", "k"), ("c", "k"), ("ts", "s"), ("z", "s")),
    *(("ou", "u"), ("oo", "u"), ("ow", "u"), ("aw", "u"), ("ee", "i"), ("ai", "i"), ("ay", "i"), ("ei", "i")),
    *(("ey", "i"), ("iy", "i"), ("yi", "i"), ("y", "i"), ("e", "i"), ("o", "u"), ("w", "u")),
)
_DOUBLED = re.compile(r"(\w)\1+")
_VOWELS = re.compile(r"[aiu]+")


@lru_cache(maxsize=8192)
def sound(folded: str) -> str:
    """A folded name as it roughly sounds: plain Latin letters, no Arabic article, one letter for one sound."""
    text = folded if folded.isascii() else fold(anyascii(folded))
    text = _FINAL_H.sub("", _ARTICLES.sub("", text).strip() or text).replace(" ", "")
    for written, heard in _SOUNDS:
        text = text.replace(written, heard)
    return _DOUBLED.sub(r"\1", text)


def shape(folded: str) -> str:
    """Its consonants, with one "a" for each vowel or row of vowels: what an index of spelling variants is keyed by."""
    return _VOWELS.sub("a", sound(folded))


def ratio(folded: str, other: str) -> float:
    """Similarity of two names as they sound, 0-100."""
    return fuzz.ratio(sound(folded), sound(other))
