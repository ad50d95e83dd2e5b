"""Building a place reading from tokens: its words and its kind."""

from domain.coder.phrases import Sentence
from domain.coder.readings import PlaceReading

_COMMON_KINDS = (
    ("settlement_heads", "settlement"), ("admin_heads", "admin"), ("facility_heads", "facility"),
    ("natural_heads", "natural"), ("generic_places", "generic"),
)  # fmt: skip
_STOP = frozenset(("the", "a", "an", "this", "that", "its", "their", "his", "nearby", "neighbouring", "neighboring"))

NOT_PLACES = frozenset(
    [
        "god",
        "allah",
        "observatory",
        "christmas",
        "eid",
        "ramadan",
        "easter",
        "senate",
        "parliament",
        "congress",
        "assembly",
        "cabinet",
        "agency",
        "organization",
        "organisation",
        "institute",
        "commission",
        "media",
        "radio",
        "television",
        "news",
        "union",
        "group",
        "operation",
        "party",
        "cup",
        "league",
        "agreement",
        "accord",
        "council",
        "committee",
        "ministry",
        "court",
        "company",
        "inc",
        "club",
        "university",
        "telegram",
        "twitter",
        "facebook",
        "youtube",
        "reuters",
        "afp",
        "bbc",
        "mr",
        "mrs",
        "president",
        "prime",
        "minister",
        "general",
        "colonel",
        "gen",
        "col",
        "lt",
        "sgt",
        "captain",
        "capt",
        "major",
        "maj",
        "brigadier",
        "lieutenant",
        "sheikh",
        "dr",
    ]
)
"""Words in a capitalised run that show it is no place."""


class PlaceBuilding:
    """What every way of reading a place shares. `read` is the reader itself."""

    def __init__(self, sentence: Sentence) -> None:
        self.s = sentence
        self.tree = sentence.tree
        self.lex = sentence.lexicon
        self._read: dict[int, list[PlaceReading]] = {}

    def _build(
        self,
        head: int,
        how: str,
        first: int,
        last: int,
        text: str,
        word: str,
        kind: str,
        *,
        extent: str | None = None,
        plural: bool = False,
    ) -> PlaceReading:
        while first < last and self.tree.lower[first] in _STOP:
            first += 1
        start, end = self.tree.tokens[first].start, self.tree.tokens[last].end
        return PlaceReading(
            head,
            how,
            text,
            text,
            word,
            kind,
            start,
            end,
            extent=extent,
            plural=plural or word in ("them", "both", "they", "their"),
        )

    def _pronoun(self, k: int) -> PlaceReading:
        """ "it", "there", "its": a place told of before."""
        return self._build(k, "pronoun", k, k, self.tree.tokens[k].text, self.tree.lower[k], "generic")

    def _head_kind(self, lemma: str) -> str | None:
        return next((kind for name, kind in _COMMON_KINDS if self.lex.has(name, lemma)), None)

    def _kind_in_name(self, first: int, last: int) -> tuple[str, str]:
        for i in (last, first):
            for name, kind in _COMMON_KINDS[:4]:
                if self.lex.has(name, self.tree.lower[i]):
                    return kind, self.tree.lower[i]
        return "", ""

    def _preps(self, head: int) -> set[str]:
        return {self.tree.lower[k] for k in self.tree.kids(head, "prep")}

    def _whole(self, head: int) -> str | None:
        words = {self.tree.lower[k] for k in self.tree.kids(head, "det", "predet", "amod", "advmod")}
        return "whole" if words & {"whole", "entire", "all"} else None

    def read(self, head: int, depth: int = 0) -> list[PlaceReading]:
        """The places that the phrase of this head names; the uppermost class says how."""
        raise TypeError(f"{type(self).__name__} builds readings and reads no phrase {head} by itself")


def direction(word: str) -> str:
    """The compass part as the codebook names areas: north, south-east, ..."""
    return (
        word.removesuffix("ern")
        .replace("eastern", "east")
        .replace("northeast", "north-east")
        .replace("northwest", "north-west")
        .replace("southeast", "south-east")
        .replace("southwest", "south-west")
    )
