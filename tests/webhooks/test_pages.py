"""Admin > Webhooks: who may see it, adding and changing endpoints."""

import re
from typing import Any

from pivotal_server.db.engine import counting
from pivotal_server.notifications import service_notices as notices
from tests.support.browser import Browser
from tests.support.people import new_member
from tests.support.receiver import status
from tests.support.records import Json, answered, new_customer
from tests.support.visits import text_of
from tests.webhooks.support import Desk, new_endpoint, rows_of
from tests.webhooks.visiting import EVENTS, EVIL, PATH, Enter, after, at, fill, page_of, was_in


async def every_page(desk: Desk, made: Json) -> list[str]:
    row = (await desk.deliveries())[0]
    return [
        PATH,
        f"{PATH}?tab=test",
        f"{PATH}/new",
        *(at(made, tab=tab) for tab in ("overview", "logs", "settings", "secret")),
        *(at(made, name) for name in ("test", "recover", "disable", "delete", "rotate")),
        at(made, "deliveries", row.id),
        EVENTS,
        f"{EVENTS}/{row.event_id}",
    ]


async def test_pages_are_for_owners_and_admins(desk: Desk, enter: Enter) -> None:
    made = await fill(desk, status(200))
    pages = await every_page(desk, made)
    for role, expected in (("admin", 200), ("member", 403), ("viewer", 403)):
        browser = await enter(await new_member(desk.world, f"{role.capitalize()} Ruiz", role))
        for path in pages:
            assert (await browser.get(path)).status_code == expected, (role, path)
        if expected == 200:
            continue
        await browser.get("/customers")
        [row] = await desk.deliveries()
        acts: list[tuple[str, dict[str, Any]]] = [
            (PATH, {"url": "https://hooks.acme.example", "event_types": "*"}),
            (at(made, "replay"), {"id": row.id}),
            (at(made, "rotate"), {"overlap": "0"}),
            (at(made, "test"), {"type": "customer.created", "data": '{"object":{}}'}),
            (at(made, "recover"), {"window": "24"}),
            (f"{EVENTS}/{row.event_id}/resend", {"endpoint": made["display_id"]}),
            (at(made, "settings"), {"url": "https://hooks.acme.example", "event_types": "*"}),
            *((at(made, name), {}) for name in ("enable", "disable", "delete")),
        ]
        before = await rows_of(desk.world.db)
        for path, fields in acts:
            assert (await browser.post(path, fields)).status_code == 403, (role, path)
        for path in ("live", "ping", "recover/count"):
            assert (await browser.get(at(made, path))).status_code == 403
        assert await rows_of(desk.world.db) == before


async def test_what_others_wrote_is_shown_as_text(desk: Desk, owner: Browser) -> None:
    made = await fill(desk, status(500, EVIL.encode(), x_said=EVIL))
    for path in await every_page(desk, made):
        text = await page_of(owner, path)
        assert "<script>alert" not in text, path
    [row] = await desk.deliveries()
    shown = await page_of(owner, at(made, "deliveries", row.id))
    assert shown.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 2
    assert "x-said" in shown
    assert "Warehouse &lt;script&gt;" in await page_of(owner, PATH)


async def test_a_foreign_or_deleted_endpoint_is_not_found(desk: Desk, owner: Browser) -> None:
    made = await fill(desk, status(200))
    for path in (
        f"{PATH}/99",
        f"{PATH}/nothing",
        f"{PATH}/99/deliveries/msg_x",
        at(made, "deliveries", "%00"),
    ):
        assert (await owner.get(path)).status_code == 404, path
    await page_of(owner, at(made, "delete"))
    answer = await owner.post(at(made, "delete"))
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PATH}?tab=live")
    assert (await owner.get(at(made))).status_code == 404
    assert "No endpoints." in text_of(await page_of(owner, PATH))


async def test_pages_take_few_statements_however_much_there_is(desk: Desk, owner: Browser) -> None:
    made = await fill(desk, status(500), status(200))

    async def statements() -> dict[str, int]:
        found = {}
        for path in await every_page(desk, made):
            with counting() as count:
                await page_of(owner, path)
            found[path.partition("?")[0] + path.partition("?")[2]] = count.value
        return {name: value for name, value in found.items() if "msg_" not in name and "evt_" not in name}

    few = await statements()
    for number in range(6):
        await desk.endpoint(description=f"Number {number}")
    for _ in range(8):
        await new_customer(desk.api)
    await desk.dispatcher.run_due()
    assert await statements() == few
    assert max(few.values()) <= 15, few


# ── Adding ─────────────────────────────────────────────────────────────────────────────────────
async def test_an_added_endpoint_shows_its_secret_once_and_its_ping(desk: Desk, owner: Browser) -> None:
    await page_of(owner, f"{PATH}/new?tab=test")
    answer = await owner.post(
        f"{PATH}?tab=test",
        {
            "url": desk.receiver.url(),
            "description": "Warehouse",
            "event_types": ["customer.*", "customer.created", "task.completed"],
            "filter_customer": "status,\r\ncustom_fields.region, metadata.Sales area,",
            "header_name": ["X-Team", "Authorization", ""],
            "header_value": ["cs", "Bearer xyz", ""],
            "max_concurrency": "5",
            "rate_limit": "20",
        },
    )
    assert answer.status_code == 200
    secret = re.search(r"whsec_[A-Za-z0-9+/=]+", answer.text)
    assert secret
    assert "waiting for an answer" in answer.text
    [made] = answered(await desk.api.get("/webhook_endpoints"))["data"]
    assert made["test_mode"] is True
    assert made["event_types"] == ["customer.*", "task.completed"]
    assert made["field_filters"] == {
        "customer.updated": ["status", "custom_fields.region", "metadata.Sales area"]
    }
    assert (made["max_concurrency"], made["rate_limit"]) == (5, 20)
    assert made["headers"] == {"x-team": "cs", "authorization": None}
    await desk.dispatcher.run_due()
    ping = await owner.get(at(made, "ping"), htmx=True)
    assert "Delivered" in ping.text
    assert "hx-get" not in ping.text
    texts = [await page_of(owner, at(made, tab=tab)) for tab in ("overview", "logs", "settings", "secret")]
    assert not any(hidden in text for text in texts for hidden in (secret[0], "Bearer xyz"))
    assert secret[0][-4:] in texts[-1]
    assert secret[0] not in await rows_of(desk.world.db)


async def test_settings_keep_what_is_not_shown_and_ping_a_new_url(desk: Desk, owner: Browser) -> None:
    made = await desk.endpoint(headers={"authorization": "Bearer xyz", "x-team": "cs"}, rate_limit=20)
    page = await page_of(owner, at(made, tab="settings"))
    assert 'placeholder="Kept, not shown"' in page
    fields = {
        **was_in(page),
        "url": desk.receiver.url("/other"),
        "description": "",
        "event_types": "*",
        "header_name": ["authorization", "", "x-new"],
        "header_value": ["", "", "1"],
        "max_concurrency": "10",
        "rate_limit": "",
    }
    await after(owner, await owner.post(at(made, "settings"), fields))
    now = await desk.shown(made)
    assert now["headers"] == {"authorization": None, "x-new": "1"}
    assert (now["url"], now["rate_limit"], now["description"]) == (desk.receiver.url("/other"), None, None)
    await desk.dispatcher.run_due()
    [ping] = desk.receiver.got
    assert (ping.headers["pivotal-event-type"], ping.headers["authorization"]) == (
        "webhook.ping",
        "Bearer xyz",
    )
    bad = await owner.post(at(made, "settings"), {**fields, "event_types": [], "max_concurrency": ""})
    assert bad.status_code == 422
    assert "Choose at least one type." in bad.text
    assert "Enter a whole number from 1 to 50." in bad.text


async def test_settings_that_somebody_changed_meanwhile_are_not_overwritten_unsaid(
    desk: Desk, owner: Browser
) -> None:
    made = await desk.endpoint(headers={"x-team": "cs"}, field_filters={"customer.updated": ["status"]})
    shown = was_in(await page_of(owner, at(made, tab="settings")))
    fields: Json = {
        "url": desk.receiver.url(),
        "description": "As typed",
        "event_types": "customer.*",
        "filter_customer": "plan, status",
        "max_concurrency": "10",
    }
    for changed, told in (
        ({"description": "Theirs"}, "“Theirs”"),
        ({"headers": {"x-team": "ops"}}, "“x-team: ops”"),
        ({"field_filters": {"customer.updated": ["mrr"]}}, "“mrr”"),
        ({"event_types": ["task.*"]}, "“task.*”"),
    ):
        answered(await desk.api.patch(f"/webhook_endpoints/{made['id']}", json=changed))
        before = await desk.shown(made)
        bad = await owner.post(at(made, "settings"), {**shown, **fields, "max_concurrency": "99"})
        assert (bad.status_code, was_in(bad.text)) == (422, shown)
        refused = await owner.post(at(made, "settings"), {**shown, **fields}, htmx=True)
        assert refused.status_code == 409
        text = text_of(refused.text)
        assert f"Somebody changed this meanwhile to {told}. Save again to keep yours." in text
        assert text.count("Somebody changed this meanwhile") == 1
        assert 'value="As typed"' in refused.text
        assert await desk.shown(made) == before
        shown = was_in(refused.text)
    await after(owner, await owner.post(at(made, "settings"), {**shown, **fields}))
    now = await desk.shown(made)
    assert (now["description"], now["headers"], now["event_types"]) == ("As typed", {}, ["customer.*"])
    assert now["field_filters"] == {"customer.updated": ["plan", "status"]}


async def test_settings_that_were_not_touched_stay_as_others_have_made_them(
    desk: Desk, owner: Browser
) -> None:
    filters = {"customer.updated": ["status"], "task.updated": ["done"]}
    made = await desk.endpoint(
        event_types=["task.*", "webhook.ping", "customer.*"],
        field_filters=filters,
        headers={"authorization": "Bearer xyz", "x-team": "cs"},
    )
    fields: Json = {
        **was_in(await page_of(owner, at(made, tab="settings"))),
        "url": desk.receiver.url(),
        "event_types": ["customer.*", "customer.created", "task.*"],
        "filter_customer": "status",
        "filter_task": "title,done",
        "header_name": ["x-team", "authorization"],
        "header_value": ["cs", ""],
        "max_concurrency": "10",
    }
    theirs = {
        "description": "Theirs",
        "rate_limit": 7,
        "headers": {"authorization": "Bearer new", "x-team": "ops"},
        "field_filters": {**filters, "customer.updated": ["plan"]},
    }
    answered(await desk.api.patch(f"/webhook_endpoints/{made['id']}", json=theirs))
    await after(owner, await owner.post(at(made, "settings"), fields))
    now = await desk.shown(made)
    assert (now["description"], now["rate_limit"], now["headers"]["x-team"]) == ("Theirs", 7, "ops")
    assert now["event_types"] == ["task.*", "webhook.ping", "customer.*"]
    assert now["field_filters"] == {"customer.updated": ["plan"], "task.updated": ["title", "done"]}
    await new_customer(desk.api)
    await desk.dispatcher.run_due()
    assert desk.receiver.got[-1].headers["authorization"] == "Bearer new"


async def test_the_51st_endpoint_is_refused_with_the_limit(desk: Desk, owner: Browser) -> None:
    for _ in range(50):
        await new_endpoint(desk.api)
    await page_of(owner, f"{PATH}/new")
    fields = {"url": "https://hooks.acme.example", "event_types": "*", "max_concurrency": "10"}
    answer = await owner.post(PATH, fields)
    assert answer.status_code == 422
    assert "50" in text_of(answer.text)
    assert 'value="https://hooks.acme.example"' in answer.text


async def test_faults_stand_at_their_fields_and_what_was_typed_stays(desk: Desk, owner: Browser) -> None:
    await page_of(owner, f"{PATH}/new")
    fields = {
        "url": "http://example.com/x",
        "description": "Ware & house",
        "filter_customer": "nonsense",
        "header_name": ["host", "authorization"],
        "header_value": ["<b>", "Bearer x"],
        "max_concurrency": "99",
        "rate_limit": "many",
    }
    for htmx in (False, True):
        answer = await owner.post(PATH, fields, htmx=htmx)
        assert answer.status_code == 422
        text = text_of(answer.text)
        assert "Choose at least one type." in text
        assert "Enter a whole number from 1 to 50." in text
        assert "Enter a whole number from 1 to 1,000, or nothing." in text
        assert "Events of the type customer.updated have no key 'nonsense'." in text
        assert "host" in text
        for kept in ("http://example.com/x", "Ware &amp; house", "nonsense", "&lt;b&gt;", "authorization"):
            assert f'value="{kept}"' in answer.text
        assert "Bearer x" not in answer.text
    twice = {"header_name": ["X-Team", "x-team "], "header_value": ["a", "b"]}
    for path in (PATH, at(await desk.endpoint(), "settings")):
        answer = await owner.post(path, {**fields, **twice})
        assert answer.status_code == 422
        assert "The header x-team stands here twice." in text_of(answer.text)
    fields |= {
        "filter_customer": "status",
        "max_concurrency": "5",
        "rate_limit": "",
        "event_types": "customer.*",
    }
    fields |= {"header_name": "x-team", "header_value": "cs"}
    refused = await owner.post(PATH, fields)
    assert (refused.status_code, "https" in text_of(refused.text)) == (422, True)
    assert 'value="customer.*" checked' in refused.text


async def test_a_disabled_endpoint_is_told_of(desk: Desk) -> None:
    made = await desk.endpoint()
    desk.receiver.answers = [status(410)]
    await new_customer(desk.api)
    await desk.dispatcher.run_due()
    world = desk.world
    [row] = await notices.list_for_member(world.db, world.workspace.id, world.owner.id)
    assert row.title == "Webhooks to 127.0.0.1 were disabled"
    assert row.url == f"/admin/developer/webhooks/{made['display_id']}"
