"""Custom fields and the search index; indexes of lists."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def _index(name: str, table: str, *columns: str, where: str | None = None) -> None:
    condition = None if where is None else sa.text(where)
    op.create_index(name, table, list(columns), sqlite_where=condition, postgresql_where=condition)


def upgrade() -> None:
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
