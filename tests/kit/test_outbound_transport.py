"""The guarded client against receivers that answer, hang, lie and break off."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from pivotal_server.kit.outbound.addresses import Policy, parse_networks
from pivotal_server.kit.outbound.transport import TIMEOUT_SECONDS, Exchange, Transport
from pivotal_server.kit.outbound.urls import check_url
from tests.support.receiver import (
    OK,
    Receiver,
    hang,
    quit_early,
    receiving,
    reset,
    slow,
    status,
    then_close,
    trickle,
)
from tests.support.sizes import many

DEVELOPMENT = Policy(development=True)
LOOPBACK = parse_networks("127.0.0.0/8")
HEADERS = [("content-type", "application/json"), ("x-own", "1")]


class Names:
    """A resolver of the test's own; counts what it is asked."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = list(addresses)
        self.asked: list[str] = []

    async def __call__(self, host: str, _port: int) -> list[str]:
        self.asked.append(host)
        return self.addresses


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as one:
        yield one


@pytest.fixture
async def transport() -> AsyncIterator[Transport]:
    one = Transport(DEVELOPMENT, timeout=0.5)
    yield one
    one.close()


async def post(
    transport: Transport, receiver: Receiver, body: bytes = b"{}", path: str = "/hooks"
) -> Exchange:
    return await transport.post(check_url(receiver.url(path), transport.policy), HEADERS, body)


async def test_a_request_is_exactly_what_it_should_be(transport: Transport, receiver: Receiver) -> None:
    receiver.answers = [status(201, b"made", x_a="1")]
    exchange = await post(transport, receiver, b'{"a":1}', "/a%20b?c=d")
    [got] = receiver.got
    assert got.line == "POST /a%20b?c=d HTTP/1.1"
    assert got.names == ["host", "content-type", "x-own", "content-length"]
    assert got.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert got.headers["content-length"] == "7"
    assert got.body == b'{"a":1}'
    assert (exchange.status, exchange.body, exchange.cut) == (201, b"made", False)
    assert exchange.headers == [("content-length", "4"), ("x-a", "1")]
    assert (exchange.remote_ip, exchange.error_code) == ("127.0.0.1", None)


async def test_connections_are_kept_and_a_stale_one_is_replaced(
    transport: Transport, receiver: Receiver
) -> None:
    for _ in range(3):
        assert (await post(transport, receiver)).status == 200
    assert receiver.connections == 1
    assert transport.idle == 1
    # It ends a kept connection on the next request, before a byte of an answer.
    receiver.answers = [quit_early]
    assert (await post(transport, receiver)).status == 200
    assert (receiver.connections, len(receiver.got)) == (2, 5)
    receiver.answers = [reset]
    assert (await post(transport, receiver)).status == 200
    assert receiver.connections == 3
    # Over a new connection there is no second try.
    receiver.answers = [reset, reset]
    assert (await post(transport, receiver)).error_code == "connection_reset"
    assert receiver.connections == 4


async def test_several_requests_at_once_have_connections_of_their_own(
    transport: Transport, receiver: Receiver
) -> None:
    found = await asyncio.gather(*(post(transport, receiver) for _ in range(8)))
    assert {one.status for one in found} == {200}
    assert 1 < receiver.connections <= 8
    assert transport.idle == receiver.connections
    transport.close()
    assert transport.idle == 0


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (hang, "timeout"),
        (quit_early, "connection_reset"),
        (reset, "connection_reset"),
        (then_close(b"HTTP/1.1 200 OK\r\nx: "), "invalid_response"),
        (then_close(b"SSH-2.0-x\r\n\r\n"), "invalid_response"),
        (then_close(b"HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n"), "invalid_response"),
        (then_close(b"HTTP/1.1 200 OK\r\nx: " + b"y" * 70_000), "invalid_response"),
        (then_close(b"HTTP/1.1 200 OK\r\nx\0y: z\r\n\r\n"), "invalid_response"),
        (then_close(b"HTTP/1.1 101 X\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n"), "invalid_response"),
    ],
    ids=range(9),
)
async def test_no_usable_answer(transport: Transport, receiver: Receiver, answer: object, code: str) -> None:
    receiver.answers = [answer]  # type: ignore[list-item]
    exchange = await post(transport, receiver)
    assert (exchange.status, exchange.error_code) == (None, code)
    assert exchange.error_message
    assert transport.idle == 0
    assert len(receiver.got) == 1


async def test_a_redirect_is_an_answer_like_any_other(transport: Transport, receiver: Receiver) -> None:
    async with receiving() as other:
        for code in (301, 302, 303, 307, 308):
            receiver.answers = [status(code, location=other.url())]
            assert (await post(transport, receiver)).status == code
        assert other.connections == 0


async def test_an_answer_that_comes_too_late_is_a_timeout(receiver: Receiver) -> None:
    # As long as in production, where the whole is asked for.
    seconds = many(1, 10)
    one = Transport(DEVELOPMENT) if seconds == TIMEOUT_SECONDS else Transport(DEVELOPMENT, timeout=seconds)
    receiver.answers = [slow(1.1 * seconds, OK)]
    exchange = await post(one, receiver)
    assert (exchange.status, exchange.error_code) == (None, "timeout")
    assert TIMEOUT_SECONDS == 10
    assert one.idle == 0
    one.close()


async def test_a_body_that_does_not_end_is_cut(transport: Transport, receiver: Receiver) -> None:
    receiver.answers = [trickle(0.01)]
    exchange = await post(transport, receiver)
    assert (exchange.status, exchange.cut, exchange.error_code) == (200, True, None)
    assert 0 < len(exchange.body) < 1000
    assert transport.idle == 0


async def test_of_a_large_body_twenty_thousand_bytes_are_read(
    transport: Transport, receiver: Receiver
) -> None:
    receiver.answers = [status(200, b"x" * 1_000_000), status(200, b"y" * 20_000), status(200, b"z" * 20_001)]
    found = [await post(transport, receiver) for _ in range(3)]
    assert [len(one.body) for one in found] == [20_000] * 3
    assert [one.cut for one in found] == [True, False, True]


@pytest.mark.parametrize(
    ("answer", "body", "cut"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\nuntil the end", b"until the end", False),
        (b"HTTP/1.0 200 OK\r\n\r\nold", b"old", False),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf", b"half", True),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", b"abc", False),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nab", b"ab", True),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", b"", True),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 X\r\nlink: x\r\n\r\n" + OK, b"ok", False),
        (b"HTTP/1.1 204 No Content\r\n\r\n", b"", False),
    ],
)
async def test_bodies_end_in_many_ways(
    transport: Transport, receiver: Receiver, answer: bytes, body: bytes, cut: bool
) -> None:
    receiver.answers = [then_close(answer)]
    exchange = await post(transport, receiver)
    assert (exchange.status, exchange.error_code) == (204 if b"204" in answer else 200, None)
    assert (exchange.body, exchange.cut) == (body, cut)


async def test_what_comes_unasked_ends_the_connection(transport: Transport, receiver: Receiver) -> None:
    receiver.answers = [OK + OK]
    assert (await post(transport, receiver)).status == 200
    async with asyncio.timeout(5):
        assert (await post(transport, receiver)).body == b"ok"
    assert receiver.connections == 2


async def test_nobody_listens(transport: Transport, receiver: Receiver) -> None:
    async with receiving() as gone:
        url = gone.url()
    exchange = await transport.post(check_url(url, DEVELOPMENT), HEADERS, b"{}")
    assert (exchange.error_code, exchange.remote_ip) == ("connection_refused", "127.0.0.1")


# ── Names ──────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["10.0.0.1", "::1"], ["169.254.169.254"], ["::ffff:127.0.0.1"], ["fe80::1%1"], ["junk"]],
)
async def test_a_name_with_nothing_but_blocked_addresses(
    addresses: list[str], outside_attempts: list[str]
) -> None:
    names = Names(*addresses)
    for policy in (Policy(), DEVELOPMENT):
        transport = Transport(policy, resolve=names, timeout=0.5)
        exchange = await transport.post(check_url("https://hooks.acme.example/", policy), HEADERS, b"{}")
        assert (exchange.error_code, exchange.status, exchange.remote_ip) == ("target_blocked", None, None)
    assert names.asked == ["hooks.acme.example"] * 2
    # No socket was even opened towards it.
    assert outside_attempts == []


async def test_a_name_that_cannot_be_looked_up() -> None:
    async def fail(_host: str, _port: int) -> list[str]:
        raise OSError(-2, "Name or service not known")

    for resolve in (fail, Names()):
        transport = Transport(Policy(), resolve=resolve)
        exchange = await transport.post(check_url("https://a.example/", Policy()), HEADERS, b"{}")
        assert exchange.error_code == "dns_failure"


async def test_a_look_up_that_takes_too_long() -> None:
    async def slow(_host: str, _port: int) -> list[str]:
        await asyncio.Event().wait()
        return []

    transport = Transport(Policy(), resolve=slow, timeout=0.05)
    exchange = await transport.post(check_url("https://a.example/", Policy()), HEADERS, b"{}")
    assert exchange.error_code == "timeout"


# ── TLS ────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


def server_context(cert: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    cert.configure_cert(context)
    return context


def trusting(authority: trustme.CA, folder: Path, *addresses: str) -> Transport:
    """A client that trusts the test's authority and takes all names for loopback."""
    path = folder / "ca.pem"
    authority.cert_pem.write_to_path(path)
    names = Names(*(addresses or ("127.0.0.1",)))
    return Transport(Policy(exceptions=LOOPBACK, ca_file=str(path)), resolve=names, timeout=5)


async def ask(transport: Transport, receiver: Receiver, host: str = "hooks.acme.example") -> Exchange:
    target = check_url(receiver.url(host=host, scheme="https"), transport.policy)
    return await transport.post(target, HEADERS, b"{}")


async def test_the_name_is_what_tls_and_host_are_about(authority: trustme.CA, tmp_path: Path) -> None:
    # The first address answers nobody; the second is tried.
    transport = trusting(authority, tmp_path, "10.0.0.1", "127.0.0.1")
    async with receiving(server_context(authority.issue_cert("hooks.acme.example"))) as receiver:
        for _ in range(2):
            exchange = await ask(transport, receiver)
            assert (exchange.status, exchange.error_message) == (200, None)
        assert receiver.got[0].headers["host"] == f"hooks.acme.example:{receiver.port}"
        assert receiver.connections == 1
        literal = await ask(transport, receiver, "127.0.0.1")
        assert literal.error_code == "tls_failure"
    transport.close()


async def test_certificates_that_are_not_valid(authority: trustme.CA, tmp_path: Path) -> None:
    past = datetime.now(UTC) - timedelta(days=2)
    certificates = [
        authority.issue_cert("other.example"),
        authority.issue_cert("hooks.acme.example", not_before=past, not_after=past + timedelta(days=1)),
        trustme.CA().issue_cert("hooks.acme.example"),
    ]
    for certificate in certificates:
        transport = trusting(authority, tmp_path)
        async with receiving(server_context(certificate)) as receiver:
            exchange = await ask(transport, receiver)
            assert (exchange.error_code, exchange.status) == ("tls_failure", None)
            assert exchange.error_message is not None
            assert receiver.got == []


async def test_old_tls_and_no_tls_at_all(authority: trustme.CA, tmp_path: Path) -> None:
    old = server_context(authority.issue_cert("hooks.acme.example"))
    old.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    transport = trusting(authority, tmp_path)
    async with receiving(old) as receiver:
        assert (await ask(transport, receiver)).error_code == "tls_failure"
        assert receiver.got == []

    def greet(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example\r\n")
        writer.close()

    plain = await asyncio.start_server(greet, "127.0.0.1", 0)
    async with plain:
        receiver.port = plain.sockets[0].getsockname()[1]
        assert (await ask(transport, receiver)).error_code == "tls_failure"


async def test_the_peer_is_looked_at_again(
    authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Something between us and the address leads the connection elsewhere.
    transport = trusting(authority, tmp_path, "8.8.8.8")
    async with receiving(server_context(authority.issue_cert("hooks.acme.example"))) as receiver:
        opened = transport._open

        async def elsewhere(address: str, port: int) -> socket.socket:
            return await opened("127.0.0.1" if address else "", port)

        monkeypatch.setattr(transport, "_open", elsewhere)
        exchange = await ask(transport, receiver)
        assert exchange.error_code == "target_blocked"
        assert receiver.got == []


async def test_no_proxy_of_the_environment(
    transport: Transport, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with receiving() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url(""))
        assert (await post(transport, receiver)).status == 200
        assert proxy.connections == 0
