"""What the page of a fault says of the change that was asked for."""

import pytest
from starlette.responses import Response
from starlette.routing import Route
from structlog.testing import capture_logs

from pivotal_server.db.errors import Unavailable
from pivotal_server.errors_catalogue import NAME_TAKEN
from pivotal_server.members import service as members
from pivotal_server.web.session import Visit, page
from tests.support.app import World
from tests.support.browser import ROUTES, Browser, Browsers
from tests.support.people import entries_of
from tests.support.visits import text_of


@page("customers")
async def saving(visit: Visit) -> Response:
    """Changes the theme of a person, and fails where the form says so."""
    at = visit.fields.text("fails") or visit.request.query_params["fails"]
    assert visit.actor.id is not None
    if at == "refused":
        raise NAME_TAKEN(name="ci")
    async with visit.work() as uow:
        await members.set_theme(
            uow, visit.session.person_id, ("member", visit.actor.id, None), "light", "dark"
        )
        if at == "work":
            raise RuntimeError("secret detail of the fault")
        if at == "work away":
            raise Unavailable("no answer from 10.0.0.7")

        async def lost() -> None:
            raise Unavailable("the commit failed")

        if at == "commit":
            uow.at_end(lost)
    if at == "refused later":
        raise NAME_TAKEN(name="ci")
    if at == "away later":
        raise Unavailable("no answer from 10.0.0.7")
    raise RuntimeError("secret detail of the fault")


@pytest.fixture
async def browser(world: World, browsers: Browsers) -> Browser:
    """The owner's browser, on the page of these tests."""
    found = browsers([*ROUTES, Route("/saving", saving, methods=["GET", "POST"])])
    await found.sign_in(world.services, world.workspace.id, world.owner)
    await found.get("/profile/sessions")
    return found


@pytest.mark.parametrize(
    ("at", "status", "said"),
    [
        ("work", 500, "Nothing was changed."),
        ("work away", 503, "Nothing was changed. Try again shortly."),
        (
            "commit",
            503,
            "It is not known whether your change was saved. Reload and look before you send it again.",
        ),
        ("answer", 500, "Your change was saved, but this answer could not be made. Reload to see it."),
        ("away later", 503, "Your change was saved, but this answer could not be made. Reload to see it."),
        ("refused later", 409, "What came before this was saved. Reload to see it."),
    ],
)
async def test_app_ui_6_a_fault_says_what_became_of_the_change(
    browser: Browser, world: World, at: str, status: int, said: str
) -> None:
    for htmx in (False, True):
        with capture_logs():
            answer = await browser.post("/saving", {"fails": at}, htmx=htmx)
        assert answer.status_code == status
        assert said in text_of(answer.text)
        assert ("Nothing was changed" in answer.text) is said.startswith("Nothing")
        assert ("Try again" in text_of(answer.text)) is said.startswith("Nothing")
    saved = await entries_of(world, "member.updated")
    assert bool(saved) is (at in ("answer", "away later", "refused later"))


async def test_a_fault_of_reading_says_nothing_about_changes(browser: Browser) -> None:
    with capture_logs():
        for at in ("work", "work away", "refused"):
            assert "changed" not in (await browser.get(f"/saving?fails={at}")).text
