"""What the addresses of lists say."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pivotal_server.kit.clock import from_micros, wire_micros
from pivotal_server.web.queries import moment_in, place_in
from tests.support.browser import Browser

ODD = (
    "x",
    "",
    "2026-13-01",
    "0001-01-01T00:00:00+05:00",
    "9999-12-31T23:59:59.999999-05:00",
    "9999-12-31T23:59:59.999999Z",
)
LISTS = (
    "/customers",
    "/onboardings",
    "/onboardings/timeline",
    "/admin/deleted",
    "/admin/jobs",
    "/admin/logs/requests",
    "/admin/developer/events",
)


@pytest.mark.parametrize("text", [None, *ODD])
def test_nonsense_is_no_cursor(text: str | None) -> None:
    assert moment_in(text) is None
    assert place_in(f"{text} id") is None


@given(st.integers(0, 250_000_000_000_000_000).map(from_micros))
def test_a_cursor_comes_back_as_it_was_written(moment: datetime) -> None:
    assert moment_in(wire_micros(moment)) == moment
    assert place_in(f"{wire_micros(moment)} some-id") == (moment, "some-id")


@given(st.text(max_size=40))
def test_no_text_is_a_fault_and_each_cursor_can_be_stepped_past(text: str) -> None:
    moment = moment_in(text)
    assert moment is None or moment + timedelta(microseconds=1) > moment
    place = place_in(text)
    assert place is None or "\0" not in place[1]


@pytest.mark.parametrize("path", LISTS)
async def test_every_list_takes_nonsense_for_its_first_page(owner: Browser, path: str) -> None:
    for text in ODD:
        answer = await owner.get(f"{path}?before={text.replace('+', '%2B')}%20x")
        assert answer.status_code == 200, (path, text)
        answer = await owner.get(f"{path}?before={text.replace('+', '%2B')}")
        assert answer.status_code == 200, (path, text)
