"""The read models. A new one: its module, its line here, its migration, its test."""

from domain.projections.activity import activity_projection
from domain.projections.articles import articles_projection, unresolved_projection
from domain.projections.control import control_projection
from domain.projections.events import events_projection
from domain.projections.projection import Projection

PROJECTIONS: tuple[Projection, ...] = (
    articles_projection,
    events_projection,
    unresolved_projection,
    control_projection,
    activity_projection,
)
