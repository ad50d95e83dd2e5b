"""Names in text: one folding for comparison, one index that finds thousands of names in a single pass."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import ahocorasick

_LETTERS = str.maketrans(
    {"ı": "i", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th"}
)
_APOSTROPHES = "'‘’ʼʻ`´ʾʿ′"
_POSSESSIVE = re.compile(rf"(?<=[\w.])[{_APOSTROPHES}]s$")
_DROPPED = re.compile(rf"[{_APOSTROPHES}]")
_INITIALS = re.compile(r"\b(\w)\.\s?(?=\w\b)")
_SEPARATORS = re.compile(r"[\W_]+")
_ARTICLE = re.compile(r"^(?:the|a|an|its|their) (?=.)")
_COMPOUND = re.compile(
    r"\)?-(?:led|backed|aligned|allied|affiliated|linked|held|controlled|occupied|dominated|run|supported|supplied|based|era"
    r"|majority|style|trained|funded|made|born|inspired|administered|besieged|ruled|brokered|imposed|speaking|owned)\b"
)
_AFTER_ARTICLE = re.compile(r"\b(?:al|el|ad|ash|as|at|az|an|ar|ed|es|et|ez)-\Z")
_OWN_ARTICLE = re.compile(r"(?:al|el|ad|ash|as|an|ar|es|et)[- ](?=[A-Z])|(?:Al|El|Ad|Ash|As|An|Ar|Es|Et)[- ](?=[A-Z])")
"""An Arabic article that a name starts with: some houses write it small ("al-Shabaab") and some do not."""
_BEFORE_COMPOUND = re.compile(r"\b(?:anti|pro|non|ex|un|post|pre)-$", re.IGNORECASE)


@lru_cache(maxsize=65_536)
def fold(name: str) -> str:
    """A name as it is compared: no case, accents, apostrophes, hyphens, leading article or final possessive.

    Idempotent; "U.S." folds to "us". Letters of other scripts stay as they are. May return "".
    """
    text = name.casefold()
    if not text.isascii():
        text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold().translate(_LETTERS))
        text = "".join(c for c in text if not unicodedata.combining(c))
    text = text.strip()
    text = _DROPPED.sub("", _POSSESSIVE.sub("", text))
    text = _INITIALS.sub(r"\1", text)
    text = " ".join(_SEPARATORS.sub(" ", text).split())
    while (shorter := _ARTICLE.sub("", text)) != text:
        text = shorter
    return text


def provisional_id(words: str, theatre: str | None) -> str:
    """`prov:` + 16 hex digits: the same folded words in the same theatre always get the same id."""
    return "prov:" + hashlib.sha256(f"{fold(words)}\x1f{theatre or ''}".encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class NameMention:
    """A name found in a text: character offsets, end exclusive, and the ids that it may stand for, sorted.

    `ids` is empty where the name is recognised but names no one by itself (a label that lumps two organisations,
    a numbered unit). `weak`: also a place's name ("Turkey", "Kinshasa"), an actor only where the grammar makes it
    one. `modifier`: only part of a compound ("SDF-held", "anti-Houthi"), never the actor itself.
    """

    start: int
    end: int
    ids: tuple[str, ...]
    weak: bool = False
    modifier: bool = False
    kind: str | None = None


class _CharFold(dict[int, str]):
    """Maps each character to exactly one, so that offsets in the folded text are offsets in the text."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        if char in _APOSTROPHES:
            folded = "'"
        elif unicodedata.category(char) in ("Pd", "Zs"):
            folded = "-" if unicodedata.category(char) == "Pd" else " "
        else:
            base = unicodedata.normalize("NFKD", char)[:1]
            folded = (char if unicodedata.combining(base or "a") else base).lower()[:1].translate(_LETTERS)[:1] or char
        self[code] = folded
        return folded


_CHARS = _CharFold()


def flatten(text: str) -> str:
    """Lower case, no accents, one kind of apostrophe and dash; as many characters as `text`."""
    return text.translate(_CHARS)


_SPELLINGS = (("'", ""), ("-", " "), ("defence", "defense"), ("isation", "ization"), ("armoured", "armored"))


def spellings(alias: str) -> set[str]:
    """The flattened alias with and without apostrophes, hyphens and British spelling."""
    variants = {flatten(alias)}
    for old, new in _SPELLINGS:
        variants |= {v.replace(old, new) for v in variants}
    return variants


def is_acronym(alias: str) -> bool:
    """True for a name whose case matters: SDF, M23, PKK/YPG, KhAD; not for Houthi or 11 letters in capitals."""
    word = alias.split(" ")[0]
    return " " not in alias and len(word) <= 8 and sum(c.isupper() or c.isdigit() for c in word) * 2 >= len(word) > 1


@dataclass(frozen=True, slots=True)
class _Alias:
    """A name as written, and what that asks of the text: its very case, a capital first."""

    written: str
    ids: frozenset[str]
    exact_case: bool
    own_article: bool
    capital: bool

    @classmethod
    def of(cls, written: str, ids: frozenset[str], exact_case: bool) -> "_Alias":
        return cls(written, ids, exact_case, bool(_OWN_ARTICLE.match(written)), _first_letter(written).isupper())


class NameIndex:
    """Finds every known name in one pass over a text (Aho-Corasick): longest, then leftmost, on word boundaries."""

    def __init__(self, names: Mapping[str, Iterable[str]], exact_case: Iterable[str] = ()) -> None:
        """`names`: name as written -> ids. Acronyms, and the names in `exact_case`, match only in their own case."""
        exact = set(exact_case)
        table: dict[str, dict[str, _Alias]] = {}
        for written, ids in names.items():
            alias = _Alias.of(written, frozenset(ids), written in exact or is_acronym(written))
            for key in spellings(written) if not alias.exact_case else {flatten(written)}:
                known = table.setdefault(key, {}).get(written)
                table[key][written] = (
                    alias if known is None else _Alias.of(written, known.ids | alias.ids, alias.exact_case)
                )
        self._automaton = ahocorasick.Automaton()
        for key in sorted(table):
            if key:
                self._automaton.add_word(key, (len(key), tuple(table[key].values())))
        if len(self._automaton):
            self._automaton.make_automaton()

    def find(self, text: str) -> list[NameMention]:
        """Mentions in text order, none overlapping another; a possessive 's stays outside, a plural s inside."""
        return longest(self.matches(text))

    def matches(self, text: str) -> list[NameMention]:
        """All mentions, overlapping ones too, for a caller that rules some out before taking the longest."""
        if not len(self._automaton):
            return []
        flat = flatten(text)
        return [
            mention
            for last, (length, aliases) in self._automaton.iter(flat)
            if (mention := _mention(text, flat, last + 1 - length, last + 1, aliases)) is not None
        ]


def longest(mentions: Iterable[NameMention]) -> list[NameMention]:
    """Of overlapping mentions the leftmost, then longest; in text order."""
    kept: list[NameMention] = []
    for mention in sorted(mentions, key=lambda m: (m.start, -m.end, not m.ids, m.weak, m.ids)):
        if not kept or mention.start >= kept[-1].end:
            kept.append(mention)
    return kept


def _mention(text: str, flat: str, start: int, end: int, aliases: tuple[_Alias, ...]) -> NameMention | None:
    if start and flat[start - 1].isalnum() and flat[start].isalnum():
        return None
    written, stop = text[start:end], end
    if end < len(flat) and flat[end].isalnum() and flat[end - 1].isalnum():
        if flat[end] != "s" or (end + 1 < len(flat) and flat[end + 1].isalnum()) or flat[end - 1] == "s":
            return None
        stop += 1
    fitting = [a for a in aliases if _case_fits(written, a)]
    if not fitting or _AFTER_ARTICLE.search(flat[max(0, start - 5) : start]):
        return None
    ids = tuple(sorted(frozenset().union(*(a.ids for a in fitting))))
    return NameMention(start, stop, ids, modifier=is_modifier(text, start, stop))


def is_modifier(text: str, start: int, end: int) -> bool:
    """True when the span is part of a compound adjective: "X-led", "anti-X"."""
    return bool(_COMPOUND.match(text, end)) or bool(_BEFORE_COMPOUND.search(text[max(0, start - 6) : start]))


def _case_fits(written: str, alias: _Alias) -> bool:
    if alias.exact_case:
        return written == alias.written
    if not alias.capital or _first_letter(written).isupper():
        return True
    return alias.own_article and _OWN_ARTICLE.match(written) is not None


def _first_letter(text: str) -> str:
    return next((c for c in text if c.isalpha()), "")
