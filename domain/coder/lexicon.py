"""General English of an edition: kinds of heads, closed classes, words that change what a clause claims."""

from collections.abc import Mapping
from dataclasses import dataclass

from domain.coder.morphology import lemma_table, singular, verb_forms
from domain.datafile import Row, read
from domain.ports import Token

LEXICON_FILE = "lexicon.yaml"


@dataclass(frozen=True)
class Lexicon:
    """Named word sets, and the lemmas of the verbs that the edition knows."""

    sets: Mapping[str, frozenset[str]]
    irregular: Mapping[str, str]
    verbs: Mapping[str, str]

    @classmethod
    def from_text(cls, text: str, rule_verbs: frozenset[str]) -> "Lexicon":
        """From lexicon.yaml. `rule_verbs`: the verbs of the rules. Raises InvalidInput naming file, line, field."""
        top = read(LEXICON_FILE, text)
        sets: dict[str, frozenset[str]] = {}
        irregular: dict[str, str] = {}
        for field, value in top.fields.items():
            if isinstance(value, Row):
                irregular = {lemma: value.text(lemma) for lemma in value.fields}
            else:
                sets[field] = frozenset(word.replace("_", " ") for word in top.text(field).split())
        own = {word for name in sets if name.endswith("_verbs") for word in sets[name]}
        verbs = lemma_table(sorted(rule_verbs | own | set(irregular)), irregular)
        return cls(sets, irregular, verbs)

    def has(self, name: str, word: str) -> bool:
        """Whether a word is in a named set; a set that the edition lacks is empty."""
        return word in self.sets.get(name, frozenset())

    def words(self, name: str) -> frozenset[str]:
        return self.sets.get(name, frozenset())

    def forms(self, verb: str) -> tuple[str, ...]:
        """All forms of a verb."""
        return verb_forms(verb, self.irregular)

    def lemmatise(self, token: Token) -> str:
        """The lemma of a token: verbs by the edition's table, nouns by rule."""
        low = token.text.lower()
        if token.tag.startswith("V") or token.tag == "MD":
            return self.verbs.get(low, low)
        if token.tag.startswith("N"):
            return singular(low)
        return low
