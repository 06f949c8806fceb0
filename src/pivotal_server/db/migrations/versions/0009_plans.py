"""What the onboarding pages add: when and why a state began, and the indexes of board, plan and audit."""

import sqlalchemy as sa
from alembic import op

from pivotal_server.db.types import Timestamp

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def _index(name: str, table: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=condition, postgresql_where=condition)


def upgrade() -> None:
    op.add_column("onboardings", sa.Column("state_since", Timestamp))
    op.add_column("onboardings", sa.Column("state_reason", sa.Text))
    op.add_column("phase_transitions", sa.Column("launched_at", Timestamp))
    _index(
        "onboardings_board",
        "onboardings",
        ["org_id", "phase", "target_launch_date", "display_id", "launched_at"],
        "deleted_at IS NULL AND state <> 'done' AND NOT customer_hidden",
    )
    _index(
        "onboardings_completed",
        "onboardings",
        ["org_id", "completed_at"],
        "deleted_at IS NULL AND completed_at IS NOT NULL AND NOT customer_hidden",
    )
    _index(
        "tasks_phase",
        "tasks",
        ["org_id", "onboarding_id", "phase", "position", "display_id", "done", "orphaned"],
        "deleted_at IS NULL AND parent_task_id IS NULL",
    )
    _index(
        "activity_onboarding",
        "activity",
        ["org_id", "onboarding_id", "created_at"],
        "onboarding_id IS NOT NULL",
    )
    _index(
        "attachments_onboarding",
        "attachments",
        ["org_id", "onboarding_id", "created_at"],
        "deleted_at IS NULL AND onboarding_id IS NOT NULL",
    )
