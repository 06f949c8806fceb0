"""SQL of contacts."""

from collections.abc import Collection
from datetime import datetime
from typing import TypeVar

import msgspec
from sqlalchemy import bindparam, exists, func, select, update

from pivotal_server.db.engine import Executor, Transaction
from pivotal_server.db.lists import FirstOfEach, PagedList
from pivotal_server.db.searched import asked_for
from pivotal_server.db.statements import Statement, StatementCache, any_of, columns_of, insert_of
from pivotal_server.db.tables import contacts, customers
from pivotal_server.db.wire import WireRead, wire_columns_of


class ContactRow(msgspec.Struct, frozen=True):
    """A contact as stored."""

    id: str
    display_id: int
    customer_id: str
    name: str
    email: str
    title: str | None
    phone: str | None
    is_primary: bool
    labels: msgspec.Raw
    archived: bool
    portal_access: bool
    metadata: msgspec.Raw
    external_id: str | None
    livemode: bool
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None


_C = contacts.c
_ORG = _C.org_id == bindparam("org_id")
_LIVE = _C.deleted_at.is_(None)
_OF_CUSTOMER = _C.customer_id == bindparam("customer_id")
_SELECT = select(*columns_of(ContactRow, contacts))

BY_ID = Statement(_SELECT.where(_ORG, _C.id == bindparam("id")), into=ContactRow)
BY_NUMBER = Statement(_SELECT.where(_ORG, _C.display_id == bindparam("number")), into=ContactRow)
BY_ID_LOCKED = Statement(_SELECT.where(_ORG, _C.id == bindparam("id")).with_for_update(), into=ContactRow)
BY_NUMBER_LOCKED = Statement(
    _SELECT.where(_ORG, _C.display_id == bindparam("number")).with_for_update(), into=ContactRow
)
PRIMARY = Statement(_SELECT.where(_ORG, _LIVE, _OF_CUSTOMER, _C.is_primary), into=ContactRow)
PRIMARY_NAMES = Statement.rows(
    select(_C.customer_id, _C.name).where(_ORG, _LIVE, any_of(_C.customer_id, "customer_ids"), _C.is_primary)
)
CARD = Statement(
    _SELECT.where(_ORG, _LIVE, _OF_CUSTOMER, ~_C.archived)
    .order_by(_C.is_primary.desc(), _C.created_at)
    .limit(bindparam("limit")),
    into=ContactRow,
)
COUNT = Statement.scalar(
    select(func.count()).select_from(
        select(_C.id).where(_ORG, _LIVE, _OF_CUSTOMER).limit(bindparam("most")).subquery()
    ),
    int,
)
BY_EMAIL = Statement.scalar(
    select(_C.id).where(_ORG, _LIVE, _OF_CUSTOMER, _C.email == bindparam("email")), str
)
BY_EXTERNAL_ID = Statement.scalar(
    select(_C.id).where(_ORG, _LIVE, _C.external_id == bindparam("external_id")), str
)
TAKEN = Statement.rows(select(_C.email).where(_ORG, _LIVE, _OF_CUSTOMER, any_of(_C.email, "emails")))
INSERT = Statement.write(insert_of(contacts))
_CHANGEABLE = [
    name for name in ContactRow.__struct_fields__ if name not in ("id", "display_id", "created_at")
]
UPDATE = Statement.write(
    update(contacts)
    .where(_C.org_id == bindparam("in_org"), _C.id == bindparam("of_id"))
    .values({name: bindparam(name, type_=_C[name].type) for name in _CHANGEABLE})
)
_FILTERS = {"email": _C.email == bindparam("email"), "archived": _C.archived == bindparam("archived")}

_OF_LIVE_CUSTOMER = exists().where(
    customers.c.org_id == _C.org_id, customers.c.id == _C.customer_id, customers.c.deleted_at.is_(None)
)

W = TypeVar("W", bound=msgspec.Struct)


def wire_list(kind: type[W]) -> PagedList[W]:
    """The contacts of one customer (bound as ``customer_id``), read as wire objects of ``kind``."""
    return PagedList(kind, contacts, [_LIVE, _OF_CUSTOMER], _FILTERS, wire=True)


def wire_newest(kind: type[W]) -> FirstOfEach[W]:
    """The newest contacts of each of several customers, as wire objects of ``kind``."""
    return FirstOfEach(kind, contacts, "customer_id", [_LIVE])


def wire_all(kind: type[W]) -> StatementCache[W]:
    """The live contacts of live customers, by number, as a search asks for them."""
    columns = wire_columns_of(kind, contacts)
    rows = select(*columns).where(_ORG, _LIVE, _OF_LIVE_CUSTOMER).order_by(_C.display_id)
    return asked_for("contact", rows, _C.id, kind)


def wire_read(kind: type[W]) -> WireRead[W]:
    """Single live contacts, read as wire objects of ``kind``."""
    return WireRead(kind, contacts)


async def id_of_email(db: Executor, org_id: str, customer_id: str, email: str) -> str | None:
    """The live contact of a customer with this address."""
    params = {"org_id": org_id, "customer_id": customer_id, "email": email}
    return await db.fetch_one(BY_EMAIL, params)


async def id_of_external(db: Executor, org_id: str, external_id: str) -> str | None:
    """The live contact with this external id."""
    return await db.fetch_one(BY_EXTERNAL_ID, {"org_id": org_id, "external_id": external_id})


async def find(
    db: Executor, org_id: str, *, id: str | None = None, number: int | None = None, lock: bool = False
) -> ContactRow | None:
    """The contact with this id or number, deleted or not; ``lock`` keeps others from changing it."""
    if number is not None:
        return await db.fetch_one(
            BY_NUMBER_LOCKED if lock else BY_NUMBER, {"org_id": org_id, "number": number}
        )
    return await db.fetch_one(BY_ID_LOCKED if lock else BY_ID, {"org_id": org_id, "id": id})


async def primary(db: Executor, org_id: str, customer_id: str) -> ContactRow | None:
    """The primary contact of a customer."""
    return await db.fetch_one(PRIMARY, {"org_id": org_id, "customer_id": customer_id})


async def primary_names(db: Executor, org_id: str, customer_ids: list[str]) -> dict[str, str]:
    """The names of the primary contacts of several customers."""
    return dict(await db.fetch_all(PRIMARY_NAMES, {"org_id": org_id, "customer_ids": customer_ids}))


async def card(db: Executor, org_id: str, customer_id: str, limit: int) -> list[ContactRow]:
    """The active contacts of a customer, the primary first, then in the order of creation."""
    return await db.fetch_all(CARD, {"org_id": org_id, "customer_id": customer_id, "limit": limit})


async def count(db: Executor, org_id: str, customer_id: str, most: int) -> int:
    """How many contacts a customer has, archived ones too; counting stops at ``most``."""
    params = {"org_id": org_id, "customer_id": customer_id, "most": most}
    return await db.fetch_one(COUNT, params) or 0


async def taken(db: Executor, org_id: str, customer_id: str, emails: Collection[str]) -> list[str]:
    """Those of the addresses that a live contact of the customer has."""
    params = {"org_id": org_id, "customer_id": customer_id, "emails": list(emails)}
    return [email for (email,) in await db.fetch_all(TAKEN, params)]


async def insert(tx: Transaction, org_id: str, row: ContactRow) -> None:
    """Insert a contact. Raises ``UniqueViolation``."""
    await tx.execute(INSERT, {"org_id": org_id, **msgspec.structs.asdict(row)})


async def save(tx: Transaction, org_id: str, row: ContactRow) -> None:
    """Write the changed fields of a contact. Raises ``UniqueViolation``."""
    await tx.execute(UPDATE, {"in_org": org_id, "of_id": row.id, **msgspec.structs.asdict(row)})
