"""SQL of whom an act tells: the people around an onboarding or a task, and who of them is there."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import and_, bindparam, select

from pivotal_server.db.engine import Executor
from pivotal_server.db.statements import Statement, any_of
from pivotal_server.db.tables import customers, members, onboardings, task_dependencies, tasks


class PlaceRow(msgspec.Struct, frozen=True):
    """An onboarding as notices name it, and who is responsible for it."""

    id: str
    display_id: int
    name: str
    state: str
    csm_id: str | None
    owner_id: str | None
    customer_id: str
    customer_name: str
    livemode: bool


_O, _K, _T, _M, _D = onboardings.c, customers.c, tasks.c, members.c, task_dependencies.c
PLACES = Statement(
    select(
        _O.id,
        _O.display_id,
        _O.name,
        _O.state,
        _O.csm_id,
        _K.owner_id,
        _O.customer_id,
        _K.name.label("customer_name"),
        _O.livemode,
    )
    .select_from(onboardings.join(customers, and_(_K.org_id == _O.org_id, _K.id == _O.customer_id)))
    .where(_O.org_id == bindparam("org_id"), any_of(_O.id, "ids")),
    into=PlaceRow,
)
ASSIGNEES = Statement.rows(
    select(_T.id, _T.assignee_id).where(_T.org_id == bindparam("org_id"), any_of(_T.id, "ids"))
)
LOCKED = Statement.scalar(
    select(_D.task_id)
    .distinct()
    .select_from(task_dependencies.join(tasks, and_(_T.org_id == _D.org_id, _T.id == _D.depends_on_id)))
    .where(_D.org_id == bindparam("org_id"), any_of(_D.task_id, "ids"), ~_T.done, _T.deleted_at.is_(None)),
    str,
)
PEOPLE = Statement.rows(select(_M.id, _M.role, _M.notices).where(_M.org_id == bindparam("org_id"), _M.active))


async def places(db: Executor, org_id: str, ids: Sequence[str]) -> dict[str, PlaceRow]:
    """The onboardings with these ids, deleted or not."""
    return {row.id: row for row in await db.fetch_all(PLACES, {"org_id": org_id, "ids": ids})}


async def assignees(db: Executor, org_id: str, ids: Sequence[str]) -> dict[str, str | None]:
    """Who these tasks are assigned to."""
    found = await db.fetch_all(ASSIGNEES, {"org_id": org_id, "ids": ids}) if ids else []
    return dict(found)


async def locked(db: Executor, org_id: str, ids: Sequence[str]) -> set[str]:
    """Those of these tasks that wait for an open one."""
    return set(await db.fetch_all(LOCKED, {"org_id": org_id, "ids": ids})) if ids else set()


async def people(db: Executor, org_id: str) -> dict[str, tuple[str, Any]]:
    """The roles of all active members, by id, and what they do not want to be told of, as stored."""
    found = await db.fetch_all(PEOPLE, {"org_id": org_id})
    return {id: (role, notices) for id, role, notices in found}
