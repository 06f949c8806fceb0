"""Changing the limits of a workspace (Admin > Limits)."""

from pivotal_server.activity.entries import Change
from pivotal_server.errors_catalogue import IMMUTABLE_FIELD, TOO_BIG, TOO_SMALL
from pivotal_server.limits.catalogue import Limit, changed_in, value_of
from pivotal_server.unit_of_work import UnitOfWork
from pivotal_server.workspaces import changes as workspaces


async def set_limit(uow: UnitOfWork, limit: Limit, value: int | None) -> int:
    """Give a limit another value in this workspace, or with ``None`` its default again; the value in force.

    What is beyond a lowered limit stays; only more is refused. The caller tells every process after the
    commit (``Database.bump_epoch_everywhere``), so that the next request of a key is held to it. Raises
    ``immutable_field`` for a fixed limit, ``too_small`` and ``too_big`` for the field ``value``.
    """
    if limit.setting is None:
        raise IMMUTABLE_FIELD(field="value", name=limit.name)
    if value is not None and not limit.takes(value):
        if value < limit.least:
            raise TOO_SMALL(field="value", name=limit.name, limit=limit.least)
        raise TOO_BIG(field="value", name=limit.name, limit=limit.most)
    row = await workspaces.locked_workspace(uow)
    changed: dict[str, int] = dict(changed_in(row.settings))
    before = value_of(limit, changed)
    changed.pop(limit.name, None)
    if value is not None and value != limit.default:
        changed[limit.name] = value
    after = value_of(limit, changed)
    if after != before:
        diff = [Change(f"limits.{limit.name}", before, after)]
        await workspaces.save_settings(uow, row, {"limits": changed}, diff)
    return after
