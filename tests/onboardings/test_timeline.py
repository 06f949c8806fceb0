"""The timeline of an onboarding: what its bars say, and the same as a table (ONB-GANTT-1, -4)."""

import asyncio
import re
from datetime import date, timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pivotal_server.db.engine import counting
from pivotal_server.kit import clock
from pivotal_server.onboardings.views_timeline import ZOOMS, Stretch, picture
from tests.support.app import World
from tests.support.browser import Browser
from tests.support.people import new_member
from tests.support.records import new_customer, new_onboarding, new_task, patched, read
from tests.support.visits import Enter, text_of

DAYS = st.dates(date(2020, 1, 1), date(2030, 1, 1))


@given(st.lists(st.tuples(DAYS, st.integers(0, 400)), max_size=20), DAYS, st.none() | DAYS)
def test_every_bar_and_line_lies_inside_the_picture(
    spans: list[tuple[date, int]], today: date, target: date | None
) -> None:
    stretches = [
        Stretch(str(at), "x", start, start + timedelta(days=days), after=("0",))
        for at, (start, days) in enumerate(spans)
    ]
    for unit in ZOOMS.values():
        shown = picture(stretches, today, target, unit)
        for bar in shown.bars:
            assert bar.x >= 0
            assert bar.x + bar.width <= shown.width
            assert bar.y + bar.height <= shown.height
        assert all(0 <= line.x <= shown.width for line in shown.lines)


async def test_the_timeline_shows_stays_plans_tasks_and_what_has_no_date(
    owner: Browser, api: httpx.AsyncClient
) -> None:
    with clock.travel(timedelta(days=-10)):
        onboarding = await new_onboarding(api, await new_customer(api), target_launch_date="2027-03-10")
    await patched(api, onboarding, phase="program_design")
    late = (clock.now() - timedelta(days=2)).date().isoformat()
    first = await new_task(api, onboarding, title="Mapping", due_date=late)
    await new_task(api, onboarding, title="Texts", due_date="2027-01-05", depends_on=[first["id"]])
    await new_task(api, onboarding, title="Someday")
    page = (await owner.get("/onboardings/1/timeline")).text
    assert page.count('<rect class="stretch" data-phase') == 6
    assert page.count("data-planned") == 4
    assert page.count('<polyline class="arrow"') == 1
    for words in ("Today", "Target", "Without a date Someday", "Mapping", "Texts"):
        assert words in text_of(page)
    table = text_of((await owner.get("/onboardings/1/timeline?view=table")).text)
    assert "Texts" in table
    assert "Overdue" in table
    assert "Planned" in table


@pytest.mark.parametrize("query", ["?zoom=week", "?zoom=quarter", "?zoom=nonsense", "?view=x"])
async def test_an_empty_plan_and_any_address_are_drawn(
    owner: Browser, api: httpx.AsyncClient, query: str
) -> None:
    await new_onboarding(api, await new_customer(api))
    assert (await owner.get(f"/onboardings/1/timeline{query}")).status_code == 200


async def drag(browser: Browser, number: int, to: str, was: str) -> httpx.Response:
    return await browser.post(f"/onboardings/1/tasks/{number}/due", {"due_date": to, "was": was}, htmx=True)


async def test_onb_gantt_2_the_end_of_a_bar_sets_the_due_date(
    owner: Browser, api: httpx.AsyncClient, enter: Enter, world: World
) -> None:
    onboarding = await new_onboarding(api, await new_customer(api))
    task = await new_task(api, onboarding, title="Mapping", due_date="2027-01-05")
    done = await new_task(api, onboarding, title="Old", due_date="2027-01-05", done=True)
    html = (await owner.get("/onboardings/1/timeline")).text
    assert 'data-bar="1" data-due="2027-01-05"' in html
    # What is done keeps its day.
    assert f'data-bar="{done["display_id"]}" data-due' not in html
    answer = await drag(owner, 1, "2027-01-09", "2027-01-05")
    assert answer.status_code == 204
    assert "Mapping: Jan 9, 2027" in answer.headers["HX-Trigger"]
    assert (await read(api, task))["due_date"] == "2027-01-09"
    # Somebody looks at the day before that: nothing is moved, and they hear of it.
    stale = await drag(owner, 1, "2027-01-20", "2027-01-05")
    assert "Somebody has set Jan 9, 2027 meanwhile." in stale.headers["HX-Trigger"]
    assert (await read(api, task))["due_date"] == "2027-01-09"
    for nonsense in ("soon", "2027-02-30"):
        assert (await drag(owner, 1, nonsense, "2027-01-09")).status_code == 422
    assert (await drag(owner, 1, "2027-01-09", "2027-01-09")).status_code == 204
    viewer = await enter(await new_member(world, "Vera Lind", "viewer"))
    await viewer.get("/customers")
    assert (await drag(viewer, 1, "2027-01-10", "2027-01-09")).status_code == 403
    assert (await owner.get("/onboardings/1/timeline?view=table")).text.count('type="date"') == 1
    without_script = await owner.post(
        "/onboardings/1/tasks/1/due", {"due_date": "2027-01-12", "was": "2027-01-09"}
    )
    assert without_script.headers["location"] == "/onboardings/1/timeline"
    await patched(api, onboarding, state="done")
    assert "data-due=" not in (await owner.get("/onboardings/1/timeline")).text
    assert (await drag(owner, 1, "2027-01-20", "2027-01-12")).status_code == 422


async def test_onb_gantt_2_dates_that_would_follow_are_asked_about(
    owner: Browser, api: httpx.AsyncClient
) -> None:
    onboarding = await new_onboarding(api, await new_customer(api))
    first = await new_task(api, onboarding, title="Mapping", due_date="2027-01-05")
    after = await new_task(
        api,
        onboarding,
        title="Texts",
        depends_on=[first["id"]],
        due_anchor=f"task:{first['id']}",
        due_offset=3,
    )
    await owner.get("/onboardings/1/timeline")
    asked = await drag(owner, 1, "2027-01-09", "2027-01-05")
    assert asked.status_code == 200
    assert "1 due date would follow" in text_of(asked.text)
    assert (await read(api, first))["due_date"] == "2027-01-05"
    hidden = dict(re.findall(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)"', asked.text))
    answer = await owner.post("/onboardings/1/tasks/1", {**hidden, "follow": after["id"]}, htmx=True)
    assert answer.status_code == 204
    assert (await read(api, first))["due_date"] == "2027-01-09"
    assert (await read(api, after))["due_date"] == "2027-01-12"


async def test_onb_gantt_2_two_who_add_a_condition_at_once_both_have_theirs(
    owner: Browser, api: httpx.AsyncClient, enter: Enter, world: World
) -> None:
    onboarding = await new_onboarding(api, await new_customer(api))
    tasks = [await new_task(api, onboarding, title=title, due_date="2027-01-05") for title in "ABCD"]
    ben = await enter(await new_member(world, "Ben Ode", "admin"))
    for browser in (owner, ben):
        await browser.get("/onboardings/1/timeline")
    url = "/onboardings/1/tasks/1/depends"
    answers = await asyncio.gather(
        owner.post(url, {"add": "2"}, htmx=True),
        ben.post(url, {"add": "3"}, htmx=True),
        owner.post(url, {"add": "4"}, htmx=True),
    )
    assert [answer.status_code for answer in answers] == [204] * 3
    assert sorted((await read(api, tasks[0]))["depends_on"]) == sorted(task["id"] for task in tasks[1:])
    cycle = await owner.post("/onboardings/1/tasks/2/depends", {"add": "1"}, htmx=True)
    assert cycle.status_code in (409, 422)
    table = text_of((await owner.get("/onboardings/1/timeline?view=table")).text)
    assert "B, C, D" in table


async def test_statements_of_a_timeline_do_not_grow_with_its_tasks(
    owner: Browser, api: httpx.AsyncClient
) -> None:
    onboarding = await new_onboarding(api, await new_customer(api))
    figures = []
    for more in (2, 60):
        links: list[str] = []
        for _ in range(more):
            task = await new_task(api, onboarding, due_date="2027-01-05", depends_on=links)
            links = [task["id"]]
        costs = []
        for query in ("", "?view=table"):
            await owner.get("/onboardings/1/timeline")
            with counting() as count:
                assert (await owner.get(f"/onboardings/1/timeline{query}")).status_code == 200
            costs.append(count.value)
        figures.append(costs)
    assert figures[0] == figures[1]
    assert max(figures[0]) <= 15
