"""Events on their way to endpoints, with a worker that works when told to and a clock that is moved."""

from datetime import timedelta

import pytest

from pivotal_server.kit import clock
from pivotal_server.notifications import service as notifications
from pivotal_server.webhooks.policy import DISABLED_AT
from tests.support.journal import Journal
from tests.support.people import newest_mail
from tests.support.receiver import hang, quit_early, status
from tests.support.records import answered, new_customer, new_onboarding, new_task, patched
from tests.support.sizes import many
from tests.webhooks.support import Desk, path_to

WINDOWS = [(4, 6), (240, 360), (1440, 2160), (5760, 8640), (14_400, 21_600), (28_800, 43_200)]


async def due(desk: Desk, seconds: float) -> int:
    """Attempts made when so many seconds have passed."""
    with clock.travel(timedelta(seconds=seconds)):
        return await desk.dispatcher.run_due()


async def test_eight_attempts_fall_into_their_windows_and_there_is_no_ninth(desk: Desk) -> None:
    made = await desk.endpoint()
    desk.receiver.usual = status(500, b"no")
    await new_customer(desk.api)
    assert await due(desk, 0) == 1
    passed = 0.0
    for number, (least, most) in enumerate(WINDOWS, start=2):
        [delivery] = await desk.deliveries()
        assert (delivery.status, delivery.attempt_count, delivery.run_attempt) == (
            "pending",
            number - 1,
            number - 1,
        )
        assert delivery.last_attempt_at is not None
        assert delivery.next_attempt_at is not None
        wait = (delivery.next_attempt_at - delivery.last_attempt_at).total_seconds()
        assert least <= wait <= most + 1
        # None early …
        at = passed + wait
        assert await due(desk, at - 1) == 0
        passed = at + 0.5
        assert await due(desk, passed) == 1
    day = timedelta(hours=24).total_seconds()
    assert await due(desk, day - 5) == 0
    assert await due(desk, day + 700) == 1
    [delivery] = await desk.deliveries()
    assert (delivery.status, delivery.attempt_count) == ("failed", 8)
    assert (delivery.response_status, delivery.error_code, delivery.delivered_at) == (
        500,
        "http_status",
        None,
    )
    assert await due(desk, 30 * day) == 0
    assert [one.run_attempt for one in await desk.attempts()] == [*range(1, 9)]
    shown = await desk.shown(made)
    assert (shown["health"], shown["consecutive_failures"], shown["status"]) == ("unhealthy", 1, "enabled")
    mail = await newest_mail(desk.world, "dana@vml.example")
    assert "customer.created" in mail
    assert "HTTP 500" in mail
    # The next 2xx makes it healthy again.
    desk.receiver.usual = status(204)
    await new_customer(desk.api)
    await due(desk, 0)
    shown = await desk.shown(made)
    assert (shown["health"], shown["consecutive_failures"]) == ("healthy", 0)


async def test_a_timeout_is_a_failure_and_a_success_ends_the_run(desk: Desk) -> None:
    await desk.endpoint()
    desk.receiver.answers = [hang, quit_early, status(302, location="https://a.example"), status(200)]
    await new_customer(desk.api)
    for seconds in (0, 10, 400, 2600):
        assert await due(desk, seconds) == 1
    assert await due(desk, 100_000) == 0
    codes = [(one.error_code, one.outcome) for one in await desk.attempts()]
    assert codes == [
        ("timeout", "failure"),
        ("connection_reset", "failure"),
        ("http_status", "failure"),
        (None, "success"),
    ]
    [delivery] = await desk.deliveries()
    assert (delivery.status, delivery.attempt_count, delivery.error_code) == ("delivered", 4, None)
    assert delivery.delivered_at == delivery.finished_at is not None


async def test_a_busy_receiver_gets_its_pause(desk: Desk) -> None:
    await desk.endpoint()
    desk.receiver.answers = [status(429, retry_after="120")]
    await new_customer(desk.api)
    assert await due(desk, 0) == 1
    await new_customer(desk.api)
    # The other deliveries wait as well.
    assert await due(desk, 100) == 0
    assert await due(desk, 125) == 2
    desk.receiver.answers = [status(503, retry_after="86400")]
    await new_customer(desk.api)
    assert await due(desk, 130) == 1
    await new_customer(desk.api)
    assert await due(desk, 400) == 0
    # At most five minutes for the others, at most an hour for itself.
    assert await due(desk, 440) == 1
    assert await due(desk, 3700) == 0
    assert await due(desk, 3740) == 1


async def test_gone_disables_and_cancels(desk: Desk) -> None:
    made = await desk.endpoint(max_concurrency=1)
    desk.receiver.answers = [status(410)]
    for _ in range(3):
        await new_customer(desk.api)
    assert await due(desk, 0) == 1
    states = [row.status for row in await desk.deliveries()]
    assert states == ["failed", "canceled", "canceled"]
    shown = await desk.shown(made)
    assert (shown["status"], shown["disabled_reason"]) == ("disabled", "gone")
    assert "410" in await newest_mail(desk.world, "dana@vml.example")
    # Events while it is disabled make no delivery.
    await new_customer(desk.api)
    assert await due(desk, 0) == 0
    assert len(await desk.deliveries()) == 3
    answered(await desk.api.patch(path_to(made), json={"status": "enabled"}))
    assert await due(desk, 0) == 1
    assert desk.receiver.types[-1] == "webhook.ping"
    await new_customer(desk.api)
    assert await due(desk, 0) == 1
    assert len(await desk.deliveries()) == 4


@pytest.mark.parametrize("code", [200, 500])
async def test_a_receiver_asks_to_be_disabled(desk: Desk, code: int) -> None:
    made = await desk.endpoint()
    desk.receiver.answers = [status(code, webhook_delivery="disable")]
    await new_customer(desk.api)
    await due(desk, 0)
    [delivery] = await desk.deliveries()
    assert delivery.status == ("delivered" if code == 200 else "canceled")
    assert (await desk.shown(made))["disabled_reason"] == "receiver_request"


async def test_a_receiver_asks_to_abort(desk: Desk) -> None:
    made = await desk.endpoint()
    desk.receiver.answers = [status(400, webhook_delivery="abort-message")]
    await new_customer(desk.api)
    assert await due(desk, 0) == 1
    assert await due(desk, 100_000) == 0
    [delivery] = await desk.deliveries()
    assert (delivery.status, delivery.attempt_count) == ("aborted", 1)
    shown = await desk.shown(made)
    assert (shown["status"], shown["health"], shown["consecutive_failures"]) == ("enabled", "healthy", 0)


async def test_the_hundredth_exhausted_run_disables(desk: Desk) -> None:
    made = await desk.endpoint(max_concurrency=50)
    desk.receiver.usual = status(500)
    for count in (DISABLED_AT - 1, 0):
        for _ in range(count or DISABLED_AT):
            await new_customer(desk.api)
        await run_out(desk)
        if count:
            shown = await desk.shown(made)
            assert (shown["status"], shown["consecutive_failures"]) == ("enabled", DISABLED_AT - 1)
            desk.receiver.answers = [status(200)]
            await new_customer(desk.api)
            await due(desk, 0)
            assert (await desk.shown(made))["consecutive_failures"] == 0
    shown = await desk.shown(made)
    assert (shown["status"], shown["disabled_reason"]) == ("disabled", "failures")
    mails = (await notifications.list_mails(desk.world.db, desk.world.workspace.id)).mails
    assert [mail.subject for mail in mails] == [
        "Webhooks to 127.0.0.1 were disabled",
        "Webhooks to 127.0.0.1 fail",
    ]


async def run_out(desk: Desk) -> None:
    """Let every delivery fail to its last attempt."""
    for seconds in (0, 10, 400, 2600, 12_000, 34_000, 78_000, 88_000):
        await due(desk, seconds)


async def test_filters_and_modes_choose(desk: Desk) -> None:
    everything = await desk.endpoint()
    narrow = await desk.endpoint(
        event_types=["customer.updated", "onboarding.*"],
        field_filters={"customer.updated": ["plan", "metadata.tier"]},
    )
    tests = await desk.endpoint(test_mode=True)
    customer = await new_customer(desk.api)
    await patched(desk.api, customer, name="x")
    await patched(desk.api, customer, plan="y")
    await patched(desk.api, customer, metadata={"other": 1})
    await patched(desk.api, customer, metadata={"other": 1, "tier": 2})
    await new_onboarding(desk.api, customer)
    await due(desk, 0)
    by_endpoint: dict[str, list[str]] = {everything["id"]: [], narrow["id"]: [], tests["id"]: []}
    for row in await desk.deliveries():
        by_endpoint[row.endpoint_id].append(row.event_type)
    updated = "customer.updated"
    assert by_endpoint[everything["id"]] == ["customer.created", *[updated] * 4, "onboarding.created"]
    assert by_endpoint[narrow["id"]] == [updated, updated, "onboarding.created"]
    assert by_endpoint[tests["id"]] == []


async def test_one_at_a_time_keeps_the_order(desk: Desk) -> None:
    await desk.endpoint(max_concurrency=1)
    count = many(30, 1_000)
    ids = [(await new_customer(desk.api))["id"] for _ in range(count)]
    assert await due(desk, 0) == count
    assert [got.event["data"]["object"]["id"] for got in desk.receiver.got] == ids
    assert desk.receiver.overlaps == []


async def test_an_onboarding_tells_of_its_webhooks(desk: Desk) -> None:
    await desk.endpoint(event_types=["task.*", "customer.*"])
    onboarding = await new_onboarding(desk.api, await new_customer(desk.api))
    task = await new_task(desk.api, onboarding)
    await due(desk, 0)
    entries = [
        entry
        for entry in (await Journal(desk.world.db, desk.world.workspace.id).look()).entries
        if entry.event.startswith("webhook.")
    ]
    assert [(entry.event, entry.target_id, entry.onboarding_id) for entry in entries] == [
        ("webhook.delivered", task["id"], onboarding["id"])
    ]
    # Entries fire no events.
    assert await due(desk, 0) == 0


async def test_settings_are_those_of_the_moment_of_the_attempt(desk: Desk) -> None:
    made = await desk.endpoint()
    desk.receiver.answers = [status(500)]
    await new_customer(desk.api)
    await due(desk, 0)
    changed = {"url": desk.receiver.url("/moved"), "headers": {"x-new": "1"}, "event_types": ["task.*"]}
    answered(await desk.api.patch(path_to(made), json=changed))
    assert await due(desk, 10) == 2
    again = next(got for got in desk.receiver.got if got.headers["pivotal-attempt"] == "2")
    assert (again.line, again.headers["x-new"]) == ("POST /moved HTTP/1.1", "1")


async def test_what_can_no_longer_be_sent_to_fails(desk: Desk) -> None:
    made = await desk.endpoint()
    desk.dispatcher.transport.policy = type(desk.dispatcher.transport.policy)()
    await new_customer(desk.api)
    await due(desk, 0)
    [attempt] = await desk.attempts()
    assert (attempt.error_code, attempt.remote_ip, attempt.response_status) == ("target_blocked", None, None)
    assert desk.receiver.got == []
    assert (await desk.shown(made))["last_failure_at"] is not None
