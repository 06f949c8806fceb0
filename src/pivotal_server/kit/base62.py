"""Fixed-width base62 over ``0-9A-Za-z``, an alphabet in ASCII order, so that texts sort as their numbers."""

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BASE = len(ALPHABET)
_PAIRS = [a + b for a in ALPHABET for b in ALPHABET]
_VALUES = {character: value for value, character in enumerate(ALPHABET)}


def encode(number: int, width: int) -> str:
    """Write ``number`` (>= 0) with exactly ``width`` digits.

    Raises ``OverflowError`` when the number needs more digits.
    """
    if number < 0:
        raise ValueError("base62 writes no negative numbers")
    parts: list[str] = []
    rest = number
    for _ in range(width // 2):
        rest, pair = divmod(rest, _BASE * _BASE)
        parts.append(_PAIRS[pair])
    if width % 2:
        rest, digit = divmod(rest, _BASE)
        parts.append(ALPHABET[digit])
    if rest:
        raise OverflowError(f"{number} does not fit in {width} base62 digits")
    parts.reverse()
    return "".join(parts)


def decode(text: str) -> int:
    """Read base62 ``text``. Raises ``ValueError`` on a character outside the alphabet."""
    number = 0
    for character in text:
        value = _VALUES.get(character)
        if value is None:
            raise ValueError(f"not base62: {character!r}")
        number = number * _BASE + value
    return number
