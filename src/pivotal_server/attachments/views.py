"""View models of files."""

from datetime import datetime

import msgspec

from pivotal_server.onboardings.views_record import Record
from pivotal_server.web.view import Form


class FileRow(msgspec.Struct, frozen=True, kw_only=True):
    """One file in a list: where it is, whose it is, who sees it."""

    id: str
    name: str
    size: str
    url: str
    place: str
    place_url: str
    by: str
    at: datetime
    internal: bool
    may_remove: bool


class FilesPage(msgspec.Struct, frozen=True):
    """Context ``page`` of ``attachments/tab.html``."""

    record: Record
    files: tuple[FileRow, ...]


class FileForm(msgspec.Struct, frozen=True):
    """Context ``page`` of ``attachments/new.html``."""

    title: str
    name: str
    url: str
    form: Form
