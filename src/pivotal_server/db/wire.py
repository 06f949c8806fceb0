"""Rows read straight into wire objects, for answers that need nothing but columns.

The columns are those of the table under types that decode to what JSON holds: a moment to its text, a
calendar day to its midnight, a whole number without ``.0``. Nothing stands between the driver's row and
the encoder but the wire struct itself.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, ClassVar, Generic, TypeVar

import msgspec
from sqlalchemy import BigInteger, ColumnElement, Float, Table, bindparam, select, type_coerce
from sqlalchemy.types import Date, DateTime, Text, TypeEngine

from pivotal_server.db.engine import Executor
from pivotal_server.db.statements import Statement, any_of
from pivotal_server.db.types import CalendarDay, Convert, PortableType, Timestamp
from pivotal_server.kit.clock import wire, wire_of_micros
from pivotal_server.kit.references import number_in
from pivotal_server.kit.wire import plain_number

R = TypeVar("R", bound=msgspec.Struct)

NONE_COMPUTED: Mapping[str, ColumnElement[Any]] = MappingProxyType({})


def day_text(day: date) -> str:
    """A calendar day as its midnight UTC, the way the API writes target dates."""
    return f"{day.isoformat()}T00:00:00.000Z"


class _WireMoment(PortableType):
    impl = Text
    cache_ok = True
    storage: ClassVar[dict[str, TypeEngine[Any]]] = {
        "sqlite": BigInteger(),
        "postgresql": DateTime(timezone=True),
    }
    decoders: ClassVar[dict[str, Convert]] = {"sqlite": wire_of_micros, "postgresql": wire}


class _WireDay(PortableType):
    impl = Text
    cache_ok = True
    storage: ClassVar[dict[str, TypeEngine[Any]]] = {"sqlite": Text(), "postgresql": Date()}
    decoders: ClassVar[dict[str, Convert]] = {
        "sqlite": "{}T00:00:00.000Z".format,
        "postgresql": day_text,
    }


class _WirePlainDay(PortableType):
    impl = Text
    cache_ok = True
    storage: ClassVar[dict[str, TypeEngine[Any]]] = {"sqlite": Text(), "postgresql": Date()}
    decoders: ClassVar[dict[str, Convert]] = {"postgresql": date.isoformat}


class _WireNumber(PortableType):
    impl = Float
    cache_ok = True
    storage: ClassVar[dict[str, TypeEngine[Any]]] = {"sqlite": Float(53), "postgresql": Float(53)}
    decoders: ClassVar[dict[str, Convert]] = {"sqlite": plain_number, "postgresql": plain_number}


class _Undecoded(PortableType):
    """The driver's own value: :func:`moment_of` decodes the one that is needed."""

    impl = BigInteger
    cache_ok = True
    storage: ClassVar[dict[str, TypeEngine[Any]]] = {
        "sqlite": BigInteger(),
        "postgresql": DateTime(timezone=True),
    }


def wire_columns_of(
    struct: type[msgspec.Struct], table: Table, computed: Mapping[str, ColumnElement[Any]] = NONE_COMPUTED
) -> list[ColumnElement[Any]]:
    """The columns of ``table`` that the fields of a wire struct name, in their order.

    ``computed`` holds what stands in the place of a column, by the name of the field.
    """
    return [
        (computed[name] if name in computed else _on_the_wire(table.c[name])).label(name)
        for name in struct.__struct_fields__
    ]


def plain_day(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A calendar day written as such, ``2026-06-01``."""
    return type_coerce(column, _WirePlainDay())


def undecoded(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A moment left as the driver gives it."""
    return type_coerce(column, _Undecoded())


def moment_of(value: Any) -> datetime:
    """The moment that an :func:`undecoded` column holds."""
    return value if isinstance(value, datetime) else Timestamp.decoders["sqlite"](value)


def _on_the_wire(column: ColumnElement[Any]) -> ColumnElement[Any]:
    if isinstance(column.type, Timestamp):
        return type_coerce(column, _WireMoment())
    if isinstance(column.type, CalendarDay):
        return type_coerce(column, _WireDay())
    if isinstance(column.type, Float):
        return type_coerce(column, _WireNumber())
    return column


class WireRead(Generic[R]):
    """Reads live rows of ``table`` as wire objects ``kind``: one by either id, several by ``id``."""

    def __init__(
        self,
        kind: type[R],
        table: Table,
        computed: Mapping[str, ColumnElement[Any]] = NONE_COMPUTED,
    ) -> None:
        found = select(*wire_columns_of(kind, table, computed)).where(
            table.c.org_id == bindparam("org_id"), table.c.deleted_at.is_(None)
        )
        self._by_id = Statement(found.where(table.c.id == bindparam("id")), into=kind)
        self._by_number = Statement(found.where(table.c.display_id == bindparam("number")), into=kind)
        self._by_ids = Statement(found.where(any_of(table.c.id, "ids")), into=kind)

    async def get(self, db: Executor, org_id: str, reference: str) -> R | None:
        """The object that ``reference`` names, if it is there and not deleted."""
        number = number_in(reference)
        if number is None:
            return await db.fetch_one(self._by_id, {"org_id": org_id, "id": reference})
        return await db.fetch_one(self._by_number, {"org_id": org_id, "number": number})

    async def many(self, db: Executor, org_id: str, ids: Iterable[str | None]) -> dict[str | None, R]:
        """The live objects with these ids, by id; ``None`` among them is passed over."""
        wanted = sorted({id for id in ids if id is not None})
        if not wanted:
            return {}
        found = await db.fetch_all(self._by_ids, {"org_id": org_id, "ids": wanted})
        return {getattr(one, "id"): one for one in found}  # noqa: B009 - every wire object has one
