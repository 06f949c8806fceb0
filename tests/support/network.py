"""A pytest plugin that keeps the test process on this machine.

Python's audit events tell of every socket operation, whichever library asks for it. One that would leave the
loopback range raises :class:`OutsideNetworkError`, and fails its test even when that is caught.
uvloop does not go through Python's sockets; tests run on the loop of the standard library.
"""

import ipaddress
import socket
import sys
from collections.abc import Iterator

import pytest

_LOCAL_FAMILIES = {socket.AF_UNIX, getattr(socket, "AF_NETLINK", socket.AF_UNIX)}
_ADDRESSED = {"socket.bind", "socket.connect", "socket.sendto", "socket.sendmsg"}
_LOOKUPS = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}

_attempts: list[str] = []


class OutsideNetworkError(BaseException):
    """The test process tried to reach something beyond loopback.

    Not an ``Exception``: a handler for failed requests must not take it for one.
    """


def is_loopback(host: object) -> bool:
    """Whether ``host``, a name or an address as sockets take it, stays on this machine."""
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if not isinstance(host, str):
        return False
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback


def _needs_no_lookup(host: object) -> bool:
    if host is None or host in ("", b"") or is_loopback(host):
        return True
    try:
        ipaddress.ip_address(host.decode() if isinstance(host, bytes) else str(host))
    except ValueError:
        return False
    return True


def _refused(event: str, arguments: tuple[object, ...]) -> str | None:
    if event in _LOOKUPS:
        host = arguments[0]
        return None if _needs_no_lookup(host) else f"looked up {host!r}"
    sock, address = arguments[0], arguments[1]
    if address is None or getattr(sock, "family", None) in _LOCAL_FAMILIES:
        return None
    if isinstance(address, tuple) and is_loopback(address[0]):
        return None
    return f"{event.removeprefix('socket.')} to {address!r}"


def _audit(event: str, arguments: tuple[object, ...]) -> None:
    if event in _ADDRESSED or event in _LOOKUPS:
        refused = _refused(event, arguments)
        if refused is not None:
            _attempts.append(refused)
            raise OutsideNetworkError(f"no network beyond loopback in tests: {refused}")


def pytest_configure(config: pytest.Config) -> None:
    """Start the guard; an audit hook stays for the life of the process."""
    sys.addaudithook(_audit)


@pytest.fixture
def outside_attempts() -> list[str]:
    """What this test tried to reach; a test that means to be refused empties it."""
    return _attempts


@pytest.fixture(autouse=True)
def _no_outside_network() -> Iterator[None]:
    _attempts.clear()
    yield
    assert _attempts == [], "no network beyond loopback in tests"
