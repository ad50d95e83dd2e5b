"""What resolving needs to know of edition and article."""

from dataclasses import dataclass, field
from datetime import date

from domain.actors import ActorRegistry
from domain.coder.discourse import Discourse
from domain.coder.entities import Actor
from domain.coder.phrases import ArticleNames
from domain.events import Attribution
from domain.places import PlaceIndex
from domain.sources import SourceTable
from domain.theatres import Scope


@dataclass
class Context:
    """What resolving needs to know of edition and article."""

    registry: ActorRegistry
    places: PlaceIndex
    sources: SourceTable
    scope: Scope
    published: date | None
    source: str | None
    names: ArticleNames
    discourse: Discourse = field(default_factory=Discourse)
    last_source: Attribution | None = None
    affiliations: dict[str, Actor] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
