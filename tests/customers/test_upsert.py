"""Upserting and counting customers."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.support.app import World, new_world
from tests.support.journal import Journal
from tests.support.records import answered, created, error_of, new_customer, path_of, read, walk


async def upsert(api: httpx.AsyncClient, by: str | None, **body: Any) -> httpx.Response:
    return await api.post("/customers/upsert", params={} if by is None else {"by": by}, json=body)


@pytest.mark.parametrize(
    ("by", "value"),
    [(None, "acct-1"), ("external_id", "acct-1"), ("slug", "aurora"), ("domain", "aurora.com")],
)
async def test_the_first_creates_and_the_second_changes(
    api: httpx.AsyncClient, world: World, by: str | None, value: str
) -> None:
    key = by or "external_id"
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    first = answered(await upsert(api, by, name="Aurora", plan="Growth", **{key: value}), 201)
    assert (await journal.look()).names == ["customer.created"]
    answer = await upsert(api, by, plan="Scale", **{key: value})
    second = answered(answer)
    assert answer.headers["etag"]
    assert (second["id"], second["name"], second["plan"]) == (first["id"], "Aurora", "Scale")
    assert second == await read(api, first)
    assert (await journal.look()).names == ["customer.field_changed"]
    answered(await upsert(api, by, plan="Scale", **{key: value}))
    assert (await journal.look()).nothing


async def test_it_can_be_sent_back_as_it_was_read(api: httpx.AsyncClient) -> None:
    customer = await new_customer(api, external_id="acct-1", tags=["a"], domain="aurora.com")
    assert answered(await api.post("/customers/upsert", json=customer)) == customer


async def test_several_customers_of_a_domain_are_ambiguous(api: httpx.AsyncClient) -> None:
    first = await new_customer(api, domain="aurora.com")
    await new_customer(api, domain="aurora.com")
    refused = await upsert(api, "domain", name="x", domain="Aurora.COM")
    assert error_of(refused) == (409, "ambiguous_match", "domain")
    answered(await api.delete(path_of(first)))
    answered(await upsert(api, "domain", name="x", domain="aurora.com"))


@pytest.mark.parametrize(
    ("by", "body", "code", "field"),
    [
        ("external_id", {"name": "x"}, "missing_field", "external_id"),
        ("external_id", {"name": "x", "external_id": None}, "missing_field", "external_id"),
        ("external_id", {"name": "x", "external_id": " "}, "missing_field", "external_id"),
        ("domain", {"name": "x"}, "missing_field", "domain"),
        ("slug", {"name": "x"}, "missing_field", "slug"),
        ("slug", {"slug": "new-one"}, "missing_field", "name"),
        ("name", {"name": "x"}, "invalid_enum_value", "by"),
        ("slug", {"slug": "x y", "name": "x"}, "invalid_string", "slug"),
        ("slug", {"slug": "x", "name": "x", "colour": "red"}, "unrecognized_keys", "colour"),
    ],
)
async def test_what_it_refuses(
    api: httpx.AsyncClient, by: str, body: dict[str, Any], code: str, field: str
) -> None:
    assert error_of(await upsert(api, by, **body)) == (400, code, field)
    assert await walk(api, "/customers") == []


async def test_conflicts_on_other_keys_are_refused(api: httpx.AsyncClient) -> None:
    await new_customer(api, slug="aurora", external_id="acct-1")
    other = {"external_id": "acct-2", "name": "x", "slug": "aurora"}
    assert error_of(await upsert(api, "external_id", **other)) == (409, "slug_taken", "slug")


async def test_a_deleted_customer_is_not_matched(api: httpx.AsyncClient) -> None:
    gone = await new_customer(api, external_id="acct-1")
    answered(await api.delete(path_of(gone)))
    new = answered(await upsert(api, None, name="x", external_id="acct-1"), 201)
    assert new["id"] != gone["id"]


async def test_many_at_once_make_one_customer(api: httpx.AsyncClient) -> None:
    await new_customer(api)
    for by, key in (("external_id", "acct-1"), ("domain", "aurora.com")):
        answers = await asyncio.gather(*(upsert(api, by, name=f"N{n}", **{by: key}) for n in range(8)))
        assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
        assert len({answer.json()["id"] for answer in answers}) == 1


async def test_a_repeat_gets_the_stored_answer(api: httpx.AsyncClient) -> None:
    body = {"name": "x", "external_id": "acct-1"}
    for replayed in (False, True):
        answer = await api.post("/customers/upsert", json=body, headers={"Idempotency-Key": "k"})
        assert answer.status_code == 201
        assert ("idempotent-replayed" in answer.headers) is replayed


async def test_counting_takes_the_filters_of_the_list(api: httpx.AsyncClient, world: World) -> None:
    for status in ("active", "active", "churned"):
        await created(api, "/customers", {"name": "x", "status": status, "tags": ["Vip"]})

    async def count(**query: Any) -> Any:
        return answered(await api.get("/customers/count", params=query))

    assert await count() == {"object": "count", "count": 3}
    assert (await count(status="active"))["count"] == 2
    assert (await count(status="churned", tag="VIP"))["count"] == 1
    assert (await count(owner_id=99))["count"] == (await count(domain="no domain"))["count"] == 0
    assert (await count(livemode="false"))["count"] == 0
    assert (await count(updated_since="2999-01-01"))["count"] == 0
    assert error_of(await api.get("/customers/count?limit=5")) == (400, "unrecognized_keys", "limit")
    assert error_of(await api.get("/customers/count?status=gone")) == (400, "invalid_enum_value", "status")
    other = await new_world(world.services, name="Other", slug="other")
    _, key = await other.new_key()
    async with other.client(key) as stranger:
        assert answered(await stranger.get("/customers/count"))["count"] == 0


async def test_fixed_words_stand_above_ids(api: httpx.AsyncClient) -> None:
    for method, path in (
        ("POST", "/customers/count"),
        ("GET", "/customers/upsert"),
        ("PATCH", "/customers/count"),
    ):
        answer = await api.request(method, path)
        assert (answer.status_code, answer.json()["error"]["code"]) == (405, "method_not_allowed")
