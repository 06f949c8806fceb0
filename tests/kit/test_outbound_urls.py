"""What may be sent to: the ranges of addresses, and every way in which one can be written."""

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pivotal_server.kit.outbound.addresses import (
    BLOCKED_IPV4,
    BLOCKED_IPV6,
    Policy,
    is_blocked,
    parse_networks,
)
from pivotal_server.kit.outbound.urls import BadUrl, BlockedUrl, check_url


def words(text: str) -> list[str]:
    return text.split()


USUAL = Policy()
DEVELOPMENT = Policy(development=True)

BLOCKED = words(
    """
    0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.0 100.127.255.255 127.0.0.1 127.255.255.254
    168.63.129.16 169.254.0.1 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.1 192.0.2.1
    192.88.99.1 192.168.0.1 198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.9 224.0.0.1
    239.255.255.255 240.0.0.1 255.255.255.255 :: ::1 64:ff9b::7f00:1 64:ff9b:1::1 100::1 fc00::1
    fd12:3456::1 fe80::1 febf::1 fec0::1 ff02::1 5f00::1 2001::1 2001:1ff::1 2001:db8::1
    2002:7f00:1::1 3fff::1 3fff:fff::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254
    ::127.0.0.1 1::1 4000::1
    """
)
PUBLIC = words(
    """
    1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.1 100.63.255.255 100.128.0.0 128.0.0.1 168.63.129.15
    168.63.129.17 169.253.255.255 169.255.0.1 172.15.255.255 172.32.0.1 192.0.1.1 192.0.3.1
    192.167.255.255 192.169.0.1 198.17.255.255 198.20.0.1 198.51.99.1 203.0.112.1 223.255.255.255
    2000::1 2001:200::1 2001:db7::1 2003::1 2606:4700::1111 3ffe::1 ::ffff:8.8.8.8
    """
)


@pytest.mark.parametrize("address", BLOCKED)
def test_addresses_that_are_blocked(address: str) -> None:
    assert is_blocked(ip_address(address))
    assert not USUAL.allows(address, literal=True)
    assert not USUAL.allows(address, literal=False)
    with pytest.raises(BlockedUrl):
        check_url(f"https://{f'[{address}]' if ':' in address else address}/", USUAL)


@pytest.mark.parametrize("address", PUBLIC)
def test_addresses_that_are_public(address: str) -> None:
    assert not is_blocked(ip_address(address))
    target = check_url(f"https://{f'[{address}]' if ':' in address else address}:8443/a?b", USUAL)
    assert (target.host, target.port, target.path) == (str(ip_address(address)), 8443, "/a?b")
    assert target.literal
    assert USUAL.allows(target.host, literal=True)


@given(st.integers(0, 2**32 - 1).map(IPv4Address))
def test_ipv4_is_judged_by_its_ranges_however_it_is_written(address: IPv4Address) -> None:
    expected = any(address in network for network in BLOCKED_IPV4)
    assert is_blocked(address) == is_blocked(IPv6Address(f"::ffff:{address}")) == expected


@given(st.integers(0, 2**128 - 1).map(IPv6Address))
def test_ipv6_is_closed_but_for_global_unicast(address: IPv6Address) -> None:
    if address.ipv4_mapped is None:
        inside = 0x2000 <= int(address) >> 112 <= 0x3FFF
        assert is_blocked(address) == (not inside or any(address in network for network in BLOCKED_IPV6))


ODD = words(
    """
    https://127.1 https://127.0.1 https://0177.0.0.1 https://0x7f000001 https://0x7f.0.0.1
    https://2130706433 https://017700000001 https://127.0.0.1.1 https://256.1.1.1 https://1.2.3
    https://08.8.8.8 https://8.8.8.08 https://0 https://0x https://1 https://a.1 https://a.0x7f
    https://\uff11\uff12\uff17.0.0.1 https://①②⑦.0.0.1 https://0x7F.1 https://127。0。0。1 https://[::1%25lo]
    https://[fe80::1%eth0] https://[127.0.0.1] https://[::g] https://[] https://u@a.example
    https://u:p@a.example https://:p@a.example https://a.example@127.0.0.1 https://@a.example
    https://a.example#x https://a.example/# https://a.example/#x http://a.example http://8.8.8.8
    ftp://a.example file:///etc/passwd gopher://a.example javascript:alert(1) //a.example a.example
    /x https:///x https:// https:/a.example https:a.example https://a.example:0
    https://a.example:65536 https://a.example: https://a.example:x https://a.example:-1
    https://a.example:443:443 https://-a.example https://a-.example https://a..example
    https://.example https://a.example.. https://a%2eexample https://a,b https://a\\b.example
    https://a.example\\@b.example https://a.example/\\b https://a.example/é
    https://exa_mple.example:99999 https://*.example https://[2606:4700::1111
    https://2606:4700::1111
    """
)


@pytest.mark.parametrize(
    "url", [*ODD, "https://a b.example", "https://a.example/a b", "https://a.example/\n", "", " "]
)
def test_urls_that_are_refused(url: str) -> None:
    for policy in (USUAL, Policy(exceptions=parse_networks("0.0.0.0/0, ::/0"))):
        with pytest.raises(BadUrl):
            check_url(url, policy)


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST",
        "a.localhost",
        "localhost.",
        "printer.local",
        "db.internal",
        "\uff4c\uff4f\uff43\uff41\uff4c\uff48\uff4f\uff53\uff54",
    ],
)
def test_names_of_local_networks(host: str) -> None:
    for policy in (USUAL, DEVELOPMENT):
        with pytest.raises(BlockedUrl):
            check_url(f"https://{host}/", policy)


@pytest.mark.parametrize(
    ("url", "host", "authority", "path"),
    [
        ("https://hooks.acme.example", "hooks.acme.example", "hooks.acme.example", "/"),
        ("HTTPS://Hooks.Acme.Example./x", "hooks.acme.example", "hooks.acme.example", "/x"),
        ("https://a.example:443/", "a.example", "a.example", "/"),
        ("https://a.example:444?x=/y", "a.example", "a.example:444", "/?x=/y"),
        ("https://bücher.example/", "xn--bcher-kva.example", "xn--bcher-kva.example", "/"),
        ("https://例え。テスト/", "xn--r8jz45g.xn--zckzah", "xn--r8jz45g.xn--zckzah", "/"),
        ("https://exa_mple.example", "exa_mple.example", "exa_mple.example", "/"),
        ("https://intranet/", "intranet", "intranet", "/"),
        ("https://[2606:4700:0:0::1111]/", "2606:4700::1111", "[2606:4700::1111]", "/"),
        ("https://1.2.3.4.example/", "1.2.3.4.example", "1.2.3.4.example", "/"),
        ("https://a.example/@b:c", "a.example", "a.example", "/@b:c"),
    ],
)
def test_urls_that_are_taken(url: str, host: str, authority: str, path: str) -> None:
    target = check_url(url, USUAL)
    assert (target.host, target.authority, target.path, target.secure) == (host, authority, path, True)


def test_development_opens_the_literal_loopback_and_nothing_else() -> None:
    for url in ("http://127.0.0.1:1/", "https://127.9.9.9/", "http://[::1]/", "https://[::1]:1/"):
        assert check_url(url, DEVELOPMENT).literal
        with pytest.raises(BadUrl):
            check_url(url, USUAL)
    for url in ("http://localhost/", "http://10.0.0.1/", "http://a.example/", "http://8.8.8.8/"):
        with pytest.raises(BadUrl):
            check_url(url, DEVELOPMENT)
    assert DEVELOPMENT.allows("127.0.0.1", literal=True)
    # A name that leads here is no literal address.
    assert not DEVELOPMENT.allows("127.0.0.1", literal=False)


def test_exceptions_of_the_operator_need_https_all_the_same() -> None:
    policy = Policy(exceptions=parse_networks("10.1.0.0/16, fd00::/8"))
    assert check_url("https://10.1.2.3/", policy).host == "10.1.2.3"
    assert check_url("https://[::ffff:10.1.2.3]/", policy).literal
    assert check_url("https://[fd00::1]/", policy).literal
    for url in ("http://10.1.2.3/", "https://10.2.0.1/", "https://[fc00::1]/"):
        with pytest.raises(BadUrl):
            check_url(url, policy)


@given(st.text(max_size=60))
def test_whatever_is_taken_is_plain(text: str) -> None:
    for url in (f"https://{text}", f"https://a.example/{text}", text):
        try:
            target = check_url(url, USUAL)
        except BadUrl:
            continue
        assert target.secure
        for part in (target.host, target.authority, target.path):
            assert part.isascii()
            assert part.isprintable()
            assert " " not in part
        assert target.path.startswith("/")
        assert "@" not in target.authority
