"""Every REST operation, room by room."""

from pivotal_server.activity import api as activity
from pivotal_server.attachments import api as attachments
from pivotal_server.bulk import api as bulk
from pivotal_server.comments import api as comments
from pivotal_server.contacts import api as contacts
from pivotal_server.custom_fields import api as custom_fields
from pivotal_server.customers import api as customers
from pivotal_server.events import api as events
from pivotal_server.jobs import api as jobs
from pivotal_server.kit.http import Operation
from pivotal_server.members import api as members
from pivotal_server.onboardings import api as onboardings
from pivotal_server.phases import api as phases
from pivotal_server.rest import meta
from pivotal_server.search import api as search
from pivotal_server.tags import api as tags
from pivotal_server.tasks import api as tasks
from pivotal_server.templates import api as templates
from pivotal_server.transfer import api as transfer
from pivotal_server.webhooks import api as webhooks
from pivotal_server.webhooks import api_deliveries as webhook_deliveries

OPERATIONS: tuple[Operation, ...] = (
    *meta.table,
    *customers.table,
    *contacts.table,
    *onboardings.table,
    *tasks.table,
    *comments.table,
    *attachments.table,
    *phases.table,
    *templates.table,
    *activity.table,
    *events.table,
    *members.table,
    *custom_fields.table,
    *tags.table,
    *bulk.table,
    *transfer.table,
    *search.table,
    *jobs.table,
    *webhooks.table,
    *webhook_deliveries.table,
)
