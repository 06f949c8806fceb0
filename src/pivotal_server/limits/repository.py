"""SQL of how much of the limits of a workspace is in use."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, ScalarSelect, Table, and_, bindparam, case, func, or_, select

from pivotal_server.db.engine import Executor
from pivotal_server.db.statements import Statement
from pivotal_server.db.tables import (
    api_keys,
    api_requests,
    custom_fields,
    jobs,
    phases,
    saved_views,
    templates,
    webhook_endpoints,
    workspaces,
)
from pivotal_server.kit import clock

MINUTE, DAY = timedelta(minutes=1), timedelta(hours=24)


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
    settings: dict[str, Any] | None


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
        _count(
            api_keys,
            api_keys.c.revoked_at.is_(None),
            or_(
                api_keys.c.expires_at.is_(None),
                api_keys.c.expires_at > bindparam("now", type_=api_keys.c.expires_at.type),
            ),
        ).label("active_api_keys"),
        _count(jobs, jobs.c.type.is_not(None), jobs.c.status == "queued").label("waiting_jobs"),
        _count(phases, phases.c.archived_at.is_(None)).label("phases"),
        _count(templates, templates.c.deleted_at.is_(None)).label("templates"),
        _count(custom_fields).label("custom_fields"),
        _count(webhook_endpoints, webhook_endpoints.c.deleted_at.is_(None)).label("webhook_endpoints"),
        func.coalesce(select(func.max(_OF_ONE.c.views)).scalar_subquery(), 0).label("private_views"),
        _count(saved_views, _VIEW.shared).label("shared_views"),
        select(workspaces.c.settings)
        .where(workspaces.c.id == bindparam("org_id"))
        .scalar_subquery()
        .label("settings"),
    ),
    into=Use,
)


SETTINGS: Statement[Any] = Statement.scalar(
    select(workspaces.c.settings).where(workspaces.c.id == bindparam("org_id")), dict
)


class KeyUse(msgspec.Struct, frozen=True):
    """What a key has asked for: requests of the last minute and of 24 hours, and those of them refused
    because there were too many.
    """

    id: str
    name: str
    mode: str
    rate_limit: int | None
    minute: int
    minute_refused: int
    day: int
    day_refused: int


_R, _K = api_requests.c, api_keys.c
_LATE = _R.at >= bindparam("minute_ago", type_=_R.at.type)
_REFUSED = _R.status == 429


def _sum(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((and_(*conditions), 1), else_=0)), 0)


KEY_USE = Statement(
    select(
        _K.id,
        _K.name,
        _K.mode,
        _K.rate_limit,
        _sum(_LATE).label("minute"),
        _sum(_LATE, _REFUSED).label("minute_refused"),
        func.count(_R.id).label("day"),
        _sum(_REFUSED).label("day_refused"),
    )
    .select_from(
        api_keys.outerjoin(
            api_requests,
            and_(
                _R.org_id == _K.org_id,
                _R.api_key_id == _K.id,
                _R.at >= bindparam("day_ago", type_=_R.at.type),
            ),
        )
    )
    .where(
        _K.org_id == bindparam("org_id"),
        _K.revoked_at.is_(None),
        or_(_K.expires_at.is_(None), _K.expires_at > bindparam("now", type_=_K.expires_at.type)),
    )
    .group_by(_K.id, _K.name, _K.mode, _K.rate_limit)
    .order_by(func.count(_R.id).desc(), _K.name),
    into=KeyUse,
)


async def settings(db: Executor, org_id: str) -> dict[str, Any] | None:
    """The settings of a workspace."""
    return await db.fetch_one(SETTINGS, {"org_id": org_id})


async def key_uses(db: Executor, org_id: str) -> list[KeyUse]:
    """The use of every active key, the busiest first."""
    now: datetime = clock.now()
    return await db.fetch_all(
        KEY_USE, {"org_id": org_id, "now": now, "minute_ago": now - MINUTE, "day_ago": now - DAY}
    )


async def use(db: Executor, org_id: str) -> Use:
    """What a workspace has in use, by one statement."""
    found = await db.fetch_one(USE, {"org_id": org_id, "now": clock.now()})
    assert found is not None, "counting always answers"
    return found
