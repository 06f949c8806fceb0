"""How Admin > Deleted is read: by the kinds of entry it shows, not through all activity."""

import re
from typing import Any

import pytest

from pivotal_server.db.engine import Database
from pivotal_server.db.statements import Statement
from pivotal_server.deleted import repository
from pivotal_server.kit import clock
from tests.support.plans import analyze, plan_of


@pytest.mark.parametrize("counted", [False, True])
@pytest.mark.parametrize("statement", [repository.NEWEST, repository.OLDER])
async def test_each_kind_is_found_by_the_index_of_events(
    sqlite_database: Database, statement: Statement[Any], counted: bool
) -> None:
    if counted:
        await analyze(sqlite_database)
    params: dict[str, Any] = {"org_id": "o", "limit": 51}
    if statement is repository.OLDER:
        params["before"] = clock.now()
    plan = await plan_of(sqlite_database, statement, params)
    steps = re.findall(r"(?:SCAN|SEARCH) activity\b.*", plan)
    assert len(steps) == 4, plan
    assert all("activity_event (org_id=? AND event=?" in step for step in steps), plan
    before_sorting = re.findall(r"(.*)\nUSE TEMP B-TREE", plan)
    assert all(re.fullmatch(r"SCAN \w+_rows", step) for step in before_sorting), plan
