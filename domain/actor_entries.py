"""The actor registry's data: entries, dated aliases and relations, and labels that lump organisations."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from domain.datafile import Row, files_under, read
from domain.names import is_acronym

ACTORS_FOLDER = "actors"
KINDS = (
    "government",
    "state forces",
    "police",
    "rebel",
    "separatist",
    "jihadist group",
    "militia",
    "pro-government militia",
    "coalition",
    "umbrella",
    "external state",
    "peacekeepers",
    "tribe",
    "gang",
    "private military company",
    "political body",
    "unit",
)
"""The closed list of actor kinds. A political body is a party or council that holds places."""

FOLLOWERS = ("forces", "troops", "men", "fighters", "soldiers", "army", "militia", "militiamen", "supporters",
             "faction", "gang", "loyalists", "rebels", "units", "dissidents")  # fmt: skip
"""What a leader's name is followed by when it stands for his force ("Haftar's men")."""

RELATIONS = ("part_of", "backed_by", "allied_with", "successor_of")


@dataclass(frozen=True, slots=True)
class Alias:
    """A name, valid from `since` until before `until`, in articles of `sources` only (empty: of all).

    `exact`: only in this letter case. `local`: only inside the entry's theatres, as other wars use the same name.
    """

    name: str
    since: date | None = None
    until: date | None = None
    sources: tuple[str, ...] = ()
    exact: bool = False
    local: bool = False

    @property
    def is_local(self) -> bool:
        """Also true of acronyms and of names without a capital ("the junta"): other wars have the same ones."""
        return self.local or is_acronym(self.name) or self.name[:1].islower()

    def holds(self, on: date | None, source: str | None) -> bool:
        """True when the name may be meant on that day by that source. An unknown day excludes nothing."""
        if self.sources and (source is None or source.casefold() not in (s.casefold() for s in self.sources)):
            return False
        return within(self.since, self.until, on)


@dataclass(frozen=True, slots=True)
class Relation:
    """`type` (one of RELATIONS) to the actor `other`, from `since` until before `until`."""

    type: str
    other: str
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class ActorEntry:
    """An actor under a neutral name. `theatres` empty: anywhere. `source` says where the facts are from."""

    id: str
    name: str
    kind: str
    theatres: tuple[str, ...] = ()
    country: str | None = None
    aliases: tuple[Alias, ...] = ()
    relations: tuple[Relation, ...] = ()
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Label:
    """A label that lumps organisations and, for some sources and days, means one actor."""

    alias: Alias
    means: str


def within(since: date | None, until: date | None, on: date | None) -> bool:
    """True when `on` lies in [since, until); open ends and an unknown day are true."""
    return on is None or ((since is None or since <= on) and (until is None or on < until))


def read_actors(files: Mapping[str, str]) -> tuple[dict[str, ActorEntry], list[Label]]:
    """All entries by id and all labels of the folder `actors`.

    Raises InvalidInput naming file, line and field: unknown fields, kinds, doubled ids, relations to nobody.
    """
    entries: dict[str, ActorEntry] = {}
    rows: dict[str, Row] = {}
    labels: list[tuple[Label, Row]] = []
    for path, text in files_under(dict(files), ACTORS_FOLDER):
        top = read(path, text)
        top.only("theatre", "source", "actors", "labels")
        for row in top.rows("actors"):
            entry = _entry(row, top)
            if entry.id in entries:
                raise row.fail(
                    "id", f"{entry.id!r} again", "an id used once", f"It stands in {rows[entry.id].file} too."
                )
            entries[entry.id], rows[entry.id] = entry, row
        labels += [(_label(row), row) for row in top.rows("labels")]
    _check_links(entries, rows, labels)
    return entries, [label for label, _ in labels]


def _entry(row: Row, top: Row) -> ActorEntry:
    row.only("id", "name", "kind", "theatres", "country", "aliases", "leaders", "relations", "source", "note")
    own = row.texts("theatres") or ((top.text("theatre"),) if "theatre" in top.fields else ())
    return ActorEntry(
        row.text("id"),
        row.text("name"),
        row.one_of("kind", KINDS),
        own,
        row.maybe("country"),
        (*(_alias(item, row) for item in _items(row, "aliases")), *_followers(row.texts("leaders"))),
        tuple(r for item in row.rows("relations") for r in _relations(item)),
        row.maybe("source") or top.maybe("source"),
    )


def _followers(leaders: tuple[str, ...]) -> list[Alias]:
    return [Alias(f"{leader}'s {word}") for leader in leaders for word in FOLLOWERS]


def _items(row: Row, field: str) -> list[object]:
    value = row.fields.get(field) or []
    if not isinstance(value, list):
        raise row.fail(field, repr(value), "a list")
    return value


def _alias(item: object, row: Row) -> Alias:
    if isinstance(item, str) and item.strip():
        return Alias(item)
    if not isinstance(item, Row):
        raise row.fail("aliases", repr(item), "a name, or a mapping with name, from, to, sources", "Quote the name.")
    item.only("name", "from", "to", "sources", "exact", "local")
    flags = (item.fields.get("exact") is True, item.fields.get("local") is True)
    return Alias(item.text("name"), item.day("from"), item.day("to"), item.texts("sources"), *flags)


def _relations(item: Row) -> list[Relation]:
    item.only(*RELATIONS, "from", "to")
    since, until = item.day("from"), item.day("to")
    return [Relation(type_, item.text(type_), since, until) for type_ in RELATIONS if type_ in item.fields]


def _label(row: Row) -> Label:
    row.only("label", "means", "from", "to", "sources", "source", "note")
    return Label(Alias(row.text("label"), row.day("from"), row.day("to"), row.texts("sources")), row.text("means"))


def _check_links(entries: dict[str, ActorEntry], rows: dict[str, Row], labels: list[tuple[Label, Row]]) -> None:
    for label, row in labels:
        if label.means not in entries:
            raise row.fail("means", repr(label.means), "the id of a registered actor")
    for entry in entries.values():
        for relation in entry.relations:
            if relation.other not in entries and not _is_state(relation.other):
                raise rows[entry.id].fail(
                    "relations", repr(relation.other), "the id of a registered actor or a state's (syr.gov)"
                )


def _is_state(actor_id: str) -> bool:
    stem, dot, suffix = actor_id.partition(".")
    return bool(dot) and len(stem) == 3 and suffix.isalpha()
