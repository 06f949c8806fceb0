"""Wire types of events."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from pivotal_server.events.types import expand
from pivotal_server.kit.codes import INVALID_ENUM_VALUE
from pivotal_server.kit.validation import checked, doc
from pivotal_server.kit.wire import Livemode, Moment, Page, Reference, StreamQuery

DeliveryState = Literal["none", "pending", "delivered", "failed"]


def check_types(value: str, path: str) -> list[str]:
    """The types in a comma list of names and patterns. Raises ``invalid_enum_value``."""
    return list(expand([part.strip() for part in value.split(",")], path))


class EventData(Struct, kw_only=True):
    """What changed."""

    object: Annotated[
        dict[str, Any],
        doc("The record as it was at the commit, with the extra keys of events.", {"object": "task"}),
    ]
    previous_attributes: Annotated[
        dict[str, Any] | None,
        doc("The old value of every key that changed; null for creations and deletions.", {"done": False}),
    ]
    truncated: Annotated[
        Literal[True] | UnsetType, doc("Present where the record was too large and only its ids stand here.")
    ] = UNSET


class DeliveryCounts(Struct, kw_only=True):
    """How many deliveries of an event there are, by how they stand."""

    pending: Annotated[int, doc("Not finished.", 0)]
    delivered: Annotated[int, doc("Answered with a 2xx at least once.", 2)]
    failed: Annotated[int, doc("Finished without a 2xx.", 0)]


class Event(Struct, tag_field="object", tag="event", kw_only=True):
    """A change of a record, as receivers of webhooks get it, and how its deliveries stand."""

    id: Annotated[str, doc("Id of the event, the same on every delivery.", "evt_3EH1wb5QbNTItOsecWaLXsFno08")]
    type: Annotated[str, doc("What happened.", "task.completed")]
    created_at: Moment
    org_id: Annotated[str, doc("Id of the workspace.", "org_E2Zs8IQ9Y7aJZqhB6baeCN6Zj4a")]
    livemode: Livemode
    api_version: Annotated[str, doc("Version of the API whose objects it carries.", "v1")]
    actor: Annotated[str, doc("Who did it.", "api_key:cmb4hh5344tfjgvq4k7bn7xj8")]
    request_id: Annotated[str | None, doc("Id of the request.", "req_3dvyrkttnjfbf5jxvlsi47wq")]
    data: EventData
    delivery_state: Annotated[
        DeliveryState,
        Meta(extra_json_schema={"x-extensible-enum": True}),
        doc("`none` when no endpoint took it.", "none"),
    ]
    delivery_counts: DeliveryCounts


class EventPage(Page[Event], kw_only=True):
    """One page of events."""


class EventQuery(StreamQuery, kw_only=True):
    """Filters of the list of events."""

    type: Annotated[
        list[str] | None,
        checked(check_types, INVALID_ENUM_VALUE),
        doc(
            "Only these types: exact names or `customer.*`, separated by commas or repeated.",
            ["task.completed"],
        ),
    ] = None
    delivery_state: Annotated[
        DeliveryState | None, doc("Only events whose deliveries stand so.", "failed")
    ] = None
    customer_id: Annotated[
        Reference | None, doc("Only events about this customer and what is its.", "245")
    ] = None
    object_id: Annotated[
        str | None, doc("Only events of the record with this id.", "cmb4kvj50ce9uvw53efr4edt2")
    ] = None
