"""The clients: sending, sync and async. What is sent and what an answer means is decided in ``_calls``."""

from __future__ import annotations

import itertools
import time
from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType
from typing import Any, TypeVar

import httpx

from pivotal import _calls
from pivotal._calls import Answer, Call, OnResponse, Operation, RateLimit, Settings, Wait
from pivotal._model import M, Model, Page, answer_of, page_of
from pivotal._paging import AsyncPaginator, Paginator


class _Shared:
    """What both clients keep."""

    def __init__(self, settings: Settings, on_response: OnResponse | None) -> None:
        self.settings = settings
        self.rate_limit: RateLimit | None = None
        self._on_response = on_response

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.settings.base_url}>"

    def received(self, call: Call, response: httpx.Response, content: bytes, tried: int) -> Answer | Wait:
        """Note what came with an answer; the answer, or that the call is to be tried again."""
        info = _calls.info_of(response.status_code, response.headers)
        self.rate_limit = _calls.limit_of(response.headers) or self.rate_limit
        if self._on_response is not None:
            self._on_response(info)
        _calls.warn_of_deprecation(call.request["method"], call.request["url"], response.headers)
        outcome = call.after_answer(response.status_code, response.headers, content, tried)
        return outcome if isinstance(outcome, Wait) else Answer(data=outcome, info=info)


class _Sender(_Shared):
    """Sends calls with httpx, in the thread of the caller."""

    def __init__(
        self,
        settings: Settings,
        on_response: OnResponse | None,
        transport: httpx.BaseTransport | None,
        http_client: httpx.Client | None,
    ) -> None:
        super().__init__(settings, on_response)
        self._owned = http_client is None
        self._http = httpx.Client(transport=transport) if http_client is None else http_client
        self.sleep: Callable[[float], None] = time.sleep

    def close(self) -> None:
        """Close the connections, unless they are those of a client that was handed in."""
        if self._owned:
            self._http.close()

    def send(self, call: Call) -> Answer:
        """The answer to a call, after as many tries as it takes."""
        for tried in itertools.count():
            deadline = call.deadline()
            try:
                request = self._http.build_request(**call.request)
                response = self._http.send(request, stream=True, follow_redirects=False)
                try:
                    content = bytearray()
                    for chunk in response.iter_bytes():
                        content += chunk
                        call.check(deadline)
                finally:
                    response.close()
            except httpx.RequestError as fault:
                self.sleep(call.after_fault(fault, tried))
                continue
            outcome = self.received(call, response, bytes(content), tried)
            if isinstance(outcome, Answer):
                return outcome
            self.sleep(outcome.seconds)
        raise AssertionError("unreachable")


async def _sleep(seconds: float) -> None:
    import asyncio  # noqa: PLC0415 – sync programs need not load it

    await asyncio.sleep(seconds)


class _AsyncSender(_Shared):
    """Sends calls with httpx, in tasks of asyncio."""

    def __init__(
        self,
        settings: Settings,
        on_response: OnResponse | None,
        transport: httpx.AsyncBaseTransport | None,
        http_client: httpx.AsyncClient | None,
    ) -> None:
        super().__init__(settings, on_response)
        self._owned = http_client is None
        self._http = httpx.AsyncClient(transport=transport) if http_client is None else http_client
        self.sleep: Callable[[float], Awaitable[None]] = _sleep

    async def close(self) -> None:
        """Close the connections, unless they are those of a client that was handed in."""
        if self._owned:
            await self._http.aclose()

    async def send(self, call: Call) -> Answer:
        """The answer to a call, after as many tries as it takes."""
        for tried in itertools.count():
            deadline = call.deadline()
            try:
                request = self._http.build_request(**call.request)
                response = await self._http.send(request, stream=True, follow_redirects=False)
                try:
                    content = bytearray()
                    async for chunk in response.aiter_bytes():
                        content += chunk
                        call.check(deadline)
                finally:
                    await response.aclose()
            except httpx.RequestError as fault:
                await self.sleep(call.after_fault(fault, tried))
                continue
            outcome = self.received(call, response, bytes(content), tried)
            if isinstance(outcome, Answer):
                return outcome
            await self.sleep(outcome.seconds)
        raise AssertionError("unreachable")


def _one(model: type[M], answer: Answer) -> M:
    found = model.from_dict(answer.data)
    answer_of(found, answer.info)
    return found


def _page(model: type[M], answer: Answer) -> Page[M]:
    found = page_of(model, answer.data)
    answer_of(found, answer.info)
    return found


class Resource:
    """A group of methods of :class:`pivotal.PivotalApi`."""

    def __init__(self, sender: _Sender) -> None:
        self._sender = sender

    def _call(self, operation: Operation, model: type[M], given: Mapping[str, Any]) -> M:
        return _one(model, self._sender.send(Call(self._sender.settings, **_calls.plan(operation, given))))

    def _either(
        self, operation: Operation, models: Mapping[int, type[Model]], given: Mapping[str, Any]
    ) -> Any:
        answer = self._sender.send(Call(self._sender.settings, **_calls.plan(operation, given)))
        return _one(models[answer.info.status], answer)

    def _list(self, operation: Operation, model: type[M], given: Mapping[str, Any]) -> Paginator[M]:
        def fetch(cursor: str | None) -> Page[M]:
            call = Call(self._sender.settings, **_continued(operation, given, cursor))
            return _page(model, self._sender.send(call))

        return Paginator(fetch)


class AsyncResource:
    """A group of methods of :class:`pivotal.AsyncPivotalApi`."""

    def __init__(self, sender: _AsyncSender) -> None:
        self._sender = sender

    async def _call(self, operation: Operation, model: type[M], given: Mapping[str, Any]) -> M:
        call = Call(self._sender.settings, **_calls.plan(operation, given))
        return _one(model, await self._sender.send(call))

    async def _either(
        self, operation: Operation, models: Mapping[int, type[Model]], given: Mapping[str, Any]
    ) -> Any:
        answer = await self._sender.send(Call(self._sender.settings, **_calls.plan(operation, given)))
        return _one(models[answer.info.status], answer)

    def _list(self, operation: Operation, model: type[M], given: Mapping[str, Any]) -> AsyncPaginator[M]:
        async def fetch(cursor: str | None) -> Page[M]:
            call = Call(self._sender.settings, **_continued(operation, given, cursor))
            return _page(model, await self._sender.send(call))

        return AsyncPaginator(fetch)


def _continued(operation: Operation, given: Mapping[str, Any], cursor: str | None) -> dict[str, Any]:
    planned = _calls.plan(operation, given)
    if cursor is not None:
        planned["query"] = {**planned["query"], "cursor": cursor}
    return planned


def _raw(
    settings: Settings, method: str, path: str, query: Mapping[str, Any] | None, json: Any, options: Any
) -> Call:
    known = path.removeprefix("/api/v1")
    keyed = method.upper() in ("POST", "PATCH")
    return Call(settings, method.upper(), known, query=query, body=json, keyed=keyed, **options)


class Client(Resource):
    """The part of :class:`pivotal.PivotalApi` that is not generated."""

    def __init__(
        self,
        api_key: str | None = None,
        base_url: str | None = None,
        *,
        timeout: float = _calls.TRY_SECONDS,
        max_retries: int = _calls.RETRIES,
        on_response: OnResponse | None = None,
        transport: httpx.BaseTransport | None = None,
        http_client: httpx.Client | None = None,
    ) -> None:
        settings = Settings(api_key, base_url, timeout, max_retries)
        super().__init__(_Sender(settings, on_response, transport, http_client))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._sender.settings.base_url}>"

    def __enter__(self: B) -> B:
        return self

    def __exit__(
        self, a: type[BaseException] | None, b: BaseException | None, c: TracebackType | None
    ) -> None:
        self.close()

    @property
    def rate_limit(self) -> RateLimit | None:
        """The figures of the last answer that carried them."""
        return self._sender.rate_limit

    def close(self) -> None:
        """Close the connections."""
        self._sender.close()

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        json: Any = None,
        **options: Any,
    ) -> Answer:
        """Any request below ``/api/v1``, for what has no method; ``options`` are those of every method."""
        return self._sender.send(_raw(self._sender.settings, method, path, query, json, options))


class AsyncClient(AsyncResource):
    """The part of :class:`pivotal.AsyncPivotalApi` that is not generated."""

    def __init__(
        self,
        api_key: str | None = None,
        base_url: str | None = None,
        *,
        timeout: float = _calls.TRY_SECONDS,
        max_retries: int = _calls.RETRIES,
        on_response: OnResponse | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        http_client: httpx.AsyncClient | None = None,
    ) -> None:
        settings = Settings(api_key, base_url, timeout, max_retries)
        super().__init__(_AsyncSender(settings, on_response, transport, http_client))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._sender.settings.base_url}>"

    async def __aenter__(self: D) -> D:
        return self

    async def __aexit__(
        self, a: type[BaseException] | None, b: BaseException | None, c: TracebackType | None
    ) -> None:
        await self.close()

    @property
    def rate_limit(self) -> RateLimit | None:
        """The figures of the last answer that carried them."""
        return self._sender.rate_limit

    async def close(self) -> None:
        """Close the connections."""
        await self._sender.close()

    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        json: Any = None,
        **options: Any,
    ) -> Answer:
        """Any request below ``/api/v1``, for what has no method; ``options`` are those of every method."""
        return await self._sender.send(_raw(self._sender.settings, method, path, query, json, options))


B = TypeVar("B", bound=Client)
D = TypeVar("D", bound=AsyncClient)
