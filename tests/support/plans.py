"""How a database would run a statement, as text."""

from typing import Any

from sqlalchemy import text

from pivotal_server.db.engine import Database
from pivotal_server.db.statements import Params, Plan, Statement


async def plan_of(db: Database, statement: Statement[Any], params: Params) -> str:
    """The steps of `statement` with these values, one a line."""
    plan = statement.compile(db.dialect)
    word = "EXPLAIN QUERY PLAN" if db.dialect == "sqlite" else "EXPLAIN"
    asking = Statement.rows(text("SELECT 1"))
    explained = Plan(f"{word} {plan.sql}", plan.bind, tuple)
    asking.sqlite_plan = asking.postgresql_plan = explained
    return "\n".join(str(row[-1]) for row in await db.fetch_all(asking, params))


async def analyze(db: Database) -> None:
    """Let the database count, as it does by itself from time to time."""
    await db.execute(Statement.write(text("ANALYZE")))
