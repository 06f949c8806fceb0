"""Client addresses: lists of allowed networks, and who the client is behind trusted proxies.

IPv4 addresses written as IPv6 (``::ffff:192.0.2.1``, RFC 4291 section 2.5.5.2) count as IPv4 everywhere,
since a dual-stack socket reports them so.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Headers = Iterable[tuple[bytes, bytes]]
"""Request headers as ASGI gives them: names in lower case."""

FORWARDING_HEADERS = frozenset(
    {
        b"cf-connecting-ip",
        b"fastly-client-ip",
        b"fly-client-ip",
        b"forwarded",
        b"true-client-ip",
        b"via",
        b"x-client-ip",
        b"x-cluster-client-ip",
        b"x-envoy-external-address",
        b"x-forwarded",
        b"x-forwarded-for",
        b"x-forwarded-host",
        b"x-forwarded-port",
        b"x-forwarded-proto",
        b"x-forwarded-server",
        b"x-original-forwarded-for",
        b"x-real-ip",
    }
)
"""Headers by which a proxy shows itself: with one of them the peer is not the client."""

_SEPARATORS = re.compile(r"[\s,;]+")
_LONGEST = 64
_MAPPED = IPv6Network("::ffff:0:0/96")


class BadNetwork(ValueError):
    """An entry of an allow-list that is no address and no network; the text says why, for a person.

    ``index`` is its place in the list, from 0; ``entry`` the entry itself.
    """

    def __init__(self, index: int, entry: str, reason: str) -> None:
        super().__init__(f"'{entry}' {reason}")
        self.index = index
        self.entry = entry


class AddressList:
    """A set of networks that answers whether an address is inside. An empty list holds nothing."""

    __slots__ = ("_ranges", "networks")

    def __init__(self, networks: Iterable[Network] = ()) -> None:
        self.networks: tuple[Network, ...] = tuple(dict.fromkeys(_unmapped(network) for network in networks))
        # version, network and mask as integers: a comparison then costs nanoseconds, not microseconds
        self._ranges = [
            (network.version, int(network.network_address), int(network.netmask)) for network in self.networks
        ]

    def __contains__(self, address: str) -> bool:
        """Whether ``address`` is inside; text that is no address never is."""
        parsed = _parsed(address)
        if parsed is None:
            return False
        version, number = parsed.version, int(parsed)
        return any(version == own and number & mask == network for own, network, mask in self._ranges)

    def __bool__(self) -> bool:
        return bool(self.networks)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AddressList) and self.networks == other.networks

    def __hash__(self) -> int:
        return hash(self.networks)

    def __repr__(self) -> str:
        return f"AddressList({self.texts()})"

    def texts(self) -> list[str]:
        """The entries as they are stored and shown: CIDR form, a single address without its length."""
        return [
            str(network.network_address) if network.prefixlen == network.max_prefixlen else str(network)
            for network in self.networks
        ]


def parse_list(entries: str | Sequence[str]) -> AddressList:
    """The networks that ``entries`` names: addresses or CIDR networks, IPv4 or IPv6.

    A text is split at white space, commas and semicolons. Raises :class:`BadNetwork` at the first bad entry;
    a network with bits set beyond its length is bad, since what was meant is then unclear.
    """
    parts = [part for part in _SEPARATORS.split(entries) if part] if isinstance(entries, str) else entries
    return AddressList([_network(index, part.strip()) for index, part in enumerate(parts)])


def _network(index: int, entry: str) -> Network:
    if "%" in entry:
        raise BadNetwork(index, entry, "names an interface; leave out '%' and what follows")
    try:
        return ip_network(entry)
    except ValueError:
        pass
    try:
        loose = ip_network(entry, strict=False)
    except ValueError:
        raise BadNetwork(index, entry, "is no IP address and no network such as 203.0.113.0/24") from None
    raise BadNetwork(index, entry, f"has bits set beyond its length; did you mean {loose}?")


def _unmapped(network: Network) -> Network:
    """An IPv4 network written as IPv6 in its IPv4 form; any other as it is."""
    if isinstance(network, IPv6Network) and network.prefixlen >= 96 and network.subnet_of(_MAPPED):
        return IPv4Network((int(network.network_address) & 0xFFFFFFFF, network.prefixlen - 96))
    return network


def _parsed(text: str) -> Address | None:
    """``text`` as an address without interface name, IPv4 where it is one; ``None`` when it is none."""
    # The length is bounded because the cache below keeps its arguments, which may come from a header.
    return _remembered(text) if len(text) <= _LONGEST else None


@lru_cache(maxsize=4096)
def _remembered(text: str) -> Address | None:
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


@lru_cache(maxsize=4096)
def canonical(address: str) -> str:
    """``address`` in its one canonical form, or the empty text when it is none."""
    parsed = _parsed(address)
    return "" if parsed is None else str(parsed)


def neighbourhood(address: str) -> bytes:
    """The smallest block that one client surely holds, as bytes: an IPv4 address, or the /64 of an IPv6 one.

    Text that is no address shares the empty block.
    """
    parsed = _parsed(address)
    return b"" if parsed is None else parsed.packed[:8]


def client_address(peer: str | None, headers: Headers, trusted_proxies: AddressList) -> str:
    """The client's address in canonical form; the empty text when it is unknown (``peer`` is ``None``).

    ``X-Forwarded-For`` counts only when ``peer`` is a trusted proxy. It is then read from the right, where
    the nearest proxy wrote: the first address that is no trusted proxy is the client. Whatever stands left of
    it was sent by the client and may be forged. An unreadable hop ends the reading at the last good one.
    """
    last_good = canonical(peer or "")
    if not trusted_proxies or last_good not in trusted_proxies:
        return last_good
    hops = b",".join(value for name, value in headers if name == b"x-forwarded-for")
    for hop in reversed(hops.split(b",")):
        text = hop.strip().decode("latin-1")
        if not text:
            continue
        address = canonical(_without_port(text))
        if not address:
            return last_good
        last_good = address
        if address not in trusted_proxies:
            break
    return last_good


def came_by_https(peer: str | None, headers: Headers, trusted_proxies: AddressList) -> bool:
    """Whether ``X-Forwarded-Proto`` says ``https``; it counts only when ``peer`` is a trusted proxy.

    Of several values the last counts, which the nearest proxy wrote; the others may be forged.
    """
    if not trusted_proxies or (peer or "") not in trusted_proxies:
        return False
    said = [value for name, value in headers if name == b"x-forwarded-proto"]
    return bool(said) and said[-1].rpartition(b",")[2].strip().lower() == b"https"


def _without_port(hop: str) -> str:
    """The address of a hop that may carry a port: ``192.0.2.1:8080`` or ``[2001:db8::1]:8080``."""
    hop = hop.strip('"')
    if hop.startswith("["):
        return hop[1:].partition("]")[0]
    if hop.count(":") == 1:
        return hop.partition(":")[0]
    return hop


def is_loopback_only(peer: str | None, headers: Headers) -> bool:
    """Whether the request was made on this very machine: a loopback peer, and no sign of a proxy."""
    parsed = _parsed(peer or "")
    if parsed is None or not parsed.is_loopback:
        return False
    return not any(name in FORWARDING_HEADERS for name, _ in headers)
