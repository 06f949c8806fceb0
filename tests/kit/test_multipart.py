"""Uploads as they come in: whole, in pieces, broken, hostile, and broken off."""

import asyncio
import hashlib
import tracemalloc
from collections.abc import AsyncIterator, Iterable, MutableMapping
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from msgspec import UNSET, Meta, Struct, UnsetType

from pivotal_server.kit.codes import INVALID_MULTIPART
from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.http import Request, Upload
from pivotal_server.kit.http.multipart import OVERHEAD, Received, received
from pivotal_server.kit.http.request import Disconnected

LIMIT = 3_000_000


class Fields(Struct, kw_only=True):
    """Text fields of every kind."""

    mode: Literal["create", "upsert"] | UnsetType = UNSET
    title: Annotated[str, Meta(max_length=20)] | UnsetType = UNSET
    count: int | UnsetType = UNSET


class Strict(Struct, kw_only=True):
    """A field that must be there."""

    resource: str


UPLOAD = Upload.of(Fields, LIMIT)
FORM = "multipart/form-data; boundary=xyz"


def part(name: str, content: bytes, *more: str, filename: str | None = None) -> bytes:
    """One part of a form."""
    shown = "" if filename is None else f'; filename="{filename}"'
    head = "\r\n".join([f'Content-Disposition: form-data; name="{name}"{shown}', *more])
    return b"--xyz\r\n" + head.encode("utf-8", "surrogateescape") + b"\r\n\r\n" + content + b"\r\n"


def form(*parts: bytes) -> bytes:
    """A whole body."""
    return b"".join(parts) + b"--xyz--\r\n"


class Disk:
    """Where the files of one test go."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._number = 0

    def place(self) -> Path:
        self._number += 1
        return self.folder / f"upload-{self._number}"

    @property
    def names(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir())


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    folder = tmp_path / "files"
    folder.mkdir()
    return Disk(folder)


def request(
    chunks: Iterable[bytes], content_type: str | None = FORM, *, ends: bool = True, length: int | None = None
) -> Request:
    """A request whose body comes in these pieces; without `ends` the client goes away after them."""
    headers = [] if content_type is None else [(b"content-type", content_type.encode())]
    if length is not None:
        headers.append((b"content-length", str(length).encode()))
    pending = list(chunks)

    async def receive() -> MutableMapping[str, Any]:
        if pending:
            return {"type": "http.request", "body": pending.pop(0), "more_body": bool(pending) or not ends}
        return {"type": "http.disconnect"}

    return Request({"type": "http", "method": "POST", "path": "/", "headers": headers}, receive)


def pieces(body: bytes, size: int) -> list[bytes]:
    return [body[at : at + size] for at in range(0, len(body), size)] or [b""]


async def read(disk: Disk, body: bytes, upload: Upload = UPLOAD, size: int = 65_536) -> Received:
    async with received(request(pieces(body, size)), upload, disk.place) as found:
        found.file.keep()
        return found


async def refusal(
    disk: Disk, body: bytes | Iterable[bytes], content_type: str | None = FORM, upload: Upload = UPLOAD
) -> tuple[str, str | None]:
    """Code and field of the refusal; whatever was written is gone again."""
    chunks = pieces(body, 65_536) if isinstance(body, bytes) else body
    with pytest.raises(ApiError) as caught:
        async with received(request(chunks, content_type), upload, disk.place):
            raise AssertionError("it was accepted")
    assert disk.names == []
    return caught.value.code.code, caught.value.field


CSV = b"name,plan\r\nAurora,growth\r\n--xyzzy is no boundary\r\n"


@pytest.mark.parametrize("size", [1, 2, 7, 64, 65_536])
async def test_a_file_arrives_as_it_was_sent_however_it_is_cut(disk: Disk, size: int) -> None:
    body = form(
        part("mode", b"upsert"),
        part("file", CSV, "Content-Type: text/CSV; charset=utf-8", filename="plan.csv"),
        part("count", b"12"),
    )
    found = await read(disk, body, size=size)
    assert found.file.path.read_bytes() == CSV
    assert (found.file.size, found.file.sha256) == (len(CSV), hashlib.sha256(CSV).hexdigest())
    assert (found.file.name, found.file.declared_type, found.file.head) == ("plan.csv", "text/csv", CSV)
    assert found.fields == Fields(mode="upsert", count=12)
    assert found.file.path.stat().st_mode & 0o077 == 0


async def test_a_body_may_end_without_a_line_end_and_go_on_after_its_last_boundary(disk: Disk) -> None:
    body = form(part("file", b"x", filename="a"))
    assert (await read(disk, body[:-2])).file.size == 1
    assert (await read(disk, body + b"epilogue")).file.size == 1


async def test_nobody_keeps_a_file_and_it_is_gone(disk: Disk) -> None:
    body = form(part("file", b"x", filename="a"))
    async with received(request([body]), UPLOAD, disk.place) as found:
        assert disk.names == [found.file.path.name]
    assert disk.names == []


async def test_a_refusal_removes_a_kept_file_and_another_fault_leaves_it_to_be_swept(disk: Disk) -> None:
    body = form(part("file", b"x", filename="a"))
    for fault in (ApiError(INVALID_MULTIPART, "no"), RuntimeError("who knows")):
        with suppress(ApiError, RuntimeError):
            async with received(request([body]), UPLOAD, disk.place) as found:
                found.file.keep()
                raise fault
    assert disk.names == ["upload-2"]


async def test_equal_content_is_equal_whatever_the_boundary(disk: Disk) -> None:
    body = form(part("mode", b"create"), part("file", b"x", filename="a.txt"))
    other = body.replace(b"xyz", b"another-boundary")
    first = await read(disk, body)
    async with received(
        request([other], "multipart/form-data; boundary=another-boundary"), UPLOAD, disk.place
    ) as found:
        assert found.content == first.content
    for changed in (
        form(part("mode", b"upsert"), part("file", b"x", filename="a.txt")),
        form(part("mode", b"create"), part("file", b"y", filename="a.txt")),
        form(part("mode", b"create"), part("file", b"x", filename="b.txt")),
    ):
        assert (await read(disk, changed)).content != first.content


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ('form-data; name="file"; filename="C:\\\\temp\\\\plan.pdf"', "plan.pdf"),
        ('form-data; name="file"; filename="../../plan.pdf"', "plan.pdf"),
        ('form-data; name="file"; filename="say %22hi%22%0D%0A.txt"', 'say "hi".txt'),
        ("form-data; name=file; filename=plain.txt", "plain.txt"),
        ("form-data; name=\"file\"; filename*=UTF-8''%E2%82%AC%20rates.txt", "€ rates.txt"),
        ('form-data; name="file"; filename="größe.txt"', "größe.txt"),
        ('form-data; name="file"; filename="\udcff.txt"', "\ufffd.txt"),
        ('form-data; name="file"; filename="a\u202etxt.exe"', "atxt.exe"),
        ('form-data; name="file"; filename=""', "file"),
    ],
)
async def test_file_names(disk: Disk, header: str, name: str) -> None:
    head = f"--xyz\r\nContent-Disposition: {header}\r\n\r\nx\r\n"
    found = await read(disk, form(head.encode("utf-8", "surrogateescape")))
    assert found.file.name == name
    assert found.file.path.parent == disk.folder


FILE = part("file", b"x", filename="a.txt")


@pytest.mark.parametrize(
    ("parts", "code", "field"),
    [
        ([], "invalid_multipart", None),
        ([part("mode", b"create")], "missing_field", "file"),
        ([part("file", b"", filename="a.txt")], "too_small", "file"),
        ([part("file", b"", filename="")], "missing_field", "file"),
        ([part("file", b"x")], "invalid_type", "file"),
        ([FILE, FILE], "invalid_type", "file"),
        ([part("mode", b"create"), part("mode", b"create"), FILE], "invalid_type", "mode"),
        ([part("mode", b"delete"), FILE], "invalid_enum_value", "mode"),
        ([part("count", b"many"), FILE], "invalid_type", "count"),
        ([part("title", b"x" * 21), FILE], "too_big", "title"),
        ([part("title", b"x" * 70_000), FILE], "too_big", "title"),
        ([part("title", b"\xff"), FILE], "invalid_string", "title"),
        ([part("title", b"a\x00b"), FILE], "invalid_string", "title"),
        ([part("other", b"x"), FILE], "unrecognized_keys", "other"),
        ([part("other", b"x", filename="a.txt")], "unrecognized_keys", "other"),
        ([FILE, part("mode", b"delete"), part("other", b"x")], "invalid_enum_value", "mode"),
        ([part("file", b"x" * (LIMIT + 1), filename="a.txt")], "body_too_large", "file"),
        ([FILE, b"--xyz\r\nContent-Type: text/plain\r\n\r\nx\r\n"], "invalid_multipart", None),
        ([b'--xyz\r\nContent-Disposition: attachment; name="file"\r\n\r\nx\r\n'], "invalid_multipart", None),
        ([b"--xyz\r\nNo header at all\r\n\r\nx\r\n"], "invalid_multipart", None),
        ([b"--xyz\r\n" + b"X-Long: " + b"a" * 100_000 + b"\r\n\r\nx\r\n"], "invalid_multipart", None),
        ([b"--xyz\r\n" + b"X-Many: a\r\n" * 1_000 + b"\r\nx\r\n"], "invalid_multipart", None),
    ],
)
async def test_refusals(disk: Disk, parts: list[bytes], code: str, field: str | None) -> None:
    body = form(*parts) if parts else b""
    assert await refusal(disk, body) == (code, field)


async def test_the_largest_file_is_taken(disk: Disk) -> None:
    found = await read(disk, form(part("file", b"x" * LIMIT, filename="a.txt")))
    assert found.file.size == LIMIT
    assert found.file.path.stat().st_size == LIMIT


async def test_a_required_field_is_asked_for_before_the_file(disk: Disk) -> None:
    strict = Upload.of(Strict, LIMIT)
    assert await refusal(disk, form(FILE), upload=strict) == ("missing_field", "resource")
    assert await refusal(disk, form(part("resource", b"x")), upload=strict) == ("missing_field", "file")


@pytest.mark.parametrize(
    ("content_type", "code"),
    [
        (None, "invalid_content_type"),
        ("application/json", "invalid_content_type"),
        ("multipart/mixed; boundary=xyz", "invalid_content_type"),
        ("multipart/form-data", "invalid_multipart"),
        ("multipart/form-data; boundary=", "invalid_multipart"),
        (f"multipart/form-data; boundary={'x' * 71}", "invalid_multipart"),
        ("multipart/form-data; boundary=other", "invalid_multipart"),
        ('multipart/form-data; boundary="xy', "invalid_multipart"),
    ],
)
async def test_content_types(disk: Disk, content_type: str | None, code: str) -> None:
    assert await refusal(disk, form(FILE), content_type) == (code, None)


@pytest.mark.parametrize(
    "content_type", ["Multipart/Form-Data; Boundary=xyz", 'multipart/form-data;boundary="xyz"']
)
async def test_content_types_in_other_spellings(disk: Disk, content_type: str) -> None:
    async with received(request([form(FILE)], content_type), UPLOAD, disk.place) as found:
        assert found.file.size == 1


@pytest.mark.parametrize("kept", [10, 60, 75, 79])
async def test_a_body_that_ends_in_the_middle_is_no_form(disk: Disk, kept: int) -> None:
    body = form(FILE)
    assert await refusal(disk, body[:kept]) == ("invalid_multipart", None)


@pytest.mark.parametrize("kept", [0, 10, 70, 500_000])
async def test_a_client_that_goes_away_leaves_nothing(disk: Disk, kept: int) -> None:
    body = form(part("file", b"x" * 1_000_000, filename="a.txt"))
    with pytest.raises(Disconnected):
        async with received(request(pieces(body[:kept], 65_536), ends=False), UPLOAD, disk.place):
            raise AssertionError("it was accepted")
    assert disk.names == []


async def test_a_body_that_announces_too_much_is_not_read_at_all(disk: Disk) -> None:
    announced = request([], length=LIMIT + OVERHEAD + 1)
    with pytest.raises(ApiError) as caught:
        async with received(announced, UPLOAD, disk.place):
            raise AssertionError("it was accepted")
    assert caught.value.code.code == "body_too_large"


async def test_what_follows_the_file_is_bounded_too(disk: Disk) -> None:
    endless = [form(FILE), *[b"x" * 65_536] * (2 * OVERHEAD // 65_536 + LIMIT // 65_536)]
    assert await refusal(disk, endless) == ("body_too_large", None)


async def test_a_disk_that_takes_no_more_is_said_plainly(disk: Disk) -> None:
    def full() -> Path:
        raise OSError(28, "No space left on device")

    with pytest.raises(ApiError) as caught:
        async with received(request([form(FILE)]), UPLOAD, full):
            raise AssertionError("it was accepted")
    assert caught.value.code.code == "unavailable"
    assert "No space left on device" in caught.value.message


async def test_a_request_that_is_cancelled_leaves_nothing(disk: Disk) -> None:
    stalled = asyncio.Event()
    body = form(part("file", b"x" * 1_000_000, filename="a.txt"))
    chunks = pieces(body[:-10], 65_536)

    async def receive() -> MutableMapping[str, Any]:
        if chunks:
            return {"type": "http.request", "body": chunks.pop(0), "more_body": True}
        stalled.set()
        await asyncio.Event().wait()
        raise AssertionError

    waiting = Request(
        {"type": "http", "method": "POST", "path": "/", "headers": [(b"content-type", FORM.encode())]},
        receive,
    )

    async def upload() -> None:
        async with received(waiting, UPLOAD, disk.place):
            raise AssertionError("it was accepted")

    task = asyncio.create_task(upload())
    await stalled.wait()
    assert disk.names == ["upload-1"]
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert disk.names == []


async def test_memory_does_not_grow_with_the_file(disk: Disk) -> None:
    large = Upload.of(Fields, 100_000_000)
    chunk = bytes(range(256)) * 256

    async def chunks() -> AsyncIterator[bytes]:
        yield b'--xyz\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        for _ in range(320):
            yield chunk
        yield b"\r\n--xyz--\r\n"

    source = chunks()

    async def receive() -> MutableMapping[str, Any]:
        body = await anext(source, None)
        return {"type": "http.request", "body": body or b"", "more_body": body is not None}

    sent = Request(
        {"type": "http", "method": "POST", "path": "/", "headers": [(b"content-type", FORM.encode())]},
        receive,
    )
    tracemalloc.start()
    try:
        async with received(sent, large, disk.place) as found:
            _, peak = tracemalloc.get_traced_memory()
            assert found.file.size == 320 * len(chunk) > 20_000_000
    finally:
        tracemalloc.stop()
    assert peak < 3_000_000
