"""Clearing test data: each live row marked as test is deleted as its own room deletes it (APP-KEY-4)."""

from collections.abc import Awaitable, Callable, Mapping

import msgspec

from pivotal_server.attachments import service as attachments
from pivotal_server.comments import service as comments
from pivotal_server.contacts import service as contacts
from pivotal_server.customers import service as customers
from pivotal_server.db.engine import Executor
from pivotal_server.jobs import service as jobs
from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.ids import cuid
from pivotal_server.onboardings import service as onboardings
from pivotal_server.tasks import service as tasks
from pivotal_server.templates import service as templates
from pivotal_server.test_data import repository
from pivotal_server.test_data.repository import KINDS, Counts, TestRow
from pivotal_server.unit_of_work import UnitOfWork

__all__ = [
    "JOB",
    "KINDS",
    "Counts",
    "Place",
    "TestRow",
    "clear_some",
    "count",
    "enqueue_rest",
    "first_rows",
    "start",
]

JOB = "clear-test-data"
STRETCH = 200
"""So many rows at most are deleted in one transaction."""


class Place(msgspec.Struct, frozen=True):
    """How far a clearing has come: up to the id ``after`` of the kind at ``kind``; its entries share
    ``bulk_id``.
    """

    kind: int
    after: str
    cleared: int
    bulk_id: str


def start() -> Place:
    """The place before the first row."""
    return Place(0, "", 0, cuid())


async def count(db: Executor, org_id: str) -> Counts:
    """How many live rows test keys have written, by kind."""
    return await repository.counts(db, org_id)


async def first_rows(db: Executor, org_id: str, kind: str, limit: int) -> list[TestRow]:
    """The oldest live test rows of a kind."""
    return await repository.following(db, org_id, kind, "", limit)


async def clear_some(uow: UnitOfWork, place: Place) -> Place | None:
    """Delete the rows behind ``place``, at most 200; where to go on, or ``None`` when that was all.

    Deleting is soft and tells of itself like any other: entries, and events that only test endpoints get. A
    row that somebody deletes or changes meanwhile, so that it cannot be deleted any more, is passed over.
    """
    uow.bulk_id = place.bulk_id
    kind = KINDS[place.kind]
    rows = await repository.following(uow.tx, uow.org_id, kind, place.after, STRETCH)
    cleared = place.cleared
    for row in rows:
        try:
            async with uow.step():
                await _DELETE[kind](uow, row.id)
        except ApiError:
            continue
        cleared += 1
    if len(rows) == STRETCH:
        return Place(place.kind, rows[-1].id, cleared, place.bulk_id)
    if place.kind + 1 == len(KINDS):
        return None
    return Place(place.kind + 1, "", cleared, place.bulk_id)


async def enqueue_rest(uow: UnitOfWork, place: Place) -> None:
    """Let a job clear what lies behind ``place``; while one is at it, nothing is added."""
    await jobs.enqueue(uow, JOB, msgspec.to_builtins(place), unique_key=JOB)


# ── How each kind is deleted ───────────────────────────────────────────────────────────────────
async def _delete_comment(uow: UnitOfWork, id: str) -> None:
    await comments.delete_comment(uow, await comments.get_comment_for_change(uow, id, deleted=True))


async def _delete_attachment(uow: UnitOfWork, id: str) -> None:
    row, comment = await attachments.get_attachment_for_change(uow, id)
    await attachments.delete_attachment(uow, row, comment)


async def _delete_onboarding(uow: UnitOfWork, id: str) -> None:
    row = await onboardings.get_onboarding(uow.tx, uow.org_id, id, lock=True, deleted=True)
    await onboardings.delete_onboarding(uow, row)


async def _delete_task(uow: UnitOfWork, id: str) -> None:
    home, row = await tasks.get_task_for_change(uow, id, deleted=True)
    await tasks.delete_task(uow, home, row, even_of_done=True)


async def _delete_contact(uow: UnitOfWork, id: str) -> None:
    await contacts.delete_contact(uow, await contacts.get_contact_for_change(uow, id, deleted=True))


async def _delete_customer(uow: UnitOfWork, id: str) -> None:
    row = await customers.get_customer(uow.tx, uow.org_id, id, lock=True, deleted=True)
    await customers.delete_customer(uow, row)


async def _delete_template(uow: UnitOfWork, id: str) -> None:
    row = await templates.get_template(uow.tx, uow.org_id, id, lock=True, deleted=True)
    await templates.delete_template(uow, row)


_DELETE: Mapping[str, Callable[[UnitOfWork, str], Awaitable[None]]] = {
    "comment": _delete_comment,
    "attachment": _delete_attachment,
    "onboarding": _delete_onboarding,
    "task": _delete_task,
    "contact": _delete_contact,
    "customer": _delete_customer,
    "template": _delete_template,
}
