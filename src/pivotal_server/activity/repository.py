"""SQL of the activity stream."""

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import and_, bindparam, delete, select

from pivotal_server.db.engine import Executor, Transaction
from pivotal_server.db.statements import Statement, any_of, insert_of
from pivotal_server.db.tables import (
    activity,
    activity_personal,
    contacts,
    customers,
    members,
    onboardings,
    people,
    tasks,
)

INSERT = Statement.write(insert_of(activity))
INSERT_PERSONAL = Statement.write(insert_of(activity_personal))
FORGET_CONTACT = Statement.write(
    delete(activity_personal).where(
        activity_personal.c.org_id == bindparam("org_id"),
        activity_personal.c.contact_id == bindparam("contact_id"),
    )
)


class ActivityRow(msgspec.Struct, frozen=True):
    """One entry as stored, with the present names of the people and things it speaks of."""

    id: str
    display_id: int
    created_at: datetime
    event: str
    target_type: str
    target_id: str
    target_display_id: int | None
    customer_id: str | None
    onboarding_id: str | None
    contact_id: str | None
    actor_type: str
    actor_id: str | None
    actor: str | None
    origin: str
    diff: msgspec.Raw | None
    personal_diff: msgspec.Raw | None
    reason: str | None
    request_id: str | None
    bulk_id: str | None
    livemode: bool
    member_name: str | None
    contact_name: str | None
    onboarding_name: str | None
    task_title: str | None = None
    author_name: str | None = None
    """The contact who acted."""
    tool: str | None = None


_AUTHORS = contacts.alias("authors")


def feed_of(*conditions: Any) -> Any:
    """Entries newest first with what the feed shows of their actor and target, in one statement."""
    return (
        select(
            activity.c.id,
            activity.c.display_id,
            activity.c.created_at,
            activity.c.event,
            activity.c.target_type,
            activity.c.target_id,
            activity.c.target_display_id,
            activity.c.customer_id,
            activity.c.onboarding_id,
            activity.c.contact_id,
            activity.c.actor_type,
            activity.c.actor_id,
            activity.c.actor,
            activity.c.origin,
            activity.c.diff,
            activity_personal.c.diff.label("personal_diff"),
            activity.c.reason,
            activity.c.request_id,
            activity.c.bulk_id,
            activity.c.livemode,
            people.c.name.label("member_name"),
            contacts.c.name.label("contact_name"),
            onboardings.c.name.label("onboarding_name"),
            tasks.c.title.label("task_title"),
            _AUTHORS.c.name.label("author_name"),
            activity.c.tool,
        )
        .select_from(
            activity.outerjoin(
                activity_personal,
                and_(
                    activity_personal.c.org_id == activity.c.org_id,
                    activity_personal.c.activity_display_id == activity.c.display_id,
                ),
            )
            .outerjoin(
                members,
                and_(
                    activity.c.actor_type == "member",
                    members.c.org_id == activity.c.org_id,
                    members.c.id == activity.c.actor_id,
                ),
            )
            .outerjoin(people, people.c.id == members.c.person_id)
            .outerjoin(
                contacts,
                and_(
                    contacts.c.org_id == activity.c.org_id,
                    contacts.c.id == activity.c.contact_id,
                    contacts.c.deleted_at.is_(None),
                ),
            )
            .outerjoin(
                onboardings,
                and_(
                    onboardings.c.org_id == activity.c.org_id,
                    onboardings.c.id == activity.c.onboarding_id,
                ),
            )
            .outerjoin(tasks, and_(tasks.c.org_id == activity.c.org_id, tasks.c.id == activity.c.task_id))
            .outerjoin(
                _AUTHORS,
                and_(
                    activity.c.actor_type == "contact",
                    _AUTHORS.c.org_id == activity.c.org_id,
                    _AUTHORS.c.id == activity.c.actor_id,
                    _AUTHORS.c.deleted_at.is_(None),
                ),
            )
        )
        .where(activity.c.org_id == bindparam("org_id"), *conditions)
        .order_by(activity.c.created_at.desc())
        .limit(bindparam("limit"))
    )


_OF_CUSTOMER = activity.c.customer_id == bindparam("customer_id")
_OLDER = activity.c.created_at < bindparam("before")
CUSTOMER_FEED = Statement(feed_of(_OF_CUSTOMER), into=ActivityRow)
CUSTOMER_FEED_OLDER = Statement(feed_of(_OF_CUSTOMER, _OLDER), into=ActivityRow)
LAST_OF_CUSTOMERS = Statement.rows(
    select(
        customers.c.id,
        select(activity.c.created_at)
        .where(
            activity.c.org_id == customers.c.org_id,
            activity.c.customer_id == customers.c.id,
            activity.c.origin.not_in(("system", "sync")),
        )
        .order_by(activity.c.created_at.desc())
        .limit(1)
        .scalar_subquery(),
    ).where(customers.c.org_id == bindparam("org_id"), any_of(customers.c.id, "ids"))
)
BY_REQUEST = Statement(feed_of(activity.c.request_id == bindparam("request_id")), into=ActivityRow)


async def insert(tx: Transaction, rows: list[dict[str, Any]], personal: list[dict[str, Any]]) -> None:
    """Insert entries and the personal diffs among them."""
    if len(rows) == 1:
        await tx.execute(INSERT, rows[0])
    else:
        await tx.execute_many(INSERT, rows)
    if personal:
        await tx.execute_many(INSERT_PERSONAL, personal)


async def customer_feed(
    db: Executor, org_id: str, customer_id: str, before: datetime | None, limit: int
) -> list[ActivityRow]:
    """The newest ``limit`` entries of a customer, older than ``before`` when that is given."""
    params: dict[str, Any] = {"org_id": org_id, "customer_id": customer_id, "limit": limit}
    if before is None:
        return await db.fetch_all(CUSTOMER_FEED, params)
    return await db.fetch_all(CUSTOMER_FEED_OLDER, {**params, "before": before})


async def last_of_customers(db: Executor, org_id: str, ids: list[str]) -> dict[str, datetime | None]:
    """When somebody last did something at each of these customers."""
    return dict(await db.fetch_all(LAST_OF_CUSTOMERS, {"org_id": org_id, "ids": ids})) if ids else {}


async def of_request(db: Executor, org_id: str, request_id: str) -> list[ActivityRow]:
    """The entries that one request wrote, newest first, at most 1,000."""
    return await db.fetch_all(BY_REQUEST, {"org_id": org_id, "request_id": request_id, "limit": 1000})


async def forget_contact(tx: Transaction, org_id: str, contact_id: str) -> None:
    """Remove the personal diffs of a contact."""
    await tx.execute(FORGET_CONTACT, {"org_id": org_id, "contact_id": contact_id})
