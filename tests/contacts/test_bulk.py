"""One act on several contacts of a customer."""

import httpx
import pytest

from tests.support.app import World
from tests.support.browser import Browser
from tests.support.people import new_member
from tests.support.records import Json, new_contact, new_customer, new_onboarding, new_task, read
from tests.support.visits import Enter, is_whole_page, text_of

TAB = "/customers/1-aurora/contacts"
BULK = f"{TAB}/bulk"


@pytest.fixture
async def people(api: httpx.AsyncClient) -> list[Json]:
    """Mira (primary), Ben and Zoe of Aurora, which is customer 1."""
    customer = await new_customer(api, name="Aurora", slug="aurora")
    return [await new_contact(api, customer, name=name) for name in ("Mira", "Ben", "Zoe")]


async def test_several_are_archived_and_made_active_again(
    api: httpx.AsyncClient, owner: Browser, people: list[Json]
) -> None:
    mira, ben, zoe = people
    page = text_of((await owner.get(f"{TAB}?select=1")).text)
    assert "Archive" in page
    assert "Unarchive" not in page
    chosen = [mira["id"], ben["id"]]
    done = await owner.post(BULK, {"act": "archive", "contact": chosen})
    assert (done.status_code, done.headers["location"]) == (303, f"{TAB}?select=1")
    assert [(await read(api, one))["archived"] for one in people] == [True, True, False]
    assert (await read(api, mira))["is_primary"] is False
    entries = (await api.get("/activity?event=contact.archived")).json()["data"]
    assert len(entries) == 2
    assert len({entry["bulk_id"] for entry in entries} - {None}) == 1
    page = text_of((await owner.get(f"{TAB}?archived=yes&select=1")).text)
    assert "Unarchive" in page
    done = await owner.post(BULK, {"act": "unarchive", "archived": "yes", "contact": chosen})
    assert done.headers["location"] == f"{TAB}?archived=yes&select=1"
    assert [(await read(api, one))["archived"] for one in people] == [False, False, False]
    assert not zoe["archived"]


async def test_archiving_several_leaves_their_tasks_to_nobody(
    api: httpx.AsyncClient, owner: Browser, people: list[Json]
) -> None:
    onboarding = await new_onboarding(api, {"id": people[0]["customer_id"]})
    task = await new_task(api, onboarding, assignee_id=people[1]["id"])
    await owner.get(f"{TAB}?select=1")
    await owner.post(BULK, {"act": "archive", "contact": [people[1]["id"]]})
    assert (await read(api, task))["assignee_id"] is None


async def test_a_label_is_added_and_removed_without_regard_to_case(
    api: httpx.AsyncClient, owner: Browser, people: list[Json]
) -> None:
    chosen = [one["id"] for one in people[:2]]
    await owner.get(f"{TAB}?select=1")
    for label in ("Finance", "finance"):
        await owner.post(BULK, {"act": "label", "label": label, "contact": chosen})
    assert [(await read(api, one))["labels"] for one in people] == [["Finance"], ["Finance"], []]
    assert "Finance" in text_of((await owner.get(TAB)).text)
    await owner.post(BULK, {"act": "unlabel", "label": "FINANCE", "contact": chosen})
    assert [(await read(api, one))["labels"] for one in people] == [[], [], []]


async def test_what_a_rule_forbids_is_skipped_and_named(
    api: httpx.AsyncClient, owner: Browser, people: list[Json]
) -> None:
    full = await new_contact(
        api, {"id": people[0]["customer_id"]}, name="Full", labels=[f"l{number}" for number in range(20)]
    )
    await owner.get(f"{TAB}?select=1")
    chosen = [full["id"], people[0]["id"]]
    said = await owner.post(BULK, {"act": "label", "label": "More", "contact": chosen}, htmx=True)
    assert said.status_code == 204
    assert "1 contact labelled" in said.headers["hx-trigger"]
    assert "1 contact skipped. Full: " in said.headers["hx-trigger"]
    assert (await read(api, people[0]))["labels"] == ["More"]


async def test_deleting_several_asks_first(
    api: httpx.AsyncClient, owner: Browser, people: list[Json]
) -> None:
    await owner.get(f"{TAB}?select=1")
    chosen = {"act": "delete", "contact": [one["id"] for one in people[:2]]}
    asked = await owner.post(BULK, chosen)
    assert is_whole_page(asked)
    assert "Delete 2 contacts?" in text_of(asked.text)
    assert len((await api.get(f"/customers/{people[0]['customer_id']}/contacts")).json()["data"]) == 3
    for one in people[:2]:
        assert f'name="contact" value="{one["id"]}"' in asked.text
    await owner.post(BULK, {**chosen, "sure": "yes"})
    left = (await api.get(f"/customers/{people[0]['customer_id']}/contacts")).json()["data"]
    assert [one["name"] for one in left] == ["Zoe"]


async def test_contacts_of_another_customer_and_nonsense_are_passed_over(
    api: httpx.AsyncClient, owner: Browser, people: list[Json]
) -> None:
    other = await new_contact(api, await new_customer(api))
    await owner.get(f"{TAB}?select=1")
    chosen = [other["id"], "nonsense", "c" + "0" * 24, people[1]["id"]]
    said = await owner.post(BULK, {"act": "archive", "contact": chosen}, htmx=True)
    assert "1 contact archived" in said.headers["hx-trigger"]
    assert (await read(api, other))["archived"] is False


@pytest.mark.parametrize(
    ("fields", "words"),
    [({"act": "archive"}, "Nothing is selected"), ({"act": ""}, "Nothing is selected")],
)
async def test_nothing_selected_does_nothing(
    owner: Browser, people: list[Json], fields: dict[str, str], words: str
) -> None:
    await owner.get(f"{TAB}?select=1")
    said = await owner.post(BULK, fields, htmx=True)
    assert words in said.headers["hx-trigger"]
    said = await owner.post(BULK, {"act": "", "contact": people[0]["id"]}, htmx=True)
    assert "Choose what to do" in said.headers["hx-trigger"]


async def test_an_empty_label_and_an_unknown_act_are_refused(owner: Browser, people: list[Json]) -> None:
    await owner.get(f"{TAB}?select=1")
    for fields in ({"act": "label", "label": " "}, {"act": "explode"}):
        refused = await owner.post(BULK, {**fields, "contact": people[0]["id"]})
        assert refused.status_code == 422, fields


async def test_a_viewer_chooses_nothing(
    api: httpx.AsyncClient, enter: Enter, world: World, people: list[Json]
) -> None:
    viewer = await enter(await new_member(world, "Vic Stone", "viewer"))
    await viewer.get("/customers")
    assert (await viewer.post(BULK, {"act": "archive", "contact": people[0]["id"]})).status_code == 403
    assert (await read(api, people[0]))["archived"] is False
