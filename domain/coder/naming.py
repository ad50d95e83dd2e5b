"""The first pass over an article: which of its names are armed, which are persons, which acronyms stand for what."""

import re
from collections.abc import Iterable, Mapping, Sequence

from domain.coder.actor_phrases import ActorPhrases
from domain.coder.lexicon import Lexicon
from domain.coder.phrases import ArticleNames, Sentence
from domain.coder.place_names import OBJECTS
from domain.names import NameMention, fold

_ACRONYM_BACKWARDS = re.compile(r"\)([\w.-]{1,9}[A-Z])\(((?: [\w’'ʿ-]+){1,9})")
"""Read from the end of the text, so that only what stands before a bracket is ever looked at."""
_NEAR = 7
_BODY_OF = re.compile(r"\b((?:armed forces|army|national army|military|police|government) of) the $", re.IGNORECASE)
"""What stands before a country's name that an acronym in brackets takes in: "the armed forces of the X (Y)"."""
_TITLES = frozenset(
    [
        "col",
        "gen",
        "lt",
        "maj",
        "sgt",
        "capt",
        "brig",
        "mr",
        "mrs",
        "ms",
        "dr",
        "president",
        "minister",
        "general",
        "colonel",
        "lieutenant",
        "brigadier",
        "captain",
        "major",
        "sheikh",
        "governor",
        "king",
        "prince",
        "secretary",
        "sir",
        "admiral",
        "commander",
        "vice",
        "prime",
    ]
)
_TOPIC_LEAST = 3


def acronyms(text: str) -> dict[str, str]:
    """Acronym -> the capitalised words it abbreviates, where the text introduces it in brackets."""
    found: dict[str, str] = {}
    for match in reversed(list(_ACRONYM_BACKWARDS.finditer(text[::-1]))):
        words, short = _window(match[2][::-1].split()), match[1][::-1]
        while words and (not words[0][:1].isupper() or words[0] == "The"):
            words.pop(0)
        if words:
            whole = " ".join(words)
            body = _BODY_OF.search(text[: max(len(text) - match.end(1) - 2 - len(whole), 0)])
            name = _fitting(words, short)
            found.setdefault(short, f"{body[1]} the {whole}" if body else name)
    return found


def _window(words: list[str]) -> list[str]:
    """The last words; more of them only where the cut would fall inside a name ("X for the Y of Z")."""
    near = words[-_NEAR:]
    return words if near[0] in ("for", "of", "the", "and") and words[-_NEAR - 1 : -_NEAR] != ["the"] else near


def _fitting(words: list[str], short: str) -> str:
    """The shortest tail of the words that spells the acronym, else one that starts with its first letter."""
    for n in range(2, len(words) + 1):
        tail = words[-n:]
        if tail[0][:1].isupper() and _abbreviates(short, tail):
            return " ".join(tail)
    for n in range(min(len(short), len(words)), 0, -1):
        tail = words[-n:]
        if tail[0][:1].upper() == short[0] and tail[0][:1].isupper() and n > 1:
            return " ".join(tail)
    return " ".join(words)


def _abbreviates(short: str, words: Sequence[str]) -> bool:
    """Whether its letters are first letters of these words, in order, beginning with the first word's."""
    firsts = iter([w[:1].upper() for w in words])
    letters = [c for c in short.upper() if c.isalpha()]
    return words[0][:1].upper() == letters[0] and all(any(c == f for f in firsts) for c in letters)


def introduced(acronyms: Mapping[str, str], lexicon: Lexicon) -> tuple[str, ...]:
    """Full names of armed or governing bodies that the article introduces with an acronym, longest first."""
    telling = lexicon.words("armed_name_words") | lexicon.words("governing_name_words")
    found = {name for name in acronyms.values() if set(name.lower().split()) & telling}
    return tuple(sorted(found, key=lambda name: (-len(name), name)))


def with_introduced(text: str, mentions: Sequence[NameMention], names: Sequence[str]) -> list[NameMention]:
    """The mentions, where a longer name that the article itself introduced takes the place of those inside it."""
    kept = list(mentions)
    for name in names:
        start = text.find(name)
        if start < 0:
            continue
        end = start + len(name)
        inside = [m for m in kept if m.start < end and m.end > start]
        if all(m.end - m.start < len(name) or (m.start, m.end) == (start, end) for m in inside) and not any(
            m.ids and not m.weak and (m.start, m.end) == (start, end) for m in inside
        ):
            kept = [m for m in kept if m not in inside] + [NameMention(start, end, ())]
    return sorted(kept, key=lambda m: m.start)


def topic(text: str, lexicon: Lexicon) -> str | None:
    """sport or business when an article is about that and not about armed force; else None."""
    words = set(re.findall(r"[a-z][a-z'-]+[a-z0-9]", text.lower()))
    armed = sum(len(words & lexicon.words(name)) for name in ("state_heads", "rebel_heads", "equipment_heads"))
    for name in ("sport", "business"):
        count = len(words & lexicon.words(f"{name}_words"))
        if count >= _TOPIC_LEAST and count > armed:
            return name
    return None


def learn(names: ArticleNames, sentences: Iterable[Sentence]) -> None:
    """Enter what the parsed sentences say of the article's names into `names`."""
    for s in sentences:
        reader = ActorPhrases(s)
        for run in dict.fromkeys(s.names.run_of.values()):
            _learn_run(names, s, reader, run.first, run.last)


def _learn_run(names: ArticleNames, s: Sentence, reader: ActorPhrases, first: int, last: int) -> None:
    tree, key = s.tree, fold(s.tree.words(first, last))
    if tree.lower[first] == "sheikh" and tree.dep(last) in OBJECTS:
        return
    if tree.lower[first].rstrip(".") in _TITLES and last > first:
        names.persons[key] = s.tree.words(first, last)
        names.persons.setdefault(fold(tree.tokens[last].text), names.persons[key])
        return
    head = next((i for i in range(last, first - 1, -1) if not first <= tree.head(i) <= last), last)
    if head in s.names.mention_of and not s.names.mention_of[head].weak:
        return
    if all(
        tree.lower[i] in names.adjectives or fold(tree.tokens[i].text) in names.adjectives
        for i in range(first, last + 1)
    ):
        return
    if _holds_office(s, head):
        names.persons[key] = tree.words(first, last)
        names.persons.setdefault(fold(tree.tokens[last].text), names.persons[key])
        return
    for other in _beside(s, head):
        lemma = tree.lemma[other]
        if other > head and _says(s, other):
            continue
        if s.lexicon.has("role_words", lemma) or s.lexicon.has("civil_words", lemma):
            names.persons[key] = tree.words(first, last)
            names.persons.setdefault(fold(tree.tokens[last].text), names.persons[key])
            return
        if tree.is_proper(other) or other in s.names.run_of:
            continue
        cls = _armed_class(s, reader, other)
        if cls is not None:
            names.armed.setdefault(key, cls)
            return
    parent = tree.head(head)
    if (
        tree.dep(head) in ("compound", "nmod", "amod")
        and s.lexicon.has("rebel_heads", tree.lemma[parent])
        and tree.tag(head).startswith("NNP")
        and (first > 0 or last > first or tree.tokens[first].text.isupper())
    ) and head not in s.names.mention_of:
        names.armed.setdefault(key, "rebel")


def _holds_office(s: Sentence, head: int) -> bool:
    """ "the governor of A, X": the parser sets the name beside A."""
    tree, beside = s.tree, s.tree.head(head)
    prep = tree.head(beside)
    if tree.dep(head) != "appos" or tree.dep(beside) != "pobj" or not tree.is_proper(beside) or head < beside:
        return False
    return tree.lower[prep] in ("of", "for", "in") and s.lexicon.has("role_words", tree.lemma[tree.head(prep)])


def _says(s: Sentence, noun: int) -> bool:
    """ "... out of A, a spokesman for X said": what looks like an apposition says something, and is nobody's."""
    if any(
        s.tree.tag(k) in ("VBD", "VBZ") and s.lexicon.has("reporting_verbs", s.tree.lemma[k])
        for k in s.tree.kids(noun, "acl")
    ):
        return True
    behind = s.tree.subtree(noun)[-1] + 1
    return behind < len(s.tree) and s.tree.is_verb(behind) and s.lexicon.has("reporting_verbs", s.tree.lemma[behind])


def _beside(s: Sentence, head: int) -> list[int]:
    """Common nouns in apposition with a name, on either side."""
    tree = s.tree
    found = tree.kids(head, "appos")
    joined = tree.dep(head) == "nmod" and bool(tree.kids(head, "cc"))
    if tree.dep(head) in ("appos", "nmod", "npadvmod") and not joined:
        found.append(tree.head(head))
    found += [k for k in tree.kids(head, "compound", "nmod", "amod") if tree.tag(k) in ("NN", "NNS")]
    return found


def _armed_class(s: Sentence, reader: ActorPhrases, other: int) -> str | None:
    lemma = s.tree.lemma[other]
    words = {s.tree.lower[m] for m in s.modifiers(other)}
    if words & s.lexicon.words("unarmed_modifiers"):
        return None
    cls = reader.head_class(lemma)
    if cls is not None:
        return cls
    if s.lexicon.has("group_heads", lemma) and (
        words & s.lexicon.words("rebel_heads") or "armed" in words or any("-backed" in w for w in words)
    ):
        return "rebel"
    if s.lexicon.has("group_heads", lemma) and lemma in (
        "alliance",
        "coalition",
        "militia",
        "faction",
        "brigade",
        "force",
        "army",
        "tribe",
        "clan",
    ):
        return "neutral"
    return None
