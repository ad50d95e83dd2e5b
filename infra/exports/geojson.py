"""Holdings as GeoJSON (RFC 7946): a point each; a place that is not located goes out with a null geometry."""

from collections.abc import Mapping
from typing import Any


def feature(row: Mapping[str, Any]) -> dict[str, Any]:
    """A Feature of a row with lat and lon. Positions are longitude first, WGS 84; all other columns are properties."""
    located = row["lat"] is not None and row["lon"] is not None
    return {
        "type": "Feature",
        "id": f"{row['place_id']}/{row['area']}" if row["area"] else row["place_id"],
        "geometry": {"type": "Point", "coordinates": [row["lon"], row["lat"]]} if located else None,
        "properties": {name: value for name, value in row.items() if name not in ("lat", "lon")},
    }
