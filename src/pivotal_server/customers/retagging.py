"""Renaming, merging and deleting a tag on every customer that carries it, a stretch at a time."""

from datetime import datetime

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from pivotal_server.activity.entries import Change
from pivotal_server.customers import changes, repository
from pivotal_server.customers.checks import check_tags
from pivotal_server.customers.schemas import CustomerUpdate
from pivotal_server.customers.service import get_customer
from pivotal_server.errors_catalogue import INVALID_REFERENCE
from pivotal_server.jobs import service as jobs
from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.ids import cuid
from pivotal_server.tags import service as tags
from pivotal_server.unit_of_work import UnitOfWork

__all__ = ["JOB", "Retag", "begin", "enqueue_rest", "retag_some"]

JOB = "customers.retag"
AT_ONCE = 100
"""Customers that one transaction changes."""
_EVENTS = {"rename": "tag.renamed", "merge": "tag.merged", "delete": "tag.deleted", "field": ""}


class Retag(msgspec.Struct, frozen=True):
    """What becomes of a tag, and how far it has come.

    ``act``: ``rename`` and ``merge`` put ``to`` in its place, ``delete`` takes it away, ``field`` sets the
    boolean custom field with the slug ``field`` and, with ``drops``, takes the tag away. ``after``: the
    ``created_at`` of the last customer looked at. ``changed`` and ``skipped``: how many customers were
    changed, and how many could not be.
    """

    act: str
    tag: str
    bulk_id: str
    to: str | None = None
    field: str | None = None
    drops: bool = True
    after: datetime | None = None
    changed: int = 0
    skipped: int = 0


async def begin(
    uow: UnitOfWork, act: str, tag: str, *, to: str = "", field: str | None = None, drops: bool = True
) -> Retag:
    """What is to be done with a tag that is in use.

    Raises ``invalid_reference`` (field ``tag``) for one that nobody carries, and what a tag is refused with
    (field ``to``): ``too_small``, ``too_big``, ``invalid_string``; ``invalid_reference`` also where ``to``
    would need the other act: a name in use for a rename, one of no tag for a merge.
    """
    if not await tags.uses_of(uow.tx, uow.org_id, tag):
        raise INVALID_REFERENCE(field="tag", name="tag", kind="tag in use")
    named = None
    if act in ("rename", "merge"):
        try:
            [named] = check_tags([to], "to")
        except ApiError as fault:
            raise fault.code(field="to", message=fault.message) from None
        same = named.casefold() == tag.strip().casefold()
        taken = not same and await tags.uses_of(uow.tx, uow.org_id, named) > 0
        if act == "rename" and taken:
            raise INVALID_REFERENCE(
                field="to", message=f"There is a tag {named} already. Merge the two instead"
            )
        if act == "merge" and not taken:
            raise INVALID_REFERENCE(field="to", message="Choose another tag that is in use")
    return Retag(act, tag.strip(), cuid(), named, field, drops)


async def retag_some(uow: UnitOfWork, retag: Retag) -> Retag | None:
    """Change the next customers; what is left to do, or ``None`` at the end, which one entry tells of.

    Each customer is changed as by hand, with its own entry and events; one that refuses is passed over.
    """
    uow.bulk_id = retag.bulk_id
    found = await repository.tagged(uow.tx, uow.org_id, retag.tag.casefold(), retag.after, AT_ONCE)
    changed = skipped = 0
    for id, _ in found:
        try:
            async with uow.step():
                changed += await _retag(uow, id, retag)
        except ApiError:
            skipped += 1
    retag = replace(retag, changed=retag.changed + changed, skipped=retag.skipped + skipped)
    if len(found) == AT_ONCE:
        return replace(retag, after=found[-1][1])
    _tell(uow, retag)
    return None


async def _retag(uow: UnitOfWork, id: str, retag: Retag) -> bool:
    row = await get_customer(uow.tx, uow.org_id, id, lock=True)
    folded = retag.tag.casefold()
    kept: list[str] = msgspec.json.decode(row.tags)
    if retag.to is not None:
        kept = check_tags([retag.to if tag.casefold() == folded else tag for tag in kept], "tags")
    elif retag.drops:
        kept = [tag for tag in kept if tag.casefold() != folded]
    values = {retag.field: True} if retag.field is not None else UNSET
    data = CustomerUpdate(tags=kept, custom_fields=values)
    return await changes.update_customer(uow, row, data) != row


def _tell(uow: UnitOfWork, retag: Retag) -> None:
    event = _EVENTS[retag.act]
    if not event:
        if not retag.drops:
            return
        event = "tag.deleted"
    diff = [Change("tag", retag.tag, retag.to), Change("customers", None, retag.changed)]
    if retag.skipped:
        diff.append(Change("skipped", None, retag.skipped))
    uow.record(event, target=("tag", retag.bulk_id, None), diff=diff, reason=retag.tag)


async def enqueue_rest(uow: UnitOfWork, retag: Retag) -> None:
    """Let a job do what is left; acts on tags run one after the other."""
    await jobs.enqueue(uow, JOB, msgspec.to_builtins(retag), lane="tags")
