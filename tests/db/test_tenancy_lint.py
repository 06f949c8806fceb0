"""Every statement on a table of a workspace says which workspace.

Each such table (or alias of one) in a statement needs an equality on its `org_id`, and an insert the column.
Exempt are tables marked `info={"global": True}` and statements that say why: `global_lookup="…"`.
"""

import importlib
import pkgutil
import re
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pytest
from sqlalchemy import (
    Alias,
    BinaryExpression,
    BindParameter,
    ColumnClause,
    FromClause,
    Insert,
    Table,
    TextClause,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.sql import visitors
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.operators import eq, in_op
from sqlalchemy.sql.selectable import CTE, Subquery

import pivotal_server
from pivotal_server.db.statements import DIALECTS, Statement, StatementCache, any_of, insert_of
from pivotal_server.db.tables import customers, members, metadata, people, sessions

BY_ORG = customers.c.org_id == bindparam("org_id")


def modules_with_sql() -> list[str]:
    """The modules of the data layer and the repositories of all rooms."""
    names = [module.name for module in pkgutil.walk_packages(pivotal_server.__path__, "pivotal_server.")]
    layer = [name for name in names if name.startswith("pivotal_server.db.") and ".migrations" not in name]
    return layer + [name for name in names if name.rpartition(".")[2].startswith("repository")]


def built_statements() -> list[Statement[object]]:
    """All statements of the program, of lists with every filter alone and with all together."""
    for module in modules_with_sql():
        importlib.import_module(module)
    for cache in StatementCache.registry:
        if cache.origin.startswith("pivotal_server."):
            for given in ((), cache.filters, *((name,) for name in cache.filters)):
                cache.get(frozenset(given))
    return [one for one in Statement.registry if one.origin.startswith("pivotal_server.")]


def is_tenant(source: object) -> bool:
    """Whether a source of rows is a table of a workspace, or an alias of one."""
    if isinstance(source, Alias):
        return is_tenant(source.element)
    return isinstance(source, Table) and not source.info.get("global", False)


def inner_selects(nodes: Iterable[Any], seen: set[FromClause]) -> Iterator[Any]:
    """Common table expressions and subqueries that are reached through their columns only, none of `seen`."""
    for node in nodes:
        source = getattr(node, "table", None)
        if isinstance(source, CTE | Subquery) and source not in seen:
            seen.add(source)
            yield source.element


def sources(nodes: Sequence[Any]) -> set[FromClause]:
    """The tables of workspaces that a construct of these nodes names, each alias apart."""
    named = Counter[FromClause](node for node in nodes if isinstance(node, Table | Alias))
    # An alias is followed by its table, which is not named by that.
    named.subtract(node.element for node in nodes if isinstance(node, Alias))
    columns = [node.table for node in nodes if isinstance(node, ColumnClause) and node.table is not None]
    return {source for source in [*+named, *columns] if is_tenant(source)}


def sides(node: object) -> tuple[object, ...]:
    """What an equality compares, nothing for any other node."""
    if isinstance(node, BinaryExpression) and node.operator in {eq, in_op}:
        return node.left, node.right
    if isinstance(node, FunctionElement) and node.name == "any_of":
        return tuple(node.clauses)
    return ()


def held(nodes: Iterable[Any]) -> tuple[set[FromClause], bool]:
    """The sources whose `org_id` is compared, and whether any is with a value or a global table."""
    found: set[FromClause] = set()
    anchored = False
    for node in nodes:
        compared = sides(node)
        tenants = [
            side.table
            for side in compared
            if isinstance(side, ColumnClause)
            and side.name == "org_id"
            and side.table is not None
            and is_tenant(side.table)
        ]
        found.update(tenants)
        others = [
            side
            for side in compared
            if isinstance(side, BindParameter)
            or (isinstance(side, ColumnClause) and side.table is not None and not is_tenant(side.table))
        ]
        anchored = anchored or (bool(tenants) and bool(others))
    return found, anchored


def faults(construct: Any, seen: set[FromClause] | None = None) -> list[str]:
    """What the construct lacks; `seen` are parts of it that were looked at."""
    seen = set() if seen is None else seen
    if isinstance(construct, TextClause):
        words = set(re.findall(r"\w+", construct.text))
        touched = [
            table.name for table in metadata.tables.values() if is_tenant(table) and table.name in words
        ]
        return [] if "org_id" in words else touched
    if isinstance(construct, Insert):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it would rather see a value for the whole primary key
            compiled = str(construct.inline().compile(dialect=DIALECTS["sqlite"]))
        columns = compiled.partition("(")[2].partition(")")[0]
        lacking = [construct.table.name] if is_tenant(construct.table) and "org_id" not in columns else []
        return lacking + (faults(construct.select, seen) if construct.select is not None else [])
    nodes = list(visitors.iterate(construct))
    found, anchored = held(nodes)
    wanted = sources(nodes)
    lacking = sorted({str(source.description) for source in wanted - found})
    if wanted and not lacking and not anchored:
        lacking = ["org_id of a value"]
    return lacking + [fault for inner in inner_selects(nodes, seen) for fault in faults(inner, seen)]


def test_every_statement_names_its_workspace() -> None:
    wrong = [
        f"{statement.origin}: {', '.join(found)}"
        for statement in built_statements()
        if statement.global_lookup is None
        for dialect in ("sqlite", "postgresql")
        if (found := faults(statement.construct(dialect)))
    ]
    assert sorted(set(wrong)) == []


def test_exceptions_are_explained() -> None:
    for statement in built_statements():
        if statement.global_lookup is not None:
            assert len(statement.global_lookup.split()) > 2, statement.origin


def test_every_statement_compiles_on_both_databases() -> None:
    for statement in built_statements():
        statement.compile("sqlite")
        statement.compile("postgresql")


OTHER = customers.alias("other")
RECENT = select(customers.c.id).where(customers.c.status == "active").cte("recent")
GOOD = {
    "one row": select(customers.c.id).where(BY_ORG),
    "several workspaces": select(customers.c.id).where(any_of(customers.c.org_id, "ids")),
    "an alias alone": select(func.count()).select_from(OTHER).where(OTHER.c.org_id == bindparam("org_id")),
    "a join": select(customers.c.id).join(members, members.c.org_id == customers.c.org_id).where(BY_ORG),
    "a join with a global table": select(members.c.id).join(sessions, sessions.c.org_id == members.c.org_id),
    "global": select(people.c.id),
    "insert": insert_of(customers),
    "insert from select": insert(members).from_select(
        ["org_id", "id"], select(customers.c.org_id, customers.c.id).where(BY_ORG)
    ),
    "update": update(customers).where(BY_ORG).values(name="x"),
    "delete": delete(customers).where(BY_ORG),
    "text": text("SELECT id FROM customers WHERE org_id = :org_id"),
    "subquery": select(people.c.id).where(people.c.id.in_(select(customers.c.id).where(BY_ORG))),
}
BAD = {
    "one row": select(customers.c.id).where(customers.c.id == bindparam("id")),
    "no columns": select(func.count()).select_from(customers),
    "an alias": select(customers.c.id, OTHER.c.id).where(BY_ORG),
    "a table beside its alias": (
        select(func.count()).select_from(customers, OTHER).where(OTHER.c.org_id == bindparam("org_id"))
    ),
    "a join": select(customers.c.id).join(members, members.c.id == customers.c.owner_id).where(BY_ORG),
    "no value": select(customers.c.id).join(members, members.c.org_id == customers.c.org_id),
    "an order": select(customers.c.id).where(customers.c.org_id > bindparam("org_id")),
    "insert": insert(customers).values(id=bindparam("id")),
    "insert from select": insert(people).from_select(["id"], select(customers.c.id)),
    "update": update(customers).values(name="x"),
    "delete": delete(customers).where(or_(customers.c.id == "x", customers.c.slug == "y")),
    "text": text("SELECT id FROM customers WHERE id = :id"),
    "subquery": select(people.c.id).where(people.c.id.in_(select(customers.c.id))),
    "cte": select(people.c.id).where(people.c.id == RECENT.c.id),
    "exists": select(people.c.id).where(select(customers.c.id).where(OTHER.c.id == customers.c.id).exists()),
}


@pytest.mark.parametrize("case", GOOD)
def test_the_lint_accepts(case: str) -> None:
    assert faults(GOOD[case]) == []


@pytest.mark.parametrize("case", BAD)
def test_the_lint_finds(case: str) -> None:
    assert faults(BAD[case]) != []
