"""Readings made definite by the article: who an actor phrase is, where a place phrase is, or what stays open."""

from dataclasses import dataclass, field
from datetime import date

import msgspec

from domain.actors import ActorRegistry
from domain.coder.actor_phrases import ActorPhrases
from domain.coder.attribution import Source
from domain.coder.discourse import Actor, Antecedent, Discourse, Place, Position
from domain.coder.folding import fold
from domain.coder.phrases import ArticleNames, Sentence
from domain.coder.place_phrases import NOT_PLACES, PlacePhrases
from domain.coder.readings import ActorReading, PlaceReading
from domain.events import ActorRef, Attribution, PlaceRef, Unresolved
from domain.names import provisional_id
from domain.places import PlaceIndex
from domain.sources import SourceTable
from domain.theatres import Scope

_KINDS = {
    "city": "settlement", "district": "admin", "region": "region", "country": "country", "facility": "facility",
    "river": "natural", "sea": "natural", "mountain": "natural", "area": "region",
}  # fmt: skip
_RANKS = frozenset(
    ("colonel", "col", "general", "gen", "major", "maj", "captain", "capt", "lieutenant", "lt", "brigadier", "brig",
     "sergeant", "sgt")
)  # fmt: skip
_SIDELESS = frozenset(("armed forces", "forces", "fighters", "troops", "soldiers", "units", "armed groups", "gunmen"))


@dataclass
class Context:
    """What resolving needs to know of edition and article."""

    registry: ActorRegistry
    places: PlaceIndex
    sources: SourceTable
    scope: Scope
    published: date | None
    source: str | None
    names: ArticleNames
    discourse: Discourse = field(default_factory=Discourse)
    last_source: Attribution | None = None
    affiliations: dict[str, Actor] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)


class Resolver:
    """Resolves the readings of one sentence, noting mentions in reading order."""

    def __init__(self, context: Context, sentence: Sentence) -> None:
        self.c, self.s = context, sentence
        self.tree = sentence.tree
        self.unresolved: list[Unresolved] = []
        self.current: list[PlaceRef] = []

    # --- mentions ---------------------------------------------------------------------------------------------------

    def note_mentions(self) -> None:
        """Enter every named actor and place of the sentence into the discourse, at its token."""
        actors, places = ActorPhrases.of(self.s), PlacePhrases.of(self.s)
        for i in range(len(self.tree)):
            if not (self.tree.is_noun(i) or i in self.s.names.run_of or self.tree.dep(i) == "nsubj") or (
                self.tree.dep(i) in ("compound", "amod", "nmod") and not self._last_of_run(i)
            ):
                continue
            reading = actors.read(i)
            if reading is not None and self._beside_name(i, reading, actors):
                continue
            if reading is not None and reading.how in ("named", "described"):
                self._note_actor(reading)
                if self.tree.dep(i) != "poss" or not reading.weak:
                    continue
            elif reading is not None and reading.how in ("definite", "bare", "pronoun"):
                self._touch(reading)
                continue
            if (reading is None or reading.weak) and not self._qualifies_actor(i, actors):
                self._note_place(i, places)

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
            or (run.last != i and self.tree.dep(i) not in ("compound",))
        ):
            return
        if all(self.tree.lower[t] in self.c.names.adjectives for t in range(run.first, run.last + 1)):
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
        if words & NOT_PLACES:
            return True
        mention = self.s.names.mention_of.get(i)
        owner = self.tree.dep(i) == "poss" and mention is not None and mention.weak
        return (
            owner
            and not self.s.lexicon.has("facility_heads", self.tree.lemma[self.tree.head(i)])
            and not (self.s.lexicon.has("centre_words", self.tree.lower[self.tree.head(i)]))
        )

    def _at(self, token: int) -> Position:
        return (self.s.number, token)

    def _is_subject(self, i: int) -> bool:
        first = self.tree.first_conjunct(i)
        return self.tree.dep(first) in ("nsubj", "nsubjpass") or (
            self.tree.dep(first) == "pobj" and self.tree.dep(self.tree.head(first)) == "agent"
        )

    # --- actors -----------------------------------------------------------------------------------------------------

    def actors(self, reading: ActorReading, role: str, exclude: tuple[Actor, ...] = ()) -> list[ActorRef] | None:
        """The actors that a reading stands for; None when it refers to nobody the article settles."""
        if reading.weak and self.c.names.topic:
            return None
        at = self._at(reading.head)
        if reading.how in ("named", "described"):
            entity = self._entity(reading)
            return [self._own_reference(reading, entity)]
        if reading.how == "speaker":
            speaker = self.c.discourse.speaker
            return [self._reference(reading, speaker)] if speaker else None
        if reading.how == "pronoun":
            if (main := self._main_subject(reading)) is not None:
                return self.actors(main, role, exclude)
            found = self.c.discourse.pronoun(reading.word, at, exclude=(*exclude, *self._own_side(reading)))
            if not found.actors:
                self.unresolved.append(Unresolved(self.s.number, reading.text, role))
                return None
            return [self._reference(reading, a) for a in found.actors]
        return self._definite(reading, role, at, exclude)

    def _main_subject(self, reading: ActorReading) -> ActorReading | None:
        """ "Once it has cleared A, the X will move": the main clause's subject, named later, is meant."""
        tree, verb = self.tree, self.tree.head(reading.head)
        if not tree.is_verb(verb) or tree.dep(verb) != "advcl" or tree.dep(reading.head) not in ("nsubj", "nsubjpass"):
            return None
        main = tree.head(verb)
        clauses = [main, *tree.kids(main, "ccomp")]
        for clause in clauses:
            for k in tree.kids(clause, "nsubj", "nsubjpass"):
                found = ActorPhrases.of(self.s).read(k) if k > verb else None
                if found is not None and found.how in ("named", "described"):
                    return found
        return None

    def _own_side(self, reading: ActorReading) -> tuple[Actor, ...]:
        """In a quotation "they" are not "we": the speaker's own side."""
        speaker = self.c.discourse.speaker
        ours = {"we", "us", "our", "ours"} & set(self.tree.lower)
        if speaker is None or not ours or reading.word not in ("they", "them", "their"):
            return ()
        return tuple(a for a in self.c.discourse.actors if a is speaker or a.cls == speaker.cls)

    def _definite(
        self, reading: ActorReading, role: str, at: Position, exclude: tuple[Actor, ...] = ()
    ) -> list[ActorRef]:
        if fold(reading.resolved) in _SIDELESS and reading.how == "definite" and len(sides := self._opposed(at)) > 1:
            return [self._open(reading, role, sides)]
        if reading.how == "definite" or reading.cls == "state":
            found = self.c.discourse.definite(reading, at, self._bare_ids(reading), exclude)
            if found.actors:
                for actor in found.actors:
                    self.c.discourse.touch(actor, at, self._is_subject(reading.head))
                return [self._reference(reading, a) for a in found.actors]
        entity = self.c.discourse.note_actor(reading, at, self._is_subject(reading.head))
        return [self._reference(reading, entity)]

    def _opposed(self, at: Position) -> tuple[Actor, ...]:
        return self.c.discourse.both_sides(at)

    def _open(self, reading: ActorReading, role: str, sides: tuple[Actor, ...]) -> ActorRef:
        ids = tuple(sorted({self._id(a) for a in sides}))
        self.unresolved.append(Unresolved(self.s.number, reading.text, role, ids))
        own = provisional_id(reading.resolved, self.c.scope.theatre)
        return ActorRef(own, reading.resolved, reading.text, reading.resolved, None, ids)

    def _id(self, actor: Actor) -> str:
        return self.c.registry.reference(actor.name, actor.name, self.c.published, self.c.source, self.c.scope).id

    def _entity(self, reading: ActorReading) -> Actor:
        known = self.c.discourse.note_actor(reading, self._at(reading.head), self._is_subject(reading.head))
        return known

    def _own_reference(self, reading: ActorReading, entity: Actor) -> ActorRef:
        """A full mention keeps its own words; an acronym or short form takes the fullest name."""
        short = entity.named and fold(reading.resolved) != fold(entity.name)
        name = entity.name if short and reading.how == "named" else reading.resolved
        return self.c.registry.reference(reading.text, name, self.c.published, self.c.source, self.c.scope)

    def _reference(self, reading: ActorReading, entity: Actor) -> ActorRef:
        return self.c.registry.reference(reading.text, entity.name, self.c.published, self.c.source, self.c.scope)

    # --- places -----------------------------------------------------------------------------------------------------

    def places(self, readings: list[PlaceReading], role: str = "place") -> list[PlaceRef]:
        """The places that readings stand for, in order, each once."""
        found: list[PlaceRef] = []
        for reading in readings:
            for ref in self._place(reading, found):
                if all((ref.id, ref.area) != (o.id, o.area) for o in found):
                    found.append(ref)
        return found

    def _place(self, reading: PlaceReading, near: list[PlaceRef]) -> list[PlaceRef]:
        if reading.how == "named":
            known = self.c.discourse.note_place(reading.resolved, reading, self._at(reading.head))
            return [self._place_reference(reading, known.name, near)]
        if reading.owner is not None and reading.kind == "facility":
            owners = (
                self._place(reading.owner, near)
                if reading.owner.how != "pronoun"
                else self._antecedents(reading.owner, near)
            )
            if owners:
                name = f"{owners[0].resolved} {reading.resolved}"
                self.c.discourse.note_place(name, reading, self._at(reading.head))
                return [self._place_reference(reading, name, near)]
        found = self._antecedents(reading, near)
        if found:
            return found
        if (
            reading.how in ("common", "definite")
            and reading.kind in ("facility", "settlement")
            and reading.how == "common"
        ):
            return []
        if reading.kind == "facility" and reading.how == "definite":
            self.c.discourse.note_place(reading.resolved, reading, self._at(reading.head))
            return [self._place_reference(reading, reading.resolved, near)]
        if reading.how != "common":
            self.unresolved.append(Unresolved(self.s.number, reading.text, "place"))
        return []

    def _antecedents(self, reading: PlaceReading, near: list[PlaceRef]) -> list[PlaceRef]:
        if reading.how == "common":
            return []
        if reading.word in ("area", "there", "place", "territory") and self.current:
            return [msgspec.structs.replace(p, as_written=reading.text) for p in self.current]
        places: list[Place] = self.c.discourse.place(reading, self._at(reading.head))
        for p in places:
            p.at.append(self._at(reading.head))
        return [self._place_reference(reading, p.name, near) for p in places]

    def _place_reference(self, reading: PlaceReading, name: str, near: list[PlaceRef]) -> PlaceRef:
        ref = self.c.places.resolve(name, self.c.scope, as_written=reading.text, near=near)
        return msgspec.structs.replace(ref, resolved=name, area=reading.area, extent=reading.extent)

    # --- sources ----------------------------------------------------------------------------------------------------

    def attribution(self, source: Source | None) -> Attribution | None:
        """The source of a claim in full; a pronoun stands for the last one."""
        if source is None:
            return None
        if source.pronoun:
            return self._pronoun_source(source)
        full = self.c.names.persons.get(fold(source.name).split(" ")[-1]) if source.name else None
        resolved = full if full and fold(source.name) in fold(full) else source.name
        actor = self._affiliation(source)
        found = Attribution(source.text, resolved, self.c.sources.source_kind(source.text))
        reading = ActorPhrases.of(self.s).read(source.head)
        if reading is not None and reading.how in ("named", "described", "definite") and not reading.weak:
            refs = self.actors(reading, "source")
            if refs:
                found = Attribution(source.text, refs[0].resolved, found.kind or "party", refs[0].id)
        self.c.last_source = found
        if actor is not None:
            self.c.discourse.touch(actor, self._at(source.head), True)
        self.c.discourse.speaker = actor or self.c.affiliations.get(fold(resolved))
        if actor is not None:
            self.c.affiliations[fold(resolved)] = actor
        return found

    def _pronoun_source(self, source: Source) -> Attribution | None:
        if source.text.lower() in ("it",):
            found = self.c.discourse.pronoun("it", self._at(source.head))
            if found.actors:
                self.c.discourse.speaker = found.actors[0]
                return Attribution(
                    source.text, self.c.last_source.resolved if self.c.last_source else found.actors[0].name, "party"
                )
        if self.c.last_source is None:
            return None
        return Attribution(
            source.text, self.c.last_source.resolved, self.c.last_source.kind, self.c.last_source.actor_id
        )

    def _affiliation(self, source: Source) -> Actor | None:
        """The force that a source speaks for: itself, or the one named in its phrase."""
        phrases = ActorPhrases.of(self.s)
        inside = [source.head, *self.tree.subtree(source.head)]
        for i in dict.fromkeys(inside):
            if self.tree.tag(i) == "PRP$":
                found = self.c.discourse.pronoun(self.tree.lower[i], self._at(i))
                if found.actors:
                    return found.actors[0]
            reading = phrases.read(i) if self.tree.is_noun(i) else None
            if reading is None or reading.weak:
                continue
            if reading.how in ("named", "described"):
                return self._entity(reading)
            if reading.how == "definite":
                found = self.c.discourse.definite(reading, self._at(i))
                if found.actors:
                    return found.actors[0]
        return self._by_rank(source)

    def _by_rank(self, source: Source) -> Actor | None:
        """An officer without a force named speaks for the state force named last."""
        words = {w.rstrip(".").lower() for w in (*source.text.split(), *source.name.split())}
        if not words & _RANKS:
            return None
        states = [a for a in self.c.discourse.actors if a.cls == "state" and not a.weak and a.at]
        return max(states, key=lambda a: (max(a.at), a.key)) if states else None
