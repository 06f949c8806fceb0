"""The profile of whoever is signed in: who they are, how the app looks, what they are told of."""

from typing import Any
from zoneinfo import available_timezones

from starlette.responses import Response
from starlette.routing import Route

from pivotal_server.errors_catalogue_team import ADDRESS_TAKEN, TOO_MANY_MAILS
from pivotal_server.kit.errors import ApiError
from pivotal_server.members import profile
from pivotal_server.members.views_profile import AddressPage, Part, ProfilePage
from pivotal_server.notifications import preferences
from pivotal_server.web.answers import status_of
from pivotal_server.web.forms import Overtaken, refuse_overtaken, sentence
from pivotal_server.web.htmx import go_to, saved
from pivotal_server.web.session import Guest, Visit, open_page, page
from pivotal_server.web.theme import theme_cookie
from pivotal_server.web.view import Form

NAV = "profile"
PATH = "/profile"
LEADS = {
    "me": "What others see of you, and how you sign in.",
    "preferences": "How the app looks and acts for you, in every workspace.",
    "notices": "What you are told of in this workspace.",
}
FIELDS = {"me": ("name", "time_zone"), "look": ("theme", "density", "shortcuts")}
TITLES = {"me": "You", "look": "How the app looks"}
HOME_OF = {"me": PATH, "look": f"{PATH}/preferences"}
TAB_OF = {"me": "me", "look": "preferences"}
WORDS = {
    ("name", "too_small"): "Enter your name.",
    ("name", "too_big"): "Use at most 80 characters.",
    ("time_zone", "invalid_string"): "Choose a time zone of the list, such as Europe/Berlin.",
    ("email", "invalid_string"): "Enter an e-mail address, such as ana@example.com.",
    ("theme", "invalid_enum_value"): "Choose one of the themes.",
    ("density", "invalid_enum_value"): "Choose one of them.",
}


def _texts(values: dict[str, Any]) -> dict[str, str]:
    return {
        name: ("yes" if value else "") if isinstance(value, bool) else str(value)
        for name, value in values.items()
    }


async def _stored(visit: Visit) -> dict[str, str]:
    async with visit.work() as uow:
        return _texts(profile.texts_of(await profile.get_profile(uow, visit.session.person_id)))


async def _show(
    visit: Visit,
    group: str,
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    """The tab of a group; ``typed`` and ``errors`` of its form, or of the form of the address."""
    stored = await _stored(visit)
    tab = "me" if group == "address" else group
    own = typed if typed is not None and group == tab else stored
    faults = errors or {}
    was = tuple((name, stored[name]) for name in FIELDS[tab])
    form = Form(tab, f"{PATH}/save/{tab}", HOME_OF[tab], values=own, errors=faults if group == tab else {})
    parts = [Part(form, TITLES[tab], was=was)]
    zones: tuple[str, ...] = ()
    if tab == "me":
        zones = tuple(sorted(available_timezones()))
        of_address = typed if typed is not None and group == "address" else {}
        address = Form(
            "address",
            f"{PATH}/address",
            PATH,
            values=of_address,
            errors=faults if group == "address" else {},
        )
        parts.append(Part(address, "Address", "Send a link"))
    view = ProfilePage(TAB_OF[tab], LEADS[TAB_OF[tab]], tuple(parts), zones)
    return visit.render("members/profile.html", view, fragments=("parts",), status=status)


@page(NAV)
async def me(visit: Visit) -> Response:
    """Name, zone and address."""
    return await _show(visit, "me")


@page(NAV)
async def look(visit: Visit) -> Response:
    """How the app looks and acts."""
    return await _show(visit, "look")


@page(NAV)
async def save(visit: Visit) -> Response:
    """Save what a form of the profile changes of what it showed."""
    group = visit.request.path_params["group"]
    if group not in FIELDS:
        return go_to(visit.request, PATH)
    names = FIELDS[group]
    typed = visit.fields.texts(*names)
    seen = {name: visit.fields.text(f"was_{name}") for name in names}
    changed = [name for name in names if typed[name] != seen[name]]
    values: dict[str, Any] = {name: typed[name] for name in changed}
    if "shortcuts" in values:
        values["shortcuts"] = bool(values["shortcuts"])
    target = ("member", visit.session.member_id, visit.session.member_number)
    try:
        async with visit.work() as uow:
            row = await profile.get_profile(uow, visit.session.person_id)
            refuse_overtaken(changed, typed, seen, _texts(profile.texts_of(row)))
            after = await profile.update_profile(uow, row, target, values)
    except Overtaken as overtaken:
        return await _show(visit, group, typed, dict(overtaken.errors), 409)
    except ApiError as fault:
        if fault.field not in names:
            raise
        errors = {fault.field: sentence(fault.field, fault, WORDS)}
        return await _show(visit, group, typed, errors, status_of(fault))
    # The whole page, since its frame shows the name and the look.
    response = go_to(visit.request, HOME_OF[group])
    if "theme" in values:
        response.raw_headers.append(theme_cookie(after.theme, visit.services.config.public_url))
    return response


@page(NAV)
async def ask_for_address(visit: Visit) -> Response:
    """Send a link to a new address."""
    typed = visit.fields.texts("email")
    try:
        async with visit.work() as uow:
            email = await profile.ask_for_address(
                uow, visit.services, visit.session.person_id, typed["email"]
            )
    except ApiError as fault:
        known = fault.code in (ADDRESS_TAKEN, TOO_MANY_MAILS)
        if fault.field != "email":
            raise
        words = fault.message if known else WORDS["email", "invalid_string"]
        return await _show(visit, "address", typed, {"email": words}, status_of(fault))
    return saved(visit.request, PATH, toast="Link sent", detail=email, refresh=("parts",))


@open_page
async def peek_address(guest: Guest) -> Response:
    """The question whether to take over an address; opening the link changes nothing."""
    token = guest.request.path_params["token"]
    email = await profile.peek_address(guest.db, token)
    return _no_referrer(guest.render("members/address.html", AddressPage(email, f"{PATH}/address/{token}")))


@open_page
async def confirm_address(guest: Guest) -> Response:
    """Take over the address that the link was sent to."""
    token = guest.request.path_params["token"]
    email = await profile.peek_address(guest.db, token)
    url = f"{PATH}/address/{token}"
    try:
        await profile.confirm_address(guest.db, guest.services, token, guest.request_id)
    except ApiError as fault:
        if fault.code is not ADDRESS_TAKEN:
            raise
        view = AddressPage(email, url, fault=fault.message)
        return _no_referrer(guest.render("members/address.html", view, status=status_of(fault)))
    return _no_referrer(guest.render("members/address.html", AddressPage(email, url, done=True)))


def _no_referrer(response: Response) -> Response:
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@page(NAV)
async def notices(visit: Visit) -> Response:
    """What the member is told of."""
    wishes = await preferences.wishes_of(visit.db, visit.org_id, visit.session.member_id)
    form = Form("notices", f"{PATH}/notifications", f"{PATH}/notifications")
    view = ProfilePage(
        "notices",
        LEADS["notices"],
        (Part(form, "Notifications"),),
        bell_off=wishes.bell_off,
        mail_off=wishes.mail_off,
    )
    return visit.render("members/profile.html", view, fragments=("parts",))


@page(NAV)
async def save_notices(visit: Visit) -> Response:
    """Save what the member is told of: a box that is not ticked switches its kind off."""
    bell, mail = set(visit.fields.all("bell")), set(visit.fields.all("mail"))
    async with visit.work() as uow:
        await preferences.set_preferences(
            uow,
            visit.session.member_id,
            visit.session.member_number,
            bell_off=[kind for kind in preferences.BELL if kind not in bell],
            mail_off=[kind for kind in preferences.MAIL if kind not in mail],
        )
    return saved(visit.request, f"{PATH}/notifications", toast="Saved", refresh=("parts",))


routes = [
    Route(PATH, me, methods=["GET"]),
    Route(f"{PATH}/preferences", look, methods=["GET"]),
    Route(f"{PATH}/notifications", notices, methods=["GET"]),
    Route(f"{PATH}/notifications", save_notices, methods=["POST"]),
    Route(f"{PATH}/address", ask_for_address, methods=["POST"]),
    Route(f"{PATH}/address/{{token}}", peek_address, methods=["GET"]),
    Route(f"{PATH}/address/{{token}}", confirm_address, methods=["POST"]),
    Route(f"{PATH}/save/{{group}}", save, methods=["POST"]),
]
