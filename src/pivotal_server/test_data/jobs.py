"""The background job that clears what one request would take too long for."""

import msgspec

from pivotal_server.jobs.kinds import Kind
from pivotal_server.jobs.running import Run
from pivotal_server.test_data import service
from pivotal_server.test_data.service import Place


async def clear(run: Run) -> None:
    """The handler: one stretch a transaction, which carries how far it has come."""
    place = msgspec.convert(run.state or run.payload, Place)
    while True:
        run.check()
        async with run.unit_of_work() as uow:
            further = await service.clear_some(uow, place)
            if further is None:
                await run.complete(uow)
                return
            place = further
            await run.progress(uow, state=msgspec.to_builtins(place))


KINDS = (Kind(service.JOB, clear, concurrency=1),)
