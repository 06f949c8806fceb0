"""Every kind of background job, room by room."""

from pivotal_server.auth import jobs as auth
from pivotal_server.contacts import jobs as contacts
from pivotal_server.customers import jobs as customers
from pivotal_server.files import jobs as files
from pivotal_server.jobs import jobs as queue
from pivotal_server.jobs.kinds import Kind, Periodic
from pivotal_server.onboardings import jobs as onboardings
from pivotal_server.request_log import jobs as request_log
from pivotal_server.rest import jobs as rest
from pivotal_server.tasks import jobs as tasks
from pivotal_server.test_data import jobs as test_data
from pivotal_server.transfer import jobs as transfer
from pivotal_server.webhooks import jobs as webhooks
from pivotal_server.workspaces import jobs as workspaces

KINDS: tuple[Kind, ...] = (
    *contacts.KINDS,
    *customers.KINDS,
    *onboardings.KINDS,
    *tasks.KINDS,
    *test_data.KINDS,
    *transfer.KINDS,
    *webhooks.KINDS,
)
PERIODIC: tuple[Periodic, ...] = (
    *queue.PERIODIC,
    *auth.PERIODIC,
    *files.PERIODIC,
    *request_log.PERIODIC,
    *rest.PERIODIC,
    *tasks.PERIODIC,
    *webhooks.PERIODIC,
    *workspaces.PERIODIC,
)
