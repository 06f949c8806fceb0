import pytest
from hypothesis import given
from hypothesis import strategies as st

from pivotal_server.kit.etag import etag_of, matches

TAG = etag_of(b"{}")


@given(st.binary(max_size=50), st.binary(max_size=50))
def test_equal_bytes_alone_have_equal_tags(one: bytes, other: bytes) -> None:
    assert (etag_of(one) == etag_of(other)) == (one == other)


def test_a_tag_is_sixteen_hex_digits_in_quotes() -> None:
    assert TAG[0] == TAG[-1] == '"'
    assert len(TAG) == 18
    int(TAG[1:-1], 16)


@pytest.mark.parametrize(
    ("header", "strong", "weak"),
    [
        (TAG, True, True),
        ("*", True, True),
        (" * ", True, True),
        (f"W/{TAG}", False, True),
        (f'"other", {TAG}', True, True),
        (f'"a","b" ,W/{TAG}', False, True),
        ('"other"', False, False),
        ("", False, False),
        (TAG[1:-1], False, False),
        (f'"x{TAG[1:-1]}"', False, False),
        ('"', False, False),
        ("*, garbage", False, False),
    ],
)
def test_a_header_names_the_tag_or_does_not(header: str, strong: bool, weak: bool) -> None:
    assert matches(header, TAG, weak=False) is strong
    assert matches(header, TAG, weak=True) is weak


@given(st.text())
def test_any_header_is_read_without_a_fault(header: str) -> None:
    matches(header, TAG, weak=False)
