"""Times in a sentence as intervals of days: the grammar of the codebook (edge case 8), read without a clock."""

from collections.abc import Iterable, Sequence
from datetime import date

from domain.events import Occurred
from domain.time import calendar, grammar
from domain.time.expression import Anchor, Bound, Context, TimeExpression
from domain.time.joining import merge, read_in_order, settle_clauses
from domain.time.units import dateline, units_in, without_dateline

__all__ = ["Anchor", "Bound", "TimeExpression", "dateline", "find_in_sentences", "find_times", "follow", "to_occurred"]


def find_times(
    sentence: str, published: date | None, anchor: date | Anchor | None = None, *, planned: bool = False
) -> list[TimeExpression]:
    """Return the times named in a sentence, in order, without overlap.

    `published` settles weekdays and dates without a year: the latest on or before it (`planned`: the earliest on or
    after it); None leaves them without days. `anchor` is the date named last before this sentence, on which "the
    following day" hangs (`follow` keeps it). Vague times ("last week", "overnight") come back undated. Raises nothing.
    """
    if not grammar.ANY.search(sentence):
        return []
    units = without_dateline(sentence, units_in(sentence))
    done = read_in_order(units, Context(published, planned, Anchor.of(anchor)))
    return merge(sentence, units, settle_clauses(sentence, done), Context(published, planned, Anchor()))


def find_in_sentences(sentences: Sequence[str], published: date | None) -> list[list[TimeExpression]]:
    """`find_times` for each sentence of an article in order, every one anchored on what was named before it."""
    anchor = Anchor()
    found = []
    for sentence in sentences:
        found.append(find_times(sentence, published, anchor))
        anchor = follow(anchor, found[-1])
    return found


def follow(anchor: date | Anchor | None, expressions: Iterable[TimeExpression]) -> Anchor:
    """Return the anchor for the next sentence: the last dated expression, else the old anchor.

    "Since December" is background and becomes the anchor only where the sentence names nothing else.
    """
    dated = [e for e in expressions if e.dated and not e.dependent]
    foreground = [e for e in dated if e.bound != "since"] or dated
    return Anchor(foreground[-1].interval) if foreground else Anchor.of(anchor)


def to_occurred(
    expression: TimeExpression | None, *, published: date | None = None, planned: bool = False, state: bool = False
) -> Occurred:
    """Return the bounds of an event at this time; None or an undated expression: bounded by publication alone.

    "By D" has no lower bound. "Since D": a `state` holds from D itself, anything else has no upper bound. "Until",
    "before" and "after" bound one side and leave the precision unknown. A month that is not over ends, for what has
    happened, with publication.
    """
    if expression is None or not expression.dated:
        return _unknown(expression, published, planned)
    earliest, latest, words = expression.earliest, expression.latest, expression.as_written
    match expression.bound:
        case "by":
            return Occurred(None, latest, expression.precision, words)
        case "since" if not state:
            return Occurred(earliest, None, expression.precision, words)
        case "until":
            return Occurred(None, latest, "unknown", words)
        case "before":
            return Occurred(None, earliest and _neighbour(earliest, -1), "unknown", words)
        case "after":
            return Occurred(latest, None if planned else published, "unknown", words)
    if published and not planned and latest and earliest and earliest <= published < latest:
        latest = published
    return Occurred(earliest, latest, expression.precision, words)


def _neighbour(day: date, step: int) -> date:
    return calendar.plus(day, step) or day


def _unknown(expression: TimeExpression | None, published: date | None, planned: bool) -> Occurred:
    earliest = expression.earliest if expression else None
    latest = expression.latest if expression else None
    if earliest is None and latest is None:
        earliest, latest = (published, None) if planned else (None, published)
    return Occurred(earliest, latest, "unknown", expression.as_written if expression else None)
