"""View models of the profile."""

from collections.abc import Collection

import msgspec

from pivotal_server.notifications.preferences import BELL, MAIL
from pivotal_server.web.view import Form


class Part(msgspec.Struct, frozen=True):
    """One form of a tab; ``was``: what it showed, by field."""

    form: Form
    title: str
    submit: str = "Save"
    was: tuple[tuple[str, str], ...] = ()


class ProfilePage(msgspec.Struct, frozen=True):
    """Context ``page`` of ``members/profile.html``: a tab (``me``, ``preferences``, ``notices``), its forms.

    Fields of the form ``me``: ``name``, ``time_zone``; of ``address``: ``email``; of ``look``: ``theme``,
    ``density``, ``shortcuts``; of ``notices``: ``bell`` and ``mail``, boxes.
    """

    tab: str
    lead: str
    parts: tuple[Part, ...]
    zones: tuple[str, ...] = ()
    bell_off: Collection[str] = ()
    mail_off: Collection[str] = ()

    @property
    def kinds(self) -> list[tuple[str, str]]:
        """What one may be told of, in words."""
        return list(BELL.items())

    @property
    def by_mail(self) -> tuple[str, ...]:
        """What also comes by mail."""
        return MAIL


class AddressPage(msgspec.Struct, frozen=True):
    """Context ``page`` of ``members/address.html``: the question whether to take over an address."""

    email: str
    url: str
    done: bool = False
    fault: str = ""
