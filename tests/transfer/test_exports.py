"""``POST /exports``: a file of what lists show, that spreadsheets cannot run and an import takes back."""

import csv
import io
import json
from datetime import timedelta
from typing import Any

import httpx
import pytest

from pivotal_server.api_keys.service import revoke_key
from pivotal_server.app import create_app
from pivotal_server.custom_fields.schemas import CustomFieldCreate
from pivotal_server.custom_fields.service import create_field
from pivotal_server.jobs import service as jobs
from pivotal_server.jobs.keeping import PARTIAL
from pivotal_server.jobs.running import Run
from pivotal_server.jobs.worker import Worker
from pivotal_server.kit import clock
from pivotal_server.server_jobs import KINDS
from pivotal_server.transfer import exporting
from pivotal_server.unit_of_work import unit_of_work
from tests.support.app import World, new_world
from tests.support.journal import Journal
from tests.support.people import change_member, new_member
from tests.support.records import (
    Json,
    answered,
    error_of,
    new_contact,
    new_customer,
    new_onboarding,
    new_task,
    patched,
    path_of,
)
from tests.support.transfers import fetched, imported, started


async def exported(
    api: httpx.AsyncClient, world: World, type: str, **fields: str
) -> tuple[str, list[dict[str, str]]]:
    """The text of a finished export, and its rows."""
    queued = answered(await api.post("/exports", json={"type": type, **fields}), 202)
    assert (queued["type"], queued["status"], queued["files"]) == ("export", "queued", [])
    await Worker(world.services, KINDS).run_due()
    done = answered(await api.get(f"/jobs/{queued['id']}"))
    assert done["status"] == "completed", done
    (file,) = done["files"]
    assert (file["role"], file["content_type"]) == ("result", "text/csv")
    assert file["name"].startswith(f"{type}-20")
    data = await fetched(world, file)
    assert data.startswith(b"\xef\xbb\xbf")
    text = data.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    if type != "activity":
        assert done["counts"] == {"processed": len(rows)}
    return text, rows


async def test_customers_as_lists_show_them(api: httpx.AsyncClient, world: World) -> None:
    async with unit_of_work(world.db, world.operator) as uow:
        await create_field(uow, CustomFieldCreate(label="Seats", slug="seats", type="number"))
    shown = await new_customer(
        api,
        name='=HYPERLINK("x")',
        slug="one",
        mrr=1250.5,
        tags=["vip", "big; bold"],
        plan="-5",
        custom_fields={"seats": 12},
        metadata={"a": [1, "é"]},
    )
    await new_customer(api, name='Zwei, "so"', status="archived", tags=["a", "b"])
    gone = await new_customer(api)
    await api.delete(path_of(gone))
    text, rows = await exported(api, world, "customers")
    assert text.endswith("\r\n")
    assert text.count("\r\n") == 3
    columns = [name for name in shown if name != "object"]
    columns[columns.index("custom_fields")] = "custom_fields.seats"
    assert list(rows[0]) == columns
    one, two = rows
    assert one["name"] == '\'=HYPERLINK("x")'
    assert (one["plan"], one["mrr"], one["custom_fields.seats"], one["livemode"]) == (
        "-5",
        "1250.5",
        "12",
        "true",
    )
    assert json.loads(one["tags"]) == ["vip", "big; bold"]
    assert json.loads(one["metadata"]) == {"a": [1, "é"]}
    assert (one["created_at"], one["domain"], one["id"]) == (shown["created_at"], "", shown["id"])
    assert (two["status"], two["tags"], two["custom_fields.seats"]) == ("archived", "a;b", "")


async def test_what_is_exported_and_imported_again_changes_nothing(
    api: httpx.AsyncClient, world: World
) -> None:
    async with unit_of_work(world.db, world.operator) as uow:
        for slug, kind in (("seats", "number"), ("signed", "boolean"), ("since", "date")):
            await create_field(uow, CustomFieldCreate(label=slug.title(), slug=slug, type=kind))  # type: ignore[arg-type]
    values: list[Json] = [
        {"name": "+49 GmbH", "tags": ["a;b", "c"], "custom_fields": {"seats": -3, "signed": True}},
        {"name": "'=quoted", "mrr": 0.1, "monthly_orders": 7, "custom_fields": {"since": "2026-05-01"}},
        {"name": "@home", "metadata": {"=x": "=y"}, "owner_id": 1, "external_id": "-1", "domain": "a.com"},
        {"name": "Zoë", "plan": "'", "tags": ["=x"], "custom_fields": {"signed": False}},
    ]
    for one in values:
        customer = await new_customer(api, **one)
        contact = await new_contact(api, customer, phone="+49 30 1", labels=["x;y", "z"], title="-")
        onboarding = await new_onboarding(api, customer, notes="=1\n\n- two", target_launch_date="2026-09-01")
        task = await new_task(
            api,
            onboarding,
            description="@all\nnow",
            links=[{"label": "=x", "url": "https://example.com/a;b"}],
            due_date="2026-06-01",
            assignee_id=contact["id"],
        )
        await new_task(api, onboarding, depends_on=[task["id"]])
    journal = Journal(world.db, world.workspace.id)
    for type, resource in (
        ("customers", "customer"),
        ("contacts", "contact"),
        ("onboardings", "onboarding"),
        ("tasks", "task"),
    ):
        text, rows = await exported(api, world, type)
        await journal.look()
        again = await started(api, text, resource=resource, mode="upsert", by="display_id")
        done = await imported(api, world, again)
        assert (done["counts"]["unchanged"], done["counts"]["failed"]) == (len(rows), 0), (
            type,
            [await fetched(world, file) for file in done["files"]],
        )
        written = await journal.look()
        assert (written.names, written.types) == (["import.finished"], [])


async def test_what_belongs_to_customers_put_away_is_left_out(api: httpx.AsyncClient, world: World) -> None:
    for number, change in enumerate((None, {"status": "archived"}, "delete")):
        customer = await new_customer(api)
        await new_contact(api, customer, name=f"Contact {number}")
        onboarding = await new_onboarding(api, customer, name=f"Onboarding {number}")
        await new_task(api, onboarding, title=f"Task {number}")
        if change == "delete":
            await api.delete(path_of(customer))
        elif isinstance(change, dict):
            await patched(api, customer, **change)
    assert [row["name"] for row in (await exported(api, world, "contacts"))[1]] == ["Contact 0", "Contact 1"]
    assert [row["name"] for row in (await exported(api, world, "onboardings"))[1]] == ["Onboarding 0"]
    assert [row["title"] for row in (await exported(api, world, "tasks"))[1]] == ["Task 0"]


async def test_activity_has_a_row_for_each_changed_field(api: httpx.AsyncClient, world: World) -> None:
    customer = await new_customer(api, name="Aurora", plan="Pro")
    await patched(api, customer, plan="=Scale", tags=["a", "b"], mrr=5)
    contact = await new_contact(api, customer, name="Mira")
    _, rows = await exported(api, world, "activity")
    assert list(rows[0]) == [
        *("timestamp", "actor", "actor_type", "event_type", "field", "old_value", "new_value"),
        *("onboarding_id", "customer_id", "target_type", "target_id", "reason", "origin", "request_id"),
    ]
    mine = [row for row in rows if row["customer_id"] == customer["id"]]
    assert [(row["event_type"], row["field"], row["old_value"], row["new_value"]) for row in mine] == [
        ("contact.added", "is_primary", "", "true"),
        ("customer.field_changed", "plan", "Pro", "'=Scale"),
        ("customer.field_changed", "mrr", "", "5"),
        ("customer.field_changed", "tags", "", "a;b"),
        ("customer.created", "", "", ""),
    ]
    assert mine[0]["target_id"] == contact["id"]
    assert {row["actor"] for row in mine} == {"API: local-dev"}
    assert all(row["request_id"].startswith("req_") for row in mine)
    # The export itself is told of.
    listed = answered(await api.get("/activity", params={"event": "export.finished"}))["data"]
    assert [(change["field"], change["new"]) for change in listed[0]["diff"]] == [
        ("type", "activity"),
        ("rows", len({row["timestamp"] for row in rows})),
    ]


async def test_an_export_holds_rows_of_its_own_workspace_alone(api: httpx.AsyncClient, world: World) -> None:
    other = await new_world(world.services, "Other", "other")
    _, key = await other.new_key()
    theirs = other.client(key)
    onboarding = await new_onboarding(theirs, await new_customer(theirs, name="Foreign"))
    await new_task(theirs, onboarding)
    await new_contact(theirs, {"id": "1"})
    for type in ("customers", "contacts", "onboardings", "tasks"):
        assert (await exported(api, world, type))[1] == []
    assert other.workspace.id not in (await exported(api, world, "activity"))[0]
    assert "Foreign" in (await exported(theirs, other, "customers"))[0]


async def test_a_long_export_says_how_far_it_is_and_can_be_cancelled(
    api: httpx.AsyncClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    operations = [
        {"action": "create", "resource": "customer", "data": {"name": f"Company {n}"}} for n in range(1_000)
    ]
    for _ in range(3):
        await api.post("/bulk", json={"operations": operations})
    monkeypatch.setattr(exporting, "PROGRESS_ROWS", 1_000)
    queued = answered(await api.post("/exports", json={"type": "customers"}), 202)
    original = Run.progress

    async def progress(self: Any, uow: Any, **options: Any) -> None:
        await original(self, uow, **options)
        uow.tx.after_commit(lambda: counts.append(dict(self.counts)))
        if self.counts["processed"] == 2_000:
            self.cancel_requested = True

    counts: list[dict[str, int]] = []
    monkeypatch.setattr(Run, "progress", progress)
    await Worker(world.services, KINDS).run_due()
    done = answered(await api.get(f"/jobs/{queued['id']}"))
    assert (done["status"], done["files"]) == ("canceled", [])
    assert counts == [{"processed": 1_000}, {"processed": 2_000}]
    assert done["counts"] == counts[-1]
    assert [path for path in world.services.files.folder.rglob("*") if path.is_file()] == []


async def test_a_run_that_broke_off_begins_anew(
    api: httpx.AsyncClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await new_customer(api)
    queued = answered(await api.post("/exports", json={"type": "customers"}), 202)
    left = world.services.files.folder / PARTIAL / f"{queued['id']}-dead"
    left.parent.mkdir(parents=True)
    left.write_text("half a file")
    await Worker(world.services, KINDS).run_due()
    done = answered(await api.get(f"/jobs/{queued['id']}"))
    assert (done["status"], done["counts"]) == ("completed", {"processed": 1})
    assert not left.exists()


async def test_exports_that_cannot_be_started(api: httpx.AsyncClient, world: World) -> None:
    assert error_of(await api.post("/exports", json={})) == (400, "missing_field", "type")
    assert error_of(await api.post("/exports", json={"type": "members"})) == (
        400,
        "invalid_enum_value",
        "type",
    )
    for type, scope in {
        "customers": "customers",
        "contacts": "contacts",
        "onboardings": "onboardings",
        "tasks": "tasks",
        "activity": "workspace",
    }.items():
        _, key = await world.new_key(f"{type} only", scopes=["write:data", f"read:{scope}"])
        narrow = world.client(key)
        await created_job(narrow, type)
        for other in exporting.TYPES:
            if other != type:
                refused = await narrow.post("/exports", json={"type": other})
                assert error_of(refused) == (403, "insufficient_scope", None)


async def created_job(api: httpx.AsyncClient, type: str) -> Json:
    return answered(await api.post("/exports", json={"type": type}), 202)


async def test_fetching_an_export_is_written_down(api: httpx.AsyncClient, world: World) -> None:
    queued = answered(await api.post("/exports", json={"type": "customers"}), 202)
    (file,) = (await imported(api, world, queued))["files"]
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    await fetched(world, file)
    (entry,) = (await journal.look()).entries
    assert (entry.event, entry.target_id, entry.actor) == (
        "export.downloaded",
        queued["id"],
        "API: local-dev",
    )


async def status_of(world: World, url: str) -> tuple[int, int]:
    """What a stranger hears who asks for a file, and who fetches it."""
    transport = httpx.ASGITransport(create_app(world.services, strict=True))
    async with httpx.AsyncClient(transport=transport) as anybody:
        return (await anybody.head(url)).status_code, (await anybody.get(url)).status_code


async def test_a_link_lives_for_a_day_and_no_longer_than_its_key(world: World) -> None:
    now = clock.now()
    row, text = await world.new_key("short", expires_at=now + timedelta(hours=12))
    async with world.client(text) as api:
        queued = answered(await api.post("/exports", json={"type": "customers"}), 202)
        (of_short,) = (await imported(api, world, queued))["files"]
    _, text = await world.new_key("long")
    async with world.client(text) as api:
        (of_long,) = answered(await api.get(f"/jobs/{queued['id']}"))["files"]
    with clock.travel(timedelta(hours=11, minutes=59)):
        assert await status_of(world, of_short["url"]) == (200, 200)
    with clock.travel(timedelta(hours=12, minutes=1)):
        assert await status_of(world, of_short["url"]) == (404, 404)
    with clock.travel(timedelta(hours=23, minutes=59)):
        assert await status_of(world, of_long["url"]) == (200, 200)
    with clock.travel(timedelta(hours=24, minutes=1)):
        assert await status_of(world, of_long["url"]) == (404, 404)
    assert await status_of(world, of_short["url"].replace("api_key", "user")) == (404, 404)
    async with unit_of_work(world.db, world.operator) as uow:
        await revoke_key(uow, row.id)
    assert await status_of(world, of_short["url"]) == (404, 404)


async def test_a_link_ends_with_the_rights_of_the_member_who_asked(
    api: httpx.AsyncClient, world: World
) -> None:
    queued = answered(await api.post("/exports", json={"type": "customers"}), 202)
    await imported(api, world, queued)
    (made,) = await jobs.files_of(world.db, world.workspace.id, queued["id"])
    ana = await new_member(world, "Ana Ruiz", "admin")
    link = jobs.link_for(world.services.files, world.workspace.id, made.id, f"user:{ana.id}")
    assert await status_of(world, link) == (200, 200)
    await change_member(world, ana, role="member")
    assert await status_of(world, link) == (404, 404)
    await change_member(world, ana, role="admin")
    assert await status_of(world, link) == (200, 200)
    await change_member(world, ana, active=False)
    assert await status_of(world, link) == (404, 404)
    bare = world.services.files.link(world.workspace.id, made.id)
    assert await status_of(world, bare) == (404, 404)


async def test_a_link_needs_the_scopes_of_the_job(world: World, api: httpx.AsyncClient) -> None:
    queued = answered(await api.post("/exports", json={"type": "customers"}), 202)
    await imported(api, world, queued)
    (made,) = await jobs.files_of(world.db, world.workspace.id, queued["id"])
    for granted, expected in (
        (["read:data", "read:customers"], 200),
        (["read:data", "read:tasks"], 404),
        (["read:customers"], 404),
    ):
        row, _ = await world.new_key(" ".join(granted), scopes=granted)
        link = jobs.link_for(world.services.files, world.workspace.id, made.id, f"api_key:{row.id}")
        assert await status_of(world, link) == (expected, expected), granted
