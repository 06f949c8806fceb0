"""What pages and background work need of the running server."""

from collections.abc import MutableMapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from pivotal_server.api_keys.ring import KeyRing
from pivotal_server.auth.addresses import AddressList, came_by_https
from pivotal_server.config import Config, as_https
from pivotal_server.db.engine import Database
from pivotal_server.files.store import Files
from pivotal_server.kit.crypto import SecretBox
from pivotal_server.kit.outbound.addresses import Policy
from pivotal_server.limits.window import Windows
from pivotal_server.request_log.recorder import Recorder


@dataclass(frozen=True, slots=True)
class Services:
    """The parts of one running server; pages find it at ``request.app.state.services``."""

    config: Config
    db: Database
    ring: KeyRing
    box: SecretBox
    trusted_proxies: AddressList
    recorder: Recorder
    # What this process saw of each client address in the last minute.
    docs_votes: Windows = field(default_factory=Windows)

    def reached_by(self, scope: MutableMapping[str, Any]) -> Self:
        """These services as the visitor of an ASGI request sees them.

        A trusted proxy may say that the visitor came by https where the public URL does not; cookies and
        links are then made for https.
        """
        if self.config.secure or not self.trusted_proxies:
            return self
        peer = scope.get("client")
        if not came_by_https(peer[0] if peer else None, scope["headers"], self.trusted_proxies):
            return self
        return replace(self, config=replace(self.config, public_url=as_https(self.config.public_url)))

    @property
    def policy(self) -> Policy:
        """Where requests to addresses that others choose may go."""
        return self.config.outbound

    @property
    def retention_days(self) -> int:
        """For how many days events are kept."""
        return self.config.event_retention_days

    @property
    def files(self) -> Files:
        """Uploaded files, in the data folder."""
        return Files(self.config.data / "files", self.box, self.config.public_url)
