"""Erasing deleted contacts after 30 days."""

from datetime import timedelta

import httpx
import msgspec
from sqlalchemy import select

from pivotal_server.contacts import erasing
from pivotal_server.contacts.jobs import KINDS
from pivotal_server.db.statements import Statement
from pivotal_server.db.tables import activity_personal, contacts, mails, search_rows
from pivotal_server.jobs.worker import Worker
from pivotal_server.kit import clock
from pivotal_server.unit_of_work import unit_of_work
from tests.support.app import World
from tests.support.browser import Browser
from tests.support.people import entries_of
from tests.support.queue import all_jobs
from tests.support.records import Json, answered, error_of, new_contact, new_customer, patched, path_of
from tests.support.visits import text_of

_TABLES = (contacts, activity_personal, mails, search_rows)
_ROWS = [Statement.rows(select(table)) for table in _TABLES]
TRACES = ("Mira", "mira", "Chief", "555", "vip", "person-77")


async def traces(world: World) -> list[str]:
    """What of the person the tables of contacts, diffs, mail and search still hold."""
    held = msgspec.json.encode([await world.db.fetch_all(rows) for rows in _ROWS]).decode()
    return [trace for trace in TRACES if trace in held]


async def mira(api: httpx.AsyncClient) -> Json:
    """A contact with something in each field, and diffs."""
    contact = await new_contact(
        api,
        await new_customer(api, name="Aurora", slug="aurora"),
        name="Mira Chen",
        email="mira@aurora.com",
        phone="+49 30 555",
        labels=["vip"],
        external_id="person-77",
        metadata={"note": "Mira"},
    )
    return await patched(api, contact, title="Chief of Ops")


async def delete(api: httpx.AsyncClient, contact: Json) -> None:
    answered(await api.delete(path_of(contact)))


async def work(world: World, days: int) -> None:
    """Run what is due in so many days."""
    with clock.travel(timedelta(days=days)):
        await Worker(world.services, list(KINDS)).run_due()


async def test_after_30_days_nothing_names_the_person(api: httpx.AsyncClient, world: World) -> None:
    contact = await mira(api)
    assert await traces(world) == list(TRACES)
    await delete(api, contact)
    await work(world, 29)
    assert "mira" in await traces(world)
    await work(world, 30)
    assert await traces(world) == []
    [entry] = await entries_of(world, "contact.erased")
    assert entry.actor_type == "system"
    assert [job.status for job in await all_jobs(world) if job.kind == erasing.KIND] == ["completed"]


async def test_entries_stay_and_speak_of_a_removed_contact(
    api: httpx.AsyncClient, owner: Browser, world: World
) -> None:
    contact = await mira(api)
    await delete(api, contact)
    await work(world, 30)
    page = text_of((await owner.get("/customers/1-aurora/activity")).text)
    assert "erased the data of a removed contact" in page
    assert "deleted a removed contact" in page
    assert "Mira" not in page


async def test_an_erased_contact_cannot_be_restored(
    api: httpx.AsyncClient, owner: Browser, world: World
) -> None:
    contact = await mira(api)
    await delete(api, contact)
    assert "Mira Chen" in (await owner.get("/admin/deleted")).text
    await work(world, 30)
    assert contact["id"] not in (await owner.get("/admin/deleted")).text
    refused = await owner.post(f"/admin/deleted/contact/{contact['id']}/restore")
    assert refused.status_code == 422
    assert "It could not be restored." in text_of(refused.text)
    assert error_of(await api.get(path_of(contact)))[0] == 404


async def test_a_restored_contact_is_not_erased_and_a_later_deletion_counts_anew(
    api: httpx.AsyncClient, owner: Browser, world: World
) -> None:
    contact = await mira(api)
    await delete(api, contact)
    await owner.get("/admin/deleted")
    assert (await owner.post(f"/admin/deleted/contact/{contact['id']}/restore")).status_code == 303
    await work(world, 30)
    assert answered(await api.get(path_of(contact)))["email"] == "mira@aurora.com"
    with clock.travel(timedelta(days=20)):
        await delete(api, contact)
    await work(world, 35)
    assert "mira" in await traces(world)
    await work(world, 50)
    assert await traces(world) == []


async def test_erasing_twice_does_it_once(api: httpx.AsyncClient, world: World) -> None:
    contact = await mira(api)
    await delete(api, contact)
    [job] = [job for job in await all_jobs(world) if job.kind == erasing.KIND]
    done = []
    for _ in range(2):
        async with unit_of_work(world.db, world.operator) as uow:
            done.append(await erasing.erase(uow, contact["id"], job.payload["deleted_at"]))
    assert done == [True, False]
