"""Who sees a customer, written once for every list, count and search (APP-ACC-1)."""

from sqlalchemy import BindParameter, ColumnElement, FromClause, bindparam, exists, or_

from pivotal_server.db.tables import onboardings, tasks

_ME: BindParameter[str] = bindparam("visible_to")


def visible_to(
    org_id: ColumnElement[str],
    customer_id: ColumnElement[str],
    owner_id: ColumnElement[str | None],
    theirs: FromClause = onboardings,
) -> ColumnElement[bool]:
    """The rule for people who do not see all customers, bound to the member ``visible_to``.

    They own the customer, have a task there, or a staff role on one of its onboardings. A
    statement that reads onboardings itself hands in an alias, ``theirs``, for the last.
    """
    own_task = (
        exists()
        .where(
            tasks.c.org_id == org_id,
            tasks.c.assignee_id == _ME,
            tasks.c.customer_id == customer_id,
            tasks.c.deleted_at.is_(None),
        )
        # Tasks may also be what is searched.
        .correlate_except(tasks)
    )
    own_role = exists().where(
        theirs.c.org_id == org_id,
        theirs.c.customer_id == customer_id,
        theirs.c.deleted_at.is_(None),
        or_(
            theirs.c.csm_id == _ME,
            theirs.c.se_id == _ME,
            theirs.c.designer_id == _ME,
            theirs.c.product_ops_id == _ME,
        ),
    )
    return or_(owner_id == _ME, own_task, own_role)
