"""Files on comments and tasks: putting, reading, removing, and what is written about it."""

import asyncio
from typing import Any

import httpx
import pytest
from sqlalchemy import bindparam, select

from pivotal_server.db.errors import Unavailable
from pivotal_server.db.statements import Statement
from pivotal_server.db.tables import api_requests, attachments, files
from pivotal_server.limits.catalogue import ATTACHMENT_BYTES
from pivotal_server.unit_of_work import UnitOfWork
from tests.support.app import World, new_world
from tests.support.journal import Journal
from tests.support.records import (
    Json,
    answered,
    created,
    error_of,
    new_customer,
    new_onboarding,
    new_task,
    patched,
    path_of,
)
from tests.support.uploads import PDF, attach, send_file, stored

REGISTERED = Statement.scalar(select(files.c.id).where(files.c.org_id == bindparam("org_id")), str)
LOGGED = Statement.rows(select(api_requests).where(api_requests.c.org_id == bindparam("org_id")))
VISIBILITY = Statement.scalar(
    select(attachments.c.visibility).where(
        attachments.c.org_id == bindparam("org_id"), attachments.c.id == bindparam("id")
    )
)


async def new_comment(api: httpx.AsyncClient) -> Json:
    customer = await new_customer(api)
    return await created(api, f"{path_of(customer)}/comments", {"body": "See the file"})


async def thread_of(api: httpx.AsyncClient, comment: Json) -> list[Json]:
    page = answered(await api.get(f"/customers/{comment['customer_id']}/comments"))
    found: list[Json] = page["data"]
    return found


def content_of(world: World, file: Json) -> bytes:
    return world.services.files.path_of(file["id"]).read_bytes()


async def test_a_file_on_a_comment(api: httpx.AsyncClient, world: World) -> None:
    comment = await new_comment(api)
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    file = await attach(api, comment, "field list.pdf", PDF)
    assert list(file) == ["object", "id", "name", "size", "content_type"]
    assert file == {
        "object": "attachment",
        "id": file["id"],
        "name": "field list.pdf",
        "size": len(PDF),
        "content_type": "application/pdf",
    }
    (shown,) = await thread_of(api, comment)
    assert shown["attachments"] == [file]
    assert (shown["edited_at"], shown["updated_at"] > comment["updated_at"]) == (None, True)
    assert content_of(world, file) == PDF
    written = await journal.look()
    (entry,), (event,) = written.entries, written.events
    assert (entry.event, entry.target_type, entry.target_id) == ("attachment.added", "attachment", file["id"])
    assert (entry.customer_id, entry.diff) == (comment["customer_id"], {"file": (None, "field list.pdf")})
    assert (event.type, event.object, event.previous) == ("comment.updated", shown, {"attachments": []})


async def test_reading_one_adds_a_link_and_nothing_else_does(api: httpx.AsyncClient) -> None:
    comment = await new_comment(api)
    file = await attach(api, comment)
    found = answered(await api.get(f"/attachments/{file['id']}"))
    assert list(found) == ["object", "id", "name", "size", "content_type", "url"]
    assert found["url"].startswith(f"http://localhost:8000/files/{file['id']}?")
    assert {key: value for key, value in found.items() if key != "url"} == file
    changed = await patched(api, comment, body="Other words")
    assert changed["attachments"] == [file]


async def test_several_files_stand_in_the_order_of_their_arrival(api: httpx.AsyncClient) -> None:
    comment = await new_comment(api)
    sent = [await attach(api, comment, f"{name}.txt", b"x") for name in ("b", "a", "b")]
    assert [file["name"] for file in sent] == ["b.txt", "a.txt", "b.txt"]
    (shown,) = await thread_of(api, comment)
    assert shown["attachments"] == sent


async def test_a_file_on_a_task_has_a_visibility_of_its_own(api: httpx.AsyncClient, world: World) -> None:
    onboarding = await new_onboarding(api, await new_customer(api))
    task = await new_task(api, onboarding)
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    plain = await attach(api, task)
    shown = await attach(api, task, visibility="customer")
    for file, visibility in ((plain, "internal"), (shown, "customer")):
        params = {"org_id": world.workspace.id, "id": file["id"]}
        assert await world.db.fetch_one(VISIBILITY, params) == visibility
        assert "url" in answered(await api.get(f"/attachments/{file['id']}"))
    written = await journal.look()
    assert (written.names, written.types) == (["attachment.added"] * 2, [])
    refused = await send_file(api, task, visibility="public")
    assert error_of(refused) == (400, "invalid_enum_value", "visibility")
    await patched(api, onboarding, state="done")
    await attach(api, task)


async def test_removing(api: httpx.AsyncClient, world: World) -> None:
    comment = await new_comment(api)
    first, second = await attach(api, comment, "a.txt", b"a"), await attach(api, comment, "b.txt", b"b")
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    gone = {"object": "deleted", "id": first["id"], "deleted": True}
    assert answered(await api.delete(f"/attachments/{first['id']}")) == gone
    written = await journal.look()
    assert (written.names, written.types) == (["attachment.removed"], ["comment.updated"])
    assert written.entries[0].diff == {"file": ("a.txt", None)}
    assert written.events[0].previous == {"attachments": [first, second]}
    assert [row["attachments"] for row in await thread_of(api, comment)] == [[second]]
    assert answered(await api.delete(f"/attachments/{first['id']}")) == gone
    assert (await journal.look()).nothing
    assert error_of(await api.get(f"/attachments/{first['id']}")) == (404, "attachment_not_found", None)
    assert content_of(world, first) == b"a", "it can be restored"


async def test_removing_from_a_task(api: httpx.AsyncClient, world: World) -> None:
    task = await new_task(api, await new_onboarding(api, await new_customer(api)))
    file = await attach(api, task)
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    answered(await api.delete(f"/attachments/{file['id']}"))
    written = await journal.look()
    assert (written.names, written.types) == (["attachment.removed"], [])
    other = await attach(api, task)
    answered(await api.delete(path_of(task)))
    for id in (file["id"], other["id"]):
        assert error_of(await api.get(f"/attachments/{id}"))[0] == 404
        assert error_of(await api.delete(f"/attachments/{id}"))[0] == 404


async def test_what_names_no_attachment(api: httpx.AsyncClient, world: World) -> None:
    file = await attach(api, await new_comment(api))
    other = await new_world(world.services, "Other", "other")
    _, key = await other.new_key()
    async with other.client(key) as stranger:
        for client, id in ((stranger, file["id"]), (api, "1"), (api, "c" + "0" * 24), (api, "plan.pdf")):
            for method in ("GET", "DELETE"):
                answer = await client.request(method, f"/attachments/{id}")
                assert error_of(answer) == (404, "attachment_not_found", None)


@pytest.mark.timeout(120)
async def test_the_largest_file_and_one_byte_more(api: httpx.AsyncClient, world: World) -> None:
    comment = await new_comment(api)
    most = ATTACHMENT_BYTES.default
    file = await attach(api, comment, "large.bin", b"x" * most)
    assert file["size"] == most == 26_214_400
    refused = await send_file(api, comment, "larger.bin", b"x" * (most + 1))
    assert error_of(refused) == (413, "body_too_large", "file")
    assert [row["attachments"] for row in await thread_of(api, comment)] == [[file]]
    assert [path.name for path in stored(world.services.files)] == [file["id"]]


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("a\u202etxt.exe", "atxt.exe"),
        ("x" * 400 + ".pdf", "x" * 251 + ".pdf"),
        ("..", "file"),
        ("<img src=x>.txt", "<img src=x>.txt"),
    ],
)
async def test_hostile_names(api: httpx.AsyncClient, world: World, name: str, kept: str) -> None:
    comment = await new_comment(api)
    file = await attach(api, comment, name)
    assert file["name"] == kept
    (path,) = stored(world.services.files)
    assert path == world.services.files.path_of(file["id"])


BOUNDARY = {"content-type": "multipart/form-data; boundary=xyz"}
WHOLE = b'--xyz\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nx\r\n--xyz--\r\n'


@pytest.mark.parametrize(
    ("content", "headers", "expected"),
    [
        (WHOLE, {"content-type": "application/json"}, (415, "invalid_content_type", None)),
        (WHOLE, {}, (415, "invalid_content_type", None)),
        (WHOLE, {"content-type": "multipart/form-data"}, (400, "invalid_multipart", None)),
        (WHOLE[:-8], BOUNDARY, (400, "invalid_multipart", None)),
        (b"", BOUNDARY, (400, "invalid_multipart", None)),
        (WHOLE.replace(b"x\r\n--xyz--", b"\r\n--xyz--"), BOUNDARY, (400, "too_small", "file")),
        (WHOLE.replace(b'"file"', b'"files"'), BOUNDARY, (400, "unrecognized_keys", "files")),
        (b"--xyz--\r\n", BOUNDARY, (400, "missing_field", "file")),
        (WHOLE, {**BOUNDARY, "content-length": "99999999"}, (413, "body_too_large", None)),
    ],
)
async def test_broken_bodies_leave_nothing(
    api: httpx.AsyncClient, world: World, content: bytes, headers: dict[str, str], expected: Any
) -> None:
    comment = await new_comment(api)
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    answer = await api.post(f"{path_of(comment)}/attachments", content=content, headers=headers)
    assert error_of(answer) == expected
    assert (await journal.look()).nothing
    assert stored(world.services.files) == []


async def test_a_refusal_after_the_file_has_arrived_removes_it(api: httpx.AsyncClient, world: World) -> None:
    nobody = {"object": "comment", "id": "c" + "0" * 24}
    assert error_of(await send_file(api, nobody)) == (404, "comment_not_found", None)
    assert stored(world.services.files) == []


async def test_a_commit_that_fails_leaves_no_row_and_a_file_for_the_sweep(
    api: httpx.AsyncClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    comment = await new_comment(api)

    async def lost(_self: UnitOfWork) -> None:
        raise Unavailable("the connection broke")

    with monkeypatch.context() as patch:
        patch.setattr(UnitOfWork, "flush", lost)
        answer = await send_file(api, comment)
    assert error_of(answer) == (503, "unavailable", None)
    assert await world.db.fetch_all(REGISTERED, {"org_id": world.workspace.id}) == []
    assert len(stored(world.services.files)) == 1


async def test_a_repeat_gets_the_stored_answer_and_one_file_stays(
    api: httpx.AsyncClient, world: World
) -> None:
    comment = await new_comment(api)
    key = {"Idempotency-Key": "once"}
    first = await send_file(api, comment, headers=key)
    again = await send_file(api, comment, headers=key)
    assert first.request.headers["content-type"] != again.request.headers["content-type"], "boundaries differ"
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["idempotent-replayed"] == "true"
    assert [path.name for path in stored(world.services.files)] == [first.json()["id"]]
    for name, content in (("plan.pdf", b"other"), ("other.pdf", PDF)):
        refused = await send_file(api, comment, name, content, headers=key)
        assert error_of(refused) == (409, "idempotency_key_reused", None)
    assert len(stored(world.services.files)) == 1


async def test_files_that_come_at_once_are_all_there(api: httpx.AsyncClient, world: World) -> None:
    comment = await new_comment(api)
    sent = await asyncio.gather(*(attach(api, comment, f"{n}.txt", b"%d" % n) for n in range(12)))
    (shown,) = await thread_of(api, comment)
    assert sorted(file["id"] for file in shown["attachments"]) == sorted(file["id"] for file in sent)
    assert {content_of(world, file) for file in sent} == {b"%d" % n for n in range(12)}


async def test_uploading_while_the_comment_is_deleted(api: httpx.AsyncClient, world: World) -> None:
    comments = [await new_comment(api) for _ in range(6)]

    async def race(comment: Json) -> None:
        upload, deletion = await asyncio.gather(send_file(api, comment), api.delete(path_of(comment)))
        assert deletion.status_code == 200
        assert upload.status_code in (201, 404), upload.text
        if upload.status_code == 201:
            assert error_of(await api.get(f"/attachments/{upload.json()['id']}"))[0] == 404

    await asyncio.gather(*map(race, comments))
    registered = await world.db.fetch_all(REGISTERED, {"org_id": world.workspace.id})
    assert [path.name for path in stored(world.services.files)] == sorted(
        registered, key=world.services.files.path_of
    )


async def test_removing_a_file_twice_at_once(api: httpx.AsyncClient, world: World) -> None:
    comment = await new_comment(api)
    kept = await attach(api, comment, "kept.txt", b"k")
    file = await attach(api, comment)
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    answers = await asyncio.gather(*(api.delete(f"/attachments/{file['id']}") for _ in range(5)))
    assert {answer.status_code for answer in answers} == {200}
    assert (await journal.look()).names == ["attachment.removed"]
    (shown,) = await thread_of(api, comment)
    assert shown["attachments"] == [kept]


async def test_the_request_log_keeps_no_file(api: httpx.AsyncClient, world: World) -> None:
    comment = await new_comment(api)
    secret = b"top secret plan"
    await attach(api, comment, content=secret)
    assert error_of(await send_file(api, {**comment, "id": "999"}, content=secret))[0] == 404
    await world.services.recorder.flush()
    logged = repr(await world.db.fetch_all(LOGGED, {"org_id": world.workspace.id}))
    assert "/comments/999/attachments" in logged
    assert "top secret" not in logged
