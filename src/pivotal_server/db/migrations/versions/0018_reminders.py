"""Which tasks somebody was reminded of, and on which days reminders went out."""

import sqlalchemy as sa
from alembic import op

from pivotal_server.db.types import CalendarDay, Key

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reminders",
        sa.Column("org_id", Key, nullable=False),
        sa.Column("task_id", Key, nullable=False),
        sa.Column("day", CalendarDay, nullable=False),
        sa.Column("due_date", CalendarDay, nullable=False),
        sa.PrimaryKeyConstraint("org_id", "task_id", "day"),
    )
    op.create_index("reminders_day", "reminders", ["org_id", "day"])
