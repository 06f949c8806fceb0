"""Deleting a customer: what leaves the lists, what can still be read, and what a second DELETE does."""

import httpx

from tests.support.app import World
from tests.support.journal import Journal
from tests.support.records import (
    answered,
    error_of,
    new_contact,
    new_customer,
    new_onboarding,
    patched,
    path_of,
    read,
    walk,
)


async def test_deleting_hides_the_customer_and_its_children_stay_readable(
    api: httpx.AsyncClient, world: World
) -> None:
    row = await new_customer(api, slug="aurora", tags=["vip"], external_id="a", owner_id=1, domain="a.com")
    other = await new_customer(api)
    contact = await new_contact(api, row)
    onboarding = await new_onboarding(api, row)
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    answer = {"object": "deleted", "id": row["id"], "display_id": 1, "deleted": True}
    gone = await api.delete(path_of(row))
    assert answered(gone) == answer
    assert list(gone.json()) == list(answer)

    written = await journal.look()
    assert written.names == ["customer.deleted"]
    assert written.entries[0].diff == {}
    # Its children are hidden with it and fire nothing.
    assert written.types == ["customer.deleted"]
    [event] = written.events
    assert event.previous is None
    assert event.object["deleted"] is True
    assert list(event.object)[-1] == "deleted"
    assert event.object["updated_at"] >= row["updated_at"]
    last = {**row, "updated_at": event.object["updated_at"]}
    assert {key: event.object[key] for key in row} == last
    assert event.object["owner_email"] == world.owner.email

    assert error_of(await api.get(path_of(row))) == (404, "customer_not_found", None)
    assert error_of(await api.get("/customers/1")) == (404, "customer_not_found", None)
    assert error_of(await api.patch(path_of(row), json={"plan": "x"})) == (404, "customer_not_found", None)
    children = f"{path_of(row)}/contacts", f"{path_of(row)}/onboardings"
    for path in children:
        assert error_of(await api.get(path)) == (404, "customer_not_found", None)
    assert (await api.post(children[0], json={"name": "x", "email": "x@a.com"})).status_code == 404
    refused = await api.post("/onboardings", json={"customer_id": row["id"]})
    assert error_of(refused) == (404, "customer_not_found", "customer_id")

    assert [found["id"] for found in await walk(api, "/customers")] == [other["id"]]
    for query in (
        {"slug": "aurora"},
        {"tag": "vip"},
        {"external_id": "a"},
        {"owner_id": 1},
        {"domain": "a.com"},
    ):
        assert await walk(api, "/customers", **query) == [], query
    assert await walk(api, "/onboardings") == []
    assert await walk(api, "/onboardings", customer_id=row["id"]) == []

    assert await read(api, contact) == contact
    assert await read(api, onboarding) == onboarding
    assert answered(await api.get("/contacts/1")) == contact
    # They can still be corrected, and stay out of the lists.
    assert (await patched(api, contact, title="COO"))["title"] == "COO"
    assert (await patched(api, onboarding, notes="Gone"))["notes"] == "Gone"
    assert await walk(api, "/onboardings") == []
    assert answered(await api.delete(path_of(onboarding)))["deleted"] is True


async def test_a_second_delete_answers_the_same_and_writes_nothing(
    api: httpx.AsyncClient, world: World
) -> None:
    customer = await new_customer(api)
    contact = await new_contact(api, customer)
    onboarding = await new_onboarding(api, customer)
    journal = Journal(world.db, world.workspace.id)
    for row in (contact, onboarding, customer):
        first = await api.delete(path_of(row))
        await journal.look()
        # By its number, and even with a condition that no longer holds.
        path = f"/{row['object']}s/{row['display_id']}"
        second = await api.delete(path, headers={"If-Match": '"stale"'})
        assert second.content == first.content
        assert second.status_code == 200
        assert (await journal.look()).nothing
        missing = await api.delete(f"/{row['object']}s/999")
        assert error_of(missing) == (404, f"{row['object']}_not_found", None)


async def test_numbers_of_deleted_records_are_not_given_again(api: httpx.AsyncClient) -> None:
    numbers = []
    for _ in range(3):
        row = await new_customer(api)
        numbers.append(row["display_id"])
        answered(await api.delete(path_of(row)))
    assert numbers == [1, 2, 3]


async def test_tags_are_found_without_case_as_long_as_they_are_there(api: httpx.AsyncClient) -> None:
    first = await new_customer(api, tags=["VIP", "Straße"])
    second = await new_customer(api, tags=["vip"])
    assert [found["id"] for found in await walk(api, "/customers", tag="Vip", limit=1)] == [
        second["id"],
        first["id"],
    ]
    assert [found["id"] for found in await walk(api, "/customers", tag="STRASSE")] == [first["id"]]
    ascending = await walk(api, "/customers", tag="vip", order="asc", limit=1, status="active")
    assert [found["id"] for found in ascending] == [first["id"], second["id"]]
    await patched(api, first, tags=["other"])
    assert [found["id"] for found in await walk(api, "/customers", tag="vip")] == [second["id"]]
    assert [found["id"] for found in await walk(api, "/customers", tag="OTHER")] == [first["id"]]
    await patched(api, second, tags=[])
    assert await walk(api, "/customers", tag="vip") == []


async def test_a_domain_is_found_however_it_is_written(api: httpx.AsyncClient) -> None:
    row = await new_customer(api, domain="münchen.de")
    assert row["domain"] == "xn--mnchen-3ya.de"
    for written in ("xn--mnchen-3ya.de", "XN--Mnchen-3ya.DE", "münchen.de", " MÜNCHEN.DE "):
        assert [found["id"] for found in await walk(api, "/customers", domain=written)] == [row["id"]], (
            written
        )
    for other in ("muenchen.de", "de", "https://münchen.de", ""):
        assert await walk(api, "/customers", domain=other) == [], other
