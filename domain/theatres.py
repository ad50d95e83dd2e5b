"""Theatres: which war an article is about, so that a name is looked up only where it can belong."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from domain.countries import CountryTable
from domain.datafile import Row, read
from domain.names import NameIndex, NameMention

THEATRES_FILE = "theatres.yaml"
_HOME_WEIGHT, _CUE_WEIGHT, _ACTOR_WEIGHT, _PLACE_WEIGHT = 2, 3, 3, 2
_RIVAL_SHARE = 0.5
"""A second theatre counts as the article's own from half of the first one's evidence on."""


@dataclass(frozen=True, slots=True)
class Theatre:
    """A war: its home countries, neighbours that its articles name, and cue names that only it is told with."""

    id: str
    name: str
    countries: tuple[str, ...]
    neighbours: tuple[str, ...] = ()
    cues: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scope:
    """Where an article's names may belong, most evidence first.

    `home` (ISO alpha-2): the countries the war is fought in, those that the article names if it names any;
    `countries`: home and any other country that the article names; `around`: the theatres' neighbours, of which
    `neighbours` are those not named. The farther off, the better known a place must be. Empty: nothing is known.
    """

    theatres: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    neighbours: tuple[str, ...] = ()
    home: tuple[str, ...] = ()
    around: tuple[str, ...] = ()

    @property
    def theatre(self) -> str | None:
        """The first theatre; without one the first country. It scopes provisional ids."""
        return next(iter(self.theatres or self.countries), None)


NOWHERE = Scope()


class Theatres:
    """The theatres of an edition and the inference of an article's scope."""

    def __init__(self, theatres: Iterable[Theatre], countries: CountryTable) -> None:
        self.by_id = {t.id: t for t in theatres}
        self._countries = countries
        cues: dict[str, set[str]] = {}
        for theatre in self.by_id.values():
            for cue in theatre.cues:
                cues.setdefault(cue, set()).add(theatre.id)
        self._cues = NameIndex(cues)

    @classmethod
    def from_files(cls, files: Mapping[str, str], countries: CountryTable) -> "Theatres":
        """From the edition's theatres.yaml. Raises InvalidInput naming file, line, field."""
        if THEATRES_FILE not in files:
            return cls((), countries)
        top = read(THEATRES_FILE, files[THEATRES_FILE])
        top.only("theatres")
        return cls([_theatre(row, countries) for row in top.rows("theatres")], countries)

    def infer(
        self, text: str, actor_theatres: Iterable[Iterable[str]] = (), place_countries: Iterable[Iterable[str]] = ()
    ) -> Scope:
        """The scope of an article's text.

        `actor_theatres`: for each actor mention the theatres its entry may belong to; `place_countries`: for each
        place mention the countries it may lie in. A mention that fits several counts for each in equal parts.
        The same input gives the same scope; ties break by id.
        """
        named = self._countries.find(text)
        score: Counter[str] = Counter()
        _add(score, (m.ids for m in self._cues.find(text)), _CUE_WEIGHT)
        _add(score, actor_theatres, _ACTOR_WEIGHT)
        homes: Counter[str] = Counter()
        _add(homes, (m.ids for m in named), _HOME_WEIGHT)
        _add(homes, place_countries, _PLACE_WEIGHT)
        for theatre in self.by_id.values():
            score[theatre.id] += sum(homes[c] for c in theatre.countries)
        ranked = sorted((i for i in score if i in self.by_id and score[i] > 0), key=lambda i: (-score[i], i))
        kept = [i for i in ranked if score[i] >= _RIVAL_SHARE * score[ranked[0]]]
        return self._scope(kept, named, homes)

    def _scope(self, kept: list[str], named: Sequence[NameMention], homes: Counter[str]) -> Scope:
        home = [c for i in kept for c in self.by_id[i].countries]
        seen = {c for m in named if len(m.ids) == 1 for c in m.ids}
        ordered = sorted(dict.fromkeys(home), key=lambda c: (-homes[c], home.index(c)))
        others = sorted(seen - set(home), key=lambda c: (-homes[c], c))
        near = dict.fromkeys(c for i in kept for c in self.by_id[i].neighbours)
        if not kept:
            ordered = [c for c in others if homes[c] >= _RIVAL_SHARE * homes[others[0]]]
            others = [c for c in others if c not in ordered]
        return Scope(
            tuple(kept),
            (*ordered, *others),
            tuple(c for c in near if c not in seen and c not in home),
            tuple(c for c in ordered if homes[c] > 0) or tuple(ordered),
            tuple(near),
        )


def _add(score: Counter[str], mentions: Iterable[Iterable[str]], weight: int) -> None:
    for ids in mentions:
        own = tuple(ids)
        for one in own:
            score[one] += weight * 60 // len(own)  # whole numbers: no sum depends on the order of its parts


def _theatre(row: Row, countries: CountryTable) -> Theatre:
    row.only("id", "name", "countries", "neighbours", "cues")
    for field in ("countries", "neighbours"):
        for code in row.texts(field):
            if code not in countries.by_code:
                raise row.fail(field, f"the country {code!r}", "a code of countries.yaml")
    return Theatre(row.text("id"), row.text("name"), row.texts("countries"), row.texts("neighbours"), row.texts("cues"))
