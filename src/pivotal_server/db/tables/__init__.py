"""Every table, its keys and its indexes.

Tables of a workspace have ``org_id`` first in their primary and unique keys; it is also the
distribution key of a sharded PostgreSQL. The few tables that belong to no workspace carry
``info={"global": True}``, which the tenancy lint reads.

Lists page by ``created_at``, strictly increasing per workspace and table. A filter therefore
costs the same at any depth when an index leads with ``org_id``, the filtered column and
``created_at``; rows that lists never show stay out of these indexes.
"""

from pivotal_server.db.tables.access import access_grants
from pivotal_server.db.tables.base import metadata
from pivotal_server.db.tables.docs import docs_votes
from pivotal_server.db.tables.fields import custom_fields
from pivotal_server.db.tables.notices import notices
from pivotal_server.db.tables.queue import job_files, jobs, periodic_jobs
from pivotal_server.db.tables.records import (
    contacts,
    customer_former_slugs,
    customer_tags,
    customers,
    onboardings,
    phase_transitions,
)
from pivotal_server.db.tables.requests import api_requests
from pivotal_server.db.tables.search import search_rows
from pivotal_server.db.tables.server import (
    address_changes,
    api_key_lookup,
    people,
    processes,
    sessions,
    sign_in_links,
    sign_in_requests,
    workspace_removals,
    workspace_slugs,
    workspaces,
)
from pivotal_server.db.tables.stream import activity, activity_personal, events
from pivotal_server.db.tables.talk import attachments, comment_versions, comments, files
from pivotal_server.db.tables.tasks import date_notes, reminders, task_dependencies, tasks, templates
from pivotal_server.db.tables.views import saved_views, view_defaults
from pivotal_server.db.tables.webhooks import (
    webhook_attempts,
    webhook_cursors,
    webhook_deliveries,
    webhook_endpoints,
    webhook_queues,
    webhook_secrets,
)
from pivotal_server.db.tables.workspace import (
    api_keys,
    counters,
    idempotency_keys,
    invites,
    mails,
    members,
    phases,
)

__all__ = [
    "access_grants",
    "activity",
    "activity_personal",
    "address_changes",
    "api_key_lookup",
    "api_keys",
    "api_requests",
    "attachments",
    "comment_versions",
    "comments",
    "contacts",
    "counters",
    "custom_fields",
    "customer_former_slugs",
    "customer_tags",
    "customers",
    "date_notes",
    "docs_votes",
    "events",
    "files",
    "idempotency_keys",
    "invites",
    "job_files",
    "jobs",
    "mails",
    "members",
    "metadata",
    "notices",
    "onboardings",
    "people",
    "periodic_jobs",
    "phase_transitions",
    "phases",
    "processes",
    "reminders",
    "saved_views",
    "search_rows",
    "sessions",
    "sign_in_links",
    "sign_in_requests",
    "task_dependencies",
    "tasks",
    "templates",
    "view_defaults",
    "webhook_attempts",
    "webhook_cursors",
    "webhook_deliveries",
    "webhook_endpoints",
    "webhook_queues",
    "webhook_secrets",
    "workspace_removals",
    "workspace_slugs",
    "workspaces",
]
