"""Pictures of onboardings, their tasks, the board and the templates, and what is in them."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from itertools import count
from typing import Any

import httpx
from playwright.async_api import Page

from pivotal_server.kit import clock
from tests.support.records import created

LONG_TITLE = (
    "A very long title of a task that somebody has pasted from an e-mail of the customer, with all its words"
)
Json = dict[str, Any]
Act = Callable[[Any, Page], Awaitable[None]]


async def plan(api: httpx.AsyncClient, onboarding: Json, owners: list[str]) -> None:
    """A plan of some weeks: done, late, locked and customer-facing tasks over several phases."""
    path = f"/onboardings/{onboarding['id']}"

    async def task(title: str, **fields: Any) -> Json:
        return await created(api, f"{path}/tasks", {"title": title, **fields})

    def day(days: int) -> str:
        return (clock.now() + timedelta(days=days)).date().isoformat()

    await created(
        api,
        "/templates",
        {
            "name": "Standard program design",
            "phase": "program_design",
            "tasks": [
                {
                    "title": "Kick-off call",
                    "assignee_rule": "csm",
                    "due_anchor": "phase_start",
                    "due_offset": 2,
                },
                {"title": "Data mapping", "key": "mapping", "due_anchor": "phase_start", "due_offset": 7},
                {
                    "title": "Review of the rules",
                    "depends_on": ["mapping"],
                    "customer_facing": True,
                    "subtasks": [{"title": "Tiers"}, {"title": "Expiry"}],
                    "condition": {"all": [{"field": "mrr", "operator": "greater", "value": 1000}]},
                },
            ],
        },
    )
    kickoff = await task("Kick-off call", phase="before_getting_started", assignee_id=owners[0])
    await api.post(f"/tasks/{kickoff['id']}/complete", json={"note": "Goals agreed, minutes are attached."})
    await task(
        "Sign the data processing agreement",
        phase="before_getting_started",
        due_date=day(-3),
        customer_facing=True,
        assignee_id=owners[1],
    )
    mapping = await task("Data mapping", phase="program_design", due_date=day(-2), assignee_id=owners[0])
    await api.post(f"/tasks/{mapping['id']}/subtasks", json={"title": "Customer fields", "done": True})
    await api.post(f"/tasks/{mapping['id']}/subtasks", json={"title": "Order history", "due_date": day(1)})
    await task(
        "Points and tiers workshop",
        phase="program_design",
        due_date=day(0),
        assignee_id=owners[2],
        description="Bring the **tier table**.\n\n- [x] invite Mira\n- [ ] book the room",
    )
    review = await task(
        "Review of the program rules",
        phase="program_design",
        depends_on=[mapping["id"]],
        due_anchor="target_launch",
        due_offset=-10,
        customer_facing=True,
    )
    await task(
        LONG_TITLE,
        phase="program_design",
    )
    await task("Build the loyalty page", phase="program_buildout", due_anchor="phase_start", due_offset=7)
    await task("Announce the launch", phase="launch", due_anchor="target_launch", due_offset=0)
    for body in (
        "Mira confirmed a rolling 12-month expiry.\n\n> Points end after a year.\n\n`rules.xlsx` is updated.",
        "Who writes the tier texts?",
    ):
        await created(api, f"{path}/comments", {"body": body})
    await created(
        api, f"{path}/comments", {"body": "The workshop is on **Thursday**.", "visibility": "customer"}
    )
    await created(api, f"/tasks/{review['id']}/comments", {"body": "Legal wants to see this first."})


async def _aurora(studio: Any, page: Page, tail: str = "") -> None:
    await studio.full.open(page, f"/onboardings/{studio.plan}{tail}")


async def plan_page(studio: Any, page: Page) -> None:
    await _aurora(studio, page)


def tab(tail: str) -> Act:
    async def act(studio: Any, page: Page) -> None:
        await _aurora(studio, page, tail)

    return act


async def task_panel(studio: Any, page: Page) -> None:
    await _aurora(studio, page)
    await page.get_by_role("link", name="Data mapping").click()
    await page.locator("dialog[open] [data-panel]").wait_for()


async def task_page(studio: Any, page: Page) -> None:
    await _aurora(studio, page, f"/tasks/{studio.task}")


async def advance_dialog(studio: Any, page: Page) -> None:
    await _aurora(studio, page)
    await page.keyboard.press("a")
    await page.locator("dialog[open] form").wait_for()


async def send_back_dialog(studio: Any, page: Page) -> None:
    await _aurora(studio, page, "/move?to=before_getting_started&from=program_design")


async def target_dialog(studio: Any, page: Page) -> None:
    await _aurora(studio, page)
    await page.get_by_role("link", name="Target launch").click()
    await page.locator("dialog[open] form").wait_for()


async def phase_menu(studio: Any, page: Page) -> None:
    await _aurora(studio, page)
    await page.keyboard.press("v")


_NUMBERS = count()


async def views_menu(studio: Any, page: Page) -> None:
    await studio.full.open(page, "/views/new?list=onboardings&query=state%3Dat_risk")
    if await page.get_by_role("heading", name="Save view", level=1).count():
        await page.get_by_label("Name").fill(f"Fires {next(_NUMBERS)}")
        await page.get_by_label("Share with the workspace").check()
        await page.get_by_role("button", name="Save view").click()
        await page.wait_for_url("**saved=**")
    await page.goto(page.url.replace("at_risk", "waiting"))
    await page.locator(".saved-views > summary").click()
    await page.wait_for_timeout(300)


async def view_form(studio: Any, page: Page) -> None:
    await studio.full.open(page, "/onboardings/board?state=at_risk")
    await page.locator(".saved-views > summary").click()
    await page.wait_for_timeout(300)
    await page.get_by_role("link", name="Save view…").or_(page.get_by_role("link", name="Save as…")).click()
    await page.locator("dialog[open] form").wait_for()


async def deleted(studio: Any, page: Page) -> None:
    live = studio.full
    slug = f"gone-{next(_NUMBERS)}"
    customer = await live.created("/customers", {"name": "Harbour Lights", "slug": slug})
    for name in ("Old rollout", "Loyalty launch"):
        onboarding = await live.created("/onboardings", {"customer_id": customer["id"], "name": name})
        task = await live.created(f"/onboardings/{onboarding['id']}/tasks", {"title": LONG_TITLE})
        await live.curl("DELETE", f"/tasks/{task['id']}")
        if name == "Loyalty launch":
            await live.curl("DELETE", f"/onboardings/{onboarding['id']}")
    await live.open(page, "/admin/deleted")


def on(path: str) -> Act:
    async def act(studio: Any, page: Page) -> None:
        await studio.full.open(page, path)

    return act


PLAN_PAGES: dict[str, Act] = {
    "plan": plan_page,
    "plan-overdue": tab("?filter=overdue"),
    "plan-select": tab("?select=1"),
    "plan-menu": phase_menu,
    "plan-advance": advance_dialog,
    "plan-back": send_back_dialog,
    "plan-target": target_dialog,
    "plan-state": tab("/state?to=paused"),
    "task-panel": task_panel,
    "task-page": task_page,
    "board": on("/onboardings/board"),
    "board-lanes": on("/onboardings/board?lanes=csm"),
    "board-select": on("/onboardings/board?select=1"),
    "board-moves": tab("/moves"),
    "templates": on("/admin/templates"),
    "template-editor": on("/admin/templates/1"),
    "template-new": on("/admin/templates/new"),
    "phases": on("/admin/phases"),
    "phase-edit": on("/admin/phases/review/edit"),
    "list": on("/onboardings"),
    "views-menu": views_menu,
    "views-form": view_form,
    "portfolio": on("/onboardings/timeline"),
    "portfolio-table": on("/onboardings/timeline?view=table&group=csm"),
    "list-select": on("/onboardings?select=1"),
    "deleted": deleted,
    "list-new": on("/onboardings/new"),
    "timeline": tab("/timeline"),
    "talk": tab("/comments"),
    "talk-files": tab("/files"),
}
