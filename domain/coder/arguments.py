"""Who does what to whom: a predicate's arguments by grammatical position, the passive and gaps undone."""

from collections.abc import Iterator
from functools import cached_property

from domain.coder.place_lists import Part, listed_places
from domain.coder.tree import Tree

_RELATIVES = ("WDT", "WP", "WP$", "WRB")
_SUBJECTS = ("nsubj", "nsubjpass", "csubj", "csubjpass")
_CLAUSE = ("xcomp", "advcl", "ccomp", "pcomp", "dep")
LOCATIVES = frozenset(
    [
        "in",
        "at",
        "near",
        "on",
        "around",
        "inside",
        "outside",
        "along",
        "across",
        "within",
        "over",
        "throughout",
        "through",
        "beside",
        "behind",
        "beyond",
        "opposite",
        "by",
        "for",
        "against",
        "between",
        "towards",
        "toward",
        "into",
        "onto",
        "from",
        "below",
        "above",
    ]
)
"""Prepositions that may name where something happens; `@loc` in a rule stands for the narrower set `AT`."""
AT = (
    "in",
    "at",
    "near",
    "around",
    "inside",
    "outside",
    "along",
    "across",
    "within",
    "throughout",
    "on",
    "through",
    "north of",
    "south of",
    "east of",
    "west of",
    "northeast of",
    "northwest of",
    "southeast of",
    "southwest of",
    "close to",
    "just outside",
    "north-east of",
    "north-west of",
    "south-east of",
    "south-west of",
    "over",
    "beside",
)


_RESOLVES = frozenset(("plan", "intention", "intent", "promise", "pledge", "vow", "aim", "decision", "readiness"))
"""Nouns whose infinitive is done by whoever has them: "it has no plans to withdraw"."""
_MAKES_OTHERS_ACT = frozenset(
    ("force", "compel", "oblige", "allow", "enable", "order", "cause", "lead", "prompt", "help", "permit", 
     "push", "pressure", "tell", "ask", "urge", "let")
)  # fmt: skip
"""Verbs whose infinitive is done by their object: "forcing X to withdraw"."""
_ACCUSES = frozenset(("accuse", "credit", "blame", "suspect", "charge", "fault"))
_COMPASS = frozenset(
    ("north", "south", "east", "west", "northeast", "northwest", "southeast", "southwest", "immediately", "further")
)


class Arguments:
    """The arguments of one verb or noun. All answers are token indices of phrase heads, coordination spread out."""

    def __init__(self, tree: Tree, predicate: int) -> None:
        self.tree, self.predicate = tree, predicate
        self.verbal = tree.is_verb(predicate)
        self._followed: dict[str, list[int]] = {}

    # --- voice and subject ------------------------------------------------------------------------------------------

    @cached_property
    def passive(self) -> bool:
        """Whether the predicate is a passive, a bare participle after its noun included."""
        tree, v = self.tree, self.predicate
        if not self.verbal and tree.dep(v) in ("attr", "appos", "acl", "acomp"):
            return True
        if tree.dep(v) == "acl" and tree.kids(tree.head(v), "mark") and not tree.kids(v, "agent"):
            return False
        if tree.kids(v, "nsubjpass") and not tree.kids(v, "auxpass", "agent", "aux") and tree.tag(v) == "VBD":
            return False
        if tree.kids(v, "auxpass", "nsubjpass") or any(tree.lower[k] in ("being", "been") for k in tree.kids(v, "aux")):
            return bool(tree.kids(v, "auxpass", "nsubjpass"))
        if tree.tag(v) not in ("VBN", "VBD"):
            return False
        if tree.dep(v) == "acl" and tree.dep(tree.head(v)) == "ROOT" and not self._finite():
            return bool(tree.kids(v, "agent"))
        if tree.dep(v) in ("acl", "advcl") and tree.tag(v) == "VBN":
            return not tree.kids(v, "aux", "nsubj", "dobj") or bool(tree.kids(v, "agent"))
        if tree.dep(v) == "conj" and tree.tag(v) == "VBN" and not tree.kids(v, "nsubj", "aux", "dobj"):
            return Arguments(tree, tree.first_conjunct(v)).passive if tree.is_verb(tree.first_conjunct(v)) else False
        return bool(tree.kids(v, "agent"))

    def _finite(self) -> bool:
        """Whether the sentence has a finite verb; without one its participle is it ("Forces attacked near A; ...")."""
        return any(tag in ("VBD", "VBZ", "VBP", "MD") for tag in map(self.tree.tag, range(len(self.tree))))

    @cached_property
    def surface(self) -> list[int]:
        """The written subject, through coordination, control and relative clauses."""
        return self._spread(self._surface_heads())

    def _surface_heads(self) -> list[int]:
        tree, v, seen = self.tree, self.predicate, set[int]()
        while v not in seen:
            seen.add(v)
            hosts = (v, *tree.kids(v, "aux", "auxpass"))
            own = [k for h in hosts for k in tree.kids(h, *_SUBJECTS) if tree.tag(k) != "EX"]
            if not own and tree.dep(v) == "attr":
                own = tree.kids(tree.head(v), *_SUBJECTS)
            if not own:
                own = [k for m in tree.kids(v, "mark") for k in tree.kids(m, "pobj") if k < v]
            if own:
                return [self._antecedent(own[0], v)]
            parent, dep = tree.head(v), tree.dep(v)
            if dep == "acl" and tree.tag(v) == "VB" and (owners := tree.kids(parent, "poss")):
                return owners
            if (
                dep == "acl"
                and tree.tag(v) == "VB"
                and tree.lemma[parent] in _RESOLVES
                and tree.is_verb(tree.head(parent))
            ):
                v = tree.head(parent)
                continue
            if dep == "acl" or (dep == "appos" and tree.kids(v, "agent")):
                return [parent]
            if dep == "relcl" and not own:
                return [parent]
            if dep == "pcomp" and not tree.is_verb(parent):
                parent = tree.head(parent)
                if accused := self._accused(parent):
                    return accused
            if dep in ("acomp", "oprd") and tree.is_verb(parent):
                v = parent
                continue
            if dep in ("xcomp", "ccomp", "advcl") and tree.lemma[parent] in _MAKES_OTHERS_ACT and self._infinitive(v):
                if Arguments(tree, parent).passive:
                    return Arguments(tree, parent)._surface_heads()
                if moved := tree.kids(parent, "dobj"):
                    return moved[-1:]
            if dep == "conj" and tree.is_verb(parent) and (lost := self._lost_subject(v, parent)):
                return lost
            if dep in ("conj", *_CLAUSE) and (tree.is_verb(parent) or tree.tag(parent).startswith("JJ")):
                v = parent
                continue
            if dep == "pcomp" and tree.is_noun(parent):
                verb = next((a for a in tree.ancestors(parent) if tree.is_verb(a)), None)
                if verb is not None:
                    v = verb
                    continue
            if dep in ("conj", *_CLAUSE) and tree.is_noun(parent) and dep != "conj":
                return [parent]
            return self._left_noun()
        return []

    def _lost_subject(self, v: int, parent: int) -> list[int]:
        """ "X took A and B's men in the town fled": nothing joins "fled" to "took", so what follows "and" did it."""
        tree, k = self.tree, v - 1
        while k > parent and (tree.tag(k) in ("RB", "MD", "TO") or tree.dep(k) in ("aux", "auxpass", "neg")):
            k -= 1
        if k <= parent or tree.tag(v) not in ("VBD", "VBZ", "VBP") or not (tree.is_noun(k) or tree.tag(k) == "CD"):
            return []
        joint = next((j for j in range(k, parent, -1) if tree.lower[j] in ("and", "but", ";")), None)
        if joint is None or any(tree.is_verb(j) or tree.lower[j] == "," for j in range(joint + 1, k)):
            return []
        return next(([j] for j in range(joint + 1, k + 1) if tree.is_noun(j) and not joint < tree.head(j) <= k), [])

    def _accused(self, host: int) -> list[int]:
        """ "accused X of seizing A", "credited X with seizing A": X did it."""
        tree = self.tree
        if tree.is_verb(host) and tree.lemma[host] in _ACCUSES:
            args = Arguments(tree, host)
            return args._surface_heads() if args.passive else tree.kids(host, "dobj")[-1:]
        above = tree.head(host)
        if tree.dep(host) == "dobj" and tree.lemma[above] in _ACCUSES:
            return [host]
        return []

    def _infinitive(self, v: int) -> bool:
        return any(self.tree.lower[k] == "to" for k in self.tree.kids(v, "aux"))

    def _left_noun(self) -> list[int]:
        """The noun right before a finite verb whose subject the parser lost, with what is coordinated before it."""
        tree, i = self.tree, self.predicate - 1
        if tree.tag(self.predicate) not in ("VBD", "VBZ", "VBP"):
            return []
        while i >= 0 and tree.tag(i) in ("RB", "MD", "VBD", "VBZ", "VBP") and i > self.predicate - 4:
            i -= 1
        if i < 0 or not tree.is_noun(i):
            return []
        for a in (i, *tree.ancestors(i)):
            inside = tree.subtree(a)
            if tree.dep(a) == "appos" and inside[-1] == i and inside[0] and tree.lower[inside[0] - 1] == ",":
                return [a]
        found = [i]
        while tree.dep(i) == "conj" and "," not in tree.lower[tree.head(i) : i] and tree.is_noun(tree.head(i)):
            i = tree.head(i)
            found.insert(0, i)
        return found

    def _antecedent(self, i: int, verb: int) -> int:
        """What a relative pronoun stands for; any other token stands for itself."""
        tree = self.tree
        if tree.tag(i) not in _RELATIVES and not (tree.lower[i] == "that" and tree.tag(i) == "IN"):
            return i
        for clause in (verb, *tree.ancestors(verb)):
            if tree.dep(clause) == "relcl":
                return tree.head(clause)
        return i

    @cached_property
    def subject(self) -> list[int]:
        """The deep subject: a passive's agent, else the written subject."""
        return self.agent if self.passive else self.surface

    @cached_property
    def agent(self) -> list[int]:
        """The by-phrase, only of a passive."""
        if not self.passive:
            return []
        by = [
            k
            for k in self.tree.subtree(self.predicate)
            if self.tree.lower[k] == "by" and self.tree.dep(k) in ("agent", "prep")
        ]
        near = [k for k in by if not any(self.tree.is_verb(a) for a in self._between(k, self.predicate))]
        direct = [p for k in self.tree.kids(self.predicate, "agent") or near for p in self.tree.kids(k, "pobj")]
        if not direct and self.tree.dep(self.predicate) == "conj":
            return []
        return self._spread(direct or self._prep_heads("by"))

    @cached_property
    def object(self) -> list[int]:
        """The deep object: a passive's written subject, else the direct object, else the gap of a relative clause."""
        tree, v = self.tree, self.predicate
        if self.passive:
            return self.surface
        own = tree.kids(v, "dobj", "attr", "oprd") or self._stray_object()
        if own:
            own = [k for k in own if k > v] or own
            own = [*self._named_before(own[0]), *self._beside_compass(own[0]), *own]
            return self._spread([self._antecedent(k, v) for k in own[:1]])
        if tree.dep(v) == "relcl" and tree.kids(v, "nsubj") and not self._fronted():
            return [tree.head(v)]
        return self._shared_object()

    def _beside_compass(self, k: int) -> list[int]:
        """ "conducted a counterattack southwest of A": the noun that the parser hung before the compass word."""
        tree = self.tree
        if not tree.lower[k].endswith(("west", "east", "north", "south")):
            return []
        return [m for m in tree.kids(k, "compound", "nmod") if m == k - 1 and not tree.is_proper(m)]

    def _named_before(self, k: int) -> list[int]:
        """ "took A and B's soldiers ...": a name before "and" that the parser made a modifier of what follows."""
        tree, v = self.tree, self.predicate
        return [
            m
            for m in tree.kids(k, "nmod")
            if v < m < k - 2 and tree.tokens[m].text[:1].isupper() and tree.lower[m + 1] == "and"
        ][-1:]

    def _stray_object(self) -> list[int]:
        """An object that the parser hung elsewhere: a noun right behind the verb, labelled `dep` or as a clause's."""
        tree, v = self.tree, self.predicate
        if v + 1 < len(tree) and tree.lower[v + 1] in ("it", "them") and not tree.is_verb(tree.head(v + 1)):
            return [v + 1]
        if v + 1 < len(tree) and self._name_taken_away(v + 1):
            return [v + 1]
        return [
            k
            for k in tree.kids(v, "dep", "nmod", "pobj", "npadvmod", "advmod")
            if k > v and tree.is_proper(k) and k <= v + 4
        ][:1]

    def _name_taken_away(self, k: int) -> bool:
        """A name right behind the verb, read as an adverb or as the next subject ("If they seize A, B ...")."""
        tree, v = self.tree, self.predicate
        if not tree.tokens[k].text[:1].isupper() or self.passive:
            return False
        if tree.head(k) == v:
            return tree.dep(k) == "advmod" and tree.tag(k) == "RB"
        return tree.dep(k) == "nsubj" and tree.dep(v) == "advcl" and tree.lower[k + 1 : k + 2] == (",",)

    def _shared_object(self) -> list[int]:
        """ "seized and then lost the town": the object of a later conjunct."""
        tree, v = self.tree, self.predicate
        later = [c for c in tree.kids(v, "conj") if tree.is_verb(c) and c == v + 2]
        return self._spread([o for c in later for o in tree.kids(c, "dobj")])

    def _fronted(self) -> bool:
        """Whether a relative pronoun already fills some place of the clause other than the subject."""
        tree, v = self.tree, self.predicate
        return any(
            tree.tag(t) in _RELATIVES for t in tree.subtree(v) if t < v and tree.dep(t) in ("pobj", "advmod", "poss")
        )

    # --- prepositions -----------------------------------------------------------------------------------------------

    @cached_property
    def preps(self) -> list[tuple[str, int]]:
        """(preposition, phrase head) below the predicate; compound ones ("out of") under each of their names."""
        return list(self._preps_of(self.predicate))

    @cached_property
    def near_preps(self) -> list[tuple[str, int]]:
        """The same, hung on the object or the subject by the parser: asked only when the predicate has none."""
        heads = [*self.object, *(self.surface if self.passive else [])] if self.verbal else []
        return [pair for head in heads for pair in self._preps_of(head)]

    def _preps_of(self, i: int) -> Iterator[tuple[str, int]]:
        tree = self.tree
        for k in tree.kids(i, "dobj", "appos", "dep", "nmod"):
            if k > i and tree.lower[k].endswith(("west", "east", "north", "south")):
                for of in tree.kids(k, "prep"):
                    name = f"{tree.lower[k]} of" if tree.lower[of] == "of" else tree.lower[of]
                    yield from ((name, target) for target in tree.kids(of, "pobj"))
        for k in tree.kids(i, "acomp"):
            if tree.lower[k] in ("present", "active"):
                yield from self._preps_of(k)
        waiting = [
            (k, "") for k in tree.kids(i, "prep", "prt", "advmod", "agent", "dative", "prepadv", "npadvmod", "advcl")
        ]
        steps = 0
        while waiting and steps < 60:
            steps += 1
            k, before = waiting.pop(0)
            if tree.is_verb(k) and tree.lower[k] not in ("including", "following", "according"):
                continue
            if tree.dep(k) == "npadvmod" and not tree.kids(k, "prep", "advmod"):
                continue
            key = f"{before} {tree.lower[k]}".strip()
            names = [tree.lower[k]] + ([key] if before else [])
            marker = self._particle_before(i, k)
            if marker:
                names.append(f"{marker} {tree.lower[k]}")
            if tree.dep(k) == "dative" and tree.is_noun(k):
                yield "dative", k
            for target in tree.kids(k, "pobj", "pcomp"):
                if tree.tag(target) in _RELATIVES:
                    target = self._antecedent(target, i)
                if not tree.is_verb(target):
                    for name in names:
                        yield name, target
                    if tree.lower[k] in ("to", "within") and tree.lower[target] in ("within",):
                        waiting.append((target, tree.lower[k]))
            waiting.extend(
                (c, tree.lower[k]) for c in tree.kids(k, "prep") if tree.dep(k) != "npadvmod" or tree.lower[c] == "of"
            )
            waiting.extend((c, "") for c in tree.kids(k, "conj") if tree.tag(c) == "IN" or tree.lower[c] in _COMPASS)

    def _particle_before(self, i: int, prep: int) -> str:
        """The particle or adverb of the predicate right before a preposition."""
        tree = self.tree
        return next((tree.lower[k] for k in tree.kids(i, "prt", "advmod") if k == prep - 1), "")

    def _prep_heads(self, name: str) -> list[int]:
        return [head for key, head in self.preps if key == name]

    @cached_property
    def particles(self) -> set[str]:
        """Particles and adverbs of the predicate: out, back, over, and prepositions left alone."""
        tree = self.tree
        return {tree.lower[k] for k in tree.kids(self.predicate, "prt", "advmod", "prep")}

    @cached_property
    def bare_particles(self) -> set[str]:
        """Those that govern nothing: "took part", "took up", but not "took A on Monday"."""
        tree = self.tree
        kids = tree.kids(self.predicate, "prt", "advmod", "prep", "dobj")
        return {tree.lower[k] for k in kids if tree.dep(k) in ("prt", "advmod") or not tree.kids(k)}

    # --- paths ------------------------------------------------------------------------------------------------------

    def follow(self, path: str) -> list[int]:
        """The phrase heads that a rule's path leads to, e.g. "object", "from", "under/control/of", "@loc"."""
        if path not in self._followed:
            self._followed[path] = self._follow(path)
        return self._followed[path]

    def _follow(self, path: str) -> list[int]:
        steps = path.split("/")
        heads = self._step(self, steps[0])
        for step in steps[1:]:
            if step in _FUNCTIONS or step in _PREPOSITIONS or step.startswith("@"):
                heads = [found for h in heads for found in self._step(Arguments(self.tree, h), step)]
            else:
                heads = [h for h in heads if self.tree.lemma[h] == step or self.tree.lower[h] == step]
        return list(dict.fromkeys(heads))

    def _step(self, at: "Arguments", step: str) -> list[int]:
        tree = at.tree
        if step in ("subject", "object", "surface", "agent"):
            found: list[int] = getattr(at, step)
            return found
        if step == "poss":
            return at._spread(list(tree.kids(at.predicate, "poss")))
        if step in ("amod", "compound"):
            return tree.kids(at.predicate, "compound", "amod", "nmod")
        if step == "deed":
            return at._deed()
        if step == "done_by":
            return [
                h for k in tree.kids(at.predicate, "acl", "relcl") if tree.is_verb(k) for h in Arguments(tree, k).agent
            ]
        if step == "verb":
            return [a for a in list(tree.ancestors(at.predicate))[:3] if tree.is_verb(a)][:1]
        if step == "purpose":
            return [k for k in tree.kids(at.predicate, "advcl", "xcomp", "acl", "relcl") if tree.tag(k) == "VB"]
        if step == "@between":
            return at._between_whom()
        if step == "absolute":
            return at._absolute()
        if step == "@list":
            return [h for part in at.listed for h in (*part.heads, *part.outer)]
        names = AT if step == "@loc" else (step,)
        return at.prepositional(names)

    def _between_whom(self) -> list[int]:
        """ "Fighting erupted around A between X and Y": the parties, wherever the parser hung "between"."""
        tree = self.tree
        verb = next((a for a in tree.ancestors(self.predicate) if tree.is_verb(a)), None)
        for k in range(self.predicate + 1, len(tree)):
            if (tree.is_verb(k) and k != verb) or tree.lower[k] == ";":
                break
            if tree.lower[k] == "between":
                return self._spread(tree.kids(k, "pobj"))
        return []

    def _absolute(self) -> list[int]:
        """ "With A now in rebel hands": the place that the noun is said of."""
        tree, prep = self.tree, self.tree.head(self.predicate)
        above = tree.head(prep)
        if tree.dep(self.predicate) != "pobj" or tree.lower[prep] not in ("in", "under"):
            return []
        if tree.lower[above] == "with":
            return tree.kids(above, "pobj")
        return [above] if tree.dep(above) == "pobj" and tree.lower[tree.head(above)] == "with" else []

    def _deed(self) -> list[int]:
        """ "killed nine people in an attack on A": who did it, told by the verb that the noun hangs on."""
        tree, noun = self.tree, self.predicate
        prep = tree.head(noun)
        if (
            tree.dep(noun) != "pobj"
            or tree.lower[prep] not in ("in", "with", "during")
            or not tree.is_verb(tree.head(prep))
        ):
            return []
        return Arguments(tree, tree.head(prep)).subject

    def prepositional(self, names: tuple[str, ...]) -> list[int]:
        """Heads of the phrases under one of these prepositions: the predicate's own, else those of its arguments."""
        own = [h for key, h in self.preps if key in names]
        own = own or [h for key, h in self.near_preps if key in names]
        return self._spread(own)

    @cached_property
    def prep_names(self) -> set[str]:
        """Every preposition of the predicate or its arguments, compound ones included."""
        return {key for key, _ in self.preps} | {key for key, _ in self.near_preps}

    def locations(self) -> Iterator[list[int]]:
        """Where it happens, layer by layer: the predicate's own phrases, its arguments', those below, a "where"."""
        yield self._spread([h for key, h in self.preps if key in AT] + self._adverbs())
        yield self._spread([h for key, h in self.near_preps if key in AT])
        yield self._spread([h for key, h in self._deep_preps() if key in AT])
        yield self._spread(self._where())

    @cached_property
    def listed(self) -> list[Part]:
        """ "near A; west of B near C; and toward D": the phrases of such a list; [] when it is none."""
        return listed_places(self.tree, self.predicate)

    def _adverbs(self) -> list[int]:
        """ "there" and "here"."""
        return [
            k for k in self.tree.kids(self.predicate, "advmod", "npadvmod") if self.tree.lower[k] in ("there", "here")
        ]

    def _deep_preps(self) -> Iterator[tuple[str, int]]:
        """Prepositions anywhere below the object: "a convoy of rebels near A"."""
        below = [*self.object, *(head for _, head in self.preps)] if self.verbal else [self.predicate]
        for head in dict.fromkeys(below):
            for i in self.tree.subtree(head):
                if (
                    (i != head or head not in self.object)
                    and self.tree.is_noun(i)
                    and not any(self.tree.is_verb(a) for a in self._between(i, head))
                ):
                    yield from self._preps_of(i)

    def _between(self, i: int, top: int) -> list[int]:
        found: list[int] = []
        for a in self.tree.ancestors(i) if i != top else ():
            if a == top:
                break
            found.append(a)
        return found

    def _where(self) -> list[int]:
        """ "A, where X did this": the noun that the clause of "where" hangs on."""
        tree = self.tree
        for i in (self.predicate, *tree.ancestors(self.predicate)):
            if tree.dep(i) in ("relcl", "advcl", "ccomp") and any(
                tree.lower[k] == "where" for k in tree.kids(i, "advmod", "mark")
            ):
                head = tree.head(i)
                return [head] if tree.is_noun(head) else []
            if any(tree.lower[k] == "where" for k in tree.kids(i, "advmod")) and i > 0:
                before = next((k for k in range(tree.subtree(i)[0] - 1, -1, -1) if tree.is_noun(k)), None)
                return [before] if before is not None and tree.dep(i) != "ROOT" else []
        return []

    def _listed(self, i: int) -> list[int]:
        """ "A camp, B camp and C": members of a list that the parser took for appositions."""
        tree = self.tree
        named = tree.tokens[i].text[:1].isupper() or any(
            tree.tokens[k].text[:1].isupper() for k in tree.kids(i, "compound")
        )
        more = [k for k in tree.kids(i, "appos") if named and k > i and tree.lower[k - 1] != "("]
        alike = [
            k
            for k in more
            if (tree.is_proper(k) == tree.is_proper(i) and tree.lemma[k] == tree.lemma[i])
            or (tree.is_proper(k) and tree.kids(k, "conj"))
        ]
        return [c for k in alike for c in tree.conjuncts(k)]

    def _spread(self, heads: list[int]) -> list[int]:
        found: list[int] = []
        for head in heads:
            for c in self.tree.conjuncts(head):
                if c == head or not self.tree.is_verb(c):
                    found += [c, *self._listed(c)]
        return sorted(dict.fromkeys(found))


_FUNCTIONS = frozenset(
    ("absolute", "done_by", "subject", "object", "surface", "agent", "poss", "amod", "compound", "verb", "purpose")
)
_PREPOSITIONS = frozenset(
    (*AT, *LOCATIVES, "of", "to", "with", "by", "from", "out of", "among", "under", "off", "dative", "upon", "per")
)
