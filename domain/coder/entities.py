"""Whom and what an article names: actors and places under their fullest names, with where they stand."""

from dataclasses import dataclass, field

from domain.names import fold

Position = tuple[int, int]
"""(sentence number, token)."""


LONG_AGO = (-9, 0)


def latest_before(positions: list[Position], at: Position) -> Position:
    """The last of the positions before `at`."""
    return max((p for p in positions if p < at), default=LONG_AGO)


@dataclass(eq=False)
class Actor:
    """An actor of the article under its fullest name."""

    name: str
    cls: str
    ids: tuple[str, ...] = ()
    words: set[str] = field(default_factory=set)
    forms: set[str] = field(default_factory=set)
    plural: bool = True
    named: bool = False
    weak: bool = False
    kind: str | None = None
    at: list[Position] = field(default_factory=list)
    subject_at: list[Position] = field(default_factory=list)

    @property
    def key(self) -> str:
        return self.ids[0] if len(self.ids) == 1 else fold(self.name)


@dataclass
class Place:
    """A place of the article under its fullest name. `words`: the heads it was called by (town, base)."""

    name: str
    words: set[str] = field(default_factory=set)
    kind: str = ""
    at: list[Position] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Antecedent:
    """What a mention stands for: actors (several: "both sides"), or candidates when it is left open."""

    actors: tuple[Actor, ...] = ()
    candidates: tuple[Actor, ...] = ()
