"""Query strings: what each parameter takes, each once, and what is told of the first fault."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta

from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.http import Request
from pivotal_server.kit.validation import Query
from pivotal_server.kit.wire import ListQuery, Reference
from tests.support.properties import refusal


class Filters(ListQuery, kw_only=True):
    status: Literal["a", "b"] | None = None
    slug: str | None = None
    short: Annotated[str, Meta(max_length=3)] | None = None
    owner_id: Reference | None = None
    archived: bool | None = None


QUERY = Query(Filters)


async def _never() -> Any:
    raise AssertionError("the body is not asked for")


def pairs(raw: bytes) -> list[tuple[str, str]]:
    scope = {"method": "GET", "path": "/", "headers": [], "query_string": raw}
    return Request(scope, _never).query_pairs()


def read(text: str) -> Any:
    return QUERY.read(pairs(text.encode()))


def fault_of(text: str) -> tuple[str, str | None, str]:
    with pytest.raises(ApiError) as caught:
        read(text)
    return caught.value.code.code, caught.value.field, caught.value.message


def test_nothing_sent_gives_the_defaults() -> None:
    query = read("")
    assert (query.limit, query.cursor, query.order, query.livemode, query.include_total) == (
        20,
        None,
        "desc",
        None,
        False,
    )


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("limit=1", "limit", 1),
        ("limit=100", "limit", 100),
        ("limit=020", "limit", 20),
        ("order=asc", "order", "asc"),
        ("cursor=2026-05-26T17%3A21%3A09.412345Z", "cursor", datetime(2026, 5, 26, 17, 21, 9, 412345, UTC)),
        ("cursor=2026-05-26T19:21:09%2B02:00", "cursor", datetime(2026, 5, 26, 17, 21, 9, 0, UTC)),
        ("created_after=2026-01-01", "created_after", datetime(2026, 1, 1, tzinfo=UTC)),
        ("livemode=false", "livemode", False),
        ("archived=true", "archived", True),
        ("include_total=true", "include_total", True),
        ("status=b", "status", "b"),
        ("slug=+a%20b+", "slug", "a b"),
        ("slug=Cafe%CC%81", "slug", "Café"),
        ("slug=", "slug", ""),
        ("owner_id=12", "owner_id", "12"),
    ],
)
def test_a_parameter_is_read_as(text: str, field: str, value: Any) -> None:
    assert getattr(read(text), field) == value


@pytest.mark.parametrize(
    ("text", "code", "field", "message"),
    [
        ("limit=0", "too_small", "limit", "limit must be at least 1"),
        ("limit=-1", "too_small", "limit", "limit must be at least 1"),
        ("limit=101", "too_big", "limit", "limit must be at most 100"),
        ("limit=ten", "invalid_type", "limit", "Expected integer, received 'ten'"),
        ("limit=1.0", "invalid_type", "limit", "Expected integer, received '1.0'"),
        ("limit=%D9%A3", "invalid_type", "limit", "Expected integer, received '٣'"),
        ("limit=" + "9" * 30, "invalid_type", "limit", f"Expected integer, received '{'9' * 30}'"),
        ("limit=", "invalid_type", "limit", "Expected integer, received ''"),
        ("cursor=garbage", "invalid_string", "cursor", "Invalid datetime"),
        ("cursor=", "invalid_string", "cursor", "Invalid datetime"),
        ("cursor=null", "invalid_string", "cursor", "Invalid datetime"),
        ("order=up", "invalid_enum_value", "order", "Invalid value. Expected 'asc' | 'desc', received 'up'"),
        ("livemode=1", "invalid_type", "livemode", "Expected true or false, received '1'"),
        ("livemode=TRUE", "invalid_type", "livemode", "Expected true or false, received 'TRUE'"),
        ("status=c", "invalid_enum_value", "status", "Invalid value. Expected 'a' | 'b', received 'c'"),
        ("slug=a%00", "invalid_string", "slug", "slug contains a control character"),
        ("short=abcd", "too_big", "short", "short must contain at most 3 characters"),
        ("owner_id=", "invalid_string", "owner_id", "owner_id must be an id or a display_id, received ''"),
        ("page=2", "unrecognized_keys", "page", "Unrecognized key: page"),
        ("api_key=secret", "unrecognized_keys", "api_key", "Unrecognized key: api_key"),
        ("Limit=2", "unrecognized_keys", "Limit", "Unrecognized key: Limit"),
        ("limit=1&limit=1", "invalid_type", "limit", "limit was sent more than once"),
        (
            "order=b&limit=0",
            "invalid_enum_value",
            "order",
            "Invalid value. Expected 'asc' | 'desc', received 'b'",
        ),
        ("page=2&limit=0", "unrecognized_keys", "page", "Unrecognized key: page"),
    ],
)
def test_the_first_fault_is_told(text: str, code: str, field: str, message: str) -> None:
    assert fault_of(text) == (code, field, message)


@pytest.mark.parametrize("raw", [b"slug=%FF", b"slug=\xc3\xa9", b"%80=1", b"&".join([b"limit=1"] * 101)])
def test_a_query_string_that_is_not_well_formed(raw: bytes) -> None:
    with pytest.raises(ApiError) as caught:
        pairs(raw)
    assert (caught.value.code.code, caught.value.field) == ("invalid_string", None)


@given(st.binary(max_size=60))
def test_any_query_string_is_read_or_refused(raw: bytes) -> None:
    assert refusal(lambda: QUERY.read(pairs(raw))) in {
        None,
        "invalid_string",
        "invalid_type",
        "unrecognized_keys",
    }
