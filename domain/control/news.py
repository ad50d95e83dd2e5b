"""What changed in the evidence on a place: which articles tell something else than before, and from when on."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.control.history import Known, moments_of


@dataclass(frozen=True, slots=True)
class News:
    """All that these articles tell of a place, by article, and told before; until `since` the same of it counted."""

    since: datetime
    told: Mapping[str, Sequence[Known]]
    told_before: Mapping[str, Sequence[Known]]


def news(removed: Iterable[Known], added: Iterable[Known]) -> dict[str, News]:
    """By place, from all that the changed articles told before and tell now; nothing where they tell the same."""
    before, after = _by_article(removed), _by_article(added)
    found: dict[str, dict[str, datetime]] = {}
    for place, article_id in {**before, **after}:
        key = (place, article_id)
        since = _first_difference(before.get(key, []), after.get(key, []))
        if since is not None:
            found.setdefault(place, {})[article_id] = since
    return {
        place: News(
            min(articles.values()),
            {article_id: after.get((place, article_id), []) for article_id in articles},
            {article_id: before.get((place, article_id), []) for article_id in articles},
        )
        for place, articles in found.items()
    }


def _by_article(told: Iterable[Known]) -> dict[tuple[str, str], list[Known]]:
    found: dict[tuple[str, str], list[Known]] = {}
    for one in told:
        found.setdefault((one.evidence.place_id, one.evidence.article_id), []).append(one)
    return found


def _first_difference(before: Sequence[Known], after: Sequence[Known]) -> datetime | None:
    """The first moment at which other evidence counts."""
    if not before or not after:
        return min(moments_of([*before, *after]), default=None)
    return min((moment for moment, *_ in _turns(before) ^ _turns(after)), default=None)


def _turns(told: Iterable[Known]) -> set[tuple[datetime, object, bool]]:
    """When which evidence begins to count, and when it ends to."""
    return {
        (moment, one.evidence, begins)
        for one in told
        for interval in one.intervals
        for moment, begins in zip(interval, (True, False), strict=True)
        if moment is not None
    }
