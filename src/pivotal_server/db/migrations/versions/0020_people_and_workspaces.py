"""Teams and preferences of people; former slugs, deletion and removal of workspaces."""

import sqlalchemy as sa
from alembic import op

from pivotal_server.db.types import Json, Key, Timestamp

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("members", sa.Column("team", sa.Text))
    op.add_column("members", sa.Column("capacity", sa.Integer))
    op.add_column("members", sa.Column("notices", Json))
    op.add_column("people", sa.Column("preferences", Json))
    op.add_column("workspaces", sa.Column("deletion_at", Timestamp))
    op.add_column("workspaces", sa.Column("deletion_by", Key))
    op.create_table(
        "workspace_slugs",
        sa.Column("slug", Key, primary_key=True),
        sa.Column("org_id", Key, nullable=False),
        sa.Column("until", Timestamp, nullable=False),
    )
    op.create_table(
        "workspace_removals",
        sa.Column("id", Key, primary_key=True),
        sa.Column("begun_at", Timestamp, nullable=False),
    )
    op.create_table(
        "address_changes",
        sa.Column("token_hash", Key, primary_key=True),
        sa.Column("person_id", Key, nullable=False),
        sa.Column("org_id", Key, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("created_at", Timestamp, nullable=False),
        sa.Column("expires_at", Timestamp, nullable=False),
    )
    op.create_index("address_changes_person", "address_changes", ["person_id"])
