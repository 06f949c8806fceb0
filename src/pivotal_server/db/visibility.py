"""Who sees a customer, written once for every list, count and search (APP-ACC-1)."""

from sqlalchemy import BindParameter, ColumnElement, bindparam, exists, or_

from pivotal_server.db.tables import access_grants, onboardings, tasks

# Names of their own, so that a statement may read the same tables for itself.
_STAFFED, _ASSIGNED = onboardings.alias("staffed").c, tasks.alias("assigned").c
_GIVEN = access_grants.alias("given").c
_ME: BindParameter[str] = bindparam("visible_to")


def visible_to(
    org_id: ColumnElement[str],
    customer_id: ColumnElement[str],
    owner_id: ColumnElement[str | None],
) -> ColumnElement[bool]:
    """The rule for people who do not see all customers, bound to the member ``visible_to``.

    They own the customer, have a task there, a staff role on one of its onboardings, or were given access.
    """
    own_task = exists().where(
        _ASSIGNED.org_id == org_id,
        _ASSIGNED.assignee_id == _ME,
        _ASSIGNED.customer_id == customer_id,
        _ASSIGNED.deleted_at.is_(None),
    )
    own_role = exists().where(
        _STAFFED.org_id == org_id,
        _STAFFED.customer_id == customer_id,
        _STAFFED.deleted_at.is_(None),
        or_(
            _STAFFED.csm_id == _ME,
            _STAFFED.se_id == _ME,
            _STAFFED.designer_id == _ME,
            _STAFFED.product_ops_id == _ME,
        ),
    )
    given = exists().where(
        _GIVEN.org_id == org_id, _GIVEN.customer_id == customer_id, _GIVEN.member_id == _ME
    )
    return or_(owner_id == _ME, given, own_task, own_role)
