"""Paths as attackers and careless clients write them: each names one row or none, and never a 500."""

import itertools
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.support.app import World
from tests.support.operations import refusal_of
from tests.support.records import answered, new_contact, new_customer, new_onboarding

_numbers = itertools.count()


async def get(api: httpx.AsyncClient, raw_path: str, method: str = "GET", **options: Any) -> httpx.Response:
    """Send this path with its escapes as they are."""
    url = httpx.URL("http://testserver/", raw_path=f"/api/v1{raw_path}".encode("ascii"))
    return await api.request(method, url, **options)


def code_of(response: httpx.Response) -> str:
    error = refusal_of(response)
    assert response.status_code == 404
    return str(error["code"])


@pytest.fixture
async def filled(api: httpx.AsyncClient) -> httpx.AsyncClient:
    """A client of a workspace with one customer, contact and onboarding."""
    customer = await new_customer(api)
    await new_contact(api, customer)
    await new_onboarding(api, customer)
    return api


async def test_an_escaped_slash_separates_nothing(filled: httpx.AsyncClient) -> None:
    for path, code in (
        ("/customers/1%2Fcontacts", "customer_not_found"),
        ("/customers/1%2fcontacts", "customer_not_found"),
        ("/customers%2F1", "route_not_found"),
        ("/customers/..%2f..%2fme", "customer_not_found"),
        ("/customers/x%2Fy/contacts", "customer_not_found"),
        ("/contacts/1%2F", "contact_not_found"),
        ("/onboardings/%2F", "onboarding_not_found"),
    ):
        assert code_of(await get(filled, path)) == code, path
    whole = httpx.URL("http://testserver/", raw_path=b"/api%2Fv1/me")
    assert refusal_of(await filled.get(whole))["code"] == "route_not_found"


async def test_dots_empty_segments_and_escapes(filled: httpx.AsyncClient) -> None:
    for path, code in (
        ("/customers/%2e%2e", "customer_not_found"),
        ("/customers/%2e%2e/contacts", "customer_not_found"),
        ("//me", "route_not_found"),
        ("/me/", "route_not_found"),
        ("/customers//1", "route_not_found"),
        ("/customers/1//contacts", "route_not_found"),
        ("/customers/1;a=b", "customer_not_found"),
        ("/customers/%31%00", "customer_not_found"),
        ("/customers/%ff", "customer_not_found"),
        ("/customers/%ed%a0%80", "customer_not_found"),
        ("/customers/%", "customer_not_found"),
        ("/customers/%zz", "customer_not_found"),
        ("/customers/%20", "customer_not_found"),
        ("/customers/1%20", "customer_not_found"),
        ("/customers/%2B1", "customer_not_found"),
        ("/customers/1.0", "customer_not_found"),
        ("/customers/0x1", "customer_not_found"),
        ("/customers/%D9%A1", "customer_not_found"),
        ("/customers/" + "1" * 60_000, "customer_not_found"),
        ("/customers/" + "c" * 60_000, "customer_not_found"),
        ("/" + "a/" * 5_000, "route_not_found"),
    ):
        assert code_of(await get(filled, path)) == code, path[:60]
    # Digits are digits, however they are escaped, and leading zeros do not matter.
    for path in ("/customers/%31", "/customers/0001"):
        assert answered(await get(filled, path))["display_id"] == 1


_NAMES = "customers contacts onboardings me health 1 0 .. %2e %00 %2F %ff"
_SEGMENTS = st.sampled_from([*_NAMES.split(), "", "x" * 300]) | st.text(
    st.characters(codec="ascii", exclude_characters="?# \\", exclude_categories=["Cc"]), max_size=8
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_SEGMENTS, max_size=5), st.sampled_from(["GET", "DELETE", "HEAD", "x"]))
@example(["customers", "%00"], "GET")
async def test_no_path_at_all_is_a_fault_of_the_server(
    world: World, segments: list[str], method: str
) -> None:
    _, key = await world.new_key(f"key-{next(_numbers)}")
    raw = "/" + "/".join(segments)
    transport = httpx.ASGITransport(world.rest)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as api:
        response = await get(api, raw, method, headers={"Authorization": f"Bearer {key}"})
    assert response.status_code in (200, 404, 405), raw
    if response.status_code != 200 and method != "HEAD":
        refusal_of(response)


async def test_unknown_methods_are_told_what_is_allowed(filled: httpx.AsyncClient) -> None:
    for method in ("PUT", "TRACE", "CONNECT", "M-SEARCH", "X" * 200):
        response = await get(filled, "/customers/1", method)
        assert response.status_code == 405
        assert response.headers["allow"] == "DELETE, GET, HEAD, PATCH"
        assert refusal_of(response)["code"] == "method_not_allowed"
