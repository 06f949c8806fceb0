"""What members are told of in the app."""

from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table, Text, text

from pivotal_server.db.tables.base import metadata
from pivotal_server.db.types import Key, Timestamp

_UNREAD = text("read_at IS NULL")

# One row for each member that is told.
notices = Table(
    "notices",
    metadata,
    Column("org_id", Key, nullable=False),
    Column("id", Key, nullable=False),
    Column("member_id", Key, nullable=False),
    Column("kind", Key, nullable=False),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("created_at", Timestamp, nullable=False),
    Column("read_at", Timestamp),
    PrimaryKeyConstraint("org_id", "id"),
    Index("notices_member", "org_id", "member_id", "created_at"),
    Index("notices_unread", "org_id", "member_id", sqlite_where=_UNREAD, postgresql_where=_UNREAD),
)
