"""SQL of saved views."""

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import BindParameter, and_, bindparam, delete, func, select, union_all, update
from sqlalchemy.dialects import postgresql, sqlite

from pivotal_server.db.engine import Executor, Transaction
from pivotal_server.db.statements import Statement, columns_of, insert_of
from pivotal_server.db.tables import saved_views, view_defaults


class ViewRow(msgspec.Struct, frozen=True):
    """A view as stored. ``query``: its part of an address; ``name_key``: the name without case."""

    id: str
    list: str
    owner_id: str
    name: str
    name_key: str
    query: str
    shared: bool
    created_at: datetime
    updated_at: datetime


class Used(msgspec.Struct, frozen=True):
    """How many views a person keeps alone, and how many the workspace shares."""

    private: int
    shared: int


_V = saved_views.c
_D = view_defaults.c
_ORG = _V.org_id == bindparam("org_id")
_SELECT = select(*columns_of(ViewRow, saved_views))
_MINE = _V.owner_id == bindparam("member_id")
_OF_LIST = _SELECT.where(_ORG, _V.list == bindparam("list"))
# Apart, so that each has its index, and what others keep for themselves is not read.
VISIBLE = Statement(
    union_all(_OF_LIST.where(_MINE), _OF_LIST.where(_V.shared, ~_MINE)).order_by("name_key", "id"),
    into=ViewRow,
)
ONE = Statement(_SELECT.where(_ORG, _V.id == bindparam("id")), into=ViewRow)
ONE_LOCKED = Statement(_SELECT.where(_ORG, _V.id == bindparam("id")).with_for_update(), into=ViewRow)
NAMED = Statement.scalar(
    select(_V.id).where(
        _ORG,
        _V.list == bindparam("list"),
        _MINE,
        _V.name_key == bindparam("name_key"),
        _V.id != bindparam("id"),
    ),
    str,
)
USED = Statement(
    select(
        func.count().filter(and_(_MINE, ~_V.shared)).label("private"),
        func.count().filter(_V.shared).label("shared"),
    ).where(_ORG),
    into=Used,
)
INSERT = Statement.write(insert_of(saved_views))
_CHANGEABLE = ("name", "name_key", "query", "shared", "updated_at")
UPDATE = Statement.write(
    update(saved_views)
    .where(_V.org_id == bindparam("in_org"), _V.id == bindparam("of_id"))
    .values({name: bindparam(name, type_=_V[name].type) for name in _CHANGEABLE})
)
DELETE = Statement.write(delete(saved_views).where(_ORG, _V.id == bindparam("id")))
_OF_MEMBER = (
    _D.org_id == bindparam("org_id"),
    _D.member_id == bindparam("member_id"),
    _D.list == bindparam("list"),
)
DEFAULT = Statement.scalar(select(_D.view_id).where(*_OF_MEMBER), str)
_DEFAULT_ROW: dict[str, BindParameter[Any]] = {
    name: bindparam(name) for name in ("org_id", "member_id", "list", "view_id")
}
_IN_SQLITE = sqlite.insert(view_defaults).values(_DEFAULT_ROW)
_IN_POSTGRESQL = postgresql.insert(view_defaults).values(_DEFAULT_ROW)
_KEY = ["org_id", "member_id", "list"]
SET_DEFAULT = Statement.write(
    _IN_SQLITE,
    sqlite=_IN_SQLITE.on_conflict_do_update(
        index_elements=_KEY, set_={"view_id": _IN_SQLITE.excluded.view_id}
    ),
    postgresql=_IN_POSTGRESQL.on_conflict_do_update(
        index_elements=_KEY, set_={"view_id": _IN_POSTGRESQL.excluded.view_id}
    ),
)
UNSET_DEFAULT = Statement.write(delete(view_defaults).where(*_OF_MEMBER))
FORGET_DEFAULTS = Statement.write(
    delete(view_defaults).where(
        _D.org_id == bindparam("org_id"),
        _D.view_id == bindparam("view_id"),
        _D.member_id != bindparam("keeper_id"),
    )
)
OPENS_FOR = Statement.scalar(
    select(func.count()).where(
        _D.org_id == bindparam("org_id"),
        _D.view_id == bindparam("view_id"),
        _D.member_id != bindparam("member_id"),
    ),
    int,
)


async def visible(db: Executor, org_id: str, member_id: str, list_key: str) -> list[ViewRow]:
    """The views of a list that a member sees, by name."""
    params = {"org_id": org_id, "member_id": member_id, "list": list_key}
    return await db.fetch_all(VISIBLE, params)


async def one(db: Executor, org_id: str, id: str, *, lock: bool = False) -> ViewRow | None:
    """A view, whoever sees it."""
    return await db.fetch_one(ONE_LOCKED if lock else ONE, {"org_id": org_id, "id": id})


async def is_named(tx: Transaction, org_id: str, row: ViewRow) -> bool:
    """Whether another view of the same list and owner has the name of ``row``."""
    params = {
        "org_id": org_id,
        "list": row.list,
        "member_id": row.owner_id,
        "name_key": row.name_key,
        "id": row.id,
    }
    return await tx.fetch_one(NAMED, params) is not None


async def used(tx: Transaction, org_id: str, member_id: str) -> Used:
    """How many views there are, of those that count for the limits."""
    found = await tx.fetch_one(USED, {"org_id": org_id, "member_id": member_id})
    assert found is not None
    return found


async def insert(tx: Transaction, org_id: str, row: ViewRow) -> None:
    """Insert a view."""
    await tx.execute(INSERT, {"org_id": org_id, **msgspec.structs.asdict(row)})


async def save(tx: Transaction, org_id: str, row: ViewRow) -> None:
    """Store a changed view."""
    values = {name: getattr(row, name) for name in _CHANGEABLE}
    await tx.execute(UPDATE, {"in_org": org_id, "of_id": row.id, **values})


async def delete_one(tx: Transaction, org_id: str, id: str) -> None:
    """Remove a view, also from all whose list opens with it."""
    await forget_defaults(tx, org_id, id)
    await tx.execute(DELETE, {"org_id": org_id, "id": id})


async def forget_defaults(tx: Transaction, org_id: str, id: str, *, of_others_than: str = "") -> None:
    """Let nobody's list open with a view, unless they are the one person who keeps it."""
    await tx.execute(FORGET_DEFAULTS, {"org_id": org_id, "view_id": id, "keeper_id": of_others_than})


async def default_of(db: Executor, org_id: str, member_id: str, list_key: str) -> str | None:
    """The id or key of the view with which a list opens for a member."""
    return await db.fetch_one(DEFAULT, {"org_id": org_id, "member_id": member_id, "list": list_key})


async def set_default(tx: Transaction, org_id: str, member_id: str, list_key: str, view_id: str) -> None:
    """Let a list open with a view for a member; an empty ``view_id`` with none."""
    params = {"org_id": org_id, "member_id": member_id, "list": list_key}
    if view_id:
        await tx.execute(SET_DEFAULT, {**params, "view_id": view_id})
    else:
        await tx.execute(UNSET_DEFAULT, params)


async def opens_for_others(db: Executor, org_id: str, member_id: str, view_id: str) -> int:
    """For how many others a list opens with a view."""
    params = {"org_id": org_id, "view_id": view_id, "member_id": member_id}
    return await db.fetch_one(OPENS_FOR, params) or 0
