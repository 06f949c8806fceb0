"""Column types that mean the same on SQLite and PostgreSQL.

`db.statements` takes the plain functions `encoder` and `decoder` of each type and puts them into the code of
a compiled statement, so a column whose driver value already is the Python value costs nothing. The same
functions serve SQLAlchemy itself (migrations, reflection) through the `TypeDecorator` interface.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar

import msgspec
from sqlalchemy import BigInteger, Boolean, Date, DateTime, Dialect, Integer, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

Convert = Callable[[Any], Any]
"""A conversion of one value; never called with None, which is SQL NULL on both sides."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

# Below this many microseconds (year 2242) a double holds the seconds closely enough to round to the right
# microsecond, and `fromtimestamp` is faster than adding a timedelta.
_EXACT_AS_DOUBLE = 2**33 * 1_000_000

_from_timestamp = datetime.fromtimestamp
_decode_json = msgspec.json.Decoder().decode
_encode_json = msgspec.json.Encoder().encode


def micros(value: datetime) -> int:
    """Microseconds since 1970-01-01 UTC of an aware datetime; TypeError for a naive one."""
    return (value - EPOCH) // _MICROSECOND


def from_micros(value: int) -> datetime:
    """The aware UTC datetime that lies `value` microseconds after 1970-01-01 UTC."""
    if 0 <= value < _EXACT_AS_DOUBLE:
        return _from_timestamp(value / 1_000_000, UTC)
    return EPOCH + timedelta(microseconds=value)


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise TypeError("a timestamp needs a time zone")
    return value


def _day(value: date) -> date:
    if isinstance(value, datetime):
        raise TypeError("a calendar day is a date, not a datetime")
    return value


def _day_text(value: date) -> str:
    return _day(value).isoformat()


def _json_text(value: Any) -> str:
    return _encode_json(value).decode()


def _raw_text(value: msgspec.Raw | bytes | str) -> str:
    return value if isinstance(value, str) else str(value, "utf-8")


class PortableType(TypeDecorator[Any]):
    """A type with one meaning in Python and a storage of its own on each database."""

    impl: TypeEngine[Any] | type[TypeEngine[Any]] = Text
    cache_ok = True
    storage: ClassVar[dict[str, TypeEngine[Any]]] = {}
    encoders: ClassVar[dict[str, Convert]] = {}
    decoders: ClassVar[dict[str, Convert]] = {}

    def encoder(self, dialect: str) -> Convert | None:
        """Python value to driver value for the dialect (`sqlite`, `postgresql`); None = pass it on."""
        return self.encoders.get(dialect)

    def decoder(self, dialect: str) -> Convert | None:
        """Driver value to Python value for the dialect; None = pass it on."""
        return self.decoders.get(dialect)

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The column type of the dialect."""
        return self.storage[dialect.name]

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Encode for SQLAlchemy's own engines, which migrations use."""
        encode = self.encoder(dialect.name)
        return value if value is None or encode is None else encode(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """Decode for SQLAlchemy's own engines, which migrations use."""
        decode = self.decoder(dialect.name)
        return value if value is None or decode is None else decode(value)


class Key(PortableType):
    """Text compared byte by byte on both databases: ids, slugs, keys, everything that is sorted exactly."""

    impl = Text
    cache_ok = True
    storage: ClassVar[dict[str, TypeEngine[Any]]] = {"sqlite": Text(), "postgresql": Text(collation="C")}


class Timestamp(PortableType):
    """A moment: an aware `datetime`, read back in UTC, exact to the microsecond.

    INTEGER microseconds since the epoch on SQLite, TIMESTAMPTZ on PostgreSQL. Naive is a TypeError.
    """

    impl = DateTime
    cache_ok = True
    storage: ClassVar[dict[str, TypeEngine[Any]]] = {
        "sqlite": BigInteger(),
        "postgresql": DateTime(timezone=True),
    }
    encoders: ClassVar[dict[str, Convert]] = {"sqlite": micros, "postgresql": _aware}
    decoders: ClassVar[dict[str, Convert]] = {"sqlite": from_micros}


class CalendarDay(PortableType):
    """A `date` without a time zone: TEXT `YYYY-MM-DD` on SQLite, DATE on PostgreSQL."""

    impl = Date
    cache_ok = True
    storage: ClassVar[dict[str, TypeEngine[Any]]] = {"sqlite": Text(), "postgresql": Date()}
    encoders: ClassVar[dict[str, Convert]] = {"sqlite": _day_text, "postgresql": _day}
    decoders: ClassVar[dict[str, Convert]] = {"sqlite": date.fromisoformat}


class Json(PortableType):
    """Any JSON value, kept as text on both databases, so key order and number text survive. None is NULL."""

    impl = Text
    cache_ok = True
    storage: ClassVar[dict[str, TypeEngine[Any]]] = {"sqlite": Text(), "postgresql": Text()}
    encoders: ClassVar[dict[str, Convert]] = {"sqlite": _json_text, "postgresql": _json_text}
    decoders: ClassVar[dict[str, Convert]] = {"sqlite": _decode_json, "postgresql": _decode_json}


class RawJson(PortableType):
    """JSON text that goes into answers without being decoded.

    Takes `msgspec.Raw`, bytes or str that hold JSON already; gives `msgspec.Raw`.
    """

    impl = Text
    cache_ok = True
    storage: ClassVar[dict[str, TypeEngine[Any]]] = {"sqlite": Text(), "postgresql": Text()}
    encoders: ClassVar[dict[str, Convert]] = {"sqlite": _raw_text, "postgresql": _raw_text}
    decoders: ClassVar[dict[str, Convert]] = {"sqlite": msgspec.Raw, "postgresql": msgspec.Raw}


class Flag(PortableType):
    """A bool: INTEGER 0 or 1 on SQLite, BOOLEAN on PostgreSQL. `where(column)` and `~column` work on both."""

    impl = Boolean
    cache_ok = True
    storage: ClassVar[dict[str, TypeEngine[Any]]] = {"sqlite": Integer(), "postgresql": Boolean()}
    decoders: ClassVar[dict[str, Convert]] = {"sqlite": bool}
