"""Custom fields and the search index; indexes of lists."""

import sqlalchemy as sa
from alembic import op

from pivotal_server.db.types import Flag, Json, Key, Timestamp

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def _index(name: str, table: str, *columns: str, where: str | None = None) -> None:
    condition = None if where is None else sa.text(where)
    op.create_index(name, table, list(columns), sqlite_where=condition, postgresql_where=condition)


def upgrade() -> None:
    op.create_table(
        "custom_fields",
        sa.Column("org_id", Key, nullable=False),
        sa.Column("id", Key, nullable=False),
        sa.Column("display_id", sa.BigInteger, nullable=False),
        sa.Column("slug", Key, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("type", Key, nullable=False),
        sa.Column("group", sa.Text),
        sa.Column("help", sa.Text),
        sa.Column("options", Json, nullable=False),
        sa.Column("ask_when_adding", Flag, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("archived_at", Timestamp),
        sa.Column("created_at", Timestamp, nullable=False),
        sa.Column("updated_at", Timestamp, nullable=False),
        sa.PrimaryKeyConstraint("org_id", "id"),
    )
    for column in ("display_id", "slug"):
        op.create_index(f"custom_fields_{column}", "custom_fields", ["org_id", column], unique=True)
    _index("activity_event", "activity", "org_id", "event", "created_at")
    _index("activity_actor", "activity", "org_id", "actor_id", "created_at")
    _index("events_type", "events", "org_id", "type", "created_at")
    _index("events_object", "events", "org_id", "object_id", "created_at")
    of_customer = "customer_id IS NOT NULL"
    _index("events_customer", "events", "org_id", "customer_id", "created_at", where=of_customer)
    for table in ("activity", "events"):
        _index(f"{table}_test", table, "org_id", "created_at", where="NOT livemode")
    for table in ("onboardings", "tasks"):
        listed = "deleted_at IS NULL AND NOT {}customer_hidden"
        _index(f"{table}_updated", table, "org_id", "updated_at", where=listed.format(""))
        tests = listed.format("livemode AND NOT ")
        _index(f"{table}_test", table, "org_id", "created_at", where=tests)
    _index("members_created", "members", "org_id", "created_at")
