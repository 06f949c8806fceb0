"""Changing an onboarding: fields, state, phase and target date through one pipeline."""

from datetime import timedelta
from typing import Any

from msgspec import UNSET
from msgspec.structs import replace

from pivotal_server.activity.entries import Change, differences
from pivotal_server.auth.actor import Actor
from pivotal_server.db.errors import UniqueViolation
from pivotal_server.errors_catalogue import ONBOARDING_DONE, ONBOARDING_PAUSED, TERMINAL_PHASE
from pivotal_server.kit.clock import wire
from pivotal_server.kit.json import kept_or_new
from pivotal_server.kit.validation import given
from pivotal_server.members import service as members
from pivotal_server.onboardings import repository
from pivotal_server.onboardings.how import PLAIN, How
from pivotal_server.onboardings.moves import PhaseList, in_state, moved
from pivotal_server.onboardings.moving_tasks import move_tasks
from pivotal_server.onboardings.people import check_people, launch_moment, refuse_stale
from pivotal_server.onboardings.repository import OnboardingRow
from pivotal_server.onboardings.schemas import OnboardingUpdate
from pivotal_server.onboardings.service import STAFF_FIELDS, conflict, staff
from pivotal_server.onboardings.states import check_move, wanted_state
from pivotal_server.onboardings.telling import tell_of_change
from pivotal_server.onboardings.wire import event_extra, to_wire
from pivotal_server.phases import service as phases
from pivotal_server.tasks import of_onboarding as tasks
from pivotal_server.tasks.following import date_rules, follow_dates
from pivotal_server.unit_of_work import UnitOfWork

_PIPELINE = ("phase", "state", "waiting_on_customer", "target_launch_date")
_REASONS = ("phase_change_reason", "target_change_reason")
_OWN_ENTRIES = frozenset({"updated_at", "launched_at", "completed_at", *_PIPELINE})


async def update_onboarding(
    uow: UnitOfWork, row: OnboardingRow, data: OnboardingUpdate, how: How = PLAIN
) -> OnboardingRow:
    """Change a locked ``row`` by what ``data`` gives: state first, then phase, target and plain fields.

    ``how`` carries what people say on top. Values equal to the stored ones count as not given; when nothing
    differs nothing is written. Raises ``unknown_phase``, ``terminal_phase``, ``onboarding_paused``,
    ``onboarding_done``, ``invalid_enum_value``, ``invalid_reference``, ``external_id_taken``; for people also
    ``stale_phase``, ``insufficient_role``, ``reason_required``, and ``too_big`` and ``too_small`` for the day
    of a launch.
    """
    after, phase_list = row, None
    refuse_stale(row, how)
    if data.state is not UNSET or data.waiting_on_customer is not UNSET or data.phase is not UNSET:
        phase_list = PhaseList(await phases.all_phases(uow.tx, uow.org_id))
        after = _state_and_phase(uow, row, data, phase_list)
    after = _target(after, _shifted(row, data, how))
    after = await _fields(uow, after, data)
    if after == row:
        return row
    if uow.actor.type == "member":
        known = phase_list or PhaseList(await phases.all_phases(uow.tx, uow.org_id))
        await check_people(uow, row, after, data, how, known)
    after = await _with_moments(uow, row, after, how)
    try:
        await repository.save(uow.tx, uow.org_id, after)
    except UniqueViolation as fault:
        raise conflict(fault, after) from None

    extra: dict[str, dict[str, Any]] = {"onboarding.state_changed": {"state_reason": how.state_reason}}
    if phase_list is not None and after.phase != row.phase:
        transition = {
            "from_phase": row.phase,
            "to_phase": after.phase,
            "direction": phase_list.direction(row.phase, after.phase),
            "reason": data.phase_change_reason or (how.state_reason if row.state == "done" else None),
            "note": how.note,
            "actor": uow.actor.string,
        }
        at = after.phase_entered_at
        lost = row.launched_at if after.launched_at is None else None
        await repository.insert_transition(
            uow.tx,
            {"org_id": uow.org_id, "onboarding_id": row.id, "at": at, "launched_at": lost, **transition},
        )
        extra["onboarding.phase_changed"] = {"transition": {**transition, "at": wire(at)}}
    if after.target_launch_date != row.target_launch_date:
        extra["onboarding.target_date_changed"] = {"shift": _shift(row, after, data.target_change_reason)}
    await _announce(uow, row, after, extra)
    _record(uow, row, after, data, how)
    tell_of_change(uow, row, after, phase_list)
    if after.target_launch_date != row.target_launch_date:
        days = row.target_launch_date, after.target_launch_date
        await tasks.note_target(uow, row.id, *days, data.target_change_reason)
    if how.shift_days:
        await tasks.shift_open_dates(uow, after, how.shift_days)
    if phase_list is not None and after.phase != row.phase:
        await move_tasks(uow, row, after, phase_list, how.choices, how.follow)
    else:
        choices = how.choices
        await tasks.complete_and_reopen(uow, after, complete=choices.complete, reopen=choices.reopen)
        if after.target_launch_date != row.target_launch_date:
            await follow_dates(uow, after, answer=how.follow)
    return after


def _shifted(row: OnboardingRow, data: OnboardingUpdate, how: How) -> OnboardingUpdate:
    """``data`` with the target moved by the days that a resumed onboarding was paused."""
    if not how.shift_days or row.target_launch_date is None:
        return data
    target: Any = row.target_launch_date + timedelta(days=how.shift_days)
    return replace(data, target_launch_date=target)


async def _with_moments(uow: UnitOfWork, row: OnboardingRow, after: OnboardingRow, how: How) -> OnboardingRow:
    """``after`` with the moments of its change: of the row, of its state, and of a launch told afterwards."""
    after = replace(after, updated_at=uow.touched(row.updated_at))
    if after.state != row.state:
        after = replace(after, state_since=uow.now, state_reason=how.state_reason)
    if how.launched_on is not None and row.launched_at is None and after.launched_at is not None:
        zone = (await date_rules(uow)).zone
        after = replace(after, launched_at=launch_moment(row, how.launched_on, uow.now, zone))
    return after


def _state_and_phase(
    uow: UnitOfWork, row: OnboardingRow, data: OnboardingUpdate, phase_list: PhaseList
) -> OnboardingRow:
    to_phase = row.phase if data.phase is UNSET else data.phase
    if to_phase != row.phase:
        phase_list.usable(to_phase)
    state = wanted_state(row.state, data.state, data.waiting_on_customer)
    # Entering a terminal phase makes it done anyway, so asking for both is no contradiction.
    entering_end = (
        to_phase != row.phase and phase_list.is_terminal(to_phase) and row.state not in ("done", "paused")
    )
    if entering_end and state == "done":
        state = row.state
    check_move(row.state, state)
    if (
        row.state == "done"
        and state != "done"
        and phase_list.is_terminal(row.phase)
        and phase_list.is_terminal(to_phase)
    ):
        raise TERMINAL_PHASE(field="phase")
    after = row if state == row.state else in_state(row, state, uow.now)
    if to_phase == row.phase:
        return after
    if state == "paused":
        raise ONBOARDING_PAUSED(field="phase")
    if state == "done":
        code = TERMINAL_PHASE if phase_list.is_terminal(row.phase) else ONBOARDING_DONE
        raise code(field="phase")
    return moved(after, phase_list, to_phase, max(uow.now, uow.touched(row.phase_entered_at)))


def _target(row: OnboardingRow, data: OnboardingUpdate) -> OnboardingRow:
    """``row`` with the new target date. Raises ``onboarding_done``, as a finished one keeps its target."""
    target: Any = data.target_launch_date
    if target is UNSET or target == row.target_launch_date:
        return row
    if row.state == "done":
        raise ONBOARDING_DONE(field="target_launch_date")
    shifted = target is not None and row.target_launch_date is not None
    return replace(row, target_launch_date=target, shifts_in_phase=row.shifts_in_phase + shifted)


async def _fields(uow: UnitOfWork, row: OnboardingRow, data: OnboardingUpdate) -> OnboardingRow:
    values = {name: value for name, value in given(data).items() if name not in (*_PIPELINE, *_REASONS)}
    values.update(await staff(uow, {name: values[name] for name in STAFF_FIELDS if name in values}))
    if "metadata" in values:
        values["metadata"] = kept_or_new(row.metadata, values["metadata"])
    return replace(row, **values)


def _shift(row: OnboardingRow, after: OnboardingRow, reason: str | None) -> dict[str, Any]:
    old, new = row.target_launch_date, after.target_launch_date
    return {
        "from": to_wire(row).target_launch_date,
        "to": to_wire(after).target_launch_date,
        "days": None if old is None or new is None else (new - old).days,
        "reason": reason,
        "shifts_in_phase": after.shifts_in_phase,
    }


async def _announce(
    uow: UnitOfWork, row: OnboardingRow, after: OnboardingRow, extra: dict[str, dict[str, Any]]
) -> None:
    emails: dict[str | None, str] = {}
    if row.csm_id or after.csm_id:
        emails = await members.emails(uow.tx, uow.org_id, [row.csm_id, after.csm_id])
    uow.changed(
        "onboarding",
        id=row.id,
        display_id=row.display_id,
        customer_id=row.customer_id,
        livemode=row.livemode,
        before=to_wire(row),
        after=to_wire(after),
        before_extra=event_extra(row, emails.get(row.csm_id)),
        after_extra=event_extra(after, emails.get(after.csm_id)),
        type_extra=extra,
    )


def _reason(actor: Actor, reason: str | None) -> str | None:
    """What the entry says: keys need not give a reason, and then that is what it says (ONB-MOVE-14)."""
    return reason or ("no reason given" if actor.type == "api_key" else None)


def _record(
    uow: UnitOfWork, row: OnboardingRow, after: OnboardingRow, data: OnboardingUpdate, how: How
) -> None:
    def record(event: str, diff: list[Change], reason: str | None = None) -> None:
        uow.record(
            event,
            target=("onboarding", row.id, row.display_id),
            customer_id=row.customer_id,
            onboarding_id=row.id,
            diff=diff,
            reason=reason,
            livemode=row.livemode,
        )

    old, new = to_wire(row), to_wire(after)
    diff = differences(old, new, without=_OWN_ENTRIES)
    if diff:
        record("onboarding.field_changed", diff)
    if after.phase != row.phase:
        said = data.phase_change_reason or (how.state_reason if row.state == "done" else None)
        diff = [Change("phase", row.phase, after.phase)]
        if how.note is not None:
            diff.append(Change("note", None, how.note))
        record("onboarding.phase_changed", diff, _reason(uow.actor, said))
    if after.state != row.state:
        record("onboarding.state_changed", [Change("state", row.state, after.state)], how.state_reason)
    if after.target_launch_date != row.target_launch_date:
        change = Change("target_launch_date", old.target_launch_date, new.target_launch_date)
        record("onboarding.target_shifted", [change], _reason(uow.actor, data.target_change_reason))
    if row.launched_at is None and after.launched_at is not None:
        record("onboarding.launched", [])
    if row.state != "done" and after.state == "done":
        record("onboarding.completed", [])
