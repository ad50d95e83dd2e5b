"""The shared, incremental assessment says what the first, slow one says, over thousands of made-up histories."""

import random
from collections.abc import Iterable
from datetime import date, timedelta
from itertools import chain

import pytest
from claims_told import DAY_ONE, POLICY
from control_slowly import said, slowly
from msgspec.structs import replace

from domain.control import Evidence, Party, assess
from domain.control.assessment import Assessor

FIRST = date(2024, 12, 1)
KINDS = {
    "agreeing": ["ControlAsserted"] * 12 + ["ControlTaken"] * 3 + ["WithdrawalReported"],
    "changing": ["ControlTaken"] * 4 + ["ControlAsserted", "ControlTransferred", "ControlLost", "WithdrawalReported"],
}
NAMES = {"agreeing": "AAAAAAAAB", "changing": "AABBC"}


def evidence(
    chance: random.Random, temper: str, article: int, sentence: int, areas: list[str | None], open_ended: float = 0.1
) -> Evidence:
    """Something that an article tells; `open_ended` is the share of what has no upper bound."""
    kind = chance.choice(KINDS[temper])
    loss = kind in ("ControlLost", "WithdrawalReported")
    first = chance.choice([None, None, chance.randrange(40), chance.randrange(40), article, article, article])
    width = chance.choice([0, 0, 0, 1, 2, 9])
    latest = chance.choice([article, article, chance.randrange(40)]) if first is None else first + width
    return Evidence(
        known_at=DAY_ONE + timedelta(hours=article),
        article_id=f"article {article:03}",
        sentence=sentence,
        ordinal=0,
        event_type=kind,
        modality="asserted",
        place_id="place:aba",
        place="Aba",
        area=chance.choice(areas),
        extent=chance.choice([None, None, None, "most", "whole", "part"]),
        holders=() if loss else parties(chance, temper, chance.choice([0, 1, 1, 1, 1, 1, 2, 2])),
        losers=() if kind == "ControlAsserted" else parties(chance, "changing", chance.choice([0, 0, 1, 1, 2])),
        earliest=None if first is None else FIRST + timedelta(days=first),
        latest=None if latest is None or chance.random() < open_ended else FIRST + timedelta(days=latest),
        precision="unknown" if first is None else "day" if width == 0 else chance.choice(["range", "month", "year"]),
        origin_id=f"article {chance.choice([article, article, article // 2, article // 7]):03}",
        voice=chance.choice([f"article:{article}", f"article:{article}", "house:one", "said:monitor", "said:a"]),
        voice_actor=chance.choice([None] * 5 + ["A", "B"]),
    )


def parties(chance: random.Random, temper: str, count: int) -> tuple[Party, ...]:
    """Some are open mentions with candidates, some written otherwise than in other articles."""
    found = {}
    for _ in range(count):
        id = chance.choice(NAMES[temper] * 4 + "U")
        candidates = ("A", "B") if id == "U" else ()
        found[id] = Party(id, id.lower() if chance.random() < 0.2 else id, candidates)
    return tuple(found.values())


def history(seed: int) -> list[Evidence]:
    chance = random.Random(seed)
    temper = chance.choice(["agreeing", "changing"])
    areas: list[str | None] = chance.choice([[None], [None], [None, None, "centre"], [None, "centre", "part", "part"]])
    count = chance.choice([3, 8, 8, 20, 40])
    articles = [n if chance.random() < 0.8 else chance.randrange(count) for n in range(count)]
    open_ended = 0.6 if seed % 5 == 0 else 0.1
    return [evidence(chance, temper, article, n, areas, open_ended) for n, article in enumerate(articles)]


def versions(assessor: Assessor) -> object:
    return {area: [said(one.verdict) for one in found] for area, found in assessor.versions().items()}


@pytest.mark.parametrize("start", range(0, 1_800, 300))
def test_the_assessment_says_what_the_slow_one_says(start: int) -> None:
    for seed in range(start, start + 300):
        told = history(seed)
        fast = {area: [said(one.verdict) for one in found] for area, found in assess(told, POLICY).items()}
        assert fast == slowly(told, POLICY), f"seed {seed}"


@pytest.mark.parametrize("start", range(0, 200, 50))
def test_an_assessment_kept_up_through_late_and_retracted_articles_says_what_the_slow_one_says(start: int) -> None:
    for seed in range(start, start + 50):
        chance = random.Random(-seed)
        articles = by_article(history(seed))
        assessor, heard = Assessor(POLICY), dict[str, list[Evidence]]()
        for _ in range(12):
            article = chance.choice(list(articles))
            heard[article] = chance.choice([articles[article], articles[article], merged(articles[article]), []])
            assessor.hear(article, heard[article])
            assert versions(assessor) == slowly(chain(*heard.values()), POLICY), f"seed {seed}"


def by_article(told: Iterable[Evidence]) -> dict[str, list[Evidence]]:
    found: dict[str, list[Evidence]] = {}
    for one in told:
        found.setdefault(one.article_id, []).append(one)
    return found


def merged(told: Iterable[Evidence]) -> list[Evidence]:
    """An article that turned out to be a copy."""
    return [replace(one, origin_id="article 000") for one in told]
