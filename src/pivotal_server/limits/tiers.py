"""Rate limit tiers of API keys."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from pivotal_server.limits.catalogue import RATE_LIMIT_LIVE, RATE_LIMIT_TEST, value_of

TierName = Literal["free", "standard", "test", "custom"]
WorkspaceTier = Literal["free", "standard"]

TIERS: dict[TierName, int] = {
    "free": 60,
    "standard": RATE_LIMIT_LIVE.default,
    "test": RATE_LIMIT_TEST.default,
}
"""Requests a minute of each named tier."""


class Tier(msgspec.Struct, frozen=True):
    """What applies to one key: the tier's name, and its requests a minute (0 = no limit)."""

    name: TierName
    limit: int


def tier_of(
    *, livemode: bool, own: int | None, changed: Mapping[str, int], workspace: WorkspaceTier = "standard"
) -> Tier:
    """The tier of a key.

    ``own`` is the key's own figure, if any; ``changed`` the limits that the workspace has changed, by name;
    ``workspace`` its tier. The first of the three that says something decides.
    """
    if own is not None:
        return Tier("custom", own)
    limit = RATE_LIMIT_LIVE if livemode else RATE_LIMIT_TEST
    if limit.name in changed:
        return Tier("custom", value_of(limit, changed))
    name: TierName = workspace if livemode else "test"
    return Tier(name, TIERS[name])
