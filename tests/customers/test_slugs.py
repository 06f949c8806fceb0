"""Slugs of customers: given, made, taken, freed."""

import asyncio

import httpx

from tests.support.app import World
from tests.support.records import answered, created, error_of, new_customer, patched, path_of, read


async def test_a_slug_is_made_from_the_name_and_numbered_until_it_is_free(api: httpx.AsyncClient) -> None:
    slugs = [(await created(api, "/customers", {"name": "Bright Future Tech"}))["slug"] for _ in range(3)]
    assert slugs == ["bright-future-tech", "bright-future-tech-2", "bright-future-tech-3"]
    taken = await created(api, "/customers", {"name": "x", "slug": "bright-future-tech-4"})
    assert taken["slug"] == "bright-future-tech-4"
    assert (await created(api, "/customers", {"name": "Bright future tech"}))[
        "slug"
    ] == "bright-future-tech-5"
    # A slug that merely begins alike takes no number.
    await created(api, "/customers", {"name": "x", "slug": "bright-future-technology"})
    assert (await created(api, "/customers", {"name": "北京"}))["slug"] == "beijing"
    assert [(await created(api, "/customers", {"name": "!!!"}))["slug"] for _ in range(2)] == [
        "customer",
        "customer-2",
    ]


async def test_a_given_slug_that_is_taken_is_refused(api: httpx.AsyncClient) -> None:
    first = await new_customer(api, slug="aurora")
    refused = await api.post("/customers", json={"name": "Other", "slug": "aurora"})
    assert error_of(refused) == (409, "slug_taken", "slug")
    assert refused.json()["error"]["message"] == 'A customer with the slug "aurora" already exists.'
    other = await new_customer(api, slug="borealis")
    assert error_of(await api.patch(f"/customers/{other['id']}", json={"slug": "aurora"})) == (
        409,
        "slug_taken",
        "slug",
    )
    assert (await read(api, other))["slug"] == "borealis"
    assert await patched(api, first, slug="aurora") == first


async def test_a_slug_is_freed_by_deletion_and_by_renaming(api: httpx.AsyncClient) -> None:
    first = await new_customer(api, slug="aurora")
    answered(await api.delete(f"/customers/{first['id']}"))
    second = await new_customer(api, slug="aurora")
    await patched(api, second, slug="aurora-borealis")
    assert (await new_customer(api, slug="aurora"))["slug"] == "aurora"


async def test_a_slug_of_another_form_is_refused_on_both_ways_in(api: httpx.AsyncClient) -> None:
    customer = await new_customer(api)
    for slug in ("42", "import", "login", "new", "Aurora", "a--b", "", "a" * 101):
        code = "too_small" if not slug else "too_big" if len(slug) > 100 else "invalid_string"
        for refused in (
            await api.post("/customers", json={"name": "x", "slug": slug}),
            await api.patch(path_of(customer), json={"slug": slug}),
        ):
            assert error_of(refused) == (400, code, "slug")


async def test_a_slug_is_never_an_id(api: httpx.AsyncClient) -> None:
    await new_customer(api, slug="aurora")
    assert error_of(await api.get("/customers/aurora")) == (404, "customer_not_found", None)
    found = answered(await api.get("/customers", params={"slug": "aurora"}))
    assert [row["slug"] for row in found["data"]] == ["aurora"]


async def test_customers_of_one_name_created_at_once_get_different_slugs(world: World) -> None:
    _, key = await world.new_key()
    async with world.client(key) as api:
        made = await asyncio.gather(*(created(api, "/customers", {"name": "Acme"}) for _ in range(12)))
    assert {row["slug"] for row in made} == {"acme", *(f"acme-{n}" for n in range(2, 13))}
    assert sorted(row["display_id"] for row in made) == list(range(1, 13))


async def test_a_made_slug_is_never_refused_because_another_is_renamed_to_it(world: World) -> None:
    _, key = await world.new_key()
    async with world.client(key) as api:
        for number in range(15):
            name = f"Race {number}"
            other = await new_customer(api)
            await created(api, "/customers", {"name": name})
            renamed, made = await asyncio.gather(
                api.patch(f"/customers/{other['id']}", json={"slug": f"race-{number}-2"}),
                api.post("/customers", json={"name": name}),
            )
            assert made.status_code == 201, made.text
            assert renamed.status_code in (200, 409)
