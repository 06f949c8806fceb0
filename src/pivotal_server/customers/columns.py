"""The columns that the table of customers can have (app rule 4.1), and how an address names them."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from pivotal_server.custom_fields.service import FieldRow
from pivotal_server.customers.service_table import Order

CUSTOM = "cf."
"""Before the slug of a custom field that is a column."""


class Column(Struct, frozen=True):
    """A column. ``sort``: what orders it, empty for none; ``rank``: how early narrow screens leave it out."""

    key: str
    title: str
    sort: str = ""
    rank: str = ""
    number: bool = False
    field: str = ""
    type: str = ""


_BUILT_IN = (
    Column("name", "Name", "name"),
    Column("domain", "Domain", "domain", "p3"),
    Column("owner", "Owner", "owner", "p1"),
    Column("plan", "Plan", "plan", "p3"),
    Column("status", "Status", "status"),
    Column("health", "Health", "health", "p2"),
    Column("onboardings", "Onboardings", "onboardings", "p2"),
    Column("launch", "Next launch", "launch", "p2"),
    Column("activity", "Last activity", "activity", "p1", number=True),
    Column("id", "#", "id", number=True),
    Column("mrr", "MRR", "mrr", number=True),
    Column("orders", "Monthly orders", "orders", number=True),
    Column("tags", "Tags"),
    Column("contact", "Primary contact", "contact"),
    Column("slug", "Slug", "slug"),
    Column("external_id", "External id", "external_id"),
    Column("created", "Created", "created"),
    Column("updated", "Updated", "updated"),
)
USUAL = tuple(column.key for column in _BUILT_IN[:9])
FIXED = "name"
"""Stands first in every table: a row is known by it."""


def all_columns(fields: Iterable[FieldRow]) -> dict[str, Column]:
    """Every column of a workspace with these custom fields."""
    known = {column.key: column for column in _BUILT_IN}
    for one in fields:
        if one.archived_at is None:
            key, number = f"{CUSTOM}{one.slug}", one.type == "number"
            by = "custom_number" if number else "custom_text"
            known[key] = Column(key, one.label, by, number=number, field=one.slug, type=one.type)
    return known


def chosen(text: str, known: Mapping[str, Column]) -> tuple[Column, ...]:
    """The columns that an address names; the usual ones when it names none that there is."""
    keys = [key for key in dict.fromkeys(text.split(",")) if key in known and key != FIXED]
    return tuple(known[key] for key in (FIXED, *(keys or USUAL[1:])))


def named(columns: Sequence[Column]) -> str:
    """What the address says of these columns: nothing of the usual ones."""
    keys = tuple(column.key for column in columns)
    return "" if keys == USUAL else ",".join(keys[1:])


def order_of(text: str, known: Mapping[str, Column]) -> Order | None:
    """The order that ``-mrr`` or ``name`` means; None when it means none."""
    column = known.get(text.removeprefix("-"))
    if column is None or not column.sort:
        return None
    return Order(column.sort, text.startswith("-"), column.field)
