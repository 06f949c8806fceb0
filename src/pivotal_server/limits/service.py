"""How much of each declared limit a workspace has in use."""

import msgspec

from pivotal_server.db.engine import Executor
from pivotal_server.limits import repository
from pivotal_server.limits.catalogue import LIMITS, Limit

HIGH, FULL = 80, 95
"""From which share of a limit, in per cent, it is said to be nearly used up, and to be all but used up."""


class LimitUse(msgspec.Struct, frozen=True):
    """A limit, and how much of it is in use; ``None`` for one that is not counted over a workspace."""

    limit: Limit
    used: int | None = None

    @property
    def left(self) -> int | None:
        """How much can still be added."""
        return None if self.used is None else max(0, self.limit.default - self.used)

    @property
    def share(self) -> int:
        """The part in use, in whole per cent, rounded down."""
        return 0 if self.used is None else min(100, 100 * self.used // self.limit.default)


async def uses(db: Executor, org_id: str) -> list[LimitUse]:
    """Every declared limit in its order, with what the workspace uses of it. One statement."""
    counted = msgspec.structs.asdict(await repository.use(db, org_id))
    return [LimitUse(limit, counted.get(name)) for name, limit in LIMITS.items()]
