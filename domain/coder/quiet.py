"""Names of a sentence without any trigger: it is never parsed, yet what it names may be referred back to."""

import re

from domain.coder.actor_reading import class_of_kind
from domain.coder.context import Context
from domain.coder.readings import ActorReading, PlaceReading
from domain.names import fold

_PLACED = re.compile(r"\b(?:in|near|at|around|towards?) ((?:[A-Z][\w'’-]+ ?){1,3})(?<! )")


def note_names(context: Context, text: str, sentence: int) -> None:
    """Enter registered actors, and known places behind a preposition, into the discourse at this sentence."""
    _note_actors(context, text, sentence)
    for match in _PLACED.finditer(text):
        name = match[1]
        if context.places.known(name, context.scope):
            reading = PlaceReading(0, "named", name, name, "", "", match.start(1), match.end(1))
            context.discourse.note_place(name, reading, (sentence, match.start(1)))


def _note_actors(context: Context, text: str, sentence: int) -> None:
    for m in context.registry.find(text, context.scope):
        if len(m.ids) != 1 or m.weak or m.modifier:
            continue
        at, words = (sentence, m.start), text[m.start : m.end]
        known = next((a for a in context.discourse.actors if a.named and a.ids == m.ids), None)
        if known is not None:
            known.at.append(at)
            continue
        cls, head = class_of_kind(m.kind) or "neutral", fold(words).split()[-1]
        reading = ActorReading(m.start, "named", words, words, head, cls, m.start, m.end, m.ids, kind=m.kind)
        context.discourse.note_actor(reading, at, False)
