"""Custom fields."""

from sqlalchemy import BigInteger, Column, Index, Integer, PrimaryKeyConstraint, Table, Text

from pivotal_server.db.tables.base import metadata
from pivotal_server.db.types import Flag, Json, Key, Timestamp

custom_fields = Table(
    "custom_fields",
    metadata,
    Column("org_id", Key, nullable=False),
    Column("id", Key, nullable=False),
    Column("display_id", BigInteger, nullable=False),
    Column("slug", Key, nullable=False),
    Column("label", Text, nullable=False),
    Column("type", Key, nullable=False),
    Column("group", Text),
    Column("help", Text),
    Column("options", Json, nullable=False),
    Column("ask_when_adding", Flag, nullable=False),
    Column("position", Integer, nullable=False),
    Column("archived_at", Timestamp),
    Column("created_at", Timestamp, nullable=False),
    Column("updated_at", Timestamp, nullable=False),
    PrimaryKeyConstraint("org_id", "id"),
    Index("custom_fields_display_id", "org_id", "display_id", unique=True),
    Index("custom_fields_slug", "org_id", "slug", unique=True),
)
