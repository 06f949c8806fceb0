"""Objects of `templates`. Generated; do not edit."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pivotal._model import Model

if TYPE_CHECKING:
    from pivotal._generated.models.tasks import Link


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Comparison(Model):
    """One comparison on a field of the customer."""

    field: str
    operator: Literal[
        "any_of",
        "between",
        "contains",
        "equals",
        "greater",
        "has_tag",
        "is_empty",
        "is_set",
        "less",
        "none_of",
        "not_equals",
    ]
    value: Any = None
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    OPTIONAL: ClassVar[frozenset[str]] = frozenset(["value"])


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Condition(Model):
    """All, or any, of some comparisons."""

    all: list[Comparison] | None = None
    any: list[Comparison] | None = None
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    MODELS: ClassVar[Mapping[str, str]] = {"all": "Comparison", "any": "Comparison"}
    OPTIONAL: ClassVar[frozenset[str]] = frozenset(["all", "any"])


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Template(Model):
    """A saved bundle of tasks for one phase."""

    object: Literal["template"]
    id: str
    display_id: int
    name: str
    description: str | None
    phase: str
    default_for_phase: bool
    applies_when: Condition | None
    tasks: list[TemplateTask]
    version: int
    livemode: bool
    created_at: datetime
    updated_at: datetime
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    MODELS: ClassVar[Mapping[str, str]] = {"applies_when": "Condition", "tasks": "TemplateTask"}
    TIMES: ClassVar[frozenset[str]] = frozenset(["created_at", "updated_at"])


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TemplateSubtask(Model):
    """A subtask in a template. Its date hangs on what the date of its task hangs on."""

    key: str | None = None
    title: str
    assignee_rule: str | None = None
    due_offset: int | None = None
    condition: Condition | None = None
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    MODELS: ClassVar[Mapping[str, str]] = {"condition": "Condition"}
    OPTIONAL: ClassVar[frozenset[str]] = frozenset(["key", "assignee_rule", "due_offset", "condition"])


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TemplateTask(Model):
    """A task in a template."""

    key: str | None = None
    title: str
    description: str | None = None
    assignee_rule: str | None = None
    due_anchor: str | None = None
    due_offset: int | None = None
    customer_facing: bool | None = None
    links: list[Link] | None = None
    condition: Condition | None = None
    depends_on: list[str] | None = None
    subtasks: list[TemplateSubtask] | None = None
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    MODELS: ClassVar[Mapping[str, str]] = {
        "links": "Link",
        "condition": "Condition",
        "subtasks": "TemplateSubtask",
    }
    OPTIONAL: ClassVar[frozenset[str]] = frozenset(
        [
            "key",
            "description",
            "assignee_rule",
            "due_anchor",
            "due_offset",
            "customer_facing",
            "links",
            "condition",
            "depends_on",
            "subtasks",
        ]
    )
