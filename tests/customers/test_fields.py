"""The fields of a customer: what each takes, keeps, clears and refuses, and what its changes write."""

import json
from typing import Any

import httpx

from pivotal_server.members import service as members
from pivotal_server.unit_of_work import unit_of_work
from tests.support.app import World
from tests.support.journal import Journal
from tests.support.records import answered, created, error_of, new_customer, patched, path_of, read

_KEYS = """
object id display_id name slug domain status plan mrr monthly_orders hubspot_company_id hubspot_deal_id
stripe_customer_id intercom_company_id slack_channel_id owner_id tags custom_fields metadata external_id
health_score livemode created_at updated_at
"""
KEYS = _KEYS.split()
ENVELOPE = ["id", "type", "created_at", "org_id", "livemode", "api_version", "actor", "request_id", "data"]
EXTRA = ["previous_health_score", "health_bucket", "at_risk", "churned", "owner_email"]


async def test_a_customer_has_its_keys_in_order_and_its_defaults(api: httpx.AsyncClient) -> None:
    row = await created(api, "/customers", {"name": "Aurora Outfitters"})
    assert list(row) == KEYS
    assert (row["object"], row["display_id"], row["slug"], row["status"]) == (
        "customer",
        1,
        "aurora-outfitters",
        "active",
    )
    assert (row["tags"], row["custom_fields"], row["metadata"], row["livemode"]) == ([], {}, {}, True)
    empty = [name for name, value in row.items() if value is None]
    assert empty == [*KEYS[5:6], *KEYS[7:16], "external_id", "health_score"]
    assert row["created_at"] == row["updated_at"]
    assert row == await read(api, row) == answered(await api.get("/customers/1"))


SENT: dict[str, list[tuple[Any, Any]]] = {
    "name": [("  Cafe\u0301 ", "Café"), ("x" * 200, "x" * 200)],
    "domain": [("Aurora.COM", "aurora.com"), ("", None), (None, None)],
    "status": [(status, status) for status in ("onboarding", "at_risk", "archived", "churned", "active")],
    "plan": [(" Scale ", "Scale"), ("", None), ("p" * 100, "p" * 100), (None, None)],
    "mrr": [(125000, 125000), (0, 0), (0.1, 0.1), (1e20, 1e20), (2**53 + 2, 2**53 + 2), (None, None)],
    "monthly_orders": [(18500.0, 18500), (3.25, 3.25), (None, None)],
    "hubspot_company_id": [("88201", "88201"), ("h" * 255, "h" * 255), (None, None)],
    "hubspot_deal_id": [("991", "991"), (None, None)],
    "stripe_customer_id": [("cus_1", "cus_1"), (None, None)],
    "intercom_company_id": [("6432", "6432"), (None, None)],
    "slack_channel_id": [("C0AURORA", "C0AURORA"), (None, None)],
    "tags": [([" VIP ", "vip", "a"], ["VIP", "a"]), (["a", "VIP"], ["a", "VIP"]), ([], [])],
    "metadata": [({"b": 1, "a": {"c": [None, "\u00e9", 2**70]}},) * 2, ({},) * 2],
    "external_id": [("acct-1042", "acct-1042"), ("", None), (None, None)],
}


async def test_every_field_is_kept_on_creation_and_by_patch_and_null_clears(api: httpx.AsyncClient) -> None:
    customer = await new_customer(api)
    for field, cases in SENT.items():
        for sent, kept in cases:
            row = await created(api, "/customers", {"name": "x", field: sent})
            assert row[field] == kept == (await read(api, row))[field], (field, sent)
            answered(await api.delete(path_of(row)))
            customer = await patched(api, customer, **{field: sent})
            assert customer[field] == kept, (field, sent)
            assert customer == await read(api, customer)


REFUSED: list[tuple[str, Any, str]] = [
    ("name", "", "too_small"),
    ("name", "x" * 201, "too_big"),
    ("name", None, "invalid_type"),
    ("domain", "https://aurora.com", "invalid_string"),
    ("domain", "a." * 126 + "com", "too_big"),
    ("status", "gone", "invalid_enum_value"),
    ("status", None, "invalid_type"),
    ("plan", "p" * 101, "too_big"),
    ("mrr", -1, "too_small"),
    ("mrr", "1", "invalid_type"),
    ("monthly_orders", -0.5, "too_small"),
    ("hubspot_company_id", "h" * 256, "too_big"),
    ("hubspot_deal_id", 5, "invalid_type"),
    ("slack_channel_id", "C\u0000", "invalid_string"),
    ("tags", None, "invalid_type"),
    ("metadata", [], "invalid_type"),
    ("external_id", "e" * 256, "too_big"),
    ("owner_id", "", "invalid_string"),
    ("colour", "red", "unrecognized_keys"),
]


async def test_what_a_field_refuses_it_refuses_on_both_ways_in_and_nothing_is_kept(
    api: httpx.AsyncClient, world: World
) -> None:
    customer = await new_customer(api)
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    for field, value, code in REFUSED:
        body = {"name": "x", field: value}
        assert error_of(await api.post("/customers", json=body)) == (400, code, field)
        assert error_of(await api.patch(path_of(customer), json=body)) == (400, code, field)
    assert error_of(await api.post("/customers", json={"plan": "x"})) == (400, "missing_field", "name")
    assert error_of(await api.patch(path_of(customer), json={"custom_fields": {"arr": 1}})) == (
        400,
        "unrecognized_keys",
        "custom_fields.arr",
    )
    assert await read(api, customer) == customer
    assert (await journal.look()).nothing
    assert (await new_customer(api))["display_id"] == 2


async def test_read_edit_send_back(api: httpx.AsyncClient, world: World) -> None:
    row = await new_customer(api, tags=["a"], metadata={"b": 1, "a": 2}, mrr=12.5, owner_id=1, domain="a.com")
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    answer = await api.patch(path_of(row), json=row)
    assert answered(answer) == row
    assert (await journal.look()).nothing
    edited = answered(await api.patch(path_of(row), json={**row, "plan": "Scale"}))
    assert {**edited, "updated_at": ""} == {**row, "plan": "Scale", "updated_at": ""}
    assert edited["updated_at"] > row["updated_at"]
    written = await journal.look()
    assert written.names == ["customer.field_changed"]
    assert written.entries[0].diff == {"plan": (None, "Scale")}
    assert written.types == ["customer.updated"]
    assert written.events[0].previous == {"plan": None}
    # The same keys are taken by a POST, and what is read-only there is ignored.
    copy = await created(api, "/customers", {**row, "slug": "copy"})
    assert copy["id"] != row["id"]
    assert copy["health_score"] is None


async def test_a_patch_that_changes_nothing_writes_nothing(api: httpx.AsyncClient, world: World) -> None:
    row = await new_customer(api, mrr=5, tags=["VIP"], metadata={"a": 1, "b": {"c": 2}}, external_id="e")
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    bodies: list[dict[str, Any]] = [
        {},
        {"name": row["name"]},
        {"mrr": 5.0},
        {"tags": ["VIP"]},
        {"plan": None},
        {"plan": ""},
        {"metadata": {"a": 1, "b": {"c": 2}}},
        # An object is the same whatever the order of its keys.
        {"metadata": {"b": {"c": 2}, "a": 1}},
        {"id": "c" + "x" * 24, "created_at": "1999-01-01", "livemode": False},
        {"custom_fields": {}},
    ]
    for body in bodies:
        assert await patched(api, row, **body) == row, body
    assert (await journal.look()).nothing


async def test_every_change_of_metadata_fires_with_the_changed_keys(
    api: httpx.AsyncClient, world: World
) -> None:
    row = await new_customer(api, metadata={"a": 1, "b": 2, "n": None})
    journal = Journal(world.db, world.workspace.id)
    steps: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({"a": 1, "b": 3, "n": None}, {"b": 2}),
        ({"a": 1, "n": None}, {"b": 3}),
        ({"a": 1, "n": None, "c": {"d": 1}}, {"c": None}),
        # JSON tells true from 1 and 1 from 1.0, and a key that is null from one that is not there.
        ({"a": True, "n": None, "c": {"d": 1}}, {"a": 1}),
        ({"a": 1.5, "n": None, "c": {"d": True}}, {"a": True, "c": {"d": 1}}),
        ({"a": 1.5, "c": {"d": True}}, {"n": None}),
        ({"a": 1.5, "c": {"d": True}, "m": None}, {"m": None}),
        ({}, {"a": 1.5, "c": {"d": True}, "m": None}),
    ]
    old = row["metadata"]
    for metadata, previous in steps:
        await journal.look()
        row = await patched(api, row, metadata=metadata)
        assert json.dumps(row["metadata"]) == json.dumps(metadata)
        written = await journal.look()
        assert written.names == ["customer.field_changed"], metadata
        assert json.dumps(written.entries[0].diff) == json.dumps({"metadata": [old, metadata]})
        assert written.types == ["customer.updated"], metadata
        assert json.dumps(written.events[0].previous) == json.dumps({"metadata": previous})
        old = metadata


async def test_metadata_comes_back_as_it_was_sent(api: httpx.AsyncClient) -> None:
    text = (
        '{"z":1,"a":[1.0,-0.5,1e30,12345678901234567890123,true,null,""],"":{"\\u00e9\\ud83d\\ude80":"\\\\u0000"},'
        '"deep":' + "[" * 60 + "]" * 60 + "}"
    )
    sent = '{"name":"x","metadata":' + text + "}"
    answer = await api.post("/customers", content=sent, headers={"content-type": "application/json"})
    row = answered(answer, 201)
    assert json.dumps(row["metadata"]) == json.dumps(json.loads(text))
    assert json.dumps((await read(api, row))["metadata"]) == json.dumps(json.loads(text))
    full = {"k": "é" * ((16 * 1024 - 8) // 2)}
    assert (await patched(api, row, metadata=full))["metadata"] == full
    assert error_of(await api.patch(path_of(row), json={"metadata": {"k": full["k"] + "x"}})) == (
        400,
        "too_big",
        "metadata",
    )


async def test_an_external_id_is_unique_among_live_customers(api: httpx.AsyncClient) -> None:
    first = await new_customer(api, external_id="acct-1")
    other = await new_customer(api)
    for refused in (
        await api.post("/customers", json={"name": "x", "external_id": "acct-1"}),
        await api.patch(path_of(other), json={"external_id": "acct-1"}),
    ):
        assert error_of(refused) == (409, "external_id_taken", "external_id")
    # Both taken: which of the two is named does not matter, that it is a conflict does.
    both = {"name": "x", "external_id": "acct-1", "slug": first["slug"]}
    assert (await api.post("/customers", json=both)).status_code == 409
    answered(await api.delete(path_of(first)))
    assert (await patched(api, other, external_id="acct-1"))["external_id"] == "acct-1"


async def test_an_owner_is_an_active_member_who_may_own(api: httpx.AsyncClient, world: World) -> None:
    async with unit_of_work(world.db, world.operator) as uow:
        viewer = await members.join(uow, "vera@vml.example", "Vera", "viewer")
        member = await members.join(uow, "max@vml.example", "Max", "member")
    row = await new_customer(api, owner_id=world.owner.display_id)
    assert row["owner_id"] == world.owner.id
    row = await patched(api, row, owner_id=str(member.display_id))
    assert row["owner_id"] == member.id
    assert (await patched(api, row, owner_id=member.id))["updated_at"] == row["updated_at"]
    for nobody in (viewer.id, viewer.display_id, 99, "99", "c" + "0" * 24, "dana", 0, "\x00x", "9" * 30):
        for refused in (
            await api.post("/customers", json={"name": "x", "owner_id": nobody}),
            await api.patch(path_of(row), json={"owner_id": nobody}),
        ):
            assert error_of(refused) == (400, "invalid_reference", "owner_id"), nobody
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    row = await patched(api, row, owner_id=None)
    written = await journal.look()
    assert written.entries[0].diff == {"owner_id": (member.id, None)}
    assert written.events[0].previous == {"owner_id": member.id, "owner_email": "max@vml.example"}
    assert written.events[0].object["owner_email"] is None


async def test_creation_writes_one_entry_and_one_event(api: httpx.AsyncClient, world: World) -> None:
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    sent = {"name": "Auróra", "status": "at_risk", "owner_id": 1, "metadata": {"z": 1, "a": "é"}}
    answer = await api.post("/customers", json=sent, headers={"X-Request-Id": "my-own.id_1"})
    row = answered(answer, 201)
    written = await journal.look()
    [entry] = written.entries
    assert (entry.event, entry.target_type, entry.target_id, entry.customer_id) == (
        "customer.created",
        "customer",
        row["id"],
        row["id"],
    )
    assert (entry.actor, entry.actor_type, entry.origin) == ("API: local-dev", "api_key", "api")
    assert (entry.request_id, entry.livemode, entry.diff) == ("my-own.id_1", True, {})
    # Creation fires `created` alone, whatever the first values are.
    [event] = written.events
    envelope = event.envelope
    assert list(envelope) == ENVELOPE
    assert envelope["id"] == event.id
    assert (envelope["type"], envelope["org_id"]) == ("customer.created", world.workspace.id)
    assert (envelope["livemode"], envelope["api_version"]) == (True, "v1")
    assert envelope["actor"].startswith("api_key:c")
    assert envelope["request_id"] == "my-own.id_1"
    assert list(envelope["data"]) == ["object", "previous_attributes"]
    assert list(event.object) == [*KEYS, *EXTRA]
    assert {key: event.object[key] for key in KEYS} == row
    assert (event.object["at_risk"], event.object["owner_email"]) == (True, world.owner.email)
    assert event.previous is None
    assert event.payload.isascii()
    assert '", "' not in event.payload
    assert "\n" not in event.payload


async def test_two_changes_within_one_clock_tick_still_move_updated_at(api: httpx.AsyncClient) -> None:
    row = await new_customer(api)
    stamps = []
    for number in range(5):
        row = await patched(api, row, plan=f"p{number}")
        stamps.append(row["updated_at"])
    assert stamps == sorted(stamps)
    assert row["created_at"] <= stamps[0]
