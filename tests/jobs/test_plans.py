"""How Admin > Jobs is read: by its indexes, not through all jobs of the workspace."""

from typing import Any

import pytest

from pivotal_server.db.engine import Database
from pivotal_server.db.statements import Statement
from pivotal_server.jobs import repository_list
from pivotal_server.kit import clock
from tests.support.plans import analyze, plan_of


@pytest.mark.parametrize("counted", [False, True])
@pytest.mark.parametrize("statement", [repository_list.NEWEST, repository_list.OLDER])
async def test_shown_jobs_are_found_by_their_indexes(
    sqlite_database: Database, statement: Statement[Any], counted: bool
) -> None:
    if counted:
        await analyze(sqlite_database)
    params: dict[str, Any] = {"org_id": "o", "limit": 51}
    if statement is repository_list.OLDER:
        params |= {"at": clock.now(), "id": "j"}
    steps = (await plan_of(sqlite_database, statement, params)).split("\n")
    reads = [step for step in steps if step.startswith(("SCAN jobs", "SEARCH jobs"))]
    assert len(reads) == 2, steps
    assert any("jobs_shown (org_id=?" in step for step in reads), steps
    assert any("jobs_dead (org_id=?" in step for step in reads), steps
