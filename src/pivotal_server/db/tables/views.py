"""Saved views of lists."""

from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table, Text, text

from pivotal_server.db.tables.base import metadata
from pivotal_server.db.types import Flag, Key, Timestamp

saved_views = Table(
    "saved_views",
    metadata,
    Column("org_id", Key, nullable=False),
    Column("id", Key, nullable=False),
    Column("list", Key, nullable=False),
    Column("owner_id", Key, nullable=False),
    Column("name", Text, nullable=False),
    Column("name_key", Key, nullable=False),
    Column("query", Text, nullable=False),
    Column("shared", Flag, nullable=False),
    Column("created_at", Timestamp, nullable=False),
    Column("updated_at", Timestamp, nullable=False),
    PrimaryKeyConstraint("org_id", "id"),
    Index("saved_views_name", "org_id", "list", "owner_id", "name_key", unique=True),
    Index(
        "saved_views_shared", "org_id", "list", sqlite_where=text("shared"), postgresql_where=text("shared")
    ),
)

# The view with which a list opens for a member: the id of a stored one or the key of a built-in one.
view_defaults = Table(
    "view_defaults",
    metadata,
    Column("org_id", Key, nullable=False),
    Column("member_id", Key, nullable=False),
    Column("list", Key, nullable=False),
    Column("view_id", Key, nullable=False),
    PrimaryKeyConstraint("org_id", "member_id", "list"),
)
