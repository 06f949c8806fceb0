"""Writing anew what search looks in, should it ever be doubted: after a restore by hand, say."""

from pivotal_server.db.engine import Database
from pivotal_server.kit import clock
from pivotal_server.search import repository, repository_rebuild
from pivotal_server.search.fields import KINDS
from pivotal_server.search.index import row_of, with_contacts

BATCH = 200
"""Rows a transaction, so that nobody waits long."""


async def rebuild(db: Database, org_id: str) -> int:
    """Write every row of a workspace anew, beside running servers; how many there are.

    Until it ends, search finds only part of what there is.
    """
    async with db.transaction() as tx:
        await repository.empty(tx, org_id)
    written = 0
    for kind in KINDS:
        after = ""
        while True:
            async with db.transaction() as tx:
                found = await repository_rebuild.batch(tx, org_id, kind, after, BATCH)
                rows = [row_of(org_id, kind, one) for one in found]
                if kind == "customer":
                    people: dict[str, list[tuple[str, str]]] = {one.id: [] for one in found}
                    for id, name, email in await repository_rebuild.contacts_of(tx, org_id, list(people)):
                        people[id].append((name, email))
                    most = repository.MOST_CONTACTS
                    rows = [with_contacts(row, people[row.object_id][:most]) for row in rows]
                await repository.put(tx, org_id, clock.to_micros(clock.now()), rows)
            written += len(rows)
            if len(found) < BATCH:
                break
            after = found[-1].id
    return written
