"""Why a date moved, in sentences (ONB-DATE-9)."""

from collections.abc import Mapping
from datetime import date

from pivotal_server.tasks.service_page import NoteRow
from pivotal_server.web.formats import count, short_day
from pivotal_server.web.view import Frame


def note_words(note: NoteRow, actors: Mapping[str, str], frame: Frame, phase: str = "") -> str:
    """Why a date is what it is, in a sentence; ``actors``: names of people by actor string.

    ``phase``: the name of the phase that the task is in.
    """
    head = _moved(note, frame)
    who = _who(note, actors)
    when = short_day(note.at.astimezone(frame.zone).date(), frame)
    match note.cause:
        case "target_shifted":
            return f"{head}, because the target launch {_target(note, who, frame)}."
        case "dependency_moved":
            return f"{head}, because {note.cause_title or 'another task'} {_now_due(note)}."
        case "dependency_done":
            return (
                f"{head}, because {note.cause_title or 'another task'} was finished{_how_late(note, frame)}."
            )
        case "phase_entered":
            return f"{head}, because {phase or 'its phase'} was entered on {when}."
        case "resumed":
            return f"{head}, because the onboarding was paused{_how_long(note)}."
        case "accepted":
            by = f" by {note.reason}" if note.reason else ""
            return f"{head}: follows a change{by}, accepted by {who}, {when}."
        case "template":
            return f"{head}: set by the template, {when}."
        case "api" | "sync":
            return f"{head}: set by {who}, {when}." + (f" {note.reason}" if note.reason else "")
        case _:
            return f"{head}: changed by {who}, {when}." + (f" {note.reason}" if note.reason else "")


def _who(note: NoteRow, actors: Mapping[str, str]) -> str:
    if note.actor.startswith("api_key:"):
        return f"API: {note.key}" if note.key else "API"
    return "Pivotal" if note.actor == "system" else actors.get(note.actor, "somebody who left")


def _moved(note: NoteRow, frame: Frame) -> str:
    new = "no date" if note.new_date is None else short_day(note.new_date, frame)
    return new if note.old_date is None else f"{short_day(note.old_date, frame)} → {new}"


def _target(note: NoteRow, who: str, frame: Frame) -> str:
    why = f"({who}: {note.followed_reason})" if note.followed_reason else f"({who})"
    old, new = note.followed_old, note.followed_new
    if new is None:
        return f"moved {why}"
    if old is None:
        return f"was set to {short_day(new, frame)} {why}"
    return f"moved from {short_day(old, frame)} to {short_day(new, frame)} {why}"


def _now_due(note: NoteRow) -> str:
    if note.followed_old is None or note.followed_new is None:
        return "moved"
    days = (note.followed_new - note.followed_old).days
    return f"is now due {count(abs(days), 'day')} {'later' if days > 0 else 'earlier'}"


def _how_late(note: NoteRow, frame: Frame) -> str:
    """How far off its own day the other task was finished; nothing when it is open again."""
    if note.cause_due is None or note.cause_done_at is None:
        return ""
    done: date = note.cause_done_at.astimezone(frame.zone).date()
    days = (done - note.cause_due).days
    return f" {count(abs(days), 'day')} {'late' if days > 0 else 'early'}" if days else " on time"


def _how_long(note: NoteRow) -> str:
    if note.old_date is None or note.new_date is None:
        return ""
    return f" for {count((note.new_date - note.old_date).days, 'day')}"
