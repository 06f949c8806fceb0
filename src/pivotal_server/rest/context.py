"""What an operation's handler works with."""

import re
from typing import Any, Protocol

import msgspec

from pivotal_server.auth.actor import Actor
from pivotal_server.db.engine import Database, Executor
from pivotal_server.errors_catalogue import PRECONDITION_FAILED
from pivotal_server.files.store import Files
from pivotal_server.kit.crypto import SecretBox
from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.etag import etag_of, matches, without_expansion
from pivotal_server.kit.http import Request
from pivotal_server.kit.http.request import Headers
from pivotal_server.kit.ids import request_id
from pivotal_server.kit.outbound.addresses import Policy
from pivotal_server.kit.wire import Error, ErrorBody
from pivotal_server.unit_of_work import UnitOfWork


class Outside(Protocol):
    """What operations need that deal with other systems: how secrets are kept, and where requests may go."""

    @property
    def box(self) -> SecretBox:
        """Seals and opens secrets."""

    @property
    def policy(self) -> Policy:
        """Says which addresses may be reached."""

    @property
    def retention_days(self) -> int:
        """Says for how many days events are kept."""


ENCODER = msgspec.json.Encoder()
JSON_TYPE = (b"content-type", b"application/json")
_OWN_ID = re.compile(rb"[A-Za-z0-9_.-]{1,128}")


def error_body(fault: ApiError, known_as: str) -> Error:
    """The body that tells of a refusal."""
    code = fault.code
    error = ErrorBody(
        type=code.type,
        code=code.code,
        message=fault.message,
        request_id=known_as,
        doc_url=f"/docs/errors#{code.code}",
    )
    if fault.field is not None:
        error.field = fault.field
    return Error(error=error)


def id_of(request: Request) -> str:
    """The id by which a request is known: its own, when that has the form of one, or a new one."""
    own = request.headers.get(b"x-request-id")
    if own is not None and _OWN_ID.fullmatch(own):
        return own.decode("ascii")
    return request_id()


def refused(fault: ApiError, known_as: str, headers: Headers) -> tuple[int, bytes]:
    """The error as status and body; ``headers`` lose those of the success that did not come."""
    code = fault.code
    headers[:] = [header for header in headers if header[0] not in (b"etag", b"content-type")]
    headers.append(JSON_TYPE)
    if code.status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    if code.status == 413:
        # The rest of the body is not read, so the connection can bear no further request.
        headers.append((b"connection", b"close"))
    headers.extend((name.encode("latin-1"), value.encode("latin-1")) for name, value in fault.headers.items())
    return code.status, ENCODER.encode(error_body(fault, known_as))


class Context:
    """One call of an operation: who calls, with what, and the database or unit of work to do it with."""

    __slots__ = ("_files", "_outside", "_uow", "actor", "db", "query", "request", "request_id", "values")

    def __init__(
        self,
        request: Request,
        request_id: str,
        db: Database,
        actor: Actor | None,
        values: list[str],
        query: Any,
        files: Files | None = None,
        outside: Outside | None = None,
    ) -> None:
        self.request = request
        self.request_id = request_id
        self.db: Executor = db
        self.actor = actor
        self.values = values
        self.query = query
        self._files = files
        self._outside = outside
        self._uow: UnitOfWork | None = None

    @property
    def id(self) -> str:
        """The first path parameter."""
        return self.values[0]

    @property
    def caller(self) -> Actor:
        """Who calls an operation that is not public."""
        assert self.actor is not None, "the operation is public"
        return self.actor

    @property
    def box(self) -> SecretBox:
        """What seals secrets at rest."""
        assert self._outside is not None, "the application keeps no secrets"
        return self._outside.box

    @property
    def policy(self) -> Policy:
        """Where requests to addresses that others choose may go."""
        assert self._outside is not None, "the application makes no requests"
        return self._outside.policy

    @property
    def retention_days(self) -> int:
        """For how many days events are kept."""
        assert self._outside is not None, "the application keeps no events"
        return self._outside.retention_days

    @property
    def org_id(self) -> str:
        """The workspace of the caller."""
        assert self.actor is not None, "the operation is public"
        return self.actor.org_id

    @property
    def uow(self) -> UnitOfWork:
        """The unit of work of a writing operation."""
        assert self._uow is not None, "the operation only reads"
        return self._uow

    @property
    def files(self) -> Files:
        """Where uploaded files lie, and links to them."""
        assert self._files is not None, "the application has no place for files"
        return self._files

    def begin(self, uow: UnitOfWork) -> None:
        """Give a writing operation its unit of work; reads then see its transaction."""
        self._uow = uow
        self.db = uow.tx

    def check_scope(self, scope: str) -> None:
        """Raises ``insufficient_scope`` when the key of the caller lacks ``scope``."""
        self.request.principal.check_scope(scope)

    def has_scope(self, scope: str) -> bool:
        """Whether the key of the caller has ``scope``."""
        try:
            self.check_scope(scope)
        except ApiError:
            return False
        return True

    def check_match(self, current: msgspec.Struct) -> None:
        """Raises ``precondition_failed`` when ``If-Match`` names another state than ``current``."""
        wanted = self.request.text_header(b"if-match")
        if wanted is None:
            return
        if not matches(without_expansion(wanted), etag_of(ENCODER.encode(current)), weak=False):
            raise PRECONDITION_FAILED()
