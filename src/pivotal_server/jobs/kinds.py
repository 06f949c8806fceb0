"""What rooms declare of their jobs, and how a handler ends a run that does not end well."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pivotal_server.jobs.running import Run

Handler = Callable[["Run"], Awaitable[None]]


class JobFailed(Exception):
    """The job cannot succeed, now or later. ``code`` and the text are shown to whoever asked for it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class JobCanceled(Exception):
    """Somebody has cancelled the job; what it has done so far stays."""


class GivenBack(Exception):
    """The worker stops; another one, or the next start, goes on with the job."""


class LeaseLost(Exception):
    """The job is no longer this worker's: its lease ran out, and another may be at work on it."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of job: its name, as services enqueue it, and what runs it.

    ``concurrency``: how many of them one worker process runs at the same time; ``None`` leaves it to the
    number of its slots.
    """

    name: str
    handler: Handler
    concurrency: int | None = None


@dataclass(frozen=True, slots=True)
class Periodic:
    """A kind of job that comes up ``every`` so often: at the first start, then at multiples since 1970."""

    name: str
    handler: Handler
    every: timedelta
