"""Bodies: every code, the first fault in document order, depth, size of numbers, null and absent."""

import json
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec import UNSET, Meta, Struct, UnsetType

from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.json import decode_json
from pivotal_server.kit.validation import Body, checked, compile_type
from pivotal_server.kit.validation import given as fields_given
from pivotal_server.kit.wire import Metadata, Reference, optional_text, plain_number, raw
from tests.support.properties import refusal


class Line(Struct, kw_only=True):
    label: Annotated[str, Meta(min_length=1, max_length=5)]
    amount: Annotated[float, Meta(ge=0)] | None = None


class Order(Struct, kw_only=True):
    name: Annotated[str, Meta(min_length=1, max_length=10)]
    kind: Literal["a", "b"] = "a"
    count: Annotated[int, Meta(ge=1, le=90)] = 1
    price: Annotated[float, Meta(ge=0, le=1e6)] | None = None
    urgent: bool = False
    at: datetime | None = None
    day: date | None = None
    code: Annotated[str, Meta(pattern=r"[a-z]+")] = "a"
    tags: (
        Annotated[list[Annotated[str, Meta(min_length=1, max_length=3)]], Meta(max_length=2)] | UnsetType
    ) = UNSET
    lines: list[Line] | UnsetType = UNSET
    owner: Reference | None = None
    notes: Annotated[str | None, optional_text(4)] = None
    metadata: Metadata | UnsetType = UNSET
    extra: dict[str, Any] | UnsetType = UNSET


BODY = Body(Order, frozenset({"id", "name", "created_at"}))


def read(**fields: Any) -> Any:
    return BODY.read(json.dumps({"name": "x", **fields}).encode())


def fault_of(text: str | bytes) -> tuple[str, str | None, str]:
    with pytest.raises(ApiError) as caught:
        BODY.read(text if isinstance(text, bytes) else text.encode())
    return caught.value.code.code, caught.value.field, caught.value.message


# ── What is taken ────────────────────────────────────────────────────────────────────────────────
def test_an_absent_key_keeps_its_default_and_null_clears() -> None:
    order = read()
    assert (order.kind, order.count, order.price, order.tags, order.owner) == ("a", 1, None, UNSET, None)
    cleared = read(price=None, at=None, day=None, owner=None, notes=None)
    assert (cleared.price, cleared.at, cleared.day, cleared.owner, cleared.notes) == (None,) * 5


@pytest.mark.parametrize(
    ("field", "sent", "kept"),
    [
        ("name", "  Cafe\u0301 ", "Café"),
        ("kind", "b", "b"),
        ("count", 90, 90),
        ("count", 3.0, 3),
        ("price", 0, 0),
        ("price", 1e6, 1e6),
        ("price", 12.5, 12.5),
        ("urgent", True, True),
        ("at", " 2026-07-15T02:00:00+02:00", datetime(2026, 7, 15, tzinfo=UTC)),
        ("at", "2026-07-15", datetime(2026, 7, 15, tzinfo=UTC)),
        ("day", "2026-06-01", date(2026, 6, 1)),
        ("tags", ["one", " a "], ["one", "a"]),
        ("tags", [], []),
        ("owner", 245, "245"),
        ("owner", "12", "12"),
        ("owner", " cmb4kvj50ce9uvw53efr4edt2", "cmb4kvj50ce9uvw53efr4edt2"),
        ("notes", "  ", None),
        ("notes", "abcd ", "abcd"),
        ("metadata", {"b": 1, "a": [None, {"": 0.5}]}, {"b": 1, "a": [None, {"": 0.5}]}),
        ("metadata", {"literal": "\\u0000"}, {"literal": "\\u0000"}),
        ("extra", {"any": {"thing": 1}}, {"any": {"thing": 1}}),
    ],
)
def test_a_value_is_taken_as(field: str, sent: Any, kept: Any) -> None:
    assert getattr(read(**{field: sent}), field) == kept


def test_nested_objects_are_structs() -> None:
    order = read(lines=[{"label": "a"}, {"label": "b", "amount": 2}])
    assert order.lines == [Line(label="a"), Line(label="b", amount=2)]


def test_read_only_keys_of_the_resource_are_ignored() -> None:
    assert read(id={"anything": [1]}, created_at=None).name == "x"


def test_of_a_key_sent_twice_the_last_one_counts() -> None:
    assert BODY.read(b'{"name":"first","count":1000,"name":"last","count":2}').name == "last"


def test_what_was_sent_is_told_from_what_was_not() -> None:
    class Patch(Struct, kw_only=True):
        name: str | UnsetType = UNSET
        plan: str | UnsetType | None = UNSET

    assert fields_given(Body(Patch).read(b'{"plan":null}')) == {"plan": None}
    assert fields_given(Body(Patch).read(b"{}")) == {}


# ── What is refused ──────────────────────────────────────────────────────────────────────────────
REFUSED: list[tuple[str, str, str | None, str]] = [
    ("[]", "invalid_type", None, "Expected object, received array"),
    ("null", "invalid_type", None, "Expected object, received null"),
    ("3", "invalid_type", None, "Expected object, received number"),
    ("{}", "missing_field", "name", "name is required"),
    ('{"name":null}', "invalid_type", "name", "Expected string, received null"),
    ('{"name":1}', "invalid_type", "name", "Expected string, received number"),
    ('{"name":[]}', "invalid_type", "name", "Expected string, received array"),
    ('{"name":{}}', "invalid_type", "name", "Expected string, received object"),
    ('{"name":true}', "invalid_type", "name", "Expected string, received boolean"),
    ('{"name":" "}', "too_small", "name", "name must contain at least 1 character"),
    ('{"name":"12345678901"}', "too_big", "name", "name must contain at most 10 characters"),
    ('{"name":"a\\u0000"}', "invalid_string", "name", "name contains a control character"),
    (
        '{"name":"x","kind":"c"}',
        "invalid_enum_value",
        "kind",
        "Invalid value. Expected 'a' | 'b', received 'c'",
    ),
    ('{"name":"x","kind":1}', "invalid_type", "kind", "Expected 'a' | 'b', received number"),
    ('{"name":"x","kind":null}', "invalid_type", "kind", "Expected 'a' | 'b', received null"),
    ('{"name":"x","count":0}', "too_small", "count", "count must be at least 1"),
    ('{"name":"x","count":91}', "too_big", "count", "count must be at most 90"),
    ('{"name":"x","count":1.5}', "invalid_type", "count", "Expected integer, received number"),
    ('{"name":"x","count":"1"}', "invalid_type", "count", "Expected integer, received string"),
    ('{"name":"x","count":true}', "invalid_type", "count", "Expected integer, received boolean"),
    ('{"name":"x","count":null}', "invalid_type", "count", "Expected integer, received null"),
    ('{"name":"x","price":-0.01}', "too_small", "price", "price must be at least 0"),
    ('{"name":"x","price":1000000.5}', "too_big", "price", "price must be at most 1000000"),
    ('{"name":"x","price":"1"}', "invalid_type", "price", "Expected number, received string"),
    ('{"name":"x","price":false}', "invalid_type", "price", "Expected number, received boolean"),
    ('{"name":"x","urgent":1}', "invalid_type", "urgent", "Expected boolean, received number"),
    ('{"name":"x","urgent":"true"}', "invalid_type", "urgent", "Expected boolean, received string"),
    ('{"name":"x","at":"soon"}', "invalid_string", "at", "Invalid datetime"),
    ('{"name":"x","at":5}', "invalid_type", "at", "Expected string, received number"),
    (
        '{"name":"x","day":"2026-02-30"}',
        "invalid_string",
        "day",
        "Expected a day such as 2026-06-01, received '2026-02-30'",
    ),
    ('{"name":"x","day":[]}', "invalid_type", "day", "Expected string, received array"),
    ('{"name":"x","code":"A"}', "invalid_string", "code", "code must match [a-z]+"),
    ('{"name":"x","tags":{}}', "invalid_type", "tags", "Expected array, received object"),
    ('{"name":"x","tags":null}', "invalid_type", "tags", "Expected array, received null"),
    ('{"name":"x","tags":["a","b","c"]}', "too_big", "tags", "tags must contain at most 2 entries"),
    ('{"name":"x","tags":["a",1]}', "invalid_type", "tags.1", "Expected string, received number"),
    ('{"name":"x","tags":["a",""]}', "too_small", "tags.1", "tags.1 must contain at least 1 character"),
    ('{"name":"x","tags":["abcd"]}', "too_big", "tags.0", "tags.0 must contain at most 3 characters"),
    ('{"name":"x","lines":[{}]}', "missing_field", "lines.0.label", "lines.0.label is required"),
    ('{"name":"x","lines":[3]}', "invalid_type", "lines.0", "Expected object, received number"),
    (
        '{"name":"x","lines":[{"label":"a"},{"label":"b","colour":1}]}',
        "unrecognized_keys",
        "lines.1.colour",
        "Unrecognized key: colour",
    ),
    (
        '{"name":"x","owner":true}',
        "invalid_type",
        "owner",
        "Expected an id as string or integer, received boolean",
    ),
    (
        '{"name":"x","owner":1.5}',
        "invalid_type",
        "owner",
        "Expected an id as string or integer, received number",
    ),
    (
        '{"name":"x","owner":""}',
        "invalid_string",
        "owner",
        "owner must be an id or a display_id, received ''",
    ),
    (
        '{"name":"x","owner":"é"}',
        "invalid_string",
        "owner",
        "owner must be an id or a display_id, received 'é'",
    ),
    (
        f'{{"name":"x","owner":"{"1" * 65}"}}',
        "invalid_string",
        "owner",
        f"owner must be an id or a display_id, received '{'1' * 65}'",
    ),
    (
        f'{{"name":"x","owner":{"1" * 65}}}',
        "invalid_string",
        "owner",
        f"owner must be an id or a display_id, received '{'1' * 65}'",
    ),
    ('{"name":"x","notes":"abcde"}', "too_big", "notes", "notes must contain at most 4 characters"),
    ('{"name":"x","notes":7}', "invalid_type", "notes", "Expected string, received number"),
    ('{"name":"x","metadata":[]}', "invalid_type", "metadata", "Expected object, received array"),
    ('{"name":"x","metadata":null}', "invalid_type", "metadata", "Expected object, received null"),
    (
        '{"name":"x","metadata":{"a":"\\u0000"}}',
        "invalid_string",
        "metadata",
        "metadata contains a NUL character",
    ),
    (
        '{"name":"x","metadata":{"\\\\\\u0000":1}}',
        "invalid_string",
        "metadata",
        "metadata contains a NUL character",
    ),
    ('{"name":"x","extra":"{}"}', "invalid_type", "extra", "Expected object, received string"),
    ('{"name":"x","colour":"red"}', "unrecognized_keys", "colour", "Unrecognized key: colour"),
    ('{"name":"x","":1}', "unrecognized_keys", "", "Unrecognized key: "),
]


@pytest.mark.parametrize(("body", "code", "field", "message"), REFUSED)
def test_a_body_is_refused(body: str, code: str, field: str | None, message: str) -> None:
    assert fault_of(body) == (code, field, message)


def test_a_long_key_is_cut_in_the_message() -> None:
    _, field, message = fault_of(json.dumps({"k" * 5000: 1}))
    assert field == "k" * 200
    assert message == "Unrecognized key: " + "k" * 200


FAULTS: dict[str, tuple[str, str]] = {
    "kind": ('"z"', "invalid_enum_value"),
    "count": ("0", "too_small"),
    "price": ("1e7", "too_big"),
    "urgent": ("1", "invalid_type"),
    "at": ('"soon"', "invalid_string"),
    "colour": ("1", "unrecognized_keys"),
    "name": ("2", "invalid_type"),
}


@given(st.permutations(sorted(FAULTS)), st.integers(0, len(FAULTS)))
def test_the_first_fault_in_document_order_is_reported(order: list[str], sound: int) -> None:
    members = [f'"{key}":{FAULTS[key][0]}' for key in order[: len(order) - sound]]
    code, field, _ = fault_of("{" + ",".join(members) + "}")
    if members:
        assert (code, field) == (FAULTS[order[0]][1], order[0])
    else:
        assert (code, field) == ("missing_field", "name")


# ── JSON itself ──────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{",
        b'{"name":"x"',
        b'{"name":"x"}}',
        b"{'name':'x'}",
        b'{"name":"x",}',
        b"NaN",
        b"Infinity",
        b'{"name":"\xff"}',
        b'{"name":"\xed\xa0\x80"}',
        b'{"name":"\\ud800"}',
        b'{"name":"a\nb"}',
        b"\xef\xbb\xbf{}",
        '{"name":"x"}'.encode("utf-16"),
        b'{"price":' + b"9" * 5000 + b"}",
        b"// comment\n{}",
    ],
)
def test_what_is_not_json_in_utf8_is_invalid_json(body: bytes) -> None:
    code, field, message = fault_of(body)
    assert (code, field) == ("invalid_json", None)
    assert message.startswith("The request body is not valid JSON: ")


@given(st.binary(max_size=60))
@example(b"\x00")
def test_any_bytes_are_a_document_or_refused(body: bytes) -> None:
    assert refusal(decode_json, body) in {None, "invalid_json"}


@pytest.mark.parametrize(
    ("depth", "fits"), [(1, True), (63, True), (64, True), (65, False), (100_000, False)]
)
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}"), ('[{"a":', "}]")])
def test_depth(depth: int, fits: bool, opening: str, closing: str) -> None:
    levels = opening.count("[") + opening.count("{")
    if depth % levels:
        depth -= 1
        fits = depth <= 64
    body = (opening * (depth // levels) + "1" + closing * (depth // levels)).encode()
    if fits:
        assert decode_json(body) is not None
    else:
        with pytest.raises(ApiError, match="nested deeper than 64 levels"):
            decode_json(body)


def test_width_is_no_depth() -> None:
    assert len(decode_json(b"[" + b",".join([b"[]"] * 1000) + b"]")) == 1000
    assert decode_json(b'{"text":"' + b"[" * 1000 + b'"}') == {"text": "[" * 1000}


def test_an_empty_innermost_level_counts_too() -> None:
    assert decode_json(b"[" * 64 + b"]" * 64)
    with pytest.raises(ApiError):
        decode_json(b"[" * 65 + b"]" * 65)


# ── Numbers and metadata ─────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("digits", [19, 20, 40, 400])
def test_huge_integers_are_too_big_for_a_bounded_number_and_for_a_float(digits: int) -> None:
    number = "9" * digits
    assert fault_of(f'{{"name":"x","count":{number}}}')[0] == "too_big"
    assert fault_of(f'{{"name":"x","price":{number}}}')[0] == "too_big"
    assert fault_of(f'{{"name":"x","count":-{number}}}')[0] == "too_small"
    line = f'{{"name":"x","lines":[{{"label":"a","amount":{number}}}]}}'
    if digits > 308:
        assert fault_of(line)[:2] == ("too_big", "lines.0.amount")
    else:
        assert BODY.read(line.encode()).lines[0].amount == int(number)


@given(st.floats(0, allow_infinity=False))
@example(125000.0)
@example(2.0**53)
@example(0.1)
@example(-0.0)
def test_a_stored_number_is_shown_as_it_was_sent(value: float) -> None:
    shown = plain_number(value)
    assert shown == value
    assert isinstance(shown, int) == (value.is_integer() and value < 2**53)


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=6)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**80), 2**80)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(TEXT, VALUES, max_size=4))
@example({"b": 1, "a": 2, "\\u0000": "\\\\u0000"})
def test_metadata_comes_through_untouched(metadata: dict[str, Any]) -> None:
    kept = json.loads(msgspec.json.encode(read(metadata=metadata).metadata))
    assert json.dumps(kept) == json.dumps(metadata)


def test_metadata_holds_sixteen_kib_of_json() -> None:
    frame = len('{"a":""}')
    assert read(metadata={"a": "x" * (16 * 1024 - frame)})
    assert fault_of(json.dumps({"name": "x", "metadata": {"a": "x" * (16 * 1024 - frame + 1)}})) == (
        "too_big",
        "metadata",
        "metadata must be at most 16384 bytes of JSON",
    )
    wide = "é" * (8 * 1024 - 4)
    assert read(metadata={"a": wide})


def test_stored_json_is_written_through() -> None:
    assert msgspec.json.encode([raw(b'{"b":1, "a":2}'), raw('"x"'), raw(msgspec.Raw(b"3"))]) == (
        b'[{"b":1, "a":2},"x",3]'
    )


# ── The compiler ─────────────────────────────────────────────────────────────────────────────────
class Unknown(Struct):
    value: bytes


class Ambiguous(Struct):
    value: str | list[int]


@pytest.mark.parametrize("struct", [Unknown, Ambiguous])
def test_a_type_without_a_check_is_a_fault_of_the_program(struct: type[Struct]) -> None:
    with pytest.raises(TypeError, match="no check for"):
        Body(struct)


def test_a_field_may_bring_its_own_check() -> None:
    check = compile_type(
        msgspec.inspect.type_info(Annotated[int, checked(lambda value, path: (path, value))])
    )
    assert check("anything", "here") == ("here", "anything")
