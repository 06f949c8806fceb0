from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.http import OperationTable, Router
from tests.support.properties import refusal


class Nothing(msgspec.Struct):
    """No answer."""


def router(*routes: str) -> Router:
    table = OperationTable("Test")
    for route in routes:
        method, path = route.split()

        @table.operation(method, path, id=route, sdk="x", summary="x", answers=(200, Nothing), scope=None)
        async def handler(_context: Any) -> Nothing:
            return Nothing()

    return Router(table)


ROUTES = router(
    "GET /things",
    "POST /things",
    "GET /things/{id}",
    "DELETE /things/{id}",
    "GET /things/count",
    "GET /things/{thingId}/parts",
    "GET /things/{thingId}/parts/{id}",
    "GET /deep/er",
)


def find(method: str, path: str) -> tuple[str, list[str]]:
    operation, values = ROUTES.find(method, path)
    return operation.id, values


@pytest.mark.parametrize(
    ("method", "path", "operation", "values"),
    [
        ("GET", "/things", "GET /things", []),
        ("POST", "/things", "POST /things", []),
        ("GET", "/things/7", "GET /things/{id}", ["7"]),
        ("DELETE", "/things/7", "DELETE /things/{id}", ["7"]),
        ("GET", "/things/count", "GET /things/count", []),
        ("GET", "/things/7/parts", "GET /things/{thingId}/parts", ["7"]),
        ("GET", "/things/a b/parts/é", "GET /things/{thingId}/parts/{id}", ["a b", "é"]),
        ("GET", "/things/..", "GET /things/{id}", [".."]),
    ],
)
def test_an_operation_is_found_with_its_values(
    method: str, path: str, operation: str, values: list[str]
) -> None:
    assert find(method, path) == (operation, values)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "//",
        "/thing",
        "/things/",
        "//things",
        "/things//parts",
        "/things/7/",
        "/things/7/part",
        "/deep",
        "/things/7/parts/8/9",
        "/Things",
        "/things/7/parts//",
    ],
)
def test_other_paths_are_no_route(path: str) -> None:
    with pytest.raises(ApiError) as caught:
        find("GET", path)
    assert caught.value.code.code == "route_not_found"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/things", "GET, HEAD, POST"),
        ("get", "/things", "GET, HEAD, POST"),
        ("OPTIONS", "/things/7", "DELETE, GET, HEAD"),
        # A fixed segment stands above a parameter, whatever methods it has.
        ("DELETE", "/things/count", "GET, HEAD"),
        ("X" * 100, "/deep/er", "GET, HEAD"),
    ],
)
def test_another_method_is_answered_with_those_allowed(method: str, path: str, allowed: str) -> None:
    with pytest.raises(ApiError) as caught:
        find(method, path)
    fault = caught.value
    assert fault.code.code == "method_not_allowed"
    assert fault.headers == {"allow": allowed}
    assert fault.message == f"{method[:20]} is not allowed here. Allowed: {allowed}"


def test_one_method_and_path_is_declared_once() -> None:
    with pytest.raises(ValueError, match="declared twice"):
        router("GET /things/{id}", "GET /things/{thingId}")


@given(st.text(max_size=30))
@example("things/%2e%2e/parts")
def test_any_path_is_a_route_or_not(rest: str) -> None:
    assert refusal(ROUTES.find, "GET", f"/{rest}") in {None, "route_not_found", "method_not_allowed"}
