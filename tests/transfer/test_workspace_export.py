"""``POST /exports`` of a whole workspace: one archive of one moment, with everything in it but secrets."""

import csv
import hashlib
import io
import json
import re
import tracemalloc
import zipfile
from typing import Any

import httpx
import jsonschema_rs
import pytest

from pivotal_server.auth.scopes import SCOPES
from pivotal_server.db.tables import metadata
from pivotal_server.jobs.keeping import FILES_KEPT, drop_old_files
from pivotal_server.jobs.running import Run
from pivotal_server.jobs.worker import Worker
from pivotal_server.kit import clock
from pivotal_server.server_jobs import KINDS
from pivotal_server.transfer import exporting
from pivotal_server.transfer.repository import LEFT_OUT, SECRET, TABLES
from tests.support.app import World, new_world
from tests.support.records import (
    Json,
    answered,
    created,
    error_of,
    new_contact,
    new_customer,
    new_onboarding,
    new_task,
    path_of,
)
from tests.support.transfers import fetched


async def whole(api: httpx.AsyncClient, world: World) -> zipfile.ZipFile:
    """The archive of a finished export."""
    queued = answered(await api.post("/exports", json={"type": "workspace"}), 202)
    await Worker(world.services, KINDS).run_due()
    done = answered(await api.get(f"/jobs/{queued['id']}"))
    assert done["status"] == "completed", done
    (file,) = done["files"]
    assert (file["role"], file["content_type"]) == ("result", "application/zip")
    assert file["name"].startswith("workspace-20")
    archive = zipfile.ZipFile(io.BytesIO(await fetched(world, file)))
    assert archive.testzip() is None
    counts = manifest_of(archive)["counts"]
    assert done["counts"] == {"processed": sum(counts.values())}
    return archive


def manifest_of(archive: zipfile.ZipFile) -> Json:
    manifest: Json = json.loads(archive.read("manifest.json"))
    return manifest


def rows_of(archive: zipfile.ZipFile, table: str) -> list[Json]:
    return [json.loads(line) for line in archive.read(f"jsonl/{table}.jsonl").splitlines()]


async def test_everything_is_in_it(api: httpx.AsyncClient, world: World) -> None:
    shown = await new_customer(
        api, name='=HYPERLINK("x")', mrr=0.1, tags=["vip"], metadata={"b": [1, "é"], "a": None}
    )
    gone = await new_customer(api, name="Gone")
    await api.delete(path_of(gone))
    _, test_key = await world.new_key("tester", mode="test")
    tested = await new_customer(world.client(test_key), name="Only a test")
    onboarding = await new_onboarding(api, shown, target_launch_date="2026-09-01")
    task = await new_task(api, onboarding, due_date="2026-06-01")
    attached = answered(
        await api.post(
            f"{path_of(task)}/attachments", files={"file": ("plan.txt", b"the plan", "text/plain")}
        ),
        201,
    )
    archive = await whole(api, world)
    manifest = manifest_of(archive)
    assert (manifest["format_version"], manifest["workspace_id"]) == (1, world.workspace.id)
    assert manifest["missing_attachments"] == []
    # The manifest tells of every file, and rightly.
    told = {one["path"]: one for one in manifest["files"]}
    assert {*told, "manifest.json"} == set(archive.namelist())
    for path, one in told.items():
        data = archive.read(path)
        assert (one["bytes"], one["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())
    assert archive.read(f"attachments/{attached['id']}/plan.txt") == b"the plan"
    customers = rows_of(archive, "customers")
    assert [row["id"] for row in customers] == [shown["id"], gone["id"], tested["id"]]
    assert [row["livemode"] for row in customers] == [True, True, False]
    first = customers[0]
    assert list(first) == sorted(first)
    assert (first["name"], first["mrr"], first["deleted_at"]) == ('=HYPERLINK("x")', 0.1, None)
    assert first["metadata"] == {"b": [1, "é"], "a": None}
    assert re.fullmatch(re.escape(shown["created_at"][:-1]) + r"\d{3}Z", first["created_at"])
    assert customers[1]["deleted_at"] is not None
    assert rows_of(archive, "tasks")[0]["due_date"] == "2026-06-01"
    assert [row["email"] for row in rows_of(archive, "people")] == [world.owner.email]
    assert [row["slug"] for row in rows_of(archive, "workspaces")] == [world.workspace.slug]
    assert {"customer.created", "customer.deleted"} <= {row["event"] for row in rows_of(archive, "activity")}
    # The same rows as CSV, which no spreadsheet runs; and every line fits its schema.
    table = list(
        csv.DictReader(io.StringIO(archive.read("csv/customers.csv").decode("utf-8-sig"), newline=""))
    )
    assert [row["id"] for row in table] == [row["id"] for row in customers]
    assert table[0]["name"] == '\'=HYPERLINK("x")'
    assert (table[0]["mrr"], table[0]["livemode"], table[0]["deleted_at"]) == ("0.1", "true", "")
    for name in manifest["counts"]:
        validator = jsonschema_rs.Draft202012Validator(
            json.loads(archive.read(f"schema/{name}.json")), validate_formats=True
        )
        rows = rows_of(archive, name)
        assert len(rows) == manifest["counts"][name] == told[f"jsonl/{name}.jsonl"]["rows"]
        for row in rows:
            validator.validate(row)


def test_every_table_of_a_workspace_is_held_or_left_out_for_a_reason() -> None:
    own = {name for name, table in metadata.tables.items() if not table.info.get("global")}
    held = {table.name for table in TABLES}
    assert held.isdisjoint(LEFT_OUT)
    assert held | set(LEFT_OUT) == own | {"people", "workspaces"}
    for name, columns in SECRET.items():
        assert set(columns) <= set(metadata.tables[name].c.keys())
    # A column that is new and sounds like a secret has to be thought about.
    told = {f"{table.name}.{column.name}" for table in TABLES for column in table.columns}
    suspect = ("secret", "token", "hash", "salt", "sealed", "encrypted", "password")
    assert [name for name in told if any(word in name for word in suspect)] == []


async def test_no_secret_is_in_it(api: httpx.AsyncClient, world: World) -> None:
    row, key = await world.new_key("another")
    endpoint = await created(
        api,
        "/webhook_endpoints",
        {"url": "https://example.com/hook", "event_types": ["*"], "headers": {"X-Own": "very-private-value"}},
    )
    archive = await whole(api, world)
    content = b"\n".join(archive.read(name) for name in archive.namelist()).decode()
    assert "https://example.com/hook" in content
    for secret in (
        key[-38:-6],
        row.secret_hash,
        row.salt,
        "very-private-value",
        endpoint.get("secret", "whsec_"),
    ):
        assert secret not in content


async def test_other_workspaces_are_not_in_it(api: httpx.AsyncClient, world: World) -> None:
    other = await new_world(world.services, "Other", "other")
    _, key = await other.new_key()
    theirs = other.client(key)
    await new_contact(theirs, await new_customer(theirs, name="Foreign"))
    archive = await whole(api, world)
    content = b"\n".join(archive.read(name) for name in archive.namelist())
    assert b"Foreign" not in content
    assert other.workspace.id.encode() not in content
    assert b"Foreign" in (await whole(theirs, other)).read("jsonl/customers.jsonl")


async def test_the_same_data_gives_the_same_bytes(api: httpx.AsyncClient, world: World) -> None:
    await new_contact(api, await new_customer(api))
    first, second = await whole(api, world), await whole(api, world)
    changed = {
        name for name in first.namelist() if name != "manifest.json" and first.read(name) != second.read(name)
    }
    # The first export has left entries of its own.
    assert {name.partition("/")[2].partition(".")[0] for name in changed} <= {
        *("activity", "api_keys", "api_requests", "counters", "files"),
    }
    assert [info.date_time for info in first.infolist()] == [(1980, 1, 1, 0, 0, 0)] * len(first.infolist())


async def test_what_is_written_meanwhile_is_not_in_it(
    api: httpx.AsyncClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = await new_customer(api)
    original = exporting._Progress.__call__

    async def slow(self: Any, rows: int) -> None:
        if rows and not later:
            later.append(await new_customer(api, name="Later"))
            await new_contact(api, later[0])
        await original(self, rows)

    later: list[Json] = []
    monkeypatch.setattr(exporting._Progress, "__call__", slow)
    archive = await whole(api, world)
    assert [row["id"] for row in rows_of(archive, "customers")] == [customer["id"]]
    assert rows_of(archive, "contacts") == []
    assert later[0]["id"].encode() not in archive.read("jsonl/activity.jsonl")


async def test_memory_does_not_grow_with_the_workspace(api: httpx.AsyncClient, world: World) -> None:
    async def fill(rounds: int) -> None:
        operations = [
            {
                "action": "create",
                "resource": "customer",
                "data": {"name": f"C{n}", "metadata": {"x": "y" * 4_000}},
            }
            for n in range(1_000)
        ]
        for _ in range(rounds):
            answered(await api.post("/bulk", json={"operations": operations}))

    async def peak() -> int:
        await api.post("/exports", json={"type": "workspace"})
        tracemalloc.start()
        try:
            await Worker(world.services, KINDS).run_due()
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    await fill(1)
    small = await peak()
    await fill(4)
    # Four thousand rows more weigh 16 MB as JSON alone, in three tables.
    assert await peak() < small + 8_000_000


async def test_a_workspace_export_can_be_cancelled_and_leaves_nothing(
    api: httpx.AsyncClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await new_customer(api)
    queued = answered(await api.post("/exports", json={"type": "workspace"}), 202)
    monkeypatch.setattr(exporting, "PROGRESS_ROWS", 1)
    original = Run.progress

    async def progress(self: Any, uow: Any, **options: Any) -> None:
        await original(self, uow, **options)
        self.cancel_requested = True

    monkeypatch.setattr(Run, "progress", progress)
    await Worker(world.services, KINDS).run_due()
    done = answered(await api.get(f"/jobs/{queued['id']}"))
    assert (done["status"], done["files"]) == ("canceled", [])
    assert done["counts"]["processed"] > 0
    assert [path for path in world.services.files.folder.rglob("*") if path.is_file()] == []


async def test_the_file_is_kept_for_seven_days(
    api: httpx.AsyncClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await whole(api, world)
    stored = [path for path in world.services.files.folder.rglob("*") if path.is_file()]
    assert len(stored) == 1

    class Sweep:
        services, db = world.services, world.db

        def check(self) -> None:
            """Never ends early."""

    now = clock.now()
    for later, kept in ((FILES_KEPT * 0.99, True), (FILES_KEPT * 1.01, False)):
        monkeypatch.setattr(clock, "now", lambda later=later: now + later)
        await drop_old_files(Sweep())  # type: ignore[arg-type]
        assert stored[0].exists() is kept


async def test_a_missing_upload_is_told(api: httpx.AsyncClient, world: World) -> None:
    task = await new_task(api, await new_onboarding(api, await new_customer(api)))
    answer = await api.post(f"{path_of(task)}/attachments", files={"file": ("a.txt", b"x", "text/plain")})
    attached = answered(answer, 201)
    world.services.files.path_of(attached["id"]).unlink()
    archive = await whole(api, world)
    assert manifest_of(archive)["missing_attachments"] == [f"attachments/{attached['id']}/a.txt"]


async def test_who_may_export_a_workspace(world: World) -> None:
    every = [scope for scope in SCOPES if scope.startswith("read:")]
    body = {"type": "workspace"}
    _, key = await world.new_key("all", scopes=["write:data", *every])
    answered(await world.client(key).post("/exports", json=body), 202)
    for missing in every:
        if missing == "read:data":
            continue
        rest = [scope for scope in every if scope != missing]
        _, key = await world.new_key(f"no {missing}", scopes=["write:data", *rest])
        refused = await world.client(key).post("/exports", json=body)
        assert error_of(refused) == (403, "insufficient_scope", None)
        assert missing in refused.json()["error"]["message"]
    _, key = await world.new_key("test", mode="test")
    assert error_of(await world.client(key).post("/exports", json=body)) == (403, "insufficient_scope", None)
