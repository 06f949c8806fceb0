"""Comments and files in the app, without scripts."""

from typing import Any

import httpx
import pytest

from tests.support.app import World
from tests.support.browser import Browser
from tests.support.people import new_member
from tests.support.records import Json, created, new_contact, new_customer, new_onboarding, new_task
from tests.support.visits import Enter, faults_of, is_whole_page, text_of

HOME = "/onboardings/1/comments"


@pytest.fixture
async def onboarding(api: httpx.AsyncClient) -> Json:
    """Onboarding 1 of Aurora."""
    return await new_onboarding(api, await new_customer(api, name="Aurora", slug="aurora"))


async def send_file(browser: Browser, path: str, name: str, content: bytes, **fields: str) -> httpx.Response:
    """Send a form with a file, as a browser does."""
    data = {"csrf_token": browser.csrf, **fields}
    return browser.show(await browser.client.post(path, data=data, files={"file": (name, content)}))


async def comments_of(api: httpx.AsyncClient, onboarding: Json) -> list[Json]:
    found: list[Json] = (await api.get(f"/onboardings/{onboarding['id']}/comments")).json()["data"]
    return found


async def test_onb_com_1_a_comment_is_internal_unless_said_otherwise(
    owner: Browser, api: httpx.AsyncClient, world: World, onboarding: Json
) -> None:
    await owner.get(HOME)
    await owner.post(HOME, {"body": "For **us**"})
    await owner.post(HOME, {"body": "For them", "visibility": "customer"})
    theirs, ours = await comments_of(api, onboarding)
    assert (ours["visibility"], theirs["visibility"]) == ("internal", "customer")
    page = await owner.get(HOME)
    assert "For <strong>us</strong>" in page.text
    assert "Aurora can read it" in text_of(page.text)
    assert text_of(page.text).index("For us") < text_of(page.text).index("For them")


@pytest.mark.parametrize(
    ("body", "words"), [("", "Write something first."), ("x" * 10_001, "Use at most 10,000")]
)
async def test_app_ui_2_a_refused_comment_keeps_its_text(
    owner: Browser, api: httpx.AsyncClient, onboarding: Json, body: str, words: str
) -> None:
    await owner.get(HOME)
    for htmx in (False, True):
        refused = await owner.post(HOME, {"body": body, "visibility": "customer"}, htmx=htmx)
        assert refused.status_code == 422
        assert is_whole_page(refused) is not htmx
        assert faults_of(refused.text)["body"].startswith(words)
        assert f">{body}</textarea>" in refused.text
    assert await comments_of(api, onboarding) == []


async def test_onb_com_2_contacts_are_not_mentioned_inside_the_team(
    owner: Browser, api: httpx.AsyncClient, world: World, onboarding: Json
) -> None:
    ana = await new_member(world, "Ana Ruiz", "member")
    mira = await new_contact(api, {"id": onboarding["customer_id"]}, name="Mira Chen")
    page = (await owner.get(HOME)).text
    assert f'<option value="{ana.id}" label="Ana Ruiz">' in page
    assert f'<option value="{mira["id"]}" label="Mira Chen" data-contact>' in page
    refused = await owner.post(HOME, {"body": f"Ask <@{mira['id']}>"}, htmx=True)
    assert faults_of(refused.text) == {"body": "Contacts cannot read internal comments."}
    await owner.post(HOME, {"body": f"<@{ana.id}> asks <@{mira['id']}>", "visibility": "customer"})
    shown = (await owner.get(HOME)).text
    assert '<span class="mention">@Ana Ruiz</span> asks <span class="mention">@Mira Chen</span>' in shown


async def test_app_add_4_a_repeat_posts_once(
    owner: Browser, api: httpx.AsyncClient, onboarding: Json
) -> None:
    await owner.get(HOME)
    for _ in range(2):
        assert (await owner.post(HOME, {"body": "Once", "submission": "token"})).status_code == 303
    assert len(await comments_of(api, onboarding)) == 1


async def test_onb_com_4_only_the_author_edits_and_the_text_is_marked(
    owner: Browser, api: httpx.AsyncClient, world: World, enter: Enter, onboarding: Json
) -> None:
    await owner.get(HOME)
    await owner.post(HOME, {"body": "First"})
    other = await enter(await new_member(world, "Ben Ode", "admin"))
    await other.get(HOME)
    assert (await other.get("/comments/1/edit")).status_code == 403
    assert (await other.post("/comments/1/edit", {"body": "Mine"})).status_code == 403
    refused = await owner.post("/comments/1/edit", {"body": " "})
    assert faults_of(refused.text) == {"body": "Write something first."}
    assert (await owner.post("/comments/1/edit", {"body": "Second"})).status_code == 303
    page = text_of((await owner.get(HOME)).text)
    assert "Second" in page
    assert "(edited)" in page
    assert (await other.post("/comments/1/delete", {})).status_code == 303
    assert "Second" not in text_of((await owner.get(HOME)).text)


async def test_onb_com_6_showing_to_the_customer_is_confirmed(
    owner: Browser, api: httpx.AsyncClient, onboarding: Json
) -> None:
    await owner.get(HOME)
    await owner.post(HOME, {"body": "Look at *this*"})
    asked = await owner.get("/comments/1/visibility")
    assert "Show this to the customer?" in text_of(asked.text)
    assert "Look at <em>this</em>" in asked.text
    await owner.post("/comments/1/visibility", {})
    assert (await comments_of(api, onboarding))[0]["visibility"] == "customer"


async def test_comments_on_tasks_and_of_strangers(
    owner: Browser, api: httpx.AsyncClient, world: World, enter: Enter, onboarding: Json
) -> None:
    task = await new_task(api, onboarding)
    await owner.get("/onboardings/1/tasks/1")
    await owner.post("/onboardings/1/tasks/1/comments", {"body": "On the task"})
    assert "On the task" in text_of((await owner.get("/onboardings/1/tasks/1")).text)
    refused = await owner.post("/onboardings/1/tasks/1/comments", {"body": ""})
    assert refused.status_code == 422
    found = (await api.get(f"/tasks/{task['id']}/comments")).json()["data"]
    assert len(found) == 1
    stranger = await enter(await new_member(world, "Ana Ruiz", "member"))
    await stranger.get("/customers")
    for method, path in (
        ("get", HOME),
        ("get", "/comments/1/edit"),
        ("post", "/comments/1/delete"),
        ("post", HOME),
        ("get", "/comments/1/files"),
        ("get", "/comments/99/edit"),
    ):
        answer = await getattr(stranger, method)(path)
        assert answer.status_code == 404, path


# ── Files ────────────────────────────────────────────────────────────────────────────────────────
async def test_onb_file_2_a_file_goes_up_shows_and_is_fetched(
    owner: Browser, api: httpx.AsyncClient, world: World, enter: Enter, onboarding: Json
) -> None:
    await owner.get(HOME)
    await owner.post(HOME, {"body": "See the plan"})
    await owner.get("/comments/1/files")
    sent = await send_file(owner, "/comments/1/files", "plan.txt", b"hello")
    assert sent.status_code == 303
    tab = text_of((await owner.get("/onboardings/1/files")).text)
    assert "plan.txt 5 B A comment Dana Okafor" in tab
    (comment,) = await comments_of(api, onboarding)
    (file,) = comment["attachments"]
    led = await owner.get(f"/attachments/{file['id']}")
    assert led.status_code == 302
    path = led.headers["location"].partition("localhost:8000")[2] or led.headers["location"]
    got = await owner.client.get(path if path.startswith("/") else f"/{path.split('/', 3)[3]}")
    assert got.content == b"hello"
    stranger = await enter(await new_member(world, "Ana Ruiz", "member"))
    assert (await stranger.get(f"/attachments/{file['id']}")).status_code == 404
    await owner.get(HOME)
    await owner.post(f"/attachments/{file['id']}/remove", {})
    assert "No files yet" in text_of((await owner.get("/onboardings/1/files")).text)
    assert (await owner.get(f"/attachments/{file['id']}")).status_code == 404


async def test_onb_file_1_an_empty_or_missing_file_is_refused(
    owner: Browser, api: httpx.AsyncClient, onboarding: Json
) -> None:
    await owner.get(HOME)
    await owner.post(HOME, {"body": "See the plan"})
    await owner.get("/comments/1/files")
    for name, content, words in (("a.txt", b"", "The file is empty."), ("", b"", "Choose a file.")):
        refused = await send_file(owner, "/comments/1/files", name, content)
        assert refused.status_code == 422
        assert faults_of(refused.text) == {"file": words}
    (comment,) = await comments_of(api, onboarding)
    assert comment["attachments"] == []


async def test_an_upload_needs_the_form_token(owner: Browser, world: World, onboarding: Json) -> None:
    await owner.get(HOME)
    await owner.post(HOME, {"body": "See the plan"})
    answer = await owner.client.post("/comments/1/files", files={"file": ("a.txt", b"x")})
    assert answer.status_code == 419
    answer = await owner.client.post(
        "/comments/1/files", data={"csrf_token": "wrong"}, files={"file": ("a.txt", b"x")}
    )
    assert answer.status_code == 419
    assert [path for path in world.services.files.folder.rglob("*") if path.is_file()] == []


async def test_only_the_author_attaches(owner: Browser, api: httpx.AsyncClient, onboarding: Json) -> None:
    await created(api, f"/onboardings/{onboarding['id']}/comments", {"body": "By a key"})
    await owner.get(HOME)
    answer: Any = await send_file(owner, "/comments/1/files", "a.txt", b"x")
    assert answer.status_code == 403
