"""Wire types of phase templates."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from pivotal_server.kit.codes import INVALID_ENUM_VALUE, INVALID_STRING, MISSING_FIELD, UNRECOGNIZED_KEYS
from pivotal_server.kit.text import clean
from pivotal_server.kit.validation import BOUNDED_TEXT, checked, doc, wrong_type
from pivotal_server.kit.wire import (
    DisplayId,
    Id,
    ListQuery,
    Livemode,
    Moment,
    Page,
    Reference,
    optional_text,
    reference,
)
from pivotal_server.tasks.schemas import (
    AFTER_TASK,
    PHASE_START,
    TARGET_LAUNCH,
    Description,
    Facing,
    Links,
    Offset,
    Phase,
    Task,
)
from pivotal_server.tasks.schemas import Title as TaskTitle
from pivotal_server.templates.conditions import check_condition

KEY_PATTERN = r"^[a-z0-9]+(?:[-_][a-z0-9]+)*$"
ROLES = ("csm", "se", "designer", "product_ops", "account_owner", "customer_primary_contact", "none")
MEMBER = "member:"


def check_rule(value: Any, path: str) -> str:
    """Who gets a task: a role, ``member:<id>`` or ``none``."""
    if not isinstance(value, str):
        raise wrong_type("string", value, path)
    rule = clean(value, path)
    if rule in ROLES:
        return rule
    if rule.startswith(MEMBER):
        return MEMBER + reference(rule[len(MEMBER) :], path)
    expected = " | ".join([*ROLES, "member:<id>"])
    raise INVALID_ENUM_VALUE(field=path, expected=expected, received=rule[:100])


def check_anchor(value: Any, path: str) -> str | None:
    """What a date hangs on: ``phase_start``, ``target_launch`` or ``task:<key>``."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise wrong_type("string", value, path)
    anchor = clean(value, path)
    if anchor in (PHASE_START, TARGET_LAUNCH) or (anchor.startswith(AFTER_TASK) and len(anchor) <= 60):
        return anchor
    expected = f"{path} must be {PHASE_START}, {TARGET_LAUNCH} or {AFTER_TASK}<key>"
    raise INVALID_STRING(field=path, message=expected)


class Comparison(Struct, kw_only=True):
    """One comparison on a field of the customer."""

    field: Annotated[
        str,
        doc(
            "`status`, `plan`, `owner_id`, `tags`, `domain`, `mrr`, `monthly_orders` or "
            "`custom_fields.<slug>`.",
            "mrr",
        ),
    ]
    operator: Annotated[
        Literal[
            "equals",
            "not_equals",
            "any_of",
            "none_of",
            "greater",
            "less",
            "between",
            "contains",
            "has_tag",
            "is_set",
            "is_empty",
        ],
        doc("How it is compared. On an empty field only negations and `is_empty` hold.", "greater"),
    ]
    value: Annotated[
        Any, doc("With what: a list for `any_of`, `none_of` and `between`, else one value.", 10000)
    ] = None


class Condition(Struct, kw_only=True):
    """All, or any, of some comparisons."""

    all: Annotated[list[Comparison] | UnsetType, doc("Each of these holds.")] = UNSET
    any: Annotated[list[Comparison] | UnsetType, doc("At least one of these holds.")] = UNSET


Key = Annotated[
    str,
    Meta(pattern=KEY_PATTERN, max_length=50),
    doc("Names it within the template, for good; made when left out.", "data-mapping"),
]
Rule = Annotated[
    str,
    checked(check_rule, INVALID_ENUM_VALUE, INVALID_STRING),
    doc(
        "`csm`, `se`, `designer`, `product_ops`, `account_owner`, `customer_primary_contact`, "
        "`member:<id>` or `none`.",
        "csm",
    ),
]
When = Annotated[
    Condition | None,
    checked(check_condition, *BOUNDED_TEXT, INVALID_ENUM_VALUE, UNRECOGNIZED_KEYS, MISSING_FIELD),
    doc("Condition on the customer; `null` for always.", None),
]
Name = Annotated[
    str, Meta(min_length=1, max_length=120), doc("Name, unique within its phase.", "Standard kick-off")
]
About = Annotated[str | None, optional_text(2_000), doc("What it is for.", "For customers on Scale.")]
IsDefault = Annotated[
    bool, doc("Whether it is applied on entering the phase. Setting it clears the one before.", False)
]


class TemplateSubtask(Struct, kw_only=True):
    """A subtask in a template. Its date hangs on what the date of its task hangs on."""

    key: Key = ""
    title: TaskTitle
    assignee_rule: Rule = "none"
    due_offset: Offset = None
    condition: When = None


class TemplateTask(Struct, kw_only=True):
    """A task in a template."""

    key: Key = ""
    title: TaskTitle
    description: Description = None
    assignee_rule: Rule = "none"
    due_anchor: Annotated[
        str | None,
        checked(check_anchor, INVALID_STRING),
        doc("`phase_start`, `target_launch` or `task:<key>`; `null` for no date.", PHASE_START),
    ] = None
    due_offset: Offset = None
    customer_facing: Facing = False
    links: Links = []
    condition: When = None
    depends_on: Annotated[
        list[Annotated[str, Meta(max_length=50)]], doc("Keys of tasks of this template.", [])
    ] = []
    subtasks: Annotated[list[TemplateSubtask], doc("Its subtasks.")] = []


class Template(Struct, tag_field="object", tag="template"):
    """A saved bundle of tasks for one phase."""

    id: Id
    display_id: DisplayId
    name: Annotated[str, doc("Name.", "Standard kick-off")]
    description: Annotated[str | None, doc("What it is for.", None)]
    phase: Annotated[str, doc("Key of its phase.", "program_design")]
    default_for_phase: IsDefault
    applies_when: Annotated[Condition | None, doc("Condition on the customer.", None)]
    tasks: Annotated[list[TemplateTask], doc("Its tasks, in order.")]
    version: Annotated[int, doc("Counts its changes, from 1.", 1)]
    livemode: Livemode
    created_at: Moment
    updated_at: Moment


class TemplateCreate(Struct, kw_only=True):
    """A new template."""

    name: Name
    description: About = None
    phase: Phase
    default_for_phase: IsDefault = False
    applies_when: When = None
    tasks: Annotated[list[TemplateTask], doc("Its tasks, in order.")] = []


class TemplateUpdate(Struct, kw_only=True):
    """Changes to a template: an absent key stays as it is. ``tasks`` is replaced as a whole."""

    name: Name | UnsetType = UNSET
    description: About | UnsetType = UNSET
    phase: Phase | UnsetType = UNSET
    default_for_phase: IsDefault | UnsetType = UNSET
    applies_when: When | UnsetType = UNSET
    tasks: Annotated[list[TemplateTask], doc("Its tasks, in order.")] | UnsetType = UNSET


class TemplatePage(Page[Template], kw_only=True):
    """One page of templates."""


class TemplateQuery(ListQuery, kw_only=True):
    """Filters of the list of templates."""

    phase: Annotated[str | None, doc("Only templates of the phase with this key.", "program_design")] = None


class TemplateApply(Struct, kw_only=True):
    """Which template to apply."""

    template_id: Annotated[Reference, doc("The template.", "3")]
    add_copies: Annotated[bool, doc("Also create tasks that the onboarding has from it already.", False)] = (
        False
    )


class SkippedTask(Struct, kw_only=True):
    """A task of the template that was not created."""

    key: Annotated[str, doc("Its key.", "data-mapping")]
    title: Annotated[str, doc("Its title.", "Data mapping")]
    reason: Annotated[str, doc("Why it was skipped.", "arr is not above 10,000")]


class AppliedTemplate(Struct, kw_only=True):
    """What applying a template did."""

    object: Annotated[Literal["applied_template"], doc("Always `applied_template`.", "applied_template")] = (
        "applied_template"
    )
    template_id: Annotated[str, doc("Id of the template.", "cmb4kvj50ce9uvw53efr4edt2")]
    onboarding_id: Annotated[str, doc("Id of the onboarding.", "cmb49ri19r0wyojfljooa5lqs")]
    version: Annotated[int, doc("Version of the template.", 1)]
    tasks: Annotated[list[Task], doc("The tasks that were created, each before its subtasks.")]
    skipped: Annotated[list[SkippedTask], doc("The tasks that were not, with the reason.")]
