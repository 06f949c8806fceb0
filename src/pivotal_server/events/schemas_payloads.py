"""What ``data.object`` of an event holds: the REST object, and the keys that events alone carry."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from pivotal_server.comments.schemas import Comment
from pivotal_server.contacts.schemas import Contact
from pivotal_server.customers.schemas import Customer
from pivotal_server.kit.validation import doc
from pivotal_server.kit.wire import DisplayId, Id
from pivotal_server.onboardings.schemas import Onboarding
from pivotal_server.tasks.schemas import Task

_Extensible = Meta(extra_json_schema={"x-extensible-enum": True})
_Deleted = Annotated[Literal[True] | UnsetType, doc("Present once the record is deleted.", True)]
_OwnerEmail = Annotated[str | None, doc("Address of the member who is responsible.", "maya@acme.example")]
_MomentOrNull = Annotated[str | None, Meta(extra_json_schema={"format": "date-time"})]


class CustomerPayload(Customer, tag_field="object", tag="customer", kw_only=True):
    """A customer as its events carry it."""

    previous_health_score: Annotated[int | None, doc("Health at the calculation before.", 72)]
    health_bucket: Annotated[
        Literal["healthy", "watch", "at_risk"] | None, _Extensible, doc("Where its health lies.", "watch")
    ]
    at_risk: Annotated[bool, doc("Whether its status is `at_risk`.", False)]
    churned: Annotated[bool, doc("Whether its status is `churned`.", False)]
    owner_email: _OwnerEmail
    deleted: _Deleted = UNSET


class ContactPayload(Contact, tag_field="object", tag="contact", kw_only=True):
    """A contact as its events carry it."""

    deleted: _Deleted = UNSET


class Transition(Struct, kw_only=True):
    """A move from one phase to another."""

    from_phase: Annotated[str, doc("Key of the phase that was left.", "review")]
    to_phase: Annotated[str, doc("Key of the phase that was entered.", "program_buildout")]
    direction: Annotated[
        Literal["advance", "skip", "send_back"], doc("To the next phase, further on, or back.", "advance")
    ]
    reason: Annotated[str | None, doc("Why, if that was said.", None)]
    note: Annotated[str | None, doc("What was noted on the way.", "Design signed off")]
    actor: Annotated[str, doc("Who did it.", "user:cmb4hh5344tfjgvq4k7bn7xj8")]
    at: Annotated[str, Meta(extra_json_schema={"format": "date-time"}), doc("When.")]


class Shift(Struct, kw_only=True, rename={"from_": "from"}):
    """A change of the target date."""

    from_: Annotated[_MomentOrNull, doc("The date before.")]
    to: Annotated[_MomentOrNull, doc("The date now.")]
    days: Annotated[int | None, doc("Days later, negative for earlier; null without a date on one side.", 14)]
    reason: Annotated[str | None, doc("Why, if that was said.", "Waiting for the product catalogue")]
    shifts_in_phase: Annotated[int, doc("How often the date moved in the present phase.", 1)]


class OnboardingPayload(Onboarding, tag_field="object", tag="onboarding", kw_only=True):
    """An onboarding as its events carry it."""

    owner_email: _OwnerEmail
    at_risk: Annotated[bool, doc("Whether its state is `at_risk`.", False)]
    transition: Annotated[Transition | UnsetType, doc("With `onboarding.phase_changed`.")] = UNSET
    shift: Annotated[Shift | UnsetType, doc("With `onboarding.target_date_changed`.")] = UNSET
    state_reason: Annotated[
        str | UnsetType | None,
        doc("With `onboarding.state_changed`: why, such as `customer_churned`.", "customer_churned"),
    ] = UNSET
    deleted: _Deleted = UNSET


class TaskPayload(Task, tag_field="object", tag="task", kw_only=True):
    """A task as its events carry it."""

    deleted: _Deleted = UNSET


class CommentPayload(Comment, tag_field="object", tag="comment", kw_only=True):
    """A comment as its events carry it; a deleted one has neither body nor attachments."""

    body: Annotated[  # type: ignore[assignment] # unlike in REST, where a deleted one is not shown
        str | None, doc("Markdown; null once the comment is deleted.", "Data received.")
    ]
    deleted: _Deleted = UNSET


class PingPayload(Struct, tag_field="object", tag="webhook_endpoint", kw_only=True):
    """What the test message of an endpoint says of it."""

    id: Id
    display_id: DisplayId
    url: Annotated[str, doc("Where it is sent to.", "https://hooks.acme.example/pivotal")]
    description: Annotated[str | None, doc("What the endpoint is for.", "Warehouse")]
    event_types: Annotated[list[str], doc("The types that it gets.", ["customer.*", "task.completed"])]
    test_mode: Annotated[bool, doc("Whether it gets test events in the place of live ones.", False)]
    message: Annotated[str, doc("A sentence for whoever reads it.", "Your Pivotal endpoint is set up.")]


PAYLOADS: dict[str, type[Struct]] = {
    "customer": CustomerPayload,
    "contact": ContactPayload,
    "onboarding": OnboardingPayload,
    "task": TaskPayload,
    "comment": CommentPayload,
    "webhook": PingPayload,
}
"""The payload of the events of each resource."""
