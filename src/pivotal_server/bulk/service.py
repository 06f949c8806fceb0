"""Running the operations of a bulk call."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from msgspec import UNSET, Struct

from pivotal_server.bulk.resources import RESOURCES, Resource
from pivotal_server.bulk.schemas import BulkItem, BulkOperation, BulkResult
from pivotal_server.errors_catalogue import INVALID_ENUM_VALUE, MISSING_FIELD, UNRECOGNIZED_KEYS
from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.ids import cuid
from pivotal_server.unit_of_work import UnitOfWork

BREATH = 20
"""After so many operations others of the process have a turn."""


def check_operations(operations: Sequence[BulkOperation]) -> None:
    """Refuse a call with an operation that could never be run: without its id, or with what it does not take.

    Raises ``missing_field``, ``unrecognized_keys`` or ``invalid_enum_value`` for ``operations.<n>.…``.
    """
    for index, operation in enumerate(operations):
        try:
            _check(operation)
        except ApiError as fault:
            raise fault.under(f"operations.{index}") from None


def _check(operation: BulkOperation) -> None:
    takes = {
        "create": ("data",),
        "update": ("id", "data"),
        "upsert": ("by", "data"),
        "delete": ("id",),
    }[operation.action]
    for name in ("id", "by", "data"):
        value = getattr(operation, name)
        if name in takes and value is UNSET:
            if name != "by":
                raise MISSING_FIELD(field=name, name=name)
        elif name not in takes and value is not UNSET:
            raise UNRECOGNIZED_KEYS(field=name, key=name)
    allowed = RESOURCES[operation.resource].by
    if operation.by is not UNSET and operation.by not in allowed:
        raise INVALID_ENUM_VALUE(
            field="by", expected=" | ".join(f"'{name}'" for name in allowed), received=operation.by
        )


async def run_operations(
    uow: UnitOfWork,
    operations: Sequence[BulkOperation],
    *,
    atomic: bool,
    may_write: Callable[[str], None],
    error_body: Callable[[ApiError], Struct],
) -> BulkResult:
    """Run checked ``operations`` in order, each in a savepoint of its own.

    One that fails changes nothing and is told by ``error_body``; with ``atomic`` its error is raised instead.
    ``may_write`` raises when the caller may not write a resource (by the word of its scope).
    """
    uow.bulk_id = cuid()
    await _reserve(uow, operations)
    items: list[BulkItem] = []
    failed = 0
    for index, operation in enumerate(operations):
        if index % BREATH == BREATH - 1:
            await asyncio.sleep(0)
        resource = RESOURCES[operation.resource]
        body: Any
        try:
            may_write(resource.scope)
            async with uow.step():
                status, body = await _run(uow, resource, operation)
        except ApiError as fault:
            if atomic:
                place = f"operations.{index}"
                if fault.field is not None:
                    place += ".data"
                elif fault.code.type == "not_found":
                    place += ".id"
                raise fault.under(place) from None
            failed += 1
            status, body = fault.code.status, error_body(fault)
        items.append(BulkItem(index=index, status=status, body=body))
    return BulkResult(succeeded=len(items) - failed, failed=failed, results=items)


async def _reserve(uow: UnitOfWork, operations: Sequence[BulkOperation]) -> None:
    """Take the numbers of all records to be created in one go."""
    for name in RESOURCES:
        count = sum(
            operation.resource == name and operation.action in ("create", "upsert")
            for operation in operations
        )
        if count > 1:
            await uow.reserve(name, count)


async def _run(uow: UnitOfWork, resource: Resource, operation: BulkOperation) -> tuple[int, Struct]:
    data: Any = operation.data
    id: Any = operation.id
    if operation.action == "create":
        return 201, await resource.create(uow, data)
    if operation.action == "update":
        return 200, await resource.update(uow, id, data)
    if operation.action == "delete":
        return 200, await resource.delete(uow, id)
    by = "external_id" if operation.by is UNSET else operation.by
    found, created = await resource.upsert(uow, by, data)
    return 201 if created else 200, found
