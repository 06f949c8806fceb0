"""SQL of onboardings."""

from datetime import date, datetime
from typing import Any, TypeVar

import msgspec
from sqlalchemy import bindparam, select, update

from pivotal_server.db.engine import Executor, Transaction
from pivotal_server.db.lists import FirstOfEach, PagedList
from pivotal_server.db.searched import asked_for
from pivotal_server.db.statements import Statement, StatementCache, any_of, columns_of, insert_of
from pivotal_server.db.tables import onboardings, phase_transitions
from pivotal_server.db.wire import WireRead, wire_columns_of


class OnboardingRow(msgspec.Struct, frozen=True):
    """An onboarding as stored."""

    id: str
    display_id: int
    customer_id: str
    name: str
    template_id: str | None
    phase: str
    phase_entered_at: datetime
    shifts_in_phase: int
    state: str
    state_since: datetime | None
    state_reason: str | None
    started_at: datetime
    launched_at: datetime | None
    completed_at: datetime | None
    target_launch_date: date | None
    csm_id: str | None
    se_id: str | None
    designer_id: str | None
    product_ops_id: str | None
    notes: str | None
    waiting_on_customer: bool
    reminders_enabled: bool
    reminder_frequency_days: int
    metadata: msgspec.Raw
    external_id: str | None
    customer_hidden: bool
    livemode: bool
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None


class OpenSummary(msgspec.Struct, frozen=True):
    """What the list of customers shows of one open onboarding."""

    customer_id: str
    phase: str
    state: str
    target_launch_date: date | None
    launched_at: datetime | None


_C = onboardings.c
_ORG = _C.org_id == bindparam("org_id")
_LIVE = _C.deleted_at.is_(None)
_OF_CUSTOMER = _C.customer_id == bindparam("customer_id")
_SELECT = select(*columns_of(OnboardingRow, onboardings))

BY_ID = Statement(_SELECT.where(_ORG, _C.id == bindparam("id")), into=OnboardingRow)
BY_NUMBER = Statement(_SELECT.where(_ORG, _C.display_id == bindparam("number")), into=OnboardingRow)
BY_ID_LOCKED = Statement(_SELECT.where(_ORG, _C.id == bindparam("id")).with_for_update(), into=OnboardingRow)
BY_NUMBER_LOCKED = Statement(
    _SELECT.where(_ORG, _C.display_id == bindparam("number")).with_for_update(), into=OnboardingRow
)
OF_CUSTOMER_LOCKED = Statement(
    _SELECT.where(_ORG, _LIVE, _OF_CUSTOMER).order_by(_C.display_id).with_for_update(), into=OnboardingRow
)
OPEN_OF_CUSTOMER = Statement(
    _SELECT.where(_ORG, _LIVE, _OF_CUSTOMER, _C.state != "done")
    .order_by(_C.created_at.desc())
    .limit(bindparam("limit")),
    into=OnboardingRow,
)
OPEN_OF_CUSTOMERS = Statement(
    select(_C.customer_id, _C.phase, _C.state, _C.target_launch_date, _C.launched_at)
    .where(_ORG, _LIVE, any_of(_C.customer_id, "customer_ids"), _C.state != "done")
    .order_by(_C.created_at.desc()),
    into=OpenSummary,
)
BY_EXTERNAL_ID = Statement.scalar(
    select(_C.id).where(_ORG, _LIVE, _C.external_id == bindparam("external_id")), str
)
INSERT = Statement.write(insert_of(onboardings))
_CHANGEABLE = [
    name for name in OnboardingRow.__struct_fields__ if name not in ("id", "display_id", "created_at")
]
UPDATE = Statement.write(
    update(onboardings)
    .where(_C.org_id == bindparam("in_org"), _C.id == bindparam("of_id"))
    .values({name: bindparam(name, type_=_C[name].type) for name in _CHANGEABLE})
)
HIDE_OF_CUSTOMER = Statement.write(
    update(onboardings)
    .where(_C.org_id == bindparam("in_org"), _C.customer_id == bindparam("of_customer"))
    .values(customer_hidden=bindparam("hidden", type_=_C.customer_hidden.type))
)


class TransitionRow(msgspec.Struct, frozen=True):
    """One move of an onboarding."""

    onboarding_id: str
    at: datetime
    from_phase: str | None
    to_phase: str
    direction: str
    actor: str
    reason: str | None
    note: str | None


TRANSITIONS = Statement(
    select(*columns_of(TransitionRow, phase_transitions))
    .where(
        phase_transitions.c.org_id == bindparam("org_id"), any_of(phase_transitions.c.onboarding_id, "ids")
    )
    .order_by(phase_transitions.c.at),
    into=TransitionRow,
)
INSERT_TRANSITION = Statement.write(insert_of(phase_transitions))
_FILTERS = {
    "state": _C.state == bindparam("state"),
    "phase": _C.phase == bindparam("phase"),
    "csm_id": _C.csm_id == bindparam("csm_id"),
    "customer_id": _OF_CUSTOMER,
    "state_not": _C.state != bindparam("state_not"),
}
W = TypeVar("W", bound=msgspec.Struct)


def wire_list(kind: type[W]) -> PagedList[W]:
    """The onboardings of the workspace whose customers are not put away, as wire objects of ``kind``."""
    return PagedList(
        kind,
        onboardings,
        [_LIVE, ~_C.customer_hidden],
        _FILTERS,
        wire=True,
        few_by={"updated_since": "onboardings_updated"},
    )


def wire_customer_list(kind: type[W]) -> PagedList[W]:
    """The onboardings of one customer (filter ``customer_id``), as wire objects of ``kind``."""
    return PagedList(kind, onboardings, [_LIVE], _FILTERS, wire=True)


def wire_newest(kind: type[W]) -> FirstOfEach[W]:
    """The newest onboardings of each of several customers, as wire objects of ``kind``."""
    return FirstOfEach(kind, onboardings, "customer_id", [_LIVE])


def wire_all(kind: type[W]) -> StatementCache[W]:
    """The live onboardings of customers that are not put away, by number, as a search asks for them."""
    columns = wire_columns_of(kind, onboardings)
    rows = select(*columns).where(_ORG, _LIVE, ~_C.customer_hidden).order_by(_C.display_id)
    return asked_for("onboarding", rows, _C.id, kind)


def wire_read(kind: type[W]) -> WireRead[W]:
    """Single live onboardings, read as wire objects of ``kind``."""
    return WireRead(kind, onboardings)


async def id_of_external(db: Executor, org_id: str, external_id: str) -> str | None:
    """The live onboarding with this external id."""
    return await db.fetch_one(BY_EXTERNAL_ID, {"org_id": org_id, "external_id": external_id})


async def find(
    db: Executor, org_id: str, *, id: str | None = None, number: int | None = None, lock: bool = False
) -> OnboardingRow | None:
    """The onboarding with this id or number, deleted or not; ``lock`` keeps others from changing it."""
    if number is not None:
        return await db.fetch_one(
            BY_NUMBER_LOCKED if lock else BY_NUMBER, {"org_id": org_id, "number": number}
        )
    return await db.fetch_one(BY_ID_LOCKED if lock else BY_ID, {"org_id": org_id, "id": id})


async def of_customer_locked(tx: Transaction, org_id: str, customer_id: str) -> list[OnboardingRow]:
    """All onboardings of a customer, by number, kept from changing by others."""
    return await tx.fetch_all(OF_CUSTOMER_LOCKED, {"org_id": org_id, "customer_id": customer_id})


async def open_of_customer(db: Executor, org_id: str, customer_id: str, limit: int) -> list[OnboardingRow]:
    """The newest open onboardings of a customer."""
    return await db.fetch_all(
        OPEN_OF_CUSTOMER, {"org_id": org_id, "customer_id": customer_id, "limit": limit}
    )


async def open_of_customers(db: Executor, org_id: str, customer_ids: list[str]) -> list[OpenSummary]:
    """The open onboardings of several customers, newest first."""
    if not customer_ids:
        return []
    return await db.fetch_all(OPEN_OF_CUSTOMERS, {"org_id": org_id, "customer_ids": customer_ids})


async def insert(tx: Transaction, org_id: str, row: OnboardingRow) -> None:
    """Insert an onboarding. Raises ``UniqueViolation``."""
    await tx.execute(INSERT, {"org_id": org_id, **msgspec.structs.asdict(row)})


async def save(tx: Transaction, org_id: str, row: OnboardingRow) -> None:
    """Write the changed fields of an onboarding. Raises ``UniqueViolation``."""
    await tx.execute(UPDATE, {"in_org": org_id, "of_id": row.id, **msgspec.structs.asdict(row)})


async def hide_of_customer(tx: Transaction, org_id: str, customer_id: str, hidden: bool) -> None:
    """Take the onboardings of a customer out of every list, or put them back."""
    await tx.execute(HIDE_OF_CUSTOMER, {"in_org": org_id, "of_customer": customer_id, "hidden": hidden})


async def transitions(db: Executor, org_id: str, ids: list[str]) -> list[TransitionRow]:
    """The moves of several onboardings, oldest first."""
    return await db.fetch_all(TRANSITIONS, {"org_id": org_id, "ids": ids}) if ids else []


async def insert_transition(tx: Transaction, values: dict[str, Any]) -> None:
    """Insert one phase transition."""
    await tx.execute(INSERT_TRANSITION, values)
