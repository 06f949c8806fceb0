"""How an id in a path, query or body names a row."""


def number_in(reference: str) -> int | None:
    """The ``display_id`` that ``reference`` is, when it is all digits; ``None`` when it is an ``id``."""
    if reference.isascii() and reference.isdigit():
        # Longer numbers exceed what a database column holds, and name nothing.
        return int(reference) if len(reference) <= 18 else 0
    return None
