"""The customer pages as HTML, from their view models."""

import re
from datetime import date

import pytest

from pivotal_server.contacts.views import ContactsCard, ContactsTab
from pivotal_server.customers.columns import Column, all_columns
from pivotal_server.customers.views import (
    FRAGMENTS,
    AccessTab,
    CustomerForm,
    StatusFilter,
    WorkTab,
    customer_url,
)
from pivotal_server.customers.views_list import Chip, Head
from pivotal_server.onboardings.views import phase_chip
from pivotal_server.web.templating import render_text
from tests.support.pages import (
    BEN,
    MIRA,
    NOW,
    PHASES,
    customer_form,
    customer_list,
    customer_page,
    customer_row,
    details_form,
    frame,
)


def the_list(*rows: object, **changes: object) -> str:
    page = customer_list(*rows, **changes)  # type: ignore[arg-type]
    return render_text("customers/list.html", {"frame": frame(), "page": page})


def the_page(tab: str = "overview", **changes: object) -> str:
    page = customer_page(tab, **changes)  # type: ignore[arg-type]
    return render_text("customers/customer.html", {"frame": frame(), "page": page})


def test_app_url_1_the_address_of_a_customer() -> None:
    assert customer_url(245, "aurora") == "/customers/245-aurora"
    assert customer_row(12, "Acme Corp").url == "/customers/12-acme"


def test_a_row_shows_what_the_list_promises() -> None:
    html = the_list(customer_row(12, "Acme Corp", livemode=False))
    row = re.search(r'<tr id="row-cus_12" data-row[^>]*>.*?</tr>', html, re.DOTALL)
    assert row
    for part in (
        'href="/customers/12-acme" data-opens',
        'title="Filter by this domain">acme.com</a>',
        ">Test</span>",
        'data-status="onboarding">Onboarding',
        "</svg>Review</span>",
        ">Jul 15</time>",
        "Dana Okafor</span>",
        ">Scale</span></td>",
        "No score",
        ">12 min</time>",
    ):
        assert part in row[0], part


def test_of_three_open_onboardings_two_are_named() -> None:
    chips = tuple(phase_chip(PHASES, key) for key in ("review", "launch", "internal_qa"))
    html = the_list(customer_row(1, "Acme", phases=chips))
    assert html.count('class="phase"') == 2
    assert ">+1</span>" in html
    assert "Internal QA" not in html


def test_a_next_launch_that_has_passed_is_red_and_says_so() -> None:
    html = the_list(customer_row(1, "Acme", next_launch=date(2026, 6, 8)))
    assert 'data-due="over"' in html
    assert "has passed" in html
    assert "data-due" not in the_list(customer_row(1, "Acme", next_launch=date(2026, 6, 9)))


def test_a_bare_customer_leaves_cells_empty() -> None:
    html = the_list(
        customer_row(
            1, "Acme", domain=None, plan=None, owner=None, phases=(), next_launch=None, last_activity=None
        )
    )
    assert "None" not in html
    assert "No target" not in html
    assert "No target" in the_list(customer_row(1, "Acme", next_launch=None))


def test_app_ui_11_the_total_is_asked_for_after_the_rows() -> None:
    html = the_list(customer_row(1, "Acme"))
    assert 'hx-get="/customers/total" hx-trigger="load"' in html
    assert "hx-get" not in the_list(customer_row(1, "Acme"), total_url=None)
    one_page = render_text("customers/total.html", {"total": 1284, "more": False}).strip()
    assert one_page.endswith(">1,284 customers</span>")
    # Where there are more pages the bar below the table is told too.
    assert "All 1,284 that match" in render_text("customers/total.html", {"total": 1284, "more": True})


def test_app_ui_11_pages_are_links() -> None:
    html = the_list(customer_row(1, "Acme"), before="/customers?before=1", after="/customers?after=1")
    assert 'href="/customers?after=1"' in html
    assert 'href="/customers?before=1"' in html


@pytest.mark.parametrize(
    ("nothing", "text", "link"),
    [
        ("new", "Customers are the companies you onboard.", "/customers/new"),
        ("given", "Nobody has given you a customer yet. Ask an admin.", ""),
        ("matches", "Nothing matches", "/customers?q="),
    ],
)
def test_app_ui_15_an_empty_list_says_why(nothing: str, text: str, link: str) -> None:
    html = the_list(nothing=nothing, clear_url="/customers?q=")
    content = html.partition('<div class="empty">')[2].partition("</main>")[0]
    assert text in content
    assert re.findall(r'<a href="([^"]+)"', content) == ([link] if link else [])
    assert "<table" not in html


def test_the_filter_box_keeps_the_rest_of_the_address() -> None:
    html = the_list(box="tag:vip", kept=(("sort", "-mrr"),))
    assert 'name="add" value="tag:vip"' in html
    assert '<input type="hidden" name="sort" value="-mrr">' in html
    assert 'name="add" value=""' in the_list()


def test_a_faulty_chip_says_why_and_can_be_removed() -> None:
    chip = Chip("Owner", "is", "zed", "Owner is zed", "/customers?q=", "/customers?q=&box=x", "Nobody.")
    html = the_list(chips=(chip,))
    found = re.search(r'<li class="filter-chip" data-tone-of="bad".*?</li>', html, re.DOTALL)
    assert found
    assert "Nobody.</span>" in found[0]
    assert 'href="/customers?q=" aria-label="Remove: Owner is zed"' in found[0]


def test_every_column_has_a_cell() -> None:
    fields = {"size": "number", "since": "date", "partner": "boolean", "region": "select"}
    known = all_columns(())
    custom = [
        Column(f"cf.{slug}", slug.title(), "custom_text", number=kind == "number", field=slug, type=kind)
        for slug, kind in fields.items()
    ]
    heads = tuple(Head(column) for column in (*known.values(), *custom))
    row = customer_row(
        7,
        "Acme",
        health=36,
        mrr=4200,
        orders=18500,
        tags=("vip", "retail"),
        contact="Mira Chen",
        external_id="crm-9",
        created_at=NOW,
        updated_at=NOW,
        sharing=3,
        custom={"size": 1250, "since": date(2025, 2, 3), "partner": False, "region": "EMEA"},
    )
    html = the_list(row, heads=heads)
    cells = re.findall(r"<td.*?</td>", html, re.DOTALL)
    assert len(cells) == len(heads) - 1
    for part in (
        "36</span> At risk",
        "$4,200",
        "18,500",
        ">vip</span>",
        "Mira Chen",
        "crm-9",
        'title="3 customers share this domain">3<span class="vh"> customers share this domain',
        "1,250",
        "Feb 3, 2025",
        ">No</td>",
        "EMEA",
        "#7",
    ):
        assert part in html, part


def test_the_page_has_its_fragments() -> None:
    found = re.findall(r'data-fragment="(\w+)"', the_page())
    assert sorted(found) == sorted({*FRAGMENTS} - {"people", "fields", "access", "work"})
    assert 'data-live="/customers/245-aurora/live"' in the_page()


@pytest.mark.parametrize("fragment", FRAGMENTS)
def test_each_fragment_stands_alone(fragment: str) -> None:
    people = ContactsTab((MIRA, BEN), archived=False, total=2)
    access = AccessTab((), open_to_others=True)
    work = WorkTab((), (StatusFilter("All", "/customers/245-aurora/onboardings", True),))
    page = customer_page(people=people, form=details_form(), access=access, work=work)
    html = render_text("customers/customer.html", {"frame": frame(), "page": page}, block=fragment)
    assert re.findall(r'data-fragment="(\w+)"', html) == [fragment]


def test_the_header() -> None:
    html = the_page()
    for part in (
        "<span>Aurora Outfitters</span>",
        "#245",
        "aurora.com",
        "Scale",
        "$4,200",
        "retail",
        "Dana Okafor",
    ):
        assert part in html, part


def test_tabs_are_pages() -> None:
    overview, activity = the_page(), the_page("activity")
    assert 'href="/customers/245-aurora" aria-current="page">Overview' in overview
    assert 'href="/customers/245-aurora/activity" aria-current="page">Activity' in activity
    assert 'data-fragment="contacts"' not in activity
    assert "All activity" in overview
    assert 'rel="next"' in activity


def test_contacts_card() -> None:
    html = the_page()
    assert 'aria-label="Primary contact, Mira Chen"' in html
    assert "Head of Ops" in html
    assert 'href="mailto:ben@aurora.com"' in html
    assert 'href="tel:+4930555"' in html


def test_app_con_2_a_missing_primary_contact_is_pointed_out() -> None:
    assert "No primary contact" in the_page(contacts=ContactsCard(None, (BEN,), 1))
    assert "No primary contact" not in the_page()


def test_app_ui_15_no_contacts_yet() -> None:
    html = the_page(contacts=ContactsCard(None, (), 0))
    assert "Add the person you talk to first; they become primary." in html
    assert html.count('href="/customers/245-aurora/contacts/new"') == 1


def test_details() -> None:
    html = the_page()
    for part in ("aurora</dd>", "18,500", "HubSpot company", "88201", "by API: local-dev"):
        assert part in html, part


def test_app_add_1_customers_of_the_same_domain_are_named() -> None:
    plain = customer_form(values={"domain": "acme.com"})
    page = CustomerForm(
        plain.form,
        plain.plans,
        plain.phases,
        (("Acme", 12, "/customers/12-acme"), ("Acme EU", 80, "/customers/80-acme-eu")),
    )
    html = render_text("customers/new.html", {"frame": frame(), "page": page}, block="form")
    assert "2 customers use" in html
    assert '<a class="text-link" href="/customers/80-acme-eu">Acme EU (#80)</a>' in html


def test_the_form_keeps_what_was_chosen() -> None:
    page = customer_form(
        values={
            "status": "at_risk",
            "phase": "review",
            "start_onboarding": "yes",
            "target_launch_date": "2026-07-15",
        }
    )
    html = render_text("customers/new.html", {"frame": frame(), "page": page}, block="form")
    assert '<option value="at_risk" selected>' in html
    assert '<option value="review" selected>' in html
    assert re.search(r'name="start_onboarding"[^>]* checked', html)
    assert 'type="date" id="customer-target_launch_date" name="target_launch_date" value="2026-07-15"' in html
    assert '<option value="Growth"></option>' in html
