"""Rules that hold for every template of the server, whoever wrote it."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from pivotal_server.web import build_assets
from pivotal_server.web.templating import environment

TEMPLATES = build_assets.templates()
NAMES = [str(path.relative_to(build_assets.SERVER)) for path in TEMPLATES]
EVERY_TEMPLATE = pytest.mark.parametrize("path", TEMPLATES, ids=NAMES)

_JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_HANDLER = re.compile(r"on[a-z]+|hx-on.*|hx-vals|hx-vars", re.IGNORECASE)
_EMPTY_SCRIPT = re.compile(r'<script src="\{\{ asset_url\(\'[a-z.]+\'\) \}\}"( type="module")?></script>')


class Markup(HTMLParser):
    """Collects the elements of a template, its Jinja parts taken out."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(_JINJA.sub("", text))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))


def test_there_are_templates() -> None:
    assert "web/templates/layout.html" in NAMES
    assert "customers/templates/list.html" in NAMES


@EVERY_TEMPLATE
def test_it_compiles(path: Path) -> None:
    room, _, name = path.relative_to(build_assets.SERVER).as_posix().partition("/templates/")
    environment().get_template(name if room == "web" else f"{room}/{name}")


@EVERY_TEMPLATE
def test_nothing_is_inline(path: Path) -> None:
    """The content policy allows neither inline scripts and styles nor handlers in attributes."""
    text = path.read_text("utf-8")
    for tag, attributes in Markup(text).elements:
        assert tag != "style"
        assert "style" not in attributes
        assert not [name for name in attributes if _HANDLER.fullmatch(name)]
        assert not [value for value in attributes.values() if (value or "").lower().startswith("javascript:")]
    assert len(re.findall(r"<script", text)) == len(_EMPTY_SCRIPT.findall(text))
    assert not re.search(r"\bsafe\b", "".join(re.findall(r"\{\{.*?\}\}", text)))


@EVERY_TEMPLATE
def test_addresses_stay_on_this_server(path: Path) -> None:
    for tag, attributes in Markup(path.read_text("utf-8")).elements:
        for name in ("src", "action", "hx-get", "hx-post", "hx-delete"):
            assert not (attributes.get(name) or "").startswith(("http", "//")), f"{tag} {name}"


@EVERY_TEMPLATE
def test_forms_that_change_something_carry_the_token(path: Path) -> None:
    forms = re.findall(r"<form\b[^>]*method=\"post\".*?</form>", path.read_text("utf-8"), re.DOTALL)
    for form in forms:
        assert re.search(r"\bcsrf\(", form), form[:80]


@EVERY_TEMPLATE
def test_a_button_says_what_it_is(path: Path) -> None:
    """Without a type a button sends the form around it."""
    for tag, attributes in Markup(path.read_text("utf-8")).elements:
        if tag == "button":
            assert attributes.get("type") in {"button", "reset", "submit"}


@EVERY_TEMPLATE
def test_icons_are_named_by_literals(path: Path) -> None:
    calls = re.findall(r"\bicon\(([^),]*)", path.read_text("utf-8"))
    assert all(re.fullmatch(r"\"[a-z0-9-]+\"", argument) for argument in calls), calls


@EVERY_TEMPLATE
def test_classes_are_styled(path: Path) -> None:
    """A class that no style and no script knows is a slip of the pen."""
    known = _known_classes()
    used = {
        name
        for _, attributes in Markup(path.read_text("utf-8")).elements
        for name in (attributes.get("class") or "").split()
    }
    assert used <= known


def _known_classes() -> set[str]:
    texts = [path.read_text("utf-8") for path in (build_assets.ASSETS / "css").rglob("*.css")]
    basecoat = build_assets.MODULES / "basecoat-css/dist/basecoat-mira.cdn.css"
    return set(re.findall(r"\.([a-z][a-z0-9-]*)", "\n".join([*texts, basecoat.read_text("utf-8")])))


_RAW_COLOUR = re.compile(r"#[0-9a-f]{3,8};|\brgb|\bhsl|oklch\((?!from|[01] 0 0|[\d.]+ [\d.]+ var\(--tone)")


def test_styles_take_colours_from_the_tokens() -> None:
    """Washes of black and white, and shades of a tone, are the only others."""
    faults = [
        f"{path.name}: {line.strip()}"
        for path in (build_assets.ASSETS / "css").rglob("*.css")
        if path.name != "tokens.css"
        for line in path.read_text("utf-8").splitlines()
        if _RAW_COLOUR.search(line)
    ]
    assert not faults
