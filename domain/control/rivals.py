"""Which claims of a pile one more claim replaces, without looking at each.

Claims that end by some day are all replaced. Of those that end later, or that have no upper bound, only claims of the
same origin or voice can be replaced, and only they or the one that begins last can replace: they are looked at one by
one.
"""

from collections.abc import Sequence
from datetime import date

from domain.control.claims import Claim, certainly_before, supersedes
from domain.control.pile import Pile


def beats(pile: Pile, one: Claim, near: Sequence[int] | None, window_days: int) -> bool:
    """Whether a claim of a pile that opposes `one` replaces it. `one` comes after all of them in order."""
    return any(_wins(pile.claims[n], one, window_days) for n in (range(pile.size) if near is None else near))


def beaten(pile: Pile, one: Claim, near: Sequence[int] | None, window_days: int) -> Sequence[int]:
    """Where the claims stand in a pile that opposes `one` which `one` replaces. It comes after all of them in order."""
    claims = pile.claims
    if near is None:
        return [n for n in range(pile.size) if _wins(one, claims[n], window_days)]
    day = _last_day_replaced(pile.first, one, window_days)
    ended = range(pile.endless, pile.ended_by(day)) if day else range(0)
    if not near:
        return ended
    apart = set(near)
    return [n for n in ended if n not in apart] + [n for n in near if _wins(one, claims[n], window_days)]


def akin(pile: Pile, one: Claim, window_days: int) -> Sequence[int] | None:
    """Where claims stand that are to be looked at one by one; None: all.

    Those that end a window before `one` begins are replaced, whoever told them, and cannot replace it.
    """
    if window_days <= 0 or pile.inherited != one.inherited:
        return None
    day = _days_before(one.earliest, window_days)
    return pile.akin(one, pile.ended_by(day) if day else 0)


def _last_day_replaced(other: Claim, one: Claim, window_days: int) -> date | None:
    """The last day by which a claim of another origin and voice must end to be replaced (`claims.supersedes`)."""
    by_time = _days_before(one.earliest, window_days)
    presupposed = one.losers & other.holders and not other.losers & one.holders
    by_telling = _days_before(one.latest, window_days) if presupposed else None
    return max((day for day in (by_time, by_telling) if day), default=None)


def _days_before(day: date | None, days: int) -> date | None:
    return date.fromordinal(day.toordinal() - days) if day and day.toordinal() > days else None


def _wins(later: Claim, earlier: Claim, window_days: int) -> bool:
    """Whether `later` replaces a claim that it opposes."""
    if later.inherited == earlier.inherited:
        return supersedes(later, earlier, window_days)
    if later.inherited:  # what is told of the whole reaches an area only when it is certainly the later word
        return certainly_before(earlier, later) and supersedes(later, earlier, window_days)
    return not certainly_before(later, earlier)
