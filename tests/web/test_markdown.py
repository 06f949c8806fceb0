"""Markdown as safe HTML: what it can do, and what no text can make it do (ONB-MD-1 … 3)."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pivotal_server.web.markdown import to_html, to_text
from tests.support.attacks import ATTACKS

ANA = "c" + "a" * 24
FILE = "c" + "f" * 24
ALLOWED = {
    *(
        "p",
        "br",
        "hr",
        "em",
        "strong",
        "s",
        "code",
        "pre",
        "blockquote",
        "ul",
        "ol",
        "li",
        "a",
        "img",
        "span",
    ),
    *("h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
}


class Elements(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def is_safe(html: str) -> bool:
    for tag, attributes in Elements(html).found:
        if tag not in ALLOWED or any(name.startswith("on") or name == "style" for name in attributes):
            return False
        target = attributes.get("href") or ""
        if ":" in target.partition("/")[0] and not re.match(r"(https?|mailto):", target):
            return False
        if tag == "img" and not (attributes.get("src") or "").startswith("/pictures/"):
            return False
    return True


@pytest.mark.parametrize("text", ATTACKS)
def test_onb_md_1_no_attack_yields_script_foreign_picture_or_form(text: str) -> None:
    assert is_safe(to_html(text, names={ANA: "<b>Ana</b>"}, files={FILE: "/pictures/x"}))


@given(st.text(st.sampled_from("<>![](){}`*_~|-#@&;:/\\\"'= \nabcjs1."), max_size=200))
@settings(max_examples=300, deadline=None)
def test_onb_md_1_no_text_at_all_does(text: str) -> None:
    assert is_safe(to_html(text))


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**a** *b* ~~c~~ `d`", "<strong>a</strong> <em>b</em> <s>c</s> <code>d</code>"),
        ("see https://a.example/x.", '<a href="https://a.example/x" rel="noopener nofollow ugc">'),
        ("[a](mailto:a@b.example)", '<a href="mailto:a@b.example" rel="noopener nofollow ugc">a</a>'),
        ("- [ ] open\n- [x] done", 'aria-label="Done"'),
        ("```\na < b\n```", "<pre><code>a &lt; b"),
        ("> quote", "<blockquote>"),
        ("| a | b |\n|---|--:|\n| 1 | 2 |", '<td data-align="right">2</td>'),
        ("<b>x</b>", "&lt;b&gt;x&lt;/b&gt;"),
        (f"Hi <@{ANA}>", 'Hi <span class="mention">@Ana Ruiz</span>'),
        (f"Hi <@c{'b' * 24}>", "@somebody who left"),
        (f"![plan](/files/{FILE})", '<img src="/pictures/x" alt="plan">'),
        (
            "![plan](https://a.example/p.png)",
            '<a href="https://a.example/p.png" rel="noopener nofollow ugc">plan</a>',
        ),
    ],
)
def test_onb_md_1_what_it_can_do(text: str, html: str) -> None:
    assert html in to_html(text, names={ANA: "Ana Ruiz"}, files={FILE: "/pictures/x"})


@pytest.mark.parametrize("piece", [">", "- ", "*a ", "[", "![](", "`", "<@", "|a|\n", "\\", "**", "~~"])
def test_onb_md_3_deep_and_hostile_input_ends(piece: str) -> None:
    html = to_html((piece * 10_000)[:10_000])
    assert html.count("<blockquote>") <= 25


def test_plain_text_names_who_is_mentioned() -> None:
    assert to_text(f"Hi <@{ANA}>, *see*", {ANA: "Ana Ruiz"}) == "Hi @Ana Ruiz, *see*"
