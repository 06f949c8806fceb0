"""One act on many customers, each by the ordinary call and in its own savepoint (APP-BULK-1 … 5)."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import msgspec

from pivotal_server.auth.permissions import MANAGERS, AccessSettings, refusal
from pivotal_server.bulk.rows import Asked, Outcome, Rows, Sight, for_each
from pivotal_server.customers import access, changes, repository_bulk, service
from pivotal_server.customers.checks import check_tags
from pivotal_server.customers.schemas import CustomerUpdate
from pivotal_server.customers.service import CustomerRow
from pivotal_server.db.engine import Executor
from pivotal_server.errors_catalogue import INVALID_REFERENCE
from pivotal_server.errors_catalogue_customers import (
    CUSTOMER_ARCHIVED,
    CUSTOMER_NOT_ARCHIVED,
    CUSTOMER_NOT_LIVE,
)
from pivotal_server.kit.validation import Body
from pivotal_server.onboardings import service as onboardings
from pivotal_server.onboardings.schemas import OnboardingCreate
from pivotal_server.search import service as search
from pivotal_server.search.service import Seeker
from pivotal_server.unit_of_work import UnitOfWork

Act = Callable[[UnitOfWork, CustomerRow], Awaitable[bool]]
"""What is done to a locked row; whether that changed anything."""

MANAGERS_ONLY = frozenset({"access", "delete"})
"""Acts that members have no right to, whatever they see (P9)."""
_ONBOARDING = Body(OnboardingCreate)


def act_of(name: str, values: Mapping[str, Any]) -> Act:
    """The act with this name. Raises ``invalid_reference`` for one that there is not.

    ``values``: what it takes of ``owner_id``, ``plan``, ``tags``, the slug of a custom ``field`` and its
    ``value``, ``status`` and the ``reason`` of churning, ``member``, and the data of an ``onboarding``.
    """
    acts: dict[str, Callable[[Mapping[str, Any]], Act]] = {
        "owner": lambda given: _edit(owner_id=given.get("owner_id")),
        "plan": lambda given: _edit(plan=given.get("plan")),
        "tag": _tag,
        "untag": _untag,
        "field": lambda given: _edit(custom_fields={given["field"]: given.get("value")}),
        "status": _status,
        "archive": lambda _: _edit(status="archived"),
        "unarchive": lambda _: _unarchive,
        "onboarding": _start,
        "access": _give_access,
        "delete": lambda _: _delete,
    }
    if name not in acts:
        raise INVALID_REFERENCE(field="act", message="There is no such act")
    return acts[name](values)


def _edit(*, reason: str | None = None, **fields: Any) -> Act:
    async def change(uow: UnitOfWork, row: CustomerRow) -> bool:
        return await changes.update_customer(uow, row, CustomerUpdate(**fields), reason=reason) != row

    return change


def _tag(values: Mapping[str, Any]) -> Act:
    async def change(uow: UnitOfWork, row: CustomerRow) -> bool:
        tags = check_tags([*msgspec.json.decode(row.tags), *values["tags"]], "tags")
        return await changes.update_customer(uow, row, CustomerUpdate(tags=tags)) != row

    return change


def _untag(values: Mapping[str, Any]) -> Act:
    unwanted = {tag.casefold() for tag in values["tags"]}

    async def change(uow: UnitOfWork, row: CustomerRow) -> bool:
        tags = [tag for tag in msgspec.json.decode(row.tags) if tag.casefold() not in unwanted]
        return await changes.update_customer(uow, row, CustomerUpdate(tags=tags)) != row

    return change


def _status(values: Mapping[str, Any]) -> Act:
    flip = _edit(status=values["status"], reason=values.get("reason"))

    async def change(uow: UnitOfWork, row: CustomerRow) -> bool:
        if row.status == "archived":
            raise CUSTOMER_ARCHIVED()
        return await flip(uow, row)

    return change


async def _unarchive(uow: UnitOfWork, row: CustomerRow) -> bool:
    if row.status != "archived":
        raise CUSTOMER_NOT_ARCHIVED()
    status: Any = row.previous_status or "active"
    await changes.update_customer(uow, row, CustomerUpdate(status=status))
    return True


def _start(values: Mapping[str, Any]) -> Act:
    async def change(uow: UnitOfWork, row: CustomerRow) -> bool:
        if row.status in ("churned", "archived"):
            raise CUSTOMER_NOT_LIVE(status=row.status)
        data = _ONBOARDING.check({**values["onboarding"], "customer_id": row.id}, "")
        await onboardings.create_onboarding(uow, row, data)
        return True

    return change


def _give_access(values: Mapping[str, Any]) -> Act:
    async def change(uow: UnitOfWork, row: CustomerRow) -> bool:
        member = await access.taker(uow.tx, uow.org_id, values["member"])
        return await access.give(uow, row, member)

    return change


async def _delete(uow: UnitOfWork, row: CustomerRow) -> bool:
    if row.status != "archived":
        raise CUSTOMER_NOT_ARCHIVED()
    await service.delete_customer(uow, row)
    return True


# ── Which ones ─────────────────────────────────────────────────────────────────────────────────
async def filters_of(
    db: Executor, org_id: str, asked: Asked, sight: Sight
) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """The conditions of the customers that are asked for, and what they bind; None when there can be none.

    The filter of the list is read anew. Raises ``invalid_reference`` when a term of it means nothing any
    more: without it the filter would hold more than was seen.
    """
    if asked.ids:
        return {**sight, "ids": asked.ids}, {}
    seeker = Seeker(org_id=org_id, me=asked.filters.get("me"), visible_to=sight.get("visible_to"))
    wanted = await search.understand(db, seeker, asked.filters.get("q", ""), leaving_out=True)
    if wanted.faulty:
        raise INVALID_REFERENCE(field="filter", message="The filter means something else now")
    found = await search.customer_filters(db, seeker, wanted)
    if found is None:
        return None
    filters = {**found[0], **sight, "until": asked.until}
    if asked.without:
        filters["without"] = asked.without
    return filters, found[1]


async def count(db: Executor, org_id: str, asked: Asked, sight: Sight) -> int:
    """How many customers are asked for, of those within ``sight``. Raises what ``filters_of`` raises."""
    found = await filters_of(db, org_id, asked, sight)
    return 0 if found is None else await repository_bulk.count(db, org_id, *found)


async def _ids_after(
    db: Executor, org_id: str, asked: Asked, sight: Sight, after: str, limit: int
) -> list[str]:
    found = await filters_of(db, org_id, asked, sight)
    if found is None:
        return []
    return await repository_bulk.ids(db, org_id, {**found[0], "after_id": after}, found[1], limit)


async def _do(uow: UnitOfWork, asked: Asked, ids: Sequence[str], sight: Sight) -> Outcome:
    if asked.act in MANAGERS_ONLY and uow.actor.role not in MANAGERS:
        raise refusal("delete_customers" if asked.act == "delete" else "manage_access", AccessSettings())
    act = act_of(asked.act, asked.values)
    # In the order of ids, so that two such acts do not wait for each other; what is out of sight is left.
    known = await repository_bulk.named(uow.tx, uow.org_id, sight, ids)

    def work(id: str) -> Callable[[], Awaitable[bool]]:
        async def change() -> bool:
            return await act(uow, await service.get_customer(uow.tx, uow.org_id, id, lock=True))

        return change

    return await for_each(uow, ((one.name, one.display_id, work(one.id)) for one in known))


ROWS = Rows("customers.bulk", "customer", "bulk_edit_customers", count, _ids_after, _do)
