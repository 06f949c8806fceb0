"""Activity entries in words: a sentence for each event, names for fields, values as people read them."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from string import Formatter
from typing import Any

import msgspec
from msgspec.structs import replace

from pivotal_server.activity.folding import acts, words_of
from pivotal_server.activity.service import ActivityRow
from pivotal_server.activity.views import DiffLine, EntryView, Feed, FeedDay, Glyph, Words
from pivotal_server.web.formats import STATE_NAMES, STATUS_NAMES, day, money, number, short_day
from pivotal_server.web.view import Frame, Person

NONE = "None"
_LONGEST = 160
# The fields of an entry that lists moved dates, by the number of the task.
_DATE_OF_TASK = re.compile(r"tasks\.([0-9]+)\.due_date")

SENTENCES: Mapping[str, str] = {
    "customer.created": "created this customer",
    "customer.field_changed": "changed {fields}",
    "customer.status_changed": "changed the status",
    "customer.archived": "archived this customer",
    "customer.unarchived": "took this customer out of the archive",
    "customer.won_back": "won this customer back",
    "customer.deleted": "deleted this customer",
    "customer.restored": "restored this customer",
    "webhook.delivered": "delivered a webhook",
    "webhook.failed": "failed to deliver a webhook",
    "contact.added": "added {contact_named}{primary}",
    "contact.field_changed": "changed {fields} of {contact}",
    "contact.primary_changed": "made {contact} the primary contact",
    "contact.primary_changed:off": "ended {contact} being the primary contact",
    "contact.archived": "archived {contact_named}",
    "contact.unarchived": "took {contact_named} out of the archive",
    "contact.deleted": "deleted {contact_named}",
    "contact.restored": "restored {contact_named}",
    "contact.erased": "erased the data of {contact}",
    "contact.portal_access_changed": "changed the portal access of {contact}",
    "onboarding.created": "opened onboarding {onboarding}",
    "onboarding.field_changed": "changed {fields} of {onboarding}",
    "onboarding.phase_changed": "moved {onboarding} to {phase}",
    "onboarding.state_changed": "changed the state of {onboarding}",
    "onboarding.target_shifted": "changed the target launch of {onboarding}",
    "onboarding.launched": "launched {onboarding}",
    "onboarding.completed": "completed {onboarding}",
    "onboarding.template_applied": "applied the template {template} to {onboarding}",
    "onboarding.dates_moved": "moved due dates of {onboarding}",
    "onboarding.deleted": "deleted onboarding {onboarding}",
    "onboarding.restored": "restored onboarding {onboarding}",
    "task.created": "added {task_named}",
    "task.field_changed": "changed {fields} of {task}",
    "task.assigned": "assigned {task}",
    "task.due_date_changed": "changed the due date of {task}",
    "task.completed": "completed {task}",
    "task.reopened": "reopened {task}",
    "task.moved": "moved {task}",
    "task.unlocked": "unlocked {task}",
    "task.locked": "locked {task}",
    "task.deleted": "deleted {task_named}",
    "task.restored": "restored {task_named}",
    "comment.added": "commented{on_place}",
    "comment.edited": "edited a comment{on_place}",
    "comment.deleted": "deleted a comment{on_place}",
    "comment.visibility_changed": "changed who sees a comment{on_place}",
    "attachment.added": "added the file {file}{on_place}",
    "attachment.removed": "removed the file {file}{on_place}",
    "phase.created": "added the phase {name}",
    "phase.updated": "changed the phase {name}",
    "phase.archived": "archived the phase {name}",
    "phase.restored": "restored the phase {name}",
    "template.created": "created a phase template",
    "template.updated": "changed {fields} of a phase template",
    "template.archived": "deleted a phase template",
    "view.shared": "shared the view {name}",
    "tag.renamed": "renamed the tag {name}",
    "tag.merged": "merged the tag {name} into another",
    "tag.deleted": "deleted the tag {name}",
    "member.invited": "invited {name}",
    "member.invite_revoked": "revoked the invite of {name}",
    "member.role_changed": "changed the role of {name}",
    "member.deactivated": "deactivated {name}",
    "member.reactivated": "reactivated {name}",
    "access.granted": "gave {name} access",
    "access.revoked": "took the access of {name} away",
    "member.joined": "joined the workspace",
    "member.signed_in": "signed in",
    "member.sign_in_refused": "was refused signing in",
    "member.session_ended": "ended a session",
    "member.updated": "changed {fields}",
    "member.updated:named": "changed {fields} of {name}",
    "api_key.created": "created the API key {name}",
    "api_key.revoked": "revoked the API key {name}",
    "bulk.finished": "finished a bulk edit",
    "notification.skipped": "held a notice back",
    "import.finished": "finished an import",
    "export.finished": "finished an export",
    "export.downloaded": "downloaded an export",
    "job.canceled": "canceled a job",
    "job.retried": "ran a failed job again",
    "workspace.created": "created this workspace",
    "workspace.updated": "changed {fields} of the workspace",
    "workspace.ownership_transferred": "made {name} the owner of the workspace",
}
"""What follows the actor's name. ``:off`` words the event that sets something to false."""

REASONS: Mapping[str, str] = {"customer_churned": "The customer churned.", "no reason given": ""}
"""Reasons that programs give, in words."""


class Field(msgspec.Struct, frozen=True):
    """How a field is named in a diff and in a sentence."""

    label: str
    phrase: str = ""

    @property
    def in_sentence(self) -> str:
        """Such as "the plan"."""
        return self.phrase or f"the {self.label[0].lower()}{self.label[1:]}"


FIELDS: Mapping[str, Field] = {
    "name": Field("Name"),
    "slug": Field("Slug"),
    "domain": Field("Domain"),
    "status": Field("Status"),
    "plan": Field("Plan"),
    "mrr": Field("MRR", "MRR"),
    "monthly_orders": Field("Orders / month", "orders a month"),
    "hubspot_company_id": Field("HubSpot company", "the HubSpot company"),
    "hubspot_deal_id": Field("HubSpot deal", "the HubSpot deal"),
    "stripe_customer_id": Field("Stripe customer", "the Stripe customer"),
    "intercom_company_id": Field("Intercom company", "the Intercom company"),
    "slack_channel_id": Field("Slack channel", "the Slack channel"),
    "owner_id": Field("Owner"),
    "tags": Field("Tags"),
    "custom_fields": Field("Custom fields"),
    "metadata": Field("Metadata", "metadata"),
    "external_id": Field("External id", "the external id"),
    "email": Field("E-mail", "the e-mail address"),
    "title": Field("Title"),
    "phone": Field("Phone", "the phone number"),
    "labels": Field("Labels"),
    "is_primary": Field("Primary", "who is primary"),
    "archived": Field("Archived", "whether it is archived"),
    "portal_access": Field("Portal access"),
    "phase": Field("Phase"),
    "state": Field("State"),
    "started_at": Field("Started"),
    "launched_at": Field("Launched"),
    "completed_at": Field("Completed"),
    "target_launch_date": Field("Target launch"),
    "csm_id": Field("CSM", "the CSM"),
    "se_id": Field("Engineer"),
    "designer_id": Field("Designer"),
    "product_ops_id": Field("Product ops"),
    "notes": Field("Notes"),
    "waiting_on_customer": Field("Waiting on customer", "whether it waits on the customer"),
    "reminders_enabled": Field("Reminders"),
    "reminder_frequency_days": Field("Days between reminders"),
    "template_id": Field("Template"),
    "assignee_id": Field("Assignee"),
    "due_date": Field("Due date"),
    "due_anchor": Field("Planned from"),
    "due_offset": Field("Days after"),
    "customer_facing": Field("Customer-facing", "whether the customer sees it"),
    "links": Field("Links"),
    "depends_on": Field("Blocked by", "what it is blocked by"),
    "parent_task_id": Field("Parent task"),
    "visibility": Field("Seen by", "who sees it"),
    "applies_when": Field("Applies when", "when it applies"),
    "default_for_phase": Field("Default of its phase", "whether it is the default of its phase"),
    "created": Field("Tasks added"),
    "skipped": Field("Tasks skipped"),
}
"""Names of fields; others are shown by their own name."""


class Names(msgspec.Struct, frozen=True):
    """Present names for ids and keys in entries: ``members`` by id, ``phases`` by key."""

    members: Mapping[str, str] = {}
    phases: Mapping[str, str] = {}


def feed(rows: Iterable[ActivityRow], names: Names, frame: Frame, *, older: str | None = None) -> Feed:
    """Entries, newest first as they come, grouped by day of the workspace's zone; those of one act folded."""
    days: dict[date, list[EntryView]] = {}
    for act in acts(rows):
        at = act[0].created_at.astimezone(frame.zone).date()
        views = [entry_view(row, names) for row in act]
        if len(views) > 1:
            one = replace(views[0], words=words_of(act), lines=(), reason="", folded=tuple(views))
            days.setdefault(at, []).append(replace(one, id=f"{one.id}-all"))
        else:
            days.setdefault(at, []).append(views[0])
    return Feed(tuple(FeedDay(day_label(at, frame), tuple(entries)) for at, entries in days.items()), older)


def day_label(value: date, frame: Frame) -> str:
    """Today, yesterday, or the day by its date."""
    if value == frame.today:
        return "Today"
    return "Yesterday" if value == frame.today - timedelta(days=1) else short_day(value, frame)


def entry_view(row: ActivityRow, names: Names) -> EntryView:
    """One entry in words. A contact that is gone reads "a removed contact" (APP-CON)."""
    changes = _changes(row)
    is_new = row.event in _BIRTHS
    shown = [change for change in changes if change["field"] not in _HIDDEN.get(row.event, ())]
    lines = [_line(change, names, is_new=is_new) for change in shown]
    return EntryView(
        id=row.id,
        display_id=row.display_id,
        at=row.created_at,
        glyph=_glyph(row),
        actor=actor_of(row),
        words=tuple(_sentence(row, changes, names)),
        lines=tuple(line for line in lines if not (is_new and line.new == NONE)),
        reason="" if row.event in _NAMED_BY_REASON else REASONS.get(row.reason or "", row.reason or ""),
        livemode=row.livemode,
        tool=row.tool or "",
    )


_BIRTHS = frozenset(
    {
        *("customer.created", "contact.added", "onboarding.created", "api_key.created"),
        *("onboarding.template_applied", "template.created"),
    }
)
# What a sentence says already.
_HIDDEN: Mapping[str, tuple[str, ...]] = {
    "contact.added": ("is_primary",),
    "contact.primary_changed": ("is_primary",),
    "onboarding.template_applied": ("template_id", "template"),
    "attachment.added": ("file",),
    "attachment.removed": ("file",),
}
# Events of things without a page of their own, whose name stands in the entry's reason.
_NAMED_BY_REASON = frozenset(
    {
        "api_key.created",
        "api_key.revoked",
        "phase.created",
        "phase.updated",
        "phase.archived",
        "phase.restored",
        *("access.granted", "access.revoked"),
        "workspace.ownership_transferred",
        *("tag.renamed", "tag.merged", "tag.deleted"),
        *("member.invited", "member.invite_revoked"),
        *("member.updated", "member.role_changed", "member.deactivated", "member.reactivated"),
    }
)


def _changes(row: ActivityRow) -> list[dict[str, Any]]:
    raw = row.personal_diff if row.diff is None else row.diff
    return [] if raw is None else msgspec.json.decode(raw, type=list[dict[str, Any]])


def _glyph(row: ActivityRow) -> Glyph:
    match row.actor_type:
        case "member" | "contact":
            return "person"
        case "api_key":
            return "api"
        case "integration":
            return "integration"
        case _:
            return "pi" if row.actor == "Pi" else "system"


def actor_of(row: ActivityRow) -> Person:
    """Who acted, under the name they have now."""
    match row.actor_type:
        case "member":
            name = row.member_name or "Somebody"
        case "contact":
            name = row.author_name or "Removed contact"
        case _:
            name = row.actor or "Pivotal"
    return Person(row.actor_id or row.actor_type, name)


def _sentence(row: ActivityRow, changes: list[dict[str, Any]], names: Names) -> Iterable[Words]:
    contact, onboarding = row.contact_name, row.onboarding_name
    named = [Words(contact, strong=True)] if contact else [Words("a removed contact")]
    task = [Words(row.task_title, strong=True) if row.task_title else Words("a task")]
    place = row.task_title or onboarding
    known: dict[str, list[Words]] = {
        "contact": named,
        "contact_named": [Words("contact "), *named] if contact else named,
        "onboarding": [Words(onboarding, strong=True) if onboarding else Words("an onboarding")],
        "task": task,
        "task_named": [Words("task "), *task] if row.task_title else task,
        "file": [_file(changes)],
        "on_place": [Words(" on "), Words(place, strong=True)] if place else [],
        "template": [_template(changes)],
        "phase": [_phase(changes, names)],
        "fields": [Words(_fields(changes))],
        "primary": [Words(" as primary")] if _turns(changes, True) else [],
        "name": [Words(row.reason or "", strong=True)],
    }
    pattern = SENTENCES.get(row.event) or _plain(row.event)
    if row.reason and row.event in _NAMED_BY_REASON:
        pattern = SENTENCES.get(f"{row.event}:named", pattern)
    if _turns(changes, False):
        pattern = SENTENCES.get(f"{row.event}:off", pattern)
    for text, placeholder, _, _ in Formatter().parse(pattern):
        if text:
            yield Words(text)
        yield from known[placeholder] if placeholder else ()


def _plain(event: str) -> str:
    """Words for an event without a sentence: ``template.created`` → "template: created"."""
    thing, _, act = event.partition(".")
    return f"{thing.replace('_', ' ')}: {act.replace('_', ' ')}"


def _phase(changes: list[dict[str, Any]], names: Names) -> Words:
    entered = [change["new"] for change in changes if change["field"] == "phase"]
    return Words(names.phases.get(entered[0], entered[0]), strong=True) if entered else Words("another phase")


def _template(changes: list[dict[str, Any]]) -> Words:
    applied = [change["new"] for change in changes if change["field"] == "template"]
    return Words(applied[0], strong=True) if applied else Words("of a phase")


def _file(changes: list[dict[str, Any]]) -> Words:
    named = [change["new"] or change["old"] for change in changes if change["field"] == "file"]
    return Words(named[0], strong=True) if named else Words("without a name")


def _fields(changes: list[dict[str, Any]]) -> str:
    if len(changes) == 1:
        return field_of(changes[0]["field"]).in_sentence
    return f"{len(changes)} fields" if changes else "details"


def _turns(changes: list[dict[str, Any]], to: bool) -> bool:
    return any(change["field"] == "is_primary" and change["new"] is to for change in changes)


def field_of(name: str) -> Field:
    """How a field is named; an unknown one by its own name, readable."""
    known = FIELDS.get(name)
    moved = _DATE_OF_TASK.fullmatch(name)
    if moved is not None:
        return Field(f"Task {moved[1]}")
    own = name.removeprefix("custom_fields.")
    return known if known is not None else Field(own.replace("_", " ").capitalize())


def _line(change: dict[str, Any], names: Names, *, is_new: bool) -> DiffLine:
    name = change["field"]
    old = None if is_new else value_text(name, change["old"], names)
    return DiffLine(field_of(name).label, old, value_text(name, change["new"], names))


def value_text(field: str, value: Any, names: Names) -> str:
    """A JSON value of a field as people read it."""
    if value is None or value in ("", [], {}):
        return NONE
    if field in _MEMBERS:
        return names.members.get(value, "Somebody who left")
    if field == "assignee_id":
        return names.members.get(value, "A contact")
    if field == "phase":
        return names.phases.get(value, value)
    if _DATE_OF_TASK.fullmatch(field):
        return _calendar_day(value)
    if field in _WRITERS:
        return _WRITERS[field](value)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, int | float):
        return number(value)
    return _short(_text(value))


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_text, value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1].rstrip()}…"


def _labels(value: Any) -> str:
    return _short(", ".join(link["label"] for link in value))


def _count_of_tasks(value: Any) -> str:
    return "1 task" if len(value) == 1 else f"{len(value)} tasks"


def _calendar_day(value: Any) -> str:
    return day(date.fromisoformat(str(value)[:10]))


def _moment(value: Any) -> str:
    at = datetime.fromisoformat(str(value))
    return f"{day(at.date())}, {at:%H:%M} UTC"


_MEMBERS = frozenset({"owner_id", "csm_id", "se_id", "designer_id", "product_ops_id"})
_WRITERS: Mapping[str, Callable[[Any], str]] = {
    "status": lambda value: STATUS_NAMES.get(value, value),
    "state": lambda value: STATE_NAMES.get(value, value),
    "mrr": money,
    "target_launch_date": _calendar_day,
    "due_date": _calendar_day,
    "visibility": lambda value: {"internal": "The team", "customer": "The customer too"}.get(value, value),
    "links": _labels,
    "depends_on": _count_of_tasks,
    "parent_task_id": lambda _: "A task",
    "started_at": _moment,
    "launched_at": _moment,
    "completed_at": _moment,
}
