"""What the reading commands show: a table each."""

from infra.cli.tables import TableView

CONTROL = TableView(
    "Who holds what",
    [
        ("Place", "place"),
        ("Area", "area"),
        ("Status", "status"),
        ("Certainty", "certainty"),
        ("Held by", "held_by"),
        ("Since", "since"),
        ("Before", "previous"),
        ("Verification", "verification"),
        ("Fighting", "fighting"),
    ],
    empty="No control is on record yet. Drop an article: frontlog ingest FILE --published DATE --source NAME",
    caption="≤ by this day at the latest · ~ between two days · the sentences behind a row: frontlog why PLACE",
    optional=("Verification", "Before", "Fighting"),
)
EVIDENCE = TableView(
    "What it rests on",
    [
        ("Counts", "counted"),
        ("When", "when"),
        ("Event", "event_type"),
        ("Holders", "holders"),
        ("Area", "area"),
        ("Source", "source"),
        ("Says", "attribution"),
        ("Sentence", "quote"),
    ],
    empty="No claim about this place is on record.",
    caption="Only what counts bears on control. The others say why they do not.",
    faint=lambda row: not row["counts"],
)
ACTORS = TableView(
    "What each actor did",
    [
        ("Actor", "actor"),
        ("Role", "role"),
        ("Event", "event_type"),
        ("Events", "events"),
        ("Articles", "articles"),
        ("Places", "places"),
        ("First", "first_on"),
        ("Last", "last_on"),
    ],
    empty="No activity is on record yet.",
    optional=("Articles",),
)
ARTICLES = TableView(
    "Articles",
    [
        ("Article", "article_id"),
        ("Source", "source"),
        ("Published", "published"),
        ("State", "state"),
        ("Events", "events"),
        ("Attempts", "attempts"),
        ("Title", "title"),
        ("Error", "error"),
    ],
    empty="No article has come in yet.",
)
PROJECTIONS = TableView(
    "Projections",
    [
        ("Projection", "name"),
        ("Generation", "generation"),
        ("Edition", "edition"),
        ("Position", "position"),
        ("Head", "head"),
        ("Lag", "lag_events"),
        ("State", "state"),
    ],
    empty="No projection is there.",
    optional=("Generation", "Edition", "Head"),
)
SCHEDULE = TableView(
    "Schedule",
    [
        ("Job", "job"),
        ("Every (s)", "every_s"),
        ("Last begun", "started_at"),
        ("Result", "result"),
        ("Error", "error"),
    ],
    empty="Nothing was done on schedule yet: frontlog up does it.",
)
REJECTED = TableView(
    "Input rejected, newest first",
    [("When", "rejected_at"), ("Way in", "way_in"), ("Reason", "error")],
    empty="No input was rejected.",
)
UNRESOLVED = TableView(
    "Mentions left open",
    [
        ("Article", "article_id"),
        ("Sentence", "sentence"),
        ("Mention", "mention"),
        ("Role", "role"),
        ("Candidates", "candidates"),
    ],
    empty="No mention is left open.",
)
