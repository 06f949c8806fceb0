"""Which IP addresses may be connected to on behalf of others: public ones, and exceptions of the operator.

The lists follow the IANA registries of special-purpose addresses (RFC 6890), with the metadata address of
one cloud that lies in public space. IPv6 is read the other way round: only global unicast, less its reserved
parts.
"""

from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

BLOCKED_IPV4 = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "168.63.129.16/32",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
GLOBAL_IPV6 = IPv6Network("2000::/3")
BLOCKED_IPV6 = tuple(IPv6Network(text) for text in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"))
_LOOPBACK: tuple[Network, ...] = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))


@dataclass(frozen=True, slots=True)
class Policy:
    """What an operator allows beyond public addresses over https.

    ``exceptions`` are networks that may be reached, still by https alone; ``development`` opens the literal
    addresses of this machine, over http too. ``ca_file`` holds further root certificates.
    """

    exceptions: tuple[Network, ...] = ()
    development: bool = False
    ca_file: str = ""

    def allows(self, address: str, *, literal: bool) -> bool:
        """Whether ``address`` may be connected to; ``literal`` when the URL itself names it."""
        return _allows(self, address, literal)


@lru_cache(maxsize=4096)
def _allows(policy: Policy, text: str, literal: bool) -> bool:
    try:
        address = plain(ip_address(text))
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.scope_id is not None:
        return False
    if not is_blocked(address) or _among(address, policy.exceptions):
        return True
    return policy.development and literal and is_loopback(address)


# RFC 6761, RFC 6762, RFC 8375, and the name that ICANN keeps for private use.
_PRIVATE_NAMES = (".localhost", ".local", ".test", ".example", ".invalid", ".home.arpa", ".internal")


def plain(address: Address) -> Address:
    """An IPv4 address that is written as IPv6 (``::ffff:…``) as what it is; all others as they are."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return address if mapped is None else mapped


def is_blocked(address: Address) -> bool:
    """Whether an address is no public unicast address."""
    address = plain(address)
    if isinstance(address, IPv4Address):
        return _among(address, BLOCKED_IPV4)
    return address not in GLOBAL_IPV6 or _among(address, BLOCKED_IPV6)


def is_public_host(host: str) -> bool:
    """Whether a host of an address, name or literal, looks as if others on the Internet could reach it."""
    try:
        return not is_blocked(ip_address(host.strip("[]")))
    except ValueError:
        name = host.lower().rstrip(".")
        return "." in name and not name.endswith(_PRIVATE_NAMES)


def is_loopback(address: Address) -> bool:
    """Whether an address is this machine's own."""
    return _among(plain(address), _LOOPBACK)


def _among(address: Address, networks: tuple[Network, ...]) -> bool:
    return any(address.version == network.version and address in network for network in networks)


def parse_networks(text: str) -> tuple[Network, ...]:
    """The networks in a list joined by commas. Raises ``ValueError``."""
    return tuple(ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip())
