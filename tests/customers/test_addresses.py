"""Which customer an address of the app names, and where it leads (APP-URL-1 … 4)."""

import httpx

from tests.support.app import World
from tests.support.browser import Browser
from tests.support.people import new_member
from tests.support.records import Json, new_customer, patched
from tests.support.visits import Enter, text_of


async def leads_to(browser: Browser, path: str) -> str:
    """The page or redirect that an address answers with."""
    answer = await browser.get(path)
    return str(answer.headers.get("location", answer.status_code))


async def five(api: httpx.AsyncClient) -> list[Json]:
    """Customers 1 to 5, two of whose slugs look like an address of another."""
    slugs = ("aurora", "cobalt", "com", "3-com", "2-cobalt")
    return [await new_customer(api, name=f"Company {slug}", slug=slug) for slug in slugs]


async def test_app_url_1_the_canonical_address_answers(api: httpx.AsyncClient, owner: Browser) -> None:
    await new_customer(api, name="Aurora Outfitters", slug="aurora")
    for path in ("/customers/1-aurora", "/customers/1-aurora/activity"):
        page = await owner.get(path)
        assert page.status_code == 200
        assert "Aurora Outfitters #1" in text_of(page.text)


async def test_app_url_2_other_addresses_lead_to_the_canonical_one(
    api: httpx.AsyncClient, owner: Browser
) -> None:
    await new_customer(api, slug="aurora")
    for path in ("1", "aurora", "1-", "1-borealis", "1-aurora-2"):
        assert await leads_to(owner, f"/customers/{path}") == "/customers/1-aurora"
        # The tab and the query stay.
        for tab in ("/activity", "/contacts/new", "/onboardings/new"):
            there = await leads_to(owner, f"/customers/{path}{tab}?before=x&fragment=a%20b")
            assert there == f"/customers/1-aurora{tab}?before=x&fragment=a%20b"


async def test_app_url_3_the_order_in_which_an_address_is_read(
    api: httpx.AsyncClient, owner: Browser
) -> None:
    await five(api)
    wanted = {
        # Digits alone are a number, whatever slugs there are.
        "3": "/customers/3-com",
        # n-rest, where rest is the slug of customer n, stands before an exact slug.
        "3-com": "200",
        "2-cobalt": "200",
        # An exact slug stands before the number in front.
        "4-3-com": "200",
        "cobalt": "/customers/2-cobalt",
        "com": "/customers/3-com",
        # Then the number alone counts.
        "4-com": "/customers/4-3-com",
        "5-anything": "/customers/5-2-cobalt",
        "6-com": "404",
        "0": "404",
        "00003": "/customers/3-com",
        "borealis": "404",
        "-": "404",
        "99999999999999999999999999": "404",
    }
    assert {path: await leads_to(owner, f"/customers/{path}") for path in wanted} == wanted


async def test_app_url_3_3_com_is_a_slug_unless_customer_3_has_the_slug_com(
    api: httpx.AsyncClient, owner: Browser
) -> None:
    customers = await five(api)
    await patched(api, customers[2], slug="commerce")
    assert await leads_to(owner, "/customers/3-com") == "/customers/4-3-com"
    await patched(api, customers[2], slug="com")
    assert await leads_to(owner, "/customers/3-com") == "200"


async def test_app_url_3_a_former_slug_leads_to_its_newest_holder(
    api: httpx.AsyncClient, owner: Browser
) -> None:
    first, second = await new_customer(api, slug="acme"), await new_customer(api, slug="other")
    await patched(api, first, slug="acme-north")
    assert await leads_to(owner, "/customers/acme") == "/customers/1-acme-north"
    await patched(api, second, slug="acme")
    assert await leads_to(owner, "/customers/acme") == "/customers/2-acme"
    await patched(api, second, slug="acme-south")
    assert await leads_to(owner, "/customers/acme/activity?x=1") == "/customers/2-acme-south/activity?x=1"
    # Whoever has the slug now stands before those who had it.
    await new_customer(api, slug="acme")
    assert await leads_to(owner, "/customers/acme") == "/customers/3-acme"


async def test_app_url_4_renaming_moves_nothing(api: httpx.AsyncClient, owner: Browser) -> None:
    customer = await new_customer(api, name="Aurora", slug="aurora")
    await patched(api, customer, name="Borealis")
    assert await leads_to(owner, "/customers/1-aurora") == "200"
    assert await leads_to(owner, "/customers/borealis") == "404"


async def test_app_stat_4_a_deleted_customer_frees_its_addresses(
    api: httpx.AsyncClient, owner: Browser
) -> None:
    gone = await new_customer(api, slug="aurora")
    await api.delete(f"/customers/{gone['id']}")
    for path in ("1", "aurora", "1-aurora"):
        assert await leads_to(owner, f"/customers/{path}") == "404"
    await new_customer(api, slug="aurora")
    assert await leads_to(owner, "/customers/aurora") == "/customers/2-aurora"


async def test_ids_and_encoded_nonsense_name_nothing_and_break_nothing(
    api: httpx.AsyncClient, owner: Browser
) -> None:
    customer = await new_customer(api, slug="aurora")
    for path in (customer["id"], "%00", "a%00b", "1-%00", "%FF", "%E2%82%AC", "%F0%9F%90%88", "x" * 3_000):
        assert await leads_to(owner, f"/customers/{path}") in ("404", "/customers/1-aurora")


async def test_app_ui_5_an_invisible_customer_is_one_that_never_existed(
    api: httpx.AsyncClient, world: World, enter: Enter
) -> None:
    await new_customer(api, slug="aurora")
    for role in ("member", "viewer"):
        browser = await enter(await new_member(world, f"{role.capitalize()} Meyer", role))
        missing = [await browser.get(f"/customers/{path}") for path in ("2", "borealis", "2-borealis")]
        hidden = [await browser.get(f"/customers/{path}") for path in ("1", "aurora", "1-aurora")]
        hidden.append(await browser.get("/customers/1-aurora/activity"))
        assert {answer.status_code for answer in missing + hidden} == {404}
        shown = {text_of(answer.text) for answer in missing + hidden}
        assert len(shown) == 1
        assert "There is nothing here, or you may not see it." in shown.pop()
        assert (await browser.get("/customers/1-aurora/live")).status_code == 404
