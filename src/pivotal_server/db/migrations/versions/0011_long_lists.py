"""Indexes for lists that passed over nearly everything: due before a day, events that did not arrive."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _index(
        "tasks_due_day",
        "tasks",
        ["org_id", "due_date"],
        "deleted_at IS NULL AND due_date IS NOT NULL AND NOT customer_hidden",
    )
    _index(
        "webhook_deliveries_lost",
        "webhook_deliveries",
        ["org_id", "event_at"],
        "delivered_at IS NULL AND status <> 'pending' AND status <> 'sending'",
    )


def _index(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
