"""Every limit of the product, declared once. Admin > Limits and the manual are made from this list."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Literal

import msgspec


class LimitScope(StrEnum):
    """What a limit is counted for."""

    API_KEY = "api_key"
    CLIENT_ADDRESS = "client_address"
    REQUEST = "request"
    WORKSPACE = "workspace"
    CUSTOMER = "customer"
    ONBOARDING = "onboarding"
    TASK = "task"
    TEMPLATE = "template"
    MEMBER = "member"


class Limit(msgspec.Struct, frozen=True):
    """One declared limit.

    ``setting`` says where it is changed: ``workspace`` (at Admin > Limits) or ``None`` (fixed). A changed
    value lies from ``least`` to ``most``; with ``can_be_off`` it may also be 0, which switches the limit off.
    ``unit`` is what the number counts.
    """

    name: str
    title: str
    default: int
    unit: str
    scope: LimitScope
    description: str
    setting: Literal["workspace"] | None = None
    least: int = 1
    most: int = 0
    can_be_off: bool = False

    def takes(self, value: int) -> bool:
        """Whether the limit may be set to ``value``."""
        if self.setting is None:
            return False
        return self.least <= value <= self.most or (self.can_be_off and value == 0)


RATE_LIMIT_LIVE = Limit(
    "rate_limit_live",
    "Requests a minute of a live key",
    600,
    "requests a minute",
    LimitScope.API_KEY,
    "Requests that one live API key may make in 60 seconds; a figure of the key's own stands above it.",
    setting="workspace",
    most=1_000_000,
    can_be_off=True,
)
RATE_LIMIT_TEST = Limit(
    "rate_limit_test",
    "Requests a minute of a test key",
    30,
    "requests a minute",
    LimitScope.API_KEY,
    "Requests that one test API key may make in 60 seconds; a figure of the key's own stands above it.",
    setting="workspace",
    most=1_000_000,
    can_be_off=True,
)
FAILED_AUTHENTICATIONS = Limit(
    "failed_authentications",
    "Requests with a wrong key",
    300,
    "requests a minute",
    LimitScope.CLIENT_ADDRESS,
    "Requests answered with 401 that one client address may make in 60 seconds (an IPv6 client counts as its"
    " /64); after that it gets 429.",
)
ACTIVE_API_KEYS = Limit(
    "active_api_keys",
    "Active API keys",
    100,
    "keys",
    LimitScope.WORKSPACE,
    "API keys that are neither revoked nor expired, live and test together.",
    setting="workspace",
    most=10_000,
)
BODY_BYTES = Limit(
    "body_bytes",
    "Request body",
    1_048_576,
    "bytes",
    LimitScope.REQUEST,
    "Size of the body of one API request.",
)
ATTACHMENT_BYTES = Limit(
    "attachment_bytes",
    "Attached file",
    26_214_400,
    "bytes",
    LimitScope.REQUEST,
    "Size of one file attached to a comment or a task.",
)
BULK_BODY_BYTES = Limit(
    "bulk_body_bytes",
    "Body of a bulk request",
    8_388_608,
    "bytes",
    LimitScope.REQUEST,
    "Size of the body of one bulk request.",
)
BULK_OPERATIONS = Limit(
    "bulk_operations",
    "Operations of a bulk request",
    1_000,
    "operations",
    LimitScope.REQUEST,
    "Changes that one bulk request may hold.",
)
IMPORT_BYTES = Limit(
    "import_bytes",
    "Imported file",
    524_288_000,
    "bytes",
    LimitScope.REQUEST,
    "Size of one file to import.",
)
IMPORT_ROWS = Limit(
    "import_rows",
    "Rows of an import",
    1_000_000,
    "rows",
    LimitScope.REQUEST,
    "Rows of one file to import.",
)
WAITING_JOBS = Limit(
    "waiting_jobs",
    "Waiting jobs",
    50,
    "jobs",
    LimitScope.WORKSPACE,
    "Imports, exports and bulk edits that wait for their turn.",
    setting="workspace",
    most=1_000,
)
CONTACTS_PER_CUSTOMER = Limit(
    "contacts_per_customer",
    "Contacts of a customer",
    10_000,
    "contacts",
    LimitScope.CUSTOMER,
    "Contacts that are not deleted.",
    setting="workspace",
    least=100,
    most=100_000,
)
PASTED_CONTACTS = Limit(
    "pasted_contacts",
    "Lines of a pasted list",
    500,
    "lines",
    LimitScope.REQUEST,
    "Contacts that one list pasted into the app may hold.",
)
TAGS_PER_CUSTOMER = Limit(
    "tags_per_customer",
    "Tags on a customer",
    50,
    "tags",
    LimitScope.CUSTOMER,
    "Tags that one customer carries.",
)

TASKS_PER_ONBOARDING = Limit(
    "tasks_per_onboarding",
    "Tasks of an onboarding",
    2_000,
    "tasks",
    LimitScope.ONBOARDING,
    "Tasks and subtasks that are not deleted.",
    setting="workspace",
    least=100,
    most=10_000,
)
SUBTASKS_PER_TASK = Limit(
    "subtasks_per_task",
    "Subtasks of a task",
    100,
    "subtasks",
    LimitScope.TASK,
    "Subtasks that are not deleted.",
    setting="workspace",
    least=10,
    most=500,
)
PREDECESSORS_PER_TASK = Limit(
    "predecessors_per_task",
    "Predecessors of a task",
    20,
    "predecessors",
    LimitScope.TASK,
    "Tasks that one task waits for.",
    setting="workspace",
    least=5,
    most=100,
)
PHASES = Limit(
    "phases",
    "Phases",
    30,
    "phases",
    LimitScope.WORKSPACE,
    "Onboarding phases that are not archived.",
    setting="workspace",
    most=100,
)
TEMPLATES = Limit(
    "templates",
    "Phase templates",
    500,
    "templates",
    LimitScope.WORKSPACE,
    "Phase templates that are not deleted.",
    setting="workspace",
    most=5_000,
)
TASKS_PER_TEMPLATE = Limit(
    "tasks_per_template",
    "Tasks of a template",
    300,
    "tasks",
    LimitScope.TEMPLATE,
    "Tasks and subtasks of one phase template.",
    setting="workspace",
    most=1_000,
)
CUSTOM_FIELDS = Limit(
    "custom_fields",
    "Custom fields",
    200,
    "fields",
    LimitScope.WORKSPACE,
    "Custom fields of customers, archived ones too.",
    setting="workspace",
    most=1_000,
)
INVITES_PER_BATCH = Limit(
    "invites_per_batch",
    "Invites in one batch",
    50,
    "invites",
    LimitScope.REQUEST,
    "People invited to the team at once.",
)
WEBHOOK_ENDPOINTS = Limit(
    "webhook_endpoints",
    "Webhook endpoints",
    50,
    "endpoints",
    LimitScope.WORKSPACE,
    "Webhook endpoints that are not deleted, live and test together.",
    setting="workspace",
    most=500,
)
WEBHOOK_SECRETS = Limit(
    "webhook_secrets",
    "Overlapping secrets of an endpoint",
    5,
    "secrets",
    LimitScope.WORKSPACE,
    "Older signing secrets of one webhook endpoint that still sign beside the newest.",
)
PRIVATE_VIEWS = Limit(
    "private_views",
    "Private views",
    100,
    "views",
    LimitScope.MEMBER,
    "Saved views of one person that are not shared, over all lists.",
    setting="workspace",
    most=1_000,
)
SHARED_VIEWS = Limit(
    "shared_views",
    "Shared views",
    200,
    "views",
    LimitScope.WORKSPACE,
    "Saved views that the whole workspace has, over all lists.",
    setting="workspace",
    most=2_000,
)

DOCS_VOTES = Limit(
    "docs_votes",
    "Votes on docs pages",
    10,
    "votes a minute",
    LimitScope.CLIENT_ADDRESS,
    "Votes on pages of the docs that one client address may give in 60 seconds (an IPv6 client counts as its"
    " /64).",
)

LIMITS: dict[str, Limit] = {
    limit.name: limit
    for limit in (
        RATE_LIMIT_LIVE,
        RATE_LIMIT_TEST,
        FAILED_AUTHENTICATIONS,
        ACTIVE_API_KEYS,
        BODY_BYTES,
        ATTACHMENT_BYTES,
        BULK_BODY_BYTES,
        BULK_OPERATIONS,
        IMPORT_BYTES,
        IMPORT_ROWS,
        WAITING_JOBS,
        CONTACTS_PER_CUSTOMER,
        PASTED_CONTACTS,
        TAGS_PER_CUSTOMER,
        TASKS_PER_ONBOARDING,
        SUBTASKS_PER_TASK,
        PREDECESSORS_PER_TASK,
        PHASES,
        TEMPLATES,
        TASKS_PER_TEMPLATE,
        CUSTOM_FIELDS,
        INVITES_PER_BATCH,
        WEBHOOK_ENDPOINTS,
        WEBHOOK_SECRETS,
        PRIVATE_VIEWS,
        SHARED_VIEWS,
        DOCS_VOTES,
    )
}


def changed_in(settings: Mapping[str, Any]) -> Mapping[str, int]:
    """The limits that a workspace with these settings has changed, by name."""
    found: Mapping[str, int] = settings.get("limits", {})
    return found


def value_of(limit: Limit, changed: Mapping[str, int]) -> int:
    """The value in force, given the values that a workspace has ``changed``, by name.

    A stored value that the limit does not take (any more) counts as not changed.
    """
    value = changed.get(limit.name)
    return limit.default if value is None or not limit.takes(value) else value
