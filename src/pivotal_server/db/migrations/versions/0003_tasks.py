"""Tasks and templates."""

import sqlalchemy as sa
from alembic import op

from pivotal_server.db.types import CalendarDay, Flag, Key, RawJson, Timestamp

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def _index(
    name: str, table: str, columns: list[str], *, unique: bool = False, where: str | None = None
) -> None:
    condition = None if where is None else sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


def upgrade() -> None:
    op.create_table(
        "templates",
        sa.Column("org_id", Key, nullable=False),
        sa.Column("id", Key, nullable=False),
        sa.Column("display_id", sa.BigInteger, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("name_key", Key, nullable=False),
        sa.Column("description", sa.Text),
        sa.Column("phase", Key, nullable=False),
        sa.Column("default_for_phase", Flag, nullable=False),
        sa.Column("applies_when", RawJson),
        sa.Column("tasks", RawJson, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("livemode", Flag, nullable=False),
        sa.Column("created_at", Timestamp, nullable=False),
        sa.Column("updated_at", Timestamp, nullable=False),
        sa.Column("deleted_at", Timestamp),
        sa.PrimaryKeyConstraint("org_id", "id"),
    )
    _index("templates_created", "templates", ["org_id", "created_at"], where="deleted_at IS NULL")
    _index(
        "templates_default",
        "templates",
        ["org_id", "phase"],
        unique=True,
        where="deleted_at IS NULL AND default_for_phase",
    )
    _index("templates_display_id", "templates", ["org_id", "display_id"], unique=True)
    _index(
        "templates_name",
        "templates",
        ["org_id", "phase", "name_key"],
        unique=True,
        where="deleted_at IS NULL",
    )
    _index("templates_phase", "templates", ["org_id", "phase", "created_at"], where="deleted_at IS NULL")
    op.create_table(
        "tasks",
        sa.Column("org_id", Key, nullable=False),
        sa.Column("id", Key, nullable=False),
        sa.Column("display_id", sa.BigInteger, nullable=False),
        sa.Column("onboarding_id", Key, nullable=False),
        sa.Column("customer_id", Key, nullable=False),
        sa.Column("parent_task_id", Key),
        sa.Column("phase", Key, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("description", sa.Text),
        sa.Column("assignee_id", Key),
        sa.Column("due_date", CalendarDay),
        sa.Column("done", Flag, nullable=False),
        sa.Column("customer_facing", Flag, nullable=False),
        sa.Column("completed_at", Timestamp),
        sa.Column("completed_by", Key),
        sa.Column("auto", Flag, nullable=False),
        sa.Column("links", RawJson, nullable=False),
        sa.Column("depends_on", RawJson, nullable=False),
        sa.Column("due_anchor", Key),
        sa.Column("due_offset", sa.Integer),
        sa.Column("plan_anchor", Key),
        sa.Column("plan_offset", sa.Integer),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("template_id", Key),
        sa.Column("template_task", Key),
        sa.Column("carried_over_at", Timestamp),
        sa.Column("orphaned", Flag, nullable=False),
        sa.Column("metadata", RawJson, nullable=False),
        sa.Column("external_id", Key),
        sa.Column("customer_hidden", Flag, nullable=False),
        sa.Column("livemode", Flag, nullable=False),
        sa.Column("created_at", Timestamp, nullable=False),
        sa.Column("updated_at", Timestamp, nullable=False),
        sa.Column("deleted_at", Timestamp),
        sa.ForeignKeyConstraint(
            ["org_id", "onboarding_id"], ["onboardings.org_id", "onboardings.id"], name="tasks_onboarding_fk"
        ),
        sa.PrimaryKeyConstraint("org_id", "id"),
    )
    _index(
        "tasks_assignee",
        "tasks",
        ["org_id", "assignee_id", "created_at"],
        where="deleted_at IS NULL AND assignee_id IS NOT NULL AND NOT customer_hidden",
    )
    _index(
        "tasks_created", "tasks", ["org_id", "created_at"], where="deleted_at IS NULL AND NOT customer_hidden"
    )
    _index(
        "tasks_customer",
        "tasks",
        ["org_id", "customer_id", "created_at"],
        where="deleted_at IS NULL",
    )
    _index("tasks_display_id", "tasks", ["org_id", "display_id"], unique=True)
    _index(
        "tasks_done",
        "tasks",
        ["org_id", "done", "created_at", "due_date"],
        where="deleted_at IS NULL AND NOT customer_hidden",
    )
    _index(
        "tasks_due",
        "tasks",
        ["org_id", "created_at", "due_date"],
        where="deleted_at IS NULL AND due_date IS NOT NULL AND NOT customer_hidden",
    )
    _index(
        "tasks_external_id",
        "tasks",
        ["org_id", "external_id"],
        unique=True,
        where="deleted_at IS NULL AND external_id IS NOT NULL",
    )
    _index("tasks_onboarding", "tasks", ["org_id", "onboarding_id", "created_at"], where="deleted_at IS NULL")
    _index(
        "tasks_parent",
        "tasks",
        ["org_id", "parent_task_id"],
        where="deleted_at IS NULL AND parent_task_id IS NOT NULL",
    )
    _index(
        "tasks_planned",
        "tasks",
        ["org_id", "onboarding_id", "due_anchor"],
        where="deleted_at IS NULL AND due_anchor IS NOT NULL",
    )
    op.create_table(
        "task_dependencies",
        sa.Column("org_id", Key, nullable=False),
        sa.Column("task_id", Key, nullable=False),
        sa.Column("depends_on_id", Key, nullable=False),
        sa.PrimaryKeyConstraint("org_id", "task_id", "depends_on_id"),
    )
    _index("task_dependencies_back", "task_dependencies", ["org_id", "depends_on_id"])
    op.create_table(
        "date_notes",
        sa.Column("org_id", Key, nullable=False),
        sa.Column("id", Key, nullable=False),
        sa.Column("onboarding_id", Key, nullable=False),
        sa.Column("task_id", Key),
        sa.Column("at", Timestamp, nullable=False),
        sa.Column("old_date", CalendarDay),
        sa.Column("new_date", CalendarDay),
        sa.Column("cause", Key, nullable=False),
        sa.Column("cause_id", Key),
        sa.Column("actor", Key, nullable=False),
        sa.Column("reason", sa.Text),
        sa.PrimaryKeyConstraint("org_id", "id"),
    )
    _index("date_notes_onboarding", "date_notes", ["org_id", "onboarding_id", "at"])
    _index("date_notes_task", "date_notes", ["org_id", "task_id", "at"], where="task_id IS NOT NULL")
