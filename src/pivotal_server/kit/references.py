"""How an id in a path, query or body names a row."""

from pivotal_server.kit.ids import is_cuid


def number_in(reference: str) -> int | None:
    """The ``display_id`` that ``reference`` is, when it is all digits; ``None`` when it is an ``id``.

    Anything else names nothing and gives 0, which no row has, so that a text that a database would refuse
    (a NUL character, a lone surrogate) never reaches one.
    """
    number = digits_in(reference)
    if number is not None:
        return number
    return None if is_cuid(reference) else 0


def digits_in(text: str) -> int | None:
    """The number that ``text`` writes in digits alone; ``None`` for any other text.

    Longer numbers exceed what a database column holds; they name nothing and give 0.
    """
    if text.isascii() and text.isdigit():
        return int(text) if len(text) <= 18 else 0
    return None
