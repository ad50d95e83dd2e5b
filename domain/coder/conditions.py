"""Named tests that a rule may ask of a match, beyond what its fields can say. Each is a pure question of grammar."""

from collections.abc import Callable, Mapping

from domain.coder.arguments import Arguments
from domain.coder.clause_marks import governing_verb, under_circumstance
from domain.coder.phrases import Sentence
from domain.coder.readings import ActorReading, PlaceReading

Roles = Mapping[str, list[ActorReading | PlaceReading]]
Test = Callable[[Sentence, Arguments, Roles], bool]

_BACKGROUND = frozenset(
    ("back", "support", "help", "follow", "avoid", "prevent", "investigate", "mourn", "commemorate")
)
_FRESH = frozenset(("fresh", "additional", "new", "more", "extra", "further", "another"))
_OPENED_WITH = ("begin", "start", "open", "respond", "answer", "retaliate", "react")


def _lasting(s: Sentence, args: Arguments, roles: Roles) -> bool:
    """A state: present tense, or "since" in the clause."""
    since = any(s.tree.lower[i] in ("since", "still") for i in s.tree.subtree(args.predicate))
    kept = s.tree.dep(args.predicate) == "xcomp" and s.tree.lemma[s.tree.head(args.predicate)] in ("continue", "remain")
    present = (
        kept
        or s.tree.tag(args.predicate) in ("VBZ", "VBP")
        or any(s.tree.lower[k] in ("is", "are") for k in s.tree.kids(args.predicate, "auxpass"))
    )
    return since or present


def _told(s: Sentence, args: Arguments, roles: Roles) -> bool:
    """The noun is told as something that happened, not a mere circumstance ("after heavy fighting", "backed by")."""
    i = args.predicate
    if s.tree.lower[s.tree.head(i)] == "of" and s.tree.lemma[s.tree.head(s.tree.head(i))] in (
        "number",
        "total",
        "tally",
    ):
        return False
    if under_circumstance(s.tree, i) and not s.tree.kids(i, "poss"):
        prep = s.tree.head(i)
        if s.tree.lower[prep] == "with" and s.tree.lemma[s.tree.head(prep)] in _OPENED_WITH:
            return True
        return s.tree.lower[prep] in ("of", "from", "to") and not s.tree.is_verb(s.tree.head(prep))
    verb = governing_verb(s.tree, i)
    return verb is None or s.tree.lemma[verb] not in _BACKGROUND


def _own_movement(s: Sentence, args: Arguments, roles: Roles) -> bool:
    """The subject itself moves: there is no object that is moved."""
    return args.passive is False and not s.tree.kids(args.predicate, "dobj")


def _own_fresh(s: Sentence, args: Arguments, roles: Roles) -> bool:
    """What is sent is a force, and it is a reinforcement: called fresh or more, or sent without an origin named."""
    state = args.passive and any(s.tree.lower[k] in ("is", "are") for k in s.tree.kids(args.predicate, "auxpass"))
    if state and s.tree.lemma[args.predicate] == "deploy" and not args.follow("to"):
        return False
    own = [r for r in roles.get("own", []) if isinstance(r, ActorReading)]
    fresh = any(r.fresh for r in own) or any(_is_fresh(s, r.head) for r in own) or _as_reinforcement(s, args)
    return (bool(own) or _as_reinforcement(s, args)) and (fresh or not roles.get("origin"))


def _as_reinforcement(s: Sentence, args: Arguments) -> bool:
    """ "sent two hundred men to A as reinforcements"."""
    return any(s.tree.lemma[h] == "reinforcement" for h in args.follow("as"))


def _is_fresh(s: Sentence, head: int) -> bool:
    words = {s.tree.lower[m] for m in s.modifiers(head)}
    return s.tree.lemma[head] == "reinforcement" or bool(words & _FRESH)


def _fresh_subject(s: Sentence, args: Arguments, roles: Roles) -> bool:
    """The subject is called reinforcements, or fresh."""
    heads = args.surface
    return any(_is_fresh(s, h) or s.tree.lemma[h] == "reinforcement" or _of_reinforcements(s, h) for h in heads)


def _of_reinforcements(s: Sentence, head: int) -> bool:
    return any(s.tree.lemma[i] == "reinforcement" for i in s.tree.subtree(head))


def _own_moved(s: Sentence, args: Arguments, roles: Roles) -> bool:
    """A force moves itself or is moved; something else moved is no redeployment."""
    heads = args.object
    if not heads:
        return s.tree.lemma[args.predicate] not in ("send", "fly", "dispatch", "ferry", "transport", "divert")
    return bool(roles.get("own")) and (
        bool(roles.get("origin")) or s.tree.lemma[args.predicate] not in ("send", "fly", "dispatch", "airlift")
    )


def _merely_there(s: Sentence, args: Arguments, roles: Roles) -> bool:
    """ "are in A", "remain in A": no complement says what else they are; a bare "is" needs its preposition close by."""
    i = args.predicate
    noun = s.tree.head(i)
    if (
        s.tree.dep(i) == "acl"
        and s.tree.dep(noun) == "nsubj"
        and s.lexicon.has("reporting_verbs", s.tree.lemma[s.tree.head(noun)])
    ):
        return False
    said = [k for k in s.tree.kids(i, "attr", "acomp", "dobj") if s.tree.lower[k] not in ("present", "active")]
    if said or s.tree.kids(i, "expl") or s.tree.dep(i) in ("aux", "auxpass"):
        return s.tree.lemma[i] == "have" and bool(s.tree.kids(i, "dobj"))
    actors = [r for r in roles.get("actor", []) if isinstance(r, ActorReading)]
    return any(not r.weak for r in actors)


def _at_rest(s: Sentence, args: Arguments, roles: Roles) -> bool:
    """Stationed, dug in, holding out: a passive or participle, or a verb with its particle."""
    i, lemma = args.predicate, s.tree.lemma[args.predicate]
    if lemma in ("hold", "cling", "dig", "hole"):
        return bool(args.particles & {"out", "on", "in", "up"}) and not s.tree.kids(i, "dobj")
    if lemma in ("maintain", "defend"):
        return False
    return args.passive or (s.tree.tag(i) in ("VBN", "VBG") and not s.tree.kids(i, "dobj"))


def _at_rest_object(s: Sentence, args: Arguments, roles: Roles) -> bool:
    """ "hold positions", "have forces in": taking a base or checkpoint is another matter."""
    lemma = s.tree.lemma[args.predicate]
    objects = {s.tree.lemma[o] for o in args.object}
    if lemma in ("take", "occupy", "man"):
        return bool(objects & {"position", "checkpoint"}) and not args.passive
    if lemma in ("have", "keep", "maintain", "retain", "hold", "establish"):
        return not args.passive
    return bool(objects & {"presence", "position", "foothold", "deployment"})


def _two_sided(s: Sentence, args: Arguments, roles: Roles) -> bool:
    """Two sides are named, or one plural one that fights within itself or whose enemy is unnamed."""
    actors = roles.get("actor", [])
    if len(actors) >= 2:
        return True
    if not actors:
        return False
    rival = any(s.tree.lower[m] in ("rival", "warring", "opposing", "competing") for m in s.modifiers(actors[0].head))
    both = isinstance(actors[0], ActorReading) and actors[0].word in ("side", "party")
    return rival or both or actors[0].how == "pronoun"


def _aimed(s: Sentence, args: Arguments, roles: Roles) -> bool:
    """An attack aims at an armed target or a place; a thing or person as its only object is no attack on a place."""
    if (
        args.verbal
        and args.object
        and s.tree.lemma[args.predicate] not in ("fire", "launch", "drop", "lob", "hurl", "carry", "conduct", "open")
    ):
        objects = set(args.object)
        hit = {r.head for role in ("place", "counterparty") for r in roles.get(role, [])}
        if objects & hit:
            return True
        return bool(roles.get("place")) and bool(roles.get("actor"))
    if args.verbal and args.object and not roles.get("place"):
        return False
    if args.verbal and not args.object and not roles.get("place"):
        return s.tree.lemma[args.predicate] in ("attack", "counterattack", "counter-attack", "strike", "ambush")
    return True


def _goes_there(s: Sentence, args: Arguments, roles: Roles) -> bool:
    """What a movement is directed at is the place itself ("advanced towards a deal in A" goes nowhere)."""
    directed = [
        h for p in ("on", "into", "to", "towards", "toward", "onto") for h in args.follow(p) if h not in s.names.timed
    ]
    places = {r.head for r in roles.get("place", [])}
    if not directed or places & set(directed):
        return True
    inside = {i for h in directed for i in s.tree.subtree(h)}
    vague = all(
        s.lexicon.has("unit_words", s.tree.lower[h]) or s.lexicon.has("outskirts_words", s.tree.lower[h])
        for h in directed
    )
    return vague or (
        bool(places & inside) and all(s.tree.lemma[h] not in ("deal", "agreement", "goal", "title") for h in directed)
    )


def _waged(s: Sentence, args: Arguments, roles: Roles) -> bool:
    """An operation has a place, a target or a name."""
    named = any(i in s.names.run_of and s.tree.lower[i] == "operation" for i in range(len(s.tree)))
    return bool(roles.get("place")) or bool(roles.get("counterparty")) or named


def _named_operation(s: Sentence, args: Arguments, roles: Roles) -> bool:
    """The object is a named operation."""
    return any(operation_name(s, o) for o in args.object)


def operation_name(s: Sentence, head: int) -> str | None:
    """ "Operation Dawn of Freedom" where the phrase of this head holds such a name."""
    tree = s.tree
    inside = [
        i
        for i in tree.subtree(head)
        if tree.lower[i] in ("operation", "operations") and tree.tokens[i].text[:1].isupper()
    ]
    if not inside:
        return None
    first = last = inside[0]
    for i in range(first + 1, len(tree)):
        capital = tree.tokens[i].text[:1].isupper() or tree.tokens[i].text.isdigit()
        joint = (
            tree.lower[i] in ("of", "the", "-", "'s", "’s", "al", "and")
            and i + 1 < len(tree)
            and tree.tokens[i + 1].text[:1].isupper()
        )
        if (not capital and not joint) or i in s.names.timed:
            break
        last = i
    return tree.words(first, last) if last > first else None


def _begun(s: Sentence, args: Arguments, roles: Roles) -> bool:
    """The noun is the subject of a verb of beginning."""
    verb = s.tree.head(args.predicate)
    return s.tree.dep(args.predicate) in ("nsubj", "nsubjpass") and s.tree.lemma[verb] in (
        "begin",
        "start",
        "open",
        "launch",
        "commence",
        "resume",
    )


def _to_truce(s: Sentence, args: Arguments, roles: Roles) -> bool:
    """ "agreed to a truce", "agreed on a ceasefire"."""
    heads = args.prepositional(("to", "on"))
    return any(
        s.tree.lemma[h] in ("ceasefire", "fire", "truce", "armistice", "cessation", "pause", "cease-fire")
        for h in heads
    )


def _under_siege(s: Sentence, args: Arguments, roles: Roles) -> bool:
    return any(s.tree.lemma[h] in ("siege", "blockade") for h in args.follow("under"))


def _ground_falls(s: Sentence, args: Arguments, roles: Roles) -> bool:
    """ "A fell": the subject is a place, and nothing says where or how far it fell."""
    places = [r for r in roles.get("place", []) if isinstance(r, PlaceReading)]
    return (bool(places) and not s.tree.kids(args.predicate, "dobj", "npadvmod", "prt")) or (
        bool(places) and not s.tree.kids(args.predicate, "dobj", "prt")
    )


def _force_noun(s: Sentence, args: Arguments, roles: Roles) -> bool:
    """A withdrawal without its force named needs a clear place that it left; "of the lake" names no force."""
    known = {r.head for role in ("actor", "place") for r in roles.get(role, [])}
    if not roles.get("actor") and (gone := args.follow("of")) and not set(gone) & known:
        return False
    return bool(roles.get("actor")) or any(
        isinstance(r, PlaceReading) and r.how in ("named", "definite") for r in roles.get("place", [])
    )


def _of_ground(s: Sentence, args: Arguments, roles: Roles) -> bool:
    """Ground is given up: a place, or "control" by itself."""
    return bool(roles.get("place")) or any(s.tree.lemma[o] in ("control", "ground", "territory") for o in args.object)


def _not_merely_given(s: Sentence, args: Arguments, roles: Roles) -> bool:
    """ "gave the coalition a base" is no transfer: with "give" the ground is the object, its receiver under "to"."""
    if s.tree.lemma[args.predicate] not in ("give", "return", "pass", "deliver", "leave"):
        return True
    objects = set(args.object)
    return bool(args.follow("to") or args.follow("back to")) and any(
        isinstance(r, PlaceReading) and (r.head in objects or s.tree.lemma[o] == "control")
        for r in roles.get("place", [])
        for o in objects
    )


def _one_loss(s: Sentence, args: Arguments, roles: Roles) -> bool:
    """ "Its loss", of what was just named; "its losses" are men's."""
    return s.tree.tag(args.predicate) == "NN"


def _not_fire_control(s: Sentence, args: Arguments, roles: Roles) -> bool:
    """ "under army fire control": within reach of guns is not held."""
    low = s.tree.lower
    return not any(low[i] == "fire" and low[i + 1] == "control" for i in range(len(low) - 1))


def _leaves(s: Sentence, args: Arguments, roles: Roles) -> bool:
    """Someone leaves by himself, and from where is named or follows from what came before."""
    if s.tree.kids(args.predicate, "dobj") and not args.passive:
        measured = all(s.lexicon.has("unit_words", s.tree.lower[o]) for o in s.tree.kids(args.predicate, "dobj"))
        return measured and bool(roles.get("place"))
    return bool(roles.get("place")) or not args.preps or not {k for k, _ in args.preps} & {"from", "out of"}


def _breaks_out(s: Sentence, args: Arguments, roles: Roles) -> bool:
    """Fighting is told as such: it broke out, rages, goes on; or there is fighting."""
    verb = s.tree.head(args.predicate)
    if s.tree.dep(args.predicate) == "attr" and s.tree.kids(verb, "expl"):
        return True
    return s.tree.dep(args.predicate) in ("nsubj", "nsubjpass") and s.tree.lemma[verb] in _ERUPTS


def _in_force(s: Sentence, args: Arguments, roles: Roles) -> bool:
    """The truce came into force, took effect, began or holds."""
    verb = s.tree.head(args.predicate)
    if s.tree.dep(args.predicate) not in ("nsubj", "nsubjpass") or not s.tree.is_verb(verb):
        return False
    told = {s.tree.lower[i] for i in s.tree.subtree(verb)}
    lemma = s.tree.lemma[verb]
    return lemma in ("begin", "start") or (
        lemma in ("come", "take", "enter", "go", "be") and bool(told & {"force", "effect"})
    )


_ERUPTS = frozenset(
    [
        "break",
        "erupt",
        "rage",
        "flare",
        "continue",
        "resume",
        "intensify",
        "ensue",
        "occur",
        "report",
        "start",
        "begin",
        "spread",
        "escalate",
        "go",
        "leave",
        "kill",
        "wound",
        "injure",
        "displace",
        "claim",
    ]
)


def _negated(s: Sentence, args: Arguments, roles: Roles) -> bool:
    """The verb itself is negated."""
    return bool(s.tree.kids(args.predicate, "neg"))


def _once(s: Sentence, args: Arguments, roles: Roles) -> bool:
    """A single deed of the simple past, no running total: "launched a counter-attack"."""
    return s.tree.tag(args.predicate) == "VBD" and all(s.tree.tag(o) == "NN" for o in args.object)


def _ordnance(s: Sentence, args: Arguments, roles: Roles) -> bool:
    """What lands or falls is fired at a place: shells, rockets, drones."""
    fired = [h for h in args.surface if s.lexicon.has("ordnance_heads", s.tree.lemma[h])]
    return any(s.tree.lemma[h] != "round" or _of_guns(s, h) for h in fired)


def _of_guns(s: Sentence, head: int) -> bool:
    """ "mortar rounds": rounds alone may be of talks."""
    return any(s.lexicon.has("equipment_heads", s.tree.lemma[m]) for m in s.modifiers(head))


TESTS: Mapping[str, Test] = {
    "lasting": _lasting,
    "told": _told,
    "own_movement": _own_movement,
    "own_fresh": _own_fresh,
    "fresh_subject": _fresh_subject,
    "own_moved": _own_moved,
    "merely_there": _merely_there,
    "at_rest": _at_rest,
    "at_rest_object": _at_rest_object,
    "two_sided": _two_sided,
    "aimed": _aimed,
    "waged": _waged,
    "named_operation": _named_operation,
    "begun": _begun,
    "to_truce": _to_truce,
    "under_siege": _under_siege,
    "ground_falls": _ground_falls,
    "force_noun": _force_noun,
    "of_ground": _of_ground,
    "breaks_out": _breaks_out,
    "goes_there": _goes_there,
    "in_force": _in_force,
    "not_merely_given": _not_merely_given,
    "leaves": _leaves,
    "not_fire_control": _not_fire_control,
    "one_loss": _one_loss,
    "negated": _negated,
    "once": _once,
    "ordnance": _ordnance,
}
