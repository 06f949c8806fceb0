"""Tables of the server as a whole: workspaces, people, and how they sign in."""

from sqlalchemy import Column, Index, Integer, Table, Text

from pivotal_server.db.tables.base import metadata
from pivotal_server.db.types import Json, Key, Timestamp

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
    # When the workspace is to be removed; until then nobody gets in, and its owner can undo it.
    Column("deletion_at", Timestamp),
    Column("deletion_by", Key),
    Index("workspaces_slug", "slug", unique=True),
    info={"global": True},
)

# What a workspace was called before: it leads to the present name, and nobody else takes it, for a while.
workspace_slugs = Table(
    "workspace_slugs",
    metadata,
    Column("slug", Key, primary_key=True),
    Column("org_id", Key, nullable=False),
    Column("until", Timestamp, nullable=False),
    info={"global": True},
)

# Workspaces whose own row is gone and whose other rows are being removed.
workspace_removals = Table(
    "workspace_removals",
    metadata,
    Column("id", Key, primary_key=True),
    Column("begun_at", Timestamp, nullable=False),
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
    Column("preferences", Json),
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

# New addresses of people that wait for the link in the mail to be opened.
address_changes = Table(
    "address_changes",
    metadata,
    Column("token_hash", Key, primary_key=True),
    Column("person_id", Key, nullable=False),
    Column("org_id", Key, nullable=False),
    Column("email", Text, nullable=False),
    Column("created_at", Timestamp, nullable=False),
    Column("expires_at", Timestamp, nullable=False),
    Index("address_changes_person", "person_id"),
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
