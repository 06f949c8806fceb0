"""The background jobs of customers."""

from functools import partial

import msgspec

from pivotal_server.bulk.running import run_rows
from pivotal_server.customers import retagging
from pivotal_server.customers.bulk import ROWS
from pivotal_server.customers.retagging import Retag
from pivotal_server.jobs.kinds import Kind
from pivotal_server.jobs.running import Run


async def retag(run: Run) -> None:
    """What is left of an act on a tag: one stretch a transaction, which carries how far it has come."""
    left = msgspec.convert(run.state or run.payload, Retag)
    while True:
        run.check()
        async with run.unit_of_work() as uow:
            further = await retagging.retag_some(uow, left)
            if further is None:
                await run.complete(uow)
                return
            left = further
            await run.progress(uow, state=msgspec.to_builtins(left))


KINDS = (
    Kind(ROWS.kind, partial(run_rows, rows=ROWS), concurrency=1),
    Kind(retagging.JOB, retag, concurrency=1),
)
