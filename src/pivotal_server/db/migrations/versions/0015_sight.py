"""Indexes by which the customers of a member are found, whatever role joins them."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for role in ("se", "designer", "product_ops"):
        _index(f"onboardings_{role}", "onboardings", f"{role}_id", f"{role}_id IS NOT NULL")
    _index("onboardings_csm_hidden", "onboardings", "csm_id", "csm_id IS NOT NULL AND customer_hidden")
    _index("tasks_assignee_hidden", "tasks", "assignee_id", "assignee_id IS NOT NULL AND customer_hidden")


def _index(name: str, table: str, person: str, also: str) -> None:
    where = sa.text(f"deleted_at IS NULL AND {also}")
    columns = ["org_id", person, "customer_id"]
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
