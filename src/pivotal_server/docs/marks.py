"""Placeholders of the docs: ``{{api_key}}`` in a text, a mark in the built page, a value in the answer.

``{{public_url}}`` and ``{{release}}`` are filled by the server; the others by the reader, and until then
they show what the text would say without them. ``{{limit:NAME}}`` becomes the default of a declared limit.
"""

import re
from collections.abc import Mapping
from html import escape

from pivotal_server.docs.schemas import Fill
from pivotal_server.limits.catalogue import LIMITS

PUBLIC_URL = "public_url"
RELEASE = "release"

FILLS: Mapping[str, Fill] = {
    fill.name: fill
    for fill in (
        Fill("public_url", "Server", ""),
        Fill("api_key", "API key", "pivotal_REPLACE_ME"),
        Fill("customer_id", "Customer", "245"),
        Fill("contact_id", "Contact", "318"),
        Fill("onboarding_id", "Onboarding", "77"),
        Fill("task_id", "Task", "1204"),
        Fill("comment_id", "Comment", "56"),
        Fill("attachment_id", "Attachment", "cmb5zkbnz7fnoy5p4x6vpl1hv"),
        Fill("template_id", "Template", "12"),
        Fill("event_id", "Event", "cmb5zkc0h1lqs0qcu1l6hcl7y"),
        Fill("member_id", "Member", "3"),
        Fill("job_id", "Job", "cmb5zkc8v4b6ju0g24u1hz9ap"),
        Fill("endpoint_id", "Endpoint", "4"),
        Fill("delivery_id", "Delivery", "cmb5zkcg8x1f6sx4w1t7m9d2q"),
    )
}
_LIMIT = re.compile(r"\{\{limit:([a-z_]*)\}\}")
_WRITTEN = re.compile(r"\{\{([a-z_]+)\}\}")
# Letters alone, so that no lexer takes a mark apart; no word of a language begins like this.
_MARK = re.compile(r"zq([a-z_]+)qz")
_IN_CODE = re.compile(r"(<code\b[^>]*>)(.*?)(</code>)", re.DOTALL)


class UnknownMark(Exception):
    """A text names a placeholder that does not exist."""


def marked(text: str) -> str:
    """A written text with marks in the place of its placeholders. Raises :class:`UnknownMark`."""

    def mark(found: re.Match[str]) -> str:
        if found[1] not in FILLS and found[1] != RELEASE:
            raise UnknownMark(found[0])
        return f"zq{found[1]}qz"

    def value(found: re.Match[str]) -> str:
        if found[1] not in LIMITS:
            raise UnknownMark(found[0])
        return f"{LIMITS[found[1]].default:,}"

    return _WRITTEN.sub(mark, _LIMIT.sub(value, text))


def fills_of(text: str) -> tuple[Fill, ...]:
    """What a reader may fill in a marked text, in the order of :data:`FILLS`."""
    used = set(_MARK.findall(text))
    return tuple(fill for name, fill in FILLS.items() if name in used)


def _shown(found: re.Match[str]) -> str:
    fill = FILLS.get(found[1])
    return found[0] if fill is None or not fill.placeholder else escape(fill.placeholder)


def _in_code(found: re.Match[str]) -> str:
    def span(mark: re.Match[str]) -> str:
        if mark[1] not in FILLS:
            return mark[0]
        return f'<span data-fill="{mark[1]}">{_shown(mark)}</span>'

    return f"{found[1]}{_MARK.sub(span, found[2])}{found[3]}"


def settle_html(html: str) -> str:
    """Built HTML with the placeholders shown, in code so that a script can fill them; server's marks stay."""
    return _MARK.sub(_shown, _IN_CODE.sub(_in_code, html))


def settle_text(text: str) -> str:
    """Built text with the placeholders shown; server's marks stay."""
    return _MARK.sub(_shown, text)


def answered(text: str, public_url: str, release: str) -> str:
    """A stored text with what only the running server knows. ``public_url`` is plain ASCII (``config``)."""
    return text.replace("zqpublic_urlqz", escape(public_url)).replace("zqreleaseqz", release)
