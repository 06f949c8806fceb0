"""What can go wrong in a database, in the same words for both of them.

A driver's other errors (a wrong column name, a value of the wrong type) are faults of the program and pass
through unchanged.
"""

from __future__ import annotations

from typing import NoReturn


class DatabaseError(Exception):
    """Base of everything below."""


class CannotOpen(DatabaseError):
    """The database cannot be used at all; the message is one line for the person who started the program."""


class Unavailable(DatabaseError):
    """The work could not be done now: connection lost, busy for too long, disk full, commit failed.

    Nothing of the transaction is known to be stored. Trying again later may succeed.
    """


class MigrationFailed(DatabaseError):
    """A schema change did not go through and left the database as it was; the message is one line."""


class ConstraintViolation(DatabaseError):
    """A row breaks a rule of the schema. `constraint` is the name in `tables.py` where it is known."""

    def __init__(self, constraint: str | None, message: str = "") -> None:
        super().__init__(message or f"violates {constraint}")
        self.constraint = constraint


class UniqueViolation(ConstraintViolation):
    """Another row has these values; `constraint` names the unique index or primary key (`<table>_pkey`)."""

    constraint: str


class ForeignKeyViolation(ConstraintViolation):
    """The row refers to none, or is referred to. SQLite does not tell which constraint it was."""


class CheckViolation(ConstraintViolation):
    """A value is missing or outside what a check allows."""


class AppendOnly(DatabaseError):
    """The activity stream takes additions only."""


class TransactionFailed(DatabaseError):
    """An earlier statement of the transaction failed, so it takes no further ones; see `savepoint()`."""


def first_line(error: BaseException) -> str:
    """What an error says, for a message of one line."""
    return next(iter(str(error).splitlines()), "") or type(error).__name__


def raise_known(known: Exception, driver: Exception) -> NoReturn:
    """Raise what a driver's error was translated to, which may be that error itself."""
    if known is driver:
        raise known
    raise known from driver
