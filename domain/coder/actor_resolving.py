"""Who an actor phrase is: its own words, the antecedent, or left open with candidates."""

from domain.coder.actor_phrases import ActorPhrases
from domain.coder.entities import Actor, Position
from domain.coder.mentions import Mentions
from domain.coder.readings import ActorReading
from domain.events import ActorRef, Unresolved
from domain.names import fold, provisional_id

_SIDELESS = frozenset(("armed forces", "forces", "fighters", "troops", "soldiers", "units", "armed groups", "gunmen"))
_IRREGULAR = ("fighter", "gunman")


class ActorResolver(Mentions):
    """Resolves actors."""

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
            if (main := self._main_subject(reading) or self._who_says(reading)) is not None:
                return self.actors(main, role, exclude)
            if self._civilians_say(reading):
                return None
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

    def _who_says(self, reading: ActorReading) -> ActorReading | None:
        """ "The X, which is backed by Y, said it would ...": who says so, and not who was named last."""
        if reading.word not in ("it", "its"):
            return None
        told = self._told_by(reading, "agree")
        if told is None or not told[1]:
            return None
        found = ActorPhrases.of(self.s).read(told[1][0])
        return found if found is not None and found.how in ("named", "described", "definite") else None

    def _told_by(self, reading: ActorReading, *more: str) -> tuple[int, list[int]] | None:
        """The clause of a pronoun that someone tells, and the subjects before it of the verb that tells it."""
        tree = self.tree
        for clause in tree.ancestors(reading.head):
            verb = tree.head(clause)
            tells = self.s.lexicon.has("reporting_verbs", tree.lemma[verb]) or tree.lemma[verb] in more
            if tree.dep(clause) == "ccomp" and tells:
                return clause, [k for k in tree.kids(verb, "nsubj") if k < reading.head]
        return None

    def _civilians_say(self, reading: ActorReading) -> bool:
        """ "Aid agencies say they have reached A": the unarmed speak of themselves."""
        told = self._told_by(reading) if reading.word in ("they", "it") else None
        if told is None or self.tree.head(reading.head) != told[0]:
            return False
        words = {self.tree.lower[m] for h in told[1] for m in self.s.modifiers(h)}
        return bool(words & self.s.lexicon.words("unarmed_modifiers")) or any(map(self._company, told[1]))

    def _company(self, head: int) -> bool:
        """A name that something civil is set beside: "X, the would-be buyer"."""
        beside = [self.tree.lemma[k] for k in self.tree.kids(head, "appos")]
        return head in self.s.names.run_of and any(self.s.lexicon.has("business_words", lemma) for lemma in beside)

    def _own_side(self, reading: ActorReading) -> tuple[Actor, ...]:
        """In a quotation "they" are not "we": the speaker's own side."""
        speaker = self.c.discourse.speaker
        ours = {"we", "us", "our", "ours"} & set(self.tree.lower)
        if speaker is None or not ours or reading.word not in ("they", "them", "their"):
            return ()
        return tuple(a for a in self.c.discourse.actors if a is speaker or a.cls == speaker.cls)

    def _definite(
        self, reading: ActorReading, role: str, at: Position, exclude: tuple[Actor, ...] = ()
    ) -> list[ActorRef] | None:
        if (own := self._of_the_speaker(reading)) is not None:
            return [self._reference(reading, own)]
        if (
            fold(reading.resolved) in _SIDELESS
            and reading.how == "definite"
            and (sides := self._opposed(at, reading.word))
        ):
            if len(sides) > 1:
                return [self._open(reading, role, sides)]
            if reading.word in _IRREGULAR and sides[0].cls == "rebel":
                return [self._reference(reading, sides[0])]
        if reading.how == "definite" or reading.cls == "state":
            found = self.c.discourse.definite(reading, at, self._bare_ids(reading), exclude)
            if found.actors:
                for actor in found.actors:
                    self.c.discourse.touch(actor, at, self._is_subject(reading.head))
                return [self._reference(reading, a) for a in found.actors]
        if self._mere_group(reading):
            return None
        entity = self.c.discourse.note_actor(reading, at, self._is_subject(reading.head))
        return [self._reference(reading, entity)]

    def _of_the_speaker(self, reading: ActorReading) -> Actor | None:
        """ "The president said that the army would stay": his country's army, whoever was named last."""
        speaker = self.c.discourse.speaker if self.said else None
        bare = (
            reading.word in ("army", "military", "navy", "police")
            and reading.how == "definite"
            and fold(reading.resolved) == reading.word
        )
        if speaker is None or not bare or speaker.kind != "state forces" or len(speaker.ids) != 1:
            return None
        found = self.c.discourse.definite(reading, self._at(reading.head), self._bare_ids(reading)).actors
        return None if any(a.ids == speaker.ids for a in found) else speaker

    def _mere_group(self, reading: ActorReading) -> bool:
        """ "the group", "the party" that refer back to nobody: nothing says that they are armed."""
        lexicon = self.s.lexicon
        armed = any(lexicon.has(name, reading.word) for name in ("state_heads", "rebel_heads", "neutral_heads"))
        telling = reading.modifiers & (lexicon.words("rebel_heads") | lexicon.words("state_heads") | {"armed"})
        return reading.how == "definite" and lexicon.has("group_heads", reading.word) and not armed and not telling

    def _opposed(self, at: Position, word: str) -> tuple[Actor, ...]:
        """Who may be meant; by "fighters" and the like a state's forces only if there is nobody else."""
        sides = tuple(a for a in self.c.discourse.both_sides(at) if a.named or a.ids or word not in _IRREGULAR)
        rebels = tuple(a for a in sides if a.cls == "rebel")
        return rebels if word in _IRREGULAR and rebels else sides

    def _open(self, reading: ActorReading, role: str, sides: tuple[Actor, ...]) -> ActorRef:
        ids = tuple(sorted({self._id(a) for a in sides}))
        self.unresolved.append(Unresolved(self.s.number, reading.text, role, ids))
        own = provisional_id(reading.resolved, self.c.scope.theatre)
        return ActorRef(own, reading.resolved, reading.text, reading.resolved, None, ids)

    def _id(self, actor: Actor) -> str:
        return self.c.registry.reference(actor.name, actor.name, self.c.published, self.c.source, self.c.scope).id

    def _entity(self, reading: ActorReading) -> Actor:
        return self.c.discourse.note_actor(reading, self._at(reading.head), self._is_subject(reading.head))

    def _own_reference(self, reading: ActorReading, entity: Actor) -> ActorRef:
        """A full mention keeps its own words; an acronym or short form takes the fullest name."""
        short = entity.named and fold(reading.resolved) != fold(entity.name)
        name = entity.name if short and reading.how == "named" else reading.resolved
        return self.c.registry.reference(reading.text, name, self.c.published, self.c.source, self.c.scope, reading.ids)

    def _reference(self, reading: ActorReading, entity: Actor) -> ActorRef:
        return self.c.registry.reference(
            reading.text, entity.name, self.c.published, self.c.source, self.c.scope, entity.ids
        )
