"""The log of API requests."""

from sqlalchemy import Column, Index, Integer, PrimaryKeyConstraint, Table, Text, text

from pivotal_server.db.tables.base import metadata
from pivotal_server.db.types import Key, Timestamp

_FAILED = text("status >= 400")

api_requests = Table(
    "api_requests",
    metadata,
    Column("org_id", Key, nullable=False),
    Column("at", Timestamp, nullable=False),
    Column("id", Key, nullable=False),
    Column("request_id", Key, nullable=False),
    Column("api_key_id", Key, nullable=False),
    Column("method", Key, nullable=False),
    # The operation's path with its parameters in braces; empty where no operation was found.
    Column("route", Key, nullable=False),
    Column("path", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("code", Key),
    Column("duration_us", Integer, nullable=False),
    Column("address", Text, nullable=False),
    Column("request_body", Text),
    Column("response_body", Text),
    # The tool of the MCP server that made it.
    Column("tool", Key),
    PrimaryKeyConstraint("org_id", "at", "id"),
    # Every request pays for every index here, so there is one for the id alone and one for the few failures;
    # lists by key and route walk the newest rows.
    Index("api_requests_request", "org_id", "request_id"),
    Index("api_requests_failed", "org_id", "at", sqlite_where=_FAILED, postgresql_where=_FAILED),
    sqlite_with_rowid=False,
)
