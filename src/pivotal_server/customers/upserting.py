"""Creating or changing a customer by something that names it."""

from typing import Literal

from msgspec import UNSET

from pivotal_server.customers import changes, repository, service
from pivotal_server.customers.repository import CustomerRow
from pivotal_server.customers.schemas import CustomerCreate, CustomerUpdate
from pivotal_server.errors_catalogue import AMBIGUOUS_MATCH, MISSING_FIELD
from pivotal_server.kit.validation import given
from pivotal_server.unit_of_work import UnitOfWork

By = Literal["external_id", "slug", "domain"]


async def _matching(uow: UnitOfWork, by: By, value: str) -> CustomerRow | None:
    ids = await repository.matching(uow.tx, uow.org_id, by, value)
    if len(ids) > 1:
        raise AMBIGUOUS_MATCH(field=by, name=by, value=value, count="Several")
    return await service.get_customer(uow.tx, uow.org_id, ids[0], lock=True) if ids else None


async def upsert_customer(uow: UnitOfWork, by: By, data: CustomerUpdate) -> tuple[CustomerRow, bool]:
    """Change the live customer that has the same ``by`` as ``data``, or create one; whether it was created.

    Raises ``missing_field`` when ``data`` lacks what it is to be matched by, or the name of a new customer;
    ``ambiguous_match`` for several customers of one domain; and what creating and changing raise.
    """
    value = getattr(data, by)
    if value is UNSET or value is None:
        raise MISSING_FIELD(field=by, name=by)
    found = await _matching(uow, by, value)
    if found is None:
        # Whoever else creates customers now has finished when this goes on, so a second look is final.
        await uow.hold("customer")
        found = await _matching(uow, by, value)
    if found is not None:
        return await changes.update_customer(uow, found, data), False
    if data.name is UNSET:
        raise MISSING_FIELD(field="name", name="name")
    return await service.create_customer(uow, CustomerCreate(**given(data))), True
