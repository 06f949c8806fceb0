"""Wire types that every resource shares."""

import re
from datetime import datetime
from typing import Annotated, Any, Generic, Literal, TypeVar

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from pivotal_server.kit.codes import INVALID_STRING, TOO_BIG
from pivotal_server.kit.text import LONGEST_LINE, line, passage
from pivotal_server.kit.validation import checked, doc, wrong_type

T = TypeVar("T")

# The escape of NUL. Where its backslash is itself escaped, "u0000" is text.
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")

METADATA_BYTES = 16 * 1024
"""Largest ``metadata`` object, as encoded JSON."""


def raw(value: bytes | str | msgspec.Raw) -> Any:
    """Stored JSON put into a wire struct as it is, so that it is never decoded on its way out.

    The struct keeps its honest type for the OpenAPI document; the encoder writes the text through.
    """
    return value if isinstance(value, msgspec.Raw) else msgspec.Raw(value)


def plain_number(value: float | None) -> int | float | None:
    """A stored number as clients sent it: ``125000``, not ``125000.0``."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value


def reference(value: Any, path: str) -> str:
    """An id in a body or query: a ``display_id`` as integer or digits, or an ``id``; returned as text."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise wrong_type("an id as string or integer", value, path)
    text = str(value).strip()
    if not text or len(text) > 64 or not text.isascii():
        raise INVALID_STRING(
            field=path, message=f"{path} must be an id or a display_id, received '{text[:100]}'"
        )
    return text


def _metadata(value: Any, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise wrong_type("object", value, path)
    encoded = msgspec.json.encode(value)
    if len(encoded) > METADATA_BYTES:
        raise TOO_BIG(field=path, message=f"{path} must be at most {METADATA_BYTES} bytes of JSON")
    if _NUL.search(encoded):
        raise INVALID_STRING(field=path, message=f"{path} contains a NUL character")
    return value


def optional_text(most: int) -> Meta:
    """Metadata of a nullable text of at most ``most`` characters; an empty text means ``null``."""
    read = line if most <= LONGEST_LINE else passage

    def check(value: Any, path: str) -> str | None:
        if value is None:
            return None
        if not isinstance(value, str):
            raise wrong_type("string", value, path)
        return read(value, path, None, most) or None

    own = {"check": check, "raises": (TOO_BIG, INVALID_STRING)}
    return Meta(extra=own, extra_json_schema={"maxLength": most})


Id = Annotated[str, doc("Immutable id, unique on this server.", "cmb4kvj50ce9uvw53efr4edt2")]
DisplayId = Annotated[int, Meta(ge=1), doc("Small number, unique per workspace and object type.", 245)]
Moment = Annotated[
    str, Meta(extra_json_schema={"format": "date-time"}), doc("ISO 8601, UTC.", "2026-05-26T17:21:09.412Z")
]
Reference = Annotated[
    str,
    checked(reference, INVALID_STRING),
    Meta(extra_json_schema={"type": ["string", "integer"]}),
]
Metadata = Annotated[
    dict[str, Any],
    checked(_metadata, TOO_BIG, INVALID_STRING),
    doc("Your own data: a JSON object of at most 16 KiB, returned as it was sent.", {"segment": "retail"}),
]
Livemode = Annotated[bool, doc("False when the record was made with a test key.", True)]
Labels = list[Annotated[str, Meta(min_length=1, max_length=50)]]


class ErrorBody(Struct, kw_only=True):
    """What went wrong."""

    type: Annotated[
        Literal[
            "invalid_request_error",
            "authentication_error",
            "permission_error",
            "not_found",
            "conflict",
            "rate_limit_error",
            "internal_error",
        ],
        doc("The class of the error.", "conflict"),
    ]
    code: Annotated[str, doc("The stable code to branch on.", "slug_taken")]
    message: Annotated[str, doc("One sentence for a person.", "A customer with that slug already exists.")]
    field: Annotated[str | UnsetType, doc("The request property at fault, if one is.", "slug")] = UNSET
    request_id: Annotated[str, doc("Id of the request.", "req_3dvyrkttnjfbf5jxvlsi47wq")]
    doc_url: Annotated[str, doc("Where the code is explained.", "/docs/errors#slug_taken")]


class Error(Struct, kw_only=True):
    """The one shape of every error."""

    error: ErrorBody


class Deleted(Struct, kw_only=True):
    """Answer to a deletion; a second deletion of the same record answers the same."""

    object: Annotated[Literal["deleted"], doc("Always `deleted`.", "deleted")] = "deleted"
    id: Id
    display_id: DisplayId
    deleted: Annotated[Literal[True], doc("Always true.", True)] = True


class Count(Struct, kw_only=True):
    """Answer to a count."""

    object: Annotated[Literal["count"], doc("Always `count`.", "count")] = "count"
    count: Annotated[int, doc("How many records match.", 213)]


class Page(Struct, Generic[T], kw_only=True):
    """One page of a list."""

    object: Annotated[Literal["list"], doc("Always `list`.", "list")] = "list"
    data: Annotated[list[T], doc("The records, in the order asked for.")]
    has_more: Annotated[bool, doc("Whether further pages follow.", False)]
    next_cursor: Annotated[str | None, doc("Pass it as `cursor` to get the next page.", None)]
    total: Annotated[
        int | UnsetType, doc("Number of all matching records, with `include_total=true`.", 1)
    ] = UNSET


class PageQuery(Struct, kw_only=True):
    """Which page of a list, and in which order."""

    limit: Annotated[int, Meta(ge=1, le=100), doc("Records a page.", 20)] = 20
    cursor: Annotated[
        datetime | None, doc("The `next_cursor` of the page before.", "2026-05-26T17:21:09.412345Z")
    ] = None
    order: Annotated[
        Literal["desc", "asc"],
        doc("`desc`: newest first; `asc`: oldest first, the cursor then means newer.", "desc"),
    ] = "desc"


class ListQuery(PageQuery, kw_only=True):
    """Parameters of every list of records."""

    created_after: Annotated[
        datetime | None, doc("Only records created after this moment.", "2026-01-01")
    ] = None
    created_before: Annotated[
        datetime | None, doc("Only records created before this moment.", "2026-12-31")
    ] = None
    updated_since: Annotated[
        datetime | None, doc("Only records changed at or after this moment.", "2026-06-01")
    ] = None
    livemode: Annotated[bool | None, doc("Only live (`true`) or only test (`false`) records.", True)] = None
    include_total: Annotated[bool, doc("Add `total`; counting costs time on large lists.", False)] = False


class StreamQuery(PageQuery, kw_only=True):
    """Parameters of every list of things that happened."""

    since: Annotated[
        datetime | None, doc("Only what happened at or after this moment.", "2026-05-01T00:00:00Z")
    ] = None
    until: Annotated[datetime | None, doc("Only what happened before this moment.", "2026-06-01")] = None
    livemode: Annotated[bool | None, doc("Only live (`true`) or only test (`false`) records.", True)] = None
    include_total: Annotated[bool, doc("Add `total`; counting costs time on large lists.", False)] = False
