"""SQL of events."""

from typing import Any

from pivotal_server.db.engine import Transaction
from pivotal_server.db.statements import Statement, insert_of
from pivotal_server.db.tables import events

INSERT = Statement.write(insert_of(events))


async def insert(tx: Transaction, rows: list[dict[str, Any]]) -> None:
    """Insert events."""
    if len(rows) == 1:
        await tx.execute(INSERT, rows[0])
    else:
        await tx.execute_many(INSERT, rows)
