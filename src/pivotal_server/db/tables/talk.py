"""Comments, the files attached to them and to tasks, and the register of all stored files."""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    Table,
    Text,
)

from pivotal_server.db.tables.base import live_index, metadata
from pivotal_server.db.types import Flag, Key, RawJson, Timestamp

# One row for each file in the data folder. A file there that has none is swept.
files = Table(
    "files",
    metadata,
    Column("org_id", Key, nullable=False),
    Column("id", Key, nullable=False),
    # What it belongs to, such as "attachment"; that room says who may fetch it.
    Column("purpose", Key, nullable=False),
    Column("name", Text, nullable=False),
    Column("content_type", Key, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", Key, nullable=False),
    Column("created_at", Timestamp, nullable=False),
    PrimaryKeyConstraint("org_id", "id"),
    # For the sweep, which knows ids only.
    Index("files_id", "id"),
)

comments = Table(
    "comments",
    metadata,
    Column("org_id", Key, nullable=False),
    Column("id", Key, nullable=False),
    Column("display_id", BigInteger, nullable=False),
    Column("customer_id", Key, nullable=False),
    Column("onboarding_id", Key),
    Column("task_id", Key),
    Column("body", Text, nullable=False),
    Column("visibility", Key, nullable=False),
    Column("mentions", RawJson, nullable=False),
    # Its live attachments as answers show them.
    Column("attachments", RawJson, nullable=False),
    # An actor string.
    Column("created_by", Key, nullable=False),
    Column("edited_at", Timestamp),
    Column("livemode", Flag, nullable=False),
    Column("created_at", Timestamp, nullable=False),
    Column("updated_at", Timestamp, nullable=False),
    Column("deleted_at", Timestamp),
    PrimaryKeyConstraint("org_id", "id"),
    ForeignKeyConstraint(
        ["org_id", "customer_id"], ["customers.org_id", "customers.id"], name="comments_customer_fk"
    ),
    Index("comments_display_id", "org_id", "display_id", unique=True),
    live_index("comments_customer", "org_id", "customer_id", "created_at", also="onboarding_id IS NULL"),
    live_index(
        "comments_onboarding",
        "org_id",
        "onboarding_id",
        "created_at",
        also="onboarding_id IS NOT NULL AND task_id IS NULL",
    ),
    live_index("comments_task", "org_id", "task_id", "created_at", also="task_id IS NOT NULL"),
)

# What a comment said before it was edited.
comment_versions = Table(
    "comment_versions",
    metadata,
    Column("org_id", Key, nullable=False),
    Column("comment_id", Key, nullable=False),
    Column("replaced_at", Timestamp, nullable=False),
    Column("body", Text, nullable=False),
    PrimaryKeyConstraint("org_id", "comment_id", "replaced_at"),
)

# Where a file was put: on a comment, or on a task itself. The id is that of the file.
attachments = Table(
    "attachments",
    metadata,
    Column("org_id", Key, nullable=False),
    Column("id", Key, nullable=False),
    Column("customer_id", Key, nullable=False),
    Column("onboarding_id", Key),
    Column("task_id", Key),
    Column("comment_id", Key),
    # Of a file on a task; one on a comment is seen by whoever sees the comment.
    Column("visibility", Key),
    Column("created_by", Key, nullable=False),
    Column("livemode", Flag, nullable=False),
    Column("created_at", Timestamp, nullable=False),
    Column("deleted_at", Timestamp),
    PrimaryKeyConstraint("org_id", "id"),
    ForeignKeyConstraint(["org_id", "id"], ["files.org_id", "files.id"], name="attachments_file_fk"),
    live_index(
        "attachments_onboarding", "org_id", "onboarding_id", "created_at", also="onboarding_id IS NOT NULL"
    ),
)
