"""The tool of the MCP server with which something was done."""

import sqlalchemy as sa
from alembic import op

from pivotal_server.db.types import Key

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("activity", sa.Column("tool", Key))
    op.add_column("api_requests", sa.Column("tool", Key))
