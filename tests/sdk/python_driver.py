"""Runs the scenarios with the Python SDK, sync or async alike, and tells what came."""

import inspect
from collections.abc import Mapping
from typing import Any

import httpx

import pivotal
from pivotal import AsyncPivotalApi, PivotalApi
from tests.sdk.contract import ADDRESS, CONTRACT, KEY, filled

Api = PivotalApi | AsyncPivotalApi


class Cut(httpx.SyncByteStream, httpx.AsyncByteStream):
    """An answer that ends in the middle."""

    def __iter__(self) -> Any:
        yield b'{"object"'
        raise httpx.RemoteProtocolError("the connection was cut")

    async def __aiter__(self) -> Any:
        yield b'{"object"'
        raise httpx.RemoteProtocolError("the connection was cut")


async def run_live(api: Api, other: Any) -> dict[str, list[dict[str, Any]]]:
    """Every live scenario, in one workspace. ``other`` makes a client with another key."""
    kept: dict[str, Any] = {}
    outcomes = {}
    for scenario in [{"id": "setup", **CONTRACT["setup"]}, *CONTRACT["live"]]:
        if "paging" in scenario:
            rows = [{"name": f"Row {number}", "plan": "paging"} for number in range(scenario["paging"])]
            operations = [{"action": "create", "resource": "customer", "data": row} for row in rows]
            await _result(api.bulk.run(operations=operations))
        steps = outcomes[scenario["id"]] = list[dict[str, Any]]()
        for step in scenario["steps"]:
            client = other(step["key"]) if "key" in step else api
            steps.append(await run_step(client, step, kept))
            if client is not api:
                await _result(client.close())
    return outcomes


async def run_scripted(scenario: Mapping[str, Any], is_async: bool) -> dict[str, Any]:
    """One scripted scenario."""
    answers, requests, waits = list(scenario["answers"]), list[dict[str, Any]](), list[float]()

    def answer(request: httpx.Request) -> httpx.Response:
        path, _, query = request.url.raw_path.decode().partition("?")
        entry = {"method": request.method, "path": path, "headers": dict(request.headers)}
        body = httpx.Response(200, content=request.content).json() if request.content else None
        requests.append({**entry, "query": dict(httpx.QueryParams(query)), "body": body})
        told = answers.pop(0)
        match told.get("fault"):
            case "connection":
                raise httpx.ConnectError("refused", request=request)
            case "timeout":
                raise httpx.ReadTimeout("", request=request)
            case "cut":
                return httpx.Response(200, stream=Cut())
            case _:
                pass
        return httpx.Response(told["status"], headers=told["headers"], text=told["body"])

    async def noted(seconds: float) -> None:
        waits.append(seconds)

    transport = httpx.MockTransport(answer)
    api: Api
    if is_async:
        api = AsyncPivotalApi(KEY, ADDRESS, transport=transport)
        api._sender.sleep = noted
    else:
        api = PivotalApi(KEY, ADDRESS, transport=transport)
        api._sender.sleep = waits.append
    step = await run_step(api, scenario["step"], {})
    limit = api.rate_limit
    figures = limit and {"limit": limit.limit, "remaining": limit.remaining, "reset": limit.reset}
    await _result(api.close())
    return {"step": step, "waits": waits, "requests": requests, "rate_limit": figures}


def run_webhook(message: Mapping[str, Any]) -> dict[str, str]:
    """The class of the event, or the reason of the refusal."""
    body: Any = {"parsed": True} if message["parsed"] else message["body"].encode()
    try:
        event = pivotal.webhooks.verify(body, message["headers"], message["secrets"])
    except pivotal.WebhookVerificationError as refused:
        return {"reason": refused.reason}
    return {"class": type(event).__name__}


async def run_step(api: Api, step: Mapping[str, Any], kept: dict[str, Any]) -> dict[str, Any]:
    """What a step brings."""
    method: Any = api
    for word in step["call"].split("."):
        method = getattr(method, word)
    given = {name: filled(value, kept) for name, value in step.get("given", {}).items()}
    given |= dict.fromkeys(step.get("clear", ()))
    if "file" in step:
        given["file"] = (step["file"][0], step["file"][1].encode())
    ids = [filled(value, kept) for value in step.get("ids", ())]
    try:
        came = await _outcome(method(*ids, **given, **step.get("options", {})), step.get("walk"))
    except pivotal.PivotalError as error:
        names = ("status", "type", "code", "field", "request_id", "doc_url", "retry_after")
        return {"error": {"class": type(error).__name__, **{n: getattr(error, n, None) for n in names}}}
    if "keep" in step:
        kept[step["keep"]] = came["value"]
    return came


async def _outcome(made: Any, walk: str | None) -> dict[str, Any]:
    if walk is None or walk == "first":
        value = await _result(made if walk is None else made.first_page())
        info = pivotal.response_of(value)
        told = {n: getattr(info, n) for n in ("status", "request_id", "etag", "replayed")}
        rows = len(value.data) if walk else 1
        return {"value": value.to_dict(), "info": told, "rows": rows}
    found: list[Any]
    if walk == "all":
        found = await _collected(made)
    elif walk == "pages":
        found = await _collected(made.pages())
    else:
        found = await _result(made.to_list(int(walk)))
    ids = {getattr(row, "id", number) for number, row in enumerate(found)}
    return {"value": None, "rows": len(found), "distinct": len(ids)}


async def _result(value: Any) -> Any:
    return await value if inspect.isawaitable(value) else value


async def _collected(rows: Any) -> list[Any]:
    return [row async for row in rows] if hasattr(rows, "__aiter__") else list(rows)
