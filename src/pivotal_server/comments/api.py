"""REST operations of comments."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pivotal_server.comments import service
from pivotal_server.comments.schemas import Comment, CommentCreate, CommentPage, CommentQuery, CommentUpdate
from pivotal_server.comments.service import Place
from pivotal_server.comments.wire import to_wire
from pivotal_server.customers import service as customers
from pivotal_server.errors_catalogue import (
    COMMENT_NOT_FOUND,
    CUSTOMER_NOT_FOUND,
    INVALID_REFERENCE,
    NOT_AUTHOR,
    ONBOARDING_NOT_FOUND,
    TASK_NOT_FOUND,
)
from pivotal_server.kit.http import OperationTable
from pivotal_server.kit.pagination import Slice
from pivotal_server.kit.wire import Deleted
from pivotal_server.onboardings import service as onboardings
from pivotal_server.rest.context import Context
from pivotal_server.rest.lists import page
from pivotal_server.tasks import service as tasks

table = OperationTable("Comments")


async def _page(context: Context, place: Place) -> CommentPage:
    async def fetch(part: Slice, _: Mapping[str, Any]) -> tuple[list[Comment], datetime | None]:
        return await service.read_comments(context.db, context.org_id, place, part)

    async def count(part: Slice, _: Mapping[str, Any]) -> int:
        return await service.count_comments(context.db, context.org_id, place, part)

    return await page(CommentPage, context.query, {}, fetch, count)


@table.operation(
    "GET",
    "/customers/{id}/comments",
    id="list-customer-comments",
    sdk="customers.comments.list",
    tools=["list_comments"],
    summary="List the comments on a customer",
    scope="read:comments",
    query=CommentQuery,
    answers=(200, CommentPage),
    errors=[CUSTOMER_NOT_FOUND],
)
async def list_customer_comments(context: Context) -> CommentPage:
    """The comments on a customer itself, newest first; those on its onboardings and tasks stand there."""
    customer = await customers.get_customer(context.db, context.org_id, context.id)
    return await _page(context, Place(customer_id=customer.id))


@table.operation(
    "POST",
    "/customers/{id}/comments",
    id="create-customer-comment",
    sdk="customers.comments.create",
    tools=["add_comment"],
    summary="Comment on a customer",
    scope="write:comments",
    body=CommentCreate,
    resource=Comment,
    answers=(201, Comment),
    errors=[CUSTOMER_NOT_FOUND, INVALID_REFERENCE],
    single=True,
)
async def create_customer_comment(context: Context, body: CommentCreate) -> Comment:
    """Writes a comment on a customer. It is internal unless `visibility` says otherwise."""
    customer = await customers.get_customer(context.db, context.org_id, context.id, lock=True)
    place = Place(customer_id=customer.id, livemode=customer.livemode)
    return to_wire(await service.create_comment(context.uow, place, body))


@table.operation(
    "GET",
    "/onboardings/{id}/comments",
    id="list-onboarding-comments",
    sdk="onboardings.comments.list",
    tools=["list_comments"],
    summary="List the comments on an onboarding",
    scope="read:comments",
    query=CommentQuery,
    answers=(200, CommentPage),
    errors=[ONBOARDING_NOT_FOUND],
)
async def list_onboarding_comments(context: Context) -> CommentPage:
    """The comments on an onboarding itself, newest first; those on its tasks stand there."""
    home = await onboardings.get_onboarding(context.db, context.org_id, context.id)
    return await _page(context, Place(customer_id=home.customer_id, onboarding_id=home.id))


@table.operation(
    "POST",
    "/onboardings/{id}/comments",
    id="create-onboarding-comment",
    sdk="onboardings.comments.create",
    tools=["add_comment"],
    summary="Comment on an onboarding",
    scope="write:comments",
    body=CommentCreate,
    resource=Comment,
    answers=(201, Comment),
    errors=[ONBOARDING_NOT_FOUND, INVALID_REFERENCE],
    single=True,
)
async def create_onboarding_comment(context: Context, body: CommentCreate) -> Comment:
    """Writes a comment on an onboarding, in whatever state it is."""
    home = await onboardings.get_onboarding(context.db, context.org_id, context.id, lock=True)
    place = Place(customer_id=home.customer_id, onboarding_id=home.id, livemode=home.livemode)
    return to_wire(await service.create_comment(context.uow, place, body))


@table.operation(
    "GET",
    "/tasks/{id}/comments",
    id="list-task-comments",
    sdk="tasks.comments.list",
    tools=["list_comments"],
    summary="List the comments on a task",
    scope="read:comments",
    query=CommentQuery,
    answers=(200, CommentPage),
    errors=[TASK_NOT_FOUND],
)
async def list_task_comments(context: Context) -> CommentPage:
    """The comments on a task or subtask, newest first."""
    task = await tasks.get_task(context.db, context.org_id, context.id)
    place = Place(customer_id=task.customer_id, onboarding_id=task.onboarding_id, task_id=task.id)
    return await _page(context, place)


@table.operation(
    "POST",
    "/tasks/{id}/comments",
    id="create-task-comment",
    sdk="tasks.comments.create",
    tools=["add_comment"],
    summary="Comment on a task",
    scope="write:comments",
    body=CommentCreate,
    resource=Comment,
    answers=(201, Comment),
    errors=[TASK_NOT_FOUND, INVALID_REFERENCE],
    single=True,
)
async def create_task_comment(context: Context, body: CommentCreate) -> Comment:
    """Writes a comment on a task or subtask. The customer reads one of visibility `customer` as long as the
    task is customer-facing.
    """
    _, task = await tasks.get_task_for_change(context.uow, context.id)
    place = Place(
        customer_id=task.customer_id,
        onboarding_id=task.onboarding_id,
        task_id=task.id,
        livemode=task.livemode,
    )
    return to_wire(await service.create_comment(context.uow, place, body))


@table.operation(
    "PATCH",
    "/comments/{id}",
    id="update-comment",
    sdk="comments.update",
    summary="Update a comment",
    scope="write:comments",
    body=CommentUpdate,
    resource=Comment,
    answers=(200, Comment),
    errors=[COMMENT_NOT_FOUND, NOT_AUTHOR, INVALID_REFERENCE],
    single=True,
)
async def update_comment(context: Context, body: CommentUpdate) -> Comment:
    """Changes the given keys of a comment that the same key has written."""
    row = await service.get_comment_for_change(context.uow, context.id)
    context.check_match(to_wire(row))
    return to_wire(await service.update_comment(context.uow, row, body))


@table.operation(
    "DELETE",
    "/comments/{id}",
    id="delete-comment",
    sdk="comments.delete",
    summary="Delete a comment",
    scope="write:comments",
    answers=(200, Deleted),
    errors=[COMMENT_NOT_FOUND],
    single=True,
)
async def delete_comment(context: Context) -> Deleted:
    """Deletes a comment softly, whoever has written it. Its files can no longer be fetched."""
    row = await service.get_comment_for_change(context.uow, context.id, deleted=True)
    if row.deleted_at is None:
        context.check_match(to_wire(row))
    await service.delete_comment(context.uow, row)
    return Deleted(id=row.id, display_id=row.display_id)
