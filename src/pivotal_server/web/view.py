"""View models that every page shares. Each page's context holds ``frame``, a :class:`Frame`."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

Theme = Literal["system", "light", "dark"]
ToastKind = Literal["good", "info", "bad"]
MOST_SHOWN = 99


class Me(msgspec.Struct, frozen=True):
    """The signed-in person. ``role`` as screens name it, such as "Owner"."""

    id: str
    name: str
    email: str
    role: str


class Person(msgspec.Struct, frozen=True):
    """A person as an avatar and a name; ``id`` gives the colour."""

    id: str
    name: str


class Toast(msgspec.Struct, frozen=True):
    """One message about what has just happened: a line and, if needed, one detail."""

    text: str
    detail: str = ""
    kind: ToastKind = "good"


class Short(msgspec.Struct, frozen=True):
    """A limit that is nearly used up: how much of it is in use, in per cent."""

    name: str
    title: str
    share: int
    tone: Literal["warn", "bad"]


class Frame(msgspec.Struct, frozen=True):
    """What surrounds a page.

    ``time_zone``: IANA name of the workspace's zone. ``can``: names of the capabilities
    (``auth/permissions.py``) for which controls are drawn. ``nav``: key of the current navigation entry:
    ``customers``, ``api-keys``, ``mail``. ``now``: the moment, in UTC, that relative times count from.
    ``path``: address of this page with its query, to come back to. ``csrf``: token of its forms.
    ``unread``: notices that are not read. ``short``: the limits that are nearly used up, on the pages of
    Admin. ``date_format``: how days are written. ``compact``: rows are low. ``shortcuts``: single
    keys act. ``development``: webhooks may reach this machine, which Admin says. ``sample``: what is shown is
    invented.
    """

    workspace_name: str
    workspace_slug: str
    time_zone: str
    me: Me
    theme: Theme
    csrf: str
    nav: str
    can: frozenset[str]
    now: datetime
    path: str
    toasts: tuple[Toast, ...] = ()
    development: bool = False
    unread: int = 0
    short: tuple[Short, ...] = ()
    date_format: str = "mdy"
    sample: bool = False
    compact: bool = False
    shortcuts: bool = True

    @property
    def unread_shown(self) -> str:
        """How many notices are not read: up to "99+"."""
        return "99+" if self.unread > MOST_SHOWN else str(self.unread)

    @property
    def zone(self) -> ZoneInfo:
        """The workspace's zone."""
        return ZoneInfo(self.time_zone)

    @property
    def today(self) -> date:
        """The calendar day in the workspace's zone."""
        return self.now.astimezone(self.zone).date()


class Form(msgspec.Struct, frozen=True):
    """A form, new or refused.

    ``id`` prefixes the ids of its fields. ``action`` is posted to; ``cancel`` is where Cancel leads when the
    form is a page. ``submission``: sent along, so that a repeat of the same submission acts once. ``values``
    and ``errors`` are keyed by field name; a box is ticked when its value is not empty. ``fault``: a message
    about the form as a whole.
    """

    id: str
    action: str
    cancel: str
    submission: str = ""
    values: Mapping[str, str] = {}
    errors: Mapping[str, str] = {}
    fault: str | None = None

    def value(self, name: str) -> str:
        """What stands in the field."""
        return self.values.get(name, "")

    def error(self, name: str) -> str | None:
        """What is wrong with the field, if anything."""
        return self.errors.get(name)

    def touches(self, *names: str) -> bool:
        """Whether any of the fields is filled or faulty: folded groups of such fields are shown open."""
        return any(self.value(name) or self.error(name) for name in names)


class KeptForm(msgspec.Struct, frozen=True):
    """A form that came without a session: where it goes, its token, what it holds, and where to sign in."""

    action: str
    csrf: str
    fields: list[tuple[str, str]]
    login: str


class ErrorPage(msgspec.Struct, frozen=True):
    """A fault as a page or, inside a form, as a fragment.

    ``title``: what happened. ``text``: what to do, and whether work is safe. ``act``: what the button
    offers: ``retry`` the request, ``reload`` the page, ``home`` for the way out, or nothing. ``path``:
    address to try again.
    """

    status: int
    title: str
    text: str = ""
    act: Literal["retry", "reload", "home", ""] = ""
    request_id: str = ""
    path: str = "/"
