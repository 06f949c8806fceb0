"""A member as the API shows it."""

from typing import Any

from pivotal_server.members.repository import MemberRow
from pivotal_server.members.schemas import Member


def to_wire(row: MemberRow) -> Member:
    """The REST object of a member."""
    role: Any = row.role
    return Member(
        id=row.id, display_id=row.display_id, name=row.name, email=row.email, role=role, active=row.active
    )
