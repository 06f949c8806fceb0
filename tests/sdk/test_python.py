"""What is the Python SDK's own: its types, its clients, its import."""

import inspect
import json
import sys
import traceback
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

import pivotal
from pivotal import AsyncPivotalApi, Customer, PivotalApi, PivotalError
from pivotal._client import AsyncResource, Resource
from sdk.generator.__main__ import DOCUMENT
from sdk.generator.reading import Reader
from tests.lint.files import ROOT
from tests.sdk.contract import ADDRESS, KEY, customer
from tests.support.live_server import run


def scripted(*answers: httpx.Response | Exception, seen: list[httpx.Request] | None = None) -> PivotalApi:
    """A client in front of these answers."""
    waiting = list(answers)

    def answer(request: httpx.Request) -> httpx.Response:
        if seen is not None:
            seen.append(request)
        told = waiting.pop(0)
        if isinstance(told, Exception):
            raise told
        return told

    api = PivotalApi(KEY, ADDRESS, transport=httpx.MockTransport(answer))
    api._sender.sleep = lambda _: None
    return api


def test_an_object_is_read_and_written_without_loss() -> None:
    data = customer() | {"colour": {"deep": [1]}}
    read = Customer.from_dict(data)
    assert read.created_at == datetime(2026, 5, 26, 17, 21, 9, 412000, UTC)
    assert read.extra == {"colour": {"deep": [1]}}
    assert Customer.from_dict(read.to_dict()) == read
    assert read.to_dict().keys() == data.keys()


def test_objects_are_frozen() -> None:
    read = Customer.from_dict(customer())
    with pytest.raises(AttributeError):
        read.name = "Other"  # type: ignore[misc]


def test_a_promised_key_that_is_absent_is_named() -> None:
    data = customer()
    del data["slug"]
    with pytest.raises(PivotalError, match="Customer: the answer lacks 'slug'"):
        Customer.from_dict(data)


def test_an_object_of_ones_own_has_no_answer() -> None:
    with pytest.raises(PivotalError, match="did not come with an answer"):
        pivotal.response_of(Customer.from_dict(customer()))


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        (datetime(2026, 5, 1, 12, tzinfo=UTC), "2026-05-01T12:00:00Z"),
        (date(2026, 5, 1), "2026-05-01"),
        ("2026-05-01", "2026-05-01"),
    ],
)
def test_moments_are_sent_as_text(given: Any, sent: str) -> None:
    seen: list[httpx.Request] = []
    page = {"object": "list", "data": [], "has_more": False, "next_cursor": None}
    with scripted(httpx.Response(200, json=page), seen=seen) as api:
        assert api.customers.list(created_after=given).to_list() == []
    assert seen[0].url.params["created_after"] == sent


def test_a_moment_without_a_zone_is_refused() -> None:
    with scripted() as api, pytest.raises(ValueError, match="needs a time zone"):
        api.customers.list(created_after=datetime(2026, 5, 1)).first_page()  # noqa: DTZ001


def test_none_clears_and_what_is_omitted_is_not_sent() -> None:
    seen: list[httpx.Request] = []
    with scripted(httpx.Response(200, json=customer()), seen=seen) as api:
        api.customers.update(245, plan=None, owner_id=12)
    assert json.loads(seen[0].content) == {"plan": None, "owner_id": "12"}


def test_per_call_headers_of_a_method_that_sends_headers() -> None:
    seen: list[httpx.Request] = []
    refusal = httpx.Response(400, json={"error": {"code": "x"}})
    with scripted(refusal, seen=seen) as api, pytest.raises(pivotal.ApiError):
        api.webhook_endpoints.create(
            url="https://a.example", event_types=["*"], headers={"A": "1"}, request_headers={"B": "2"}
        )
    assert json.loads(seen[0].content)["headers"] == {"A": "1"}
    assert seen[0].headers["b"] == "2"


def test_any_request_can_be_sent() -> None:
    seen: list[httpx.Request] = []
    with scripted(httpx.Response(200, json={"new": True}), seen=seen) as api:
        answer = api.request("post", "/api/v1/novelties", json={"a": 1}, query={"b": True})
    assert answer.data == {"new": True}
    assert str(seen[0].url) == f"{ADDRESS}/api/v1/novelties?b=true"
    assert seen[0].headers["idempotency-key"].startswith("sdk_")


def test_every_answer_is_told_to_the_hook() -> None:
    told: list[int] = []
    answers = [httpx.Response(503), httpx.Response(200, json=customer())]
    transport = httpx.MockTransport(lambda _: answers.pop(0))
    api = PivotalApi(KEY, ADDRESS, transport=transport, on_response=lambda info: told.append(info.status))
    api._sender.sleep = lambda _: None
    api.customers.get(245)
    assert told == [503, 200]


def test_a_deprecated_operation_warns() -> None:
    headers = {"Deprecation": "@1790000000", "Sunset": "Wed, 21 Oct 2026 07:28:00 GMT"}
    told = pytest.warns(DeprecationWarning, match="is deprecated until Wed, 21 Oct 2026")
    with scripted(httpx.Response(200, json=customer(), headers=headers)) as api, told:
        api.customers.get(245)


def test_key_and_address_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PIVOTAL_API_KEY", raising=False)
    monkeypatch.delenv("PIVOTAL_BASE_URL", raising=False)
    with pytest.raises(PivotalError, match="PIVOTAL_API_KEY"):
        PivotalApi()
    monkeypatch.setenv("PIVOTAL_API_KEY", "pivotal_secret")
    assert repr(PivotalApi()) == "<PivotalApi http://127.0.0.1:8000>"
    monkeypatch.setenv("PIVOTAL_BASE_URL", "https://a.example/api/v1/")
    assert repr(AsyncPivotalApi()) == "<AsyncPivotalApi https://a.example>"


def test_an_address_must_be_one() -> None:
    with pytest.raises(PivotalError, match="base_url"):
        PivotalApi(KEY, "a.example")


@pytest.mark.parametrize("host", ["a.example", "localhost.a.example", "127.a.example"])
def test_plain_http_to_another_host_warns(host: str) -> None:
    with pytest.warns(UserWarning, match=f"{host} gets the API key unencrypted"):
        PivotalApi(KEY, f"http://{host}")


@pytest.mark.parametrize("host", ["localhost:8000", "app.localhost", "127.0.0.1", "[::1]:8000"])
def test_plain_http_to_this_machine_does_not(host: str) -> None:
    assert repr(PivotalApi(KEY, f"http://{host}")) == f"<PivotalApi http://{host}>"


@pytest.mark.parametrize("id", ["", ".", ".."])
def test_an_id_that_would_name_another_path_is_refused(id: str) -> None:
    with scripted() as api, pytest.raises(PivotalError, match="is no id"):
        api.customers.delete(id)


def test_the_key_is_in_no_text_of_an_error() -> None:
    fault = httpx.ConnectError("refused")
    with scripted(fault, fault, fault, fault) as api, pytest.raises(pivotal.ApiConnectionError) as caught:
        api.me()
    assert KEY not in "".join(traceback.format_exception(caught.value)) + repr(api) + repr(vars(api))


def test_a_client_that_was_handed_in_stays_open() -> None:
    client = httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200, json=customer())))
    with PivotalApi(KEY, ADDRESS, http_client=client) as api:
        api.customers.get(245)
    assert not client.is_closed
    client.close()


def test_sync_and_async_have_the_same_methods_and_arguments() -> None:
    def methods(resource: object, path: str = "") -> dict[str, list[inspect.Parameter]]:
        found: dict[str, list[inspect.Parameter]] = {}
        for name in (name for name in dir(type(resource)) if not name.startswith("_")):
            value = getattr(resource, name)
            if isinstance(value, Resource | AsyncResource):
                found |= methods(value, f"{path}{name}.")
            elif callable(value) and name not in ("close", "request"):
                found[path + name] = list(inspect.signature(value).parameters.values())
        return found

    sync = methods(PivotalApi(KEY, ADDRESS))
    assert sync == methods(AsyncPivotalApi(KEY, ADDRESS))
    api = Reader(json.loads(DOCUMENT.read_text("utf-8"))).api()
    assert {".".join(one.sdk) for one in api.operations} <= sync.keys()
    assert {name for name in sync if not name.startswith("contacts.")} == {
        ".".join(one.sdk) for one in api.operations
    }


async def test_importing_loads_httpx_and_few_objects() -> None:
    program = (
        "import sys, httpx; there = set(sys.modules); import pivotal; "
        "print(*sorted(set(sys.modules) - there - sys.stdlib_module_names))"
    )
    loaded = (await run(sys.executable, "-c", program, PYTHONPATH=str(ROOT / "sdk/python/src"))).split()
    foreign = {name for name in loaded if name.partition(".")[0] not in {"pivotal", *sys.stdlib_module_names}}
    assert foreign == set()
    objects = {name.removeprefix("pivotal._generated.models.") for name in loaded if ".models." in name}
    assert objects == {"me", "health", "search"}


def test_unknown_names_of_the_package_are_refused() -> None:
    assert pivotal.TaskCompletedEvent.__name__ == "TaskCompletedEvent"
    for name in ("Planet", "PlanetEvent"):
        with pytest.raises(AttributeError):
            getattr(pivotal, name)


def test_messages_can_be_signed_for_tests() -> None:
    webhooks = pivotal.webhooks
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = '{"id":"evt_1","type":"planet.found","created_at":"2026-05-26T18:42:00Z","org_id":"o",'
    body += '"livemode":true,"api_version":"v1","actor":"a","request_id":null,'
    body += '"data":{"object":{"id":"1"},"previous_attributes":null}}'
    event = webhooks.verify(body, webhooks.sign(body, secret, id="msg_1"), secret)
    assert isinstance(event, pivotal.UnknownEvent)
    assert event.data.object == {"id": "1"}
