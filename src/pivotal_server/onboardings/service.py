"""Onboardings: finding, listing, creating, deleting. Changing one is in ``changes``."""

from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from pivotal_server.activity.entries import Change
from pivotal_server.customers.service import CustomerRow
from pivotal_server.db.engine import Database, Executor
from pivotal_server.db.errors import UniqueViolation
from pivotal_server.db.lists import Firsts
from pivotal_server.db.searched import EVERYTHING, Asked
from pivotal_server.errors_catalogue import (
    EXTERNAL_ID_TAKEN,
    ONBOARDING_NOT_FOUND,
    TOO_BIG,
    TOO_SMALL,
)
from pivotal_server.kit.ids import cuid
from pivotal_server.kit.pagination import Slice
from pivotal_server.kit.references import number_in
from pivotal_server.members import service as members
from pivotal_server.onboardings import repository
from pivotal_server.onboardings.moves import PhaseList, in_state, moved
from pivotal_server.onboardings.repository import OnboardingRow, OpenSummary
from pivotal_server.onboardings.schemas import Onboarding, OnboardingCreate
from pivotal_server.onboardings.states import first_state
from pivotal_server.onboardings.wire import day_to_wire, event_extra, to_wire
from pivotal_server.phases import service as phases
from pivotal_server.tasks import of_onboarding as tasks
from pivotal_server.templates import service as templates
from pivotal_server.templates.applying import apply_default, apply_template
from pivotal_server.unit_of_work import UnitOfWork

__all__ = [
    "OnboardingRow",
    "OpenSummary",
    "create_onboarding",
    "delete_onboarding",
    "get_onboarding",
    "id_of_external",
    "open_of_customer",
    "open_of_customers",
    "read_onboarding",
    "read_onboardings",
    "stays",
    "stream_onboardings",
]

_READ = repository.wire_read(Onboarding)
_ALL = repository.wire_all(Onboarding)
_WIRE_LIST = repository.wire_list(Onboarding)
_CUSTOMER_WIRE_LIST = repository.wire_customer_list(Onboarding)
_NEWEST = repository.wire_newest(Onboarding)
Stays = dict[str, tuple[datetime, datetime]]
EARLIEST_START = datetime(1970, 1, 1, tzinfo=UTC)
STAFF_FIELDS = ("csm_id", "se_id", "designer_id", "product_ops_id")


async def get_onboarding(
    db: Executor,
    org_id: str,
    reference: str,
    *,
    lock: bool = False,
    deleted: bool = False,
    field: str | None = None,
) -> OnboardingRow:
    """The onboarding that ``reference`` (id or display_id), the value of the body's ``field`` if any, names.

    Raises ``onboarding_not_found``.
    """
    row = await repository.find(db, org_id, id=reference, number=number_in(reference), lock=lock)
    if row is None or (row.deleted_at is not None and not deleted):
        raise ONBOARDING_NOT_FOUND(field=field)
    return row


async def id_of_external(db: Executor, org_id: str, external_id: str) -> str | None:
    """The id of the live onboarding with this external id, if there is one."""
    return await repository.id_of_external(db, org_id, external_id)


def stream_onboardings(
    db: Database, org_id: str, asked: Asked = EVERYTHING
) -> AsyncGenerator[list[Onboarding], None]:
    """Every onboarding of the lists that a search asks for, by number, in batches of one consistent state."""
    return db.stream(_ALL.get(asked.names), {**asked.params, "org_id": org_id})


async def read_onboarding(db: Executor, org_id: str, reference: str) -> Onboarding:
    """The wire object of the live onboarding that ``reference`` names. Raises ``onboarding_not_found``."""
    found = await _READ.get(db, org_id, reference)
    if found is None:
        raise ONBOARDING_NOT_FOUND()
    return found


async def read_onboardings(
    db: Executor, org_id: str, part: Slice, filters: Mapping[str, Any], *, customer_id: str | None = None
) -> tuple[list[Onboarding], datetime | None]:
    """One page of onboardings as wire objects, and the cursor of the next page.

    Those of archived and deleted customers are left out, unless the list is that of one ``customer_id``.
    """
    if customer_id is None:
        return await _WIRE_LIST.page(db, org_id, part, filters)
    return await _CUSTOMER_WIRE_LIST.page(db, org_id, part, {**filters, "customer_id": customer_id})


async def read_many(db: Executor, org_id: str, ids: Iterable[str | None]) -> dict[str | None, Onboarding]:
    """The wire objects of the live onboardings with these ids."""
    return await _READ.many(db, org_id, ids)


async def newest_of(db: Executor, org_id: str, customer_ids: Sequence[str], limit: int) -> Firsts[Onboarding]:
    """The newest onboardings of each of several customers."""
    return await _NEWEST.read(db, org_id, customer_ids, limit)


async def count_onboardings(
    db: Executor, org_id: str, part: Slice, filters: Mapping[str, Any], *, customer_id: str | None = None
) -> int:
    """How many onboardings :func:`read_onboardings` would list over all pages."""
    if customer_id is None:
        return await _WIRE_LIST.count(db, org_id, part, filters)
    return await _CUSTOMER_WIRE_LIST.count(db, org_id, part, {**filters, "customer_id": customer_id})


async def open_of_customer(db: Executor, org_id: str, customer_id: str, limit: int) -> list[OnboardingRow]:
    """The newest open onboardings of a customer."""
    return await repository.open_of_customer(db, org_id, customer_id, limit)


async def stays(db: Executor, org_id: str, rows: list[OnboardingRow]) -> dict[str, Stays]:
    """For each onboarding the phases it has left: key → the moments of entering and leaving it last."""
    found: dict[str, Stays] = {row.id: {} for row in rows}
    entered = {row.id: row.created_at for row in rows}
    for move in await repository.transitions(db, org_id, list(found)):
        if move.from_phase is not None:
            found[move.onboarding_id][move.from_phase] = (entered[move.onboarding_id], move.at)
        entered[move.onboarding_id] = move.at
    return found


async def open_of_customers(db: Executor, org_id: str, customer_ids: list[str]) -> list[OpenSummary]:
    """The open onboardings of several customers, newest first."""
    return await repository.open_of_customers(db, org_id, customer_ids)


async def staff(uow: UnitOfWork, values: Mapping[str, str | None]) -> dict[str, str | None]:
    """The member ids of the staff fields among ``values``. Raises ``invalid_reference``."""
    return {
        name: await members.staff_id(uow.tx, uow.org_id, values[name], name)
        for name in STAFF_FIELDS
        if name in values
    }


def default_name(customer: CustomerRow) -> str:
    """The name of an onboarding that is given none, at most 200 characters."""
    return f"{customer.name[:189]} onboarding"


async def create_onboarding(uow: UnitOfWork, customer: CustomerRow, data: OnboardingCreate) -> OnboardingRow:
    """Open an onboarding for ``customer``, with its first stay, its templates, entries and events (ONB-1).

    It starts in the first phase when none is given; starting in a terminal phase makes it done, and then it
    gets no tasks. A chosen template of the first phase takes the place of its default one. Raises
    ``unknown_phase``, ``invalid_reference``, ``invalid_enum_value``, ``external_id_taken``, ``too_small`` for
    a start before 1970, and ``too_big`` for one in the future.
    """
    phase_list = PhaseList(await phases.all_phases(uow.tx, uow.org_id))
    phase = phase_list.open[0] if data.phase is UNSET else phase_list.usable(data.phase)
    template = None
    if data.template_id is not None:
        template = await templates.named_template(uow.tx, uow.org_id, data.template_id, "template_id")
    state = first_state(data.state, data.waiting_on_customer)
    roles = await staff(uow, {name: getattr(data, name) for name in STAFF_FIELDS})
    display_id, created_at = await uow.allocate("onboarding")
    started_at = created_at if data.started_at is UNSET else data.started_at
    if started_at < EARLIEST_START:
        raise TOO_SMALL(field="started_at", name="started_at", limit=EARLIEST_START.date())
    if started_at > created_at:
        raise TOO_BIG(field="started_at", message="started_at must not be in the future")
    target: Any = data.target_launch_date
    row = OnboardingRow(
        id=cuid(),
        display_id=display_id,
        customer_id=customer.id,
        name=default_name(customer) if data.name is UNSET else data.name,
        template_id=None if template is None else template.id,
        phase=phase.key,
        phase_entered_at=created_at,
        shifts_in_phase=0,
        state="active",
        state_since=None,
        state_reason=None,
        started_at=started_at,
        launched_at=None,
        completed_at=None,
        target_launch_date=target,
        csm_id=roles["csm_id"],
        se_id=roles["se_id"],
        designer_id=roles["designer_id"],
        product_ops_id=roles["product_ops_id"],
        notes=data.notes,
        waiting_on_customer=False,
        reminders_enabled=data.reminders_enabled,
        reminder_frequency_days=data.reminder_frequency_days,
        metadata=msgspec.Raw(msgspec.json.encode({} if data.metadata is UNSET else data.metadata)),
        external_id=data.external_id,
        customer_hidden=customer.status == "archived",
        livemode=uow.actor.livemode and customer.livemode,
        created_at=created_at,
        updated_at=created_at,
        deleted_at=None,
    )
    row = moved(row, phase_list, phase.key, created_at)
    if row.state != "done":
        row = in_state(row, state, created_at)
    try:
        await repository.insert(uow.tx, uow.org_id, row)
    except UniqueViolation as fault:
        raise conflict(fault, row) from None
    emails = await members.emails(uow.tx, uow.org_id, [row.csm_id]) if row.csm_id else {}
    uow.changed(
        "onboarding",
        id=row.id,
        display_id=row.display_id,
        customer_id=customer.id,
        livemode=row.livemode,
        before=None,
        after=to_wire(row),
        after_extra=event_extra(row, emails.get(row.csm_id)),
    )
    diff = [Change("phase", None, row.phase)]
    if row.target_launch_date is not None:
        diff.append(Change("target_launch_date", None, day_to_wire(row.target_launch_date)))
    uow.record(
        "onboarding.created",
        target=("onboarding", row.id, row.display_id),
        customer_id=customer.id,
        onboarding_id=row.id,
        diff=diff,
        livemode=row.livemode,
    )
    uow.tell(
        "onboarding_created",
        title=f"{uow.actor.label} opened {row.name}",
        onboarding_id=row.id,
        members=tuple(roles.values()),
    )
    if row.target_launch_date is not None:
        await tasks.note_target(uow, row.id, None, row.target_launch_date, None)
    if row.state != "done":
        if template is not None:
            await apply_template(uow, row, template)
        if template is None or template.phase != row.phase:
            await apply_default(uow, row, row.phase)
    return row


def conflict(fault: UniqueViolation, row: OnboardingRow) -> Exception:
    """The declared error for a unique key that another onboarding holds."""
    if fault.constraint == "onboardings_external_id":
        return EXTERNAL_ID_TAKEN(field="external_id", external_id=row.external_id)
    return fault


async def delete_onboarding(uow: UnitOfWork, row: OnboardingRow) -> OnboardingRow:
    """Delete an onboarding softly; a deleted one stays as it is (ONB-3)."""
    if row.deleted_at is not None:
        return row
    gone = replace(row, deleted_at=uow.now, updated_at=uow.touched(row.updated_at))
    await repository.save(uow.tx, uow.org_id, gone)
    await tasks.delete_all(uow, row.id)
    emails = await members.emails(uow.tx, uow.org_id, [row.csm_id]) if row.csm_id else {}
    uow.changed(
        "onboarding",
        id=row.id,
        display_id=row.display_id,
        customer_id=row.customer_id,
        livemode=row.livemode,
        before=to_wire(gone),
        after=None,
        before_extra=event_extra(gone, emails.get(row.csm_id)),
    )
    uow.record(
        "onboarding.deleted",
        target=("onboarding", row.id, row.display_id),
        customer_id=row.customer_id,
        onboarding_id=row.id,
        livemode=row.livemode,
    )
    return gone
