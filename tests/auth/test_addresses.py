import re
from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from pivotal_server.auth import addresses
from pivotal_server.auth.addresses import (
    AddressList,
    BadNetwork,
    came_by_https,
    client_address,
    is_loopback_only,
    parse_list,
)

V4 = st.integers(0, 2**32 - 1).map(IPv4Address)
V6 = st.integers(0, 2**128 - 1).map(IPv6Address).filter(lambda address: address.ipv4_mapped is None)
PROXIES = parse_list("10.0.0.0/8 2001:db8:ffff::/48 127.0.0.1")


@given(st.one_of(V4, V6), st.data())
def test_a_network_holds_what_the_standard_library_says(
    base: IPv4Address | IPv6Address, data: st.DataObject
) -> None:
    length = data.draw(st.integers(0, base.max_prefixlen))
    network = ip_network((base, length), strict=False)
    allowed = parse_list(str(network))
    address = data.draw(st.one_of(V4, V6, st.sampled_from([network[0], network[-1], base])))
    # A mapped address is IPv4, in no network of IPv6 however wide; the next test has those.
    assume(not (isinstance(address, IPv6Address) and address.ipv4_mapped))
    assert (str(address) in allowed) is (address in network)


@given(V4, st.integers(0, 32), V4)
def test_mapped_addresses_and_networks_are_ipv4(base: IPv4Address, length: int, address: IPv4Address) -> None:
    plain = ip_network((base, length), strict=False)
    mapped = f"::ffff:{plain.network_address}/{96 + length}"
    assert parse_list(mapped) == parse_list(str(plain))
    assert (f"::ffff:{address}" in parse_list(str(plain))) is (address in plain)


@given(st.lists(st.one_of(V4, V6), min_size=1, max_size=5), st.sampled_from([" ", ",", "\n", ", ", ";\r\n"]))
def test_a_list_may_be_split_in_many_ways(entries: list[IPv4Address | IPv6Address], separator: str) -> None:
    texts = [str(entry) for entry in entries]
    allowed = parse_list(separator.join(texts))
    assert allowed == parse_list(texts)
    assert allowed.texts() == list(dict.fromkeys(texts))
    assert parse_list(allowed.texts()) == allowed
    assert hash(parse_list(allowed.texts())) == hash(allowed)
    assert all(text in allowed for text in texts)


def test_an_empty_list_holds_nothing() -> None:
    assert not parse_list(" \n")
    assert "127.0.0.1" not in AddressList()


@pytest.mark.parametrize(
    ("text", "index", "words"),
    [
        ("10.0.0.5/8", 0, "did you mean 10.0.0.0/8?"),
        ("10.0.0.0/8, 2001:db8::1/32", 1, "did you mean 2001:db8::/32?"),
        ("10.0.0.0/33", 0, "is no IP address"),
        ("10.0.0", 0, "is no IP address"),
        ("office", 0, "is no IP address"),
        ("1.1.1.1 fe80::1%eth0", 1, "leave out '%'"),
    ],
)
def test_a_bad_entry_is_named(text: str, index: int, words: str) -> None:
    with pytest.raises(BadNetwork, match=re.escape(words)) as caught:
        parse_list(text)
    assert caught.value.index == index
    assert caught.value.entry in text


@given(st.text(max_size=40))
def test_any_text_parses_or_is_refused(text: str) -> None:
    allowed = _parsed(text)
    assert allowed is None or parse_list(allowed.texts()) == allowed


def _parsed(text: str) -> AddressList | None:
    try:
        return parse_list(text)
    except BadNetwork:
        return None


@given(st.text(max_size=100))
@example("1" * 4000)
@example("localhost")
def test_text_that_is_no_address_is_in_no_list(text: str) -> None:
    everything = parse_list("0.0.0.0/0 ::/0")
    assert (text in everything) is bool(addresses.canonical(text))


def forwarded(*values: str) -> list[tuple[bytes, bytes]]:
    return [(b"host", b"example.com"), *((b"x-forwarded-for", value.encode()) for value in values)]


@pytest.mark.parametrize(
    ("peer", "values", "client"),
    [
        ("203.0.113.7", [], "203.0.113.7"),
        ("203.0.113.7", ["198.51.100.1"], "203.0.113.7"),  # the peer is no proxy of ours: forged
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["1.2.3.4, 198.51.100.1"], "198.51.100.1"),  # what stands left is the client's own word
        ("10.0.0.1", ["198.51.100.1, 10.9.9.9, 10.0.0.2"], "198.51.100.1"),
        ("10.0.0.1", ["1.2.3.4", "198.51.100.1, 10.0.0.2"], "198.51.100.1"),  # several headers are one list
        ("10.0.0.1", ["10.7.7.7, 10.0.0.2"], "10.7.7.7"),  # nobody but proxies: the outermost one
        ("10.0.0.1", ["198.51.100.1, unknown, 10.0.0.2"], "10.0.0.2"),
        ("10.0.0.1", ["junk"], "10.0.0.1"),
        ("10.0.0.1", ["", " , "], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1:4711"], "198.51.100.1"),
        ("10.0.0.1", ["[2001:db8::1]:4711"], "2001:db8::1"),
        ("10.0.0.1", ['"[2001:db8::1]"'], "2001:db8::1"),
        ("10.0.0.1", ["2001:DB8:0::1"], "2001:db8::1"),
        ("10.0.0.1", ["::ffff:198.51.100.1"], "198.51.100.1"),
        ("::ffff:10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("2001:db8:ffff::9", ["198.51.100.1"], "198.51.100.1"),
        ("fe80::1%eth0", ["198.51.100.1"], "fe80::1"),
        (None, ["198.51.100.1"], ""),
        ("/run/pivotal.sock", ["198.51.100.1"], ""),
    ],
)
def test_the_client_is_the_last_hop_that_is_no_trusted_proxy(
    peer: str | None, values: list[str], client: str
) -> None:
    assert client_address(peer, forwarded(*values), PROXIES) == client


def test_without_trusted_proxies_the_peer_is_the_client() -> None:
    assert client_address("127.0.0.1", forwarded("198.51.100.1"), AddressList()) == "127.0.0.1"


@pytest.mark.parametrize(
    ("peer", "values", "https"),
    [
        ("10.0.0.1", ["https"], True),
        ("10.0.0.1", [" HTTPS "], True),
        ("10.0.0.1", ["http, https"], True),
        ("10.0.0.1", ["http", "https"], True),
        ("10.0.0.1", ["https, http"], False),  # what stands left is the client's own word
        ("10.0.0.1", ["httpsx"], False),
        ("10.0.0.1", [], False),
        ("203.0.113.7", ["https"], False),
        (None, ["https"], False),
    ],
)
def test_a_trusted_proxy_alone_says_that_the_client_came_by_https(
    peer: str | None, values: list[str], https: bool
) -> None:
    headers = [(b"x-forwarded-proto", value.encode()) for value in values]
    assert came_by_https(peer, headers, PROXIES) is https
    assert not came_by_https(peer, headers, AddressList())


@given(st.lists(st.text(max_size=20), max_size=4), V4)
def test_no_header_lets_a_stranger_choose_the_address(hops: list[str], peer: IPv4Address) -> None:
    headers = [(b"x-forwarded-for", ",".join(hops).encode("utf-8", "replace"))]
    if str(peer) not in PROXIES:
        assert client_address(str(peer), headers, PROXIES) == str(peer)
    # Behind the proxy, all that a client sends stands left of the address that the proxy adds.
    behind = [*headers, (b"x-forwarded-for", b"198.51.100.1")]
    assert client_address("10.0.0.1", behind, PROXIES) == "198.51.100.1"


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
def test_loopback_only_is_a_loopback_peer_without_forwarding_headers(peer: str) -> None:
    assert is_loopback_only(peer, [(b"host", b"localhost")])
    for name in (b"x-forwarded-for", b"forwarded", b"via", b"x-real-ip", b"x-forwarded-proto"):
        assert not is_loopback_only(peer, [(name, b"127.0.0.1")])


@pytest.mark.parametrize("peer", [None, "", "10.0.0.1", "203.0.113.7", "2001:db8::1", "localhost"])
def test_another_peer_is_not_loopback(peer: str | None) -> None:
    assert not is_loopback_only(peer, [])


@given(V6, st.integers(0, 2**64 - 1))
def test_a_neighbourhood_is_an_ipv4_address_or_a_64(address: IPv6Address, host: int) -> None:
    neighbour = IPv6Address(int(address) >> 64 << 64 | host)
    if int(address) >> 64:
        assert addresses.neighbourhood(str(address)) == addresses.neighbourhood(str(neighbour))
    assert addresses.neighbourhood("192.0.2.1") != addresses.neighbourhood("192.0.2.2")
    assert addresses.neighbourhood("::ffff:192.0.2.1") == addresses.neighbourhood("192.0.2.1")
    assert addresses.neighbourhood("") == b""
