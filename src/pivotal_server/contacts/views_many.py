"""View model of pasting contacts."""

import msgspec

from pivotal_server.contacts.pasting import Line
from pivotal_server.web.view import Form


class PastePage(msgspec.Struct, frozen=True):
    """Context ``page`` of ``contacts/paste.html``. Field of ``form``: ``lines``.

    ``noted``: the lines that would not be added; ``new``: how many would. ``seen`` stands for the text whose
    lines these are, so that nothing is added before that was read. ``notice``: what has just been done.
    """

    customer_name: str
    customer_url: str
    form: Form
    noted: tuple[Line, ...]
    new: int
    seen: str = ""
    notice: str = ""

    @property
    def submit(self) -> str:
        """What the button says."""
        return f"Add {self.new}" if self.new else "Check"
