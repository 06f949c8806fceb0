"""The list of customers as a CSV: its rows in their order, with the columns that it shows or with all."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from datetime import date, datetime
from typing import Any

import msgspec

from pivotal_server.bulk.rows import Asked, Sight
from pivotal_server.custom_fields import service as custom_fields
from pivotal_server.customers import bulk, service_table
from pivotal_server.customers.beside import Beside, read_beside
from pivotal_server.customers.columns import FIXED, Column, all_columns, order_of
from pivotal_server.customers.schemas import Customer
from pivotal_server.customers.service import CustomerRow
from pivotal_server.customers.service_table import Order
from pivotal_server.customers.wire import to_wire
from pivotal_server.db.engine import Database
from pivotal_server.kit.clock import wire
from pivotal_server.transfer.columns import CUSTOM as CUSTOM_CELL
from pivotal_server.transfer.writing import Records, cell, first_line, lines


class Listed(msgspec.Struct, kw_only=True):
    """What of the list is exported: the rows that are asked for, in which order (as its address says it), and
    the keys of the columns; none for everything that a customer has.
    """

    chosen: Asked
    sort: str = "name"
    columns: list[str] = []


def _when(value: datetime | None) -> str | None:
    return None if value is None else wire(value)


def _day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


Value = Callable[[CustomerRow, Beside], Any]
# By the key of a column its cells: their headers, by which an import knows what it can change, and values.
_SHOWN: dict[str, tuple[tuple[str, Value], ...]] = {
    "name": (("name", lambda row, _: row.name),),
    "domain": (("domain", lambda row, _: row.domain),),
    "owner": (
        ("owner_id", lambda row, _: row.owner_id),
        ("owner_name", lambda row, beside: getattr(beside.owners.get(row.owner_id), "name", None)),
    ),
    "plan": (("plan", lambda row, _: row.plan),),
    "status": (("status", lambda row, _: row.status),),
    "health": (("health_score", lambda row, _: row.health_score),),
    "onboardings": (
        ("open_onboardings", lambda row, beside: len(beside.opened.get(row.id, ()))),
        ("open_phases", lambda row, beside: [one.phase for one in beside.opened.get(row.id, ())]),
    ),
    "launch": (("next_launch", lambda row, beside: _day(beside.next_launch(row.id))),),
    "activity": (("last_activity", lambda row, beside: _when(beside.last.get(row.id))),),
    "id": (),
    "mrr": (("mrr", lambda row, _: to_wire(row).mrr),),
    "orders": (("monthly_orders", lambda row, _: to_wire(row).monthly_orders),),
    "tags": (("tags", lambda row, _: row.tags),),
    "contact": (("primary_contact_name", lambda row, beside: beside.primary.get(row.id)),),
    "slug": (("slug", lambda row, _: row.slug),),
    "external_id": (("external_id", lambda row, _: row.external_id),),
    "created": (("created_at", lambda row, _: wire(row.created_at)),),
    "updated": (("updated_at", lambda row, _: wire(row.updated_at)),),
}


class _Shown:
    """Lines with the columns that the list shows; the number stands first, by which an import knows a row."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self.keys = {column.key for column in columns}
        self._fixed = [one for column in columns for one in _SHOWN.get(column.key, ())]
        self._custom = [column.field for column in columns if column.field]
        self.header = [
            "display_id",
            *(name for name, _ in self._fixed),
            *(f"{CUSTOM_CELL}{slug}" for slug in self._custom),
        ]

    def lines(self, rows: Sequence[CustomerRow], beside: Beside) -> bytes:
        """The lines of these rows."""

        def cells_of(row: CustomerRow) -> Sequence[Sequence[str]]:
            values: dict[str, Any] = msgspec.json.decode(row.custom_fields) if self._custom else {}
            fixed = [cell(value(row, beside)) for _, value in self._fixed]
            return ([str(row.display_id), *fixed, *(cell(values.get(slug)) for slug in self._custom)],)

        return lines(rows, cells_of)


class _Everything:
    """Lines with everything that a customer has."""

    keys: frozenset[str] = frozenset()

    def __init__(self, slugs: Sequence[str]) -> None:
        self._records = Records(Customer, slugs)
        self.header = self._records.header

    def lines(self, rows: Sequence[CustomerRow], _beside: Beside) -> bytes:
        """The lines of these rows."""
        return lines([to_wire(row) for row in rows], self._records.cells_of)


async def count(db: Database, org_id: str, listed: Listed, sight: Sight) -> int:
    """How many rows that is."""
    return await bulk.count(db, org_id, listed.chosen, sight)


async def parts(
    db: Database, org_id: str, listed: Listed, sight: Sight
) -> AsyncGenerator[tuple[bytes, int], None]:
    """The file in parts, each with how many rows it holds; the header comes first.

    Rows are those within ``sight`` now, in one consistent state. Raises what ``bulk.filters_of`` raises.
    """
    fields = await custom_fields.all_fields(db, org_id)
    known = all_columns(fields)
    shape: _Shown | _Everything
    if listed.columns:
        chosen = [key for key in dict.fromkeys((FIXED, *listed.columns)) if key in known]
        shape = _Shown([known[key] for key in chosen])
    else:
        shape = _Everything([one.slug for one in fields if one.archived_at is None])
    yield first_line(shape.header), 0
    filters = await bulk.filters_of(db, org_id, listed.chosen, sight)
    if filters is None:
        return
    order = order_of(listed.sort, known) or Order()
    async with aclosing(service_table.stream(db, org_id, *filters, order)) as batches:
        async for rows in batches:
            beside = await read_beside(db, org_id, rows, shape.keys)
            yield shape.lines(rows, beside), len(rows)
