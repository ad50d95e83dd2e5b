"""The names of a sentence entered into the discourse, at their tokens."""

from domain.coder.actor_phrases import ActorPhrases
from domain.coder.context import Context
from domain.coder.entities import Antecedent, Position
from domain.coder.phrases import Sentence
from domain.coder.place_names import OBJECTS
from domain.coder.place_phrases import PlacePhrases
from domain.coder.place_reading import NOT_PLACES
from domain.coder.readings import ActorReading
from domain.events import PlaceRef, Unresolved
from domain.names import fold

_KINDS = {
    "city": "settlement", "district": "admin", "region": "region", "country": "country", "facility": "facility",
    "river": "natural", "sea": "natural", "mountain": "natural", "area": "region",
}  # fmt: skip


class Mentions:
    """Notes who and what is named, in reading order."""

    def __init__(self, context: Context, sentence: Sentence) -> None:
        self.c, self.s = context, sentence
        self.tree = sentence.tree
        self.unresolved: list[Unresolved] = []
        self.current: list[PlaceRef] = []
        self.said = False

    def note_mentions(self) -> None:
        """Enter every named actor and place of the sentence into the discourse, at its token."""
        actors, places = ActorPhrases.of(self.s), PlacePhrases.of(self.s)
        for i in range(len(self.tree)):
            self._note_group(i)
            if not (self.tree.is_noun(i) or i in self.s.names.run_of or self.tree.dep(i) == "nsubj") or (
                self.tree.dep(i) in ("compound", "amod", "nmod") and not self._last_of_run(i)
            ):
                continue
            reading = actors.read(i)
            if reading is not None and self._beside_name(i, reading, actors):
                continue
            if reading is not None and reading.how in ("named", "described"):
                if not reading.weak or self._is_subject(i) or self.tree.dep(i) == "poss":
                    self._note_actor(reading)
                if not reading.weak or self._is_subject(i):
                    continue
            elif reading is not None and reading.how in ("definite", "bare", "pronoun"):
                self._touch(reading)
                continue
            if (reading is None or reading.weak) and not self._qualifies_actor(i, actors):
                self._note_place(i, places)

    def _note_group(self, i: int) -> None:
        """Remember that subjects were named together."""
        if self.tree.dep(i) not in ("nsubj", "nsubjpass"):
            return
        members = self.tree.conjuncts(i)
        if len(members) > 1:
            self.c.discourse.groups.append(tuple(self._at(m) for m in members))

    def _speaks(self, i: int) -> bool:
        """Who says something is no place; a capital that does speaks for its government."""
        verb = self.tree.head(i)
        return (
            self.tree.dep(i) == "nsubj"
            and self.s.lexicon.has("reporting_verbs", self.tree.lemma[verb])
            and self.tree.lemma[verb] not in ("see", "show", "know", "hear")
        )

    def _place_head(self, i: int) -> bool:
        lemma, has = self.tree.lemma[i], self.s.lexicon.has
        return any(has(name, lemma) for name in ("settlement_heads", "admin_heads", "facility_heads", "natural_heads"))

    def _qualifies_actor(self, i: int, actors: ActorPhrases) -> bool:
        """ "Zarvanian forces": a name before an armed head tells whose they are, not where."""
        parent = self.tree.head(i)
        modifies = self.tree.dep(i) in ("compound", "amod", "nmod") and not self.s.lexicon.has(
            "facility_heads", self.tree.lemma[parent]
        )
        return modifies and actors.read(parent) is not None

    def _beside_name(self, i: int, reading: ActorReading, actors: ActorPhrases) -> bool:
        """ "X, the main rebel faction": an apposition tells more of the name and is nobody new."""
        if self.tree.dep(i) != "appos" or reading.how == "named":
            return False
        name = actors.read(self.tree.head(i))
        return name is not None and name.how == "named"

    def _touch(self, reading: ActorReading) -> None:
        """A mention that refers back keeps its antecedent in mind; as a subject it keeps it in front."""
        at, subject = self._at(reading.head), self._is_subject(reading.head)
        if reading.how == "pronoun":
            found = (
                self.c.discourse.pronoun(reading.word, at)
                if subject and reading.word in ("they", "it")
                else Antecedent()
            )
        elif reading.how == "bare" and reading.cls != "state":
            found = Antecedent()
        else:
            found = self.c.discourse.definite(reading, at, self._bare_ids(reading))
        if not found.actors and reading.how in ("definite", "bare") and reading.cls != "neutral":
            self.c.discourse.note_actor(reading, at, subject)
        for actor in found.actors:
            self.c.discourse.touch(actor, at, subject)

    def _bare_ids(self, reading: ActorReading) -> tuple[str, ...]:
        """Whom the registry takes a bare state head for in this theatre."""
        if reading.cls != "state":
            return ()
        head = self.tree.tokens[reading.head].text
        words = head if head.lower() in reading.resolved.lower() else reading.word
        found = self.c.registry.resolve(words, self.c.published, self.c.source, self.c.scope)
        return found.ids if found.via == "bare" else ()

    def _last_of_run(self, i: int) -> bool:
        run = self.s.names.run_of.get(i)
        return run is not None and run.last == i

    def _note_actor(self, reading: ActorReading) -> None:
        if reading.weak and self.c.names.topic:
            return
        full = self.c.names.acronyms.get(reading.resolved)
        entity = self.c.discourse.note_actor(reading, self._at(reading.head), self._is_subject(reading.head))
        if full and fold(full) != fold(entity.name) and entity.named:
            entity.words |= {reading.word, *fold(full).split()}
            entity.name = full
        for k in (
            *self.tree.kids(reading.head, "appos"),
            *([self.tree.head(reading.head)] if self.tree.dep(reading.head) == "appos" else []),
        ):
            other = self.s.names.mention_of.get(k)
            if self.tree.tag(k).startswith("NN") and not self.tree.is_proper(k) and (other is None or other.modifier):
                entity.words.add(self.tree.lemma[k])
        for k in self._around(reading):
            entity.words.add(self.tree.lemma[k])

    def _around(self, reading: ActorReading) -> list[int]:
        """Common nouns right beside the name: "the terrorist group X", "X rebels"."""
        inside = [t.i for t in self.tree.tokens if reading.start <= t.start < reading.end]
        found = [i for i in inside if self._common_word(i)]
        for step, i in ((-1, inside[0] - 1), (1, inside[-1] + 1)):
            while 0 <= i < len(self.tree) and self._common_word(i):
                found.append(i)
                i += step
        return found

    def _common_word(self, i: int) -> bool:
        return self.tree.tag(i) in ("NN", "NNS", "JJ") and self.tree.tokens[i].text.islower()

    def _note_place(self, i: int, places: PlacePhrases) -> None:
        run = self.s.names.run_of.get(i)
        if (
            run is None
            or self._no_place(i, run.first, run.last)
            or i in self.s.names.timed
            or self._in_a_title(i)
            or self._seat_of_source(i)
            or self._bound_for(i)
            or (run.last != i and self.tree.dep(i) not in ("compound",))
        ):
            return
        if all(self.tree.lower[t] in self.c.names.adjectives for t in range(run.first, run.last + 1)):
            return
        if self._speaks(i):
            self.c.names.unarmed.add(fold(self.s.names.text(run)))
            return
        if self.tree.tag(i) == "JJ" and self.tree.dep(i) == "amod" and not self._place_head(self.tree.head(i)):
            return
        if fold(self.s.names.text(run)) in self.c.names.persons | self.c.names.armed:
            return
        head = i
        parent = self.tree.head(i)
        if self.tree.dep(i) in ("compound", "nmod") and self.tree.is_noun(parent) and not self.tree.is_proper(parent):
            head = parent
        for reading in places.read(head):
            if reading.how == "named":
                known = self.c.discourse.note_place(
                    reading.resolved, reading, self._at(i), self._kind(reading.resolved)
                )
                group = self.tree.conjuncts(self.tree.first_conjunct(i))
                for k in (
                    *(a for m in group for a in self.tree.kids(m, "appos")),
                    *([parent] if self.tree.dep(i) == "appos" else []),
                ):
                    if not self.tree.is_proper(k):
                        known.words.add(self.tree.lemma[k])
                grand = self.tree.head(parent)
                if (
                    self.tree.dep(i) == "pobj"
                    and self.tree.lower[parent] == "of"
                    and self.s.lexicon.has("settlement_heads", self.tree.lemma[grand])
                ):
                    known.words.add(self.tree.lemma[grand])

    def _kind(self, name: str) -> str:
        """What the gazetteer says a name is, in the kinds of head words; "" when it says nothing."""
        if name not in self.c.kinds:
            self.c.kinds[name] = self.c.places.resolve(name, self.c.scope, slot=False).kind or ""
        return _KINDS.get(self.c.kinds[name], "")

    def _no_place(self, i: int, first: int, last: int) -> bool:
        """Operations, parties and persons' titles bear names too; a capital that owns something is its government."""
        words = {self.tree.lower[t].rstrip(".") for t in range(first, last + 1)}
        if self.tree.dep(last) in OBJECTS:
            words -= {"sheikh"}
        if words & NOT_PLACES:
            return True
        prep = self.tree.head(i)
        if self.tree.lower[prep] == "to" and self.tree.lemma[self.tree.head(prep)] in (
            "adviser",
            "advisor",
            "aide",
            "deputy",
        ):
            return True
        mention = self.s.names.mention_of.get(i)
        owner = self.tree.dep(i) == "poss" and mention is not None and mention.weak
        return (
            owner
            and not self.s.lexicon.has("facility_heads", self.tree.lemma[self.tree.head(i)])
            and not (self.s.lexicon.has("centre_words", self.tree.lower[self.tree.head(i)]))
        )

    def _in_a_title(self, i: int) -> bool:
        """The end of a body's name ("Council for the Humanities"): "for" after a capital joins no place to it."""
        parent = self.tree.head(i)
        joined = self.tree.dep(i) == "pobj" and self.tree.lower[parent] == "for"
        return joined and self.tree.head(parent) in self.s.names.run_of

    def _seat_of_source(self, i: int) -> bool:
        """ "a diplomat in A", "the ministry in A": where a source sits is no scene that "the town" refers back to."""
        prep = self.tree.head(i)
        host = self.tree.lemma[self.tree.head(prep)]
        return (
            self.tree.dep(i) == "pobj"
            and self.tree.lower[prep] in ("in", "at")
            and (self.s.lexicon.has("seated_sources", host) or self.s.lexicon.has("role_words", host))
        )

    def _bound_for(self, i: int) -> bool:
        """ "left for A", "retreated towards A": where someone goes is no scene yet."""
        prep = self.tree.head(i)
        return (
            self.tree.dep(i) == "pobj"
            and self.tree.lower[prep] in ("for", "toward", "towards")
            and self.tree.lemma[self.tree.head(prep)]
            in ("leave", "head", "depart", "retreat", "flee", "withdraw", "go")
        )

    def _at(self, token: int) -> Position:
        return (self.s.number, token)

    def _is_subject(self, i: int) -> bool:
        first = self.tree.first_conjunct(i)
        return self.tree.dep(first) in ("nsubj", "nsubjpass") or (
            self.tree.dep(first) == "pobj" and self.tree.dep(self.tree.head(first)) == "agent"
        )
