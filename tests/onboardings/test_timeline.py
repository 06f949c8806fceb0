"""The timeline of an onboarding: what its bars say, and the same as a table (ONB-GANTT-1, -4)."""

from datetime import date, timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pivotal_server.kit import clock
from pivotal_server.onboardings.views_timeline import ZOOMS, Stretch, picture
from tests.support.browser import Browser
from tests.support.records import new_customer, new_onboarding, new_task, patched
from tests.support.visits import text_of

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
