"""The profile: who one is, how the app looks, what one is told of, and a new address."""

import re
from datetime import timedelta

import httpx
import pytest

from pivotal_server.activity.entries import Change
from pivotal_server.kit import clock
from pivotal_server.kit.errors import ApiError
from pivotal_server.members import service as members
from pivotal_server.notifications import preferences
from pivotal_server.notifications import service_notices as notices
from pivotal_server.unit_of_work import unit_of_work
from tests.support.app import World
from tests.support.browser import Browser
from tests.support.people import entries_of, mail_count, new_member, newest_mail
from tests.support.records import new_customer, new_onboarding, new_task
from tests.support.visits import Enter, faults_of, text_of, value_of

PATH = "/profile"
NEW = "dana@new.example"


async def save(browser: Browser, group: str, **values: str) -> httpx.Response:
    """Send a form of the profile as it is shown, with these fields changed."""
    html = (await browser.get(PATH if group == "me" else f"{PATH}/preferences")).text
    shown = {name: value_of(html, f"was_{name}") for name in re.findall(r'name="was_(\w+)"', html)}
    fields = {f"was_{name}": value for name, value in shown.items()}
    sent = {name: value for name, value in {**shown, **values}.items() if value}
    return await browser.post(f"{PATH}/save/{group}", fields | sent)


async def link_of(world: World, email: str = NEW) -> str:
    """The link in the newest mail to an address."""
    found = re.search(r"http://localhost:8000(/profile/address/\w+)", await newest_mail(world, email))
    assert found
    return found[1]


async def ask(browser: Browser, email: str = NEW) -> httpx.Response:
    """Ask for another address."""
    await browser.get(PATH)
    return await browser.post(f"{PATH}/address", {"email": email})


async def titles(world: World, member_id: str) -> list[str]:
    """What a member was told, newest first."""
    return [row.title for row in await notices.list_for_member(world.db, world.workspace.id, member_id)]


# ── Me and preferences ───────────────────────────────────────────────────────────────────────────
async def test_name_zone_and_look_are_saved_with_one_entry_each(world: World, owner: Browser) -> None:
    assert (await save(owner, "me", name=" Dana Okafor-Lind ", time_zone="Europe/Berlin")).status_code == 303
    answer = await save(owner, "look", theme="dark", density="compact", shortcuts="")
    assert answer.status_code == 303
    assert "pivotal_theme=dark" in answer.headers["set-cookie"]
    await save(owner, "look")
    html = (await owner.get("/customers")).text
    assert "Dana Okafor-Lind" in text_of(html)
    for mark in ('data-theme="dark"', 'data-density="compact"', 'data-shortcuts="off"'):
        assert mark in html
    await save(owner, "look", density="comfortable", shortcuts="yes")
    html = (await owner.get("/customers")).text
    assert "data-density" not in html
    assert "data-shortcuts" not in html
    written = await entries_of(world, "member.updated")
    assert [dict(entry.diff) for entry in written] == [
        {"name": ("Dana Okafor", "Dana Okafor-Lind"), "time_zone": ("", "Europe/Berlin")},
        {"theme": ("system", "dark"), "density": ("comfortable", "compact"), "shortcuts": (True, False)},
        {"density": ("compact", "comfortable"), "shortcuts": (False, True)},
    ]


@pytest.mark.parametrize(
    ("group", "field", "typed", "message"),
    [
        ("me", "name", " ", "Enter your name."),
        ("me", "name", "x" * 81, "Use at most 80 characters."),
        ("me", "time_zone", "Mars", "Choose a time zone of the list, such as Europe/Berlin."),
        ("look", "theme", "pink", "Choose one of the themes."),
        ("look", "density", "tiny", "Choose one of them."),
    ],
)
async def test_app_ui_2_a_bad_value_is_said_beside_its_field(
    world: World, owner: Browser, group: str, field: str, typed: str, message: str
) -> None:
    answer = await save(owner, group, **{field: typed})
    assert answer.status_code == 422
    assert faults_of(answer.text) == {field: message}
    if group == "me":
        assert value_of(answer.text, field) == typed
    assert await entries_of(world, "member.updated") == []


async def test_app_ui_3_what_another_tab_has_saved_is_shown_first(owner: Browser) -> None:
    await save(owner, "me", name="Theirs")
    fields = {"was_name": "Dana Okafor", "name": "Mine", "was_time_zone": "", "time_zone": ""}
    answer = await owner.post(f"{PATH}/save/me", fields)
    assert answer.status_code == 409
    assert "Theirs" in answer.text
    assert value_of(answer.text, "name") == "Mine"


# ── Address ──────────────────────────────────────────────────────────────────────────────────────
async def test_a_new_address_is_taken_over_by_the_button_behind_the_link_and_once(
    world: World, owner: Browser, enter: Enter
) -> None:
    assert (await ask(owner, " Dana@NEW.example")).status_code == 303
    link = await link_of(world)
    for _ in range(2):
        page = await owner.get(link)
        assert NEW in text_of(page.text)
        assert page.headers["referrer-policy"] == "no-referrer"
    assert (await members.owner(world.db, world.workspace.id) or world.owner).email == "dana@vml.example"
    stranger = await enter(await new_member(world, "Ana Ruiz", "member"))
    stranger.client.cookies.clear()
    await stranger.get(link)
    assert "You now sign in with" in text_of((await stranger.post(link)).text)
    owner_now = await members.owner(world.db, world.workspace.id)
    assert owner_now is not None
    assert owner_now.email == NEW
    assert "now signs in to Pivotal with dana@new.example" in await newest_mail(world, "dana@vml.example")
    assert (await owner.get(link)).status_code == 404
    assert (await owner.get(PATH)).status_code == 200
    [entry] = await entries_of(world, "member.updated")
    assert dict(entry.diff) == {"email": ("dana@vml.example", NEW)}


async def test_an_address_in_use_or_malformed_is_refused(world: World, owner: Browser) -> None:
    ana = await new_member(world, "Ana Ruiz", "member")
    for typed, status, message in (
        (ana.email, 409, "Another person uses this address."),
        ("nobody", 422, "Enter an e-mail address, such as ana@example.com."),
    ):
        answer = await ask(owner, typed)
        assert answer.status_code == status
        assert faults_of(answer.text) == {"email": message}
        assert value_of(answer.text, "email") == typed
    await ask(owner)
    link = await link_of(world)
    await new_member(world, "Late Person", "member", email=NEW)
    await owner.get(link)
    answer = await owner.post(link)
    assert answer.status_code == 409
    assert "Another person uses this address." in answer.text


async def test_only_the_newest_link_counts_and_only_for_a_day(
    world: World, owner: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ask(owner)
    first = await link_of(world)
    await ask(owner, "second@new.example")
    second = await link_of(world, "second@new.example")
    await owner.get(first)
    assert (await owner.post(first)).status_code == 404
    later = clock.now() + timedelta(hours=24)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert (await owner.get(second)).status_code == 404


async def test_mails_to_new_addresses_are_few(world: World, owner: Browser) -> None:
    for number in range(5):
        assert (await ask(owner, f"dana{number}@new.example")).status_code == 303
    sent = await mail_count(world)
    answer = await ask(owner)
    assert faults_of(answer.text) == {"email": "Wait a few minutes before asking for another link."}
    assert await mail_count(world) == sent


# ── Notifications ────────────────────────────────────────────────────────────────────────────────
async def test_the_bell_obeys_and_what_is_held_back_is_in_the_stream(
    api: httpx.AsyncClient, world: World, enter: Enter
) -> None:
    ana = await new_member(world, "Ana Ruiz", "member")
    browser = await enter(ana)
    await browser.get(f"{PATH}/notifications")
    wanted = [kind for kind in preferences.BELL if kind != "task_assigned"]
    answer = await browser.post(f"{PATH}/notifications", {"bell": wanted, "mail": list(preferences.MAIL)})
    assert answer.status_code == 303
    onboarding = await new_onboarding(api, await new_customer(api), csm_id=ana.id)
    before = await titles(world, ana.id)
    assert before
    await new_task(api, onboarding, assignee_id=ana.id)
    assert await titles(world, ana.id) == before
    [skipped] = await entries_of(world, "notification.skipped")
    assert skipped.reason == "muted"
    html = (await browser.get(f"{PATH}/notifications")).text
    box = re.search(r'<input[^>]*name="bell" value="task_assigned"[^>]*>', html)
    assert box is not None
    assert "checked" not in box[0]
    [entry] = await entries_of(world, "member.updated")
    assert dict(entry.diff) == {"notices.bell_off": ([], ["task_assigned"])}


async def test_what_one_can_do_without_is_a_list(world: World) -> None:
    async with unit_of_work(world.db, world.operator) as uow:
        await preferences.set_preferences(
            uow, world.owner.id, 1, bell_off=["reminder"], mail_off=["bulk_finished"]
        )
        await notices.tell(uow, [world.owner.id], kind="reminder", title="Tasks", body="", url="/")
        await notices.tell(uow, [world.owner.id], kind="limit_near", title="Full", body="", url="/")
    assert await titles(world, world.owner.id) == ["Full"]
    db, org = world.db, world.workspace.id
    assert not await preferences.wanted_by_mail(db, org, world.owner.id, "bulk_finished")
    assert await preferences.wanted_by_mail(db, org, world.owner.id, "reminder")
    assert await preferences.unwanted(db, "another", [world.owner.id], "reminder") == set()
    for field in ("bell_off", "mail_off"):
        kinds: dict[str, list[str]] = {"bell_off": [], "mail_off": []}
        kinds[field] = ["mention"]
        with pytest.raises(ApiError) as refused:
            async with unit_of_work(world.db, world.operator) as uow:
                await preferences.set_preferences(uow, world.owner.id, 1, **kinds)
        assert (refused.value.field, refused.value.code.code) == (field, "invalid_enum_value")
    [entry] = await entries_of(world, "member.updated")
    assert [Change(name, *pair) for name, pair in entry.diff.items()] == [
        Change("notices.bell_off", [], ["reminder"]),
        Change("notices.mail_off", [], ["bulk_finished"]),
    ]


async def test_every_tab_is_for_everybody_who_is_signed_in(world: World, enter: Enter) -> None:
    vera = await enter(await new_member(world, "Vera Holm", "viewer"))
    for path in (PATH, f"{PATH}/preferences", f"{PATH}/notifications", f"{PATH}/sessions"):
        html = (await vera.get(path)).text
        assert re.search(rf'href="{path}" aria-current="page"', html)
