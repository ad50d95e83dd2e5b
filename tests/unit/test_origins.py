"""Origins are a function of the set of articles received, and a later article never changes an earlier answer."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.edition import Edition
from domain.origins import Arrival, OriginPolicy, Steps, copies, keys, near, origins, signature, similarity_percent
from infra.editions import SHIPPED, shipped

POLICY = OriginPolicy(near_duplicate_percent=20, window_days=30)
START = datetime(2024, 12, 1, tzinfo=UTC)
GOLD = Path(__file__).parents[1] / "data" / "gold"
REPORT = (GOLD / "A01.txt").read_text(encoding="utf-8")


def on_a_line(family: int, at: int) -> str:
    """Signatures of one family share 128 - d of their 128 values when d steps lie between them."""
    return "".join(f"{family * 64 + (at + n) // 128:04x}" for n in range(128))


def arrival(name: str, minute: int, family: int = 0, at: int = 0, day: int | None = 0) -> Arrival:
    moment = START + timedelta(minutes=minute)
    published = None if day is None else moment.date() + timedelta(days=day)
    return Arrival(name, moment, published, on_a_line(family, at))


arrivals = st.lists(
    st.builds(
        arrival,
        name=st.sampled_from([f"{n:02}" for n in range(14)]),
        minute=st.integers(0, 8),
        family=st.integers(0, 1),
        at=st.sampled_from([0, 60, 90, 180, 200, 290]),
        day=st.sampled_from([0, 0, 25, 50, None]),
    ),
    max_size=14,
    unique_by=lambda one: one.article_id,
)


def origin_at(steps: Steps, moment: datetime) -> str:
    return [origin for since, origin in steps if since <= moment][-1]


def by_definition(known: list[Arrival]) -> dict[str, str]:
    """Connected components by walking all pairs; each goes by its smallest (received_at, article id)."""
    found: dict[str, str] = {}
    for one in sorted(known, key=lambda each: each.key):
        reached, waiting = {one.article_id}, [one]
        while waiting:
            here = waiting.pop()
            for other in known:
                if other.article_id not in reached and near(here, other, POLICY):
                    reached.add(other.article_id)
                    waiting.append(other)
        for each in reached:
            found.setdefault(each, one.article_id)
    return found


@settings(max_examples=400, deadline=None)
@given(arrivals)
def test_at_every_moment_an_origin_is_a_connected_component_of_what_was_received_by_then(told: list[Arrival]) -> None:
    found = origins(told, POLICY)
    for moment in {one.received_at for one in told}:
        known = [one for one in told if one.received_at <= moment]
        assert {one.article_id: origin_at(found[one.article_id], moment) for one in known} == by_definition(known)


@settings(max_examples=200, deadline=None)
@given(arrivals, st.randoms())
def test_any_order_and_repeats_give_the_same_origins(told: list[Arrival], chance: object) -> None:
    shuffled = [*told, *told[:3]]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert origins(shuffled, POLICY) == origins(told, POLICY)


def test_a_bridge_joins_two_origins_from_its_receipt_on_and_not_before() -> None:
    first, second, bridge = arrival("b", 1, at=0), arrival("a", 2, at=120), arrival("c", 9, at=60)
    assert origins([second, first], POLICY) == {"b": ((first.received_at, "b"),), "a": ((second.received_at, "a"),)}
    assert origins([bridge, second, first], POLICY) == {
        "b": ((first.received_at, "b"),),
        "a": ((second.received_at, "a"), (bridge.received_at, "b")),
        "c": ((bridge.received_at, "b"),),
    }


def test_articles_farther_apart_than_the_window_are_no_copies_unless_others_link_them() -> None:
    early, late, between = arrival("a", 0), arrival("c", 2, day=31), arrival("b", 1, day=15)
    assert origins([early, late], POLICY)["c"][-1][1] == "c"
    assert origins([early, late, between], POLICY)["c"][-1][1] == "a"


def test_copies_are_found_among_others_without_comparing_every_pair() -> None:
    many = [arrival(f"other {n}", n, family=n + 2) for n in range(500)]
    assert copies([arrival("a", 0, at=5)], [*many, arrival("b", 1, at=30)], POLICY) == {"b"}
    assert not set(keys(on_a_line(0, 5))) & {key for one in many for key in keys(one.signature)}


def test_a_signature_never_changes() -> None:
    """Frozen: signatures of other code could not be compared with those in the log."""
    assert signature(REPORT)[:32] == FROZEN
    assert len(signature(REPORT)) == 512


FROZEN = "5324a64edbcb45f4ed109a159a77a5be"


def alike(first: str, second: str) -> float:
    return similarity_percent(signature(first), signature(second))


def test_another_headline_and_dateline_a_cut_and_a_light_rewrite_stay_copies() -> None:
    body = REPORT.split("\n")
    wire = "Army says Hama holds, denies losses\nBEIRUT, Dec 4 (Example Press) - " + "\n".join(body[1:])
    half = "\n".join(body[: len(body) // 2])
    rewrite = REPORT.replace("Hay'at Tahrir al-Sham", "HTS").replace(" said", " stated").replace("Monday", "December 2")
    for copy in (wire, half, rewrite):
        assert alike(REPORT, copy) >= POLICY.near_duplicate_percent


def test_no_two_development_articles_are_copies() -> None:
    signatures = [signature(path.read_text(encoding="utf-8")) for path in sorted(GOLD.glob("*.txt"))]
    assert len(signatures) > 50
    highest = max(similarity_percent(a, b) for n, a in enumerate(signatures) for b in signatures[:n])
    assert highest < POLICY.near_duplicate_percent - 5


def test_a_text_too_short_to_tell_is_a_copy_only_of_the_same_words() -> None:
    short = "Fighters of the Northern Front took Kidal on Monday, two residents reached by telephone said."
    assert alike(short, short.upper().replace(",", "")) == 100
    assert alike(short, short.replace("Kidal", "Gao")) == 0
    assert signature(" \n") == "" and similarity_percent("", "") == 0


def test_the_shipped_edition_has_the_numbers_and_an_edition_without_them_has_no_copies() -> None:
    files = shipped(SHIPPED)
    assert OriginPolicy.from_text(files["edition.yaml"]) == POLICY
    assert OriginPolicy.from_text("policy:\n  fighting_stale_days: 14\n") is None
    assert OriginPolicy.of(Edition.from_files("x", files, model="m", gazetteer="g").policy) == POLICY


def test_dates_of_publication_are_compared_and_one_without_may_be_of_any_day() -> None:
    published = Arrival("a", START, date(2024, 10, 1), on_a_line(0, 0))
    assert not near(published, arrival("b", 1), POLICY)
    assert near(arrival("c", 0), arrival("b", 1), POLICY)
    assert near(published, arrival("d", 2, day=None), POLICY)
