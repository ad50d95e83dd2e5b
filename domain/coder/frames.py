"""Rules on the tree: each trigger word gives the first rule whose grammar fits, with its roles read as phrases."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from domain.coder.actor_phrases import ActorPhrases
from domain.coder.arguments import Arguments
from domain.coder.conditions import TESTS
from domain.coder.phrases import Sentence
from domain.coder.place_phrases import PlacePhrases
from domain.coder.place_reading import NOT_PLACES
from domain.coder.readings import ActorReading, PlaceReading
from domain.coder.rules import Rule
from domain.names import fold

_UNION = ("ClashReported",)
_PLACE_ROLES = ("place", "origin", "destination", "also")


@dataclass
class Frame:
    """One fitting rule on one trigger. `why_not` explains a rule that did not fit (for `--explain`)."""

    rule: Rule
    trigger: int
    actors: list[ActorReading] = field(default_factory=list)
    counterparties: list[ActorReading] = field(default_factory=list)
    places: list[PlaceReading] = field(default_factory=list)
    arguments: Arguments | None = None
    gap: tuple[int, int] | None = None
    """Characters of the sentence that hold all that is said of a frame whose verb is left out."""
    others: tuple[tuple[int, int], ...] = ()
    """Characters that belong to such frames of the same verb."""


def _vague(reading: PlaceReading) -> bool:
    """ "the desert", "the area": taken for the scene only when nothing better is named."""
    return (
        reading.how in ("definite", "pronoun")
        and reading.kind in ("natural", "generic", "admin")
        and reading.word != "there"
    )


def _unnamed(reading: PlaceReading) -> bool:
    """ "the territory", "several villages": the place that holds them, if named, is meant."""
    return reading.how == "common" or (reading.how == "definite" and reading.kind == "generic")


def _told(reading: PlaceReading) -> bool:
    """A name, or a town that was named before: better than positions without either."""
    return reading.how == "named" or (reading.how == "definite" and reading.kind == "settlement")


class RuleBook:
    """The rules by trigger form."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)
        self.by_verb: dict[str, list[Rule]] = {}
        self.by_noun: dict[str, list[Rule]] = {}
        for rule in self.rules:
            for verb in rule.verbs:
                self.by_verb.setdefault(verb, []).append(rule)
            for noun in rule.nouns:
                self.by_noun.setdefault(noun, []).append(rule)


class FrameReader:
    """Finds the frames of one sentence."""

    def __init__(self, sentence: Sentence, book: RuleBook) -> None:
        self.s, self.tree, self.book = sentence, sentence.tree, book
        self.actors = ActorPhrases.of(sentence)
        self.places = PlacePhrases.of(sentence)
        self.why_not: list[tuple[int, str, str]] = []

    def frames(self) -> list[Frame]:
        """All frames in sentence order, at most one a trigger."""
        found = [frame for i in range(len(self.tree)) for frame in self._frame_at(i)]
        told = {
            o
            for f in found
            if f.rule.objects and f.arguments
            for o in (*f.arguments.object, *self._counted(f.arguments.object))
        }
        return [f for f in found if f.trigger not in told]

    def _frame_at(self, i: int) -> list[Frame]:
        args: Arguments | None = None
        for rule in self._candidates(i):
            args = args or Arguments(self.tree, i)
            found = self._match(rule, args)
            if isinstance(found, Frame):
                return [found]
            self.why_not.append((i, rule.id, found))
        return []

    def _candidates(self, i: int) -> list[Rule]:
        tree = self.tree
        lemma, low = tree.lemma[i], tree.lower[i]
        gerund = tree.tag(i) == "VBG" and tree.dep(i) in ("nsubj", "nsubjpass", "dobj", "pobj")
        if gerund and low in self.book.by_noun and not tree.kids(i, "dobj"):
            return self.book.by_noun[low]
        if (
            tree.is_verb(i)
            and tree.dep(i) not in ("aux", "auxpass")
            and not (tree.dep(i) in ("amod", "compound") and tree.tag(i) in ("VBN", "VBG"))
        ):
            hyphened = f"{tree.lower[i - 2]}-{lemma}" if i > 1 and tree.lower[i - 1] == "-" else ""
            return self.book.by_verb.get(hyphened, []) or self.book.by_verb.get(lemma, [])
        if tree.tag(i) in ("JJ", "NN", "IN", "RB") and tree.dep(i) in (
            "ROOT",
            "acl",
            "conj",
            "ccomp",
            "relcl",
            "advcl",
            "acomp",
        ):
            verb = self.s.lexicon.verbs.get(low)
            if verb is not None and low != verb and low.endswith(("ed", "en", "ng", "t", "d")):
                return self.book.by_verb.get(verb, [])
        if tree.tag(i) == "NN" and low in self.s.lexicon.verbs and self._mistaken(i):
            return self.book.by_verb.get(self.s.lexicon.verbs[low], [])
        named = any(tree.is_proper(k) for k in tree.kids(i, "compound")) and self.s.lexicon.has("facility_heads", lemma)
        if tree.is_noun(i) and not tree.tag(i).startswith("NNP") and tree.dep(i) != "compound" and not named:
            return self.book.by_noun.get(lemma, []) or self.book.by_noun.get(low, [])
        return []

    def _mistaken(self, i: int) -> bool:
        """Whether a participle that looks like its noun was tagged as one: "had been overrun", "overrun by"."""
        tree = self.tree
        by_agent = tree.dep(i) in ("appos", "acl") and bool(tree.kids(i, "agent"))
        return by_agent or (
            tree.dep(i) == "attr"
            and tree.lower[tree.head(i)] in ("been", "was", "were", "is", "are", "being")
            and not tree.kids(i, "det", "amod", "compound")
        )

    # --- matching ---------------------------------------------------------------------------------------------------

    def _match(self, rule: Rule, args: Arguments) -> Frame | str:
        """The frame, or in words why the rule does not fit."""
        failed = self._grammar(rule, args)
        if failed:
            return failed
        roles = self._roles(rule, args)
        if self._unarmed_subject(rule, args, roles):
            return "its subject is no actor"
        for need in rule.needs:
            if need == "actor_or_place":
                if not roles.get("actor") and not roles.get("place"):
                    return "neither actor nor place"
            elif not roles.get(need):
                return f"no {need}"
        for test in rule.tests:
            if not TESTS[test](self.s, args, roles):
                return f"not {test}"
        return self._frame(rule, args, roles)

    def _unarmed_subject(
        self, rule: Rule, args: Arguments, roles: Mapping[str, list[ActorReading | PlaceReading]]
    ) -> bool:
        """Whether someone is named as the doer who is no armed or governing actor."""
        acting = [role for role in ("actor", "counterparty") if "subject" in rule.roles.get(role, ())]
        if not args.verbal or rule.nouns or not acting or any(roles.get(role) for role in acting):
            return False
        doers = [h for h in args.subject if h not in self.s.names.timed]
        return any(self.tree.is_noun(h) or h in self.s.names.run_of for h in doers)

    def _grammar(self, rule: Rule, args: Arguments) -> str | None:
        lemma = self.tree.lemma[args.predicate]
        if rule.voice and (rule.voice == "passive") != args.passive:
            return f"not {rule.voice}"
        if rule.particles and lemma not in rule.particle_free and not args.particles & set(rule.particles):
            return "no particle"
        if set(rule.not_particles) & args.bare_particles:
            return "another particle"
        if rule.preps and args.prep_names.isdisjoint(rule.preps):
            return "no preposition " + "/".join(rule.preps[:3])
        if rule.not_preps and not args.prep_names.isdisjoint(rule.not_preps):
            return "another preposition"
        if rule.objects and not self._object_is(args, rule.objects):
            return "another object"
        if rule.not_objects and self._object_is(args, rule.not_objects):
            return "excluded object"
        return None

    def _counted(self, heads: list[int]) -> list[int]:
        """ "hundreds of air strikes": what is counted."""
        tree = self.tree
        many = [
            h
            for h in heads
            if tree.lemma[h] in ("hundred", "dozen", "thousand", "series", "number", "score", "wave", "string")
        ]
        return [t for h in many for k in tree.kids(h, "prep") if tree.lower[k] == "of" for t in tree.kids(k, "pobj")]

    def _object_is(self, args: Arguments, lemmas: tuple[str, ...]) -> bool:
        for o in (*args.object, *self._counted(args.object)):
            lemma = self.tree.lemma[o]
            compounds = {f"{self.tree.lower[m]}_{lemma}" for m in self.s.modifiers(o)} | {
                f"{self.tree.lower[m]}-{lemma}" for m in self.s.modifiers(o)
            }
            if lemma in lemmas or self.tree.lower[o] in lemmas or compounds & set(lemmas):
                return True
        return False

    # --- roles ------------------------------------------------------------------------------------------------------

    def _roles(self, rule: Rule, args: Arguments) -> dict[str, list[ActorReading | PlaceReading]]:
        """The roles read, those that the rule needs first: when one of them is empty the others are not asked for."""
        roles: dict[str, list[ActorReading | PlaceReading]] = {}
        for role in sorted(rule.roles, key=lambda r: r not in rule.needs):
            paths = rule.roles[role]
            if role in _PLACE_ROLES:
                roles[role] = list(self._places(paths, args, rule.strict_place))
            else:
                roles[role] = list(self._actors(paths, args, union=role == "actor" and rule.type in _UNION))
            if not roles[role] and role in rule.needs:
                break
        return roles

    def _actors(self, paths: tuple[str, ...], args: Arguments, *, union: bool) -> list[ActorReading]:
        found: list[ActorReading] = []
        for path in paths:
            adjective = path.endswith(("amod", "compound"))
            for head in args.follow(path):
                if adjective and self.s.lexicon.has("equipment_heads", self.tree.lemma[head]):
                    continue
                for reading in self.actor_readings(head) or (self.actors.of_people(head) if adjective else []):
                    if adjective and reading.how == "bare":
                        reading = replace(reading, how="definite")
                    if all(r.head != reading.head for r in found):
                        found.append(reading)
            if found and not union:
                return found
        return found

    def actor_readings(self, head: int) -> list[ActorReading]:
        """The actors of one phrase head; coordinated modifiers ("A and B soldiers") give one each."""
        return self.actors.read_all(head)

    def _places(self, paths: tuple[str, ...], args: Arguments, strict: bool) -> list[PlaceReading]:
        vague: list[PlaceReading] = []
        for path in paths:
            for heads in self._layers(path, args):
                found = [r for head in heads for r in self.places.read(head) if self._is_place(r, path, strict)]
                found.sort(key=lambda r: r.start)
                if found and path == "object" and all(_unnamed(r) for r in found):
                    named = self._places(("@loc",), args, strict)
                    return named if named and all(_told(r) for r in named) else found
                if path.endswith("@loc") and (behind := [r for r in found if r.head > args.predicate]):
                    found = behind
                scene = (
                    bool(found)
                    and path.endswith("@loc")
                    and (all(_vague(r) for r in found) or found[-1].head < args.predicate)
                )
                if found and not scene:
                    return self._with_included(self._with_listed(found, args))
                vague = vague or found
            if not vague and path == "object" and self._unnamed_ground(args):
                return self._places(("@loc",), args, strict)
        return self._with_listed(vague, args) if vague else []

    def _with_listed(self, found: list[PlaceReading], args: Arguments) -> list[PlaceReading]:
        """The places, with the others of the list of phrases that one of them stands in."""
        said = {r.head for r in found}
        host = next((h for h in self._hosts(args) if said & {i for p in h.listed for i in (*p.heads, *p.outer)}), None)
        if host is None:
            return found
        nearest: dict[int, PlaceReading] = {}
        for part in host.listed:
            for heads in (part.heads, part.outer):
                places = [r for head in heads for r in self.places.read(head) if self._is_place(r, "@list", False)]
                if any(r.how != "common" for r in places):
                    nearest.update((r.head, r) for r in places)
                    break
        return sorted(nearest.values(), key=lambda r: r.start) or found

    def _with_included(self, found: list[PlaceReading]) -> list[PlaceReading]:
        """ "holds most of A, including B and C": the names behind, wherever the parser hung "including"."""
        tree, last = self.tree, found[-1].head
        k = next((i for i in range(last + 1, min(last + 8, len(tree))) if tree.lower[i] == "including"), None)
        if k is None or any(not tree.tag(i).startswith((",", "POS", "CD", "NN", "JJ")) for i in range(last + 1, k)):
            return found
        heads = [c for h in tree.kids(k, "pobj") for c in tree.conjuncts(h)]
        more = [r for h in heads for r in self.places.read(h) if r.how == "named" and self._is_place(r, "@list", True)]
        return [*found, *(r for r in more if all(r.head != o.head for o in found))]

    @staticmethod
    def _hosts(args: Arguments) -> list[Arguments]:
        """The predicate, and the verb that it denies the success of ("attacked near A; near B but did not advance")."""
        return [args, *(Arguments(args.tree, v) for v in args.follow("verb"))]

    def _unnamed_ground(self, args: Arguments) -> bool:
        """ "several villages in A" with "in" hung on the verb: the object is ground without a name."""
        readings = [r for head in args.object for r in self.places.read(head)]
        return bool(readings) and all(r.how == "common" and r.kind != "natural" for r in readings)

    @staticmethod
    def _layers(path: str, args: Arguments) -> Iterable[list[int]]:
        first, _, rest = path.rpartition("/")
        if rest != "@loc":
            return [args.follow(path)]
        hosts = [args] if not first else [Arguments(args.tree, h) for h in args.follow(first)]
        return [heads for host in hosts for heads in host.locations()]

    def _is_place(self, reading: PlaceReading, path: str, strict: bool) -> bool:
        head = reading.head
        if reading.how == "pronoun":
            return reading.word not in ("they", "both") or path in ("object", "surface")
        if self._seat(head, path):
            return True
        mention = self.s.names.mention_of.get(head)
        if mention is not None and not mention.modifier and (not mention.weak or mention.kind == "demonym"):
            return reading.kind in ("facility",) and self.tree.lemma[head] == reading.word
        words = set(fold(reading.text).split())
        if (
            reading.how == "named"
            and reading.kind == ""
            and (
                (words & NOT_PLACES) - {"sheikh"}
                or words & self.s.lexicon.words("armed_name_words")
                or fold(reading.text) in self.s.article.armed
                or fold(reading.text) in self.s.article.persons
                or fold(reading.text) in self.s.article.unarmed
            )
        ):
            return False
        if reading.how == "common" and strict:
            return reading.kind in ("settlement", "facility") and self.tree.tag(head) == "NNS"
        return not (strict and reading.how == "named" and self.tree.tag(head) == "JJ")

    def _seat(self, head: int, path: str) -> bool:
        """ "the Northern Command in A fell": a command that has a seat is one."""
        seated = any(self.tree.lower[k] in ("in", "at") for k in self.tree.kids(head, "prep"))
        return path in ("surface", "object") and self.tree.lower[head] == "command" and seated

    def _in_full(self, args: Arguments) -> bool:
        """ "full control of A", "completely under the control", "fully captured": all of it."""
        tree = self.tree
        how = {tree.lower[k] for k in tree.kids(args.predicate, "advmod")}
        held = [h for h in (*args.object, *(t for _, t in args.preps)) if tree.lemma[h] in ("control", "hand")]
        near = {tree.lower[m] for h in held for m in self.s.modifiers(h)}
        over = {tree.lower[k] for h in held for k in tree.kids(tree.head(h), "advmod")}
        return bool(near & {"full", "complete", "total"}) or bool(
            (how | over) & {"fully", "completely", "entirely", "totally"}
        )

    def _frame(self, rule: Rule, args: Arguments, roles: Mapping[str, list[ActorReading | PlaceReading]]) -> Frame:
        actors = [r for r in roles.get("actor", []) if isinstance(r, ActorReading)]
        actors = [r for r in actors if not (r.how == "bare" and self.s.lexicon.has("ordnance_heads", r.word))]
        actors += [r for r in roles.get("companion", []) if isinstance(r, ActorReading) and not r.weak]
        itself = {r.head for r in roles.get("place", []) if r.word == "its"}
        actors = [r for r in actors if r.head not in itself]
        grounds = ("origin", "place", "also") if rule.type != "ReinforcementReported" else ("place", "also")
        places = [r for role in grounds for r in roles.get(role, []) if isinstance(r, PlaceReading)]
        if rule.type in ("ControlTaken", "ControlAsserted") and self._in_full(args):
            places = [r if r.extent or r.area else replace(r, extent="whole") for r in places]
        ground = {r.head for r in places}
        others = [
            r
            for r in roles.get("counterparty", [])
            if isinstance(r, ActorReading)
            and not (r.weak and (r.head in ground or self.tree.dep(r.head) in ("compound", "poss")))
        ]
        heads = {r.head for r in actors} | {r.head for r in places if r.word in ("it", "its")}
        places = [r for r in places if r.word not in ("them", "they") or all(o.head != r.head for o in others)]
        return Frame(rule, args.predicate, actors, [r for r in others if r.head not in heads], places, args)
