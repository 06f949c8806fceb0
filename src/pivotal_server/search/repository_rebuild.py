"""SQL of writing anew what search looks in, from the records themselves."""

from typing import Any

from msgspec import Raw, Struct
from sqlalchemy import Table, bindparam, select

from pivotal_server.db.engine import Executor
from pivotal_server.db.search_conditions import C, Kind, P
from pivotal_server.db.statements import Statement, any_of
from pivotal_server.db.tables import contacts, customers, onboardings, tasks


class CustomerTexts(Struct, frozen=True):
    """What a customer is found by."""

    id: str
    name: str
    slug: str
    domain: str | None
    external_id: str | None
    custom_fields: Raw


class ContactTexts(Struct, frozen=True):
    """What a contact is found by."""

    id: str
    customer_id: str
    name: str
    email: str
    title: str | None


class OnboardingTexts(Struct, frozen=True):
    """What an onboarding is found by."""

    id: str
    customer_id: str
    name: str


class TaskTexts(Struct, frozen=True):
    """What a task is found by."""

    id: str
    customer_id: str
    title: str


_KINDS: dict[Kind, tuple[type[Struct], Table]] = {
    "customer": (CustomerTexts, customers),
    "contact": (ContactTexts, contacts),
    "onboarding": (OnboardingTexts, onboardings),
    "task": (TaskTexts, tasks),
}


def _batch(kind: type[Struct], table: Table) -> Statement[Any]:
    columns = [table.c[name] for name in kind.__struct_fields__]
    rows = select(*columns).where(
        table.c.org_id == bindparam("org_id"), table.c.id > bindparam("after"), table.c.deleted_at.is_(None)
    )
    if table is not customers:
        # What belongs to a deleted customer is found no more.
        home = table.join(customers, (C.org_id == table.c.org_id) & (C.id == table.c.customer_id))
        rows = rows.select_from(home).where(C.deleted_at.is_(None))
    return Statement(rows.order_by(table.c.id).limit(bindparam("limit")), into=kind)


_BATCHES = {kind: _batch(*what) for kind, what in _KINDS.items()}
_CONTACTS_OF = Statement.rows(
    select(P.customer_id, P.name, P.email)
    .where(P.org_id == bindparam("org_id"), any_of(P.customer_id, "ids"), P.deleted_at.is_(None))
    .order_by(P.created_at)
)


async def batch(db: Executor, org_id: str, kind: Kind, after: str, limit: int) -> list[Any]:
    """The next live records of a kind behind the id ``after``, with what they are found by."""
    return await db.fetch_all(_BATCHES[kind], {"org_id": org_id, "after": after, "limit": limit})


async def contacts_of(db: Executor, org_id: str, ids: list[str]) -> list[tuple[str, str, str]]:
    """Customer, name and address of the contacts of several customers, the oldest first."""
    found = await db.fetch_all(_CONTACTS_OF, {"org_id": org_id, "ids": ids})
    return [(customer_id, name, email) for customer_id, name, email in found]
