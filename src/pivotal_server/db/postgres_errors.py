"""What an error of the PostgreSQL driver means."""

from __future__ import annotations

from typing import Final

import asyncpg

from pivotal_server.db import errors

APPEND_ONLY_STATE: Final = "PV001"
"""SQLSTATE that the triggers on the activity stream raise; the class is used by no PostgreSQL release."""

DRIVER_ERRORS: Final = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # its state when a connection breaks between two messages
    OSError,
    TimeoutError,
)
"""Everything a call of the driver raises apart from faults of the program."""

# https://www.postgresql.org/docs/current/errcodes-appendix.html: whole classes, then single states.
_UNAVAILABLE_CLASSES: Final = ("08", "40", "53", "58", "XX")
_UNAVAILABLE_STATES: Final = {
    "25006",  # read-only: a replica answers, as in a failover
    "25P03",  # idle too long in a transaction
    "25P04",  # transaction timeout
    "55P03",  # lock not available in time
    "57014",  # statement timeout
    "57P01",  # server is shutting down
    "57P02",  # another backend crashed
    "57P03",  # server is starting
    "57P05",  # idle session timeout
}


def translate(error: Exception) -> Exception:
    """The error of `db.errors` that this one means, or the error itself when the program is at fault."""
    if isinstance(error, asyncpg.PostgresError):
        return _translate_state(error)
    if isinstance(error, asyncpg.InterfaceError):
        # Also raised for arguments that do not fit; only these messages speak of the connection.
        lost = any(word in str(error) for word in ("clos", "released", "connection was"))
        return errors.Unavailable(f"the connection to the database is lost ({error})") if lost else error
    return errors.Unavailable(f"the database cannot be reached ({errors.first_line(error)})")


def _translate_state(error: asyncpg.PostgresError) -> Exception:
    state = error.sqlstate or ""
    message = str(error)
    constraint = getattr(error, "constraint_name", None)
    if state == "23505":
        return errors.UniqueViolation(str(constraint), message)
    if state == "23503":
        return errors.ForeignKeyViolation(constraint, message)
    if state in {"23502", "23514"}:
        return errors.CheckViolation(constraint, message)
    if state == APPEND_ONLY_STATE:
        return errors.AppendOnly(message)
    if (
        state in _UNAVAILABLE_STATES
        or state.startswith(_UNAVAILABLE_CLASSES)
        or isinstance(error, asyncpg.InvalidCachedStatementError)
    ):
        return errors.Unavailable(message)
    return error
