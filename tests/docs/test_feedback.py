"""Voting on a page of the docs, and Admin > Docs feedback, as browsers without scripts see them."""

import csv
import io
import re
from datetime import timedelta

import pytest

from pivotal_server.db.engine import counting
from pivotal_server.docs import pages, pages_feedback
from pivotal_server.docs.library import Library
from pivotal_server.kit import clock
from pivotal_server.limits.catalogue import DOCS_VOTES
from tests.support.app import World, new_world
from tests.support.browser import ROUTES, Browser, Browsers
from tests.support.people import new_member
from tests.support.visits import text_of

QUICKSTART = "/docs/api/welcome/quickstart"
ERRORS = "/docs/api/welcome/errors"
ADMIN = "/admin/developer/docs-feedback"
PAGES = [*ROUTES, *pages_feedback.routes, *pages.routes]


@pytest.fixture
def guest(books: Library, world: World, browsers: Browsers, monkeypatch: pytest.MonkeyPatch) -> Browser:
    monkeypatch.setattr(pages, "library", lambda: books)
    return browsers(PAGES)


@pytest.fixture
async def owner(guest: Browser, world: World, browsers: Browsers) -> Browser:
    browser = browsers(PAGES)
    await browser.sign_in(world.services, world.workspace.id, world.owner)
    return browser


async def vote(browser: Browser, helpful: str, comment: str = "", page: str = QUICKSTART) -> int:
    await browser.get(f"/docs/feedback?page={page}&helpful={helpful}")
    answer = await browser.post("/docs/feedback", {"page": page, "helpful": helpful, "comment": comment})
    return answer.status_code


async def scores(owner: Browser) -> list[list[str]]:
    table = (await owner.get(ADMIN)).text.partition('aria-label="Pages"')[2].partition("</table>")[0]
    rows = re.findall(r"<tr data-row.*?</tr>", table, re.DOTALL)
    return [[text_of(cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)] for row in rows]


async def test_a_vote_without_scripts_and_session_is_seen_by_admins(guest: Browser, owner: Browser) -> None:
    page = await guest.get(QUICKSTART)
    link = re.search(r'href="(/docs/feedback\?page=[^"]*?helpful=no)"', page.text)
    assert link is not None
    form = await guest.get(link[1].replace("&amp;", "&"))
    assert "What is wrong or missing?" in form.text
    assert await scores(owner) == []
    fields = {"page": QUICKSTART, "helpful": "no", "comment": "Step 3 <b>fails</b>\r\non Windows"}
    thanks = await guest.post("/docs/feedback", fields)
    assert thanks.status_code == 200
    assert "Thank you for your answer" in thanks.text
    assert await scores(owner) == [["Quickstart", "0 %", "0", "1", "1"]]
    assert "Step 3 &lt;b&gt;fails&lt;/b&gt;\non Windows" in (await owner.get(ADMIN)).text
    assert "Anonymous" in (await owner.get(ADMIN)).text


async def test_the_last_vote_of_a_browser_and_a_day_counts(
    guest: Browser, owner: Browser, browsers: Browsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await vote(guest, "no", "Hard to read") == 200
    assert await vote(guest, "yes") == 200
    assert await scores(owner) == [["Quickstart", "100 %", "1", "0", "0"]]
    assert await vote(browsers(PAGES), "no") == 200
    assert await vote(guest, "yes", page=ERRORS) == 200
    assert await scores(owner) == [["Quickstart", "50 %", "1", "1", "0"], ["Errors", "100 %", "1", "0", "0"]]
    tomorrow = clock.now() + timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: tomorrow)
    assert await vote(guest, "yes") == 200
    assert (await scores(owner))[0] == ["Quickstart", "67 %", "2", "1", "0"]


async def test_a_members_vote_carries_the_name_and_stays_in_the_workspace(
    guest: Browser, owner: Browser, world: World, browsers: Browsers
) -> None:
    other = await new_world(world.services, "Other", "other")
    stranger = browsers(PAGES)
    await stranger.sign_in(world.services, other.workspace.id, other.owner)
    assert await vote(stranger, "no", "Of the other workspace") == 200
    assert await vote(owner, "yes", "Well told") == 200
    mine = text_of((await owner.get(ADMIN)).text)
    assert "Well told" in mine
    assert world.owner.name in mine
    assert "Of the other workspace" not in mine
    assert "Of the other workspace" in (await stranger.get(ADMIN)).text


async def test_nonsense_is_refused_and_what_was_typed_stays(guest: Browser, owner: Browser) -> None:
    for query in (
        "",
        "page=/docs/none&helpful=yes",
        f"page={QUICKSTART}&helpful=maybe",
        "page=%00&helpful=no",
    ):
        assert (await guest.get(f"/docs/feedback?{query}")).status_code == 404
    await guest.get(f"/docs/feedback?page={QUICKSTART}&helpful=no")
    fields = {"page": QUICKSTART, "helpful": "no", "comment": "x" * 1_001}
    refused = await guest.post("/docs/feedback", fields)
    assert refused.status_code == 422
    assert "Use at most 1,000 characters" in refused.text
    assert "x" * 1_001 in refused.text
    fields["comment"] = "Fine"
    assert (await guest.post("/docs/feedback", fields, csrf="wrong")).status_code == 419
    assert await scores(owner) == []


async def test_an_address_votes_ten_times_a_minute(
    guest: Browser, owner: Browser, browsers: Browsers
) -> None:
    for _ in range(DOCS_VOTES.default):
        assert await vote(browsers(PAGES), "yes") == 200
    await guest.get(f"/docs/feedback?page={QUICKSTART}&helpful=no")
    fields = {"page": QUICKSTART, "helpful": "no", "comment": "Kept text"}
    late = await guest.post("/docs/feedback", fields)
    assert late.status_code == 429
    assert "Kept text" in late.text
    assert "Too many votes" in late.text
    assert await scores(owner) == [["Quickstart", "100 %", "10", "0", "0"]]


async def test_comments_are_put_away_and_taken_back(guest: Browser, owner: Browser) -> None:
    await vote(guest, "no", "A typo in step 2")
    page = (await owner.get(ADMIN)).text
    found = re.search(rf'action="({ADMIN}/c\w+)/done"', page)
    assert found is not None
    assert (await owner.post(f"{found[1]}/done")).status_code == 303
    assert "A typo" not in (await owner.get(ADMIN)).text
    assert (await scores(owner))[0][-1] == "0"
    assert "A typo" in (await owner.get(f"{ADMIN}?state=done")).text
    assert "A typo" in (await owner.get(f"{ADMIN}?state=all")).text
    answer = await owner.post(f"{found[1]}/open", htmx=True)
    assert "Open again" in answer.headers["hx-trigger"]
    assert "A typo" in (await owner.get(f"{ADMIN}?state=nonsense")).text
    assert (await owner.post(f"{found[1]}/burn")).status_code == 404
    assert (await owner.post(f"{ADMIN}/nobody/done")).status_code == 404


async def test_comments_said_anew_are_open_again(guest: Browser, owner: Browser) -> None:
    await vote(guest, "no", "First words")
    found = re.search(rf'action="({ADMIN}/c\w+)/done"', (await owner.get(ADMIN)).text)
    assert found is not None
    await owner.post(f"{found[1]}/done")
    await vote(guest, "no", "Second words")
    page = (await owner.get(ADMIN)).text
    assert "Second words" in page
    assert "First words" not in (await owner.get(f"{ADMIN}?state=all")).text


async def test_only_managers_read_what_is_said(guest: Browser, world: World, browsers: Browsers) -> None:
    for role, status in (("member", 403), ("viewer", 403), ("admin", 200)):
        browser = browsers(PAGES)
        await browser.sign_in(world.services, world.workspace.id, await new_member(world, role, role))
        assert (await browser.get(ADMIN)).status_code == status
        assert (await browser.get(f"{ADMIN}.csv")).status_code == status


async def test_the_csv_holds_every_comment_and_no_formula(
    guest: Browser, owner: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages_feedback, "_CSV_ROWS", 1)
    await vote(guest, "no", "=cmd()")
    await vote(guest, "yes", "Clear, and short", page=ERRORS)
    await vote(owner, "yes")
    answer = await owner.get(f"{ADMIN}.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [(row["page"], row["helpful"], row["comment"], row["by"]) for row in rows] == [
        (ERRORS, "yes", "Clear, and short", "Anonymous"),
        (QUICKSTART, "no", "'=cmd()", "Anonymous"),
    ]


async def test_older_comments_follow_and_pages_cost_the_same(
    guest: Browser, owner: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages_feedback, "ROWS", 1)
    await vote(guest, "no", "The older one")
    with counting() as few:
        assert 'rel="next"' not in (await owner.get(ADMIN)).text
    await vote(guest, "no", "The newer one", page=ERRORS)
    with counting() as more:
        first = (await owner.get(ADMIN)).text
    assert few.value == more.value <= 7
    assert "The newer one" in first
    assert "The older one" not in first
    older = re.search(r'href="([^"]*before=[^"]*)"', first)
    assert older is not None
    assert "The older one" in (await owner.get(older[1].replace("&amp;", "&"))).text
