"""The notices of the app: an endpoint that is disabled is told of, without a mail server too."""

import re

from pivotal_server.notifications import service_notices as notices
from pivotal_server.unit_of_work import unit_of_work
from tests.support.app import World
from tests.support.browser import Browser
from tests.support.people import new_member
from tests.support.visits import Enter, text_of

PATH = "/notifications"


async def told(world: World, number: int) -> None:
    async with unit_of_work(world.db, world.operator) as uow:
        for count in range(number):
            await notices.tell_managers(
                uow, kind="webhook", title=f"Notice {count} <b>", body="Body", url="/admin/mail"
            )


async def test_owner_and_admins_are_told_and_nobody_else(world: World, enter: Enter) -> None:
    await told(world, 2)
    for name, role, seen in (("Ana", "admin", False), ("Ben", "member", False)):
        browser = await enter(await new_member(world, f"{name} Ruiz", role))
        text = text_of((await browser.get(PATH)).text)
        assert ("Notice 1" in text) is seen, role
    browser = await enter()
    page = (await browser.get(PATH)).text
    assert 'aria-label="2 unread"' in page
    assert "Notice 1 &lt;b&gt;" in page


async def test_a_click_reads_and_opens_and_all_can_be_read(world: World, owner: Browser) -> None:
    await told(world, 3)
    page = (await owner.get(PATH)).text
    first = re.findall(r'href="(/notifications/c\w+)"', page)[0]
    answer = await owner.get(first)
    assert (answer.status_code, answer.headers["location"]) == (303, "/admin/mail")
    assert 'aria-label="2 unread"' in (await owner.get("/customers")).text
    unread = (await owner.get(f"{PATH}?tab=unread")).text
    assert len(re.findall(r'href="/notifications/c\w+"', unread)) == 2
    answer = await owner.post(f"{PATH}/read")
    assert answer.status_code == 303
    page = (await owner.get(f"{PATH}?tab=unread")).text
    assert "You are up to date." in page
    assert " unread" not in page
    assert (await owner.get(f"{PATH}/cxxxxxxxxxxxxxxxxxxxxxxxx")).status_code == 404
    assert (await owner.get(f"{PATH}/nothing")).status_code == 404


async def test_notices_of_others_cannot_be_opened(world: World, enter: Enter) -> None:
    await told(world, 1)
    owner = await enter()
    [path] = re.findall(r'href="(/notifications/c\w+)"', (await owner.get(PATH)).text)
    ben = await enter(await new_member(world, "Ben Ruiz", "admin"))
    assert (await ben.get(path)).status_code == 404
    await ben.get(PATH)
    await ben.post(f"{PATH}/read")
    assert 'aria-label="1 unread"' in (await owner.get(PATH)).text
