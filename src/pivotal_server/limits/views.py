"""View models of Admin > Limits."""

from typing import Literal

import msgspec

from pivotal_server.limits.catalogue import LimitScope
from pivotal_server.limits.service import FULL, HIGH, LimitUse
from pivotal_server.web.formats import number

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
    """One limit. ``used`` and ``left`` are empty where nothing is counted; ``share`` is in per cent."""

    name: str
    title: str
    description: str
    of: str
    value: str
    used: str
    left: str
    share: int
    tone: Tone


class LimitsPage(msgspec.Struct, frozen=True):
    """Context ``page`` of ``limits/list.html``: what is counted, the fullest first, and what is not."""

    counted: tuple[LimitLine, ...]
    others: tuple[LimitLine, ...]

    @property
    def short(self) -> tuple[LimitLine, ...]:
        """The limits that are nearly used up."""
        return tuple(line for line in self.counted if line.tone != "ink")


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
        amount(limit.default, limit.unit),
        "" if use.used is None else number(use.used),
        "" if use.left is None else number(use.left),
        use.share,
        tone,
    )
