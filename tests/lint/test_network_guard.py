"""The guard against network beyond loopback refuses, and lets local traffic pass."""

import asyncio
import socket

import pytest

from tests.support.network import OutsideNetworkError, is_loopback

OUTSIDE = "192.0.2.1"  # RFC 5737: never routed


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST.", "app.localhost", "127.9.9.9", "::1", "::ffff:127.0.0.1"]
)
def test_loopback_hosts(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["", "0.0.0.0", "10.0.0.1", OUTSIDE, "example.com", "localhost.example.com", "::"]
)
def test_other_hosts(host: str) -> None:
    assert not is_loopback(host)


def test_connecting_outside_is_refused(outside_attempts: list[str]) -> None:
    with socket.socket() as sock, pytest.raises(OutsideNetworkError):
        sock.connect((OUTSIDE, 80))
    assert outside_attempts == [f"connect to ('{OUTSIDE}', 80)"]
    outside_attempts.clear()


def test_datagrams_outside_are_refused(outside_attempts: list[str]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock, pytest.raises(OutsideNetworkError):
        sock.sendto(b"x", (OUTSIDE, 53))
    outside_attempts.clear()


def test_listening_on_every_interface_is_refused(outside_attempts: list[str]) -> None:
    with socket.socket() as sock, pytest.raises(OutsideNetworkError):
        sock.bind(("0.0.0.0", 0))
    outside_attempts.clear()


async def test_looking_up_a_name_is_refused(outside_attempts: list[str]) -> None:
    with pytest.raises(OutsideNetworkError):
        await asyncio.get_running_loop().getaddrinfo("example.com", 443)
    assert outside_attempts == ["looked up 'example.com'"]
    outside_attempts.clear()


async def test_local_traffic_passes() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readline())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "localhost", 0, family=socket.AF_INET)
    async with server:
        port = server.sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("localhost", port)
        writer.write(b"hello\n")
        assert await reader.read() == b"hello\n"
        writer.close()
        await writer.wait_closed()
