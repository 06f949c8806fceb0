"""Code blocks: what their first line says about them, and colours as classes."""

import re
from html import escape

from msgspec import Struct
from pygments.lexers import get_lexer_by_name  # type: ignore[import-untyped]
from pygments.token import Comment, Keyword, Name, Number, String  # type: ignore[import-untyped]

LANGUAGES = {"curl": "cURL", "python": "Python", "typescript": "TypeScript"}
"""The languages a reader may prefer, by the name in the cookie."""

NAMES = {
    "bash": "Shell",
    "json": "JSON",
    "python": "Python",
    "typescript": "TypeScript",
    "http": "HTTP",
    "text": "Text",
    "nginx": "nginx",
    "ini": "systemd",
}
_LEXERS = {"json": "json", "bash": "bash", "python": "python", "typescript": "typescript", "nginx": "nginx"}
_ATTRIBUTE = re.compile(r'([a-z]+)(?:=(?:"([^"]*)"|(\S+)))?')
_CLASSES = (
    (Comment, "c"),
    (String, "s"),
    (Keyword.Constant, "p"),
    (Keyword, "k"),
    (Name.Tag, "p"),
    (Name.Builtin, "k"),
    (Number, "p"),
)


class Block(Struct, frozen=True):
    """A fenced block. ``attributes``: the words after its language, with values where they have one."""

    language: str
    attributes: dict[str, str]
    code: str

    @property
    def reader_language(self) -> str:
        """Which of :data:`LANGUAGES` it is written in, or nothing."""
        if self.language == "bash":
            return "curl" if "curl" in self.code else ""
        return self.language if self.language in LANGUAGES else ""

    @property
    def label(self) -> str:
        """What stands above it."""
        if "title" in self.attributes:
            return self.attributes["title"]
        if self.language == "bash" and self.reader_language == "curl":
            return "cURL"
        return NAMES[self.language]


def block_of(info: str, code: str) -> Block:
    """The block with this info string: ``bash run capture="customer_id=$.display_id"``."""
    language, _, rest = info.strip().partition(" ")
    found = {name: quoted or bare for name, quoted, bare in _ATTRIBUTE.findall(rest)}
    return Block(language, found, code.rstrip("\n"))


def coloured(block: Block) -> str:
    """The HTML of its code, without the element around it."""
    lexer_name = _LEXERS.get(block.language)
    if lexer_name is None:
        return escape(block.code)
    lexer = get_lexer_by_name(lexer_name, stripnl=False, ensurenl=False)
    parts = []
    for kind, value in lexer.get_tokens(block.code):
        name = next((name for wanted, name in _CLASSES if kind in wanted), "")
        if block.language == "bash" and value == "curl":
            name = "k"
        text = escape(value)
        parts.append(f'<span class="{name}">{text}</span>' if name and value.strip() else text)
    return "".join(parts)
