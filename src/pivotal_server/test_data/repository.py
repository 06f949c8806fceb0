"""SQL of what test keys have written: how much of each kind there is, and its rows one stretch at a time."""

from collections.abc import Mapping, Sequence

from msgspec import Struct
from sqlalchemy import BindParameter, ColumnElement, FromClause, Select, Text, and_, bindparam, func, select

from pivotal_server.db.engine import Executor
from pivotal_server.db.statements import Statement
from pivotal_server.db.tables import (
    attachments,
    comments,
    contacts,
    customers,
    files,
    onboardings,
    tasks,
    templates,
)

_ORG: BindParameter[str] = bindparam("org_id")
_C, _P, _O, _T = customers.c, contacts.c, onboardings.c, tasks.c
_W, _A, _F, _M = comments.c, attachments.c, files.c, templates.c


class TestRow(Struct, frozen=True):
    """One row that a test key has written: what it is called, and the text of a comment cut short."""

    # Not a class of tests, whatever its name.
    __test__ = False

    id: str
    name: str


def _of(table: FromClause, parent: FromClause, key: str) -> ColumnElement[bool]:
    return and_(parent.c.org_id == table.c.org_id, parent.c.id == table.c[key])


def _gone(table: FromClause) -> ColumnElement[bool]:
    """The row beside it was deleted; where there is none, it was not."""
    return table.c.deleted_at.is_not(None)


_ON_LIVE_PLACE = (_C.deleted_at.is_(None), ~_gone(onboardings), ~_gone(tasks))
_PLACED_COMMENTS = (
    comments.join(customers, _of(comments, customers, "customer_id"))
    .outerjoin(onboardings, _of(comments, onboardings, "onboarding_id"))
    .outerjoin(tasks, _of(comments, tasks, "task_id"))
)
_PLACED_FILES = (
    attachments.join(files, and_(_F.org_id == _A.org_id, _F.id == _A.id))
    .join(customers, _of(attachments, customers, "customer_id"))
    .outerjoin(onboardings, _of(attachments, onboardings, "onboarding_id"))
    .outerjoin(tasks, _of(attachments, tasks, "task_id"))
    .outerjoin(comments, _of(attachments, comments, "comment_id"))
)


def _rows(
    table: FromClause,
    name: ColumnElement[str],
    source: FromClause | None = None,
    *conditions: ColumnElement[bool],
) -> Select[tuple[str, str]]:
    """The live test rows of a table, in places that are live too."""
    rows = select(table.c.id.label("id"), name.label("name"))
    rows = rows.select_from(table if source is None else source)
    return rows.where(table.c.org_id == _ORG, table.c.deleted_at.is_(None), ~table.c.livemode, *conditions)


# In the order in which they are cleared: what hangs on something goes before it, except for the tasks of an
# onboarding, which go with it.
_ROWS: Mapping[str, Select[tuple[str, str]]] = {
    "comment": _rows(comments, func.substr(_W.body, 1, 80, type_=Text()), _PLACED_COMMENTS, *_ON_LIVE_PLACE),
    "attachment": _rows(attachments, _F.name, _PLACED_FILES, *_ON_LIVE_PLACE, ~_gone(comments)),
    "onboarding": _rows(
        onboardings,
        _O.name,
        onboardings.join(customers, _of(onboardings, customers, "customer_id")),
        _C.deleted_at.is_(None),
    ),
    "task": _rows(
        tasks,
        _T.title,
        tasks.join(customers, _of(tasks, customers, "customer_id")).join(
            onboardings, _of(tasks, onboardings, "onboarding_id")
        ),
        _C.deleted_at.is_(None),
        _O.deleted_at.is_(None),
    ),
    "contact": _rows(
        contacts,
        _P.name,
        contacts.join(customers, _of(contacts, customers, "customer_id")),
        _C.deleted_at.is_(None),
    ),
    "customer": _rows(customers, _C.name),
    "template": _rows(templates, _M.name),
}
KINDS: Sequence[str] = tuple(_ROWS)
"""The kinds of rows, in the order in which they are cleared."""


class Counts(Struct, frozen=True):
    """How many live test rows there are of each kind."""

    comment: int
    attachment: int
    onboarding: int
    task: int
    contact: int
    customer: int
    template: int

    @property
    def total(self) -> int:
        """All of them."""
        return sum(getattr(self, kind) for kind in KINDS)


COUNTS = Statement(
    select(
        *(
            select(func.count()).select_from(rows.subquery(f"{kind}_rows")).scalar_subquery().label(kind)
            for kind, rows in _ROWS.items()
        )
    ),
    into=Counts,
)
NEXT = {
    kind: Statement(
        (stretch := rows.subquery("stretch"), select(stretch.c.id, stretch.c.name))[1]
        .where(stretch.c.id > bindparam("after", type_=stretch.c.id.type))
        .order_by(stretch.c.id)
        .limit(bindparam("limit")),
        into=TestRow,
    )
    for kind, rows in _ROWS.items()
}


async def counts(db: Executor, org_id: str) -> Counts:
    """How many live test rows there are."""
    found = await db.fetch_one(COUNTS, {"org_id": org_id})
    assert found is not None, "an aggregate has a row"
    return found


async def following(db: Executor, org_id: str, kind: str, after: str, limit: int) -> list[TestRow]:
    """The next live test rows of a kind behind the id ``after``, oldest first."""
    return await db.fetch_all(NEXT[kind], {"org_id": org_id, "after": after, "limit": limit})
