"""What is asked before something is done to many customers: a form for each act, and what it holds."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pivotal_server.auth.permissions import Condition, Facts
from pivotal_server.custom_fields import service as custom_fields
from pivotal_server.custom_fields.service import FieldRow
from pivotal_server.customers.bulk import MANAGERS_ONLY
from pivotal_server.customers.checks import check_tags
from pivotal_server.customers.editing import number_of
from pivotal_server.customers.schemas import CustomerUpdate
from pivotal_server.customers.words import CHURN_REASONS, SHORTEST_REASON
from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.pagination import Slice
from pivotal_server.kit.validation import Body
from pivotal_server.members import service as members
from pivotal_server.onboardings.schemas import OnboardingCreate
from pivotal_server.onboardings.views_ask import AskField, Listing
from pivotal_server.phases import service as phases
from pivotal_server.templates import service as templates
from pivotal_server.web.answers import reason_in
from pivotal_server.web.formats import STATUS_NAMES, count
from pivotal_server.web.forms import check, sentence
from pivotal_server.web.session import Visit

Fields = tuple[AskField, ...]
Read = tuple[dict[str, Any], dict[str, str]]
"""The values of an act, and what is wrong with them by form field."""

_CHANGE = Body(CustomerUpdate)
_ONBOARDING = Body(OnboardingCreate)
_PLANNED = ("phase", "template_id", "csm_id", "target_launch_date")
_FLIPS = (
    ("Onboarding, Active", "Live and being looked after"),
    ("At risk", "Live, shows as at risk everywhere"),
    ("Churned", "Running onboardings are paused and stay so"),
)
_WORDS = {
    ("plan", "too_big"): "Use at most 100 characters.",
    ("target_launch_date", "invalid_string"): "Enter a date.",
    ("target_launch_date", "too_small"): "Enter a date from 2000 on.",
    ("target_launch_date", "too_big"): "Enter a date up to 2100.",
}


async def _no_fields(_visit: Visit) -> Fields:
    return ()


async def _nothing(_visit: Visit, _total: int) -> Read:
    return {}, {}


@dataclass(frozen=True, slots=True)
class Asking:
    """How an act is asked for. ``title`` takes the customers with their number; ``verb`` says what was done.

    ``read``: the values of the sent form for so many customers. ``first``: the form field that a first form
    asks for, where the others depend on it.
    """

    title: str
    submit: str
    verb: str = "changed"
    lead: str = ""
    lists: tuple[Listing, ...] = ()
    danger: bool = False
    fields: Callable[[Visit], Awaitable[Fields]] = _no_fields
    read: Callable[[Visit, int], Awaitable[Read]] = _nothing
    first: str = ""

    def titled(self, total: int) -> str:
        """What the form is called."""
        return self.title.format(customers=count(total, "customer"))


# ── Owner, plan, tags ────────────────────────────────────────────────────────────────────────────
async def _owner_fields(visit: Visit) -> Fields:
    team = await members.all_members(visit.db, visit.org_id)
    people = tuple((one.id, one.name) for one in team if one.active and one.role != "viewer")
    return (AskField(name="owner_id", label="Owner", kind="select", options=(("", "Nobody"), *people)),)


async def _read_owner(visit: Visit, _total: int) -> Read:
    owner_id = visit.fields.text("owner_id") or None
    try:
        return {"owner_id": await members.staff_id(visit.db, visit.org_id, owner_id, "owner_id")}, {}
    except ApiError:
        return {}, {"owner_id": "Choose an active person who is no viewer."}


async def _plan_fields(_visit: Visit) -> Fields:
    return (AskField(name="plan", label="Plan", longest=100, focus=True, help="Left empty it is cleared."),)


async def _read_plan(visit: Visit, _total: int) -> Read:
    found, errors = check(_CHANGE, visit.fields.texts("plan"), _WORDS)
    return ({}, errors) if errors else ({"plan": found.plan or None}, {})


async def _tag_fields(_visit: Visit) -> Fields:
    return (
        AskField(
            name="tags",
            label="Tags",
            required=True,
            longest=3000,
            focus=True,
            help="Separated by commas.",
        ),
    )


async def _read_tags(visit: Visit, _total: int) -> Read:
    typed = [tag.strip() for tag in visit.fields.text("tags").split(",") if tag.strip()]
    if not typed:
        return {}, {"tags": "Enter a tag."}
    try:
        return {"tags": check_tags(typed, "tags")}, {}
    except ApiError as fault:
        return {}, {"tags": sentence("tags", fault, {})}


# ── A custom field ───────────────────────────────────────────────────────────────────────────────
async def _live_fields(visit: Visit) -> dict[str, FieldRow]:
    known = await custom_fields.all_fields(visit.db, visit.org_id)
    return {one.slug: one for one in known if one.archived_at is None}


async def _value_fields(visit: Visit) -> Fields:
    known = await _live_fields(visit)
    chosen = known.get(visit.fields.text("field"))
    if chosen is None:
        options = tuple((slug, one.label) for slug, one in known.items())
        return (AskField(name="field", label="Custom field", kind="select", required=True, options=options),)
    common: Any = {
        "name": "value",
        "label": chosen.label,
        "help": chosen.help or "Left empty it is cleared.",
    }
    if chosen.type == "select":
        choices = tuple((one, one) for one in chosen.options)
        return (AskField(kind="select", options=(("", "None"), *choices), **common),)
    if chosen.type == "boolean":
        return (AskField(kind="select", options=(("", "Not said"), ("yes", "Yes"), ("no", "No")), **common),)
    if chosen.type == "date":
        return (AskField(kind="date", **common),)
    return (AskField(longest=1000 if chosen.type == "string" else 40, focus=True, **common),)


async def _read_value(visit: Visit, _total: int) -> Read:
    chosen = (await _live_fields(visit)).get(visit.fields.text("field"))
    if chosen is None:
        return {}, {"field": "Choose a field."}
    text = visit.fields.text("value").strip()
    value: Any = text or None
    try:
        if chosen.type == "number":
            value = number_of(text, "value")
        elif chosen.type == "boolean" and text:
            value = text == "yes"
        # Nobody's values: what they hold beside it plays no part.
        await custom_fields.with_values(visit.db, visit.org_id, {}, {chosen.slug: value})
    except ApiError as fault:
        return {}, {"value": sentence("value", fault, {})}
    return {"field": chosen.slug, "value": value}, {}


# ── Status ───────────────────────────────────────────────────────────────────────────────────────
async def _status_fields(_visit: Visit) -> Fields:
    flips = tuple((key, name) for key, name in STATUS_NAMES.items() if key != "archived")
    ready = tuple((text, text) for text in CHURN_REASONS)
    return (
        AskField(name="status", label="Status", kind="select", required=True, options=flips),
        AskField(name="reason", label="Reason", kind="reason", options=ready, help="Needed for Churned."),
    )


async def _read_status(visit: Visit, _total: int) -> Read:
    status = visit.fields.text("status")
    if status not in STATUS_NAMES or status == "archived":
        return {}, {"status": "Choose a status."}
    try:
        reason = reason_in(visit)
    except ApiError as fault:
        return {}, {"reason": sentence("reason", fault, {})}
    if status != "churned":
        return {"status": status}, {}
    if len(reason or "") < SHORTEST_REASON:
        return {}, {"reason": "Choose a reason, or write one."}
    return {"status": status, "reason": reason}, {}


# ── Onboardings, access, deleting ────────────────────────────────────────────────────────────────
async def _onboarding_fields(visit: Visit) -> Fields:
    known = [one for one in await phases.all_phases(visit.db, visit.org_id) if one.archived_at is None]
    names = {one.key: one.name for one in known}
    team = await members.all_members(visit.db, visit.org_id)
    staff = tuple((one.id, one.name) for one in team if one.active and one.role != "viewer")
    found, _ = await templates.read_templates(visit.db, visit.org_id, Slice(100), {})
    offered = tuple((one.id, f"{one.name} ({names.get(one.phase, one.phase)})") for one in found)
    return (
        AskField(name="phase", label="Phase", kind="select", required=True, options=tuple(names.items())),
        AskField(
            name="template_id",
            label="Template",
            kind="select",
            options=(("", "The default of its phase"), *offered),
        ),
        AskField(name="csm_id", label="CSM", kind="select", options=(("", "Nobody yet"), *staff)),
        AskField(name="target_launch_date", label="Target launch", kind="date"),
    )


async def _read_onboarding(visit: Visit, _total: int) -> Read:
    given = {name: text for name, text in visit.fields.texts(*_PLANNED).items() if text.strip()}
    # Any customer will do: what is wrong is so for each of them.
    _, errors = check(_ONBOARDING, {"customer_id": "1", **given}, _WORDS)
    if not errors and "csm_id" in given:
        try:
            await members.staff_id(visit.db, visit.org_id, given["csm_id"], "csm_id")
        except ApiError:
            errors = {"csm_id": "Choose an active person who is no viewer."}
    if not errors and "template_id" in given:
        try:
            await templates.named_template(visit.db, visit.org_id, given["template_id"], "template_id")
        except ApiError:
            errors = {"template_id": "This template is gone. Choose another."}
    return ({}, errors) if errors else ({"onboarding": given}, {})


async def _access_fields(visit: Visit) -> Fields:
    team = await members.all_members(visit.db, visit.org_id)
    people = tuple((one.id, one.name) for one in team if one.active and one.role in ("member", "viewer"))
    return (AskField(name="member", label="Who", kind="select", required=True, options=people),)


async def _read_access(visit: Visit, _total: int) -> Read:
    known = {key for field in await _access_fields(visit) for key, _ in field.options}
    member = visit.fields.text("member")
    return ({"member": member}, {}) if member in known else ({}, {"member": "Choose somebody."})


async def _count_fields(_visit: Visit) -> Fields:
    return (AskField(name="typed", label="How many", required=True, focus=True, longest=20),)


async def _read_count(visit: Visit, total: int) -> Read:
    typed = visit.fields.text("typed").strip().replace(",", "")
    return ({}, {}) if typed == str(total) else ({}, {"typed": f"Type {total} to delete them."})


ASKED: Mapping[str, Asking] = {
    "owner": Asking(
        "Change the owner of {customers}", "Change owner", fields=_owner_fields, read=_read_owner
    ),
    "plan": Asking("Set the plan of {customers}", "Set plan", fields=_plan_fields, read=_read_plan),
    "tag": Asking("Tag {customers}", "Add tags", "tagged", fields=_tag_fields, read=_read_tags),
    "untag": Asking("Remove tags from {customers}", "Remove tags", fields=_tag_fields, read=_read_tags),
    "field": Asking(
        "Set a field of {customers}", "Set field", fields=_value_fields, read=_read_value, first="field"
    ),
    "status": Asking(
        "Set the status of {customers}",
        "Set status",
        lead="Archived ones are left as they are.",
        lists=(Listing("What it does", _FLIPS),),
        fields=_status_fields,
        read=_read_status,
    ),
    "archive": Asking(
        "Archive {customers}?",
        "Archive",
        "archived",
        "They leave every list with their onboardings and tasks. Unarchiving brings back everything.",
    ),
    "unarchive": Asking(
        "Unarchive {customers}?",
        "Unarchive",
        "unarchived",
        "Each has the status it had, with all that was hidden with it.",
    ),
    "onboarding": Asking(
        "Start an onboarding for {customers}",
        "Start onboardings",
        "in a new onboarding",
        "Churned and archived ones are left out.",
        fields=_onboarding_fields,
        read=_read_onboarding,
    ),
    "access": Asking(
        "Give access to {customers}", "Give access", "opened up", fields=_access_fields, read=_read_access
    ),
    "delete": Asking(
        "Delete {customers}?",
        "Delete",
        "deleted",
        "Only archived ones are, with their contacts, onboardings and tasks. Managers can restore them.",
        danger=True,
        fields=_count_fields,
        read=_read_count,
    ),
}
"""The acts by name, as the bar below the list sends them."""


def facts_of(name: str) -> Facts:
    """What is known of an act on customers that the visitor sees."""
    met = frozenset() if name in MANAGERS_ONLY else frozenset({Condition.NO_GRANT_NO_DELETE})
    return Facts(visible=True, met=met)
