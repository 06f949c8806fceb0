"""SQL of what else search hands out: the customers that a list is narrowed to, and names like a text."""

from typing import Any, Final

from sqlalchemy import and_, bindparam, select

from pivotal_server.db.engine import Executor
from pivotal_server.db.search_conditions import C, R
from pivotal_server.db.statements import Statement, StatementCache
from pivotal_server.db.tables import customers, search_rows
from pivotal_server.search.meaning import Wanted
from pivotal_server.search.repository_find import match_of
from pivotal_server.search.repository_statements import VISIBLE, indexed

# ── For lists of customers ─────────────────────────────────────────────────────────────────────
FEW: Final = 1_000
"""Up to so many customers are handed to a list by their ids."""


_ONE_ID = select(R.object_id).limit(FEW + 1)
_FEW = Statement.scalar(
    indexed(_ONE_ID, None, None, "sqlite"), str, postgresql=indexed(_ONE_ID, None, None, "postgresql")
)


async def few_customers(db: Executor, org_id: str, wanted: Wanted) -> list[str] | None:
    """The ids of the customers that hold the words, whatever else is wanted; ``None`` for very many."""
    params = {"org_id": org_id, **match_of(org_id, "customer", wanted)}
    found = await db.fetch_all(_FEW, params)
    return found if len(found) <= FEW else None


# ── Names like the text ────────────────────────────────────────────────────────────────────────
_LIKE = 200


def _similar(given: frozenset[str]) -> Statement[str]:
    first, past = (bindparam(name, type_=R.name.type) for name in ("first", "past"))
    rows = select(C.name).select_from(
        search_rows.join(customers, and_(C.org_id == R.org_id, C.id == R.object_id))
    )
    conditions = [VISIBLE] if "visible_to" in given else []
    rows = rows.where(
        R.org_id == bindparam("org_id"),
        R.kind == "customer",
        R.kind != "task",
        R.name >= first,
        R.name < past,
    )
    rows = rows.where(C.deleted_at.is_(None), C.status != "archived", *conditions)
    return Statement.scalar(rows.order_by(R.name).limit(_LIKE), str)


_SIMILAR = StatementCache(_similar, ["visible_to"])


async def names_from(db: Executor, org_id: str, first: str, *, visible_to: str | None) -> list[str]:
    """The names of customers that begin with the letters ``first``, at most 200."""
    params: dict[str, Any] = {"org_id": org_id, "first": first, "past": first + "\U0010ffff"}
    if visible_to is not None:
        params["visible_to"] = visible_to
    return await db.fetch_all(_SIMILAR.pick(params), params)
