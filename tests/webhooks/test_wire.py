"""What a receiver gets: the request, and signatures that the official libraries accept."""

import base64
import json
import re
from datetime import timedelta
from typing import Any

import pytest
import standardwebhooks
import svix
import svix.webhooks

from pivotal_server import __version__
from pivotal_server.kit import clock
from pivotal_server.webhooks.checks import secret_bytes
from pivotal_server.webhooks.signing import signature, signature_headers
from tests.support.receiver import Got, status
from tests.support.records import Json, answered, new_customer, patched
from tests.webhooks.support import Desk, path_to

KEY_A = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
KEY_B = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"
ID, TIMESTAMP, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
BY_A = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
BY_B = "v1,/485aUtxlie+TIScVpHggMfqOB4so2KWb7+Gf727B44="


def accepts(secret: str, got: Got, *, family: str = "", body: bytes | None = None, **changed: str) -> bool:
    """Whether both libraries accept a request, seen with all headers or with those of one family."""
    headers = {name: value for name, value in got.headers.items() if not family or name.startswith(family)}
    headers.update({name.replace("_", "-"): value for name, value in changed.items()})
    verdicts = set()
    libraries: list[tuple[Any, type[Exception]]] = [
        (svix.Webhook(secret), svix.webhooks.WebhookVerificationError)
    ]
    if family != "svix-":
        libraries.append((standardwebhooks.Webhook(secret), standardwebhooks.WebhookVerificationError))
    for library, refusal in libraries:
        try:
            library.verify(got.body if body is None else body, headers)
            verdicts.add(True)
        except refusal:
            verdicts.add(False)
    assert len(verdicts) == 1
    return verdicts.pop()


def test_the_vectors_come_out_exactly() -> None:
    assert signature(secret_bytes(KEY_A), ID, TIMESTAMP, BODY) == BY_A
    assert signature(secret_bytes(KEY_B), ID, TIMESTAMP, BODY) == BY_B
    keys = [secret_bytes(KEY_B), secret_bytes(KEY_A)]
    headers = dict(signature_headers(keys, ID, TIMESTAMP, BODY))
    assert headers["svix-signature"] == headers["webhook-signature"] == f"{BY_B} {BY_A}"
    assert headers["svix-id"] == headers["webhook-id"] == ID
    assert headers["svix-timestamp"] == headers["webhook-timestamp"] == str(TIMESTAMP)


async def test_a_request_has_exactly_its_headers_and_the_stored_text(desk: Desk) -> None:
    made = await desk.endpoint(headers={"X-Team": "cs", "authorization": "Bearer abc"})
    await new_customer(desk.api, name="Zürich 🚀")
    assert await desk.dispatcher.run_due() == 1
    [got] = desk.receiver.got
    assert got.line == "POST /hooks HTTP/1.1"
    assert got.names == [
        *("host", "content-type", "user-agent", "accept", "accept-encoding"),
        *(
            "webhook-id",
            "webhook-timestamp",
            "webhook-signature",
            "svix-id",
            "svix-timestamp",
            "svix-signature",
        ),
        *("pivotal-event-type", "pivotal-event-id", "pivotal-attempt", "x-team", "authorization"),
        "content-length",
    ]
    [event] = answered(await desk.api.get("/events"))["data"]
    plain = {
        "content-type": "application/json",
        "user-agent": f"Pivotal-Webhooks/{__version__}",
        "accept": "*/*",
        "accept-encoding": "identity",
        "pivotal-event-type": "customer.created",
        "pivotal-event-id": event["id"],
        "pivotal-attempt": "1",
        "x-team": "cs",
        "authorization": "Bearer abc",
        "content-length": str(len(got.body)),
    }
    assert {name: got.headers[name] for name in plain} == plain
    assert re.fullmatch(r"msg_[0-9A-Za-z]{27}", got.id)
    assert got.body.isascii()
    inner = {
        key: value
        for key, value in event.items()
        if key not in ("object", "delivery_state", "delivery_counts")
    }
    assert json.dumps(got.event) == json.dumps(inner)
    assert accepts(made["secret"], got)
    for family in ("svix-", "webhook-"):
        assert accepts(made["secret"], got, family=family)


async def test_one_byte_changed_and_nobody_accepts_it(desk: Desk) -> None:
    made = await desk.endpoint()
    await new_customer(desk.api)
    await desk.dispatcher.run_due()
    [got] = desk.receiver.got
    assert not accepts(made["secret"], got, body=got.body.replace(b"live", b"liVe", 1))
    other_id = got.id[:-1] + ("a" if got.id[-1] != "a" else "b")
    later = str(int(got.headers["webhook-timestamp"]) + 1)
    assert not accepts(made["secret"], got, svix_id=other_id, webhook_id=other_id)
    assert not accepts(made["secret"], got, svix_timestamp=later, webhook_timestamp=later)
    assert not accepts(KEY_A, got)


async def test_after_a_rotation_both_secrets_verify_then_only_the_new_one(desk: Desk) -> None:
    old = await desk.endpoint(secret=KEY_A)
    answered(
        await desk.api.post(path_to(old, "rotate_secret"), json={"secret": KEY_B, "overlap_seconds": 60})
    )
    await new_customer(desk.api)
    await desk.dispatcher.run_due()
    first = desk.receiver.got.pop()
    assert accepts(KEY_A, first)
    assert accepts(KEY_B, first)
    assert len(first.headers["svix-signature"].split(" ")) == 2
    with clock.travel(timedelta(seconds=61)):
        await new_customer(desk.api)
        await desk.dispatcher.run_due()
        [second] = desk.receiver.got
        assert len(second.headers["svix-signature"].split(" ")) == 1
    await rotated_at_once(desk, old)


async def rotated_at_once(desk: Desk, endpoint: Json) -> None:
    """A rotation without overlap: the new secret alone signs."""
    new = answered(await desk.api.post(path_to(endpoint, "rotate_secret"), json={"overlap_seconds": 0}))
    desk.receiver.got.clear()
    await new_customer(desk.api)
    await desk.dispatcher.run_due()
    [got] = desk.receiver.got
    assert accepts(new["secret"], got)
    assert not accepts(KEY_B, got)


async def test_attempts_of_a_delivery_have_equal_bytes_and_their_own_timestamps(desk: Desk) -> None:
    made = await desk.endpoint()
    desk.receiver.usual = status(500)
    customer = await new_customer(desk.api)
    await desk.dispatcher.run_due()
    # The record changes before the next attempt; the text does not.
    await patched(desk.api, customer, name="changed")
    with clock.travel(timedelta(days=2)):
        desk.receiver.usual = status(200)
        await desk.dispatcher.run_due()
    first, *later = [got for got in desk.receiver.got if got.event["type"] == "customer.created"]
    assert len(later) == 1
    assert later[0].body == first.body
    assert later[0].id == first.id
    moved = int(later[0].headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"])
    assert 172_800 <= moved < 172_900
    assert later[0].headers["pivotal-attempt"] == "2"
    assert accepts(made["secret"], first)
    # The libraries refuse what lies in the future, so the signature is computed here.
    signed = signature(
        secret_bytes(made["secret"]), later[0].id, int(later[0].headers["webhook-timestamp"]), later[0].body
    )
    assert later[0].headers["webhook-signature"] == signed


@pytest.mark.parametrize("body", [b"ok", "größe".encode(), b"\xff\xfe", b"a\0b", b""])
async def test_what_came_back_is_kept(desk: Desk, body: bytes) -> None:
    await desk.endpoint()
    desk.receiver.usual = status(200, body, set_cookie="a=b", x_one="1")
    await new_customer(desk.api)
    await desk.dispatcher.run_due()
    [attempt] = await desk.attempts()
    text = attempt.response_body
    assert text is not None
    if attempt.response_body_encoding == "utf8":
        assert text.encode() == body
    else:
        assert base64.b64decode(text) == body
    assert (attempt.response_body_encoding == "base64") == (body in (b"\xff\xfe", b"a\0b"))
    assert attempt.response_headers == {
        "content-length": str(len(body)),
        "set-cookie": "[redacted]",
        "x-one": "1",
    }
    assert (attempt.outcome, attempt.error_code, attempt.response_status) == ("success", None, 200)
    assert attempt.remote_ip == "127.0.0.1"
    assert attempt.url == desk.receiver.url()
    assert attempt.request_headers["webhook-id"] == desk.receiver.got[0].id
