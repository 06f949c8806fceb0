import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pivotal_server.kit.json import kept_or_new, same

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
