"""An archive that follows what is told out of turn, taken back or merged shows what one made anew does."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from claims_told import DAY_ONE, POLICY
from msgspec.structs import replace
from test_control_slowly import by_article, history, merged

from domain.control import Evidence, archive, assessment
from domain.control.archive import Archive
from domain.control.history import HistoryRow, Known
from domain.control.news import news
from domain.control.timeline import timeline
from domain.projections.control import history_row

PLACE = "place:aba"
FIGHTING = {"event_type": "ClashReported", "holders": (), "losers": ()}


def telling(chance: random.Random, told: Sequence[Evidence], now: datetime) -> list[Known]:
    """What an article tells, with moments up to now: some is rejected, some of another origin from a moment on."""
    found: list[Known] = []
    for one in told:
        until = chance.choice([None, None, None, now, one.known_at + timedelta(minutes=9)])
        if chance.random() < 0.1:
            one = replace(one, **FIGHTING)
        if chance.random() < 0.2:
            one = replace(one, place="Abah")
        if chance.random() < 0.2 and until is None and now > one.known_at:
            found += [Known(one, ((one.known_at, now),)), Known(merged([one])[0], ((now, None),))]
        else:
            found.append(Known(one, ((one.known_at, until),)))
    return found


def retracted(known: Sequence[Known], now: datetime) -> list[Known]:
    return [replace(one, intervals=tuple((a, b or now) for a, b in one.intervals)) for one in known]


def stored(row: HistoryRow) -> str:
    return repr(history_row(row, POLICY.fighting_stale_days))


@pytest.mark.parametrize(
    ("start", "looks_back", "kept"),
    [(0, 128, 1024), (60, 128, 3), (120, 2, 1024), (180, 9, 0), (1_440, 128, 1024)],
)
def test_an_archive_follows_whatever_comes_out_of_turn(
    start: int, looks_back: int, kept: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "LOOKS_BACK", looks_back)
    monkeypatch.setattr(assessment, "KEPT", kept)
    monkeypatch.setattr(assessment, "KEPT_BEFORE", 3)
    followed = 0
    for seed in range(start, start + 60):
        chance = random.Random(seed)
        articles = by_article(history(seed))
        known: dict[str, list[Known]] = {}
        kept, rows = Archive([], POLICY), list[str]()
        for n in range(14):
            now = DAY_ONE + timedelta(days=3, hours=n)
            id = chance.choice(list(articles))
            before = known.get(id, [])
            known[id] = (
                retracted(before, now) if before and chance.random() < 0.5 else telling(chance, articles[id], now)
            )
            new = news(before, known[id]).get(PLACE)
            if new is None:
                continue
            if kept.reaches(new.since):
                gone, come = kept.follow(new.told, new.since)
                for row in map(stored, gone):
                    rows.remove(row)
                rows += map(stored, come)
                followed += 1
            else:
                kept = Archive((one for told in known.values() for one in told), POLICY)
                rows = [*map(stored, kept.rows(None, {}))]
            anew = timeline([one for told in known.values() for one in told], POLICY)
            assert sorted(rows) == sorted(map(stored, anew)), f"seed {seed}, step {n}"
    assert followed > 60 * 3
