"""View models of the panel of a task."""

from collections.abc import Mapping
from datetime import datetime

import msgspec
from markupsafe import Markup

from pivotal_server.activity.views import Feed
from pivotal_server.comments.views import Thread
from pivotal_server.tasks.views import LineView
from pivotal_server.web.view import Form


class PanelPage(msgspec.Struct, frozen=True, kw_only=True):
    """Context ``page`` of ``tasks/panel.html``.

    ``name`` and ``url``: of the onboarding; ``base`` the address of the task. ``parent``: number and title of
    the task that it is a subtask of. ``people``: pairs of id and name for the assignee. ``anchors``: what a
    date can be planned from. ``notes``: why its date moved, newest first. ``before`` and ``after``: what it
    waits for, and what waits for it. ``others``: number and title of tasks that it could wait for.
    ``completed``: by whom. ``stored``: what the fields of the form hold in the database.
    """

    number: int
    title: str
    name: str
    url: str
    base: str
    customer_name: str
    line: LineView
    parent: tuple[int, str] | None
    form: Form
    description_html: Markup
    links: tuple[tuple[str, str], ...]
    people: tuple[tuple[str, str], ...]
    phases: tuple[tuple[str, str], ...]
    anchors: tuple[tuple[str, str], ...]
    plan: str
    can_follow_plan: bool
    notes: tuple[str, ...]
    before: tuple[LineView, ...]
    after: tuple[LineView, ...]
    others: tuple[tuple[int, str], ...]
    subtasks: tuple[LineView, ...]
    may_work: bool
    locked: bool
    may_reopen: bool
    completed: str
    completed_at: datetime | None
    thread: Thread
    feed: Feed
    live_url: str
    stored: Mapping[str, str]

    def line_was(self, name: str) -> str:
        """What is stored in a field that the form shows."""
        return self.stored[name]
