"""Changing members: their role, taking them out of the team and back (APP-PERM-2 … 4).

The work of somebody who leaves, or who becomes a viewer, goes to others in the same transaction.
"""

import msgspec

from pivotal_server.activity.entries import Change
from pivotal_server.auth.permissions import Role
from pivotal_server.customers import of_member as customers
from pivotal_server.db.engine import Executor
from pivotal_server.errors_catalogue import INVALID_REFERENCE, MEMBER_NOT_FOUND, TOO_BIG, TOO_SMALL
from pivotal_server.errors_catalogue_team import MEMBER_INACTIVE, NOT_YOURSELF, OWNER_STAYS
from pivotal_server.kit.text import line
from pivotal_server.members import repository
from pivotal_server.members import repository_invites as team
from pivotal_server.members.invites import check_role
from pivotal_server.members.service import MemberRow, find, staff_id
from pivotal_server.notifications import service as notifications
from pivotal_server.onboardings import of_member as onboardings
from pivotal_server.services import Services
from pivotal_server.tasks import of_member as tasks
from pivotal_server.unit_of_work import UnitOfWork
from pivotal_server.workspaces import changes as workspaces

USUAL_CAPACITY = 10
"""Onboardings that somebody can carry at once until it is said otherwise."""
MOST_CAPACITY = 1_000


class Load(msgspec.Struct, frozen=True):
    """What a member has in hand: customers owned, open onboardings with a role, open tasks."""

    customers: int
    onboardings: int
    tasks: int

    @property
    def total(self) -> int:
        """All of it."""
        return self.customers + self.onboardings + self.tasks


class HandOver(msgspec.Struct, frozen=True):
    """Who takes over, as references to active members; ``tasks`` may be ``None`` for nobody."""

    customers: str
    onboardings: str
    tasks: str | None


async def load_of(db: Executor, org_id: str, member_id: str) -> Load:
    """What a member has in hand."""
    return Load(
        await customers.count_owned(db, org_id, member_id),
        await onboardings.count_worked_on(db, org_id, member_id),
        await tasks.count_open(db, org_id, member_id),
    )


async def change_role(
    uow: UnitOfWork, reference: str, role: str, takes_over: HandOver | None = None
) -> MemberRow:
    """Give a member another role; it acts on their next request.

    A viewer has no work, so becoming one takes ``takes_over`` when the member has any in hand. Raises
    ``member_not_found``, ``not_yourself``, ``owner_stays``, ``member_inactive``, ``invalid_enum_value``, and
    ``invalid_reference`` for somebody who cannot take over (field ``customers``, ``onboardings``, ``tasks``).
    """
    check_role(role)
    member = await _changeable(uow, reference, "change the role of")
    if not member.active:
        raise MEMBER_INACTIVE(name=member.name)
    if member.role == role:
        return member
    if role == Role.VIEWER:
        await _hand_over(uow, member, takes_over)
    await team.change_member(uow.tx, uow.org_id, member.id, role=role, active=True, at=uow.now)
    uow.record(
        "member.role_changed",
        target=("member", member.id, member.display_id),
        diff=[Change("role", member.role, role)],
        reason=member.name,
    )
    return msgspec.structs.replace(member, role=role)


async def deactivate(uow: UnitOfWork, reference: str, takes_over: HandOver | None = None) -> MemberRow:
    """Take a member out of the team: their sessions end on their next request, their work goes to others.

    History keeps the name. Raises what :func:`change_role` raises; a member who is out already stays so.
    """
    member = await _changeable(uow, reference, "deactivate")
    if not member.active:
        return member
    await _hand_over(uow, member, takes_over)
    await team.change_member(uow.tx, uow.org_id, member.id, role=member.role, active=False, at=uow.now)
    target = ("member", member.id, member.display_id)
    uow.record("member.deactivated", target=target, reason=member.name)
    return msgspec.structs.replace(member, active=False)


async def reactivate(uow: UnitOfWork, reference: str) -> MemberRow:
    """Let a member in again, with the role they had; work handed over stays where it is.

    Raises ``member_not_found``.
    """
    member = await _locked(uow, reference)
    if member.active:
        return member
    await team.change_member(uow.tx, uow.org_id, member.id, role=member.role, active=True, at=uow.now)
    target = ("member", member.id, member.display_id)
    uow.record("member.reactivated", target=target, reason=member.name)
    return msgspec.structs.replace(member, active=True)


async def transfer_ownership(uow: UnitOfWork, services: Services, reference: str) -> MemberRow:
    """Make an active admin the owner; the owner so far becomes admin, and both get mail (APP-PERM-2).

    Raises ``invalid_reference`` (field ``member``) for anybody who is no active admin, and ``owner_stays``
    when a member asks who is not the owner any more.
    """
    workspace = await workspaces.locked_workspace(uow)
    owner = await repository.owner(uow.tx, uow.org_id)
    found = await find(uow.tx, uow.org_id, reference)
    if found is not None:
        # Nobody deactivates either of them meanwhile.
        for id in sorted({found.id} if owner is None else {owner.id, found.id}):
            await team.lock_member(uow.tx, uow.org_id, id)
        found = await find(uow.tx, uow.org_id, found.id)
    if owner is None or found is None or not found.active or found.role != Role.ADMIN:
        raise INVALID_REFERENCE(field="member", name="member", kind="active admin")
    if uow.actor.type == "member" and uow.actor.id != owner.id:
        raise OWNER_STAYS()
    for one, role in ((owner, Role.ADMIN), (found, Role.OWNER)):
        await team.change_member(uow.tx, uow.org_id, one.id, role=role, active=True, at=uow.now)
    uow.record(
        "workspace.ownership_transferred",
        target=("workspace", uow.org_id, None),
        diff=[Change("owner_id", owner.id, found.id)],
        reason=found.name,
    )
    for one, words in (
        (owner, f"{found.name} now owns the workspace {workspace.name}. You are an admin of it."),
        (found, f"{owner.name} has made you the owner of the workspace {workspace.name}."),
    ):
        await notifications.keep_mail(
            uow,
            services.box,
            kind="ownership",
            recipient=one.email,
            subject=f"{workspace.name} has another owner",
            body=f"{words}\n\n{services.config.public_url}/admin/team\n",
        )
    return msgspec.structs.replace(found, role=Role.OWNER)


async def set_place(uow: UnitOfWork, reference: str, team_name: str, capacity: int | None) -> MemberRow:
    """Say which team a member belongs to (empty: none) and how many onboardings they can carry at once.

    ``None`` stands for the usual number. Raises ``member_not_found``, and ``too_small`` or ``too_big`` with
    the field.
    """
    named = line(team_name, "team", None, 40) or None
    if capacity is not None and not 1 <= capacity <= MOST_CAPACITY:
        fault = TOO_SMALL if capacity < 1 else TOO_BIG
        raise fault(field="capacity", name="capacity", limit=1 if capacity < 1 else MOST_CAPACITY)
    member = await _locked(uow, reference)
    kept = None if capacity == USUAL_CAPACITY else capacity
    diff = [
        Change(name, before, after)
        for name, before, after in (
            ("team", member.team, named),
            ("capacity", member.capacity or USUAL_CAPACITY, kept or USUAL_CAPACITY),
        )
        if before != after
    ]
    if not diff:
        return member
    await repository.set_place(uow.tx, uow.org_id, member.id, team=named, capacity=kept, at=uow.now)
    target = ("member", member.id, member.display_id)
    uow.record("member.updated", target=target, diff=diff, reason=member.name)
    return msgspec.structs.replace(member, team=named, capacity=kept)


async def _locked(uow: UnitOfWork, reference: str) -> MemberRow:
    found = await find(uow.tx, uow.org_id, reference)
    if found is None:
        raise MEMBER_NOT_FOUND()
    await team.lock_member(uow.tx, uow.org_id, found.id)
    member = await find(uow.tx, uow.org_id, found.id)
    assert member is not None
    return member


async def _changeable(uow: UnitOfWork, reference: str, act: str) -> MemberRow:
    member = await _locked(uow, reference)
    if uow.actor.type == "member" and member.id == uow.actor.id:
        raise NOT_YOURSELF(act=act)
    if member.role == Role.OWNER:
        raise OWNER_STAYS()
    return member


async def _hand_over(uow: UnitOfWork, member: MemberRow, takes_over: HandOver | None) -> None:
    load = await load_of(uow.tx, uow.org_id, member.id)
    if not load.total:
        return
    if takes_over is None:
        raise INVALID_REFERENCE(field="customers", name="customers", kind="member who takes over")
    owner = await _taker(uow, member, takes_over.customers, "customers")
    staff = await _taker(uow, member, takes_over.onboardings, "onboardings")
    assignee = None
    if takes_over.tasks is not None:
        assignee = await _taker(uow, member, takes_over.tasks, "tasks")
    await customers.hand_over(uow, member.id, owner)
    await onboardings.hand_over(uow, member.id, staff)
    await onboardings.hand_over_tasks(uow, member.id, assignee)


async def _taker(uow: UnitOfWork, leaving: MemberRow, reference: str, field: str) -> str:
    id = await staff_id(uow.tx, uow.org_id, reference, field)
    if id is None or id == leaving.id:
        raise INVALID_REFERENCE(field=field, name=field, kind="member who stays")
    return id
