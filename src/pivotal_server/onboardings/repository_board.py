"""SQL of the board and the list of onboardings: cards with the name of their customer."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Select, and_, bindparam, func, select, union_all

from pivotal_server.db.engine import Executor
from pivotal_server.db.statements import Statement, StatementCache, any_of
from pivotal_server.db.tables import customers, onboardings
from pivotal_server.db.visibility import visible_to


class CardRow(msgspec.Struct, frozen=True):
    """What board and list show of one onboarding."""

    id: str
    display_id: int
    name: str
    phase: str
    phase_entered_at: datetime
    state: str
    target_launch_date: date | None
    launched_at: datetime | None
    completed_at: datetime | None
    csm_id: str | None
    livemode: bool
    created_at: datetime
    customer_id: str
    customer_name: str
    customer_plan: str | None


class ColumnCount(msgspec.Struct, frozen=True):
    """How many open onboardings are in a phase, and how many of them are past their target."""

    phase: str
    count: int
    late: int


_C = onboardings.c
_K = customers.c
_JOINED = onboardings.join(customers, and_(_K.org_id == _C.org_id, _K.id == _C.customer_id))
_OWN = [name for name in CardRow.__struct_fields__ if name not in ("customer_name", "customer_plan")]
_CARDS = (
    select(*[_C[name] for name in _OWN], _K.name.label("customer_name"), _K.plan.label("customer_plan"))
    .select_from(_JOINED)
    .where(_C.org_id == bindparam("org_id"), _C.deleted_at.is_(None), ~_C.customer_hidden)
)
_OPEN = _C.state != "done"
_FILTERS: dict[str, ColumnElement[bool]] = {
    "visible_to": visible_to(_K.org_id, _K.id, _K.owner_id),
    "csm_id": _C.csm_id == bindparam("csm_id"),
    "state": _C.state == bindparam("state"),
    "phase": _C.phase == bindparam("phase"),
    "open": _OPEN,
    "ids": any_of(_C.id, "ids"),
    "before": _C.created_at < bindparam("before", type_=_C.created_at.type),
    "after": _C.created_at > bindparam("after", type_=_C.created_at.type),
    "until": _C.created_at <= bindparam("until", type_=_C.created_at.type),
    "after_id": _C.id > bindparam("after_id", type_=_C.id.type),
}
# The phases of a workspace get so many places; places left over hold nothing.
_SIZES = (8, 16, 32)
_DONE = "with_done"


def _board(given: frozenset[str]) -> Statement[CardRow]:
    """The first cards of each column: dated ones by day, then those without, each part by its index."""
    size = max((size for size in _SIZES if f"columns*{size}" in given), default=_SIZES[0])
    base = _CARDS.where(*[condition for name, condition in _FILTERS.items() if name in given])
    parts: list[Select[Any]] = []
    for place in range(size):
        column = base.where(_OPEN, _C.phase == bindparam(f"phase_{place}", type_=_C.phase.type))
        dated = column.where(_C.target_launch_date.is_not(None))
        parts += [
            dated.order_by(_C.target_launch_date, _C.display_id).limit(bindparam("limit")),
            column.where(_C.target_launch_date.is_(None)).order_by(_C.display_id).limit(bindparam("limit")),
        ]
    if _DONE in given:
        ended = base.where(_C.state == "done", _C.completed_at >= bindparam("since"))
        parts.append(ended.order_by(_C.completed_at.desc()).limit(bindparam("limit")))
    named = [part.subquery(f"part_{number}") for number, part in enumerate(parts)]
    return Statement(union_all(*[select(part) for part in named]), into=CardRow)


BOARD: StatementCache[CardRow] = StatementCache(
    _board, [*_FILTERS, _DONE, *(f"columns*{size}" for size in _SIZES)]
)
COUNTS: StatementCache[ColumnCount] = StatementCache(
    lambda given: Statement(
        select(
            _C.phase,
            func.count().label("count"),
            func.count()
            .filter(and_(_C.launched_at.is_(None), _C.target_launch_date < bindparam("today")))
            .label("late"),
        )
        .select_from(_JOINED if given else onboardings)
        .where(
            _C.org_id == bindparam("org_id"),
            _C.deleted_at.is_(None),
            ~_C.customer_hidden,
            _OPEN,
            *[condition for name, condition in _FILTERS.items() if name in given],
        )
        .group_by(_C.phase),
        into=ColumnCount,
    ),
    [*_FILTERS],
)


def _listed(given: frozenset[str]) -> Statement[CardRow]:
    found = _CARDS.where(*[condition for name, condition in _FILTERS.items() if name in given])
    order = _C.created_at.asc() if "after" in given else _C.created_at.desc()
    return Statement(found.order_by(order).limit(bindparam("limit")), into=CardRow)


LIST: StatementCache[CardRow] = StatementCache(_listed, [*_FILTERS])
TOTAL: StatementCache[int] = StatementCache(
    lambda given: Statement.scalar(
        select(func.count())
        .select_from(_JOINED)
        .where(
            _C.org_id == bindparam("org_id"),
            _C.deleted_at.is_(None),
            ~_C.customer_hidden,
            *[condition for name, condition in _FILTERS.items() if name in given],
        ),
        int,
    ),
    [*_FILTERS],
)
IDS: StatementCache[str] = StatementCache(
    lambda given: Statement.scalar(
        select(_C.id)
        .select_from(_JOINED)
        .where(
            _C.org_id == bindparam("org_id"),
            _C.deleted_at.is_(None),
            ~_C.customer_hidden,
            *[condition for name, condition in _FILTERS.items() if name in given],
        )
        .order_by(_C.id)
        .limit(bindparam("limit")),
        str,
    ),
    [*_FILTERS],
)
NEWEST_CHANGE = Statement.scalar(
    select(_C.updated_at)
    .where(_C.org_id == bindparam("org_id"), _C.deleted_at.is_(None), ~_C.customer_hidden)
    .order_by(_C.updated_at.desc())
    .limit(1),
    datetime,
)


async def board(
    db: Executor,
    org_id: str,
    phases: Sequence[str],
    filters: Mapping[str, Any],
    *,
    limit: int,
    done_since: datetime | None,
) -> list[CardRow]:
    """The first ``limit`` cards of each phase that hold the dated and the undated ones, in their order.

    With ``done_since`` also those that were done since then, newest first. ``filters``: ``visible_to``,
    ``csm_id``, ``state``.
    """
    size = next(size for size in _SIZES if size >= len(phases))
    given = {*filters, f"columns*{size}"}
    params: dict[str, Any] = {**filters, "org_id": org_id, "limit": limit}
    for place in range(size):
        params[f"phase_{place}"] = phases[place] if place < len(phases) else None
    if done_since is not None:
        given.add(_DONE)
        params["since"] = done_since
    return await db.fetch_all(BOARD.get(frozenset(given)), params)


async def column_counts(
    db: Executor, org_id: str, filters: Mapping[str, Any], today: date
) -> list[ColumnCount]:
    """How many open onboardings each phase has, and how many of them are late."""
    params = {**filters, "org_id": org_id, "today": today}
    return await db.fetch_all(COUNTS.get(frozenset(filters)), params)


async def listed(db: Executor, org_id: str, filters: Mapping[str, Any], limit: int) -> list[CardRow]:
    """Onboardings, newest first; with ``after`` in the filters the next newer ones, oldest first."""
    return await db.fetch_all(LIST.get(frozenset(filters)), {**filters, "org_id": org_id, "limit": limit})


async def total(db: Executor, org_id: str, filters: Mapping[str, Any]) -> int:
    """How many onboardings the filters leave."""
    return await db.fetch_one(TOTAL.get(frozenset(filters)), {**filters, "org_id": org_id}) or 0


async def ids(db: Executor, org_id: str, filters: Mapping[str, Any], limit: int) -> list[str]:
    """The first ids that the filters leave, in the order of ids."""
    return await db.fetch_all(IDS.get(frozenset(filters)), {**filters, "org_id": org_id, "limit": limit})


async def newest_change(db: Executor, org_id: str) -> datetime | None:
    """When an onboarding of the workspace last changed."""
    return await db.fetch_one(NEWEST_CHANGE, {"org_id": org_id})


_LIVE_OPEN = (_C.org_id == bindparam("org_id"), _C.deleted_at.is_(None), _OPEN)
OPEN_COUNTS = Statement.rows(select(_C.phase, func.count()).where(*_LIVE_OPEN).group_by(_C.phase))
OPEN_IN_PHASE = Statement.rows(
    select(_C.id, _C.state).where(*_LIVE_OPEN, _C.phase == bindparam("phase")).order_by(_C.display_id)
)


async def open_counts(db: Executor, org_id: str) -> dict[str, int]:
    """How many open onboardings each phase has, those of put-away customers too."""
    return dict(await db.fetch_all(OPEN_COUNTS, {"org_id": org_id}))


async def open_in_phase(db: Executor, org_id: str, phase: str) -> list[tuple[str, str]]:
    """Id and state of every open onboarding in a phase, those of put-away customers too."""
    found = await db.fetch_all(OPEN_IN_PHASE, {"org_id": org_id, "phase": phase})
    return [(id, state) for id, state in found]
