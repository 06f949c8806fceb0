"""Markdown that people write, as safe HTML (ONB-MD). One renderer for the app, the portal and mail.

    to_html("**Hello** <@c…>", names={"c…": "Ana Ruiz"})

Raw HTML is shown as text, output passes an allow-list, and pictures come from this server alone.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markupsafe import Markup, escape

DEEPEST = 20
_MENTION = re.compile(r"<@(c[a-z0-9]{24})>")
_BOX = re.compile(r"\[([ xX])\] +")
_FILE = re.compile(r"/files/(c[a-z0-9]{24})")
_TAGS = {
    *("p", "br", "hr", "em", "strong", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a", "img"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td", "span"),
}
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title"},
    "ol": {"start"},
    "th": {"data-align"},
    "td": {"data-align"},
    "span": {"class", "role", "aria-label"},
    "code": {"class"},
}
_NAMES = "names"
_FILES = "files"


def _mention(state: StateInline, silent: bool) -> bool:
    found = _MENTION.match(state.src, state.pos)
    if found is None:
        return False
    if not silent:
        token = state.push("mention", "", 0)
        token.content = found[1]
    state.pos = found.end()
    return True


def _task_lists(state: StateCore) -> None:
    """A list item that begins with [ ] or [x] shows a box, which cannot be ticked where it is read."""
    for at, token in enumerate(state.tokens):
        if token.type != "inline" or at < 2 or state.tokens[at - 2].type != "list_item_open":
            continue
        found = _BOX.match(token.content)
        if found is None or not token.children or token.children[0].type != "text":
            continue
        first = token.children[0]
        first.content = first.content[found.end() :] if first.content.startswith("[") else first.content
        box = Token("task_box", "", 0)
        box.content = found[1].lower()
        token.children.insert(0, box)


def _render_mention(_self: RendererHTML, tokens: Any, at: int, _options: Any, env: Any) -> str:
    name = env[_NAMES].get(tokens[at].content, "somebody who left")
    return str(Markup('<span class="mention">@{}</span>').format(name))


def _render_box(_self: RendererHTML, tokens: Any, at: int, _options: Any, _env: Any) -> str:
    done = tokens[at].content == "x"
    label = "Done" if done else "Open"
    sign = "\N{BALLOT BOX WITH CHECK}" if done else "\N{BALLOT BOX}"
    return str(Markup('<span class="task-box" role="img" aria-label="{}">{}</span> ').format(label, sign))


def _render_image(_self: RendererHTML, tokens: Any, at: int, _options: Any, env: Any) -> str:
    token = tokens[at]
    source, label = str(token.attrs.get("src", "")), token.content
    found = _FILE.fullmatch(source)
    if found is not None and found[1] in env[_FILES]:
        return str(Markup('<img src="{}" alt="{}">').format(env[_FILES][found[1]], label))
    return str(Markup('<a href="{}">{}</a>').format(source, label or source))


def _aligned(_self: RendererHTML, tokens: Any, at: int, _options: Any, _env: Any) -> str:
    token = tokens[at]
    align = str(token.attrs.get("style", "")).removeprefix("text-align:")
    return f'<{token.tag} data-align="{escape(align)}">' if align else f"<{token.tag}>"


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "linkify": True, "maxNesting": DEEPEST})
    parser.enable(["table", "strikethrough", "linkify"])
    parser.inline.ruler.before("autolink", "mention", _mention)
    parser.core.ruler.push("task_lists", _task_lists)
    for name, rule in (
        ("mention", _render_mention),
        ("task_box", _render_box),
        ("image", _render_image),
        ("th_open", _aligned),
        ("td_open", _aligned),
    ):
        parser.add_render_rule(name, rule)
    return parser


def to_html(
    text: str, *, names: Mapping[str, str] | None = None, files: Mapping[str, str] | None = None
) -> Markup:
    """The HTML of a Markdown text.

    ``names``: whom a mention names, by id. ``files``: address of each picture of this server that the reader
    may see, by id; pictures from anywhere else become links.
    """
    rendered = _parser().render(text, {_NAMES: names or {}, _FILES: files or {}})
    clean = nh3.clean(
        rendered,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener nofollow ugc",
    )
    return Markup(clean)  # noqa: S704 - it has passed the allow-list


def to_text(text: str, names: Mapping[str, str]) -> str:
    """A Markdown text as it was written, with names in the place of mentions; for lists and notices."""
    return _MENTION.sub(lambda found: f"@{names.get(found[1], 'somebody who left')}", text)
