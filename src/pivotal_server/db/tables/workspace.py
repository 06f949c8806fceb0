"""Tables of a workspace's own affairs: members, keys, mail, phases."""

from sqlalchemy import BigInteger, Column, Index, Integer, PrimaryKeyConstraint, Table, Text, text

from pivotal_server.db.tables.base import metadata
from pivotal_server.db.types import Flag, Json, Key, Timestamp

counters = Table(
    "counters",
    metadata,
    Column("org_id", Key, nullable=False),
    Column("object", Key, nullable=False),
    Column("last_number", BigInteger, nullable=False),
    Column("last_at", Timestamp, nullable=False),
    PrimaryKeyConstraint("org_id", "object"),
    sqlite_with_rowid=False,
)

members = Table(
    "members",
    metadata,
    Column("org_id", Key, nullable=False),
    Column("id", Key, nullable=False),
    Column("display_id", BigInteger, nullable=False),
    Column("person_id", Key, nullable=False),
    Column("role", Key, nullable=False),
    Column("active", Flag, nullable=False),
    Column("created_at", Timestamp, nullable=False),
    Column("updated_at", Timestamp, nullable=False),
    # Whose onboardings "My team" means; empty for people of no team.
    Column("team", Text),
    # Onboardings that the person can carry at once; empty for the usual number.
    Column("capacity", Integer),
    # What the person does not want to be told of.
    Column("notices", Json),
    PrimaryKeyConstraint("org_id", "id"),
    Index("members_display_id", "org_id", "display_id", unique=True),
    Index("members_person", "org_id", "person_id", unique=True),
    Index("members_of_person", "person_id"),
    Index("members_created", "org_id", "created_at"),
)

# Somebody asked to join. Until a row has ended, by joining or revoking, its address is taken.
invites = Table(
    "invites",
    metadata,
    Column("org_id", Key, nullable=False),
    Column("id", Key, nullable=False),
    Column("email", Text, nullable=False),
    Column("role", Key, nullable=False),
    Column("note", Text),
    Column("token_hash", Key, nullable=False),
    Column("invited_by", Key),
    Column("sent_at", Timestamp, nullable=False),
    Column("expires_at", Timestamp, nullable=False),
    Column("ended_at", Timestamp),
    Column("ended_by", Key),
    PrimaryKeyConstraint("org_id", "id"),
    Index("invites_token", "token_hash", unique=True),
    Index(
        "invites_pending",
        "org_id",
        "email",
        unique=True,
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("org_id", Key, nullable=False),
    Column("id", Key, nullable=False),
    Column("name", Text, nullable=False),
    Column("mode", Key, nullable=False),
    Column("public_id", Key, nullable=False),
    Column("salt", Key, nullable=False),
    Column("secret_hash", Key, nullable=False),
    Column("iterations", Integer, nullable=False),
    Column("read_only", Flag, nullable=False),
    Column("scopes", Json, nullable=False),
    Column("allowed_addresses", Json, nullable=False),
    Column("rate_limit", Integer),
    Column("created_by", Key),
    Column("created_at", Timestamp, nullable=False),
    Column("expires_at", Timestamp),
    Column("last_used_at", Timestamp),
    Column("last_used_address", Text),
    Column("request_count", BigInteger, nullable=False),
    Column("revoked_at", Timestamp),
    Column("revoked_by", Key),
    PrimaryKeyConstraint("org_id", "id"),
    Index(
        "api_keys_active_name",
        "org_id",
        "name",
        unique=True,
        sqlite_where=text("revoked_at IS NULL"),
        postgresql_where=text("revoked_at IS NULL"),
    ),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("org_id", Key, nullable=False),
    Column("method", Key, nullable=False),
    Column("path", Key, nullable=False),
    Column("key", Key, nullable=False),
    Column("request_hash", Key, nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("created_at", Timestamp, nullable=False),
    PrimaryKeyConstraint("org_id", "method", "path", "key"),
    Index("idempotency_keys_age", "created_at"),
    sqlite_with_rowid=False,
)

mails = Table(
    "mails",
    metadata,
    Column("org_id", Key, nullable=False),
    Column("id", Key, nullable=False),
    Column("display_id", BigInteger, nullable=False),
    Column("kind", Key, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("body_encrypted", Text, nullable=False),
    Column("state", Key, nullable=False),
    Column("created_at", Timestamp, nullable=False),
    PrimaryKeyConstraint("org_id", "id"),
    Index("mails_display_id", "org_id", "display_id", unique=True),
    Index("mails_created", "org_id", "created_at"),
)

phases = Table(
    "phases",
    metadata,
    Column("org_id", Key, nullable=False),
    Column("id", Key, nullable=False),
    Column("display_id", BigInteger, nullable=False),
    Column("key", Key, nullable=False),
    Column("name", Text, nullable=False),
    Column("target_days", Integer),
    Column("kind", Key, nullable=False),
    Column("position", Integer, nullable=False),
    Column("archived_at", Timestamp),
    Column("created_at", Timestamp, nullable=False),
    PrimaryKeyConstraint("org_id", "id"),
    Index("phases_display_id", "org_id", "display_id", unique=True),
    Index("phases_key", "org_id", "key", unique=True),
)
