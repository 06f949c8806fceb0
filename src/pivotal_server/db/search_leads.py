"""Conditions that say once more what those of search say, in a way that an index can lead to the few records.

They are for searches through everything, after the records changed last did not answer: a tag that few
customers have is then looked up, and not asked of each of a million tasks.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import BindParameter, Column, ColumnElement, CompoundSelect, Select, bindparam, select, union
from sqlalchemy.types import Text

from pivotal_server.db.search_conditions import CONDITIONS, OF_CUSTOMER, PREFIX, SLOTS, C, Kind, O, P, T
from pivotal_server.db.statements import any_of
from pivotal_server.db.tables import attachments, comments, customer_tags, task_dependencies

_ORG_ID: BindParameter[str] = bindparam("org_id")


def _among(value: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    return any_of(value, PREFIX + name)


def _ids(column: Column[Any], *conditions: ColumnElement[bool]) -> Select[Any]:
    """Values of a column of the workspace, whatever row is being looked at."""
    return select(column).where(column.table.c.org_id == _ORG_ID, *conditions).correlate(None)


_TAGGED = {
    f"tag_{n}": C.id.in_(_ids(customer_tags.c.customer_id, _among(customer_tags.c.tag, f"tag_{n}")))
    for n in range(1, SLOTS + 1)
}
_OWNED = {"owner": _among(C.owner_id, "owner")}
_FILED, _SAID = attachments.c, comments.c
_ME: BindParameter[str] = bindparam(PREFIX + "me", type_=Text())
HOME: Mapping[Kind, Column[Any]] = {
    "customer": C.id,
    "contact": P.customer_id,
    "onboarding": O.customer_id,
    "task": T.customer_id,
}
"""The customer of each kind of record."""


def _mine(kind: Kind) -> CompoundSelect[Any]:
    """The ids of what is a person's own: of a customer they own, with a role of theirs, or given to them."""
    home = HOME[kind]
    parts = [_ids(home.table.c.id, home.in_(_ids(C.id, C.deleted_at.is_(None), C.owner_id == _ME)))]
    at = {"onboarding": O.id, "task": T.onboarding_id}.get(kind, home)
    staffed = O.id if kind in ("onboarding", "task") else O.customer_id
    parts += [
        _ids(at.table.c.id, at.in_(_ids(staffed, O.deleted_at.is_(None), role == _ME)))
        for role in (O.csm_id, O.se_id, O.designer_id, O.product_ops_id)
    ]
    if kind == "task":
        parts.append(_ids(T.id, T.deleted_at.is_(None), T.assignee_id == _ME))
    return union(*parts)


_LEADS: Mapping[Kind, Mapping[str, ColumnElement[bool]]] = {
    "customer": {**_TAGGED, **_OWNED},
    "contact": {},
    "onboarding": {"csm": _among(O.csm_id, "csm")},
    "task": {
        "csm": T.onboarding_id.in_(_ids(O.id, O.deleted_at.is_(None), _among(O.csm_id, "csm"))),
        "assignee": _among(T.assignee_id, "assignee"),
        "is_locked": T.id.in_(_ids(task_dependencies.c.task_id)),
        "has_comments": T.id.in_(_ids(_SAID.task_id, _SAID.task_id.is_not(None), _SAID.deleted_at.is_(None))),
        "has_files": T.id.in_(_ids(_FILED.task_id, _FILED.task_id.is_not(None), _FILED.deleted_at.is_(None))),
    },
}


def leads(kind: Kind, given: frozenset[str], with_none: frozenset[str]) -> list[ColumnElement[bool]]:
    """What leads to the records of a kind that meet the conditions ``given``.

    ``with_none`` are those that also hold of records without a value, which no index leads to.
    """
    able = given - with_none
    own = [one for name, one in _LEADS[kind].items() if PREFIX + name in able]
    if f"{PREFIX}is_mine" in given:
        own.append(HOME[kind].table.c.id.in_(_mine(kind)))
    of_customer = OF_CUSTOMER & given
    if kind == "customer" or not of_customer:
        return own
    wanted = [CONDITIONS["customer"][name] for name in sorted(of_customer)]
    homes = _ids(C.id, C.deleted_at.is_(None), *wanted, *leads("customer", given, with_none))
    return [*own, HOME[kind].in_(homes)]
