"""Which deliveries a worker takes next: fair between endpoints, within the limits of each."""

import secrets
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from pivotal_server.db.engine import Database, Transaction
from pivotal_server.webhooks import repository_queue as repository
from pivotal_server.webhooks.policy import SLOW_AFTER
from pivotal_server.webhooks.repository_queue import Candidate, Claimed, Held

HORIZON = timedelta(milliseconds=250)
"""How far ahead attempts of an endpoint with a rate limit are claimed; each waits for its moment."""


class Claim(Struct, frozen=True):
    """A delivery that is this worker's now, and when its attempt may start."""

    claimed: Claimed
    start_at: datetime
    slow: bool


class Taken(Struct, frozen=True):
    """What one round has claimed, and when an endpoint that had to be passed over may be sent to again."""

    claims: Sequence[Claim] = ()
    again_at: datetime | None = None


def is_slow(silent_streak: int) -> bool:
    """Whether an endpoint is in the slow lane."""
    return silent_streak >= SLOW_AFTER


def room_of(max_concurrency: int, silent_streak: int, sending: int) -> int:
    """How many more attempts an endpoint may have under way."""
    return max((1 if is_slow(silent_streak) else max_concurrency) - sending, 0)


def share(candidates: Sequence[Candidate], free: int, slow_free: int, turn: int) -> dict[int, int]:
    """How many each candidate gets of ``free`` slots, by its place.

    One for everybody that has nothing under way, then turn by turn, beginning at ``turn``; those in the slow
    lane get ``slow_free`` at most together.
    """
    order = [(turn + place) % len(candidates) for place in range(len(candidates))] if candidates else []
    left = {place: _room(candidates[place]) for place in order}
    given = dict.fromkeys(order, 0)
    rounds = [[place for place in order if candidates[place].sending == 0], order]
    while rounds and free > 0:
        served = False
        for place in rounds[0]:
            slow = is_slow(candidates[place].silent_streak)
            if left[place] <= 0 or free <= 0 or (slow and slow_free <= 0):
                continue
            given[place] += 1
            left[place] -= 1
            free -= 1
            slow_free -= slow
            served = True
        if len(rounds) > 1 or not served:
            rounds.pop(0)
    return {place: count for place, count in given.items() if count}


def _room(candidate: Candidate) -> int:
    return room_of(candidate.max_concurrency, candidate.silent_streak, candidate.sending)


async def claim(
    db: Database, now: datetime, lease: timedelta, *, free: int, slow_free: int, turn: int
) -> Taken:
    """Take what is due and may be sent, at most ``free`` deliveries, for the time of a ``lease``."""
    found, opens = [], []
    for candidate in await repository.candidates(db):
        moment = _opens_at(candidate)
        if moment is None or moment <= now:
            found.append(candidate)
        else:
            opens.append(moment)
    again_at = min(opens, default=None)
    shares = share(found, free, slow_free, turn)
    if not shares:
        return Taken((), again_at)
    token = secrets.token_hex(16)
    claims: list[Claim] = []
    async with db.transaction() as tx:
        by_org: dict[str, list[tuple[Candidate, int]]] = defaultdict(list)
        for place, count in shares.items():
            by_org[found[place].org_id].append((found[place], count))
            if found[place].rate_limit is not None:
                again_at = min(again_at or now + HORIZON, now + HORIZON)
        for org_id, wanted in by_org.items():
            at_once = db.dialect != "sqlite"
            claims += await _claim_in(tx, org_id, wanted, now, now + lease, token, at_once=at_once)
    return Taken(claims, again_at)


def _opens_at(candidate: Candidate) -> datetime | None:
    """From when on an endpoint may be looked at: after its pause, and with its next slot in sight."""
    moments = []
    if candidate.paused_until is not None:
        moments.append(candidate.paused_until)
    if candidate.rate_limit is not None and candidate.next_slot_at is not None:
        moments.append(candidate.next_slot_at - HORIZON)
    return max(moments, default=None)


async def _claim_in(
    tx: Transaction,
    org_id: str,
    wanted: Sequence[tuple[Candidate, int]],
    now: datetime,
    until: datetime,
    token: str,
    *,
    at_once: bool,
) -> list[Claim]:
    """Claims of one workspace: so many of each endpoint at most."""
    held = await repository.hold(tx, org_id, [candidate.id for candidate, _ in wanted])
    starts: dict[str, list[datetime]] = {}
    for candidate, count in wanted:
        # Looked at again under the lock: another worker may have taken some.
        queue, sending = held.get(candidate.id, (None, 0))
        if queue is None or (queue.paused_until is not None and queue.paused_until > now):
            continue
        room = min(count, room_of(candidate.max_concurrency, queue.silent_streak, sending))
        moments = list(_starts(queue, candidate.rate_limit, now, room))
        if moments:
            starts[candidate.id] = moments
    if not starts:
        return []
    counts = {id: len(moments) for id, moments in starts.items()}
    taken = await repository.claim(tx, org_id, counts, token, until, at_once=at_once)
    for candidate, _ in wanted:
        rows = taken.get(candidate.id)
        if candidate.rate_limit is not None and rows:
            step = timedelta(seconds=1 / candidate.rate_limit)
            last = starts[candidate.id][len(rows) - 1]
            await repository.set_slot(tx, org_id, candidate.id, last + step)
    return [
        Claim(Claimed(org_id, row), start, is_slow(held[id][0].silent_streak))
        for id, rows in taken.items()
        for row, start in zip(rows, starts[id], strict=False)
    ]


def _starts(queue: Held, rate_limit: int | None, now: datetime, count: int) -> Iterator[datetime]:
    """The moments at which up to ``count`` attempts may start, as the rate limit spaces them."""
    if rate_limit is None:
        for _ in range(count):
            yield now
        return
    step = timedelta(seconds=1 / rate_limit)
    moment = now if queue.next_slot_at is None else max(queue.next_slot_at, now)
    for _ in range(count):
        if moment > now + HORIZON:
            return
        yield moment
        moment += step
