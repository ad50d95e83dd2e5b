"""What a verb says once for several: "A took the north, and B the south", "took A in May and B in June"."""

from collections.abc import Sequence
from dataclasses import replace

from domain.coder.actor_phrases import ActorPhrases
from domain.coder.frames import Frame
from domain.coder.phrases import Sentence
from domain.coder.place_phrases import PlacePhrases
from domain.coder.readings import ActorReading, PlaceReading

_OPENS = ("and", "while", ";", "but")
_ENDS = (";", ".", "while", "but")
_PARTIES = ("to", "from", "by")
_FARTHEST = 14


def ungapped(s: Sentence, frames: Sequence[Frame]) -> list[Frame]:
    """The frames, with one more for each party or date whose verb the sentence leaves out."""
    return [f for frame in frames for f in _Gaps(s, frame).frames()]


class _Gaps:
    """Reads the remnants behind one frame's verb, token by token: the parser has no tree for them."""

    def __init__(self, s: Sentence, frame: Frame) -> None:
        self.s, self.tree, self.frame = s, s.tree, frame
        self.actors, self.places = ActorPhrases.of(s), PlacePhrases.of(s)

    def frames(self) -> list[Frame]:
        frame = self.frame
        if not self.tree.is_verb(frame.trigger) or not frame.places or min(r.head for r in frame.places) < 0:
            return [frame]
        more: list[Frame] = []
        for first, last in self._segments():
            found = self._other_actor(first, last) or self._other_party(first, last) or self._other_time(first, last)
            if found is not None:
                start, end = self.tree.tokens[first].start, self.tree.tokens[last - 1].end
                more.append(replace(found, gap=(start, end)))
        return [self._without(more), *more] if more else [frame]

    def _segments(self) -> list[tuple[int, int]]:
        """Stretches without a verb behind "and", "while" or ";", as token ranges."""
        tree, found = self.tree, list[tuple[int, int]]()
        start = max(self.frame.trigger, min((r.head for r in self.frame.places), default=0)) + 1
        opens = [k for k in range(start, len(tree)) if tree.lower[k] in _OPENS]
        commas = [k for k in range(start, len(tree)) if tree.lower[k] == "," and opens and k < opens[-1]]
        for k in sorted((*opens, *commas)):
            first = k + 1
            while first < len(tree) and tree.lower[first] in (*_OPENS, "the", ","):
                first += 1
            last = first
            while last < len(tree) and last < first + _FARTHEST and tree.lower[last] not in (*_ENDS, ",", "and"):
                last += 1
            verbs = any(tree.is_verb(i) or tree.tag(i) == "MD" for i in range(first, last))
            before = any(tree.is_verb(i) for i in range(start, k))
            if last > first and not verbs and not before and all(first != f for f, _ in found):
                found.append((first, last))
        return found

    def _without(self, more: Sequence[Frame]) -> Frame:
        """The frame without what belongs to the others."""
        spans = [f.gap for f in more if f.gap]

        def own(reading: ActorReading | PlaceReading) -> bool:
            return not any(a <= self.tree.tokens[reading.head].start < b for a, b in spans)

        return replace(
            self.frame,
            actors=[r for r in self.frame.actors if own(r)],
            counterparties=[r for r in self.frame.counterparties if own(r)],
            places=[r for r in self.frame.places if own(r)],
            others=tuple(spans),
        )

    # --- the kinds of remnants --------------------------------------------------------------------------------------

    def _other_actor(self, first: int, last: int) -> Frame | None:
        """ "and the RSF the south": another doer and his place."""
        roles = self.frame.rule.roles
        if "subject" not in roles.get("actor", ()) or "object" not in roles.get("place", ()):
            return None
        actor, end = self._actor(first, last)
        if actor is None or end >= last:
            return None
        if not (self.tree.lower[end] in ("the", "its") or self.tree.tokens[end].text[:1].isupper()):
            return None
        place = self._place(end, last)
        return replace(self.frame, actors=[actor], counterparties=[], places=[place]) if place else None

    def _other_party(self, first: int, last: int) -> Frame | None:
        """ "lost A to X and B to Y": another place and the party under the same preposition."""
        for k in range(first + 1, last - 1):
            if self.tree.lower[k] not in _PARTIES or not self._said_before(k, first):
                continue
            actor, _ = self._actor(k + 1, last)
            place = self._place(first, k)
            if actor is None or place is None:
                continue
            if any(self._under(r, self.tree.lower[k], first) for r in self.frame.actors):
                return replace(self.frame, actors=[actor], places=[place])
            if any(self._under(r, self.tree.lower[k], first) for r in self.frame.counterparties):
                return replace(self.frame, counterparties=[actor], places=[place])
        return None

    def _other_time(self, first: int, last: int) -> Frame | None:
        """ "took A in May and B in June": another place with a date of its own."""
        timed = [k for k in range(first, last) if k in self.s.names.timed]
        before = [k for k in range(self.frame.trigger, first) if k in self.s.names.timed]
        if not timed or not before:
            return None
        if self.tree.lower[first] in ("from", "in", "near", "at", "on") and self._said_before(first, first):
            first += 1
        place = self._place(first, timed[0])
        return replace(self.frame, places=[place]) if place is not None and place.how == "named" else None

    # --- reading ----------------------------------------------------------------------------------------------------

    def _said_before(self, k: int, first: int) -> bool:
        return any(self.tree.lower[i] == self.tree.lower[k] for i in range(self.frame.trigger, first))

    def _under(self, reading: ActorReading, prep: str, before: int) -> bool:
        return reading.head < before and prep in self.tree.lower[max(reading.head - 5, 0) : reading.head]

    def _actor(self, first: int, last: int) -> tuple[ActorReading | None, int]:
        """The actor that opens a stretch, and the token behind it."""
        while first < last and self.tree.lower[first] in ("the", "a", "its"):
            first += 1
        if first >= last:
            return None, last
        mention = self.s.names.mention_of.get(first)
        if mention is not None and not mention.weak and not mention.modifier:
            inside = [t.i for t in self.tree.tokens if mention.start <= t.start < mention.end]
            return self.actors.read(inside[-1]) or self.actors.read(first), inside[-1] + 1
        for k in range(first, min(first + 3, last)):
            if self.tree.is_noun(k) and self.actors.head_class(self.tree.lemma[k]):
                return self.actors.read(k), k + 1
        return None, last

    def _place(self, first: int, last: int) -> PlaceReading | None:
        """The place that fills a stretch: a name, or a part of the place named first."""
        stop = next((k for k in range(first, last) if k in self.s.names.timed or self._closes(k)), last)
        nouns = [k for k in range(first, stop) if self.tree.is_noun(k) or k in self.s.names.run_of]
        for k in nouns:
            area, extent = self.places.measure(k)
            if area or extent:
                base = self.frame.places[0]
                end = self.tree.tokens[k].end
                return replace(base, head=k, area=area, extent=extent, text=base.text, end=end)
        for k in nouns:
            mention = self.s.names.mention_of.get(k)
            named = [r for r in self.places.read(k) if r.how == "named" and r.head == k]
            if named and (mention is None or mention.weak):
                return self._from(first, named[0])
        return None

    def _from(self, first: int, place: PlaceReading) -> PlaceReading:
        """The place's name without the doer's that stands right before it."""
        start = self.tree.tokens[first].start
        if place.start >= start or not self.tree.tokens[first].text[:1].isupper():
            return place
        text = self.tree.text[start : place.end]
        return replace(place, text=text, resolved=text, start=start)

    def _closes(self, k: int) -> bool:
        return self.tree.lower[k] in ("since", "after", "before", "with", "by", "on", "during", "until", "without")
