"""A program that moves an onboarding in processes of its own, each killed one statement later than the last.

python -m tests.support.killed_move URL WORKSPACE ONBOARDING PHASE

It ends when a process has lived to the commit, and prints how many were killed.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from pivotal_server.auth.actor import command_line
from pivotal_server.db.engine import connect
from pivotal_server.db.postgres import PostgresTransaction
from pivotal_server.db.sqlite import SqliteTransaction
from pivotal_server.onboardings import changes, service
from pivotal_server.onboardings.schemas import OnboardingUpdate
from pivotal_server.unit_of_work import unit_of_work

METHODS = ("fetch_one", "fetch_all", "execute", "execute_many")


def kill_before(step: int) -> None:
    """Let this process be killed when a transaction is about to run its statement number ``step``."""
    ran = 0

    def counted(method: Callable[..., Any]) -> Callable[..., Any]:
        async def run(*args: Any, **kwargs: Any) -> Any:
            nonlocal ran
            ran += 1
            if ran == step:
                os.kill(os.getpid(), signal.SIGKILL)
            return await method(*args, **kwargs)

        return run

    for kind in (SqliteTransaction, PostgresTransaction):
        for name in METHODS:
            setattr(kind, name, counted(getattr(kind, name)))


async def move(url: str, org_id: str, onboarding: str, phase: str) -> None:
    """Move the onboarding as the operator does."""
    db = connect(url)
    await db.open()
    async with unit_of_work(db, command_line(org_id)) as uow:
        row = await service.get_onboarding(uow.tx, org_id, onboarding, lock=True)
        await changes.update_onboarding(uow, row, OnboardingUpdate(phase=phase))
    await db.close()


def main(url: str, org_id: str, onboarding: str, phase: str) -> None:
    """Move until a process lives to the end of it."""
    killed = 0
    while True:
        child = os.fork()
        if child == 0:
            kill_before(killed + 1)
            asyncio.run(move(url, org_id, onboarding, phase))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            break
        killed += 1
    sys.stdout.write(f"{killed}\n")
    sys.stdout.flush()
    sys.exit(os.WEXITSTATUS(status))


if __name__ == "__main__":
    main(*sys.argv[1:])
