"""Every REST request from its first byte to its last, in one readable order.

Find the operation, authenticate, count against the limit, check what the key may do, read query and
body, then run the handler: reads on the database as it is committed, writes in one unit of work whose
answer is encoded before the commit and sent after it.
"""

from collections.abc import Sequence
from time import perf_counter
from typing import Any

import msgspec
import structlog

from pivotal_server.api_keys.ring import KeyRing, KnownKey
from pivotal_server.auth.addresses import AddressList, came_by_https, client_address
from pivotal_server.db.engine import Database
from pivotal_server.db.errors import Unavailable
from pivotal_server.errors_catalogue import (
    API_KEY_EXPIRED,
    API_KEY_REVOKED,
    INSUFFICIENT_SCOPE,
    INTERNAL_ERROR,
    INVALID_API_KEY,
    INVALID_JSON,
    IP_NOT_ALLOWED,
    MISSING_API_KEY,
    RATE_LIMITED,
    READ_ONLY_KEY,
    ROUTE_NOT_FOUND,
    UNAVAILABLE,
)
from pivotal_server.files.store import Files
from pivotal_server.kit import clock
from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.etag import etag_of, expanded_tag, matches
from pivotal_server.kit.http import Answer, Operation, Request, Router, respond
from pivotal_server.kit.http.multipart import received
from pivotal_server.kit.http.openapi import answer_headers, declared_errors
from pivotal_server.kit.http.request import Disconnected, Headers, Receive, Scope, Send
from pivotal_server.kit.wire import Error
from pivotal_server.limits.catalogue import BODY_BYTES
from pivotal_server.limits.window import headers as limit_headers
from pivotal_server.request_log.recorder import Note, Recorder
from pivotal_server.rest.context import ENCODER, JSON_TYPE, Context, Outside, id_of, refused
from pivotal_server.rest.document import PREFIX, Documents
from pivotal_server.rest.expanding import asked_for, expanded
from pivotal_server.rest.idempotency import Running, claim_of
from pivotal_server.unit_of_work import unit_of_work

ACCESS_ERRORS = (
    MISSING_API_KEY,
    INVALID_API_KEY,
    API_KEY_REVOKED,
    API_KEY_EXPIRED,
    IP_NOT_ALLOWED,
    INSUFFICIENT_SCOPE,
    READ_ONLY_KEY,
)

TOOL = "pivotal.tool"
"""Key of a request's scope: the tool of the MCP server that makes it."""

DECODER = msgspec.json.Decoder(Error)

_log = structlog.get_logger(__name__)


class UndeclaredAnswer(AssertionError):
    """An operation answered what its declaration does not hold; raised in tests only."""


class RestApi:
    """The ASGI application under ``/api``.

    ``strict`` checks every answer against the declaration of its operation, as the tests do.
    """

    def __init__(
        self,
        db: Database,
        ring: KeyRing,
        operations: Sequence[Operation],
        documents: Documents,
        trusted_proxies: AddressList,
        *,
        strict: bool = False,
        recorder: Recorder | None = None,
        files: Files | None = None,
        outside: Outside | None = None,
    ) -> None:
        self._db = db
        self._ring = ring
        self._router = Router(operations)
        self._documents = documents
        self._trusted = trusted_proxies
        self._strict = strict
        self._running = Running()
        self._recorder = recorder
        self._files = files
        self._outside = outside

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        started = perf_counter()
        request = Request(scope, receive)
        known_as = id_of(request)
        headers: Headers = [(b"x-request-id", known_as.encode("ascii"))]
        try:
            status, body = await self._answer(request, known_as, headers)
        except ApiError as fault:
            status, body = refused(fault, known_as, headers)
        except Disconnected:
            # The server says the same of a body that breaks the rules of HTTP, and then somebody hears this.
            broken = INVALID_JSON(message="The body ended before it was complete")
            status, body = refused(broken, known_as, headers)
        except Unavailable as fault:
            _log.error("database unavailable", request_id=known_as, reason=str(fault))
            status, body = refused(UNAVAILABLE(), known_as, headers)
        except UndeclaredAnswer:
            raise
        except Exception:  # noqa: BLE001 - the last place where a fault can become an answer
            _log.exception("request failed", request_id=known_as, method=request.method, path=request.path)
            status, body = refused(INTERNAL_ERROR(), known_as, headers)
        await respond(send, status, headers, body, bodiless=request.method == "HEAD")
        if self._recorder is not None and request.principal is not None:
            self._record(self._recorder, request, known_as, status, body, perf_counter() - started)

    async def _answer(self, request: Request, known_as: str, headers: Headers) -> tuple[int, bytes]:
        if request.path.startswith(f"{PREFIX}/openapi."):
            found = self._documents.answer(request)
            if found is not None:
                status, more, body = found
                headers.extend(more)
                return status, body
        try:
            operation, values = self._find(request)
        except ApiError:
            # Requests with a key count, whatever they ask for.
            if b"authorization" in request.headers:
                await self._admit(request, headers)
            raise
        request.operation = operation
        if operation.deprecation is not None:
            headers.extend(operation.deprecation.headers)
        if not self._strict:
            return await self._perform(operation, values, request, known_as, headers)
        try:
            status, body = await self._perform(operation, values, request, known_as, headers)
        except ApiError as fault:
            self._check_declared(operation, fault.code.status, headers, fault)
            raise
        self._check_declared(operation, status, headers, None)
        return status, body

    def _find(self, request: Request) -> tuple[Operation, list[str]]:
        path = request.path
        if not path.startswith(f"{PREFIX}/"):
            raise ROUTE_NOT_FOUND()
        return self._router.find(request.method, path[len(PREFIX) :])

    def _record(
        self, recorder: Recorder, request: Request, known_as: str, status: int, body: bytes, took: float
    ) -> None:
        known: KnownKey = request.principal
        failed = status >= 400
        recorder.add(
            Note(
                known.actor.org_id,
                clock.unix() - took,
                known_as,
                known.row.id,
                request.method,
                "" if request.operation is None else request.operation.path,
                request.path,
                status,
                _code_of(body) if failed else None,
                int(took * 1_000_000),
                known.used_address,
                request.raw if failed and request.raw else None,
                body if failed else None,
                request.scope.get(TOOL),
            )
        )

    async def _admit(self, request: Request, headers: Headers) -> tuple[KnownKey, str]:
        """Authenticate and count. Raises the 401 errors and ``rate_limited``."""
        address = client_address(request.peer, request.scope["headers"], self._trusted)
        header = request.headers.get(b"authorization")
        known = self._ring.remembered(header) or await self._ring.recognise(header, address)
        request.principal = known
        now = clock.unix()
        known.use(address, now)
        decision = known.window.hit(now)
        headers.extend(limit_headers(decision))
        if not decision.allowed:
            raise RATE_LIMITED(seconds=decision.retry_after)
        return known, address

    async def _perform(
        self, operation: Operation, values: list[str], request: Request, known_as: str, headers: Headers
    ) -> tuple[int, bytes]:
        actor = None
        granted = frozenset[str]()
        if operation.scope is not None:
            known, address = await self._admit(request, headers)
            known.check(operation.scope, address, writes=operation.writes)
            tool: str | None = request.scope.get(TOOL)
            actor = known.actor if tool is None else known.actor.through(tool)
            granted = known.granted
        query = operation.query.read(request.query_pairs())
        files = self._files
        if files is not None and came_by_https(request.peer, request.scope["headers"], self._trusted):
            files = files.over_https()
        context = Context(request, known_as, self._db, actor, values, query, files, self._outside)
        if operation.writes:
            return await self._write(operation, context, headers)
        names = asked_for(operation, context, granted)
        value = await operation.handler(context)
        body = ENCODER.encode(value)
        tag = etag_of(body) if operation.single else ""
        if names:
            body = ENCODER.encode(await expanded(operation, context, value, names))
            tag = expanded_tag(tag, body) if operation.single else ""
        if operation.single:
            headers.append((b"etag", tag.encode("ascii")))
            wanted = request.text_header(b"if-none-match")
            if wanted is not None and matches(wanted, tag, weak=True):
                return 304, b""
        headers.append(JSON_TYPE)
        return operation.status, body

    async def _write(self, operation: Operation, context: Context, headers: Headers) -> tuple[int, bytes]:
        request = context.request
        if operation.upload is not None:
            assert self._files is not None, "the application has no place for files"
            async with received(request, operation.upload, self._files.new_path) as form:
                arguments = [form.fields, form.file]
                return await self._commit(operation, context, headers, form.content, arguments)
        raw = await request.body(operation.body_limit or BODY_BYTES.default)
        if operation.body is None:
            return await self._commit(operation, context, headers, raw, [])
        request.require_json()
        body = operation.body.read(raw)
        if operation.cost is not None:
            _charge(request.principal, operation.cost(body), headers)
        return await self._commit(operation, context, headers, raw, [body])

    async def _commit(
        self,
        operation: Operation,
        context: Context,
        headers: Headers,
        content: bytes,
        arguments: list[Any],
    ) -> tuple[int, bytes]:
        """Run the handler in a unit of work; ``content`` is what a repeat of the request must equal."""
        request = context.request
        assert context.actor is not None, "public operations only read"
        key = request.headers.get(b"idempotency-key")
        if key is None:
            async with unit_of_work(self._db, context.actor, context.request_id) as uow:
                context.begin(uow)
                status, body = await _call(operation, context, arguments)
            return _written(operation, status, body, headers)
        claim = claim_of(
            context.org_id, request.method, request.path, key, request.scope["query_string"], content
        )
        status, body = operation.status, b""
        with self._running.hold(claim):
            async with unit_of_work(self._db, context.actor, context.request_id) as uow:
                stored = await claim.find(uow, across_processes=self._db.dialect == "postgresql")
                if stored is None:
                    context.begin(uow)
                    status, body = await _call(operation, context, arguments)
                    kept = claim.sealed(context.box, body) if operation.confidential else body
                    await claim.store(uow, status, kept)
        if stored is not None:
            headers.append((b"idempotent-replayed", b"true"))
            status, body = stored.status, stored.body.encode()
            if operation.confidential:
                body = claim.opened(context.box, body)
        return _written(operation, status, body, headers)

    def _check_declared(
        self, operation: Operation, status: int, headers: Headers, fault: ApiError | None
    ) -> None:
        if fault is not None:
            if fault.code not in declared_errors(operation, ACCESS_ERRORS):
                raise UndeclaredAnswer(f"{operation.id} does not declare {fault.code.code}")
        elif status != 304 and status not in dict(operation.answers):
            raise UndeclaredAnswer(f"{operation.id} does not declare {status}")
        allowed = {name.lower() for name in answer_headers(operation, status)} | {"content-type"}
        sent = {name.decode() for name, _ in headers}
        if fault is None and sent - allowed:
            raise UndeclaredAnswer(
                f"{operation.id} does not declare the headers {sent - allowed} with {status}"
            )


def _charge(known: KnownKey, cost: int, headers: Headers) -> None:
    """Count a costly request. Raises ``rate_limited``; the limit headers then say how things stand."""
    decision = known.window.charge(clock.unix(), cost)
    fresh = limit_headers(decision)
    names = {name for name, _ in fresh}
    headers[:] = [header for header in headers if header[0] not in names] + fresh
    if not decision.allowed:
        raise RATE_LIMITED(seconds=decision.retry_after)


def _code_of(body: bytes) -> str:
    return DECODER.decode(body).error.code


async def _call(operation: Operation, context: Context, arguments: list[Any]) -> tuple[int, bytes]:
    value = await operation.handler(context, *arguments)
    if isinstance(value, Answer):
        return value.status, ENCODER.encode(value.value)
    return operation.status, ENCODER.encode(value)


def _written(operation: Operation, status: int, body: bytes, headers: Headers) -> tuple[int, bytes]:
    if operation.single and operation.method != "DELETE":
        headers.append((b"etag", etag_of(body).encode("ascii")))
    headers.append(JSON_TYPE)
    return status, body
