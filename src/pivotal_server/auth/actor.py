"""Who acts."""

from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

ActorType = Literal["member", "api_key", "contact", "integration", "system"]
Origin = Literal[
    "app",
    "api",
    "mcp",
    "portal",
    "mail",
    "slack",
    "import",
    "bulk",
    "sync",
    "automation",
    "system",
    "command",
]

_PREFIX = {
    "member": "user:",
    "api_key": "api_key:",
    "contact": "portal:contact_",
    "integration": "integration:",
}


class Actor(Struct, frozen=True, kw_only=True):
    """Whoever makes a request, within one workspace.

    ``label`` is the name shown in the activity stream; ``role`` decides what a member may do;
    ``livemode`` is false for a test key, and marks what it creates; ``tool`` is that of the MCP server by
    which it acts, if any.
    """

    type: ActorType
    org_id: str
    id: str | None
    label: str
    origin: Origin
    role: str = "api_key"
    livemode: bool = True
    tool: str | None = None

    def through(self, tool: str) -> "Actor":
        """The same actor at work with a tool of the MCP server."""
        return replace(self, origin="mcp", tool=tool)

    @property
    def string(self) -> str:
        """The actor string of events: ``user:<id>``, ``api_key:<id>``, …, ``system``."""
        prefix = _PREFIX.get(self.type)
        return "system" if prefix is None else f"{prefix}{self.id}"


def member(org_id: str, id: str, name: str, role: str) -> Actor:
    """A member at work in the app."""
    return Actor(type="member", org_id=org_id, id=id, label=name, origin="app", role=role)


def api_key(org_id: str, id: str, name: str, mode: str) -> Actor:
    """Whoever holds an API key; ``mode`` is ``live`` or ``test``."""
    live = mode == "live"
    return Actor(type="api_key", org_id=org_id, id=id, label=f"API: {name}", origin="api", livemode=live)


def command_line(org_id: str) -> Actor:
    """The operator at the command line of the server."""
    return Actor(type="system", org_id=org_id, id=None, label="Command line", origin="command", role="owner")


def server(org_id: str) -> Actor:
    """The server itself."""
    return Actor(type="system", org_id=org_id, id=None, label="Pivotal", origin="system", role="owner")
