"""A template between the editor's fields and what the service takes, in both directions."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from pivotal_server.customers.checks import slug_of
from pivotal_server.templates.schemas import Template, TemplateSubtask, TemplateTask
from pivotal_server.templates.views import TaskRow, When
from pivotal_server.web.fields import Fields

_NUMBERS = re.compile(r"\d+")
_LISTED = frozenset({"any_of", "none_of", "between"})
_UNARY = frozenset({"is_set", "is_empty"})


# ── From the form ────────────────────────────────────────────────────────────────────────────────
def rows_in(fields: Fields) -> list[TaskRow]:
    """The tasks of a submitted editor, each with a key; blank ones are left out."""
    found = [_row_in(fields, at) for at in range(min(int(fields.text("rows") or 0), 400))]
    rows = [row for row in found if row.title or row.description or row.subtasks]
    used: set[str] = {row.key for row in rows if row.key}
    keyed = []
    for row in rows:
        key = row.key
        if not key:
            base = slug_of(row.title)[:40] or "task"
            key, number = base, 2
            while key in used:
                key, number = f"{base}-{number}", number + 1
            used.add(key)
        keyed.append(replace(row, key=key))
    return [replace(row, after=" ".join(_keys_of(row.after, found, keyed))) for row in keyed]


def _row_in(fields: Fields, at: int) -> TaskRow:
    def text(name: str) -> str:
        return fields.text(f"{name}_{at}").replace("\r\n", "\n").strip()

    return TaskRow(
        key=text("key"),
        title=text("title"),
        description=text("description"),
        assignee_rule=text("rule") or "none",
        due_anchor=text("anchor"),
        due_offset=text("offset"),
        facing=bool(text("facing")),
        after=text("after"),
        subtasks=text("subtasks"),
        links=text("links") or "[]",
        below=text("below") or "[]",
        when=when_in(fields, f"_{at}"),
    )


def _keys_of(numbers: str, found: Sequence[TaskRow], keyed: Sequence[TaskRow]) -> list[str]:
    """The keys of rows that are named by their number in the form."""
    kept = iter(keyed)
    by_number = {
        number: next(kept).key
        for number, row in enumerate(found, start=1)
        if row.title or row.description or row.subtasks
    }
    return [by_number.get(number, f"#{number}") for number in map(int, _NUMBERS.findall(numbers))]


def when_in(fields: Fields, tail: str) -> When:
    """A condition of the form."""
    return When(
        field=fields.text(f"when_field{tail}").strip(),
        operator=fields.text(f"when_operator{tail}") or "equals",
        value=fields.text(f"when_value{tail}").strip(),
        kept=fields.text(f"when_kept{tail}"),
    )


def moved(rows: list[TaskRow], act: str) -> list[TaskRow]:
    """``rows`` after a button of the editor: ``up:2``, ``down:2``, ``drop:2`` by number, or ``add``."""
    verb, _, number = act.partition(":")
    at = int(number) - 1 if number.isdecimal() else -1
    if verb == "add" or not 0 <= at < len(rows):
        return rows
    if verb == "drop":
        gone = rows[at].key
        left = rows[:at] + rows[at + 1 :]
        return [replace(row, after=" ".join(key for key in row.after.split() if key != gone)) for row in left]
    to = at + (-1 if verb == "up" else 1)
    if 0 <= to < len(rows):
        rows[at], rows[to] = rows[to], rows[at]
    return rows


# ── To the service ───────────────────────────────────────────────────────────────────────────────
def tasks_of(rows: Sequence[TaskRow]) -> list[dict[str, Any]]:
    """The tasks as JSON that the service's checks read."""
    return [_task_of(row) for row in rows]


def _task_of(row: TaskRow) -> dict[str, Any]:
    task: dict[str, Any] = {
        "key": row.key,
        "title": row.title,
        "description": row.description or None,
        "assignee_rule": row.assignee_rule,
        "due_anchor": row.due_anchor or None,
        "due_offset": _number(row.due_offset),
        "customer_facing": row.facing,
        "links": _json(row.links, []),
        "condition": condition_of(row.when),
        "depends_on": row.after.split(),
        "subtasks": _subtasks_of(row),
    }
    return task


def _subtasks_of(row: TaskRow) -> list[dict[str, Any]]:
    known = {one.get("title"): one for one in _json(row.below, []) if isinstance(one, dict)}
    titles = [line.strip() for line in row.subtasks.splitlines() if line.strip()]
    return [known.get(title) or {"title": title} for title in titles]


def _number(text: str) -> Any:
    """A number, or the text itself for the service to refuse."""
    if not text:
        return None
    return int(text) if text.isascii() and text.removeprefix("-").isdecimal() else text


def _json(text: str, default: Any) -> Any:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return default


def condition_of(when: When) -> Any:
    """A condition as JSON; ``None`` for always."""
    if when.kept:
        return _json(when.kept, None)
    if not when.field:
        return None
    comparison: dict[str, Any] = {"field": when.field, "operator": when.operator}
    if when.operator in _LISTED:
        comparison["value"] = [
            _value(part.strip(), when.field) for part in when.value.split(",") if part.strip()
        ]
    elif when.operator not in _UNARY:
        comparison["value"] = _value(when.value, when.field) if when.value else None
    return {"all": [comparison]}


def _value(text: str, field: str) -> Any:
    if field in ("mrr", "monthly_orders") or field.startswith("custom_fields."):
        try:
            return float(text) if "." in text else int(text)
        except ValueError:
            return {"yes": True, "no": False}.get(text.lower(), text) if field.startswith("custom") else text
    return text


# ── From what is stored ──────────────────────────────────────────────────────────────────────────
def rows_of(template: Template) -> list[TaskRow]:
    """The tasks of a stored template as the editor shows them, predecessors by key."""
    tasks: list[TemplateTask] = msgspec.convert(
        msgspec.json.decode(msgspec.json.encode(template.tasks)), list[TemplateTask]
    )
    return [
        TaskRow(
            key=task.key,
            title=task.title,
            description=task.description or "",
            assignee_rule=task.assignee_rule,
            due_anchor=task.due_anchor or "",
            due_offset="" if task.due_offset is None else str(task.due_offset),
            facing=task.customer_facing,
            after=" ".join(task.depends_on),
            subtasks="\n".join(one.title for one in task.subtasks),
            links=msgspec.json.encode(task.links).decode(),
            below=_below(task.subtasks),
            when=when_of(_plain(task.condition)),
        )
        for task in tasks
    ]


def _plain(condition: Any) -> Any:
    return msgspec.to_builtins(condition)


def _below(subtasks: Sequence[TemplateSubtask]) -> str:
    return msgspec.json.encode(subtasks).decode()


def when_of(condition: Mapping[str, Any] | None) -> When:
    """A stored condition as the editor shows it."""
    if condition is None:
        return When()
    [(match, comparisons)] = condition.items()
    if match != "all" or len(comparisons) != 1:
        return When(kept=msgspec.json.encode(condition).decode())
    [one] = comparisons
    value = one.get("value")
    text = ", ".join(map(_text, value)) if isinstance(value, list) else _text(value)
    return When(one["field"], one["operator"], text)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def shown(rows: Sequence[TaskRow]) -> tuple[TaskRow, ...]:
    """Rows as they are drawn: predecessors by number."""
    numbers = {row.key: str(number) for number, row in enumerate(rows, start=1)}
    return tuple(
        replace(row, after=", ".join(numbers.get(key, key) for key in row.after.split())) for row in rows
    )
