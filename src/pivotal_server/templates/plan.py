"""What applying a template to an onboarding creates and skips, as a pure function (ONB-TPL-3 … 6)."""

from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct, to_builtins

from pivotal_server.tasks.dates import anchor_task
from pivotal_server.tasks.schemas import AFTER_TASK
from pivotal_server.templates.conditions import Facts, why_not
from pivotal_server.templates.schemas import TemplateSubtask, TemplateTask

PRESENT = "This onboarding has it already"
GONE = "It was deleted from this onboarding"


class Item(Struct, frozen=True):
    """A task or subtask to create.

    ``parent``, ``depends_on`` and ``anchor`` name other items by key, or tasks that exist by id.
    """

    key: str
    parent: str | None
    source: TemplateTask | TemplateSubtask
    customer_facing: bool
    depends_on: tuple[str, ...] = ()
    anchor: str | None = None
    offset: int | None = None


class Skip(Struct, frozen=True):
    """A task or subtask that is not created, and why."""

    key: str
    title: str
    reason: str


def plan(
    tasks: Sequence[TemplateTask],
    facts: Facts,
    present: Mapping[str, str],
    *,
    gone: Collection[str] = (),
    unfit: str | None = None,
) -> tuple[list[Item], list[Skip]]:
    """The items to create, each task before its subtasks, and what is skipped.

    ``present`` maps the keys that the onboarding has already to the ids of their tasks; those in
    ``gone`` it had, and they are skipped. ``unfit`` is why the template as a whole does not apply; then
    everything is skipped. A dependency on a skipped task is
    replaced by what that one depends on.
    """
    items: list[Item] = []
    skips: list[Skip] = []
    left_out = {
        task.key: reason
        for task in tasks
        if task.key not in present and (reason := _reason(task, facts, gone, unfit)) is not None
    }
    by_key = {task.key: task for task in tasks}
    for task in tasks:
        if task.key in left_out:
            skips.append(Skip(task.key, task.title, left_out[task.key]))
            continue
        anchor = _anchor(task, left_out, present)
        if task.key in present:
            skips.append(Skip(task.key, task.title, PRESENT))
        else:
            before = _before(task, by_key, left_out)
            depends_on = tuple(present.get(key, key) for key in before)
            offset = None if anchor is None else task.due_offset or 0
            items.append(Item(task.key, None, task, task.customer_facing, depends_on, anchor, offset))
        for below in task.subtasks:
            reason = _reason(below, facts, gone, unfit)
            if below.key in present or reason is not None:
                skips.append(Skip(below.key, below.title, PRESENT if below.key in present else str(reason)))
                continue
            own = anchor if below.due_offset is not None else None
            offset = None if own is None else below.due_offset
            parent = present.get(task.key, task.key)
            items.append(Item(below.key, parent, below, task.customer_facing, (), own, offset))
    return items, skips


def _reason(
    task: TemplateTask | TemplateSubtask, facts: Facts, gone: Collection[str], unfit: str | None
) -> str | None:
    if unfit is not None:
        return unfit
    if task.key in gone:
        return GONE
    return why_not(to_builtins(task.condition), facts)


def _anchor(task: TemplateTask, left_out: Mapping[str, str], present: Mapping[str, str]) -> str | None:
    """The anchor of a task; none when it hangs on a task that is skipped."""
    before = anchor_task(task.due_anchor)
    if before is None:
        return task.due_anchor
    return None if before in left_out else AFTER_TASK + present.get(before, before)


def _before(task: TemplateTask, by_key: Mapping[str, TemplateTask], left_out: Mapping[str, str]) -> list[str]:
    """What a task depends on, with the predecessors of skipped tasks in their place."""
    found: dict[str, None] = {}
    seen: set[str] = set()
    waiting = list(reversed(task.depends_on))
    while waiting:
        key = waiting.pop()
        if key in seen:
            continue
        seen.add(key)
        if key in left_out:
            waiting.extend(reversed(by_key[key].depends_on))
        else:
            found[key] = None
    return list(found)
