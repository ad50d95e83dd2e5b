"""Evidence by hand, for the tests of the control assessment."""

from datetime import UTC, date, datetime, timedelta

from domain.control import ControlPolicy, Evidence, Party, Version, assess

POLICY = ControlPolicy(fighting_stale_days=14, dispute_window_days=3)
DAY_ONE = datetime(2025, 1, 1, tzinfo=UTC)


def told(
    event_type: str,
    holders: str = "",
    *,
    losers: str = "",
    day: str | None = None,
    latest: str | None = None,
    article: str = "a",
    area: str | None = None,
    extent: str | None = None,
    said_by: str | None = None,
    origin: str | None = None,
    source: str | None = None,
    sentence: int = 1,
    modality: str = "asserted",
    precision: str | None = None,
    received: int = 0,
) -> Evidence:
    """Names are words apart by blanks; `day` is exact, `latest` an upper bound (with a day: of a range from it)."""
    earliest = date.fromisoformat(day) if day else None
    upper = date.fromisoformat(latest) if latest else earliest
    return Evidence(
        known_at=DAY_ONE + timedelta(days=received),
        article_id=article,
        sentence=sentence,
        ordinal=0,
        event_type=event_type,
        modality=modality,
        place_id="place:aba",
        place="Aba",
        area=area or ("part" if extent == "part" else None),
        extent=extent,
        holders=tuple(Party(name, name) for name in holders.split()),
        losers=tuple(Party(name, name) for name in losers.split()),
        earliest=earliest,
        latest=upper,
        precision=precision or ("day" if day and not latest else "range" if day else "unknown"),
        origin_id=origin or article,
        voice=f"said:{said_by}" if said_by else f"house:{source}" if source else f"article:{article}",
        voice_actor=said_by,
    )


def took(holders: str, **rest: object) -> Evidence:
    return told("ControlTaken", holders, **rest)  # type: ignore[arg-type]


def holds(holders: str, **rest: object) -> Evidence:
    return told("ControlAsserted", holders, **rest)  # type: ignore[arg-type]


def left(losers: str, **rest: object) -> Evidence:
    return told("WithdrawalReported", losers=losers, **rest)  # type: ignore[arg-type]


def history(*evidence: Evidence, area: str | None = None) -> list[Version]:
    return assess(evidence, POLICY).get(area, [])


def state(*evidence: Evidence, area: str | None = None) -> tuple[str, set[str]] | None:
    """Status and holders (of a dispute: claimants) by all evidence together; None: no row."""
    versions = history(*evidence, area=area)
    if not versions:
        return None
    verdict = versions[-1].verdict
    return verdict.status, {party.name for party in verdict.controllers or verdict.claimants}
