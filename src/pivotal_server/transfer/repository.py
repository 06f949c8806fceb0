"""SQL of the export of a workspace: every table, in the order that gives the same file again."""

from collections.abc import Mapping

from msgspec import Struct
from sqlalchemy import BindParameter, Column, ColumnElement, Table, bindparam, select
from sqlalchemy.sql.selectable import Select

from pivotal_server.db.statements import Statement
from pivotal_server.db.tables import attachments, files, members, metadata, people, workspaces

LEFT_OUT: Mapping[str, str] = {
    "idempotency_keys": "answers kept for repeated requests, which may hold secrets",
    "job_files": "belongs to the queue",
    "jobs": "work of this server, the export itself among it",
    "search_rows": "made anew from the records",
    "webhook_cursors": "how far this server has come",
    "webhook_queues": "how this server's deliveries stand",
    "webhook_secrets": "secrets",
}
"""The tables of a workspace that its export does not hold, and why."""

SECRET: Mapping[str, tuple[str, ...]] = {
    "api_keys": ("public_id", "salt", "secret_hash", "iterations"),
    "api_requests": ("request_body", "response_body"),
    "invites": ("token_hash",),
    "mails": ("body_encrypted",),
    "webhook_endpoints": ("headers_sealed",),
}
"""The columns that stay behind, by table: secrets, and what may quote them."""


class Exported(Struct, frozen=True):
    """A table as it is exported: its columns in the order of their ``names``, and its rows as tuples."""

    name: str
    names: tuple[str, ...]
    columns: tuple[Column[object], ...]
    rows: Statement[tuple[object, ...]]


class StoredFile(Struct, frozen=True):
    """An uploaded file and what it is called."""

    id: str
    name: str


_ORG: BindParameter[str] = bindparam("org_id")


def _order(table: Table) -> list[ColumnElement[object]]:
    """What rows are sorted by: when and as what they were made, where they say so."""
    keys = [column for column in table.primary_key if column.name != "org_id"]
    if "created_at" not in table.c:
        return list(keys)
    return [table.c.created_at, *([table.c.id] if "id" in table.c else keys)]


def _exported(table: Table, rows: Select[tuple[object, ...]]) -> Exported:
    secret = SECRET.get(table.name, ())
    columns = tuple(
        column for column in sorted(table.c, key=lambda column: column.name) if column.name not in secret
    )
    statement = rows.with_only_columns(*columns, maintain_column_froms=True).order_by(*_order(table))
    # SQLAlchemy's own kind of text, which knows about quotes, cannot be encoded.
    names = tuple(str(column.name) for column in columns)
    return Exported(str(table.name), names, columns, Statement.rows(statement))


def _all_tables() -> list[Exported]:
    found = [
        _exported(table, select(table).where(table.c.org_id == _ORG))
        for table in metadata.sorted_tables
        if not table.info.get("global") and table.name not in LEFT_OUT
    ]
    found.append(_exported(workspaces, select(workspaces).where(workspaces.c.id == _ORG)))
    of_workspace = select(members.c.person_id).where(members.c.org_id == _ORG)
    found.append(_exported(people, select(people).where(people.c.id.in_(of_workspace))))
    return sorted(found, key=lambda one: one.name)


TABLES = _all_tables()
"""Every table that the export of a workspace holds, by name."""

ATTACHED = Statement(
    select(files.c.id, files.c.name)
    .select_from(
        files.join(attachments, (attachments.c.org_id == files.c.org_id) & (attachments.c.id == files.c.id))
    )
    .where(files.c.org_id == _ORG)
    .order_by(files.c.created_at, files.c.id),
    into=StoredFile,
)
