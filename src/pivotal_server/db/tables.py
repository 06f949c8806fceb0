"""Every table, its keys and its indexes.

Tables of a workspace have ``org_id`` first in their primary and unique keys; it is also the
distribution key of a sharded PostgreSQL. The few tables that belong to no workspace carry
``info={"global": True}``, which the tenancy lint reads.

Lists page by ``created_at``, strictly increasing per workspace and table. A filter therefore
costs the same at any depth when an index leads with ``org_id``, the filtered column and
``created_at``; rows that lists never show stay out of these indexes.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)

from pivotal_server.db.types import CalendarDay, Flag, Json, Key, RawJson, Timestamp

metadata = MetaData()

_LIVE = text("deleted_at IS NULL")


def _live_index(name: str, *columns: str, unique: bool = False, also: str | None = None) -> Index:
    """An index over the rows that are not deleted (and, with ``also``, meet that condition)."""
    where = _LIVE if also is None else text(f"deleted_at IS NULL AND {also}")
    return Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)


# ── Global: the server, people, signing in ─────────────────────────────────────────────────────
workspaces = Table(
    "workspaces",
    metadata,
    Column("id", Key, primary_key=True),
    Column("slug", Key, nullable=False),
    Column("name", Text, nullable=False),
    Column("time_zone", Key, nullable=False),
    Column("settings", Json, nullable=False),
    Column("created_at", Timestamp, nullable=False),
    Column("updated_at", Timestamp, nullable=False),
    Index("workspaces_slug", "slug", unique=True),
    info={"global": True},
)

people = Table(
    "people",
    metadata,
    Column("id", Key, primary_key=True),
    Column("email", Key, nullable=False),
    Column("name", Text, nullable=False),
    Column("time_zone", Key),
    Column("theme", Key, nullable=False),
    Column("created_at", Timestamp, nullable=False),
    Index("people_email", "email", unique=True),
    info={"global": True},
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", Key, primary_key=True),
    Column("id", Key, nullable=False),
    Column("person_id", Key, nullable=False),
    Column("org_id", Key, nullable=False),
    Column("created_at", Timestamp, nullable=False),
    Column("last_used_at", Timestamp, nullable=False),
    Column("address", Text, nullable=False),
    Column("user_agent", Text, nullable=False),
    Index("sessions_person", "person_id"),
    info={"global": True},
)

sign_in_links = Table(
    "sign_in_links",
    metadata,
    Column("token_hash", Key, primary_key=True),
    Column("person_id", Key, nullable=False),
    Column("org_id", Key, nullable=False),
    Column("code_hash", Key),
    Column("browser_hash", Key),
    Column("tries", Integer, nullable=False),
    Column("created_at", Timestamp, nullable=False),
    Column("expires_at", Timestamp, nullable=False),
    Column("used_at", Timestamp),
    Index("sign_in_links_person", "person_id"),
    Index("sign_in_links_browser", "browser_hash"),
    info={"global": True},
)

sign_in_requests = Table(
    "sign_in_requests",
    metadata,
    Column("id", Key, primary_key=True),
    Column("email", Key, nullable=False),
    Column("address", Key, nullable=False),
    Column("at", Timestamp, nullable=False),
    Index("sign_in_requests_email", "email", "at"),
    Index("sign_in_requests_address", "address", "at"),
    info={"global": True},
)

api_key_lookup = Table(
    "api_key_lookup",
    metadata,
    Column("public_id", Key, primary_key=True),
    Column("org_id", Key, nullable=False),
    Column("api_key_id", Key, nullable=False),
    info={"global": True},
)

processes = Table(
    "processes",
    metadata,
    Column("id", Key, primary_key=True),
    Column("started_at", Timestamp, nullable=False),
    Column("seen_at", Timestamp, nullable=False),
    info={"global": True},
)

# ── The workspace ──────────────────────────────────────────────────────────────────────────────
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
    PrimaryKeyConstraint("org_id", "id"),
    Index("members_display_id", "org_id", "display_id", unique=True),
    Index("members_person", "org_id", "person_id", unique=True),
    Index("members_of_person", "person_id"),
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

# ── Customers, contacts, onboardings ───────────────────────────────────────────────────────────
customers = Table(
    "customers",
    metadata,
    Column("org_id", Key, nullable=False),
    Column("id", Key, nullable=False),
    Column("display_id", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("slug", Key, nullable=False),
    Column("domain", Key),
    Column("status", Key, nullable=False),
    Column("previous_status", Key),
    Column("plan", Key),
    Column("mrr", Float(53)),
    Column("monthly_orders", Float(53)),
    Column("hubspot_company_id", Key),
    Column("hubspot_deal_id", Key),
    Column("stripe_customer_id", Key),
    Column("intercom_company_id", Key),
    Column("slack_channel_id", Key),
    Column("owner_id", Key),
    Column("tags", RawJson, nullable=False),
    Column("custom_fields", RawJson, nullable=False),
    Column("metadata", RawJson, nullable=False),
    Column("external_id", Key),
    Column("health_score", Integer),
    Column("livemode", Flag, nullable=False),
    Column("created_at", Timestamp, nullable=False),
    Column("updated_at", Timestamp, nullable=False),
    Column("deleted_at", Timestamp),
    PrimaryKeyConstraint("org_id", "id"),
    Index("customers_display_id", "org_id", "display_id", unique=True),
    _live_index("customers_slug", "org_id", "slug", unique=True),
    _live_index(
        "customers_external_id", "org_id", "external_id", unique=True, also="external_id IS NOT NULL"
    ),
    _live_index("customers_created", "org_id", "created_at"),
    _live_index("customers_updated", "org_id", "updated_at"),
    _live_index("customers_status", "org_id", "status", "created_at"),
    _live_index("customers_domain", "org_id", "domain", "created_at", also="domain IS NOT NULL"),
    _live_index("customers_plan", "org_id", "plan", "created_at", also="plan IS NOT NULL"),
    _live_index("customers_owner", "org_id", "owner_id", "created_at", also="owner_id IS NOT NULL"),
    _live_index(
        "customers_hubspot",
        "org_id",
        "hubspot_company_id",
        "created_at",
        also="hubspot_company_id IS NOT NULL",
    ),
    _live_index(
        "customers_stripe",
        "org_id",
        "stripe_customer_id",
        "created_at",
        also="stripe_customer_id IS NOT NULL",
    ),
    _live_index("customers_test", "org_id", "created_at", also="NOT livemode"),
)

customer_tags = Table(
    "customer_tags",
    metadata,
    Column("org_id", Key, nullable=False),
    Column("tag", Key, nullable=False),
    Column("created_at", Timestamp, nullable=False),
    Column("customer_id", Key, nullable=False),
    PrimaryKeyConstraint("org_id", "tag", "created_at"),
    Index("customer_tags_customer", "org_id", "customer_id"),
    sqlite_with_rowid=False,
)

customer_former_slugs = Table(
    "customer_former_slugs",
    metadata,
    Column("org_id", Key, nullable=False),
    Column("slug", Key, nullable=False),
    Column("left_at", Timestamp, nullable=False),
    Column("customer_id", Key, nullable=False),
    PrimaryKeyConstraint("org_id", "slug", "left_at", "customer_id"),
    sqlite_with_rowid=False,
)

contacts = Table(
    "contacts",
    metadata,
    Column("org_id", Key, nullable=False),
    Column("id", Key, nullable=False),
    Column("display_id", BigInteger, nullable=False),
    Column("customer_id", Key, nullable=False),
    Column("name", Text, nullable=False),
    Column("email", Key, nullable=False),
    Column("title", Text),
    Column("phone", Text),
    Column("is_primary", Flag, nullable=False),
    Column("labels", RawJson, nullable=False),
    Column("archived", Flag, nullable=False),
    Column("portal_access", Flag, nullable=False),
    Column("metadata", RawJson, nullable=False),
    Column("external_id", Key),
    Column("livemode", Flag, nullable=False),
    Column("created_at", Timestamp, nullable=False),
    Column("updated_at", Timestamp, nullable=False),
    Column("deleted_at", Timestamp),
    PrimaryKeyConstraint("org_id", "id"),
    ForeignKeyConstraint(
        ["org_id", "customer_id"], ["customers.org_id", "customers.id"], name="contacts_customer_fk"
    ),
    Index("contacts_display_id", "org_id", "display_id", unique=True),
    _live_index("contacts_email", "org_id", "customer_id", "email", unique=True),
    _live_index("contacts_primary", "org_id", "customer_id", unique=True, also="is_primary"),
    _live_index("contacts_external_id", "org_id", "external_id", unique=True, also="external_id IS NOT NULL"),
    _live_index("contacts_created", "org_id", "customer_id", "created_at"),
    _live_index("contacts_archived", "org_id", "customer_id", "archived", "created_at"),
)

onboardings = Table(
    "onboardings",
    metadata,
    Column("org_id", Key, nullable=False),
    Column("id", Key, nullable=False),
    Column("display_id", BigInteger, nullable=False),
    Column("customer_id", Key, nullable=False),
    Column("name", Text, nullable=False),
    Column("template_id", Key),
    Column("phase", Key, nullable=False),
    Column("phase_entered_at", Timestamp, nullable=False),
    Column("shifts_in_phase", Integer, nullable=False),
    Column("state", Key, nullable=False),
    Column("started_at", Timestamp, nullable=False),
    Column("launched_at", Timestamp),
    Column("completed_at", Timestamp),
    Column("target_launch_date", CalendarDay),
    Column("csm_id", Key),
    Column("se_id", Key),
    Column("designer_id", Key),
    Column("product_ops_id", Key),
    Column("notes", Text),
    Column("waiting_on_customer", Flag, nullable=False),
    Column("reminders_enabled", Flag, nullable=False),
    Column("reminder_frequency_days", Integer, nullable=False),
    Column("metadata", RawJson, nullable=False),
    Column("external_id", Key),
    # True while the customer is deleted or archived: such onboardings stand in no list.
    Column("customer_hidden", Flag, nullable=False),
    Column("livemode", Flag, nullable=False),
    Column("created_at", Timestamp, nullable=False),
    Column("updated_at", Timestamp, nullable=False),
    Column("deleted_at", Timestamp),
    PrimaryKeyConstraint("org_id", "id"),
    ForeignKeyConstraint(
        ["org_id", "customer_id"], ["customers.org_id", "customers.id"], name="onboardings_customer_fk"
    ),
    Index("onboardings_display_id", "org_id", "display_id", unique=True),
    _live_index(
        "onboardings_external_id", "org_id", "external_id", unique=True, also="external_id IS NOT NULL"
    ),
    _live_index("onboardings_customer", "org_id", "customer_id", "created_at"),
    _live_index("onboardings_created", "org_id", "created_at", also="NOT customer_hidden"),
    _live_index("onboardings_state", "org_id", "state", "created_at", also="NOT customer_hidden"),
    _live_index("onboardings_phase", "org_id", "phase", "created_at", also="NOT customer_hidden"),
    _live_index(
        "onboardings_csm", "org_id", "csm_id", "created_at", also="csm_id IS NOT NULL AND NOT customer_hidden"
    ),
)

phase_transitions = Table(
    "phase_transitions",
    metadata,
    Column("org_id", Key, nullable=False),
    Column("onboarding_id", Key, nullable=False),
    Column("at", Timestamp, nullable=False),
    Column("from_phase", Key),
    Column("to_phase", Key, nullable=False),
    Column("direction", Key, nullable=False),
    Column("actor", Key, nullable=False),
    Column("reason", Text),
    Column("note", Text),
    PrimaryKeyConstraint("org_id", "onboarding_id", "at"),
)

# ── What happened ──────────────────────────────────────────────────────────────────────────────
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
    PrimaryKeyConstraint("org_id", "display_id"),
    Index("activity_id", "org_id", "id", unique=True),
    Index("activity_created", "org_id", "created_at"),
    Index(
        "activity_customer",
        "org_id",
        "customer_id",
        "created_at",
        sqlite_where=text("customer_id IS NOT NULL"),
        postgresql_where=text("customer_id IS NOT NULL"),
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
    PrimaryKeyConstraint("org_id", "id"),
    Index("events_created", "org_id", "created_at"),
)
