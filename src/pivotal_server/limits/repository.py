"""SQL of how much of the limits of a workspace is in use."""

import msgspec
from sqlalchemy import ColumnElement, ScalarSelect, Table, bindparam, func, select

from pivotal_server.db.engine import Executor
from pivotal_server.db.statements import Statement
from pivotal_server.db.tables import (
    api_keys,
    custom_fields,
    jobs,
    phases,
    saved_views,
    templates,
    webhook_endpoints,
)


class Use(msgspec.Struct, frozen=True):
    """How much is in use, by the names of the limits; of what each person has, that of who has most."""

    active_api_keys: int
    waiting_jobs: int
    phases: int
    templates: int
    custom_fields: int
    webhook_endpoints: int
    private_views: int
    shared_views: int


def _org(table: Table) -> ColumnElement[bool]:
    return table.c.org_id == bindparam("org_id")


def _count(table: Table, *conditions: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count()).select_from(table).where(_org(table), *conditions).scalar_subquery()


_VIEW = saved_views.c
_OF_ONE = (
    select(func.count().label("views"))
    .where(_org(saved_views), ~_VIEW.shared)
    .group_by(_VIEW.owner_id)
    .subquery("of_one")
)
USE = Statement(
    select(
        _count(api_keys, api_keys.c.revoked_at.is_(None)).label("active_api_keys"),
        _count(jobs, jobs.c.type.is_not(None), jobs.c.status == "queued").label("waiting_jobs"),
        _count(phases, phases.c.archived_at.is_(None)).label("phases"),
        _count(templates, templates.c.deleted_at.is_(None)).label("templates"),
        _count(custom_fields).label("custom_fields"),
        _count(webhook_endpoints, webhook_endpoints.c.deleted_at.is_(None)).label("webhook_endpoints"),
        func.coalesce(select(func.max(_OF_ONE.c.views)).scalar_subquery(), 0).label("private_views"),
        _count(saved_views, _VIEW.shared).label("shared_views"),
    ),
    into=Use,
)


async def use(db: Executor, org_id: str) -> Use:
    """What a workspace has in use, by one statement."""
    found = await db.fetch_one(USE, {"org_id": org_id})
    assert found is not None, "counting always answers"
    return found
