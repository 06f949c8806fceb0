"""Markdown of the docs as HTML: CommonMark with tables; raw HTML is refused.

Beyond CommonMark: headings get anchors (``## Title {#anchor}`` chooses one), a quote that begins with
``[!NOTE]`` or ``[!WARNING]`` is a note, and fences that follow one another with the word ``group`` are one
block with a switch of languages.
"""

import re
from functools import cache
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from msgspec import Struct

from pivotal_server.docs.colouring import LANGUAGES, Block, block_of, coloured
from pivotal_server.docs.marks import marked, settle_html
from pivotal_server.docs.schemas import Heading

FOLDED_AFTER = 25
"""Lines of a response beyond which it is folded."""

_CHOSEN = re.compile(r"\s*\{#([A-Za-z0-9_.-]+)\}$")
_ALERT = re.compile(r"\[!(NOTE|WARNING)\]\s*")
_NO_WORD = re.compile(r"[^a-z0-9_.]+")
ICON_MARK = "zqicon-{}qz"
_CURRENT = ' aria-current="true"'


class Refused(Exception):
    """A text that cannot be rendered; the message names the place."""


class Section(Struct, frozen=True):
    """What stands under one heading, for the search: words, and the identifiers among them."""

    anchor: str
    heading: str
    body: str
    identifiers: str


class Rendered(Struct, frozen=True):
    """A page as HTML, with what navigation, search and tests need of it."""

    html: str
    headings: tuple[Heading, ...]
    sections: tuple[Section, ...]
    links: tuple[str, ...]
    blocks: tuple[Block, ...]


def slug_of(text: str) -> str:
    """The anchor of a heading: ``1. Create an API key`` → ``create-an-api-key``."""
    plain = re.sub(r"^\d+\.\s+", "", text)
    return _NO_WORD.sub("-", plain.lower()).strip("-.") or "section"


def _text_of(inline: Token) -> str:
    return "".join(
        " " if child.type in ("softbreak", "hardbreak") else child.content for child in inline.children or []
    )


def _anchors(state: StateCore) -> None:
    """Give every heading its id; two of one page never share one."""
    seen: set[str] = set()
    for at, token in enumerate(state.tokens):
        if token.type != "heading_open":
            continue
        inline = state.tokens[at + 1]
        chosen = _CHOSEN.search(inline.content)
        if chosen and inline.children:
            last = inline.children[-1]
            last.content = _CHOSEN.sub("", last.content)
        base = anchor = chosen[1] if chosen else slug_of(_text_of(inline))
        number = 1
        while anchor in seen:
            number += 1
            anchor = f"{base}-{number}"
        seen.add(anchor)
        token.attrSet("id", anchor)
        token.meta["anchor"] = state.tokens[at + 2].meta["anchor"] = anchor


def _notes(state: StateCore) -> None:
    """Quotes that begin with a mark are notes."""
    for at, token in enumerate(state.tokens):
        if token.type != "blockquote_open" or at + 2 >= len(state.tokens):
            continue
        inline = state.tokens[at + 2]
        found = _ALERT.match(inline.content)
        if found is None or not inline.children:
            continue
        inline.children = inline.children[1:]
        if inline.children and inline.children[0].type == "softbreak":
            inline.children = inline.children[1:]
        token.meta["note"] = "warn" if found[1] == "WARNING" else "info"
        depth = token.level
        end = next(t for t in state.tokens[at:] if t.type == "blockquote_close" and t.level == depth)
        end.meta["note"] = token.meta["note"]


def _tables(state: StateCore) -> None:
    """The first cell of each row is its heading."""
    first = False
    for token in state.tokens:
        if token.type == "tr_open":
            first = True
        elif token.type == "th_open":
            token.attrs = {"scope": "col"}
        elif token.type == "td_open":
            token.attrs = {"scope": "row"} if first else {}
            token.tag = "th" if first else "td"
        elif token.type == "td_close":
            token.tag = "th" if first else "td"
            first = False


def _groups(state: StateCore) -> None:
    """Fences with the word ``group`` that follow one another become one token."""
    joined: list[Token] = []
    for token in state.tokens:
        if token.type == "fence":
            block = block_of(token.info, token.content)
            token.meta["blocks"] = [block]
            before = joined[-1] if joined else None
            if "group" in block.attributes and before is not None and before.type == "fence":
                others: list[Block] = before.meta["blocks"]
                if "group" in others[0].attributes:
                    others.append(block)
                    continue
        joined.append(token)
    state.tokens[:] = joined


def _heading_open(_self: RendererHTML, tokens: Any, at: int, _options: Any, _env: Any) -> str:
    token = tokens[at]
    anchor = escape(str(token.meta["anchor"]))
    return f'<{token.tag} id="{anchor}"><a href="#{anchor}" class="anchor">'


def _heading_close(_self: RendererHTML, tokens: Any, at: int, _options: Any, _env: Any) -> str:
    return f"</a></{tokens[at].tag}>\n"


def _quote_open(_self: RendererHTML, tokens: Any, at: int, _options: Any, _env: Any) -> str:
    kind = tokens[at].meta.get("note")
    if kind is None:
        return "<blockquote>\n"
    mark = ICON_MARK.format(kind)
    return f'<div class="alert note-box" data-kind="{kind}">{mark}<section>\n'


def _quote_close(_self: RendererHTML, tokens: Any, at: int, _options: Any, _env: Any) -> str:
    return "</section></div>\n" if tokens[at].meta.get("note") else "</blockquote>\n"


def _table_open(_self: RendererHTML, _tokens: Any, _at: int, _options: Any, _env: Any) -> str:
    box = '<div class="table-container" tabindex="0" role="group" aria-label="Table">'
    return f'{box}<table class="table doc-table">\n'


def _table_close(_self: RendererHTML, _tokens: Any, _at: int, _options: Any, _env: Any) -> str:
    return "</table></div>\n"


def _link_open(_self: RendererHTML, tokens: Any, at: int, _options: Any, _env: Any) -> str:
    target = escape(str(tokens[at].attrs["href"]))
    outside = ' rel="noopener"' if target.startswith("http") else ""
    return f'<a class="text-link" href="{target}"{outside}>'


def _fence(_self: RendererHTML, tokens: Any, at: int, _options: Any, env: Any) -> str:
    blocks: list[Block] = tokens[at].meta["blocks"]
    env["count"] = number = env.get("count", 0) + 1
    chosen = next((block for block in blocks if block.reader_language == env["language"]), blocks[0])
    code_id = f"code-{number}"
    copy = (
        f'<button type="button" class="btn copy js-only" data-variant="ghost" data-size="icon-sm" '
        f'data-copy-from="{code_id}" aria-label="Copy code" title="Copy code">'
        f"{ICON_MARK.format('copy')}</button>"
    )
    if len(blocks) > 1:
        tabs = "".join(
            f'<a href="?lang={block.reader_language}#{code_id}-box"{_CURRENT if block is chosen else ""}>'
            f"{LANGUAGES[block.reader_language]}</a>"
            for block in blocks
        )
        head = f'<nav class="code-tabs" aria-label="Language">{tabs}</nav>'
    elif "response" in chosen.attributes:
        status = chosen.attributes.get("status", "200")
        tone = "good" if status.startswith("2") else "warn"
        badge = f'<span class="badge" data-tone-of="{tone}">{status}</span>'
        head = f'{badge}<span class="muted small">Response</span>'
    else:
        head = f'<span class="muted small">{escape(chosen.label)}</span>'
    label = escape("Response" if "response" in chosen.attributes else chosen.label)
    code = f'<code id="{code_id}">{coloured(chosen)}</code>'
    body = f'<pre tabindex="0" role="group" aria-label="{label}">{code}</pre>'
    lines = chosen.code.count("\n") + 1
    if "response" in chosen.attributes and lines > FOLDED_AFTER:
        body = f'<details class="fold"><summary>Show all {lines} lines</summary>{body}</details>'
    answer = " answer" if "response" in chosen.attributes else ""
    head = f'<div class="code-head">{head}</div>'
    return f'<div class="code{answer}" id="{code_id}-box">{head}{copy}{body}</div>\n'


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True})
    parser.enable("table")
    for rule in (_anchors, _notes, _tables, _groups):
        parser.core.ruler.push(rule.__name__, rule)
    for name, render in (
        ("heading_open", _heading_open),
        ("heading_close", _heading_close),
        ("blockquote_open", _quote_open),
        ("blockquote_close", _quote_close),
        ("table_open", _table_open),
        ("table_close", _table_close),
        ("link_open", _link_open),
        ("fence", _fence),
    ):
        parser.add_render_rule(name, render)
    return parser


_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[-_.][A-Za-z0-9]+)+|[a-z]+_[a-z_]+|[A-Z][A-Z0-9_]{3,}")


def _sections(tokens: list[Token]) -> tuple[Section, ...]:
    found: list[tuple[str, str, list[str], set[str]]] = [("", "", [], set())]
    heading = False
    for token in tokens:
        if token.type == "heading_open":
            heading = True
            found.append((str(token.meta["anchor"]), "", [], set()))
        elif token.type == "fence":
            found[-1][2].extend(block.code for block in token.meta["blocks"])
        elif token.type == "inline":
            anchor, _, words, names = found[-1]
            for child in token.children or []:
                if child.type == "code_inline":
                    names.update(_IDENTIFIER.findall(child.content))
            if heading:
                names.update(_IDENTIFIER.findall(token.content))
                found[-1] = (anchor, _text_of(token).strip(), words, names)
                heading = False
            else:
                words.append(_text_of(token))
    return tuple(
        Section(anchor, title, " ".join(words), " ".join(sorted(names)))
        for anchor, title, words, names in found
    )


def render(text: str, language: str = "curl", *, place: str = "") -> Rendered:
    """The page of a text; groups show ``language``. Raises :class:`Refused`, naming ``place``."""
    parser = _parser()
    env: dict[str, Any] = {"language": language}
    tokens = parser.parse(marked(text), env)
    inlines = [child for token in tokens for child in token.children or []]
    if any(token.type in ("html_block", "html_inline") for token in (*tokens, *inlines)):
        raise Refused(f"{place}: raw HTML")
    headings, blocks = [], []
    for at, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag in ("h2", "h3"):
            title = _text_of(tokens[at + 1]).strip()
            headings.append(Heading(int(token.tag[1]), str(token.meta["anchor"]), title))
        elif token.type == "heading_open" and token.tag == "h1":
            raise Refused(f"{place}: the title stands in the front matter, headings begin at ##")
        elif token.type == "fence":
            blocks += token.meta["blocks"]
    links = [str(child.attrs["href"]) for child in inlines if child.type == "link_open"]
    html = settle_html(parser.renderer.render(tokens, parser.options, env))
    return Rendered(html, tuple(headings), _sections(tokens), tuple(dict.fromkeys(links)), tuple(blocks))
