"""Why a date moved, in sentences (ONB-DATE-9)."""

from collections.abc import Mapping

import msgspec

from pivotal_server.tasks.service_page import NoteRow
from pivotal_server.web.formats import short_day
from pivotal_server.web.view import Frame


class NoteNames(msgspec.Struct, frozen=True):
    """Names that sentences on dates need: actors by their string, phases by key, tasks by id."""

    actors: Mapping[str, str]
    tasks: Mapping[str, str]
    phase: str = ""


def note_words(note: NoteRow, names: NoteNames, frame: Frame) -> str:
    """Why a date is what it is, in a sentence (ONB-DATE-9)."""
    head = _moved(note, frame)
    who = names.actors.get(note.actor, "somebody who left")
    when = short_day(note.at.astimezone(frame.zone).date(), frame)
    why = f" ({who}: {note.reason})" if note.reason else f" ({who})"
    match note.cause:
        case "target_shifted":
            return f"{head}, because the target launch moved{why}."
        case "dependency_moved":
            return f"{head}, because {names.tasks.get(note.cause_id or '', 'another task')} moved."
        case "dependency_done":
            return f"{head}, because {names.tasks.get(note.cause_id or '', 'another task')} was finished."
        case "phase_entered":
            return f"{head}, because {names.phase or 'its phase'} was entered on {when}."
        case "resumed":
            return f"{head}, because the onboarding was paused."
        case "accepted":
            return f"{head}: follows a change, accepted by {who}, {when}."
        case "template":
            return f"{head}: set by the template, {when}."
        case "api" | "sync":
            return f"{head}: set by {who}, {when}." + (f" {note.reason}" if note.reason else "")
        case _:
            return f"{head}: changed by {who}, {when}." + (f" {note.reason}" if note.reason else "")


def _moved(note: NoteRow, frame: Frame) -> str:
    new = "no date" if note.new_date is None else short_day(note.new_date, frame)
    return new if note.old_date is None else f"{short_day(note.old_date, frame)} → {new}"
