import json
import math
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.json import decode_json, kept_or_new, same

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(0, 2) | st.sampled_from([0.0, 1.0, 0.5, "", "a"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=5,
)


def canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


@given(VALUES, VALUES)
def test_values_are_the_same_when_their_canonical_texts_are(one: Any, other: Any) -> None:
    assert same(one, other) == (canonical(one) == canonical(other))
    assert same(one, one)


@pytest.mark.parametrize(
    ("stored", "value", "kept"),
    [
        (b'{"a":1,"b":2}', {"b": 2, "a": 1}, True),
        (b'{ "a" : 1 }', {"a": 1}, True),
        (b'{"a":1}', {"a": True}, False),
        (b'{"a":1}', {"a": 1.0}, False),
        (b'{"a":null}', {}, False),
        (b'{"a":[1,2]}', {"a": [2, 1]}, False),
        (b'["a"]', ["a"], True),
    ],
)
def test_what_says_the_same_is_kept_as_it_is_stored(stored: bytes, value: Any, kept: bool) -> None:
    raw = msgspec.Raw(stored)
    result = kept_or_new(raw, value)
    assert (result is raw) == kept
    assert msgspec.json.decode(result) == value


# ── Numbers ──────────────────────────────────────────────────────────────────────────────────────
LITERALS = st.from_regex(r"-?(0|[1-9][0-9]{0,25})(\.[0-9]{1,25})?([eE][-+]?[0-9]{1,4})?", fullmatch=True)


def is_a_double(literal: str) -> bool:
    """Whether a double, or an integer, is exactly the number that the shortest text of it says."""
    if literal.lstrip("-").isdigit():
        return True
    value = float(literal)
    return math.isfinite(value) and Decimal(repr(value)) == Decimal(literal)


@given(LITERALS)
@example("0.1")
@example("-0.0")
@example("12345678901234567890")
@example("123456789012345678901234567890123456789")
@example("9007199254740993")
@example("9007199254740993.0")
@example("0.1000000000000000055511151231257827")
@example("0.30000000000000004")
@example("1.7976931348623157e308")
@example("1.7976931348623159e308")
@example("5e-324")
@example("1e-400")
@example("0e999")
@example("0." + "0" * 30 + "1")
def test_numbers_of_metadata_come_back_as_they_were_or_are_refused(literal: str) -> None:
    body = b'{"metadata":{"deep":[{"n":%s}]}}' % literal.encode()
    if not is_a_double(literal):
        with pytest.raises(ApiError) as caught:
            decode_json(body)
        assert (caught.value.code.code, caught.value.field) == ("too_big", "metadata.deep.0.n")
        return
    value = decode_json(body)["metadata"]["deep"][0]["n"]
    assert type(value) in (int, float)
    written = msgspec.json.encode(value).decode()
    assert Decimal(written) == Decimal(literal)
    if "." in literal:
        assert written.startswith("-") == literal.startswith("-"), "the sign of zero is kept"


@pytest.mark.parametrize(
    ("body", "field", "message"),
    [
        ('{"mrr":1e400}', "mrr", "mrr is too large: 1e400"),
        ("[1,-1e400]", "1", "1 is too large: -1e400"),
        ("1e400", None, "The number is too large: 1e400"),
        (
            '{"metadata":{"a":1e-400}}',
            "metadata.a",
            "metadata.a has more digits than a number keeps: 1e-400. Send it as a string.",
        ),
        ('{"metadata":{"a":1e-99999999999999999999}}', "metadata.a", None),
        ('{"metadata":{"a":1.' + "1" * 5000 + "}}", "metadata.a", None),
    ],
)
def test_a_number_that_is_none_is_refused(body: str, field: str | None, message: str | None) -> None:
    with pytest.raises(ApiError) as caught:
        decode_json(body.encode())
    assert (caught.value.code.code, caught.value.field) == ("too_big", field)
    assert message is None or caught.value.message == message
    assert len(caught.value.message) < 120


def test_other_numbers_are_rounded_as_everywhere() -> None:
    document = decode_json(b'{"mrr":0.1000000000000000055511151231257827,"id":"0.12345678901234567890"}')
    assert document == {"mrr": 0.1, "id": "0.12345678901234567890"}
    assert type(document["mrr"]) is float
