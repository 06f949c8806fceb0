"""How much a test does: with `FULL=1 ./run test PATH` as much as is promised, which takes minutes."""

import os

FULL = os.environ.get("FULL", "") not in ("", "0")


def many(usual: int, full: int) -> int:
    """``usual``, or ``full`` where the whole number is asked for."""
    return full if FULL else usual
