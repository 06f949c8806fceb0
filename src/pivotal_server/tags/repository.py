"""SQL of tags, which exist as long as a live customer carries them."""

import msgspec
from sqlalchemy import and_, bindparam, func, select

from pivotal_server.db.engine import Executor
from pivotal_server.db.statements import Statement
from pivotal_server.db.tables import customer_tags, customers


class TagRow(msgspec.Struct, frozen=True):
    """One tag: without case, how often it is used, and the tags of the last customer that has it."""

    tag: str
    uses: int
    written: msgspec.Raw


_T = customer_tags.c
_OF_ORG = _T.org_id == bindparam("org_id")
_USED = (
    select(_T.tag, func.count().label("uses"), func.max(_T.created_at).label("last"))
    .where(_OF_ORG, _T.tag > bindparam("after"))
    .group_by(_T.tag)
    .order_by(_T.tag)
    .limit(bindparam("limit"))
    .subquery("used")
)
LIST = Statement(
    select(_USED.c.tag, _USED.c.uses, customers.c.tags.label("written"))
    .select_from(
        _USED.join(
            customer_tags,
            and_(_OF_ORG, _T.tag == _USED.c.tag, _T.created_at == _USED.c.last),
        ).join(customers, and_(customers.c.org_id == _T.org_id, customers.c.id == _T.customer_id))
    )
    .order_by(_USED.c.tag),
    into=TagRow,
)


COUNT = Statement.scalar(
    select(func.count()).select_from(customer_tags).where(_OF_ORG, _T.tag == bindparam("tag")), int
)


async def count_uses(db: Executor, org_id: str, tag: str) -> int:
    """How many live customers carry a folded tag."""
    return await db.fetch_one(COUNT, {"org_id": org_id, "tag": tag}) or 0


async def page(db: Executor, org_id: str, after: str, limit: int) -> list[TagRow]:
    """The first ``limit`` tags behind ``after``, in the order of their letters."""
    return await db.fetch_all(LIST, {"org_id": org_id, "after": after, "limit": limit})
