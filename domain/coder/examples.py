"""A rule's own examples and counterexamples, run: what an author writes is what the coder is held to.

An example is a sentence and what must come of it: "TEXT | actor: A, B | place: D | modality: planned".
A counterexample is a sentence of which this rule must code nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from domain.article import Article
from domain.coder.rules import Rule
from domain.errors import InvalidInput
from domain.events import CodedEvent, Coding
from domain.names import fold

_ROLES = ("actor", "counterparty", "place", "modality", "area", "extent")


class CodesArticles(Protocol):
    """What running examples needs of the coder."""

    def code(self, articles: Sequence[Article]) -> list[Coding]:
        """One coding an article, in order."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An example that came out otherwise. `found` says what came of it instead."""

    rule: str
    file: str
    line: int
    text: str
    expected: str
    found: str

    def __str__(self) -> str:
        outcome = f"expected {self.expected}, found {self.found}"
        return f"{self.file}, line {self.line}, rule {self.rule}: {self.text!r}: {outcome}"


@dataclass(frozen=True, slots=True)
class _Case:
    rule: Rule
    text: str
    roles: tuple[tuple[str, frozenset[str]], ...] = ()
    against: bool = False


def failures(rules: Iterable[Rule], coder: CodesArticles) -> list[Failure]:
    """Run all examples in one batch. Raises InvalidInput naming file and line for one that cannot be read."""
    cases = [case for rule in rules for case in _cases(rule)]
    codings = coder.code([Article(case.text) for case in cases])
    found = []
    for case, coding in zip(cases, codings, strict=True):
        wrong = _against(case, coding.events) if case.against else _for(case, coding.events)
        if wrong is not None:
            found.append(Failure(case.rule.id, case.rule.file, case.rule.line, case.text, *wrong))
    return found


def _cases(rule: Rule) -> Iterator[_Case]:
    for example in rule.examples:
        text, *parts = (part.strip() for part in example.split(" | "))
        yield _Case(rule, text, tuple(_role(rule, part) for part in parts))
    for text in rule.counterexamples:
        yield _Case(rule, text.strip(), against=True)


def _role(rule: Rule, part: str) -> tuple[str, frozenset[str]]:
    role, colon, names = part.partition(":")
    if not colon or role.strip() not in _ROLES:
        step = "Write it as 'TEXT | actor: A, B | place: C'."
        raise InvalidInput(
            rule.file, repr(part), "one of " + ", ".join(_ROLES) + " and a colon", step, "examples", rule.line
        )
    return role.strip(), frozenset(fold(n) for n in names.split(","))


def _for(case: _Case, events: Sequence[CodedEvent]) -> tuple[str, str] | None:
    own = [e for e in events if e.rule == case.rule.id]
    if any(all(_filled(e, role) == names for role, names in case.roles) for e in own):
        return None
    wanted = "; ".join([case.rule.type, *(f"{role} {', '.join(sorted(names))}" for role, names in case.roles)])
    return wanted, "; ".join(_told(e) for e in events) or "no event"


def _against(case: _Case, events: Sequence[CodedEvent]) -> tuple[str, str] | None:
    own = [e for e in events if e.rule == case.rule.id]
    return ("nothing by this rule", "; ".join(_told(e) for e in own)) if own else None


def _filled(event: CodedEvent, role: str) -> frozenset[str]:
    values: dict[str, list[str]] = {
        "actor": [a.resolved for a in event.actors],
        "counterparty": [a.resolved for a in event.counterparties],
        "place": [p.resolved for p in event.places],
        "modality": [event.modality],
        "area": [p.area for p in event.places if p.area],
        "extent": [p.extent for p in event.places if p.extent],
    }
    return frozenset(fold(value) for value in values[role])


def _told(event: CodedEvent) -> str:
    actors, places = ", ".join(a.resolved for a in event.actors), ", ".join(p.resolved for p in event.places)
    others = ", ".join(c.resolved for c in event.counterparties)
    return f"{event.type} ({event.rule}) actor {actors or '-'} counterparty {others or '-'} place {places or '-'}"
