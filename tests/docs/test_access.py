"""Docs that are not public, the address for help, and the links to assistants."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

import pytest

from pivotal_server.api_keys.service import revoke_key
from pivotal_server.config import BadSetting, load
from pivotal_server.docs import pages, pages_feedback
from pivotal_server.docs.library import Library
from pivotal_server.unit_of_work import unit_of_work
from tests.support.app import World
from tests.support.browser import ROUTES, Browser, page_app

QUICKSTART = "/docs/api/welcome/quickstart"
SEARCHED = ("/docs", QUICKSTART, "/docs/none", "/docs/search?q=key", "/docs/search.json?q=key")
FOR_PROGRAMS = (f"{QUICKSTART}.md", "/llms.txt", "/llms-full.txt", f"{QUICKSTART}/llms.txt")
VOTE = f"/docs/feedback?page={QUICKSTART}&helpful=no"

Open = Callable[..., Browser]


@pytest.fixture
def opened(books: Library, world: World, monkeypatch: pytest.MonkeyPatch) -> Open:
    """A browser in front of a server with these settings."""
    monkeypatch.setattr(pages, "library", lambda: books)

    def open_browser(**settings: Any) -> Browser:
        services = replace(world.services, config=replace(world.services.config, **settings))
        return Browser(page_app(services, [*ROUTES, *pages_feedback.routes, *pages.routes]))

    return open_browser


async def test_docs_that_are_not_public_ask_readers_to_sign_in(opened: Open, world: World) -> None:
    reader = opened(docs_public=False)
    for path in (*SEARCHED, VOTE):
        answer = await reader.get(path)
        assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/login"), path
    assert "Quickstart" not in (await reader.get(QUICKSTART)).text
    assert (await reader.get(QUICKSTART)).headers["location"] == f"/login?next={QUICKSTART}"
    await reader.sign_in(world.services, world.workspace.id, world.owner)
    page = await reader.get(QUICKSTART)
    assert page.status_code == 200
    assert page.headers["cache-control"] == "private, no-cache"
    assert (await reader.get("/docs/none")).status_code == 404
    await reader.get(VOTE)
    said = await reader.post("/docs/feedback", {"page": QUICKSTART, "helpful": "no", "comment": "Hm"})
    assert said.status_code == 200


async def test_programs_read_them_with_an_api_key(opened: Open, world: World) -> None:
    reader = opened(docs_public=False)
    key, text = await world.new_key("agent", read_only=True)
    for path in FOR_PROGRAMS:
        refused = await reader.get(path)
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer"), path
        assert (await reader.get(path, Authorization="Bearer pivotal_nonsense")).status_code == 401
        assert (await reader.get(path, Authorization=f"Bearer {text}")).status_code == 200, path
    assert (await reader.get(QUICKSTART, Accept="text/markdown")).status_code == 401
    asked = await reader.get(QUICKSTART, Accept="text/markdown", Authorization=f"Bearer {text}")
    assert "pivotal_REPLACE_ME" in asked.text
    assert (await reader.get(QUICKSTART, Authorization=f"Bearer {text}")).status_code == 303
    async with unit_of_work(world.db, world.operator) as uow:
        await revoke_key(uow, key.id)
    await world.db.bump_epoch_everywhere()
    assert (await reader.get("/llms.txt", Authorization=f"Bearer {text}")).status_code == 401


async def test_the_address_for_help_is_named(opened: Open) -> None:
    page = await opened(support_email="help@pivotal.example").get(QUICKSTART)
    assert 'href="mailto:help@pivotal.example"' in page.text
    assert "Ask the owner of your workspace" in (await opened().get(QUICKSTART)).text


@pytest.mark.parametrize("setting", ["yes", "0"])
def test_settings_of_the_docs_are_true_or_false(setting: str) -> None:
    for name in ("PIVOTAL_DOCS_PUBLIC", "PIVOTAL_DOCS_ASSISTANT_LINKS"):
        with pytest.raises(BadSetting, match=name):
            load({name: setting})
        assert load({name: "FALSE"}) != load({})
    for address in ("help", "a@b c", "x@y?subject=z", "<a@b>"):
        with pytest.raises(BadSetting, match="PIVOTAL_SUPPORT_EMAIL"):
            load({"PIVOTAL_SUPPORT_EMAIL": address})


@pytest.mark.parametrize(
    "public_url",
    [
        "http://localhost:8000",
        "http://127.0.0.1",
        "https://10.1.2.3",
        "https://[fd00::1]:8443",
        "http://pivotal",
    ],
)
async def test_what_no_assistant_can_reach_is_copied_instead(opened: Open, public_url: str) -> None:
    page = (await opened(public_url=public_url).get(QUICKSTART)).text
    assert "claude.ai" not in page
    assert "Copy for Claude" in page
    assert f"Read {public_url}{QUICKSTART}.md and help me" in page


async def test_assistants_open_the_markdown_of_a_page(opened: Open) -> None:
    page = (await opened(public_url="https://pivotal.acme.com").get(QUICKSTART)).text
    link = page.partition('href="https://claude.ai/new?q=')[2].partition('"')[0]
    assert f"https://pivotal.acme.com{QUICKSTART}.md" in unquote(link)
    assert "chatgpt.com/?q=" in page
    none = (
        await opened(public_url="https://pivotal.acme.com", docs_assistant_links=False).get(QUICKSTART)
    ).text
    assert "claude.ai" not in none
    assert "Claude" not in none.partition("<article")[2].partition("</header>")[0]
