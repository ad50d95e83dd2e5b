"""What is said to differ between two codings of one article."""

import msgspec

from domain.difference import event_changes, lost_fingerprints, row_changes, same_coding
from domain.events import ActorRef, CodedEvent, Coding, Occurred, PlaceRef, SentenceRecord
from domain.projections.control import EVIDENCE
from infra.replay.weigh import causes


def event(
    type: str = "ControlTaken",
    *,
    at: int = 10,
    sentence: int = 1,
    actor: str = "Rebels",
    place: str = "Aba",
    rule: str = "taken",
    fingerprint: str | None = None,
) -> CodedEvent:
    return CodedEvent(
        type=type,
        sentence=sentence,
        ordinal=1,
        rule=rule,
        modality="asserted",
        actors=(ActorRef(actor.lower(), actor, actor, actor),),
        counterparties=(),
        places=(PlaceRef(place.lower(), place, place, place),),
        occurred=Occurred(),
        start=0,
        end=40,
        trigger="took",
        trigger_start=at,
        trigger_end=at + 4,
        fingerprint=fingerprint or f"{sentence} {at} {type} {place}",
    )


def coding(*events: CodedEvent, edition: str = "one") -> Coding:
    named = tuple(msgspec.structs.replace(each, edition=edition) for each in events)
    return Coding("a", edition, f"digest of {edition}", "model", (SentenceRecord(1, 0, 40, "coded"),), named, ())


def test_the_same_events_under_another_edition_are_no_difference() -> None:
    one, other = coding(event()), coding(event(), edition="two")
    assert same_coding(one, other)
    assert event_changes(one, other) == []


def test_another_sentence_state_is_another_coding_though_no_event_differs() -> None:
    other = msgspec.structs.replace(coding(), sentences=(SentenceRecord(1, 0, 40, "quiet"),))
    assert not same_coding(coding(), other)
    assert event_changes(coding(), other) == []


def test_an_event_without_a_partner_appears_or_vanishes() -> None:
    before, after = coding(event(sentence=1)), coding(event(sentence=2))
    assert [(c.kind, c.event.sentence) for c in event_changes(before, after)] == [("vanishes", 1), ("appears", 2)]


def test_an_article_that_was_not_coded_gets_all_its_events() -> None:
    assert [c.kind for c in event_changes(None, coding(event()))] == ["appears"]


def test_one_event_by_fingerprint_changes_its_roles_and_its_rule() -> None:
    before, after = coding(event()), coding(event(actor="Army", rule="taken.two"))
    [change] = event_changes(before, after)
    assert (change.kind, change.fields) == ("changes", ("actors", "rule"))
    assert lost_fingerprints(before, after) == set()


def test_one_trigger_that_means_something_else_changes_the_type_and_loses_the_fingerprint() -> None:
    before, after = coding(event()), coding(event("PresenceReported"))
    [change] = event_changes(before, after)
    assert (change.kind, change.fields) == ("changes", ("type",))
    assert lost_fingerprints(before, after) == {event().fingerprint}


def test_each_event_has_one_partner_at_most() -> None:
    before = coding(event(at=10), event(at=20))
    after = coding(event(at=20, actor="Army"))
    assert [(c.kind, c.event.trigger_start) for c in event_changes(before, after)] == [
        ("vanishes", 10),
        ("changes", 20),
    ]


def test_rows_differ_by_key_whatever_their_order() -> None:
    before = [("a", 1), ("a", 2), ("b", 1), ("c", 1)]
    after = [("a", 2), ("a", 1), ("b", 2), ("d", 1)]
    found = [(change.key, change.kind) for change in row_changes(before, after, 1)]
    assert found == [(("b",), "changes"), (("c",), "vanishes"), (("d",), "appears")]


def test_a_rule_under_another_name_makes_no_holding_differ() -> None:
    row = tuple(f"{column}" for column in EVIDENCE.columns)
    renamed = tuple(
        "another" if column in ("rule", "event_position") else value
        for column, value in zip(EVIDENCE.columns, row, strict=True)
    )
    denied = tuple(
        "denied" if column == "modality" else value for column, value in zip(EVIDENCE.columns, renamed, strict=True)
    )
    assert causes([row], [renamed]) == {}
    assert causes([row], [denied]) == {"place_id": denied}
