"""Contacts: their fields, what their changes write, their lists, and deleting them."""

from typing import Any

import httpx
import pytest
from msgspec.structs import replace

from pivotal_server.contacts import service
from pivotal_server.limits.catalogue import CONTACTS_PER_CUSTOMER
from tests.support.app import World
from tests.support.journal import Journal
from tests.support.records import (
    answered,
    created,
    error_of,
    new_contact,
    new_customer,
    patched,
    path_of,
    read,
    walk,
)

_KEYS = """
object id display_id customer_id name email title phone is_primary labels archived portal_access metadata
external_id livemode created_at updated_at
"""
KEYS = _KEYS.split()


async def test_a_contact_has_its_keys_in_order_and_its_defaults(api: httpx.AsyncClient) -> None:
    customer = await new_customer(api)
    body = {"name": "Mira Chen", "email": "Mira@Aurora.com"}
    row = await created(api, f"/customers/{customer['display_id']}/contacts", body)
    assert list(row) == KEYS
    assert (row["object"], row["display_id"], row["customer_id"]) == ("contact", 1, customer["id"])
    assert (row["email"], row["title"], row["phone"]) == ("mira@aurora.com", None, None)
    assert (row["is_primary"], row["labels"], row["archived"], row["portal_access"]) == (
        True,
        [],
        False,
        True,
    )
    assert (row["metadata"], row["external_id"], row["livemode"]) == ({}, None, True)
    assert row == await read(api, row) == answered(await api.get("/contacts/1"))


SENT: dict[str, list[tuple[Any, Any]]] = {
    "name": [(" Mira ", "Mira"), ("x" * 200, "x" * 200)],
    "email": [("New@Aurora.com", "new@aurora.com")],
    "title": [("Head of Ops", "Head of Ops"), ("", None), ("t" * 200, "t" * 200), (None, None)],
    "phone": [("+1 555 0100", "+1 555 0100"), ("1" * 50, "1" * 50), (None, None)],
    "labels": [(["a", "A", " b "], ["a", "b"]), ([], [])],
    "archived": [(True, True), (False, False)],
    "portal_access": [(False, False), (True, True)],
    "is_primary": [(False, False), (True, True)],
    "metadata": [({"b": 1, "a": [1.5]}, {"b": 1, "a": [1.5]}), ({}, {})],
    "external_id": [("person-77", "person-77"), (None, None)],
}


async def test_every_field_is_kept_on_creation_and_by_patch_and_null_clears(api: httpx.AsyncClient) -> None:
    customer = await new_customer(api)
    contact = await new_contact(api, customer)
    for field, cases in SENT.items():
        for sent, kept in cases:
            row = await new_contact(api, customer, **{field: sent})
            assert row[field] == kept == (await read(api, row))[field], (field, sent)
            answered(await api.delete(path_of(row)))
            contact = await patched(api, contact, **{field: sent})
            assert contact[field] == kept, (field, sent)
            assert contact == await read(api, contact)


REFUSED: list[tuple[str, Any, str]] = [
    ("name", "", "too_small"),
    ("name", None, "invalid_type"),
    ("name", "x" * 201, "too_big"),
    ("email", "mira", "invalid_string"),
    ("email", None, "invalid_type"),
    ("title", "t" * 201, "too_big"),
    ("phone", "1" * 51, "too_big"),
    ("is_primary", None, "invalid_type"),
    ("is_primary", 1, "invalid_type"),
    ("labels", ["x"] * 21, "too_big"),
    ("archived", "yes", "invalid_type"),
    ("portal_access", None, "invalid_type"),
    ("metadata", None, "invalid_type"),
    ("external_id", 5, "invalid_type"),
    ("role", "boss", "unrecognized_keys"),
]


async def test_what_a_field_refuses_it_refuses_on_both_ways_in(api: httpx.AsyncClient) -> None:
    customer = await new_customer(api)
    contact = await new_contact(api, customer)
    path = f"{path_of(customer)}/contacts"
    for field, value, code in REFUSED:
        body = {"name": "x", "email": "x@aurora.com", field: value}
        assert error_of(await api.post(path, json=body)) == (400, code, field)
        assert error_of(await api.patch(path_of(contact), json={field: value})) == (400, code, field)
    for missing in ("name", "email"):
        body = {"name": "x", "email": "x@aurora.com"}
        del body[missing]
        assert error_of(await api.post(path, json=body)) == (400, "missing_field", missing)
    assert await read(api, contact) == contact
    only_name = {"name": "x"}
    refused = await api.post("/customers/99/contacts", json=only_name)
    assert error_of(refused) == (400, "missing_field", "email")
    whole = {"name": "x", "email": "x@aurora.com"}
    assert error_of(await api.post("/customers/99/contacts", json=whole)) == (404, "customer_not_found", None)
    assert error_of(await api.get("/contacts/99")) == (404, "contact_not_found", None)


async def test_read_edit_send_back_and_no_change_writes_nothing(api: httpx.AsyncClient, world: World) -> None:
    customer = await new_customer(api)
    row = await new_contact(api, customer, labels=["a"], metadata={"b": 1, "a": 2})
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    same: list[dict[str, Any]] = [
        row,
        {},
        {"email": row["email"].upper()},
        {"labels": ["a"]},
        {"metadata": {"a": 2, "b": 1}},
        {"is_primary": True},
        {"customer_id": "c" + "0" * 24},
    ]
    for body in same:
        assert await patched(api, row, **body) == row, body
    assert (await journal.look()).nothing
    edited = await patched(api, row, **{**row, "title": "COO"})
    assert {**edited, "updated_at": ""} == {**row, "title": "COO", "updated_at": ""}


async def test_what_each_change_writes(api: httpx.AsyncClient, world: World) -> None:
    customer = await new_customer(api)
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    row = await new_contact(api, customer, is_primary=False)
    written = await journal.look()
    assert (written.names, written.types) == (["contact.added"], ["contact.created"])
    [entry] = written.entries
    assert (entry.target_type, entry.target_id, entry.customer_id, entry.contact_id) == (
        "contact",
        row["id"],
        customer["id"],
        row["id"],
    )
    assert entry.diff == {}
    [event] = written.events
    assert (event.object, event.previous) == (row, None)
    assert list(event.object) == KEYS
    steps: list[tuple[dict[str, Any], list[tuple[str, dict[str, Any]]], dict[str, Any]]] = [
        (
            {"title": "COO", "phone": "1"},
            [("contact.field_changed", {"title": (None, "COO"), "phone": (None, "1")})],
            {"title": None, "phone": None},
        ),
        (
            {"archived": True},
            [("contact.archived", {})],
            {"archived": False},
        ),
        (
            {"archived": False, "portal_access": False, "name": "New"},
            [
                ("contact.field_changed", {"name": (row["name"], "New")}),
                ("contact.unarchived", {}),
                ("contact.portal_access_changed", {"portal_access": (True, False)}),
            ],
            {"archived": True, "portal_access": True, "name": row["name"]},
        ),
        (
            {"is_primary": True},
            [("contact.primary_changed", {"is_primary": (False, True)})],
            {"is_primary": False},
        ),
    ]
    for changes, entries, previous in steps:
        row = await patched(api, row, **changes)
        written = await journal.look()
        assert [(found.event, found.diff) for found in written.entries] == entries
        # What says something about a person stands where erasing the person empties it.
        assert all(found.open_diff is None for found in written.entries)
        assert written.types == ["contact.updated"]
        assert (written.events[0].object, written.events[0].previous) == (row, previous)
    answered(await api.delete(path_of(row)))
    written = await journal.look()
    assert (written.names, written.types) == (["contact.deleted"], ["contact.deleted"])
    assert written.events[0].previous is None
    assert written.events[0].object == {
        **row,
        "updated_at": written.events[0].object["updated_at"],
        "deleted": True,
    }


async def test_an_address_is_unique_among_the_live_contacts_of_a_customer(api: httpx.AsyncClient) -> None:
    customer, elsewhere = await new_customer(api), await new_customer(api)
    first = await new_contact(api, customer, email="mira@aurora.com", archived=True)
    other = await new_contact(api, customer)
    path = f"{path_of(customer)}/contacts"
    for refused in (
        await api.post(path, json={"name": "x", "email": "MIRA@aurora.com"}),
        await api.patch(path_of(other), json={"email": "mira@aurora.com"}),
    ):
        assert error_of(refused) == (409, "email_taken", "email")
        message = refused.json()["error"]["message"]
        assert message == "mira@aurora.com is already a contact of this customer"
    await new_contact(api, elsewhere, email="mira@aurora.com")
    answered(await api.delete(path_of(first)))
    assert (await patched(api, other, email="mira@aurora.com"))["email"] == "mira@aurora.com"


async def test_an_external_id_is_unique_in_the_workspace(api: httpx.AsyncClient) -> None:
    first = await new_contact(api, await new_customer(api, external_id="p-1"), external_id="p-1")
    elsewhere = await new_customer(api)
    body = {"name": "x", "email": "x@a.com", "external_id": "p-1"}
    refused = await api.post(f"{path_of(elsewhere)}/contacts", json=body)
    assert error_of(refused) == (409, "external_id_taken", "external_id")
    other = await new_contact(api, elsewhere)
    refused = await api.patch(path_of(other), json={"external_id": "p-1"})
    assert error_of(refused) == (409, "external_id_taken", "external_id")
    answered(await api.delete(path_of(first)))
    assert (await patched(api, other, external_id="p-1"))["external_id"] == "p-1"


async def test_the_list_of_a_customer(api: httpx.AsyncClient) -> None:
    customer, elsewhere = await new_customer(api), await new_customer(api)
    made = [await new_contact(api, customer, archived=number % 2 == 1) for number in range(5)]
    await new_contact(api, elsewhere)
    path = f"{path_of(customer)}/contacts"
    assert await walk(api, path, limit=2) == made[::-1]
    assert await walk(api, path, archived="true", limit=1) == [made[3], made[1]]
    assert await walk(api, path, archived="false", order="asc", limit=2) == made[::2]
    assert await walk(api, path, email=f" {made[2]['email'].upper()} ") == [made[2]]
    assert await walk(api, path, email="nobody@example.com") == []
    assert await walk(api, path, email="no address") == []
    assert answered(await api.get(path, params={"archived": "true", "include_total": "true"}))["total"] == 2
    assert (
        answered(await api.get(path, params={"email": "no address", "include_total": "true"}))["total"] == 0
    )
    answered(await api.delete(path_of(made[4])))
    assert await walk(api, path) == made[3::-1]


async def test_a_customer_has_a_limit_of_contacts(
    api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    three = replace(CONTACTS_PER_CUSTOMER, default=3, least=1)
    customer = await new_customer(api)
    made = [await new_contact(api, customer, archived=number == 1) for number in range(3)]
    monkeypatch.setattr(service, "CONTACTS_PER_CUSTOMER", three)
    path = f"{path_of(customer)}/contacts"
    refused = await api.post(path, json={"name": "x", "email": "x@a.com"})
    assert error_of(refused) == (400, "limit_reached", None)
    assert "limit of 3 is reached (3 in use)" in refused.json()["error"]["message"]
    answered(await api.delete(path_of(made[1])))
    await new_contact(api, customer)
    assert CONTACTS_PER_CUSTOMER.default == 10_000
