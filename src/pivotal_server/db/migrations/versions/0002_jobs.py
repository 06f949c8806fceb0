"""The durable queue of jobs, and the files that jobs read and write."""

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
