"""The declaration of a REST operation."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, TypeVar

import msgspec

from pivotal_server.kit.errors import ErrorCode
from pivotal_server.kit.http.deprecation import Deprecation
from pivotal_server.kit.http.multipart import Upload
from pivotal_server.kit.validation import Body, Query, doc

Handler = Callable[..., Awaitable[Any]]
H = TypeVar("H", bound=Handler)

ANY_SCOPE = "any"
"""The scope of operations that every valid key may call, whatever its scopes."""


class NoQuery(msgspec.Struct):
    """The query of an operation without parameters."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer whose status is not the operation's first declared one."""

    status: int
    value: msgspec.Struct


@dataclass(frozen=True, slots=True)
class Expansion:
    """What ``expand=<name>`` adds to each object of an answer, under that name.

    ``fetch(context, objects)`` returns a value for each object, in order, with as many statements for many
    objects as for one. ``kind`` is the wire type of the value, ``null`` where there is none. A key needs the
    ``scope`` too.
    """

    name: str
    description: str
    kind: type[msgspec.Struct]
    scope: str
    fetch: Callable[[Any, Sequence[Any]], Awaitable[Sequence[Any]]]


@dataclass(frozen=True, slots=True)
class Operation:
    """One REST operation.

    ``path`` holds parameters in braces; ``answers`` the 2xx statuses with their wire types, the usual
    one first; ``errors`` the codes it can send beyond those that follow from its other declarations
    (validation, authentication, limits, idempotency). ``scope`` is ``None`` for a public operation.
    """

    method: str
    path: str
    id: str
    sdk: str
    tag: str
    summary: str
    description: str
    scope: str | None
    handler: Handler
    answers: tuple[tuple[int, type[msgspec.Struct]], ...]
    errors: tuple[ErrorCode, ...]
    body: Body | None
    query: Query
    # A single object: its answers carry an ETag, and If-Match / If-None-Match are honoured.
    single: bool
    # A file as multipart/form-data in the place of a JSON body.
    upload: Upload | None = None
    # Bytes of the largest JSON body; None: the usual limit.
    body_limit: int | None = None
    # What may be added to its objects, by the name to ask for it.
    expansions: Mapping[str, Expansion] = field(default_factory=dict)
    # Its answers hold a secret, so that they are sealed where they are kept for a repeat.
    confidential: bool = False
    # What a request with this body counts in the rate limit, beyond the one that every request counts.
    cost: Callable[[Any], int] | None = None
    # The tools of the MCP server that call it.
    tools: tuple[str, ...] = ()
    # Said of an operation that will go; its answers tell so in their headers.
    deprecation: Deprecation | None = None

    @property
    def writes(self) -> bool:
        """Whether it runs in a transaction and honours ``Idempotency-Key``."""
        return self.method != "GET"

    @property
    def status(self) -> int:
        """The usual status of its answer."""
        return self.answers[0][0]

    @property
    def segments(self) -> tuple[str, ...]:
        """The path cut at its slashes, without the leading one."""
        return tuple(self.path[1:].split("/"))

    @property
    def path_parameters(self) -> tuple[str, ...]:
        """The names in braces, in order."""
        return tuple(part[1:-1] for part in self.segments if part.startswith("{"))


class OperationTable(Sequence[Operation]):
    """The operations of one room, in the order of their declaration."""

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self._operations: list[Operation] = []

    def __getitem__(self, index: Any) -> Any:
        return self._operations[index]

    def __len__(self) -> int:
        return len(self._operations)

    def __iter__(self) -> Iterator[Operation]:
        return iter(self._operations)

    def operation(
        self,
        method: str,
        path: str,
        *,
        id: str,
        sdk: str,
        summary: str,
        answers: tuple[int, type[msgspec.Struct]] | Sequence[tuple[int, type[msgspec.Struct]]],
        scope: str | None,
        body: type[msgspec.Struct] | None = None,
        query: type[msgspec.Struct] = NoQuery,
        errors: Sequence[ErrorCode] = (),
        resource: type[msgspec.Struct] | None = None,
        single: bool = False,
        upload: Upload | None = None,
        body_limit: int | None = None,
        expand: Sequence[Expansion] = (),
        confidential: bool = False,
        cost: Callable[[Any], int] | None = None,
        tools: Sequence[str] = (),
        deprecation: Deprecation | None = None,
    ) -> Callable[[H], H]:
        """Declare the decorated coroutine function as an operation.

        It is called as ``handler(context)``, ``handler(context, body)`` when a ``body`` is declared, or
        ``handler(context, fields, file)`` with an ``upload``, and returns the wire object, or an
        :class:`Answer` for another of the declared statuses. Its docstring is the description in the OpenAPI
        document. ``resource`` is the wire type whose
        read-only keys the body may repeat; ``expand`` what the query parameter of that name may add.
        """
        pairs = [answers] if isinstance(answers[0], int) else list(answers)

        def declare(handler: H) -> H:
            ignored = frozenset[str]() if resource is None else _keys_of(resource)
            self._operations.append(
                Operation(
                    method=method,
                    path=path,
                    id=id,
                    sdk=sdk,
                    tag=self.tag,
                    summary=summary,
                    description=" ".join((handler.__doc__ or "").split()),
                    scope=scope,
                    handler=handler,
                    answers=tuple(pairs),  # type: ignore[arg-type]
                    errors=tuple(errors),
                    body=None if body is None else Body(body, ignored),
                    query=Query(_with_expand(id, query, expand)),
                    single=single,
                    upload=upload,
                    body_limit=body_limit,
                    expansions={one.name: one for one in expand},
                    confidential=confidential,
                    cost=cost,
                    tools=tuple(tools),
                    deprecation=deprecation,
                )
            )
            return handler

        return declare


def _keys_of(resource: type[msgspec.Struct]) -> frozenset[str]:
    """Every key of a wire object, with the one that says what it is."""
    tag_field = resource.__struct_config__.tag_field
    return frozenset(resource.__struct_encode_fields__) | ({tag_field} if tag_field else frozenset())


def _with_expand(id: str, query: type[msgspec.Struct], expand: Sequence[Expansion]) -> type[msgspec.Struct]:
    """The query struct of an operation with the parameter ``expand``, when it has any expansion."""
    if not expand:
        return query
    names = tuple(one.name for one in expand)
    told = "; ".join(f"`{one.name}`: {one.description}" for one in expand)
    kind = Annotated[
        list[Literal[names]] | None,  # type: ignore[valid-type]
        doc(f"What to add to each record, separated by commas or repeated. {told}.", [names[0]]),
    ]
    name = "".join(part.title() for part in id.split("-")) + "Query"
    return msgspec.defstruct(name, [("expand", kind, None)], bases=(query,), kw_only=True)
