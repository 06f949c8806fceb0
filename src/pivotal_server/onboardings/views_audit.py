"""View models of the Audit tab."""

import msgspec

from pivotal_server.activity.views import Feed, StreamBar
from pivotal_server.onboardings.views_record import Record


class AuditPage(msgspec.Struct, frozen=True):
    """Context ``page`` of ``onboardings/audit.html``."""

    record: Record
    feed: Feed
    bar: StreamBar
