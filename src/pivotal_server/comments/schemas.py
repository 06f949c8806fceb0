"""Wire types of comments."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from pivotal_server.attachments.schemas import Attachment
from pivotal_server.kit.validation import doc
from pivotal_server.kit.wire import DisplayId, Id, ListQuery, Livemode, Moment, Page

Visibility = Literal["internal", "customer"]
Body = Annotated[
    str,
    Meta(min_length=1, max_length=10_000),
    doc("Markdown. `<@id>` mentions a member, or, where the customer reads it, a contact.", "Data received."),
]
SeenBy = Annotated[
    Visibility, doc("`internal`: the team alone; `customer`: the customer reads it too.", "internal")
]


class Comment(Struct, tag_field="object", tag="comment"):
    """A comment on a customer, an onboarding or a task."""

    id: Id
    display_id: DisplayId
    customer_id: Annotated[str, doc("Id of the customer.", "cmb4kvj50ce9uvw53efr4edt2")]
    onboarding_id: Annotated[str | None, doc("Id of the onboarding.", "cmb49ri19r0wyojfljooa5lqs")]
    task_id: Annotated[str | None, doc("Id of the task or subtask.", None)]
    body: Annotated[str, doc("Markdown.", "Data received.")]
    visibility: SeenBy
    mentions: Annotated[list[str], doc("Ids of the members and contacts mentioned in the body.", [])]
    attachments: Annotated[list[Attachment], doc("Its files, in the order of their arrival.")]
    created_by: Annotated[str, doc("Who wrote it, as an actor string.", "user:cmb4hh5344tfjgvq4k7bn7xj8")]
    edited_at: Annotated[
        str | None, Meta(extra_json_schema={"format": "date-time"}), doc("When its body last changed.", None)
    ]
    livemode: Livemode
    created_at: Moment
    updated_at: Moment


class CommentCreate(Struct, kw_only=True):
    """A new comment."""

    body: Body
    visibility: SeenBy = "internal"


class CommentUpdate(Struct, kw_only=True):
    """Changes to a comment: an absent key stays as it is."""

    body: Body | UnsetType = UNSET
    visibility: SeenBy | UnsetType = UNSET


class CommentPage(Page[Comment], kw_only=True):
    """One page of comments."""


class CommentQuery(ListQuery, kw_only=True):
    """Which part of a thread."""
