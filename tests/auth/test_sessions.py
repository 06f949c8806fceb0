from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pivotal_server.auth import sessions
from pivotal_server.auth.tokens import is_token, new_token

START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)
TOKEN = new_token()
HTTPS, HTTP = "https://pivotal.example.com", "http://localhost:8000"


@pytest.mark.parametrize(("used", "ends"), [(0, 30), (1, 31), (59, 89), (60, 90), (61, 90), (89, 90)])
def test_app_auth_6_a_session_lasts_30_days_since_last_use_and_90_at_most(used: int, ends: int) -> None:
    last_used = START + used * DAY
    assert sessions.ends_at(START, last_used) == START + ends * DAY
    assert sessions.is_alive(START, last_used, START + ends * DAY - TICK)
    assert not sessions.is_alive(START, last_used, START + ends * DAY)


def test_the_time_of_last_use_is_written_every_five_minutes() -> None:
    assert not sessions.needs_touch(START, START + timedelta(minutes=5) - TICK)
    assert sessions.needs_touch(START, START + timedelta(minutes=5))


def test_over_https_the_cookie_is_secure_and_bound_to_the_host() -> None:
    assert sessions.session_cookie(HTTPS).set(TOKEN) == (
        b"set-cookie",
        f"__Host-pivotal_session={TOKEN}; Path=/; Max-Age=7776000; HttpOnly; SameSite=Lax; Secure".encode(),
    )
    assert sessions.browser_cookie(HTTPS).set(TOKEN)[1].startswith(b"__Host-pivotal_browser=")


def test_over_plain_http_the_cookie_is_one_that_browsers_keep() -> None:
    assert sessions.session_cookie(HTTP).set(TOKEN) == (
        b"set-cookie",
        f"pivotal_session={TOKEN}; Path=/; Max-Age=7776000; HttpOnly; SameSite=Lax".encode(),
    )


def test_a_cookie_is_cleared_with_the_attributes_it_was_set_with() -> None:
    assert sessions.session_cookie(HTTPS).clear() == (
        b"set-cookie",
        b"__Host-pivotal_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure",
    )


@pytest.mark.parametrize("url", [HTTPS, HTTP])
def test_what_was_set_is_read_among_other_cookies(url: str) -> None:
    session, browser = sessions.session_cookie(url), sessions.browser_cookie(url)
    other = new_token()
    header = f"theme=dark; {browser.name}={other};{session.name}={TOKEN}; x"
    assert session.read(header) == TOKEN
    assert browser.read(header) == other


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "pivotal_session",
        "pivotal_session=",
        "pivotal_session=short",
        f"pivotal_session={'-' * 43}",
        f"PIVOTAL_SESSION={'a' * 43}",
        f"xpivotal_session={'a' * 43}",
        f"__Host-pivotal_session={'a' * 43}",
    ],
)
def test_what_is_no_session_cookie_is_not_read(header: str | None) -> None:
    assert sessions.session_cookie(HTTP).read(header) is None


def test_a_plain_cookie_is_no_session_over_https() -> None:
    assert sessions.session_cookie(HTTPS).read(f"pivotal_session={TOKEN}") is None


@given(st.text())
def test_any_cookie_header_gives_a_token_or_nothing(header: str) -> None:
    token = sessions.session_cookie(HTTP).read(header)
    assert token is None or is_token(token)


def test_the_form_token_belongs_to_one_person_in_one_browser() -> None:
    other = new_token()
    token = sessions.csrf_token(TOKEN, "ana")
    assert is_token(token)
    assert len({TOKEN, token, *(sessions.csrf_token(b, p) for b in (TOKEN, other) for p in ("", "ben"))}) == 6
    assert sessions.is_csrf_token(token, TOKEN, "ana")
    assert not sessions.is_csrf_token(token, other, "ana")
    assert not sessions.is_csrf_token(token, TOKEN, "ben")
    assert not sessions.is_csrf_token(token, TOKEN)


@given(st.one_of(st.none(), st.text(max_size=60)))
@example("")
@example("é" * 43)
@example("\udc80" * 43)
def test_any_other_form_token_is_refused(given_token: str | None) -> None:
    assert not sessions.is_csrf_token(given_token, TOKEN)
