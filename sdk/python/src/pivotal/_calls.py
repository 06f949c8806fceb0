"""One call, without the sending: its request, what an answer means, and whether and when to try again."""

from __future__ import annotations

import email.utils
import json
import os
import platform
import random
import re
import time
import uuid
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote, urlsplit

import httpx

from pivotal._generated import __version__
from pivotal._model import Omit, ResponseInfo, encoded
from pivotal.errors import BY_TYPE, ApiConnectionError, ApiError, ApiTimeoutError, PivotalError

CONNECT_SECONDS = 5.0
TRY_SECONDS = 30.0
RETRIES = 3
LONGEST_WAIT = 8.0
LONGEST_RETRY_AFTER = 60.0

FileInput = bytes | BinaryIO | Path | tuple[str, bytes] | tuple[str, bytes, str]

_RETRIED = frozenset({429, 500, 502, 503, 504})
_LOOPBACK = re.compile(r"(.+\.)?localhost|127(\.\d+){3}|::1")
_USER_AGENT = f"pivotal-python/{__version__} python/{platform.python_version()}"


@dataclass(frozen=True, slots=True)
class Operation:
    """What the generated code knows of an operation; ``keyed``: it takes an ``Idempotency-Key``."""

    method: str
    path: str
    query: Sequence[str] = ()
    body: Sequence[str] | None = None
    form: Sequence[str] | None = None
    keyed: bool = False
    headers_option: str = "headers"


@dataclass(frozen=True, kw_only=True)
class RateLimit:
    """The figures of the last answer that carried them; ``reset`` is in Unix seconds."""

    limit: int
    remaining: int
    reset: int


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A complete answer: its JSON and what came with it."""

    data: Any
    info: ResponseInfo


class Settings:
    """Where calls go and as whom. Its ``repr`` does not show the key."""

    def __init__(self, api_key: str | None, base_url: str | None, timeout: float, max_retries: int) -> None:
        key = os.environ.get("PIVOTAL_API_KEY") if api_key is None else api_key
        if not key:
            raise PivotalError("no API key: pass api_key=… or set PIVOTAL_API_KEY")
        address = base_url or os.environ.get("PIVOTAL_BASE_URL") or "http://127.0.0.1:8000"
        self.base_url = address.rstrip("/").removesuffix("/api/v1")
        parts = urlsplit(self.base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise PivotalError(f"base_url must be an http or https address, not {address!r}")
        if parts.scheme == "http" and not _LOOPBACK.fullmatch(parts.hostname):
            warnings.warn(f"{parts.hostname} gets the API key unencrypted; use https", stacklevel=4)
        self.api_key = key
        self.timeout = timeout
        self.max_retries = max_retries


class Call:
    """One call and its tries; all of them carry the same idempotency key."""

    def __init__(
        self,
        settings: Settings,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        form: Mapping[str, Any] | None = None,
        keyed: bool = False,
        idempotency_key: str | None = None,
        if_match: str | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self._retries = settings.max_retries if max_retries is None else max_retries
        self._seconds = settings.timeout if timeout is None else timeout
        sent = {"User-Agent": _USER_AGENT, "Accept": "application/json", **(headers or {})}
        if keyed or idempotency_key:
            sent["Idempotency-Key"] = idempotency_key or f"sdk_{uuid.uuid4()}"
        if if_match:
            sent["If-Match"] = if_match
        sent["Authorization"] = f"Bearer {settings.api_key}"
        address = settings.base_url + "/api/v1" + path
        self.request: dict[str, Any] = {
            "method": method,
            "url": address,
            "headers": sent,
            "params": _query(query or {}),
            "timeout": httpx.Timeout(self._seconds, connect=min(CONNECT_SECONDS, self._seconds)),
        }
        if form is not None:
            self.request["files"] = _parts(form)
        elif body is not None:
            sent["Content-Type"] = "application/json"
            self.request["content"] = json.dumps(encoded(body), ensure_ascii=False, allow_nan=False).encode()

    def deadline(self) -> float:
        """When the try that begins now has taken too long."""
        return time.monotonic() + self._seconds

    def check(self, deadline: float) -> None:
        """Raise when the try has taken too long: an answer that drips has no end of its own."""
        if time.monotonic() > deadline:
            raise httpx.ReadTimeout(f"no complete answer within {self._seconds:g} s")

    def after_fault(self, fault: httpx.RequestError, tried: int) -> float:
        """How long to wait before the next try; raises when this one was the last."""
        if tried < self._retries:
            return _wait(tried)
        kind = ApiTimeoutError if isinstance(fault, httpx.TimeoutException) else ApiConnectionError
        raise kind(
            f"{self.request['method']} {self.request['url']}: {str(fault) or type(fault).__name__}"
        ) from fault

    def after_answer(
        self, status: int, headers: Mapping[str, str], content: bytes, tried: int
    ) -> float | Any:
        """The JSON of a success, or in a :class:`Wait` how long to wait; raises what is final."""
        if 200 <= status < 300:
            try:
                return json.loads(content)
            except ValueError:
                raise ApiError(status, {"message": "the answer is not JSON"}) from None
        error = _error(content)
        error.setdefault("request_id", headers.get("x-request-id"))
        after = _retry_after(headers.get("retry-after"))
        retried = status in _RETRIED or error.get("code") == "idempotency_key_in_use"
        if retried and tried < self._retries and (after is None or after <= LONGEST_RETRY_AFTER):
            return Wait(_wait(tried) if after is None else after)
        if 300 <= status < 400:
            error.setdefault("message", "the server answered with a redirect, which is not followed")
        raise BY_TYPE.get(str(error.get("type")), ApiError)(status, error, after)


class Wait:
    """That the call is to be tried again, and after how many seconds."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds


def plan(operation: Operation, given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of :class:`Call` for a generated method that was called with ``given``."""
    path = operation.path
    for name in [part[1:-1] for part in path.split("/") if part.startswith("{")]:
        id_ = str(given[name])
        if id_ in ("", ".", ".."):
            # Such a part would lead to another path than the one meant.
            raise PivotalError(f"{id_!r} is no id")
        path = path.replace(f"{{{name}}}", quote(id_, safe=""))
    planned: dict[str, Any] = {
        "method": operation.method,
        "path": path,
        "query": {name: given[name] for name in operation.query},
        "keyed": operation.keyed,
        "timeout": given["timeout"],
        "max_retries": given["max_retries"],
        "headers": given[operation.headers_option],
        "idempotency_key": given.get("idempotency_key"),
        "if_match": given.get("if_match"),
    }
    if operation.body is not None:
        planned["body"] = _written(operation.body, given)
    if operation.form is not None:
        planned["form"] = _written(operation.form, given)
    return planned


def info_of(status: int, headers: Mapping[str, str]) -> ResponseInfo:
    """What came with an answer."""
    return ResponseInfo(
        status=status,
        request_id=headers.get("x-request-id"),
        etag=headers.get("etag"),
        replayed=headers.get("idempotent-replayed") == "true",
        headers=headers,
    )


def limit_of(headers: Mapping[str, str]) -> RateLimit | None:
    """The figures of the rate limit, where an answer carries them."""
    found = [headers.get(f"x-ratelimit-{name}") for name in ("limit", "remaining", "reset")]
    if any(one is None or not one.isdigit() for one in found):
        return None
    limit, remaining, reset = (int(str(one)) for one in found)
    return RateLimit(limit=limit, remaining=remaining, reset=reset)


def warn_of_deprecation(method: str, path: str, headers: Mapping[str, str]) -> None:
    """Tell the program's author that the server will drop what it uses."""
    if "deprecation" in headers:
        until = f" until {headers['sunset']}" if "sunset" in headers else ""
        warnings.warn(f"{method} {path} is deprecated{until}", DeprecationWarning, stacklevel=5)


def _written(names: Sequence[str], given: Mapping[str, Any]) -> dict[str, Any]:
    sent = {}
    for name in names:
        value = given[name]
        if not isinstance(value, Omit):
            is_id = name.endswith("_id") and isinstance(value, int)
            sent[name] = str(value) if is_id else value
    return sent


def _query(query: Mapping[str, Any]) -> dict[str, Any]:
    def text(value: Any) -> Any:
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, (list, tuple)):
            return [text(entry) for entry in value]
        return str(encoded(value))

    return {name: text(value) for name, value in query.items() if value is not None}


def _parts(form: Mapping[str, Any]) -> list[tuple[str, Any]]:
    parts: list[tuple[str, Any]] = []
    for name, value in form.items():
        if name == "file":
            parts.append((name, _file(value)))
        elif value is not None:
            text = ("true" if value else "false") if isinstance(value, bool) else str(value)
            parts.append((name, (None, text.encode())))
    return parts


def _file(value: Any) -> tuple[Any, ...]:
    """Name, content and perhaps type of a file; read whole, so that each try sends all of it."""
    if isinstance(value, tuple):
        return value
    if isinstance(value, bytes):
        return ("file", value)
    if isinstance(value, Path):
        return (value.name, value.read_bytes())
    return (Path(str(getattr(value, "name", "file"))).name, value.read())


def _error(content: bytes) -> dict[str, Any]:
    try:
        error = json.loads(content)["error"]
    except (ValueError, KeyError, TypeError):
        return {}
    return dict(error) if isinstance(error, dict) else {}


def _wait(tried: int) -> float:
    return random.uniform(0, min(LONGEST_WAIT, 0.5 * 2**tried))


def _retry_after(value: str | None) -> float | None:
    if value is None:
        return None
    if value.strip().isdigit():
        return float(value)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time())
    except ValueError:
        return None


OnResponse = Callable[[ResponseInfo], None]
