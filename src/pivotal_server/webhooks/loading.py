"""What a worker reads for the deliveries that it has claimed: texts, URLs, headers and secrets."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import TypeVar

from msgspec import Struct

from pivotal_server.kit import clock
from pivotal_server.kit.crypto import CannotOpen
from pivotal_server.services import Services
from pivotal_server.webhooks import repository, repository_queue
from pivotal_server.webhooks.checks import secret_bytes
from pivotal_server.webhooks.repository import EndpointRow, SecretRow
from pivotal_server.webhooks.repository_queue import Claimed
from pivotal_server.webhooks.sealing import open_headers, open_secret
from pivotal_server.webhooks.sending import Settings

T = TypeVar("T")

MOST_OPENED = 4_096
"""Opened secrets and headers that are remembered, by their sealed texts."""


class Loaded(Struct, frozen=True):
    """Settings by endpoint, and exact texts by event."""

    settings: dict[str, Settings]
    texts: dict[str, str]


class Loader:
    """Reads for one worker, at each claim anew; only what was opened before is remembered."""

    def __init__(self, services: Services) -> None:
        self._db = services.db
        self._box = services.box
        self._keys: dict[str, bytes] = {}
        self._headers: dict[str, dict[str, str]] = {}
        self.skew = timedelta(0)
        """By how much the clock of the database is ahead of ours."""

    async def measure_skew(self) -> None:
        """Compare the clocks; the embedded database has none of its own."""
        before = clock.real_now()
        moment = await repository_queue.database_time(self._db)
        if moment is not None:
            self.skew = moment - (before + (clock.real_now() - before) / 2)

    async def load(self, org_id: str, claimed: Sequence[Claimed]) -> Loaded:
        """What the attempts of these deliveries of one workspace need."""
        ids = sorted({one.row.endpoint_id for one in claimed})
        event_ids = sorted({one.row.event_id for one in claimed})
        endpoints, secrets, texts = await asyncio.gather(
            repository_queue.endpoints(self._db, org_id, ids),
            repository.secrets_of(self._db, org_id, ids),
            repository_queue.texts(self._db, org_id, event_ids),
        )
        return Loaded({id: self._settings(org_id, row, secrets) for id, row in endpoints.items()}, texts)

    def _settings(self, org_id: str, row: EndpointRow, secrets: Sequence[SecretRow]) -> Settings:
        own = [one for one in secrets if one.endpoint_id == row.id]
        try:
            keys = tuple((self._key(org_id, one), one.expires_at) for one in own)
            return Settings(row.url, self._open_headers(org_id, row), keys)
        except CannotOpen as fault:
            return Settings(row.url, {}, (), str(fault))

    def _key(self, org_id: str, row: SecretRow) -> bytes:
        found = self._keys.get(row.sealed)
        if found is None:
            found = secret_bytes(open_secret(self._box, org_id, row.endpoint_id, row.id, row.sealed))
            _remember(self._keys, row.sealed, found)
        return found

    def _open_headers(self, org_id: str, row: EndpointRow) -> dict[str, str]:
        if row.headers_sealed is None:
            return {}
        found = self._headers.get(row.headers_sealed)
        if found is None:
            found = open_headers(self._box, org_id, row.id, row.headers_sealed)
            _remember(self._headers, row.headers_sealed, found)
        return found


def _remember(kept: dict[str, T], name: str, value: T) -> None:
    if len(kept) >= MOST_OPENED:
        kept.clear()
    kept[name] = value
