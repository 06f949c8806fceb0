"""Settings, read once from ``PIVOTAL_*`` environment variables.

``SETTINGS`` is the list that the manual and the README table are checked against.
"""

import os
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from urllib.parse import urlsplit

from pivotal_server.kit.outbound.addresses import Policy, parse_networks


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
        "Addresses or networks, joined by commas, whose X-Forwarded-For and X-Forwarded-Proto count. "
        "Empty: the peer is the client, and only the public URL says whether it came by https.",
    ),
    Setting(
        "PIVOTAL_EVENT_RETENTION_DAYS",
        "90",
        "Days for which events and their deliveries are kept, 7 to 365.",
    ),
    Setting("PIVOTAL_WEBHOOK_SLOTS", "200", "Webhook requests in flight at once, of one process."),
    Setting(
        "PIVOTAL_WEBHOOK_ALLOW_PRIVATE_TARGETS",
        "false",
        "For development: webhooks may go to 127.0.0.1 and ::1, over http too.",
    ),
    Setting(
        "PIVOTAL_WEBHOOK_ALLOWED_CIDRS",
        "",
        "Networks, joined by commas, to which webhooks may go though they are not public; https alone.",
    ),
    Setting(
        "PIVOTAL_WEBHOOK_CA_FILE",
        "",
        "File with further root certificates (PEM) for the receivers of webhooks.",
    ),
    Setting(
        "PIVOTAL_DOCS_PUBLIC",
        "true",
        "Whether anybody may read `/docs`. With `false` readers sign in; programs send an API key to read "
        "the Markdown of pages and `llms.txt`.",
    ),
    Setting(
        "PIVOTAL_DOCS_ASSISTANT_LINKS",
        "true",
        "Whether pages of the docs offer to be opened in Claude and ChatGPT.",
    ),
    Setting(
        "PIVOTAL_SUPPORT_EMAIL",
        "",
        "Address that the docs name for help. Empty: they name the owner of the workspace.",
    ),
    Setting(
        "PIVOTAL_MCP",
        "true",
        "Whether programs may come in by the Model Context Protocol, at `/mcp` and `/docs/_mcp/server`. "
        "It takes effect where the server was installed with its part `mcp`, as `./run serve` does.",
    ),
    Setting("PIVOTAL_LOG_LEVEL", "info", "debug, info, warning or error."),
)


# The letters of RFC 3986 that a mailto: link holds unescaped.
_MAIL_ADDRESS = re.compile(r"[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+")


def as_https(url: str) -> str:
    """A public URL as those see it who come by https."""
    return f"https://{url.partition('://')[2].removesuffix(':80')}"


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
    event_retention_days: int = 90
    webhook_slots: int = 200
    webhook_allow_private_targets: bool = False
    webhook_allowed_cidrs: tuple[IPv4Network | IPv6Network, ...] = ()
    webhook_ca_file: str = ""
    docs_public: bool = True
    docs_assistant_links: bool = True
    support_email: str = ""
    mcp: bool = True

    @property
    def outbound(self) -> Policy:
        """Where requests to addresses that others choose may go."""
        return Policy(self.webhook_allowed_cidrs, self.webhook_allow_private_targets, self.webhook_ca_file)

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
    return Config(
        data=data,
        database_url=database_url,
        host=host or env.get("PIVOTAL_HOST") or "127.0.0.1",
        port=port,
        public_url=public_url,
        secret_key=env.get("PIVOTAL_SECRET_KEY") or "",
        trusted_proxies=_networks(env, "PIVOTAL_TRUSTED_PROXIES"),
        log_level=level,
        event_retention_days=_number(env, "PIVOTAL_EVENT_RETENTION_DAYS", 90, 7, 365),
        webhook_slots=_number(env, "PIVOTAL_WEBHOOK_SLOTS", 200, 1, 10_000),
        webhook_allow_private_targets=_flag(env, "PIVOTAL_WEBHOOK_ALLOW_PRIVATE_TARGETS"),
        webhook_allowed_cidrs=_networks(env, "PIVOTAL_WEBHOOK_ALLOWED_CIDRS"),
        webhook_ca_file=_certificates(env.get("PIVOTAL_WEBHOOK_CA_FILE") or ""),
        docs_public=_flag(env, "PIVOTAL_DOCS_PUBLIC", "true"),
        docs_assistant_links=_flag(env, "PIVOTAL_DOCS_ASSISTANT_LINKS", "true"),
        support_email=_address(env, "PIVOTAL_SUPPORT_EMAIL"),
        mcp=_flag(env, "PIVOTAL_MCP", "true"),
    )


def _networks(env: Mapping[str, str], name: str) -> tuple[IPv4Network | IPv6Network, ...]:
    try:
        return parse_networks(env.get(name) or "")
    except ValueError as fault:
        raise BadSetting(f"{name}: {fault}") from None


def _number(env: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = env.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
        raise BadSetting(f"{name} must be a number from {least} to {most}, not '{text}'")
    return int(text)


def _flag(env: Mapping[str, str], name: str, default: str = "false") -> bool:
    text = (env.get(name) or default).lower()
    if text not in ("true", "false"):
        raise BadSetting(f"{name} must be true or false, not '{text}'")
    return text == "true"


def _address(env: Mapping[str, str], name: str) -> str:
    text = env.get(name) or ""
    if text and not _MAIL_ADDRESS.fullmatch(text):
        raise BadSetting(f"{name} must be an e-mail address, not '{text}'")
    return text


def _certificates(path: str) -> str:
    if path:
        try:
            ssl.create_default_context(cafile=path)
        except (OSError, ssl.SSLError) as fault:
            raise BadSetting(f"PIVOTAL_WEBHOOK_CA_FILE: {path} holds no certificates ({fault})") from None
    return path
