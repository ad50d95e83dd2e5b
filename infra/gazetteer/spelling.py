"""When two spellings may be one name: consonant skeletons and a ratio of the whole."""

import re
from functools import lru_cache

from anyascii import anyascii
from rapidfuzz import fuzz

from domain.names import fold

LEAST_RATIO = 76.0
"""Least similarity, 0-100, of two names with one skeleton: measured, see tests/integration/test_gazetteer.py."""

_ARTICLES = re.compile(r"\b(?:al|el|ul|ad|ash|as|at|az|an|ar|ed|es|esh|et|ez|en|er|ech)\b ?(?=\w)")
_SAME_SOUND = (
    ("tch", "c"), ("sch", "s"), ("dzh", "j"), ("dj", "j"), ("zh", "j"), ("kh", "k"), ("gh", "g"), ("dh", "d"),
    ("th", "t"), ("ph", "f"), ("ch", "c"), ("sh", "s"), ("ck", "k"),
    ("q", "k"), ("x", "ks"), ("ts", "s"), ("tz", "s"), ("z", "s"),
)  # fmt: skip
_VOWELS = re.compile(r"[aeiouyw]+")
_DOUBLED = re.compile(r"(\w)\1+")


@lru_cache(maxsize=8192)
def bare(folded: str) -> str:
    """A folded name in plain Latin letters without Arabic articles; "ad danah" and "dana" are one."""
    text = fold(anyascii(folded))
    text = _ARTICLES.sub("", text).strip() or text
    return re.sub(r"(?<=\w\w)h\b", "", text).replace(" ", "")


@lru_cache(maxsize=8192)
def skeleton(folded: str) -> str:
    """Its consonants with letters of one sound made one; vowels and doubling are dropped."""
    text = bare(folded)
    for written, sound in _SAME_SOUND:
        text = text.replace(written, sound)
    first = "'" if text[:1] in tuple("aeiou") else ""
    return first + _DOUBLED.sub(r"\1", _VOWELS.sub("", text))


def ratio(folded: str, other: str) -> float:
    """Similarity of two folded names, 0-100, articles aside."""
    return fuzz.ratio(bare(folded), bare(other))
