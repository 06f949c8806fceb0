"""Who may fetch what a job has made, and writing down that it was: it may hold the whole workspace.

A link is made for one key or member. What these may see is asked anew at each fetch, for it lasts a day.
"""

import msgspec

from pivotal_server.activity.entries import Change
from pivotal_server.api_keys import service as api_keys
from pivotal_server.auth import actor, scopes
from pivotal_server.auth.actor import Actor
from pivotal_server.auth.permissions import Condition, Facts, allows
from pivotal_server.db.engine import Database
from pivotal_server.errors_catalogue import FILE_NOT_FOUND
from pivotal_server.jobs import repository, repository_files, sight
from pivotal_server.jobs.repository import JobRow
from pivotal_server.kit import clock
from pivotal_server.members import service as members
from pivotal_server.unit_of_work import unit_of_work
from pivotal_server.workspaces import service as workspaces

_NEEDED = {"import": ("import_data",), "export": ("export_data",)}
"""What a file takes beside the right to see its job, by the kind of the job."""


class Fetch(msgspec.Struct, frozen=True):
    """A file of a job, its ``role`` there, and who fetches it."""

    file_id: str
    job_id: str
    role: str
    who: Actor


async def admit(db: Database, org_id: str, file_id: str, reader: str) -> Fetch:
    """The fetch of a file that a job has made, by the key or member of the actor string ``reader``.

    Raises ``file_not_found`` when the file is gone, or when its reader may not see the job any more.
    """
    place = await repository_files.place_of(db, org_id, file_id)
    job = None if place is None else await repository.find(db, org_id, place.job_id)
    if place is None or place.role == "source" or job is None:
        raise FILE_NOT_FOUND()
    kind, _, id = reader.partition(":")
    who = await (_key(db, job, id) if kind == "api_key" else _member(db, job, id))
    if who is None:
        raise FILE_NOT_FOUND()
    return Fetch(file_id, job.id, place.role, who)


async def note(db: Database, fetch: Fetch) -> None:
    """Record ``export.downloaded``; the rows that an import did not take are no news."""
    if fetch.role != "result":
        return
    async with unit_of_work(db, fetch.who) as uow:
        uow.record(
            "export.downloaded",
            target=("job", fetch.job_id, None),
            diff=[Change("file_id", None, fetch.file_id)],
        )


async def _key(db: Database, job: JobRow, id: str) -> Actor | None:
    """The key, unless it has ended or its scopes leave the job out."""
    key = await api_keys.get_key(db, job.org_id, id)
    if key.revoked_at is not None or (key.expires_at is not None and key.expires_at <= clock.now()):
        return None
    needed = ("read:data", *sight.scopes_of(job))
    if not all(scopes.allows(frozenset(key.scopes), scope) for scope in needed):
        return None
    return actor.api_key(job.org_id, id, key.name, key.mode)


async def _member(db: Database, job: JobRow, id: str) -> Actor | None:
    """The member, unless they left, or their role opens neither all jobs nor this one as their own."""
    member = await members.find(db, job.org_id, id)
    if member is None or not member.active:
        return None
    settings = workspaces.access_settings(await workspaces.get_workspace(db, job.org_id))
    started = job.actor or {}
    own = started.get("type") == "member" and started.get("id") == id
    facts = Facts(visible=True, own=own, met=frozenset({Condition.JOB}))
    needed = ["see_records", *_NEEDED.get(job.kind.partition(".")[0], ())]
    if not all(allows(member.role, one, settings, facts) for one in needed):
        return None
    sees_all = allows(member.role, "see_all_customers", settings, facts)
    if job.kind.startswith("export") and started.get("role") != member.role and not sees_all:
        # The file may hold customers that another role saw.
        return None
    return actor.member(job.org_id, id, member.name, member.role)
