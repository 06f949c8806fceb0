"""What pages of lists cost where few rows match: an index finds them, whatever lies between."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from pivotal_server.activity import repository_lists as activity_lists
from pivotal_server.customers import repository as customer_lists
from pivotal_server.customers.schemas import Customer
from pivotal_server.db import lists
from pivotal_server.db.engine import Database, counting
from pivotal_server.db.lists import PagedList
from pivotal_server.events import repository_lists as event_lists
from pivotal_server.kit.pagination import Slice
from tests.db.samples import INSERT_ACTIVITY, INSERT_CUSTOMER, NOW, customer, entry
from tests.support.plans import analyze, plan_of

SINCE = NOW + timedelta(days=1)
CUSTOMERS: PagedList[Customer] = customer_lists.wire_list(Customer)


def plan_params(**params: Any) -> dict[str, Any]:
    return {"org_id": "o1", "limit": 21, **params}


async def filled(db: Database, changed: range = range(0)) -> None:
    rows = [
        customer(n, updated_at=SINCE if n in changed else NOW, livemode=n % 1000 != 7) for n in range(1, 3001)
    ]
    async with db.transaction() as tx:
        await tx.execute_many(INSERT_CUSTOMER, rows)
    await analyze(db)


async def test_few_changes_are_found_by_their_index(database: Database) -> None:
    await filled(database, range(5, 8))
    statement = CUSTOMERS._pages.get(frozenset({"updated_since", "few_updated_since"}))
    plan = await plan_of(database, statement, plan_params(updated_since=SINCE))
    assert "customers_updated" in plan
    for filters in ({}, {"status": "active"}):
        with counting() as count:
            rows, following = await CUSTOMERS.page(database, "o1", Slice(updated_since=SINCE), filters)
        assert [row.display_id for row in rows] == [7, 6, 5]
        assert following is None
        assert count.value == 2


async def test_few_and_many_changes_give_the_same_pages(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await filled(database, range(100, 160))

    async def walked(**options: Any) -> list[int]:
        found: list[int] = []
        cursor: datetime | None = None
        while True:
            part = Slice(limit=7, cursor=cursor, updated_since=SINCE, **options)
            rows, cursor = await CUSTOMERS.page(database, "o1", part, {})
            found += [row.display_id for row in rows]
            if cursor is None:
                return found

    few: list[int] = []
    for options in ({}, {"ascending": True}, {"created_before": NOW + timedelta(microseconds=130)}):
        few = await walked(**options)
        monkeypatch.setattr(lists, "FEW", 3)
        assert await walked(**options) == few
        monkeypatch.undo()
    assert few == list(range(129, 99, -1))


@pytest.mark.parametrize(
    ("given", "index"),
    [
        ({"test_only"}, "customers_test"),
        ({"owner_id"}, "customers_owner"),
        ({"external_id"}, "customers_external_id"),
        ({"created_after"}, "customers_created"),
        (set(), "customers_created"),
        ({"cursor", "ascending"}, "customers_created"),
    ],
)
async def test_a_rare_value_is_found_by_its_index(database: Database, given: set[str], index: str) -> None:
    await filled(database)
    statement = CUSTOMERS._pages.get(frozenset(given))
    params = plan_params(owner_id="x", external_id="e", created_after=NOW, cursor=NOW)
    assert index in await plan_of(database, statement, params)


EVENTS = ("task.created", "task.deleted", "onboarding.launched", "customer.deleted")


async def entries(db: Database) -> None:
    """Entries nearly all of one kind, with a few others far back."""
    rare = {3: EVENTS[0], 5: EVENTS[2], 9: EVENTS[0]}
    rows = [
        entry(
            n,
            event=rare.get(n, "customer.field_changed"),
            actor_id="c-rare" if n in rare else "c-usual",
            livemode=n not in rare,
            customer_id=f"c{n % 2}",
        )
        for n in range(1, 3001)
    ]
    async with db.transaction() as tx:
        await tx.execute_many(INSERT_ACTIVITY, rows)
    await analyze(db)


async def test_rare_entries_are_found_by_their_index(database: Database) -> None:
    await entries(database)
    pages = activity_lists._WORKSPACE._pages
    values = {f"event_{n}": EVENTS[n] for n in range(4)}
    for given, index in (
        ({"event*1"}, "activity_event"),
        ({"event*4"}, "activity_event"),
        ({"event*4", "since", "until", "cursor"}, "activity_event"),
        ({"actor_id"}, "activity_actor"),
        ({"test_only"}, "activity_test"),
    ):
        params = plan_params(**values, actor_id="c-rare", since=NOW, until=SINCE, cursor=SINCE)
        plan = await plan_of(database, pages.get(frozenset(given)), params)
        assert index in plan, plan
        assert "activity_created" not in plan


@pytest.mark.parametrize("limit", [1, 2, 20])
@pytest.mark.parametrize("ascending", [False, True])
async def test_parts_are_merged_in_order(database: Database, limit: int, *, ascending: bool) -> None:
    await entries(database)
    for names, expected in (
        (EVENTS[:1], [9, 3]),
        (EVENTS, [9, 5, 3]),
        (EVENTS[1:2], []),
        ((*EVENTS, "x.y"), [9, 5, 3]),
    ):
        found: list[int] = []
        cursor = None
        while True:
            part = Slice(limit=limit, cursor=cursor, ascending=ascending)
            rows, cursor = await activity_lists.page(database, "o1", part, {"event": names})
            found += [row.display_id for row in rows]
            if cursor is None:
                break
        assert found == (expected[::-1] if ascending else expected)
        assert await activity_lists.count(database, "o1", Slice(), {"event": names}) == len(expected)
        of_one = {"event": names, "customer_id": "c1"}
        rows, _ = await activity_lists.page(database, "o1", Slice(), of_one)
        assert [row.display_id for row in rows] == expected


async def test_events_of_several_types_are_found_by_their_index(database: Database) -> None:
    statement = event_lists.LIST._pages.get(frozenset({"type*4"}))
    params = plan_params(**{f"type_{n}": name for n, name in enumerate(EVENTS)})
    plan = await plan_of(database, statement, params)
    if database.dialect == "sqlite":
        assert plan.count("events_type") == 4
    single = event_lists.LIST._pages.get(frozenset({"object_id"}))
    assert "events_object" in await plan_of(database, single, plan_params(object_id="c1"))


def test_ranges_include_their_first_moment_and_not_their_last() -> None:
    sql = activity_lists._WORKSPACE._pages.get(frozenset({"since", "until"})).compile("sqlite").sql
    assert "activity.created_at >= ?" in sql
    assert "activity.created_at < ?" in sql
