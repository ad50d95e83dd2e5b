"""What a clause claims: that something happened, is planned, is denied, hangs on a condition, or nothing codable."""

from domain.coder.clause_marks import ClauseMarks, State

_CLAUSES = ("ccomp", "xcomp", "advcl", "acl", "relcl", "pcomp", "conj", "parataxis", "csubj", "dep")
_ARGUMENTS = ("dobj", "nsubj", "nsubjpass", "pobj", "attr", "compound", "appos", "conj", "nmod", "poss", "dep", "oprd")
_INTENT = frozenset(
    (
        "poised",
        "ready",
        "due",
        "set",
        "bound",
        "prepared",
        "about",
        "going",
        "scheduled",
        "determined",
        "expected",
        "likely",
    )
)
_FICTION = frozenset(
    [
        "film",
        "movie",
        "book",
        "novel",
        "memoir",
        "museum",
        "exhibition",
        "game",
        "play",
        "series",
        "documentary",
        "painting",
        "song",
        "trailer",
    ]
)
_ORDINALS = frozenset(
    (
        "first",
        "second",
        "third",
        "fourth",
        "fifth",
        "sixth",
        "seventh",
        "eighth",
        "ninth",
        "tenth",
        "last",
        "latest",
        "only",
    )
)
_FALSE = frozenset(
    (
        "premature",
        "mistaken",
        "mistake",
        "inaccurate",
        "false",
        "untrue",
        "baseless",
        "fabricated",
        "wrong",
        "incorrect",
        "unfounded",
        "fake",
        "lies",
    )
)


class Modality(ClauseMarks):
    """Reads one sentence's clauses. A method's answer None means: do not code."""

    def of(self, predicate: int) -> str | None:
        """asserted, planned, denied or conditional; None when the words claim no event."""
        state = State()
        i, seen = predicate, set[int]()
        if self._asks(i):
            return None
        self._local(i, state)
        while i not in seen and not state.dropped:
            seen.add(i)
            parent, dep = self.tree.head(i), self.tree.dep(i)
            if parent == i or not self._climb(i, parent, dep, state):
                break
            i = parent
        if self.question and not state.reported:
            return None
        return self._verdict(predicate, state)

    def _verdict(self, predicate: int, state: "State") -> str | None:
        if state.dropped:
            return None
        if state.conditional or self._hangs_on_condition(predicate, state):
            return "conditional"
        if state.possible:
            return None
        if state.negated:
            return "denied"
        return "planned" if state.planned else "asserted"

    def _climb(self, i: int, parent: int, dep: str, state: "State") -> bool:
        """Take what the parent says of the child into the state. False ends the climb."""
        if dep == "relcl" and self.tree.tag(i) == "VB" and self.tree.is_noun(parent):
            return self._under_noun(i, parent, "acl", state)
        if self.tree.is_verb(i) and self._infinitive_of_purpose(i, dep, parent):
            state.dropped = True
            return False
        if dep == "appos" and self.tree.kids(i, "agent"):
            return False
        if self.tree.is_verb(parent) or self.tree.tag(parent) == "MD":
            return self._under_verb(i, parent, dep, state)
        if self.tree.tag(parent).startswith("JJ") or self.tree.lower[parent] in _INTENT:
            return self._under_adjective(i, parent, dep, state)
        if self.tree.is_noun(parent):
            return self._under_noun(i, parent, dep, state)
        if self.tree.tag(parent) in ("IN", "TO"):
            return self._under_preposition(i, parent, dep, state)
        return dep in (*_CLAUSES, *_ARGUMENTS)

    def _infinitive_of_purpose(self, i: int, dep: str, parent: int) -> bool:
        to = any(self.tree.lower[k] == "to" for k in self.tree.kids(i, "aux"))
        only = any(self.tree.lower[k] == "only" for k in self.tree.kids(i, "advmod", "mark")) or (
            "only" in (self.tree.lower[self.tree.subtree(i)[0]], self.tree.lower[self.tree.subtree(i)[0] - 1])
        )
        return (
            to and not only and dep in ("advcl", "npadvmod") and not self.lex.has("plan_verbs", self.tree.lemma[parent])
        )

    def _under_verb(self, i: int, parent: int, dep: str, state: "State") -> bool:
        lemma = self.tree.lemma[parent]
        if dep in ("ccomp", "parataxis") and (";" in self.tree.lower[i:parent] or self._joined(i, parent)):
            return False
        if dep == "conj":
            return self._coordinated(i, parent, state)
        if self.tree.lower[parent] in _INTENT and dep == "xcomp":
            return self._under_adjective(i, parent, dep, state)
        if dep in ("nsubj", "nsubjpass") and not self.tree.is_verb(i):
            if any(self.tree.tag(k) == "MD" for k in self.tree.kids(parent, "aux")) and not self._begins(parent):
                state.possible = True
            if any(self.tree.lower[k] in _FALSE for k in self.tree.kids(parent, "acomp", "attr", "oprd")):
                state.negated = True
        if dep in ("relcl", "advcl", "parataxis") and self.tree.is_verb(i):
            if dep == "advcl" and lemma in ("open", "pave", "clear") and self.tree.tag(i) == "VB":
                state.dropped = True
                return False
            if dep == "advcl" and self._result(i, parent):
                self._local(parent, state)
                return True
            return False
        if self.lex.has("denial_verbs", lemma) and dep in ("ccomp", "xcomp", "dobj", "pobj", "nsubjpass"):
            state.negated, state.reported = not self._negated(parent), True
            return False
        if lemma in ("accuse",):
            return False
        infinitive = dep == "xcomp" or any(self.tree.lower[k] == "to" for k in self.tree.kids(i, "aux"))
        if self.lex.has("not_coded_verbs", lemma) and (infinitive or lemma not in ("agree", "refuse", "warn", "say")):
            if lemma in ("expect",) and self._passive_plan(parent):
                state.planned = True
                return True
            state.dropped = not (dep == "nsubj" or (dep in ("dobj", "ccomp") and lemma in ("force",)))
            return not state.dropped
        if (
            infinitive
            and lemma in ("have", "be")
            and any(self.tree.lower[k] == "yet" for host in (parent, i) for k in self.tree.kids(host, "advmod", "cc"))
        ):
            state.negated = True
            return True
        if (
            infinitive
            and self.tree.is_verb(i)
            and (self.lex.has("plan_verbs", lemma) or (lemma == "be" and dep == "xcomp"))
            and not (lemma == "be" and self._one_of_a_row(parent))
        ):
            state.planned = True
            self._local(parent, state)
            return True
        if lemma == "go" and infinitive and self.tree.tag(parent) == "VBG":
            state.planned = True
            return True
        if self.lex.has("plan_verbs", lemma) and dep in ("dobj", "nsubjpass"):
            state.planned = True
            return True
        if self.lex.has("reporting_verbs", lemma) and dep in ("ccomp", "xcomp", "dobj", "nsubjpass", "dep"):
            state.reported = True
            if any(self.tree.lemma[k] in _FICTION for k in self.tree.kids(parent, "nsubj")):
                state.dropped = True
            if self._negated(parent) or self._whether(i):
                state.dropped = lemma not in ("believe", "think") or self._whether(i)
            return False
        self._local(parent, state)
        return True

    def _joined(self, i: int, parent: int) -> bool:
        """ "X shelled A, and an attempt to enter it failed": the second clause does not govern the first."""
        tree = self.tree
        joints = [k for k in range(i + 1, parent) if tree.lower[k] == "and" and tree.lower[k - 1] == ","]
        return (
            bool(joints) and not self.lex.has("reporting_verbs", tree.lemma[parent]) and tree.tag(i) in ("VBD", "VBZ")
        )

    def _begins(self, verb: int) -> bool:
        """ "The withdrawal will begin": the plan is for the deed itself."""
        return self.tree.lemma[verb] in ("begin", "start", "take", "continue", "come", "resume", "end", "go")

    def _one_of_a_row(self, noun_or_verb: int) -> bool:
        """ "the second base to fall", "the last town to be retaken": it has happened."""
        tree = self.tree
        heads = [noun_or_verb, *tree.kids(noun_or_verb, "attr", "dobj", "nsubj")]
        return any(
            tree.lower[k] in _ORDINALS or tree.tag(k) in ("JJS", "RBS")
            for h in heads
            if tree.is_noun(h)
            for k in tree.kids(h, "amod", "nummod", "compound", "det")
        )

    def _passive_plan(self, verb: int) -> bool:
        return bool(self.tree.kids(verb, "auxpass"))

    def _result(self, i: int, parent: int) -> bool:
        """A participle behind its main clause shares that clause's modality ("will seize A, ending ...")."""
        return self.tree.tag(i) == "VBG" and i > parent and not self.tree.kids(i, "mark", "nsubj")

    def _whether(self, i: int) -> bool:
        return any(self.tree.lower[k] in ("whether", "if") for k in self.tree.kids(i, "mark"))

    def _coordinated(self, i: int, first: int, state: "State") -> bool:
        """A later verb without words of its own shares the auxiliaries of the first."""
        if self.tree.is_noun(i):
            return True
        if any(self.tree.lower[k] == "nor" and first < k < i for k in self.tree.kids(first, "cc")):
            state.negated = True
        finite = self.tree.tag(i) in ("VBD", "VBZ", "VBP") or any(
            self.tree.tag(k) in ("VBZ", "VBP", "VBD") for k in self.tree.kids(i, "aux")
        )
        if self.tree.tag(first) == "VB" and finite:
            return False
        if not self.tree.kids(i, "nsubj", "nsubjpass", "aux", "auxpass"):
            if self.tree.tag(i) in ("VB", "VBN", "VBG") or self.tree.tag(i) == self.tree.tag(first):
                shared = State()
                self._local(first, shared)
                state.planned |= shared.planned and self.tree.tag(i) == "VB"
                state.possible |= shared.possible and self.tree.tag(i) == "VB"
                state.conditional |= shared.conditional
            return True
        return True

    def _under_adjective(self, i: int, parent: int, dep: str, state: "State") -> bool:
        low = self.tree.lower[parent]
        if self.lex.has("fail_adjectives", low):
            state.negated = (
                not self._negated(parent)
                if low in ("unable", "unwilling", "reluctant")
                else self._negated(parent) or self._negated(self.tree.head(parent))
            )
            state.possible = False
        elif low in ("likely",):
            state.possible = True
        elif self.lex.has("plan_adjectives", low):
            state.planned = True
        if self._negated(self.tree.head(parent)) and low in ("poised", "ready", "due"):
            state.negated = True
        return True

    def _under_noun(self, i: int, parent: int, dep: str, state: "State") -> bool:
        lemma = self.tree.lemma[parent]
        if lemma in ("way", "door", "path", "opportunity", "chance", "option") and self.tree.tag(i) == "VB":
            state.dropped = True
            return False
        if lemma in (
            "claim",
            "report",
            "allegation",
            "rumour",
            "rumor",
            "suggestion",
            "assertion",
            "statement",
        ) and self.tree.is_verb(i):
            return dep in ("acl", "ccomp")
        if lemma in ("decision", "move", "choice") and self.tree.is_verb(i) and dep == "acl":
            return True
        verbal = self.tree.is_verb(i) and (dep == "acl" and self.tree.tag(i) == "VB")
        of_clause = dep in ("pcomp", "prep")
        if dep in ("relcl",) or (
            dep == "acl"
            and not verbal
            and not self.lex.has("plan_nouns", lemma)
            and not self.lex.has("fear_nouns", lemma)
        ):
            return False
        if self.lex.has("plan_nouns", lemma) and (verbal or of_clause or not self.tree.is_verb(i)):
            state.planned = True
            if self._negated(parent) or self._negated(self.tree.head(parent)):
                state.negated = True
            return True
        if verbal and self._one_of_a_row(parent):
            return False
        if self.lex.has("fear_nouns", lemma) or verbal:
            state.dropped = True
            return False
        return dep in (*_ARGUMENTS, "prep", "acl")

    def _under_preposition(self, i: int, parent: int, dep: str, state: "State") -> bool:
        low = self.tree.lower[parent]
        governor = self.tree.head(parent)
        about = [governor, *self.tree.kids(governor, "dobj", "nsubj")]
        if low in ("on", "about", "of") and any(self.tree.lemma[k] in _FICTION for k in about):
            state.dropped = True
            return False
        while (
            self.tree.dep(parent) == "conj" and self.tree.tag(governor) == "IN" and self.tree.head(governor) != governor
        ):
            governor = self.tree.head(governor)
        if dep == "pcomp" or self.tree.is_verb(i):
            if low in ("without", "instead", "rather"):
                state.dropped = True
                return False
            if low == "from" and self.lex.has("not_coded_verbs", self.tree.lemma[governor]):
                state.dropped = True
                return False
            if low == "of" and self.tree.is_noun(governor):
                return self._under_noun(i, governor, "pcomp", state)
            if low == "of" and self.tree.lemma[governor] == "accuse":
                return False
            return low in ("of", "for", "to", "about", "on", "against", "by")
        if low in ("for", "on", "against", "about", "to", "of", "from", "into"):
            if self.tree.is_noun(governor):
                return self._under_noun(i, governor, "prep", state)
            if (
                self.tree.is_verb(governor)
                and low in ("for", "against")
                and self.lex.has("not_coded_verbs", self.tree.lemma[governor])
            ):
                state.dropped = True
                return False
        return dep == "conj" and self.tree.tag(i) == "IN"

    def _hangs_on_condition(self, predicate: int, state: "State") -> bool:
        """Whether the clause is the main one of a condition in its sentence."""
        if predicate in self.conditions:
            return True
        chain = [predicate, *self.tree.ancestors(predicate)]
        for clause in self.conditions:
            if clause in chain:
                continue
            head = self.tree.head(clause)
            if self.tree.tag(head) == "IN":
                head = self.tree.head(head)
            if head == predicate and not self._past(predicate):
                return True
            if state.planned and (
                head in chain or self.tree.first_conjunct(predicate) == head or predicate in self.tree.ancestors(clause)
            ):
                return True
        return False
