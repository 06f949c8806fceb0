"""Rendering: pages, blocks and fragments, escaping, missing values."""

import json
import re
from typing import Any

import pytest
from jinja2 import UndefinedError
from starlette.requests import Request

from pivotal_server.web.assets import icon_url
from pivotal_server.web.templating import environment, icon, render, render_text
from pivotal_server.web.view import ErrorPage, Form
from tests.support.pages import (
    TOAST,
    contact_form,
    customer_form,
    customer_list,
    customer_page,
    customer_row,
    frame,
    onboarding_form,
)


def request(query: str = "", *, htmx: bool = False) -> Request:
    headers = [(b"hx-request", b"true")] if htmx else []
    return Request(
        {"type": "http", "method": "GET", "path": "/", "query_string": query.encode(), "headers": headers}
    )


def test_a_page_is_whole_and_kept_by_nobody() -> None:
    answer = render(request(), "customers/list.html", {"frame": frame(), "page": customer_list()})
    text = bytes(answer.body).decode()
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Vary"] == "HX-Request"
    assert text.startswith("<!doctype html>")
    assert text.rstrip().endswith("</html>")


def test_app_ui_1_a_script_gets_the_fragment_of_the_same_template() -> None:
    context = {"frame": frame(), "page": customer_page()}
    asked = request("fragment=contacts&fragment=details&fragment=content", htmx=True)
    answer = render(asked, "customers/customer.html", context, fragments=("contacts", "details"))
    text = bytes(answer.body).decode()
    assert re.findall(r'data-fragment="(\w+)"', text) == ["contacts", "details"]
    assert "<html" not in text
    whole = bytes(
        render(request(), "customers/customer.html", context, fragments=("contacts",)).body
    ).decode()
    contacts = render_text("customers/customer.html", context, block="contacts")
    assert contacts.strip() in whole


def test_a_refused_form_has_its_status() -> None:
    context = {"frame": frame(), "page": customer_form()}
    assert render(request(), "customers/new.html", context, block="form", status=422).status_code == 422


def test_text_of_users_is_escaped() -> None:
    evil = "<script>alert(1)</script>\"'"
    rows = customer_list(customer_row(1, evil, domain=evil, plan=evil))
    text = render_text("customers/list.html", {"frame": frame(workspace_name=evil), "page": rows})
    assert "<script>alert" not in text
    assert text.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 4


def test_a_missing_value_is_a_fault_and_not_a_gap() -> None:
    with pytest.raises(UndefinedError):
        render_text("customers/list.html", {"frame": frame()})


def test_templates_are_compiled_once() -> None:
    assert environment() is environment()
    assert environment().get_template("layout.html") is environment().get_template("layout.html")


def test_an_icon_is_decoration() -> None:
    assert icon("plus") == f'<svg class="icon" aria-hidden="true"><use href="{icon_url("plus")}"/></svg>'
    assert 'class="icon sm"' in icon("plus", "sm")
    with pytest.raises(KeyError):
        icon("no-such-icon")


def test_htmx_is_told_to_evaluate_nothing_and_write_no_styles() -> None:
    text = render_text("customers/list.html", {"frame": frame(), "page": customer_list()})
    found = re.search(r'name="htmx-config" content="([^"]+)"', text)
    assert found
    config = json.loads(found[1].replace("&#34;", '"').replace("&quot;", '"'))
    assert config["includeIndicatorStyles"] is False
    assert config["allowEval"] is False
    assert config["allowScriptTags"] is False
    assert config["selfRequestsOnly"] is True


@pytest.mark.parametrize(
    ("theme", "root"),
    [
        ("system", '<html lang="en" data-theme="system">'),
        ("light", '<html lang="en" data-theme="light">'),
        ("dark", '<html lang="en" data-theme="dark" class="dark">'),
    ],
)
def test_the_server_sets_the_chosen_theme(theme: str, root: str) -> None:
    text = render_text("customers/list.html", {"frame": frame(theme=theme), "page": customer_list()})
    assert root in text
    assert f'value="{theme}" aria-pressed="true"' in text
    assert text.count('aria-pressed="true"') == 1


def test_the_profile_menu_posts_with_the_token_and_comes_back() -> None:
    text = render_text(
        "customers/list.html", {"frame": frame(path="/customers?status=active&q=x"), "page": customer_list()}
    )
    assert '<form method="post" action="/logout">' in text
    assert '<form method="post" action="/profile/theme"' in text
    for action in ("/logout", "/profile/theme"):
        form = text.partition(f'action="{action}"')[2].partition("</form>")[0]
        assert '<input type="hidden" name="csrf_token" value="the-token">' in form
    assert '<input type="hidden" name="next" value="/customers?status=active&amp;q=x">' in text


def test_app_ui_5_a_control_that_is_not_permitted_is_not_drawn() -> None:
    everything = render_text("customers/list.html", {"frame": frame(), "page": customer_list()})
    nothing = render_text("customers/list.html", {"frame": frame(can=frozenset()), "page": customer_list()})
    assert "/customers/new" in everything
    assert "/customers/new" not in nothing
    assert 'href="/admin' in everything
    assert 'href="/admin' not in nothing
    page = customer_page(onboardings=())
    mayed = render_text("customers/customer.html", {"frame": frame(), "page": page})
    page = customer_page(onboardings=(), may_edit=False, may_delete=False)
    refused = render_text("customers/customer.html", {"frame": frame(can=frozenset()), "page": page})
    assert "contacts/new" in mayed
    assert mayed.count("onboardings/new") == 2
    assert "contacts/new" not in refused
    assert "onboardings/new" not in refused
    assert "/status" in mayed
    assert "/status" not in refused


def test_messages_of_the_last_request_are_shown() -> None:
    text = render_text("customers/customer.html", {"frame": frame(toasts=(TOAST,)), "page": customer_page()})
    assert re.search(r'class="toast" data-kind="good" role="status"', text)
    assert "<h2>Customer created</h2><p>Aurora Outfitters</p>" in text


@pytest.mark.parametrize(
    ("name", "page"),
    [
        ("customers/new.html", customer_form()),
        ("contacts/new.html", contact_form()),
        ("onboardings/new.html", onboarding_form()),
    ],
)
def test_app_ui_9_a_form_is_a_page_and_a_fragment_alike(name: str, page: object) -> None:
    context = {"frame": frame(), "page": page}
    form = render_text(name, context, block="form")
    whole = render_text(name, context)
    assert form.strip().startswith("<form ")
    assert form.strip() in whole
    assert whole.count("<h1") == 1
    action = re.search(r'method="post" action="([^"]+)" hx-post="([^"]+)"', form)
    assert action
    assert action[1] == action[2]
    assert 'name="csrf_token" value="the-token"' in form
    assert re.search(r'name="submission" value="sub_\d"', form)


def test_app_ui_2_a_refused_field_keeps_its_text_and_points_to_its_message() -> None:
    page = contact_form(
        values={"name": "Mira", "email": "mira@", "is_primary": "yes"},
        errors={"email": "Enter an e-mail address."},
        fault="Nothing was saved.",
    )
    form = render_text("contacts/new.html", {"frame": frame(), "page": page}, block="form")
    email = re.search(r'<input[^>]*name="email"[^>]*>', form)
    assert email
    assert 'value="mira@"' in email[0]
    assert 'aria-invalid="true" aria-describedby="contact-email-e"' in email[0]
    assert '<p role="alert" id="contact-email-e">Enter an e-mail address.</p>' in form
    assert 'name="name" value="Mira"' in form
    assert form.count("aria-invalid") == 1
    assert re.search(r'name="is_primary"[^>]* checked', form)
    assert "Nothing was saved." in form


def test_help_is_wired_to_its_field_until_a_message_takes_its_place() -> None:
    fine = render_text("customers/new.html", {"frame": frame(), "page": customer_form()}, block="form")
    assert 'name="domain" aria-describedby="customer-domain-h"' in fine
    assert '<p id="customer-domain-h">' in fine
    page = customer_form(errors={"domain": "Enter a domain such as acme.com."})
    faulty = render_text("customers/new.html", {"frame": frame(), "page": page}, block="form")
    assert "customer-domain-h" not in faulty
    assert 'aria-describedby="customer-domain-e"' in faulty


def test_folded_fields_are_shown_once_they_matter() -> None:
    def is_open(**form: dict[str, str]) -> bool:
        text = render_text(
            "customers/new.html", {"frame": frame(), "page": customer_form(**form)}, block="form"
        )
        return '<details class="more-options" open>' in text

    assert not is_open()
    assert not is_open(values={"name": "Acme"})
    assert is_open(values={"contact_email": "a@b.example"})
    assert is_open(errors={"slug": "The slug aurora is taken."})


FAULT = ErrorPage(500, "Something went wrong", "Nothing was saved.", "retry", "req_8fK2m", "/customers?q=1")


def test_app_ui_6_a_fault_inside_the_frame_names_the_request_and_offers_to_try_again() -> None:
    text = render_text("error.html", {"frame": frame(nav=""), "error": FAULT})
    assert 'id="sidebar"' in text
    assert "<title>Something went wrong · Pivotal</title>" in text
    assert text.count("<h1>Something went wrong</h1>") == 1
    assert 'href="/customers?q=1"' in text
    assert "req_8fK2m" in text


def test_a_fault_before_signing_in_has_no_frame() -> None:
    text = render_text("error.html", {"frame": None, "error": FAULT})
    assert 'id="sidebar"' not in text
    assert text.count("<h1>Something went wrong</h1>") == 1
    assert "req_8fK2m" in text


@pytest.mark.parametrize(
    ("act", "button"), [("retry", "data-retry"), ("reload", "data-reload"), ("home", ""), ("", "")]
)
def test_app_ui_4_a_fault_as_a_fragment(act: str, button: str) -> None:
    fault = ErrorPage(419, "This page is out of date.", "What you typed is kept.", act, "")  # type: ignore[arg-type]
    text = render_text("error.html", {"frame": None, "error": fault}, block="fragment")
    assert text.strip().startswith('<div class="fault" role="alert">')
    assert "<strong>This page is out of date.</strong>" in text
    assert re.findall(r"data-(?:retry|reload)", text) == ([button] if button else [])


def test_the_admin_layout_names_its_pages() -> None:
    template = environment().from_string(
        '{% extends "admin_layout.html" %}{% block title %}API keys{% endblock %}'
        "{% block heading %}API keys{% endblock %}{% block content %}<p>inside</p>{% endblock %}"
    )
    text = template.render(frame=frame(nav="api-keys"))
    assert re.search(r'<a href="/admin/api-keys" aria-current="page">', text)
    assert text.count('aria-current="page"') == 1
    assert "<h1>API keys</h1>" in text
    assert "<p>inside</p>" in text


def test_the_bare_layout_stands_without_a_frame() -> None:
    template = environment().from_string(
        '{% extends "bare.html" %}{% block heading %}Sign in{% endblock %}'
        "{% block content %}<p>inside</p>{% endblock %}"
    )
    text = template.render()
    assert "<title>Sign in · Pivotal</title>" in text
    assert text.count("<h1>") == 1


FORM = Form("key", "/keys", "/", values={"mode": "test"}, errors={"mode": "Choose one."})


def test_parts_for_other_pages() -> None:
    """Parts that the customer pages do not use yet, as Admin does."""
    f: Any = environment().globals["f"]
    c: Any = environment().globals["c"]
    choices = f.choices(
        FORM, "mode", "Environment", [("live", "Live", "pivotal_", "x"), ("test", "Test", "t_", "y")]
    )
    assert re.search(r'value="test" checked', choices)
    assert '<p role="alert" class="bad-text">Choose one.</p>' in choices
    area = f.area(FORM, "note", "Note", help="For you.")
    assert 'id="key-note"' in area
    assert 'aria-describedby="key-note-h"' in area
    secret = c.secret("new-key", "pivotal_x", "Copy key")
    assert '<code id="new-key">pivotal_x</code>' in secret
    assert 'data-copy-from="new-key"' in secret
    assert c.pager("", "") == ""
    pager = c.pager("/a", "/b")
    assert 'rel="prev"' in pager
    assert 'rel="next"' in pager
