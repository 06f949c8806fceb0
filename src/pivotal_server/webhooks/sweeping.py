"""Taking back what workers held that died in the middle of an attempt."""

from collections import defaultdict
from datetime import datetime

from pivotal_server.db.engine import Database
from pivotal_server.webhooks import repository_queue
from pivotal_server.webhooks.policy import Outcome
from pivotal_server.webhooks.repository_queue import Claimed
from pivotal_server.webhooks.results import Record, store

AT_ONCE = 500


async def take_back(db: Database, now: datetime) -> int:
    """Record an interrupted attempt for each lease that has ended, so that it is made again; how many."""
    count = 0
    while True:
        found = await repository_queue.expired(db, now, AT_ONCE)
        by_org: dict[str, list[Claimed]] = defaultdict(list)
        for one in found:
            by_org[one.org_id].append(one)
        for org_id, group in by_org.items():
            endpoints = await repository_queue.endpoints(db, org_id, [one.row.endpoint_id for one in group])
            records = [_interrupted(one, endpoints[one.row.endpoint_id].url, now) for one in group]
            stored, _ = await store(db, org_id, records)
            count += len(stored)
        if len(found) < AT_ONCE:
            return count


def _interrupted(claimed: Claimed, url: str, now: datetime) -> Record:
    return Record(
        claimed=claimed,
        outcome=Outcome(started_at=now, ended_at=now, status=None, error_code="worker_lost"),
        text="",
        url=url,
        remote_ip=None,
        request_headers={},
        response_headers=None,
        response_body=None,
        response_body_encoding=None,
        response_truncated=False,
        error_message="The process that sent it ended before the attempt did",
        duration_ms=0,
        interrupted=True,
    )
