"""What an error of the SQLite driver means."""

from __future__ import annotations

import sqlite3
from functools import cache
from typing import Final

from pivotal_server.db import errors
from pivotal_server.db.tables import metadata

APPEND_ONLY: Final = "append only"
"""Begins the message of the triggers that keep the activity stream as it is."""

_UNIQUE_PREFIX: Final = "UNIQUE constraint failed: "

# https://sqlite.org/rescode.html; the low byte of an extended code is its primary code.
_UNAVAILABLE: Final = {
    sqlite3.SQLITE_BUSY: "the database is busy",
    sqlite3.SQLITE_LOCKED: "the database is busy",
    sqlite3.SQLITE_NOMEM: "out of memory",
    sqlite3.SQLITE_READONLY: "the database cannot be written",
    sqlite3.SQLITE_INTERRUPT: "the statement was interrupted",
    sqlite3.SQLITE_IOERR: "the disk failed",
    sqlite3.SQLITE_CORRUPT: "the database file is damaged",
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_CANTOPEN: "the database file cannot be opened",
    sqlite3.SQLITE_PROTOCOL: "the database is busy",
    sqlite3.SQLITE_NOTADB: "the file is not a database",
}


@cache
def _unique_names() -> dict[str, str]:
    """Columns as SQLite lists them (`t.a, t.b`) to the name of the unique index or primary key."""
    names: dict[str, str] = {}
    for table in metadata.tables.values():
        primary = ", ".join(f"{table.name}.{column.name}" for column in table.primary_key.columns)
        names[primary] = str(table.primary_key.name or f"{table.name}_pkey")
        for index in table.indexes:
            if index.unique:
                names[", ".join(f"{table.name}.{column.name}" for column in index.columns)] = str(index.name)
    return names


def is_busy(error: sqlite3.Error) -> bool:
    """Whether another program holds the file."""
    return primary_code(error) in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def primary_code(error: sqlite3.Error) -> int:
    """The primary result code, 0 for an error of the driver itself."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def translate(error: sqlite3.Error) -> Exception:
    """The error of `db.errors` that this one means, or the error itself when the program is at fault."""
    code = primary_code(error)
    if code in _UNAVAILABLE:
        return errors.Unavailable(f"{_UNAVAILABLE[code]} ({error})")
    if code == sqlite3.SQLITE_CONSTRAINT:
        return _constraint(error)
    if isinstance(error, sqlite3.ProgrammingError) and "closed" in str(error):
        return errors.Unavailable("the database is closed")
    return error


def _constraint(error: sqlite3.Error) -> Exception:
    message = str(error)
    if message.startswith(_UNIQUE_PREFIX):
        columns = message.removeprefix(_UNIQUE_PREFIX)
        return errors.UniqueViolation(_unique_names().get(columns, columns), message)
    extended = error.sqlite_errorcode
    if extended == sqlite3.SQLITE_CONSTRAINT_TRIGGER and message.startswith(APPEND_ONLY):
        return errors.AppendOnly(message)
    if extended == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
        return errors.ForeignKeyViolation(None, message)
    return errors.CheckViolation(None, message)
