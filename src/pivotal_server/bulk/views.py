"""View models of choosing many rows."""

from datetime import datetime

import msgspec

from pivotal_server.kit.clock import wire_micros
from pivotal_server.kit.ids import cuid


class Selection(msgspec.Struct, frozen=True):
    """What the form over chosen rows sends along (``bulk/choose.html``).

    ``token`` is that of one showing of the form. ``at``: rows that came later are not meant by "all". How
    many rows match, when that is more than are shown; 0 else.
    """

    token: str
    at: str
    matching: int


def selection(now: datetime, *, shown: int, matching: int) -> Selection:
    """The selection of a page with so many rows ``shown`` of those ``matching``."""
    return Selection(cuid(), wire_micros(now), matching if matching > shown else 0)
