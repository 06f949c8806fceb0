"""The log of API requests."""

import sqlalchemy as sa
from alembic import op

from pivotal_server.db.types import Key, Timestamp

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "api_requests",
        sa.Column("org_id", Key, nullable=False),
        sa.Column("at", Timestamp, nullable=False),
        sa.Column("id", Key, nullable=False),
        sa.Column("request_id", Key, nullable=False),
        sa.Column("api_key_id", Key, nullable=False),
        sa.Column("method", Key, nullable=False),
        sa.Column("route", Key, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("code", Key),
        sa.Column("duration_us", sa.Integer, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("request_body", sa.Text),
        sa.Column("response_body", sa.Text),
        sa.PrimaryKeyConstraint("org_id", "at", "id"),
        sqlite_with_rowid=False,
    )
    op.create_index("api_requests_request", "api_requests", ["org_id", "request_id"])
    failed = sa.text("status >= 400")
    op.create_index(
        "api_requests_failed", "api_requests", ["org_id", "at"], sqlite_where=failed, postgresql_where=failed
    )
