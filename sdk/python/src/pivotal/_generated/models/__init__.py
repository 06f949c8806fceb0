"""The objects of the API. Generated; do not edit."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pivotal._generated.models.activity import ActivityChange as ActivityChange
    from pivotal._generated.models.activity import ActivityEntry as ActivityEntry
    from pivotal._generated.models.activity import ActivityTarget as ActivityTarget
    from pivotal._generated.models.attachments import Attachment as Attachment
    from pivotal._generated.models.attachments import AttachmentDeleted as AttachmentDeleted
    from pivotal._generated.models.bulk import BulkItem as BulkItem
    from pivotal._generated.models.bulk import BulkOperation as BulkOperation
    from pivotal._generated.models.bulk import BulkResult as BulkResult
    from pivotal._generated.models.custom_fields import CustomField as CustomField
    from pivotal._generated.models.customers import Comment as Comment
    from pivotal._generated.models.customers import Contact as Contact
    from pivotal._generated.models.customers import Count as Count
    from pivotal._generated.models.customers import Customer as Customer
    from pivotal._generated.models.customers import Deleted as Deleted
    from pivotal._generated.models.events import CommentPayload as CommentPayload
    from pivotal._generated.models.events import ContactPayload as ContactPayload
    from pivotal._generated.models.events import CustomerPayload as CustomerPayload
    from pivotal._generated.models.events import DeliveryCounts as DeliveryCounts
    from pivotal._generated.models.events import Event as Event
    from pivotal._generated.models.events import EventData as EventData
    from pivotal._generated.models.events import OnboardingPayload as OnboardingPayload
    from pivotal._generated.models.events import PingPayload as PingPayload
    from pivotal._generated.models.events import Shift as Shift
    from pivotal._generated.models.events import TaskPayload as TaskPayload
    from pivotal._generated.models.events import Transition as Transition
    from pivotal._generated.models.health import Health as Health
    from pivotal._generated.models.imports import Job as Job
    from pivotal._generated.models.imports import JobError as JobError
    from pivotal._generated.models.imports import JobFile as JobFile
    from pivotal._generated.models.me import ApiKeyIdentity as ApiKeyIdentity
    from pivotal._generated.models.me import KeyFacts as KeyFacts
    from pivotal._generated.models.me import Organization as Organization
    from pivotal._generated.models.members import Member as Member
    from pivotal._generated.models.onboardings import AppliedTemplate as AppliedTemplate
    from pivotal._generated.models.onboardings import Onboarding as Onboarding
    from pivotal._generated.models.onboardings import SkippedTask as SkippedTask
    from pivotal._generated.models.phases import Phase as Phase
    from pivotal._generated.models.search import SearchResult as SearchResult
    from pivotal._generated.models.tags import Tag as Tag
    from pivotal._generated.models.tasks import Link as Link
    from pivotal._generated.models.tasks import Task as Task
    from pivotal._generated.models.templates import Comparison as Comparison
    from pivotal._generated.models.templates import Condition as Condition
    from pivotal._generated.models.templates import Template as Template
    from pivotal._generated.models.templates import TemplateSubtask as TemplateSubtask
    from pivotal._generated.models.templates import TemplateTask as TemplateTask
    from pivotal._generated.models.webhook_endpoints import PreviousSecret as PreviousSecret
    from pivotal._generated.models.webhook_endpoints import ResendOutcome as ResendOutcome
    from pivotal._generated.models.webhook_endpoints import StatsHour as StatsHour
    from pivotal._generated.models.webhook_endpoints import WebhookAttempt as WebhookAttempt
    from pivotal._generated.models.webhook_endpoints import WebhookDelivery as WebhookDelivery
    from pivotal._generated.models.webhook_endpoints import (
        WebhookDeliveryWithAttempts as WebhookDeliveryWithAttempts,
    )
    from pivotal._generated.models.webhook_endpoints import WebhookEndpoint as WebhookEndpoint
    from pivotal._generated.models.webhook_endpoints import WebhookEndpointStats as WebhookEndpointStats
    from pivotal._generated.models.webhook_endpoints import WebhookRecoveryPreview as WebhookRecoveryPreview
    from pivotal._generated.models.webhook_endpoints import WebhookResendResult as WebhookResendResult
    from pivotal._generated.models.webhook_endpoints import WebhookTestData as WebhookTestData
    from pivotal._generated.models.webhook_event_types import WebhookEventType as WebhookEventType

__all__ = [
    "ActivityChange",
    "ActivityEntry",
    "ActivityTarget",
    "ApiKeyIdentity",
    "AppliedTemplate",
    "Attachment",
    "AttachmentDeleted",
    "BulkItem",
    "BulkOperation",
    "BulkResult",
    "Comment",
    "CommentPayload",
    "Comparison",
    "Condition",
    "Contact",
    "ContactPayload",
    "Count",
    "CustomField",
    "Customer",
    "CustomerPayload",
    "Deleted",
    "DeliveryCounts",
    "Event",
    "EventData",
    "Health",
    "Job",
    "JobError",
    "JobFile",
    "KeyFacts",
    "Link",
    "Member",
    "Onboarding",
    "OnboardingPayload",
    "Organization",
    "Phase",
    "PingPayload",
    "PreviousSecret",
    "ResendOutcome",
    "SearchResult",
    "Shift",
    "SkippedTask",
    "StatsHour",
    "Tag",
    "Task",
    "TaskPayload",
    "Template",
    "TemplateSubtask",
    "TemplateTask",
    "Transition",
    "WebhookAttempt",
    "WebhookDelivery",
    "WebhookDeliveryWithAttempts",
    "WebhookEndpoint",
    "WebhookEndpointStats",
    "WebhookEventType",
    "WebhookRecoveryPreview",
    "WebhookResendResult",
    "WebhookTestData",
]
