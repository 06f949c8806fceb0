"""What a workspace has written down: activity entries and events, in their order."""

import json
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import and_, bindparam, select

from pivotal_server.db.engine import Database
from pivotal_server.db.statements import Statement
from pivotal_server.db.tables import activity, activity_personal, events


class Entry(msgspec.Struct, frozen=True):
    """One activity entry; `diff` is the one shown or, for contacts, the personal one."""

    display_id: int
    created_at: datetime
    event: str
    target_type: str
    target_id: str
    customer_id: str | None
    onboarding_id: str | None
    contact_id: str | None
    actor_type: str
    actor: str | None
    origin: str
    reason: str | None
    request_id: str | None
    livemode: bool
    open_diff: msgspec.Raw | None
    personal_diff: msgspec.Raw | None

    @property
    def diff(self) -> dict[str, tuple[Any, Any]]:
        """Field to its old and new value, in order."""
        raw = self.open_diff or self.personal_diff
        changes = [] if raw is None else msgspec.json.decode(raw)
        return {change["field"]: (change["old"], change["new"]) for change in changes}


class EventRow(msgspec.Struct, frozen=True):
    """One event as stored."""

    id: str
    created_at: datetime
    type: str
    source: str
    object_id: str
    customer_id: str | None
    livemode: bool
    payload: str

    @property
    def envelope(self) -> dict[str, Any]:
        """The JSON document that receivers get."""
        found: dict[str, Any] = json.loads(self.payload)
        return found

    @property
    def object(self) -> dict[str, Any]:
        """`data.object`."""
        found: dict[str, Any] = self.envelope["data"]["object"]
        return found

    @property
    def previous(self) -> dict[str, Any] | None:
        """`data.previous_attributes`."""
        found: dict[str, Any] | None = self.envelope["data"]["previous_attributes"]
        return found


_A, _P, _E = activity.c, activity_personal.c, events.c
_ENTRIES = Statement(
    select(
        *[_A[name] for name in Entry.__struct_fields__ if name not in ("open_diff", "personal_diff")],
        _A.diff.label("open_diff"),
        _P.diff.label("personal_diff"),
    )
    .select_from(
        activity.outerjoin(
            activity_personal,
            and_(_P.org_id == _A.org_id, _P.activity_display_id == _A.display_id),
        )
    )
    .where(_A.org_id == bindparam("org_id"), _A.display_id > bindparam("after"))
    .order_by(_A.display_id),
    into=Entry,
)
_EVENTS = Statement(
    select(*[_E[name] for name in EventRow.__struct_fields__])
    .where(_E.org_id == bindparam("org_id"), _E.id > bindparam("after"))
    .order_by(_E.id),
    into=EventRow,
)


class Written(msgspec.Struct, frozen=True):
    """What was written since the look before."""

    entries: list[Entry]
    events: list[EventRow]

    @property
    def names(self) -> list[str]:
        """The events of the entries."""
        return [entry.event for entry in self.entries]

    @property
    def types(self) -> list[str]:
        """The types of the events."""
        return [event.type for event in self.events]

    @property
    def nothing(self) -> bool:
        """Whether nothing was written."""
        return not self.entries and not self.events


class Journal:
    """Reads what one workspace has written since the look before."""

    def __init__(self, db: Database, org_id: str) -> None:
        self._db = db
        self._org_id = org_id
        self._entry = 0
        self._event = ""

    async def look(self) -> Written:
        """Entries and events since the last look, oldest first."""
        entries = await self._db.fetch_all(_ENTRIES, {"org_id": self._org_id, "after": self._entry})
        found = await self._db.fetch_all(_EVENTS, {"org_id": self._org_id, "after": self._event})
        self._entry = entries[-1].display_id if entries else self._entry
        self._event = found[-1].id if found else self._event
        return Written(entries, found)
