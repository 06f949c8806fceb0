"""Bodies and query strings checked against a ``msgspec.Struct``, with the codes of our contract.

The wire types are msgspec structs, so that one declaration gives the OpenAPI schema, the encoder
and the checks. The walk is ours, because the contract asks for cleaned strings, Zod's vocabulary of
codes and the first fault in document order, which a structural decoder cannot know.

A field may be :func:`checked` by a function of its own: ``function(value, path)`` then takes the raw JSON
value and returns what the struct holds, or raises an ``ApiError`` with one of the codes it declares.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, cast

import msgspec
from msgspec import inspect as types

from pivotal_server.kit.codes import (
    INVALID_ENUM_VALUE,
    INVALID_STRING,
    INVALID_TYPE,
    MISSING_FIELD,
    TOO_BIG,
    TOO_SMALL,
    UNRECOGNIZED_KEYS,
)
from pivotal_server.kit.errors import ErrorCode
from pivotal_server.kit.json import decode_json
from pivotal_server.kit.text import LONGEST_LINE, line, parse_day, parse_moment, passage

Check = Callable[[Any, str], Any]

BOUNDED_TEXT = (TOO_SMALL, TOO_BIG, INVALID_STRING)
"""What the check of a text raises that may be neither empty nor too long."""


def doc(description: str, *examples: object) -> msgspec.Meta:
    """The description and examples of a field, for the OpenAPI document."""
    return msgspec.Meta(description=description, examples=list(examples) or None)


def checked(function: Check, *raises: ErrorCode) -> msgspec.Meta:
    """Metadata that hands a field to its own check, which may raise ``raises`` beside ``invalid_type``."""
    return msgspec.Meta(extra={"check": function, "raises": raises})


def type_name(value: object) -> str:
    """The JSON name of the type of ``value``, as messages use it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list | tuple) else "object"


def wrong_type(expected: str, value: object, path: str) -> Exception:
    """The ``invalid_type`` error for ``value``."""
    return INVALID_TYPE(field=path or None, expected=expected, received=type_name(value))


def number(value: Any, path: str, lowest: float | None, highest: float | None) -> int | float:
    """A JSON number within the bounds. Raises ``invalid_type``, ``too_small`` or ``too_big``."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise wrong_type("number", value, path)
    if lowest is not None and value < lowest:
        raise TOO_SMALL(field=path or None, name=path, limit=_plain(lowest))
    if highest is not None and value > highest:
        raise TOO_BIG(field=path or None, name=path, limit=_plain(highest))
    try:
        if not math.isfinite(value):
            raise OverflowError
    except OverflowError:
        raise TOO_BIG(field=path or None, message=f"{path} is too large") from None
    return value


def _plain(limit: float) -> str:
    return str(int(limit)) if float(limit).is_integer() else str(limit)


def choice(value: Any, path: str, allowed: Sequence[str]) -> str:
    """``value`` when it is one of ``allowed``. Raises ``invalid_enum_value``."""
    if not isinstance(value, str):
        raise wrong_type(" | ".join(f"'{item}'" for item in allowed), value, path)
    if value not in allowed:
        raise INVALID_ENUM_VALUE(
            field=path or None, expected=" | ".join(f"'{item}'" for item in allowed), received=value[:100]
        )
    return value


def _string(kind: types.StrType) -> Check:
    least, most = kind.min_length, kind.max_length
    read = line if most is not None and most <= LONGEST_LINE else passage
    pattern = re.compile(kind.pattern) if kind.pattern else None

    def check(value: Any, path: str) -> str:
        if not isinstance(value, str):
            raise wrong_type("string", value, path)
        text = read(value, path, least, most)
        if pattern is not None and pattern.fullmatch(text) is None:
            raise INVALID_STRING(field=path, message=f"{path} must match {pattern.pattern}")
        return text

    return check


def _integer(kind: types.IntType) -> Check:
    def check(value: Any, path: str) -> int:
        if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise wrong_type("integer", value, path)
        return cast(int, number(value, path, kind.ge, kind.le))

    return check


def _list(kind: types.ListType) -> Check:
    item = compile_type(kind.item_type)

    def check(value: Any, path: str) -> list[Any]:
        if not isinstance(value, list):
            raise wrong_type("array", value, path)
        if kind.max_length is not None and len(value) > kind.max_length:
            raise TOO_BIG(field=path, message=f"{path} must contain at most {kind.max_length} entries")
        return [item(entry, f"{path}.{index}") for index, entry in enumerate(value)]

    return check


def _flag(value: Any, path: str) -> bool:
    if not isinstance(value, bool):
        raise wrong_type("boolean", value, path)
    return value


def _moment(value: Any, path: str) -> datetime:
    if not isinstance(value, str):
        raise wrong_type("string", value, path)
    return parse_moment(value.strip(), path)


def _day(value: Any, path: str) -> date:
    if not isinstance(value, str):
        raise wrong_type("string", value, path)
    return parse_day(value.strip(), path)


def _object(value: Any, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise wrong_type("object", value, path)
    return value


def _nullable(inner: Check) -> Check:
    return lambda value, path: None if value is None else inner(value, path)


def compile_type(kind: types.Type) -> Check:
    """The check for one type of a wire struct. Raises ``TypeError`` for a type it does not know."""
    if isinstance(kind, types.Metadata):
        if kind.extra and "check" in kind.extra:
            return cast(Check, kind.extra["check"])
        return compile_type(kind.type)
    if isinstance(kind, types.UnionType):
        rest = [option for option in kind.types if not isinstance(option, types.NoneType)]
        if all(isinstance(option, types.IntType | types.FloatType) for option in rest) and len(rest) == 2:
            bounds = next(option for option in rest if isinstance(option, types.FloatType))
            inner: Check = lambda value, path: number(value, path, bounds.ge, bounds.le)  # noqa: E731
        elif len(rest) == 1:
            inner = compile_type(rest[0])
        else:
            raise TypeError(f"no check for the union {kind}")
        return _nullable(inner) if len(rest) < len(kind.types) else inner
    if isinstance(kind, types.StrType):
        return _string(kind)
    if isinstance(kind, types.BoolType):
        return _flag
    if isinstance(kind, types.IntType):
        return _integer(kind)
    if isinstance(kind, types.FloatType):
        return lambda value, path: number(value, path, kind.ge, kind.le)
    if isinstance(kind, types.LiteralType):
        allowed = [str(value) for value in kind.values]
        return lambda value, path: choice(value, path, allowed)
    if isinstance(kind, types.DateTimeType):
        return _moment
    if isinstance(kind, types.DateType):
        return _day
    if isinstance(kind, types.ListType):
        return _list(kind)
    if isinstance(kind, types.DictType):
        return _object
    if isinstance(kind, types.StructType):
        return Body(kind.cls).check
    raise TypeError(f"no check for {kind}")


class Body:
    """The checks of one struct, compiled once; :meth:`read` turns a JSON object into it.

    ``ignored`` names keys that are accepted and dropped (the read-only keys of a resource, so that an
    object that was read can be edited and sent back).
    """

    def __init__(self, struct: type[msgspec.Struct], ignored: frozenset[str] = frozenset()) -> None:
        info = cast(types.StructType, types.type_info(struct))
        self.struct = struct
        self.fields: dict[str, Check] = {field.encode_name: compile_type(field.type) for field in info.fields}
        self.required = [field.encode_name for field in info.fields if field.required]
        self.ignored = ignored - set(self.fields)

    def check(self, value: Any, path: str) -> Any:
        """``value`` as the struct; faults carry ``path`` in front of their field."""
        if not isinstance(value, dict):
            raise wrong_type("object", value, path)
        prefix = f"{path}." if path else ""
        fields = self.fields
        found: dict[str, Any] = {}
        for key, entry in value.items():
            check = fields.get(key)
            if check is not None:
                found[key] = check(entry, prefix + key)
            elif key not in self.ignored:
                raise UNRECOGNIZED_KEYS(field=prefix + key[:200], key=key[:200])
        for key in self.required:
            if key not in found:
                raise MISSING_FIELD(field=prefix + key, name=prefix + key)
        return self.struct(**found)

    def read(self, body: bytes) -> Any:
        """The struct in the JSON document ``body``. Raises the declared 400 errors."""
        return self.check(decode_json(body), "")


def _from_text(kind: types.Type) -> Check:
    """The check of a query parameter, whose value arrives as text."""
    if isinstance(kind, types.Metadata):
        if kind.extra and "check" in kind.extra:
            return cast(Check, kind.extra["check"])
        return _from_text(kind.type)
    if isinstance(kind, types.UnionType):
        rest = [option for option in kind.types if not isinstance(option, types.NoneType)]
        return _from_text(rest[0])
    if isinstance(kind, types.IntType):
        inner = _integer(kind)

        def integer(value: str, path: str) -> Any:
            if re.fullmatch(r"-?[0-9]{1,18}", value) is None:
                raise INVALID_TYPE(field=path, message=f"Expected integer, received '{value[:100]}'")
            return inner(int(value), path)

        return integer
    if isinstance(kind, types.BoolType):

        def flag(value: str, path: str) -> bool:
            if value not in ("true", "false"):
                raise INVALID_TYPE(field=path, message=f"Expected true or false, received '{value[:100]}'")
            return value == "true"

        return flag
    if isinstance(kind, types.ListType):
        item = _from_text(kind.item_type)
        return lambda value, path: [item(part, path) for part in value.split(",")]
    return compile_type(kind)


def is_list(kind: types.Type) -> bool:
    """Whether a query parameter of this type takes several values."""
    if isinstance(kind, types.Metadata):
        return is_list(kind.type)
    if isinstance(kind, types.UnionType):
        return any(map(is_list, kind.types))
    return isinstance(kind, types.ListType)


class Query:
    """The checks of the query string of one operation, compiled once."""

    def __init__(self, struct: type[msgspec.Struct]) -> None:
        info = cast(types.StructType, types.type_info(struct))
        self.struct = struct
        self.fields = {field.encode_name: _from_text(field.type) for field in info.fields}
        self.lists = {field.encode_name for field in info.fields if is_list(field.type)}
        self.empty = struct()

    def read(self, pairs: Sequence[tuple[str, str]]) -> Any:
        """The struct for the decoded ``pairs``; each parameter may stand once, but a list may be repeated.

        Raises ``unrecognized_keys`` for an undeclared parameter, or the code of the first fault.
        """
        if not pairs:
            return self.empty
        found: dict[str, Any] = {}
        for key, value in pairs:
            check = self.fields.get(key)
            if check is None:
                raise UNRECOGNIZED_KEYS(field=key[:200], key=key[:200])
            if key not in found:
                found[key] = check(value, key)
            elif key in self.lists:
                found[key] += check(value, key)
            else:
                raise INVALID_TYPE(field=key, message=f"{key} was sent more than once")
        return self.struct(**found)


class Form:
    """The checks of the text fields of a form, compiled once: what a struct declares, sent as text.

    ``required`` are the fields without a default; ``struct`` is made from what the checks return.
    """

    def __init__(self, struct: type[msgspec.Struct]) -> None:
        info = cast(types.StructType, types.type_info(struct))
        self.struct = struct
        self.fields = {field.encode_name: _from_text(field.type) for field in info.fields}
        self.required = [field.encode_name for field in info.fields if field.required]


def given(body: msgspec.Struct) -> Mapping[str, Any]:
    """The fields of an update that were sent, as a mapping (``UNSET`` ones left out)."""
    return {
        name: value for name in body.__struct_fields__ if (value := getattr(body, name)) is not msgspec.UNSET
    }
