"""What readers say of the docs: one vote a browser, page and day, with a comment if they like."""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from pivotal_server.auth.addresses import neighbourhood
from pivotal_server.db.engine import Executor
from pivotal_server.docs import repository
from pivotal_server.docs.repository import DayScore, Score, VoteRow
from pivotal_server.errors_catalogue import RATE_LIMITED
from pivotal_server.kit import clock
from pivotal_server.kit.codes import TOO_BIG
from pivotal_server.kit.ids import cuid
from pivotal_server.limits.catalogue import DOCS_VOTES
from pivotal_server.limits.window import Windows
from pivotal_server.unit_of_work import UnitOfWork

__all__ = ["LONGEST_COMMENT", "TREND_DAYS", "DayScore", "Score", "VoteRow", "check_comment", "visitor_of"]

LONGEST_COMMENT = 1_000
TREND_DAYS = 90


def visitor_of(browser: str) -> str:
    """What a browser's votes have in common: a digest of its token, from which the token cannot be told."""
    return hashlib.sha256(f"docs vote {browser}".encode()).hexdigest()[:32]


def check_rate(votes: Windows, address: str) -> None:
    """Count a vote of a client address. Raises ``rate_limited`` past the limit ``docs_votes``."""
    wait = votes.hit(neighbourhood(address).hex(), DOCS_VOTES.default, clock.unix()).retry_after
    if wait:
        raise RATE_LIMITED(seconds=wait, headers={"retry-after": str(wait)})


def check_comment(text: str) -> str | None:
    """A comment as it is stored, ``None`` for none. Raises ``too_big`` past 1,000 characters."""
    text = text.replace("\r\n", "\n").replace("\0", "").strip()
    if len(text) > LONGEST_COMMENT:
        raise TOO_BIG(field="comment", message=f"Use at most {LONGEST_COMMENT:,} characters")
    return text or None


async def vote(
    uow: UnitOfWork,
    page: str,
    *,
    browser: str,
    helpful: bool,
    comment: str | None,
    release: str,
    member_id: str | None,
) -> None:
    """Keep what a reader says of a page; it replaces what the browser said of it today (UTC).

    ``comment`` comes from :func:`check_comment`; ``member_id`` is the reader's where somebody is signed in.
    """
    row = VoteRow(
        id=cuid(),
        page=page,
        day=uow.now.date(),
        visitor=visitor_of(browser),
        helpful=helpful,
        comment=comment,
        release=release,
        member_id=member_id,
        created_at=uow.now,
        done_at=None,
    )
    await repository.vote(uow.tx, uow.org_id, row)


def first_day() -> date:
    """The day with which the shown scores begin."""
    return clock.now().date() - timedelta(days=TREND_DAYS - 1)


async def scores(db: Executor, org_id: str) -> Sequence[Score]:
    """The pages that were voted on in the last 90 days, those with most complaints first."""
    return await repository.scores(db, org_id, first_day())


async def days(db: Executor, org_id: str) -> Sequence[DayScore]:
    """The votes of each of the last 90 days that has any."""
    return await repository.days(db, org_id, first_day())


async def comments(
    db: Executor, org_id: str, state: str, limit: int, older: tuple[datetime, str] | None = None
) -> Sequence[VoteRow]:
    """Comments, newest first, behind ``older`` (moment and id). ``state``: open, done or empty."""
    return await repository.comments(db, org_id, state=state, limit=limit, older=older)


async def mark(uow: UnitOfWork, id: str, *, done: bool) -> bool:
    """Put a comment away as done, or take it back; whether there is such a comment."""
    return await repository.mark(uow.tx, uow.org_id, id, uow.now if done else None)
