"""Uploads: a ``multipart/form-data`` body (RFC 7578) with one file, read as it comes in.

    async with received(request, operation.upload, place) as form:
        form.file.path, form.file.size, form.fields

The file goes straight to disk, a few hundred kilobytes at a time, so memory does not grow with its size. It
is durable when the block begins, and removed at its end unless somebody has said :meth:`UploadedFile.keep`.
"""

import asyncio
import hashlib
import logging
import os
import re
import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import msgspec
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from pivotal_server.kit.codes import (
    BODY_TOO_LARGE,
    INVALID_CONTENT_TYPE,
    INVALID_MULTIPART,
    INVALID_STRING,
    INVALID_TYPE,
    MISSING_FIELD,
    TOO_BIG,
    TOO_SMALL,
    UNAVAILABLE,
    UNRECOGNIZED_KEYS,
)
from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.filenames import clean_name
from pivotal_server.kit.http.request import Request
from pivotal_server.kit.validation import Form

FILE = "file"
"""The name of the part that holds the file."""

OVERHEAD = 1024 * 1024
"""Bytes that everything else in the body may take, over all."""

HEAD = 1024
"""Bytes at the beginning of a file that are kept at hand, to tell its type by."""

_LONGEST_TEXT = 64 * 1024
_LONGEST_BOUNDARY = 70
_BATCH = 256 * 1024
_EXTENDED_NAME = re.compile(rb";\s*filename\*\s*=\s*utf-8'[^']*'([^;\s]+)", re.IGNORECASE)
# What strangers send is no matter for the log.
_SILENT = logging.getLogger(f"{__name__}.parser")
_SILENT.disabled = True

Place = Callable[[], Path]
"""Gives the path of a new file; its folder exists. It runs in a thread and may touch the disk."""


@dataclass(frozen=True, slots=True)
class Upload:
    """What an operation takes: a file of at most ``limit`` bytes, and the text fields of ``form``."""

    form: Form
    limit: int

    @classmethod
    def of(cls, struct: type[msgspec.Struct], limit: int) -> "Upload":
        """An upload with the text fields that ``struct`` declares."""
        return cls(Form(struct), limit)


@dataclass(slots=True)
class UploadedFile:
    """A file that has arrived whole.

    ``name`` is the client's, made safe; ``declared_type`` what the client calls its type, unchecked; ``head``
    its first bytes; ``sha256`` the hash of its content in hex.
    """

    name: str
    declared_type: str
    path: Path = field(default_factory=Path)
    size: int = 0
    sha256: str = ""
    head: bytes = b""
    kept: bool = False

    def keep(self) -> None:
        """Leave the file where it is when the request ends well; a refusal still removes it."""
        self.kept = True


@dataclass(frozen=True, slots=True)
class Received:
    """A form that has arrived: its text fields as the declared struct, and its file."""

    fields: Any
    file: UploadedFile
    content: bytes = field(repr=False)
    """The same for equal fields and files, whatever boundary the client chose."""


@asynccontextmanager
async def received(request: Request, upload: Upload, place: Place) -> AsyncGenerator[Received, None]:
    """The form in the body of ``request``; its file lies at a path that ``place`` gives.

    Raises ``invalid_content_type``, ``invalid_multipart``, ``body_too_large``, ``missing_field``,
    ``too_small`` for an empty file, ``unrecognized_keys``, what the checks of the fields raise,
    ``unavailable`` when the disk takes no more, and ``Disconnected``. When the block fails for another reason
    than a refusal, a kept file stays: what refers to it may have been stored. Whoever gives the places
    sweeps them for files that nothing refers to.
    """
    reader = _Reader(_boundary(request), upload, place)
    try:
        yield await reader.read(request)
    except ApiError:
        await reader.discard()
        raise
    except BaseException:
        if reader.file is None or not reader.file.kept:
            await reader.discard()
        raise
    if reader.file is not None and not reader.file.kept:
        await reader.discard()


def _boundary(request: Request) -> bytes:
    declared = request.text_header(b"content-type") or ""
    media_type, options = parse_options_header(declared)
    if media_type != b"multipart/form-data":
        shown = declared[:100] or "a request without Content-Type"
        raise INVALID_CONTENT_TYPE(expected="multipart/form-data", received=shown)
    boundary = options.get(b"boundary", b"")
    if not 1 <= len(boundary) <= _LONGEST_BOUNDARY:
        raise INVALID_MULTIPART(reason="Content-Type names no boundary of 1 to 70 characters")
    return boundary


class _Reader:
    """Reads one body. The parser calls back in the order of the parts, so the first fault is reported."""

    def __init__(self, boundary: bytes, upload: Upload, place: Place) -> None:
        self.file: UploadedFile | None = None
        self._upload = upload
        self._place = place
        self._found: dict[str, Any] = {}
        self._texts: dict[str, str] = {}
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": self._header_name,
                "on_header_value": self._header_value,
                "on_header_end": self._header_end,
                "on_headers_finished": self._headers_end,
                "on_part_data": self._data,
                "on_part_end": self._end_part,
                "on_end": self._end,
            },
        )
        self._parser.logger = _SILENT
        self._ended = False
        self._unnamed = False
        self._name = ""
        self._text: bytearray | None = None
        self._headers: dict[bytes, bytes] = {}
        self._header: tuple[bytearray, bytearray] = (bytearray(), bytearray())
        self._pending: list[bytes] = []
        self._pending_size = 0
        self._hash = hashlib.sha256()
        self._handle: int | None = None
        self._disk = threading.Lock()
        self._removed = False

    async def read(self, request: Request) -> Received:
        """Read the whole body."""
        most = self._upload.limit + OVERHEAD
        if request.announces_more_than(most):
            raise BODY_TOO_LARGE(limit=self._upload.limit)
        size = 0
        async with aclosing(request.chunks()) as chunks:
            async for chunk in chunks:
                size += len(chunk)
                if size > most:
                    raise BODY_TOO_LARGE(limit=self._upload.limit)
                try:
                    self._parser.write(chunk)
                except FormParserError:
                    raise INVALID_MULTIPART(reason=f"it leaves the format before byte {size}") from None
                if self._pending_size >= _BATCH:
                    await _on_disk(self._write)
        if not self._ended:
            raise INVALID_MULTIPART(reason="it ends before its last boundary")
        return await self._finish()

    async def _finish(self) -> Received:
        form = self._upload.form
        for name in form.required:
            if name not in self._found:
                raise MISSING_FIELD(field=name, name=name)
        file = self.file
        # A browser's form without a chosen file sends a part without name and content.
        if file is None or (self._unnamed and file.size == 0):
            raise MISSING_FIELD(field=FILE, name=FILE)
        if file.size == 0:
            raise TOO_SMALL(field=FILE, message="The file is empty")
        await _on_disk(self._settle)
        file.sha256 = self._hash.hexdigest()
        content = [sorted(self._texts.items()), file.name, file.declared_type, file.sha256]
        return Received(form.struct(**self._found), file, msgspec.json.encode(content))

    async def discard(self) -> None:
        """Remove the file, if there is one."""
        with suppress(OSError):
            await asyncio.to_thread(self._remove)

    # ── The disk, in threads ───────────────────────────────────────────────────────────────────
    # A request that is cancelled leaves its thread running, hence the lock.
    def _write(self) -> None:
        with self._disk:
            if self._removed:
                return
            assert self.file is not None
            if self._handle is None:
                path = self._place()
                self._handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                self.file.path = path
            batch = memoryview(b"".join(self._pending))
            self._pending.clear()
            self._pending_size = 0
            self._hash.update(batch)
            while batch:
                batch = batch[os.write(self._handle, batch) :]

    def _settle(self) -> None:
        """Write the rest, and make the file and its name durable."""
        self._write()
        with self._disk:
            if self._removed:
                return
            assert self._handle is not None
            assert self.file is not None
            os.fsync(self._handle)
            self._close()
            folder = os.open(self.file.path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def _remove(self) -> None:
        with self._disk:
            self._removed = True
            self._close()
            if self.file is not None and self.file.path.name:
                self.file.path.unlink(missing_ok=True)

    def _close(self) -> None:
        if self._handle is not None:
            handle, self._handle = self._handle, None
            os.close(handle)

    # ── What the parser meets, in order ────────────────────────────────────────────────────────
    def _begin(self) -> None:
        self._headers = {}
        self._text = None

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._header[0].extend(data[start:end])

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._header[1].extend(data[start:end])

    def _header_end(self) -> None:
        name, value = self._header
        self._headers[bytes(name).lower()] = bytes(value)
        self._header = (bytearray(), bytearray())

    def _headers_end(self) -> None:
        kind, options = parse_options_header(self._headers.get(b"content-disposition"))
        if kind != b"form-data" or b"name" not in options:
            raise INVALID_MULTIPART(reason="a part has no name")
        name = self._name = _decoded(options[b"name"], "replace")
        filename = options.get(b"filename", _extended_name(self._headers))
        if filename is None and name != FILE:
            if name not in self._upload.form.fields:
                raise UNRECOGNIZED_KEYS(field=name[:200], key=name[:200])
            if name in self._found:
                raise INVALID_TYPE(field=name, message=f"{name} was sent more than once")
            self._text = bytearray()
            return
        if name != FILE:
            raise UNRECOGNIZED_KEYS(field=name[:200], key=name[:200])
        if filename is None:
            raise INVALID_TYPE(field=FILE, message=f"{FILE} must be sent as a file, with a file name")
        if self.file is not None:
            raise INVALID_TYPE(field=FILE, message=f"{FILE} was sent more than once")
        self._unnamed = not filename
        declared = self._headers.get(b"content-type", b"").decode("latin-1").partition(";")[0]
        self.file = UploadedFile(clean_name(_file_name(filename)), declared.strip().lower())

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._text is not None:
            self._text.extend(data[start:end])
            if len(self._text) > _LONGEST_TEXT:
                raise TOO_BIG(field=self._name, message=f"{self._name} is too long")
            return
        file = self.file
        assert file is not None
        file.size += end - start
        if file.size > self._upload.limit:
            raise BODY_TOO_LARGE(field=FILE, message=f"The file is larger than {self._upload.limit} bytes")
        part = data[start:end]
        if len(file.head) < HEAD:
            file.head = (file.head + part)[:HEAD]
        self._pending.append(part)
        self._pending_size += len(part)

    def _end_part(self) -> None:
        if self._text is None:
            return
        value = _decoded(bytes(self._text), "strict", self._name)
        self._texts[self._name] = value
        self._found[self._name] = self._upload.form.fields[self._name](value, self._name)

    def _end(self) -> None:
        self._ended = True


async def _on_disk(work: Callable[[], None]) -> None:
    try:
        await asyncio.to_thread(work)
    except OSError as fault:
        message = f"The server cannot store files right now: {fault.strerror or 'the disk fails'}"
        raise UNAVAILABLE(message=message) from fault


def _decoded(raw: bytes, errors: str, name: str | None = None) -> str:
    try:
        return raw.decode("utf-8", errors)
    except UnicodeDecodeError:
        raise INVALID_STRING(field=name, message=f"{name} is not UTF-8") from None


def _extended_name(headers: dict[bytes, bytes]) -> bytes | None:
    """The name in ``filename*``, which RFC 7578 rules out and some clients send all the same."""
    found = _EXTENDED_NAME.search(headers[b"content-disposition"])
    return None if found is None else unquote_to_bytes(found[1])


def _file_name(raw: bytes) -> str:
    """The name as the client means it: browsers escape quotes and line ends (HTML, multipart/form-data)."""
    name = _decoded(raw, "replace")
    return name.replace("%22", '"').replace("%0D", "").replace("%0A", "")
