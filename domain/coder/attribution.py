"""Who says so: the nearest reporting verb or "according to" above a clause, and its source in full."""

from dataclasses import dataclass

from domain.coder.arguments import Arguments
from domain.coder.phrases import Sentence

_REPORTED = ("ccomp", "parataxis", "dobj", "xcomp", "nsubjpass", "dep", "conj")
_PRONOUNS = ("he", "she", "they", "it", "who", "which", "that")


@dataclass(frozen=True, slots=True)
class Source:
    """A source as one sentence names it. `head` is its phrase's head token; None with a pronoun's own word."""

    head: int
    text: str
    name: str
    pronoun: bool
    verb: int


def source_of(s: Sentence, predicate: int) -> Source | None:
    """The source nearest to the claim, or None in the reporter's own voice."""
    tree = s.tree
    child = predicate
    chain = [predicate, *tree.ancestors(predicate)]
    for node in chain:
        if (named := _according(s, node, predicate)) is not None:
            return named
        if (
            node != predicate
            and s.lexicon.has("reporting_verbs", tree.lemma[node])
            and _reports(s, node, child, predicate)
        ):
            found = _speaker(s, node)
            if found is not None:
                return found
        if node != predicate and s.lexicon.has("denial_verbs", tree.lemma[node]) and tree.dep(child) in _REPORTED:
            return _speaker(s, node)
        child = node
    return _inserted(s, predicate)


def _reports(s: Sentence, verb: int, child: int, predicate: int) -> bool:
    dep = s.tree.dep(child)
    if dep in ("ccomp", "parataxis", "dobj", "nsubjpass"):
        return True
    if dep == "xcomp":
        return s.tree.lemma[verb] in ("claim", "say", "report", "see", "hear")
    return dep == "dep"


def _speaker(s: Sentence, verb: int) -> Source | None:
    args = Arguments(s.tree, verb)
    heads = args.subject or args.surface
    if not heads and (run := s.names.run_of.get(verb + 1)) and run.last not in s.names.timed:
        heads = [k for k in s.tree.kids(verb, "dobj", "dep", "npadvmod") if run.first <= k <= run.last]
    if not heads or (args.passive and not args.agent):
        return None
    return _source(s, heads[0], verb, heads[-1])


def _according(s: Sentence, node: int, predicate: int) -> Source | None:
    for k in s.tree.kids(node, "prep", "advcl", "advmod"):
        if s.tree.lower[k] == "according":
            for to in s.tree.kids(k, "prep"):
                for target in s.tree.kids(to, "pobj"):
                    return _source(s, target, k, target)
    return None


def _inserted(s: Sentence, predicate: int) -> Source | None:
    """A reporting clause that the parser put below the claim: "X, officials said, left Y" or a trailing "he said"."""
    tree = s.tree
    for i in range(len(tree)):
        if (
            tree.is_verb(i)
            and s.lexicon.has("reporting_verbs", tree.lemma[i])
            and tree.dep(i) in ("parataxis", "dep", "ROOT", "conj", "ccomp", "acl")
        ):
            if tree.dep(i) == "acl":
                if tree.tag(i) in ("VBD", "VBZ") and tree.dep(tree.head(i)) == "appos":
                    return _source(s, tree.head(i), i, tree.head(i))
                continue
            if tree.dep(i) in ("conj", "ROOT") and not _between_commas(s, i):
                continue
            subjects = tree.kids(i, "nsubj")
            if (
                subjects
                and not tree.kids(i, "ccomp", *(() if tree.lemma[i] == "tell" else ("dobj",)))
                and i != predicate
                and tree.tag(i) in ("VBD", "VBZ", "VBP")
            ):
                return _source(s, subjects[0], i, subjects[0])
    for i, low in enumerate(tree.lower):
        if low == "according" and i + 2 < len(tree) and tree.lower[i + 1] == "to":
            targets = [p for k in tree.kids(i, "prep") for p in tree.kids(k, "pobj")]
            if targets:
                return _source(s, targets[0], i, targets[0])
    return None


def _between_commas(s: Sentence, i: int) -> bool:
    inside = s.tree.subtree(i)
    return bool(inside) and len(inside) < 12 and inside[0] > 0 and s.tree.lower[inside[0] - 1] == ","


def _source(s: Sentence, head: int, verb: int, last: int) -> Source | None:
    tree = s.tree
    low = tree.lower[head]
    if tree.tag(head) in ("PRP", "WP", "WDT") or low in _PRONOUNS:
        return Source(head, tree.tokens[head].text, "", True, verb)
    first = s.left_edge(head)
    end = max(last, head)
    for k in tree.kids(head, "prep"):
        inside = tree.subtree(k)
        if (
            tree.lower[k] in ("of", "for", "in", "at", "from", "close")
            and inside[-1] < len(tree)
            and not any(tree.is_verb(i) for i in inside)
        ):
            end = max(end, inside[-1])
    text = _without_article(s, first, end)
    return Source(head, text, _person(s, head) or text, False, verb)


def _person(s: Sentence, head: int) -> str | None:
    """The proper name beside a role ("their spokesman, X"), or the name itself."""
    for k in (head, *s.tree.kids(head, "appos")):
        run = s.names.run_of.get(k)
        if run is not None and k not in s.names.timed:
            return s.names.text(run)
    return None


def _without_article(s: Sentence, first: int, last: int) -> str:
    while first < last and s.tree.lower[first] in ("the", "a", "an", "its", "their", "his"):
        first += 1
    return s.tree.words(first, last)
