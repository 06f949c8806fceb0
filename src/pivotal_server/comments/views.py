"""View models of comments: a thread with what its reader may do, and the form to write one."""

from datetime import datetime

import msgspec
from markupsafe import Markup

from pivotal_server.web.view import Form, Person


class FileView(msgspec.Struct, frozen=True):
    """A file that can be fetched. ``size`` in words, such as "1.2 MB"."""

    id: str
    name: str
    size: str
    url: str
    may_remove: bool = False


class CommentView(msgspec.Struct, frozen=True, kw_only=True):
    """One comment. ``url`` is its own address, of editing and deleting; ``glyph``: ``person`` or ``api``."""

    id: str
    number: int
    author: Person
    glyph: str
    at: datetime
    edited_at: datetime | None
    body: Markup
    internal: bool
    files: tuple[FileView, ...]
    url: str
    may_edit: bool
    may_delete: bool
    livemode: bool


class Thread(msgspec.Struct, frozen=True, kw_only=True):
    """The comments on a place, oldest first, and the form for another one.

    ``url``: where comments are posted. ``people``: pairs of id and name who can be mentioned in an internal
    comment; ``contacts`` those who can be in one that the customer reads. ``may_share``: a comment can be
    shown to the customer. ``audience``: who reads it then. ``older_url`` leads to earlier comments.
    """

    url: str
    comments: tuple[CommentView, ...]
    form: Form
    people: tuple[tuple[str, str], ...]
    contacts: tuple[tuple[str, str], ...]
    may_write: bool
    may_share: bool
    audience: str
    older_url: str = ""
    files_url: str = ""
