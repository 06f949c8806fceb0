"""Indexes by which a search finds the records that were changed last, and those of few customers."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name, table, also in (
        ("contacts_updated", "contacts", ""),
        ("onboardings_hidden", "onboardings", " AND customer_hidden"),
        ("tasks_hidden", "tasks", " AND customer_hidden"),
    ):
        where = sa.text(f"deleted_at IS NULL{also}")
        op.create_index(name, table, ["org_id", "updated_at"], sqlite_where=where, postgresql_where=where)
    op.drop_index("search_rows_customer", "search_rows")
    op.create_index("search_rows_customer", "search_rows", ["org_id", "customer_id", "kind"])
