"""View models of questions about one comment."""

import msgspec
from markupsafe import Markup

from pivotal_server.web.view import Form


class CommentAsk(msgspec.Struct, frozen=True, kw_only=True):
    """Context ``page`` of ``comments/ask.html``.

    ``act``: ``edit``, ``visibility`` or ``delete``. ``name`` and ``url``: where the comment stands.
    ``preview``: the comment as it is read. ``people`` and ``contacts`` can be mentioned; ``mentions`` are.
    """

    act: str
    title: str
    name: str
    url: str
    submit: str
    lead: str
    danger: bool
    form: Form
    preview: Markup
    people: tuple[tuple[str, str], ...]
    contacts: tuple[tuple[str, str], ...]
    mentions: tuple[tuple[str, str], ...]
