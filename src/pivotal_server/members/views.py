"""View models of Admin > Team and of joining."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from pivotal_server.auth.permissions import ROLES, Role
from pivotal_server.members.accepting import OpenInvite
from pivotal_server.members.batch import Address
from pivotal_server.members.changes import USUAL_CAPACITY, Load
from pivotal_server.members.invites import InviteRow, given_roles
from pivotal_server.members.service import MemberRow
from pivotal_server.web.formats import count
from pivotal_server.web.view import Form, Frame, Person

PATH = "/admin/team"


class MemberView(msgspec.Struct, frozen=True):
    """One member of the list. ``me``: the reader; ``fixed``: role and place in the team cannot be
    changed. ``grants``: to how many customers they were given access. ``capacity``:
    onboardings that they can carry at once.
    """

    person: Person
    number: int
    email: str
    role: str
    last_seen: datetime | None
    me: bool
    fixed: bool
    grants: int = 0
    team: str = ""
    capacity: int = USUAL_CAPACITY

    @property
    def url(self) -> str:
        """Where its forms are."""
        return f"{PATH}/{self.number}"


class InviteView(msgspec.Struct, frozen=True):
    """One pending invite."""

    id: str
    email: str
    role: str
    sender: str
    sent_at: datetime
    expires_at: datetime
    expired: bool

    @property
    def url(self) -> str:
        """Where its forms are."""
        return f"{PATH}/invites/{self.id}"


class TeamPage(msgspec.Struct, frozen=True):
    """Context ``page`` of ``members/team.html``."""

    members: tuple[MemberView, ...]
    invites: tuple[InviteView, ...]
    away: tuple[MemberView, ...]


class InvitePage(msgspec.Struct, frozen=True):
    """Context ``page`` of ``members/invite.html``. Fields of ``form``: ``email``, ``role``, ``note``."""

    form: Form
    roles: tuple[tuple[str, str], ...]


class BatchPage(msgspec.Struct, frozen=True):
    """Context ``page`` of ``members/invite_many.html``. Fields of ``form``: ``emails``, ``role``."""

    form: Form
    roles: tuple[tuple[str, str], ...]
    addresses: tuple[Address, ...] = ()

    @property
    def new(self) -> int:
        """How many would be invited."""
        return sum(one.verdict == "new" for one in self.addresses)

    @property
    def noted(self) -> tuple[Address, ...]:
        """Those that would not be."""
        return tuple(one for one in self.addresses if one.verdict != "new")


class RolePage(msgspec.Struct, frozen=True):
    """Context ``page`` of ``members/role.html`` and ``members/deactivate.html``.

    Fields of ``form``: ``role``; ``customers``, ``onboardings``, ``tasks`` when there is work to hand over.
    ``load`` is ``None`` for an invite.
    """

    form: Form
    name: str
    roles: tuple[tuple[str, str], ...]
    takers: tuple[tuple[str, str], ...] = ()
    load: Load | None = None

    @property
    def hand_over(self) -> tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...]:
        """Name, label and options of each field about work."""
        if self.load is None:
            return ()
        nobody = (("", "Nobody, leave them unassigned"), *self.takers)
        lines = (
            ("customers", self.load.customers, "customer", "owned", self.takers),
            ("onboardings", self.load.onboardings, "open onboarding", "worked on", self.takers),
            ("tasks", self.load.tasks, "open task", "", nobody),
        )
        return tuple(
            (name, f"Who takes over {count(number, thing)}{f' {how}' if how else ''}", options)
            for name, number, thing, how, options in lines
            if number
        )


class RevokePage(msgspec.Struct, frozen=True):
    """Context ``page`` of ``members/revoke.html``; the form has no fields."""

    form: Form
    email: str


class GrantsPage(msgspec.Struct, frozen=True):
    """Context ``page`` of ``members/grants.html``; the form has no fields."""

    form: Form
    name: str
    grants: int


class PlacePage(msgspec.Struct, frozen=True):
    """Context ``page`` of ``members/place.html``. Fields of ``form``: ``team``, ``capacity``."""

    form: Form
    name: str
    teams: tuple[str, ...]


class JoinPage(msgspec.Struct, frozen=True):
    """Context ``page`` of ``members/join.html``. Field of ``form``: ``name``, asked of somebody new here."""

    form: Form
    invite: OpenInvite
    role: str
    asks_name: bool


class SpentPage(msgspec.Struct, frozen=True):
    """Context ``page`` of ``members/spent.html``: an invite that was used, or is too old."""

    used: bool


def role_options() -> tuple[tuple[str, str], ...]:
    """The roles that can be given, with what each may do."""
    return tuple((role.value, f"{ROLES[role].title}: {ROLES[role].description}") for role in given_roles())


def title_of(role: str) -> str:
    """The name of a role."""
    return ROLES[Role(role)].title


def member_view(
    row: MemberRow, frame: Frame, seen: Mapping[str, datetime], grants: Mapping[str, int]
) -> MemberView:
    """A member as the list shows it."""
    return MemberView(
        Person(row.id, row.name),
        row.display_id,
        row.email,
        title_of(row.role),
        seen.get(row.person_id),
        row.id == frame.me.id,
        row.id == frame.me.id or row.role == Role.OWNER,
        grants.get(row.id, 0),
        row.team or "",
        row.capacity or USUAL_CAPACITY,
    )


def team_page(
    rows: Sequence[MemberRow],
    invites: Sequence[InviteRow],
    frame: Frame,
    seen: Mapping[str, datetime],
    grants: Mapping[str, int],
) -> TeamPage:
    """The team: members by name, invites newest first, then who was deactivated."""
    names = {row.id: row.name for row in rows}
    ordered = sorted(rows, key=lambda row: (row.name.casefold(), row.display_id))
    return TeamPage(
        tuple(member_view(row, frame, seen, grants) for row in ordered if row.active),
        tuple(
            InviteView(
                row.id,
                row.email,
                title_of(row.role),
                names.get(row.invited_by or "", "Pivotal"),
                row.sent_at,
                row.expires_at,
                row.expires_at <= frame.now,
            )
            for row in invites
        ),
        tuple(member_view(row, frame, seen, grants) for row in ordered if not row.active),
    )
