"""An edition: all that the coder knows, as data files, validated, with one digest over everything that decides."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from domain.actors import ActorRegistry
from domain.coder.conditions import TESTS
from domain.coder.frames import RuleBook
from domain.coder.lexicon import LEXICON_FILE, Lexicon
from domain.coder.rules import read_rules
from domain.coder.version import CODER_VERSION
from domain.countries import CountryTable
from domain.datafile import Row, read
from domain.errors import InvalidInput
from domain.origins import LEAST_PERCENT
from domain.sources import SourceTable
from domain.theatres import Theatres

EDITION_FILE = "edition.yaml"
_POLICY = ("fighting_stale_days", "dispute_window_days")
_ORIGINS = ("near_duplicate_percent", "origin_window_days")
"""Both or neither: an edition without them takes every article for an origin of its own."""


@dataclass(frozen=True)
class Edition:
    """A loaded edition. `digest` covers the files, the language model, the gazetteer and the coder's version."""

    name: str
    digest: str
    base: str | None
    coder_version: int
    policy: Mapping[str, Any]
    files: Mapping[str, str]
    model: str
    gazetteer: str
    lexicon: Lexicon
    book: RuleBook
    actors: ActorRegistry
    theatres: Theatres
    sources: SourceTable

    @classmethod
    def from_files(cls, name: str, files: Mapping[str, str], *, model: str, gazetteer: str) -> "Edition":
        """From YAML texts by relative path. Raises InvalidInput naming file, line and field of the first fault."""
        for needed in (EDITION_FILE, LEXICON_FILE):
            if needed not in files:
                raise InvalidInput(
                    needed, "no such file", "it in the edition's folder", "Copy it from the base edition."
                )
        top = read(EDITION_FILE, files[EDITION_FILE])
        top.only("base", "policy", "about")
        rules = read_rules(files, TESTS)
        countries = CountryTable.from_files(files)
        return cls(
            name=name,
            digest=digest_of(files, model, gazetteer),
            base=top.maybe("base"),
            coder_version=CODER_VERSION,
            policy=_policy(top),
            files=dict(files),
            model=model,
            gazetteer=gazetteer,
            lexicon=Lexicon.from_text(files[LEXICON_FILE], frozenset(v for r in rules for v in r.verbs)),
            book=RuleBook(rules),
            actors=ActorRegistry.from_files(files),
            theatres=Theatres.from_files(files, countries),
            sources=SourceTable.from_files(files),
        )


def digest_of(files: Mapping[str, str], model: str, gazetteer: str) -> str:
    """SHA-256, hex, over paths and contents in path order, the model, the gazetteer and the coder's version."""
    sums = hashlib.sha256()
    for part in (*(x for path in sorted(files) for x in (path, files[path])), model, gazetteer, str(CODER_VERSION)):
        sums.update(len(part.encode()).to_bytes(8, "big") + part.encode())
    return sums.hexdigest()


def _policy(top: Row) -> dict[str, Any]:
    policy = top.fields.get("policy")
    if not isinstance(policy, Row):
        raise top.fail("policy", repr(policy), "a mapping of numbers")
    policy.only(*_POLICY, *_ORIGINS)
    numbers: dict[str, Any] = {}
    for field in (*_POLICY, *(_ORIGINS if any(policy.fields.get(each) is not None for each in _ORIGINS) else ())):
        value = policy.number(field)
        if field == "near_duplicate_percent" and (value is None or not LEAST_PERCENT <= value <= 100):
            raise policy.fail(field, repr(value), f"a number from {LEAST_PERCENT} (fewer are not found) to 100")
        if value is None or value < 0:
            raise policy.fail(field, repr(value), "a number of days, 0 or more")
        numbers[field] = int(value)
    return numbers
