"""What search looks in."""

from sqlalchemy import BigInteger, Column, Index, PrimaryKeyConstraint, Table, Text, text

from pivotal_server.db.tables.base import metadata
from pivotal_server.db.types import Key

_NAMED = text("kind <> 'task'")

# One row for each customer, contact, onboarding and task that can be found. Its texts are words without case
# and accents, with a space between them. A full-text index on `words` stands beside it: `search_index` (FTS5,
# kept by triggers, its rowid is `seq`) on SQLite, the GIN index `search_rows_words` on PostgreSQL.
search_rows = Table(
    "search_rows",
    metadata,
    Column("org_id", Key, nullable=False),
    Column("object_id", Key, nullable=False),
    Column("kind", Key, nullable=False),
    # Rises with every change of a row; unique on SQLite.
    Column("seq", BigInteger, nullable=False),
    Column("customer_id", Key, nullable=False),
    Column("name", Key, nullable=False),
    Column("domain", Text, nullable=False),
    Column("slug", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("contact", Text, nullable=False),
    Column("title", Text, nullable=False),
    # Values of custom fields, each word as "slug=word".
    Column("fields", Text, nullable=False),
    # What is found by free text alone.
    Column("more", Text, nullable=False),
    # All of these words, and one that stands for the workspace and the kind.
    Column("words", Text, nullable=False),
    PrimaryKeyConstraint("org_id", "object_id"),
    Index("search_rows_seq", "seq"),
    Index("search_rows_name", "org_id", "kind", "name", sqlite_where=_NAMED, postgresql_where=_NAMED),
    Index("search_rows_customer", "org_id", "customer_id", "kind"),
    sqlite_with_rowid=False,
)
