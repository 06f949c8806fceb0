"""Which codes the checks of a request can raise, read from its declared types.

So the document names what can happen to a request and nothing else. A field with a check of its own says
what that raises where the check is declared (:func:`~pivotal_server.kit.validation.checked`).
"""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import cast

import msgspec
from msgspec import inspect as types

from pivotal_server.kit import codes
from pivotal_server.kit.errors import ErrorCode
from pivotal_server.kit.validation import is_list

_ORDER = (
    codes.MISSING_FIELD,
    codes.INVALID_TYPE,
    codes.TOO_SMALL,
    codes.TOO_BIG,
    codes.INVALID_STRING,
    codes.INVALID_ENUM_VALUE,
    codes.UNRECOGNIZED_KEYS,
)


def in_order(found: Iterable[ErrorCode]) -> list[ErrorCode]:
    """``found`` without doubles, codes of validation last and as the catalogue has them."""
    return sorted(dict.fromkeys(found), key=lambda code: _ORDER.index(code) if code in _ORDER else -1)


@cache
def of_body(struct: type[msgspec.Struct]) -> tuple[ErrorCode, ...]:
    """What reading a JSON body as ``struct`` can raise, a number that is too large for JSON included."""
    return (codes.INVALID_TYPE, codes.TOO_BIG, codes.UNRECOGNIZED_KEYS, *_of_struct(struct))


@cache
def of_query(struct: type[msgspec.Struct]) -> tuple[ErrorCode, ...]:
    """What reading a query string as ``struct`` can raise."""
    once = any(not is_list(field.type) for field in _fields(struct))
    return (
        codes.INVALID_STRING,
        codes.UNRECOGNIZED_KEYS,
        *((codes.INVALID_TYPE,) if once else ()),
        *_of_fields(struct, as_text=True),
    )


@cache
def of_form(struct: type[msgspec.Struct]) -> tuple[ErrorCode, ...]:
    """What reading an upload can raise: its file, and the text fields that ``struct`` declares."""
    texts = (codes.TOO_BIG, codes.INVALID_STRING) if _fields(struct) else ()
    own = (codes.MISSING_FIELD, codes.INVALID_TYPE, codes.TOO_SMALL, codes.UNRECOGNIZED_KEYS)
    return (*own, *texts, *_of_fields(struct, as_text=True))


def _fields(struct: type[msgspec.Struct]) -> tuple[types.Field, ...]:
    return cast(types.StructType, types.type_info(struct)).fields


def _of_fields(struct: type[msgspec.Struct], *, as_text: bool) -> Iterator[ErrorCode]:
    for field in _fields(struct):
        yield from _of_type(field.type, as_text=as_text)


def _of_struct(struct: type[msgspec.Struct]) -> Iterator[ErrorCode]:
    if any(field.required for field in _fields(struct)):
        yield codes.MISSING_FIELD
    yield from _of_fields(struct, as_text=False)


def _of_type(kind: types.Type, *, as_text: bool) -> Iterator[ErrorCode]:
    """The codes of one type. In a query or form a value is text whatever it means, so its type is right."""
    if isinstance(kind, types.Metadata):
        if kind.extra and "check" in kind.extra:
            yield from kind.extra["raises"]
        else:
            yield from _of_type(kind.type, as_text=as_text)
    elif isinstance(kind, types.UnionType):
        for option in kind.types:
            yield from _of_type(option, as_text=as_text)
    elif isinstance(kind, types.ListType):
        if not as_text:
            yield codes.INVALID_TYPE
            yield from (codes.TOO_BIG,) if kind.max_length is not None else ()
        yield from _of_type(kind.item_type, as_text=as_text)
    elif isinstance(kind, types.StructType):
        yield codes.INVALID_TYPE
        yield codes.UNRECOGNIZED_KEYS
        yield from _of_struct(kind.cls)
    elif isinstance(kind, types.IntType | types.FloatType | types.BoolType | types.DictType):
        yield codes.INVALID_TYPE
        yield from _of_bounds(kind)
    elif isinstance(kind, types.StrType | types.LiteralType | types.DateTimeType | types.DateType):
        yield from () if as_text else (codes.INVALID_TYPE,)
        yield codes.INVALID_ENUM_VALUE if isinstance(kind, types.LiteralType) else codes.INVALID_STRING
        yield from _of_bounds(kind)


def _of_bounds(kind: types.Type) -> Iterator[ErrorCode]:
    if any(getattr(kind, name, None) is not None for name in ("ge", "min_length")):
        yield codes.TOO_SMALL
    if any(getattr(kind, name, None) is not None for name in ("le", "max_length")):
        yield codes.TOO_BIG
