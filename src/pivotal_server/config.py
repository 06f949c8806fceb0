"""Settings, read once from ``PIVOTAL_*`` environment variables.

``SETTINGS`` is the list that the manual and the README table are checked against.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Setting:
    """One environment variable: its name, default as text, and effect."""

    name: str
    default: str
    effect: str


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "PIVOTAL_DATA",
        "./data",
        "Folder of the embedded database, uploads and the secret key. "
        "Over PostgreSQL with several hosts: a folder that all of them share, since uploads lie in it.",
    ),
    Setting(
        "PIVOTAL_DATABASE_URL",
        "",
        "postgresql://user:password@host/database to run over PostgreSQL. "
        "Empty: one SQLite file in the data folder.",
    ),
    Setting("PIVOTAL_HOST", "127.0.0.1", "Address to listen on."),
    Setting("PIVOTAL_PORT", "8000", "Port to listen on."),
    Setting(
        "PIVOTAL_PUBLIC_URL",
        "http://localhost:<port>",
        "Address that links carry; https makes cookies secure.",
    ),
    Setting(
        "PIVOTAL_SECRET_KEY",
        "",
        "Key for secrets at rest; several joined by commas: the first encrypts, all decrypt. "
        "Empty: made on first start and kept in the data folder (required over PostgreSQL).",
    ),
    Setting(
        "PIVOTAL_TRUSTED_PROXIES",
        "",
        "Addresses or networks, joined by commas, whose X-Forwarded-For counts.",
    ),
    Setting("PIVOTAL_LOG_LEVEL", "info", "debug, info, warning or error."),
)


class BadSetting(Exception):
    """A setting that cannot be used; the text is one line for the operator."""


@dataclass(frozen=True, slots=True)
class Config:
    """The settings of this server, checked."""

    data: Path
    database_url: str
    host: str
    port: int
    public_url: str
    secret_key: str
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...]
    log_level: str

    @property
    def secure(self) -> bool:
        """Whether visitors reach the server over https."""
        return self.public_url.startswith("https://")

    @property
    def embedded(self) -> bool:
        """Whether the database is the SQLite file in the data folder."""
        return self.database_url.startswith("sqlite:")


def load(
    environ: Mapping[str, str] | None = None, *, port: int | None = None, host: str | None = None
) -> Config:
    """Read the settings from ``environ`` (default: the process environment).

    ``port`` and ``host`` stand above the environment. Raises :class:`BadSetting`.
    """
    env = os.environ if environ is None else environ
    data = Path(env.get("PIVOTAL_DATA") or "./data").expanduser().absolute()
    if port is None:
        text = env.get("PIVOTAL_PORT") or "8000"
        if not text.isdigit():
            raise BadSetting(f"PIVOTAL_PORT must be a port from 1 to 65535, not '{text}'")
        port = int(text)
    if not 1 <= port <= 65535:
        raise BadSetting(f"The port must be from 1 to 65535, not {port}")
    public_url = (env.get("PIVOTAL_PUBLIC_URL") or f"http://localhost:{port}").rstrip("/")
    parts = urlsplit(public_url)
    if not public_url.isascii():
        raise BadSetting(f"PIVOTAL_PUBLIC_URL must be written in ASCII (xn--…), not '{public_url}'")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query:
        raise BadSetting(f"PIVOTAL_PUBLIC_URL must be http(s)://host[:port], not '{public_url}'")
    database_url = env.get("PIVOTAL_DATABASE_URL") or f"sqlite:///{data / 'pivotal.db'}"
    if not database_url.startswith(("sqlite:///", "postgresql://", "postgres://")):
        raise BadSetting("PIVOTAL_DATABASE_URL must begin with postgresql:// or sqlite:///")
    level = (env.get("PIVOTAL_LOG_LEVEL") or "info").lower()
    if level not in ("debug", "info", "warning", "error"):
        raise BadSetting(f"PIVOTAL_LOG_LEVEL must be debug, info, warning or error, not '{level}'")
    try:
        proxies = tuple(
            ip_network(entry.strip(), strict=False)
            for entry in (env.get("PIVOTAL_TRUSTED_PROXIES") or "").split(",")
            if entry.strip()
        )
    except ValueError as fault:
        raise BadSetting(f"PIVOTAL_TRUSTED_PROXIES: {fault}") from None
    return Config(
        data=data,
        database_url=database_url,
        host=host or env.get("PIVOTAL_HOST") or "127.0.0.1",
        port=port,
        public_url=public_url,
        secret_key=env.get("PIVOTAL_SECRET_KEY") or "",
        trusted_proxies=proxies,
        log_level=level,
    )
