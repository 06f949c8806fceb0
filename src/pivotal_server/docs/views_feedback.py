"""View models of the vote on a page, and of Admin > Docs feedback."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from msgspec import Struct

from pivotal_server.docs.schemas import PageLink
from pivotal_server.docs.service import TREND_DAYS, DayScore, Score, VoteRow
from pivotal_server.web.view import Form

PATH = "/admin/developer/docs-feedback"
VOTE_PATH = "/docs/feedback"
_WEEK = 7


class VotePage(Struct, frozen=True):
    """The form in which a reader says more about a page. ``said``: the vote is stored already."""

    link: PageLink
    helpful: bool
    form: Form
    said: bool = False


class PageScore(Struct, frozen=True):
    """One page with its votes. ``share``: of those who found it helpful, in percent."""

    title: str
    url: str
    yes: int
    no: int
    comments: int

    @property
    def share(self) -> int:
        """The share of helpful votes."""
        return round(100 * self.yes / (self.yes + self.no))


class Bar(Struct, frozen=True):
    """One week of the trend: its first day, its votes, and their heights of 100."""

    begins: date
    yes: int
    no: int
    yes_height: float
    no_height: float


class Comment(Struct, frozen=True):
    """One comment."""

    id: str
    title: str
    url: str
    helpful: bool
    text: str
    by: str
    release: str
    at: datetime
    done: bool


class FeedbackPage(Struct, frozen=True):
    """Context ``page`` of ``docs/feedback.html``. ``state``: which comments are shown."""

    scores: Sequence[PageScore]
    bars: Sequence[Bar]
    comments: Sequence[Comment]
    state: str
    older: str


def page_scores(scores: Sequence[Score], titles: Mapping[str, PageLink]) -> list[PageScore]:
    """Scores with the titles of their pages; a page that is gone goes by its address."""
    return [PageScore(_title(s.page, titles), s.page, s.yes, s.no, s.comments) for s in scores]


def bars(days: Sequence[DayScore], last: date) -> list[Bar]:
    """The votes of the last 90 days by weeks, the last of which ends with ``last``; none without votes."""
    if not days:
        return []
    begins = [last - timedelta(days=_WEEK * back - 1) for back in range(-(-TREND_DAYS // _WEEK), 0, -1)]
    sums = [
        (first, [day for day in days if first <= day.day < first + timedelta(days=_WEEK)]) for first in begins
    ]
    weeks = [(first, sum(day.yes for day in of), sum(day.no for day in of)) for first, of in sums]
    most = max(yes + no for _, yes, no in weeks) or 1
    return [Bar(first, yes, no, 100 * yes / most, 100 * no / most) for first, yes, no in weeks]


def comment(row: VoteRow, titles: Mapping[str, PageLink], names: Mapping[str, str]) -> Comment:
    """A comment as shown."""
    by = "Anonymous" if row.member_id is None else names.get(row.member_id, "Somebody")
    return Comment(
        row.id,
        _title(row.page, titles),
        row.page,
        row.helpful,
        row.comment or "",
        by,
        row.release,
        row.created_at,
        row.done_at is not None,
    )


def _title(page: str, titles: Mapping[str, PageLink]) -> str:
    return titles[page].title if page in titles else page
