"""Numbers and moments that only ever rise: one counter row per workspace and object type.

The row stays locked until the transaction ends, so numbers are given in commit order, and a rolled
back transaction leaves no gap.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, bindparam, func, literal_column, update
from sqlalchemy.dialects import postgresql, sqlite

from pivotal_server.db.engine import Transaction
from pivotal_server.db.statements import Statement
from pivotal_server.db.tables import counters
from pivotal_server.db.types import EPOCH

_MICROSECOND = timedelta(microseconds=1)
_VALUES: dict[str, BindParameter[Any]] = {
    "org_id": bindparam("org_id"),
    "object": bindparam("object"),
    "last_number": bindparam("count"),
    "last_at": bindparam("last_at"),
}
_IN_SQLITE = sqlite.insert(counters).values(_VALUES)
_IN_POSTGRESQL = postgresql.insert(counters).values(_VALUES)
_ALLOCATE = Statement.rows(
    _IN_SQLITE,
    sqlite=_IN_SQLITE.on_conflict_do_update(
        index_elements=["org_id", "object"],
        set_={
            "last_number": counters.c.last_number + _IN_SQLITE.excluded.last_number,
            "last_at": func.max(
                _IN_SQLITE.excluded.last_at,
                literal_column("counters.last_at + excluded.last_number"),
                type_=counters.c.last_at.type,
            ),
        },
    ).returning(counters.c.last_number, counters.c.last_at),
    postgresql=_IN_POSTGRESQL.on_conflict_do_update(
        index_elements=["org_id", "object"],
        set_={
            "last_number": counters.c.last_number + _IN_POSTGRESQL.excluded.last_number,
            "last_at": func.greatest(
                _IN_POSTGRESQL.excluded.last_at,
                literal_column("counters.last_at + excluded.last_number * interval '1 microsecond'"),
                type_=counters.c.last_at.type,
            ),
        },
    ).returning(counters.c.last_number, counters.c.last_at),
)


# The numbers that a transaction has taken last, and nobody else since the counter row is locked.
_GIVE_BACK = Statement.write(
    update(counters)
    .where(counters.c.org_id == bindparam("in_org"), counters.c.object == bindparam("of_object"))
    .values(
        last_number=counters.c.last_number - bindparam("count", type_=counters.c.last_number.type),
        last_at=bindparam("at", type_=counters.c.last_at.type),
    )
)


async def give_back(tx: Transaction, org_id: str, object_type: str, count: int, last_at: datetime) -> None:
    """Take back the last ``count`` numbers that this transaction has allocated and not used.

    ``last_at`` is the moment that goes with the last number used.
    """
    values = {"in_org": org_id, "of_object": object_type, "count": count, "at": last_at}
    await tx.execute(_GIVE_BACK, values)


async def hold(tx: Transaction, org_id: str, object_type: str) -> None:
    """Let nobody else create an object of this type until the transaction ends.

    It takes no number, but makes the counter where there is none: what does not exist cannot be locked, and
    the first two of a type would not wait for each other.
    """
    await tx.fetch_one(_ALLOCATE, {"org_id": org_id, "object": object_type, "count": 0, "last_at": EPOCH})


async def allocate(
    tx: Transaction, org_id: str, object_type: str, now: datetime, count: int = 1
) -> tuple[int, datetime]:
    """The next ``count`` numbers and moments of an object type of a workspace.

    Returns the first number and the first moment; the others follow in steps of one and of one
    microsecond. Moments are ``now`` or later, and later than any given before.
    """
    row = await tx.fetch_one(
        _ALLOCATE,
        {
            "org_id": org_id,
            "object": object_type,
            "count": count,
            "last_at": now + (count - 1) * _MICROSECOND,
        },
    )
    assert row is not None
    last_number, last_at = row
    return last_number - count + 1, last_at - (count - 1) * _MICROSECOND
