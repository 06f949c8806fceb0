"""Entries in words."""

from datetime import UTC, datetime
from typing import Any

import pytest

from pivotal_server.activity.views import DiffLine, EntryView
from pivotal_server.activity.wording import FIELDS, SENTENCES, Names, day_label, entry_view, feed, value_text
from pivotal_server.web.templating import environment
from tests.support.pages import DANA, NAMES, NOW, by_dana, entry, frame


def sentence(view: EntryView) -> str:
    return f"{view.actor.name} {''.join(words.text for words in view.words)}"


@pytest.mark.parametrize(
    ("event", "facts", "text"),
    [
        ("customer.created", {}, "API: local-dev created this customer"),
        ("customer.deleted", {}, "API: local-dev deleted this customer"),
        (
            "customer.status_changed",
            {"diff": [("status", "active", "at_risk")]},
            "API: local-dev changed the status",
        ),
        ("contact.added", {"contact_name": "Mira Chen"}, "API: local-dev added contact Mira Chen"),
        (
            "contact.added",
            {"contact_name": "Mira Chen", "personal_diff": [("is_primary", None, True)]},
            "API: local-dev added contact Mira Chen as primary",
        ),
        (
            "contact.primary_changed",
            {"contact_name": "Ben Hartley", "personal_diff": [("is_primary", False, True)]},
            "API: local-dev made Ben Hartley the primary contact",
        ),
        (
            "contact.primary_changed",
            {"contact_name": "Mira Chen", "personal_diff": [("is_primary", True, False)]},
            "API: local-dev ended Mira Chen being the primary contact",
        ),
        ("contact.deleted", {}, "API: local-dev deleted a removed contact"),
        ("contact.archived", {"contact_name": "Ben"}, "API: local-dev archived contact Ben"),
        (
            "onboarding.created",
            {"onboarding_name": "Loyalty launch"},
            "API: local-dev opened onboarding Loyalty launch",
        ),
        (
            "onboarding.phase_changed",
            {
                "onboarding_name": "Loyalty launch",
                "diff": [("phase", "before_getting_started", "program_design")],
            },
            "API: local-dev moved Loyalty launch to Program design",
        ),
        (
            "onboarding.launched",
            {"onboarding_name": "Loyalty launch"},
            "API: local-dev launched Loyalty launch",
        ),
        ("api_key.created", {"reason": "ci"}, "API: local-dev created the API key ci"),
        ("task.completed", {"task_title": "Data mapping"}, "API: local-dev completed Data mapping"),
        ("task.deleted", {}, "API: local-dev deleted a task"),
        (
            "onboarding.template_applied",
            {"onboarding_name": "Loyalty launch", "diff": [("template", None, "Kick-off")]},
            "API: local-dev applied the template Kick-off to Loyalty launch",
        ),
        ("comment.added", {}, "API: local-dev commented"),
        ("comment.added", {"onboarding_name": "Loyalty"}, "API: local-dev commented on Loyalty"),
        (
            "comment.edited",
            {"onboarding_name": "Loyalty", "task_title": "Data mapping"},
            "API: local-dev edited a comment on Data mapping",
        ),
        (
            "attachment.added",
            {"task_title": "Data mapping", "diff": [("file", None, "plan.pdf")]},
            "API: local-dev added the file plan.pdf on Data mapping",
        ),
        (
            "attachment.removed",
            {"diff": [("file", "plan.pdf", None)]},
            "API: local-dev removed the file plan.pdf",
        ),
        ("something.quite_new", {}, "API: local-dev something: quite new"),
    ],
)
def test_what_happened(event: str, facts: dict[str, Any], text: str) -> None:
    assert sentence(entry_view(entry(event, **facts), NAMES)) == text


@pytest.mark.parametrize("event", [event for event in SENTENCES if ":" not in event])
def test_every_sentence_can_be_filled(event: str) -> None:
    view = entry_view(entry(event), NAMES)
    assert sentence(view).startswith("API: local-dev ")
    assert "{" not in sentence(view)


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        (["plan"], "changed the plan"),
        (["mrr"], "changed MRR"),
        (["plan", "mrr"], "changed 2 fields"),
        (["region_code"], "changed the region code"),
    ],
)
def test_one_field_is_named_more_are_counted(fields: list[str], text: str) -> None:
    row = by_dana(
        "customer.field_changed", diff=[(field, None, "x" if field != "mrr" else 1) for field in fields]
    )
    assert sentence(entry_view(row, NAMES)) == f"Dana Okafor {text}"


def test_a_diff_names_fields_and_formats_values() -> None:
    changes: list[tuple[str, Any, Any]] = [
        ("mrr", 2900, 4200.5),
        ("monthly_orders", None, 18_500),
        ("status", "active", "at_risk"),
        ("owner_id", "mem_jonas", "mem_dana"),
        ("csm_id", "mem_gone", None),
        ("target_launch_date", "2026-07-01T00:00:00.000Z", "2026-07-15T00:00:00.000Z"),
        ("phase", "program_design", "unknown_phase"),
        ("state", "active", "waiting"),
        ("waiting_on_customer", False, True),
        ("tags", [], ["retail", "pilot"]),
        ("metadata", {}, {"segment": "é"}),
        ("launched_at", None, "2026-06-09T09:29:04Z"),
        ("region_code", "emea", ""),
        ("assignee_id", "mem_dana", "con_mira"),
        ("due_date", None, "2026-06-01"),
        ("links", [], [{"label": "Plan", "url": "https://x.example"}]),
        ("depends_on", ["a"], ["a", "b"]),
        ("parent_task_id", None, "tas_1"),
        ("tasks.12.due_date", "2026-06-01", "2026-06-02"),
    ]
    view = entry_view(entry("customer.field_changed", diff=changes), NAMES)
    assert view.lines == (
        DiffLine("MRR", "$2,900", "$4,200.50"),
        DiffLine("Orders / month", "None", "18,500"),
        DiffLine("Status", "Active", "At risk"),
        DiffLine("Owner", "Jonas Weber", "Dana Okafor"),
        DiffLine("CSM", "Somebody who left", "None"),
        DiffLine("Target launch", "Jul 1, 2026", "Jul 15, 2026"),
        DiffLine("Phase", "Program design", "unknown_phase"),
        DiffLine("State", "Active", "Waiting on customer"),
        DiffLine("Waiting on customer", "No", "Yes"),
        DiffLine("Tags", "None", "retail, pilot"),
        DiffLine("Metadata", "None", '{"segment": "é"}'),
        DiffLine("Launched", "None", "Jun 9, 2026, 09:29 UTC"),
        DiffLine("Region code", "emea", "None"),
        DiffLine("Assignee", "Dana Okafor", "A contact"),
        DiffLine("Due date", "None", "Jun 1, 2026"),
        DiffLine("Links", "None", "Plan"),
        DiffLine("Blocked by", "1 task", "2 tasks"),
        DiffLine("Parent task", "None", "A task"),
        DiffLine("Task 12", "Jun 1, 2026", "Jun 2, 2026"),
    )


def test_a_new_record_shows_no_old_values_and_nothing_empty() -> None:
    row = entry(
        "onboarding.created", diff=[("phase", None, "program_design"), ("target_launch_date", None, None)]
    )
    assert entry_view(row, NAMES).lines == (DiffLine("Phase", None, "Program design"),)


def test_what_the_sentence_says_is_not_said_twice() -> None:
    row = entry("contact.added", contact_name="Mira", personal_diff=[("is_primary", None, True)])
    assert entry_view(row, NAMES).lines == ()


def test_a_long_value_is_cut() -> None:
    text = value_text("notes", "word " * 200, Names())
    assert len(text) <= 160
    assert text.endswith("word…")


def test_every_field_reads_well_in_a_sentence() -> None:
    for field in FIELDS.values():
        assert field.label[0].isupper()
        assert field.in_sentence == field.in_sentence.strip() != ""


@pytest.mark.parametrize(
    ("facts", "glyph", "name"),
    [
        ({"actor_type": "member", "actor": None, "member_name": "Ana Ruiz"}, "person", "Ana Ruiz"),
        ({"actor_type": "member", "actor": None}, "person", "Somebody"),
        ({"actor_type": "contact", "actor": None, "author_name": "Mira Chen"}, "person", "Mira Chen"),
        ({"actor_type": "contact", "actor": None}, "person", "Removed contact"),
        ({}, "api", "API: local-dev"),
        ({"actor_type": "integration", "actor": "HubSpot"}, "integration", "HubSpot"),
        ({"actor_type": "system", "actor": "Pi"}, "pi", "Pi"),
        ({"actor_type": "system", "actor": "Command line"}, "system", "Command line"),
    ],
)
def test_who_acted(facts: dict[str, Any], glyph: str, name: str) -> None:
    view = entry_view(entry("customer.created", **facts), NAMES)
    assert (view.glyph, view.actor.name) == (glyph, name)


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        (None, ""),
        ("no reason given", ""),
        ("customer_churned", "The customer churned."),
        ("Late data", "Late data"),
    ],
)
def test_the_reason(reason: str | None, text: str) -> None:
    assert entry_view(entry("onboarding.state_changed", reason=reason), NAMES).reason == text


def test_entries_are_grouped_by_day_of_the_workspace_zone() -> None:
    rows = [
        entry("customer.created", 0),
        entry("customer.created", 11 * 60 + 30),  # 00:11 in Berlin, still the 8th in UTC
        entry("customer.created", 12 * 60),
        entry("customer.created", 60 * 24 * 14),
    ]
    assert [row.created_at.astimezone(UTC).day for row in rows] == [9, 8, 8, 26]
    found = feed(rows, NAMES, frame(), older="/older")
    assert [(day.label, len(day.entries)) for day in found.days] == [
        ("Today", 2),
        ("Yesterday", 1),
        ("May 26", 1),
    ]
    assert found.older == "/older"


def test_a_day_of_another_year_names_it() -> None:
    assert day_label(datetime(2025, 11, 2, tzinfo=UTC).date(), frame()) == "Nov 2, 2025"


def render_entry(view: EntryView) -> str:
    template = environment().from_string(
        '{% from "activity/entry.html" import entry %}{{ entry(value, frame) }}'
    )
    return template.render(value=view, frame=frame())


def test_an_entry_as_html() -> None:
    row = by_dana(
        "onboarding.target_shifted",
        12,
        onboarding_name="<Loyalty>",
        reason="a & b",
        diff=[("target_launch_date", "2026-07-01T00:00:00Z", "2026-07-15T00:00:00Z")],
        livemode=False,
    )
    html = render_entry(entry_view(row, NAMES))
    assert f"<b>{DANA.name}</b> changed the target launch of <strong>&lt;Loyalty&gt;</strong>" in html
    assert ">12 min ago</time>" in html
    assert f'datetime="{row.created_at.isoformat()}"' in html
    assert "<dt>Target launch</dt><dd><del>Jul 1, 2026</del>" in html
    assert "<ins>Jul 15, 2026</ins>" in html
    assert "a &amp; b" in html
    assert ">Test</span>" in html
    assert 'class="avatar"' in html
    assert 'class="node"' not in html


def test_a_program_has_a_square_sign_instead_of_a_face() -> None:
    html = render_entry(entry_view(entry("customer.created"), NAMES))
    assert 'class="node" data-kind="api"' in html
    assert "#key-round" in html
    assert 'class="avatar"' not in html


def test_nothing_has_happened_yet() -> None:
    template = environment().from_string(
        '{% from "activity/entry.html" import feed %}{{ feed(value, frame) }}'
    )
    html = template.render(value=feed([], NAMES, frame(now=NOW)), frame=frame())
    assert "Nothing has happened yet" in html
