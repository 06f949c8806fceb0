"""The answer of a page to an act on many rows."""

from collections.abc import Sequence

import msgspec
from starlette.responses import Response

from pivotal_server.bulk.rows import Asked, Done, Outcome, Rows, Sight, act_on
from pivotal_server.bulk.running import job_url
from pivotal_server.rest.idempotency import once
from pivotal_server.unit_of_work import UnitOfWork
from pivotal_server.web.formats import count
from pivotal_server.web.htmx import go_to, saved
from pivotal_server.web.session import Visit


async def answered(
    visit: Visit, rows: Rows, asked: Asked, sight: Sight, *, verb: str, back: str, refresh: Sequence[str]
) -> Response:
    """Do what is asked, once for each showing of the form, and say what became of it; or show the job.

    ``verb`` is what has been done to the rows, such as "moved". ``back`` is where browsers without scripts
    go on; ``refresh`` what others ask for again.
    """

    async def work(uow: UnitOfWork) -> str:
        return msgspec.json.encode(await act_on(uow, rows, asked, sight)).decode()

    async with visit.work() as uow:
        done = msgspec.json.decode(
            await once(uow, visit.request.url.path, visit.fields.submission, work), type=Done
        )
    if done.outcome is None:
        return go_to(visit.request, job_url(done.job_id))
    toast = f"{count(done.outcome.changed, rows.noun)} {verb}"
    return saved(visit.request, back, toast=toast, detail=_skipped(rows, done.outcome), refresh=refresh)


def _skipped(rows: Rows, outcome: Outcome) -> str:
    if not outcome.skipped:
        return ""
    reasons = "; ".join(f"{one.title}: {one.reason}" for one in outcome.skipped[:3])
    return f"{count(len(outcome.skipped), rows.noun)} skipped. {reasons}"
