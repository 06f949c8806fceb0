"""Writing down who fetched an export: it may hold the whole workspace."""

from pivotal_server.activity.entries import Change
from pivotal_server.api_keys import service as api_keys
from pivotal_server.auth import actor
from pivotal_server.auth.actor import Actor
from pivotal_server.db.engine import Database
from pivotal_server.errors_catalogue import FILE_NOT_FOUND
from pivotal_server.jobs import repository_files
from pivotal_server.kit import clock
from pivotal_server.members import service as members
from pivotal_server.unit_of_work import unit_of_work


async def note(db: Database, org_id: str, file_id: str, reader: str) -> None:
    """Record ``export.downloaded`` by the key or member of this actor string; other files are no news.

    Raises ``file_not_found`` when the file is gone, or its reader may no longer read anything: the link was
    made for nobody else.
    """
    place = await repository_files.place_of(db, org_id, file_id)
    who = await _actor(db, org_id, reader)
    if place is None or who is None:
        raise FILE_NOT_FOUND()
    if place.role != "result":
        return
    async with unit_of_work(db, who) as uow:
        uow.record(
            "export.downloaded", target=("job", place.job_id, None), diff=[Change("file_id", None, file_id)]
        )


async def _actor(db: Database, org_id: str, reader: str) -> Actor | None:
    """Whoever the actor string names, unless they are out of service."""
    kind, _, id = reader.partition(":")
    if kind == "api_key":
        key = await api_keys.get_key(db, org_id, id)
        ended = key.revoked_at is not None or (key.expires_at is not None and key.expires_at <= clock.now())
        if ended:
            return None
        return actor.api_key(org_id, id, key.name, key.mode)
    member = await members.find(db, org_id, id)
    if member is None or not member.active:
        return None
    return actor.member(org_id, id, member.name, member.role)
