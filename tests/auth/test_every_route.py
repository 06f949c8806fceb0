"""Every route and every operation, called by everybody: what comes is what the matrix says (APP-PERM-1)."""

from collections.abc import Iterator
from typing import Any

import httpx
import msgspec

from pivotal_server.app import ROUTES
from pivotal_server.auth.permissions import AccessSettings, Role, may_offer
from pivotal_server.operations import OPERATIONS
from tests.support import route_access
from tests.support.app import World
from tests.support.browser import Browser
from tests.support.operations import call
from tests.support.people import new_member, set_settings
from tests.support.records import (
    answered,
    created,
    new_contact,
    new_customer,
    new_onboarding,
    new_task,
    new_template,
)
from tests.support.visits import Enter

_ENDS = ("delete", "remove", "end", "logout", "archive", "deactivate", "disable", "revoke", "restore", "role")
# Without what it asks about, in its query or in the workspace, there is no form.
_ASKS = ("/views/new", "/docs/feedback", "/sample/reset", "/sample/delete")
_SETTINGS = {"members_create_customers": True, "members_export": False, "viewers_export": True}


def declared() -> Iterator[tuple[str, str]]:
    """Method and path of every route of the app."""
    for route in ROUTES:
        for method in sorted(set(route.methods or ()) - {"HEAD"}):
            yield method, route.path


def in_order(routes: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """What only reads first, and what ends something last, so that the others find their records."""
    return sorted(
        routes, key=lambda one: (one[0] != "GET", any(end in one[1] for end in _ENDS), "logout" in one[1])
    )


async def records(api: httpx.AsyncClient, author: Browser, owner_id: str) -> dict[str, dict[str, Any]]:
    """One record of each kind, as the places of paths want them, by the beginning of the path.

    ``owner_id`` owns the customer and is the CSM of its onboarding; whoever uses ``author`` wrote its
    comment and attached the file.
    """
    customer = await new_customer(api, owner_id=owner_id)
    contact = await new_contact(api, customer)
    onboarding = await new_onboarding(api, customer, csm_id=owner_id)
    task = await new_task(api, onboarding)
    template = await new_template(api, {"title": "Kick off"})
    here = f"/onboardings/{onboarding['display_id']}/comments"
    await author.get(here)
    await author.post(here, {"body": "Hello"})
    listed = f"/onboardings/{onboarding['id']}/comments"
    comment = answered(await api.get(listed))["data"][0]
    sent, file = {"csrf_token": author.csrf}, ("note.txt", b"text")
    await author.client.post(f"/comments/{comment['display_id']}/files", data=sent, files={"file": file})
    comment = answered(await api.get(listed))["data"][0]
    endpoint = await created(
        api, "/webhook_endpoints", {"url": "https://example.com/hook", "event_types": ["*"]}
    )
    of_customer = {
        "customer": f"{customer['display_id']}-{customer['slug']}",
        "contact": contact["display_id"],
    }
    work = {"number": onboarding["display_id"], "task": task["display_id"]}
    return {
        "/customers/{customer}": of_customer,
        "/onboardings/{number}": work,
        "/comments/": {"comment": comment["display_id"], "act": "delete"},
        "/attachments/": {"id": comment["attachments"][0]["id"]},
        "/admin/templates/": {"number": template["display_id"]},
        "/admin/phases/": {"key": "program_design"},
        "/admin/general/": {"group": "rights"},
        "/admin/developer/webhooks/{number}": {"number": endpoint["display_id"]},
    }


def filled(path: str, known: dict[str, dict[str, Any]]) -> tuple[str, bool]:
    """``path`` with records in its places, and whether each place has one."""
    places: dict[str, Any] = next((found for start, found in known.items() if path.startswith(start)), {})
    whole = True
    parts = []
    for part in path.split("/"):
        if part.startswith("{"):
            name = part[1:-1].partition(":")[0]
            whole = whole and name in places
            parts.append(str(places.get(name, "1")))
        else:
            parts.append(part)
    return "/".join(parts), whole


async def answer(browser: Browser, method: str, path: str) -> httpx.Response:
    """What a page answers to a request with nothing in it."""
    return await (browser.get(path) if method == "GET" else browser.post(path))


def test_app_perm_1_every_route_and_operation_stands_in_the_table() -> None:
    assert set(route_access.ROUTES) == set(declared())
    assert set(route_access.OPERATIONS) == {operation.id for operation in OPERATIONS}


async def test_app_perm_1_every_route_answers_each_role_as_the_matrix_says(
    world: World, api: httpx.AsyncClient, enter: Enter
) -> None:
    access = msgspec.convert(_SETTINGS, AccessSettings)
    # Everybody sees the customer; what they may do with it is their role's.
    await set_settings(world, **_SETTINGS, default_access="all_members_and_viewers")
    ana = await new_member(world, "Ana Ruiz", "member")
    people = {
        Role.VIEWER: await new_member(world, "Vic Stone", "viewer"),
        Role.MEMBER: ana,
        Role.ADMIN: await new_member(world, "Ada Wong", "admin"),
        Role.OWNER: world.owner,
    }
    leaver = await new_member(world, "Leo Marsh", "viewer")
    wrong: list[str] = []
    for role, member in people.items():
        browser = await enter(member)
        # Comments are edited by whoever wrote them: the visitor, where their role can write any.
        author = ana if role is Role.VIEWER else member
        known = await records(api, await enter(author), ana.id)
        known["/admin/team/{number}"] = {"number": leaver.display_id}
        for method, route in in_order(list(declared())):
            needed = route_access.ROUTES[method, route]
            path, whole = filled(route, known)
            if needed != "open":
                # The page brings the form token, also after a request that got none; outside the workspace it
                # is another.
                await browser.get("/workspaces" if route.startswith("/workspaces") else "/profile/sessions")
            found = await answer(browser, method, path)
            may = needed in ("open", "signed_in") or may_offer(role, needed, access)
            if found.status_code >= 500 or (found.status_code == 419 and needed != "open"):
                wrong.append(f"{role} {method} {path}: {found.status_code}")
            elif (found.status_code != 403) is not may:
                wrong.append(f"{role} {method} {path}: {found.status_code}, {needed}")
            elif may and whole and method == "GET" and route not in _ASKS and found.status_code == 404:
                wrong.append(f"{role} {method} {path}: not found")
    assert not wrong, "\n".join(wrong)


async def test_app_perm_1_whoever_is_not_signed_in_gets_no_further_than_the_open_pages(enter: Enter) -> None:
    stranger = await enter()
    await stranger.get("/customers")
    stranger.client.cookies.delete("pivotal_session")
    wrong: list[str] = []
    for method, route in declared():
        path, _ = filled(route, {})
        found = await answer(stranger, method, path)
        sent_away = found.status_code == 401 or found.headers.get("location", "").startswith("/login?next=")
        sent_away = sent_away or found.headers.get("location") == "/login"
        if sent_away is (route_access.ROUTES[method, route] == "open"):
            wrong.append(f"{method} {path}: {found.status_code} {found.headers.get('location')}")
    assert not wrong, "\n".join(wrong)


async def test_app_perm_1_every_operation_answers_each_key_as_the_matrix_says(world: World) -> None:
    _, whole = await world.new_key("whole")
    _, reader = await world.new_key("reader", read_only=True)
    for operation in OPERATIONS:
        needed = route_access.OPERATIONS[operation.id]
        is_open = needed == "open"
        assert is_open or may_offer(Role.API_KEY, needed, AccessSettings()), operation.id
        async with world.client(None) as api:
            assert ((await call(api, operation, 999)).status_code != 401) is is_open, operation.id
        async with world.client(whole) as api:
            assert (await call(api, operation, 999)).status_code not in (401, 403), operation.id
        async with world.client(reader) as api:
            refused = await call(api, operation, 999)
            assert (refused.status_code == 403) is operation.writes, operation.id
