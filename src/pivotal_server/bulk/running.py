"""The job that does one act to many rows, block by block, and keeps a file of those that it skipped."""

import asyncio
from typing import Any

import msgspec
from msgspec.structs import replace

from pivotal_server.activity.entries import Change
from pivotal_server.auth.actor import Actor
from pivotal_server.auth.permissions import allows, may_offer
from pivotal_server.bulk.rows import BLOCK, Asked, Rows, begin
from pivotal_server.db.engine import Executor
from pivotal_server.files import service as files
from pivotal_server.jobs import service as jobs
from pivotal_server.jobs.keeping import PARTIAL
from pivotal_server.jobs.kinds import JobCanceled, JobFailed
from pivotal_server.jobs.running import Run
from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.ids import cuid
from pivotal_server.members import service as members
from pivotal_server.notifications import service_notices as notices
from pivotal_server.notifications.telling import Due
from pivotal_server.transfer.errors_file import ErrorFile, Fault
from pivotal_server.transfer.format import CSV, Format
from pivotal_server.transfer.reading import Row
from pivotal_server.transfer.telling import tell_of_end
from pivotal_server.unit_of_work import UnitOfWork
from pivotal_server.workspaces import service as workspaces

_SHAPE = Format(kind=CSV, codec="utf-8-sig", delimiter=",")
_HEADER = ("display_id", "name")


class Place(msgspec.Struct, kw_only=True):
    """Where a job is: the last id (of a filter) or how many ids (of a list), its file of skipped rows, and
    the notices that are due at its end.
    """

    after: str = ""
    errors_id: str = ""
    errors_size: int = 0
    due: dict[str, Due] = {}


def job_url(id: str) -> str:
    """The page on which people follow such a job."""
    return f"/bulk/{id}"


async def actor_now(db: Executor, actor: Actor, capability: str) -> tuple[Actor, dict[str, Any]]:
    """The actor with the role of now, and the filter for what they see.

    Raises ``JobFailed`` for somebody who has left or lost the ``capability``.
    """
    if actor.type != "member" or actor.id is None:
        return actor, {}
    member = (await members.by_ids(db, actor.org_id, [actor.id])).get(actor.id)
    settings = workspaces.access_settings(await workspaces.get_workspace(db, actor.org_id))
    if member is None or not member.active or not may_offer(member.role, capability, settings):
        raise JobFailed("insufficient_role", f"{actor.label} may not do this any more")
    sees_all = allows(member.role, "see_all_customers", settings)
    return replace(actor, role=member.role), {} if sees_all else {"visible_to": actor.id}


async def run_rows(run: Run, rows: Rows) -> None:
    """The handler of the jobs of a list."""
    asked = msgspec.convert(run.payload, Asked)
    actor, sight = await actor_now(run.db, run.actor, rows.capability)
    await _Act(run, rows, asked, actor, sight).work()


class _Act:
    """One run over the rows that are left."""

    def __init__(self, run: Run, rows: Rows, asked: Asked, actor: Actor, sight: dict[str, Any]) -> None:
        self._run = run
        self._rows = rows
        self._asked = asked
        self._actor = actor
        self._sight = sight
        self._place = Place() if run.state is None else msgspec.convert(run.state, Place)
        self._counts = dict(run.counts)
        partial = run.services.files.folder / PARTIAL / f"{run.id}-errors"
        self._errors = ErrorFile(partial, _SHAPE, _HEADER, self._place.errors_size)

    async def work(self) -> None:
        """Do it to the end, or until the job is cancelled or given back."""
        try:
            while ids := await self._next():
                self._run.check()
                await self._block(ids)
        except JobCanceled:
            await self._finish(canceled=True)
            raise
        except ApiError as fault:
            # What the rows are part of is gone, or out of sight; another try would find it so too.
            raise JobFailed(fault.code.code, fault.message) from None
        await self._finish(canceled=False)

    async def _next(self) -> list[str]:
        """The ids of the next block, those to be left out among them."""
        if self._asked.ids:
            start = int(self._place.after or 0)
            return self._asked.ids[start : start + BLOCK]
        return await self._rows.ids_after(
            self._run.db, self._run.org_id, self._asked, self._sight, self._place.after, BLOCK
        )

    async def _block(self, ids: list[str]) -> None:
        counts, without = dict(self._counts), set(self._asked.without)
        after = str(int(self._place.after or 0) + len(ids)) if self._asked.ids else ids[-1]
        chosen = [id for id in ids if id not in without]
        due = dict(self._place.due)
        async with self._run.unit_of_work(self._actor) as uow:
            begin(uow, self._asked)
            outcome = await self._rows.do(uow, self._asked, chosen, self._sight)
            counts["processed"] += len(chosen)
            counts["changed"] += outcome.changed
            numbers = range(counts["skipped"] + 1, counts["skipped"] + len(outcome.skipped) + 1)
            counts["skipped"] += len(outcome.skipped)
            told = self._errors.told(
                [
                    (Row(number, [str(one.number), one.title]), Fault(one.code, None, one.reason))
                    for number, one in zip(numbers, outcome.skipped, strict=True)
                ]
            )
            for one in await uow.take_due():
                due[one.member_id] = one.joined(due.get(one.member_id))
            place = replace(
                self._place,
                due=due,
                after=after,
                errors_id=self._place.errors_id or (cuid() if told else ""),
                errors_size=self._place.errors_size + len(told),
            )
            # The job's row is locked from here to the commit, so nobody else writes to the file.
            await self._run.progress(uow, state=msgspec.to_builtins(place), counts=counts)
            if told:
                await asyncio.to_thread(self._errors.write, told)
        self._counts, self._place = counts, place
        self._errors.size = place.errors_size

    async def _finish(self, *, canceled: bool) -> None:
        """Keep the file of skipped rows, say in the stream and to whoever asked that it is done."""
        run, place, name = self._run, self._place, f"{self._rows.noun}s"
        sha256 = ""
        if place.errors_size:
            sha256 = await asyncio.to_thread(self._errors.settle, run.services.files.path_of(place.errors_id))
        async with run.unit_of_work(self._actor) as uow:
            begin(uow, self._asked)
            if place.errors_size:
                await self._keep_errors(uow, sha256)
            shown = {key: count for key, count in self._counts.items() if key != "processed"}
            diff = [Change("act", None, self._asked.act), *(Change(key, None, n) for key, n in shown.items())]
            await notices.give(uow, list(place.due.values()))
            uow.record("bulk.finished", target=("job", run.id, None), diff=diff)
            await tell_of_end(
                uow,
                run,
                f"bulk edit of {name}",
                self._counts,
                canceled=canceled,
                kind="bulk_finished",
                url=job_url(run.id),
            )
            if canceled:
                await run.progress(uow)
            else:
                await run.complete(uow)

    async def _keep_errors(self, uow: UnitOfWork, sha256: str) -> None:
        row = files.FileRow(
            id=self._place.errors_id,
            purpose=jobs.PURPOSE,
            name=f"{self._rows.noun}s-skipped.csv",
            content_type="text/csv",
            size=self._place.errors_size,
            sha256=sha256,
            created_at=uow.now,
        )
        await files.add_file(uow, row)
        await jobs.add_file(uow, self._run.id, row.id, "errors")
