"""Wire types of bulk calls."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from pivotal_server.kit.validation import doc
from pivotal_server.kit.wire import Reference

MOST_OPERATIONS = 1_000
"""The limit ``bulk_operations``."""

Action = Literal["create", "update", "upsert", "delete"]
ResourceName = Literal["customer", "contact", "onboarding", "task"]


class BulkOperation(Struct, kw_only=True):
    """One change of a bulk call."""

    action: Annotated[Action, doc("What to do.", "create")]
    resource: Annotated[ResourceName, doc("With what.", "customer")]
    id: (
        Annotated[Reference, doc("Which record, for `update` and `delete`.", "cmb4kvj50ce9uvw5")] | UnsetType
    ) = UNSET
    by: (
        Annotated[
            Literal["external_id", "slug", "domain", "email"],
            doc(
                "What `upsert` matches by: `external_id`; for customers also `slug` and `domain`, for "
                "contacts `email` within their customer.",
                "external_id",
            ),
        ]
        | UnsetType
    ) = UNSET
    data: (
        Annotated[
            dict[str, Any],
            doc(
                "The body of the single operation; not for `delete`. A new contact needs `customer_id`, a "
                "new task `onboarding_id` or `parent_task_id`.",
                {"name": "Aurora Outfitters", "domain": "aurora.com"},
            ),
        ]
        | UnsetType
    ) = UNSET


class BulkRequest(Struct, kw_only=True):
    """Up to 1,000 changes."""

    operations: Annotated[
        list[BulkOperation],
        Meta(max_length=MOST_OPERATIONS),
        doc(
            "The changes, in order.",
            [
                {
                    "action": "create",
                    "resource": "customer",
                    "data": {"name": "Aurora Outfitters", "external_id": "crm-88"},
                }
            ],
        ),
    ]
    atomic: Annotated[bool, doc("All or none: the first failure undoes everything.", False)] = False


class BulkItem(Struct, kw_only=True):
    """What became of one change."""

    index: Annotated[int, Meta(ge=0), doc("Its place among the operations, from 0.", 0)]
    status: Annotated[int, doc("The status that the single operation would have answered with.", 201)]
    body: Annotated[
        dict[str, Any],
        doc(
            "The answer of the single operation: the object, or the error.",
            {"object": "customer", "id": "c…"},
        ),
    ]


class BulkResult(Struct, tag_field="object", tag="bulk_result", kw_only=True):
    """What became of a bulk call."""

    succeeded: Annotated[int, Meta(ge=0), doc("Operations that succeeded.", 1)]
    failed: Annotated[int, Meta(ge=0), doc("Operations that failed and changed nothing.", 0)]
    results: Annotated[list[BulkItem], doc("One for each operation, in their order.")]
