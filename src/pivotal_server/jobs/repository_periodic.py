"""SQL of periodic jobs."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, select, update

from pivotal_server.db.engine import Executor, Transaction
from pivotal_server.db.statements import Statement, any_of, insert_if_new
from pivotal_server.db.tables import jobs, periodic_jobs
from pivotal_server.db.types import Timestamp

_P = periodic_jobs.c

INSERT = insert_if_new(periodic_jobs)
ALL = Statement.rows(select(_P.kind, _P.next_at).where(any_of(_P.kind, "kinds")))
# Of several workers that find a kind due, one changes the row from the moment that all of them have read.
TAKE = Statement.write(
    update(periodic_jobs)
    .where(_P.kind == bindparam("of_kind"), _P.next_at == bindparam("due_at", type_=Timestamp()))
    .values(next_at=bindparam("new_next_at", type_=Timestamp()), last_at=_P.next_at)
)
PRUNE = Statement.write(
    delete(jobs).where(
        jobs.c.finished_at < bindparam("before", type_=Timestamp()),
        jobs.c.type.is_(None),
        jobs.c.status != "failed",
    ),
    global_lookup="finished work of all workspaces is cleared together",
)
PRUNE_ALL = Statement.write(
    delete(jobs).where(jobs.c.finished_at < bindparam("before", type_=Timestamp())),
    global_lookup="old jobs of all workspaces are cleared together",
)


async def add(tx: Transaction, kind: str, next_at: datetime) -> None:
    """Note a kind that is not known yet, due at ``next_at``."""
    await tx.execute(INSERT, {"kind": kind, "next_at": next_at, "last_at": None})


async def moments(db: Executor, kinds: Sequence[str]) -> dict[str, datetime]:
    """When each of the kinds that are known is due."""
    return dict(await db.fetch_all(ALL, {"kinds": kinds}))


async def take(tx: Transaction, kind: str, due_at: datetime, next_at: datetime) -> bool:
    """Move a kind that was due at ``due_at`` on to ``next_at``; false when somebody else has done so."""
    return await tx.execute(TAKE, {"of_kind": kind, "due_at": due_at, "new_next_at": next_at}) == 1


async def prune(tx: Transaction, unnamed: datetime, any_: datetime) -> int:
    """Remove what was finished long ago: work without a type before ``unnamed``, all before ``any_``."""
    removed = await tx.execute(PRUNE, {"before": unnamed})
    return removed + await tx.execute(PRUNE_ALL, {"before": any_})
