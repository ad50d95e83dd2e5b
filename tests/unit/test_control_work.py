"""How much is looked at for one more claim: counted, not timed."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from claims_told import POLICY
from msgspec.structs import replace

from domain.control import Evidence, Party, pile, rivals, sweep
from domain.control.archive import Archive
from domain.control.history import Known
from domain.control.news import news

SIDES = (Party("A", "A"), Party("B", "B"))
FEW, MANY = 500, 4_000
START = datetime(2024, 1, 1, tzinfo=UTC)
FIRST = date(1800, 1, 1)


def taken(n: int, holder: Party, losers: tuple[Party, ...] = (), day: int | None = None) -> Known:
    """The nth taking, five days after the one before."""
    at, on = START + timedelta(hours=n), FIRST + timedelta(days=5 * n if day is None else day)
    evidence = Evidence(
        known_at=at,
        article_id=f"article {n:06}",
        sentence=1,
        ordinal=0,
        event_type="ControlTaken",
        modality="asserted",
        place_id="place:aba",
        place="Aba",
        area=None,
        extent=None,
        holders=(holder,),
        losers=losers,
        earliest=on,
        latest=on,
        precision="day",
        origin_id=f"article {n:06}",
        voice=f"article:{n}",
    )
    return Known(evidence, ((at, None),))


def alternating(n: int) -> Known:
    return taken(n, SIDES[n % 2])


def agreeing(n: int) -> Known:
    """Half of them name a loser too: two wordings that agree."""
    return taken(n, SIDES[0], losers=SIDES[1:] if n % 2 else ())


def undated(n: int) -> Known:
    """Of two sides that contradict each other for good: nothing tells which came later."""
    one = taken(n, SIDES[n % 2])
    return Known(replace(one.evidence, earliest=None, precision="unknown"), one.intervals)


def stated(n: int) -> Known:
    one = taken(n, SIDES[0])
    return Known(replace(one.evidence, event_type="ControlAsserted"), one.intervals)


HISTORIES = [alternating, agreeing, undated, stated]


def work(made: Callable[[int], Known], claims: int, removed: Iterable[Known], added: Iterable[Known]) -> dict[str, int]:
    """What is looked at when this is told instead of that after these many claims."""
    archive = Archive([made(n) for n in range(claims)], POLICY)
    archive.rows(START + timedelta(hours=claims - 200), {})
    new = news(removed, added)["place:aba"]
    counted = dict.fromkeys(("claims heard", "claims compared", "claims summed", "rows"), 0)

    def counting(name: str, function: Any) -> Any:
        def counted_one(*arguments: Any) -> Any:
            counted[name] += 1
            return function(*arguments)

        return counted_one

    assert archive.reaches(new.since)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sweep, "take", counting("claims heard", sweep.take))
        patch.setattr(rivals, "supersedes", counting("claims compared", rivals.supersedes))
        patch.setattr(pile, "more", counting("claims summed", pile.more))
        gone, come = archive.follow(new.told, new.since)
    return counted | {"rows": len(gone) + len(come)}


@pytest.mark.parametrize("made", HISTORIES)
def test_one_more_claim_costs_a_holding_with_many_claims_what_it_costs_one_with_few(
    made: Callable[[int], Known],
) -> None:
    few, many = (work(made, n, [], [made(n)]) for n in (FEW, MANY))
    assert few == many
    assert few["claims heard"] == 1
    assert few["claims compared"] < 20


@pytest.mark.parametrize("made", HISTORIES)
def test_a_claim_dated_earlier_costs_what_lies_after_it(made: Callable[[int], Known]) -> None:
    def late(n: int) -> Known:
        one, day = made(n), FIRST + timedelta(days=5 * (n - 40) + 1)
        return Known(replace(one.evidence, latest=day, earliest=one.evidence.earliest and day), one.intervals)

    few, many = (work(made, n, [], [late(n)]) for n in (FEW, MANY))
    assert few == many
    assert few["claims heard"] == (2 if made is alternating else 40), "the next taking undoes what it changes"


@pytest.mark.parametrize("made", HISTORIES)
def test_a_report_received_before_others_that_are_shown_costs_these_others(made: Callable[[int], Known]) -> None:
    def early(n: int) -> Known:
        received = made(n - 20).intervals[0][0] + timedelta(minutes=5)
        return Known(replace(made(n).evidence, known_at=received), ((received, None),))

    few, many = (work(made, n, [], [early(n)]) for n in (FEW, MANY))
    assert few == many
    assert few["claims heard"] < 60


@pytest.mark.parametrize("made", HISTORIES)
@pytest.mark.parametrize("merged", [False, True])
def test_a_retraction_and_a_change_of_origin_cost_what_lies_after_the_claim(
    made: Callable[[int], Known], merged: bool
) -> None:
    def changed(n: int) -> list[Known]:
        at, [(since, _)] = START + timedelta(hours=n), made(n - 40).intervals
        copied = Known(replace(made(n - 40).evidence, origin_id="article 000001"), ((at, None),))
        return [Known(made(n - 40).evidence, ((since, at),)), *([copied] if merged else [])]

    few, many = (work(made, n, [made(n - 40)], changed(n)) for n in (FEW, MANY))
    assert few == many
    assert few["claims heard"] == (2 if made is alternating else 39 + merged)


def test_after_a_claim_dated_back_what_stands_as_it_stood_is_not_heard_again() -> None:
    dated_back = taken(FEW, SIDES[0], day=5 * 200 + 1)
    found = work(alternating, FEW, [], [dated_back])
    assert found["claims heard"] == 2
    assert found["claims compared"] < 20
