"""What a request can be refused for, read from its types: as much as the checks raise, and no more."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta, Struct

from pivotal_server.kit.codes import INVALID_JSON
from pivotal_server.kit.http.possible import of_body, of_form, of_query
from pivotal_server.kit.validation import Body, Query, checked
from pivotal_server.operations import OPERATIONS
from tests.support.properties import refusal


class Flags(Struct, kw_only=True):
    on: bool = False


class Text(Struct, kw_only=True):
    text: str


class Bounded(Struct, kw_only=True):
    text: Annotated[str, Meta(min_length=1)] = "x"


class Choice(Struct, kw_only=True):
    kind: Literal["a", "b"] = "a"


class Nested(Struct, kw_only=True):
    inner: list[Text] = []


class Own(Struct, kw_only=True):
    own: Annotated[Any, checked(lambda value, path: value, INVALID_JSON)] = None


ALWAYS = {"invalid_type", "too_big", "unrecognized_keys"}


@pytest.mark.parametrize(
    ("struct", "further"),
    [
        (Flags, set()),
        (Text, {"missing_field", "invalid_string"}),
        (Bounded, {"invalid_string", "too_small"}),
        (Choice, {"invalid_enum_value"}),
        (Nested, {"missing_field", "invalid_string"}),
        (Own, {"invalid_json"}),
    ],
)
def test_the_codes_of_a_body(struct: type[Struct], further: set[str]) -> None:
    assert {code.code for code in of_body(struct)} == ALWAYS | further


class NoQuery(Struct):
    pass


class Listed(Struct, kw_only=True):
    kinds: list[Literal["a", "b"]] = []


class Paged(Struct, kw_only=True):
    limit: Annotated[int, Meta(ge=1, le=100)] = 20
    since: datetime | None = None


@pytest.mark.parametrize(
    ("struct", "further"),
    [
        (NoQuery, set()),
        (Listed, {"invalid_enum_value"}),
        (Paged, {"invalid_type", "too_small", "too_big"}),
        (Choice, {"invalid_type", "invalid_enum_value"}),
    ],
)
def test_the_codes_of_a_query(struct: type[Struct], further: set[str]) -> None:
    assert {code.code for code in of_query(struct)} == {"invalid_string", "unrecognized_keys"} | further


def test_the_codes_of_an_upload() -> None:
    file = {"missing_field", "invalid_type", "too_small", "unrecognized_keys"}
    assert {code.code for code in of_form(NoQuery)} == file
    assert {code.code for code in of_form(Choice)} == file | {
        "too_big",
        "invalid_string",
        "invalid_enum_value",
    }


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=300),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=8,
)
BODIES = [operation.body for operation in OPERATIONS if operation.body is not None]


@given(st.data())
def test_no_body_is_refused_for_what_is_not_foreseen(data: st.DataObject) -> None:
    body: Body = data.draw(st.sampled_from(BODIES))
    keys = st.sampled_from([*body.fields, "colour"])
    sent = msgspec.json.encode(data.draw(st.dictionaries(keys, JSON, max_size=4)))
    assert refusal(body.read, sent) in {None, "invalid_json", *(code.code for code in of_body(body.struct))}


@given(st.data())
def test_no_query_is_refused_for_what_is_not_foreseen(data: st.DataObject) -> None:
    query: Query = data.draw(st.sampled_from([operation.query for operation in OPERATIONS]))
    keys = st.sampled_from([*query.fields, "colour"])
    values = st.text(max_size=20) | st.integers().map(str) | st.sampled_from(["true", "asc", "2026-01-01"])
    pairs = data.draw(st.lists(st.tuples(keys, values), max_size=4))
    assert refusal(query.read, pairs) in {None, *(code.code for code in of_query(query.struct))}
