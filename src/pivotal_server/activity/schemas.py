"""Wire types of the activity stream."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from pivotal_server.activity.catalogue import EVENTS, GROUPS, events_of
from pivotal_server.kit.codes import INVALID_ENUM_VALUE, INVALID_STRING
from pivotal_server.kit.text import clean
from pivotal_server.kit.validation import checked, doc
from pivotal_server.kit.wire import DisplayId, Id, Livemode, Moment, Page, Reference, StreamQuery


def check_event(value: str, path: str) -> tuple[str, ...]:
    """The canonical names that an event filter means. Raises ``invalid_enum_value`` for none."""
    found = events_of(value.strip())
    if not found:
        expected = " | ".join(f"'{name}'" for name in [*GROUPS, *sorted(EVENTS)])
        raise INVALID_ENUM_VALUE(field=path, expected=expected, received=value[:100])
    return found


def check_actor(value: str, path: str) -> str:
    """Whom an actor filter names, cleaned; whether there is such an actor is for the service to say."""
    return clean(value, path)[:200]


class ActivityTarget(Struct, kw_only=True):
    """What an entry is about, and the records that it belongs to."""

    type: Annotated[str, doc("Kind of the record.", "onboarding")]
    id: Id
    display_id: Annotated[int | None, doc("Its number, where it has one.", 88)]
    customer_id: Annotated[str | None, doc("Its customer.", "cmb4kvj50ce9uvw53efr4edt2")]
    onboarding_id: Annotated[str | None, doc("Its onboarding.", None)]
    task_id: Annotated[str | None, doc("Its task.", None)]
    contact_id: Annotated[str | None, doc("Its contact.", None)]


class ActivityChange(Struct, kw_only=True):
    """One field that changed."""

    field: Annotated[str, doc("Name of the field; `custom_fields.<slug>` for a custom one.", "plan")]
    old: Annotated[Any, doc("Value before.", "Growth")]
    new: Annotated[Any, doc("Value after.", "Scale")]


class ActivityEntry(Struct, tag_field="object", tag="activity_entry", kw_only=True):
    """One thing that happened."""

    id: Id
    display_id: DisplayId
    created_at: Moment
    event: Annotated[str, doc("Canonical name of what happened.", "customer.field_changed")]
    target: ActivityTarget
    actor_type: Annotated[
        Literal["member", "api_key", "contact", "integration", "system"],
        Meta(extra_json_schema={"x-extensible-enum": True}),
        doc("Kind of the actor.", "api_key"),
    ]
    actor_id: Annotated[str | None, doc("Id of the actor, where it has one.", "cmb4hh5344tfjgvq4k7bn7xj8")]
    actor: Annotated[str, doc("Who did it.", "API: local-dev")]
    origin: Annotated[
        Literal[
            "app",
            "api",
            "mcp",
            "portal",
            "mail",
            "slack",
            "import",
            "bulk",
            "sync",
            "automation",
            "system",
            "command",
        ],
        Meta(extra_json_schema={"x-extensible-enum": True}),
        doc("How it came in.", "api"),
    ]
    diff: Annotated[list[ActivityChange], doc("The fields that changed; empty where none did.")]
    reason: Annotated[str | None, doc("The reason that was given.", None)]
    request_id: Annotated[str | None, doc("Id of the request.", "req_3dvyrkttnjfbf5jxvlsi47wq")]
    bulk_id: Annotated[str | None, doc("What the entries of one bulk act share.", None)]
    livemode: Livemode
    tool: Annotated[str | None, doc("The tool of the MCP server with which it was done.", None)]


class ActivityPage(Page[ActivityEntry], kw_only=True):
    """One page of the activity stream."""


Event = Annotated[
    str | None,
    checked(check_event, INVALID_ENUM_VALUE),
    doc(
        f"Only entries of this name, or of this group: {', '.join(GROUPS)}.",
        "onboarding.phase_changed",
        "task",
    ),
]


class CustomerActivityQuery(StreamQuery, kw_only=True):
    """Filters of the activity of a customer."""

    event: Event = None
    actor: Annotated[
        str | None,
        checked(check_actor, INVALID_STRING),
        doc(
            "Only entries of this actor: an id, the number of a member, `user:<id>`, `api_key:<id>`,"
            " `integration:<name>`, or `system`.",
            "12",
        ),
    ] = None


class ActivityQuery(CustomerActivityQuery, kw_only=True):
    """Filters of the activity of a workspace."""

    customer_id: Annotated[Reference | None, doc("Only entries about this customer.", "245")] = None
