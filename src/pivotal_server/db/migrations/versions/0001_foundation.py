"""The foundation: workspaces, people, customers, contacts, onboardings, activity, events."""

import sqlalchemy as sa
from alembic import op

from pivotal_server.db.types import CalendarDay, Flag, Json, Key, RawJson, Timestamp

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _index(
    name: str, table: str, columns: list[str], *, unique: bool = False, where: str | None = None
) -> None:
    condition = None if where is None else sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


def upgrade() -> None:
    op.create_table(
        "workspaces",
        sa.Column("id", Key, nullable=False),
        sa.Column("slug", Key, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("time_zone", Key, nullable=False),
        sa.Column("settings", Json, nullable=False),
        sa.Column("created_at", Timestamp, nullable=False),
        sa.Column("updated_at", Timestamp, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    _index("workspaces_slug", "workspaces", ["slug"], unique=True)
    op.create_table(
        "people",
        sa.Column("id", Key, nullable=False),
        sa.Column("email", Key, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("time_zone", Key),
        sa.Column("theme", Key, nullable=False),
        sa.Column("created_at", Timestamp, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    _index("people_email", "people", ["email"], unique=True)
    op.create_table(
        "sessions",
        sa.Column("token_hash", Key, nullable=False),
        sa.Column("id", Key, nullable=False),
        sa.Column("person_id", Key, nullable=False),
        sa.Column("org_id", Key, nullable=False),
        sa.Column("created_at", Timestamp, nullable=False),
        sa.Column("last_used_at", Timestamp, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("user_agent", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    _index("sessions_person", "sessions", ["person_id"])
    op.create_table(
        "sign_in_links",
        sa.Column("token_hash", Key, nullable=False),
        sa.Column("person_id", Key, nullable=False),
        sa.Column("org_id", Key, nullable=False),
        sa.Column("code_hash", Key),
        sa.Column("browser_hash", Key),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("created_at", Timestamp, nullable=False),
        sa.Column("expires_at", Timestamp, nullable=False),
        sa.Column("used_at", Timestamp),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    _index("sign_in_links_browser", "sign_in_links", ["browser_hash"])
    _index("sign_in_links_person", "sign_in_links", ["person_id"])
    op.create_table(
        "sign_in_requests",
        sa.Column("id", Key, nullable=False),
        sa.Column("email", Key, nullable=False),
        sa.Column("address", Key, nullable=False),
        sa.Column("at", Timestamp, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    _index("sign_in_requests_address", "sign_in_requests", ["address", "at"])
    _index("sign_in_requests_email", "sign_in_requests", ["email", "at"])
    op.create_table(
        "api_key_lookup",
        sa.Column("public_id", Key, nullable=False),
        sa.Column("org_id", Key, nullable=False),
        sa.Column("api_key_id", Key, nullable=False),
        sa.PrimaryKeyConstraint("public_id"),
    )
    op.create_table(
        "processes",
        sa.Column("id", Key, nullable=False),
        sa.Column("started_at", Timestamp, nullable=False),
        sa.Column("seen_at", Timestamp, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "counters",
        sa.Column("org_id", Key, nullable=False),
        sa.Column("object", Key, nullable=False),
        sa.Column("last_number", sa.BigInteger, nullable=False),
        sa.Column("last_at", Timestamp, nullable=False),
        sa.PrimaryKeyConstraint("org_id", "object"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "members",
        sa.Column("org_id", Key, nullable=False),
        sa.Column("id", Key, nullable=False),
        sa.Column("display_id", sa.BigInteger, nullable=False),
        sa.Column("person_id", Key, nullable=False),
        sa.Column("role", Key, nullable=False),
        sa.Column("active", Flag, nullable=False),
        sa.Column("created_at", Timestamp, nullable=False),
        sa.Column("updated_at", Timestamp, nullable=False),
        sa.PrimaryKeyConstraint("org_id", "id"),
    )
    _index("members_display_id", "members", ["org_id", "display_id"], unique=True)
    _index("members_of_person", "members", ["person_id"])
    _index("members_person", "members", ["org_id", "person_id"], unique=True)
    op.create_table(
        "api_keys",
        sa.Column("org_id", Key, nullable=False),
        sa.Column("id", Key, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("mode", Key, nullable=False),
        sa.Column("public_id", Key, nullable=False),
        sa.Column("salt", Key, nullable=False),
        sa.Column("secret_hash", Key, nullable=False),
        sa.Column("iterations", sa.Integer, nullable=False),
        sa.Column("read_only", Flag, nullable=False),
        sa.Column("scopes", Json, nullable=False),
        sa.Column("allowed_addresses", Json, nullable=False),
        sa.Column("rate_limit", sa.Integer),
        sa.Column("created_by", Key),
        sa.Column("created_at", Timestamp, nullable=False),
        sa.Column("expires_at", Timestamp),
        sa.Column("last_used_at", Timestamp),
        sa.Column("last_used_address", sa.Text),
        sa.Column("request_count", sa.BigInteger, nullable=False),
        sa.Column("revoked_at", Timestamp),
        sa.Column("revoked_by", Key),
        sa.PrimaryKeyConstraint("org_id", "id"),
    )
    _index("api_keys_active_name", "api_keys", ["org_id", "name"], unique=True, where="revoked_at IS NULL")
    op.create_table(
        "idempotency_keys",
        sa.Column("org_id", Key, nullable=False),
        sa.Column("method", Key, nullable=False),
        sa.Column("path", Key, nullable=False),
        sa.Column("key", Key, nullable=False),
        sa.Column("request_hash", Key, nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("created_at", Timestamp, nullable=False),
        sa.PrimaryKeyConstraint("org_id", "method", "path", "key"),
        sqlite_with_rowid=False,
    )
    _index("idempotency_keys_age", "idempotency_keys", ["created_at"])
    op.create_table(
        "mails",
        sa.Column("org_id", Key, nullable=False),
        sa.Column("id", Key, nullable=False),
        sa.Column("display_id", sa.BigInteger, nullable=False),
        sa.Column("kind", Key, nullable=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("body_encrypted", sa.Text, nullable=False),
        sa.Column("state", Key, nullable=False),
        sa.Column("created_at", Timestamp, nullable=False),
        sa.PrimaryKeyConstraint("org_id", "id"),
    )
    _index("mails_created", "mails", ["org_id", "created_at"])
    _index("mails_display_id", "mails", ["org_id", "display_id"], unique=True)
    op.create_table(
        "phases",
        sa.Column("org_id", Key, nullable=False),
        sa.Column("id", Key, nullable=False),
        sa.Column("display_id", sa.BigInteger, nullable=False),
        sa.Column("key", Key, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("target_days", sa.Integer),
        sa.Column("kind", Key, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("archived_at", Timestamp),
        sa.Column("created_at", Timestamp, nullable=False),
        sa.PrimaryKeyConstraint("org_id", "id"),
    )
    _index("phases_display_id", "phases", ["org_id", "display_id"], unique=True)
    _index("phases_key", "phases", ["org_id", "key"], unique=True)
    op.create_table(
        "customers",
        sa.Column("org_id", Key, nullable=False),
        sa.Column("id", Key, nullable=False),
        sa.Column("display_id", sa.BigInteger, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("slug", Key, nullable=False),
        sa.Column("domain", Key),
        sa.Column("status", Key, nullable=False),
        sa.Column("previous_status", Key),
        sa.Column("plan", Key),
        sa.Column("mrr", sa.Float(53)),
        sa.Column("monthly_orders", sa.Float(53)),
        sa.Column("hubspot_company_id", Key),
        sa.Column("hubspot_deal_id", Key),
        sa.Column("stripe_customer_id", Key),
        sa.Column("intercom_company_id", Key),
        sa.Column("slack_channel_id", Key),
        sa.Column("owner_id", Key),
        sa.Column("tags", RawJson, nullable=False),
        sa.Column("custom_fields", RawJson, nullable=False),
        sa.Column("metadata", RawJson, nullable=False),
        sa.Column("external_id", Key),
        sa.Column("health_score", sa.Integer),
        sa.Column("livemode", Flag, nullable=False),
        sa.Column("created_at", Timestamp, nullable=False),
        sa.Column("updated_at", Timestamp, nullable=False),
        sa.Column("deleted_at", Timestamp),
        sa.PrimaryKeyConstraint("org_id", "id"),
    )
    _index("customers_created", "customers", ["org_id", "created_at"], where="deleted_at IS NULL")
    _index("customers_display_id", "customers", ["org_id", "display_id"], unique=True)
    _index(
        "customers_domain",
        "customers",
        ["org_id", "domain", "created_at"],
        where="deleted_at IS NULL AND domain IS NOT NULL",
    )
    _index(
        "customers_external_id",
        "customers",
        ["org_id", "external_id"],
        unique=True,
        where="deleted_at IS NULL AND external_id IS NOT NULL",
    )
    _index(
        "customers_hubspot",
        "customers",
        ["org_id", "hubspot_company_id", "created_at"],
        where="deleted_at IS NULL AND hubspot_company_id IS NOT NULL",
    )
    _index(
        "customers_owner",
        "customers",
        ["org_id", "owner_id", "created_at"],
        where="deleted_at IS NULL AND owner_id IS NOT NULL",
    )
    _index(
        "customers_plan",
        "customers",
        ["org_id", "plan", "created_at"],
        where="deleted_at IS NULL AND plan IS NOT NULL",
    )
    _index("customers_slug", "customers", ["org_id", "slug"], unique=True, where="deleted_at IS NULL")
    _index("customers_status", "customers", ["org_id", "status", "created_at"], where="deleted_at IS NULL")
    _index(
        "customers_stripe",
        "customers",
        ["org_id", "stripe_customer_id", "created_at"],
        where="deleted_at IS NULL AND stripe_customer_id IS NOT NULL",
    )
    _index(
        "customers_test", "customers", ["org_id", "created_at"], where="deleted_at IS NULL AND NOT livemode"
    )
    _index("customers_updated", "customers", ["org_id", "updated_at"], where="deleted_at IS NULL")
    op.create_table(
        "customer_tags",
        sa.Column("org_id", Key, nullable=False),
        sa.Column("tag", Key, nullable=False),
        sa.Column("created_at", Timestamp, nullable=False),
        sa.Column("customer_id", Key, nullable=False),
        sa.PrimaryKeyConstraint("org_id", "tag", "created_at"),
        sqlite_with_rowid=False,
    )
    _index("customer_tags_customer", "customer_tags", ["org_id", "customer_id"])
    op.create_table(
        "customer_former_slugs",
        sa.Column("org_id", Key, nullable=False),
        sa.Column("slug", Key, nullable=False),
        sa.Column("left_at", Timestamp, nullable=False),
        sa.Column("customer_id", Key, nullable=False),
        sa.PrimaryKeyConstraint("org_id", "slug", "left_at", "customer_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "contacts",
        sa.Column("org_id", Key, nullable=False),
        sa.Column("id", Key, nullable=False),
        sa.Column("display_id", sa.BigInteger, nullable=False),
        sa.Column("customer_id", Key, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("email", Key, nullable=False),
        sa.Column("title", sa.Text),
        sa.Column("phone", sa.Text),
        sa.Column("is_primary", Flag, nullable=False),
        sa.Column("labels", RawJson, nullable=False),
        sa.Column("archived", Flag, nullable=False),
        sa.Column("portal_access", Flag, nullable=False),
        sa.Column("metadata", RawJson, nullable=False),
        sa.Column("external_id", Key),
        sa.Column("livemode", Flag, nullable=False),
        sa.Column("created_at", Timestamp, nullable=False),
        sa.Column("updated_at", Timestamp, nullable=False),
        sa.Column("deleted_at", Timestamp),
        sa.PrimaryKeyConstraint("org_id", "id"),
        sa.ForeignKeyConstraint(
            ["org_id", "customer_id"], ["customers.org_id", "customers.id"], name="contacts_customer_fk"
        ),
    )
    _index(
        "contacts_archived",
        "contacts",
        ["org_id", "customer_id", "archived", "created_at"],
        where="deleted_at IS NULL",
    )
    _index(
        "contacts_created", "contacts", ["org_id", "customer_id", "created_at"], where="deleted_at IS NULL"
    )
    _index("contacts_display_id", "contacts", ["org_id", "display_id"], unique=True)
    _index(
        "contacts_email",
        "contacts",
        ["org_id", "customer_id", "email"],
        unique=True,
        where="deleted_at IS NULL",
    )
    _index(
        "contacts_external_id",
        "contacts",
        ["org_id", "external_id"],
        unique=True,
        where="deleted_at IS NULL AND external_id IS NOT NULL",
    )
    _index(
        "contacts_primary",
        "contacts",
        ["org_id", "customer_id"],
        unique=True,
        where="deleted_at IS NULL AND is_primary",
    )
    op.create_table(
        "onboardings",
        sa.Column("org_id", Key, nullable=False),
        sa.Column("id", Key, nullable=False),
        sa.Column("display_id", sa.BigInteger, nullable=False),
        sa.Column("customer_id", Key, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("template_id", Key),
        sa.Column("phase", Key, nullable=False),
        sa.Column("phase_entered_at", Timestamp, nullable=False),
        sa.Column("shifts_in_phase", sa.Integer, nullable=False),
        sa.Column("state", Key, nullable=False),
        sa.Column("started_at", Timestamp, nullable=False),
        sa.Column("launched_at", Timestamp),
        sa.Column("completed_at", Timestamp),
        sa.Column("target_launch_date", CalendarDay),
        sa.Column("csm_id", Key),
        sa.Column("se_id", Key),
        sa.Column("designer_id", Key),
        sa.Column("product_ops_id", Key),
        sa.Column("notes", sa.Text),
        sa.Column("waiting_on_customer", Flag, nullable=False),
        sa.Column("reminders_enabled", Flag, nullable=False),
        sa.Column("reminder_frequency_days", sa.Integer, nullable=False),
        sa.Column("metadata", RawJson, nullable=False),
        sa.Column("external_id", Key),
        sa.Column("customer_hidden", Flag, nullable=False),
        sa.Column("livemode", Flag, nullable=False),
        sa.Column("created_at", Timestamp, nullable=False),
        sa.Column("updated_at", Timestamp, nullable=False),
        sa.Column("deleted_at", Timestamp),
        sa.PrimaryKeyConstraint("org_id", "id"),
        sa.ForeignKeyConstraint(
            ["org_id", "customer_id"], ["customers.org_id", "customers.id"], name="onboardings_customer_fk"
        ),
    )
    _index(
        "onboardings_created",
        "onboardings",
        ["org_id", "created_at"],
        where="deleted_at IS NULL AND NOT customer_hidden",
    )
    _index(
        "onboardings_csm",
        "onboardings",
        ["org_id", "csm_id", "created_at"],
        where="deleted_at IS NULL AND csm_id IS NOT NULL AND NOT customer_hidden",
    )
    _index(
        "onboardings_customer",
        "onboardings",
        ["org_id", "customer_id", "created_at"],
        where="deleted_at IS NULL",
    )
    _index("onboardings_display_id", "onboardings", ["org_id", "display_id"], unique=True)
    _index(
        "onboardings_external_id",
        "onboardings",
        ["org_id", "external_id"],
        unique=True,
        where="deleted_at IS NULL AND external_id IS NOT NULL",
    )
    _index(
        "onboardings_phase",
        "onboardings",
        ["org_id", "phase", "created_at"],
        where="deleted_at IS NULL AND NOT customer_hidden",
    )
    _index(
        "onboardings_state",
        "onboardings",
        ["org_id", "state", "created_at"],
        where="deleted_at IS NULL AND NOT customer_hidden",
    )
    op.create_table(
        "phase_transitions",
        sa.Column("org_id", Key, nullable=False),
        sa.Column("onboarding_id", Key, nullable=False),
        sa.Column("at", Timestamp, nullable=False),
        sa.Column("from_phase", Key),
        sa.Column("to_phase", Key, nullable=False),
        sa.Column("direction", Key, nullable=False),
        sa.Column("actor", Key, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("note", sa.Text),
        sa.PrimaryKeyConstraint("org_id", "onboarding_id", "at"),
    )
    op.create_table(
        "activity",
        sa.Column("org_id", Key, nullable=False),
        sa.Column("display_id", sa.BigInteger, nullable=False),
        sa.Column("id", Key, nullable=False),
        sa.Column("created_at", Timestamp, nullable=False),
        sa.Column("event", Key, nullable=False),
        sa.Column("target_type", Key, nullable=False),
        sa.Column("target_id", Key, nullable=False),
        sa.Column("target_display_id", sa.BigInteger),
        sa.Column("customer_id", Key),
        sa.Column("onboarding_id", Key),
        sa.Column("task_id", Key),
        sa.Column("contact_id", Key),
        sa.Column("actor_type", Key, nullable=False),
        sa.Column("actor_id", Key),
        sa.Column("actor", sa.Text),
        sa.Column("origin", Key, nullable=False),
        sa.Column("diff", RawJson),
        sa.Column("reason", sa.Text),
        sa.Column("request_id", Key),
        sa.Column("bulk_id", Key),
        sa.Column("livemode", Flag, nullable=False),
        sa.PrimaryKeyConstraint("org_id", "display_id"),
    )
    _index("activity_created", "activity", ["org_id", "created_at"])
    _index(
        "activity_customer",
        "activity",
        ["org_id", "customer_id", "created_at"],
        where="customer_id IS NOT NULL",
    )
    _index("activity_id", "activity", ["org_id", "id"], unique=True)
    _index("activity_request", "activity", ["org_id", "request_id"], where="request_id IS NOT NULL")
    op.create_table(
        "activity_personal",
        sa.Column("org_id", Key, nullable=False),
        sa.Column("activity_display_id", sa.BigInteger, nullable=False),
        sa.Column("contact_id", Key, nullable=False),
        sa.Column("diff", RawJson),
        sa.PrimaryKeyConstraint("org_id", "activity_display_id"),
    )
    _index("activity_personal_contact", "activity_personal", ["org_id", "contact_id"])
    op.create_table(
        "events",
        sa.Column("org_id", Key, nullable=False),
        sa.Column("id", Key, nullable=False),
        sa.Column("created_at", Timestamp, nullable=False),
        sa.Column("type", Key, nullable=False),
        sa.Column("source", Key, nullable=False),
        sa.Column("object_id", Key, nullable=False),
        sa.Column("customer_id", Key),
        sa.Column("livemode", Flag, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("org_id", "id"),
    )
    _index("events_created", "events", ["org_id", "created_at"])
    _make_activity_append_only()


def _make_activity_append_only() -> None:
    """Refuse to change entries, and to delete them while their workspace exists.

    Removing a workspace therefore deletes its row first and everything else after it.
    """
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER activity_no_update BEFORE UPDATE ON activity "
            "BEGIN SELECT RAISE(ABORT, 'append only: activity'); END"
        )
        op.execute(
            "CREATE TRIGGER activity_no_delete BEFORE DELETE ON activity "
            "WHEN EXISTS (SELECT 1 FROM workspaces WHERE id = OLD.org_id) "
            "BEGIN SELECT RAISE(ABORT, 'append only: activity'); END"
        )
        return
    op.execute(
        """
        CREATE FUNCTION activity_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE' AND NOT EXISTS (SELECT 1 FROM workspaces WHERE id = OLD.org_id) THEN
                RETURN OLD;
            END IF;
            RAISE EXCEPTION 'append only: activity' USING ERRCODE = 'PV001';
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER activity_append_only BEFORE UPDATE OR DELETE ON activity "
        "FOR EACH ROW EXECUTE FUNCTION activity_append_only()"
    )
