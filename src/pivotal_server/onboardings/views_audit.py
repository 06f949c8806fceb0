"""View models of the Audit tab."""

import msgspec

from pivotal_server.activity.views import Feed
from pivotal_server.onboardings.views_record import Record
from pivotal_server.web.view import Form


class AuditPage(msgspec.Struct, frozen=True):
    """Context ``page`` of ``onboardings/audit.html``.

    ``form``: fields ``event``, ``actor`` and ``q``. ``events`` and ``actors``: pairs of value and text.
    ``csv_url``: the same entries as a file.
    """

    record: Record
    feed: Feed
    form: Form
    events: tuple[tuple[str, str], ...]
    actors: tuple[tuple[str, str], ...]
    csv_url: str
    filtered: bool
