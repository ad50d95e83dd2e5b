"""Old shapes of stored events become the newest on reading. Stored events are never rewritten.

To change a shape: raise its version in `events.SHAPES`, register here what turns the version before into it, and
freeze a sample of the new version in `tests/data/events/`. An upcaster is pure, takes the whole `data` and returns
a new dict; it may rename, derive or fill in what every older event is known to have meant, and never guesses.
"""

from collections.abc import Callable, Mapping
from typing import Any

from domain.errors import Stop
from domain.events import SHAPES

Data = Mapping[str, Any]
Upcaster = Callable[[Data], dict[str, Any]]
Registry = Mapping[tuple[str, int], Upcaster]
"""(type, schema version) -> what turns its data into the next version's."""


def _as_it_is(data: Data) -> dict[str, Any]:
    """The next version only has a field more, which older events lack."""
    return dict(data)


UPCASTERS: Registry = {("ArticleReceived", 1): _as_it_is}


def upcast(
    type_name: str,
    schema_version: int,
    data: Data,
    *,
    registry: Registry = UPCASTERS,
    newest: Mapping[str, int] | None = None,
) -> tuple[int, Data]:
    """The newest version and the data in its shape; data that is already newest comes back as it is.

    A type this code does not know passes unchanged: projections ignore it. Raises Stop for a version newer than this
    code, and for a chain with a missing link.
    """
    target = (NEWEST if newest is None else newest).get(type_name, schema_version)
    if schema_version == target:
        return schema_version, data
    if schema_version > target:
        raise Stop(
            f"the log holds {type_name} version {schema_version}, this Frontlog knows up to {target}. "
            "Upgrade Frontlog on this machine."
        )
    for version in range(schema_version, target):
        step = registry.get((type_name, version))
        if step is None:
            raise Stop(
                f"no upcaster leads {type_name} from version {version} to {version + 1}. "
                "Register one in domain/upcasters.py."
            )
        data = step(data)
    return target, data


NEWEST: Mapping[str, int] = {name: version for name, (version, _) in SHAPES.items()}
