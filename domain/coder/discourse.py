"""What an article has named so far, and what its pronouns and bare nouns refer back to."""

from domain.coder.entities import LONG_AGO, Actor, Antecedent, Position, latest_before
from domain.coder.place_memory import PlaceMemory
from domain.coder.readings import ActorReading
from domain.names import fold

_OFFICES = frozenset(
    ("staff", "ministry", "authority", "ministries", "authorities", "government", "regime", "officials")
)
"""A state's offices are not meant by "the soldiers"."""
_SPECIAL = _OFFICES | frozenset(
    ("security", "special", "police", "guards", "federal", "border", "warplane", "jet", "aircraft")
)
"""Nor are its special services and machines by "the army"."""
_ORGANISATIONS = frozenset(
    (
        "group",
        "movement",
        "organisation",
        "organization",
        "sect",
        "militia",
        "faction",
        "outfit",
        "alliance",
        "coalition",
        "tribe",
        "mission",
    )
)
_GENERIC = _ORGANISATIONS | {"force", "army", "fighter", "troop", "front", "network", "party", "forces"}
_BYSTANDERS = ("peacekeepers", "political body")
"""Kinds that are meant by neither "the two sides" nor "the paramilitary group"."""
_THEIR_TROOPS = frozenset(
    (
        "mission",
        "peacekeeper",
        "peacekeepers",
        "troop",
        "troops",
        "soldier",
        "soldiers",
        "force",
        "forces",
        "contingent",
    )
)
_CLASSES: dict[str, tuple[str, ...]] = {
    "paramilitary": ("militia", "pro-government militia", "private military company", "rebel"),
    "jihadist": ("jihadist group",),
    "jihadi": ("jihadist group",),
    "islamist": ("jihadist group", "rebel"),
    "extremist": ("jihadist group",),
    "terrorist": ("jihadist group",),
    "separatist": ("separatist",),
    "secessionist": ("separatist",),
    "criminal": ("gang",),
    "rebel": ("rebel", "jihadist group", "separatist", "militia", "coalition", "umbrella"),
    "militant": ("jihadist group", "rebel", "militia", "separatist"),
    "insurgent": ("jihadist group", "rebel", "separatist"),
    "armed": ("rebel", "militia", "jihadist group", "gang", "separatist"),
    "guerrilla": ("rebel", "separatist"),
    "mercenary": ("private military company",),
}
"""Adjectives that say of what kind a group is, with the registry's kinds they fit, not whose it is."""
_HOLY = frozenset(("jihadist", "jihadi", "extremist", "islamist", "terrorist"))
_IDLE = frozenset(
    (
        "two",
        "both",
        "same",
        "rival",
        "last",
        "remaining",
        "ethnic",
        "main",
        "other",
        "entire",
        "whole",
        "own",
        "three",
    )
)
"""Modifiers that tell nothing of who is meant."""


class Discourse(PlaceMemory):
    """Entities in order of mention. Positions are (sentence, token)."""

    def note_actor(self, reading: ActorReading, at: Position, subject: bool) -> Actor:
        """Enter a named or described actor, joined with what is known of it."""
        known = self.same_actor(reading)
        if known is None:
            known = Actor(
                reading.resolved,
                reading.cls,
                reading.ids,
                named=reading.how == "named",
                weak=reading.weak,
                kind=reading.kind,
            )
            self.actors.append(known)
        elif _fuller(reading, known):
            known.name, known.named = reading.resolved, reading.how == "named"
        known.words |= {reading.word, *fold(reading.resolved).split()}
        known.forms.add(fold(reading.resolved))
        known.plural = reading.plural
        self.touch(known, at, subject)
        return known

    def touch(self, actor: Actor, at: Position, subject: bool) -> None:
        actor.at.append(at)
        if subject:
            actor.subject_at.append(at)

    def same_actor(self, reading: ActorReading) -> Actor | None:
        """The actor noted under these words, or under another proper name of the same organisation."""
        words = fold(reading.resolved)
        for actor in self.actors:
            if fold(actor.name) == words or words in actor.forms:
                return actor
        if reading.how != "named" or len(reading.ids) != 1 or reading.cls == "state":
            return None
        return next((a for a in self.actors if a.named and a.ids == reading.ids), None)

    def pronoun(self, word: str, at: Position, *, exclude: tuple[Actor, ...] = ()) -> Antecedent:
        """Who "they", "it" or "its" stands for: the latest subject nearby, else the latest actor."""
        if word in ("he", "his", "him", "she", "her"):
            led = [a for a in self.actors if _led(a) and latest_before(a.at, at) != LONG_AGO]
            return Antecedent((self.speaker,)) if self.speaker is not None else self._latest(led, at)
        if word in ("former", "latter"):
            pair = sorted(self.actors, key=lambda a: latest_before(a.at, at))[-2:]
            return Antecedent((pair[0 if word == "former" else -1],)) if len(pair) == 2 else Antecedent()
        near = [a for a in self.actors if at[0] - latest_before(a.at, at)[0] <= 3 and a not in exclude]
        near = [a for a in near if not _mere_body(a)] or near
        near = [a for a in near if not a.weak or latest_before(a.subject_at, at)[0] >= at[0] - 1] or near
        if not near:
            return Antecedent()
        recent = [a for a in near if latest_before(a.subject_at, at)[0] >= at[0] - 1]
        if recent:
            latest = max(recent, key=lambda a: latest_before(a.subject_at, at))
            if word in ("they", "them", "their"):
                return Antecedent(self._together(latest, latest_before(latest.subject_at, at), exclude))
            return Antecedent((latest,))
        return Antecedent((max(near, key=lambda a: latest_before(a.at, at)),))

    def _together(self, actor: Actor, at: Position, exclude: tuple[Actor, ...]) -> tuple[Actor, ...]:
        """An actor with those that it was coordinated with at a place of the text: "X and Y ... They"."""
        members = next((group for group in self.groups if at in group), (at,))
        found = [a for p in members for a in self.actors if p in a.at and a not in exclude]
        return tuple(dict.fromkeys(found)) if len(members) > 1 and actor in found else (actor,)

    def definite(
        self, reading: ActorReading, at: Position, ids: tuple[str, ...] = (), exclude: tuple[Actor, ...] = ()
    ) -> Antecedent:
        """Who "the army", "the militants" or "the group" stands for; nobody when no side fits.

        `ids`: whom the registry takes a bare head for in this theatre ("the army").
        """
        others = [a for a in self.actors if latest_before(a.at, at) != LONG_AGO and a not in exclude]
        others = others or [a for a in self.actors if a not in exclude]
        if reading.word in ("side", "party") or (
            {"two", "both"} & reading.modifiers and reading.word in ("group", "faction")
        ):
            return self._sides(others, at)
        if reading.word in ("attacker", "assailant", "invader", "aggressor") and self.attackers:
            return Antecedent(tuple(a for a in self.actors if a.name in self.attackers))
        loaded = {t.lower() for t in reading.loaded}
        if loaded and (same := [a for a in others if loaded <= a.words]):
            return self._latest([a for a in same if reading.word in a.words] or same, at)
        if telling := reading.modifiers - _IDLE:
            told = [a for a in others if telling <= a.words and reading.word in a.words]
            return self._latest(told or self._of_class(others, telling, reading.word), at)
        own = {reading.word, *fold(reading.resolved).split()}
        exact = [
            a
            for a in others
            if reading.word in a.words
            and (
                reading.cls == "rebel"
                or a.named
                or a.ids
                or len(fold(a.name).split()) > len(own)
                or fold(a.name) == fold(reading.resolved)
            )
        ]
        if reading.cls == "state":
            exact = [a for a in exact if a.cls == "state" or (a.cls == "neutral" and reading.word in _heads(a))]
        elif reading.cls == "rebel":
            exact = [a for a in exact if a.cls != "state"]
        if reading.cls == "state" and reading.how in ("bare", "definite"):
            home = [a for a in others if set(a.ids) & set(ids) and len(a.ids) == 1 and not a.words & _SPECIAL]
            if home and exact and not any(a in home for a in exact):
                exact = [*exact, *home]
                return self._latest(exact, at)
        if exact:
            headed = [a for a in exact if reading.word in _heads(a)] or exact
            return self._latest([a for a in headed if a.named or a.ids] or headed, at)
        if reading.cls == "state":
            return self._latest(
                [a for a in others if set(a.ids) & set(ids) and len(a.ids) == 1 and not a.words & _SPECIAL], at
            )
        if reading.cls == "rebel":
            holy = [a for a in others if a.kind == "jihadist group"] if reading.word in _HOLY else []
            rebels = holy or [a for a in others if a.cls == "rebel" and (a.named or a.ids)]
            rebels = rebels or [a for a in others if a.cls == "rebel"] or [a for a in others if a.cls == "neutral"]
            return self._latest(rebels, at)
        if reading.word in ("party", "council", "bloc", "company", "outfit", "network", "coalition", "alliance"):
            return Antecedent()
        if reading.word in _ORGANISATIONS:
            others = [a for a in self.actors if a in others or (a not in exclude and a.kind not in _BYSTANDERS)]
            others = [a for a in others if not _mere_body(a) and not a.weak] or others
            if reading.word != "mission":
                others = [a for a in others if a.kind not in _BYSTANDERS] or others
            others = [a for a in others if a.cls != "state" and a.named] or others
        return self._latest([a for a in others if _fits(a, reading)], at)

    def _sides(self, others: list[Actor], at: Position) -> Antecedent:
        """ "the two sides": the last two that may fight each other; with one before, the others of the sentence."""
        fighting = [a for a in others if a.kind not in _BYSTANDERS and not a.weak]
        if len(fighting) < 2:
            fighting = [a for a in self.actors if a.kind not in _BYSTANDERS and any(p[0] == at[0] for p in a.at)]
        if len(fighting) < 2:
            return Antecedent()
        return Antecedent(tuple(sorted(fighting, key=lambda a: latest_before(a.at, at))[-2:]))

    @staticmethod
    def _of_class(others: list[Actor], telling: frozenset[str], word: str) -> list[Actor]:
        """ "the paramilitary group": named forces of that kind; nobody where a word tells more than a kind."""
        if not telling <= _CLASSES.keys() or word not in _GENERIC:
            return []
        named = [a for a in others if a.named or a.ids]
        return [a for a in named if all(a.kind in _CLASSES[t] for t in telling)]

    @staticmethod
    def _latest(actors: list[Actor], at: Position) -> Antecedent:
        return Antecedent((max(actors, key=lambda a: (latest_before(a.at, at), a.key)),)) if actors else Antecedent()

    def both_sides(self, at: Position) -> tuple[Actor, ...]:
        """The actors named in the last sentences: whom a side-less "the armed forces" may stand for."""
        for sentence in (at[0] - 1, at[0] - 2):
            near = [a for a in self.actors if any(p[0] == sentence for p in a.at)]
            if len(near) > 1:
                break
        return tuple(sorted(near, key=lambda a: a.key))

    def note_deeds(self, deeds: list[tuple[str, tuple[str, ...]]]) -> None:
        """Remember who attacked last: "the attackers" are they."""
        for type_, names in deeds:
            if type_ == "AttackReported" and names:
                self.attackers = names


def _mere_body(actor: Actor) -> bool:
    """The United Nations and the like, as long as nothing says that their troops are meant."""
    return actor.kind == "peacekeepers" and not actor.words & _THEIR_TROOPS


def _led(actor: Actor) -> bool:
    """ "X's men": a force called after its leader; a state's are called after no one."""
    owner, _, word = actor.name.replace("’", "'").rpartition("'s ")
    return bool(owner) and actor.cls != "state" and word in ("men", "forces", "fighters", "troops", "gang", "loyalists")


def _fuller(reading: ActorReading, known: Actor) -> bool:
    """A proper name betters a description; a longer name betters an acronym."""
    if (reading.how == "named") != known.named:
        return reading.how == "named"
    return known.named and len(reading.resolved) > len(known.name) and fold(known.name) not in fold(reading.resolved)


def _heads(actor: Actor) -> set[str]:
    """The words a name is headed by: its last one, its first one, and the nouns set beside it."""
    words = fold(actor.name).split()
    return {words[-1], words[0], *(w for w in actor.words if w not in words)} if words else set()


def _fits(actor: Actor, reading: ActorReading) -> bool:
    """Whether a bare head may mean this actor: the side must fit, and a state's own word never means rebels."""
    if reading.word in ("force", "troop", "unit", "fighter", "side", "man"):
        return True
    if reading.cls == "state":
        return actor.cls == "state" and not actor.words & _OFFICES
    if reading.cls == "rebel":
        return actor.cls in ("rebel", "neutral")
    return True
