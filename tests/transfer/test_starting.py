"""Starting imports: what is refused, what counts once, and whose they are."""

from collections.abc import AsyncIterator

import httpx
import pytest

from pivotal_server.jobs.worker import Worker
from pivotal_server.kit.http.multipart import OVERHEAD
from pivotal_server.limits.catalogue import IMPORT_BYTES, WAITING_JOBS, Limit
from pivotal_server.server_jobs import KINDS
from pivotal_server.transfer import service
from tests.support.app import World
from tests.support.journal import Journal
from tests.support.records import error_of, walk
from tests.support.transfers import imported, started


def _small(value: int) -> Limit:
    return Limit("small", "Small", value, "things", IMPORT_BYTES.scope, "Small.")


async def test_requests_that_cannot_be_started(
    api: httpx.AsyncClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = {"file": ("rows.csv", b"name\nx\n", "text/csv")}
    cases: list[tuple[dict[str, str], tuple[int, str, str]]] = [
        ({}, (400, "missing_field", "resource")),
        ({"resource": "member"}, (400, "invalid_enum_value", "resource")),
        ({"resource": "customer", "mode": "replace"}, (400, "invalid_enum_value", "mode")),
        ({"resource": "customer", "by": "email"}, (400, "invalid_enum_value", "by")),
        ({"resource": "task", "by": "slug"}, (400, "invalid_enum_value", "by")),
        ({"resource": "customer", "mapping": "{"}, (400, "invalid_type", "mapping")),
        ({"resource": "customer", "mapping": '{"a": 1}'}, (400, "invalid_type", "mapping")),
        ({"resource": "customer", "mapping": '{"a": "colour"}'}, (400, "invalid_enum_value", "mapping.a")),
        (
            {"resource": "contact", "mapping": '{"a": "custom_fields.x"}'},
            (400, "invalid_enum_value", "mapping.a"),
        ),
        ({"resource": "customer", "encoding": "ebcdic"}, (400, "invalid_enum_value", "encoding")),
        ({"resource": "customer", "delimiter": ","}, (400, "invalid_enum_value", "delimiter")),
        ({"resource": "customer", "colour": "red"}, (400, "unrecognized_keys", "colour")),
    ]
    for fields, expected in cases:
        assert error_of(await api.post("/imports", data=fields, files=file)) == expected
    empty = {"file": ("rows.csv", b"", "text/csv")}
    assert error_of(await api.post("/imports", data={"resource": "customer"}, files=empty)) == (
        400, "too_small", "file",
    )  # fmt: skip
    assert error_of(await api.post("/imports", json={"resource": "customer"}))[1] == "invalid_content_type"
    monkeypatch.setattr(service, "WAITING_JOBS", _small(2))
    for _ in range(2):
        await started(api, "name\nx\n", resource="customer")
    refused = await api.post("/imports", data={"resource": "customer"}, files=file)
    assert error_of(refused) == (400, "limit_reached", None)
    assert WAITING_JOBS.default == 50
    # What was refused left no file.
    kept = [path for path in world.services.files.folder.rglob("*") if path.is_file()]
    assert len(kept) == 2


async def test_a_key_needs_the_scope_of_the_resource(world: World) -> None:
    _, key = await world.new_key("narrow", scopes=["write:data", "write:contacts"])
    narrow = world.client(key)
    assert error_of(
        await narrow.post("/imports", data={"resource": "customer"}, files={"file": ("a.csv", b"name\nx\n")})
    ) == (403, "insufficient_scope", None)
    await started(narrow, "name,email,customer_id\n", resource="contact")


async def test_what_a_test_key_imports_is_marked(world: World) -> None:
    _, key = await world.new_key("test", mode="test")
    test = world.client(key)
    await imported(test, world, await started(test, "name\nAurora\n", resource="customer"))
    (row,) = await walk(test, "/customers")
    assert row["livemode"] is False
    journal = await Journal(world.db, world.workspace.id).look()
    assert {event.livemode for event in journal.events} == {False}


async def test_the_same_upload_with_one_key_is_one_import(api: httpx.AsyncClient, world: World) -> None:
    headers = {"Idempotency-Key": "k"}
    file = {"file": ("rows.csv", b"name\nx\n", "text/csv")}
    one = await api.post("/imports", data={"resource": "customer"}, files=file, headers=headers)
    two = await api.post("/imports", data={"resource": "customer"}, files=file, headers=headers)
    assert (one.status_code, two.content) == (202, one.content)
    await Worker(world.services, KINDS).run_due()
    assert len(await walk(api, "/customers")) == 1


async def test_a_file_beyond_the_limit_is_refused_before_it_is_read(
    api: httpx.AsyncClient, world: World
) -> None:
    taken = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal taken
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nname\n'
        while True:
            taken += 1
            yield b"x" * 65_536

    headers = {"content-type": "multipart/form-data; boundary=x"}
    large = {**headers, "content-length": str(IMPORT_BYTES.default + OVERHEAD + 1)}
    assert error_of(await api.post("/imports", content=body(), headers=large)) == (
        413,
        "body_too_large",
        None,
    )
    assert taken <= 2
    assert not any(path.is_file() for path in world.services.files.folder.rglob("*"))


async def test_half_an_upload_leaves_nothing(api: httpx.AsyncClient, world: World) -> None:
    half = b'--x\r\nContent-Disposition: form-data; name="resource"\r\n\r\ncustomer\r\n--x\r\n'
    half += b'Content-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nname\nAurora\n'
    headers = {"content-type": "multipart/form-data; boundary=x"}
    answer = await api.post("/imports", content=half, headers=headers)
    assert error_of(answer)[:2] == (400, "invalid_multipart")
    assert not any(path.is_file() for path in world.services.files.folder.rglob("*"))
    assert await Worker(world.services, KINDS).run_due() == 0


async def test_contacts_come_with_customers_only_for_keys_that_may_write_them(
    api: httpx.AsyncClient, world: World
) -> None:
    text = "name,contact_email\nAurora,mira@aurora.com\n"
    for scopes, expected in ((["write:customers"], 0), (["write:customers", "write:contacts"], 1)):
        _, key = await world.new_key(" ".join(scopes), scopes=["write:data", *scopes])
        queued = await started(world.client(key), text, resource="customer")
        await imported(api, world, queued)
        newest = (await walk(api, "/customers"))[0]
        assert len(await walk(api, f"/customers/{newest['id']}/contacts")) == expected
