"""What happens to the open tasks of a contact that is archived or deleted."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.support.app import World
from tests.support.journal import Journal
from tests.support.records import (
    Json,
    answered,
    new_contact,
    new_customer,
    new_onboarding,
    new_subtask,
    new_task,
    patched,
    path_of,
    read,
)


async def put_away(api: httpx.AsyncClient, contact: Json, way: str) -> None:
    if way == "archive":
        await patched(api, contact, archived=True)
    else:
        answered(await api.delete(path_of(contact)))


@pytest.mark.parametrize("way", ["archive", "delete"])
async def test_its_open_tasks_have_no_assignee_any_more(
    api: httpx.AsyncClient, world: World, way: str
) -> None:
    customer = await new_customer(api)
    mira, dana = await new_contact(api, customer), await new_contact(api, customer)
    onboardings = [await new_onboarding(api, customer) for _ in range(2)]
    of_mira: dict[str, Any] = {"assignee_id": mira["id"]}
    first = await new_task(api, onboardings[0], **of_mira)
    below = await new_subtask(api, first, **of_mira)
    second = await new_task(api, onboardings[1], **of_mira)
    done = await new_task(api, onboardings[0], **of_mira)
    await patched(api, done, done=True)
    of_dana = await new_task(api, onboardings[0], assignee_id=dana["id"])
    await patched(api, onboardings[1], state="paused")
    journal = Journal(world.db, world.workspace.id)
    await journal.look()

    await put_away(api, mira, way)

    written = await journal.look()
    assert written.types[-3:] == ["task.updated"] * 3
    assert [event.object_id for event in written.events[-3:]] == [first["id"], below["id"], second["id"]]
    assert written.events[-1].previous == {"assignee_id": mira["id"], "assignee_email": mira["email"]}
    assert written.types[0] == {"archive": "contact.updated", "delete": "contact.deleted"}[way]
    assert written.names[-3:] == ["task.assigned"] * 3
    assert written.entries[-1].diff == {"assignee_id": (mira["id"], None)}
    for task in (first, below, second):
        now = await read(api, task)
        assert (now["assignee_id"], now["assignee_email"], now["customer_facing"]) == (None, None, True)
        assert now == next(event.object for event in written.events if event.object_id == task["id"])
    assert (await read(api, done))["assignee_id"] == mira["id"]
    assert (await read(api, of_dana))["assignee_id"] == dana["id"]
    # Once more is no change.
    await put_away(api, mira, way)
    assert (await journal.look()).types == []


async def test_no_task_is_given_to_a_contact_while_it_is_put_away(world: World) -> None:
    _, key = await world.new_key(rate_limit=0)
    async with world.client(key) as api:
        customer = await new_customer(api)
        onboarding = await new_onboarding(api, customer)
        for way in ("archive", "delete") * 4:
            contact = await new_contact(api, customer, is_primary=False)
            tasks = [await new_task(api, onboarding) for _ in range(6)]

            async def assign(task: Json, to: Json = contact) -> int:
                answer = await api.patch(path_of(task), json={"assignee_id": to["id"]})
                return answer.status_code

            given = [assign(task) for task in tasks]
            statuses = await asyncio.gather(*given[:3], put_away(api, contact, way), *given[3:])
            assert {status for status in statuses if status is not None} <= {200, 400}
            for task in tasks:
                assert (await read(api, task))["assignee_id"] is None
