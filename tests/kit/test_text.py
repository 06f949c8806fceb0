import unicodedata
from datetime import UTC, date, datetime, time, timedelta, timezone
from fractions import Fraction

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.text import bounded, clean, line, parse_day, parse_day_of, parse_moment
from tests.support.properties import refusal

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def code_of(text: str) -> str:
    with pytest.raises(ApiError) as caught:
        clean(text, "name")
    assert caught.value.field == "name"
    return caught.value.code.code


# ── Strings ──────────────────────────────────────────────────────────────────────────────────────
@given(st.text())
@example("e\u0301")
@example("  a\r\nb\t ")
@example("\x1f name")
@example("name\x85")
@example("\x00")
def test_a_text_is_nfc_and_trimmed_or_refused_for_a_control_character(text: str) -> None:
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n")
    refused = any(
        unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") and character not in "\t\n"
        for character in lines
    )
    if refused:
        assert code_of(text) == "invalid_string"
    else:
        cleaned = clean(text, "name")
        assert cleaned in (lines.strip(), "")
        assert clean(cleaned, "name") == cleaned


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("Caf\u0065\u0301", "Café"),
        ("\u212b", "Å"),
        ("  Aurora\t", "Aurora"),
        ("\u3000Aurora\u00a0", "Aurora"),
        ("one\r\ntwo", "one\ntwo"),
        ("👩\u200d🚀", "👩\u200d🚀"),
        ("   ", ""),
    ],
)
def test_what_is_kept_of_a_text(sent: str, kept: str) -> None:
    assert clean(sent, None) == kept


NOTHING = [
    "\u200b", "\ufeff", "\u200d", "\u00ad", "\u2060", "\u202e", "\u3164", "\u2800", "\ufe0f", "\u180e",
    "\U000e0041", "\u200e\u200f", " \u200b \u00a0", "\u115f\uffa0\u034f",
]  # fmt: skip


@pytest.mark.parametrize("text", NOTHING)
def test_a_text_of_which_nothing_is_seen_is_empty(text: str) -> None:
    assert clean(text, "note") == ""
    assert clean(f"{text}x", "note").endswith("x")
    with pytest.raises(ApiError) as caught:
        line(text, "name", 1, 200)
    assert (caught.value.code.code, caught.value.field) == ("too_small", "name")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("Aurora\u202e cod.exe", "Aurora cod.exe"),
        ("\u202aAurora\u202c", "Aurora"),
        ("\u2066A\u2069\u2067B\u2069", "AB"),
        ("\u200eAurora\u200f", "Aurora"),
        ("Auro\u00adra \ufeffOut\u200bfitters", "Aurora Outfitters"),
        ("e\u200b\u0301", "\u00e9"),
        ("Aurora\n\tOutfitters", "Aurora Outfitters"),
        ("Aurora\r\nOutfitters", "Aurora Outfitters"),
        ("Aurora  Outfitters", "Aurora  Outfitters"),
        (" \u200b Aurora \u200d ", "Aurora"),
        ("Plan \U000e0069\U000e0067\U000e006e\U000e006f\U000e0072\U000e0065x", "Plan x"),
        # What scripts and emoji need stays.
        ("\u05d0\u200f!\u05d1", "\u05d0\u200f!\u05d1"),
        (
            "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
            "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        ),
        ("\u0915\u094d\u200d\u0937", "\u0915\u094d\u200d\u0937"),
        ("\U0001f469\u200d\U0001f680", "\U0001f469\u200d\U0001f680"),
        ("Love \u2764\ufe0f", "Love \u2764\ufe0f"),
        (
            "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f FC",
            "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f FC",
        ),
        ("\u0301", "\u0301"),
        ("\ue000", "\ue000"),
    ],
)
def test_a_name_is_one_line_that_holds_what_is_seen(sent: str, kept: str) -> None:
    assert line(sent, "name", 1, 200) == kept
    assert line(kept, "name", 1, 200) == kept


@given(
    st.text(
        alphabet=st.sampled_from("aé\u0301 \t\n\u200b\u200d\u200e\u202e\ufeff\u3164\U0001f3f4\U000e0041"),
        max_size=12,
    )
)
def test_a_cleaned_name_stays_as_it_is(text: str) -> None:
    once = line(text, "name", None, None)
    assert line(once, "name", None, None) == once
    assert not set(once) & set("\t\n\u200b\u202e\ufeff")
    assert once == unicodedata.normalize("NFC", once)


@pytest.mark.parametrize("mark", ["\x00", "\x07", "\x0b", "\r", "\x1f", "\x7f", "\x85", "\u2028", "\u2029"])
@pytest.mark.parametrize("form", ["{}", "{}a", "a{}", "a{}b"])
def test_a_control_character_is_refused_wherever_it_stands(mark: str, form: str) -> None:
    assert code_of(form.format(mark)) == "invalid_string"


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("", "too_small", "name must contain at least 2 characters"),
        ("a", "too_small", "name must contain at least 2 characters"),
        ("ab", None, ""),
        ("😀" * 4, None, ""),
        ("abcde", "too_big", "name must contain at most 4 characters"),
    ],
)
def test_length_counts_characters(text: str, code: str | None, message: str) -> None:
    if code is None:
        assert bounded(text, "name", 2, 4) == text
        return
    with pytest.raises(ApiError) as caught:
        bounded(text, "name", 2, 4)
    assert (caught.value.code.code, caught.value.message) == (code, message)


# ── Moments ──────────────────────────────────────────────────────────────────────────────────────
@given(
    st.datetimes(timezones=st.none()).filter(lambda local: 2 <= local.year <= 9998),
    st.one_of(st.none(), st.text("0123456789", min_size=1, max_size=9)),
    st.integers(-23 * 60 - 59, 23 * 60 + 59),
    st.sampled_from(["T", "t", " "]),
    st.booleans(),
)
def test_a_moment_means_what_its_parts_say(
    local: datetime, fraction: str | None, offset: int, mark: str, colon: bool
) -> None:
    zone = f"{'-' if offset < 0 else '+'}{abs(offset) // 60:02}{':' if colon else ''}{abs(offset) % 60:02}"
    local = local.replace(microsecond=0)
    text = local.isoformat().replace("T", mark) + (f".{fraction}" if fraction else "") + zone
    seconds = Fraction(int(fraction or 0), 10 ** len(fraction or ""))
    micros = int(seconds * 1_000_000)
    whole = local.replace(tzinfo=timezone(timedelta(minutes=offset)))
    assert parse_moment(text, "at") - EPOCH == (whole - EPOCH) + timedelta(microseconds=micros)
    assert parse_moment(text, "at").tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2026-07-15", "2026-07-15T00:00:00+00:00"),
        ("2026-07-15T10:30Z", "2026-07-15T10:30:00+00:00"),
        ("2026-07-15T10:30:59z", "2026-07-15T10:30:59+00:00"),
        ("2026-07-15T00:30:00+01:00", "2026-07-14T23:30:00+00:00"),
        ("2026-07-15T23:30:00-0100", "2026-07-16T00:30:00+00:00"),
        ("2026-05-26T17:21:09.999999999Z", "2026-05-26T17:21:09.999999+00:00"),
        ("2024-02-29", "2024-02-29T00:00:00+00:00"),
    ],
)
def test_accepted_forms(text: str, iso: str) -> None:
    assert parse_moment(text, None).isoformat() == iso


@pytest.mark.parametrize(
    "text",
    [
        "",
        "garbage",
        "2026",
        "2026-7-15",
        "2026-02-30",
        "2023-02-29",
        "2026-13-01",
        "2026-07-15T10:30",
        "2026-07-15T10:30:00",
        "2026-07-15T24:00:00Z",
        "2026-07-15T10:60:00Z",
        "2026-07-15T10:30:61Z",
        "2026-07-15T10:30:00.Z",
        "2026-07-15T10:30:00.0000000000Z",
        "2026-07-15T10:30:00,5Z",
        "2026-07-15T10:30:00+24:00",
        "2026-07-15T10:30:00+01:60",
        "2026-07-15T10:30:00 +01:00",
        "2026-07-15T10:30:00Zulu",
        "20260715T103000Z",
        "1789036800",
        "0000-01-01",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
        "\u0662\u0660\u0662\u0666-07-15",
        "2026-07-15T10:30:00.\u0665Z",
        " 2026-07-15",
        "2026-07-15\n",
    ],
)
def test_everything_else_is_an_invalid_datetime(text: str) -> None:
    with pytest.raises(ApiError) as caught:
        parse_moment(text, "cursor")
    fault = caught.value
    assert (fault.code.code, fault.message, fault.field) == ("invalid_string", "Invalid datetime", "cursor")


@given(st.text(max_size=40))
def test_any_text_is_a_moment_or_refused(text: str) -> None:
    assert refusal(parse_moment, text, None) in {None, "invalid_string"}


@given(st.dates())
def test_a_day_is_read_back(day: date) -> None:
    assert parse_day(day.isoformat(), None) == day


@given(
    st.dates(min_value=date(1, 1, 3), max_value=date(9999, 12, 29)),
    st.times(),
    st.integers(-1439, 1439),
)
@example(date(2026, 7, 15), time(0, 0), 120)
@example(date(2026, 7, 15), time(23, 59), -480)
def test_the_day_of_a_moment_is_the_one_it_is_written_with(day: date, at: time, offset: int) -> None:
    moment = datetime.combine(day, at, timezone(timedelta(minutes=offset)))
    assert parse_day_of(moment.isoformat(), None) == day
    assert parse_day_of(day.isoformat(), None) == day


@given(st.text(max_size=40))
@example("2026-07-15T25:00:00Z")
@example("2026-02-30")
def test_only_what_is_a_moment_has_a_day(text: str) -> None:
    assert refusal(parse_day_of, text, None) == refusal(parse_moment, text, None)


@given(st.text(max_size=12))
@example("2026-02-30")
@example("\u0662\u0660\u0662\u0666-07-15")
@example("2026-07-15T00:00:00Z")
def test_anything_else_is_no_day(text: str) -> None:
    try:
        date.fromisoformat(text)
        assume(len(text) != 10 or text[4] != "-")
    except ValueError:
        pass
    with pytest.raises(ApiError, match="Expected a day such as 2026-06-01, received "):
        parse_day(text, None)
