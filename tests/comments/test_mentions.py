"""Who a comment mentions, and who cannot be mentioned (ONB-COM-2)."""

import httpx
import pytest

from pivotal_server.comments.mentions import ids_in
from tests.support.app import World, new_world
from tests.support.journal import Journal
from tests.support.people import change_member, new_member
from tests.support.records import (
    answered,
    created,
    error_of,
    new_contact,
    new_customer,
    new_onboarding,
    patched,
    path_of,
)

ANA, BEN = "cmb4hh5344tfjgvq4k7bn7xj8", "cmb4sywb3wkh5dnsipzz5fk2z"


@pytest.mark.parametrize(
    ("body", "ids"),
    [
        ("", []),
        (f"<@{ANA}>", [ANA]),
        (f"Hi <@{ANA}>, <@{BEN}>and<@{ANA}>", [ANA, BEN]),
        (f"<@{BEN}>\n> <@{ANA}>", [BEN, ANA]),
        (f"@{ANA} <{ANA}> <@ {ANA}> <@{ANA} > <@{ANA[:-1]}> <@{ANA}x> <@{ANA.upper()}>", []),
        ("<@12> <@ana@vml.example> <@>", []),
        ("<@" * 5_000, []),
    ],
)
def test_what_is_a_mention(body: str, ids: list[str]) -> None:
    assert ids_in(body) == ids


async def test_members_of_every_role_can_be_mentioned(api: httpx.AsyncClient, world: World) -> None:
    customer = await new_customer(api)
    viewer = await new_member(world, "Vic", "viewer")
    body = f"<@{viewer.id}> and <@{world.owner.id}>, see <@{viewer.id}>"
    row = await created(api, f"{path_of(customer)}/comments", {"body": body})
    assert (row["body"], row["mentions"]) == (body, [viewer.id, world.owner.id])


async def test_who_cannot_be_mentioned(api: httpx.AsyncClient, world: World) -> None:
    customer, other = await new_customer(api), await new_customer(api)
    stranger = await new_contact(api, other)
    archived = await new_contact(api, customer, archived=True)
    gone = await new_contact(api, customer)
    answered(await api.delete(path_of(gone)))
    left = await new_member(world, "Lee", "member")
    await change_member(world, left, active=False)
    elsewhere = await new_world(world.services, "Other", "other")
    ids = [stranger["id"], archived["id"], gone["id"], left.id, elsewhere.owner.id, customer["id"], ANA]
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    for id in ids:
        for visibility in ("internal", "customer"):
            answer = await api.post(
                f"{path_of(customer)}/comments", json={"body": f"<@{id}>", "visibility": visibility}
            )
            assert error_of(answer) == (400, "invalid_reference", "body")
    assert (await journal.look()).nothing


async def test_contacts_are_mentioned_only_where_they_read(api: httpx.AsyncClient) -> None:
    customer = await new_customer(api)
    onboarding = await new_onboarding(api, customer)
    mira = await new_contact(api, customer)
    path = f"{path_of(onboarding)}/comments"
    body = f"<@{mira['id']}> please check"
    answer = await api.post(path, json={"body": body})
    assert error_of(answer) == (400, "invalid_reference", "body")
    assert answer.json()["error"]["message"] == "Contacts cannot read internal comments"
    row = await created(api, path, {"body": body, "visibility": "customer"})
    assert row["mentions"] == [mira["id"]]
    hidden = await patched(api, row, visibility="internal")
    assert (hidden["body"], hidden["mentions"]) == (body, [])
    refused = await api.patch(path_of(row), json={"body": f"{body} again"})
    assert error_of(refused) == (400, "invalid_reference", "body")
    assert (await patched(api, hidden, visibility="customer"))["mentions"] == [mira["id"]]


async def test_whoever_left_stays_mentioned_where_they_were(api: httpx.AsyncClient, world: World) -> None:
    customer = await new_customer(api)
    ana = await new_member(world, "Ana Ruiz", "member")
    mira = await new_contact(api, customer)
    body = f"<@{ana.id}> <@{mira['id']}>"
    row = await created(api, f"{path_of(customer)}/comments", {"body": body, "visibility": "customer"})
    await change_member(world, ana, active=False)
    answered(await api.delete(path_of(mira)))
    after = await patched(api, row, body=f"{body} <@{world.owner.id}>")
    assert after["mentions"] == [ana.id, mira["id"], world.owner.id]
    assert (await patched(api, after, body="Nobody"))["mentions"] == []
    refused = await api.patch(path_of(row), json={"body": body})
    assert error_of(refused) == (400, "invalid_reference", "body")
