"""What an attempt means for its delivery and its endpoint. Pure: no database, no clock, no network."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from msgspec import Struct

from pivotal_server.webhooks.repository_deliveries import DeliveryRow

RETRY_AFTER = {
    1: timedelta(seconds=5),
    2: timedelta(minutes=5),
    3: timedelta(minutes=30),
    4: timedelta(hours=2),
    5: timedelta(hours=5),
    6: timedelta(hours=10),
}
"""How long after the end of an attempt of a run the next one is due, before jitter."""

JITTER = 0.2
LAST_AFTER = timedelta(hours=24)
"""When the last attempt is due, counted from the start of the first."""
LAST_PAUSE = timedelta(minutes=10)
"""How long after the one before the last attempt comes at least, and its jitter at most."""
LONGEST_WISH = timedelta(hours=1)
LONGEST_PAUSE = timedelta(minutes=5)
"""How long at most the other deliveries of an endpoint wait at its receiver's wish."""
BUSY_PAUSE = timedelta(seconds=60)
DISABLED_AT = 100
"""Runs failed in a row that disable an endpoint."""
SLOW_AFTER = 5
"""Attempts in a row without any HTTP response that put an endpoint into the slow lane."""

UNCOUNTED = ("test", "ping")
"""Triggers that leave counters, health and status of an endpoint alone."""
SINGLE = ("test", "ping", "replay")
"""Triggers of one attempt without retry."""

_NONE = timedelta(0)
_SECONDS = re.compile(r"[0-9]{1,9}")


class Outcome(Struct, frozen=True):
    """How an attempt went. ``status`` is that of the response, if there was one."""

    started_at: datetime
    ended_at: datetime
    status: int | None
    error_code: str | None
    wish: timedelta | None = None
    abort: bool = False
    disable: bool = False

    @property
    def success(self) -> bool:
        """Whether the receiver took it."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def busy(self) -> bool:
        """Whether the receiver said that it has too much to do."""
        return self.status in (429, 503)


class Next(Struct, frozen=True):
    """What becomes of a delivery. ``exhausted``: the last attempt of a run failed.

    ``resumes``: a replay in between failed, and the schedule goes on as it was.
    """

    status: str
    next_attempt_at: datetime | None = None
    exhausted: bool = False
    resumes: bool = False


def read_directives(headers: Mapping[str, str]) -> tuple[bool, bool]:
    """Whether the receiver asks to abort this message, and to disable the endpoint."""
    words = {word.strip().lower() for word in headers.get("webhook-delivery", "").split(",")}
    return "abort-message" in words, "disable" in words


def read_wish(text: str | None, now: datetime) -> timedelta | None:
    """The pause that a ``Retry-After`` asks for (RFC 9110): seconds or a date; ``None`` for anything else."""
    if text is None:
        return None
    text = text.strip()
    if _SECONDS.fullmatch(text):
        return timedelta(seconds=int(text))
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(moment - now, _NONE)


def due_after(
    run_attempt: int, run_started_at: datetime, outcome: Outcome, chance: Callable[[], float]
) -> datetime:
    """When the attempt after the ``run_attempt``-th of a run is due; ``chance`` is uniform from 0 to 1."""
    ended = outcome.ended_at
    if run_attempt not in RETRY_AFTER:
        return max(run_started_at + LAST_AFTER, ended + LAST_PAUSE) + chance() * LAST_PAUSE
    delay = RETRY_AFTER[run_attempt] * (1 - JITTER + 2 * JITTER * chance())
    if outcome.busy:
        delay = max(delay, BUSY_PAUSE if outcome.wish is None else min(outcome.wish, LONGEST_WISH))
    return ended + delay


def after_attempt(
    row: DeliveryRow, outcome: Outcome, chance: Callable[[], float], *, stopped: bool = False
) -> Next:
    """What becomes of a delivery after an attempt; ``stopped``: its endpoint was disabled or deleted."""
    if outcome.success:
        return Next("delivered")
    if outcome.status == 410:
        return Next("failed")
    if outcome.abort and outcome.status is not None:
        return Next("aborted")
    if stopped and row.trigger not in UNCOUNTED:
        return Next("canceled")
    if row.resumes is not None:
        return Next("pending", resumes=True)
    if row.trigger in SINGLE:
        return Next("failed")
    if row.run_attempt + 1 >= row.max_attempts:
        return Next("failed", exhausted=True)
    started = row.run_started_at or outcome.started_at
    return Next("pending", due_after(row.run_attempt + 1, started, outcome, chance))


def is_uncounted(row: DeliveryRow) -> bool:
    """Whether an attempt leaves counters, health and status of its endpoint alone: of a test or a ping."""
    return row.trigger in UNCOUNTED or row.source != "change"


def disables(row: DeliveryRow, outcome: Outcome) -> str | None:
    """The reason for which an attempt disables its endpoint at once, if it does."""
    if is_uncounted(row):
        return None
    if outcome.status == 410:
        return "gone"
    return "receiver_request" if outcome.disable and outcome.status is not None else None


def pause_of(outcome: Outcome) -> timedelta | None:
    """How long the other deliveries of the endpoint wait as well."""
    if not outcome.busy or outcome.wish is None:
        return None
    return min(outcome.wish, LONGEST_PAUSE)
