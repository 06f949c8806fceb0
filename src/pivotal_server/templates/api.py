"""REST operations of templates."""

from functools import partial

from pivotal_server.errors_catalogue import (
    DEPENDENCY_CYCLE,
    INVALID_REFERENCE,
    LIMIT_REACHED,
    ONBOARDING_DONE,
    ONBOARDING_NOT_FOUND,
    TEMPLATE_NAME_TAKEN,
    TEMPLATE_NOT_FOUND,
    UNKNOWN_PHASE,
)
from pivotal_server.kit.http import OperationTable
from pivotal_server.kit.wire import Deleted
from pivotal_server.onboardings import service as onboardings
from pivotal_server.rest.context import Context
from pivotal_server.rest.lists import filters_of, page
from pivotal_server.tasks import adding
from pivotal_server.templates import applying, service
from pivotal_server.templates.schemas import (
    AppliedTemplate,
    SkippedTask,
    Template,
    TemplateApply,
    TemplateCreate,
    TemplatePage,
    TemplateQuery,
    TemplateUpdate,
)
from pivotal_server.templates.wire import to_wire

table = OperationTable("Phases and templates")

_WRITE_ERRORS = [UNKNOWN_PHASE, INVALID_REFERENCE, DEPENDENCY_CYCLE, LIMIT_REACHED, TEMPLATE_NAME_TAKEN]


@table.operation(
    "GET",
    "/templates",
    id="list-templates",
    sdk="templates.list",
    summary="List templates",
    scope="read:templates",
    query=TemplateQuery,
    answers=(200, TemplatePage),
)
async def list_templates(context: Context) -> TemplatePage:
    """Phase templates, newest first."""
    return await page(
        TemplatePage,
        context.query,
        filters_of(context.query),
        partial(service.read_templates, context.db, context.org_id),
        partial(service.count_templates, context.db, context.org_id),
    )


@table.operation(
    "POST",
    "/templates",
    id="create-template",
    sdk="templates.create",
    summary="Create a template",
    scope="write:templates",
    body=TemplateCreate,
    resource=Template,
    answers=(201, Template),
    errors=_WRITE_ERRORS,
    single=True,
)
async def create_template(context: Context, body: TemplateCreate) -> Template:
    """Saves a bundle of tasks for one phase. As `default_for_phase` it is applied whenever an onboarding
    enters that phase.
    """
    return to_wire(await service.create_template(context.uow, body))


@table.operation(
    "GET",
    "/templates/{id}",
    id="get-template",
    sdk="templates.get",
    summary="Get a template",
    scope="read:templates",
    answers=(200, Template),
    errors=[TEMPLATE_NOT_FOUND],
    single=True,
)
async def get_template(context: Context) -> Template:
    """One template, by `id` or `display_id`."""
    return await service.read_template(context.db, context.org_id, context.id)


@table.operation(
    "PATCH",
    "/templates/{id}",
    id="update-template",
    sdk="templates.update",
    summary="Update a template",
    scope="write:templates",
    body=TemplateUpdate,
    resource=Template,
    answers=(200, Template),
    errors=[TEMPLATE_NOT_FOUND, *_WRITE_ERRORS],
    single=True,
)
async def update_template(context: Context, body: TemplateUpdate) -> Template:
    """Changes the given keys and counts `version` up; `tasks` is replaced as a whole. Tasks that were made
    from the template stay as they are. Keep the `key` of a task, so that it is known again.
    """
    row = await service.get_template(context.db, context.org_id, context.id, lock=True)
    context.check_match(to_wire(row))
    return to_wire(await service.update_template(context.uow, row, body))


@table.operation(
    "DELETE",
    "/templates/{id}",
    id="delete-template",
    sdk="templates.delete",
    summary="Delete a template",
    scope="write:templates",
    answers=(200, Deleted),
    errors=[TEMPLATE_NOT_FOUND],
    single=True,
)
async def delete_template(context: Context) -> Deleted:
    """Puts a template away. Tasks that were made from it stay."""
    row = await service.get_template(context.db, context.org_id, context.id, lock=True, deleted=True)
    if row.deleted_at is None:
        context.check_match(to_wire(row))
    await service.delete_template(context.uow, row)
    return Deleted(id=row.id, display_id=row.display_id)


@table.operation(
    "POST",
    "/onboardings/{id}/apply_template",
    id="apply-template",
    sdk="onboardings.apply_template",
    summary="Apply a template",
    scope="write:tasks",
    body=TemplateApply,
    answers=(200, AppliedTemplate),
    errors=[ONBOARDING_NOT_FOUND, ONBOARDING_DONE, INVALID_REFERENCE, LIMIT_REACHED],
)
async def apply_template(context: Context, body: TemplateApply) -> AppliedTemplate:
    """Adds the tasks of a template to an onboarding, in the phase of the template. Tasks whose condition
    does not hold, and those it has already, are skipped; a second call adds what has come to match.
    """
    home = await onboardings.get_onboarding(context.db, context.org_id, context.id, lock=True)
    template = await service.named_template(context.db, context.org_id, body.template_id, "template_id")
    done = await applying.apply_template(context.uow, home, template, add_copies=body.add_copies)
    return AppliedTemplate(
        template_id=template.id,
        onboarding_id=home.id,
        version=template.version,
        tasks=await adding.shown(context.uow, done.created),
        skipped=[SkippedTask(key=one.key, title=one.title, reason=one.reason) for one in done.skipped],
    )
