"""Tables and lists of the docs that are made from declarations, as Markdown.

A page asks for one by a line of its own: ``::: errors``, ``::: events customer``.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import msgspec

from pivotal_server.auth.permissions import CAPABILITIES, ROLES, Condition, Extent, Grant, Role
from pivotal_server.auth.scopes import SCOPES
from pivotal_server.config import SETTINGS
from pivotal_server.events.described import DESCRIPTIONS, HEADERS, examples
from pivotal_server.kit.errors import CODES, ErrorCode
from pivotal_server.limits.catalogue import LIMITS
from pivotal_server.limits.tiers import TIERS
from pivotal_server.phases.presets import PRESETS
from pivotal_server.webhooks.policy import DISABLED_AT, LAST_AFTER, RETRY_AFTER

_LINE = re.compile(r"^::: ([a-z]+)(?: (\S+))?$", re.MULTILINE)
_TYPES = {
    "invalid_request_error": "The request is at fault. Sending it again unchanged fails again.",
    "authentication_error": "The key is missing, wrong, revoked or expired.",
    "permission_error": "The key is known, but may not do this.",
    "not_found": "The path or an id names nothing that this workspace has.",
    "conflict": "The request is well formed but does not fit the present state.",
    "rate_limit_error": "Too many requests in too short a time.",
    "internal_error": "The server failed. Nothing was changed; try again.",
}
_NO_CURE = "Do what the message says."


class UnknownFact(Exception):
    """A page asks for a list that does not exist."""


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; line breaks and bars in cells are made harmless."""
    lines = [_row(heads), _row(["---"] * len(heads))]
    lines += [_row(row) for row in rows]
    return "\n".join(lines)


def _row(cells: Sequence[str]) -> str:
    tidy = (re.sub(r"\s+", " ", cell).replace("|", "\\|") for cell in cells)
    return f"| {' | '.join(tidy)} |"


def plain(text: str) -> str:
    """A sentence of the code as Markdown: what looks like markup is shown as it is."""
    pieces = re.split(r"(`[^`]+`)", text)
    return "".join(
        piece if piece.startswith("`") and piece.endswith("`") else re.sub(r"([<>*_\[\]#])", r"\\\1", piece)
        for piece in pieces
    )


def pretty(value: Any) -> str:
    """A value as indented JSON."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()


def errors(senders: Mapping[str, Sequence[str]]) -> str:
    """Every code under the heading of its type; ``senders``: links to operations that send it, by code."""
    parts = []
    for type_, meaning in _TYPES.items():
        parts.append(f"## `{type_}` {{#{type_}}}\n\n{meaning}\n")
        codes = sorted((c for c in CODES.values() if c.type == type_), key=lambda c: (c.status, c.code))
        parts += [_error(code, senders.get(code.code, ())) for code in codes]
    return "\n".join(parts)


def _error(code: ErrorCode, senders: Sequence[str]) -> str:
    where = (
        "Only the web app answers with this code."
        if code.app_only
        else f"Sent by {', '.join(senders)}."
        if 0 < len(senders) <= 8
        else f"Sent by {len(senders)} operations."
        if senders
        else "Sent for addresses that no operation has."
    )
    message = re.sub(r"\{(\w+)\}", r"…", code.message)
    return (
        f"### `{code.code}` {{#{code.code}}}\n\n"
        f"**{code.status}** · {plain(message)}\n\n{code.cure or _NO_CURE} {where}\n"
    )


def settings() -> str:
    """Every setting of the server."""
    return "\n".join(
        f"### `{setting.name}`\n\n{plain(setting.effect)} Default: "
        f"{f'`{setting.default}`' if setting.default else 'none'}.\n"
        for setting in SETTINGS
    )


def scopes() -> str:
    """What a key may be narrowed to."""
    return table(("Scope", "Allows"), ((f"`{name}`", plain(told)) for name, told in SCOPES.items()))


def tiers() -> str:
    """The named tiers of the rate limit."""
    return table(
        ("Tier", "Requests a minute"), ((f"`{name}`", f"{limit:,}") for name, limit in TIERS.items())
    )


def limits() -> str:
    """Every limit, with where it is changed."""
    rows = (
        (
            f"{limit.title} (`{limit.name}`)",
            f"{limit.default:,} {limit.unit}",
            "per workspace" if limit.setting else "fixed",
            plain(limit.description),
        )
        for limit in LIMITS.values()
    )
    return table(("Limit", "Value", "Changed", "Counts"), rows)


_CONDITIONS = {
    Condition.DEFAULT_ACCESS_HAS_MEMBERS: "if default access includes members",
    Condition.DEFAULT_ACCESS_HAS_VIEWERS: "if default access includes viewers",
    Condition.MEMBERS_CREATE_CUSTOMERS: "if members may create customers",
    Condition.MEMBERS_EXPORT: "if members may export",
    Condition.VIEWERS_EXPORT: "if viewers may export",
    Condition.PI_ON_FOR_ROLE: "if it is on for the role",
    Condition.CUSTOMER_OWNER: "if they own the customer",
    Condition.CSM: "if they are its CSM",
    Condition.MAY_MOVE: "if they are its CSM or have an open task in its phase",
    Condition.NO_GRANT_NO_DELETE: "but neither access nor deleting",
    Condition.JOB: "jobs only",
    Condition.ACTIVITY: "activity only",
    Condition.RISK_ENTRY: "risk entries only",
}
_EXTENTS = {
    Extent.YES: "yes",
    Extent.VISIBLE: "on customers they see",
    Extent.OWN: "their own",
    Extent.SETTING: "",
    Extent.NO: "no",
}
_LATER = {"ask_pi", "act_on_insights", "write_to_customers", "see_reports", "share_views"}


def permissions() -> str:
    """Who of a workspace may do what; rows of what this release does not have are left out."""
    rows = (
        (row.title, *(_grant(row.grants[role]) for role in Role))
        for row in CAPABILITIES.values()
        if row.name not in _LATER
    )
    return table(("Act", *(ROLES[role].title for role in Role)), rows)


def _grant(grant: Grant) -> str:
    extent = _EXTENTS[grant.extent]
    if grant.condition is None or grant.extent == Extent.NO:
        return extent
    condition = _CONDITIONS[grant.condition]
    return condition if extent in ("", "yes") else f"{extent}, {condition}"


def events(resource: str = "") -> str:
    """All types in a table, or those of one resource with an example each."""
    if not resource:
        return table(
            ("Type", "Sent when"),
            (
                (f"[`{name}`](/docs/webhooks/events/{name.partition('.')[0]}#{name})", told)
                for name, told in DESCRIPTIONS.items()
            ),
        )
    return "\n".join(
        f"## `{name}` {{#{name}}}\n\n{told}\n\n```json static\n{pretty(examples()[name])}\n```\n"
        for name, told in DESCRIPTIONS.items()
        if name.partition(".")[0] == resource
    )


def retries() -> str:
    """When a delivery that failed is tried again."""
    rows = [("1", "at once")]
    rows += [(str(n + 1), f"{_span(pause)} after attempt {n}") for n, pause in RETRY_AFTER.items()]
    rows.append((str(len(RETRY_AFTER) + 2), f"{_span(LAST_AFTER)} after attempt 1"))
    return table(("Attempt", "When"), rows)


def _span(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    for size, unit in ((3600, "hour"), (60, "minute"), (1, "second")):
        if seconds % size == 0:
            return f"{seconds // size} {unit}{'s' if seconds != size else ''}"
    raise AssertionError("a span of whole seconds")


def disabling() -> str:
    """When an endpoint is switched off."""
    return (
        f"After {DISABLED_AT} deliveries in a row that failed for good, all their attempts used, an endpoint "
        "is disabled. Its waiting deliveries are canceled."
    )


def phases() -> str:
    """The phases that a new workspace starts with, by preset."""
    return "\n\n".join(
        f"### Preset `{name}`\n\n"
        + table(
            ("Phase", "Key", "Target days", "Kind"),
            ((one.name, f"`{one.key}`", str(one.target_days or ""), one.kind) for one in preset),
        )
        for name, preset in PRESETS.items()
    )


def webhook_headers() -> str:
    """The headers of a delivery."""
    return table(("Header", "Holds"), ((f"`{name}`", told) for name, told in HEADERS.items()))


def expanded(text: str, given: Mapping[str, Callable[..., str]]) -> str:
    """A text with every list in its place; ``given`` are those that need more than the declarations here.

    Raises :class:`UnknownFact`.
    """
    makers: dict[str, Callable[..., str]] = {
        "settings": settings,
        "scopes": scopes,
        "tiers": tiers,
        "limits": limits,
        "permissions": permissions,
        "events": events,
        "webhookheaders": webhook_headers,
        "retries": retries,
        "disabling": disabling,
        "phases": phases,
        **given,
    }

    def make(found: re.Match[str]) -> str:
        maker = makers.get(found[1])
        if maker is None:
            raise UnknownFact(found[0])
        return maker(found[2]) if found[2] else maker()

    return _LINE.sub(make, text)
