"""Admin > Team and joining by an invite, as a browser without scripts sees them."""

import asyncio
import re
from datetime import timedelta

import httpx
import pytest

from pivotal_server.kit import clock
from pivotal_server.members import pages as team_pages
from pivotal_server.members import pages_join as join_pages
from pivotal_server.members import service as members
from tests.support.app import World, new_world
from tests.support.browser import ROUTES, Browser, Browsers
from tests.support.people import entries_of, mail_count, new_member, newest_mail
from tests.support.records import new_contact, new_customer, new_onboarding, new_task, read
from tests.support.visits import faults_of, text_of, value_of

PATH = "/admin/team"
PAGES = [*ROUTES, *team_pages.routes, *join_pages.routes]
ANA = "ana@vml.example"


@pytest.fixture
async def owner(world: World, browsers: Browsers) -> Browser:
    browser = browsers(PAGES)
    await browser.sign_in(world.services, world.workspace.id, world.owner)
    await browser.get(PATH)
    return browser


async def link_of(world: World, email: str = ANA) -> str:
    found = re.search(r"http://localhost:8000(/invite/\w+)", await newest_mail(world, email))
    assert found
    return found[1]


async def invited(owner: Browser, world: World, email: str = ANA, role: str = "member") -> str:
    """The link of an invite just sent."""
    answer = await owner.post(f"{PATH}/invite", {"email": email, "role": role})
    assert answer.status_code == 303, answer.text
    return await link_of(world, email)


async def pending_id(owner: Browser) -> str:
    found = re.search(r'id="invite-(c\w{24})"', (await owner.get(PATH)).text)
    assert found
    return found[1]


async def role_in(world: World, email: str) -> tuple[str, bool]:
    rows = await members.all_members(world.db, world.workspace.id)
    return next((row.role, row.active) for row in rows if row.email == email)


async def joined(browsers: Browsers, link: str, name: str = "Ana Ruiz") -> tuple[Browser, httpx.Response]:
    browser = browsers(PAGES)
    await browser.get(link)
    return browser, await browser.post(link, {"name": name})


# ── Inviting ───────────────────────────────────────────────────────────────────────────────────
async def test_whoever_is_alone_is_told_so(owner: Browser) -> None:
    assert "You are the only one here." in (await owner.get(PATH)).text


async def test_app_inv_6_an_invite_names_workspace_role_sender_and_note(
    world: World, owner: Browser, browsers: Browsers
) -> None:
    fields = {"email": " Ana@VML.example ", "role": "admin", "note": "See you <b>Monday</b>."}
    await owner.post(f"{PATH}/invite", fields)
    link = await link_of(world)
    assert "See you <b>Monday</b>.\n\nJoin with this link" in await newest_mail(world, ANA)
    page = await browsers(PAGES).get(link)
    text = text_of(page.text)
    for words in ("Join VML", "Dana Okafor invites ana@vml.example to the team, as admin", "Your name"):
        assert words in text
    assert "See you &lt;b&gt;Monday&lt;/b&gt;." in page.text
    assert page.headers["referrer-policy"] == "no-referrer"
    listed = text_of((await owner.get(PATH)).text)
    assert "Pending invites" in listed
    assert "ana@vml.example" in listed


async def test_app_inv_6_joining_asks_for_a_name_signs_in_and_works_once(
    world: World, owner: Browser, browsers: Browsers
) -> None:
    link = await invited(owner, world)
    browser = browsers(PAGES)
    await browser.get(link)
    refused = await browser.post(link, {"name": " "})
    assert (refused.status_code, "Enter your name." in refused.text) == (422, True)
    long = await browser.post(link, {"name": "x" * 81})
    assert "Enter at most 80 characters." in long.text
    assert 'value="' + "x" * 81 in long.text
    answer = await browser.post(link, {"name": "Ana Ruiz"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert (await browser.get("/profile/sessions")).status_code == 200
    assert await role_in(world, ANA) == ("member", True)
    again = await browsers(PAGES).get(link)
    assert (again.status_code, "This invite has been used." in again.text) == (410, True)
    assert "VML" not in text_of(again.text)
    entries = (await entries_of(world, "member."))[-2:]
    assert [entry.event for entry in entries] == ["member.joined", "member.signed_in"]
    assert entries[0].target_id == entries[1].target_id


async def test_two_who_open_an_invite_at_once_make_one_member(
    world: World, owner: Browser, browsers: Browsers
) -> None:
    link = await invited(owner, world)
    opened = [browsers(PAGES) for _ in range(4)]
    for browser in opened:
        await browser.get(link)
    answers = await asyncio.gather(*(browser.post(link, {"name": "Ana Ruiz"}) for browser in opened))
    assert sorted(answer.status_code for answer in answers) == [303, 410, 410, 410]
    assert len(await members.all_members(world.db, world.workspace.id)) == 2


async def test_app_inv_5_resend_voids_the_older_link_and_lives_anew(
    world: World, owner: Browser, browsers: Browsers
) -> None:
    first = await invited(owner, world)
    with clock.travel(timedelta(days=6)):
        await owner.post(f"{PATH}/invites/{await pending_id(owner)}/resend")
        second = await link_of(world)
        assert (await browsers(PAGES).get(first)).status_code == 404
    with clock.travel(timedelta(days=12)):
        assert (await browsers(PAGES).get(second)).status_code == 200
    with clock.travel(timedelta(days=13, seconds=1)):
        old = await browsers(PAGES).get(second)
        assert (old.status_code, "This invite is too old." in old.text) == (410, True)
        assert "VML" not in text_of(old.text)


async def test_app_inv_5_a_revoked_link_is_not_found_and_the_address_is_free(
    world: World, owner: Browser, browsers: Browsers
) -> None:
    link = await invited(owner, world)
    id = await pending_id(owner)
    assert "ana@vml.example" in (await owner.get(f"{PATH}/invites/{id}/revoke")).text
    await owner.post(f"{PATH}/invites/{id}/revoke")
    for path in (link, "/invite/" + "x" * 43, "/invite/x"):
        assert (await browsers(PAGES).get(path)).status_code == 404
    assert (await owner.post(f"{PATH}/invites/{id}/resend")).status_code == 404
    await invited(owner, world)


async def test_app_inv_5_the_role_of_an_invite_changes_without_mail(
    world: World, owner: Browser, browsers: Browsers
) -> None:
    link = await invited(owner, world)
    mails = await mail_count(world)
    await owner.post(f"{PATH}/invites/{await pending_id(owner)}/role", {"role": "viewer"})
    assert await mail_count(world) == mails
    await joined(browsers, link)
    assert (await role_in(world, ANA))[0] == "viewer"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"email": "nobody@"}, "Enter an e-mail address"),
        ({"email": "dana@vml.example"}, "Dana@vml.example belongs to the team already."),
        ({"email": "x@vml.example", "role": "owner"}, "Choose one of the roles."),
        ({"email": "x@vml.example", "note": "x" * 501}, "Enter at most 500 characters."),
    ],
)
async def test_app_ui_2_a_faulty_invite_keeps_what_was_typed(
    world: World, owner: Browser, fields: dict[str, str], words: str
) -> None:
    answer = await owner.post(f"{PATH}/invite", {"role": "admin", **fields})
    assert answer.status_code in {409, 422}
    assert words.lower() in answer.text.lower()
    assert f'value="{fields["email"]}"' in answer.text
    assert fields.get("note", "") in answer.text
    assert await mail_count(world) == 0


async def test_an_address_is_invited_once(world: World, owner: Browser) -> None:
    await invited(owner, world)
    answer = await owner.post(f"{PATH}/invite", {"email": ANA.upper(), "role": "member"})
    assert (answer.status_code, "has been invited already" in answer.text) == (409, True)


async def test_app_inv_3_a_batch_passes_over_who_is_known(world: World, owner: Browser) -> None:
    await invited(owner, world)
    text = f"{ANA}, dana@vml.example; ben@vml.example\nben@vml.example lea@vml.example"
    shown = await owner.post(f"{PATH}/invite-many/check", {"emails": text}, htmx=True)
    assert text_of(shown.text).count("In the team") == 1
    assert "2 to invite" in shown.text
    answer = await owner.post(f"{PATH}/invite-many", {"emails": text, "role": "viewer"})
    assert answer.status_code == 303
    assert await mail_count(world) == 3
    for email in ("ben@vml.example", "lea@vml.example"):
        assert "as viewer" in text_of((await owner.get(await link_of(world, email))).text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ben@vml.example nobody@", "Correct or remove the addresses named below."),
        (" ".join(f"p{n}@vml.example" for n in range(51)), "Enter at most 50 addresses; these are 51."),
        ("dana@vml.example", "Enter an address that is not in the team yet."),
        ("", "Enter an address that is not in the team yet."),
    ],
)
async def test_app_inv_3_a_faulty_batch_sends_nothing_and_keeps_its_text(
    world: World, owner: Browser, text: str, words: str
) -> None:
    answer = await owner.post(f"{PATH}/invite-many", {"emails": text, "role": "member"})
    assert answer.status_code == 422
    assert words in answer.text
    assert f">{text}</textarea>" in answer.text
    assert await mail_count(world) == 0


# ── Who may ────────────────────────────────────────────────────────────────────────────────────
async def test_app_ui_5_only_managers_manage_the_team(
    world: World, owner: Browser, browsers: Browsers
) -> None:
    await invited(owner, world)
    id = await pending_id(owner)
    for role in ("member", "viewer"):
        browser = browsers(PAGES)
        person = await new_member(world, f"{role.title()} Person", role)
        await browser.sign_in(world.services, world.workspace.id, person)
        await browser.get("/profile/sessions")
        for path in (PATH, f"{PATH}/invite", f"{PATH}/1/role", f"{PATH}/invites/{id}/role"):
            assert (await browser.get(path)).status_code == 403, path
        for path in (f"{PATH}/invite", f"{PATH}/invites/{id}/revoke", f"{PATH}/1/deactivate"):
            assert (await browser.post(path, {"email": "x@vml.example"})).status_code == 403, path


async def test_app_perm_2_nobody_changes_their_own_place_or_the_owner(
    world: World, owner: Browser, browsers: Browsers
) -> None:
    admin = await new_member(world, "Ana Ruiz", "admin")
    browser = browsers(PAGES)
    await browser.sign_in(world.services, world.workspace.id, admin)
    await browser.get(PATH)
    own, top = f"{PATH}/{admin.display_id}", f"{PATH}/{world.owner.display_id}"
    for path in (f"{own}/role", f"{own}/deactivate", f"{top}/role", f"{top}/deactivate"):
        answer = await browser.post(path, {"role": "viewer"})
        assert answer.status_code == 403, path
    assert await role_in(world, ANA) == ("admin", True)
    assert await role_in(world, "dana@vml.example") == ("owner", True)
    assert (await browser.post(f"{top}/role", {"role": "owner"})).status_code == 422


async def test_people_and_invites_of_another_workspace_are_not_there(world: World, owner: Browser) -> None:
    other = await new_world(world.services, "Acme", "acme")
    for _ in range(3):
        await new_member(other, f"Person {_}", "member", email=f"p{_}@acme.example")
    for path in (f"{PATH}/4/role", f"{PATH}/4/deactivate", f"{PATH}/x/role", f"{PATH}/invites/x/role"):
        assert (await owner.get(path)).status_code == 404, path
    assert "acme" not in (await owner.get(PATH)).text


async def test_an_invite_link_is_shown_to_managers_unless_it_opens_more_than_theirs(
    world: World, owner: Browser, browsers: Browsers
) -> None:
    await invited(owner, world)
    link = await link_of(world)
    admin = await new_member(world, "Lea Moreau", "admin")
    browser = browsers(PAGES)
    await browser.sign_in(world.services, world.workspace.id, admin)
    assert link in (await browser.get("/admin/mail/1")).text
    other = await new_world(world.services, "Acme", "acme")
    await new_member(other, "Ana Ruiz", "member", email=ANA)
    for reader in (browser, owner):
        assert link not in (await reader.get("/admin/mail/1")).text


# ── Roles and leaving ──────────────────────────────────────────────────────────────────────────
async def test_app_auth_7_a_role_acts_on_the_next_request(
    world: World, owner: Browser, browsers: Browsers
) -> None:
    ana = await new_member(world, "Ana Ruiz", "admin")
    browser = browsers(PAGES)
    await browser.sign_in(world.services, world.workspace.id, ana)
    assert (await browser.get(PATH)).status_code == 200
    await owner.post(f"{PATH}/{ana.display_id}/role", {"role": "member"})
    assert (await browser.get(PATH)).status_code == 403
    [entry] = await entries_of(world, "member.role_changed")
    assert entry.diff == {"role": ("admin", "member")}


async def test_app_perm_4_the_work_of_who_leaves_goes_to_others(
    world: World, owner: Browser, browsers: Browsers, api: httpx.AsyncClient
) -> None:
    ana = await new_member(world, "Ana Ruiz", "member")
    lea = await new_member(world, "Lea Moreau", "member")
    customer = await new_customer(api, owner_id=ana.id)
    await new_contact(api, customer)
    onboarding = await new_onboarding(api, customer, csm_id=ana.id, se_id=ana.id, designer_id=lea.id)
    task = await new_task(api, onboarding, assignee_id=ana.id)
    browser = browsers(PAGES)
    await browser.sign_in(world.services, world.workspace.id, ana)

    path = f"{PATH}/{ana.display_id}/deactivate"
    form = text_of((await owner.get(path)).text)
    for words in ("takes over 1 customer owned", "1 open onboarding worked on", "takes over 1 open task"):
        assert words in form
    refused = await owner.post(path, {"customers": ana.display_id, "onboardings": "1", "tasks": ""})
    assert (refused.status_code, "Choose an active member" in refused.text) == (422, True)
    assert await role_in(world, ANA) == ("member", True)

    fields = {"customers": world.owner.display_id, "onboardings": lea.display_id, "tasks": ""}
    assert (await owner.post(path, fields)).status_code == 303
    assert (await read(api, customer))["owner_id"] == world.owner.id
    now = await read(api, onboarding)
    assert (now["csm_id"], now["se_id"], now["designer_id"]) == (lea.id, lea.id, lea.id)
    assert (await read(api, task))["assignee_id"] is None
    assert (await browser.get("/profile/sessions")).status_code == 303
    listed = text_of((await owner.get(PATH)).text)
    assert listed.index("Deactivated") < listed.index("Ana Ruiz")

    await owner.post(f"{PATH}/{ana.display_id}/reactivate")
    assert await role_in(world, ANA) == ("member", True)
    assert (await read(api, customer))["owner_id"] == world.owner.id
    names = [entry.event for entry in await entries_of(world, "member.")]
    assert names[-2:] == ["member.deactivated", "member.reactivated"]


async def test_app_perm_3_a_viewer_keeps_no_work(
    world: World, owner: Browser, api: httpx.AsyncClient
) -> None:
    ana = await new_member(world, "Ana Ruiz", "member")
    customer = await new_customer(api, owner_id=ana.id)
    path = f"{PATH}/{ana.display_id}/role"
    assert "Viewers have no work of their own" in (await owner.get(path)).text
    assert (await owner.post(path, {"role": "viewer"})).status_code == 422
    assert (await owner.post(path, {"role": "admin"})).status_code == 303
    assert (await read(api, customer))["owner_id"] == ana.id
    await owner.post(path, {"role": "viewer", "customers": "1"})
    assert (await role_in(world, ANA))[0] == "viewer"
    assert (await read(api, customer))["owner_id"] == world.owner.id


async def test_whoever_was_deactivated_joins_again_by_an_invite(
    world: World, owner: Browser, browsers: Browsers
) -> None:
    ana = await new_member(world, "Ana Ruiz", "member")
    await owner.post(f"{PATH}/{ana.display_id}/deactivate")
    link = await invited(owner, world, role="viewer")
    assert "Your name" not in (await browsers(PAGES).get(link)).text
    _, answer = await joined(browsers, link, name="")
    assert answer.status_code == 303
    assert await role_in(world, ANA) == ("viewer", True)
    assert len(await members.all_members(world.db, world.workspace.id)) == 2


# ── Team and capacity ────────────────────────────────────────────────────────────────────────────
async def test_app_perm_6_a_member_has_a_team_and_a_capacity(world: World, owner: Browser) -> None:
    ana = await new_member(world, "Ana Ruiz", "member")
    assert "Ana Ruiz ana@vml.example Member – 10 Never" in text_of((await owner.get(PATH)).text)
    form = f"{PATH}/{ana.display_id}/place"
    assert value_of((await owner.get(form)).text, "capacity") == "10"
    await owner.post(form, {"team": " Enterprise  ", "capacity": "4"})
    await owner.post(form, {"team": "Enterprise", "capacity": "4"})
    assert "Member Enterprise 4 Never" in text_of((await owner.get(PATH)).text)
    assert '<option value="Enterprise">' in (await owner.get(f"{PATH}/1/place")).text
    await owner.post(form, {"team": "", "capacity": ""})
    assert "Member – 10 Never" in text_of((await owner.get(PATH)).text)
    written = await entries_of(world, "member.updated")
    assert [dict(entry.diff) for entry in written] == [
        {"team": (None, "Enterprise"), "capacity": (10, 4)},
        {"team": ("Enterprise", None), "capacity": (4, 10)},
    ]


@pytest.mark.parametrize(
    ("values", "field", "message"),
    [
        ({"team": "x" * 41, "capacity": "5"}, "team", "Use at most 40 characters, on one line."),
        ({"team": "East", "capacity": "0"}, "capacity", "Enter a whole number from 1 to 1,000."),
        ({"team": "East", "capacity": "1001"}, "capacity", "Enter a whole number from 1 to 1,000."),
        ({"team": "East", "capacity": "a lot"}, "capacity", "Enter a whole number from 1 to 1,000."),
    ],
)
async def test_a_bad_team_or_capacity_is_refused_with_what_was_typed(
    world: World, owner: Browser, values: dict[str, str], field: str, message: str
) -> None:
    answer = await owner.post(f"{PATH}/1/place", values)
    assert answer.status_code == 422
    assert faults_of(answer.text) == {field: message}
    assert {name: value_of(answer.text, name) for name in values} == values
    assert await entries_of(world, "member.updated") == []


async def test_a_member_who_is_nobody_has_no_place(owner: Browser) -> None:
    assert (await owner.get(f"{PATH}/99/place")).status_code == 404
    assert (await owner.post(f"{PATH}/99/place", {"team": "", "capacity": ""})).status_code == 404
