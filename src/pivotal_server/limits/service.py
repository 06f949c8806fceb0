"""How much of each declared limit a workspace has in use, and refusing what goes beyond one."""

from collections.abc import Mapping

import msgspec

from pivotal_server.db.engine import Executor
from pivotal_server.errors_catalogue import LIMIT_REACHED
from pivotal_server.limits import repository
from pivotal_server.limits.catalogue import LIMITS, Limit, LimitScope, changed_in, value_of
from pivotal_server.limits.repository import KeyUse
from pivotal_server.notifications import service_notices as notices
from pivotal_server.unit_of_work import UnitOfWork

__all__ = [
    "FULL",
    "HIGH",
    "KeyUse",
    "LimitUse",
    "changed_of",
    "check_room",
    "key_uses",
    "short",
    "uses",
    "value",
]

HIGH, FULL = 80, 95
"""From which share of a limit, in per cent, it is said to be nearly used up, and to be all but used up."""
KIND = "limit_near"
PATH = "/admin/limits"
# A list that is sent as a whole fills up again with every save.
_TOLD = frozenset({LimitScope.WORKSPACE, LimitScope.CUSTOMER, LimitScope.ONBOARDING, LimitScope.MEMBER})


class LimitUse(msgspec.Struct, frozen=True):
    """A limit, the value in force, and how much is in use; ``None`` for what is not counted together."""

    limit: Limit
    value: int
    used: int | None = None

    @property
    def left(self) -> int | None:
        """How much can still be added."""
        return None if self.used is None else max(0, self.value - self.used)

    @property
    def share(self) -> int:
        """The part in use, in whole per cent, rounded down."""
        return 0 if self.used is None or not self.value else min(100, 100 * self.used // self.value)

    @property
    def changed(self) -> bool:
        """Whether the workspace has a value of its own."""
        return self.value != self.limit.default


async def changed_of(db: Executor, org_id: str) -> Mapping[str, int]:
    """The values that a workspace has changed, by the names of the limits."""
    return changed_in(await repository.settings(db, org_id) or {})


async def value(db: Executor, org_id: str, limit: Limit) -> int:
    """The value of a limit that is in force in a workspace."""
    return value_of(limit, await changed_of(db, org_id))


async def uses(db: Executor, org_id: str) -> list[LimitUse]:
    """Every declared limit in its order, with what the workspace uses of it. One statement."""
    found = await repository.use(db, org_id)
    counted = msgspec.structs.asdict(found)
    changed = changed_in(found.settings or {})
    return [LimitUse(limit, value_of(limit, changed), counted.get(name)) for name, limit in LIMITS.items()]


async def short(db: Executor, org_id: str) -> list[LimitUse]:
    """The limits that are nearly used up, the fullest first. One statement."""
    found = [use for use in await uses(db, org_id) if use.share >= HIGH]
    return sorted(found, key=lambda use: -use.share)


async def check_room(
    uow: UnitOfWork, limit: Limit, used: int, more: int = 1, *, field: str | None = None
) -> None:
    """Raises ``limit_reached`` when ``more`` beside what is ``used`` already would go beyond the limit.

    Managers are told once each time that the use comes to 80 % or to 95 % of it (APP-LIM-2). Far below what
    the limit can be lowered to, nothing is asked of the database.
    """
    after = used + more
    if 100 * after < HIGH * limit.least:
        return
    most = await value(uow.tx, uow.org_id, limit)
    if after > most:
        raise LIMIT_REACHED(field=field, name=limit.title, limit=most, used=used)
    for share in (FULL, HIGH) if limit.scope in _TOLD else ():
        if 100 * used < share * most <= 100 * after:
            await notices.tell_managers(
                uow,
                kind=KIND,
                title=f"{limit.title}: {share} % of the limit is in use",
                body=f"{after:,} of {most:,} {limit.unit}. What goes beyond is refused.",
                url=f"{PATH}#limit-{limit.name}",
            )
            return


async def key_uses(db: Executor, org_id: str) -> list[KeyUse]:
    """What each active key has asked for in the last minute and the last 24 hours, the busiest first."""
    return await repository.key_uses(db, org_id)
