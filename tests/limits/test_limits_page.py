"""Admin > Limits."""

import httpx
import pytest

from pivotal_server.db.engine import counting
from pivotal_server.limits import service
from pivotal_server.limits.catalogue import ACTIVE_API_KEYS, ATTACHMENT_BYTES, BODY_BYTES, LIMITS, PHASES
from pivotal_server.limits.service import LimitUse
from pivotal_server.limits.views import amount, limits_page
from tests.support.app import World
from tests.support.browser import Browser
from tests.support.people import new_member
from tests.support.records import created, new_template
from tests.support.visits import Enter, text_of


async def used(world: World) -> dict[str, int]:
    """What is counted, by name."""
    found = await service.uses(world.db, world.workspace.id)
    return {use.limit.name: use.used for use in found if use.used is not None}


async def test_app_lim_3_the_page_lists_every_declared_limit(owner: Browser) -> None:
    html = (await owner.get("/admin/limits")).text
    for name, limit in LIMITS.items():
        assert html.count(f'id="limit-{name}"') == 1, name
        assert limit.title in text_of(html)
        assert limit.description in text_of(html)


async def test_app_lim_1_what_is_in_use_is_counted_as_it_is_refused(
    api: httpx.AsyncClient, owner: Browser, world: World
) -> None:
    before = await used(world)
    await world.new_key("further")
    template = await new_template(api)
    for number in range(2):
        await created(
            api, "/webhook_endpoints", {"url": f"https://example.com/{number}", "event_types": ["*"]}
        )
    await owner.get("/admin/custom-fields/new")
    await owner.post("/admin/custom-fields/new", {"label": "Region", "type": "string"})
    after = await used(world)
    grown = {name: after[name] - before[name] for name in after if after[name] != before[name]}
    assert grown == {"active_api_keys": 1, "templates": 1, "webhook_endpoints": 2, "custom_fields": 1}
    assert after["phases"] == 7
    await api.delete(f"/templates/{template['id']}")
    assert (await used(world))["templates"] == before["templates"]
    words = text_of((await owner.get("/admin/limits")).text)
    assert f"Workspace {after['webhook_endpoints']} 50 endpoints 48" in words


async def test_other_workspaces_and_ended_keys_count_for_nothing(world: World, owner: Browser) -> None:
    row, _ = await world.new_key("ended")
    before = await used(world)
    await owner.get(f"/admin/api-keys/{row.id}/revoke")
    await owner.post(f"/admin/api-keys/{row.id}/revoke")
    assert (await used(world))["active_api_keys"] == before["active_api_keys"] - 1
    elsewhere = await service.uses(world.db, "another")
    assert {use.used for use in elsewhere} == {0, None}


@pytest.mark.parametrize(
    ("count", "share", "tone"),
    [(0, 0, "ink"), (79, 79, "ink"), (80, 80, "warn"), (94, 94, "warn"), (95, 95, "bad"), (140, 100, "bad")],
)
def test_app_lim_2_the_bar_is_amber_from_80_and_red_from_95_per_cent(
    count: int, share: int, tone: str
) -> None:
    page = limits_page(
        [LimitUse(ACTIVE_API_KEYS, 100, count), LimitUse(PHASES, 30, 3), LimitUse(BODY_BYTES, 1_048_576)]
    )
    [line] = [line for line in page.counted if line.name == "active_api_keys"]
    assert (line.share, line.tone, line.left) == (share, tone, str(max(0, 100 - count)))
    assert [one.name for one in page.others] == ["body_bytes"]


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (BODY_BYTES.default, "bytes", "1 MiB"),
        (ATTACHMENT_BYTES.default, "bytes", "25 MiB"),
        (1_536, "bytes", "1.5 KiB"),
        (900, "bytes", "900 bytes"),
        (10_000, "contacts", "10,000 contacts"),
    ],
)
def test_amounts_are_readable(value: int, unit: str, words: str) -> None:
    assert amount(value, unit) == words


async def test_the_page_and_the_bar_count_by_one_statement_each(
    owner: Browser,
) -> None:
    await owner.get("/admin/limits")
    with counting() as page:
        await owner.get("/admin/limits")
    with counting() as other:
        await owner.get("/customers/new")
    assert page.value <= other.value + 2


async def test_app_ui_5_it_is_for_those_who_administer(enter: Enter, world: World) -> None:
    ana = await enter(await new_member(world, "Ana Ruiz", "member"))
    assert (await ana.get("/admin/limits")).status_code == 403
