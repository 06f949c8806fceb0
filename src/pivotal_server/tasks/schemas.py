"""Wire types of tasks."""

import re
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlsplit

from msgspec import UNSET, Meta, Struct, UnsetType

from pivotal_server.kit.codes import INVALID_STRING
from pivotal_server.kit.text import bounded, clean
from pivotal_server.kit.validation import BOUNDED_TEXT, checked, doc, wrong_type
from pivotal_server.kit.wire import (
    DisplayId,
    Id,
    ListQuery,
    Livemode,
    Metadata,
    Moment,
    Page,
    Reference,
    optional_text,
    reference,
)

PHASE_START = "phase_start"
TARGET_LAUNCH = "target_launch"
AFTER_TASK = "task:"
"""An anchor is one of the first two, or this with the id of a task behind it."""

LONGEST_OFFSET = 365
MOST_LINKS = 10
_ADDRESS = re.compile(r"[a-z]+:\S+", re.IGNORECASE)


def check_url(value: Any, path: str) -> str:
    """The address of a link: http, https or mailto, at most 2,048 characters."""
    if not isinstance(value, str):
        raise wrong_type("string", value, path)
    url = bounded(clean(value, path), path, 1, 2048)
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    named = parts.netloc if parts.scheme in ("http", "https") else parts.path
    if parts.scheme not in ("http", "https", "mailto") or not named or not _ADDRESS.fullmatch(url):
        raise INVALID_STRING(field=path, message=f"{path} must be an http, https or mailto address")
    return url


def check_anchor(value: Any, path: str) -> str | None:
    """What a planned date hangs on: ``phase_start``, ``target_launch`` or ``task:<id>``."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise wrong_type("string", value, path)
    anchor = clean(value, path)
    if anchor in (PHASE_START, TARGET_LAUNCH):
        return anchor
    if anchor.startswith(AFTER_TASK):
        return AFTER_TASK + reference(anchor[len(AFTER_TASK) :], path)
    expected = f"{path} must be {PHASE_START}, {TARGET_LAUNCH} or {AFTER_TASK}<id>"
    raise INVALID_STRING(field=path, message=expected)


def check_phase_key(value: Any, path: str) -> str:
    """The key of a phase; whether the workspace has it is for the service to say."""
    if not isinstance(value, str):
        raise wrong_type("string", value, path)
    key = clean(value, path)
    if not key or len(key) > 100:
        raise INVALID_STRING(field=path, message=f"{path} must be the key of a phase")
    return key


class Link(Struct, kw_only=True):
    """A link of a task."""

    label: Annotated[str, Meta(min_length=1, max_length=200), doc("What it is called.", "Field list")]
    url: Annotated[
        str,
        checked(check_url, *BOUNDED_TEXT),
        Meta(extra_json_schema={"maxLength": 2048}),
        doc("An http, https or mailto address.", "https://example.com/fields"),
    ]


Title = Annotated[str, Meta(min_length=1, max_length=200), doc("What is to be done.", "Data mapping")]
Description = Annotated[str | None, optional_text(10_000), doc("Details, Markdown.", "See the field list.")]
Phase = Annotated[
    str,
    checked(check_phase_key, INVALID_STRING),
    doc("Key of an unarchived phase.", "program_design"),
]
Assignee = Annotated[
    Reference | None,
    doc("A member or a contact of the customer; digits name a member.", "cmb4hh5344tfjgvq4k7bn7xj8"),
]
Due = Annotated[date | None, doc("Calendar day. A day that is sent is fixed.", "2026-06-01")]
Facing = Annotated[bool, doc("Whether the customer sees it in the portal.", False)]
Links = Annotated[
    list[Link],
    Meta(max_length=MOST_LINKS),
    doc("Links.", [{"label": "Field list", "url": "https://example.com/fields"}]),
]
DependsOn = Annotated[list[Reference], doc("Tasks of the same onboarding that must be done first.", [])]
Anchor = Annotated[
    str | None,
    checked(check_anchor, INVALID_STRING),
    doc("What a planned date hangs on: `phase_start`, `target_launch` or `task:<id>`.", None),
]
Offset = Annotated[
    Annotated[int, Meta(ge=-LONGEST_OFFSET, le=LONGEST_OFFSET)] | None,
    doc("Days after the anchor; negative is before it.", None),
]
Position = Annotated[
    int,
    Meta(ge=1, le=1_000_000),
    doc("Place among its siblings; equal ones stand in order of creation.", 4),
]
Done = Annotated[bool, doc("Whether it is done.", False)]
ExternalId = Annotated[
    str | None, optional_text(255), doc("Your own id of the record, unique per workspace.", "ticket-9")
]


class Task(Struct, tag_field="object", tag="task"):
    """A task, or a subtask when it has a parent."""

    id: Id
    display_id: DisplayId
    onboarding_id: Annotated[str, doc("Id of the onboarding.", "cmb49ri19r0wyojfljooa5lqs")]
    customer_id: Annotated[str, doc("Id of the customer.", "cmb4kvj50ce9uvw53efr4edt2")]
    parent_task_id: Annotated[str | None, doc("The task that this one is a subtask of.", None)]
    phase: Annotated[str, doc("Key of its phase.", "program_design")]
    title: Annotated[str, doc("What is to be done.", "Data mapping")]
    description: Annotated[str | None, doc("Details, Markdown.", None)]
    assignee_id: Annotated[str | None, doc("A member or a contact.", "cmb4hh5344tfjgvq4k7bn7xj8")]
    assignee_email: Annotated[str | None, doc("Address of the assignee.", "maya@acme.example")]
    due_date: Annotated[
        str | None, Meta(extra_json_schema={"format": "date"}), doc("Calendar day.", "2026-06-01")
    ]
    done: Done
    customer_facing: Facing
    completed_at: Annotated[
        str | None, Meta(extra_json_schema={"format": "date-time"}), doc("When it was done.", None)
    ]
    completed_by: Annotated[str | None, doc("Who did it, as an actor string.", None)]
    auto: Annotated[bool, doc("Whether the last subtask completed it.", False)]
    links: Annotated[list[Link], doc("Links.", [])]
    depends_on: Annotated[list[str], doc("Ids of the tasks that must be done first.", [])]
    due_anchor: Annotated[str | None, doc("What a planned date hangs on; `null` for a fixed one.", None)]
    due_offset: Annotated[int | None, doc("Days after the anchor.", None)]
    position: Annotated[int, doc("Place among its siblings.", 4)]
    metadata: Annotated[dict[str, Any], doc("Your own data.", {})]
    external_id: Annotated[str | None, doc("Your own id of the record.", None)]
    livemode: Livemode
    created_at: Moment
    updated_at: Moment


class SubtaskCreate(Struct, kw_only=True):
    """A new subtask. Phase and ``customer_facing`` are those of its parent."""

    title: Title
    description: Description = None
    assignee_id: Assignee = None
    due_date: Due = None
    due_anchor: Anchor = None
    due_offset: Offset = None
    done: Done = False
    links: Links | UnsetType = UNSET
    depends_on: DependsOn | UnsetType = UNSET
    position: Position | UnsetType = UNSET
    metadata: Metadata | UnsetType = UNSET
    external_id: ExternalId = None


class TaskCreate(SubtaskCreate, kw_only=True):
    """A new task."""

    phase: Phase | UnsetType = UNSET
    customer_facing: Facing | UnsetType = UNSET


class TaskUpdate(Struct, kw_only=True):
    """Changes to a task: an absent key stays as it is, ``null`` clears."""

    title: Title | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    parent_task_id: Annotated[Reference | None, doc("Makes it a subtask of that task.", None)] | UnsetType = (
        UNSET
    )
    phase: Phase | UnsetType = UNSET
    assignee_id: Assignee | UnsetType = UNSET
    due_date: Due | UnsetType = UNSET
    due_anchor: Anchor | UnsetType = UNSET
    due_offset: Offset | UnsetType = UNSET
    done: Done | UnsetType = UNSET
    customer_facing: Facing | UnsetType = UNSET
    links: Links | UnsetType = UNSET
    depends_on: DependsOn | UnsetType = UNSET
    position: Position | UnsetType = UNSET
    metadata: Metadata | UnsetType = UNSET
    external_id: ExternalId | UnsetType = UNSET


class TaskComplete(Struct, kw_only=True):
    """How a task is completed."""

    complete_subtasks: Annotated[bool, doc("Complete its open subtasks too.", False)] = False
    note: Annotated[str | None, optional_text(10_000), doc("Becomes a comment.", "Signed off")] = None


class TaskPage(Page[Task], kw_only=True):
    """One page of tasks."""


class OnboardingTaskQuery(ListQuery, kw_only=True):
    """Filters of the list of an onboarding's tasks."""

    assignee_id: Annotated[Reference | None, doc("Only tasks of this member or contact.", "12")] = None
    done: Annotated[bool | None, doc("Only done, or only open, tasks.", False)] = None
    due_before: Annotated[date | None, doc("Only tasks due before this day.", "2026-06-01")] = None


class TaskQuery(OnboardingTaskQuery, kw_only=True):
    """Filters of the list of tasks."""

    customer_id: Annotated[Reference | None, doc("Only tasks of this customer.", "245")] = None
    onboarding_id: Annotated[Reference | None, doc("Only tasks of this onboarding.", "1108")] = None
