"""How an id in a path, query or body names a row."""

from pivotal_server.kit.ids import is_cuid


def number_in(reference: str) -> int | None:
    """The ``display_id`` that ``reference`` is, when it is all digits; ``None`` when it is an ``id``.

    Anything else names nothing and gives 0, which no row has, so that a text that a database would refuse
    (a NUL character, a lone surrogate) never reaches one.
    """
    if reference.isascii() and reference.isdigit():
        # Longer numbers exceed what a database column holds, and name nothing.
        return int(reference) if len(reference) <= 18 else 0
    return None if is_cuid(reference) else 0
