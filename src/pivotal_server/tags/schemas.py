"""Wire types of tags."""

from typing import Annotated

from msgspec import Meta, Struct

from pivotal_server.kit.validation import doc
from pivotal_server.kit.wire import Page


class Tag(Struct, tag_field="object", tag="tag", kw_only=True):
    """A word that customers are marked with; case makes no other tag."""

    name: Annotated[str, doc("The tag, as the customer that came last writes it.", "Retail")]
    customers: Annotated[int, doc("How many live customers carry it.", 12)]


class TagPage(Page[Tag], kw_only=True):
    """One page of tags."""


class TagQuery(Struct, kw_only=True):
    """Which page of the list of tags."""

    limit: Annotated[int, Meta(ge=1, le=100), doc("Records a page.", 20)] = 20
    cursor: Annotated[str | None, doc("The `next_cursor` of the page before.", "retail")] = None
