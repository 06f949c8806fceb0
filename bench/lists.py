"""Every list of the API with values for each of its filters, and what a page of it costs the database.

The lists and their filters come from the table of operations; only values are written down here, so that a
filter without one is noticed. Where a filter has a common value and a rare one, both are asked for: the rare
one is found on the oldest rows alone, where a list that passes over what does not match is slowest.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import httpx
from sqlalchemy import text

from bench.data import Made
from bench.rows import PHASES, id_of
from pivotal_server.db.engine import Database
from pivotal_server.db.sqlite import SqliteDatabase
from pivotal_server.db.statements import Params, Plan, Statement
from pivotal_server.kit import clock
from pivotal_server.kit.http import Operation
from pivotal_server.kit.wire import PageQuery
from pivotal_server.operations import OPERATIONS

PAGING = {"limit", "cursor", "order", "include_total", "expand"}
Values = Mapping[str, Sequence[Any]]


def listing() -> list[Operation]:
    """The operations that answer a page of a list."""
    return [
        operation
        for operation in OPERATIONS
        if operation.method == "GET" and issubclass(operation.query.struct, PageQuery)
    ]


def filters_in(operation: Operation) -> list[str]:
    """The parameters of a list that choose rows."""
    return [name for name in operation.query.struct.__struct_fields__ if name not in PAGING]


def moment(days_ago: float) -> str:
    """A moment in the past as the API takes it."""
    return clock.wire_micros(clock.now() - timedelta(days=days_ago))


def shared_values() -> Values:
    """Values of the filters that most lists have."""
    return {
        "created_after": [moment(30), moment(500)],
        "created_before": [moment(30), moment(390)],
        "updated_since": [moment(0.01), moment(300)],
        "since": [moment(30), moment(500)],
        "until": [moment(30), moment(390)],
        "livemode": ["true", "false"],
    }


def own_values(made: Made) -> Mapping[str, Values]:
    """Values of the filters of each list, by operation: common ones, then rare ones."""
    usual, rare = made.members[1], made.limited
    person = {"q": ["aurora", "9", "status:at_risk", "group -aurora"]}
    onboardings = {
        "state": ["active", "waiting"],
        "phase": [PHASES[0], PHASES[-1]],
        "csm_id": [usual, rare],
    }
    tasks = {
        "assignee_id": [usual, rare],
        "done": ["true", "false"],
        "due_before": [moment(-60)[:10], moment(399)[:10]],
    }
    entries = {
        "event": ["task.completed", "customer.deleted", "settings", "task"],
        "actor": ["system", f"member:{usual}", f"member:{rare}"],
    }
    return {
        "list-customers": {
            "status": ["active", "at_risk"],
            "slug": ["customer-1"],
            "domain": ["customer1.example"],
            "plan": ["Growth", "Legacy"],
            "owner_id": [usual, rare],
            "tag": ["retail", "pilot"],
            "external_id": ["crm-0"],
            "hubspot_company_id": ["hs0"],
            "stripe_customer_id": ["cus_0"],
            **person,
        },
        "list-customer-contacts": {"email": ["person0@customer1.example"], "archived": ["true", "false"]},
        "list-onboardings": {**onboardings, "customer_id": ["1"]},
        "list-customer-onboardings": onboardings,
        "list-tasks": {**tasks, "customer_id": ["1"], "onboarding_id": ["1"]},
        "list-onboarding-tasks": tasks,
        "list-templates": {"phase": [PHASES[0]]},
        "list-activity": {**entries, "customer_id": ["1"]},
        "list-customer-activity": entries,
        "list-events": {
            "type": ["task.updated", "customer.deleted", "customer.*"],
            "delivery_state": ["none", "pending", "delivered", "failed"],
            "customer_id": ["1"],
            "object_id": [id_of("a", 0)],
        },
        "list-members": {"active": ["true", "false"], "role": ["member", "viewer"]},
        "list-webhook-endpoints": {"test_mode": ["false"], "status": ["enabled", "disabled"]},
        "list-webhook-deliveries": {
            "status": ["delivered", "failed", "pending,sending", "failed,aborted"],
            "event_type": ["task.updated", "customer.deleted", "customer.*"],
            "event_id": [f"evt_{0:027d}"],
            "source": ["change", "test"],
            "response": ["2xx", "5xx", "500"],
            "error_code": ["http_status"],
        },
    }


@dataclass(frozen=True)
class Asked:
    """One page of a list: the address and what is special about it."""

    operation: Operation
    path: str
    what: str


def pages(made: Made) -> Iterator[Asked]:
    """Every page to look at: of each list the first, one far down, the oldest first, and each filter so.

    KeyError names a filter for which no value is written down.
    """
    ids = {"id": "1", "customerId": "1", "onboardingId": "1", "taskId": "1"}
    ids_of_webhooks = {"id": made.endpoint_id}
    for operation in listing():
        named = ids_of_webhooks if "webhook_endpoints" in operation.path else ids
        path = operation.path
        for name in operation.path_parameters:
            path = path.replace(f"{{{name}}}", named[name])
        deep = {"cursor": moment(200)}
        yield Asked(operation, path, "first page")
        yield Asked(operation, f"{path}?{urlencode(deep)}", "deep page")
        yield Asked(operation, f"{path}?order=asc", "oldest first")
        values = {**shared_values(), **own_values(made).get(operation.id, {})}
        for name in filters_in(operation):
            for value in values[name]:
                given = {name: value}
                yield Asked(operation, f"{path}?{urlencode(given)}", f"{name}={value}")
                yield Asked(operation, f"{path}?{urlencode({**given, **deep})}", f"{name}={value}, deep page")


@dataclass
class Ran:
    """A statement that ran, with its values."""

    statement: Statement[Any]
    params: Params


@contextmanager
def recorded(db: Database) -> Iterator[list[Ran]]:
    """The statements that are read with inside the block, on the database itself."""
    found: list[Ran] = []
    kept = {name: getattr(db, name) for name in ("fetch_one", "fetch_all")}

    def watched(run: Any) -> Any:
        async def go(statement: Statement[Any], params: Params = {}) -> Any:  # noqa: B006 - never changed
            found.append(Ran(statement, params))
            return await run(statement, params)

        return go

    for name, run in kept.items():
        setattr(db, name, watched(run))
    try:
        yield found
    finally:
        for name in kept:
            delattr(db, name)


@dataclass
class Cost:
    """What the statements of one page cost: a figure that does not depend on the machine, and their plans.

    ``work``: thousands of instructions of SQLite's virtual machine, or rows that PostgreSQL looked at.
    """

    work: float = 0.0
    blocks: int = 0
    plans: list[str] = field(default_factory=list)


def _explained(db: Database, ran: Ran, words: str) -> Statement[Any]:
    plan = ran.statement.compile(db.dialect)
    asking = Statement.rows(text("SELECT 1"))
    asking.sqlite_plan = asking.postgresql_plan = Plan(f"{words} {plan.sql}", plan.bind, tuple)
    return asking


def _seen(node: Mapping[str, Any]) -> float:
    """The rows that a plan looked at: those that its scans gave and those that they passed over."""
    inner = node.get("Plans", [])
    loops = node["Actual Loops"]
    own = 0.0
    if node["Node Type"] != "Bitmap Index Scan" and (not inner or "Scan" in node["Node Type"]):
        dropped = ("Rows Removed by Filter", "Rows Removed by Index Recheck", "Rows Removed by Join Filter")
        own = loops * (node["Actual Rows"] + sum(node.get(name, 0) for name in dropped))
    return own + sum(map(_seen, inner))


def _nodes(node: Mapping[str, Any], depth: int = 0) -> Iterator[str]:
    where = node.get("Index Name") or node.get("Relation Name") or ""
    yield f"{'  ' * depth}{node['Node Type']} {where}".rstrip()
    for inner in node.get("Plans", []):
        yield from _nodes(inner, depth + 1)


class Steps:
    """Counts the instructions that SQLite runs for a statement, on a connection of its own."""

    EVERY = 20

    def __init__(self, db: SqliteDatabase) -> None:
        self._connection = sqlite3.connect(f"file:{db.path}?mode=ro", uri=True)
        self._count = 0

    def _one_more(self) -> int:
        self._count += 1
        return 0

    def of(self, ran: Ran) -> int:
        """Instructions of one statement, to the nearest 20."""
        plan = ran.statement.compile("sqlite")
        self._count = 0
        self._connection.set_progress_handler(self._one_more, self.EVERY)
        self._connection.execute(plan.sql, plan.bind(ran.params)).fetchall()
        self._connection.set_progress_handler(None, 0)
        return self._count * self.EVERY

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


async def cost_of(db: Database, statements: Sequence[Ran]) -> Cost:
    """What these statements cost, run once more."""
    cost = Cost()
    if isinstance(db, SqliteDatabase):
        steps = Steps(db)
        for ran in statements:
            cost.work += steps.of(ran) / 1000
            found = await db.fetch_all(_explained(db, ran, "EXPLAIN QUERY PLAN"), ran.params)
            cost.plans.append("\n".join(str(row[-1]) for row in found))
        steps.close()
        return cost
    for ran in statements:
        found = await db.fetch_all(_explained(db, ran, "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON)"), ran.params)
        tree = json.loads(found[0][0])[0]["Plan"]
        cost.work += _seen(tree)
        cost.blocks += tree["Shared Hit Blocks"] + tree["Shared Read Blocks"]
        cost.plans.append("\n".join(_nodes(tree)))
    return cost


async def run_page(api: httpx.AsyncClient, db: Database, asked: Asked) -> list[Ran]:
    """Get one page; the statements that it took. SystemExit when the answer is no page."""
    with recorded(db) as found:
        answer = await api.get(asked.path)
    if answer.status_code != 200:
        raise SystemExit(f"{asked.path} answered {answer.status_code}: {answer.text[:300]}")
    return found
