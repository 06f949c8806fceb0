"""View models of tasks: lines of a plan, marks, why a date moved."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

import msgspec

from pivotal_server.tasks.dates import anchor_task
from pivotal_server.tasks.schemas import PHASE_START, TARGET_LAUNCH
from pivotal_server.tasks.service_page import TaskLine
from pivotal_server.web.formats import count
from pivotal_server.web.view import Frame, Person


class Mark(msgspec.Struct, frozen=True):
    """A small sign beside a task. ``tone``: ``warn``, ``bad`` or empty; ``title`` says more."""

    text: str
    tone: str = ""
    title: str = ""


class LineView(msgspec.Struct, frozen=True):
    """One task in a list.

    ``due_tone``: ``over``, ``today`` or empty. ``plan``: words for a planned date whose anchor is unknown.
    ``subtasks``: how many are done, and how many there are. ``why``: the newest sentence on why its date
    moved. ``later``: its phase is yet to come. ``parent``: the title of its task, where subtasks stand alone.
    """

    id: str
    number: int
    title: str
    url: str
    done: bool
    assignee: Person | None
    due: date | None
    due_tone: str
    plan: str
    marks: tuple[Mark, ...]
    subtasks: tuple[int, int] | None
    facing: bool
    livemode: bool
    later: bool
    why: str
    may_tick: bool
    phase: str = ""
    parent: bool = False


class Context(msgspec.Struct, frozen=True):
    """What lines need to know besides themselves.

    ``base``: address of the onboarding. ``reached``: phases up to the present one. ``blocked``: open
    predecessors by task. ``below``: how many subtasks, and how many done, by task. ``moved``: why the date
    moved, by task. ``may_work``: the reader may tick tasks.
    """

    base: str
    frame: Frame
    people: Mapping[str, Person]
    phase_names: Mapping[str, str]
    reached: Collection[str]
    blocked: Mapping[str, Sequence[str]]
    below: Mapping[str, tuple[int, int]]
    moved: Mapping[str, str]
    may_work: bool


def is_overdue(line: TaskLine, today: date, reached: Collection[str]) -> bool:
    """Whether an open task is late: its day passed in a phase that was reached, or it was carried over."""
    if line.done:
        return False
    if line.carried_over_at is not None:
        return True
    return line.due_date is not None and line.due_date < today and line.phase in reached and not line.orphaned


def line_view(line: TaskLine, context: Context) -> LineView:
    """A task as lists show it."""
    today = context.frame.today
    late = is_overdue(line, today, context.reached)
    due_tone = ""
    if late and line.due_date is not None and line.due_date < today:
        due_tone = "over"
    elif line.due_date == today and not line.done:
        due_tone = "today"
    return LineView(
        id=line.id,
        number=line.display_id,
        title=line.title,
        url=f"{context.base}/tasks/{line.display_id}",
        done=line.done,
        assignee=assignee_of(line, context.people),
        due=line.due_date,
        due_tone=due_tone,
        plan="" if line.due_date or line.done else plan_words(line, context.phase_names),
        marks=tuple(_marks(line, context, late=late)),
        subtasks=_turned(context.below.get(line.id)),
        facing=line.customer_facing,
        livemode=line.livemode,
        later=line.phase not in context.reached,
        why=context.moved.get(line.id, ""),
        may_tick=context.may_work,
        phase=context.phase_names.get(line.phase, line.phase),
        parent=line.parent_task_id is not None,
    )


def _turned(counted: tuple[int, int] | None) -> tuple[int, int] | None:
    return None if counted is None else (counted[1], counted[0])


def assignee_of(line: TaskLine, people: Mapping[str, Person]) -> Person | None:
    """Whoever a task is assigned to: a member, a contact, or somebody who has left."""
    if line.assignee_id is None:
        return None
    if line.contact_name is not None:
        return Person(line.assignee_id, line.contact_name)
    return people.get(line.assignee_id) or Person(line.assignee_id, "Somebody who left")


def _marks(line: TaskLine, context: Context, *, late: bool) -> list[Mark]:
    marks: list[Mark] = []
    waits = context.blocked.get(line.id, ())
    if line.done:
        if waits:
            marks.append(Mark("Done before its predecessor"))
        return marks
    if line.carried_over_at is not None:
        marks.append(Mark("Carried over", "bad", "Its phase was left while it was open"))
    elif late:
        marks.append(Mark("Overdue", "bad"))
    if line.orphaned:
        marks.append(Mark("Orphaned", "", "Its phase was jumped over"))
    if waits:
        marks.append(Mark("Locked", "warn", f"Waits for {count(len(waits), 'open task')}"))
    return marks


def plan_words(line: TaskLine, phase_names: Mapping[str, str]) -> str:
    """When a planned date without a day will be: "7 days after UAT starts"."""
    if line.due_anchor is None:
        return ""
    offset = line.due_offset or 0
    if line.due_anchor == PHASE_START:
        what, verb = phase_names.get(line.phase, line.phase), " starts"
    elif line.due_anchor == TARGET_LAUNCH:
        what, verb = "the target launch", ""
    elif anchor_task(line.due_anchor) is not None:
        what, verb = "another task", " is done"
    else:
        return ""
    if offset == 0:
        return f"On the day {what}{verb}" if verb else f"On {what}"
    return f"{count(abs(offset), 'day')} {'after' if offset > 0 else 'before'} {what}{verb}"
