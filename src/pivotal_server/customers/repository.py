"""SQL of customers."""

from datetime import datetime
from typing import Any, TypeVar

import msgspec
from sqlalchemy import ColumnElement, and_, bindparam, delete, not_, select, update

from pivotal_server.db.engine import Executor, Transaction
from pivotal_server.db.lists import PagedList
from pivotal_server.db.search_conditions import CUSTOMER_FILTERS
from pivotal_server.db.searched import asked_for
from pivotal_server.db.statements import (
    Statement,
    StatementCache,
    any_of,
    columns_of,
    insert_if_new,
    insert_of,
)
from pivotal_server.db.tables import (
    customer_former_slugs,
    customer_tags,
    customers,
)
from pivotal_server.db.visibility import visible_to
from pivotal_server.db.wire import WireRead, wire_columns_of


class CustomerRow(msgspec.Struct, frozen=True):
    """A customer as stored."""

    id: str
    display_id: int
    name: str
    slug: str
    domain: str | None
    status: str
    previous_status: str | None
    plan: str | None
    mrr: float | None
    monthly_orders: float | None
    hubspot_company_id: str | None
    hubspot_deal_id: str | None
    stripe_customer_id: str | None
    intercom_company_id: str | None
    slack_channel_id: str | None
    owner_id: str | None
    tags: msgspec.Raw
    custom_fields: msgspec.Raw
    metadata: msgspec.Raw
    external_id: str | None
    health_score: int | None
    livemode: bool
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None


_C = customers.c
_ORG = _C.org_id == bindparam("org_id")
_LIVE = _C.deleted_at.is_(None)
_SELECT = select(*columns_of(CustomerRow, customers))

VISIBLE = visible_to(_C.org_id, _C.id, _C.owner_id)

BY_ID = Statement(_SELECT.where(_ORG, _C.id == bindparam("id")), into=CustomerRow)
BY_NUMBER = Statement(_SELECT.where(_ORG, _C.display_id == bindparam("number")), into=CustomerRow)
HEADS = Statement.rows(
    select(_C.id, _C.name, _C.display_id).where(_ORG, any_of(_C.id, "ids"), _C.deleted_at.is_(None))
)
BY_ID_LOCKED = Statement(_SELECT.where(_ORG, _C.id == bindparam("id")).with_for_update(), into=CustomerRow)
BY_NUMBER_LOCKED = Statement(
    _SELECT.where(_ORG, _C.display_id == bindparam("number")).with_for_update(), into=CustomerRow
)
BY_SLUG = Statement(_SELECT.where(_ORG, _LIVE, _C.slug == bindparam("slug")), into=CustomerRow)
BY_FORMER_SLUG = Statement(
    _SELECT.join(
        customer_former_slugs,
        and_(customer_former_slugs.c.org_id == _C.org_id, customer_former_slugs.c.customer_id == _C.id),
    )
    .where(_ORG, _LIVE, customer_former_slugs.c.slug == bindparam("slug"))
    .order_by(customer_former_slugs.c.left_at.desc())
    .limit(1),
    into=CustomerRow,
)
IS_VISIBLE = Statement.scalar(select(_C.id).where(_ORG, _C.id == bindparam("id"), VISIBLE), str)
SLUGS_FROM = Statement.scalar(
    select(_C.slug).where(_ORG, _LIVE, _C.slug >= bindparam("first"), _C.slug < bindparam("past")), str
)
SLUG_EXISTS = Statement.scalar(select(_C.slug).where(_ORG, _LIVE, _C.slug == bindparam("slug")), str)
_MATCHED = {"external_id": _C.external_id, "slug": _C.slug, "domain": _C.domain}
MATCHING = {
    name: Statement.scalar(select(_C.id).where(_ORG, _LIVE, column == bindparam("value")).limit(2), str)
    for name, column in _MATCHED.items()
}
INSERT = Statement.write(insert_of(customers))
INSERT_IF_FREE = insert_if_new(
    customers, index_elements=["org_id", "slug"], index_where=_C.deleted_at.is_(None)
)
_CHANGEABLE = [
    name for name in CustomerRow.__struct_fields__ if name not in ("id", "display_id", "created_at")
]
UPDATE = Statement.write(
    update(customers)
    .where(_C.org_id == bindparam("in_org"), _C.id == bindparam("of_id"))
    .values({name: bindparam(name, type_=_C[name].type) for name in _CHANGEABLE})
)
INSERT_TAG = Statement.write(insert_of(customer_tags))
_T = customer_tags.c
_TAGGED = select(_T.customer_id, _T.created_at).where(
    _T.org_id == bindparam("org_id"), _T.tag == bindparam("tag")
)
_TAGGED = _TAGGED.order_by(_T.created_at).limit(bindparam("limit"))
TAGGED = Statement.rows(_TAGGED)
TAGGED_AFTER = Statement.rows(_TAGGED.where(_T.created_at > bindparam("after", type_=_T.created_at.type)))
DELETE_TAGS = Statement.write(
    delete(customer_tags).where(
        customer_tags.c.org_id == bindparam("org_id"), customer_tags.c.customer_id == bindparam("customer_id")
    )
)
INSERT_FORMER_SLUG = Statement.write(insert_of(customer_former_slugs))

_WITH_TAG = customer_tags.join(
    customers,
    and_(_C.org_id == customer_tags.c.org_id, _C.id == customer_tags.c.customer_id),
)
FILTERS: dict[str, ColumnElement[bool]] = {
    "status": _C.status == bindparam("status"),
    "slug": _C.slug == bindparam("slug"),
    "domain": _C.domain == bindparam("domain"),
    "plan": _C.plan == bindparam("plan"),
    "owner_id": _C.owner_id == bindparam("owner_id"),
    "external_id": _C.external_id == bindparam("external_id"),
    "hubspot_company_id": _C.hubspot_company_id == bindparam("hubspot_company_id"),
    "stripe_customer_id": _C.stripe_customer_id == bindparam("stripe_customer_id"),
    "current": _C.status.not_in(("churned", "archived")),
    "visible_to": VISIBLE,
    "tag": and_(customer_tags.c.org_id == bindparam("org_id"), customer_tags.c.tag == bindparam("tag")),
    **CUSTOMER_FILTERS,
}
CHOSEN: dict[str, ColumnElement[bool]] = {
    "until": _C.created_at <= bindparam("until", type_=_C.created_at.type),
    "ids": any_of(_C.id, "ids"),
    "without": not_(any_of(_C.id, "without")),
}
"""What narrows a list to selected rows: those there at a time, named ones, all but some."""
DRIVEN = {"tag": (_WITH_TAG, customer_tags.c.created_at)}
LIST = PagedList(CustomerRow, customers, [_LIVE], FILTERS, DRIVEN)

W = TypeVar("W", bound=msgspec.Struct)


def wire_list(kind: type[W]) -> PagedList[W]:
    """The list of live customers, read as wire objects of ``kind``."""
    return PagedList(
        kind, customers, [_LIVE], FILTERS, DRIVEN, wire=True, few_by={"updated_since": "customers_updated"}
    )


def wire_all(kind: type[W]) -> StatementCache[W]:
    """The live customers, by number, as a search asks for them."""
    columns = wire_columns_of(kind, customers)
    rows = select(*columns).where(_ORG, _LIVE).order_by(_C.display_id)
    return asked_for("customer", rows, _C.id, kind)


def wire_read(kind: type[W]) -> WireRead[W]:
    """Single live customers, read as wire objects of ``kind``."""
    return WireRead(kind, customers)


async def find(
    db: Executor, org_id: str, *, id: str | None = None, number: int | None = None, lock: bool = False
) -> CustomerRow | None:
    """The customer with this id or number, deleted or not; ``lock`` keeps others from changing it."""
    if number is not None:
        return await db.fetch_one(
            BY_NUMBER_LOCKED if lock else BY_NUMBER, {"org_id": org_id, "number": number}
        )
    return await db.fetch_one(BY_ID_LOCKED if lock else BY_ID, {"org_id": org_id, "id": id})


async def heads(db: Executor, org_id: str, ids: list[str]) -> dict[str, tuple[str, int]]:
    """Name and number of the live customers with these ids."""
    found = await db.fetch_all(HEADS, {"org_id": org_id, "ids": ids}) if ids else []
    return {id: (name, number) for id, name, number in found}


async def by_slug(db: Executor, org_id: str, slug: str) -> CustomerRow | None:
    """The live customer with this slug."""
    return await db.fetch_one(BY_SLUG, {"org_id": org_id, "slug": slug})


async def by_former_slug(db: Executor, org_id: str, slug: str) -> CustomerRow | None:
    """The live customer that had this slug last."""
    return await db.fetch_one(BY_FORMER_SLUG, {"org_id": org_id, "slug": slug})


async def matching(db: Executor, org_id: str, by: str, value: str) -> list[str]:
    """The live customers whose ``external_id``, ``slug`` or ``domain`` is ``value``: at most two ids."""
    return await db.fetch_all(MATCHING[by], {"org_id": org_id, "value": value})


async def is_visible(db: Executor, org_id: str, id: str, member_id: str) -> bool:
    """Whether a member who does not see all customers sees this one."""
    found = await db.fetch_one(IS_VISIBLE, {"org_id": org_id, "id": id, "visible_to": member_id})
    return found is not None


async def free_slug(db: Executor, org_id: str, base: str) -> str:
    """``base``, or the first of ``base-2``, ``base-3``, … that no live customer has."""
    if await db.fetch_one(SLUG_EXISTS, {"org_id": org_id, "slug": base}) is None:
        return base
    # '.' is the character after '-', so the range holds exactly the slugs that begin with "base-".
    taken = set(await db.fetch_all(SLUGS_FROM, {"org_id": org_id, "first": f"{base}-", "past": f"{base}."}))
    number = 2
    while f"{base}-{number}" in taken:
        number += 1
    return f"{base}-{number}"


async def insert(tx: Transaction, org_id: str, row: CustomerRow) -> None:
    """Insert a customer. Raises ``UniqueViolation``."""
    await tx.execute(INSERT, {"org_id": org_id, **msgspec.structs.asdict(row)})


async def insert_named(tx: Transaction, org_id: str, row: CustomerRow) -> CustomerRow:
    """Insert a customer whose slug was made of its name; the row, with the first slug like it that is free.

    A slug is usually free, so it is not asked for first. Raises ``UniqueViolation``.
    """
    made = row.slug
    while not await tx.execute(INSERT_IF_FREE, {"org_id": org_id, **msgspec.structs.asdict(row)}):
        row = msgspec.structs.replace(row, slug=await free_slug(tx, org_id, made))
    return row


async def save(tx: Transaction, org_id: str, row: CustomerRow) -> None:
    """Write the changed fields of a customer. Raises ``UniqueViolation``."""
    await tx.execute(UPDATE, {"in_org": org_id, "of_id": row.id, **msgspec.structs.asdict(row)})


async def write_tags(
    tx: Transaction, org_id: str, row: CustomerRow, tags: list[str], *, replace: bool
) -> None:
    """Keep the index of tags: the folded ``tags`` of a customer, in place of those it had."""
    if replace:
        await tx.execute(DELETE_TAGS, {"org_id": org_id, "customer_id": row.id})
    if tags:
        common: dict[str, Any] = {"org_id": org_id, "customer_id": row.id, "created_at": row.created_at}
        await tx.execute_many(INSERT_TAG, [{**common, "tag": tag.casefold()} for tag in tags])


async def tagged(
    db: Executor, org_id: str, tag: str, after: datetime | None, limit: int
) -> list[tuple[str, datetime]]:
    """The next live customers that carry a folded tag, with their ``created_at``, the oldest first."""
    params: dict[str, Any] = {"org_id": org_id, "tag": tag, "limit": limit}
    if after is None:
        return await db.fetch_all(TAGGED, params)
    return await db.fetch_all(TAGGED_AFTER, {**params, "after": after})


async def leave_slug(tx: Transaction, org_id: str, customer_id: str, slug: str, at: datetime) -> None:
    """Remember that a customer gave up ``slug``, so that old addresses still lead to it."""
    await tx.execute(
        INSERT_FORMER_SLUG, {"org_id": org_id, "slug": slug, "left_at": at, "customer_id": customer_id}
    )
