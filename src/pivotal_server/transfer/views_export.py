"""View model of exporting the list of customers."""

import msgspec

from pivotal_server.web.view import Form


class ExportPage(msgspec.Struct, frozen=True):
    """Context ``page`` of ``transfer/export.html``. Field of ``form``: ``which`` columns.

    ``hidden``: what says which rows, as names and values. ``later``: so many that a job writes them.
    """

    form: Form
    title: str
    hidden: tuple[tuple[str, str], ...]
    later: bool
