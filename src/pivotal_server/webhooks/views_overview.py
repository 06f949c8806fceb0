"""View models of the tab Overview: figures and the chart of an endpoint."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from pivotal_server.web.formats import exact
from pivotal_server.web.view import Frame
from pivotal_server.webhooks.schemas_deliveries import StatsHour, WebhookEndpointStats
from pivotal_server.webhooks.views import Head, address
from pivotal_server.webhooks.views_log import DeliveryView, took

WINDOWS = (
    ("24h", "24 hours", timedelta(hours=24)),
    ("7d", "7 days", timedelta(days=7)),
    ("28d", "28 days", timedelta(days=28)),
)
HEIGHT = 100.0
"""Of the chart, in the units of its drawing; an hour is one unit wide."""
_LEAST = 1.5
"""A bar of one among many is still seen."""


class Bar(msgspec.Struct, frozen=True):
    """One hour of the chart: the failed stand on the delivered."""

    x: int
    delivered_y: float
    delivered: float
    failed_y: float
    failed: float
    label: str


class Chart(msgspec.Struct, frozen=True):
    """Bars of each hour, drawn to the scale of the fullest hour."""

    bars: tuple[Bar, ...]
    hours: int
    most: int
    begin: datetime
    end: datetime


class OverviewPage(msgspec.Struct, frozen=True):
    """Context ``page`` of ``webhooks/overview.html``."""

    head: Head
    window: str
    words: str
    delivered: int
    failed: int
    aborted: int
    canceled: int
    share: str
    p50: str
    p95: str
    waiting: int
    chart: Chart
    failures: tuple[DeliveryView, ...]

    @property
    def windows(self) -> tuple[tuple[str, str, bool], ...]:
        """Title, address and whether it is shown, of each window."""
        number = self.head.endpoint.number
        return tuple(
            (title, address(number, window="" if name == "24h" else name), name == self.window)
            for name, title, _ in WINDOWS
        )

    @property
    def summary(self) -> str:
        """The chart in words."""
        return f"{self.delivered:,} delivered and {self.failed:,} failed in {self.words}, hour by hour"


def _bar(place: int, hour: StatsHour, most: int, frame: Frame) -> Bar:
    unit = HEIGHT / most
    delivered = max(hour.delivered * unit, _LEAST) if hour.delivered else 0.0
    failed = max(hour.failed * unit, _LEAST) if hour.failed else 0.0
    delivered = min(delivered, HEIGHT - failed)
    at = exact(datetime.fromisoformat(hour.start), frame)
    return Bar(
        x=place,
        delivered_y=round(HEIGHT - delivered, 2),
        delivered=round(delivered, 2),
        failed_y=round(HEIGHT - delivered - failed, 2),
        failed=round(failed, 2),
        label=f"{at}: {hour.delivered:,} delivered, {hour.failed:,} failed",
    )


def chart_of(hours: Sequence[StatsHour], frame: Frame) -> Chart:
    """The chart; hours without a delivery have no bar."""
    most = max((hour.delivered + hour.failed for hour in hours), default=0)
    bars = tuple(
        _bar(place, hour, most, frame) for place, hour in enumerate(hours) if hour.delivered + hour.failed
    )
    begin, end = datetime.fromisoformat(hours[0].start), datetime.fromisoformat(hours[-1].start)
    return Chart(bars, len(hours), most, begin, end + timedelta(hours=1))


def overview_page(
    head: Head,
    window: str,
    stats: WebhookEndpointStats,
    waiting: int,
    failures: tuple[DeliveryView, ...],
    frame: Frame,
) -> OverviewPage:
    """The tab Overview."""
    ended = stats.delivered + stats.failed + stats.aborted
    words = next(title for name, title, _ in WINDOWS if name == window)
    return OverviewPage(
        head=head,
        window=window,
        words=words,
        delivered=stats.delivered,
        failed=stats.failed,
        aborted=stats.aborted,
        canceled=stats.canceled,
        share=_share(stats.delivered, ended),
        p50=took(stats.p50_ms) or "–",
        p95=took(stats.p95_ms) or "–",
        waiting=waiting,
        chart=chart_of(stats.hours, frame),
        failures=failures,
    )


def _share(delivered: int, ended: int) -> str:
    """A share that is only 100 % when nothing failed."""
    if not ended:
        return "–"
    tenths = delivered * 1000 // ended
    return f"{tenths // 10}.{tenths % 10} %" if tenths % 10 else f"{tenths // 10} %"
