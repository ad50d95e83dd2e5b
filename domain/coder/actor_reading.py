"""Building an actor reading from tokens: its words, its class, what is loaded in it."""

import re

from domain.coder.phrases import Sentence
from domain.coder.readings import ActorReading
from domain.names import NameMention

_FRESH = frozenset(("fresh", "additional", "new", "more", "extra", "further"))
_AIRCRAFT = re.compile(r"(?:b|f|a|su|mig|mi|tu|ka|mq|uh|ah)-\d{1,3}s?")
"""What air forces call their machines: B-52s, Su-25, F-16s."""
_BACKED = ("backed", "aligned", "allied", "led", "linked", "supported", "affiliated", "installed", "trained")


class ActorBuilding:
    """What every way of reading an actor shares. `read` is the reader itself."""

    def __init__(self, sentence: Sentence) -> None:
        self.s = sentence
        self.tree = sentence.tree
        self.lex = sentence.lexicon
        self._read: dict[int, ActorReading | None] = {}

    def head_class(self, lemma: str) -> str | None:
        for name, cls in (
            ("state_heads", "state"),
            ("rebel_heads", "rebel"),
            ("neutral_heads", "neutral"),
            ("equipment_heads", "neutral"),
        ):
            if self.lex.has(name, lemma):
                return cls
        return "neutral" if _AIRCRAFT.fullmatch(lemma) else None

    def _is_fresh(self, head: int) -> bool:
        words = {self.tree.lower[m] for m in self.s.modifiers(head)}
        return (
            self.tree.lemma[head] == "reinforcement"
            or "reinforcement" in {self.tree.lemma[i] for i in self.s.modifiers(head)}
            or bool(words & _FRESH)
        )

    def _loaded(self, first: int, last: int) -> tuple[str, ...]:
        found = [
            i
            for i in range(first, last + 1)
            if self.lex.has("terms_of_abuse", self.tree.lemma[i]) or self.lex.has("terms_of_abuse", self.tree.lower[i])
        ]
        return tuple(dict.fromkeys(self.tree.tokens[i].text for i in found if self.tree.lower[i] != "enemy"))

    def _clean(self, first: int, last: int) -> str:
        while first < last and (
            self.tree.lower[first] in ("the", "a", "an", "this", "these", "that", "those", "'s")
            or self.tree.tag(first) in ("PRP$", "POS")
        ):
            first += 1
        return self.tree.words(first, last)

    def _simple(self, head: int, how: str, word: str, cls: str) -> ActorReading:
        token = self.tree.tokens[head]
        plural = word not in ("it", "its", "he", "his", "she", "him", "her", "itself")
        return ActorReading(head, how, token.text, token.text, word, cls, token.start, token.end, plural=plural)

    def _reading(
        self,
        head: int,
        how: str,
        first: int,
        last: int,
        text: str,
        *,
        word: str,
        cls: str,
        ids: tuple[str, ...] = (),
        weak: bool = False,
        modifiers: frozenset[str] = frozenset(),
        loaded: tuple[str, ...] = (),
        kind: str | None = None,
    ) -> ActorReading:
        start, end = self.tree.tokens[first].start, self.tree.tokens[last].end
        text = text.removesuffix("'s").removesuffix("’s").strip()
        plural = self.tree.tag(head) in ("NNS", "NNPS") or word in (
            "police",
            "army",
            "military",
            "group",
            "alliance",
            "coalition",
        )
        return ActorReading(head, how, self._clean(first, last), text, word, cls, start, end, ids, weak, plural,
                            self._is_fresh(head), modifiers, loaded, kind)  # fmt: skip

    def _people(self, i: int) -> bool:
        """A people's adjective ("Druze gunmen", "Turkmen fighters") is no organisation."""
        mention = self.s.names.mention_of[i]
        return self.tree.text[mention.start : mention.end].lower() in self.s.article.adjectives

    def _backed(self, mention: NameMention) -> bool:
        """ "Iranian-backed" says who backs them, not who they are."""
        return self.tree.text[mention.start : mention.end].rpartition("-")[2].lower() in _BACKED

    def read(self, head: int, depth: int = 0) -> ActorReading | None:
        """The actor that the phrase of this head names; the uppermost class says how."""
        raise TypeError(f"{type(self).__name__} builds readings and reads no phrase {head} by itself")


def class_of_kind(kind: str | None) -> str | None:
    if kind is None or kind in ("label",):
        return None
    if kind in (
        "government",
        "state forces",
        "police",
        "external state",
        "country",
        "capital",
        "demonym",
        "pro-government militia",
    ):
        return "state"
    if kind in ("rebel", "separatist", "jihadist group", "militia", "umbrella", "gang", "tribe"):
        return "rebel"
    return "neutral"
