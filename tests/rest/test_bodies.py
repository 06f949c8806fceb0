"""Bodies and headers as broken or hostile clients send them, to the running server over raw sockets."""

import asyncio
import gzip
import http.client
import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import httpx

from tests.support.app import World
from tests.support.journal import Journal
from tests.support.live_server import Live
from tests.support.records import answered, error_of


class Raw(NamedTuple):
    """What came back on a socket."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def code(self) -> str:
        return str(json.loads(self.body)["error"]["code"])


class Wire:
    """Sends bytes to the server as they are."""

    def __init__(self, live: Live, key: str) -> None:
        match = re.fullmatch(r"http://([^:]+):(\d+)", live.url)
        assert match is not None
        self._address = match[1], int(match[2])
        self._key = key

    def head(self, line: str, *headers: str) -> bytes:
        lines = [f"{line} HTTP/1.1", "Host: x", f"Authorization: Bearer {self._key}", *headers]
        return "\r\n".join([*lines, "", ""]).encode("latin-1")

    async def send(self, *parts: bytes, half_closed: bool = False) -> Raw | None:
        """The answer to these bytes, sent part by part; None when the server hangs up without one."""
        reader, writer = await asyncio.open_connection(*self._address)
        try:
            for part in parts:
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(0)
            if half_closed:
                writer.write_eof()
            return await _answer(reader)
        except OSError:
            return None
        finally:
            writer.close()


async def _answer(reader: asyncio.StreamReader) -> Raw | None:
    async with asyncio.timeout(10):
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            return None
        if head.startswith(b"HTTP/1.1 100"):
            head = await reader.readuntil(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines[1:] if line)
        length = int(headers.get("content-length", "0"))
        body = b"" if length == 0 else await asyncio.wait_for(_body(reader, length), 5)
    return Raw(int(lines[0].split()[1]), headers, body)


async def _body(reader: asyncio.StreamReader, length: int) -> bytes:
    try:
        return await reader.readexactly(length)
    except asyncio.IncompleteReadError:
        return b""  # the answer to HEAD


async def wire_of(live: Live) -> tuple[Wire, Journal]:
    _, key = await live.world.new_key()
    journal = Journal(live.world.db, live.world.workspace.id)
    await journal.look()
    return Wire(live, key), journal


JSON = "Content-Type: application/json"
BODY = b'{"name":"Aurora"}'


async def test_a_body_arrives_whole_however_it_is_cut(live: Live) -> None:
    wire, journal = await wire_of(live)
    whole = wire.head("POST /api/v1/customers", JSON, f"Content-Length: {len(BODY)}")
    answers = [
        await wire.send(whole + BODY),
        await wire.send(whole, BODY[:5], BODY[5:]),
        await wire.send(*(bytes([byte]) for byte in whole + BODY)),
        await wire.send(
            wire.head("POST /api/v1/customers", JSON, "Transfer-Encoding: chunked"),
            b"5\r\n" + BODY[:5] + b"\r\n",
            b"%x;ext=1\r\n" % (len(BODY) - 5) + BODY[5:] + b"\r\n0\r\n\r\n",
        ),
        await wire.send(
            wire.head("POST /api/v1/customers", JSON, f"Content-Length: {len(BODY)}", "Expect: 100-continue"),
            BODY,
        ),
    ]
    assert [answer and answer.status for answer in answers] == [201] * 5
    assert (await journal.look()).types == ["customer.created"] * 5


async def test_a_body_that_breaks_off_has_no_effect(live: Live) -> None:
    wire, journal = await wire_of(live)
    long = wire.head(
        "POST /api/v1/customers", JSON, f"Content-Length: {len(BODY) + 10}", "Idempotency-Key: k"
    )
    chunked = wire.head("POST /api/v1/customers", JSON, "Transfer-Encoding: chunked")
    for parts in (
        [long, BODY],
        [long],
        [chunked, b"5\r\n" + BODY[:5] + b"\r\n"],
        [chunked, b"zz\r\n"],
        [chunked, b"5\r\n" + BODY[:5] + b"XX"],
    ):
        answer = await wire.send(*parts, half_closed=True)
        assert answer is None or answer.status >= 400, parts
    # What comes after the announced length is no part of the body.
    short = wire.head("POST /api/v1/customers", JSON, f"Content-Length: {len(BODY) - 1}")
    answer = await wire.send(short + BODY)
    assert answer is not None
    assert (answer.status, answer.code) == (400, "invalid_json")
    assert (await journal.look()).nothing
    # The key of the request that broke off is free.
    fresh = wire.head("POST /api/v1/customers", JSON, f"Content-Length: {len(BODY)}", "Idempotency-Key: k")
    answer = await wire.send(fresh + BODY)
    assert answer is not None
    assert (answer.status, "idempotent-replayed" in answer.headers) == (201, False)


async def test_a_body_too_large_is_refused_before_it_has_arrived(live: Live) -> None:
    wire, journal = await wire_of(live)
    announced = wire.head("POST /api/v1/customers", JSON, "Content-Length: 1048577")
    answer = await wire.send(announced)
    assert answer is not None
    assert (answer.status, answer.code) == (413, "body_too_large")
    unlimited = wire.head("POST /api/v1/customers", JSON, "Transfer-Encoding: chunked")
    chunk = b"%x\r\n" % 262_144 + b" " * 262_144 + b"\r\n"
    answer = await wire.send(unlimited, chunk, chunk, chunk, chunk, b"1\r\n \r\n")
    assert answer is not None
    assert (answer.status, answer.code) == (413, "body_too_large")
    full = b'{"name":"Aurora"' + b" " * (1_048_576 - 17) + b"}"
    answer = await wire.send(wire.head("POST /api/v1/customers", JSON, f"Content-Length: {len(full)}") + full)
    assert answer is not None
    assert answer.status == 201
    assert len((await journal.look()).events) == 1


async def test_requests_that_are_no_http_are_refused_and_harm_nobody(live: Live) -> None:
    wire, journal = await wire_of(live)
    many = [f"X-Header-{number}: y" for number in range(10_000)]
    for parts in (
        [wire.head("POST /api/v1/customers", JSON, "Content-Length: abc") + BODY],
        [wire.head("POST /api/v1/customers", JSON, "Content-Length: -1") + BODY],
        [wire.head("POST /api/v1/customers", JSON, "Content-Length: 3", "Content-Length: 4") + BODY],
        [wire.head("POST /api/v1/customers", JSON, "Content-Length: 99999999999999999999999") + BODY],
        [wire.head("GET /api/v1/me", *many)],
        [wire.head("GET /api/v1/me", "X-Big: " + "x" * 1_000_000)],
        [wire.head("GET /api/v1/" + "x" * 100_000)],
        [wire.head("GET /api/v1/customers/1\xff")],
        [wire.head("GET /api/v1/me", "X-Bad: a\x00b")],
        [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"],
        [b"GET\r\n\r\n"],
    ):
        answer = await wire.send(*parts, half_closed=True)
        assert answer is None or 400 <= answer.status < 500, parts[0][:100]
    answer = await wire.send(wire.head("GET /api/v1/me", *many[:60]))
    assert answer is not None
    assert answer.status == 200
    assert (await journal.look()).nothing


async def test_dots_in_a_raw_path_are_resolved_by_nobody(live: Live) -> None:
    wire, _ = await wire_of(live)
    for path, code in (
        ("/api/v1/customers/../me", "route_not_found"),
        ("/api/v1/./me", "route_not_found"),
        ("/api/v1/customers/..", "customer_not_found"),
        ("/api/v1/customers/%2e%2e%2fme", "customer_not_found"),
        ("/api/../api/v1/me", "route_not_found"),
    ):
        answer = await wire.send(wire.head(f"GET {path}"))
        assert answer is not None
        assert (answer.status, answer.code) == (404, code), path


async def test_head_is_answered_as_get_without_the_body(live: Live) -> None:
    wire, _ = await wire_of(live)
    for path, status in (
        ("/api/v1/me", 200),
        ("/api/v1/customers", 200),
        ("/api/v1/health", 200),
        ("/api/v1/openapi.json", 200),
        ("/api/v1/customers/9", 404),
        ("/api/v1/nowhere", 404),
        ("/api/v1/bulk", 405),
    ):
        whole = await wire.send(wire.head(f"GET {path}", "Connection: close"))
        head = await wire.send(wire.head(f"HEAD {path}", "Connection: close"))
        assert whole is not None
        assert head is not None
        assert (head.status, head.body) == (whole.status, b"") == (status, b""), path
        assert set(head.headers) == set(whole.headers)
        if path not in ("/api/v1/health", "/api/v1/bulk"):
            assert head.headers["content-length"] == whole.headers["content-length"]
    # What follows on the same connection is understood.
    me = wire.head("HEAD /api/v1/me") + wire.head("GET /api/v1/me", "Connection: close")
    answer = await wire.send(me)
    assert answer is not None
    assert answer.status == 200


def _send_all_before_reading(
    live: Live, key: str, path: str, body: bytes, more: Mapping[str, str]
) -> tuple[int, dict[str, Any]]:
    """What a client that listens only after it has sent everything gets to hear."""
    address = live.url.removeprefix("http://")
    connection = http.client.HTTPConnection(address, timeout=30)
    try:
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json", **more}
        chunks = (body[at : at + 65_536] for at in range(0, len(body), 65_536))
        chunked = "Transfer-Encoding" in more
        connection.request("POST", path, chunks if chunked else body, headers, encode_chunked=chunked)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


async def test_whoever_sends_too_much_hears_of_it(live: Live) -> None:
    """The answer waits until the client has sent its body, since many clients listen only then."""
    _, key = await live.world.new_key()
    size = 30 * 1024 * 1024
    for path, token, more, status, code in (
        ("/api/v1/customers", key, {}, 413, "body_too_large"),
        ("/api/v1/customers", key, {"Transfer-Encoding": "chunked"}, 413, "body_too_large"),
        ("/api/v1/bulk", key, {}, 413, "body_too_large"),
        ("/api/v1/customers", "x", {}, 401, "invalid_api_key"),
        ("/api/v1/nowhere", key, {}, 404, "route_not_found"),
        ("/api/v1/me", key, {}, 405, "method_not_allowed"),
    ):
        found = await asyncio.to_thread(_send_all_before_reading, live, token, path, b" " * size, more)
        assert (found[0], found[1]["error"]["code"]) == (status, code), path
    async with httpx.AsyncClient(base_url=live.url) as client:
        answer = await client.post(
            "/api/v1/customers",
            content=b" " * size,
            headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
        )
        assert (answer.status_code, answer.json()["error"]["code"]) == (413, "body_too_large")
        assert answer.headers["connection"] == "close"


async def test_an_announced_flood_is_refused_at_once(live: Live) -> None:
    wire, _ = await wire_of(live)
    for more in (f"Content-Length: {1 << 40}", f"Content-Length: {1 << 22}\r\nExpect: 100-continue"):
        answer = await wire.send(wire.head("POST /api/v1/customers", JSON, more))
        assert answer is not None
        assert (answer.status, answer.code) == (413, "body_too_large")


async def test_a_packed_body_is_refused_by_its_name(api: httpx.AsyncClient) -> None:
    for encoding, status in (
        ("gzip", 415),
        ("br", 415),
        ("x, gzip", 415),
        ("identity", 201),
        ("IDENTITY", 201),
    ):
        answer = await api.post(
            "/customers",
            content=gzip.compress(BODY) if status == 415 else BODY,
            headers={"Content-Type": "application/json", "Content-Encoding": encoding},
        )
        assert answer.status_code == status, encoding
    refused = await api.post(
        "/customers", content=b"x", headers={"Content-Type": "application/json", "Content-Encoding": "gzip"}
    )
    assert error_of(refused) == (415, "invalid_content_type", None)
    assert refused.json()["error"]["message"] == (
        "Send the body as plain application/json, not packed by Content-Encoding: gzip"
    )


# ── What a body says, in process ─────────────────────────────────────────────────────────────────
async def post(api: httpx.AsyncClient, content: bytes) -> httpx.Response:
    return await api.post("/customers", content=content, headers={"content-type": "application/json"})


async def test_of_a_repeated_key_the_last_one_counts(api: httpx.AsyncClient) -> None:
    row = answered(await post(api, b'{"name":"a","metadata":{"k":1,"k":2},"name":"b"}'), 201)
    assert (row["name"], row["metadata"]) == ("b", {"k": 2})
    # Its earlier values are not looked at.
    assert answered(await post(api, b'{"name":5,"name":"c"}'), 201)["name"] == "c"
    assert error_of(await post(api, b'{"name":"c","name":5}')) == (400, "invalid_type", "name")


async def test_text_that_no_database_takes_never_reaches_one(api: httpx.AsyncClient, world: World) -> None:
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    for content, code, field in (
        (b'{"name":"a\\u0000b"}', "invalid_string", "name"),
        (b'{"name":"a\x00b"}', "invalid_json", None),
        (b'{"name":"\xff"}', "invalid_json", None),
        (b'{"name":"\\ud800"}', "invalid_json", None),
        (b'{"name":"\\udc00\\ud800"}', "invalid_json", None),
        (b'{"name":"x","metadata":{"a":"\\u0000"}}', "invalid_string", "metadata"),
        (b'{"name":"x","tags":["\\u0000"]}', "invalid_string", "tags.0"),
        (b'{"name":"x","owner_id":"\\u0000"}', "invalid_reference", "owner_id"),
        (b'{"\\u0000":1}', "unrecognized_keys", "\x00"),
    ):
        assert error_of(await post(api, content)) == (400, code, field), content
    assert (await journal.look()).nothing
    for query in ("slug=%00", "tag=%00", "external_id=%00", "plan=a%00", "domain=%00"):
        assert (await api.get(f"/customers?{query}")).status_code == 400
    assert answered(await api.get("/customers?owner_id=%00"))["data"] == []
    emoji = "\U0001f469\u200d\U0001f680 Größe \u202e"
    row: dict[str, Any] = answered(await post(api, json.dumps({"name": emoji}).encode()), 201)
    # A name keeps what is seen; the mark that would turn the text behind it is not.
    assert row["name"] == emoji.removesuffix(" \u202e")


async def test_a_chunk_that_is_none_is_answered_in_the_one_envelope(live: Live) -> None:
    wire, journal = await wire_of(live)
    head = wire.head("POST /api/v1/customers", JSON, "Transfer-Encoding: chunked")
    for broken in (b"ZZ\r\n", b"5\r\n" + BODY[:5] + b"\r\nZZ\r\n"):
        answer = await wire.send(head, broken)
        assert answer is not None
        assert (answer.status, answer.code) == (400, "invalid_json")
        assert "x-request-id" in answer.headers
    assert (await journal.look()).types == []


def nested(levels: int) -> bytes:
    """A customer whose body is nested so deep; the body itself and `metadata` are the first two levels."""
    inner = b'{"a":' * (levels - 2) + b"1" + b"}" * (levels - 2)
    return b'{"name":"Aurora","metadata":{"a":' + inner + b"}}"


async def test_bodies_nested_too_deep_are_refused_and_harm_nobody(live: Live) -> None:
    wire, journal = await wire_of(live)
    for levels, status in ((64, 201), (65, 400), (100_000, 400)):
        body = nested(levels)
        answer = await wire.send(
            wire.head("POST /api/v1/customers", JSON, f"Content-Length: {len(body)}"), body
        )
        assert answer is not None
        assert answer.status == status, levels
        if status == 400:
            assert answer.code == "invalid_json"
    flat = b"[" * 500_000
    answer = await wire.send(wire.head("POST /api/v1/bulk", JSON, f"Content-Length: {len(flat)}"), flat)
    assert answer is not None
    assert (answer.status, answer.code) == (400, "invalid_json")
    assert (await journal.look()).types == ["customer.created"]
