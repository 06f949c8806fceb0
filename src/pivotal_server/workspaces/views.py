"""View models of Admin > General."""

import msgspec

from pivotal_server.auth.permissions import ROLES, DefaultAccess, Role
from pivotal_server.web.formats import day
from pivotal_server.web.view import Form
from pivotal_server.workspaces.deleting import OwnWorkspace
from pivotal_server.workspaces.settings import CURRENCIES

ACCESS_NAMES: dict[str, str] = {
    DefaultAccess.ASSIGNED_ONLY: "Only those who work on a customer, and whom it was given to",
    DefaultAccess.ALL_MEMBERS: "All members",
    DefaultAccess.ALL_MEMBERS_AND_VIEWERS: "All members and viewers",
}

DAY_NAMES: dict[str, str] = {
    "1": "Mon",
    "2": "Tue",
    "3": "Wed",
    "4": "Thu",
    "5": "Fri",
    "6": "Sat",
    "7": "Sun",
}
_WEEK_STARTS = [("monday", "Monday"), ("saturday", "Saturday"), ("sunday", "Sunday")]
_DATE_FORMATS = [("mdy", "Jul 15, 2026"), ("dmy", "15 Jul 2026"), ("iso", "2026-07-15")]
_FOLLOW = [
    ("ask", "Ask: whoever moves something chooses which due dates follow"),
    ("always", "Always: due dates follow at once"),
    ("never", "Never: due dates stay where they are"),
]


class GeneralPage(msgspec.Struct, frozen=True):
    """Context ``page`` of ``workspaces/general.html``: one form for each group, and what each showed.

    Fields of ``general``: ``name``, ``time_zone``, ``week_start``, ``working_days`` (boxes), ``date_format``,
    ``currency``; of ``access``: ``default_access``; of ``rights``: ``members_create_customers``,
    ``members_export``, ``viewers_export``; of ``dates``: ``due_dates_on_working_days``, ``dates_follow``;
    of ``agents``: ``mcp_writes``.
    ``was``: texts by name.
    """

    general: Form
    access: Form
    rights: Form
    agents: Form
    dates: Form
    slug: str
    zones: tuple[str, ...]
    was: dict[str, str]

    @property
    def access_options(self) -> list[tuple[str, str]]:
        """Who may see all customers."""
        return list(ACCESS_NAMES.items())

    @property
    def ticked(self) -> frozenset[str]:
        """The working days that are ticked."""
        return frozenset(self.general.value("working_days").split(","))

    @property
    def days(self) -> list[tuple[str, str]]:
        """The days of the week by their numbers."""
        return list(DAY_NAMES.items())

    @property
    def week_starts(self) -> list[tuple[str, str]]:
        """The days that a week may begin with."""
        return _WEEK_STARTS

    @property
    def date_formats(self) -> list[tuple[str, str]]:
        """How dates may be written."""
        return _DATE_FORMATS

    @property
    def follow_options(self) -> list[tuple[str, str]]:
        """Whether due dates follow."""
        return _FOLLOW

    @property
    def currencies(self) -> list[str]:
        """The codes to choose from."""
        return sorted(CURRENCIES)


class DangerPage(msgspec.Struct, frozen=True):
    """Context ``page`` of ``workspaces/danger.html``.

    ``act``: ``slug`` (fields ``slug``, ``keep``), ``transfer`` (``member``, ``typed``) or ``delete``
    (``typed``). ``admins``: who may become owner, by number.
    """

    act: str
    form: Form
    slug: str
    name: str
    admins: tuple[tuple[str, str], ...]

    @property
    def keeps(self) -> list[tuple[str, str]]:
        """How long the former slug may go on working."""
        return [("24h", "24 hours"), ("7d", "7 days"), ("30d", "30 days")]


class OwnLine(msgspec.Struct, frozen=True):
    """One workspace of a person. ``deletion``: the day on which it is removed, if it is."""

    id: str
    name: str
    slug: str
    role: str
    last_visit: str
    current: bool
    deletion: str
    can_restore: bool


class OwnPage(msgspec.Struct, frozen=True):
    """Context ``page`` of ``workspaces/own.html``."""

    workspaces: tuple[OwnLine, ...]


def own_line(row: OwnWorkspace, current: bool) -> OwnLine:
    """A workspace as its people see it in their list; days are those of UTC, outside every workspace."""
    return OwnLine(
        row.id,
        row.name,
        row.slug,
        ROLES[Role(row.role)].title,
        "" if row.last_visit is None else day(row.last_visit.date()),
        current,
        "" if row.deletion_at is None else day(row.deletion_at.date()),
        row.deletion_at is not None and row.role == Role.OWNER,
    )
