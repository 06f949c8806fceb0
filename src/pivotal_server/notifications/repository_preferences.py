"""SQL of what members do not want to be told of."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, select, update

from pivotal_server.db.engine import Executor, Transaction
from pivotal_server.db.statements import Statement, any_of
from pivotal_server.db.tables import members

_M = members.c
_ORG = _M.org_id == bindparam("org_id")
ONE = Statement.rows(select(_M.notices).where(_ORG, _M.id == bindparam("id")))
MANY = Statement.rows(select(_M.id, _M.notices).where(_ORG, any_of(_M.id, "ids")))
SAVE = Statement.write(
    update(members)
    .where(_M.org_id == bindparam("in_org"), _M.id == bindparam("of_id"))
    .values(notices=bindparam("to_notices", type_=_M.notices.type))
)


async def stored(db: Executor, org_id: str, id: str) -> Any:
    """What is stored for a member."""
    row = await db.fetch_one(ONE, {"org_id": org_id, "id": id})
    return None if row is None else row[0]


async def stored_of(db: Executor, org_id: str, ids: Sequence[str]) -> list[tuple[Any, ...]]:
    """What is stored for several members, with their ids."""
    return await db.fetch_all(MANY, {"org_id": org_id, "ids": list(ids)})


async def save(tx: Transaction, org_id: str, id: str, notices: Any) -> None:
    """Write what a member does not want."""
    await tx.execute(SAVE, {"in_org": org_id, "of_id": id, "to_notices": notices})
