"""Admin > Webhooks: the log, one delivery, sending again; Admin > Events."""

import re
import shlex
from datetime import timedelta
from html import unescape

from pivotal_server.jobs.worker import Worker
from pivotal_server.kit import clock
from pivotal_server.server_jobs import KINDS, PERIODIC
from tests.support.browser import Browser
from tests.support.receiver import status
from tests.support.records import new_customer
from tests.support.visits import text_of
from tests.webhooks.support import Desk
from tests.webhooks.visiting import EVENTS, after, at, fill, page_of


# ── The log, and sending again ─────────────────────────────────────────────────────────────────
def rows_in(html: str) -> list[str]:
    """Ids of the deliveries that a page of the log shows."""
    return re.findall(r'<tr id="(msg_\w+)"', html)


async def test_the_log_filters_by_its_address(desk: Desk, owner: Browser) -> None:
    made = await fill(desk, status(500), status(404), status(200))
    rows = await desk.deliveries()
    by_code = {row.response_status: row for row in rows}

    async def found(**query: str) -> list[str]:
        return rows_in(await page_of(owner, at(made, tab="logs", **query)))

    assert (await found())[:3] == [row.id for row in reversed(rows)]
    assert await found(status="pending") == [row.id for row in reversed(rows) if row.status == "pending"]
    assert await found(response="4xx") == [by_code[404].id]
    assert await found(response="500") == [by_code[500].id]
    assert await found(event_type="customer.*", status="delivered") == [by_code[200].id]
    assert len(await found(event_type="webhook.ping")) == 1
    assert await found(event_id=by_code[404].event_id) == [by_code[404].id]
    assert await found(until="2020-01-01T00:00") == []
    assert len(await found(since="2020-01-01T00:00")) == 4
    assert "Enter a date and a time." in await page_of(owner, at(made, tab="logs", since="soon"))
    assert "Enter 2xx to 5xx" in await page_of(owner, at(made, tab="logs", response="lots"))
    page = await page_of(owner, at(made, tab="logs"))
    assert "/admin/developer/objects/customer/" in page
    [place] = set(re.findall(r"/admin/developer/objects/customer/1(?=\")", page))
    answer = await owner.get(place)
    assert (answer.status_code, answer.headers["location"].startswith("/customers/1-")) == (303, True)


async def test_a_page_that_is_asked_again_keeps_its_rows_and_tells_of_new_ones(
    desk: Desk, owner: Browser
) -> None:
    made = await fill(desk, status(200), status(200))
    page = await page_of(owner, at(made, tab="logs"))
    shown = re.search(r'data-with="(shown=[^"]+)"', page)
    assert shown
    await new_customer(desk.api)
    await desk.dispatcher.run_due()
    again = await owner.get(f"{at(made, tab='logs')}&{shown[1]}&fragment=log", htmx=True)
    assert rows_in(again.text) == rows_in(page)
    assert "1 new delivery" in again.text
    assert shown[0] in again.text
    whole = await page_of(owner, at(made, tab="logs"))
    assert len(rows_in(whole)) == len(rows_in(page)) + 1


async def test_deliveries_are_replayed_one_and_many(desk: Desk, owner: Browser) -> None:
    made = await fill(desk, status(500), status(500), status(200))
    first, second, third = await desk.deliveries()
    await page_of(owner, at(made, tab="logs"))
    desk.receiver.got.clear()
    page = await after(owner, await owner.post(at(made, "replay"), {"id": first.id}))
    await desk.dispatcher.run_due()
    assert [got.id for got in desk.receiver.got] == [first.id]
    await owner.post(at(made, "replay"), {"id": [first.id, second.id, third.id]}, htmx=True)
    await desk.dispatcher.run_due()
    assert {got.id for got in desk.receiver.got[1:]} == {first.id, second.id, third.id}
    assert "Replayed" in await page_of(owner, at(made, tab="logs"))
    assert rows_in(page)
    many = await owner.post(at(made, "replay"), {"id": [f"msg_{n}" for n in range(101)]}, htmx=True)
    assert "At most 100 at once" in many.headers["HX-Trigger"]
    none = await owner.post(at(made, "replay"), {}, htmx=True)
    assert "Nothing is ticked" in none.headers["HX-Trigger"]
    assert (await owner.post(at(made, "replay"), {"id": "msg_none"})).status_code == 404
    desk.receiver.got.clear()
    some = await owner.post(at(made, "replay"), {"id": ["msg_none", first.id]}, htmx=True)
    assert "Replaying 1 delivery" in some.headers["HX-Trigger"]
    assert "1 delivery left alone" in some.headers["HX-Trigger"]
    await desk.dispatcher.run_due()
    assert [got.id for got in desk.receiver.got] == [first.id]


async def test_an_answer_nested_too_deep_is_shown_as_it_is(desk: Desk, owner: Browser) -> None:
    made = await fill(desk, status(500, b"[" * 1100))
    [row] = await desk.deliveries()
    assert "[" * 1100 in await page_of(owner, at(made, "deliveries", row.id))


async def test_moments_at_the_ends_of_time_are_as_good_as_none(desk: Desk, owner: Browser) -> None:
    made = await fill(desk, status(200))
    for moment in (
        "9999-12-31T23:59:59.999999%2B00:00",
        "0001-01-01T00:00:00%2B14:00",
        "9999-12-31T23:00-05:00",
    ):
        for path in (
            at(made, tab="logs", before=moment),
            at(made, tab="logs", shown=moment),
            at(made, missed_since=moment),
            at(made, "recover", missed_since=moment),
            at(made, "recover", "count", missed_since=moment),
            at(made, "recover", "count", missed_since="nonsense"),
        ):
            await page_of(owner, path)


async def test_one_delivery_shows_every_attempt_and_a_command_without_signature(
    desk: Desk, owner: Browser
) -> None:
    made = await desk.endpoint(headers={"authorization": "Bearer xyz", "x-it": "it's"})
    desk.receiver.answers = [status(500, b"first"), status(200, b'{"ok":true}')]
    await new_customer(desk.api, name="Zoë's")
    await desk.dispatcher.run_due()
    with clock.travel(timedelta(seconds=30)):
        await desk.dispatcher.run_due()
    [row] = await desk.deliveries()
    page = await page_of(owner, at(made, "deliveries", row.id))
    assert "{\n  &#34;ok&#34;: true\n}" in page
    assert "first" not in page
    earlier = await page_of(owner, at(made, "deliveries", row.id, attempt="1"))
    assert "first" in earlier
    raw = await page_of(owner, at(made, "deliveries", row.id, view="raw"))
    assert "{&#34;ok&#34;:true}" in raw
    assert f"{EVENTS}/{row.event_id}" in page
    command = re.search(r'<code id="hook-curl" hidden>(.*?)</code>', page, re.DOTALL)
    assert command
    words = shlex.split(unescape(command[1]).replace("\\\n", " "))
    assert words[:3] == ["curl", "--request", "POST"]
    assert words[-1].encode() == desk.receiver.got[-1].body
    assert "x-it: it's" in words
    headers = [word.partition(":")[0] for word in words if ": " in word and not word.startswith("{")]
    assert "webhook-id" in headers
    assert not {"webhook-signature", "svix-signature", "authorization"} & set(headers)


async def test_a_test_message_is_edited_and_checked(desk: Desk, owner: Browser) -> None:
    made = await desk.endpoint()
    page = await page_of(owner, at(made, "test", type="task.completed"))
    assert "ctesttask0000000000000000" in page
    sent = {"type": "task.completed", "data": '{"object": {"object": "task", "title": "Ünder"}}'}
    for wrong in ("", "{", "[]", '{"object": 1}', '{"object": {}, "more": 1}', "\ud800"):
        answer = await owner.post(
            at(made, "test"), {**sent, "data": wrong.encode("utf-8", "replace")}, htmx=True
        )
        assert answer.status_code == 422, wrong
        assert 'aria-invalid="true"' in answer.text
    unknown = await owner.post(at(made, "test"), {**sent, "type": "task.done"})
    assert unknown.status_code == 422
    assert desk.receiver.got == []
    answer = await owner.post(at(made, "test"), sent, htmx=True)
    assert answer.status_code == 200
    assert "Waiting for the answer" in answer.text
    asks = re.search(r'hx-get="([^"]*/answer)"', answer.text)
    assert asks
    desk.receiver.answers = [status(418, b"<i>tea</i>")]
    await desk.dispatcher.run_due()
    [got] = desk.receiver.got
    assert got.event["data"]["object"]["title"] == "Ünder"
    shown = await owner.get(asks[1], htmx=True)
    assert "418" in shown.text
    assert "&lt;i&gt;tea&lt;/i&gt;" in shown.text
    assert "hx-get" not in shown.text
    for _ in range(9):
        await owner.post(at(made, "test"), sent)
    refused = await owner.post(at(made, "test"), sent)
    assert refused.status_code == 429
    assert "At most 10 test messages a minute" in refused.text


async def test_what_was_missed_is_counted_and_sent(desk: Desk, owner: Browser) -> None:
    made = await fill(desk, status(200))
    await page_of(owner, at(made, "disable"))
    page = await after(owner, await owner.post(at(made, "disable")))
    assert "This endpoint is disabled" in text_of(page)
    await new_customer(desk.api, name="Missed")
    await desk.dispatcher.run_due()
    desk.receiver.got.clear()
    page = await after(owner, await owner.post(at(made, "enable")))
    offer = re.search(r'href="([^"]*/recover\?missed_since=[^"]*)"', page)
    assert offer
    await desk.dispatcher.run_due()
    dialog = await page_of(owner, unescape(offer[1]))
    assert "Re-sends 1 event ." in text_of(dialog)
    since = re.search(r'name="since" value="([^"]+)"', dialog)
    assert since
    fields = {"window": "own", "since": since[1], "until": "", "never_sent": "yes"}
    counted = await owner.get(at(made, "recover", "count", window="1", never_sent=""), htmx=True)
    assert "Nothing is missing" in counted.text
    page = await after(owner, await owner.post(at(made, "recover"), fields))
    assert "of 1 events queued" in text_of(page)
    job = re.search(r'hx-get="([^"]*/recoveries/[^"]*)"', page)
    assert job
    await Worker(desk.world.services, KINDS, PERIODIC).run_due()
    done = await owner.get(job[1], htmx=True)
    assert "1 event is on the way" in text_of(done.text)
    await desk.dispatcher.run_due()
    missed = [got for got in desk.receiver.got if got.event["type"] == "customer.created"]
    assert [got.event["data"]["object"]["name"] for got in missed] == ["Missed"]


async def test_enabling_can_send_what_was_missed_at_once(desk: Desk, owner: Browser) -> None:
    made = await fill(desk, status(200))
    await page_of(owner, at(made))
    await owner.post(at(made, "disable"))
    await new_customer(desk.api)
    await desk.dispatcher.run_due()
    answer = await owner.post(at(made, "enable"), {"missed": "yes"})
    assert "/recoveries/" in answer.headers["location"]
    desk.receiver.got.clear()
    await Worker(desk.world.services, KINDS, PERIODIC).run_due()
    await desk.dispatcher.run_due()
    assert sorted(desk.receiver.types) == ["customer.created", "webhook.ping"]


async def test_enabling_holds_although_a_recovery_is_at_work(desk: Desk, owner: Browser) -> None:
    made = await fill(desk, status(200))
    await page_of(owner, at(made, "recover"))
    assert "/recoveries/" in (await owner.post(at(made, "recover"), {"window": "24"})).headers["location"]
    await owner.post(at(made, "disable"))
    answer = await owner.post(at(made, "enable"), {"missed": "yes"})
    assert answer.headers["location"].startswith(f"{at(made)}?missed_since=2")
    assert (await desk.shown(made))["status"] == "enabled"
    assert "Send what was missed" in await after(owner, answer)


async def test_a_range_of_ones_own_is_at_most_14_days(desk: Desk, owner: Browser) -> None:
    made = await desk.endpoint()
    soon = clock.now().strftime("%Y-%m-%dT%H:%M")
    await page_of(owner, at(made, "recover"))
    for fields, said in (
        ({"since": "2020-01-01T00:00", "until": ""}, "14 days"),
        ({"since": "soon", "until": ""}, "Enter a date and a time."),
        ({"since": soon, "until": soon}, "after the beginning"),
    ):
        answer = await owner.post(at(made, "recover"), {"window": "own", **fields})
        assert answer.status_code == 422
        assert said in answer.text, (fields, text_of(answer.text))
    stopped = await desk.endpoint()
    await owner.post(at(stopped, "disable"))
    refused = await owner.post(at(stopped, "recover"), {"window": "24"})
    assert refused.status_code == 409


async def test_a_rotated_secret_is_shown_once_and_the_old_one_until_its_end(
    desk: Desk, owner: Browser
) -> None:
    made = await desk.endpoint()
    await page_of(owner, at(made, "rotate"))
    for overlap, old in (("3600", 1), ("604800", 2), ("0", 2)):
        page = await owner.post(at(made, "rotate"), {"overlap": overlap})
        assert page.status_code == 200
        secret = re.search(r'<code id="new-secret">(whsec_[^<]+)<', page.text)
        assert secret
        after_ = await page_of(owner, at(made, tab="secret"))
        assert after_.count("Old secret") == old
        assert unescape(secret[1]) not in unescape(after_)
        assert unescape(secret[1])[-4:] in unescape(after_)


# ── Events ─────────────────────────────────────────────────────────────────────────────────────
async def test_events_are_filtered_opened_and_sent_again(desk: Desk, owner: Browser) -> None:
    made = await fill(desk, status(500), status(200))
    other = await desk.endpoint(event_types=["task.*"], url=desk.receiver.url("/tasks"))
    rows = await desk.deliveries()

    async def found(query: str = "") -> list[str]:
        return re.findall(rf'href="{EVENTS}/(evt_\w+)" data-opens', await page_of(owner, f"{EVENTS}?{query}"))

    assert await found() == [row.event_id for row in reversed(rows)]
    assert await found("delivery_state=delivered") == [rows[1].event_id]
    assert await found("type=customer.*&customer_id=1") == [rows[0].event_id]
    assert await found("customer_id=99") == []
    assert await found("livemode=false") == []
    assert await found("until=2020-01-01T00:00") == []
    assert "This is no value" in await page_of(owner, f"{EVENTS}?type=nothing.else")
    answer = await owner.get(f"{EVENTS}?id={rows[0].event_id}")
    page = await after(owner, answer)
    assert "Not sent" in text_of(page)
    assert "&#34;type&#34;: &#34;customer.created&#34;" in page
    desk.receiver.got.clear()
    for one in (made, other):
        fields = {"endpoint": one["display_id"]}
        answer = await owner.post(f"{EVENTS}/{rows[0].event_id}/resend", fields, htmx=True)
        assert answer.status_code == 204, answer.text
    await desk.dispatcher.run_due()
    assert {got.line.split()[1] for got in desk.receiver.got} == {"/tasks"}
    with clock.travel(timedelta(seconds=30)):
        await desk.dispatcher.run_due()
    assert {got.line.split()[1] for got in desk.receiver.got} == {"/tasks", "/hooks"}
    assert (await owner.get(f"{EVENTS}/evt_none")).status_code == 404
    assert (await owner.get(f"{EVENTS}/%00")).status_code == 404
    for kind in ("customer/99", "task/1", "comment/1", "nothing/1", "customer/x"):
        assert (await owner.get(f"/admin/developer/objects/{kind}")).status_code == 404, kind
