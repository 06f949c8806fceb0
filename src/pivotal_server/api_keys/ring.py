"""Recognising a key on every request, from memory, and refusing it from the moment it is revoked.

A key that was verified once is remembered under a keyed digest of its text. What is remembered holds as
long as the database's epoch stands still; when that moves (another process may have revoked a key) or is
unknown (no word from the database), the key's row is read again before it is believed.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime

import structlog

from pivotal_server.api_keys import repository
from pivotal_server.api_keys.repository import HeldKey
from pivotal_server.auth import actor, keys, scopes
from pivotal_server.auth.addresses import AddressList, parse_list
from pivotal_server.auth.authorization import PLAIN_BEARER, read_bearer, require_key
from pivotal_server.db.engine import Database
from pivotal_server.db.errors import DatabaseError
from pivotal_server.errors_catalogue import (
    API_KEY_EXPIRED,
    API_KEY_REVOKED,
    INSUFFICIENT_SCOPE,
    INVALID_API_KEY,
    IP_NOT_ALLOWED,
    RATE_LIMITED,
    READ_ONLY_KEY,
)
from pivotal_server.kit import clock
from pivotal_server.kit.errors import ApiError
from pivotal_server.limits.catalogue import changed_in
from pivotal_server.limits.failures import Failures
from pivotal_server.limits.tiers import Tier, tier_of
from pivotal_server.limits.window import Window

MOST_REMEMBERED = 10_000
FLUSH_SECONDS = 5.0
"""How often usage figures are written."""

_log = structlog.get_logger(__name__)


class KnownKey:
    """A verified key in memory: what it may do, its window, and its use since the last write."""

    __slots__ = (
        "actor",
        "addresses",
        "ends",
        "epoch",
        "forgotten",
        "granted",
        "row",
        "tier",
        "used",
        "used_address",
        "used_at",
        "window",
    )

    def __init__(self, row: HeldKey, epoch: int | None, window: Window | None = None) -> None:
        self.tier: Tier = tier_of(
            livemode=row.mode == "live", own=row.rate_limit, changed=changed_in(row.settings)
        )
        self.window = window or Window(self.tier.limit)
        self.used = 0
        self.used_at = 0.0
        self.used_address = ""
        # Another key took its place in the memory; it stays only until its use is written.
        self.forgotten = False
        self.renew(row, epoch)

    def renew(self, row: HeldKey, epoch: int | None) -> None:
        """Take over what the database says now."""
        self.row = row
        self.epoch = epoch
        self.granted = frozenset(row.scopes)
        self.addresses: AddressList = parse_list(row.allowed_addresses)
        self.ends = row.revoked_at is not None or row.expires_at is not None
        self.tier = tier_of(livemode=row.mode == "live", own=row.rate_limit, changed=changed_in(row.settings))
        self.window.limit = self.tier.limit
        self.actor = actor.api_key(row.org_id, row.id, row.name, row.mode)

    def use(self, address: str, now: float) -> None:
        """Count one request at ``now`` (Unix seconds); written later, in a batch."""
        self.used += 1
        self.used_at = now
        self.used_address = address

    def check(self, scope: str, address: str, *, writes: bool) -> None:
        """Raises ``ip_not_allowed``, ``read_only_key`` or ``insufficient_scope`` when the key may not."""
        if self.addresses and address not in self.addresses:
            raise IP_NOT_ALLOWED()
        if writes and self.row.read_only:
            raise READ_ONLY_KEY()
        if scope != "any":
            self.check_scope(scope)

    def check_scope(self, scope: str) -> None:
        """Raises ``insufficient_scope`` when the key lacks ``scope``."""
        if self.granted and not scopes.allows(self.granted, scope):
            raise INSUFFICIENT_SCOPE(scope=scope)


class KeyRing:
    """The keys that this process remembers."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._by_digest: dict[bytes, KnownKey] = {}
        self._by_id: dict[str, KnownKey] = {}
        self.failures = Failures()
        self._flusher: asyncio.Task[None] | None = None
        self._flushing = asyncio.Lock()

    def remembered(self, header: bytes | None) -> KnownKey | None:
        """The key in a header when memory alone can vouch for it: known, checked in this epoch, endless.

        ``None`` means that :meth:`recognise` has to be asked.
        """
        match = PLAIN_BEARER.fullmatch(header) if header is not None else None
        if match is None:
            return None
        known = self._by_digest.get(keys.digest_of(match[1]))
        if known is None or known.ends or known.epoch is None or known.epoch != self._db.epoch():
            return None
        return known

    async def recognise(self, header: bytes | None, address: str) -> KnownKey:
        """The key in an ``Authorization`` header.

        Raises the 401 errors, or ``rate_limited`` when the client address has failed too often.
        """
        try:
            return await self._recognise(header, address)
        except ApiError as fault:
            if fault.code.status != 401:
                raise
            wait = self.failures.record(address, clock.unix())
            if wait:
                raise _too_many(wait) from None
            raise

    async def _recognise(self, header: bytes | None, address: str) -> KnownKey:
        text = read_bearer(header)
        name = keys.digest(text)
        known = self._by_digest.get(name)
        epoch = self._db.epoch()
        if known is None:
            known = await self._verify(text, name, epoch, address)
        elif epoch is None or known.epoch != epoch:
            row = await repository.held(self._db, known.row.org_id, known.row.id)
            if row is None:
                self._by_digest.pop(name, None)
                self._by_id.pop(known.row.id, None)
                raise INVALID_API_KEY()
            known.renew(row, epoch)
        if known.row.revoked_at is not None:
            raise API_KEY_REVOKED()
        if known.row.expires_at is not None and known.row.expires_at <= clock.now():
            raise API_KEY_EXPIRED()
        return known

    async def _verify(self, text: str, name: bytes, epoch: int | None, address: str) -> KnownKey:
        parsed = require_key(text)
        wait = self.failures.blocked(address, clock.unix())
        if wait:
            raise _too_many(wait)
        row = await repository.by_public_id(self._db, parsed.key_id)
        if row is None:
            # The same work as for a wrong secret, so that the time does not tell which ids exist.
            keys.hash_secret(parsed.secret, bytes(keys.SALT_BYTES))
            raise INVALID_API_KEY()
        right = keys.verify_secret(
            parsed.secret, bytes.fromhex(row.salt), bytes.fromhex(row.secret_hash), row.iterations
        )
        if not right or row.mode != parsed.mode:
            raise INVALID_API_KEY()
        known = self._by_id.get(row.id)
        if known is None:
            known = self._by_id[row.id] = KnownKey(row, epoch)
        else:
            known.renew(row, epoch)
        if name not in self._by_digest and len(self._by_digest) >= MOST_REMEMBERED:
            evicted = self._by_digest.pop(next(iter(self._by_digest)))
            evicted.forgotten = True
            self._drop_if_forgotten(evicted)
        known.forgotten = False
        self._by_digest[name] = known
        return known

    def _drop_if_forgotten(self, known: KnownKey) -> None:
        if known.forgotten and not known.used:
            self._by_id.pop(known.row.id, None)

    def __len__(self) -> int:
        """How many keys are in memory, those that only wait for their use to be written among them."""
        return len(self._by_id)

    async def flush(self) -> None:
        """Write the usage figures gathered since the last time."""
        async with self._flushing:
            await self._flush()

    async def _flush(self) -> None:
        used: Sequence[KnownKey] = [known for known in self._by_id.values() if known.used]
        if not used:
            return
        rows = []
        # In one order everywhere, so that two processes that write the same keys never wait for each other.
        used = sorted(used, key=lambda known: (known.row.org_id, known.row.id))
        for known in used:
            rows.append(
                {
                    "in_org": known.row.org_id,
                    "of_id": known.row.id,
                    "count": known.used,
                    "at": datetime.fromtimestamp(known.used_at, UTC),
                    "address": known.used_address,
                }
            )
            known.used = 0
        try:
            async with self._db.transaction() as tx:
                await repository.add_usage(tx, rows)
        except BaseException:
            for known, row in zip(used, rows, strict=True):
                known.used += row["count"]  # type: ignore[operator]
            raise
        for known in used:
            self._drop_if_forgotten(known)

    def start(self) -> None:
        """Begin writing usage figures in the background."""
        self._flusher = asyncio.create_task(self._keep_flushing())

    async def stop(self) -> None:
        """Write what is left and end the background task."""
        if self._flusher is not None:
            # Not in the middle of a write: whether it is stored could no longer be told then.
            async with self._flushing:
                self._flusher.cancel()
            await asyncio.wait([self._flusher])
            self._flusher = None
        with suppress(DatabaseError):
            await self.flush()

    async def _keep_flushing(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            try:
                await self.flush()
            except DatabaseError as fault:
                _log.warning("usage figures wait for the database", reason=str(fault))
            except Exception:  # noqa: BLE001 - the figures stay in memory and are written with the next
                _log.exception("usage figures could not be written")


def _too_many(seconds: int) -> ApiError:
    return RATE_LIMITED(seconds=seconds, headers={"retry-after": str(seconds)})
