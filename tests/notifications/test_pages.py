"""Admin > Mail: who sees what, in which order."""

import re

import pytest

from pivotal_server.auth import signing_in
from pivotal_server.auth.signing_in import Client
from pivotal_server.auth.tokens import new_token
from pivotal_server.kit.crypto import CannotOpen
from pivotal_server.members.service import MemberRow
from pivotal_server.notifications import repository
from pivotal_server.notifications import service as notifications
from pivotal_server.unit_of_work import unit_of_work
from pivotal_server.workspaces import service as workspaces
from tests.support.app import World, new_world
from tests.support.browser import Browser, Browsers
from tests.support.people import new_member, newest_mail

PATH = "/admin/mail"
NOT_SHOWN = "This mail holds a sign-in link"


async def ask(world: World, email: str) -> None:
    await signing_in.request_link(world.services, email, client=Client("203.0.113.9"), browser=new_token())


async def keep(world: World, subject: str, kind: str = "notice", body: str = "Hello") -> int:
    async with unit_of_work(world.db, world.operator) as uow:
        return await notifications.keep_mail(
            uow, world.services.box, kind=kind, recipient="ana@vml.example", subject=subject, body=body
        )


async def signed_in(world: World, browsers: Browsers, member: MemberRow) -> Browser:
    browser = browsers()
    await browser.sign_in(world.services, world.workspace.id, member)
    return browser


async def test_an_empty_list_says_what_it_will_hold(dana: Browser) -> None:
    assert "Mail sent by Pivotal appears here." in (await dana.get(PATH)).text


async def test_app_auth_8_kept_mail_is_listed_and_opened(world: World, dana: Browser) -> None:
    await ask(world, "dana@vml.example")
    page = (await dana.get(PATH)).text
    for words in ("dana@vml.example", "Sign in to VML", "Kept: no mail server is configured"):
        assert words in page
    opened = (await dana.get(f"{PATH}/1")).text
    found = re.search(
        r'<a class="text-link" href="http://localhost:8000(/login/confirm\?token=\w+)">', opened
    )
    assert found
    assert found[1] in await newest_mail(world, "dana@vml.example")


async def test_app_ui_5_only_managers_see_mail(world: World, browsers: Browsers) -> None:
    await keep(world, "Hello")
    for role in ("member", "viewer"):
        someone = await new_member(world, f"{role.capitalize()} Ruiz", role)
        browser = await signed_in(world, browsers, someone)
        assert (await browser.get(PATH)).status_code == 403
        assert (await browser.get(f"{PATH}/1")).status_code == 403


async def test_an_admin_cannot_read_the_sign_in_mail_of_the_owner(world: World, browsers: Browsers) -> None:
    ana = await new_member(world, "Ana Ruiz", "admin")
    await ask(world, world.owner.email)
    await ask(world, ana.email)
    await keep(world, "Plain news", body="Anybody in Admin may read this.")
    browser = await signed_in(world, browsers, ana)
    of_owner = (await browser.get(f"{PATH}/1")).text
    assert NOT_SHOWN in of_owner
    assert "token=" not in of_owner
    assert "Your code" not in of_owner
    assert "token=" in (await browser.get(f"{PATH}/2")).text
    assert "Anybody in Admin may read this." in (await browser.get(f"{PATH}/3")).text


async def test_the_owner_reads_sign_in_mail_of_members_who_belong_here_alone(
    world: World, dana: Browser
) -> None:
    ana = await new_member(world, "Ana Ruiz", "member")
    await ask(world, ana.email)
    assert "token=" in (await dana.get(f"{PATH}/1")).text
    await workspaces.create_workspace(
        world.db, name="Acme", slug="acme", owner_email=ana.email, owner_name="Ana Ruiz"
    )
    assert NOT_SHOWN in (await dana.get(f"{PATH}/1")).text


async def test_mail_of_another_workspace_is_not_there(world: World, dana: Browser) -> None:
    other = await new_world(world.services, "Acme", "acme")
    for number in range(3):
        await keep(other, f"theirs {number}")
    await keep(world, "ours")
    assert "theirs" not in (await dana.get(PATH)).text
    assert "ours" in (await dana.get(f"{PATH}/1")).text
    assert (await dana.get(f"{PATH}/2")).status_code == 404


async def test_a_mail_that_is_not_there(dana: Browser) -> None:
    for number in ("1", "0", "-1", "x", "%00", "9" * 30, "c" * 25):
        assert (await dana.get(f"{PATH}/{number}")).status_code == 404


async def test_app_ui_11_mail_comes_in_pages_newest_first(world: World, dana: Browser) -> None:
    async with unit_of_work(world.db, world.operator) as uow:
        for number in range(1, 122):
            await notifications.keep_mail(
                uow,
                world.services.box,
                kind="notice",
                recipient="a@b.example",
                subject=f"No. {number}.",
                body="",
            )

    async def shown(path: str) -> tuple[list[int], dict[str, str]]:
        page = (await dana.get(path)).text
        links = dict(re.findall(r'href="(/admin/mail\?[^"]+)"[^>]*rel="(\w+)"', page))
        numbers = [int(number) for number in re.findall(r">No\. (\d+)\.<", page)]
        return numbers, {rel: url for url, rel in links.items()}

    first, beside = await shown(PATH)
    assert (first, set(beside)) == (list(range(121, 71, -1)), {"next"})
    second, beside = await shown(beside["next"])
    assert (second, set(beside)) == (list(range(71, 21, -1)), {"next", "prev"})
    last, beside_last = await shown(beside["next"])
    assert (last, set(beside_last)) == (list(range(21, 0, -1)), {"prev"})
    assert (await shown(beside_last["prev"]))[0] == second
    back, beside_first = await shown(beside["prev"])
    assert (back, set(beside_first)) == (first, {"next"})


async def test_only_links_to_this_server_can_be_followed(world: World, dana: Browser) -> None:
    lines = [
        "http://localhost:8000/login/confirm?token=x",
        "http://localhost:8000.evil.example/",
        "javascript:alert(1)",
        "<b>bold</b>",
    ]
    await keep(world, "<i>Subject</i>", body="\n".join(lines))
    page = (await dana.get(f"{PATH}/1")).text
    assert re.findall(r'class="text-link" href="([^"]+)"', page) == [PATH, lines[0]]
    assert "<b>" not in page
    assert "<i>" not in page


async def test_a_body_is_sealed_for_its_own_mail(world: World) -> None:
    await keep(world, "one")
    row = await repository.by_number(world.db, world.workspace.id, 1)
    assert row is not None
    assert "Hello" not in row.body_encrypted
    with pytest.raises(CannotOpen):
        world.services.box.open(row.body_encrypted, f"mail {world.workspace.id} another")
