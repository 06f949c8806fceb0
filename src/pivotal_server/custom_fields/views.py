"""View models of Admin > Custom fields."""

import msgspec

from pivotal_server.tags.schemas import Tag
from pivotal_server.web.view import Form

TYPE_NAMES = {
    "string": "Text",
    "number": "Number",
    "date": "Date",
    "select": "Choice",
    "boolean": "Yes or no",
}


class FieldLine(msgspec.Struct, frozen=True):
    """One field of the list. ``type`` as people call it; ``options`` those of a choice."""

    number: int
    label: str
    slug: str
    type: str
    group: str
    options: tuple[str, ...]


class FieldsPage(msgspec.Struct, frozen=True):
    """Context ``page`` of ``custom_fields/list.html``: the fields in order, and archived ones."""

    fields: tuple[FieldLine, ...]
    archived: tuple[FieldLine, ...]


class TagsPage(msgspec.Struct, frozen=True):
    """Context ``page`` of ``custom_fields/tags.html``. ``next_url``: the next page, if there is one."""

    tags: tuple[Tag, ...]
    next_url: str | None


class TagForm(msgspec.Struct, frozen=True):
    """Context ``page`` of ``custom_fields/tag.html``.

    ``act``: ``rename``, ``merge``, ``delete`` or ``field``; fields of ``form``: ``tag``, and ``to``, or
    ``label`` and ``drops``. ``uses``: how many customers carry the tag.
    """

    act: str
    form: Form
    uses: int

    @property
    def title(self) -> str:
        """What the form does."""
        tag = self.form.value("tag")
        titles = {"rename": "Rename", "merge": "Merge", "delete": "Delete", "field": "Make a field of"}
        return f"{titles[self.act]} {tag}"

    @property
    def submit(self) -> str:
        """What its button says."""
        words = {"rename": "Rename", "merge": "Merge", "delete": "Delete tag", "field": "Make field"}
        return words[self.act]


class FieldForm(msgspec.Struct, frozen=True):
    """Context ``page`` of ``custom_fields/form.html``.

    Fields of ``form``: ``label``, ``group``, ``help``, ``options`` (one a line), and for a new one ``slug``
    and ``type``. ``type``: that of a field that is there already; it cannot change, and ``was`` is what the
    form showed.
    """

    title: str
    submit: str
    lead: str
    form: Form
    type: str = ""
    was: tuple[tuple[str, str], ...] = ()

    @property
    def types(self) -> list[tuple[str, str]]:
        """The types to choose from."""
        return list(TYPE_NAMES.items())
