"""What a noun phrase may stand for, before the article is asked: an actor, a place, or a word that refers back."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ActorReading:
    """A phrase read as an actor.

    `how`: named (the registry's or a name that says so), described (an armed head with its own words), definite
    (a bare head that refers back: "the army"), bare ("insurgents"), pronoun, speaker ("we").
    `word` is the lemma to match antecedents by; `cls` state, rebel or neutral; `start`, `end` offsets in the sentence.
    """

    head: int
    how: str
    text: str
    resolved: str
    word: str
    cls: str
    start: int
    end: int
    ids: tuple[str, ...] = ()
    weak: bool = False
    plural: bool = True
    fresh: bool = False
    modifiers: frozenset[str] = frozenset()
    loaded: tuple[str, ...] = ()
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class PlaceReading:
    """A phrase read as a place.

    `how`: named, definite ("the town"), pronoun ("it", "there"), common ("several villages"). `word` is the head
    that says what it is, `kind` that head's class (settlement, admin, facility, natural, generic).
    `compass`: "central" or "eastern" before the name: a part, where the name turns out to be a town's.
    """

    head: int
    how: str
    text: str
    resolved: str
    word: str
    kind: str
    start: int
    end: int
    area: str | None = None
    extent: str | None = None
    plural: bool = False
    owner: "PlaceReading | None" = None
    compass: str = ""
