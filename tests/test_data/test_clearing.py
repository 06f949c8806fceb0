"""Admin > API keys > Clear test data (APP-KEY-4): what is marked Test goes, softly; everything else stays."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from pivotal_server.db.engine import counting
from pivotal_server.errors_catalogue import CUSTOMER_NOT_FOUND
from pivotal_server.jobs.worker import Worker
from pivotal_server.kit import clock
from pivotal_server.server_jobs import KINDS
from pivotal_server.test_data import pages, repository, service
from tests.support.app import World, new_world
from tests.support.browser import Browser, Browsers
from tests.support.journal import Journal
from tests.support.people import new_member
from tests.support.records import (
    Json,
    answered,
    created,
    error_of,
    new_contact,
    new_customer,
    new_onboarding,
    new_task,
    new_template,
    path_of,
    walk,
)

PATH = "/admin/api-keys/test-data"


@pytest.fixture
async def trial(world: World) -> httpx.AsyncClient:
    """A client with a test key."""
    _, key = await world.new_key("trial", mode="test")
    return world.client(key)


async def everything(client: httpx.AsyncClient, customer: Json) -> list[Json]:
    """A contact, an onboarding with a task, comments and a file below a customer, and a template."""
    contact = await new_contact(client, customer)
    onboarding = await new_onboarding(client, customer)
    task = await new_task(client, onboarding, assignee_id=contact["id"])
    comments = [
        await created(client, f"{path_of(place)}/comments", {"body": f"On {place['object']}"})
        for place in (customer, onboarding, task)
    ]
    return [contact, onboarding, task, *comments, await attach(client, task), await new_template(client)]


async def attach(client: httpx.AsyncClient, place: Json) -> Json:
    answer = await client.post(f"{path_of(place)}/attachments", files={"file": ("a.txt", b"x", "text/plain")})
    return answered(answer, 201)


async def clear(browser: Browser, *, htmx: bool = False) -> httpx.Response:
    await browser.get(PATH)
    return await browser.post(PATH, htmx=htmx)


async def is_there(api: httpx.AsyncClient, record: Json) -> bool:
    if record["object"] == "attachment":
        return (await api.get(f"/attachments/{record['id']}")).status_code == 200
    if record["object"] == "comment":
        place = next(
            f"/{kind}s/{record[f'{kind}_id']}"
            for kind in ("task", "onboarding", "customer")
            if record[f"{kind}_id"] is not None
        )
        listed = await api.get(f"{place}/comments")
        return listed.status_code == 200 and record["id"] in listed.text
    return (await api.get(path_of(record))).status_code == 200


async def test_what_test_keys_wrote_goes_and_nothing_else(
    api: httpx.AsyncClient, trial: httpx.AsyncClient, world: World, dana: Browser
) -> None:
    live, test = await new_customer(api, name="Live"), await new_customer(trial, name="Tried")
    kept = [live, *await everything(api, live)]
    gone = [test, *await everything(trial, test), *await everything(trial, live)]
    # What hangs on a test customer is test data, whoever wrote it; a live plan may hold a single test task.
    gone += (await everything(api, test))[:-1]
    onboarding = kept[2]
    gone += [await new_task(trial, onboarding), await attach(trial, kept[3])]
    counts = await service.count(world.db, world.workspace.id)
    assert (counts.customer, counts.contact, counts.onboarding, counts.task) == (1, 3, 3, 4)
    assert (counts.comment, counts.attachment, counts.template) == (9, 4, 2)
    page = await dana.get(PATH)
    for words in (
        "1 customer",
        "3 contacts",
        "3 onboardings",
        "4 tasks",
        "9 comments",
        "4 files",
        "2 templates",
    ):
        assert words in page.text
    assert "Tried" in page.text
    assert "and 6 more" in page.text
    assert f"Delete {counts.total} rows" in page.text
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    answer = await dana.post(PATH)
    assert (answer.status_code, answer.headers["location"]) == (303, "/admin/api-keys")
    assert [one for one in kept if not await is_there(api, one)] == []
    assert [one for one in gone if await is_there(api, one)] == []
    assert (await service.count(world.db, world.workspace.id)).total == 0
    written = await journal.look()
    # Through the one write path: entries of the member, tied together, and events for test endpoints alone.
    assert {entry.actor_type for entry in written.entries} == {"member"}
    shown = [entry for entry in await walk(api, "/activity") if entry["actor_type"] == "member"]
    assert len({entry["bulk_id"] for entry in shown if entry["event"].endswith("deleted")} - {None}) == 1
    assert {entry.event for entry in written.entries} >= {
        *("customer.deleted", "contact.deleted", "onboarding.deleted", "task.deleted", "comment.deleted"),
        *("attachment.removed", "template.archived"),
    }
    assert {(one.event, one.livemode) for one in written.entries if one.livemode} == set()
    assert {event.type for event in written.events} >= {
        *("customer.deleted", "contact.deleted", "onboarding.deleted", "task.deleted", "comment.deleted"),
    }
    assert {event.livemode for event in written.events} == {False}
    assert len(await walk(api, "/customers", livemode="false")) == 0
    assert [row["id"] for row in await walk(api, "/customers")] == [live["id"]]
    # Softly: the rows are kept, and so is the file.
    assert world.services.files.path_of(gone[-1]["id"]).exists()


async def test_a_test_task_of_a_finished_plan_goes_too(
    api: httpx.AsyncClient, trial: httpx.AsyncClient, dana: Browser
) -> None:
    onboarding = await new_onboarding(api, await new_customer(api))
    task = await new_task(trial, onboarding)
    answered(await api.patch(path_of(onboarding), json={"state": "done"}))
    assert error_of(await trial.delete(path_of(task)))[1] == "onboarding_done"
    await clear(dana)
    assert not await is_there(api, task)
    assert await is_there(api, onboarding)


async def test_a_live_task_loses_a_test_assignee_and_tells_live_endpoints(
    api: httpx.AsyncClient, trial: httpx.AsyncClient, world: World, dana: Browser
) -> None:
    customer = await new_customer(api)
    contact = await new_contact(trial, customer)
    task = await new_task(api, await new_onboarding(api, customer), assignee_id=contact["id"])
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    await clear(dana)
    assert answered(await api.get(path_of(task)))["assignee_id"] is None
    told = {(event.type, event.livemode) for event in (await journal.look()).events}
    assert ("contact.deleted", False) in told
    assert {livemode for type, livemode in told if type.startswith("task.")} <= {True}


async def test_nothing_to_clear(api: httpx.AsyncClient, dana: Browser, world: World) -> None:
    await everything(api, await new_customer(api))
    page = await dana.get(PATH)
    assert "There is no test data" in page.text
    assert 'action="/admin/api-keys/test-data"' not in page.text
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    answer = await dana.post(PATH, htmx=True)
    assert "There was no test data" in answer.headers["hx-trigger"]
    assert (await journal.look()).nothing


async def test_more_than_a_request_should_do_goes_on_in_the_background(
    api: httpx.AsyncClient,
    trial: httpx.AsyncClient,
    world: World,
    dana: Browser,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for _ in range(12):
        await new_contact(trial, await new_customer(trial))
    kept = await new_customer(api)
    monkeypatch.setattr(service, "STRETCH", 2)
    monkeypatch.setattr(pages, "_AT_ONCE", 0)
    answer = await clear(dana, htmx=True)
    assert "in the background" in answer.headers["hx-trigger"]
    left = (await service.count(world.db, world.workspace.id)).total
    assert 0 < left < 24
    # Asking again while it waits adds no second job.
    await clear(dana)
    # The worker is stopped after its first step and takes up where it was.
    original = service.clear_some
    steps: list[Any] = []

    async def once(uow: Any, place: Any) -> Any:
        steps.append(place)
        if len(steps) == 3:
            raise OSError("killed")
        return await original(uow, place)

    with monkeypatch.context() as patch:
        patch.setattr(service, "clear_some", once)
        await Worker(world.services, KINDS).run_due()
    assert (await service.count(world.db, world.workspace.id)).total < left
    with clock.travel(timedelta(minutes=10)):
        await Worker(world.services, KINDS).run_due()
    assert (await service.count(world.db, world.workspace.id)).total == 0
    assert await is_there(api, kept)


async def test_a_row_that_cannot_be_deleted_is_passed_over(
    api: httpx.AsyncClient, trial: httpx.AsyncClient, dana: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = await new_customer(trial), await new_customer(trial)
    real = service._DELETE["customer"]

    async def refuse(uow: Any, id: str) -> None:
        await real(uow, id)
        if id == one["id"]:
            raise CUSTOMER_NOT_FOUND()

    monkeypatch.setitem(service._DELETE, "customer", refuse)
    told = (await clear(dana, htmx=True)).headers["hx-trigger"]
    assert "Test data cleared" in told
    assert "1 row, 1 row left" in told
    assert await is_there(api, one)
    assert not await is_there(api, two)
    assert "Nothing was cleared" in (await clear(dana, htmx=True)).headers["hx-trigger"]


async def test_only_managers_clear_and_only_their_own_workspace(world: World, browsers: Browsers) -> None:
    other = await new_world(world.services, "Other", "other")
    _, key = await other.new_key("trial", mode="test")
    foreign = await new_customer(other.client(key))
    for role in ("member", "viewer"):
        someone = await new_member(world, f"{role.capitalize()} Ruiz", role)
        browser = browsers()
        await browser.sign_in(world.services, world.workspace.id, someone)
        await browser.get("/profile/sessions")
        assert (await browser.get(PATH)).status_code == 403
        assert (await browser.post(PATH)).status_code == 403
    ana = await new_member(world, "Ana Ruiz", "admin")
    browser = browsers()
    await browser.sign_in(world.services, world.workspace.id, ana)
    assert "There is no test data" in (await browser.get(PATH)).text
    await browser.post(PATH)
    assert await is_there(other.client(key), foreign)


async def test_asking_costs_the_same_however_much_there_is(trial: httpx.AsyncClient, dana: Browser) -> None:
    async def cost() -> int:
        with counting() as statements:
            assert (await dana.get(PATH)).status_code == 200
        return statements.value

    customer = await new_customer(trial)
    await everything(trial, customer)
    few = await cost()
    for _ in range(3):
        await everything(trial, customer)
    assert await cost() == few <= 10 + len(repository.KINDS)
