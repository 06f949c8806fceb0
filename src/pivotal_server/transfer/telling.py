"""The one message to whoever started a long act, in place of one for each row (APP-IMP-7, APP-BULK-4)."""

from collections.abc import Mapping

from pivotal_server.jobs.running import Run
from pivotal_server.members import service as members
from pivotal_server.notifications import preferences
from pivotal_server.notifications import service as notifications
from pivotal_server.notifications import service_notices as notices
from pivotal_server.unit_of_work import UnitOfWork

KIND = "import_finished"
"""Kind of the notice and of the mail on an import."""


def run_url(id: str) -> str:
    """The page of an import under way or done."""
    return f"/customers/import/runs/{id}"


async def tell_of_end(
    uow: UnitOfWork,
    run: Run,
    what: str,
    counts: Mapping[str, int],
    *,
    canceled: bool,
    kind: str = KIND,
    url: str,
) -> None:
    """A notice and a mail to the member who started ``what``; none when they are gone or it was a program."""
    if run.actor.type != "member":
        return
    found = await members.by_ids(uow.tx, uow.org_id, [run.actor.id])
    member = found.get(run.actor.id)
    if member is None or not member.active:
        return
    title = f"{what[:1].upper()}{what[1:]} {'was canceled' if canceled else 'is done'}"
    names = [name for name in counts if name not in ("total", "processed") and counts[name]]
    body = ", ".join(f"{counts[name]:,} {name}" for name in names) or "Nothing changed"
    await notices.tell(uow, [member.id], kind=kind, title=title, body=body, url=url)
    if not await preferences.wanted_by_mail(uow.tx, uow.org_id, member.id, kind):
        return
    address = f"{run.services.config.public_url}{url}"
    await notifications.keep_mail(
        uow,
        run.services.box,
        kind=kind,
        recipient=member.email,
        subject=title,
        body=f"{body}.\n\n{address}\n",
    )
