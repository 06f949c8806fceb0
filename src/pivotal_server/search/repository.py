"""SQL of what search looks in: one row for each record that can be found."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    bindparam,
    case,
    delete,
    func,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from pivotal_server.db.engine import Executor, Transaction
from pivotal_server.db.statements import Statement, any_of, columns_of
from pivotal_server.db.tables import contacts, search_rows, tasks

MOST_CONTACTS = 100
"""Contacts of a customer by which the customer itself is found: the first ones."""
_MOST_LETTERS = MOST_CONTACTS * 40


class SearchRow(msgspec.Struct, frozen=True, kw_only=True):
    """What a record is found by: texts as runs of folded words (``words.run_of``).

    ``more`` holds what is found by free text alone; ``words`` all of it, with the word of the scope.
    """

    object_id: str
    kind: str
    customer_id: str
    name: str
    domain: str = ""
    slug: str = ""
    email: str = ""
    contact: str = ""
    title: str = ""
    fields: str = ""
    more: str = ""
    words: str


@cache
def scope_word(org_id: str, kind: str) -> str:
    """The word that every row of a kind in a workspace holds; nobody can type it."""
    letters = "".join(c for c in org_id.lower() if c.isalnum())
    return f"_{kind[:2]}{letters}"


_R = search_rows.c
_ORG = _R.org_id == bindparam("org_id")
_IN_ORG = _R.org_id == bindparam("in_org")
# A row's number is the moment of its change; on SQLite, where it names the row in the full-text index, it is
# also higher than any before.
_AT = bindparam("at", type_=BigInteger())
_HIGHEST: ColumnElement[int] = literal_column(
    "(SELECT coalesce(max(seq), 0) + 1 FROM search_rows)", BigInteger()
)
_IN_SQLITE, _IN_POSTGRESQL = func.max(_AT, _HIGHEST), _AT
_CHANGED = [name for name in SearchRow.__struct_fields__ if name not in ("object_id", "kind")]


def _joined(*parts: ColumnElement[Any]) -> ColumnElement[Any]:
    whole = parts[0]
    for part in parts[1:]:
        whole = whole + " " + part
    return whole


def _text(name: str) -> ColumnElement[Any]:
    return bindparam(name, type_=_R.words.type)


def _put(insert: Any, number: Any, computed: dict[str, ColumnElement[Any]] | None = None) -> Any:
    names = ["org_id", *SearchRow.__struct_fields__]
    values = {name: bindparam(name, type_=_R[name].type) for name in names}
    made = insert(search_rows).values({**values, "seq": number, **(computed or {})})
    return made.on_conflict_do_update(
        index_elements=["org_id", "object_id"],
        set_={name: getattr(made.excluded, name) for name in ("seq", *_CHANGED)},
    )


PUT = Statement.write(_put(sqlite.insert, _IN_SQLITE), postgresql=_put(postgresql.insert, _IN_POSTGRESQL))
# An onboarding is also found by the name of its customer, whose row stands there already.
_HOME = search_rows.alias("home")
_HOME_NAME = func.coalesce(
    select(_HOME.c.name)
    .where(_HOME.c.org_id == bindparam("org_id"), _HOME.c.object_id == bindparam("customer_id"))
    .scalar_subquery(),
    "",
    type_=_R.words.type,
)
_WITH_HOME = {"more": _HOME_NAME, "words": _joined(_text("words"), _HOME_NAME)}
PUT_AT_HOME = Statement.write(
    _put(sqlite.insert, _IN_SQLITE, _WITH_HOME),
    postgresql=_put(postgresql.insert, _IN_POSTGRESQL, _WITH_HOME),
)


def _rename_home(number: Any) -> Any:
    name = _text("home_name")
    return (
        update(search_rows)
        .where(_IN_ORG, _R.customer_id == bindparam("of_customer"), _R.kind == "onboarding")
        .values(more=name, words=_joined(_R.name, name, _text("scope")), seq=number)
    )


# Many rows may change at once, which on SQLite would all get one number: there they keep theirs.
RENAME_HOME = Statement.write(_rename_home(_R.seq), postgresql=_rename_home(_AT))


def _append(number: Any) -> Any:
    return (
        update(search_rows)
        .where(
            _IN_ORG,
            _R.object_id == bindparam("of_id"),
            func.length(_R.contact) < bindparam("most", type_=BigInteger()),
        )
        .values(
            email=_joined(_R.email, _text("more_email")),
            contact=_joined(_R.contact, _text("more_contact")),
            words=_joined(_R.words, _text("more_contact"), _text("more_email")),
            seq=number,
        )
    )


def _set_contacts(number: Any) -> Any:
    email, contact = _text("all_email"), _text("all_contact")
    slug = case((_R.slug == _R.name, ""), else_=_R.slug)
    words = _joined(_R.name, _R.domain, slug, _R.more, contact, email, _text("scope"))
    return (
        update(search_rows)
        .where(_IN_ORG, _R.object_id == bindparam("of_id"))
        .values(email=email, contact=contact, words=words, seq=number)
    )


APPEND_CONTACT = Statement.write(_append(_IN_SQLITE), postgresql=_append(_IN_POSTGRESQL))
SET_CONTACTS = Statement.write(_set_contacts(_IN_SQLITE), postgresql=_set_contacts(_IN_POSTGRESQL))
CONTACTS = Statement.rows(
    select(contacts.c.name, contacts.c.email)
    .where(
        contacts.c.org_id == bindparam("org_id"),
        contacts.c.customer_id == bindparam("customer_id"),
        contacts.c.deleted_at.is_(None),
    )
    .order_by(contacts.c.created_at)
    .limit(MOST_CONTACTS)
)
_AMONG = any_of(_R.object_id, "ids")
NUMBERED = Statement.rows(select(_R.seq, _R.object_id).where(_ORG, _AMONG).order_by(_R.seq))
ROWS = Statement.rows(select(*columns_of(SearchRow, search_rows)).where(_ORG, _AMONG))
REMOVE_ONE = Statement.write(delete(search_rows).where(_ORG, _R.object_id == bindparam("id")))
REMOVE = Statement.write(delete(search_rows).where(_ORG, any_of(_R.object_id, "ids")))
REMOVE_OF_CUSTOMER = Statement.write(
    delete(search_rows).where(_ORG, _R.customer_id == bindparam("customer_id"))
)
_OF_ORG = tasks.c.org_id == bindparam("org_id")
REMOVE_TASKS_OF = {
    "onboarding": Statement.write(
        delete(search_rows).where(
            _ORG,
            _R.object_id.in_(select(tasks.c.id).where(_OF_ORG, tasks.c.onboarding_id == bindparam("id"))),
        )
    ),
    "task": Statement.write(
        delete(search_rows).where(
            _ORG,
            _R.object_id.in_(select(tasks.c.id).where(_OF_ORG, tasks.c.parent_task_id == bindparam("id"))),
        )
    ),
}
EMPTY = Statement.write(delete(search_rows).where(_ORG))


async def put(
    tx: Transaction, org_id: str, at: int, rows: Sequence[SearchRow], *, fresh: bool = False
) -> None:
    """Write rows, in place of those of the same records. ``at``: the moment in microseconds.

    ``fresh``: there are none of these records.
    """
    if len(rows) > 1 and not fresh:
        await _take_out(tx, org_id, [row.object_id for row in rows])
    plain = [_values(org_id, at, row) for row in rows if row.kind != "onboarding"]
    at_home = [_values(org_id, at, row) for row in rows if row.kind == "onboarding"]
    for statement, values in ((PUT, plain), (PUT_AT_HOME, at_home)):
        if len(values) == 1:
            await tx.execute(statement, values[0])
        elif values:
            await tx.execute_many(statement, values)


async def _take_out(tx: Transaction, org_id: str, ids: Sequence[str]) -> None:
    """Remove the rows of these records in the order of their numbers.

    The full-text index of SQLite begins a new segment whenever a number is lower than the one before, as it
    is with each row that is replaced in its place. Removed first, and in order, many cost what one does.
    """
    found = await tx.fetch_all(NUMBERED, {"org_id": org_id, "ids": ids})
    if found:
        await tx.execute_many(REMOVE_ONE, [{"org_id": org_id, "id": id} for _, id in found])


def _values(org_id: str, at: int, row: SearchRow) -> dict[str, Any]:
    return {"org_id": org_id, "at": at, **msgspec.structs.asdict(row)}


async def rename_home(tx: Transaction, org_id: str, at: int, customer_id: str, name: str) -> None:
    """Let the onboardings of a customer be found by its new name."""
    params = {"in_org": org_id, "of_customer": customer_id, "at": at, "home_name": name}
    await tx.execute(RENAME_HOME, {**params, "scope": scope_word(org_id, "onboarding")})


async def append_contacts(
    tx: Transaction, org_id: str, at: int, added: Sequence[tuple[str, str, str]]
) -> None:
    """Let customers be found by further contacts (customer, name, address), unless they have very many."""
    if len(added) == 1:
        [(customer_id, contact, email)] = added
        params = {"in_org": org_id, "at": at, "most": _MOST_LETTERS, "of_id": customer_id}
        await tx.execute(APPEND_CONTACT, {**params, "more_contact": contact, "more_email": email})
    elif added:
        ids = sorted({customer_id for customer_id, _, _ in added})
        names = SearchRow.__struct_fields__
        found = await tx.fetch_all(ROWS, {"org_id": org_id, "ids": ids})
        rows = {row[0]: SearchRow(**dict(zip(names, row, strict=True))) for row in found}
        for customer_id, contact, email in added:
            row = rows.get(customer_id)
            if row is not None and len(row.contact) < _MOST_LETTERS:
                rows[customer_id] = msgspec.structs.replace(
                    row,
                    contact=f"{row.contact} {contact}",
                    email=f"{row.email} {email}",
                    words=f"{row.words} {contact} {email}",
                )
        await put(tx, org_id, at, list(rows.values()))


async def contacts_of(db: Executor, org_id: str, customer_id: str) -> list[tuple[str, str]]:
    """Name and address of the contacts by which a customer is found."""
    found = await db.fetch_all(CONTACTS, {"org_id": org_id, "customer_id": customer_id})
    return [(name, email) for name, email in found]


async def set_contacts(
    tx: Transaction, org_id: str, at: int, customer_id: str, contact: str, email: str
) -> None:
    """Let a customer be found by these contacts and no others."""
    params = {"in_org": org_id, "of_id": customer_id, "at": at, "scope": scope_word(org_id, "customer")}
    await tx.execute(SET_CONTACTS, {**params, "all_contact": contact, "all_email": email})


async def remove(tx: Transaction, org_id: str, ids: Sequence[str]) -> None:
    """Let these records be found no more."""
    await tx.execute(REMOVE, {"org_id": org_id, "ids": ids})


async def remove_of_customer(tx: Transaction, org_id: str, customer_id: str) -> None:
    """Let a customer and everything of it be found no more."""
    await tx.execute(REMOVE_OF_CUSTOMER, {"org_id": org_id, "customer_id": customer_id})


async def remove_tasks_of(tx: Transaction, org_id: str, kind: str, id: str) -> None:
    """Let the tasks of an onboarding, or the subtasks of a task, be found no more."""
    await tx.execute(REMOVE_TASKS_OF[kind], {"org_id": org_id, "id": id})


async def empty(tx: Transaction, org_id: str) -> None:
    """Remove every row of a workspace."""
    await tx.execute(EMPTY, {"org_id": org_id})
