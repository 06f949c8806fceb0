"""The timeline of many onboardings: rows, groups, pages, filters, the table (ONB-GANTT-3, -4)."""

from datetime import timedelta

import httpx
import pytest

from pivotal_server.db.engine import counting
from pivotal_server.kit import clock
from tests.support.app import World
from tests.support.browser import Browser
from tests.support.people import new_member
from tests.support.records import new_customer, new_onboarding, patched
from tests.support.visits import Enter, text_of

TIMELINE = "/onboardings/timeline"


async def test_a_row_shows_every_stay_what_is_planned_and_the_target(
    owner: Browser, api: httpx.AsyncClient
) -> None:
    past = (clock.now() - timedelta(days=2)).date().isoformat()
    with clock.travel(timedelta(days=-30)):
        one = await new_onboarding(api, await new_customer(api), name="Loyalty", target_launch_date=past)
    with clock.travel(timedelta(days=-20)):
        await patched(api, one, phase="program_design")
    with clock.travel(timedelta(days=-15)):
        await patched(api, one, phase="before_getting_started")
    with clock.travel(timedelta(days=-5)):
        await patched(api, one, phase="program_design")
    html = (await owner.get(TIMELINE)).text
    assert html.count('class="span" data-kind="past"') == 3
    assert html.count('class="span" data-kind="present"') == 1
    assert html.count('class="span" data-kind="planned"') == 4
    assert html.count('<polygon class="target" data-late') == 1
    assert ">Today<" in html
    assert 'href="/onboardings/1/timeline"' in html
    table = (await owner.get(f"{TIMELINE}?view=table")).text
    row = text_of(table[table.index("<tbody") : table.index("</tbody>")])
    assert row.startswith("Loyalty")
    assert row.count("Program design") == 2
    assert row.count("(planned)") == 4
    assert "has passed" in row
    assert 'href="/onboardings/1/target"' in table


async def test_a_csm_that_is_no_id_filters_nothing(owner: Browser, api: httpx.AsyncClient) -> None:
    await new_onboarding(api, await new_customer(api), name="Alpha")
    for csm in ("%00", "nonsense"):
        for path in (TIMELINE, "/onboardings", "/onboardings/board"):
            answer = await owner.get(f"{path}?csm={csm}")
            assert (answer.status_code, "Alpha" in answer.text) == (200, True), path


async def test_done_and_paused_ones_plan_nothing(owner: Browser, api: httpx.AsyncClient) -> None:
    with clock.travel(timedelta(days=-9)):
        one = await new_onboarding(api, await new_customer(api))
        other = await new_onboarding(api, await new_customer(api))
    await patched(api, one, state="done")
    await patched(api, other, state="paused")
    html = (await owner.get(f"{TIMELINE}?state=all")).text
    assert 'data-kind="planned"' not in html
    assert html.count('class="span" data-kind="past"') == 1
    assert html.count('class="span" data-kind="still"') == 1


async def test_groups_by_csm_and_plan_and_the_filters_of_the_list(
    owner: Browser, api: httpx.AsyncClient, world: World
) -> None:
    ana = await new_member(world, "Ana Ruiz", "member")
    first = await new_customer(api, plan="Scale")
    await new_onboarding(api, first, name="Alpha", csm_id=ana.id)
    await new_onboarding(api, await new_customer(api), name="Beta", phase="launch")
    by_csm = text_of((await owner.get(f"{TIMELINE}?group=csm")).text)
    assert "Ana Ruiz Alpha No CSM Beta" in by_csm
    by_plan = text_of((await owner.get(f"{TIMELINE}?group=plan")).text)
    assert "Scale Alpha No plan Beta" in by_plan
    for query, shown in (("csm=" + ana.id, "Alpha"), ("phase=launch", "Beta")):
        html = (await owner.get(f"{TIMELINE}?{query}")).text
        assert [name for name in ("Alpha", "Beta") if f">{name}</a>" in html] == [shown]
    nothing = text_of((await owner.get(f"{TIMELINE}?state=paused")).text)
    assert "Nothing matches" in nothing


async def test_a_member_sees_the_own_alone(api: httpx.AsyncClient, world: World, enter: Enter) -> None:
    member_browser = await enter(await new_member(world, "Ana Ruiz", "member"))
    await new_onboarding(api, await new_customer(api), name="Hidden")
    html = (await member_browser.get(TIMELINE)).text
    assert "Hidden" not in html
    assert "Nobody has given you a customer yet" in html


async def test_a_hundred_a_page_with_few_statements(owner: Browser, api: httpx.AsyncClient) -> None:
    customer = await new_customer(api)
    await new_onboarding(api, customer)

    async def statements() -> int:
        with counting() as count:
            assert (await owner.get(TIMELINE)).status_code == 200
        return count.value

    few = await statements()
    for _ in range(120):
        await new_onboarding(api, customer)
    assert await statements() == few
    assert few <= 15
    html = (await owner.get(TIMELINE)).text
    assert html.count('class="link truncate" href="/onboardings/') == 100
    older = html[html.index("before=") :].partition('"')[0].replace("&amp;", "&")
    rest = (await owner.get(f"{TIMELINE}?{older}")).text
    assert rest.count('class="link truncate" href="/onboardings/') == 21


@pytest.mark.parametrize("query", ["?zoom=week", "?zoom=x", "?group=x", "?view=x", "?before=x"])
async def test_any_address_is_drawn(owner: Browser, api: httpx.AsyncClient, query: str) -> None:
    empty = await owner.get(TIMELINE + query)
    assert (empty.status_code, "No onboardings yet" in empty.text) == (200, True)
    await new_onboarding(api, await new_customer(api))
    assert '<svg class="gantt-chart"' in (await owner.get(TIMELINE + query)).text
