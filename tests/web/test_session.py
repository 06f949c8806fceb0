"""What every page does: who may see it, form tokens, where it sends people, its faults and its headers."""

from typing import Any

import pytest
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from structlog.testing import capture_logs

from pivotal_server.auth import signing_in
from pivotal_server.auth.sessions import BROWSER_COOKIE
from pivotal_server.db.errors import Unavailable
from pivotal_server.errors_catalogue import CUSTOMER_NOT_FOUND, INVALID_STRING, NAME_TAKEN
from pivotal_server.web.fields import MOST_FIELDS
from pivotal_server.web.session import Guest, Visit, open_page, page
from tests.support.app import World
from tests.support.browser import ROUTES, Browser, Browsers
from tests.support.people import new_member

SENT: list[str] = []


@page("customers")
async def shown(visit: Visit) -> Response:
    return PlainTextResponse(f"{visit.frame.me.name} at {visit.frame.path}")


@page("customers")
async def written(visit: Visit) -> Response:
    SENT.append(visit.fields.text("word"))
    return PlainTextResponse("done")


@page(capability="own_workspace")
async def owners_only(_visit: Visit) -> Response:
    return PlainTextResponse("done")


@page(capability="no_such_capability")
async def nobodys(_visit: Visit) -> Response:
    return PlainTextResponse("done")


@page("customers")
async def failing(visit: Visit) -> Response:
    match visit.request.query_params["with"]:
        case "missing":
            raise CUSTOMER_NOT_FOUND()
        case "invalid":
            raise INVALID_STRING(field="name", message="name is not well formed")
        case "taken":
            raise NAME_TAKEN(name="ci")
        case "forbidden":
            visit.require("own_workspace")
            return PlainTextResponse("done")
        case "unavailable":
            raise Unavailable("no answer from 10.0.0.7")
        case _:
            raise RuntimeError("secret detail of the fault")


@open_page
async def open_form(guest: Guest) -> Response:
    SENT.append(guest.fields.text("word"))
    return PlainTextResponse("done")


TEST_ROUTES = [
    *ROUTES,
    Route("/shown/{rest:path}", shown),
    Route("/written", written, methods=["POST"]),
    Route("/owners", owners_only),
    Route("/nobody", nobodys),
    Route("/failing", failing),
    Route("/open", open_form, methods=["POST"]),
]


@pytest.fixture(autouse=True)
def _sent() -> None:
    SENT.clear()


@pytest.fixture
async def browser(world: World, browsers: Browsers) -> Browser:
    """The owner's browser, on the routes of these tests."""
    found = browsers(TEST_ROUTES)
    await found.sign_in(world.services, world.workspace.id, world.owner)
    await found.get("/profile/sessions")
    return found


# ── Not signed in ──────────────────────────────────────────────────────────────────────────────
async def test_whoever_is_not_signed_in_is_sent_to_sign_in_and_back(browsers: Browsers) -> None:
    answer = await browsers(TEST_ROUTES).get("/shown/a%20b?c=d&e=f")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/login?next=/shown/a%2520b%3Fc%3Dd%26e%3Df"


async def test_app_ui_4_a_script_gets_401_and_a_fragment(browsers: Browsers) -> None:
    answer = await browsers(TEST_ROUTES).get("/shown/", htmx=True)
    assert answer.status_code == 401
    assert answer.text.lstrip().startswith('<div class="fault" role="alert">')
    assert "<html" not in answer.text


async def test_a_form_of_an_ended_session_comes_back_to_its_page(browsers: Browsers) -> None:
    browser = browsers(TEST_ROUTES)
    origin = "http://localhost:8000"
    answer = await browser.post("/written", {"word": "x"}, Referer=f"{origin}/shown/1?a=b")
    assert answer.headers["location"] == "/login?next=/shown/1%3Fa%3Db"
    answer = await browser.post("/written", {"word": "x"}, Referer="https://evil.example/shown/1")
    assert answer.headers["location"] == "/login"
    assert SENT == []


HOSTILE = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    " //evil.example",
    "https://evil.example",
    "javascript:alert(1)",
    "evil.example",
    "/\u2028/evil.example",
    "@evil.example",
    "/" + "a" * 3000,
]


async def test_next_never_leads_to_another_host(world: World, browsers: Browsers) -> None:
    guest, member = browsers(), browsers()
    await member.sign_in(world.services, world.workspace.id, world.owner)
    for target in HOSTILE:
        answer = guest.show(await guest.client.get("/login", params={"next": target}))
        assert "evil.example" not in answer.text
        answer = await guest.post("/login", {"email": "dana@vml.example", "next": target})
        assert answer.status_code == 200
        assert "evil.example" not in answer.text
        answer = await member.client.get("/login", params={"next": target})
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        await member.get("/profile/sessions")
        answer = await member.post("/profile/theme", {"theme": "dark", "next": target})
        assert (answer.status_code, answer.headers["location"]) == (303, "/")


async def test_next_after_a_link_never_leads_to_another_host(world: World, browsers: Browsers) -> None:
    browser = browsers()
    link = await signing_in.server_link(world.services, world.workspace.id, world.owner)
    await browser.get(link.removeprefix("http://localhost:8000") + "&next=//evil.example")
    token = link.partition("token=")[2]
    answer = await browser.post("/login/confirm", {"token": token, "next": "//evil.example"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


# ── Form tokens ────────────────────────────────────────────────────────────────────────────────
async def test_app_ui_4_a_wrong_form_token_is_refused(browser: Browser) -> None:
    for token in ("", "wrong", "a" * 43, "é"):
        answer = await browser.post("/written", {"word": "x"}, csrf=token)
        assert answer.status_code == 419
        assert "This page is out of date." in answer.text
        assert "<html" in answer.text
        answer = await browser.post("/written", {"word": "x"}, csrf=token, htmx=True)
        assert answer.status_code == 419
        assert "data-reload" in answer.text
        assert "<html" not in answer.text
    assert SENT == []


async def test_every_form_of_these_rooms_wants_its_token(browser: Browser) -> None:
    paths = [route.path.replace("{id}", "x") for route in ROUTES if route.methods and "POST" in route.methods]
    assert len(paths) == 10
    for path in paths:
        assert (await browser.post(path, {}, csrf="")).status_code == 419, path


async def test_the_right_token_comes_in_the_form_or_in_a_header(browser: Browser) -> None:
    assert (await browser.post("/written", {"word": "form"})).text == "done"
    headers = {"X-CSRF-Token": browser.csrf}
    answer = await browser.client.post("/written", data={"word": "header"}, headers=headers)
    assert answer.text == "done"
    assert SENT == ["form", "header"]


async def test_a_token_of_another_browser_or_person_is_refused(
    world: World, browser: Browser, browsers: Browsers
) -> None:
    ana = await new_member(world, "Ana Ruiz", "admin")
    other = browsers(TEST_ROUTES)
    await other.sign_in(world.services, world.workspace.id, ana)
    await other.get("/profile/sessions")
    assert (await browser.post("/written", csrf=other.csrf)).status_code == 419
    of_dana = browser.csrf
    await browser.sign_in(world.services, world.workspace.id, ana)
    assert (await browser.post("/written", csrf=of_dana)).status_code == 419


async def test_app_ui_4_a_form_can_be_sent_after_signing_in_again(world: World, browser: Browser) -> None:
    form_token = browser.csrf
    await browser.post("/logout")
    assert (await browser.post("/written", {"word": "x"}, csrf=form_token, htmx=True)).status_code == 401
    await browser.sign_in(world.services, world.workspace.id, world.owner)
    assert (await browser.post("/written", {"word": "kept"}, csrf=form_token, htmx=True)).text == "done"
    assert SENT == ["kept"]


async def test_a_form_of_another_site_leaves_the_open_ones_valid(browsers: Browsers) -> None:
    # A browser sends none of its cookies along with it, and would replace them by those of the answer.
    stranger = browsers(TEST_ROUTES)
    answer = await stranger.client.post("/written", data={"word": "x", "csrf_token": "made-up"})
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers


async def test_pages_before_signing_in_want_the_token_of_their_browser(browsers: Browsers) -> None:
    browser, other = browsers(TEST_ROUTES), browsers(TEST_ROUTES)
    assert (await browser.post("/open", {"word": "x"}, csrf="")).status_code == 419
    await browser.get("/login")
    await other.get("/login")
    assert (await browser.post("/open", {"word": "x"}, csrf=other.csrf)).status_code == 419
    assert (await browser.post("/open", {"word": "mine"})).text == "done"
    assert SENT == ["mine"]


async def test_a_browser_that_lost_its_cookie_gets_another(browser: Browser) -> None:
    browser.client.cookies.delete(BROWSER_COOKIE)
    assert (await browser.post("/written", {"word": "x"})).status_code == 419
    await browser.get("/profile/sessions")
    assert (await browser.post("/written", {"word": "x"})).text == "done"


# ── Bodies ─────────────────────────────────────────────────────────────────────────────────────
async def test_a_form_may_have_one_mebibyte(browser: Browser) -> None:
    assert (await browser.post("/written", {"word": "x" * 1_048_000})).text == "done"
    answer = await browser.post("/written", {"word": "x" * 1_048_576})
    assert answer.status_code == 413
    assert len(SENT) == 1


async def test_a_form_that_is_sent_in_parts_is_measured_too(browser: Browser) -> None:
    async def parts() -> Any:
        for _ in range(20):
            yield b"x" * 100_000

    headers = {"Content-Type": "application/x-www-form-urlencoded", "X-CSRF-Token": browser.csrf}
    answer = await browser.client.post("/written", content=parts(), headers=headers)
    assert answer.status_code == 413


async def test_what_is_no_form_is_refused(browser: Browser) -> None:
    form = "application/x-www-form-urlencoded"
    for body, kind, status in (
        (b"{}", "application/json", 415),
        (b"word=x", "text/plain", 415),
        (b"word=\xff", form, 422),
        (b"word=%ff", form, 422),
        (b"&".join([b"a=1"] * (MOST_FIELDS + 1)), form, 422),
    ):
        headers = {"Content-Type": kind, "X-CSRF-Token": browser.csrf}
        answer = await browser.client.post("/written", content=body, headers=headers)
        assert answer.status_code == status
    assert SENT == []


# ── Roles ──────────────────────────────────────────────────────────────────────────────────────
async def test_app_ui_5_a_page_for_others_says_who_may(world: World, browsers: Browsers) -> None:
    for role in ("admin", "member", "viewer"):
        someone = await new_member(world, f"{role.capitalize()} Ruiz", role)
        browser = browsers(TEST_ROUTES)
        await browser.sign_in(world.services, world.workspace.id, someone)
        answer = await browser.get("/owners")
        assert answer.status_code == 403
        assert (await browser.get("/failing?with=forbidden")).status_code == 403
        assert "Only the owner can transfer or delete the workspace." in answer.text
        assert someone.name in answer.text, "the frame stands around it"


async def test_app_perm_1_a_capability_that_is_absent_is_refused(browser: Browser) -> None:
    assert (await browser.get("/owners")).status_code == 200
    answer = await browser.get("/nobody")
    assert answer.status_code == 403
    assert "Nobody can do this." in answer.text


# ── Faults ─────────────────────────────────────────────────────────────────────────────────────
FAULTS = [
    ("missing", 404, "Not found"),
    ("invalid", 422, "Name is not well formed."),
    ("taken", 409, "A key named “ci” exists."),
    ("unavailable", 503, "The server cannot reach its database"),
    ("bug", 500, "Something went wrong on our side"),
]


async def test_app_ui_16_faults_become_pages(browser: Browser) -> None:
    for fault, status, words in FAULTS:
        with capture_logs() as logs:
            whole = await browser.get(f"/failing?with={fault}")
            part = await browser.get(f"/failing?with={fault}", htmx=True)
        assert (whole.status_code, part.status_code) == (status, status)
        assert "Dana Okafor" in whole.text
        assert part.text.lstrip().startswith('<div class="fault"')
        for answer in (whole, part):
            assert words in answer.text
            for leak in ("secret detail", "10.0.0.7", "Traceback"):
                assert leak not in answer.text
        shown_id = whole.headers["x-request-id"] in whole.text
        assert shown_id is (status >= 500)
        logged = {line.get("request_id") for line in logs}
        assert (whole.headers["x-request-id"] in logged) is (status >= 500)


async def test_app_ui_5_what_is_not_there_and_what_may_not_be_seen_look_alike(browser: Browser) -> None:
    missing = await browser.get("/failing?with=missing")
    unknown = await browser.get("/never/was")
    assert (missing.status_code, unknown.status_code) == (404, 404)
    assert "There is nothing here, or you may not see it." in missing.text
    assert "There is nothing here, or you may not see it." in unknown.text


async def test_a_method_that_a_page_has_not(browser: Browser) -> None:
    answer = await browser.client.put("/owners")
    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]


async def test_a_fault_of_the_fault_page_still_answers(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the templates are gone")

    monkeypatch.setattr("pivotal_server.web.faults.render", fail)
    with capture_logs():
        answer = await browser.get("/failing?with=bug")
    assert answer.status_code == 500
    assert answer.headers["x-request-id"] in answer.text
    assert "templates are gone" not in answer.text


# ── Headers ────────────────────────────────────────────────────────────────────────────────────
async def test_every_answer_carries_the_security_headers(browser: Browser) -> None:
    for answer in (
        await browser.get("/profile/sessions"),
        await browser.get("/login"),
        await browser.get("/never/was"),
        await browser.get("/failing?with=unavailable"),
        await browser.post("/written", csrf=""),
    ):
        headers = answer.headers
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self';")
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["cache-control"] == "no-store"
        assert "strict-transport-security" not in headers
        assert headers.get_list("cache-control") == ["no-store"]


async def test_the_request_id_of_a_client_is_taken_over(browser: Browser) -> None:
    answer = await browser.client.get("/login", headers={"X-Request-Id": "from-the-proxy.1"})
    assert answer.headers["x-request-id"] == "from-the-proxy.1"
    answer = await browser.client.get("/login", headers={"X-Request-Id": "<script>"})
    assert answer.headers["x-request-id"].startswith("req_")


# ── Who asks ───────────────────────────────────────────────────────────────────────────────────
async def test_a_page_knows_its_own_address(browser: Browser) -> None:
    assert (await browser.get("/shown/a%2Fb%20c?d=%26")).text == "Dana Okafor at /shown/a%2Fb%20c?d=%26"
