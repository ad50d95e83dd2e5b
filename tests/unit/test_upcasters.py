"""Stored events live for ever: every version ever written stays readable, and no shape changes unnoticed."""

import hashlib
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from domain import upcasters
from domain.codec import from_data, to_data
from domain.errors import Stop
from domain.events import SHAPES
from domain.upcasters import NEWEST, UPCASTERS, upcast

SAMPLES = Path(__file__).parents[1] / "data" / "events"


def shape_digest(shape: type[msgspec.Struct]) -> str:
    """What a stored event's JSON may look like, as a digest: the schema without its prose."""

    def bare(node: Any) -> Any:
        if isinstance(node, dict):
            return {k: bare(v) for k, v in node.items() if k not in ("description", "title")}
        return [bare(each) for each in node] if isinstance(node, list) else node

    return hashlib.sha256(json.dumps(bare(msgspec.json.schema(shape)), sort_keys=True).encode()).hexdigest()


def sample(type_name: str, version: int) -> dict[str, Any]:
    path = SAMPLES / f"{type_name}-{version}.json"
    assert path.exists(), f"freeze a sample of {type_name} version {version} as tests/data/events/{path.name}"
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    assert (loaded["type"], loaded["schema_version"]) == (type_name, version)
    return loaded


VERSIONS = [(name, version) for name, newest in sorted(NEWEST.items()) for version in range(1, newest + 1)]


@pytest.mark.parametrize(("type_name", "version"), VERSIONS)
def test_every_version_ever_stored_is_read_as_its_newest_shape(type_name: str, version: int) -> None:
    data = sample(type_name, version)["data"]
    fact = from_data(type_name, version, data)
    assert isinstance(fact, SHAPES[type_name][1])
    assert to_data(fact) == upcast(type_name, version, data)[1]


@pytest.mark.parametrize("type_name", sorted(SHAPES))
def test_a_shape_changes_only_together_with_its_version_and_a_frozen_sample(type_name: str) -> None:
    version, shape = SHAPES[type_name]
    assert sample(type_name, version)["shape"] == shape_digest(shape), (
        f"the shape of {type_name} is not the one frozen as version {version}. Raise its version in events.SHAPES, "
        f"register what leads to it in domain/upcasters.py, and freeze a sample of version {version + 1} in "
        f"tests/data/events with shape {shape_digest(shape)}."
    )


@pytest.mark.parametrize("type_name", sorted(SHAPES))
def test_a_frozen_sample_fills_every_field_of_its_shape(type_name: str) -> None:
    version, shape = SHAPES[type_name]
    assert set(sample(type_name, version)["data"]) == set(shape.__struct_encode_fields__)


def test_every_frozen_sample_belongs_to_a_version_that_is_still_read() -> None:
    names = {path.name for path in SAMPLES.glob("*.json")}
    assert names == {f"{name}-{version}.json" for name, version in VERSIONS}


def test_the_chain_of_upcasters_has_no_missing_link_and_no_loose_end() -> None:
    assert set(UPCASTERS) == {(name, version) for name, version in VERSIONS if version < NEWEST[name]}


REGISTRY: upcasters.Registry = {
    ("Noted", 1): lambda data: {"count": data["number"]},
    ("Noted", 2): lambda data: {**data, "unit": "events"},
}


def test_a_chain_leads_from_any_version_to_the_newest_and_leaves_its_input_alone() -> None:
    data = {"number": 5}
    assert upcast("Noted", 1, data, registry=REGISTRY, newest={"Noted": 3}) == (3, {"count": 5, "unit": "events"})
    assert upcast("Noted", 2, {"count": 5}, registry=REGISTRY, newest={"Noted": 3})[1]["unit"] == "events"
    assert data == {"number": 5}


def test_a_missing_link_is_named() -> None:
    with pytest.raises(Stop, match="Noted from version 3 to 4"):
        upcast("Noted", 1, {"number": 5}, registry=REGISTRY, newest={"Noted": 4})


def test_a_version_from_the_future_asks_for_an_upgrade() -> None:
    with pytest.raises(Stop, match="Upgrade Frontlog"):
        upcast("Noted", 4, {}, registry=REGISTRY, newest={"Noted": 3})


def test_an_unknown_type_passes_unchanged_but_has_no_shape() -> None:
    assert upcast("Whispered", 7, {"a": 1}) == (7, {"a": 1})
    with pytest.raises(Stop, match="Whispered"):
        from_data("Whispered", 7, {"a": 1})


def test_data_that_is_not_of_its_shape_is_named() -> None:
    with pytest.raises(Stop, match="EditionActivated version 1 is not of its shape"):
        from_data("EditionActivated", 1, {"edition": 5})


def test_a_field_that_only_newer_code_knows_is_passed_over() -> None:
    fact = from_data("EditionActivated", 1, {"edition": "2026.1", "colour": "red"})
    assert to_data(fact) == {"edition": "2026.1"}
