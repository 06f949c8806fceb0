"""View models of Admin > Deleted."""

from datetime import datetime

import msgspec

PATH = "/admin/deleted"


class DeletedLine(msgspec.Struct, frozen=True):
    """One deleted record: what, of which customer, by whom and when."""

    kind: str
    id: str
    number: int
    name: str
    home: str
    at: datetime
    actor: str

    @property
    def restore_url(self) -> str:
        """Where it is brought back."""
        return f"{PATH}/{self.kind}/{self.id}/restore"


class DeletedPage(msgspec.Struct, frozen=True):
    """Context ``page`` of ``deleted/list.html``; ``fault``: why something could not be restored."""

    lines: tuple[DeletedLine, ...]
    older: str | None = None
    fault: str | None = None
