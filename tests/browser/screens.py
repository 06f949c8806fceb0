"""Pictures of every page in both themes and five widths: ``./run screens [WORD…]``.

A word narrows them to pages whose names hold it. They are written to an ignored folder, as
``screenshots/pages/<name>-<theme>-<width>.png``, and one sheet a page shows all of them side by side. Look at
them after a change of styles: no test has taste.
"""

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Literal

import httpx
from playwright.async_api import Browser, Page, expect

from pivotal_server.kit import clock
from tests.browser.screens_customers import CUSTOMER_PAGES, aurora_page, customer_drawer
from tests.browser.screens_docs import DOCS_PAGES
from tests.browser.screens_jobs import show_jobs
from tests.browser.screens_plans import PLAN_PAGES, plan
from tests.browser.screens_webhooks import HOOK_PAGES, hooked
from tests.support.app import new_world
from tests.support.chromium import SCREENSHOTS, chromium_started
from tests.support.live_server import Live, LiveServer, running_server
from tests.support.people import new_member
from tests.support.records import created

FOLDER = SCREENSHOTS / "pages"
Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")
PHONE = 390
WIDTHS = (PHONE, 768, 1100, 1440, 1920)
HEIGHT = 900

COMPANIES = (
    "Aurora Outfitters",
    "Northwind Trading",
    "Halden Pharmacy",
    "Pacific Roasters",
    "Brightwater Foods",
    "Kestrel Airways",
    "Cobalt Freight",
    "Osprey Insurance",
    "Lumen Fitness",
    "Redwood Bank",
    "Juniper & Co",
    "Umbra Cosmetics",
    "Saffron Hotels",
    "Marlow Books",
    "Vesper Audio",
    "Tidal Energy",
    "Quill Stationers",
    "Willow Pet Care",
    "Ember & Oak",
    "Nova Telecom",
    "The Very Long Name of a Company That Was Founded by Two Lawyers and Their Four Cousins in 1871, Ltd.",
)
PHASES = ("before_getting_started", "program_design", "review", "program_buildout", "internal_qa", "launch")
CURRENT = ("onboarding", "active", "at_risk")

Act = Callable[["Studio", Page], Awaitable[None]]


class Studio:
    """The servers that are photographed: one workspace full of records, and one just made."""

    plan = 0
    """Number of the onboarding whose plan is full."""
    task = 0
    """Number of a task of it."""
    hooks: Live  # whose webhooks go to a receiver on this machine

    def __init__(self, full: Live, new: Live) -> None:
        self.full = full
        self.new = new


# ── What is in the pictures ────────────────────────────────────────────────────────────────────
async def fill(live: Live) -> int:
    """Three weeks of work of three people and two keys; the number of the onboarding with a full plan."""
    world = live.world
    with clock.travel(timedelta(days=-24)):
        ana = await new_member(world, "Ana Ruiz", "admin")
        jonas = await new_member(world, "Jonas Weber", "member")
        await world.new_key("old-import", rate_limit=None)
        _, key = await world.new_key("local-dev", rate_limit=None)
        _, test_key = await world.new_key("ci", mode="test", rate_limit=None)
        await world.new_key("data-warehouse", read_only=True, rate_limit=120)
    owners = [world.owner.id, ana.id, jonas.id]
    async with world.client(key) as api, world.client(test_key) as test:
        for number in range(60):
            with clock.travel(timedelta(days=-21, hours=7.9 * number)):
                await one_customer(test if number % 19 == 7 else api, number, owners)
        with clock.travel(timedelta(minutes=-80)):
            return await aurora(api, owners)


async def one_customer(api: httpx.AsyncClient, number: int, owners: list[str]) -> None:
    """A customer of the list, with up to three onboardings."""
    name = COMPANIES[number % len(COMPANIES)] + ("" if number < len(COMPANIES) else f" {number}")
    host = "".join(letter for letter in name.lower() if letter.isalpha())[:22]
    status = CURRENT[number % 3] if number % 10 != 9 else ("churned", "archived")[number % 2]
    record = await created(
        api,
        "/customers",
        {
            "name": name,
            "slug": f"c-{number}",
            "domain": f"{host}.com",
            "status": status if status in CURRENT else "active",
            "plan": ("Growth", "Scale", "Enterprise", None)[number % 4],
            "owner_id": owners[number % 3] if number % 7 else None,
            "mrr": 900 + 137 * number,
        },
    )
    for turn in range((0, 1, 1, 2, 3)[number % 5]):
        day = (clock.now() + timedelta(days=30 * turn - 12 + number)).date()
        await created(
            api,
            "/onboardings",
            {
                "customer_id": record["id"],
                "name": ("Loyalty launch", "Rewards app", "Points migration")[turn],
                "phase": PHASES[(number + turn) % 6],
                "target_launch_date": f"{day}T00:00:00Z" if number % 4 else None,
                "csm_id": owners[number % 3],
            },
        )
    if status not in CURRENT:
        await api.patch(f"/customers/{record['id']}", json={"status": status})


async def aurora(api: httpx.AsyncClient, owners: list[str]) -> int:
    """The customer of the record pages; the number of its onboarding."""
    record = await created(
        api,
        "/customers",
        {
            "name": "Aurora Outfitters",
            "slug": "aurora",
            "domain": "aurora.com",
            "status": "onboarding",
            "plan": "Growth",
            "owner_id": owners[2],
            "tags": ["retail", "pilot"],
            "mrr": 2900,
            "external_id": "acct-1042",
            "hubspot_company_id": "88201",
        },
    )
    path = f"/customers/{record['id']}"
    people = (
        ("Mira Chen", "mira@aurora.com", "Head of Ops"),
        ("Ben Hartley", "ben@aurora.com", "VP Marketing"),
        ("Aisha Noor", "aisha.noor.of.the.data.team@aurora-outfitters-international.example", None),
        ("Rosa Klein", "rosa@aurora.com", "Finance Lead"),
    )
    for name, email, title in people:
        phone = "+49 30 5551234" if name == "Mira Chen" else None
        await created(api, f"{path}/contacts", {"name": name, "email": email, "title": title, "phone": phone})
    target = f"{(clock.now() + timedelta(days=36)).date()}T00:00:00Z"
    body = {
        "customer_id": record["id"],
        "name": "Loyalty launch",
        "target_launch_date": target,
        "csm_id": owners[0],
    }
    onboarding = await created(api, "/onboardings", body)
    await plan(api, onboarding, owners)
    with clock.travel(timedelta(minutes=40)):
        await api.patch(path, json={"mrr": 4200, "monthly_orders": 18500, "plan": "Scale"})
        await api.patch(path, json={"owner_id": owners[0]})
    with clock.travel(timedelta(minutes=68)):
        await api.patch(
            f"/onboardings/{onboarding['id']}",
            json={"phase": "program_design", "phase_change_reason": "Kick-off is done, goals are agreed."},
        )
    return int(onboarding["display_id"])


# ── How one gets there ─────────────────────────────────────────────────────────────────────────
def at(path: str) -> Act:
    """A page by its address, in the full workspace."""

    async def act(studio: Studio, page: Page) -> None:
        await studio.full.open(page, path)

    return act


def at_new(path: str) -> Act:
    """A page by its address, in the new workspace."""

    async def act(studio: Studio, page: Page) -> None:
        await studio.new.open(page, path)

    return act


async def sign_in_page(studio: Studio, page: Page) -> None:
    await page.goto(f"{studio.full.url}/login")


async def sign_in_sent(studio: Studio, page: Page) -> None:
    await page.goto(f"{studio.full.url}/login")
    await page.get_by_label("E-mail address").fill(studio.full.world.owner.email)
    await page.keyboard.press("Enter")
    await page.get_by_label("Code").wait_for()


async def sign_in_confirm(studio: Studio, page: Page) -> None:
    await page.goto(await studio.full.link())


async def sign_in_gone(studio: Studio, page: Page) -> None:
    await page.goto(f"{studio.full.url}/login/confirm?token=gone")


async def key_created(studio: Studio, page: Page) -> None:
    await studio.full.open(page, "/admin/api-keys")
    await page.keyboard.press("n")
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Name").fill(f"local-dev-{int(clock.unix() * 1000)}")
    await page.keyboard.press("Enter")
    await page.locator(".once").wait_for()


async def key_dialog(studio: Studio, page: Page) -> None:
    await studio.full.open(page, "/admin/api-keys")
    await page.keyboard.press("n")
    await page.locator("dialog[open] form").wait_for()


async def key_dialog_refused(studio: Studio, page: Page) -> None:
    await key_dialog(studio, page)
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Name").fill("local-dev")
    await dialog.get_by_text("Scopes, expiry").click()
    await page.keyboard.press("Control+Enter")
    await dialog.get_by_role("alert").first.wait_for()


async def key_revoke(studio: Studio, page: Page) -> None:
    await studio.full.open(page, "/admin/api-keys")
    await page.get_by_role("link", name="Revoke ci").click()
    await page.locator("dialog[open] form").wait_for()


async def test_data_dialog(studio: Studio, page: Page) -> None:
    await studio.full.open(page, "/admin/api-keys")
    await page.get_by_role("link", name="Clear test data").click()
    await page.locator("dialog[open] .form").wait_for()


async def jobs(studio: Studio, page: Page) -> None:
    await show_jobs(studio.full, page)


async def one_mail(studio: Studio, page: Page) -> None:
    await studio.full.open(page, "/admin/mail")
    await page.locator("th a").first.click()
    await page.locator(".mail-facts").wait_for()


async def profile_menu(studio: Studio, page: Page) -> None:
    await aurora_page(studio, page)
    if page.viewport_size and page.viewport_size["width"] < 768:
        await page.get_by_role("link", name="Navigation").click()
    await page.locator("details.menu > summary").click()


async def shortcuts(studio: Studio, page: Page) -> None:
    await studio.full.open(page, "/customers")
    await page.keyboard.press("?")


async def forbidden(studio: Studio, page: Page) -> None:
    world = studio.full.world
    viewer = await new_member(world, f"Vera{int(clock.unix() * 1000)} Voss", "viewer")
    await studio.full.open(page, "/admin/api-keys", viewer)


async def discard(studio: Studio, page: Page) -> None:
    await customer_drawer(studio, page)
    await page.keyboard.type("Acme")
    await page.keyboard.press("Escape")
    await page.locator("#discard[open] h2").wait_for()


PAGES: dict[str, Act] = {
    "sign-in": sign_in_page,
    "sign-in-sent": sign_in_sent,
    "sign-in-confirm": sign_in_confirm,
    "sign-in-gone": sign_in_gone,
    "customers": at("/customers"),
    "customers-older": at('/customers?after=["a",1]'),
    "customers-churned": at("/customers?q=status:churned"),
    "customers-filtered": at("/customers?q=status:active,onboarding owner:zed&columns=mrr,tags,contact"),
    "customers-columns": at("/customers/columns"),
    "customers-none": at_new("/customers"),
    "customers-nothing": at_new("/customers?q=status:churned"),
    "customer-new": at("/customers/new"),
    "contact-new": at("/customers/c-1/contacts/new"),
    "onboarding-new": at("/customers/c-1/onboardings/new"),
    "keys": at("/admin/api-keys"),
    "keys-none": at_new("/admin/api-keys"),
    "key-created": key_created,
    "key-new": at("/admin/api-keys/new"),
    "key-dialog": key_dialog,
    "key-dialog-refused": key_dialog_refused,
    "key-revoke": key_revoke,
    "key-test-data": test_data_dialog,
    "key-test-data-page": at("/admin/api-keys/test-data"),
    "workspace-settings": at("/admin/general"),
    "team": at("/admin/team"),
    "team-invite": at("/admin/team/invite"),
    "team-invite-many": at("/admin/team/invite-many"),
    "jobs": jobs,
    "jobs-none": at_new("/admin/jobs"),
    "mails": at("/admin/mail"),
    "mails-none": at_new("/admin/mail"),
    "mail": one_mail,
    "limits": at("/admin/limits"),
    "limits-keys": at("/admin/limits/keys"),
    "limits-change": at("/admin/limits/phases"),
    "logs": at("/admin/logs"),
    "logs-nothing": at("/admin/logs?q=no+such+text"),
    "logs-requests": at("/admin/logs/requests"),
    "tags": at("/admin/custom-fields/tags"),
    "tag-rename": at("/admin/custom-fields/tags/act/rename?tag=retail"),
    "workspace-slug": at("/admin/general/slug"),
    "workspace-transfer": at("/admin/general/transfer"),
    "workspace-delete": at("/admin/general/delete"),
    "workspaces": at("/workspaces"),
    "team-place": at("/admin/team/1/place"),
    "profile": at("/profile"),
    "profile-preferences": at("/profile/preferences"),
    "profile-notifications": at("/profile/notifications"),
    "sessions": at("/profile/sessions"),
    "profile-menu": profile_menu,
    "shortcuts": shortcuts,
    "discard": discard,
    "not-found": at("/customers/no-such-customer"),
    "not-found-bare": at("/no-such-page"),
    "forbidden": forbidden,
    **CUSTOMER_PAGES,
    **DOCS_PAGES,
    **PLAN_PAGES,
    **HOOK_PAGES,
}


# ── Taking them ────────────────────────────────────────────────────────────────────────────────
async def shoot(studio: Studio, browser: Browser, name: str, theme: Theme) -> None:
    """One page at every width, each in a browser of its own; the narrowest has a touch screen."""
    for width in WIDTHS:
        context = await browser.new_context(
            color_scheme=theme,
            reduced_motion="reduce",
            viewport={"width": width, "height": HEIGHT},
            has_touch=width == PHONE,
            is_mobile=width == PHONE,
        )
        page = await context.new_page()
        await PAGES[name](studio, page)
        await page.evaluate("document.fonts.ready")
        await expect(page.locator("[hx-trigger=load]")).to_have_count(0)
        await page.screenshot(path=FOLDER / f"{name}-{theme}-{width}.png")
        await context.close()


async def sheet(browser: Browser, name: str) -> None:
    """All pictures of one page on one."""
    tags = "".join(
        f'<img src="{name}-{theme}-{width}.png" width="{width // 2}">'
        for theme in THEMES
        for width in (390, 768, 1100, 1440)
    )
    path = FOLDER / f"{name}.html"
    path.write_text(f'<body style="background:#888;display:flex;flex-wrap:wrap;gap:8px">{tags}')
    page = await browser.new_page(viewport={"width": 1900, "height": 600})
    await page.goto(path.as_uri())
    await page.screenshot(path=FOLDER / f"{name}-sheet.png", full_page=True)
    await page.close()
    path.unlink()


async def take(names: list[str]) -> None:
    """Start the servers, fill them, and take the pictures."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as other:
        async with AsyncExitStack() as stack:
            browser = await stack.enter_async_context(chromium_started())
            studio = await furnish(await stack.enter_async_context(running_server(Path(folder))))
            if any(name in HOOK_PAGES for name in names):
                studio.hooks = await stack.enter_async_context(hooked(Path(other)))
            for name in names:
                for theme in THEMES:
                    await shoot(studio, browser, name, theme)
                await sheet(browser, name)


async def furnish(server: LiveServer) -> Studio:
    """The two workspaces."""

    async def workspace(slug: str) -> Live:
        return Live(server, await new_world(server.services, slug=slug))

    # What is written carries a later moment than what was written before, so the past is made first.
    with clock.travel(timedelta(days=-25)):
        full = await workspace("full")
    number = await fill(full)
    studio = Studio(full, await workspace("new"))
    studio.plan, studio.task = number, 3
    return studio


def main(words: list[str]) -> None:
    """Take the pictures of the pages whose names hold one of the words, or of all."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    names = [name for name in PAGES if not words or any(word in name for word in words)]
    asyncio.run(take(names))


if __name__ == "__main__":
    main(sys.argv[1:])
