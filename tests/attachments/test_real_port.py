"""Uploads to the real server: slow ones, half-sent ones, too large ones, and downloads over the wire."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from pivotal_server.files.store import Files
from pivotal_server.limits.catalogue import ATTACHMENT_BYTES
from tests.support.live_server import Live, curl, run
from tests.support.records import Json, answered, error_of
from tests.support.uploads import attach, send_file, stored

pytestmark = pytest.mark.timeout(120)

HEAD = b'--xyz\r\nContent-Disposition: form-data; name="file"; filename="slow.txt"\r\n\r\n'
TAIL = b"\r\n--xyz--\r\n"


@pytest.fixture
async def comment(live: Live) -> Json:
    customer = await live.created("/customers", {"name": "Aurora Outfitters"})
    return await live.created(f"/customers/{customer['id']}/comments", {"body": "See the file"})


@pytest.fixture
async def api(live: Live, comment: Json) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the running server."""
    headers = {"Authorization": f"Bearer {live.key}"}
    async with httpx.AsyncClient(base_url=f"{live.url}/api/v1", headers=headers, timeout=60) as client:
        yield client


@pytest.fixture
def files(live: Live) -> Files:
    return live.server.services.files


class Wire:
    """One connection on which a request is sent by hand."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self.writer = writer

    @classmethod
    async def open(cls, live: Live, comment: Json, length: int) -> "Wire":
        """A connection on which the head of an upload of `length` bytes has been sent."""
        address = urlsplit(live.url)
        wire = cls(*await asyncio.open_connection(address.hostname, address.port))
        await wire.send(
            f"POST /api/v1/comments/{comment['id']}/attachments HTTP/1.1\r\nHost: {address.netloc}\r\n"
            f"Authorization: Bearer {live.key}\r\nContent-Type: multipart/form-data; boundary=xyz\r\n"
            f"Content-Length: {length}\r\nConnection: close\r\n\r\n".encode()
        )
        return wire

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def answer(self) -> tuple[int, Any]:
        """Status and body of the answer."""
        text = await asyncio.wait_for(self._reader.read(), 30)
        head, _, body = text.partition(b"\r\n\r\n")
        return int(head.split()[1]), json.loads(body)

    async def close(self) -> None:
        self.writer.close()
        await self.writer.wait_closed()


async def eventually_stored(files: Files, names: list[str]) -> None:
    """Wait until exactly these files lie in the folder."""
    for _ in range(200):
        if [path.name for path in stored(files)] == sorted(names, key=files.path_of):
            return
        await asyncio.sleep(0.05)
    raise AssertionError(stored(files))


def younger(files: Files, known: list[Path]) -> list[str]:
    return [path.name for path in stored(files) if path not in known]


async def test_curl_sends_and_fetches_a_file(live: Live, comment: Json, tmp_path: Path) -> None:
    content = bytes(range(256)) * 8_000
    source, target = tmp_path / "field list.bin", tmp_path / "fetched.bin"
    source.write_bytes(content)
    key = f"Authorization: Bearer {live.key}"
    path = f"{live.url}/api/v1/comments/{comment['display_id']}/attachments"
    sent = await curl("--header", key, "--form", f"file=@{source};type=application/zip", path)
    assert (sent.status, sent.json["name"], sent.json["size"]) == (201, "field list.bin", len(content))
    found = await curl("--header", key, f"{live.url}/api/v1/attachments/{sent.json['id']}")
    await run("curl", "--silent", "--fail", "--output", str(target), found.json["url"])
    assert target.read_bytes() == content


async def test_a_slow_upload_arrives_and_holds_nobody_up(
    live: Live, comment: Json, api: httpx.AsyncClient
) -> None:
    content = bytes(range(64))
    body = HEAD + content + TAIL
    wire = await Wire.open(live, comment, len(body))
    for at in range(0, len(body), 5):
        await wire.send(body[at : at + 5])
        answered(await asyncio.wait_for(api.get("/me"), 5))
    status, file = await wire.answer()
    assert (status, file["name"], file["size"]) == (201, "slow.txt", 64)
    await wire.close()


@pytest.mark.parametrize("sent", [len(HEAD) // 2, len(HEAD) + 10, len(HEAD) + 700_000])
async def test_a_client_that_goes_away_leaves_nothing(
    live: Live, comment: Json, api: httpx.AsyncClient, files: Files, sent: int
) -> None:
    before = [path.name for path in stored(files)]
    body = HEAD + b"x" * 1_000_000 + TAIL
    wire = await Wire.open(live, comment, len(body))
    await wire.send(body[:sent])
    if sent > 300_000:
        for _ in range(200):
            if len(stored(files)) > len(before):
                break
            await asyncio.sleep(0.05)
        assert len(stored(files)) == len(before) + 1, "it is being written"
    await wire.close()
    await eventually_stored(files, before)
    thread = answered(await api.get(f"/customers/{comment['customer_id']}/comments"))
    assert thread["data"][0]["attachments"] == []


async def test_a_body_that_ends_before_its_boundary_is_refused(live: Live, comment: Json) -> None:
    body = HEAD + b"x" * 100
    wire = await Wire.open(live, comment, len(body))
    await wire.send(body)
    status, refusal = await wire.answer()
    assert (status, refusal["error"]["code"]) == (400, "invalid_multipart")
    await wire.close()


async def test_a_file_that_is_too_large_is_told_so(
    live: Live, comment: Json, api: httpx.AsyncClient, files: Files
) -> None:
    before = [path.name for path in stored(files)]
    most = ATTACHMENT_BYTES.default
    refused = await send_file(api, comment, "larger.bin", b"x" * (most + 1))
    assert error_of(refused) == (413, "body_too_large", "file")
    # Announced as far too large, it is refused before it is sent.
    wire = await Wire.open(live, comment, 10 * most)
    status, refusal = await wire.answer()
    assert (status, refusal["error"]["code"]) == (413, "body_too_large")
    await wire.close()
    await eventually_stored(files, before)


async def test_uploads_side_by_side(comment: Json, api: httpx.AsyncClient, files: Files) -> None:
    before = stored(files)
    contents = [b"%d" % number * 300_000 for number in range(6)]
    sent = await asyncio.gather(*(attach(api, comment, "a.bin", content) for content in contents))
    for file, content in zip(sent, contents, strict=True):
        assert files.path_of(file["id"]).read_bytes() == content
    assert sorted(younger(files, before)) == sorted(file["id"] for file in sent)
