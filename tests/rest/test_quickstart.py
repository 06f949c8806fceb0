"""The five requests of the quickstart, as a user sends them."""

import httpx

from pivotal_server.activity.service import customer_feed
from tests.support.app import World


async def test_the_five_requests_answer_the_shown_shapes(api: httpx.AsyncClient, world: World) -> None:
    me = await api.get("/me")
    assert me.status_code == 200
    assert me.json()["object"] == "api_key_identity"
    assert me.json()["key_name"] == "local-dev"
    assert me.json()["org_slug"] == "vml"
    assert me.json()["mode"] == "live"

    customer = await api.post(
        "/customers",
        json={"name": "Aurora Outfitters", "slug": "aurora", "domain": "aurora.com", "status": "onboarding"},
    )
    assert customer.status_code == 201
    number = customer.json()["display_id"]
    assert customer.json()["slug"] == "aurora"

    contact = await api.post(
        f"/customers/{number}/contacts",
        json={"name": "Mira Chen", "email": "mira@aurora.com", "title": "Head of Ops", "is_primary": True},
    )
    assert contact.status_code == 201
    assert contact.json()["customer_id"] == customer.json()["id"]

    onboarding = await api.post(
        "/onboardings",
        json={
            "customer_id": str(number),
            "phase": "before_getting_started",
            "state": "active",
            "target_launch_date": "2026-07-15T00:00:00Z",
        },
    )
    assert onboarding.status_code == 201
    assert onboarding.json()["target_launch_date"] == "2026-07-15T00:00:00.000Z"

    entries = await customer_feed(world.db, world.workspace.id, customer.json()["id"])
    assert [entry.event for entry in entries] == ["onboarding.created", "contact.added", "customer.created"]
    assert {entry.actor for entry in entries} == {"API: local-dev"}
