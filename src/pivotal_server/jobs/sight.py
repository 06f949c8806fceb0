"""What a key must be allowed to read to see a job: its figures and files tell of the records it is about."""

from collections.abc import Callable
from typing import Any

from pivotal_server.auth.scopes import READ_WORKSPACE, SCOPES
from pivotal_server.jobs.repository import JobRow

_READS = tuple(scope for scope in SCOPES if scope.startswith("read:"))


def scopes_of(row: JobRow) -> tuple[str, ...]:
    """The scopes that a key needs for this job, beyond the one of jobs in general."""
    payload: dict[str, Any] = row.payload or {}
    match row.type:
        case "import":
            return _known(f"read:{payload.get('resource')}s")
        case "export" if payload.get("type") == "workspace":
            return _READS
        case "export" if payload.get("type") == "activity":
            return (READ_WORKSPACE,)
        case "export":
            return _known(f"read:{payload.get('type')}")
        case "webhook_recovery":
            return ("read:webhooks",)
        case _:
            return ()


def _known(scope: str) -> tuple[str, ...]:
    # A job that says not what it is about is shown to those alone who may see everything.
    return (scope,) if scope in SCOPES else _READS


def check(row: JobRow, check_scope: Callable[[str], None]) -> None:
    """Raises ``insufficient_scope`` unless ``check_scope`` lets every scope of the job pass."""
    for scope in scopes_of(row):
        check_scope(scope)
