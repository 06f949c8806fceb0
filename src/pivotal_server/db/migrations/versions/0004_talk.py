"""Comments, attachments and the register of files."""

import sqlalchemy as sa
from alembic import op

from pivotal_server.db.types import Flag, Key, RawJson, Timestamp

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _index(
    name: str, table: str, columns: list[str], *, unique: bool = False, where: str | None = None
) -> None:
    condition = None if where is None else sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


def upgrade() -> None:
    op.create_table(
        "files",
        sa.Column("org_id", Key, nullable=False),
        sa.Column("id", Key, nullable=False),
        sa.Column("purpose", Key, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("content_type", Key, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("sha256", Key, nullable=False),
        sa.Column("created_at", Timestamp, nullable=False),
        sa.PrimaryKeyConstraint("org_id", "id"),
    )
    _index("files_id", "files", ["id"])
    op.create_table(
        "comments",
        sa.Column("org_id", Key, nullable=False),
        sa.Column("id", Key, nullable=False),
        sa.Column("display_id", sa.BigInteger, nullable=False),
        sa.Column("customer_id", Key, nullable=False),
        sa.Column("onboarding_id", Key),
        sa.Column("task_id", Key),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("visibility", Key, nullable=False),
        sa.Column("mentions", RawJson, nullable=False),
        sa.Column("attachments", RawJson, nullable=False),
        sa.Column("created_by", Key, nullable=False),
        sa.Column("edited_at", Timestamp),
        sa.Column("livemode", Flag, nullable=False),
        sa.Column("created_at", Timestamp, nullable=False),
        sa.Column("updated_at", Timestamp, nullable=False),
        sa.Column("deleted_at", Timestamp),
        sa.ForeignKeyConstraint(
            ["org_id", "customer_id"], ["customers.org_id", "customers.id"], name="comments_customer_fk"
        ),
        sa.PrimaryKeyConstraint("org_id", "id"),
    )
    _index("comments_display_id", "comments", ["org_id", "display_id"], unique=True)
    _index(
        "comments_customer",
        "comments",
        ["org_id", "customer_id", "created_at"],
        where="deleted_at IS NULL AND onboarding_id IS NULL",
    )
    _index(
        "comments_onboarding",
        "comments",
        ["org_id", "onboarding_id", "created_at"],
        where="deleted_at IS NULL AND onboarding_id IS NOT NULL AND task_id IS NULL",
    )
    _index(
        "comments_task",
        "comments",
        ["org_id", "task_id", "created_at"],
        where="deleted_at IS NULL AND task_id IS NOT NULL",
    )
    op.create_table(
        "comment_versions",
        sa.Column("org_id", Key, nullable=False),
        sa.Column("comment_id", Key, nullable=False),
        sa.Column("replaced_at", Timestamp, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("org_id", "comment_id", "replaced_at"),
    )
    op.create_table(
        "attachments",
        sa.Column("org_id", Key, nullable=False),
        sa.Column("id", Key, nullable=False),
        sa.Column("customer_id", Key, nullable=False),
        sa.Column("onboarding_id", Key),
        sa.Column("task_id", Key),
        sa.Column("comment_id", Key),
        sa.Column("visibility", Key),
        sa.Column("created_by", Key, nullable=False),
        sa.Column("livemode", Flag, nullable=False),
        sa.Column("created_at", Timestamp, nullable=False),
        sa.Column("deleted_at", Timestamp),
        sa.ForeignKeyConstraint(["org_id", "id"], ["files.org_id", "files.id"], name="attachments_file_fk"),
        sa.PrimaryKeyConstraint("org_id", "id"),
    )
