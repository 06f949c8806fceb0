"""View models of Admin > Templates."""

import msgspec

from pivotal_server.onboardings.views_ask import Listing
from pivotal_server.web.view import Form


class TemplateLine(msgspec.Struct, frozen=True):
    """One template of the list."""

    number: int
    name: str
    tasks: int
    version: int
    is_default: bool
    livemode: bool

    @property
    def url(self) -> str:
        """Address of its editor."""
        return f"/admin/templates/{self.number}"


class TemplateGroup(msgspec.Struct, frozen=True):
    """The templates of one phase."""

    phase: str
    templates: tuple[TemplateLine, ...]


class TemplatesPage(msgspec.Struct, frozen=True):
    """Context ``page`` of ``templates/list.html``."""

    groups: tuple[TemplateGroup, ...]


class Comparison(msgspec.Struct, frozen=True):
    """One comparison as the editor shows it; ``was``: the stored one as JSON, kept while unchanged."""

    field: str = ""
    operator: str = "equals"
    value: str = ""
    was: str = ""


class When(msgspec.Struct, frozen=True):
    """A condition as the editor shows it: ``all`` or ``any`` of its lines. Without one it always holds."""

    match: str = "all"
    lines: tuple[Comparison, ...] = ()


class TaskRow(msgspec.Struct, frozen=True):
    """One task in the editor.

    ``after``: numbers of the rows that it waits for. ``subtasks``: titles, one a line. ``links`` and
    ``below``: JSON that is sent along. ``error``: what is wrong with it.
    """

    key: str = ""
    title: str = ""
    description: str = ""
    assignee_rule: str = "none"
    due_anchor: str = ""
    due_offset: str = ""
    facing: bool = False
    after: str = ""
    subtasks: str = ""
    links: str = "[]"
    below: str = "[]"
    when: When = When()
    error: str = ""


class EditorPage(msgspec.Struct, frozen=True, kw_only=True):
    """Context ``page`` of ``templates/editor.html``.

    Fields of ``form``: ``name``, ``phase``, ``description``, ``default_for_phase``, ``customer``. ``rules``,
    ``fields`` and ``operators``: pairs of value and text. ``number`` is 0 for a new template.
    """

    title: str
    number: int
    version: int
    form: Form
    rows: tuple[TaskRow, ...]
    when: When
    phases: tuple[tuple[str, str], ...]
    rules: tuple[tuple[str, str], ...]
    fields: tuple[tuple[str, str], ...]
    operators: tuple[tuple[str, str], ...]
    preview: tuple[Listing, ...] = ()

    @property
    def no_line(self) -> tuple[Comparison, ...]:
        """What a condition that always holds shows: a line to begin one with."""
        return (Comparison(),)


class TemplateAsk(msgspec.Struct, frozen=True):
    """Context ``page`` of ``templates/ask.html``: ``act`` is ``archive`` or ``import``.

    ``sure``: what is unusual about the template has been told, and sending it again means it.
    """

    act: str
    title: str
    submit: str
    lead: str
    form: Form
    sure: bool = False
