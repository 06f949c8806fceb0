"""What members do not want to be told of: by kind, in the app and by mail."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec

from pivotal_server.activity.entries import Change
from pivotal_server.db.engine import Executor
from pivotal_server.kit.codes import INVALID_ENUM_VALUE
from pivotal_server.notifications import repository_preferences as repository
from pivotal_server.unit_of_work import UnitOfWork

__all__ = ["BELL", "MAIL", "Wishes", "set_preferences", "unwanted", "wanted_by_mail", "wishes_of"]

BELL: Mapping[str, str] = {
    "role_given": "You get a role in an onboarding",
    "onboarding_created": "An onboarding begins",
    "phase_moved": "An onboarding moves to another phase",
    "onboarding_state": "The state of an onboarding changes",
    "onboarding_launched": "An onboarding is launched",
    "onboarding_completed": "An onboarding is completed",
    "target_shifted": "A target launch moves",
    "task_assigned": "A task is assigned to you",
    "task_unlocked": "Your task can begin",
    "task_redated": "The due date of your task moves",
    "task_reopened": "Your task is opened again",
    "task_deleted": "Your task is deleted",
    "task_restored": "Your task comes back",
    "subtask_completed": "A subtask of your task is completed",
    "comment_added": "A comment",
    "reminder": "Tasks are due tomorrow, today, or overdue",
    "import_finished": "Your import has ended",
    "bulk_finished": "Your bulk edit has ended",
}
"""Kinds of notices that a member can do without, in words. Mentions always come."""
MAIL = ("reminder", "import_finished", "bulk_finished")
"""Kinds that also come by mail."""


class Wishes(msgspec.Struct, frozen=True):
    """The kinds that a member does not want in the app, and those not by mail."""

    bell_off: tuple[str, ...] = ()
    mail_off: tuple[str, ...] = ()


def read_wishes(stored: Any) -> Wishes:
    """The wishes in a stored value; none in an empty one."""
    return msgspec.convert(stored or {}, Wishes)


async def wishes_of(db: Executor, org_id: str, member_id: str) -> Wishes:
    """What a member does not want to be told of."""
    return read_wishes(await repository.stored(db, org_id, member_id))


async def unwanted(db: Executor, org_id: str, member_ids: Sequence[str], kind: str) -> set[str]:
    """Those of these members who do not want notices of a kind in the app."""
    if kind not in BELL or not member_ids:
        return set()
    found = await repository.stored_of(db, org_id, member_ids)
    return {id for id, stored in found if kind in read_wishes(stored).bell_off}


async def wanted_by_mail(db: Executor, org_id: str, member_id: str, kind: str) -> bool:
    """Whether a member wants mail of a kind."""
    return kind not in (await wishes_of(db, org_id, member_id)).mail_off


async def set_preferences(
    uow: UnitOfWork, member_id: str, number: int, *, bell_off: Collection[str], mail_off: Collection[str]
) -> None:
    """Say what a member does not want to be told of. Raises ``invalid_enum_value`` for an unknown kind."""
    for name, kinds, known in (("bell_off", bell_off, BELL), ("mail_off", mail_off, MAIL)):
        for kind in kinds:
            if kind not in known:
                raise INVALID_ENUM_VALUE(field=name, expected=" | ".join(known), received=kind[:100])
    before = await wishes_of(uow.tx, uow.org_id, member_id)
    after = Wishes(
        tuple(kind for kind in BELL if kind in bell_off), tuple(kind for kind in MAIL if kind in mail_off)
    )
    if after == before:
        return
    await repository.save(uow.tx, uow.org_id, member_id, msgspec.to_builtins(after))
    diff = [
        Change(f"notices.{name}", list(getattr(before, name)), list(getattr(after, name)))
        for name in ("bell_off", "mail_off")
        if getattr(before, name) != getattr(after, name)
    ]
    uow.record("member.updated", target=("member", member_id, number), diff=diff)
