"""Whom a comment tells: those it mentions, and those who are responsible for its thread (ONB-COM-2, -3)."""

from collections.abc import Sequence

from pivotal_server.activity.entries import Change
from pivotal_server.comments.repository import CommentRow
from pivotal_server.customers import access
from pivotal_server.customers import service as customers
from pivotal_server.members import service as members
from pivotal_server.notifications.telling import PlaceRow
from pivotal_server.unit_of_work import UnitOfWork
from pivotal_server.workspaces import service as workspaces


async def tell_of_comment(uow: UnitOfWork, row: CommentRow, mentions: Sequence[str], *, new: bool) -> None:
    """Tell the members among ``mentions``, and of a ``new`` comment those of its thread.

    Whoever does not see the customer is not told, which the stream says.
    """
    who = uow.actor.label
    if new and row.onboarding_id is not None:
        uow.tell(
            "comment_added",
            title=f"{who} wrote a comment",
            onboarding_id=row.onboarding_id,
            csm=True,
            owner=uow.actor.type == "contact",
            parent_id=row.task_id or "",
        )
    if not mentions:
        return
    found = await members.by_ids(uow.tx, uow.org_id, mentions)
    if not found:
        return
    settings = workspaces.access_settings(await workspaces.get_workspace(uow.tx, uow.org_id))
    told = []
    for member in found.values():
        if await access.sees(uow.tx, uow.org_id, row.customer_id, member, settings):
            told.append(member.id)
            continue
        uow.record(
            "notification.skipped",
            target=("member", member.id, member.display_id),
            customer_id=row.customer_id,
            onboarding_id=row.onboarding_id,
            task_id=row.task_id,
            diff=[Change("notice", None, "mention")],
            reason="no_access",
            livemode=row.livemode,
        )
    uow.tell(
        "mention",
        title=f"{who} mentioned you",
        onboarding_id=row.onboarding_id or "",
        members=tuple(told),
        place=None if row.onboarding_id is not None else await _of_customer(uow, row),
    )


async def _of_customer(uow: UnitOfWork, row: CommentRow) -> PlaceRow:
    """The customer itself as the place of a notice."""
    customer = await customers.get_customer(uow.tx, uow.org_id, row.customer_id)
    return PlaceRow(
        id=customer.id,
        display_id=customer.display_id,
        name=customer.name,
        state="active",
        csm_id=None,
        owner_id=customer.owner_id,
        customer_id=customer.id,
        customer_name="",
        livemode=customer.livemode,
    )
