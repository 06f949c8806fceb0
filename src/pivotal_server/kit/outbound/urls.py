"""URLs of strangers, checked before they are stored and again before each use.

The grammar is narrower than that of browsers: whatever two programs could read differently (credentials, a
backslash, an IPv4 address in octal) is refused and never repaired.
"""

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address

import idna

from pivotal_server.kit.outbound.addresses import Policy, is_loopback

LONGEST = 2048

_URL = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>[^/?#]*)(?P<rest>[/?#].*)?", re.DOTALL
)
_AUTHORITY = re.compile(r"(?P<host>\[[^\[\]@]*\]|[^\[\]@:]+)(?::(?P<port>[0-9]{1,5}))?")
_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9_-]{1,63}(?<!-))*")
# What a program somewhere takes for an IPv4 address: its last part is a number, decimal or hexadecimal.
_LIKE_IPV4 = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)")
_IPV4 = re.compile(r"(?:0|[1-9][0-9]{0,2})(?:\.(?:0|[1-9][0-9]{0,2})){3}")
_PLAIN = re.compile(r"[!-~]*")
_LOCAL_NAMES = ("localhost", "local", "internal")


class BadUrl(Exception):
    """A URL that cannot be used; the text is one sentence that names the reason."""


class BlockedUrl(BadUrl):
    """A URL whose host may not be reached."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes: host as ASCII name or bare address, and what follows it.

    ``authority`` is the value of ``Host``.
    """

    secure: bool
    host: str
    port: int
    authority: str
    path: str
    literal: bool


def check_url(text: str, policy: Policy) -> Target:
    """The target that a URL names. Raises :class:`BadUrl`, or :class:`BlockedUrl` for the wrong host."""
    if len(text) > LONGEST:
        raise BadUrl(f"The URL is longer than {LONGEST} characters")
    found = _URL.fullmatch(text)
    if found is None:
        raise BadUrl("The URL must be absolute, such as https://example.com/hooks")
    scheme = found["scheme"].lower()
    if scheme not in ("https", "http"):
        raise BadUrl("The URL must begin with https://")
    rest = found["rest"] or "/"
    if "#" in rest:
        raise BadUrl("The URL must have no fragment")
    if "@" in found["authority"]:
        raise BadUrl("The URL must carry no user name and no password")
    if _PLAIN.fullmatch(rest) is None or "\\" in rest:
        raise BadUrl("Path and query of the URL must be percent-encoded ASCII")
    authority = _AUTHORITY.fullmatch(found["authority"])
    if authority is None:
        raise BadUrl("The URL names no host")
    port = int(authority["port"] or (443 if scheme == "https" else 80))
    if not 1 <= port <= 65535:
        raise BadUrl("The port must be from 1 to 65535")
    host, literal = _host(authority["host"], policy)
    if scheme == "http" and not _may_be_plain(host, literal, policy):
        raise BadUrl("The URL must begin with https://")
    shown = f"[{host}]" if ":" in host else host
    if port != (443 if scheme == "https" else 80):
        shown = f"{shown}:{port}"
    path = rest if rest.startswith("/") else f"/{rest}"
    return Target(scheme == "https", host, port, shown, path, literal)


def _may_be_plain(host: str, literal: bool, policy: Policy) -> bool:
    if not policy.development or not literal:
        return False
    return is_loopback(IPv6Address(host) if ":" in host else IPv4Address(host))


def _host(text: str, policy: Policy) -> tuple[str, bool]:
    """The host in the form in which it is looked up, and whether it is an address."""
    if text.startswith("["):
        try:
            if "%" in text:
                raise AddressValueError
            address = str(IPv6Address(text[1:-1]))
        except AddressValueError:
            raise BadUrl("The host of the URL is no IPv6 address") from None
        return _literal(address, policy)
    name = _ascii(text)
    if _LIKE_IPV4.fullmatch(name):
        if _IPV4.fullmatch(name) is None or not text.isascii():
            raise BadUrl("An IPv4 address must be written as four decimal numbers")
        try:
            return _literal(str(IPv4Address(name)), policy)
        except AddressValueError:
            raise BadUrl("The host of the URL is no IPv4 address") from None
    if _NAME.fullmatch(name) is None or len(name) > 253:
        raise BadUrl("The host of the URL is no domain name")
    if name.rpartition(".")[2] in _LOCAL_NAMES:
        raise BlockedUrl(f"{name} is a name of a local network")
    return name, False


def _literal(address: str, policy: Policy) -> tuple[str, bool]:
    if not policy.allows(address, literal=True):
        raise BlockedUrl(f"{address} is no public address")
    return address, True


def _ascii(text: str) -> str:
    """A name in ASCII and lower case, without the dot of the root."""
    name = text.lower()
    if not name.isascii():
        try:
            name = idna.encode(text, uts46=True).decode("ascii").lower()
        except idna.IDNAError:
            # Digits in other scripts map to those of ASCII, which no international name may be made of.
            try:
                name = idna.uts46_remap(text, std3_rules=True).lower()
            except idna.IDNAError:
                raise BadUrl("The host of the URL is no domain name") from None
            if not name.isascii():
                raise BadUrl("The host of the URL is no domain name") from None
    return name.removesuffix(".")
