"""A sentence's way through the coder, in lines for a rule author."""

from collections.abc import Iterator, Sequence

from domain.coder.pipeline import Trace
from domain.events import CodedEvent, Coding


def explain_lines(where: str, coding: Coding, traces: Sequence[Trace]) -> Iterator[str]:
    """Each sentence with its names, tree and fitting rules, and why other rules and frames gave nothing."""
    yield f"== {where} ({coding.article_id}) edition {coding.edition}"
    for trace in traces:
        yield f"\n[{trace.n}] {trace.state}: {trace.text}"
        yield from _names(trace)
        yield from _tree(trace)
        yield from _frames(trace)
        for event in coding.events:
            if event.sentence == trace.n:
                yield "  event  " + _event(event)
        for mention in coding.unresolved:
            if mention.sentence == trace.n:
                candidates = ", ".join(mention.candidates) or "nobody"
                yield f"  open   {mention.role} {mention.mention!r}: candidates {candidates}"


def _names(trace: Trace) -> Iterator[str]:
    if trace.sentence is None:
        return
    names = trace.sentence.names
    for mention in dict.fromkeys(names.mention_of.values()):
        flags = " ".join(w for w, on in (("weak", mention.weak), ("modifier", mention.modifier)) if on)
        words = trace.text[mention.start : mention.end]
        yield f"  name   {words!r} {'/'.join(mention.ids)} {mention.kind or ''} {flags}".rstrip()
    for run in dict.fromkeys(names.run_of.values()):
        yield f"  run    {names.text(run)!r}"


def _tree(trace: Trace) -> Iterator[str]:
    if trace.tree is None:
        return
    words = (f"{t.text}/{t.tag}/{t.dep}>{t.head}" for t in trace.tree.tokens)
    yield "  tree   " + " ".join(f"{n}:{w}" for n, w in enumerate(words))


def _frames(trace: Trace) -> Iterator[str]:
    if trace.tree is None:
        return
    for frame in trace.frames:
        actors = ", ".join(f"{r.text!r} ({r.how})" for r in frame.actors)
        others = ", ".join(f"{r.text!r} ({r.how})" for r in frame.counterparties)
        places = ", ".join(f"{r.text!r} ({r.how})" for r in frame.places)
        word = trace.tree.tokens[frame.trigger].text
        roles = f"actors {actors or '-'}; against {others or '-'}; places {places or '-'}"
        yield f"  rule   {frame.rule.id} on {word!r}: {roles}"
    for drop in trace.dropped:
        yield f"  not    {drop.frame.rule.id} on {trace.tree.tokens[drop.frame.trigger].text!r}: {drop.why}"
    for i, rule, why in trace.why_not:
        yield f"  not    {rule} on {trace.tree.tokens[i].text!r}: {why}"


def _event(event: CodedEvent) -> str:
    places = ", ".join(
        f"{p.resolved}{f' ({p.area or p.extent})' if p.area or p.extent else ''} {p.id}" for p in event.places
    )
    actors = ", ".join(f"{a.resolved} {a.id}" for a in event.actors)
    others = ", ".join(f"{a.resolved} {a.id}" for a in event.counterparties)
    when = f"{event.occurred.earliest}..{event.occurred.latest} {event.occurred.precision}"
    said = event.attribution.resolved if event.attribution else "-"
    roles = f"{actors or '-'} > {others or '-'} @ {places or '-'}"
    return f"{event.type} {event.modality} by {event.rule}: {roles} | {when} | {said}"
