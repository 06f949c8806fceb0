"""Rows of an import that match a record: what is stored of it, and what a row adds to what is empty."""

from collections.abc import Mapping
from typing import Any

import msgspec

from pivotal_server.bulk.resources import clean
from pivotal_server.contacts import service as contacts
from pivotal_server.contacts.wire import to_wire as contact_wire
from pivotal_server.customers import service as customers
from pivotal_server.customers.wire import to_wire as customer_wire
from pivotal_server.errors_catalogue import AMBIGUOUS_MATCH
from pivotal_server.transfer.columns import KEYS
from pivotal_server.unit_of_work import UnitOfWork

_NAMING = frozenset({*KEYS, "customer_id"})
"""What says of which record a row is; it is never left out."""
_ALWAYS = frozenset({"name", "email"})
"""What no row may lack: it goes along as it is stored."""


async def stored(uow: UnitOfWork, resource: str, by: str, data: Mapping[str, Any]) -> dict[str, Any] | None:
    """The JSON object of the customer or contact that ``data`` names by ``by``, if there is one.

    Raises ``ambiguous_match``, ``<record>_not_found`` for a number of none, and what a change with a bad
    ``by`` raises.
    """
    value = data.get(by)
    if value is None or value == "":
        return None
    if by not in KEYS:
        # As the upsert will look for it, or a row that it changes would count as a new one here.
        value = clean(resource, by, value)
    wire: Any
    if resource == "customer":
        found = await _customer(uow, by, str(value))
        wire = None if found is None else customer_wire(found)
    else:
        id = await _contact_id(uow, by, str(value), data)
        wire = None if id is None else contact_wire(await contacts.get_contact(uow.tx, uow.org_id, id))
    return None if wire is None else msgspec.to_builtins(_plain(wire))


async def _customer(uow: UnitOfWork, by: str, value: str) -> customers.CustomerRow | None:
    if by in KEYS:
        return await customers.get_customer(uow.tx, uow.org_id, value, lock=True)
    ids = await customers.ids_by(uow.tx, uow.org_id, by, value)
    if len(ids) > 1:
        raise AMBIGUOUS_MATCH(field=by, name=by, value=value, count="Several")
    return await customers.get_customer(uow.tx, uow.org_id, ids[0], lock=True) if ids else None


async def _contact_id(uow: UnitOfWork, by: str, value: str, data: Mapping[str, Any]) -> str | None:
    if by in KEYS:
        return value
    if by == "external_id":
        return await contacts.id_of_external(uow.tx, uow.org_id, value)
    customer_id = data.get("customer_id")
    if customer_id is None:
        return None
    customer = await customers.get_customer(uow.tx, uow.org_id, str(customer_id), field="customer_id")
    return await contacts.id_of_email(uow.tx, uow.org_id, customer.id, value)


def _plain(wire: Any) -> dict[str, Any]:
    """The properties of a wire object; JSON that is still encoded becomes values."""
    found = msgspec.structs.asdict(wire)
    return {
        name: msgspec.json.decode(value) if isinstance(value, msgspec.Raw) else value
        for name, value in found.items()
    }


def only_empty(data: Mapping[str, Any], stored: Mapping[str, Any], by: str) -> dict[str, Any]:
    """``data`` without what the record has a value of already; what names the record stays."""
    kept: dict[str, Any] = {}
    for name, value in data.items():
        known = stored.get(name)
        if name in _NAMING or name == by:
            kept[name] = value
        elif name == "custom_fields" and isinstance(value, dict):
            values = known if isinstance(known, dict) else {}
            left = {slug: one for slug, one in value.items() if _is_empty(values.get(slug))}
            if left:
                kept[name] = left
        elif _is_empty(known):
            kept[name] = value
        elif name in _ALWAYS:
            kept[name] = known
    return kept


def _is_empty(value: Any) -> bool:
    return value is None or value in ("", [], {})
