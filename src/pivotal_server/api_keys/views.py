"""View models of Admin > API keys."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import msgspec

from pivotal_server.api_keys.service import ApiKeyRow
from pivotal_server.auth.keys import shown_prefix
from pivotal_server.auth.scopes import SCOPES
from pivotal_server.limits.catalogue import RATE_LIMIT_LIVE, RATE_LIMIT_TEST, value_of
from pivotal_server.limits.tiers import tier_of
from pivotal_server.web.formats import count, day
from pivotal_server.web.view import Form, Frame, Person

UNUSED_AFTER = timedelta(days=90)
EXPIRY_NEAR_DAYS = 14
"""From how many days before its end a key carries a mark; before that the date alone is shown."""


class KeyView(msgspec.Struct, frozen=True):
    """One key of the list.

    ``creator`` is ``None`` for a key made at the command line. ``expires``: a mark such as "Expires in 6
    days". ``narrowed``: what the key is narrowed to, in words. ``limit``: requests a minute, empty once
    revoked.
    """

    id: str
    name: str
    prefix: str
    livemode: bool
    read_only: bool
    revoked: bool
    unused: bool
    expires: str
    narrowed: tuple[str, ...]
    last_used_at: datetime | None
    last_used_address: str
    requests: int
    limit: str
    creator: Person | None
    created_at: datetime
    is_new: bool

    @property
    def active(self) -> bool:
        """Whether it can still be revoked."""
        return not self.revoked


class CreatedKey(msgspec.Struct, frozen=True):
    """A key just made. ``text`` is the whole key; it stands on this one page and nowhere else."""

    name: str
    livemode: bool
    text: str

    def __repr__(self) -> str:
        return f"CreatedKey({self.name!r})"


class KeyList(msgspec.Struct, frozen=True):
    """Context ``page`` of ``api_keys/list.html``."""

    keys: tuple[KeyView, ...]
    created: CreatedKey | None = None


class ScopeRow(msgspec.Struct, frozen=True):
    """What the scopes of one resource are called; ``write`` is empty for what cannot be written."""

    title: str
    read: str
    write: str


class KeyForm(msgspec.Struct, frozen=True):
    """Context ``page`` of ``api_keys/new.html``.

    Fields of ``form``: ``name``, ``mode`` (live, test), ``read_only`` (a box), ``scopes`` (boxes; ``ticked``
    says which), ``expires_on`` (a day), ``allowed_addresses`` (text), ``rate_limit`` (a number).
    ``changed``: the limits that the workspace has changed.
    """

    form: Form
    ticked: frozenset[str]
    scopes: tuple[ScopeRow, ...]
    changed: Mapping[str, int]

    @property
    def usual_rate(self) -> str:
        """What holds for a key without a rate of its own."""
        live, test = (value_of(limit, self.changed) for limit in (RATE_LIMIT_LIVE, RATE_LIMIT_TEST))
        return f"Empty: {live:,} (live) or {test:,} (test). 0: no limit."

    @property
    def opened(self) -> bool:
        """Whether the folded part of the form is shown open."""
        names = ("read_only", "expires_on", "allowed_addresses", "rate_limit", "scopes")
        return bool(self.ticked) or self.form.touches(*names)


class RevokeForm(msgspec.Struct, frozen=True):
    """Context ``page`` of ``api_keys/revoke.html``; the form has no fields."""

    form: Form
    key: KeyView


def scope_rows() -> tuple[ScopeRow, ...]:
    """Every scope, by resource, in catalogue order."""
    rows = []
    for scope, words in SCOPES.items():
        access, _, resource = scope.partition(":")
        if access == "read":
            title = words.removeprefix("Read ")
            write = f"write:{resource}"
            rows.append(ScopeRow(title[0].upper() + title[1:], scope, write if write in SCOPES else ""))
    return tuple(rows)


def key_view(
    row: ApiKeyRow,
    names: Mapping[str | None, str],
    frame: Frame,
    changed: Mapping[str, int],
    *,
    is_new: bool = False,
) -> KeyView:
    """A key as the list shows it; ``names`` holds the names of members by id, ``changed`` the limits that
    the workspace has changed.
    """
    revoked = row.revoked_at is not None
    mark, until = ("", "") if revoked else _expiry(row, frame)
    narrowed = [", ".join(row.scopes)] if row.scopes else []
    if row.allowed_addresses:
        narrowed.append(f"only from {', '.join(row.allowed_addresses)}")
    if until:
        narrowed.append(until)
    per_minute = tier_of(livemode=row.mode == "live", own=row.rate_limit, changed=changed).limit
    return KeyView(
        id=row.id,
        name=row.name,
        prefix=shown_prefix("live" if row.mode == "live" else "test", row.public_id),
        livemode=row.mode == "live",
        read_only=row.read_only,
        revoked=revoked,
        unused=not revoked and frame.now - (row.last_used_at or row.created_at) >= UNUSED_AFTER,
        expires=mark,
        narrowed=tuple(narrowed),
        last_used_at=row.last_used_at,
        last_used_address=row.last_used_address or "",
        requests=row.request_count,
        limit="" if revoked else f"{per_minute:,} / min" if per_minute else "No limit",
        creator=Person(row.created_by, names.get(row.created_by, "Somebody who left"))
        if row.created_by
        else None,
        created_at=row.created_at,
        is_new=is_new,
    )


def _expiry(row: ApiKeyRow, frame: Frame) -> tuple[str, str]:
    """The mark of a key that ends soon or has ended, or the words for one that ends later."""
    if row.expires_at is None:
        return "", ""
    if row.expires_at <= frame.now:
        return "Expired", ""
    last_day = (row.expires_at - timedelta(microseconds=1)).astimezone(frame.zone).date()
    days = (last_day - frame.today).days
    if days > EXPIRY_NEAR_DAYS:
        return "", f"until {day(last_day)}"
    return (f"Expires in {count(days, 'day')}" if days else "Expires today"), ""


def key_list(
    rows: Iterable[ApiKeyRow],
    names: Mapping[str | None, str],
    frame: Frame,
    changed: Mapping[str, int],
    created: tuple[ApiKeyRow, str] | None = None,
) -> KeyList:
    """The list; ``created`` is a key just made, with its whole text."""
    new_id = created[0].id if created else None
    keys = tuple(key_view(row, names, frame, changed, is_new=row.id == new_id) for row in rows)
    if created is None:
        return KeyList(keys)
    row, text = created
    return KeyList(keys, CreatedKey(row.name, row.mode == "live", text))
