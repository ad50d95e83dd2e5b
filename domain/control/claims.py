"""Which claim was before which, which exclude each other, and which one replaces the other."""

from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache

import msgspec
from msgspec.structs import replace

from domain.control.evidence import Bearing, Evidence, Party


class Claim(msgspec.Struct, frozen=True, gc=False):
    """Evidence with what it implies for ordering. `earliest`/`latest` bound the day it is valid for.

    An assertion tells a state and no change, so it is valid at its own date, and at publication when it has none
    (`dated` is False); a transition without a date happened at any day up to publication. Claims of one `wording`
    name the same holders and losers, so they oppose the same others. `sort_key` orders by time, then as ties break.
    `open_names` counts holders that are not resolved.
    """

    evidence: Evidence
    bearing: Bearing
    holders: frozenset[str]
    losers: frozenset[str]
    earliest: date | None
    latest: date | None
    dated: bool
    wording: str
    open_names: int
    sort_key: tuple[object, ...]
    inherited: bool = False

    @property
    def tie(self) -> tuple[object, ...]:
        """The end of `sort_key`."""
        return self.sort_key[2:]

    @property
    def spot(self) -> tuple[int, int]:
        """Where the article tells it."""
        return (self.evidence.sentence, self.evidence.ordinal)


def claim(evidence: Evidence) -> Claim:
    """Evidence on holders as a claim; fighting has none."""
    earliest, latest = evidence.earliest, evidence.latest
    bearing = evidence.bearing
    if bearing == "assertion":
        earliest, latest = _valid_days(evidence)
    return Claim(
        evidence,
        bearing,
        *_ids(evidence.holders, evidence.losers),
        earliest,
        latest,
        evidence.precision != "unknown",
        *_worded(evidence.holders, evidence.losers),
        (latest or date.min, earliest or date.min, *evidence.key, evidence.area or ""),
    )


@lru_cache(maxsize=10_000)
def _ids(holders: tuple[Party, ...], losers: tuple[Party, ...]) -> tuple[frozenset[str], frozenset[str]]:
    return frozenset(party.id for party in holders), frozenset(party.id for party in losers)


@lru_cache(maxsize=10_000)
def _worded(holders: tuple[Party, ...], losers: tuple[Party, ...]) -> tuple[str, int]:
    """(wording, open names), the same objects for the same parties: a place with many claims has few."""
    told = ";".join(f"{party.id} {' '.join(party.candidates)}" for party in holders)
    wording = f"{told} < {';'.join(party.id for party in losers)}"
    return wording, sum(bool(party.candidates) for party in holders)


def without(one: Claim, gone: frozenset[str]) -> Claim | None:
    """The claim without holders who left since; None when none is left."""
    rest = tuple(party for party in one.evidence.holders if party.id not in gone)
    if not rest:
        return None
    holders, _ = _ids(rest, one.evidence.losers)
    wording, open_names = _worded(rest, one.evidence.losers)
    evidence = replace(one.evidence, holders=rest)
    return replace(one, holders=holders, evidence=evidence, wording=wording, open_names=open_names)


def _valid_days(evidence: Evidence) -> tuple[date | None, date | None]:
    """The days an assertion vouches for. "Since May" vouches for May, "by Thursday it held A" for Thursday."""
    earliest, latest = evidence.earliest, evidence.latest
    if earliest is None:
        return latest, latest
    if evidence.precision == "month":
        month_end = (earliest.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)
        return earliest, min(month_end, latest or month_end)
    if evidence.precision == "year":
        return earliest, min(earliest.replace(month=12, day=31), latest or date.max)
    return earliest, earliest


def certainly_before(first: Claim, second: Claim) -> bool:
    """Told apart by bounds alone, never by a guess."""
    return first.latest is not None and second.earliest is not None and first.latest < second.earliest


def overlap(first: Evidence, second: Evidence) -> bool:
    """The times of two reports, as written, cannot be told apart."""
    apart = (first.latest and second.earliest and first.latest < second.earliest) or (
        second.latest and first.earliest and second.latest < first.earliest
    )
    return not apart


def _agree(first: Claim, second: Claim) -> bool:
    """Equal or nested holder sets agree; an unresolved mention agrees with any of its candidates."""
    if not first.open_names and not second.open_names:
        return first.holders <= second.holders or second.holders <= first.holders
    return _within(first.evidence.holders, second.evidence.holders) or _within(
        second.evidence.holders, first.evidence.holders
    )


def _within(inner: Iterable[Party], outer: Iterable[Party]) -> bool:
    outside = list(outer)
    return all(any(_same(a, b) for b in outside) for a in inner)


def _same(first: Party, second: Party) -> bool:
    return first.id == second.id or first.id in second.candidates or second.id in first.candidates


def opposes(first: Claim, second: Claim) -> bool:
    """They cannot both describe one holding at one time."""
    if not first.holders and not second.holders:
        return False
    if first.holders and second.holders:
        return (
            not _agree(first, second)
            or bool(first.losers & second.holders - first.holders)
            or bool(second.losers & first.holders - second.holders)
        )
    loss, held = (second, first) if first.holders else (first, second)
    return not loss.losers or bool(loss.losers & held.holders)


def supersedes(later: Claim, earlier: Claim, window_days: int) -> bool:
    """Of two claims that oppose each other, `later` replaces `earlier`: time, the telling or a correction says so."""
    if _presupposes(later, earlier, window_days) or _corrects(later, earlier):
        return True
    if not certainly_before(earlier, later):
        return False
    return not (_independent(later, earlier) and gap_days(earlier, later) < window_days)


def gap_days(earlier: Claim, later: Claim) -> int:
    """Days between two claims that are certainly apart."""
    assert earlier.latest is not None and later.earliest is not None
    return (later.earliest - earlier.latest).days


def _independent(later: Claim, earlier: Claim) -> bool:
    """Two voices that may contradict each other. Within one origin dated events are a sequence whoever tells them."""
    if later.evidence.voice == earlier.evidence.voice:
        return False
    same_origin = later.evidence.origin_id == earlier.evidence.origin_id
    return not (same_origin and (later.dated or later.bearing != "assertion"))


def _presupposes(later: Claim, earlier: Claim, window_days: int) -> bool:
    """A taking from L, or L's leaving, says by itself that L held the place before."""
    if not later.losers & earlier.holders or certainly_before(later, earlier):
        return False
    if earlier.losers & later.holders:
        return False
    if later.evidence.origin_id != earlier.evidence.origin_id:
        days = timedelta(days=window_days)
        return bool(earlier.latest and later.latest and earlier.latest + days <= later.latest)
    if later.bearing == "loss":
        return earlier.bearing == "transition" and _tells_on(later, earlier)
    return earlier.bearing == "transition" or earlier.dated


def _tells_on(later: Claim, earlier: Claim) -> bool:
    return later.evidence.article_id == earlier.evidence.article_id and later.spot > earlier.spot


def _corrects(later: Claim, earlier: Claim) -> bool:
    """A source's own later word on the same time replaces its earlier one."""
    a, b = later.evidence, earlier.evidence
    if a.voice != b.voice or a.voice.startswith("article:") or a.article_id == b.article_id:
        return False
    return a.key > b.key and (later.dated or not earlier.dated) and not certainly_before(later, earlier)


def effective(claims: Iterable[Claim]) -> list[Claim]:
    """The claims without losses that the same article answers with a successor there."""
    claims = list(claims)
    told: dict[str, list[Claim]] = {}
    for one in claims:
        if one.holders:
            told.setdefault(one.evidence.article_id, []).append(one)
    return [
        one for one in claims if one.holders or not any(_answers(s, one) for s in told.get(one.evidence.article_id, ()))
    ]


def _answers(successor: Claim, loss: Claim) -> bool:
    area = loss.evidence.area
    if certainly_before(successor, loss) or (area is not None and successor.evidence.area not in (area, None)):
        return False
    if not loss.losers & successor.holders or certainly_before(loss, successor):
        return True
    return not (successor.bearing == "transition" and _tells_on(loss, successor))
