"""Wire types of onboardings."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from pivotal_server.kit.codes import INVALID_STRING, TOO_BIG, TOO_SMALL
from pivotal_server.kit.text import clean, line, parse_day_of
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
)

State = Literal["active", "waiting", "at_risk", "paused", "done"]
EARLIEST_TARGET = date(2000, 1, 1)
LATEST_TARGET = date(2100, 12, 31)


def check_target(value: Any, path: str) -> date | None:
    """A target launch date from 2000 to 2100: a day, or a moment of which the day counts as it is written."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise wrong_type("string", value, path)
    day = parse_day_of(value.strip(), path)
    if day < EARLIEST_TARGET:
        raise TOO_SMALL(field=path, name=path, limit=EARLIEST_TARGET)
    if day > LATEST_TARGET:
        raise TOO_BIG(field=path, name=path, limit=LATEST_TARGET)
    return day


def check_name(value: Any, path: str) -> str | None:
    """A name of at most 200 characters; ``None`` where the default is wanted."""
    if not isinstance(value, str):
        raise wrong_type("string", value, path)
    return line(value, path, 1, 200)


def check_phase(value: Any, path: str) -> str:
    """The key of a phase; whether the workspace has it is for the service to say."""
    if not isinstance(value, str):
        raise wrong_type("string", value, path)
    key = clean(value, path)
    if not key or len(key) > 100:
        raise INVALID_STRING(field=path, message=f"{path} must be the key of a phase")
    return key


Name = Annotated[
    str,
    checked(check_name, *BOUNDED_TEXT),
    Meta(extra_json_schema={"minLength": 1, "maxLength": 200}),
    doc("Name.", "Loyalty launch"),
]
Phase = Annotated[
    str,
    checked(check_phase, INVALID_STRING),
    doc(
        "Key of a phase of the workspace. The first one when left out.",
        "before_getting_started",
        "program_design",
    ),
]
StateField = Annotated[State, doc("How the work stands. `waiting` means waiting on the customer.", "active")]
Target = Annotated[
    datetime | None,
    checked(check_target, *BOUNDED_TEXT),
    doc(
        "Day of the planned launch as it is written; time of day and offset are dropped.",
        "2026-07-15T00:00:00Z",
    ),
]
Notes = Annotated[str | None, optional_text(10_000), doc("Internal notes, Markdown.", "Kick-off on Monday.")]
Waiting = Annotated[bool, doc("Whether the customer has to act; the same as state `waiting`.", False)]
Reminders = Annotated[bool, doc("Whether reminders go out.", True)]
Frequency = Annotated[int, Meta(ge=1, le=90), doc("Days between reminders.", 1)]
ExternalId = Annotated[
    str | None, optional_text(255), doc("Your own id of the record, unique per workspace.", "project-9")
]


def _member(what: str) -> Meta:
    return doc(f"Member who is its {what}.", "cmb4hh5344tfjgvq4k7bn7xj8")


Csm = Annotated[Reference | None, _member("customer success manager")]
SolutionsEngineer = Annotated[Reference | None, _member("solutions engineer")]
Designer = Annotated[Reference | None, _member("designer")]
ProductOps = Annotated[Reference | None, _member("product operations person")]
Reason = Annotated[str | None, optional_text(500)]


class Onboarding(Struct, tag_field="object", tag="onboarding"):
    """One onboarding of a customer."""

    id: Id
    display_id: DisplayId
    customer_id: Annotated[str, doc("Id of the customer.", "cmb4kvj50ce9uvw53efr4edt2")]
    name: Annotated[str, doc("Name.", "Loyalty launch")]
    template_id: Annotated[str | None, doc("Template chosen at creation.", None)]
    phase: Annotated[str, doc("Key of the present phase.", "before_getting_started")]
    state: Annotated[State, Meta(extra_json_schema={"x-extensible-enum": True}), doc("State.", "active")]
    started_at: Moment
    launched_at: Annotated[str | None, Meta(extra_json_schema={"format": "date-time"}), doc("Launch.", None)]
    completed_at: Annotated[str | None, Meta(extra_json_schema={"format": "date-time"}), doc("End.", None)]
    target_launch_date: Annotated[
        str | None,
        Meta(extra_json_schema={"format": "date-time"}),
        doc("Day of the planned launch, as its midnight UTC.", "2026-07-15T00:00:00.000Z"),
    ]
    csm_id: Annotated[str | None, _member("customer success manager")]
    se_id: Annotated[str | None, _member("solutions engineer")]
    designer_id: Annotated[str | None, _member("designer")]
    product_ops_id: Annotated[str | None, _member("product operations person")]
    notes: Annotated[str | None, doc("Internal notes, Markdown.", None)]
    waiting_on_customer: Waiting
    reminders_enabled: Reminders
    reminder_frequency_days: Frequency
    metadata: Annotated[dict[str, Any], doc("Your own data.", {})]
    external_id: Annotated[str | None, doc("Your own id of the record.", None)]
    livemode: Livemode
    created_at: Moment
    updated_at: Moment


class OnboardingCreate(Struct, kw_only=True):
    """A new onboarding."""

    customer_id: Annotated[Reference, doc("The customer.", "245")]
    name: Name | UnsetType = UNSET
    template_id: Annotated[Reference | None, doc("Template to apply.", None)] = None
    phase: Phase | UnsetType = UNSET
    state: StateField | UnsetType = UNSET
    started_at: Annotated[
        datetime | UnsetType, doc("A past moment; now when left out.", "2026-05-01T08:00:00Z")
    ] = UNSET
    target_launch_date: Target = None
    csm_id: Csm = None
    se_id: SolutionsEngineer = None
    designer_id: Designer = None
    product_ops_id: ProductOps = None
    notes: Notes = None
    waiting_on_customer: Waiting | UnsetType = UNSET
    reminders_enabled: Reminders = True
    reminder_frequency_days: Frequency = 1
    metadata: Metadata | UnsetType = UNSET
    external_id: ExternalId = None


class OnboardingUpdate(Struct, kw_only=True):
    """Changes to an onboarding: an absent key stays as it is, ``null`` clears."""

    name: Name | UnsetType = UNSET
    phase: Phase | UnsetType = UNSET
    phase_change_reason: Annotated[Reason, doc("Why the phase moves; write-only.", "Signed off")] = None
    state: StateField | UnsetType = UNSET
    target_launch_date: Target | UnsetType = UNSET
    target_change_reason: Annotated[Reason, doc("Why the target moves; write-only.", "Legal review")] = None
    csm_id: Csm | UnsetType = UNSET
    se_id: SolutionsEngineer | UnsetType = UNSET
    designer_id: Designer | UnsetType = UNSET
    product_ops_id: ProductOps | UnsetType = UNSET
    notes: Notes | UnsetType = UNSET
    waiting_on_customer: Waiting | UnsetType = UNSET
    reminders_enabled: Reminders | UnsetType = UNSET
    reminder_frequency_days: Frequency | UnsetType = UNSET
    metadata: Metadata | UnsetType = UNSET
    external_id: ExternalId | UnsetType = UNSET


class OnboardingPage(Page[Onboarding], kw_only=True):
    """One page of onboardings."""


class CustomerOnboardingQuery(ListQuery, kw_only=True):
    """Filters of the list of a customer's onboardings."""

    state: Annotated[State | None, doc("Only onboardings in this state.", "active")] = None
    phase: Annotated[str | None, doc("Only onboardings in the phase with this key.", "launch")] = None
    csm_id: Annotated[Reference | None, doc("Only onboardings of this CSM.", "12")] = None


class OnboardingQuery(CustomerOnboardingQuery, kw_only=True):
    """Filters of the list of onboardings."""

    customer_id: Annotated[Reference | None, doc("Only onboardings of this customer.", "245")] = None
