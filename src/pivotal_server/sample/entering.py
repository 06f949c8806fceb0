"""Making the sample workspace anew and taking it away from within (WB-SAMPLE-4)."""

from typing import Any

from pivotal_server.auth import session_store
from pivotal_server.auth.session_store import Client, Session
from pivotal_server.kit import clock
from pivotal_server.members import service as members
from pivotal_server.sample import service as sample
from pivotal_server.services import Services

__all__ = ["delete_and_leave", "reset_and_enter"]


async def reset_and_enter(services: Services, session: Session, client: Client) -> str:
    """Make the sample anew as of now, with its seed and phases; the token of its owner's new session.

    Whoever asks a second time, for one that is gone by then, gets into the new one.
    """
    kept: dict[str, Any] = session.workspace_settings["sample"]
    made = await sample.create_sample(
        services.db,
        services.files,
        owner_email=session.email,
        owner_name=session.name,
        seed=kept["seed"],
        phases=kept["phases"],
        reset=True,
        of=session.org_id,
    )
    return await _start(services, session, made.workspace.id, client)


async def delete_and_leave(services: Services, session: Session, client: Client) -> str | None:
    """Take the sample away; the token of a session in another workspace of its owner, if there is one."""
    await sample.delete_sample(services.db, services.files, of=session.org_id)
    other = await members.a_workspace_of(services.db, session.person_id)
    return None if other is None else await _start(services, session, other, client)


async def _start(services: Services, session: Session, org_id: str, client: Client) -> str:
    async with services.db.transaction() as tx:
        return await session_store.start(tx, session.person_id, org_id, client, clock.now())
