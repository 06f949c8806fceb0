"""One walk over every route and every way to be refused: one envelope, whatever the status."""

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest

from pivotal_server.api_keys.service import revoke_key
from pivotal_server.auth import keys
from pivotal_server.errors_catalogue import IDEMPOTENCY_KEY_IN_USE
from pivotal_server.kit import clock
from pivotal_server.kit.errors import CODES
from pivotal_server.limits.failures import Failures
from pivotal_server.rest.idempotency import Running
from pivotal_server.unit_of_work import unit_of_work
from tests.support.app import World
from tests.support.operations import (
    KEYED,
    OF_USUAL_SIZE,
    SINGLE_ROW,
    WITH_BODY,
    WRITES,
    call,
    example_body,
    path_to,
    refusal_of,
)


def check(response: httpx.Response, status: int, code: str, field: str | None = None) -> dict[str, Any]:
    error = refusal_of(response)
    assert (response.status_code, error["code"], error.get("field")) == (status, code, field), response.text
    assert error["type"] == CODES[code].type
    assert CODES[code].status == status
    return error


async def test_every_route_refuses_without_a_good_key(world: World) -> None:
    stranger = keys.generate("live").text
    _, good = await world.new_key()
    forms: list[tuple[str | None, str, str]] = [
        (None, "missing_api_key", "is missing"),
        ("", "missing_api_key", "is empty"),
        ("Bearer", "missing_api_key", "holds no key"),
        ("Basic dXNlcjpwYXNz", "missing_api_key", "'Basic' is not supported"),
        (good, "invalid_api_key", "no 'Bearer '"),
        (f"Bearer: {good}", "invalid_api_key", "colon"),
        (f"Bearer  {good}", "invalid_api_key", "exactly one space"),
        (f'Bearer "{good}"', "invalid_api_key", "quotes"),
        (f"Bearer {good} {good}", "invalid_api_key", "after the key"),
        (f"Bearer {good[:-1]}", "invalid_api_key", "incomplete or mistyped"),
        ("Bearer sk_live_4eC39HqLyjWDarjtT1zdp7dc", "invalid_api_key", "does not begin with 'pivotal_'"),
        (f"Bearer {stranger}", "invalid_api_key", "not valid"),
    ]
    async with world.client(None) as api:
        for operation in KEYED:
            for header, code, words in forms:
                given = {} if header is None else {"Authorization": header}
                response = await call(api, operation, headers=given)
                error = check(response, 401, code)
                assert words in error["message"], (operation.id, header)
                assert good not in response.text
                assert response.headers["www-authenticate"] == "Bearer"
                assert "x-ratelimit-limit" not in response.headers
            # The query is never looked at for a key.
            response = await call(api, operation, params={"api_key": good})
            check(response, 401, "missing_api_key")
            world.services.ring.failures = Failures()


async def test_every_route_refuses_a_key_that_has_ended_or_may_not(world: World) -> None:
    revoked, revoked_text = await world.new_key("revoked")
    async with unit_of_work(world.db, world.operator) as uow:
        await revoke_key(uow, revoked.id)
    soon = clock.now() + timedelta(minutes=1)
    _, expiring = await world.new_key("expiring", expires_at=soon)
    _, elsewhere = await world.new_key("elsewhere", allowed_addresses=["192.0.2.0/24", "2001:db8::/32"])
    _, read_only = await world.new_key("reader", read_only=True)
    _, tasks_only = await world.new_key("tasks", scopes=["write:tasks"])
    _, comments_only = await world.new_key("comments", scopes=["write:comments"])
    _, one = await world.new_key("one", rate_limit=1)
    for operation in KEYED:
        async with world.client(revoked_text) as api:
            check(await call(api, operation), 401, "api_key_revoked")
        async with world.client(expiring) as api:
            with clock.travel(timedelta(minutes=2)):
                check(await call(api, operation), 401, "api_key_expired")
        async with world.client(elsewhere) as api:
            check(await call(api, operation), 403, "ip_not_allowed")
        async with world.client(one) as api:
            # Answered or not, it leaves no room for the next.
            await api.get("/me")
            response = await call(api, operation)
            error = check(response, 429, "rate_limited")
            seconds = response.headers["retry-after"]
            assert error["message"] == f"Rate limit exceeded. Retry after {seconds} seconds."
            assert response.headers["x-ratelimit-remaining"] == "0"
        narrow = comments_only if "tasks" in str(operation.scope) else tasks_only
        async with world.client(narrow) as api:
            if operation.scope != "any":
                error = check(await call(api, operation), 403, "insufficient_scope")
                assert str(operation.scope) in error["message"]
        async with world.client(read_only) as api:
            if operation.writes:
                check(await call(api, operation), 403, "read_only_key")


async def test_every_route_refuses_what_it_does_not_know(api: httpx.AsyncClient, world: World) -> None:
    for operation in KEYED:
        check(await call(api, operation, params={"colour": "red"}), 400, "unrecognized_keys", "colour")
        check(await call(api, operation, query="?%ff=1"), 400, "invalid_string")
        allowed = {other.method for other in KEYED if path_to(other) == path_to(operation)}
        if "GET" in allowed:
            allowed.add("HEAD")
        response = await api.request("PUT", path_to(operation))
        check(response, 405, "method_not_allowed")
        assert set(response.headers["allow"].split(", ")) == allowed
    for operation in WITH_BODY:
        body = {"colour_of_the_sky": 1}
        check(await call(api, operation, json=body), 400, "unrecognized_keys", "colour_of_the_sky")


async def test_every_route_answers_not_found_for_a_row_there_is_not(api: httpx.AsyncClient) -> None:
    for operation in SINGLE_ROW:
        for reference in (
            999,
            "c" + "0" * 24,
            "aurora",
            "0",
            "-1",
            "9" * 40,
            "x" * 5000,
            "%00",
            "%2e%2e",
            "%20",
        ):
            error = check_not_found(await call(api, operation, reference))
            assert error["message"].startswith("No such ")


def check_not_found(response: httpx.Response) -> dict[str, Any]:
    error = refusal_of(response)
    assert (response.status_code, error["type"]) == (404, "not_found"), response.text
    assert error["code"].endswith("_not_found")
    assert error["code"] != "route_not_found"
    return error


async def test_every_write_refuses_a_body_that_is_none(api: httpx.AsyncClient, world: World) -> None:
    json_type = {"content-type": "application/json"}
    big = b'{"name":"' + b"x" * 1_048_576 + b'"}'
    for operation in OF_USUAL_SIZE:
        check(await call(api, operation, content=big, headers=json_type), 413, "body_too_large")

        async def parts() -> Any:
            for start in range(0, len(big), 100_000):
                yield big[start : start + 100_000]

        check(await call(api, operation, content=parts(), headers=json_type), 413, "body_too_large")
    for operation in WRITES:
        for length in (0, 256):
            response = await call(api, operation, headers={"Idempotency-Key": "x" * length})
            check(response, 400, "idempotency_key_too_long")
    for operation in WITH_BODY:
        body = json.dumps(example_body(operation)).encode()
        for media_type in (
            None,
            "text/plain",
            "application/x-www-form-urlencoded",
            "application/json; charset=latin1",
        ):
            headers = {} if media_type is None else {"content-type": media_type}
            response = await call(api, operation, content=body, headers=headers)
            error = check(response, 415, "invalid_content_type")
            assert (media_type or "without Content-Type") in error["message"]
        for content in (b"", b"{", b"\xff", b'{"a":1}x', b"[" * 65 + b"]" * 65, b'{"a":"\xed\xa0\x80"}'):
            check(await call(api, operation, content=content, headers=json_type), 400, "invalid_json")
        for content in (b"[]", b"null", b'"x"', b"1"):
            check(await call(api, operation, content=content, headers=json_type), 400, "invalid_type")


async def test_every_write_refuses_a_key_that_another_request_holds(
    api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def held(_self: Running, _claim: object) -> Any:
        raise IDEMPOTENCY_KEY_IN_USE()

    monkeypatch.setattr(Running, "hold", held)
    for operation in WRITES:
        response = await call(api, operation, headers={"Idempotency-Key": "k"})
        check(response, 409, "idempotency_key_in_use")


ELSEWHERE = """
/api /api/ /api/v1 /api/v1/ /api/v2/customers /api/v1/customer /api/v1/customers/ /api/v1//customers
/api/v1/customers//contacts /api/v1/customers/1/contacts/ /api/v1/openapi.txt /api/v1/openapi. /api/v1/..
/api/v1/me/x /api/v1/Customers /api/v1/customers/1/nothing /api/openapi.json
"""


async def test_what_is_no_route_answers_the_envelope_too(world: World) -> None:
    _, key = await world.new_key()
    async with world.client(None) as api:
        for path in ELSEWHERE.split():
            for method in ("GET", "POST", "DELETE", "OPTIONS", "BREW"):
                url = httpx.URL("http://testserver/", raw_path=path.encode())
                check(await api.request(method, url), 404, "route_not_found")
                response = await api.request(method, url, headers={"Authorization": f"Bearer {key}"})
                check(response, 404, "route_not_found")
                response = await api.request(method, url, headers={"Authorization": "Bearer x"})
                check(response, 401, "invalid_api_key")
        for path in ("/api/v1/openapi.json", "/api/v1/openapi.yaml", "/api/v1/health"):
            for method in ("POST", "PUT", "PROPFIND"):
                response = await api.request(method, f"http://testserver{path}")
                assert response.status_code == 405
                assert response.headers["allow"] == "GET, HEAD"
                check(response, 405, "method_not_allowed")


async def test_requests_elsewhere_count_when_they_bring_a_key(world: World) -> None:
    _, key = await world.new_key(rate_limit=3)
    async with world.client(key) as api:
        left = [(await api.get("/nowhere")).headers["x-ratelimit-remaining"] for _ in range(3)]
        assert left == ["2", "1", "0"]
        check(await api.get("/nowhere"), 429, "rate_limited")
        check(await api.put("/me"), 429, "rate_limited")


def test_every_declared_code_says_what_it_is_and_how_to_mend_it() -> None:
    for code in CODES.values():
        assert code.code == code.code.lower()
        assert code.message
        assert code.app_only or code.cure, code.code
