"""Who was given sight of single customers."""

from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table

from pivotal_server.db.tables.base import metadata
from pivotal_server.db.types import Key, Timestamp

access_grants = Table(
    "access_grants",
    metadata,
    Column("org_id", Key, nullable=False),
    Column("customer_id", Key, nullable=False),
    Column("member_id", Key, nullable=False),
    Column("granted_by", Key),
    Column("created_at", Timestamp, nullable=False),
    PrimaryKeyConstraint("org_id", "customer_id", "member_id"),
    Index("access_grants_member", "org_id", "member_id", "customer_id"),
    sqlite_with_rowid=False,
)
