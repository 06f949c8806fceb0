"""What a preview of templates shows: each task with who and when, and what is skipped (ONB-TPL-6)."""

from collections.abc import Sequence

from pivotal_server.members import service as members
from pivotal_server.onboardings.views_ask import Listing
from pivotal_server.templates.applying import Applied
from pivotal_server.web.formats import count, short_day
from pivotal_server.web.session import Visit


async def preview_of(visit: Visit, applied: Sequence[Applied], title: str = "") -> tuple[Listing, ...]:
    """The lists of a preview; ``title`` is that of the tasks which come, behind how many they are."""
    rows = [row for one in applied for row in one.created]
    skips = [skip for one in applied for skip in one.skipped]
    team = await members.by_ids(visit.db, visit.org_id, [row.assignee_id for row in rows])

    def note(id: str | None) -> str:
        member = team.get(id)
        return "nobody" if id is None else member.name if member else "the customer"

    created = tuple(
        (
            row.title,
            note(row.assignee_id)
            + ("" if row.due_date is None else f", {short_day(row.due_date, visit.frame)}"),
        )
        for row in rows
    )
    lists = [Listing(f"{count(len(created), 'task')} {title or 'to add'}", created)]
    if skips:
        lists.append(Listing(f"{len(skips)} skipped", tuple((one.title, one.reason) for one in skips)))
    return tuple(lists)
