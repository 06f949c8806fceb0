"""A page of a list costs the same at any depth and for any declared filter, however large the workspace is.

Wall time does not show that on a busy machine, so work is counted: instructions of SQLite's virtual machine,
and rows that PostgreSQL looks at. The workspace is small, yet walking through one of its tables goes far over
the bound: every rare value of a filter stands on the oldest rows alone.
"""

import os
from pathlib import Path

import pytest

from bench.data import Made, build
from bench.inside import application
from bench.lists import cost_of, filters_in, listing, own_values, pages, recorded, run_page, shared_values
from bench.rows import Size
from pivotal_server.search import service as search
from pivotal_server.search.service import Seeker

SIZE = Size(customers=3_000, tasks=16_000, entries=30_000)
# Up to 1,000 rows may be sorted where few are within a range, or where they are those of one onboarding.
MOST = {"sqlite": 20.0, "postgresql": 2_200.0}
# Events are kept for a time only. The first passes over those that have deliveries; for the second PostgreSQL
# takes the backlog to be large before it has counted it.
PASS_OVER = {
    "sqlite": ("/events delivery_state=none",),
    "postgresql": ("/events delivery_state=none", "/events delivery_state=pending"),
}
# One customer of the member has a tenth of all tasks, which are looked through.
MOST_SEEN = 300.0
# What holds words is found by the full-text index, whose cost has tests of its own.
FULL_TEXT = "/customers q="


@pytest.fixture
async def made(database_url: str) -> Made:
    """A filled workspace on each database."""
    on_sqlite = database_url.startswith("sqlite")
    return await build(Path(database_url.removeprefix("sqlite:///")) if on_sqlite else database_url, SIZE)


def test_every_filter_of_every_list_is_looked_at() -> None:
    made = Made("", "", "", SIZE, ("", ""), "", "")
    own = own_values(made)
    assert own.keys() <= {operation.id for operation in listing()}
    for operation in listing():
        known = {**shared_values(), **own.get(operation.id, {})}
        assert set(filters_in(operation)) <= known.keys(), operation.id


async def test_a_page_costs_the_same_at_any_depth_and_for_any_filter(made: Made) -> None:
    costly = []
    async with application(made) as (app, api):
        db = app.services.db
        for asked in pages(made):
            name = f"{asked.operation.path} {asked.what}"
            if name.startswith((*PASS_OVER[db.dialect], FULL_TEXT)):
                continue
            cost = await cost_of(db, await run_page(api, db, asked))
            if cost.work > MOST[db.dialect]:
                costly.append(os.linesep.join([f"{name}: {cost.work:,.1f}", *cost.plans]))
    assert not costly, os.linesep.join(costly)


async def test_a_frequent_word_costs_who_sees_few_customers_no_walk_through_all_that_hold_it(
    tmp_path: Path,
) -> None:
    # On SQLite alone: PostgreSQL reads tables of this size whole for the rule of sight, whatever leads.
    made = await build(tmp_path / "pivotal.db", SIZE)
    costly = []
    async with application(made) as (app, _):
        db = app.services.db
        seeker = Seeker(org_id=made.org_id, me=made.limited, visible_to=made.limited)
        for q in ("g", "group", "aurora group", "send", "the", "person", "group is:archived"):
            wanted = await search.understand(db, seeker, q)
            for kind in wanted.kinds:
                with recorded(db) as ran:
                    await search.search(db, seeker, wanted, limit=9, kinds=(kind,))
                cost = await cost_of(db, ran)
                if cost.work > MOST_SEEN:
                    costly.append(os.linesep.join([f"{q} {kind}: {cost.work:,.1f}", *cost.plans]))
    assert not costly, os.linesep.join(costly)
