"""The rules of an edition: triggers, conditions on grammar, and the positions that fill each role."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from domain.datafile import Row, files_under, read
from domain.events import EVENT_TYPES

RULES_FOLDER = "rules"
ROLES = ("actor", "counterparty", "place", "companion", "own", "origin", "destination", "also")
MODALITIES = ("planned", "denied", "conditional")
NEEDS = ("actor", "counterparty", "place", "own", "actor_or_place", "companion", "origin", "destination")
_FIELDS = (
    "id",
    "type",
    "verbs",
    "nouns",
    "particles",
    "particle_free",
    "not_particles",
    "preps",
    "not_preps",
    "objects",
    "modality",
    "not_objects",
    "voice",
    "roles",
    "needs",
    "tests",
    "strict_place",
    "examples",
    "counterexamples",
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `roles`: role -> paths in order of preference (`Arguments.follow`); `tests`: names in `conditions`."""

    id: str
    type: str
    verbs: tuple[str, ...]
    nouns: tuple[str, ...]
    roles: Mapping[str, tuple[str, ...]]
    needs: tuple[str, ...] = ()
    particles: tuple[str, ...] = ()
    particle_free: tuple[str, ...] = ()
    not_particles: tuple[str, ...] = ()
    preps: tuple[str, ...] = ()
    not_preps: tuple[str, ...] = ()
    objects: tuple[str, ...] = ()
    not_objects: tuple[str, ...] = ()
    voice: str = ""
    tests: tuple[str, ...] = ()
    strict_place: bool = False
    modality: str | None = None
    examples: tuple[str, ...] = ()
    counterexamples: tuple[str, ...] = ()
    file: str = ""
    line: int = 0


def read_rules(files: Mapping[str, str], known_tests: Iterable[str]) -> tuple[Rule, ...]:
    """All rules of the folder `rules`, in file and line order: the first that fits a trigger wins.

    Raises InvalidInput naming file, line and field: unknown fields, types, roles, tests, a doubled id.
    """
    tests = tuple(sorted(known_tests))
    rules: dict[str, Rule] = {}
    for path, text in files_under(dict(files), RULES_FOLDER):
        top = read(path, text)
        top.only("rules")
        for row in top.rows("rules"):
            rule = _rule(row, tests)
            if rule.id in rules:
                raise row.fail(
                    "id", f"{rule.id!r} again", "an id used once", f"It stands in {rules[rule.id].file} too."
                )
            rules[rule.id] = rule
    return tuple(rules.values())


def _rule(row: Row, tests: tuple[str, ...]) -> Rule:
    row.only(*_FIELDS)
    verbs, nouns = row.texts("verbs"), row.texts("nouns")
    if bool(verbs) == bool(nouns):
        raise row.fail("verbs", "both or neither of verbs and nouns", "one of the two")
    for field, known in (("needs", NEEDS), ("tests", tests)):
        for word in row.texts(field):
            if word not in known:
                raise row.fail(field, repr(word), "one of " + ", ".join(known))
    return Rule(
        id=row.text("id"),
        type=row.one_of("type", EVENT_TYPES),
        verbs=verbs,
        nouns=nouns,
        roles=_roles(row),
        needs=row.texts("needs"),
        particles=row.texts("particles"),
        particle_free=row.texts("particle_free"),
        not_particles=row.texts("not_particles"),
        preps=row.texts("preps"),
        not_preps=row.texts("not_preps"),
        objects=row.texts("objects"),
        not_objects=row.texts("not_objects"),
        voice=row.one_of("voice", ("active", "passive")) if "voice" in row.fields else "",
        tests=row.texts("tests"),
        modality=row.one_of("modality", MODALITIES) if "modality" in row.fields else None,
        strict_place=row.fields.get("strict_place") is True,
        examples=row.texts("examples"),
        counterexamples=row.texts("counterexamples"),
        file=row.file,
        line=row.line,
    )


def _roles(row: Row) -> dict[str, tuple[str, ...]]:
    value = row.fields.get("roles")
    if not isinstance(value, Row):
        raise row.fail("roles", repr(value), "a mapping of role to paths")
    value.only(*ROLES)
    return {role: value.texts(role) for role in value.fields}
