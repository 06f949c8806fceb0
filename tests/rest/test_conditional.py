"""ETag, If-Match and If-None-Match; request ids."""

import re

import httpx

from tests.support.app import World
from tests.support.journal import Journal
from tests.support.records import (
    Json,
    answered,
    error_of,
    new_contact,
    new_customer,
    new_onboarding,
    path_of,
)


async def one_of_each(api: httpx.AsyncClient) -> list[tuple[Json, Json]]:
    """A customer, a contact and an onboarding, each with a change to it."""
    customer = await new_customer(api)
    return [
        (customer, {"plan": "Scale"}),
        (await new_contact(api, customer), {"title": "COO"}),
        (await new_onboarding(api, customer), {"notes": "x"}),
    ]


async def test_one_state_of_a_record_has_one_tag_however_it_is_got(api: httpx.AsyncClient) -> None:
    for record, change in await one_of_each(api):
        read = await api.get(path_of(record))
        tag = read.headers["etag"]
        assert re.fullmatch(r'"[0-9a-f]{16}"', tag)
        by_number = await api.get(f"/{record['object']}s/{record['display_id']}")
        assert by_number.headers["etag"] == tag
        same = await api.patch(path_of(record), json={})
        assert same.headers["etag"] == tag
        changed = await api.patch(path_of(record), json=change)
        assert changed.headers["etag"] not in ("", tag)
        assert changed.headers["etag"] == (await api.get(path_of(record))).headers["etag"]
    answer = await api.post("/customers", json={"name": "x"})
    assert answer.headers["etag"] == (await api.get(f"/customers/{answer.json()['id']}")).headers["etag"]
    for path in ("/customers", "/me", "/health"):
        assert "etag" not in (await api.get(path)).headers


async def test_if_none_match_spares_the_body(api: httpx.AsyncClient) -> None:
    for record, change in await one_of_each(api):
        tag = (await api.get(path_of(record))).headers["etag"]
        for header in (tag, f"W/{tag}", f'"other", {tag}', "*"):
            answer = await api.get(path_of(record), headers={"If-None-Match": header})
            assert (answer.status_code, answer.content) == (304, b"")
            assert answer.headers["etag"] == tag
        for header in ('"other"', "garbage", "", tag[1:-1]):
            answer = await api.get(path_of(record), headers={"If-None-Match": header})
            assert answered(answer)["id"] == record["id"]
        answered(await api.patch(path_of(record), json=change))
        assert (await api.get(path_of(record), headers={"If-None-Match": tag})).status_code == 200


async def test_if_match_guards_changes_and_deletions(api: httpx.AsyncClient, world: World) -> None:
    journal = Journal(world.db, world.workspace.id)
    for record, change in reversed(await one_of_each(api)):
        path = path_of(record)
        stale = (await api.get(path)).headers["etag"]
        fresh = (await api.patch(path, json=change, headers={"If-Match": stale})).headers["etag"]
        await journal.look()
        for header in (stale, f"W/{fresh}", "garbage", ""):
            for refused in (
                await api.patch(path, json={"metadata": {"a": 1}}, headers={"If-Match": header}),
                await api.delete(path, headers={"If-Match": header}),
            ):
                assert error_of(refused) == (412, "precondition_failed", None), header
        assert (await journal.look()).nothing
        for header in (fresh, f"{stale}, {fresh}", "*"):
            assert (await api.patch(path, json={}, headers={"If-Match": header})).status_code == 200
        missing = f"/{record['object']}s/999"
        assert (await api.patch(missing, json={}, headers={"If-Match": "*"})).status_code == 404
        gone = await api.delete(path, headers={"If-Match": fresh})
        assert answered(gone)["deleted"] is True
        assert "etag" not in gone.headers


async def test_of_two_writers_with_one_tag_one_writes(api: httpx.AsyncClient) -> None:
    for record, change in await one_of_each(api):
        tag = (await api.get(path_of(record))).headers["etag"]
        first = await api.patch(path_of(record), json=change, headers={"If-Match": tag})
        second = await api.patch(path_of(record), json={"external_id": "e"}, headers={"If-Match": tag})
        assert (first.status_code, second.status_code) == (200, 412)


async def test_every_answer_has_a_request_id_and_a_sound_one_of_the_caller_is_kept(
    api: httpx.AsyncClient, world: World
) -> None:
    made = [(await api.get("/me")).headers["x-request-id"] for _ in range(3)]
    assert all(re.fullmatch(r"req_[a-z0-9]{24}", id) for id in made)
    assert len(set(made)) == 3
    for own in ("a", "my-own.id_1", "X" * 128, "0.-_"):
        for answer in (
            await api.get("/me", headers={"X-Request-Id": own}),
            await api.get("/nowhere", headers={"X-Request-Id": own}),
            await api.get("/openapi.json", headers={"X-Request-Id": own}),
        ):
            assert answer.headers["x-request-id"] == own
            if answer.status_code == 404:
                assert answer.json()["error"]["request_id"] == own
    for unsound in ("", "X" * 129, "a b", "a/b", "é", '"a"', "a\tb"):
        answer = await api.get("/me", headers={b"X-Request-Id": unsound.encode()})
        assert re.fullmatch(r"req_[a-z0-9]{24}", answer.headers["x-request-id"]), unsound


async def test_the_document_has_a_tag_of_its_own(world: World) -> None:
    async with world.client(None) as api:
        for path, media_type in (
            ("/openapi.json", "application/json"),
            ("/openapi.yaml", "application/yaml"),
        ):
            answer = await api.get(path)
            assert answer.headers["content-type"] == media_type
            assert answer.headers["cache-control"] == "public, max-age=300"
            assert answer.headers["access-control-allow-origin"] == "*"
            again = await api.get(path, headers={"If-None-Match": answer.headers["etag"]})
            assert (again.status_code, again.content) == (304, b"")
            assert (await api.get(path, headers={"If-None-Match": '"x"'})).status_code == 200
