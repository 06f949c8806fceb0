"""Wire types of attachments."""

from typing import Annotated, Literal

from msgspec import UNSET, Struct, UnsetType

from pivotal_server.kit.validation import doc
from pivotal_server.kit.wire import Id


class Attachment(Struct, tag_field="object", tag="attachment"):
    """A file on a comment or a task."""

    id: Id
    name: Annotated[str, doc("Name of the file.", "field-list.pdf")]
    size: Annotated[int, doc("Size in bytes.", 48_213)]
    content_type: Annotated[str, doc("Type of the content.", "application/pdf")]
    url: Annotated[
        str | UnsetType,
        doc(
            "Where the file can be fetched for 5 minutes, without a key; only when read by itself.",
            "https://pivotal.example.com/files/cmb4kvj50ce9uvw53efr4edt2?org=org_2pXh&expires=1780000000"
            "&signature=q8Zk",
        ),
    ] = UNSET


class CommentAttachmentCreate(Struct, kw_only=True):
    """A file for a comment."""


class TaskAttachmentCreate(Struct, kw_only=True):
    """A file for a task."""

    visibility: Annotated[
        Literal["internal", "customer"],
        doc("`customer` shows it to the customer, as long as the task is customer-facing.", "internal"),
    ] = "internal"


class AttachmentDeleted(Struct, kw_only=True):
    """Answer to the removal of a file; a second removal answers the same."""

    object: Annotated[Literal["deleted"], doc("Always `deleted`.", "deleted")] = "deleted"
    id: Id
    deleted: Annotated[Literal[True], doc("Always true.", True)] = True
