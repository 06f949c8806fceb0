"""Signing secrets past their time."""

from datetime import datetime

from pivotal_server.db.engine import Transaction
from pivotal_server.webhooks import repository


async def forget_expired(tx: Transaction, now: datetime) -> int:
    """Remove the secrets of all workspaces that no longer sign; how many."""
    return await repository.delete_expired(tx, now)
