"""A template between the editor's fields and what the service takes, in both directions."""

import re
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import Any

import msgspec
from msgspec.structs import replace

from pivotal_server.customers.checks import slug_of
from pivotal_server.customers.editing import AMOUNTS
from pivotal_server.errors_catalogue import INVALID_REFERENCE
from pivotal_server.templates.conditions import CUSTOM
from pivotal_server.templates.schemas import Template, TemplateSubtask, TemplateTask
from pivotal_server.templates.views import Comparison, TaskRow, When
from pivotal_server.web.fields import Fields

_NUMBERS = re.compile(r"\d+")
_LISTED = frozenset({"any_of", "none_of", "between"})
_UNARY = frozenset({"is_set", "is_empty"})
ANOTHER = "plan"
"""The field to which a further comparison is set at first."""


class Known(msgspec.Struct, frozen=True):
    """What conditions can name: types of custom fields by slug, names of people by id."""

    kinds: Mapping[str, str]
    people: Mapping[str, str]

    def kind_of(self, field: str) -> str | None:
        """The type of a field of customers; ``None`` for a custom one that is not defined."""
        if not field.startswith(CUSTOM):
            return "number" if field in AMOUNTS else "string"
        return self.kinds.get(field.removeprefix(CUSTOM))

    def person(self, text: str) -> str:
        """The id of whoever is called so, or has this id.

        Raises ``invalid_reference`` for nobody, and for several of one name.
        """
        found = [id for id, name in self.people.items() if name.casefold() == text.casefold()]
        if text in self.people:
            return text
        if len(found) != 1:
            count = "Several people are" if found else "Nobody is"
            raise INVALID_REFERENCE(field="applies_when", message=f"{count} called {text[:100]}")
        return found[0]


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
    """A condition of the form; lines without a field are left out."""
    names = ("when_field", "when_operator", "when_value", "when_was")
    lines = zip_longest(*(fields.all(f"{name}{tail}") for name in names), fillvalue="")
    return When(
        match="any" if fields.text(f"when_match{tail}") == "any" else "all",
        lines=tuple(
            Comparison(field.strip(), operator or "equals", value.strip(), was)
            for field, operator, value, was in lines
            if field.strip()
        ),
    )


def longer(when: When, name: str) -> When:
    """A condition with one more line, set to a field."""
    return replace(when, lines=(*when.lines, Comparison(field=name)))


def moved(rows: list[TaskRow], act: str) -> list[TaskRow]:
    """``rows`` after a button: ``add``, or ``up:2``, ``down:2``, ``drop:2``, ``when:2`` by number."""
    verb, _, number = act.partition(":")
    at = int(number) - 1 if number.isdecimal() else -1
    if verb == "when" and 0 <= at < len(rows):
        rows[at] = replace(rows[at], when=longer(rows[at].when, ANOTHER))
    if verb in ("add", "when") or not 0 <= at < len(rows):
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
def tasks_of(rows: Sequence[TaskRow], known: Known) -> list[dict[str, Any]]:
    """The tasks as JSON that the service's checks read."""
    return [_task_of(row, known) for row in rows]


def _task_of(row: TaskRow, known: Known) -> dict[str, Any]:
    task: dict[str, Any] = {
        "key": row.key,
        "title": row.title,
        "description": row.description or None,
        "assignee_rule": row.assignee_rule,
        "due_anchor": row.due_anchor or None,
        "due_offset": _number(row.due_offset),
        "customer_facing": row.facing,
        "links": _json(row.links, []),
        "condition": condition_of(row.when, known),
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


def condition_of(when: When, known: Known) -> Any:
    """A condition as JSON; ``None`` for always. What was stored and is not changed stays as it was."""
    return {when.match: [_comparison_of(line, known) for line in when.lines]} if when.lines else None


def _comparison_of(line: Comparison, known: Known) -> Any:
    stored = _json(line.was, None) if line.was else None
    if isinstance(stored, dict) and _line_of(stored, known) == line:
        return stored
    comparison: dict[str, Any] = {"field": line.field, "operator": line.operator}
    if line.operator in _LISTED:
        parts = [part.strip() for part in line.value.split(",") if part.strip()]
        comparison["value"] = [_value(part, line.field, known) for part in parts]
    elif line.operator not in _UNARY:
        comparison["value"] = _value(line.value, line.field, known) if line.value else None
    return comparison


def _value(text: str, field: str, known: Known) -> Any:
    if field == "owner_id":
        return known.person(text)
    kind = known.kind_of(field)
    if kind in ("number", None):
        try:
            return float(text) if "." in text else int(text)
        except ValueError:
            return text
    if kind == "boolean":
        return {"yes": True, "no": False}.get(text.lower(), text)
    return text


# ── From what is stored ──────────────────────────────────────────────────────────────────────────
def rows_of(template: Template, known: Known) -> list[TaskRow]:
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
            when=when_of(_plain(task.condition), known),
        )
        for task in tasks
    ]


def _plain(condition: Any) -> Any:
    return msgspec.to_builtins(condition)


def _below(subtasks: Sequence[TemplateSubtask]) -> str:
    return msgspec.json.encode(subtasks).decode()


def when_of(condition: Mapping[str, Any] | None, known: Known) -> When:
    """A stored condition as the editor shows it."""
    if condition is None:
        return When()
    [(match, comparisons)] = condition.items()
    return When(match, tuple(_line_of(one, known) for one in comparisons))


def _line_of(stored: Mapping[str, Any], known: Known) -> Comparison:
    field, value = str(stored.get("field")), stored.get("value")
    values = [_text(one) for one in (value if isinstance(value, list) else [value])]
    if field == "owner_id":
        values = [known.people.get(one, one) for one in values]
    return Comparison(
        field, str(stored.get("operator")), ", ".join(values), msgspec.json.encode(stored).decode()
    )


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
