"""The whole application on one page: which rooms, which routes."""

from typing import Any

from starlette.applications import Starlette

from pivotal_server.api_keys import pages as api_key_pages
from pivotal_server.attachments import pages as attachment_pages
from pivotal_server.auth import pages as auth_pages
from pivotal_server.bulk import pages as bulk_pages
from pivotal_server.comments import pages as comment_pages
from pivotal_server.contacts import pages as contact_pages
from pivotal_server.contacts import pages_edit as contact_edit_pages
from pivotal_server.contacts import pages_many as contact_many_pages
from pivotal_server.custom_fields import pages as custom_field_pages
from pivotal_server.custom_fields import pages_tags as tag_pages
from pivotal_server.customers import pages as customer_pages
from pivotal_server.customers import pages_access as customer_access_pages
from pivotal_server.customers import pages_activity as customer_activity_pages
from pivotal_server.customers import pages_bulk as customer_bulk_pages
from pivotal_server.customers import pages_columns as customer_columns_pages
from pivotal_server.customers import pages_contacts as customer_contacts_pages
from pivotal_server.customers import pages_details as customer_details_pages
from pivotal_server.customers import pages_new as new_customer_pages
from pivotal_server.customers import pages_onboardings as customer_onboardings_pages
from pivotal_server.customers import pages_record as customer_record_pages
from pivotal_server.customers import pages_status as customer_status_pages
from pivotal_server.deleted import pages as deleted_pages
from pivotal_server.docs import pages as docs_pages
from pivotal_server.docs import pages_feedback as docs_feedback_pages
from pivotal_server.events import pages as event_pages
from pivotal_server.files import pages as file_pages
from pivotal_server.health.deep import PATH as DEEP_HEALTH
from pivotal_server.health.deep import DeepHealth
from pivotal_server.health.metrics import PATH as METRICS
from pivotal_server.health.metrics import Metrics
from pivotal_server.jobs import pages as job_pages
from pivotal_server.kit.draining import Draining
from pivotal_server.kit.http.request import Receive, Scope, Send
from pivotal_server.limits import pages as limit_pages
from pivotal_server.mcp.doors import PATHS as MCP_PATHS
from pivotal_server.mcp.doors import Doors
from pivotal_server.members import pages as team_pages
from pivotal_server.members import pages_join as join_pages
from pivotal_server.members import pages_profile as profile_pages
from pivotal_server.notifications import pages as mail_pages
from pivotal_server.notifications import pages_notices as notice_pages
from pivotal_server.onboardings import pages as onboarding_pages
from pivotal_server.onboardings import pages_audit as onboarding_audit_pages
from pivotal_server.onboardings import pages_board as onboarding_board_pages
from pivotal_server.onboardings import pages_bulk as onboarding_bulk_pages
from pivotal_server.onboardings import pages_edit as onboarding_edit_pages
from pivotal_server.onboardings import pages_moves as onboarding_move_pages
from pivotal_server.onboardings import pages_new as new_onboarding_pages
from pivotal_server.onboardings import pages_portfolio as portfolio_pages
from pivotal_server.onboardings import pages_record as onboarding_record_pages
from pivotal_server.onboardings import pages_states as onboarding_state_pages
from pivotal_server.onboardings import pages_timeline as timeline_pages
from pivotal_server.operations import OPERATIONS
from pivotal_server.phases import pages as phase_pages
from pivotal_server.request_log import pages as log_pages
from pivotal_server.request_log import pages_entries as log_entry_pages
from pivotal_server.rest.document import Documents
from pivotal_server.rest.pipeline import ACCESS_ERRORS, RestApi
from pivotal_server.sample import pages as sample_pages
from pivotal_server.sdk import pages as sdk_pages
from pivotal_server.search import pages as search_pages
from pivotal_server.services import Services
from pivotal_server.tasks import pages as task_pages
from pivotal_server.tasks import pages_bulk as task_bulk_pages
from pivotal_server.tasks import pages_dates as task_date_pages
from pivotal_server.tasks import pages_panel as task_panel_pages
from pivotal_server.templates import pages as template_pages
from pivotal_server.templates import pages_apply as apply_pages
from pivotal_server.test_data import pages as test_data_pages
from pivotal_server.transfer import pages as import_pages
from pivotal_server.transfer import pages_export as export_pages
from pivotal_server.transfer import pages_runs as import_run_pages
from pivotal_server.views import pages as view_pages
from pivotal_server.web import static_files
from pivotal_server.web.live import LiveHub
from pivotal_server.web.session import error_handlers, page_middleware
from pivotal_server.webhooks import pages as webhook_pages
from pivotal_server.webhooks import pages_log as webhook_log_pages
from pivotal_server.webhooks import pages_sending as webhook_sending_pages
from pivotal_server.workspaces import pages as workspace_pages
from pivotal_server.workspaces import pages_danger as danger_pages
from pivotal_server.workspaces import pages_own as own_pages

ROUTES = [
    static_files.ROUTE,
    # Before the pages, whose last route takes every address below theirs.
    *sdk_pages.routes,
    *docs_feedback_pages.routes,
    *docs_pages.routes,
    *auth_pages.routes,
    *profile_pages.routes,
    *danger_pages.routes,
    *own_pages.routes,
    *workspace_pages.routes,
    *api_key_pages.routes,
    *test_data_pages.routes,
    *sample_pages.routes,
    *mail_pages.routes,
    *notice_pages.routes,
    *limit_pages.routes,
    *team_pages.routes,
    *join_pages.routes,
    *log_pages.routes,
    *log_entry_pages.routes,
    *webhook_pages.routes,
    *webhook_log_pages.routes,
    *webhook_sending_pages.routes,
    *event_pages.routes,
    *job_pages.routes,
    *file_pages.routes,
    *search_pages.routes,
    *export_pages.routes,
    *import_run_pages.routes,
    *import_pages.routes,
    *new_customer_pages.routes,
    *contact_pages.routes,
    *contact_many_pages.routes,
    *contact_edit_pages.routes,
    *customer_contacts_pages.routes,
    *customer_onboardings_pages.routes,
    *customer_bulk_pages.routes,
    *customer_columns_pages.routes,
    *customer_access_pages.routes,
    *customer_activity_pages.routes,
    *customer_details_pages.routes,
    *customer_status_pages.routes,
    *onboarding_pages.routes,
    *new_onboarding_pages.routes,
    *onboarding_board_pages.routes,
    *onboarding_bulk_pages.routes,
    *bulk_pages.routes,
    *portfolio_pages.routes,
    *onboarding_record_pages.routes,
    *onboarding_audit_pages.routes,
    *timeline_pages.routes,
    *onboarding_move_pages.routes,
    *onboarding_state_pages.routes,
    *onboarding_edit_pages.routes,
    *task_bulk_pages.routes,
    *task_pages.routes,
    *task_date_pages.routes,
    *apply_pages.routes,
    *deleted_pages.routes,
    *phase_pages.routes,
    *tag_pages.routes,
    *custom_field_pages.routes,
    *template_pages.routes,
    *task_panel_pages.routes,
    *attachment_pages.routes,
    *comment_pages.routes,
    *view_pages.routes,
    *customer_pages.routes,
    *customer_record_pages.routes,
]


class App:
    """The ASGI application: everything under ``/api`` is the REST API, the rest are pages.

    The REST API stands beside the page framework, not inside it, so that no framework adds a status, a
    header or a body of its own to the contract.
    """

    def __init__(self, services: Services, *, strict: bool = False) -> None:
        self.services = services
        documents = Documents(OPERATIONS, ACCESS_ERRORS, services.config.public_url)
        self.rest = RestApi(
            services.db,
            services.ring,
            OPERATIONS,
            documents,
            services.trusted_proxies,
            strict=strict,
            recorder=services.recorder,
            files=services.files,
            outside=services,
        )
        self.health = DeepHealth(services)
        self.metrics = Metrics(services)
        self.mcp = Doors(services, self.rest, OPERATIONS, documents)

        pages = Starlette(routes=ROUTES, exception_handlers=error_handlers())
        # It would send to whatever host the request names, and by http.
        pages.router.redirect_slashes = False
        pages.state.services = services
        pages.state.api_routes = tuple(sorted({operation.path for operation in OPERATIONS}))
        self.live = pages.state.live = LiveHub(services.db)
        self.pages: Any = page_middleware(pages, services)
        self._answering = Draining(self._answer)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http":
            await self._answering(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if path == DEEP_HEALTH and await self.health.is_open_to(scope):
            await self.health.answer(send)
        elif path == METRICS and await self.health.is_open_to(scope):
            await self.metrics.answer(send)
        elif path in MCP_PATHS:
            await self.mcp(scope, receive, send)
        elif path.startswith("/api/") or path == "/api":
            await self.rest(scope, receive, send)
        else:
            await self.pages(scope, receive, send)


def create_app(services: Services, *, strict: bool = False) -> App:
    """The application over running ``services``; ``strict`` holds REST answers to their declarations."""
    return App(services, strict=strict)
