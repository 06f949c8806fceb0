"""View models of Admin > Logs."""

from datetime import datetime
from urllib.parse import urlencode

import msgspec

from pivotal_server.activity.views import Feed
from pivotal_server.request_log.service import RequestRow

NAV = "logs"
PATH = "/admin/logs"
REQUESTS = f"{PATH}/requests"


class RequestView(msgspec.Struct, frozen=True):
    """One request of the list."""

    url: str
    request_id: str
    at: datetime
    method: str
    path: str
    status: int
    code: str
    key: str
    took: str
    address: str
    tool: str

    @property
    def failed(self) -> bool:
        """Whether it was refused or went wrong."""
        return self.status >= 400


class Choice(msgspec.Struct, frozen=True):
    """An option of a filter."""

    value: str
    label: str


class RequestList(msgspec.Struct, frozen=True):
    """Context ``page`` of ``request_log/list.html``; ``asked`` holds what the filters say now."""

    requests: tuple[RequestView, ...]
    keys: tuple[Choice, ...]
    routes: tuple[Choice, ...]
    asked: dict[str, str]
    older: str

    @property
    def filtered(self) -> bool:
        """Whether any filter is set."""
        return any(self.asked.values())


class RequestPage(msgspec.Struct, frozen=True):
    """Context ``page`` of ``request_log/request.html``: every request with one id, and their entries."""

    request_id: str
    requests: tuple[tuple[RequestView, str, str], ...]
    feed: Feed


def took(duration_us: int) -> str:
    """A duration as people read it: ``0.8 ms``, ``1.2 s``."""
    if duration_us >= 1_000_000:
        return f"{duration_us / 1_000_000:.1f} s"
    return f"{duration_us / 1000:.1f} ms"


def request_view(row: RequestRow) -> RequestView:
    """A row of the log."""
    return RequestView(
        url=f"{REQUESTS}/{row.request_id}",
        request_id=row.request_id,
        at=row.at,
        method=row.method,
        path=row.path,
        status=row.status,
        code=row.code or "",
        key=row.key_name or "Unknown key",
        took=took(row.duration_us),
        address=row.address,
        tool=row.tool or "",
    )


def older_url(asked: dict[str, str], last: RequestRow) -> str:
    """The address of the next page."""
    query = {name: value for name, value in asked.items() if value}
    return f"{REQUESTS}?{urlencode({**query, 'before': f'{last.at.isoformat()} {last.id}'})}"
