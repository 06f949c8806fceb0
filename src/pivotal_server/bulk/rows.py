"""One act on many rows that people have chosen: each by its ordinary call and in its own savepoint.

A few rows are done while somebody waits. More of them become a job, which goes through them in blocks, one
transaction each, so that nobody else waits longer than a block (APP-BULK-3, -4, -5).

A list gets this by a :class:`Rows`: its page sends what is chosen to :func:`act_on`, and its ``jobs.py`` has
a kind whose handler is :func:`pivotal_server.bulk.running.run_rows` with it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import structlog
from msgspec.structs import replace

from pivotal_server.db.engine import Executor
from pivotal_server.db.errors import Unavailable
from pivotal_server.errors_catalogue import INTERNAL_ERROR
from pivotal_server.jobs import service as jobs
from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.ids import cuid
from pivotal_server.unit_of_work import UnitOfWork

AT_ONCE = 100
"""So many rows are done in the request; more become a job."""
BLOCK = 50
"""Rows of one transaction of a job."""
_BREATH = 20
"""After so many rows others of the process have a turn."""
_log = structlog.get_logger(__name__)

Sight = dict[str, Any]
"""Filters that leave what an actor sees; none for somebody who sees everything."""


class Skipped(msgspec.Struct, frozen=True):
    """A row that was left as it is, and why. ``number`` is its ``display_id``."""

    title: str
    reason: str
    code: str
    number: int


class Outcome(msgspec.Struct, frozen=True):
    """What an act did to some rows."""

    changed: int
    skipped: tuple[Skipped, ...] = ()


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be done to which rows; the payload of the job.

    ``ids`` names the rows. Without any they are those of the ``filters``, as the list takes them, that were
    there at the time ``until``, but for the ids in ``without``. ``values`` belong to the ``act``; ``place``
    is the record that the rows are part of. ``moment`` is shared by whatever the act completes.
    """

    act: str
    values: dict[str, Any]
    moment: datetime
    until: datetime
    filters: dict[str, Any] = {}
    ids: list[str] = []
    without: list[str] = []
    place: str = ""
    bulk_id: str = msgspec.field(default_factory=cuid)


class Done(msgspec.Struct, frozen=True):
    """What became of an act: its outcome, or the job that goes on with it."""

    outcome: Outcome | None = None
    job_id: str = ""
    total: int = 0


@dataclass(frozen=True, slots=True)
class Rows:
    """One list whose rows can be acted on: the ``kind`` of its jobs, what its rows are called, and what
    whoever acts must be able to do.

    ``count``: how many rows are asked for. ``ids_after``: the ids of the next rows of a filter behind an id,
    in the order of ids. ``do``: the act on these rows, by their ids.
    """

    kind: str
    noun: str
    capability: str
    count: Callable[[Executor, str, Asked, Sight], Awaitable[int]]
    ids_after: Callable[[Executor, str, Asked, Sight, str, int], Awaitable[list[str]]]
    do: Callable[[UnitOfWork, Asked, Sequence[str], Sight], Awaitable[Outcome]]


async def act_on(uow: UnitOfWork, rows: Rows, asked: Asked, sight: Sight) -> Done:
    """Do the act, or let a job do it when it is on more rows than :data:`AT_ONCE`."""
    total = len(asked.ids) or await rows.count(uow.tx, uow.org_id, asked, sight)
    if total > AT_ONCE:
        id = await jobs.enqueue(
            uow,
            rows.kind,
            msgspec.to_builtins(asked),
            type="bulk",
            priority=jobs.LAST,
            counts={"total": total, "processed": 0, "changed": 0, "skipped": 0},
        )
        return Done(job_id=id, total=total)
    ids = asked.ids or await rows.ids_after(
        uow.tx, uow.org_id, asked, sight, "", AT_ONCE + len(asked.without)
    )
    begin(uow, asked)
    left_out = set(asked.without)
    outcome = await rows.do(uow, asked, [id for id in ids if id not in left_out], sight)
    return Done(outcome, total=total)


def begin(uow: UnitOfWork, asked: Asked) -> None:
    """Let everything in ``uow`` be part of the act: its entries say so, under one ``bulk_id``."""
    uow.bulk_id = asked.bulk_id
    uow.bulk_at = asked.moment
    uow.actor = replace(uow.actor, origin="bulk")


async def for_each(
    uow: UnitOfWork, rows: Iterable[tuple[str, int, Callable[[], Awaitable[bool]]]]
) -> Outcome:
    """Do the work of each row in a savepoint; what a rule forbids is skipped, and named with its reason.

    Of a row: what it is called, its number, and its work, which says whether it changed anything.
    """
    changed = 0
    skipped: list[Skipped] = []
    for index, (title, number, work) in enumerate(rows):
        if index % _BREATH == _BREATH - 1:
            await asyncio.sleep(0)
        try:
            async with uow.step():
                changed += await work()
        except ApiError as fault:
            skipped.append(Skipped(title, fault.message, fault.code.code, number))
        except Unavailable:
            raise
        except Exception:  # noqa: BLE001 - a row that meets a fault of ours must not hold up all others
            _log.exception("an act on a row failed", number=number)
            skipped.append(Skipped(title, INTERNAL_ERROR.message, INTERNAL_ERROR.code, number))
    return Outcome(changed, tuple(skipped))
