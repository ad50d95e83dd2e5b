"""CODEBOOK.md, What events do to control, case by case."""

from datetime import date

from claims_told import DAY_ONE, history, holds, left, state, told, took
from msgspec.structs import replace

from domain.control import evidence_from
from domain.control.evidence import ArticleFacts
from domain.events import ActorRef, CodedEvent, Occurred, PlaceRef


def test_a_transfer_gives_the_place_to_the_receiver_and_remembers_the_giver() -> None:
    given = told("ControlTransferred", "B", losers="A", day="2024-12-01")
    [version] = history(given)
    assert state(given) == ("controlled", {"B"})
    assert [party.name for party in version.verdict.previous] == ["A"]


def test_several_takers_hold_jointly() -> None:
    assert state(took("A B", day="2024-12-01")) == ("joint", {"A", "B"})


def test_a_withdrawal_without_successor_leaves_the_place_vacated() -> None:
    assert state(left("A", day="2024-12-01")) == ("vacated", set())


def test_a_loss_without_taker_leaves_the_holder_unknown() -> None:
    assert state(told("ControlLost", losers="A", day="2024-12-01")) == ("unknown", set())
    assert state(took("", day="2024-12-01")) == ("unknown", set())


def test_a_successor_in_the_same_article_wins_over_the_withdrawal() -> None:
    assert state(left("A", day="2024-12-02"), took("B", day="2024-12-02", sentence=2)) == ("controlled", {"B"})
    assert state(left("A"), holds("B", sentence=2)) == ("controlled", {"B"})


def test_who_took_a_place_and_left_it_later_is_no_successor_of_itself() -> None:
    assert state(took("A", day="2025-01-06"), left("A", day="2025-01-07")) == ("vacated", set())
    assert state(took("A"), left("A", sentence=2)) == ("vacated", set())


def test_a_withdrawal_of_someone_who_does_not_hold_the_place_changes_nothing() -> None:
    taken = took("A", day="2024-12-01", article="a")
    assert state(taken, left("B", day="2024-12-20", article="b")) == ("controlled", {"A"})


def test_one_of_two_holders_who_leaves_leaves_the_other() -> None:
    both = took("A B", day="2024-12-01", article="a")
    assert state(both, left("A", day="2024-12-20", article="b")) == ("controlled", {"B"})


def test_only_asserted_events_change_control() -> None:
    for modality in ("planned", "denied", "conditional"):
        assert state(took("A", day="2024-12-01", modality=modality)) is None


def test_fighting_alone_makes_no_row_and_is_remembered_on_a_row_that_is_there() -> None:
    clash = told("ClashReported", day="2024-12-03")
    assert state(clash) is None
    [version] = history(clash, took("A", day="2024-12-01", article="b"))
    assert version.fighting_last == date(2024, 12, 3)


def test_a_later_event_wins_when_the_times_can_be_told_apart() -> None:
    first, second = took("A", day="2024-12-01", article="a"), took("B", day="2024-12-10", article="b")
    assert state(second, first) == ("controlled", {"B"})
    assert [v.start for v in history(first, second)] == [date(2024, 12, 1), date(2024, 12, 10)]


def test_a_late_report_of_an_earlier_day_does_not_win() -> None:
    late = took("A", day="2024-12-01", article="a", received=30)
    assert state(took("B", day="2024-12-10", article="b"), late) == ("controlled", {"B"})


def test_times_that_cannot_be_told_apart_make_a_dispute_without_a_winner() -> None:
    undated = took("A", latest="2024-12-20", article="a")
    assert state(undated, took("B", day="2024-12-10", article="b")) == ("disputed", {"A", "B"})


def test_opposed_origins_less_than_three_days_apart_dispute_and_three_days_apart_do_not() -> None:
    taken = took("A", day="2024-12-01", article="a")
    assert state(taken, took("B", day="2024-12-03", article="b")) == ("disputed", {"A", "B"})
    assert state(taken, took("B", day="2024-12-04", article="b")) == ("controlled", {"B"})


def test_a_further_origin_settles_the_dispute_and_its_copy_does_not() -> None:
    claims = [took("A", day="2024-12-01", article="a"), took("B", day="2024-12-02", article="b")]
    assert state(*claims, took("B", day="2024-12-02", article="c")) == ("controlled", {"B"})
    assert state(*claims, took("B", day="2024-12-02", article="c", origin="b")) == ("disputed", {"A", "B"})


def test_a_settled_dispute_is_settled_from_the_day_of_the_event() -> None:
    claims = [took("A", day="2024-12-01", article="a"), took("B", day="2024-12-02", article="b")]
    versions = history(*claims, took("B", day="2024-12-02", article="c"))
    assert [(v.verdict.status, v.start) for v in versions] == [
        ("controlled", date(2024, 12, 1)),
        ("controlled", date(2024, 12, 2)),
    ]


def test_origins_that_date_one_taking_apart_leave_its_day_open_between_them() -> None:
    versions = history(took("B", day="2024-12-02", article="a"), took("B", day="2024-12-03", article="b"))
    since = versions[-1].verdict.since
    assert (since.earliest, since.latest, since.precision) == (date(2024, 12, 2), date(2024, 12, 3), "range")


def test_a_party_that_concedes_against_its_own_side_settles_the_dispute() -> None:
    claims = [took("A", day="2024-12-01", article="a"), took("B", day="2024-12-02", article="b", said_by="A")]
    assert state(*claims) == ("controlled", {"B"})


def test_a_party_that_boasts_settles_nothing() -> None:
    claims = [took("A", day="2024-12-01", article="a"), took("B", day="2024-12-02", article="b", said_by="B")]
    assert state(*claims) == ("disputed", {"A", "B"})


def test_one_origin_that_tells_a_sequence_tells_a_sequence() -> None:
    assert state(took("A", day="2024-12-02"), took("B", day="2024-12-04", sentence=2)) == ("controlled", {"B"})
    assert state(took("A", day="2024-12-03"), took("B", day="2024-12-04", sentence=2)) == ("controlled", {"B"})


def test_two_speakers_in_one_article_who_both_claim_to_hold_it_dispute_it() -> None:
    claims = [took("A", day="2024-12-03", said_by="A"), holds("B", latest="2024-12-05", said_by="B", sentence=2)]
    assert state(*claims) == ("disputed", {"A", "B"})


def test_whoever_a_place_was_taken_from_held_it_before() -> None:
    told_before = [took("B", losers="A", day="2024-12-03"), took("A", latest="2024-12-05", sentence=4)]
    assert state(*told_before) == ("controlled", {"B"})


def test_nested_holder_sets_agree() -> None:
    assert state(holds("A"), holds("A B", sentence=2)) == ("joint", {"A", "B"})


def test_two_origins_corroborate_and_a_copy_does_not() -> None:
    taken = took("A", day="2024-12-01", article="a")
    assert history(taken)[-1].verdict.verification == "claimed"
    assert history(taken, took("A", day="2024-12-01", article="b", origin="a"))[-1].verdict.verification == "claimed"
    assert history(taken, took("A", day="2024-12-01", article="b"))[-1].verdict.verification == "corroborated"


def test_a_direct_claim_on_an_area_beats_the_one_inherited_from_the_whole_place() -> None:
    claims = [took("A", latest="2024-12-06"), holds("B", latest="2024-12-06", area="centre", sentence=2)]
    assert state(*claims, area="centre") == ("controlled", {"B"})
    assert state(*claims) == ("disputed", {"A", "B"})


def test_a_certainly_later_taking_of_the_whole_place_takes_its_areas_too() -> None:
    claims = [holds("B", day="2024-12-01", area="centre", article="a"), took("A", day="2024-12-10", article="b")]
    assert state(*claims, area="centre") == ("controlled", {"A"})
    assert state(*claims) == ("controlled", {"A"})


def test_parties_on_unnamed_parts_of_one_place_contest_it() -> None:
    claims = [holds("A", extent="part"), holds("B", extent="part", sentence=2)]
    assert state(*claims, area="part") == ("contested", {"A", "B"})


def test_most_of_a_place_and_a_part_of_it_in_other_hands_is_contested_ground() -> None:
    claims = [took("A", extent="most"), holds("B", extent="part", sentence=2)]
    assert state(*claims) == ("contested", {"A", "B"})


def test_reports_of_one_taking_narrow_its_day() -> None:
    wide = took("A", latest="2024-12-06", article="a")
    exact = took("A", day="2024-12-03", article="b")
    [version] = history(wide, exact)
    assert (version.verdict.since.earliest, version.verdict.since.latest) == (date(2024, 12, 3), date(2024, 12, 3))


def test_an_assertion_bounds_the_beginning_from_above_only() -> None:
    [version] = history(holds("A", latest="2024-12-10"))
    assert (version.verdict.since.earliest, version.verdict.since.latest) == (None, date(2024, 12, 10))


def test_an_undated_assertion_later_than_another_holders_is_the_later_word() -> None:
    claims = [holds("A", latest="2024-01-05", article="a"), holds("B", latest="2024-06-05", article="b")]
    assert state(*claims) == ("controlled", {"B"})


def test_a_sources_own_later_word_on_the_same_time_replaces_its_earlier_one() -> None:
    first = took("A", day="2024-12-01", article="a", said_by="Monitor")
    second = took("B", day="2024-12-01", article="b", said_by="Monitor", received=1)
    assert state(first, second) == ("controlled", {"B"})


def test_what_is_told_since_a_day_had_happened_or_went_on_by_publication() -> None:
    cleared = CodedEvent(
        type="ControlTaken",
        sentence=1,
        ordinal=0,
        rule="take",
        modality="asserted",
        actors=(ActorRef("a", "A", "A", "A"),),
        counterparties=(),
        places=(PlaceRef("place:aba", "Aba", "Aba", "Aba"),),
        occurred=Occurred(date(2024, 12, 1), None, "day", "since Sunday"),
        start=0,
        end=9,
        trigger="took",
        trigger_start=0,
        trigger_end=4,
        fingerprint="f",
    )
    article = ArticleFacts("a", DAY_ONE, date(2024, 12, 6))
    [one] = evidence_from(article, cleared)
    [version] = history(one)
    since = version.verdict.since
    assert (since.earliest, since.latest, since.precision) == (date(2024, 12, 1), date(2024, 12, 6), "range")
    assert evidence_from(ArticleFacts("a", DAY_ONE, None), cleared)[0].latest is None
    assert evidence_from(ArticleFacts("a", DAY_ONE, date(2024, 11, 30)), cleared)[0].latest is None
    assert evidence_from(article, replace(cleared, modality="planned"))[0].latest is None
    assert evidence_from(article, replace(cleared, type="SiegeReported"))[0].latest == date(2024, 12, 6)
    assert evidence_from(article, replace(cleared, type="ControlAsserted"))[0].latest is None
