from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pivotal_server.web import formats
from tests.support.pages import NOW, frame

FRAME = frame()


@pytest.mark.parametrize(
    ("seconds", "long", "short"),
    [
        (0, "Just now", "Now"),
        (-30, "Just now", "Now"),
        (59, "Just now", "Now"),
        (60, "1 min ago", "1 min"),
        (59 * 60 + 59, "59 min ago", "59 min"),
        (3600, "1 h ago", "1 h"),
        (86_399, "23 h ago", "23 h"),
        (86_400, "1 d ago", "1 d"),
        (7 * 86_400 - 1, "6 d ago", "6 d"),
        (7 * 86_400, "Jun 2", "Jun 2"),
        (220 * 86_400, "Nov 1, 2025", "Nov 1, 2025"),
    ],
)
def test_relative_up_to_seven_days_then_the_date(seconds: int, long: str, short: str) -> None:
    at = NOW - timedelta(seconds=seconds)
    assert formats.ago(at, FRAME) == long
    assert formats.short_ago(at, FRAME) == short


def test_the_date_of_a_moment_is_that_of_the_workspace_zone() -> None:
    late = datetime(2026, 5, 25, 22, 30, tzinfo=UTC)
    assert formats.ago(late, FRAME) == "May 26"
    assert formats.local_date(late, FRAME) == "May 26, 2026"
    assert formats.local_date(late, frame(time_zone="America/New_York")) == "May 25, 2026"


@pytest.mark.parametrize(
    ("zone", "text"),
    [
        ("UTC", "May 25, 2026, 22:30:04 UTC"),
        ("Europe/London", "May 25, 2026, 22:30:04 UTC, 23:30:04 in Europe/London"),
        ("Europe/Berlin", "May 25, 2026, 22:30:04 UTC, May 26, 2026, 00:30:04 in Europe/Berlin"),
    ],
)
def test_app_ui_7_the_exact_time_names_utc_and_the_workspace_zone(zone: str, text: str) -> None:
    at = datetime(2026, 5, 25, 22, 30, 4, tzinfo=UTC)
    assert formats.exact(at, frame(time_zone=zone)) == text
    assert formats.exact(at.astimezone(timezone(timedelta(hours=9))), frame(time_zone=zone)) == text


def test_app_ui_7_a_calendar_day_is_written_without_a_zone() -> None:
    assert formats.day(date(2026, 7, 5)) == "Jul 5, 2026"
    assert formats.long_day(date(2026, 7, 15)) == "Wed, Jul 15, 2026"
    assert formats.short_day(date(2026, 7, 15), FRAME) == "Jul 15"
    assert formats.short_day(date(2027, 7, 15), FRAME) == "Jul 15, 2027"


def test_app_ui_7_today_is_the_day_of_the_workspace_zone() -> None:
    just_past_midnight = datetime(2026, 6, 9, 22, 5, tzinfo=UTC)
    assert frame(now=just_past_midnight).today == date(2026, 6, 10)
    assert frame(now=just_past_midnight, time_zone="UTC").today == date(2026, 6, 9)


@pytest.mark.parametrize(
    ("days", "text"),
    [
        (0, "today"),
        (1, "tomorrow"),
        (-1, "yesterday"),
        (36, "in 36 days"),
        (-3, "3 days ago"),
        (1200, "in 1,200 days"),
    ],
)
def test_distance_of_a_day(days: int, text: str) -> None:
    assert formats.in_days(FRAME.today + timedelta(days=days), FRAME) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (18_500, "18,500"),
        (18_500.0, "18,500"),
        (2.5, "2.5"),
        (1234.25, "1,234.25"),
        (Decimal("0.10"), "0.1"),
    ],
)
def test_numbers_are_exact(value: float | Decimal, text: str) -> None:
    assert formats.number(value) == text


@given(st.integers(min_value=-(10**15), max_value=10**15))
def test_a_whole_number_reads_back(value: int) -> None:
    assert int(formats.number(value).replace(",", "")) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "$0"), (4200, "$4,200"), (4200.0, "$4,200"), (4200.5, "$4,200.50"), (1e9, "$1,000,000,000")],
)
def test_money_shows_cents_only_when_there_are_some(value: float, text: str) -> None:
    assert formats.money(value) == text


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Mira Chen", "MC"),
        ("Aurora", "A"),
        ("  ana  maria ruiz ", "AR"),
        ("Juniper & Co", "JC"),
        ("&", "&"),
        ("", "?"),
        ("Ünal Öz", "ÜÖ"),
        ("李 明", "李明"),
    ],
)
def test_initials(name: str, letters: str) -> None:
    assert formats.initials(name) == letters


@given(st.text())
def test_every_name_has_one_or_two_initials(name: str) -> None:
    # Some letters, such as the German sharp s, become two when they are put in upper case.
    assert 1 <= len(formats.initials(name)) <= 6


@given(st.text())
def test_a_tone_is_one_of_eight_and_stays(key: str) -> None:
    assert formats.tone(key) in range(1, 9)
    assert formats.tone(key) == formats.tone(key)


def test_tones_spread_over_all_eight() -> None:
    assert {formats.tone(f"cus_{number}") for number in range(200)} == set(range(1, 9))


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0 customers"), (1, "1 customer"), (1284, "1,284 customers")]
)
def test_a_count_agrees_with_its_noun(value: int, text: str) -> None:
    assert formats.count(value, "customer") == text


def test_a_count_with_an_irregular_plural() -> None:
    assert formats.count(2, "company", "companies") == "2 companies"
