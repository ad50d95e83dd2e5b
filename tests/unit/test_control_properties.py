"""Properties of the assessment over thousands of made-up histories."""

import random
from datetime import date, timedelta

import pytest
from claims_told import DAY_ONE, POLICY, told
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.control import Evidence, Party, assess, sweep
from domain.control.archive import Archive
from domain.control.history import HistoryRow, Known, cut_key
from domain.control.news import news
from domain.control.timeline import as_of, resume_at, timeline
from domain.projections.control import history_row

NAMES = ("A", "B", "C")
FIRST = date(2024, 12, 1)


@st.composite
def pieces(draw: st.DrawFn, n: int = 0) -> Evidence:
    kind = draw(
        st.sampled_from(
            [
                "ControlTaken",
                "ControlTransferred",
                "ControlAsserted",
                "ControlLost",
                "WithdrawalReported",
                "ClashReported",
            ]
        )
    )
    parties = draw(st.lists(st.sampled_from(NAMES), max_size=2, unique=True))
    others = draw(st.lists(st.sampled_from(NAMES), max_size=1))
    loss = kind in ("ControlLost", "WithdrawalReported")
    earliest = draw(st.one_of(st.none(), st.integers(0, 20)))
    width = draw(st.integers(0, 5))
    latest = draw(st.one_of(st.none(), st.integers(0, 25))) if earliest is None else earliest + width
    article = draw(st.integers(0, 6))
    return Evidence(
        known_at=DAY_ONE + timedelta(hours=article),
        article_id=f"article {article}",
        sentence=n,
        ordinal=0,
        event_type=kind,
        modality=draw(st.sampled_from(["asserted"] * 5 + ["denied"])),
        place_id="place:aba",
        place="Aba",
        area=draw(st.sampled_from([None, None, "centre", "part"])),
        extent=draw(st.sampled_from([None, None, "most", "whole"])),
        holders=() if loss or kind == "ClashReported" else tuple(Party(p, p) for p in parties),
        losers=tuple(Party(p, p) for p in (parties if loss else others)) if kind != "ControlAsserted" else (),
        earliest=None if earliest is None else FIRST + timedelta(days=earliest),
        latest=None if latest is None else FIRST + timedelta(days=latest),
        precision="unknown" if earliest is None else "day" if width == 0 else "range",
        origin_id=f"article {draw(st.sampled_from([article, article, article // 2]))}",
        voice=draw(st.sampled_from([f"article:{article}", "said:monitor", "said:a"])),
        voice_actor=draw(st.sampled_from([None, None, "A", "B"])),
    )


@st.composite
def archives(draw: st.DrawFn) -> list[Evidence]:
    return [draw(pieces(n=n)) for n in range(draw(st.integers(0, 9)))]


@settings(max_examples=600, deadline=None)
@given(archives(), st.randoms(use_true_random=False))
def test_order_and_repeats_of_delivery_change_nothing(evidence: list[Evidence], chance: random.Random) -> None:
    shuffled = evidence + [chance.choice(evidence) for _ in range(3) if evidence]
    chance.shuffle(shuffled)
    assert assess(shuffled, POLICY) == assess(evidence, POLICY)


@settings(max_examples=300, deadline=None)
@given(archives())
def test_the_versions_of_a_holding_follow_each_other_without_overlap(evidence: list[Evidence]) -> None:
    for versions in assess(evidence, POLICY).values():
        starts = [one.start or date.min for one in versions]
        assert starts == sorted(set(starts))
        assert [one.until for one in versions] == [*(one.start for one in versions[1:]), None]
        assert all(one.verdict.support for one in versions)


@settings(max_examples=300, deadline=None)
@given(archives(), st.integers(0, 9), st.lists(st.booleans(), min_size=10, max_size=10))
def test_a_timeline_carried_on_is_the_timeline_made_anew(
    evidence: list[Evidence], split: int, withdrawn: list[bool]
) -> None:
    known = [
        Known(one, ((one.known_at, DAY_ONE + timedelta(days=1, hours=n) if gone else None),))
        for n, (one, gone) in enumerate(zip(evidence, withdrawn, strict=False))
    ]
    chosen = known[:split]
    rows = timeline(chosen, POLICY)
    for one in known[split:]:
        chosen = [*chosen, one]
        rows = carry_on(rows, chosen, one)
    assert sorted(map(repr, rows)) == sorted(map(repr, timeline(known, POLICY)))


@settings(max_examples=600, deadline=None)
@given(archives(), st.integers(0, 6), st.lists(st.sampled_from([None, None, 0, 7]), min_size=10, max_size=10))
def test_an_archive_that_follows_shows_what_one_that_hears_all_at_once_does(
    evidence: list[Evidence], split: int, withdrawn: list[int | None]
) -> None:
    known = [
        Known(
            respelled(one),
            ((one.known_at, None if gone is None else one.known_at + timedelta(minutes=1, seconds=gone)),),
        )
        for one, gone in zip(evidence, withdrawn, strict=False)
    ]
    articles = sorted({one.evidence.article_id for one in known})
    archive = Archive([one for one in known if one.evidence.article_id in articles[:split]], POLICY)
    rows = [stored(row) for row in archive.rows(None, {})]
    for article in articles[split:]:
        new = news([], [one for one in known if one.evidence.article_id == article])["place:aba"]
        assert archive.reaches(new.since)
        gone, come = archive.follow(new.told, new.since)
        for row in gone:
            rows.remove(stored(row))
        rows += map(stored, come)
    assert sorted(rows) == sorted(map(stored, timeline(known, POLICY)))


def respelled(one: Evidence) -> Evidence:
    """Some articles write the place's name otherwise; its rows go by the newest."""
    return replace(one, place="Abah") if one.article_id.endswith(("3", "5")) else one


def stored(row: HistoryRow) -> str:
    return repr(history_row(row, POLICY.fighting_stale_days))


def carry_on(rows: list[HistoryRow], evidence: list[Known], new: Known) -> list[HistoryRow]:
    """As the projector does it: rows that ended by then stay, the rest is made again from there."""
    resume = resume_at(evidence, new.intervals[0][0])
    if resume is None:
        return timeline(evidence, POLICY)
    ended = [row for row in rows if row.known_to is not None and row.known_to <= resume]
    begun = {
        cut_key(row.version): row.known_from
        for row in rows
        if row.known_from <= resume and (row.known_to is None or row.known_to > resume)
    }
    return ended + timeline(evidence, POLICY, resume=resume, begun=begun)


@settings(max_examples=300, deadline=None)
@given(archives(), st.integers(-5, 30), st.integers(0, 8))
def test_a_holding_has_at_most_one_definite_state_a_day_and_it_is_what_was_known(
    evidence: list[Evidence], day: int, hours: int
) -> None:
    rows = timeline([Known(one, ((one.known_at, None),)) for one in evidence], POLICY)
    on, at = FIRST + timedelta(days=day), DAY_ONE + timedelta(hours=hours)
    found = [row for row, certainty in as_of(rows, on, at) if certainty == "definite"]
    areas = [row.version.area for row in found]
    assert len(areas) == len(set(areas))
    anew = assess([one for one in evidence if one.known_at <= at], POLICY)
    expected = {
        cut_key(version)
        for versions in anew.values()
        for version in versions
        if version.start is not None and version.start <= on and (version.until is None or on < version.until)
    }
    assert {cut_key(row.version) for row in found} == expected


@st.composite
def repeats(draw: st.DrawFn) -> list[Evidence]:
    """Mostly "they still hold it", with a taking or a withdrawal between."""
    found = []
    for n in range(draw(st.integers(0, 8))):
        kind = draw(st.sampled_from(["ControlAsserted"] * 4 + ["ControlTaken", "WithdrawalReported"]))
        who = draw(st.sampled_from(["A", "A", "A", "A B", "B"]))
        day = f"2024-12-{draw(st.integers(1, 12)):02}"
        dated = {"day": day} if draw(st.booleans()) else {"latest": day}
        left = kind == "WithdrawalReported"
        found.append(
            told(kind, "" if left else who, losers=who if left else "", article=f"a{n}", received=n, **dated)  # type: ignore[arg-type]
        )
    return found


@settings(max_examples=600, deadline=None)
@given(repeats())
def test_a_verdict_spared_by_a_repeat_would_have_been_replaced_by_it(evidence: list[Evidence]) -> None:
    spared = assess(evidence, POLICY)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sweep, "_only_repeats", lambda state, one: False)
        assert assess(evidence, POLICY) == spared
