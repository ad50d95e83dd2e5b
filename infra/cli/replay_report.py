"""What another edition changes, for people and for programs: the summary first, every difference where asked for."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from infra.cli.output import Format, TableView, human, plain, print_line, show, stderr
from infra.postgres.replays import Replay

Row = dict[str, Any]

LARGEST = 10
"""Holdings and actors shown without --details."""

HOLDINGS = TableView(
    "Holdings", [("Place", "where"), ("Before", "old"), ("After", "new"), ("By", "by"), ("Sentence", "quote")],
    empty="No holding changes.",
)  # fmt: skip
RULES = TableView("Events by rule", [("Rule", "rule"), ("Appear", "appears"), ("Vanish", "vanishes"),
                  ("Change", "changes")], empty="No event changes.")  # fmt: skip
EVENTS = TableView(
    "Events", [("", "change"), ("Article", "article"), ("S", "sentence"), ("Type", "type"), ("What", "what"),
               ("Rule", "rule"), ("Sentence", "quote")],
    empty="No event changes.",
)  # fmt: skip
ACTORS = TableView(
    "Actors", [("Actor", "actor"), ("Role", "role"), ("Events before", "old"), ("Events after", "new"),
               ("By type", "types")],
    empty="No actor's counts change.",
)  # fmt: skip
DECISIONS = TableView(
    "Decisions that lose their event", [("Fingerprint", "fingerprint"), ("Article", "article"), ("S", "sentence"),
                                        ("Type", "event_type"), ("Decision", "note"), ("Sentence", "quote")],
    empty="No decision loses its event.",
)  # fmt: skip
ARTICLES = TableView(
    "Articles that keep their older coding", [("Article", "article"), ("Why", "note")], empty="None."
)  # fmt: skip


def tell(replay: Replay, recoded: Mapping[str, int], rows: Sequence[Row], format: Format, *, details: bool) -> None:
    """Print a report of `frontlog.replay_differences` rows; programs get them all, json with a summary beside."""
    if format is Format.table:
        _tables(replay, recoded, rows, details)
    elif format is Format.json:
        whole = {"summary": summary(replay, recoded, rows), "differences": rows}
        print_line(json.dumps(whole, ensure_ascii=False, default=plain, indent=1))
    else:
        show(rows, format, EVENTS)


def summary(replay: Replay, recoded: Mapping[str, int], rows: Iterable[Row]) -> dict[str, Any]:
    """How many of what, by kind and change, and the events by rule."""
    counts = Counter((row["kind"], row["change"]) for row in rows)
    rules = Counter((row["rule"], row["change"]) for row in rows if row["kind"] == "event")
    return {
        "replay_id": replay.replay_id,
        "edition": replay.edition,
        "live_edition": replay.live_edition,
        "articles": recoded.get("articles", 0),
        "articles_that_differ": recoded.get("differ", 0),
        **{_PLURAL[kind]: {c: n for (k, c), n in sorted(counts.items()) if k == kind} for kind in _PLURAL},
        "rules": [{"rule": rule, "change": change, "events": n} for (rule, change), n in sorted(rules.items())],
    }


def differs(rows: Iterable[Row]) -> bool:
    """Whether anything is said or held otherwise; an article that keeps its coding is no difference."""
    return any(row["kind"] != "article" for row in rows)


_PLURAL = {
    "event": "events",
    "holding": "holdings",
    "actor": "actors",
    "decision": "decisions",
    "article": "articles_kept",
}


def _tables(replay: Replay, recoded: Mapping[str, int], rows: Sequence[Row], details: bool) -> None:
    told = summary(replay, recoded, rows)
    print_line(
        f"Edition {replay.edition} against {replay.live_edition}: {told['articles']} articles recoded, "
        f"{told['articles_that_differ']} differ."
    )
    for kind in _PLURAL.values():
        if told[kind]:
            words = ", ".join(f"{n} {_VERBS.get(change, change)}" for change, n in told[kind].items())
            print_line(f"  {kind.replace('_', ' ')}: {words}")
    for note in sorted({row["note"] for row in rows if row["kind"] == "holding" and row["note"]}):
        print_line(f"  {note}")
    by_kind = {kind: [row for row in rows if row["kind"] == kind] for kind in _PLURAL}
    if by_kind["event"]:
        show(_by_rule(by_kind["event"]), Format.table, RULES)
    _first(by_kind["holding"], HOLDINGS, _holding, details)
    _first(by_kind["actor"], ACTORS, _actor, details)
    if details:
        _first(by_kind["event"], EVENTS, _event, details)
    _first(by_kind["decision"], DECISIONS, _with_article, True)
    _first(by_kind["article"], ARTICLES, _with_article, details)
    if rows and not details:
        stderr().print("Every difference with its sentence: --details, or SELECT * FROM frontlog.replay_differences")


_VERBS = {"appears": "appear", "vanishes": "vanish", "changes": "change"}


def _first(rows: Sequence[Row], view: TableView, cells: Any, details: bool) -> None:
    if not rows:
        return
    shown = rows if details else rows[:LARGEST]
    show([cells(row) for row in shown], Format.table, view)
    if len(shown) < len(rows):
        stderr().print(f"... and {len(rows) - len(shown)} more.")


def _by_rule(rows: Iterable[Row]) -> list[Row]:
    counts: dict[str, Counter[str]] = {}
    for row in rows:
        counts.setdefault(row["rule"], Counter())[row["change"]] += 1
    order = sorted(counts.items(), key=lambda item: (-item[1].total(), item[0]))
    return [{"rule": rule, **{change: n[change] or None for change in _VERBS}} for rule, n in order]


def _holding(row: Row) -> Row:
    place = row["place"] if row["area"] is None else f"{row['place']} ({row['area']})"
    by = row["rule"] or ("policy" if row["note"] else None)
    return {**row, "where": place, "old": _state(row["before"]), "new": _state(row["after"]), "by": by}


def _state(history: Sequence[Row] | None) -> str:
    """What holds now, in words, and how many rows the history has."""
    if not history:
        return "nothing known"
    now = next((r for r in history if r["known_to"] is None and r["valid_to"] is None), history[-1])
    holders = human(now["controllers"] or now["claimants"])
    since = now["since_latest"] or now["since_earliest"] or ""
    words = f"{now['status']} {holders}".strip() + (f", since {since}" if since else "")
    return f"{words} ({len(history)} rows of history)" if len(history) > 1 else words


def _event(row: Row) -> Row:
    old, new = row["before"], row["after"]
    fields = row["fields"] or []
    what = "; ".join(f"{f}: {_field(old, f)} → {_field(new, f)}" for f in fields) or _gist(new or old)
    return {**_with_article(row), "type": row["event_type"], "what": what}


def _gist(event: Row) -> str:
    who, where = _field(event, "actors"), _field(event, "places")
    return " · ".join(part for part in (who, where, event["modality"]) if part)


def _field(event: Row, field: str) -> str:
    value = event.get(field)
    if isinstance(value, list):
        return ", ".join(each["name"] if isinstance(each, dict) else str(each) for each in value) or "none"
    if isinstance(value, dict):
        return str(value.get("resolved") or " to ".join(str(value.get(k, "?")) for k in ("earliest", "latest")))
    return "none" if value is None else str(value)


def _actor(row: Row) -> Row:
    old, new = ({**(row[side] or {})} for side in ("before", "after"))
    types = "; ".join(f"{t} {old.get(t, 0)} → {new.get(t, 0)}" for t in row["fields"])
    return {**row, "old": str(sum(old.values())), "new": str(sum(new.values())), "types": types}


def _with_article(row: Row) -> Row:
    return {**row, "article": (row["article_id"] or "")[:12]}
