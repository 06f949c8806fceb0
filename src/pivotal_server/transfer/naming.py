"""Rows that name other records by something else than their id."""

from collections.abc import Mapping
from typing import Any

from pivotal_server.bulk.resources import RESOURCES, clean
from pivotal_server.contacts import service as contacts
from pivotal_server.customers import service as customers
from pivotal_server.errors_catalogue import (
    AMBIGUOUS_MATCH,
    CUSTOMER_NOT_FOUND,
    ONBOARDING_NOT_FOUND,
    TASK_NOT_FOUND,
)
from pivotal_server.kit.errors import ApiError
from pivotal_server.onboardings import service as onboardings
from pivotal_server.tasks import service as tasks
from pivotal_server.transfer import matching
from pivotal_server.transfer.columns import OF_CUSTOMER, OF_ONBOARDING, PRIMARY
from pivotal_server.transfer.reading import MARKS
from pivotal_server.unit_of_work import UnitOfWork


def renamed(data: Mapping[str, Any], mapping: Mapping[str, str | None]) -> dict[str, Any]:
    """The object of a row of JSON Lines under the names of the API, without what a file of errors adds."""
    found: dict[str, Any] = {}
    for name, value in data.items():
        field = mapping.get(name, name)
        if field is not None and name not in MARKS:
            found[field] = value
    return found


async def resolve(uow: UnitOfWork, resource: str, data: dict[str, Any]) -> None:
    """Put the ids of customer, onboarding and parent into ``data`` in place of what names them.

    Raises ``<record>_not_found`` and ``ambiguous_match`` with the property at fault.
    """
    if resource in ("contact", "onboarding"):
        await _customer(uow, data)
    elif resource == "task":
        await _onboarding(uow, data)


async def _customer(uow: UnitOfWork, data: dict[str, Any]) -> None:
    named = {name: data.pop(name) for name in OF_CUSTOMER[1:] if name in data}
    if data.get("customer_id") is not None:
        return
    for name, value in named.items():
        if value is None or value == "":
            continue
        by = name.removeprefix("customer_")
        if by == "display_id":
            data["customer_id"] = value
            return
        try:
            wanted = clean("customer", by, value)
        except ApiError:
            raise CUSTOMER_NOT_FOUND(field=name) from None
        ids = await customers.ids_by(uow.tx, uow.org_id, by, wanted)
        if not ids:
            raise CUSTOMER_NOT_FOUND(field=name)
        if len(ids) > 1:
            raise AMBIGUOUS_MATCH(field=name, name=by, value=str(value), count="Several")
        data["customer_id"] = ids[0]
        return


async def _onboarding(uow: UnitOfWork, data: dict[str, Any]) -> None:
    named = {name: data.pop(name) for name in OF_ONBOARDING[1:] if name in data}
    parent = data.pop("parent_external_id", None)
    if parent is not None and parent != "":
        data["parent_task_id"] = await tasks.id_of_external(uow.tx, uow.org_id, str(parent))
        if data["parent_task_id"] is None:
            raise TASK_NOT_FOUND(field="parent_external_id")
    if data.get("onboarding_id") is not None:
        return
    if named.get("onboarding_display_id") is not None:
        data["onboarding_id"] = named["onboarding_display_id"]
    elif named.get("onboarding_external_id"):
        found = await onboardings.id_of_external(uow.tx, uow.org_id, str(named["onboarding_external_id"]))
        if found is None:
            raise ONBOARDING_NOT_FOUND(field="onboarding_external_id")
        data["onboarding_id"] = found


def primary_of(data: dict[str, Any]) -> dict[str, Any]:
    """Take what a row of a customer says of its primary contact out of ``data``."""
    found = {name.removeprefix("contact_"): data.pop(name, None) for name in PRIMARY}
    return {name: value for name, value in found.items() if value is not None}


async def write_primary(
    uow: UnitOfWork, customer_id: str, person: Mapping[str, Any], *, fill: bool = False
) -> None:
    """Make the person of a row the primary contact of its customer; one with the same address is changed.

    With ``fill`` only what is empty is filled: another primary contact stays, and so does what is known of
    the same person. Raises what creating and changing a contact raise, with the column at fault.
    """
    try:
        await _write_primary(uow, customer_id, person, fill=fill)
    except ApiError as fault:
        if fault.field is not None and f"contact_{fault.field}" in PRIMARY:
            raise ApiError(fault.code, fault.message, f"contact_{fault.field}", fault.headers) from None
        raise


async def _write_primary(uow: UnitOfWork, customer_id: str, person: Mapping[str, Any], *, fill: bool) -> None:
    known = None
    if person.get("email"):
        email = clean("contact", "email", person["email"])
        known = await contacts.id_of_email(uow.tx, uow.org_id, customer_id, email)
    if fill and await contacts.primary_id(uow.tx, uow.org_id, customer_id) not in (None, known):
        return
    if known is None:
        # Whoever has an address and no name is called by it.
        named = {"name": person.get("email"), **person}
        await RESOURCES["contact"].create(uow, {**named, "customer_id": customer_id, "is_primary": True})
        return
    stored = await matching.stored(uow, "contact", "id", {"id": known}) if fill else None
    told = person if stored is None else matching.only_empty(person, stored, "email")
    await RESOURCES["contact"].update(uow, known, {**told, "is_primary": True})
