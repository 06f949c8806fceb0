"""Changing a customer: fields, status flips and what they bring with them (app rules APP-STAT-1 … 4)."""

from typing import Any

import msgspec
from msgspec.structs import replace

from pivotal_server.activity.entries import Change, differences
from pivotal_server.custom_fields import service as custom_fields
from pivotal_server.customers import repository
from pivotal_server.customers.repository import CustomerRow
from pivotal_server.customers.schemas import CustomerUpdate
from pivotal_server.customers.service import amount, conflict
from pivotal_server.customers.wire import event_extra, to_wire
from pivotal_server.db.errors import UniqueViolation
from pivotal_server.kit.json import kept_or_new, same
from pivotal_server.kit.validation import given
from pivotal_server.members import service as members
from pivotal_server.onboardings import of_customer
from pivotal_server.unit_of_work import UnitOfWork

_LIVE_STATUSES = frozenset({"onboarding", "active", "at_risk"})
_NOT_FIELDS = frozenset({"updated_at", "status", "custom_fields"})


async def update_customer(
    uow: UnitOfWork, row: CustomerRow, data: CustomerUpdate, *, reason: str | None = None
) -> CustomerRow:
    """Change the fields of a locked ``row`` that ``data`` gives, with entries and events.

    Values equal to the stored ones count as not given; when nothing differs nothing is written. Churning
    pauses the running onboardings, archiving takes them out of every list, in the same transaction.
    ``reason`` stands in the entry of a change of status.
    Raises what creating raises.
    """
    after = await _with_changes(uow, row, given(data))
    if after == row:
        return row
    after = replace(after, updated_at=uow.touched(row.updated_at))
    if after.slug != row.slug:
        await uow.hold("customer")
    try:
        await repository.save(uow.tx, uow.org_id, after)
    except UniqueViolation as fault:
        raise conflict(fault, after.slug, after.external_id) from None
    if bytes(after.tags) != bytes(row.tags):
        tags = msgspec.json.decode(after.tags)
        await repository.write_tags(uow.tx, uow.org_id, after, tags, replace=True)
    if after.slug != row.slug:
        await repository.leave_slug(uow.tx, uow.org_id, row.id, row.slug, after.updated_at)

    emails: dict[str | None, str] = {}
    if row.owner_id or after.owner_id:
        emails = await members.emails(uow.tx, uow.org_id, [row.owner_id, after.owner_id])
    uow.changed(
        "customer",
        id=row.id,
        display_id=row.display_id,
        customer_id=row.id,
        livemode=row.livemode,
        before=to_wire(row),
        after=to_wire(after),
        before_extra=event_extra(row, emails.get(row.owner_id)),
        after_extra=event_extra(after, emails.get(after.owner_id)),
    )
    _record(uow, row, after, reason)
    if after.status != row.status:
        # Whoever comes back as churned was churned before: what was resumed since goes on.
        if after.status == "churned" and not (row.status == "archived" and row.previous_status == "churned"):
            await of_customer.pause_running(uow, row.id, "customer_churned")
        if "archived" in (row.status, after.status):
            await of_customer.set_hidden(uow, row.id, after.status == "archived")
    return after


async def _with_changes(uow: UnitOfWork, row: CustomerRow, changes: Any) -> CustomerRow:
    values = dict(changes)
    if "owner_id" in values:
        values["owner_id"] = await members.staff_id(uow.tx, uow.org_id, values["owner_id"], "owner_id")
    if "custom_fields" in values:
        stored = msgspec.json.decode(row.custom_fields)
        sent = values["custom_fields"]
        values["custom_fields"] = await custom_fields.with_values(uow.tx, uow.org_id, stored, sent)
    for name in ("tags", "custom_fields", "metadata"):
        if name in values:
            values[name] = kept_or_new(getattr(row, name), values[name])
    for name in ("mrr", "monthly_orders"):
        if name in values:
            values[name] = amount(values[name])
    if values.get("status", row.status) == "archived" and row.status != "archived":
        values["previous_status"] = row.status
    return replace(row, **values)


def _custom_differences(row: CustomerRow, after: CustomerRow) -> list[Change]:
    """One change for each custom field whose value differs."""
    old, new = msgspec.json.decode(row.custom_fields), msgspec.json.decode(after.custom_fields)
    return [
        Change(f"custom_fields.{slug}", old.get(slug), new.get(slug))
        for slug in [*old, *(slug for slug in new if slug not in old)]
        if not same(old.get(slug), new.get(slug))
    ]


def _record(uow: UnitOfWork, row: CustomerRow, after: CustomerRow, reason: str | None) -> None:
    target = ("customer", row.id, row.display_id)
    diff = differences(to_wire(row), to_wire(after), without=_NOT_FIELDS)
    if bytes(row.custom_fields) != bytes(after.custom_fields):
        diff += _custom_differences(row, after)
    if diff:
        uow.record(
            "customer.field_changed", target=target, customer_id=row.id, diff=diff, livemode=row.livemode
        )
    if after.status == row.status:
        return
    status = [Change("status", row.status, after.status)]
    uow.record(
        "customer.status_changed",
        target=target,
        customer_id=row.id,
        diff=status,
        reason=reason,
        livemode=row.livemode,
    )
    if after.status == "archived":
        uow.record("customer.archived", target=target, customer_id=row.id, livemode=row.livemode)
    if row.status == "archived":
        uow.record("customer.unarchived", target=target, customer_id=row.id, livemode=row.livemode)
    if row.status == "churned" and after.status in _LIVE_STATUSES:
        uow.record("customer.won_back", target=target, customer_id=row.id, livemode=row.livemode)
