"""Values of custom fields on customers: typed, merged, cleared, told of."""

import json
from typing import Any

import httpx
import pytest

from pivotal_server.custom_fields import service as fields
from pivotal_server.custom_fields.schemas import CustomFieldCreate
from pivotal_server.db.engine import counting
from pivotal_server.unit_of_work import unit_of_work
from tests.support.app import World, new_world
from tests.support.journal import Journal
from tests.support.records import answered, created, error_of, new_customer, patched, path_of, read

DEFINED = (
    CustomFieldCreate(label="Region", type="select", options=["EMEA", "apac", "Latin America"]),
    CustomFieldCreate(label="ARR", type="number"),
    CustomFieldCreate(label="Renewal", type="date"),
    CustomFieldCreate(label="Note", type="string"),
    CustomFieldCreate(label="Pilot", type="boolean"),
)


@pytest.fixture(autouse=True)
async def defined(world: World) -> list[fields.FieldRow]:
    async with unit_of_work(world.db, world.operator) as uow:
        return [await fields.create_field(uow, field) for field in DEFINED]


async def archive(world: World, slug: str) -> None:
    async with unit_of_work(world.db, world.operator) as uow:
        [row] = [field for field in await fields.all_fields(uow.tx, uow.org_id) if field.slug == slug]
        await fields.archive_field(uow, await fields.get_field(uow, row.id))


KEPT: dict[str, list[tuple[Any, Any]]] = {
    "region": [("emea", "EMEA"), (" APAC ", "apac"), ("latin america", "Latin America")],
    "arr": [(10, 10), (10.0, 10), (-0.25, -0.25), (0, 0), (10**30, 1e30)],
    "renewal": [("2026-06-01", "2026-06-01"), (" 2028-02-29 ", "2028-02-29")],
    "note": [(" Cafe\u0301 ", "Café"), ("x" * 1000, "x" * 1000), ("2026-06-01", "2026-06-01")],
    "pilot": [(True, True), (False, False)],
}


async def test_values_are_kept_as_their_type_has_them(api: httpx.AsyncClient) -> None:
    customer = await new_customer(api)
    for slug, cases in KEPT.items():
        for sent, kept in cases:
            row = await created(api, "/customers", {"name": "x", "custom_fields": {slug: sent}})
            assert json.dumps(row["custom_fields"]) == json.dumps({slug: kept})
            assert row == await read(api, row)
            customer = await patched(api, customer, custom_fields={slug: sent})
            assert json.dumps(customer["custom_fields"][slug]) == json.dumps(kept)
    assert set(customer["custom_fields"]) == set(KEPT)


REFUSED: list[tuple[str, Any, str]] = [
    ("region", "mars", "invalid_enum_value"),
    ("region", 1, "invalid_type"),
    ("arr", "10", "invalid_type"),
    ("arr", True, "invalid_type"),
    ("renewal", "2026-02-30", "invalid_string"),
    ("renewal", "2026-06-01T00:00:00Z", "invalid_string"),
    ("renewal", 20260601, "invalid_type"),
    ("note", "x" * 1001, "too_big"),
    ("note", "a\u0000b", "invalid_string"),
    ("note", ["a"], "invalid_type"),
    ("pilot", "true", "invalid_type"),
    ("pilot", 1, "invalid_type"),
    ("colour", "red", "unrecognized_keys"),
    ("colour", None, "unrecognized_keys"),
    ("Region", "emea", "unrecognized_keys"),
    ("", "x", "unrecognized_keys"),
]


@pytest.mark.parametrize(("slug", "value", "code"), REFUSED)
async def test_what_is_refused_leaves_nothing(
    api: httpx.AsyncClient, world: World, slug: str, value: Any, code: str
) -> None:
    customer = await new_customer(api, custom_fields={"arr": 1})
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    body = {"name": "y", "custom_fields": {"pilot": True, slug: value}}
    for refused in (
        await api.post("/customers", json=body),
        await api.patch(path_of(customer), json=body),
    ):
        assert error_of(refused) == (400, code, f"custom_fields.{slug}")
    assert await read(api, customer) == customer
    assert (await journal.look()).nothing


async def test_absent_keys_stay_and_null_clears(api: httpx.AsyncClient, world: World) -> None:
    customer = await new_customer(api, custom_fields={"region": "emea", "arr": 5, "note": "a"})
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    customer = await patched(api, customer, custom_fields={"arr": 7, "note": None, "pilot": True}, plan="x")
    assert customer["custom_fields"] == {"region": "EMEA", "arr": 7, "pilot": True}
    written = await journal.look()
    assert written.names == ["customer.field_changed"]
    assert written.entries[0].diff == {
        "plan": (None, "x"),
        "custom_fields.arr": (5, 7),
        "custom_fields.note": ("a", None),
        "custom_fields.pilot": (None, True),
    }
    assert written.types == ["customer.updated"]
    assert written.events[0].previous == {
        "plan": None,
        "custom_fields": {"arr": 5, "note": "a", "pilot": None},
    }
    for same in ({}, {"note": None, "region": "EMEA"}, {"note": "", "region": "emea"}):
        assert await patched(api, customer, custom_fields=same) == customer
    assert (await journal.look()).nothing


async def test_true_is_not_one(api: httpx.AsyncClient) -> None:
    customer = await new_customer(api, custom_fields={"arr": 1})
    refused = await api.patch(path_of(customer), json={"custom_fields": {"arr": True}})
    assert error_of(refused) == (400, "invalid_type", "custom_fields.arr")


async def test_an_archived_field_keeps_its_values_and_takes_no_new_ones(
    api: httpx.AsyncClient, world: World
) -> None:
    customer = await new_customer(api, custom_fields={"note": "a", "arr": 1})
    await archive(world, "note")
    assert await read(api, customer) == customer
    sent_back = answered(await api.patch(path_of(customer), json=customer))
    assert sent_back == customer
    for value in ("b", None):
        refused = await api.patch(path_of(customer), json={"custom_fields": {"note": value}})
        assert error_of(refused) == (400, "unrecognized_keys", "custom_fields.note")
    assert (await patched(api, customer, custom_fields={"arr": 2}))["custom_fields"] == {
        "note": "a",
        "arr": 2,
    }


async def test_fields_of_another_workspace_are_unknown(world: World) -> None:
    other = await new_world(world.services, name="Other", slug="other")
    _, key = await other.new_key()
    async with other.client(key) as stranger:
        assert answered(await stranger.get("/custom_fields"))["data"] == []
        refused = await stranger.post("/customers", json={"name": "x", "custom_fields": {"arr": 1}})
        assert error_of(refused) == (400, "unrecognized_keys", "custom_fields.arr")


async def test_definitions_are_read_once_and_only_when_needed(api: httpx.AsyncClient) -> None:
    await new_customer(api)
    figures = []
    for body in ({"name": "x"}, {"name": "y", "custom_fields": {"arr": 1, "note": "a", "pilot": True}}):
        with counting() as count:
            await created(api, "/customers", body)
        figures.append(count.value)
    assert figures[1] == figures[0] + 1
