"""What pages and background work need of the running server."""

from dataclasses import dataclass

from pivotal_server.api_keys.ring import KeyRing
from pivotal_server.auth.addresses import AddressList
from pivotal_server.config import Config
from pivotal_server.db.engine import Database
from pivotal_server.files.store import Files
from pivotal_server.kit.crypto import SecretBox
from pivotal_server.kit.outbound.addresses import Policy
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
