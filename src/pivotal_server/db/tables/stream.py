"""What happened: activity entries and events."""

from sqlalchemy import BigInteger, Column, Index, PrimaryKeyConstraint, Table, Text, text

from pivotal_server.db.tables.base import metadata
from pivotal_server.db.types import Flag, Key, RawJson, Timestamp

_TEST = text("NOT livemode")
_OF_CUSTOMER = text("customer_id IS NOT NULL")

activity = Table(
    "activity",
    metadata,
    Column("org_id", Key, nullable=False),
    Column("display_id", BigInteger, nullable=False),
    Column("id", Key, nullable=False),
    Column("created_at", Timestamp, nullable=False),
    Column("event", Key, nullable=False),
    Column("target_type", Key, nullable=False),
    Column("target_id", Key, nullable=False),
    Column("target_display_id", BigInteger),
    Column("customer_id", Key),
    Column("onboarding_id", Key),
    Column("task_id", Key),
    Column("contact_id", Key),
    Column("actor_type", Key, nullable=False),
    Column("actor_id", Key),
    # The label as it was for keys and systems. Empty for people, whose present names are looked up.
    Column("actor", Text),
    Column("origin", Key, nullable=False),
    Column("diff", RawJson),
    Column("reason", Text),
    Column("request_id", Key),
    Column("bulk_id", Key),
    Column("livemode", Flag, nullable=False),
    # The tool of the MCP server with which it was done.
    Column("tool", Key),
    PrimaryKeyConstraint("org_id", "display_id"),
    Index("activity_id", "org_id", "id", unique=True),
    Index("activity_created", "org_id", "created_at"),
    Index("activity_event", "org_id", "event", "created_at"),
    Index("activity_actor", "org_id", "actor_id", "created_at"),
    Index("activity_test", "org_id", "created_at", sqlite_where=_TEST, postgresql_where=_TEST),
    Index(
        "activity_customer",
        "org_id",
        "customer_id",
        "created_at",
        sqlite_where=text("customer_id IS NOT NULL"),
        postgresql_where=text("customer_id IS NOT NULL"),
    ),
    Index(
        "activity_onboarding",
        "org_id",
        "onboarding_id",
        "created_at",
        sqlite_where=text("onboarding_id IS NOT NULL"),
        postgresql_where=text("onboarding_id IS NOT NULL"),
    ),
    Index(
        "activity_request",
        "org_id",
        "request_id",
        sqlite_where=text("request_id IS NOT NULL"),
        postgresql_where=text("request_id IS NOT NULL"),
    ),
)

# Diffs that hold personal data of a contact; erasing the contact empties them here, while the
# entries themselves are never touched.
activity_personal = Table(
    "activity_personal",
    metadata,
    Column("org_id", Key, nullable=False),
    Column("activity_display_id", BigInteger, nullable=False),
    Column("contact_id", Key, nullable=False),
    Column("diff", RawJson),
    PrimaryKeyConstraint("org_id", "activity_display_id"),
    Index("activity_personal_contact", "org_id", "contact_id"),
)

events = Table(
    "events",
    metadata,
    Column("org_id", Key, nullable=False),
    Column("id", Key, nullable=False),
    Column("created_at", Timestamp, nullable=False),
    Column("type", Key, nullable=False),
    Column("source", Key, nullable=False),
    Column("object_id", Key, nullable=False),
    Column("customer_id", Key),
    Column("livemode", Flag, nullable=False),
    Column("payload", Text, nullable=False),
    # Recorded, but not to be delivered; none for the usual ones.
    Column("muted", Flag),
    PrimaryKeyConstraint("org_id", "id"),
    Index("events_created", "org_id", "created_at"),
    Index("events_type", "org_id", "type", "created_at"),
    Index("events_object", "org_id", "object_id", "created_at"),
    Index(
        "events_customer",
        "org_id",
        "customer_id",
        "created_at",
        sqlite_where=_OF_CUSTOMER,
        postgresql_where=_OF_CUSTOMER,
    ),
    Index("events_test", "org_id", "created_at", sqlite_where=_TEST, postgresql_where=_TEST),
)
