"""The one file of examples: whole, in order, valid, and the same wherever it is shown."""

from typing import Any

import jsonschema_rs
import pytest

from pivotal_server.events.catalogue import SPECIFIC
from pivotal_server.events.described import DESCRIPTIONS, callbacks, examples, is_change
from pivotal_server.events.types import ALIASES, ALL_TYPES
from pivotal_server.kit.base62 import decode
from tests.support.app import document

ENVELOPE = ["id", "type", "created_at", "org_id", "livemode", "api_version", "actor", "request_id", "data"]


def schema_of(name: str) -> jsonschema_rs.Draft202012Validator:
    shown = document()["webhooks"][name]["post"]["requestBody"]["content"]["application/json"]
    schema = {**shown["schema"], "components": document()["components"]}
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)


def test_there_are_31_types_each_with_everything() -> None:
    assert len(ALL_TYPES) == 31
    assert tuple(examples()) == tuple(DESCRIPTIONS) == tuple(document()["webhooks"]) == ALL_TYPES
    assert len(callbacks()) == 31
    assert set(ALIASES.values()) <= set(ALL_TYPES)
    assert not set(ALIASES) & set(ALL_TYPES)


@pytest.mark.parametrize("name", ALL_TYPES)
def test_an_example_is_what_would_be_sent(name: str) -> None:
    example = examples()[name]
    schema_of(name).validate(example)
    shown = document()["webhooks"][name]["post"]["requestBody"]["content"]["application/json"]["example"]
    assert shown == example
    assert list(example) == ENVELOPE
    data = example["data"]
    assert list(data) == ["object", "previous_attributes"]
    assert decode(example["id"].removeprefix("evt_")) < 2**160
    previous, current = data["previous_attributes"], data["object"]
    assert (previous is not None) == is_change(name)
    for key, old in (previous or {}).items():
        assert current[key] != old, key
    before = {**current, **(previous or {})}
    specific = dict(SPECIFIC.get(name.partition(".")[0], ()))
    if name in specific:
        assert specific[name](before, current)


@pytest.mark.parametrize("name", ALL_TYPES)
def test_a_schema_refuses_what_would_not_be_sent(name: str) -> None:
    valid = schema_of(name)
    example = examples()[name]
    assert not valid.is_valid({**example, "type": "customer.exploded"})
    assert not valid.is_valid({key: value for key, value in example.items() if key != "actor"})
    assert not valid.is_valid({**example, "id": "evt_short"})

    def with_data(**changes: Any) -> Any:
        return {**example, "data": {**example["data"], **changes}}

    assert not valid.is_valid(with_data(previous_attributes=None if is_change(name) else {}))
    less = {key: value for key, value in example["data"]["object"].items() if key != "display_id"}
    assert not valid.is_valid(with_data(object=less))
    ids = {key: example["data"]["object"][key] for key in ("object", "id", "display_id")}
    assert valid.is_valid(
        {**example, "data": {"object": ids, "previous_attributes": None, "truncated": True}}
    )
