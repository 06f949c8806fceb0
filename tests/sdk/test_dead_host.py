"""An SDK at an address where nobody listens says so in its own words, and keeps the key to itself."""

import asyncio
import socket
from pathlib import Path

import pytest

from pivotal import ApiConnectionError, AsyncPivotalApi, PivotalApi
from tests.sdk.packages import node, typescript  # noqa: F401 – a fixture

KEY = "pivotal_neverShownAnywhere"


@pytest.fixture
def dead() -> str:
    """An address of this machine at which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


async def test_in_python(dead: str) -> None:
    def ask() -> None:
        with PivotalApi(KEY, dead) as api:
            api.me(max_retries=0)

    with pytest.raises(ApiConnectionError) as caught:
        await asyncio.to_thread(ask)
    assert KEY not in str(caught.value)
    async with AsyncPivotalApi(KEY, dead) as api:
        with pytest.raises(ApiConnectionError):
            await api.me(max_retries=0)


async def test_in_typescript(dead: str, typescript: Path) -> None:  # noqa: F811
    program = typescript / "dead.mjs"
    program.write_text(
        'import { ApiConnectionError, PivotalApi } from "@pivotal/api";\n'
        f'const pivotal = new PivotalApi({{ apiKey: "{KEY}", baseUrl: "{dead}", maxRetries: 0 }});\n'
        "const fault = await pivotal.me().catch((one) => one);\n"
        f'console.log(fault instanceof ApiConnectionError, String(fault).includes("{KEY}"));\n'
    )
    assert await node(str(program)) == "true false\n"
