"""View models of the notices of a member."""

from datetime import datetime

import msgspec

from pivotal_server.notifications.service_notices import NoticeRow

PATH = "/notifications"


class NoticeView(msgspec.Struct, frozen=True):
    """One notice; ``url`` opens what it is about and marks it as read."""

    title: str
    body: str
    url: str
    at: datetime
    unread: bool


class NoticeList(msgspec.Struct, frozen=True):
    """Context ``page`` of ``notifications/notices.html``."""

    notices: tuple[NoticeView, ...]
    unread_only: bool


def notice_view(row: NoticeRow) -> NoticeView:
    """A notice as the list shows it."""
    return NoticeView(row.title, row.body, f"{PATH}/{row.id}", row.created_at, row.read_at is None)
