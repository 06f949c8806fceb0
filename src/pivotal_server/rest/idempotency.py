"""Idempotency keys: the answer to a write is stored in the transaction of the write itself.

So a crash at any moment leaves either both the effect and the record, or neither.
"""

import hashlib
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import msgspec
from sqlalchemy import bindparam, delete, func, literal_column, select

from pivotal_server.db.engine import Transaction
from pivotal_server.db.statements import Statement, insert_of
from pivotal_server.db.tables import idempotency_keys
from pivotal_server.errors_catalogue import (
    IDEMPOTENCY_KEY_IN_USE,
    IDEMPOTENCY_KEY_REUSED,
    IDEMPOTENCY_KEY_TOO_LONG,
)
from pivotal_server.kit import clock
from pivotal_server.kit.crypto import SecretBox
from pivotal_server.unit_of_work import UnitOfWork

LIFETIME = timedelta(hours=24)
MAX_BYTES = 255


class Stored(msgspec.Struct, frozen=True):
    """A stored answer."""

    request_hash: str
    status: int
    body: str


_T = idempotency_keys.c
_OF_KEY = (
    _T.org_id == bindparam("org_id"),
    _T.method == bindparam("method"),
    _T.path == bindparam("path"),
    _T.key == bindparam("key"),
)
FIND = Statement(
    select(_T.request_hash, _T.status, _T.body).where(*_OF_KEY, _T.created_at > bindparam("since")),
    into=Stored,
)
FORGET = Statement.write(delete(idempotency_keys).where(*_OF_KEY))
INSERT = Statement.write(insert_of(idempotency_keys))
PURGE = Statement.write(
    delete(idempotency_keys).where(_T.created_at <= bindparam("before")),
    global_lookup="expired answers of all workspaces are cleared together",
)
# SQLite has one writer, so a transaction has its turn already.
_TAKE_TURN = Statement.rows(
    select(literal_column("1")),
    postgresql=select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("name"), 0))),
)
_TRY_LOCK = Statement.scalar(
    select(func.pg_try_advisory_xact_lock(func.hashtextextended(bindparam("name"), 0))), bool
)


class Claim(msgspec.Struct, frozen=True):
    """One request's hold on its key: workspace, method, path, key, and the hash of its query and body."""

    org_id: str
    method: str
    path: str
    key: str
    request_hash: str

    @property
    def _params(self) -> dict[str, str]:
        return {"org_id": self.org_id, "method": self.method, "path": self.path, "key": self.key}

    @property
    def _place(self) -> str:
        return f"idempotency_keys.body {self.org_id} {self.method} {self.path} {self.key}"

    def sealed(self, box: SecretBox, body: bytes) -> bytes:
        """An answer that holds a secret, as it is kept."""
        return box.seal(body.decode(), self._place).encode()

    def opened(self, box: SecretBox, kept: bytes) -> bytes:
        """What :meth:`sealed` was given. Raises ``CannotOpen``."""
        return box.open(kept.decode(), self._place).encode()

    async def find(self, uow: UnitOfWork, *, across_processes: bool) -> Stored | None:
        """The stored answer to repeat, if there is one.

        Raises ``idempotency_key_reused`` when it answered another body, and, with ``across_processes``,
        ``idempotency_key_in_use`` when another process is at work on the same key.
        """
        if across_processes:
            name = "\n".join((self.org_id, self.method, self.path, self.key))
            if not await uow.tx.fetch_one(_TRY_LOCK, {"name": name}):
                raise IDEMPOTENCY_KEY_IN_USE()
        stored = await uow.tx.fetch_one(FIND, {**self._params, "since": uow.now - LIFETIME})
        if stored is not None and stored.request_hash != self.request_hash:
            raise IDEMPOTENCY_KEY_REUSED()
        return stored

    async def store(self, uow: UnitOfWork, status: int, body: bytes) -> None:
        """Keep the answer, in the transaction of its effect."""
        await uow.tx.execute(FORGET, self._params)
        await uow.tx.execute(
            INSERT,
            {
                **self._params,
                "request_hash": self.request_hash,
                "status": status,
                "body": body.decode(),
                "created_at": uow.now,
            },
        )


class Running:
    """The keys that requests of this process are at work on."""

    def __init__(self) -> None:
        self._held: set[tuple[str, str, str, str]] = set()

    @contextmanager
    def hold(self, claim: Claim) -> Iterator[None]:
        """Hold the key inside the block. Raises ``idempotency_key_in_use`` when it is held already."""
        name = (claim.org_id, claim.method, claim.path, claim.key)
        if name in self._held:
            raise IDEMPOTENCY_KEY_IN_USE()
        self._held.add(name)
        try:
            yield
        finally:
            self._held.discard(name)


def claim_of(org_id: str, method: str, path: str, header: bytes, query: bytes, body: bytes) -> Claim:
    """The claim of a request. Raises ``idempotency_key_too_long`` for a key that is empty or too long."""
    if not 1 <= len(header) <= MAX_BYTES or b"\0" in header:
        raise IDEMPOTENCY_KEY_TOO_LONG()
    digest = hashlib.sha256(query + b"\n" + body).hexdigest()
    return Claim(org_id, method, path, header.decode("latin-1"), digest)


async def once(
    uow: UnitOfWork, path: str, submission: str, work: Callable[[UnitOfWork], Awaitable[str]]
) -> str:
    """The result of ``work``, done once for each ``submission`` of a form at ``path``.

    A repeat within 24 hours gets the stored result. ``submission`` stands for the content sent too
    (``Fields.submission``); without one the work is just done.
    """
    if not submission:
        return await work(uow)
    claim = Claim(uow.org_id, "FORM", path, submission, "")
    # Two clicks at once: the second waits here until it can see what the first has stored.
    await uow.tx.fetch_one(_TAKE_TURN, {"name": "\n".join((claim.org_id, "FORM", path, submission))})
    stored = await claim.find(uow, across_processes=False)
    if stored is not None:
        return stored.body
    result = await work(uow)
    await claim.store(uow, 200, result.encode())
    return result


async def purge(tx: Transaction) -> int:
    """Remove stored answers past their lifetime; how many."""
    return await tx.execute(PURGE, {"before": clock.now() - LIFETIME})
