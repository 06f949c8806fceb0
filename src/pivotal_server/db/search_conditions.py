"""The conditions that the grammar of search can set, by kind of record.

Every kind is read beside its customer, so that what holds of the customer can be asked of all of it. The
names of conditions and of what they bind begin with ``q_``, so that lists can have them beside their filters.
"""

from collections.abc import Mapping
from typing import Any, Literal

from sqlalchemy import (
    BindParameter,
    Boolean,
    Column,
    ColumnElement,
    FromClause,
    Table,
    and_,
    bindparam,
    case,
    exists,
    func,
    not_,
    or_,
    type_coerce,
)
from sqlalchemy.types import Float, Text

from pivotal_server.db.elements import JsonNumber, JsonText, MatchesGroups
from pivotal_server.db.statements import any_of
from pivotal_server.db.tables import (
    activity,
    attachments,
    comments,
    contacts,
    customer_tags,
    customers,
    onboardings,
    search_rows,
    task_dependencies,
    tasks,
)
from pivotal_server.db.visibility import visible_to

Kind = Literal["customer", "contact", "onboarding", "task"]
Conditions = dict[str, ColumnElement[bool]]
PREFIX = "q_"
SEEN = "_seen"
"""Ends the name of a condition on other customers: those alone that the member ``visible_to`` sees."""
SLOTS = 3
"""How many conditions on tags, and on numbers and on days in custom fields, one query may have."""

R, C, P, O, T = search_rows.c, customers.c, contacts.c, onboardings.c, tasks.c  # noqa: E741 - one letter a table
_OPEN = tasks.alias("predecessor")
_TWIN = customers.alias("twin")


def _bound(name: str, type_: Any = None) -> BindParameter[Any]:
    return bindparam(PREFIX + name, type_=type_)


def _any(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    return any_of(column, PREFIX + name)


def matches_groups(column: ColumnElement[Any], bound: str) -> ColumnElement[bool]:
    """The words of ``column`` fit one pattern at least of each group bound under that name."""
    return MatchesGroups(column, _bound(bound, Text()))


def _text(name: str, column: ColumnElement[Any]) -> Conditions:
    return {
        f"in_{name}": matches_groups(column, f"in_{name}"),
        f"out_{name}": not_(matches_groups(column, f"out_{name}")),
    }


# ── Values ─────────────────────────────────────────────────────────────────────────────────────
def _one_of(name: str, value: ColumnElement[Any]) -> Conditions:
    """One, or none, of the given values; empty stands for none at all."""
    known = func.coalesce(value, "", type_=Text())
    return {name: _any(known, name), f"{name}!": not_(_any(known, f"{name}!"))}


def _related(name: str, some: Any, value: ColumnElement[Any]) -> Conditions:
    """The same for what records may have several of: at least one row of ``some`` has the value."""
    known = func.coalesce(value, "", type_=Text())
    return {
        name: some.where(_any(known, name)),
        f"{name}!": not_(some.where(_any(known, f"{name}!"))),
    }


def _between(name: str, value: ColumnElement[Any]) -> Conditions:
    low, high = (_bound(f"{name}_{end}", value.type) for end in ("min", "max"))
    not_low, not_high = (_bound(f"{name}!_{end}", value.type) for end in ("min", "max"))
    return {
        name: and_(value >= low, value <= high),
        f"{name}!": or_(value.is_(None), value < not_low, value > not_high),
        f"{name}_any": value.is_not(None),
        f"{name}_none": value.is_(None),
    }


def _flag(name: str, holds: ColumnElement[bool]) -> Conditions:
    return {name: holds, f"{name}!": not_(func.coalesce(holds, False, type_=Boolean()))}


def _me(*columns: Column[Any]) -> ColumnElement[bool]:
    return or_(*(func.coalesce(column == _bound("me"), False, type_=Boolean()) for column in columns))


# ── What belongs to a customer ─────────────────────────────────────────────────────────────────
def _of(table: Table, *conditions: ColumnElement[bool]) -> Any:
    live = [table.c.deleted_at.is_(None)] if "deleted_at" in table.c else []
    found = exists().where(table.c.org_id == C.org_id, table.c.customer_id == C.id, *live, *conditions)
    # The table may also be the one that is searched.
    return found.correlate(customers)


_OPEN_PLAN = _of(onboardings, O.state != "done")
_TO_LAUNCH = _of(onboardings, O.state != "done", O.launched_at.is_(None))
_STAFF = (O.csm_id, O.se_id, O.designer_id, O.product_ops_id)
_TAG = _of(customer_tags)
_DONE_BY_PEOPLE = _of(activity, activity.c.origin.not_in(("system", "sync")))
_BUCKET = case(
    (C.health_score >= 70, "healthy"),
    (C.health_score >= 40, "watch"),
    (C.health_score >= 0, "at_risk"),
    else_="none",
)

_EVERY: Conditions = {
    **_text("words", R.words),
    **_one_of("status", C.status),
    **_one_of("plan", func.lower(C.plan)),
    **_one_of("bucket", _BUCKET),
    **_one_of("owner", C.owner_id),
    **_between("health", type_coerce(C.health_score, Float(53))),
    **_between("mrr", C.mrr),
    **_between("monthly_orders", C.monthly_orders),
    **{f"tag_{n}": _TAG.where(_any(customer_tags.c.tag, f"tag_{n}")) for n in range(1, SLOTS + 1)},
    "tag!": not_(_TAG.where(_any(customer_tags.c.tag, "tag!"))),
    # The newest act lies in the stretch: one at its beginning or later, none after its end.
    "activity": and_(
        _DONE_BY_PEOPLE.where(activity.c.created_at >= _bound("activity_min")),
        not_(_DONE_BY_PEOPLE.where(activity.c.created_at >= _bound("activity_max"))),
    ),
    "activity!": or_(
        not_(_DONE_BY_PEOPLE.where(activity.c.created_at >= _bound("activity!_min"))),
        _DONE_BY_PEOPLE.where(activity.c.created_at >= _bound("activity!_max")),
    ),
    "activity_any": _DONE_BY_PEOPLE,
    "activity_none": not_(_DONE_BY_PEOPLE),
    **_flag("is_churned", C.status == "churned"),
    **_flag("is_archived", C.status == "archived"),
    "not_archived": C.status != "archived",
}


def _own(table: Table) -> Conditions:
    """What every kind has of its own."""
    c = table.c
    return {
        "number": _any(c.display_id, "number"),
        "number!": not_(_any(c.display_id, "number!")),
        **_one_of("external_id", c.external_id),
        **_between("created", c.created_at),
        **_between("updated", c.updated_at),
        **_flag("is_test", ~c.livemode),
    }


def _commented(place: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(comments.c.org_id == C.org_id, comments.c.deleted_at.is_(None), place)


def _plan_conditions() -> Conditions:
    """What is asked of an onboarding."""
    lane = case(
        (O.target_launch_date.is_(None), "none"),
        (O.target_launch_date <= _bound("week_end", O.target_launch_date.type), "this_week"),
        (O.target_launch_date <= _bound("next_week_end", O.target_launch_date.type), "next_week"),
        else_="later",
    )
    running = and_(O.state.in_(("active", "waiting", "at_risk")), O.launched_at.is_(None))
    return {
        **_one_of("state", O.state),
        **_one_of("phase", O.phase),
        **_one_of("csm", O.csm_id),
        **_between("launch", O.target_launch_date),
        "lane": and_(running, _any(lane, "lane")),
        "lane!": not_(and_(running, _any(lane, "lane!"))),
        **_flag("has_target", O.target_launch_date.is_not(None)),
        **_flag("is_mine", _me(C.owner_id, *_STAFF)),
    }


_TODAY = _bound("today", O.target_launch_date.type)
_LATE_LAUNCH = and_(O.state != "done", O.launched_at.is_(None), O.target_launch_date < _TODAY)
_LOCKED = and_(
    ~T.done,
    exists().where(
        task_dependencies.c.org_id == T.org_id,
        task_dependencies.c.task_id == T.id,
        _OPEN.c.org_id == task_dependencies.c.org_id,
        _OPEN.c.id == task_dependencies.c.depends_on_id,
        ~_OPEN.c.done,
        _OPEN.c.deleted_at.is_(None),
    ),
)
_LAUNCH = _of(
    onboardings,
    O.state != "done",
    O.launched_at.is_(None),
    O.target_launch_date >= _bound("launch_min", O.target_launch_date.type),
    O.target_launch_date <= _bound("launch_max", O.target_launch_date.type),
)
_NOT_LAUNCH = _of(
    onboardings,
    O.state != "done",
    O.launched_at.is_(None),
    O.target_launch_date >= _bound("launch!_min", O.target_launch_date.type),
    O.target_launch_date <= _bound("launch!_max", O.target_launch_date.type),
)
_TARGET = _TO_LAUNCH.where(O.target_launch_date.is_not(None))

_SHARES = exists().where(
    _TWIN.c.org_id == C.org_id,
    _TWIN.c.domain == C.domain,
    _TWIN.c.id != C.id,
    _TWIN.c.deleted_at.is_(None),
)

_ALL: Mapping[Kind, Conditions] = {
    "customer": {
        **_EVERY,
        **_own(customers),
        **{
            name: one
            for text in ("name", "domain", "slug", "email", "contact", "fields")
            for name, one in _text(text, R[text]).items()
        },
        **_related("state", _of(onboardings), O.state),
        **_related("phase", _OPEN_PLAN, O.phase),
        **_related("csm", _OPEN_PLAN, O.csm_id),
        "launch": _LAUNCH,
        "launch!": not_(_NOT_LAUNCH),
        "launch_any": _TARGET,
        "launch_none": not_(_TARGET),
        **{
            f"custom_number_{n}": JsonNumber(C.custom_fields, _bound(f"custom_number_{n}", Text())).between(
                _bound(f"custom_number_{n}_min", Float(53)),
                _bound(f"custom_number_{n}_max", Float(53)),
            )
            for n in range(1, SLOTS + 1)
        },
        **{
            f"custom_date_{n}": JsonText(C.custom_fields, _bound(f"custom_date_{n}", Text())).between(
                _bound(f"custom_date_{n}_min", Text()), _bound(f"custom_date_{n}_max", Text())
            )
            for n in range(1, SLOTS + 1)
        },
        **_flag("is_mine", or_(_me(C.owner_id), _of(onboardings, _me(*_STAFF)))),
        **_flag("is_open", _OPEN_PLAN),
        **_flag("is_unassigned", C.owner_id.is_(None)),
        **_flag("is_duplicate", _SHARES),
        **_flag(
            f"is_duplicate{SEEN}", _SHARES.where(visible_to(_TWIN.c.org_id, _TWIN.c.id, _TWIN.c.owner_id))
        ),
        **_flag("has_onboarding", _of(onboardings)),
        **_flag("has_primary", _of(contacts, P.is_primary)),
        **_flag("has_target", _TARGET),
        **_flag(
            "has_comments",
            _commented(and_(comments.c.customer_id == C.id, comments.c.onboarding_id.is_(None))),
        ),
    },
    "contact": {
        **_EVERY,
        **_own(contacts),
        **{
            name: one
            for text in ("name", "email", "contact", "title")
            for name, one in _text(text, R[text]).items()
        },
        **_flag("is_mine", or_(_me(C.owner_id), _of(onboardings, _me(*_STAFF)))),
        **_flag("has_primary", P.is_primary),
        **_flag("is_archived", or_(P.archived, C.status == "archived")),
        "not_archived": and_(~P.archived, C.status != "archived"),
    },
    "onboarding": {
        **_EVERY,
        **_own(onboardings),
        **_text("name", R.name),
        **_plan_conditions(),
        **_flag("is_open", O.state != "done"),
        **_flag("is_done", O.state == "done"),
        **_flag("is_overdue", _LATE_LAUNCH),
        **_flag("is_unassigned", O.csm_id.is_(None)),
        **_flag(
            "has_comments", _commented(and_(comments.c.onboarding_id == O.id, comments.c.task_id.is_(None)))
        ),
    },
    "task": {
        **_EVERY,
        **_own(tasks),
        **_text("name", R.name),
        **_text("title", R.name),
        **_plan_conditions(),
        **_one_of("phase", T.phase),
        **_one_of("assignee", T.assignee_id),
        **_between("due", T.due_date),
        **_flag("is_mine", _me(C.owner_id, *_STAFF, T.assignee_id)),
        **_flag("is_open", ~T.done),
        **_flag("is_done", T.done),
        **_flag("is_overdue", and_(~T.done, T.due_date < _TODAY)),
        **_flag("is_locked", _LOCKED),
        **_flag("is_orphaned", T.orphaned),
        **_flag("is_unassigned", and_(~T.done, T.assignee_id.is_(None))),
        **_flag("is_customer_facing", T.customer_facing),
        **_flag("has_comments", _commented(comments.c.task_id == T.id)),
        **_flag(
            "has_files",
            exists().where(
                attachments.c.org_id == T.org_id,
                attachments.c.task_id == T.id,
                attachments.c.deleted_at.is_(None),
            ),
        ),
    },
}
CONDITIONS: Mapping[Kind, Conditions] = {
    kind: {PREFIX + name: condition for name, condition in known.items()} for kind, known in _ALL.items()
}
"""What may be asked of each kind."""
OF_CUSTOMER = frozenset(
    PREFIX + name for name in _EVERY if not name.startswith(("in_", "out_")) and name != "not_archived"
)
"""What is asked of the customer, whatever kind of record is searched."""


def _beside_customer(table: Table) -> FromClause:
    return table.join(customers, and_(C.org_id == table.c.org_id, C.id == table.c.customer_id))


SOURCES: Mapping[Kind, tuple[Table, FromClause]] = {
    "customer": (customers, customers),
    "contact": (contacts, _beside_customer(contacts)),
    "onboarding": (onboardings, _beside_customer(onboardings)),
    "task": (
        tasks,
        _beside_customer(tasks).join(onboardings, and_(O.org_id == T.org_id, O.id == T.onboarding_id)),
    ),
}
"""The table of each kind, and it joined with what its conditions speak of."""


def _in_its_row(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    row = exists().where(R.org_id == C.org_id, R.object_id == C.id, condition)
    return row.correlate(customers)


_OF_ROWS = ("words", "name", "domain", "slug", "email", "contact", "fields")
CUSTOMER_FILTERS: Conditions = {
    **CONDITIONS["customer"],
    **{
        f"{PREFIX}{sign}_{name}": _in_its_row(CONDITIONS["customer"][f"{PREFIX}{sign}_{name}"])
        for sign in ("in", "out")
        for name in _OF_ROWS
    },
    # The customers that a full-text index has found, when they are few.
    f"{PREFIX}ids": any_of(C.id, f"{PREFIX}ids"),
}
"""The same conditions for lists of customers, which are read without their search rows."""


def standing(kind: Kind) -> list[ColumnElement[bool]]:
    """What holds of every record that can be found: neither it nor its customer is deleted."""
    table, _ = SOURCES[kind]
    return [table.c.deleted_at.is_(None), *([] if kind == "customer" else [C.deleted_at.is_(None)])]
