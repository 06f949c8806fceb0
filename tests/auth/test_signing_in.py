"""Signing in by mail, on both databases."""

import re

from tests.support.app import World
from tests.support.browser import Browser, Browsers


async def test_smoke(world: World, dana: Browser, browsers: Browsers) -> None:
    answer = await dana.get("/profile/sessions")
    assert answer.status_code == 200, answer.text
    assert "Firefox on Linux" in answer.text
    answer = await dana.get("/admin/api-keys")
    assert answer.status_code == 200
    answer = await dana.get("/admin/mail")
    assert answer.status_code == 200
    other = browsers()
    await other.get("/login")
    answer = await other.post("/login", {"email": "dana@vml.example"})
    assert answer.status_code == 200
    answer = await dana.get("/admin/mail/1")
    link = re.search(r'href="[^"]*(/login/confirm\?token=\w+)"', answer.text)
    assert link, answer.text
    assert (await other.get(link[1])).status_code == 200
