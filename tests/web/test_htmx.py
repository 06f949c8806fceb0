import json

from starlette.requests import Request

from pivotal_server.web.htmx import go_to, is_htmx, saved, wanted_fragments


def request(query: str = "", *, htmx: bool = True) -> Request:
    headers = [(b"hx-request", b"true")] if htmx else []
    return Request(
        {"type": "http", "method": "GET", "path": "/", "query_string": query.encode(), "headers": headers}
    )


def test_a_script_is_known_by_its_header() -> None:
    assert is_htmx(request())
    assert not is_htmx(request(htmx=False))


def test_a_script_gets_the_fragments_it_asks_for() -> None:
    known = ("header", "contacts", "activity")
    assert wanted_fragments(request("fragment=activity&fragment=header&fragment=activity"), known) == [
        "activity",
        "header",
    ]
    assert wanted_fragments(request("fragment=gone&fragment=header"), known) == ["header"]
    assert wanted_fragments(request("fragment=gone"), known) == []


def test_everybody_else_gets_the_page() -> None:
    assert wanted_fragments(request("fragment=header", htmx=False), ("header",)) is None
    assert wanted_fragments(request(), ("header",)) is None


def test_going_to_another_page() -> None:
    plain = go_to(request(htmx=False), "/customers/245-aurora")
    assert (plain.status_code, plain.headers["Location"]) == (303, "/customers/245-aurora")
    scripted = go_to(request(), "/customers?q=zoë")
    assert (scripted.status_code, scripted.headers["HX-Redirect"]) == (204, "/customers?q=zo%C3%AB")
    assert "Location" not in scripted.headers


def test_app_ui_9_without_scripts_a_saved_form_leads_back() -> None:
    plain = saved(request(htmx=False), "/customers/245-aurora", toast="Added Mira Chen")
    assert (plain.status_code, plain.headers["Location"]) == (303, "/customers/245-aurora")


def test_a_saved_form_tells_a_script_what_to_show_and_to_ask_for_again() -> None:
    answer = saved(request(), "/", toast='Zoë 李 🎉 "x"', detail="a\nb", refresh=("contacts", "activity"))
    header = answer.headers["HX-Trigger"]
    assert answer.status_code == 204
    assert header.isascii()
    assert "\n" not in header
    assert json.loads(header) == {
        "saved": {"toast": 'Zoë 李 🎉 "x"', "detail": "a\nb", "refresh": ["contacts", "activity"]}
    }
