"""Scopes: what an API key may be narrowed to.

A scope is ``read:x`` or ``write:x``; write includes read. A key with no scopes may do everything.
"""

from collections.abc import Iterable

from pivotal_server.errors_catalogue import INVALID_ENUM_VALUE

_RESOURCES = {
    "customers": "customers",
    "contacts": "contacts",
    "onboardings": "onboardings",
    "tasks": "tasks",
    "comments": "comments",
    "templates": "phase templates",
    "insights": "health, forecasts and the risk list",
    "webhooks": "webhook endpoints and their deliveries",
    "data": "imports, exports and their jobs",
}

READ_WORKSPACE = "read:workspace"


def _catalogue() -> dict[str, str]:
    scopes: dict[str, str] = {}
    for resource, words in _RESOURCES.items():
        scopes[f"read:{resource}"] = f"Read {words}"
        scopes[f"write:{resource}"] = f"Read and change {words}"
    scopes[READ_WORKSPACE] = "Read members, phases, custom fields, tags, activity, events and search results"
    return scopes


SCOPES: dict[str, str] = _catalogue()
"""Every scope with its description, in the order in which screens and documents show them."""


def parse(names: Iterable[str], *, field: str = "scopes") -> frozenset[str]:
    """The scopes called ``names``, doubles dropped; nothing means everything is allowed.

    Raises ``invalid_enum_value`` at the first unknown name, with its place as ``<field>.<index>``. An unknown
    name is never skipped: a list of unknown names alone would otherwise grant everything.
    """
    granted: set[str] = set()
    for index, name in enumerate(names):
        if name not in SCOPES:
            raise INVALID_ENUM_VALUE(
                field=f"{field}.{index}", expected=" | ".join(f"'{scope}'" for scope in SCOPES), received=name
            )
        granted.add(name)
    return frozenset(granted)


def in_order(granted: frozenset[str]) -> list[str]:
    """``granted`` as it is stored and shown: in catalogue order, a read that its write includes left out."""
    return [
        scope
        for scope in SCOPES
        if scope in granted and not (scope.startswith("read:") and f"write:{scope[5:]}" in granted)
    ]


def is_write(scope: str) -> bool:
    """Whether an operation with this scope changes something, so that a read-only key is refused."""
    return scope.startswith("write:")


def allows(granted: frozenset[str], needed: str) -> bool:
    """Whether a key with the scopes ``granted`` may call an operation that declares ``needed``."""
    if not granted or needed in granted:
        return True
    return needed.startswith("read:") and f"write:{needed[5:]}" in granted
