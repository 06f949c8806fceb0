"""Lists: cursors, order, filters, ranges; a walk meets every row that stood throughout exactly once."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from pivotal_server.kit import clock
from tests.support.app import World
from tests.support.records import (
    Json,
    answered,
    error_of,
    new_contact,
    new_customer,
    new_onboarding,
    patched,
    path_of,
    walk,
)


async def made(api: httpx.AsyncClient, count: int) -> list[Json]:
    return [await new_customer(api) for _ in range(count)]


def ids(rows: list[Json]) -> list[str]:
    return [row["id"] for row in rows]


async def test_a_page_and_its_cursor(api: httpx.AsyncClient) -> None:
    assert answered(await api.get("/customers")) == {
        "object": "list",
        "data": [],
        "has_more": False,
        "next_cursor": None,
    }
    rows = (await made(api, 21))[::-1]
    page = answered(await api.get("/customers"))
    assert list(page) == ["object", "data", "has_more", "next_cursor"]
    assert (ids(page["data"]), page["has_more"]) == (ids(rows[:20]), True)
    # The cursor is the last row's moment of creation with all six digits.
    cursor = page["next_cursor"]
    assert len(cursor) == 27
    assert cursor.startswith(rows[19]["created_at"][:-1])
    last = answered(await api.get("/customers", params={"cursor": cursor}))
    assert (ids(last["data"]), last["has_more"], last["next_cursor"]) == (ids(rows[20:]), False, None)
    # Exactly at the end nothing more is promised.
    whole = answered(await api.get("/customers", params={"limit": 21}))
    assert (len(whole["data"]), whole["has_more"], whole["next_cursor"]) == (21, False, None)
    empty = answered(await api.get("/customers", params={"cursor": rows[-1]["created_at"]}))
    assert (empty["data"], empty["has_more"]) == ([], False)


async def test_every_walk_meets_every_row_once(api: httpx.AsyncClient) -> None:
    rows = await made(api, 23)
    for limit in (1, 2, 7, 22, 23, 24, 100):
        assert ids(await walk(api, "/customers", limit=limit)) == ids(rows[::-1])
        assert ids(await walk(api, "/customers", limit=limit, order="asc")) == ids(rows)


async def test_a_cursor_is_any_datetime_and_garbage_is_refused(api: httpx.AsyncClient) -> None:
    rows = await made(api, 3)
    moment = datetime.fromisoformat(answered(await api.get("/customers", params={"limit": 2}))["next_cursor"])
    for text in (
        moment.isoformat(),
        moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        (moment + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%S.%f") + "+02:00",
        moment.strftime("%Y-%m-%dt%H:%M:%S.%f") + "999z",
    ):
        assert ids(await walk(api, "/customers", cursor=text)) == [rows[0]["id"]], text
    for text, count in (
        ("2999-01-01", 3),
        ("9999-12-31T23:59:59.999999Z", 3),
        ("0001-01-01", 0),
        ("1969-12-31", 0),
    ):
        assert len(answered(await api.get("/customers", params={"cursor": text}))["data"]) == count
        ascending = {"cursor": text, "order": "asc"}
        assert len(answered(await api.get("/customers", params=ascending))["data"]) == 3 - count
    for text in ("garbage", "", "0", "2026-02-30", "2026-05-26T17:21:09.4123456789Z", rows[0]["id"], "null"):
        refused = await api.get("/customers", params={"cursor": text})
        assert error_of(refused) == (400, "invalid_string", "cursor")
        assert refused.json()["error"]["message"] == "Invalid datetime"


async def test_limits_have_bounds_on_every_list(api: httpx.AsyncClient) -> None:
    customer = await new_customer(api)
    own = path_of(customer)
    for path in ("/customers", "/onboardings", f"{own}/contacts", f"{own}/onboardings"):
        for limit, code in ((0, "too_small"), (-1, "too_small"), (101, "too_big"), ("ten", "invalid_type")):
            assert error_of(await api.get(path, params={"limit": limit})) == (400, code, "limit")
        for name, value, code in (
            ("cursor", "garbage", "invalid_string"),
            ("order", "up", "invalid_enum_value"),
            ("created_after", "x", "invalid_string"),
            ("livemode", "1", "invalid_type"),
            ("include_total", "yes", "invalid_type"),
            ("page", "2", "unrecognized_keys"),
            ("offset", "20", "unrecognized_keys"),
        ):
            assert error_of(await api.get(path, params={name: value})) == (400, code, name)
        assert (await api.get(path, params={"limit": 100})).status_code == 200


async def test_filters_apply_before_paging(api: httpx.AsyncClient, world: World) -> None:
    for number in range(12):
        await new_customer(
            api,
            status="active" if number % 3 else "onboarding",
            plan="Scale" if number % 2 else None,
            domain="a.com" if number % 4 == 0 else None,
            owner_id=1 if number % 6 == 0 else None,
            tags=["vip"] if number % 5 == 0 else [],
            external_id=f"e-{number}",
            hubspot_company_id="h" if number < 3 else None,
            stripe_customer_id="s" if number > 8 else None,
        )
    rows = await walk(api, "/customers")
    tests: dict[str, tuple[Any, Any]] = {
        "status": ("onboarding", lambda row: row["status"] == "onboarding"),
        "plan": ("Scale", lambda row: row["plan"] == "Scale"),
        "domain": ("A.com", lambda row: row["domain"] == "a.com"),
        "owner_id": (1, lambda row: row["owner_id"] == world.owner.id),
        "tag": ("VIP", lambda row: "vip" in row["tags"]),
        "external_id": ("e-7", lambda row: row["external_id"] == "e-7"),
        "hubspot_company_id": ("h", lambda row: row["hubspot_company_id"] == "h"),
        "stripe_customer_id": ("s", lambda row: row["stripe_customer_id"] == "s"),
        "slug": (rows[4]["slug"], lambda row: row["slug"] == rows[4]["slug"]),
    }
    names = list(tests)
    for name in names:
        for other in names:
            query = {name: tests[name][0], other: tests[other][0]}
            wanted = [row for row in rows if tests[name][1](row) and tests[other][1](row)]
            assert ids(await walk(api, "/customers", limit=1, **query)) == ids(wanted), query
            total = await api.get("/customers", params={**query, "include_total": "true", "limit": 1})
            assert answered(total)["total"] == len(wanted), query
    for name, value in (("plan", "scale"), ("external_id", "E-7"), ("owner_id", 99), ("owner_id", "nobody")):
        assert await walk(api, "/customers", **{name: value}) == []
        counted = await api.get("/customers", params={name: value, "include_total": "true"})
        assert answered(counted)["total"] == 0


async def test_ranges_of_creation_and_change(api: httpx.AsyncClient) -> None:
    rows = []
    for hour in range(6):
        with clock.travel(timedelta(hours=hour)):
            rows.append(await new_customer(api))
    with clock.travel(timedelta(hours=10)):
        changed = await patched(api, rows[1], plan="x")
    second, fourth = exact(rows[1]), exact(rows[3])
    # Only milliseconds are shown, so that bounds a millisecond off are told from the rows themselves.
    queries: list[tuple[dict[str, Any], list[int]]] = [
        ({"created_after": after(fourth)}, [5, 4]),
        ({"created_before": second}, [0]),
        ({"created_after": after(second), "created_before": fourth}, [2]),
        ({"created_after": "2999-01-01"}, []),
        ({"updated_since": changed["updated_at"]}, [1]),
        ({"updated_since": fourth}, [5, 4, 3, 1]),
        ({"updated_since": fourth, "created_before": fourth, "status": "active"}, [1]),
        ({"created_after": second, "order": "asc", "limit": 2}, [1, 2, 3, 4, 5]),
    ]
    for query, expected in queries:
        assert ids(await walk(api, "/customers", **query)) == [rows[place]["id"] for place in expected], query


def exact(row: Json) -> str:
    """The millisecond in which a row was created."""
    return str(row["created_at"])


def after(millisecond: str) -> str:
    """The last microsecond of a millisecond."""
    return millisecond[:-1] + "999Z"


async def test_include_total_counts_whatever_the_cursor(api: httpx.AsyncClient) -> None:
    await made(api, 5)
    first = answered(await api.get("/customers", params={"limit": 2, "include_total": "true"}))
    assert list(first) == ["object", "data", "has_more", "next_cursor", "total"]
    assert first["total"] == 5
    params = {"limit": 2, "include_total": "true", "cursor": first["next_cursor"]}
    assert answered(await api.get("/customers", params=params))["total"] == 5
    assert "total" not in answered(await api.get("/customers", params={"include_total": "false"}))


async def test_a_walk_among_changes_neither_skips_nor_repeats_what_stood_throughout(
    api: httpx.AsyncClient,
) -> None:
    chance = random.Random(11)
    for query in ({}, {"order": "asc"}, {"status": "active"}, {"tag": "keep"}):
        standing = [await new_customer(api, tags=["keep"]) for _ in range(15)]
        doomed = [await new_customer(api, tags=["keep"]) for _ in range(6)]
        seen: list[str] = []
        cursor: dict[str, str] = {}
        while True:
            page = answered(await api.get("/customers", params={"limit": 4, **query, **cursor}))
            seen += ids(page["data"])
            await patched(api, chance.choice(standing), plan=f"p{chance.random()}")
            await new_customer(api, tags=["keep"])
            if doomed:
                answered(await api.delete(path_of(doomed.pop(chance.randrange(len(doomed))))))
            if not page["has_more"] or len(seen) > 200:
                break
            cursor = {"cursor": page["next_cursor"]}
        assert len(seen) == len(set(seen))
        assert set(ids(standing)) <= set(seen), query
        for row in await walk(api, "/customers", limit=100):
            answered(await api.delete(path_of(row)))


async def test_the_lists_of_children_page_alike(api: httpx.AsyncClient) -> None:
    customer, other = await new_customer(api), await new_customer(api)
    contacts = [await new_contact(api, customer) for _ in range(5)]
    onboardings = [await new_onboarding(api, customer) for _ in range(5)]
    await new_contact(api, other)
    elsewhere = await new_onboarding(api, other)
    for path, rows in (
        (f"{path_of(customer)}/contacts", contacts),
        (f"{path_of(customer)}/onboardings", onboardings),
        ("/onboardings", [*onboardings, elsewhere]),
    ):
        assert await walk(api, path, limit=2) == rows[::-1]
        assert await walk(api, path, limit=2, order="asc") == rows
        middle = answered(await api.get(path, params={"limit": 2}))["next_cursor"]
        assert await walk(api, path, cursor=middle, limit=2) == rows[::-1][2:]
        assert await walk(api, path, cursor=middle, limit=2, order="asc") == rows[-1:]
