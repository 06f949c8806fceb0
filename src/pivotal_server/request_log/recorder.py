"""Recording requests: a note in memory during the request, one batch to the database every second.

A crash loses at most the last second of the log, never a request itself. Of failed requests the bodies are
kept, cut to 4 KiB and without anything that looks like a secret.
"""

import asyncio
import itertools
import re
import secrets
from contextlib import suppress
from typing import Any

import msgspec
import structlog

from pivotal_server.auth.keys import KEY_PATTERN
from pivotal_server.db.engine import Database
from pivotal_server.db.errors import DatabaseError
from pivotal_server.request_log import repository

FLUSH_SECONDS = 1.0
MOST_WAITING = 20_000
"""Requests that wait at most; beyond that the oldest are dropped, and the log says how many."""
BATCH = 1000
MOST_BODY = 4096

_SECRET_NAME = re.compile(
    r"secret|token|password|passwd|authorization|api[_-]?key|credential|signature", re.IGNORECASE
)
_SECRET_TEXT = re.compile(rf"{KEY_PATTERN}|\bBearer\s+\S+", re.IGNORECASE)
# In what is no JSON: whatever follows a name that sounds like a secret, to the end of its text or value.
_SECRET_PAIR = re.compile(
    rf"""((?:{_SECRET_NAME.pattern})[^\s:="']*["']?\s*[:=]\s*)("(?:\\.|[^"\\])*"?|'[^']*'?|[^,&}}\s]+)""",
    re.IGNORECASE,
)
HIDDEN = "[removed]"

# Tells requests of the same microsecond apart; nothing else refers to it.
_PROCESS = secrets.token_hex(4)
_numbers = itertools.count()

_log = structlog.get_logger(__name__)


class Note(msgspec.Struct, gc=False):
    """One finished request, before it is written. ``at``: Unix seconds of its start."""

    org_id: str
    at: float
    request_id: str
    api_key_id: str
    method: str
    route: str
    path: str
    status: int
    code: str | None
    duration_us: int
    address: str
    request_body: bytes | None
    response_body: bytes | None
    tool: str | None = None


def _redacted(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: HIDDEN if name == "headers" or _SECRET_NAME.search(str(name)) else _redacted(entry)
            for name, entry in value.items()
        }
    if isinstance(value, list):
        return [_redacted(entry) for entry in value]
    return _SECRET_TEXT.sub(HIDDEN, value) if isinstance(value, str) else value


def without_secrets(body: bytes) -> str:
    """A body as it is kept: at most 4 KiB of text, secrets replaced.

    In JSON the values under names that sound like secrets are replaced whole, everywhere whatever has the
    form of an API key or a bearer token.
    """
    try:
        text = msgspec.json.encode(_redacted(msgspec.json.decode(body))).decode()
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        text = body[: 2 * MOST_BODY].decode("utf-8", "replace").replace("\0", "\ufffd")
        text = _SECRET_PAIR.sub(rf"\g<1>{HIDDEN}", _SECRET_TEXT.sub(HIDDEN, text))
    return text if len(text) <= MOST_BODY else f"{text[:MOST_BODY]}…"


class Recorder:
    """Collects notes and writes them in the background."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._waiting: list[Note] = []
        self._dropped = 0
        self._writer: asyncio.Task[None] | None = None
        self._flushing = asyncio.Lock()

    def add(self, note: Note) -> None:
        """Take a note; costs the request an append."""
        if len(self._waiting) >= MOST_WAITING:
            del self._waiting[:BATCH]
            self._dropped += BATCH
        self._waiting.append(note)

    async def flush(self) -> None:
        """Write everything that waits. Raises the errors of the database; what failed waits on."""
        async with self._flushing:
            await self._flush()

    async def _flush(self) -> None:
        while self._waiting:
            notes, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
            try:
                async with self._db.transaction() as tx:
                    await repository.insert(tx, self._db.dialect, [_row(note) for note in notes])
            except (DatabaseError, asyncio.CancelledError):
                self._waiting[:0] = notes
                raise
        if self._dropped:
            _log.warning("request log too slow", dropped=self._dropped)
            self._dropped = 0

    def start(self) -> None:
        """Begin writing in the background."""
        self._writer = asyncio.create_task(self._keep_writing())

    async def stop(self) -> None:
        """Write what is left and end the background task."""
        if self._writer is not None:
            # Not in the middle of a write: whether it is stored could no longer be told then.
            async with self._flushing:
                self._writer.cancel()
            await asyncio.wait([self._writer])
            self._writer = None
        with suppress(DatabaseError):
            await self.flush()

    async def _keep_writing(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            try:
                await self.flush()
            except DatabaseError as fault:
                _log.warning("the request log waits for the database", reason=str(fault))
            except Exception:  # noqa: BLE001 - a batch that cannot be written is dropped, the next may be
                _log.exception("requests could not be logged")


def _row(note: Note) -> list[Any]:
    """The values of a note in the order of the table's columns."""
    path = note.path[:500]
    if not path.isprintable():
        path = path.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
    return [
        note.org_id,
        int(note.at * 1_000_000),
        f"{_PROCESS}{next(_numbers):x}",
        note.request_id,
        note.api_key_id,
        note.method,
        note.route,
        path,
        note.status,
        note.code,
        note.duration_us,
        note.address,
        None if note.request_body is None else without_secrets(note.request_body),
        None if note.response_body is None else without_secrets(note.response_body),
        note.tool,
    ]
