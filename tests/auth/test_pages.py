"""The pages of signing in, as a browser without scripts sees them."""

import asyncio
import re
from datetime import timedelta

import httpx
import pytest

from pivotal_server.auth import session_store, signing_in
from pivotal_server.db.engine import counting
from pivotal_server.kit import clock
from tests.support.app import World
from tests.support.browser import Browser, Browsers
from tests.support.people import change_member, entries_of, mail_count, new_member, newest_mail

DANA = "dana@vml.example"
STRANGER = "nobody@elsewhere.example"
NEUTRAL = "If this address can sign in, a link is on its way."
GONE = "This link has been used or is too old."
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"


@pytest.fixture(autouse=True)
def _no_delay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing_in, "REFUSAL_SECONDS", 0.0)


async def ask(browser: Browser, email: str = DANA, **fields: str) -> httpx.Response:
    await browser.get("/login")
    return await browser.post("/login", {"email": email, **fields})


async def link_and_code(world: World, recipient: str = DANA) -> tuple[str, str]:
    """Path of the newest link to somebody, and its code."""
    found = re.search(r"(/login/confirm\S+).*code: (\d{6})", await newest_mail(world, recipient), re.DOTALL)
    assert found
    return found[1], found[2]


def token_in(path: str) -> str:
    found = re.search(r"token=(\w+)", path)
    assert found
    return found[1]


def neutral(answer: httpx.Response, browser: Browser, email: str) -> tuple[int, list[str], str]:
    """An answer without what belongs to the browser and what it sent itself."""
    body = answer.text.replace(browser.csrf, "TOKEN").replace(email, "ADDRESS")
    names = [name for name, _ in answer.headers.items() if name != "x-request-id"]
    return answer.status_code, names, body


async def signed_in(browser: Browser) -> bool:
    return (await browser.get("/profile/sessions")).status_code == 200


# ── Asking ─────────────────────────────────────────────────────────────────────────────────────
async def test_app_auth_1_members_and_strangers_get_one_answer(world: World, browsers: Browsers) -> None:
    answers, counts = [], []
    for email in (DANA, STRANGER):
        browser = browsers()
        await browser.get("/login")
        with counting() as counted:
            answer = await browser.post("/login", {"email": email})
        assert NEUTRAL in answer.text
        answers.append(neutral(answer, browser, email))
        counts.append(counted.value)
    assert answers[0] == answers[1]
    assert counts[0] == counts[1]


async def test_app_auth_4_past_the_limit_the_answer_is_the_same(world: World, browsers: Browsers) -> None:
    for email in (DANA, STRANGER):
        browser = browsers(address="203.0.113.5" if email == DANA else "203.0.113.6")
        answers = [neutral(await ask(browser, email), browser, email) for _ in range(7)]
        assert all(answer == answers[0] for answer in answers)
    assert await mail_count(world) == 5


@pytest.mark.parametrize("typed", ["", "   ", "ana", "<script>alert(1)</script>@x"])
async def test_a_malformed_address_is_named_inline_and_kept(browsers: Browsers, typed: str) -> None:
    answer = await ask(browsers(), typed)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert "<script>alert" not in answer.text
    if typed == "ana":
        assert 'value="ana"' in answer.text


async def test_whoever_is_signed_in_needs_no_form(dana: Browser) -> None:
    answer = await dana.get("/login?next=/customers/5")
    assert (answer.status_code, answer.headers["location"]) == (303, "/customers/5")


# ── The link ───────────────────────────────────────────────────────────────────────────────────
async def test_app_auth_3_a_scanner_that_fetches_the_link_twice_uses_nothing_up(
    world: World, browsers: Browsers
) -> None:
    browser, scanner = browsers(), browsers(address="198.51.100.1")
    await ask(browser)
    path, _ = await link_and_code(world)
    for _ in range(2):
        seen = await scanner.get(path)
        assert seen.status_code == 200
        assert (await scanner.client.head(path)).status_code == 200
    assert not await signed_in(scanner)
    shown = await browser.get(path)
    assert f"Sign in as {DANA}" in shown.text
    assert 'name="code"' not in shown.text
    answer = await browser.post("/login/confirm", {"token": token_in(path)})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert await signed_in(browser)


async def test_app_auth_3_in_another_browser_the_page_asks_for_the_code(
    world: World, browsers: Browsers
) -> None:
    browser, other = browsers(), browsers(user_agent=CHROME)
    await ask(browser)
    path, code = await link_and_code(world)
    shown = await other.get(path)
    assert 'name="code"' in shown.text
    refused = await other.post("/login/confirm", {"token": token_in(path)})
    assert refused.status_code == 422
    assert "Enter the code from the mail." in refused.text
    refused = await other.post("/login/confirm", {"token": token_in(path), "code": "12345"})
    assert refused.status_code == 422
    assert "Wrong code. 4 tries left." in refused.text
    assert 'value="12345"' in refused.text
    assert (await other.post("/login/confirm", {"token": token_in(path), "code": code})).status_code == 303
    assert await signed_in(other)
    assert not await signed_in(browser)


async def test_app_auth_3_two_posts_at_once_make_one_session(world: World, browsers: Browsers) -> None:
    browser = browsers()
    await ask(browser)
    path, _ = await link_and_code(world)
    await browser.get(path)
    data = {"token": token_in(path), "csrf_token": browser.csrf}
    answers = await asyncio.gather(*(browser.client.post("/login/confirm", data=data) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [303, 410, 410, 410, 410]
    assert len(await session_store.list_sessions(world.db, world.owner.person_id)) == 1


async def test_app_auth_5_a_used_link_offers_a_new_one(world: World, browsers: Browsers) -> None:
    browser = browsers()
    await ask(browser)
    path, _ = await link_and_code(world)
    await browser.get(path)
    await browser.post("/login/confirm", {"token": token_in(path)})
    for answer in (
        await browser.get(path),
        await browser.post("/login/confirm", {"token": token_in(path)}),
    ):
        assert answer.status_code == 410
        assert GONE in answer.text
        assert f'value="{DANA}"' in answer.text
        assert "Send a new link" in answer.text


async def test_app_auth_5_an_old_link_and_one_that_never_was(world: World, browsers: Browsers) -> None:
    browser = browsers()
    await ask(browser)
    path, _ = await link_and_code(world)
    with clock.travel(timedelta(minutes=16)):
        assert GONE in (await browser.get(path)).text
    for query in ("", "?token=", "?token=short", f"?token={'a' * 43}", "?token=%00"):
        answer = await browser.get(f"/login/confirm{query}")
        assert answer.status_code == 410
        assert DANA not in answer.text


async def test_app_auth_8_a_link_printed_by_the_server_opens_anywhere(
    world: World, browsers: Browsers
) -> None:
    browser = browsers()
    link = await signing_in.server_link(world.services, world.workspace.id, world.owner)
    shown = await browser.get(link.removeprefix("http://localhost:8000"))
    assert 'name="code"' not in shown.text
    assert (await browser.post("/login/confirm", {"token": token_in(link)})).status_code == 303


async def test_the_page_of_a_link_sends_its_address_nowhere(world: World, browsers: Browsers) -> None:
    browser = browsers()
    await ask(browser)
    path, _ = await link_and_code(world)
    assert (await browser.get(path)).headers["referrer-policy"] == "no-referrer"


# ── The code ───────────────────────────────────────────────────────────────────────────────────
async def test_app_auth_3_the_code_is_typed_where_it_was_asked_for(world: World, browsers: Browsers) -> None:
    browser = browsers()
    await ask(browser, next="/customers/5")
    _, code = await link_and_code(world)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    refused = await browser.post("/login/code", {"code": wrong, "email": DANA, "next": "/customers/5"})
    assert refused.status_code == 422
    assert "Wrong code. 4 tries left." in refused.text
    assert NEUTRAL in refused.text
    answer = await browser.post("/login/code", {"code": code, "email": DANA, "next": "/customers/5"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/customers/5")


async def test_app_auth_4_after_five_wrong_codes_a_new_link_is_offered(browsers: Browsers) -> None:
    for email in (DANA, STRANGER):
        browser = browsers()
        await ask(browser, email)
        answers = [await browser.post("/login/code", {"code": "x", "email": email}) for _ in range(6)]
        assert [answer.status_code for answer in answers] == [422, 422, 422, 422, 410, 410]
        assert "Wrong code. 1 try left." in answers[3].text
        assert GONE in answers[4].text
        assert f'value="{email}"' in answers[4].text


# ── Sessions ───────────────────────────────────────────────────────────────────────────────────
async def test_app_auth_6_no_session_can_be_planted(world: World, browsers: Browsers) -> None:
    browser = browsers()
    planted = "a" * 43
    browser.client.cookies.set("pivotal_session", planted, domain="localhost.local", path="/")
    await browser.sign_in(world.services, world.workspace.id, world.owner)
    assert browser.session_token is not None
    assert browser.session_token != planted
    assert await session_store.load(world.db, planted) is None


async def test_app_auth_6_every_sign_in_has_a_new_id_and_ends_the_old_one(
    world: World, dana: Browser
) -> None:
    before = dana.session_token
    await dana.sign_in(world.services, world.workspace.id, world.owner)
    assert before is not None
    assert dana.session_token != before
    assert await session_store.load(world.db, before) is None


async def test_app_auth_6_cookies_are_out_of_reach(world: World, browsers: Browsers) -> None:
    browser = browsers()
    link = await signing_in.server_link(world.services, world.workspace.id, world.owner)
    await browser.get(link.removeprefix("http://localhost:8000"))
    answer = await browser.post("/login/confirm", {"token": token_in(link)})
    cookies = answer.headers.get_list("set-cookie")
    assert len(cookies) == 2
    assert all("; HttpOnly; SameSite=Lax" in cookie and "Path=/;" in cookie for cookie in cookies)


async def test_app_auth_6_the_list_names_browser_address_and_last_use(
    world: World, dana: Browser, browsers: Browsers
) -> None:
    other = browsers(address="198.51.100.7", user_agent=CHROME)
    await other.sign_in(world.services, world.workspace.id, world.owner)
    page = (await dana.get("/profile/sessions")).text
    for words in ("Firefox on Linux", "127.0.0.1", "This session", "Chrome on Windows", "198.51.100.7"):
        assert words in page
    assert page.count("/end") == 2 + 1, "one for each session, and one for all others"


async def test_app_auth_6_end_acts_on_the_next_request(
    world: World, dana: Browser, browsers: Browsers
) -> None:
    other = browsers(address="198.51.100.7", user_agent=CHROME)
    await other.sign_in(world.services, world.workspace.id, world.owner)
    page = (await dana.get("/profile/sessions")).text
    found = re.findall(r'action="(/profile/sessions/\w+/end)"', page)
    answer = await dana.post(found[1])
    assert (answer.status_code, answer.headers["location"]) == (303, "/profile/sessions")
    assert not await signed_in(other)
    assert await signed_in(dana)
    [entry] = await entries_of(world, "member.session_ended")
    assert entry.reason == "Chrome on Windows at 198.51.100.7, ended from 127.0.0.1"


async def test_app_auth_6_end_all_others(world: World, dana: Browser, browsers: Browsers) -> None:
    others = [browsers(), browsers(user_agent=CHROME)]
    for other in others:
        await other.sign_in(world.services, world.workspace.id, world.owner)
    assert "End all others" in (await dana.get("/profile/sessions")).text
    await dana.post("/profile/sessions/end-others")
    assert [await signed_in(browser) for browser in (dana, *others)] == [True, False, False]
    assert "End all others" not in (await dana.get("/profile/sessions")).text
    assert len(await entries_of(world, "member.session_ended")) == 2


async def test_app_auth_6_nobody_ends_the_session_of_another(
    world: World, dana: Browser, browsers: Browsers
) -> None:
    ana = await new_member(world, "Ana Ruiz", "admin")
    other = browsers()
    await other.sign_in(world.services, world.workspace.id, ana)
    [session] = await session_store.list_sessions(world.db, world.owner.person_id)
    await other.get("/profile/sessions")
    await other.post(f"/profile/sessions/{session.id}/end")
    assert await signed_in(dana)


async def test_app_auth_6_ending_the_session_that_asks_is_signing_out(dana: Browser) -> None:
    page = (await dana.get("/profile/sessions")).text
    found = re.search(r'action="(/profile/sessions/\w+/end)"', page)
    assert found
    answer = await dana.post(found[1])
    assert answer.headers["location"] == "/login"
    assert dana.session_token is None


async def test_app_auth_6_signing_out(world: World, dana: Browser) -> None:
    token = dana.session_token
    assert token is not None
    await dana.get("/profile/sessions")
    answer = await dana.post("/logout")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert dana.session_token is None
    assert await session_store.load(world.db, token) is None
    [entry] = await entries_of(world, "member.session_ended")
    assert entry.reason == "Signed out from 127.0.0.1"


async def test_app_auth_6_a_session_ends_30_days_after_its_last_use(world: World, dana: Browser) -> None:
    for days in (29, 58, 87):
        with clock.travel(timedelta(days=days)):
            assert await signed_in(dana)
    with clock.travel(timedelta(days=90)):
        assert not await signed_in(dana)


async def test_app_auth_6_an_idle_session_ends(dana: Browser) -> None:
    with clock.travel(timedelta(days=30)):
        assert not await signed_in(dana)


async def test_app_auth_6_last_use_is_written_at_most_every_five_minutes(world: World, dana: Browser) -> None:
    person = world.owner.person_id
    [first] = await session_store.list_sessions(world.db, person)
    with clock.travel(timedelta(minutes=4)):
        await dana.get("/profile/sessions")
        assert (await session_store.list_sessions(world.db, person))[0] == first
    with clock.travel(timedelta(minutes=6)):
        await dana.get("/profile/sessions")
        assert (await session_store.list_sessions(world.db, person))[0].last_used_at > first.last_used_at


async def test_app_auth_7_deactivating_acts_on_the_next_request(world: World, browsers: Browsers) -> None:
    ana = await new_member(world, "Ana Ruiz", "member")
    browser = browsers()
    await browser.sign_in(world.services, world.workspace.id, ana)
    assert await signed_in(browser)
    await change_member(world, ana, active=False)
    assert not await signed_in(browser)


async def test_app_auth_7_a_change_of_role_acts_on_the_next_request(world: World, browsers: Browsers) -> None:
    ana = await new_member(world, "Ana Ruiz", "member")
    browser = browsers()
    await browser.sign_in(world.services, world.workspace.id, ana)
    assert (await browser.get("/admin/api-keys")).status_code == 403
    await change_member(world, ana, role="admin")
    assert (await browser.get("/admin/api-keys")).status_code == 200


async def test_a_session_costs_one_statement(world: World, dana: Browser) -> None:
    assert dana.session_token is not None
    with counting() as counted:
        assert await session_store.load(world.db, dana.session_token) is not None
    assert counted.value == 1


# ── Theme ──────────────────────────────────────────────────────────────────────────────────────
async def test_the_theme_stays_with_the_person(world: World, dana: Browser) -> None:
    assert 'data-theme="system"' in (await dana.get("/profile/sessions")).text
    answer = await dana.post("/profile/theme", {"theme": "dark", "next": "/profile/sessions"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/profile/sessions")
    assert '<html lang="en" data-theme="dark" class="dark">' in (await dana.get("/profile/sessions")).text
    await dana.post("/profile/theme", {"theme": "dark", "next": "/profile/sessions"})
    [entry] = await entries_of(world, "member.updated")
    assert entry.diff == {"theme": ("system", "dark")}


async def test_a_theme_that_is_none_is_refused(dana: Browser) -> None:
    await dana.get("/profile/sessions")
    assert (await dana.post("/profile/theme", {"theme": "neon"})).status_code == 422
