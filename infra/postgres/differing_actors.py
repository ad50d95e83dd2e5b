"""Actors whose counts another edition changes: what its articles contribute, added up once all are compared."""

import psycopg

from infra.postgres import differences
from infra.postgres.differences import Difference
from infra.postgres.queries import queries

Counts = dict[str, int]
Key = tuple[str, str, str]


def sum_up(connection: psycopg.Connection, replay_id: int) -> None:
    """Note them, with the whole counts on both sides, in the caller's transaction; single articles are forgotten."""
    found = connection.execute(queries("differences")["actor_sums"], [replay_id]).fetchall()
    changed, shown = dict[Key, Counts](), dict[Key, Counts]()
    for *key, event_type, more, before in found:
        actor_id, actor, role = key
        if more:
            changed.setdefault((actor_id, actor, role), {})[event_type] = more
        if before:
            shown.setdefault((actor_id, actor, role), {})[event_type] = before
    rows = (_actor(key, shown.get(key, {}), counts) for key, counts in changed.items())
    differences.add(connection, replay_id, rows)
    connection.execute(queries("differences")["forget_compared"], [replay_id])


def _actor(key: Key, shown: Counts, changed: Counts) -> Difference:
    sums = {event_type: shown.get(event_type, 0) + changed.get(event_type, 0) for event_type in {*shown, *changed}}
    after = {event_type: n for event_type, n in sums.items() if n}
    return {
        "kind": "actor",
        "key": " ".join(key),
        "change": "appears" if not shown else "changes" if after else "vanishes",
        "weight": sum(map(abs, changed.values())),
        "fields": sorted(changed),
        "actor_id": key[0],
        "actor": key[1],
        "role": key[2],
        "before": shown or None,
        "after": after or None,
    }
