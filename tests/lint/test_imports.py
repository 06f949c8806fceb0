"""Who may import whom: the table of a room's files, for every room there is.

The import contracts in ``pyproject.toml`` hold the order of the layers, however many modules lie between.
Here stands what depends on whether an import crosses from one room to another.
"""

import ast
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from tests.lint.files import PACKAGE

KINDS = ("schemas", "repository", "service", "api", "pages", "views", "jobs")
PROGRAM = ("app", "cli", "server", "operations", "__main__")
_EDGE = {"kit", "common", "schemas", "service", "helper", "own api", "own jobs"}
_RULES = {"kit", "common", "db", "schemas", "service", "helper", "own repository"}

# What a file may import, by its kind. "own" means of the same room. `views` shape what pages show. `helper`
# is any other module of a room, `common` one beside the rooms, `program` those that put the whole together.
ALLOWED: dict[str, set[str]] = {
    "kit": {"kit"},
    "db": {"kit", "db"},
    "schemas": {"kit", "common", "schemas", "own helper"},
    "repository": {"kit", "common", "db", "own repository", "own helper"},
    "service": _RULES,
    "helper": _RULES | {"web", "own views"},
    "common": _RULES,
    "api": _EDGE,
    "jobs": _EDGE,
    "views": _EDGE | {"web", "views"},
    "pages": _EDGE | {"web", "views", "own pages"},
    "web": _RULES | {"web"},
    "program": {"kit", "common", "db", "web", "helper", "program"} | set(KINDS) - {"repository"},
}


class Place(NamedTuple):
    """Where a module belongs: its room (empty outside rooms) and its kind."""

    room: str
    kind: str


def place(module: str) -> Place:
    """The place of ``module``, named below ``pivotal_server``: ``customers.service_merge``, ``app``."""
    parts = module.split(".")
    if parts[0] in {"kit", "db"}:
        return Place("", parts[0])
    if not (PACKAGE / parts[0]).is_dir() and len(parts) == 1:
        return Place("", "program" if parts[0] in PROGRAM or parts[0].split("_")[0] in PROGRAM else "common")
    depth = 2 if parts[0] == "integrations" and len(parts) > 2 else 1
    room = ".".join(parts[:depth])
    kind = next((part.split("_")[0] for part in parts[depth:] if part.split("_")[0] in KINDS), "helper")
    return Place(room, "web" if room == "web" else kind)


def may_import(importer: str, imported: str) -> bool:
    """Whether the module ``importer`` may import ``imported``."""
    here, there = place(importer), place(imported)
    labels = {there.kind}
    if here.room and here.room == there.room:
        labels.add(f"own {there.kind}")
    return bool(labels & ALLOWED[here.kind])


def _modules() -> dict[str, ast.Module]:
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        if "node_modules" not in path.parts:
            parts = path.relative_to(PACKAGE).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            found[name] = ast.parse(path.read_text(encoding="utf-8"))
    return found


def _imports(tree: ast.Module, known: set[str]) -> Iterator[tuple[int, str]]:
    """Line and name, below ``pivotal_server``, of each of our modules that ``tree`` imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            root, _, below = name.partition(".")
            if root == "pivotal_server" and below:
                yield node.lineno, below if below in known else below.rpartition(".")[0]


@pytest.mark.parametrize(
    ("importer", "imported", "allowed"),
    [
        ("kit.ids", "kit.clock", True),
        ("kit.ids", "db.tables", False),
        ("db.sqlite", "kit.clock", True),
        ("db.sqlite", "config", False),
        ("customers.repository", "db.tables", True),
        ("customers.repository", "customers.service", False),
        ("customers.repository", "contacts.repository", False),
        ("customers.service", "customers.repository", True),
        ("customers.service_merge", "customers.repository_lists", True),
        ("customers.service", "contacts.repository", False),
        ("customers.service", "contacts.service", True),
        ("customers.service", "customers.api", False),
        ("customers.api", "customers.service", True),
        ("customers.api", "auth.actors", True),
        ("customers.api", "customers.repository", False),
        ("customers.api", "db.engine", False),
        ("customers.api", "contacts.api", False),
        ("customers.api", "web.layout", False),
        ("customers.pages", "web.layout", True),
        ("customers.pages", "contacts.views", True),
        ("customers.pages", "contacts.pages", False),
        ("customers.service", "customers.views", False),
        ("customers.jobs", "jobs.queue", True),
        ("integrations.slack.service", "integrations.hubspot.service", True),
        ("integrations.slack.service", "integrations.hubspot.repository", False),
        ("app", "customers.api", True),
        ("app", "customers.repository", False),
        ("cli", "db.engine", True),
    ],
)
def test_the_table(importer: str, imported: str, *, allowed: bool) -> None:
    assert may_import(importer, imported) is allowed


def test_every_import_is_allowed() -> None:
    modules = _modules()
    assert len(modules) > 1
    known = set(modules)
    faults = [
        f"{importer}:{line} imports {imported}"
        for importer, tree in modules.items()
        for line, imported in _imports(tree, known)
        if imported and importer and not may_import(importer, imported)
    ]
    assert not faults, "\n".join(faults)
