"""How much is assessed for one more claim: counted, not timed."""

from datetime import UTC, date, datetime, timedelta

import pytest
from claims_told import POLICY

from domain.control import Evidence, Party, sweep
from domain.control.timeline import Archive, Known

SIDES = (Party("A", "A"), Party("B", "B"))


def taken(n: int) -> Known:
    """The nth taking of a place that changes hands every five days."""
    at = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(hours=n)
    day = date(1800, 1, 1) + timedelta(days=5 * n)
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
        holders=(SIDES[n % 2],),
        losers=(),
        earliest=day,
        latest=day,
        precision="day",
        origin_id=f"article {n:06}",
        voice="said:monitor",
    )
    return Known(evidence, ((at, None),))


def work_of_one_more(claims: int) -> tuple[int, int, int]:
    """(claims heard, rows replaced, rows written) for one more claim than these many."""
    archive = Archive([taken(n) for n in range(claims)], POLICY)
    archive.rows(None, {})
    heard: list[object] = []
    take = sweep.take
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sweep, "take", lambda state, one, days: heard.append(one) or take(state, one, days))
        gone, come = archive.follow([taken(claims)])
    return len(heard), len(gone), len(come)


def test_one_more_claim_costs_a_holding_with_many_claims_what_it_costs_one_with_few() -> None:
    few, many = work_of_one_more(1_000), work_of_one_more(10_000)
    assert few == many
    assert few[0] == 1
