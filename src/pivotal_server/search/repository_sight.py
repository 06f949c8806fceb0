"""SQL of whom a search is held to: the customers that a member may see, when they are not very many.

The rule itself is ``db/visibility`` and is still asked of every row; this only spares a search from asking it
of all records that hold a frequent word.
"""

from typing import Any, Final

from sqlalchemy import BindParameter, Column, ColumnElement, Select, bindparam, select, union_all

from pivotal_server.db.engine import Executor
from pivotal_server.db.statements import Statement
from pivotal_server.db.tables import access_grants, customers, onboardings, tasks

MOST: Final = 1_500
"""Rows that are read to know the customers; with more of them the rule is asked of each record."""
_ME: BindParameter[str] = bindparam("visible_to")
_C, _G, _O, _T = customers.c, access_grants.c, onboardings.c, tasks.c


def _part(customer_id: Column[Any], person: Column[Any], *conditions: ColumnElement[bool]) -> Select[Any]:
    c = person.table.c
    live = [c.deleted_at.is_(None)] if "deleted_at" in c else []
    rows = select(customer_id.label("id")).where(
        c.org_id == bindparam("org_id"), person == _ME, *live, *conditions
    )
    return select(rows.limit(MOST + 1).subquery().c.id)


# One part for each index: those of hidden customers are apart from those that lists show.
_SEEN = Statement.scalar(
    union_all(
        _part(_C.id, _C.owner_id),
        _part(_G.customer_id, _G.member_id),
        _part(_T.customer_id, _T.assignee_id, ~_T.customer_hidden),
        _part(_T.customer_id, _T.assignee_id, _T.customer_hidden),
        _part(_O.customer_id, _O.csm_id, ~_O.customer_hidden),
        _part(_O.customer_id, _O.csm_id, _O.customer_hidden),
        *(_part(_O.customer_id, person) for person in (_O.se_id, _O.designer_id, _O.product_ops_id)),
    ).limit(MOST + 1),
    str,
)


async def seen_by(db: Executor, org_id: str, member_id: str) -> list[str] | None:
    """The ids of all customers that a member may see who does not see all; ``None`` for very many."""
    found = await db.fetch_all(_SEEN, {"org_id": org_id, "visible_to": member_id})
    return sorted(set(found)) if len(found) <= MOST else None
