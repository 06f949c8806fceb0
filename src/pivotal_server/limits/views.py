"""View models of Admin > Limits."""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from pivotal_server.limits.catalogue import Limit, LimitScope
from pivotal_server.limits.service import FULL, HIGH, KeyUse, LimitUse
from pivotal_server.limits.tiers import tier_of
from pivotal_server.web.formats import number
from pivotal_server.web.view import Form

OF = {
    LimitScope.API_KEY: "Each API key",
    LimitScope.CLIENT_ADDRESS: "Each address",
    LimitScope.REQUEST: "Each time",
    LimitScope.WORKSPACE: "Workspace",
    LimitScope.CUSTOMER: "Each customer",
    LimitScope.ONBOARDING: "Each onboarding",
    LimitScope.TASK: "Each task",
    LimitScope.TEMPLATE: "Each template",
    LimitScope.MEMBER: "Each person",
}
_SIZES = ((1_048_576, "MiB"), (1_024, "KiB"))
Tone = Literal["ink", "warn", "bad"]


class LimitLine(msgspec.Struct, frozen=True):
    """One limit. ``used`` and ``left`` are empty where nothing is counted; ``share`` is in per cent.

    ``usual``: the default, where the workspace has a value of its own. ``changeable``: whether it may have.
    """

    name: str
    title: str
    description: str
    of: str
    value: str
    used: str
    left: str
    share: int
    tone: Tone
    usual: str
    changeable: bool


class LimitsPage(msgspec.Struct, frozen=True):
    """Context ``page`` of ``limits/list.html``: what is counted, the fullest first, and what is not."""

    counted: tuple[LimitLine, ...]
    others: tuple[LimitLine, ...]


class LimitForm(msgspec.Struct, frozen=True):
    """Context ``page`` of ``limits/change.html``. Field of ``form``: ``value``, empty for the default."""

    form: Form
    limit: Limit

    @property
    def lead(self) -> str:
        """What it counts, and within which bounds it can be changed."""
        bounds = f"From {number(self.limit.least)} to {number(self.limit.most)}"
        off = ", or 0 to switch it off" if self.limit.can_be_off else ""
        return f"{self.limit.description} {bounds}{off}. What is beyond it already stays."

    @property
    def help(self) -> str:
        """What an empty field means."""
        return f"Empty: the default, {amount(self.limit.default, self.limit.unit)}."


class KeyLine(msgspec.Struct, frozen=True):
    """The use of one key. ``limit``: requests a minute, empty without one."""

    id: str
    name: str
    livemode: bool
    minute: int
    minute_refused: int
    day: int
    day_refused: int
    limit: str


class KeysPage(msgspec.Struct, frozen=True):
    """Context ``page`` of ``limits/keys.html``."""

    keys: tuple[KeyLine, ...]


def keys_page(found: Sequence[KeyUse], changed: Mapping[str, int]) -> KeysPage:
    """The use of each key, in the order in which they come."""
    lines = []
    for use in found:
        limit = tier_of(livemode=use.mode == "live", own=use.rate_limit, changed=changed).limit
        lines.append(
            KeyLine(
                use.id,
                use.name,
                use.mode == "live",
                use.minute,
                use.minute_refused,
                use.day,
                use.day_refused,
                f"{number(limit)} / min" if limit else "",
            )
        )
    return KeysPage(tuple(lines))


def amount(value: int, unit: str) -> str:
    """A limit with its unit, such as "1 MiB" or "600 requests a minute"."""
    if unit == "bytes":
        for size, name in _SIZES:
            if value >= size:
                return f"{number(round(value / size, 1))} {name}"
    return f"{number(value)} {unit}"


def limits_page(uses: list[LimitUse]) -> LimitsPage:
    """The page of these limits."""
    lines = [_line(use) for use in uses]
    counted = sorted((line for line in lines if line.used), key=lambda line: -line.share)
    return LimitsPage(tuple(counted), tuple(line for line in lines if not line.used))


def _line(use: LimitUse) -> LimitLine:
    limit = use.limit
    tone: Tone = "bad" if use.share >= FULL else "warn" if use.share >= HIGH else "ink"
    return LimitLine(
        limit.name,
        limit.title,
        limit.description,
        OF[limit.scope],
        amount(use.value, limit.unit) if use.value else "Off",
        "" if use.used is None else number(use.used),
        "" if use.left is None else number(use.left),
        use.share,
        tone,
        amount(limit.default, limit.unit) if use.changed else "",
        limit.setting is not None,
    )
