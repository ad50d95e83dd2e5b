"""Words that say what kind of place a name is: "X province", "city of X", "X military airport", "Camp X"."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from domain.datafile import Row, read
from domain.names import fold

PLACE_WORDS_FILE = "place_words.yaml"
PLACE_KINDS = (
    "city",
    "district",
    "region",
    "country",
    "facility",
    "river",
    "sea",
    "island",
    "mountain",
    "area",
    "road",
    "border",
)


@dataclass(frozen=True, slots=True)
class PlaceWords:
    """A name without its kind words. `base` is as written; `key` is the facility's class ("airport") or None."""

    base: str
    kind: str | None = None
    key: str | None = None


class PlaceGrammar:
    """Splits a place's name from its kind words, by the edition's lists."""

    def __init__(self, rows: tuple[Row, ...], not_places: tuple[str, ...]) -> None:
        self._after: dict[str, tuple[str, str | None]] = {}
        self._before: dict[str, tuple[str, str | None]] = {}
        for row in rows:
            row.only("kind", "key", "after", "before")
            meaning = (row.one_of("kind", PLACE_KINDS), row.maybe("key"))
            self._after |= {fold(w): meaning for w in row.texts("after")}
            self._before |= {fold(w): meaning for w in row.texts("before")}
        self._last = _pattern(self._after, r"(?P<base>.+?)[\s-]+(?P<word>{words})")
        self._first = _pattern(self._before, r"(?:the\s+)?(?P<word>{words})\s+(?:of\s+)?(?P<base>.+)")
        self._tail = _pattern(self._after, r"[ -](?P<word>{words})(?!\w)")
        self.not_places = frozenset(fold(w) for w in not_places)

    @classmethod
    def from_files(cls, files: Mapping[str, str]) -> "PlaceGrammar":
        """From the edition's place_words.yaml. Raises InvalidInput naming file, line, field."""
        if PLACE_WORDS_FILE not in files:
            return cls((), ())
        top = read(PLACE_WORDS_FILE, files[PLACE_WORDS_FILE])
        top.only("words", "not_places")
        return cls(tuple(top.rows("words")), top.texts("not_places"))

    def split(self, words: str) -> PlaceWords:
        """The name and what the words around it say; kind None when they say nothing."""
        text = re.sub(r"^(?:the|a|an)\s+", "", words.strip(), flags=re.IGNORECASE)
        for pattern, table in ((self._last, self._after), (self._first, self._before)):
            found = pattern.fullmatch(text)
            if found and fold(found["base"]):
                kind, key = table[fold(found["word"])]
                return PlaceWords(re.sub(r"['’]s?$", "", found["base"]), kind, key)
        return PlaceWords(text)

    def tail_end(self, text: str, end: int) -> int:
        """Where a name that ends at `end` ends with its kind words ("Idlib| province"); `end` when none follow."""
        found = self._tail.match(text, end)
        return found.end() if found else end


def _pattern(table: dict[str, tuple[str, str | None]], shape: str) -> re.Pattern[str]:
    if not table:
        return re.compile(r"(?!)")
    words = "|".join(re.escape(w).replace(r"\ ", r"[\s-]") for w in sorted(table, key=lambda w: (-len(w), w)))
    return re.compile(shape.replace("{words}", words), re.IGNORECASE)
