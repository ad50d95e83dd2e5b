"""Who says so: houses and kinds of source, by the edition's lists."""

import re
from collections.abc import Mapping

from domain.datafile import read
from domain.names import fold

SOURCES_FILE = "sources.yaml"
SOURCE_KINDS = ("party", "monitor", "official", "witness", "local", "media")


class SourceTable:
    """Sorts attributions into SOURCE_KINDS by names and head words."""

    def __init__(self, houses: Mapping[str, tuple[str, ...]], kinds: Mapping[str, tuple[str, ...]]) -> None:
        """`houses`: a house's name -> its other names; `kinds`: kind -> words or names that show it, in any case."""
        self._house = {fold(name): house for house, names in houses.items() for name in (house, *names)}
        words = [(fold(word), kind) for kind, list_ in kinds.items() for word in list_]
        self._kinds = dict(sorted(words, key=lambda w: (-len(w[0]), w[0])))
        heads = "|".join(re.escape(w) for w in self._kinds)
        self._pattern = re.compile(rf"\b(?:{heads})\b" if heads else r"(?!)")

    @classmethod
    def from_files(cls, files: Mapping[str, str]) -> "SourceTable":
        """From the edition's sources.yaml. Raises InvalidInput naming file, line, field."""
        if SOURCES_FILE not in files:
            return cls({}, {})
        top = read(SOURCES_FILE, files[SOURCES_FILE])
        top.only("houses", "kinds", "source")
        houses: dict[str, tuple[str, ...]] = {}
        for row in top.rows("houses"):
            row.only("name", "also")
            houses[row.text("name")] = row.texts("also")
        kinds: dict[str, tuple[str, ...]] = {}
        for row in top.rows("kinds"):
            row.only("kind", "words")
            kinds[row.one_of("kind", SOURCE_KINDS)] = row.texts("words")
        return cls(houses, kinds)

    def house(self, source: str | None) -> str | None:
        """The house's own name for a source as given ("TRT" is "TRT World"); the source itself when unknown."""
        return self._house.get(fold(source), source) if source else None

    def source_kind(self, words: str) -> str | None:
        """One of SOURCE_KINDS, or None when nothing in the words shows it (it may then be a party by its actor).

        The longest known word wins, then the last one: "local officials" are local when that pair is listed.
        """
        folded = fold(words)
        if folded in self._house:
            return "media"
        best = max(self._pattern.finditer(folded), key=lambda m: (len(m.group()), m.start()), default=None)
        return self._kinds[best.group()] if best else None
