"""The whole application: what holds for every page."""

import httpx

from pivotal_server.app import create_app
from tests.support.app import World


async def test_no_page_leads_to_the_host_that_a_request_names(world: World) -> None:
    transport = httpx.ASGITransport(create_app(world.services))
    async with httpx.AsyncClient(transport=transport, base_url="http://evil.example") as client:
        for path in ("/customers", "/customers/", "/login/", "/admin/api-keys/", "/static/"):
            answer = await client.get(path)
            assert "evil.example" not in answer.headers.get("location", ""), path
        assert (await client.get("/customers/")).status_code in {303, 404}
