"""Tasks with their dependencies and date notes, and the templates they come from."""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)

from pivotal_server.db.tables.base import live_index, metadata
from pivotal_server.db.types import CalendarDay, Flag, Key, RawJson, Timestamp

templates = Table(
    "templates",
    metadata,
    Column("org_id", Key, nullable=False),
    Column("id", Key, nullable=False),
    Column("display_id", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    # The name as it is compared: without case.
    Column("name_key", Key, nullable=False),
    Column("description", Text),
    Column("phase", Key, nullable=False),
    Column("default_for_phase", Flag, nullable=False),
    Column("applies_when", RawJson),
    Column("tasks", RawJson, nullable=False),
    Column("version", Integer, nullable=False),
    Column("livemode", Flag, nullable=False),
    Column("created_at", Timestamp, nullable=False),
    Column("updated_at", Timestamp, nullable=False),
    Column("deleted_at", Timestamp),
    PrimaryKeyConstraint("org_id", "id"),
    Index("templates_display_id", "org_id", "display_id", unique=True),
    live_index("templates_name", "org_id", "phase", "name_key", unique=True),
    live_index("templates_default", "org_id", "phase", unique=True, also="default_for_phase"),
    live_index("templates_created", "org_id", "created_at"),
    live_index("templates_phase", "org_id", "phase", "created_at"),
)

tasks = Table(
    "tasks",
    metadata,
    Column("org_id", Key, nullable=False),
    Column("id", Key, nullable=False),
    Column("display_id", BigInteger, nullable=False),
    Column("onboarding_id", Key, nullable=False),
    Column("customer_id", Key, nullable=False),
    Column("parent_task_id", Key),
    Column("phase", Key, nullable=False),
    Column("title", Text, nullable=False),
    Column("description", Text),
    # A member or a contact of the customer.
    Column("assignee_id", Key),
    Column("due_date", CalendarDay),
    Column("done", Flag, nullable=False),
    Column("customer_facing", Flag, nullable=False),
    Column("completed_at", Timestamp),
    Column("completed_by", Key),
    Column("auto", Flag, nullable=False),
    Column("links", RawJson, nullable=False),
    # The predecessors once more, as answers show them; task_dependencies serves the way back.
    Column("depends_on", RawJson, nullable=False),
    Column("due_anchor", Key),
    Column("due_offset", Integer),
    # The plan of a task whose date was typed, so that it can follow the plan again.
    Column("plan_anchor", Key),
    Column("plan_offset", Integer),
    Column("position", Integer, nullable=False),
    # The template and its task that this one was made from.
    Column("template_id", Key),
    Column("template_task", Key),
    Column("carried_over_at", Timestamp),
    Column("orphaned", Flag, nullable=False),
    Column("metadata", RawJson, nullable=False),
    Column("external_id", Key),
    # True while the customer is deleted or archived: such tasks stand in no list of the workspace.
    Column("customer_hidden", Flag, nullable=False),
    Column("livemode", Flag, nullable=False),
    Column("created_at", Timestamp, nullable=False),
    Column("updated_at", Timestamp, nullable=False),
    Column("deleted_at", Timestamp),
    PrimaryKeyConstraint("org_id", "id"),
    ForeignKeyConstraint(
        ["org_id", "onboarding_id"], ["onboardings.org_id", "onboardings.id"], name="tasks_onboarding_fk"
    ),
    Index("tasks_display_id", "org_id", "display_id", unique=True),
    live_index("tasks_external_id", "org_id", "external_id", unique=True, also="external_id IS NOT NULL"),
    live_index("tasks_onboarding", "org_id", "onboarding_id", "created_at"),
    live_index("tasks_parent", "org_id", "parent_task_id", also="parent_task_id IS NOT NULL"),
    live_index("tasks_planned", "org_id", "onboarding_id", "due_anchor", also="due_anchor IS NOT NULL"),
    live_index("tasks_created", "org_id", "created_at", also="NOT customer_hidden"),
    live_index("tasks_updated", "org_id", "updated_at", also="NOT customer_hidden"),
    live_index("tasks_hidden", "org_id", "updated_at", also="customer_hidden"),
    live_index("tasks_test", "org_id", "created_at", also="NOT livemode AND NOT customer_hidden"),
    live_index("tasks_done", "org_id", "done", "created_at", "due_date", also="NOT customer_hidden"),
    live_index(
        "tasks_assignee",
        "org_id",
        "assignee_id",
        "created_at",
        also="assignee_id IS NOT NULL AND NOT customer_hidden",
    ),
    live_index(
        "tasks_assignee_hidden",
        "org_id",
        "assignee_id",
        "customer_id",
        also="assignee_id IS NOT NULL AND customer_hidden",
    ),
    live_index("tasks_customer", "org_id", "customer_id", "created_at"),
    # Progress is counted here, and the tasks of a phase are read in their order.
    live_index(
        "tasks_phase",
        "org_id",
        "onboarding_id",
        "phase",
        "position",
        "display_id",
        "done",
        "orphaned",
        also="parent_task_id IS NULL",
    ),
    live_index(
        "tasks_due", "org_id", "created_at", "due_date", also="due_date IS NOT NULL AND NOT customer_hidden"
    ),
    live_index("tasks_due_day", "org_id", "due_date", also="due_date IS NOT NULL AND NOT customer_hidden"),
)

task_dependencies = Table(
    "task_dependencies",
    metadata,
    Column("org_id", Key, nullable=False),
    Column("task_id", Key, nullable=False),
    Column("depends_on_id", Key, nullable=False),
    PrimaryKeyConstraint("org_id", "task_id", "depends_on_id"),
    Index("task_dependencies_back", "org_id", "depends_on_id"),
)

# Why a date moved: one row for each change of a due date, or of a target launch date (without a task).
date_notes = Table(
    "date_notes",
    metadata,
    Column("org_id", Key, nullable=False),
    Column("id", Key, nullable=False),
    Column("onboarding_id", Key, nullable=False),
    Column("task_id", Key),
    Column("at", Timestamp, nullable=False),
    Column("old_date", CalendarDay),
    Column("new_date", CalendarDay),
    Column("cause", Key, nullable=False),
    # The task or onboarding that the date follows, when it follows one.
    Column("cause_id", Key),
    Column("actor", Key, nullable=False),
    Column("reason", Text),
    PrimaryKeyConstraint("org_id", "id"),
    Index("date_notes_onboarding", "org_id", "onboarding_id", "at"),
    Index(
        "date_notes_task",
        "org_id",
        "task_id",
        "at",
        sqlite_where=text("task_id IS NOT NULL"),
        postgresql_where=text("task_id IS NOT NULL"),
    ),
)

# A task that its assignee was reminded of on a day, for the due date that it had. A row without a task says
# that the reminders of the day went out.
reminders = Table(
    "reminders",
    metadata,
    Column("org_id", Key, nullable=False),
    Column("task_id", Key, nullable=False),
    Column("day", CalendarDay, nullable=False),
    Column("due_date", CalendarDay, nullable=False),
    PrimaryKeyConstraint("org_id", "task_id", "day"),
    Index("reminders_day", "org_id", "day"),
)
