"""The types of events. Generated; do not edit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from pivotal._events import WebhookEvent

if TYPE_CHECKING:
    from pivotal._generated.models import (
        CommentPayload as CommentPayload,
    )
    from pivotal._generated.models import (
        ContactPayload as ContactPayload,
    )
    from pivotal._generated.models import (
        CustomerPayload as CustomerPayload,
    )
    from pivotal._generated.models import (
        OnboardingPayload as OnboardingPayload,
    )
    from pivotal._generated.models import (
        PingPayload as PingPayload,
    )
    from pivotal._generated.models import (
        TaskPayload as TaskPayload,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerCreatedEvent(WebhookEvent["CustomerPayload"]):
    """A customer was added, by whatever way."""

    PAYLOAD: ClassVar[str] = "CustomerPayload"


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerUpdatedEvent(WebhookEvent["CustomerPayload"]):
    """A stored field of a customer changed, its status included."""

    PAYLOAD: ClassVar[str] = "CustomerPayload"


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerStatusChangedEvent(WebhookEvent["CustomerPayload"]):
    """The status of a customer changed."""

    PAYLOAD: ClassVar[str] = "CustomerPayload"


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerAtRiskEvent(WebhookEvent["CustomerPayload"]):
    """The status of a customer became `at_risk`."""

    PAYLOAD: ClassVar[str] = "CustomerPayload"


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerChurnedEvent(WebhookEvent["CustomerPayload"]):
    """The status of a customer became `churned`."""

    PAYLOAD: ClassVar[str] = "CustomerPayload"


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerArchivedEvent(WebhookEvent["CustomerPayload"]):
    """A customer was archived; it can still be read."""

    PAYLOAD: ClassVar[str] = "CustomerPayload"


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerHealthScoreDroppedEvent(WebhookEvent["CustomerPayload"]):
    """The health score fell by at least 10 points at a calculation."""

    PAYLOAD: ClassVar[str] = "CustomerPayload"


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerHealthBucketChangedEvent(WebhookEvent["CustomerPayload"]):
    """The health of a customer moved between healthy, watch and at risk."""

    PAYLOAD: ClassVar[str] = "CustomerPayload"


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerDeletedEvent(WebhookEvent["CustomerPayload"]):
    """A customer was deleted."""

    PAYLOAD: ClassVar[str] = "CustomerPayload"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactCreatedEvent(WebhookEvent["ContactPayload"]):
    """A contact was added to a customer."""

    PAYLOAD: ClassVar[str] = "ContactPayload"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactUpdatedEvent(WebhookEvent["ContactPayload"]):
    """A stored field of a contact changed, or the contact was archived or brought back."""

    PAYLOAD: ClassVar[str] = "ContactPayload"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactDeletedEvent(WebhookEvent["ContactPayload"]):
    """A contact was deleted."""

    PAYLOAD: ClassVar[str] = "ContactPayload"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnboardingCreatedEvent(WebhookEvent["OnboardingPayload"]):
    """An onboarding was created."""

    PAYLOAD: ClassVar[str] = "OnboardingPayload"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnboardingUpdatedEvent(WebhookEvent["OnboardingPayload"]):
    """A stored field of an onboarding itself changed."""

    PAYLOAD: ClassVar[str] = "OnboardingPayload"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnboardingPhaseChangedEvent(WebhookEvent["OnboardingPayload"]):
    """An onboarding moved to another phase."""

    PAYLOAD: ClassVar[str] = "OnboardingPayload"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnboardingTargetDateChangedEvent(WebhookEvent["OnboardingPayload"]):
    """The target launch date was set, moved or cleared."""

    PAYLOAD: ClassVar[str] = "OnboardingPayload"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnboardingStateChangedEvent(WebhookEvent["OnboardingPayload"]):
    """The state of an onboarding changed."""

    PAYLOAD: ClassVar[str] = "OnboardingPayload"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnboardingAtRiskEvent(WebhookEvent["OnboardingPayload"]):
    """The state of an onboarding became `at_risk`."""

    PAYLOAD: ClassVar[str] = "OnboardingPayload"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnboardingBackOnTrackEvent(WebhookEvent["OnboardingPayload"]):
    """An onboarding that was at risk is active or waiting again."""

    PAYLOAD: ClassVar[str] = "OnboardingPayload"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnboardingLaunchedEvent(WebhookEvent["OnboardingPayload"]):
    """An onboarding launched."""

    PAYLOAD: ClassVar[str] = "OnboardingPayload"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnboardingCompletedEvent(WebhookEvent["OnboardingPayload"]):
    """An onboarding is done."""

    PAYLOAD: ClassVar[str] = "OnboardingPayload"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnboardingDeletedEvent(WebhookEvent["OnboardingPayload"]):
    """An onboarding was deleted."""

    PAYLOAD: ClassVar[str] = "OnboardingPayload"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskCreatedEvent(WebhookEvent["TaskPayload"]):
    """A task or subtask was added."""

    PAYLOAD: ClassVar[str] = "TaskPayload"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskUpdatedEvent(WebhookEvent["TaskPayload"]):
    """A stored field of a task changed, completion included."""

    PAYLOAD: ClassVar[str] = "TaskPayload"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskCompletedEvent(WebhookEvent["TaskPayload"]):
    """A task was completed, by whomever."""

    PAYLOAD: ClassVar[str] = "TaskPayload"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskReopenedEvent(WebhookEvent["TaskPayload"]):
    """A completed task was opened again."""

    PAYLOAD: ClassVar[str] = "TaskPayload"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDeletedEvent(WebhookEvent["TaskPayload"]):
    """A task was deleted."""

    PAYLOAD: ClassVar[str] = "TaskPayload"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentCreatedEvent(WebhookEvent["CommentPayload"]):
    """A comment was posted on a customer, an onboarding or a task."""

    PAYLOAD: ClassVar[str] = "CommentPayload"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentUpdatedEvent(WebhookEvent["CommentPayload"]):
    """The text, visibility or files of a comment changed."""

    PAYLOAD: ClassVar[str] = "CommentPayload"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentDeletedEvent(WebhookEvent["CommentPayload"]):
    """A comment was deleted."""

    PAYLOAD: ClassVar[str] = "CommentPayload"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookPingEvent(WebhookEvent["PingPayload"]):
    """An endpoint was created, got another URL or was enabled. Only it gets this."""

    PAYLOAD: ClassVar[str] = "PingPayload"


EVENTS: Mapping[str, type[WebhookEvent[Any]]] = {
    "customer.created": CustomerCreatedEvent,
    "customer.updated": CustomerUpdatedEvent,
    "customer.status_changed": CustomerStatusChangedEvent,
    "customer.at_risk": CustomerAtRiskEvent,
    "customer.churned": CustomerChurnedEvent,
    "customer.archived": CustomerArchivedEvent,
    "customer.health_score_dropped": CustomerHealthScoreDroppedEvent,
    "customer.health_bucket_changed": CustomerHealthBucketChangedEvent,
    "customer.deleted": CustomerDeletedEvent,
    "contact.created": ContactCreatedEvent,
    "contact.updated": ContactUpdatedEvent,
    "contact.deleted": ContactDeletedEvent,
    "onboarding.created": OnboardingCreatedEvent,
    "onboarding.updated": OnboardingUpdatedEvent,
    "onboarding.phase_changed": OnboardingPhaseChangedEvent,
    "onboarding.target_date_changed": OnboardingTargetDateChangedEvent,
    "onboarding.state_changed": OnboardingStateChangedEvent,
    "onboarding.at_risk": OnboardingAtRiskEvent,
    "onboarding.back_on_track": OnboardingBackOnTrackEvent,
    "onboarding.launched": OnboardingLaunchedEvent,
    "onboarding.completed": OnboardingCompletedEvent,
    "onboarding.deleted": OnboardingDeletedEvent,
    "task.created": TaskCreatedEvent,
    "task.updated": TaskUpdatedEvent,
    "task.completed": TaskCompletedEvent,
    "task.reopened": TaskReopenedEvent,
    "task.deleted": TaskDeletedEvent,
    "comment.created": CommentCreatedEvent,
    "comment.updated": CommentUpdatedEvent,
    "comment.deleted": CommentDeletedEvent,
    "webhook.ping": WebhookPingEvent,
}

__all__ = [
    "CustomerCreatedEvent",
    "CustomerUpdatedEvent",
    "CustomerStatusChangedEvent",
    "CustomerAtRiskEvent",
    "CustomerChurnedEvent",
    "CustomerArchivedEvent",
    "CustomerHealthScoreDroppedEvent",
    "CustomerHealthBucketChangedEvent",
    "CustomerDeletedEvent",
    "ContactCreatedEvent",
    "ContactUpdatedEvent",
    "ContactDeletedEvent",
    "OnboardingCreatedEvent",
    "OnboardingUpdatedEvent",
    "OnboardingPhaseChangedEvent",
    "OnboardingTargetDateChangedEvent",
    "OnboardingStateChangedEvent",
    "OnboardingAtRiskEvent",
    "OnboardingBackOnTrackEvent",
    "OnboardingLaunchedEvent",
    "OnboardingCompletedEvent",
    "OnboardingDeletedEvent",
    "TaskCreatedEvent",
    "TaskUpdatedEvent",
    "TaskCompletedEvent",
    "TaskReopenedEvent",
    "TaskDeletedEvent",
    "CommentCreatedEvent",
    "CommentUpdatedEvent",
    "CommentDeletedEvent",
    "WebhookPingEvent",
]
