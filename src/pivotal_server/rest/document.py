"""The OpenAPI document as it is served: built once per process, with its own ETag."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import msgspec
import yaml

from pivotal_server import __version__
from pivotal_server.errors_catalogue import METHOD_NOT_ALLOWED
from pivotal_server.events.described import HEADERS, callbacks
from pivotal_server.kit.errors import ErrorCode
from pivotal_server.kit.etag import etag_of, matches
from pivotal_server.kit.http import Operation, Request
from pivotal_server.kit.http.openapi import Writer
from pivotal_server.kit.http.request import Headers
from pivotal_server.kit.wire import Error

_DESCRIPTION = (
    "Customers, contacts and onboardings of a workspace. Send an API key as `Authorization: Bearer <key>`; "
    "keys are made at Admin > API Keys."
)


PREFIX = "/api/v1"


class Documents:
    """The document of one table of operations, as JSON and as YAML."""

    def __init__(self, operations: Sequence[Operation], access: Sequence[ErrorCode], server: str) -> None:
        self._operations = operations
        self._access = access
        self._server = server

    @cached_property
    def document(self) -> dict[str, Any]:
        """The document. Equal input gives equal bytes."""
        return Writer(self._operations, Error, self._access, callbacks(), HEADERS).document(
            title="Pivotal API",
            version=__version__,
            server=self._server,
            prefix=PREFIX,
            description=_DESCRIPTION,
        )

    @cached_property
    def as_json(self) -> bytes:
        """The document as indented JSON."""
        return msgspec.json.format(msgspec.json.encode(self.document), indent=2) + b"\n"

    @cached_property
    def as_yaml(self) -> bytes:
        """The same document as YAML."""
        return yaml.dump(
            self.document, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=110
        ).encode()

    def answer(self, request: Request) -> tuple[int, Headers, bytes] | None:
        """Status, headers and body for a request to the document; ``None`` when it is for something else.

        Raises ``method_not_allowed``.
        """
        kind = request.path.rpartition(".")[2]
        if request.path not in ("/api/v1/openapi.json", "/api/v1/openapi.yaml"):
            return None
        if request.method not in ("GET", "HEAD"):
            allowed = "GET, HEAD"
            raise METHOD_NOT_ALLOWED(method=request.method[:20], allowed=allowed, headers={"allow": allowed})
        body = self.as_json if kind == "json" else self.as_yaml
        tag = etag_of(body)
        headers: Headers = [
            (b"etag", tag.encode("ascii")),
            (b"cache-control", b"public, max-age=300"),
            (b"access-control-allow-origin", b"*"),
        ]
        wanted = request.text_header(b"if-none-match")
        if wanted is not None and matches(wanted, tag, weak=True):
            return 304, headers, b""
        media_type = b"application/json" if kind == "json" else b"application/yaml"
        return 200, [*headers, (b"content-type", media_type)], body


# Written in C where it is there: the first reader of the document waits for it, and so does everybody else.
_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _Plain(_Dumper):  # type: ignore[misc]
    """Writes equal parts out again instead of pointing at them."""

    def ignore_aliases(self, _data: Any) -> bool:
        """Always: a reader of the document should not have to follow anchors."""
        return True
