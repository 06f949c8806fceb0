"""View models of Admin > General."""

import msgspec

from pivotal_server.auth.permissions import DefaultAccess
from pivotal_server.web.view import Form

ACCESS_NAMES: dict[str, str] = {
    DefaultAccess.ASSIGNED_ONLY: "Only those who work on a customer, and whom it was given to",
    DefaultAccess.ALL_MEMBERS: "All members",
    DefaultAccess.ALL_MEMBERS_AND_VIEWERS: "All members and viewers",
}


class GeneralPage(msgspec.Struct, frozen=True):
    """Context ``page`` of ``workspaces/general.html``: one form for each group, and what each showed.

    Fields of ``general``: ``name``, ``time_zone``; of ``access``: ``default_access``; of ``rights``:
    ``members_create_customers``, ``members_export``, ``viewers_export``; of ``agents``:
    ``mcp_writes``. ``was``: texts by name.
    """

    general: Form
    access: Form
    rights: Form
    agents: Form
    slug: str
    zones: tuple[str, ...]
    was: dict[str, str]

    @property
    def access_options(self) -> list[tuple[str, str]]:
        """Who may see all customers."""
        return list(ACCESS_NAMES.items())
