"""What search looks in: one row a found object, and its full-text index."""

import sqlalchemy as sa
from alembic import op

from pivotal_server.db.types import Key

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_TEXTS = ("domain", "slug", "email", "contact", "title", "fields", "more", "words")
# The words come folded and cut, so that the tokenizer has nothing to decide. Without positions the index is
# less than half as large; runs of words are looked at in the rows.
_INDEX = """
CREATE VIRTUAL TABLE search_index USING fts5(
    words, content='search_rows', content_rowid='seq', detail='none', columnsize=0, prefix='1 2 3',
    tokenize="ascii tokenchars '_'"
)
"""
_ADD = "INSERT INTO search_index(rowid, words) VALUES (new.seq, new.words);"
_REMOVE = "INSERT INTO search_index(search_index, rowid, words) VALUES ('delete', old.seq, old.words);"


def upgrade() -> None:
    op.create_table(
        "search_rows",
        sa.Column("org_id", Key, nullable=False),
        sa.Column("object_id", Key, nullable=False),
        sa.Column("kind", Key, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("customer_id", Key, nullable=False),
        sa.Column("name", Key, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in _TEXTS),
        sa.PrimaryKeyConstraint("org_id", "object_id"),
        sqlite_with_rowid=False,
    )
    named = sa.text("kind <> 'task'")
    op.create_index("search_rows_seq", "search_rows", ["seq"])
    op.create_index(
        "search_rows_name",
        "search_rows",
        ["org_id", "kind", "name"],
        sqlite_where=named,
        postgresql_where=named,
    )
    op.create_index("search_rows_customer", "search_rows", ["org_id", "customer_id"])
    if op.get_bind().dialect.name == "sqlite":
        op.execute(_INDEX)
        for name, event, work in (
            ("added", "INSERT", _ADD),
            ("removed", "DELETE", _REMOVE),
            ("changed", "UPDATE", _REMOVE + " " + _ADD),
        ):
            op.execute(f"CREATE TRIGGER search_rows_{name} AFTER {event} ON search_rows BEGIN {work} END")
    else:
        op.execute(
            "CREATE INDEX search_rows_words ON search_rows USING gin "
            "(array_to_tsvector(array_remove(string_to_array(words, ' '), '')))"
        )
