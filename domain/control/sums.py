"""The sums over claims of one wording that a verdict asks for, kept up claim by claim."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from domain.control.claims import Claim
from domain.control.evidence import UNNAMED_PART, Evidence

OPEN_DAYS = 10**6
"""The width of a claim whose day is not bounded on both sides."""


class Sums(NamedTuple):
    """What is known of all claims of a pile. `newest` is the newest in the world, `told_last` the newest by receipt;
    `last_change` and `first_state` begin what they tell of; `width_days` is of the widest. As written, all lie between
    `first_day` and `last_day`, date.min and date.max where one is open.
    """

    newest: Claim
    told_last: Evidence
    last_change: Claim | None
    first_state: Claim | None
    with_extent: Claim | None
    dated: bool
    width_days: int
    speakers: frozenset[str]
    direct: bool
    unnamed_parts: bool
    first_day: date
    last_day: date


def age(one: Claim) -> tuple[object, ...]:
    """The newer claim in the world has the greater."""
    return (one.evidence.latest or date.min, one.tie)


def began(one: Claim) -> tuple[object, ...]:
    """Of changes, the last to begin has the greatest."""
    return (one.earliest or date.min, one.latest or date.max, one.sort_key)


def stated(one: Claim) -> tuple[object, ...]:
    """Of assertions, the first has the smallest."""
    return (one.latest or date.max, one.sort_key)


def _width_days(one: Claim) -> int:
    return (one.latest - one.earliest).days if one.earliest and one.latest else OPEN_DAYS


def sums_of(one: Claim) -> Sums:
    """Of a single claim."""
    evidence, change = one.evidence, one.bearing != "assertion"
    return Sums(
        newest=one,
        told_last=evidence,
        last_change=one if change else None,
        first_state=None if change else one,
        with_extent=one if evidence.extent else None,
        dated=one.dated,
        width_days=_width_days(one),
        speakers=frozenset([evidence.voice_actor] if evidence.voice_actor else []),
        direct=not one.inherited,
        unnamed_parts=evidence.area == UNNAMED_PART,
        first_day=evidence.earliest or date.min,
        last_day=evidence.latest or date.max,
    )


def more(sums: Sums, claims: Iterable[Claim]) -> Sums:
    """With more claims, in order and later than all others."""
    newest, told_last, change, state, extent, dated, width, speakers, direct, unnamed, first_day, last_day = sums
    newest_age, last_key = age(newest), told_last.key
    for one in claims:
        evidence = one.evidence
        if one.bearing == "assertion":
            state = one if state is None or stated(one) < stated(state) else state
        else:
            change = one if change is None or began(one) > began(change) else change
        if (one_age := age(one)) > newest_age:
            newest, newest_age = one, one_age
        if (key := evidence.key) > last_key:
            told_last, last_key = evidence, key
        if evidence.extent:
            extent = one
        dated = dated or one.dated
        width = max(width, _width_days(one))
        if (speaker := evidence.voice_actor) and speaker not in speakers:
            speakers |= {speaker}
        direct = direct or not one.inherited
        unnamed = unnamed and evidence.area == UNNAMED_PART
        first_day = min(first_day, evidence.earliest or date.min)
        last_day = max(last_day, evidence.latest or date.max)
    return Sums(newest, told_last, change, state, extent, dated, width, speakers, direct, unnamed, first_day, last_day)
