"""The four resources that bulk calls and imports write: how JSON data becomes a call of their services."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from pivotal_server.contacts import service as contacts
from pivotal_server.contacts.schemas import Contact, ContactCreate, ContactUpdate
from pivotal_server.contacts.wire import to_wire as contact_wire
from pivotal_server.customers import changes as customer_changes
from pivotal_server.customers import service as customers
from pivotal_server.customers import upserting
from pivotal_server.customers.schemas import Customer, CustomerCreate, CustomerUpdate
from pivotal_server.customers.service import CustomerRow
from pivotal_server.customers.wire import to_wire as customer_wire
from pivotal_server.db.engine import Executor
from pivotal_server.errors_catalogue import MISSING_FIELD
from pivotal_server.kit.validation import Body
from pivotal_server.kit.wire import Deleted, reference
from pivotal_server.onboardings import changes as onboarding_changes
from pivotal_server.onboardings import service as onboardings
from pivotal_server.onboardings.schemas import Onboarding, OnboardingCreate, OnboardingUpdate
from pivotal_server.onboardings.wire import to_wire as onboarding_wire
from pivotal_server.tasks import changes as task_changes
from pivotal_server.tasks import service as tasks
from pivotal_server.tasks.schemas import SubtaskCreate, Task, TaskCreate, TaskUpdate
from pivotal_server.unit_of_work import UnitOfWork

Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Resource:
    """What can be done with one resource. Data are JSON objects as the single operations take them.

    ``scope`` is the resource's word in scopes; ``by`` what an upsert can match by.
    """

    name: str
    scope: str
    by: tuple[str, ...]
    create: Callable[[UnitOfWork, Data], Awaitable[msgspec.Struct]]
    update: Callable[[UnitOfWork, str, Data], Awaitable[msgspec.Struct]]
    delete: Callable[[UnitOfWork, str], Awaitable[Deleted]]
    upsert: Callable[[UnitOfWork, str, Data], Awaitable[tuple[msgspec.Struct, bool]]]


def _body(struct: type[msgspec.Struct], wire: type[msgspec.Struct]) -> Body:
    """The checks of a body that may repeat the read-only keys of its resource."""
    return Body(struct, frozenset(wire.__struct_encode_fields__) | {"object"})


def required(data: Mapping[str, Any], name: str) -> str:
    """The id that ``data`` must hold under ``name``. Raises ``missing_field`` or what a bad id raises."""
    value = data.get(name)
    if value is None:
        raise MISSING_FIELD(field=name, name=name)
    return reference(value, name)


def _external_id(data: Mapping[str, Any]) -> str:
    value = data.get("external_id")
    if value is None or value == "":
        raise MISSING_FIELD(field="external_id", name="external_id")
    return str(value)


async def _known(
    uow: UnitOfWork, kind: str, find: Callable[[Executor, str, str], Awaitable[str | None]], data: Data
) -> str | None:
    """The id of the record with the external id in ``data``; if there is none, none comes until the end."""
    external_id = _external_id(data)
    known = await find(uow.tx, uow.org_id, external_id)
    if known is None:
        await uow.hold(kind)
        known = await find(uow.tx, uow.org_id, external_id)
    return known


# ── Customers ──────────────────────────────────────────────────────────────────────────────────
_CUSTOMER = _body(CustomerCreate, Customer)
_CUSTOMER_CHANGE = _body(CustomerUpdate, Customer)


async def _customer(uow: UnitOfWork, customer_id: str) -> CustomerRow:
    """The customer for whom data are. Raises ``customer_not_found``."""
    return await customers.get_customer(uow.tx, uow.org_id, customer_id, lock=True, field="customer_id")


async def _create_customer(uow: UnitOfWork, data: Data) -> Customer:
    row = await customers.create_customer(uow, _CUSTOMER.check(data, ""))
    shown: Customer = uow.shown("customer", row.id)
    return shown


async def _update_customer(uow: UnitOfWork, id: str, data: Data) -> Customer:
    change = _CUSTOMER_CHANGE.check(data, "")
    row = await customers.get_customer(uow.tx, uow.org_id, id, lock=True)
    return customer_wire(await customer_changes.update_customer(uow, row, change))


async def _delete_customer(uow: UnitOfWork, id: str) -> Deleted:
    row = await customers.get_customer(uow.tx, uow.org_id, id, lock=True, deleted=True)
    await customers.delete_customer(uow, row)
    return Deleted(id=row.id, display_id=row.display_id)


async def _upsert_customer(uow: UnitOfWork, by: str, data: Data) -> tuple[Customer, bool]:
    matched: Any = by
    row, created = await upserting.upsert_customer(uow, matched, _CUSTOMER_CHANGE.check(data, ""))
    return customer_wire(row), created


# ── Contacts ───────────────────────────────────────────────────────────────────────────────────
_CONTACT = _body(ContactCreate, Contact)
_CONTACT_CHANGE = _body(ContactUpdate, Contact)


async def _create_contact(uow: UnitOfWork, data: Data) -> Contact:
    customer_id = required(data, "customer_id")
    body = _CONTACT.check(data, "")
    customer = await _customer(uow, customer_id)
    return contact_wire(await contacts.create_contact(uow, customer, body))


async def _update_contact(uow: UnitOfWork, id: str, data: Data) -> Contact:
    change = _CONTACT_CHANGE.check(data, "")
    row = await contacts.get_contact_for_change(uow, id)
    return contact_wire(await contacts.update_contact(uow, row, change))


async def _delete_contact(uow: UnitOfWork, id: str) -> Deleted:
    row = await contacts.get_contact_for_change(uow, id, deleted=True)
    await contacts.delete_contact(uow, row)
    return Deleted(id=row.id, display_id=row.display_id)


async def _upsert_contact(uow: UnitOfWork, by: str, data: Data) -> tuple[Contact, bool]:
    if by == "email":
        customer_id = required(data, "customer_id")
        body = _CONTACT.check(data, "")
        customer = await _customer(uow, customer_id)
        known = await contacts.id_of_email(uow.tx, uow.org_id, customer.id, body.email)
        if known is None:
            return contact_wire(await contacts.create_contact(uow, customer, body)), True
        return await _update_contact(uow, known, data), False
    known = await _known(uow, "contact", contacts.id_of_external, data)
    if known is not None:
        return await _update_contact(uow, known, data), False
    return await _create_contact(uow, data), True


# ── Onboardings ────────────────────────────────────────────────────────────────────────────────
_ONBOARDING = _body(OnboardingCreate, Onboarding)
_ONBOARDING_CHANGE = _body(OnboardingUpdate, Onboarding)


async def _create_onboarding(uow: UnitOfWork, data: Data) -> Onboarding:
    body: OnboardingCreate = _ONBOARDING.check(data, "")
    customer = await _customer(uow, body.customer_id)
    return onboarding_wire(await onboardings.create_onboarding(uow, customer, body))


async def _update_onboarding(uow: UnitOfWork, id: str, data: Data) -> Onboarding:
    change = _ONBOARDING_CHANGE.check(data, "")
    row = await onboardings.get_onboarding(uow.tx, uow.org_id, id, lock=True)
    return onboarding_wire(await onboarding_changes.update_onboarding(uow, row, change))


async def _delete_onboarding(uow: UnitOfWork, id: str) -> Deleted:
    row = await onboardings.get_onboarding(uow.tx, uow.org_id, id, lock=True, deleted=True)
    await onboardings.delete_onboarding(uow, row)
    return Deleted(id=row.id, display_id=row.display_id)


async def _upsert_onboarding(uow: UnitOfWork, _by: str, data: Data) -> tuple[Onboarding, bool]:
    known = await _known(uow, "onboarding", onboardings.id_of_external, data)
    if known is not None:
        return await _update_onboarding(uow, known, data), False
    return await _create_onboarding(uow, data), True


# ── Tasks ──────────────────────────────────────────────────────────────────────────────────────
_TASK = _body(TaskCreate, Task)
_SUBTASK = _body(SubtaskCreate, Task)
_TASK_CHANGE = _body(TaskUpdate, Task)


async def _create_task(uow: UnitOfWork, data: Data) -> Task:
    if data.get("parent_task_id") is not None:
        parent_id = required(data, "parent_task_id")
        subtask: SubtaskCreate = _SUBTASK.check(data, "")
        home, parent = await tasks.get_task_for_change(uow, parent_id, field="parent_task_id")
        return await tasks.shown(uow, await tasks.create_subtask(uow, home, parent, subtask))
    onboarding_id = required(data, "onboarding_id")
    body: TaskCreate = _TASK.check(data, "")
    home = await onboardings.get_onboarding(
        uow.tx, uow.org_id, onboarding_id, lock=True, field="onboarding_id"
    )
    return await tasks.shown(uow, await tasks.create_task(uow, home, body))


async def _update_task(uow: UnitOfWork, id: str, data: Data) -> Task:
    change = _TASK_CHANGE.check(data, "")
    home, row = await tasks.get_task_for_change(uow, id)
    return await tasks.shown(uow, await task_changes.update_task(uow, home, row, change))


async def _delete_task(uow: UnitOfWork, id: str) -> Deleted:
    home, row = await tasks.get_task_for_change(uow, id, deleted=True)
    await tasks.delete_task(uow, home, row)
    return Deleted(id=row.id, display_id=row.display_id)


async def _upsert_task(uow: UnitOfWork, _by: str, data: Data) -> tuple[Task, bool]:
    known = await _known(uow, "task", tasks.id_of_external, data)
    if known is not None:
        return await _update_task(uow, known, data), False
    return await _create_task(uow, data), True


_CHANGES = {
    "customer": _CUSTOMER_CHANGE,
    "contact": _CONTACT_CHANGE,
    "onboarding": _ONBOARDING_CHANGE,
    "task": _TASK_CHANGE,
}


def clean(resource: str, name: str, value: Any) -> str:
    """A text property of a resource as its records hold it. Raises what a change with it raises."""
    return str(getattr(_CHANGES[resource].check({name: value}, ""), name))


RESOURCES: dict[str, Resource] = {
    resource.name: resource
    for resource in (
        Resource(
            "customer",
            "customers",
            ("external_id", "slug", "domain"),
            _create_customer,
            _update_customer,
            _delete_customer,
            _upsert_customer,
        ),
        Resource(
            "contact",
            "contacts",
            ("external_id", "email"),
            _create_contact,
            _update_contact,
            _delete_contact,
            _upsert_contact,
        ),
        Resource(
            "onboarding",
            "onboardings",
            ("external_id",),
            _create_onboarding,
            _update_onboarding,
            _delete_onboarding,
            _upsert_onboarding,
        ),
        Resource(
            "task",
            "tasks",
            ("external_id",),
            _create_task,
            _update_task,
            _delete_task,
            _upsert_task,
        ),
    )
}
