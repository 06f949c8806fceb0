"""Comments: their fields, threads, what their changes write, who may edit them, and deleting them."""

from typing import Any

import httpx
import pytest
from sqlalchemy import bindparam, select

from pivotal_server.db.statements import Statement
from pivotal_server.db.tables import activity, comment_versions
from tests.support.app import World, new_world
from tests.support.journal import Journal
from tests.support.records import (
    Json,
    answered,
    created,
    error_of,
    new_customer,
    new_onboarding,
    new_subtask,
    new_task,
    patched,
    path_of,
    walk,
)
from tests.support.uploads import attach

_KEYS = """
object id display_id customer_id onboarding_id task_id body visibility mentions attachments created_by
edited_at livemode created_at updated_at
"""
KEYS = _KEYS.split()
VERSIONS = Statement.scalar(
    select(comment_versions.c.body)
    .where(comment_versions.c.org_id == bindparam("org_id"))
    .order_by(comment_versions.c.replaced_at),
    str,
)
DIFFS = Statement.scalar(select(activity.c.diff).where(activity.c.org_id == bindparam("org_id")))


async def places(api: httpx.AsyncClient) -> dict[str, Json]:
    """A customer with an onboarding, a task and a subtask."""
    customer = await new_customer(api)
    onboarding = await new_onboarding(api, customer)
    task = await new_task(api, onboarding)
    return {
        "customer": customer,
        "onboarding": onboarding,
        "task": task,
        "subtask": await new_subtask(api, task),
    }


async def comment(api: httpx.AsyncClient, place: Json, body: str = "Hello", **fields: Any) -> Json:
    return await created(api, f"{path_of(place)}/comments", {"body": body, **fields})


@pytest.mark.parametrize("where", ["customer", "onboarding", "task", "subtask"])
async def test_a_comment_has_its_keys_in_order_and_knows_its_place(
    api: httpx.AsyncClient, world: World, where: str
) -> None:
    found = await places(api)
    place = found[where]
    path = f"/{place['object']}s/{place['display_id']}/comments"
    row = await created(api, path, {"body": "Data **received**."})
    assert list(row) == KEYS
    assert (row["object"], row["display_id"], row["body"]) == ("comment", 1, "Data **received**.")
    assert row["customer_id"] == found["customer"]["id"]
    assert row["onboarding_id"] == (None if where == "customer" else found["onboarding"]["id"])
    assert row["task_id"] == (place["id"] if place["object"] == "task" else None)
    assert (row["visibility"], row["mentions"], row["attachments"]) == ("internal", [], [])
    assert row["created_by"].startswith("api_key:c")
    assert (row["edited_at"], row["livemode"]) == (None, True)
    assert answered(await api.get(path))["data"] == [row]


async def test_every_place_has_a_thread_of_its_own(api: httpx.AsyncClient) -> None:
    found = await places(api)
    for name, place in found.items():
        for number in range(3):
            await comment(api, place, f"{name} {number}")
    for name, place in found.items():
        bodies = [row["body"] for row in await walk(api, f"{path_of(place)}/comments", limit=2)]
        assert bodies == [f"{name} 2", f"{name} 1", f"{name} 0"]
        page = answered(await api.get(f"{path_of(place)}/comments?include_total=true&order=asc&limit=1"))
        assert (page["total"], page["data"][0]["body"]) == (3, f"{name} 0")


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({}, "missing_field", "body"),
        ({"body": ""}, "too_small", "body"),
        ({"body": "  \n "}, "too_small", "body"),
        ({"body": "x" * 10_001}, "too_big", "body"),
        ({"body": "a\u0000b"}, "invalid_string", "body"),
        ({"body": 7}, "invalid_type", "body"),
        ({"body": "x", "visibility": "public"}, "invalid_enum_value", "visibility"),
        ({"body": "x", "visibility": None}, "invalid_type", "visibility"),
        ({"body": "x", "text": "x"}, "unrecognized_keys", "text"),
    ],
)
async def test_bodies_that_are_refused(api: httpx.AsyncClient, body: Json, code: str, field: str) -> None:
    customer = await new_customer(api)
    answer = await api.post(f"{path_of(customer)}/comments", json=body)
    assert error_of(answer) == (400, code, field)


async def test_texts_are_kept_as_they_are(api: httpx.AsyncClient) -> None:
    customer = await new_customer(api)
    for body in ("x" * 10_000, "<script>alert(1)</script>", "a\tb\n\n- [ ] c", "計画 😀"):
        assert (await comment(api, customer, body))["body"] == body
    row = await comment(api, customer, " padded ", visibility="customer", id="ignored", created_by="ignored")
    assert (row["body"], row["visibility"]) == ("padded", "customer")


async def test_writing_leaves_an_entry_and_an_event(api: httpx.AsyncClient, world: World) -> None:
    found = await places(api)
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    row = await comment(api, found["task"], "Secret plan")
    written = await journal.look()
    (entry,), (event,) = written.entries, written.events
    assert (entry.event, entry.target_type, entry.target_id) == ("comment.added", "comment", row["id"])
    assert (entry.customer_id, entry.onboarding_id) == (row["customer_id"], row["onboarding_id"])
    assert (event.type, event.object, event.previous) == ("comment.created", row, None)


async def test_editing(api: httpx.AsyncClient, world: World) -> None:
    customer = await new_customer(api)
    row = await comment(api, customer, "Draft")
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    after = await patched(api, row, body="Final")
    assert after["edited_at"] == after["updated_at"] > row["updated_at"]
    assert {**after, "body": "Draft", "edited_at": None, "updated_at": row["updated_at"]} == row
    written = await journal.look()
    assert (written.names, written.types) == (["comment.edited"], ["comment.updated"])
    assert written.events[0].object == after
    assert written.events[0].previous == {"body": "Draft", "edited_at": None}
    assert await patched(api, after, **after) == after
    assert (await journal.look()).nothing
    await patched(api, after, body="Final, really")
    assert await world.db.fetch_all(VERSIONS, {"org_id": world.workspace.id}) == ["Draft", "Final"]


async def test_changing_who_sees_it_is_no_edit(api: httpx.AsyncClient, world: World) -> None:
    customer = await new_customer(api)
    row = await comment(api, customer)
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    shown = await patched(api, row, visibility="customer")
    assert (shown["visibility"], shown["edited_at"]) == ("customer", None)
    written = await journal.look()
    assert (written.names, written.types) == (["comment.visibility_changed"], ["comment.updated"])
    assert written.entries[0].diff == {"visibility": ("internal", "customer")}
    assert written.events[0].previous == {"visibility": "internal"}
    both = await patched(api, shown, visibility="internal", body="Both")
    assert (both["visibility"], both["body"]) == ("internal", "Both")
    assert (await journal.look()).names == ["comment.edited", "comment.visibility_changed"]


async def test_the_stream_never_holds_the_text(api: httpx.AsyncClient, world: World) -> None:
    customer = await new_customer(api)
    row = await comment(api, customer, "Ocelot")
    row = await patched(api, row, body="Ocelot again", visibility="customer")
    await api.delete(path_of(row))
    diffs = await world.db.fetch_all(DIFFS, {"org_id": world.workspace.id})
    assert not [diff for diff in diffs if diff is not None and b"celot" in bytes(diff)]


async def test_only_the_key_that_wrote_a_comment_edits_it_and_any_deletes_it(
    api: httpx.AsyncClient, connect_key: Any
) -> None:
    customer = await new_customer(api)
    row = await comment(api, customer)
    async with await connect_key(name="other") as other:
        for change in ({"body": "Mine now"}, {"visibility": "customer"}, {}):
            assert error_of(await other.patch(path_of(row), json=change)) == (403, "not_author", None)
        answered(await other.delete(path_of(row)))
    assert error_of(await api.patch(path_of(row), json={"body": "x"})) == (404, "comment_not_found", None)


async def test_deleting(api: httpx.AsyncClient, world: World) -> None:
    customer = await new_customer(api)
    row = await comment(api, customer, "Gone")
    file = await attach(api, row)
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    gone = {"object": "deleted", "id": row["id"], "display_id": 1, "deleted": True}
    assert answered(await api.delete(path_of(row))) == gone
    written = await journal.look()
    assert (written.names, written.types) == (["comment.deleted"], ["comment.deleted"])
    shown = written.events[0].object
    assert (shown["body"], shown["attachments"], shown["deleted"]) == (None, [], True)
    assert (shown["id"], shown["visibility"]) == (row["id"], "internal")
    assert answered(await api.delete("/comments/1")) == gone
    assert (await journal.look()).nothing
    assert answered(await api.get(f"{path_of(customer)}/comments"))["data"] == []
    assert error_of(await api.get(f"/attachments/{file['id']}")) == (404, "attachment_not_found", None)


@pytest.mark.parametrize("deleted", ["task", "onboarding"])
async def test_comments_go_with_what_they_are_on(api: httpx.AsyncClient, deleted: str) -> None:
    found = await places(api)
    row = await comment(api, found["task"])
    file = await attach(api, row)
    kept = await comment(api, found["customer"])
    answered(await api.delete(path_of(found[deleted])))
    for answer in (
        await api.patch(path_of(row), json={"body": "x"}),
        await api.delete(path_of(row)),
        await api.post(f"{path_of(row)}/attachments", files={"file": ("a.txt", b"a")}),
    ):
        assert error_of(answer) == (404, "comment_not_found", None)
    assert error_of(await api.get(f"/attachments/{file['id']}")) == (404, "attachment_not_found", None)
    assert error_of(await api.get(f"{path_of(found['task'])}/comments")) == (404, "task_not_found", None)
    answered(await api.patch(path_of(kept), json={"body": "Still here"}))


async def test_comments_are_taken_in_every_state(api: httpx.AsyncClient) -> None:
    customer = await new_customer(api)
    onboarding = await new_onboarding(api, customer)
    task = await new_task(api, onboarding, done=True)
    for state in ("paused", "active", "done"):
        await patched(api, onboarding, state=state)
        await comment(api, onboarding, state)
        await comment(api, task, state)
    await patched(api, customer, status="archived")
    await comment(api, customer)
    await comment(api, onboarding)


async def test_a_stale_etag_stops_a_change(api: httpx.AsyncClient) -> None:
    customer = await new_customer(api)
    answer = await api.post(f"{path_of(customer)}/comments", json={"body": "One"})
    path, tag = path_of(answer.json()), answer.headers["etag"]
    changed = await api.patch(path, json={"body": "Two"}, headers={"If-Match": tag})
    assert changed.status_code == 200
    stale = {"If-Match": tag}
    for late in (
        await api.patch(path, json={"body": "Three"}, headers=stale),
        await api.delete(path, headers=stale),
    ):
        assert error_of(late) == (412, "precondition_failed", None)
    answered(await api.delete(path, headers={"If-Match": changed.headers["etag"]}))


async def test_what_a_test_key_writes_is_marked(api: httpx.AsyncClient, connect_key: Any) -> None:
    customer = await new_customer(api)
    async with await connect_key(name="t", mode="test") as tester:
        row = await comment(tester, customer)
        marked = await new_customer(tester)
    assert row["livemode"] is False
    assert (await comment(api, marked))["livemode"] is False
    path = f"{path_of(customer)}/comments"
    assert answered(await api.get(f"{path}?livemode=false"))["data"] == [row]
    assert answered(await api.get(f"{path}?livemode=true"))["data"] == []


async def test_scopes(api: httpx.AsyncClient, connect_key: Any) -> None:
    customer = await new_customer(api)
    path = f"{path_of(customer)}/comments"
    async with await connect_key(name="reader", scopes=["read:comments"]) as reader:
        answered(await reader.get(path))
        assert error_of(await reader.post(path, json={"body": "x"}))[:2] == (403, "insufficient_scope")
    async with await connect_key(name="else", scopes=["write:customers"]) as other:
        assert error_of(await other.get(path))[:2] == (403, "insufficient_scope")


async def test_two_workspaces_never_meet(api: httpx.AsyncClient, world: World) -> None:
    found = await places(api)
    row = await comment(api, found["onboarding"])
    other = await new_world(world.services, "Other", "other")
    _, key = await other.new_key()
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    async with other.client(key) as stranger:
        own = await comment(stranger, await new_customer(stranger))
        assert own["display_id"] == 1
        for place in found.values():
            path = f"{path_of(place)}/comments"
            code = f"{place['object']}_not_found"
            assert error_of(await stranger.get(path)) == (404, code, None)
            assert error_of(await stranger.post(path, json={"body": "x"})) == (404, code, None)
        assert error_of(await stranger.patch(path_of(row), json={"body": "x"}))[0] == 404
        assert error_of(await stranger.delete(path_of(row)))[0] == 404
        answered(await stranger.delete("/comments/1"))
    assert (await journal.look()).nothing
