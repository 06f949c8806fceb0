"""What pages and cookies are over https, and behind a proxy that is trusted or not."""

from dataclasses import replace
from pathlib import Path

import httpx

from pivotal_server.app import create_app
from pivotal_server.auth.addresses import parse_list
from pivotal_server.config import load
from pivotal_server.db.engine import Database
from pivotal_server.services import Services
from tests.support.app import new_services, new_world
from tests.support.browser import Browser, page_app


async def test_over_https_cookies_and_headers_are_strict(sqlite_database: Database, tmp_path: Path) -> None:
    plain = new_services(sqlite_database, tmp_path)
    config = load({"PIVOTAL_DATA": str(tmp_path), "PIVOTAL_PUBLIC_URL": "https://pivotal.example"})
    services = Services(config, plain.db, plain.ring, plain.box, plain.trusted_proxies, plain.recorder)
    world = await new_world(services)
    browser = Browser(page_app(services), origin="https://pivotal.example")
    answer = await browser.get("/login")
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    assert answer.headers["set-cookie"].startswith("__Host-pivotal_browser=")
    assert answer.headers["set-cookie"].endswith("; Secure")
    await browser.sign_in(services, world.workspace.id, world.owner)
    assert "__Host-pivotal_session" in browser.client.cookies
    assert (await browser.get("/profile/sessions")).status_code == 200
    await browser.client.aclose()


async def test_a_trusted_proxy_says_whether_the_visitor_came_by_https(
    sqlite_database: Database, tmp_path: Path
) -> None:
    plain = new_services(sqlite_database, tmp_path)
    services = replace(plain, trusted_proxies=parse_list("10.0.0.1"))
    world = await new_world(services)
    _, key = await world.new_key()
    app = create_app(services, strict=True)

    async def seen_from(peer: str, **headers: str) -> tuple[bool, bool, str]:
        """Whether the cookie is Secure, whether browsers are bound to https, and how links begin."""
        browser = Browser(app, address=peer)
        browser.client.headers.update(headers)
        answer = await browser.get("/login")
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-") == cookie.endswith("; Secure")
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app, client=(peer, 1)),
            base_url="http://localhost:8000",
            headers={"Authorization": f"Bearer {key}", **headers},
        ) as api:
            customer = (await api.post("/api/v1/customers", json={"name": "Acme"})).json()
            comments = f"/api/v1/customers/{customer['id']}/comments"
            comment = (await api.post(comments, json={"body": "See the file"})).json()
            path = f"/api/v1/comments/{comment['id']}/attachments"
            file = (await api.post(path, files={"file": ("a.txt", b"words")})).json()
            link = (await api.get(f"/api/v1/attachments/{file['id']}")).json()["url"]
        await browser.client.aclose()
        strict = "strict-transport-security" in answer.headers
        return cookie.endswith("; Secure"), strict, link.partition("/files/")[0]

    https = {"X-Forwarded-Proto": "https"}
    assert await seen_from("10.0.0.1", **https) == (True, True, "https://localhost:8000")
    nearest = {"X-Forwarded-Proto": "http, https"}
    assert await seen_from("10.0.0.1", **nearest) == (True, True, "https://localhost:8000")
    for peer, headers in (
        ("10.0.0.1", {}),
        ("10.0.0.1", {"X-Forwarded-Proto": "http"}),
        ("10.0.0.1", {"X-Forwarded-Proto": "https, http"}),
        ("203.0.113.7", https),
    ):
        assert await seen_from(peer, **headers) == (False, False, "http://localhost:8000")


async def test_a_session_behind_a_trusted_proxy_is_kept_and_ended(
    sqlite_database: Database, tmp_path: Path
) -> None:
    services = replace(new_services(sqlite_database, tmp_path), trusted_proxies=parse_list("127.0.0.1"))
    world = await new_world(services)
    browser = Browser(page_app(services), origin="https://pivotal.example")
    browser.client.headers["X-Forwarded-Proto"] = "https"
    await browser.sign_in(services, world.workspace.id, world.owner)
    assert "__Host-pivotal_session" in browser.client.cookies
    assert (await browser.get("/profile/sessions")).status_code == 200
    assert (await browser.post("/logout")).status_code == 303
    assert "__Host-pivotal_session" not in browser.client.cookies
    await browser.client.aclose()
