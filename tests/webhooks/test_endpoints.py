"""Endpoints over the API: making, reading, changing, deleting, limits, refusals."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from pivotal_server.db.engine import counting
from pivotal_server.db.statements import Statement
from pivotal_server.db.tables import metadata
from pivotal_server.events.types import ALL_TYPES
from tests.support.app import World
from tests.support.journal import Journal
from tests.support.records import Json, answered, created, error_of, walk
from tests.webhooks.support import URL, new_endpoint, path_to, rows_of

KEYS = [
    *("object", "id", "display_id", "url", "description", "event_types", "field_filters", "test_mode"),
    *("status", "disabled_reason", "disabled_at", "health", "consecutive_failures", "max_concurrency"),
    *("rate_limit", "headers", "secret_hint", "previous_secrets", "last_attempt_at", "last_success_at"),
    *("last_failure_at", "created_at", "updated_at"),
]
OWN_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


async def test_an_endpoint_has_its_keys_and_defaults(api: httpx.AsyncClient) -> None:
    made = await new_endpoint(api)
    assert list(made) == [*KEYS, "secret"]
    secret = made.pop("secret")
    assert secret.startswith("whsec_")
    assert {key: made[key] for key in KEYS if key not in ("id", "created_at", "updated_at")} == {
        "object": "webhook_endpoint",
        "display_id": 1,
        "url": URL,
        "description": None,
        "event_types": ["*"],
        "field_filters": {},
        "test_mode": False,
        "status": "enabled",
        "disabled_reason": None,
        "disabled_at": None,
        "health": "healthy",
        "consecutive_failures": 0,
        "max_concurrency": 10,
        "rate_limit": None,
        "headers": {},
        "secret_hint": secret[-4:],
        "previous_secrets": [],
        "last_attempt_at": None,
        "last_success_at": None,
        "last_failure_at": None,
    }
    assert answered(await api.get(path_to(made))) == made
    assert answered(await api.get("/webhook_endpoints/1")) == made
    assert await walk(api, "/webhook_endpoints") == [made]


async def test_what_is_sent_is_kept(api: httpx.AsyncClient) -> None:
    fields: Json = {
        "url": "https://bücher.example:8443/a%20b?c=d",
        "description": " Warehouse ",
        "event_types": ["customer.*", "task.completed", "customer.*", "webhook.ping"],
        "field_filters": {"customer.updated": ["status", "custom_fields.region"]},
        "max_concurrency": 50,
        "rate_limit": 1000,
        "headers": {"X-Team": "cs", "Authorization": "Bearer abc"},
        "secret": OWN_SECRET,
    }
    made = await new_endpoint(api, **fields)
    assert made["secret"] == OWN_SECRET
    assert {key: made[key] for key in fields} == {
        **fields,
        "description": "Warehouse",
        "event_types": ["customer.*", "task.completed", "webhook.ping"],
        "headers": {"x-team": "cs", "authorization": None},
    }


async def test_reading_and_sending_back_changes_nothing(api: httpx.AsyncClient, world: World) -> None:
    made = await new_endpoint(
        api,
        headers={"x-team": "cs", "x-api-key": "abc", "cookie": "d=e"},
        field_filters={"task.updated": ["done"]},
    )
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    before = await rows_of(world.db, "webhook_endpoints", "webhook_secrets")
    shown = answered(await api.get(path_to(made)))
    assert answered(await api.patch(path_to(made), json=shown)) == shown
    assert (await journal.look()).nothing
    assert await rows_of(world.db, "webhook_endpoints", "webhook_secrets") == before


async def test_changes_are_told_without_secrets(api: httpx.AsyncClient, world: World) -> None:
    made = await new_endpoint(api, headers={"x-team": "cs", "x-token": "abcdef"})
    journal = Journal(world.db, world.workspace.id)
    first = await journal.look()
    assert first.names[-1] == "webhook_endpoint.created"
    assert first.types == ["webhook.ping"]
    changed = answered(
        await api.patch(
            path_to(made),
            json={"rate_limit": 5, "headers": {"x-team": "success", "x-token": None, "x-new": "ghijkl"}},
        )
    )
    assert changed["headers"] == {"x-team": "success", "x-token": None, "x-new": "ghijkl"}
    assert changed["updated_at"] >= made["updated_at"]
    written = await journal.look()
    assert written.types == []
    [entry] = written.entries
    assert (entry.event, entry.target_type, entry.target_id) == (
        "webhook_endpoint.updated",
        "webhook_endpoint",
        made["id"],
    )
    hidden = "[redacted]"
    assert entry.diff == {
        "rate_limit": (None, 5),
        "headers": (
            {"x-team": hidden, "x-token": hidden},
            {"x-team": hidden, "x-token": hidden, "x-new": hidden},
        ),
    }
    # A name that is left out goes.
    less = answered(await api.patch(path_to(made), json={"headers": {"x-token": None}}))
    assert less["headers"] == {"x-token": None}


@pytest.mark.parametrize(
    ("change", "pings", "entry"),
    [
        ({"url": "https://hooks.acme.example/other"}, 1, "updated"),
        ({"status": "disabled"}, 0, "disabled"),
        ({"event_types": ["task.*"]}, 0, "updated"),
        ({"description": "x", "max_concurrency": 1}, 0, "updated"),
    ],
)
async def test_a_new_url_is_pinged(
    api: httpx.AsyncClient, world: World, change: Json, pings: int, entry: str
) -> None:
    made = await new_endpoint(api)
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    answered(await api.patch(path_to(made), json=change))
    written = await journal.look()
    assert written.types == ["webhook.ping"] * pings
    assert written.names == [f"webhook_endpoint.{entry}"]


async def test_disabling_and_enabling(api: httpx.AsyncClient, world: World) -> None:
    made = await new_endpoint(api)
    off = answered(await api.patch(path_to(made), json={"status": "disabled"}))
    assert (off["status"], off["disabled_reason"]) == ("disabled", "manual")
    assert off["disabled_at"] is not None
    # The ping of its creation had not been sent yet.
    assert "canceled" in await rows_of(world.db, "webhook_deliveries")
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    on = answered(await api.patch(path_to(made), json={"status": "enabled"}))
    assert (on["status"], on["disabled_reason"], on["disabled_at"]) == ("enabled", None, None)
    [ping] = (await journal.look()).events
    assert ping.object == {
        **{key: made[key] for key in ("object", "id", "display_id", "url", "description", "event_types")},
        "test_mode": False,
        "message": "Your Pivotal endpoint is set up.",
    }
    assert (ping.source, ping.livemode, ping.previous) == ("ping", True, None)


async def test_deleting_wipes_secrets_and_headers_and_is_repeatable(
    api: httpx.AsyncClient, world: World
) -> None:
    made = await new_endpoint(api, headers={"x-token": "abcdef"})
    gone = {"object": "deleted", "id": made["id"], "display_id": 1, "deleted": True}
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    for _ in range(2):
        assert answered(await api.delete(path_to(made))) == gone
    assert (await journal.look()).names == ["webhook_endpoint.deleted"]
    assert await rows_of(world.db, "webhook_secrets") == "[]"
    assert "v1." not in await rows_of(world.db, "webhook_endpoints")
    for method in ("GET", "PATCH"):
        refused = await api.request(method, path_to(made), json={} if method == "PATCH" else None)
        assert error_of(refused) == (404, "webhook_endpoint_not_found", None)
    assert await walk(api, "/webhook_endpoints") == []


async def test_at_most_fifty_live_and_test_together(api: httpx.AsyncClient) -> None:
    for number in range(50):
        await new_endpoint(api, test_mode=number % 2 == 0)
    body = {"url": URL, "event_types": ["*"]}
    assert error_of(await api.post("/webhook_endpoints", json=body)) == (400, "limit_reached", None)
    answered(await api.delete("/webhook_endpoints/1"))
    await new_endpoint(api)
    for query, count in (({"test_mode": True}, 24), ({"status": "disabled"}, 0), ({}, 50)):
        assert len(await walk(api, "/webhook_endpoints", limit=7, **query)) == count
    with counting() as counted:
        answered(await api.get("/webhook_endpoints?limit=100"))
    assert counted.value == 3


async def test_a_test_key_knows_only_its_own_kind(
    api: httpx.AsyncClient, connect_key: Callable[..., Any]
) -> None:
    live = await new_endpoint(api)
    test = await connect_key(name="ci", mode="test")
    own = await new_endpoint(test)
    assert own["test_mode"] is True
    assert [row["id"] for row in await walk(test, "/webhook_endpoints")] == [own["id"]]
    assert await walk(test, "/webhook_endpoints", test_mode=False) == []
    for method, below, body in (
        ("GET", (), None),
        ("PATCH", (), {"description": "x"}),
        ("DELETE", (), None),
        ("POST", ("rotate_secret",), {}),
    ):
        for reference in (live["id"], str(live["display_id"])):
            answer = await test.request(
                method, "/".join(["/webhook_endpoints", reference, *below]), json=body
            )
            assert error_of(answer) == (404, "webhook_endpoint_not_found", None)
    asked: Json = {"url": URL, "event_types": ["*"], "test_mode": False}
    assert error_of(await test.post("/webhook_endpoints", json=asked)) == (
        400,
        "live_endpoint_requires_live_key",
        "test_mode",
    )
    assert answered(await api.get(path_to(own)))["id"] == own["id"]
    assert len(await walk(api, "/webhook_endpoints")) == 2


NOT_ALLOWED = "field_filter_not_allowed"
REFUSED: list[tuple[Json, str, str]] = [
    ({"url": None}, "invalid_type", "url"),
    ({"url": ""}, "too_small", "url"),
    ({"url": "https://a.example/" + "x" * 2048}, "too_big", "url"),
    ({"url": "http://a.example"}, "url_not_allowed", "url"),
    ({"url": "https://u:p@a.example"}, "url_not_allowed", "url"),
    ({"url": "https://a.example/#x"}, "url_not_allowed", "url"),
    ({"url": "https://0x7f000001"}, "url_not_allowed", "url"),
    ({"url": "https://127.0.0.1"}, "target_blocked", "url"),
    ({"url": "https://localhost"}, "target_blocked", "url"),
    ({"event_types": []}, "too_small", "event_types"),
    ({"event_types": ["*"] * 51}, "too_big", "event_types"),
    ({"event_types": "*"}, "invalid_type", "event_types"),
    ({"event_types": ["*", 5]}, "invalid_type", "event_types.1"),
    ({"event_types": ["*", "*", "task.exploded"]}, "invalid_enum_value", "event_types.2"),
    ({"event_types": ["webhook.*"]}, "invalid_enum_value", "event_types.0"),
    ({"field_filters": {"task.created": ["done"]}}, NOT_ALLOWED, "field_filters.task.created"),
    ({"field_filters": {"task.updated": ["colour"]}}, NOT_ALLOWED, "field_filters.task.updated"),
    ({"field_filters": {"task.updated": ["title.x"]}}, NOT_ALLOWED, "field_filters.task.updated"),
    ({"field_filters": {"task.updated": []}}, "too_small", "field_filters.task.updated"),
    ({"field_filters": {"task.updated": ["title"] * 51}}, "too_big", "field_filters.task.updated"),
    ({"headers": {"Host": "x"}}, "header_not_allowed", "headers.Host"),
    ({"headers": {"content-type": "x"}}, "header_not_allowed", "headers.content-type"),
    ({"headers": {"svix-id": "x"}}, "header_not_allowed", "headers.svix-id"),
    ({"headers": {"x y": "x"}}, "header_not_allowed", "headers.x y"),
    ({"headers": {"x": "a\r\nb: c"}}, "header_not_allowed", "headers.x"),
    ({"headers": {"x": "é"}}, "header_not_allowed", "headers.x"),
    ({"headers": {"x": "a" * 4097}}, "header_not_allowed", "headers.x"),
    ({"headers": {"x": None}}, "header_not_allowed", "headers.x"),
    ({"headers": {"x": "1", "X": "2"}}, "header_not_allowed", "headers.X"),
    ({"headers": {str(n): "x" for n in range(21)}}, "too_big", "headers"),
    ({"headers": {"x": 1}}, "invalid_type", "headers.x"),
    ({"max_concurrency": 0}, "too_small", "max_concurrency"),
    ({"max_concurrency": 51}, "too_big", "max_concurrency"),
    ({"rate_limit": 0}, "too_small", "rate_limit"),
    ({"rate_limit": 1001}, "too_big", "rate_limit"),
    ({"description": "x" * 501}, "too_big", "description"),
    ({"secret": "abc"}, "invalid_string", "secret"),
    ({"secret": "whsec_" + "A" * 20}, "invalid_string", "secret"),
    ({"secret": "whsec_" + "A" * 100}, "invalid_string", "secret"),
    ({"secret": "whsec_é" + "A" * 32}, "invalid_string", "secret"),
    ({"status": "disabled"}, "", ""),
    ({"colour": "red"}, "unrecognized_keys", "colour"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "code", "field"), REFUSED, ids=lambda value: str(value)[:60])
async def test_what_is_refused(
    api: httpx.AsyncClient, world: World, change: Json, code: str, field: str
) -> None:
    body = {"url": URL, "event_types": ["*"], **change}
    answer = await api.post("/webhook_endpoints", json=body)
    if not code:
        # A key that only changes know is read-only when creating.
        assert answered(answer, 201)["status"] == "enabled"
        return
    assert error_of(answer) == (400, code, field)
    made = await new_endpoint(api)
    before = await rows_of(world.db, "webhook_endpoints", "webhook_deliveries")
    change = {key: value for key, value in change.items() if key != "secret"}
    if change:
        assert error_of(await api.patch(path_to(made), json=change)) == (400, code, field)
    assert await rows_of(world.db, "webhook_endpoints", "webhook_deliveries") == before


@pytest.mark.parametrize(
    ("alias", "right"),
    [
        ("onboarding.task_completed", "task.completed"),
        ("phase.changed", "onboarding.phase_changed"),
        ("onboarding.phase_moved", "onboarding.phase_changed"),
        ("onboarding.delayed", "onboarding.target_date_changed"),
        ("contact.added", "contact.created"),
        ("comment.added", "comment.created"),
    ],
)
async def test_an_alias_is_refused_with_the_right_name(
    api: httpx.AsyncClient, alias: str, right: str
) -> None:
    answer = await api.post("/webhook_endpoints", json={"url": URL, "event_types": [alias]})
    assert error_of(answer) == (400, "invalid_enum_value", "event_types.0")
    assert f"'{right}'" in answer.json()["error"]["message"]
    assert error_of(await api.get("/events", params={"type": alias})) == (400, "invalid_enum_value", "type")


async def test_what_is_missing_or_fixed(api: httpx.AsyncClient) -> None:
    for body, field in (({"event_types": ["*"]}, "url"), ({"url": URL}, "event_types")):
        assert error_of(await api.post("/webhook_endpoints", json=body)) == (400, "missing_field", field)
    made = await new_endpoint(api)
    answer = await api.patch(path_to(made), json={"test_mode": True})
    assert error_of(answer) == (400, "immutable_field", "test_mode")
    stale = await api.patch(path_to(made), json={"description": "x"}, headers={"If-Match": '"stale"'})
    assert error_of(stale) == (412, "precondition_failed", None)


async def test_secrets_are_shown_once_and_nowhere_kept_in_the_open(
    api: httpx.AsyncClient, world: World
) -> None:
    journal = Journal(world.db, world.workspace.id)
    made = await created(
        api, "/webhook_endpoints", {"url": URL, "event_types": ["*"], "headers": {"x-token": "tell-nobody"}}
    )

    async def rotate() -> httpx.Response:
        return await api.post(
            path_to(made, "rotate_secret"),
            json={"overlap_seconds": 3600},
            headers={"Idempotency-Key": "once"},
        )

    rotated = answered(await rotate())
    again = await rotate()
    assert answered(again) == rotated
    assert again.headers["idempotent-replayed"] == "true"
    assert rotated["secret"] != made["secret"]
    assert rotated["secret_hint"] == rotated["secret"][-4:]
    assert [one["hint"] for one in rotated["previous_secrets"]] == [made["secret"][-4:]]
    mine = await api.post(path_to(made, "rotate_secret"), json={"overlap_seconds": 0, "secret": OWN_SECRET})
    assert answered(mine)["secret"] == OWN_SECRET
    assert [one["hint"] for one in mine.json()["previous_secrets"]] == [made["secret"][-4:]]
    failed = {"url": "x", "event_types": ["*"], "secret": OWN_SECRET, "headers": {"cookie": "tell-nobody"}}
    assert (await api.post("/webhook_endpoints", json=failed)).status_code == 400
    await world.services.recorder.flush()
    text = await rows_of(world.db) + repr(await journal.look()) + await everything(world)
    for secret in (made["secret"], rotated["secret"], OWN_SECRET, "tell-nobody"):
        assert secret.removeprefix("whsec_") not in text
    shown = answered(await api.get(path_to(made)))
    assert "secret" not in shown
    assert (await journal.look()).nothing


async def everything(world: World) -> str:
    """All that the database holds, as text."""
    found = []
    for table in metadata.tables.values():
        found += await world.db.fetch_all(Statement.rows(select(table)))
    return repr(found)


async def test_at_most_five_secrets_overlap(api: httpx.AsyncClient) -> None:
    made = await new_endpoint(api)
    last: Json = {}
    for _ in range(5):
        last = answered(await api.post(path_to(made, "rotate_secret"), json={}))
    refused = await api.post(path_to(made, "rotate_secret"), json={})
    assert error_of(refused) == (400, "limit_reached", None)
    soonest = min(one["expires_at"] for one in last["previous_secrets"])
    assert soonest in refused.json()["error"]["message"]
    assert (
        len(
            answered(await api.post(path_to(made, "rotate_secret"), json={"overlap_seconds": 0}))[
                "previous_secrets"
            ]
        )
        == 5
    )
    for seconds, code in ((-1, "too_small"), (604_801, "too_big"), ("x", "invalid_type")):
        answer = await api.post(path_to(made, "rotate_secret"), json={"overlap_seconds": seconds})
        assert error_of(answer) == (400, code, "overlap_seconds")


async def test_the_types_are_listed_with_their_examples(api: httpx.AsyncClient) -> None:
    found = await walk(api, "/webhook_event_types")
    assert [entry["type"] for entry in found] == list(ALL_TYPES)
    assert {entry["type"] for entry in found if entry["supports_field_filter"]} == {
        f"{name}.updated" for name in ("customer", "contact", "onboarding", "task", "comment")
    }
    assert all(entry["example"]["type"] == entry["type"] and entry["description"] for entry in found)
