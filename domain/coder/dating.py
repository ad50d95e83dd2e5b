"""Which of a sentence's times is an event's own: by the tree, and by order among coordinated verbs."""

from collections.abc import Mapping, Sequence

from domain.coder.tree import Tree
from domain.time_expressions import TimeExpression


def time_of(tree: Tree, predicate: int, times: Sequence[TimeExpression], predicates: frozenset[int]) -> int | None:
    """Index of the time that dates this predicate, or None. `predicates`: all coded predicates of the sentence."""
    anchors = [(n, _first_token(tree, t), t) for n, t in enumerate(times) if t.dated and not t.dependent]
    hosts = {n: _host(tree, token, predicates) for n, token, _ in anchors if token is not None}
    own = [
        n
        for n, host in hosts.items()
        if host == predicate or (host not in predicates and _purpose_of(tree, host, predicate))
    ]
    if own:
        return min(own, key=lambda n: abs((_first_token(tree, times[n]) or 0) - predicate))
    for n, t in enumerate(times):
        if t.dated and t.dependent and _next_predicate(tree, t.end, predicates) == predicate:
            return n
    when = told_when(tree, predicate, times)
    if when is not None:
        return when
    for verb in _lenders(tree, predicate):
        lent = [n for n, host in hosts.items() if host == verb[0]]
        for n in lent:
            token = _first_token(tree, times[n]) or 0
            if verb[1] == "conj" and token > verb[0]:
                continue
            return n
    return _behind(tree, predicate, [(n, token) for n, token, _ in anchors if token is not None], hosts)


def _behind(
    tree: Tree, predicate: int, anchors: Sequence[tuple[int, int]], hosts: Mapping[int, int | None]
) -> int | None:
    """A time at the end of a list of phrases that the parser hung on a verb further up, no other verb between."""
    if not tree.is_verb(predicate):
        return None
    ancestors = list(tree.ancestors(predicate))
    for n, token in anchors:
        between = range(predicate + 1, token)
        above = hosts[n] is None or hosts[n] in ancestors
        listed = any(tree.lower[k] == ";" for k in between)
        if above and listed and not any(tree.is_verb(k) for k in between):
            return n
    return None


def _next_predicate(tree: Tree, end: int, predicates: frozenset[int]) -> int | None:
    """The first coded predicate behind a character offset: "two days after X had left"."""
    return min((p for p in predicates if tree.tokens[p].start >= end), default=None)


def told_when(tree: Tree, predicate: int, times: Sequence[TimeExpression]) -> int | None:
    """ "since January, when the army left": the time right before "when" dates the clause too."""
    verbs = [
        predicate,
        *([] if tree.is_verb(predicate) else [a for a in tree.ancestors(predicate) if tree.is_verb(a)][:1]),
    ]
    whens = [k for v in verbs for k in tree.kids(v, "advmod", "mark") if tree.lower[k] == "when"]
    for k in whens:
        before = [n for n, t in enumerate(times) if t.dated and t.end <= tree.tokens[k].start]
        for n in before:
            if tree.text[times[n].end : tree.tokens[k].start].strip() in ("", ","):
                return n
    return None


def _purpose_of(tree: Tree, host: int | None, predicate: int) -> bool:
    """ "launched X to capture A on June 8": the date hung on the purpose dates the deed."""
    return (
        host is not None
        and tree.head(host) == predicate
        and tree.dep(host) in ("advcl", "xcomp")
        and tree.tag(host) == "VB"
    )


def _first_token(tree: Tree, time: TimeExpression) -> int | None:
    inside = [t.i for t in tree.tokens if time.start <= t.start < time.end]
    for i in inside:
        if tree.head(i) not in inside:
            return i
    return inside[0] if inside else None


def _host(tree: Tree, token: int, predicates: frozenset[int]) -> int | None:
    for a in tree.ancestors(token):
        if tree.is_verb(a) or a in predicates:
            return _said(tree, token, a) or a
    return None


def _said(tree: Tree, token: int, verb: int) -> int | None:
    """ "said on Friday they had taken A": a time between the telling verb and what it tells dates the telling."""
    above = tree.head(verb)
    if tree.dep(verb) != "ccomp" or not above < token < verb or not tree.is_verb(above):
        return None
    subject = min(tree.kids(verb, "nsubj", "nsubjpass"), default=verb)
    marks = (",", ":", '"', "“", "that", "when", "as", "how")
    return above if token < subject and not any(w in marks for w in tree.lower[above + 1 : token]) else None


def _lenders(tree: Tree, predicate: int) -> list[tuple[int, str]]:
    """Verbs whose time the predicate may share, nearest first, each with the kind of tie."""
    found: list[tuple[int, str]] = []
    i = predicate
    for parent in tree.ancestors(predicate):
        dep = tree.dep(i)
        if tree.is_verb(i) or i == predicate:
            if dep == "conj":
                found.append((parent, "conj"))
            elif (
                dep == "xcomp"
                or (dep == "advcl" and tree.tag(i) == "VBG" and not tree.kids(i, "mark", "nsubj"))
                or (dep == "ccomp" and tree.lemma[parent] in ("see", "watch", "hear", "find", "film"))
                or (not tree.is_verb(i) and tree.is_verb(parent) and dep in ("nsubj", "nsubjpass", "dobj"))
            ):
                found.append((parent, "same"))
            elif not tree.is_verb(i) and dep in ("conj", "pobj", "prep", "appos", "compound"):
                pass
            else:
                break
        i = parent
    return found
