"""Admin > Team: who belongs to it, inviting, roles, leaving."""

from typing import Literal

from starlette.responses import Response
from starlette.routing import Route

from pivotal_server.auth.permissions import Role
from pivotal_server.customers import of_member as customers
from pivotal_server.errors_catalogue import MEMBER_NOT_FOUND
from pivotal_server.errors_catalogue_team import INVITE_NOT_FOUND
from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.ids import is_cuid
from pivotal_server.kit.references import digits_in
from pivotal_server.limits.catalogue import INVITES_PER_BATCH
from pivotal_server.members import changes, invites
from pivotal_server.members import service as members
from pivotal_server.members.batch import Address, read_batch
from pivotal_server.members.changes import HandOver
from pivotal_server.members.service import MemberRow
from pivotal_server.members.views import (
    PATH,
    BatchPage,
    GrantsPage,
    InvitePage,
    PlacePage,
    RevokePage,
    RolePage,
    role_options,
    team_page,
)
from pivotal_server.web.faults import STATUS_OF_CODE
from pivotal_server.web.formats import count
from pivotal_server.web.htmx import go_to, saved
from pivotal_server.web.session import Visit, page
from pivotal_server.web.view import Form

NAV = "team"
_INVITE, _MANY = f"{PATH}/invite", f"{PATH}/invite-many"
_WORK = ("customers", "onboardings", "tasks")


@page(NAV, capability="manage_team")
async def list_team(visit: Visit) -> Response:
    """Members, pending invites, and who was deactivated."""
    rows = await members.all_members(visit.db, visit.org_id)
    seen = await members.last_seen(visit.db, visit.org_id, [row.person_id for row in rows])
    pending = await invites.pending(visit.db, visit.org_id)
    grants = await customers.grants_by_member(visit.db, visit.org_id)
    shown = team_page(rows, pending, visit.frame, seen, grants)
    return visit.render("members/team.html", shown, fragments=("team",))


# ── Inviting ───────────────────────────────────────────────────────────────────────────────────
@page(NAV, capability="manage_team")
async def new_invite(visit: Visit) -> Response:
    """The form of one invite."""
    form = Form("invite", _INVITE, PATH, values={"role": Role.MEMBER})
    return visit.render_form("members/invite.html", InvitePage(form, role_options()))


@page(NAV, capability="manage_team")
async def invite(visit: Visit) -> Response:
    """Invite one person."""
    values = visit.fields.texts("email", "role", "note")
    try:
        async with visit.work() as uow:
            row = await invites.invite(uow, visit.services, **values)
    except ApiError as fault:
        errors = _errors(fault, values)
        form = Form("invite", _INVITE, PATH, values=values, errors=errors, fault=_whole(fault, errors))
        shown = InvitePage(form, role_options())
        return visit.render_form("members/invite.html", shown, status=_status(fault))
    return _back(visit, "Invite sent", row.email)


@page(NAV, capability="manage_team")
async def new_invites(visit: Visit) -> Response:
    """The form of many invites."""
    form = Form("invites", _MANY, PATH, values={"role": Role.MEMBER})
    return visit.render_form("members/invite_many.html", BatchPage(form, role_options()))


@page(NAV, capability="manage_team")
async def check_many(visit: Visit) -> Response:
    """What would become of the addresses typed so far."""
    found = await _batch(visit)
    form = Form("invites", _MANY, PATH)
    shown = BatchPage(form, role_options(), tuple(found))
    return visit.render("members/invite_many.html", shown, block="verdicts")


@page(NAV, capability="manage_team")
async def invite_many(visit: Visit) -> Response:
    """Invite many people with one role; doubles, members and invited people are passed over."""
    values = visit.fields.texts("emails", "role")
    found = await _batch(visit)
    errors = {}
    if any(one.verdict == "faulty" for one in found):
        errors["emails"] = "Correct or remove the addresses named below."
    elif len(found) > INVITES_PER_BATCH.default:
        errors["emails"] = f"Enter at most {INVITES_PER_BATCH.default} addresses; these are {len(found)}."
    elif not any(one.verdict == "new" for one in found):
        errors["emails"] = "Enter an address that is not in the team yet."
    sent = 0
    if not errors:
        try:
            async with visit.work() as uow:
                new = [one.email for one in found if one.verdict == "new"]
                sent = await invites.invite_many(uow, visit.services, new, values["role"])
        except ApiError as fault:
            errors = _errors(fault, values)
            if not errors:
                raise
    if errors:
        form = Form("invites", _MANY, PATH, values=values, errors=errors)
        shown = BatchPage(form, role_options(), tuple(found))
        return visit.render_form("members/invite_many.html", shown, status=422)
    return _back(visit, f"{count(sent, 'invite')} sent")


async def _batch(visit: Visit) -> list[Address]:
    rows = await members.all_members(visit.db, visit.org_id)
    pending = await invites.pending(visit.db, visit.org_id)
    active = {row.email for row in rows if row.active}
    return read_batch(visit.fields.text("emails"), active, {row.email for row in pending})


@page(NAV, capability="manage_team")
async def resend(visit: Visit) -> Response:
    """Send an invite again."""
    async with visit.work() as uow:
        row = await invites.resend(uow, visit.services, _invite_id(visit))
    return _back(visit, "Invite sent again", row.email)


@page(NAV, capability="manage_team")
async def ask_revoke(visit: Visit) -> Response:
    """The question before an invite is revoked."""
    row = await _pending(visit)
    form = Form("revoke", f"{PATH}/invites/{row.id}/revoke", PATH)
    return visit.render_form("members/revoke.html", RevokePage(form, row.email))


@page(NAV, capability="manage_team")
async def revoke(visit: Visit) -> Response:
    """Revoke an invite."""
    async with visit.work() as uow:
        row = await invites.revoke(uow, _invite_id(visit))
    return _back(visit, "Invite revoked", row.email)


@page(NAV, capability="manage_team")
async def ask_invite_role(visit: Visit) -> Response:
    """The role that a pending invite gives."""
    row = await _pending(visit)
    form = Form("role", f"{PATH}/invites/{row.id}/role", PATH, values={"role": row.role})
    return visit.render_form("members/role.html", RolePage(form, row.email, role_options()))


@page(NAV, capability="manage_team")
async def change_invite_role(visit: Visit) -> Response:
    """Change the role that a pending invite gives."""
    async with visit.work() as uow:
        row = await invites.change_role(uow, _invite_id(visit), visit.fields.text("role"))
    return _back(visit, "Role changed", row.email)


async def _pending(visit: Visit) -> invites.InviteRow:
    wanted = _invite_id(visit)
    for row in await invites.pending(visit.db, visit.org_id):
        if row.id == wanted:
            return row
    raise INVITE_NOT_FOUND()


def _invite_id(visit: Visit) -> str:
    id: str = visit.request.path_params["id"]
    if not is_cuid(id):
        raise INVITE_NOT_FOUND()
    return id


# ── Members ────────────────────────────────────────────────────────────────────────────────────
@page(NAV, capability="manage_team")
async def ask_role(visit: Visit) -> Response:
    """The role of a member, and who takes over what a viewer cannot have."""
    row = await _member(visit)
    return await _member_form(visit, row, "role", {"role": row.role})


@page(NAV, capability="manage_team")
async def change_role(visit: Visit) -> Response:
    """Change the role of a member."""
    row = await _member(visit)
    values = visit.fields.texts("role", *_WORK)
    try:
        async with visit.work() as uow:
            await changes.change_role(uow, row.id, values["role"], _takes_over(visit))
    except ApiError as fault:
        return await _member_form(visit, row, "role", values, fault)
    return _back(visit, "Role changed", row.name)


@page(NAV, capability="manage_team")
async def ask_deactivate(visit: Visit) -> Response:
    """The question before a member is deactivated, and who takes over."""
    row = await _member(visit)
    if not row.active:
        return go_to(visit.request, PATH)
    return await _member_form(visit, row, "deactivate", {})


@page(NAV, capability="manage_team")
async def deactivate(visit: Visit) -> Response:
    """Deactivate a member; acts on their next request, on every process."""
    row = await _member(visit)
    try:
        async with visit.work() as uow:
            await changes.deactivate(uow, row.id, _takes_over(visit))
    except ApiError as fault:
        return await _member_form(visit, row, "deactivate", visit.fields.texts(*_WORK), fault)
    return _back(visit, "Deactivated", row.name)


@page(NAV, capability="manage_team")
async def reactivate(visit: Visit) -> Response:
    """Let a member in again."""
    row = await _member(visit)
    async with visit.work() as uow:
        await changes.reactivate(uow, row.id)
    return _back(visit, "Reactivated", row.name)


@page(NAV, capability="manage_team")
async def ask_grants(visit: Visit) -> Response:
    """The question before a member loses all access that they were given (APP-PERM-5)."""
    row = await _member(visit)
    grants = (await customers.grants_by_member(visit.db, visit.org_id)).get(row.id, 0)
    if not grants:
        return go_to(visit.request, PATH)
    form = Form("grants", f"{PATH}/{row.display_id}/grants", PATH)
    return visit.render_form("members/grants.html", GrantsPage(form, row.name, grants))


@page(NAV, capability="manage_team")
async def remove_grants(visit: Visit) -> Response:
    """Take away all access that a member was given."""
    row = await _member(visit)
    async with visit.work() as uow:
        taken = await customers.take_grants(uow, row.id)
    return _back(visit, f"Removed {count(taken, 'grant')}", row.name)


@page(NAV, capability="manage_team")
async def ask_place(visit: Visit) -> Response:
    """The team and the capacity of a member."""
    row = await _member(visit)
    capacity = row.capacity or changes.USUAL_CAPACITY
    return await _place_form(visit, row, {"team": row.team or "", "capacity": str(capacity)}, {})


@page(NAV, capability="manage_team")
async def save_place(visit: Visit) -> Response:
    """Save the team and the capacity of a member; an empty capacity is the usual one."""
    row = await _member(visit)
    values = visit.fields.texts("team", "capacity")
    typed = values["capacity"].strip()
    capacity = digits_in(typed) if typed else None
    bad = {"capacity": f"Enter a whole number from 1 to {changes.MOST_CAPACITY:,}."}
    if typed and capacity is None:
        return await _place_form(visit, row, values, bad)
    try:
        async with visit.work() as uow:
            await changes.set_place(uow, row.id, values["team"], capacity)
    except ApiError as fault:
        if fault.field not in values:
            raise
        errors = {"team": "Use at most 40 characters, on one line."} if fault.field == "team" else bad
        return await _place_form(visit, row, values, errors)
    return _back(visit, "Saved", row.name)


async def _place_form(
    visit: Visit, row: MemberRow, values: dict[str, str], errors: dict[str, str]
) -> Response:
    rows = await members.all_members(visit.db, visit.org_id)
    teams = tuple(sorted({one.team for one in rows if one.team}, key=str.casefold))
    form = Form("place", f"{PATH}/{row.display_id}/place", PATH, values=values, errors=errors)
    shown = PlacePage(form, row.name, teams)
    return visit.render_form("members/place.html", shown, status=422 if errors else 200)


async def _member(visit: Visit) -> MemberRow:
    number: str = visit.request.path_params["number"]
    row = await members.find(visit.db, visit.org_id, number) if digits_in(number) else None
    if row is None:
        raise MEMBER_NOT_FOUND()
    return row


async def _member_form(
    visit: Visit,
    row: MemberRow,
    act: Literal["role", "deactivate"],
    values: dict[str, str],
    fault: ApiError | None = None,
) -> Response:
    rows = await members.all_members(visit.db, visit.org_id)
    takers = [one for one in rows if one.active and one.role != Role.VIEWER and one.id != row.id]
    # The owner of the workspace stands first, and so is what is chosen when nothing is.
    takers.sort(key=lambda one: (one.role != Role.OWNER, one.name.casefold()))
    errors = {} if fault is None else _errors(fault, (*values, *_WORK))
    form = Form(
        act,
        f"{PATH}/{row.display_id}/{act}",
        PATH,
        values=values,
        errors=errors,
        fault=None if fault is None else _whole(fault, errors),
    )
    load = await changes.load_of(visit.db, visit.org_id, row.id)
    shown = RolePage(
        form, row.name, role_options(), tuple((str(one.display_id), one.name) for one in takers), load
    )
    status = 200 if fault is None else _status(fault)
    return visit.render_form(f"members/{act}.html", shown, status=status)


def _takes_over(visit: Visit) -> HandOver | None:
    """What the form says; a field about work that the member does not have is not there."""
    fields = visit.fields.texts(*_WORK)
    if not any(visit.fields.all(name) for name in _WORK):
        return None
    own = str(visit.session.member_number)
    return HandOver(fields["customers"] or own, fields["onboardings"] or own, fields["tasks"] or None)


# ── Answers ────────────────────────────────────────────────────────────────────────────────────
def _back(visit: Visit, toast: str, detail: str = "") -> Response:
    return saved(visit.request, PATH, toast=toast, detail=detail, refresh=["team"])


def _errors(fault: ApiError, fields: object) -> dict[str, str]:
    assert isinstance(fields, dict | tuple)
    if fault.field not in fields:
        return {}
    assert fault.field is not None
    return {fault.field: _words(fault)}


def _words(fault: ApiError) -> str:
    match fault.field, fault.code.code:
        case "email", "invalid_string" | "too_small" | "too_big":
            return "Enter an e-mail address, such as ana@example.com."
        case "note", "too_big":
            return "Enter at most 500 characters."
        case "role", _:
            return "Choose one of the roles."
        case (("customers" | "onboardings" | "tasks"), _):
            return "Choose an active member who is no viewer."
        case _:
            return f"{fault.message[:1].upper()}{fault.message[1:]}."


def _whole(fault: ApiError, errors: dict[str, str]) -> str | None:
    return None if errors else fault.message


def _status(fault: ApiError) -> int:
    return STATUS_OF_CODE.get(fault.code.status, fault.code.status)


routes = [
    Route(PATH, list_team, methods=["GET"]),
    Route(_INVITE, new_invite, methods=["GET"]),
    Route(_INVITE, invite, methods=["POST"]),
    Route(_MANY, new_invites, methods=["GET"]),
    Route(_MANY, invite_many, methods=["POST"]),
    Route(f"{_MANY}/check", check_many, methods=["POST"]),
    Route(f"{PATH}/invites/{{id}}/resend", resend, methods=["POST"]),
    Route(f"{PATH}/invites/{{id}}/revoke", ask_revoke, methods=["GET"]),
    Route(f"{PATH}/invites/{{id}}/revoke", revoke, methods=["POST"]),
    Route(f"{PATH}/invites/{{id}}/role", ask_invite_role, methods=["GET"]),
    Route(f"{PATH}/invites/{{id}}/role", change_invite_role, methods=["POST"]),
    Route(f"{PATH}/{{number}}/role", ask_role, methods=["GET"]),
    Route(f"{PATH}/{{number}}/role", change_role, methods=["POST"]),
    Route(f"{PATH}/{{number}}/deactivate", ask_deactivate, methods=["GET"]),
    Route(f"{PATH}/{{number}}/deactivate", deactivate, methods=["POST"]),
    Route(f"{PATH}/{{number}}/place", ask_place, methods=["GET"]),
    Route(f"{PATH}/{{number}}/place", save_place, methods=["POST"]),
    Route(f"{PATH}/{{number}}/grants", ask_grants, methods=["GET"]),
    Route(f"{PATH}/{{number}}/grants", remove_grants, methods=["POST"]),
    Route(f"{PATH}/{{number}}/reactivate", reactivate, methods=["POST"]),
]
