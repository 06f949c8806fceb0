import pytest

from pivotal_server.kit.references import number_in


@pytest.mark.parametrize(
    ("text", "number"),
    [("1", 1), ("245", 245), ("007", 7), ("9" * 18, 10**18 - 1), ("0", 0)],
)
def test_digits_are_a_display_id(text: str, number: int) -> None:
    assert number_in(text) == number


def test_a_cuid_is_no_display_id() -> None:
    assert number_in("cmb4kvj50ce9uvw53efr4edt2") is None


@pytest.mark.parametrize(
    "text",
    [
        "9" * 19,
        "9" * 5000,
        "",
        "-1",
        "1.0",
        "+1",
        "aurora",
        "٣",
        "²",
        "c\0" + "a" * 23,
        "CMB4KVJ50CE9UVW53EFR4EDT2",
        "..",
        "\ud800",
        "x" * 100_000,
    ],
)
def test_what_is_neither_names_nothing_and_never_reaches_a_database(text: str) -> None:
    assert number_in(text) == 0
