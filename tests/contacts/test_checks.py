"""E-mail addresses and labels as pure functions."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pivotal_server.contacts.checks import check_email, check_labels
from pivotal_server.kit.errors import ApiError
from tests.support.properties import refusal


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("mira@aurora.com", "mira@aurora.com"),
        (" Mira.Chen+Ops@Aurora.COM ", "mira.chen+ops@aurora.com"),
        ("dana@localhost.localdomain", "dana@localhost.localdomain"),
        ("dana@vml.example", "dana@vml.example"),
        ("ops@printer.local", "ops@printer.local"),
        ("zoë@exämple.de", "zoë@exämple.de"),
        ("a" * 64 + "@aurora.com", "a" * 64 + "@aurora.com"),
    ],
)
def test_an_address_is_kept_as(sent: str, kept: str) -> None:
    assert check_email(sent, "email") == kept
    assert check_email(kept, "email") == kept


NO_ADDRESSES = (
    "mira mira@ @aurora.com mira@@aurora.com mira@aurora..com a@b.c,d@e.f .mira@aurora.com m@-a.com"
)


@pytest.mark.parametrize(
    "sent", [*NO_ADDRESSES.split(), "mira chen@aurora.com", "Mira <mira@aurora.com>", "mira@aurora.com\x00"]
)
def test_what_is_no_address(sent: str) -> None:
    assert refusal(check_email, sent, "email") == "invalid_string"


@pytest.mark.parametrize(
    ("value", "code"),
    [(None, "invalid_type"), (7, "invalid_type"), ("", "too_small"), ("a" * 255, "too_big")],
)
def test_an_address_is_refused(value: Any, code: str) -> None:
    assert refusal(check_email, value, "email") == code


@given(st.emails())
def test_a_sound_address_is_kept_once_and_for_all(address: str) -> None:
    if refusal(check_email, address, "email") is None:
        kept = check_email(address, "email")
        assert kept == kept.lower()
        assert check_email(kept, "email") == kept


def test_labels_are_cleaned_and_counted_once_without_case() -> None:
    assert check_labels([" Executive ", "executive", "Ops, EMEA"], "labels") == ["Executive", "Ops, EMEA"]


@pytest.mark.parametrize(
    ("value", "code", "field"),
    [
        ({}, "invalid_type", "labels"),
        ([[]], "invalid_type", "labels.0"),
        (["a", ""], "too_small", "labels.1"),
        (["a" * 51], "too_big", "labels.0"),
        ([str(number) for number in range(21)], "too_big", "labels"),
    ],
)
def test_labels_are_refused(value: Any, code: str, field: str) -> None:
    with pytest.raises(ApiError) as caught:
        check_labels(value, "labels")
    assert (caught.value.code.code, caught.value.field) == (code, field)
