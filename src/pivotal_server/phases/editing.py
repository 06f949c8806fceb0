"""Changing the phases of a workspace (APP-PHASE-1 … 3). Apart from reading, since it moves onboardings."""

import re
from collections.abc import Sequence

from msgspec.structs import replace

from pivotal_server.activity.entries import Change
from pivotal_server.customers.checks import slug_of
from pivotal_server.errors_catalogue import (
    INVALID_ENUM_VALUE,
    INVALID_REFERENCE,
    TOO_BIG,
    TOO_SMALL,
    UNKNOWN_PHASE,
)
from pivotal_server.kit.ids import cuid
from pivotal_server.kit.text import line
from pivotal_server.limits import service as limits
from pivotal_server.limits.catalogue import PHASES
from pivotal_server.onboardings import of_phase
from pivotal_server.phases import repository
from pivotal_server.phases.presets import PRESETS
from pivotal_server.phases.repository import PhaseRow
from pivotal_server.unit_of_work import UnitOfWork

KINDS = ("normal", "launch", "terminal")
LONGEST_TARGET = 365


def checked(name: str, target_days: int | None, kind: str) -> tuple[str, int | None, str]:
    """The fields of a phase. Raises ``too_small``, ``too_big`` and ``invalid_enum_value``."""
    name = line(name, "name", 1, 60)
    if kind not in KINDS:
        raise INVALID_ENUM_VALUE(field="kind", expected=" | ".join(KINDS), received=kind[:100])
    if target_days is not None:
        if target_days < 0:
            raise TOO_SMALL(field="target_days", name="target_days", limit=0)
        if target_days > LONGEST_TARGET:
            raise TOO_BIG(field="target_days", name="target_days", limit=LONGEST_TARGET)
    return name, target_days, kind


async def create_phase(uow: UnitOfWork, name: str, target_days: int | None, kind: str) -> PhaseRow:
    """Add a phase at the end of the list, before the terminal one. Its key is made from the name once.

    Raises what :func:`checked` raises, ``limit_reached``, and ``invalid_enum_value`` for a second launch or
    terminal phase.
    """
    name, target_days, kind = checked(name, target_days, kind)
    rows = await _locked(uow)
    used = [row for row in rows if row.archived_at is None]
    await limits.check_room(uow, PHASES, len(used))
    number, created_at = await uow.allocate("phase")
    row = PhaseRow(
        id=cuid(),
        display_id=number,
        key=_free_key(name, {one.key for one in rows}),
        name=name,
        target_days=target_days,
        kind=kind,
        position=0,
        archived_at=None,
    )
    before_end = [one for one in used if one.kind != "terminal"]
    ends = [one for one in used if one.kind == "terminal"]
    _check_kinds([*used, row])
    await repository.insert_one(uow.tx, uow.org_id, row, created_at)
    await _order(uow, [*before_end, row, *ends], rows)
    _record(uow, row, "phase.created", [Change("name", None, name), Change("kind", None, kind)])
    return row


async def update_phase(uow: UnitOfWork, key: str, name: str, target_days: int | None, kind: str) -> PhaseRow:
    """Change a phase; the change acts at once on every onboarding. Raises what creating raises, and
    ``unknown_phase``.
    """
    name, target_days, kind = checked(name, target_days, kind)
    rows = await _locked(uow)
    row = _find(rows, key)
    after = replace(row, name=name, target_days=target_days, kind=kind)
    if after == row:
        return row
    used = [after if one.id == row.id else one for one in rows if one.archived_at is None]
    _check_kinds(used)
    await repository.save(uow.tx, uow.org_id, after)
    if kind == "terminal" and used[-1].id != row.id:
        used.sort(key=lambda one: one.id == row.id)
        await _order(uow, used, [after if one.id == row.id else one for one in rows])
    names = ("name", "target_days", "kind")
    diff = [
        Change(one, getattr(row, one), getattr(after, one))
        for one in names
        if getattr(row, one) != getattr(after, one)
    ]
    _record(uow, after, "phase.updated", diff)
    return after


async def move_phase(uow: UnitOfWork, key: str, step: int) -> None:
    """Move a phase up (-1) or down (1) by one place; at the edge, or past the terminal one, nothing happens.

    Raises ``unknown_phase``.
    """
    rows = await _locked(uow)
    row = _find(rows, key)
    used = [one for one in rows if one.archived_at is None]
    at = used.index(row)
    to = at + step
    if not 0 <= to < len(used) or "terminal" in (row.kind, used[to].kind):
        return
    used[at], used[to] = used[to], used[at]
    await _order(uow, used, rows)
    _record(uow, row, "phase.updated", [Change("position", at + 1, to + 1)])


async def archive_phase(uow: UnitOfWork, key: str, to: str | None) -> int:
    """Archive a phase, and move its open onboardings to ``to``; how many were moved (APP-PHASE-3).

    Raises ``unknown_phase``, ``invalid_reference`` when it has open onboardings and ``to`` is no other open
    phase, or some of them are paused, and ``invalid_enum_value`` when no normal phase would be left.
    """
    rows = await _locked(uow)
    row = _find(rows, key)
    left = [one for one in rows if one.archived_at is None and one.id != row.id]
    _check_kinds(left)
    moved = 0
    if (await of_phase.open_counts(uow.tx, uow.org_id)).get(key):
        if await of_phase.paused_in(uow.tx, uow.org_id, key):
            raise INVALID_REFERENCE(
                field="to", message="Resume its paused onboardings first, they cannot be moved"
            )
        if to not in [one.key for one in left if one.kind != "terminal"]:
            raise INVALID_REFERENCE(field="to", message="Choose the phase that its onboardings move to")
        assert to is not None
        moved = await of_phase.move_all(uow, key, to)
    archived = replace(row, archived_at=uow.now)
    await repository.save(uow.tx, uow.org_id, archived)
    await repository.clear_default(uow.tx, uow.org_id, key)
    await _order(uow, left, [archived if one.id == row.id else one for one in rows])
    _record(uow, row, "phase.archived", [])
    return moved


async def restore_phase(uow: UnitOfWork, key: str) -> None:
    """Bring an archived phase back, before the terminal one. Raises ``unknown_phase``, ``limit_reached``,
    and ``invalid_enum_value`` when another launch or terminal phase has taken its place.
    """
    rows = await _locked(uow)
    row = next((one for one in rows if one.key == key and one.archived_at is not None), None)
    if row is None:
        raise UNKNOWN_PHASE(field="phase", phase=key[:100], valid="")
    used = [one for one in rows if one.archived_at is None]
    await limits.check_room(uow, PHASES, len(used))
    back = replace(row, archived_at=None)
    _check_kinds([*used, back])
    await repository.save(uow.tx, uow.org_id, back)
    order = sorted([*used, back], key=lambda one: (one.kind == "terminal", one.id == back.id, one.position))
    await _order(uow, order, [back if one.id == row.id else one for one in rows])
    _record(uow, back, "phase.restored", [])


async def use_preset(uow: UnitOfWork, name: str) -> None:
    """Take the phases of a preset in place of those there are, while no onboarding is open.

    Phases of the same key stay as they are. Raises ``invalid_enum_value`` for an unknown preset,
    ``invalid_reference`` while onboardings are open.
    """
    if name not in PRESETS:
        raise INVALID_ENUM_VALUE(field="preset", expected=" | ".join(PRESETS), received=name[:100])
    if await of_phase.open_counts(uow.tx, uow.org_id):
        raise INVALID_REFERENCE(
            field="preset", message="Onboardings are open. A preset can be taken only without any"
        )
    rows = {row.key: row for row in await _locked(uow)}
    order = []
    for wanted in PRESETS[name]:
        known = rows.get(wanted.key)
        if known is None:
            number, created_at = await uow.allocate("phase")
            known = PhaseRow(
                cuid(), number, wanted.key, wanted.name, wanted.target_days, wanted.kind, 0, None
            )
            await repository.insert_one(uow.tx, uow.org_id, known, created_at)
            _record(uow, known, "phase.created", [Change("name", None, known.name)])
        order.append(replace(known, archived_at=None, kind=wanted.kind))
    kept = {row.id for row in order}
    gone = [
        replace(row, archived_at=row.archived_at or uow.now) for row in rows.values() if row.id not in kept
    ]
    for row in [*order, *gone]:
        await repository.save(uow.tx, uow.org_id, row)
    for row in gone:
        await repository.clear_default(uow.tx, uow.org_id, row.key)
    await _order(uow, order, [*order, *gone])


async def _locked(uow: UnitOfWork) -> list[PhaseRow]:
    """Every phase, kept from changing by others until the end of the transaction."""
    await uow.hold("phase")
    return await repository.all_phases(uow.tx, uow.org_id)


def _find(rows: Sequence[PhaseRow], key: str) -> PhaseRow:
    row = next((one for one in rows if one.key == key and one.archived_at is None), None)
    if row is None:
        valid = ", ".join(one.key for one in rows if one.archived_at is None)
        raise UNKNOWN_PHASE(field="phase", phase=key[:100], valid=valid)
    return row


def _check_kinds(rows: Sequence[PhaseRow]) -> None:
    for kind in ("launch", "terminal"):
        if sum(row.kind == kind for row in rows) > 1:
            raise INVALID_ENUM_VALUE(field="kind", message=f"There is a {kind} phase already")
    if not any(row.kind == "normal" for row in rows):
        raise INVALID_ENUM_VALUE(field="kind", message="At least one normal phase must remain")


def _free_key(name: str, used: set[str]) -> str:
    base = re.sub(r"[^a-z0-9]+", "_", slug_of(name))[:50].strip("_") or "phase"
    key, number = base, 2
    while key in used:
        key, number = f"{base}_{number}", number + 1
    return key


async def _order(uow: UnitOfWork, order: Sequence[PhaseRow], rows: Sequence[PhaseRow]) -> None:
    """Number the phases in use as in ``order``; archived ones stand behind them."""
    ids = {row.id for row in order}
    archived = [row for row in rows if row.archived_at is not None and row.id not in ids]
    for position, row in enumerate([*order, *archived], start=1):
        if row.position != position:
            await repository.place(uow.tx, uow.org_id, row.id, position)


def _record(uow: UnitOfWork, row: PhaseRow, event: str, diff: list[Change]) -> None:
    uow.record(event, target=("phase", row.id, row.display_id), diff=diff, reason=row.name)
