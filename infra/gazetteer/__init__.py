"""Names of places: the gazetteer port on GeoNames data."""

from infra.gazetteer.geonames import GeoNamesGazetteer

__all__ = ["GeoNamesGazetteer"]
