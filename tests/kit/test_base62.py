import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pivotal_server.kit import base62

WIDTHS = st.integers(0, 40)


def naive(number: int) -> str:
    digits = ""
    while number:
        digits = base62.ALPHABET[number % 62] + digits
        number //= 62
    return digits


def test_the_alphabet_is_in_ascii_order() -> None:
    assert list(base62.ALPHABET) == [*string.digits, *string.ascii_uppercase, *string.ascii_lowercase]
    assert sorted(base62.ALPHABET) == list(base62.ALPHABET)


@given(st.integers(0, 2**200), WIDTHS)
@example(0, 0)
@example(61, 1)
@example(62, 1)
@example(62**2 - 1, 2)
def test_a_number_is_written_with_its_digits_or_refused(number: int, width: int) -> None:
    digits = naive(number)
    if len(digits) > width:
        with pytest.raises(OverflowError):
            base62.encode(number, width)
    else:
        written = base62.encode(number, width)
        assert written == digits.rjust(width, "0")
        assert base62.decode(written) == number


@given(st.lists(st.integers(0, 62**27 - 1), min_size=2, max_size=20))
def test_texts_sort_as_their_numbers(numbers: list[int]) -> None:
    texts = [base62.encode(number, 27) for number in sorted(numbers)]
    assert texts == sorted(texts)


def test_a_negative_number_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        base62.encode(-1, 4)


@given(st.text(max_size=12))
@example("٣")
@example("a-b")
def test_only_base62_is_read(text: str) -> None:
    if set(text) <= set(base62.ALPHABET):
        assert base62.encode(base62.decode(text), len(text)) == text
    else:
        with pytest.raises(ValueError, match="not base62"):
            base62.decode(text)
