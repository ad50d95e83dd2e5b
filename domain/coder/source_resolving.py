"""Who says so, in full, and whose force he speaks for."""

from domain.coder.actor_phrases import ActorPhrases
from domain.coder.actor_resolving import ActorResolver
from domain.coder.attribution import Source
from domain.coder.entities import Actor
from domain.events import ActorRef, Attribution
from domain.names import fold

_RANKS = frozenset(
    ("colonel", "col", "general", "gen", "major", "maj", "captain", "capt", "lieutenant", "lt", "brigadier", "brig",
     "sergeant", "sgt")
)  # fmt: skip


_OFFICE_HOLDERS = frozenset(("official", "officials", "governor", "minister", "mayor", "officer"))


class SourceResolver(ActorResolver):
    """Resolves sources."""

    def attribution(self, source: Source | None) -> Attribution | None:
        """The source of a claim in full; a pronoun stands for the last one."""
        self.said = source is not None
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
        self.c.discourse.speaker = (
            actor or self.c.affiliations.get(fold(resolved)) or self._by_rank(source, _OFFICE_HOLDERS)
        )
        if actor is not None:
            self.c.affiliations[fold(resolved)] = actor
        return found

    def own_side(self) -> list[ActorRef]:
        """Whose loss a speaker denies without naming the loser: his own side's; [] when it is not known."""
        speaker = self.c.discourse.speaker
        if speaker is None:
            return []
        return [self.c.registry.reference(speaker.name, speaker.name, self.c.published, self.c.source, self.c.scope)]

    def _pronoun_source(self, source: Source) -> Attribution | None:
        if source.text.lower() in ("it",):
            found = self.c.discourse.pronoun("it", self._at(source.head))
            if found.actors:
                last = self.c.last_source if found.actors[0] is self.c.discourse.speaker else None
                self.c.discourse.speaker = found.actors[0]
                return Attribution(source.text, last.resolved if last else found.actors[0].name, "party")
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
            if reading.how == "definite" or (reading.how == "bare" and reading.cls == "rebel"):
                found = self.c.discourse.definite(reading, self._at(i), self._bare_ids(reading))
                if found.actors:
                    return found.actors[0]
        return self._led_by(source) or self._of_state(inside) or self._by_rank(source)

    def _of_state(self, inside: list[int]) -> Actor | None:
        """ "Kyiv's top general": a force of the country or capital in the source's phrase, the armed one first."""
        phrases = ActorPhrases.of(self.s)
        named = [r for i in inside if (r := phrases.read(i)) is not None and r.weak and len(r.ids) == 1]
        peoples = [f"{r.text} army" for i in inside if self.tree.dep(i) == "amod" for r in phrases.of_people(i)]
        peoples_ids = [self.c.registry.resolve(army, self.c.published, scope=self.c.scope).ids for army in peoples]
        states = {ids[0].partition(".")[0] for ids in [*(r.ids for r in named), *peoples_ids] if len(ids) == 1}
        own = [a for a in self.c.discourse.actors if len(a.ids) == 1 and a.ids[0].partition(".")[0] in states]
        armed = [a for a in own if a.kind == "state forces"] or own
        if not armed and peoples and len(peoples_ids[0]) == 1:
            return Actor(peoples[0], "state", peoples_ids[0], kind="state forces")
        return max(armed, key=lambda a: (max(a.at, default=(0, 0)), a.key)) if armed else None

    def _led_by(self, source: Source) -> Actor | None:
        """The force that a registered leader speaks for; it is named in the article, or called after him."""
        if not source.name:
            return None
        words = source.name.removeprefix("General ").removeprefix("Gen. ")
        name = f"{words}'s forces"
        found = self.c.registry.resolve(name, self.c.published, self.c.source, self.c.scope)
        if found.via != "alias" or not found.one:
            return None
        for actor in self.c.discourse.actors:
            if actor.ids == (found.one,):
                return actor
        return Actor(name, "neutral", (found.one,), named=True)

    def _by_rank(self, source: Source, words_of_office: frozenset[str] = _RANKS) -> Actor | None:
        """An officer without a force named speaks for the state force named last."""
        words = {w.rstrip(".").lower() for w in (*source.text.split(), *source.name.split())}
        if not words & words_of_office:
            return None
        states = [a for a in self.c.discourse.actors if a.cls == "state" and not a.weak and a.at]
        return max(states, key=lambda a: (max(a.at), a.key)) if states else None
