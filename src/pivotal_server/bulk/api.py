"""The REST operation of bulk calls."""

from pivotal_server.bulk.schemas import BulkRequest, BulkResult
from pivotal_server.bulk.service import check_operations, run_operations
from pivotal_server.errors_catalogue import (
    AMBIGUOUS_MATCH,
    CONTACT_NOT_FOUND,
    CUSTOMER_NOT_FOUND,
    DEPENDENCY_CYCLE,
    EMAIL_TAKEN,
    EXTERNAL_ID_TAKEN,
    IMMUTABLE_FIELD,
    INVALID_ENUM_VALUE,
    INVALID_REFERENCE,
    INVALID_STRING,
    LIMIT_REACHED,
    MISSING_FIELD,
    ONBOARDING_DONE,
    ONBOARDING_NOT_FOUND,
    ONBOARDING_PAUSED,
    SLUG_TAKEN,
    SUBTASK_DEPTH,
    TASK_NOT_FOUND,
    TERMINAL_PHASE,
    TOO_SMALL,
    UNKNOWN_PHASE,
)
from pivotal_server.kit.http import OperationTable
from pivotal_server.limits.catalogue import BULK_BODY_BYTES
from pivotal_server.rest.context import Context, error_body

table = OperationTable("Data")

COST_OF = 100
"""Operations that count as one request more."""


def _cost(body: BulkRequest) -> int:
    return len(body.operations) // COST_OF


@table.operation(
    "POST",
    "/bulk",
    id="run-bulk",
    sdk="bulk.run",
    summary="Run many changes",
    scope="write:data",
    body=BulkRequest,
    body_limit=BULK_BODY_BYTES.default,
    cost=_cost,
    answers=(200, BulkResult),
    errors=[
        CUSTOMER_NOT_FOUND,
        CONTACT_NOT_FOUND,
        ONBOARDING_NOT_FOUND,
        TASK_NOT_FOUND,
        SLUG_TAKEN,
        EMAIL_TAKEN,
        EXTERNAL_ID_TAKEN,
        AMBIGUOUS_MATCH,
        INVALID_REFERENCE,
        UNKNOWN_PHASE,
        TERMINAL_PHASE,
        ONBOARDING_PAUSED,
        ONBOARDING_DONE,
        SUBTASK_DEPTH,
        DEPENDENCY_CYCLE,
        IMMUTABLE_FIELD,
        # Of the data in an operation, which its resource checks.
        *(MISSING_FIELD, TOO_SMALL, INVALID_STRING, INVALID_ENUM_VALUE),
        LIMIT_REACHED,
    ],
)
async def run_bulk(context: Context, body: BulkRequest) -> BulkResult:
    """Runs up to 1,000 changes in order, each as its single operation would, with its own status and answer.
    One that fails changes nothing; with `atomic` it undoes all, and its error is the answer. Costs one more
    request of the rate limit for each 100 operations. The key needs `write:data` and the write scope of each
    resource that it changes.
    """
    check_operations(body.operations)
    return await run_operations(
        context.uow,
        body.operations,
        atomic=body.atomic,
        may_write=lambda resource: context.check_scope(f"write:{resource}"),
        error_body=lambda fault: error_body(fault, context.request_id),
    )
