"""Two workspaces on one server: nothing that one sends ever yields, names or touches a row of the other."""

import json
from dataclasses import dataclass
from typing import Any

import httpx

from tests.support.app import World, new_world
from tests.support.journal import Journal
from tests.support.operations import KEYED, SINGLE_ROW, call
from tests.support.records import (
    Json,
    answered,
    created,
    new_contact,
    new_customer,
    new_onboarding,
    new_task,
    new_template,
    path_of,
    read,
    walk,
)

MARK = "ocelot"
"""Stands in every text of the first workspace, and in none of the second."""


@dataclass
class Side:
    """One workspace with a client and its records."""

    world: World
    api: httpx.AsyncClient
    records: list[Json]

    @property
    def ids(self) -> list[str]:
        return [record["id"] for record in self.records]

    async def states(self) -> list[Json]:
        return [await read(self.api, record) for record in self.records]


async def fill(api: httpx.AsyncClient, count: int, mark: str) -> list[Json]:
    """Records of every kind; the first `count` numbers of each kind are taken."""
    records: list[Json] = []
    for number in range(count):
        customer = await new_customer(
            api,
            name=f"{mark} {number}",
            slug=f"{mark}-{number}",
            domain=f"{mark}.com",
            plan=mark,
            owner_id=1,
            tags=[mark],
            external_id=f"{mark}-{number}",
            hubspot_company_id=mark,
            stripe_customer_id=mark,
            metadata={"secret": mark},
        )
        contact = await new_contact(
            api, customer, name=mark, email=f"{number}@{mark}.com", external_id=f"{mark}-{number}"
        )
        onboarding = await new_onboarding(
            api, customer, name=mark, notes=mark, csm_id=1, external_id=f"{mark}-{number}"
        )
        task = await new_task(api, onboarding, title=mark)
        template = await new_template(api, name=f"{mark} {number}")
        records += [customer, contact, onboarding, task, template]
    return records


async def two_sides(world: World) -> tuple[Side, Side]:
    """The first workspace has more of everything, so that some of its numbers exist in it alone."""
    other = await new_world(world.services, "Other", "other")
    _, mine = await world.new_key()
    _, theirs = await other.new_key()
    one, two = world.client(mine), other.client(theirs)
    return (
        Side(world, one, await fill(one, 4, MARK)),
        Side(other, two, await fill(two, 1, "lynx")),
    )


async def test_no_operation_reaches_a_row_of_another_workspace(world: World) -> None:
    mine, theirs = await two_sides(world)
    before = await mine.states()
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    nobody = "c" + "0" * 24
    # Every id of the other, of whatever kind, and every number that only the other has given.
    references: list[str | int] = [*mine.ids, world.owner.id, world.workspace.id, 2, 3, 4]
    for operation in SINGLE_ROW:
        unknown = await call(theirs.api, operation, nobody)
        assert unknown.status_code == 404
        for reference in references:
            answer = await call(theirs.api, operation, reference)
            assert answer.status_code == 404, (operation.id, reference, answer.text)
            assert told(answer) == told(unknown), operation.id
    assert await mine.states() == before
    assert (await journal.look()).nothing


def told(answer: httpx.Response) -> Json:
    """What a refusal says, without the id of its request."""
    error: Json = answer.json()["error"]
    return {key: value for key, value in error.items() if key != "request_id"}


async def test_no_list_shows_a_row_of_another_workspace(world: World) -> None:
    mine, theirs = await two_sides(world)
    cursors = [answered(await mine.api.get("/customers", params={"limit": 1}))["next_cursor"], "2999-01-01"]
    values: dict[str, list[Any]] = {
        "slug": [f"{MARK}-0"],
        "domain": [f"{MARK}.com"],
        "plan": [MARK],
        "tag": [MARK],
        "external_id": [f"{MARK}-0"],
        "hubspot_company_id": [MARK],
        "stripe_customer_id": [MARK],
        "owner_id": [world.owner.id],
        "csm_id": [world.owner.id],
        "assignee_id": [world.owner.id],
        "customer_id": mine.ids,
        "onboarding_id": mine.ids,
        "object_id": mine.ids,
        "email": [f"0@{MARK}.com"],
        "q": [MARK],
    }
    lists = [operation for operation in KEYED if operation.id.startswith("list-")]
    assert len(lists) >= 4
    for operation in lists:
        reference = theirs.ids[2] if "onboarding" in operation.path.split("/{")[0] else theirs.ids[0]
        own = await call(theirs.api, operation, reference)
        check_foreign(own, mine)
        for cursor in cursors:
            check_foreign(await call(theirs.api, operation, reference, query=f"?cursor={cursor}"), mine)
        for name, kinds in values.items():
            if name in operation.query.fields:
                for value in kinds:
                    answer = await theirs.api.get(
                        path_with(operation.path, reference), params={name: value, "include_total": "true"}
                    )
                    if answer.status_code == 400:
                        assert answer.json()["error"]["code"] == "unrecognized_keys"
                        continue
                    body = answered(answer)
                    assert (body["data"], body["total"]) == ([], 0), (operation.id, name)


async def others_of(side: Side) -> list[Json]:
    """One of each kind of object that :func:`fill` does not make."""
    customer, contact, onboarding, task = side.records[:4]
    comments = [
        await created(side.api, f"{path_of(place)}/comments", {"body": MARK})
        for place in (customer, onboarding, task)
    ]
    file = {"file": (f"{MARK}.txt", MARK.encode(), "text/plain")}
    attached = answered(await side.api.post(f"{path_of(task)}/attachments", files=file), 201)
    endpoint = await created(
        side.api, "/webhook_endpoints", {"url": f"https://{MARK}.com/hook", "event_types": ["*"]}
    )
    job = answered(await side.api.post("/exports", json={"type": "tasks", "q": MARK}), 202)
    events = answered(await side.api.get("/events", params={"limit": 2}))["data"]
    entries = answered(await side.api.get("/activity", params={"limit": 2}))["data"]
    return [contact, *comments, attached, endpoint, job, *events, *entries]


async def test_ids_of_every_kind_lead_nowhere_elsewhere(world: World) -> None:
    mine, theirs = await two_sides(world)
    others = await others_of(mine)
    assert len({one["object"] for one in others}) >= 6
    for operation in SINGLE_ROW:
        unknown = await call(theirs.api, operation, "c" + "0" * 24)
        for other in others:
            answer = await call(theirs.api, operation, other["id"])
            assert answer.status_code == 404, (operation.id, other["object"])
            assert told(answer) == told(unknown), (operation.id, other["object"])
    after = [answered(await mine.api.get(f"/jobs/{one['id']}")) for one in others if one["object"] == "job"]
    assert [one["status"] for one in after] == ["queued"]


async def test_expanding_adds_nothing_of_another_workspace(world: World) -> None:
    mine, theirs = await two_sides(world)
    own = {record["object"]: record for record in theirs.records}
    expanding = [operation for operation in KEYED if operation.expansions]
    assert len(expanding) >= 6
    for operation in expanding:
        kind = operation.segments[0].removesuffix("s")
        for name in (*operation.expansions, ",".join(operation.expansions)):
            answer = await call(
                theirs.api, operation, own.get(kind, own["customer"])["id"], query=f"?expand={name}"
            )
            if operation.method == "GET":
                assert answer.status_code == 200, (operation.id, answer.text)
            check_foreign(answer, mine)
            for foreign in mine.ids[:5]:
                if operation.path_parameters:
                    refused = await call(theirs.api, operation, foreign, query=f"?expand={name}")
                    assert refused.status_code == 404
                    check_foreign(refused, mine)


async def test_a_cursor_of_one_workspace_shows_nothing_of_it_in_another(world: World) -> None:
    mine, theirs = await two_sides(world)
    await others_of(mine)
    lists = [operation for operation in KEYED if "cursor" in operation.query.fields]
    walked = 0
    for operation in lists:
        kind = operation.segments[0].removesuffix("s")
        home, away = (
            next((one["id"] for one in side.records if one["object"] == kind), side.ids[0])
            for side in (mine, theirs)
        )
        query = f"?limit=1&q={MARK}" if "q" in operation.query.fields else "?limit=1"
        page = await call(mine.api, operation, home, query=query)
        cursor = page.json().get("next_cursor")
        if cursor is None:
            continue
        walked += 1
        check_foreign(await call(theirs.api, operation, away, query=f"{query}&cursor={cursor}"), mine)
        if operation.path_parameters:
            refused = await call(theirs.api, operation, home, query=f"{query}&cursor={cursor}")
            assert refused.status_code == 404
    assert walked >= 6


async def test_search_finds_nothing_of_another_workspace(world: World) -> None:
    mine, theirs = await two_sides(world)
    texts = [MARK, f"{MARK}.com", f"0@{MARK}.com", f'"{MARK} 0"', f"owner:{world.owner.email}", "#4", "-x"]
    texts += [
        f"{name}:{MARK}" for name in ("name", "domain", "slug", "email", "contact", "plan", "tag", "title")
    ]
    for text in texts:
        for path in ("/search", "/customers"):
            check_foreign(await theirs.api.get(path, params={"q": text}), mine)
    page = answered(await mine.api.get("/search", params={"q": MARK, "limit": 1}))
    check_foreign(await theirs.api.get("/search", params={"q": MARK, "cursor": page["next_cursor"]}), mine)
    found = answered(await mine.api.get("/search", params={"q": MARK, "limit": 100}))["data"]
    assert {one["id"] for one in found} == {one["id"] for one in mine.records if one["object"] != "template"}


def path_with(path: str, reference: str) -> str:
    return "/".join(reference if part.startswith("{") else part for part in path.split("/"))


def check_foreign(answer: httpx.Response, foreign: Side) -> None:
    """Nothing of the other side stands in an answer, whatever its status."""
    text = answer.text
    assert MARK not in text
    assert foreign.world.workspace.id not in text
    assert not [id for id in (*foreign.ids, foreign.world.owner.id) if id in text]


async def test_no_body_names_a_row_of_another_workspace(world: World) -> None:
    mine, theirs = await two_sides(world)
    before = await mine.states()
    foreign = [*mine.ids, world.owner.id]
    customer, contact, onboarding = theirs.records[:3]
    requests: list[tuple[str, str, Json, str, tuple[int, str]]] = [
        ("POST", "/customers", {"name": "x"}, "owner_id", (400, "invalid_reference")),
        ("PATCH", path_of(customer), {}, "owner_id", (400, "invalid_reference")),
        ("POST", "/onboardings", {}, "customer_id", (404, "customer_not_found")),
        *(
            ("POST", "/onboardings", {"customer_id": 1}, role, (400, "invalid_reference"))
            for role in ("csm_id", "se_id", "designer_id", "product_ops_id", "template_id")
        ),
        *(
            ("PATCH", path_of(onboarding), {}, role, (400, "invalid_reference"))
            for role in ("csm_id", "se_id", "designer_id", "product_ops_id")
        ),
    ]
    for method, path, body, field, expected in requests:
        for id in foreign:
            answer = await theirs.api.request(method, path, json={**body, field: id})
            error = answer.json()["error"]
            assert (answer.status_code, error["code"]) == expected, (method, path, field)
            assert id not in answer.text
    # Read-only keys that name the other are ignored, and change nothing.
    kept = await theirs.api.patch(path_of(contact), json={"customer_id": mine.ids[0], "id": mine.ids[1]})
    assert answered(kept) == contact
    assert await mine.states() == before


async def test_what_is_unique_is_unique_in_one_workspace_only(world: World) -> None:
    mine, theirs = await two_sides(world)
    fields = {"name": "x", "slug": f"{MARK}-0", "external_id": f"{MARK}-0"}
    customer = await created(theirs.api, "/customers", fields)
    assert (customer["display_id"], customer["slug"]) == (2, f"{MARK}-0")
    mail = {"name": "x", "email": f"0@{MARK}.com", "external_id": f"{MARK}-0"}
    await created(theirs.api, f"{path_of(customer)}/contacts", mail)
    await created(theirs.api, "/onboardings", {"customer_id": 2, "external_id": f"{MARK}-0"})
    # A name is numbered by what stands in the own workspace.
    for side in (mine, theirs):
        assert (await created(side.api, "/customers", {"name": "Same name"}))["slug"] == "same-name"


async def test_idempotency_keys_do_not_meet(world: World) -> None:
    mine, theirs = await two_sides(world)
    headers = {"Idempotency-Key": "one"}
    first = await mine.api.post("/customers", json={"name": MARK}, headers=headers)
    # Neither the stored answer nor a conflict: the key is new here.
    second = await theirs.api.post("/customers", json={"name": "y"}, headers=headers)
    assert (first.status_code, second.status_code) == (201, 201)
    check_foreign(second, mine)
    assert "idempotent-replayed" not in second.headers


async def test_entries_and_events_stay_at_home(world: World) -> None:
    mine, theirs = await two_sides(world)
    for side, other in ((mine, theirs), (theirs, mine)):
        written = await Journal(side.world.db, side.world.workspace.id).look()
        text = json.dumps([event.payload for event in written.events])
        assert not [id for id in other.ids if id in text]
        targets = {entry.target_id for entry in written.entries}
        assert set(side.ids) <= targets
        assert not targets & set(other.ids)
        numbers = [entry.display_id for entry in written.entries]
        assert numbers == list(range(1, len(numbers) + 1))


async def test_a_key_says_and_sees_its_own_workspace(world: World) -> None:
    mine, theirs = await two_sides(world)
    for side, other in ((mine, theirs), (theirs, mine)):
        me = await side.api.get("/me")
        assert me.json()["org_id"] == side.world.workspace.id
        assert other.world.workspace.id not in me.text
        rows = await walk(side.api, "/customers", limit=1)
        assert [row["id"] for row in rows[::-1]] == [
            row["id"] for row in side.records if row["object"] == "customer"
        ]
