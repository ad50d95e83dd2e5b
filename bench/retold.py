"""Logs of any length: what the coder made of the development articles, told again of other places, sides and days.

So a log has the payloads of real codings (their sizes, event types, modalities, unresolved mentions, articles without
events) and yet is as long as asked. Each telling has days of its own, its places lie in one of several made-up
regions, and its sides are exchanged by chance, so that places change hands and are disputed. What was long past is told
as it was: old events come again, not new ones.
"""

import json
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec

from domain.article import Article, normalise
from domain.events import ActorRef, CodedEvent, Coding
from infra.coders import coder
from infra.wiring import Frontlog

GOLD = Path(__file__).resolve().parents[1] / "tests" / "data" / "gold"
PLACES = 2_000
FIRST_DAY, DAYS = date(2026, 1, 1), 4_000
LONG_PAST_DAYS = 90
FIRST_RECEIPT = datetime(2026, 1, 1, tzinfo=UTC)


def codings(frontlog: Frontlog) -> list[tuple[Article, Coding]]:
    """The development articles with their codings under the live edition."""
    articles = []
    for file in sorted(GOLD.glob("*.json")):
        told = json.loads(file.read_text(encoding="utf-8"))
        text = normalise(file.with_suffix(".txt").read_text(encoding="utf-8"))
        articles.append(Article(text, told.get("source"), date.fromisoformat(told["published"])))
    return list(zip(articles, coder(frontlog.store, frontlog.live_edition()).code(articles), strict=True))


def retold(
    told: list[tuple[Article, Coding]], events: int, places: int = PLACES
) -> Iterator[tuple[Article, Coding, datetime]]:
    """Articles with their codings and the moment of their receipt, oldest first: about so many events and places."""
    chance = random.Random(1)
    real = {place.id for _, coding in told for event in coding.events for place in event.places}
    regions = max(1, places // len(real))
    count = len(told) * events // sum(len(coding.events) for _, coding in told)
    for n in range(count):
        article, coding = told[n % len(told)]
        day = FIRST_DAY + timedelta(days=n * DAYS // count)
        again = Article(f"Article {n}.", f"House {n % 7}", day)
        assert article.published is not None
        shift, region = day - article.published, f"{chance.randrange(regions)}"
        sides = list({actor.id: actor for event in coding.events for actor in event.actors}.values())
        exchanged = {one.id: other for one, other in zip(sides, chance.sample(sides, len(sides)), strict=True)}
        yield (
            again,
            msgspec.structs.replace(
                coding,
                article_id=again.article_id,
                events=tuple(
                    _placed(event if _long_past(event, article) else _anew(event, shift, exchanged), region, chance)
                    for event in coding.events
                ),
            ),
            FIRST_RECEIPT + timedelta(seconds=n),
        )


def _long_past(event: CodedEvent, article: Article) -> bool:
    last = event.occurred.latest or event.occurred.earliest
    return bool(last and article.published and (article.published - last).days > LONG_PAST_DAYS)


def _anew(event: CodedEvent, shift: timedelta, exchanged: dict[str, ActorRef]) -> CodedEvent:
    """Another event like it, on another day, among others."""
    earliest, latest = (day and day + shift for day in (event.occurred.earliest, event.occurred.latest))
    return msgspec.structs.replace(
        event,
        actors=tuple(exchanged.get(actor.id, actor) for actor in event.actors),
        counterparties=tuple(exchanged.get(actor.id, actor) for actor in event.counterparties),
        occurred=msgspec.structs.replace(event.occurred, earliest=earliest, latest=latest),
    )


def _placed(event: CodedEvent, region: str, chance: random.Random) -> CodedEvent:
    return msgspec.structs.replace(
        event,
        places=tuple(
            msgspec.structs.replace(one, id=f"{one.id}.{region}", name=f"{one.name} {region}") for one in event.places
        ),
        fingerprint=chance.randbytes(16).hex(),
    )
