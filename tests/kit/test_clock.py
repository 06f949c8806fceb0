from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from pivotal_server.kit import clock

MOMENTS = st.datetimes(timezones=st.just(UTC))


@given(MOMENTS)
def test_a_moment_on_the_wire_has_milliseconds_cut_and_z(moment: datetime) -> None:
    text = clock.wire(moment)
    assert len(text) == 24
    assert text[-1] == "Z"
    assert datetime.fromisoformat(text) == moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    assert clock.wire_or_none(moment) == text
    assert clock.wire_or_none(None) is None


@given(MOMENTS)
def test_a_cursor_keeps_all_six_digits(moment: datetime) -> None:
    text = clock.wire_micros(moment)
    assert len(text) == 27
    assert datetime.fromisoformat(text) == moment


@given(MOMENTS)
def test_microseconds_since_the_epoch_and_back(moment: datetime) -> None:
    assert clock.from_micros(clock.to_micros(moment)) == moment


def test_travelling_shifts_both_clocks_and_comes_back() -> None:
    before = clock.now()
    with clock.travel(timedelta(hours=2)):
        assert clock.now() - before >= timedelta(hours=2)
        with clock.travel(timedelta(hours=-2)):
            assert abs(clock.now() - before) < timedelta(minutes=1)
        assert abs(clock.unix() - clock.now().timestamp()) < 60
    assert clock.now() - before < timedelta(minutes=1)
