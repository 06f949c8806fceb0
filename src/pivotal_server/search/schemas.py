"""Wire types of search."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from pivotal_server.kit.validation import doc
from pivotal_server.kit.wire import DisplayId, Id, Livemode, Moment, Page


class SearchResult(Struct, tag_field="object", tag="search_result", kw_only=True):
    """A record that was found: enough to show and to fetch it."""

    id: Id
    display_id: DisplayId
    type: Annotated[
        Literal["customer", "contact", "onboarding", "task"],
        Meta(extra_json_schema={"x-extensible-enum": True}),
        doc("Kind of the record.", "customer"),
    ]
    name: Annotated[str, doc("Its name; of a task its title.", "Aurora Outfitters")]
    detail: Annotated[
        str | None,
        doc(
            "What tells it apart: the domain of a customer, the e-mail of a contact, the phase of an"
            " onboarding, the due date of a task.",
            "aurora.com",
        ),
    ]
    customer_id: Annotated[str, doc("Its customer; of a customer its own id.", "cmb4kvj50ce9uvw53efr4edt2")]
    customer_name: Annotated[str, doc("Name of that customer.", "Aurora Outfitters")]
    onboarding_id: Annotated[str | None, doc("Its onboarding.", None)]
    livemode: Livemode
    updated_at: Moment


class SearchPage(Page[SearchResult], kw_only=True):
    """One page of what was found, the best first."""

    hints: Annotated[
        list[str],
        doc("What is to be said about the query, such as a field that there is not; empty when nothing.", []),
    ]


class SearchQuery(Struct, kw_only=True):
    """What to search, and which page of the answer."""

    q: Annotated[
        str | None,
        doc(
            "Words, matched by their beginnings without case and accents, and terms such as `status:active`,"
            " `owner:dana`, `tag:vip`, `mrr:>1000`, `due:this_week`, `type:task` or `#245`; `-` excludes.",
            "aurora status:active",
        ),
    ] = None
    limit: Annotated[int, Meta(ge=1, le=100), doc("Records a page.", 20)] = 20
    cursor: Annotated[
        str | None,
        doc("The `next_cursor` of the page before, passed on as it is.", "WzQsMTc3OTgxNiwwLDI0NV0"),
    ] = None
