"""Slugs, domains and tags as pure functions."""

import re
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pivotal_server.customers.checks import (
    RESERVED_SLUGS,
    check_domain,
    check_slug,
    check_tags,
    slug_of,
)
from pivotal_server.kit.errors import ApiError
from tests.support.properties import refusal

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Bright Future Tech", "bright-future-tech"),
        ("  Aurora -- Outfitters!  ", "aurora-outfitters"),
        ("Café Noël", "cafe-noel"),
        ("Ørsted A/S", "orsted-a-s"),
        ("L'Oréal", "loreal"),
        ("Levi’s", "levis"),
        ("北京", "beijing"),
        ("Москва", "moskva"),
        ("Αθήνα", "athina"),
        ("\uff21\uff23\uff2d\uff25", "acme"),
        ("2026", "customer-2026"),
        ("import", "customer-import"),
        ("Login", "customer-login"),
        ("new", "customer-new"),
        ("!!!", "customer"),
        ("\u200d", "customer"),
        ("A" * 200, "a" * 90),
        ("A" * 89 + " B", "a" * 89),
    ],
)
def test_a_slug_made_from_a_name(name: str, slug: str) -> None:
    assert slug_of(name) == slug


@given(st.text(min_size=1, max_size=200))
@example("0" * 200)
@example("0" * 90 + " x")
def test_a_made_slug_is_always_one_that_may_be_sent(name: str) -> None:
    slug = slug_of(name)
    # Room for the number that tells it from others of the same name.
    assert check_slug(f"{slug}-{10**8}", "slug")
    assert check_slug(slug, "slug") == slug


@given(st.text("ab01-", max_size=12) | st.text(st.characters(exclude_categories=["C", "Z"]), max_size=12))
@example("a-")
@example("1")
@example("٣")
def test_a_slug_is_taken_as_its_rule_says(text: str) -> None:
    stripped = text.strip()
    fits = SLUG.fullmatch(stripped) and not stripped.isdigit() and stripped not in RESERVED_SLUGS
    expected = None if fits else "too_small" if stripped == "" else "invalid_string"
    assert refusal(check_slug, text, "slug") == expected


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (5, "invalid_type"),
        (None, "invalid_type"),
        ("a" * 101, "too_big"),
        ("", "too_small"),
        *(
            (slug, "invalid_string")
            for slug in ("import", "login", "new", "42", "a--b", "-a", "A", "a_b", "a b")
        ),
    ],
)
def test_a_slug_is_refused(value: Any, code: str) -> None:
    assert refusal(check_slug, value, "slug") == code


@pytest.mark.parametrize(
    ("value", "domain"),
    [
        (None, None),
        ("", None),
        ("  ", None),
        ("aurora.com", "aurora.com"),
        (" Aurora.COM ", "aurora.com"),
        ("a.b.c.example.co.uk", "a.b.c.example.co.uk"),
        ("xn--mnchen-3ya.de", "xn--mnchen-3ya.de"),
        ("münchen.de", "xn--mnchen-3ya.de"),
        ("MÜNCHEN.de", "xn--mnchen-3ya.de"),
        ("1und1.de", "1und1.de"),
        ("a-b.com", "a-b.com"),
        ("a" * 63 + ".com", "a" * 63 + ".com"),
    ],
)
def test_a_domain_is_kept_as(value: Any, domain: str | None) -> None:
    assert check_domain(value, "domain") == domain


NO_DOMAINS = """
https://aurora.com aurora.com/shop aurora.com. aurora localhost aurora..com .com -a.com a-.com a_b.com
aurora.com:443 mira@aurora.com 10.0.0.1 *.aurora.com ü..de a.com?x a\\.com \u2024.com
"""


@pytest.mark.parametrize("value", [*NO_DOMAINS.split(), "a b.com", "a" * 64 + ".com"])
def test_what_is_no_domain(value: str) -> None:
    assert refusal(check_domain, value, "domain") == "invalid_string"


def test_a_domain_has_at_most_253_characters() -> None:
    label = "a" * 62 + "."
    assert check_domain(label * 3 + "a" * 60 + ".com", "domain")
    assert refusal(check_domain, label * 4 + "com", "domain") == "too_big"
    assert refusal(check_domain, 7, "domain") == "invalid_type"


@pytest.mark.parametrize("wide", ["ü" * 60 + "." + "ü" * 60 + "." + "ü" * 60 + "." + "ü" * 60 + ".de"])
def test_a_domain_that_is_too_long_once_written_in_ascii_is_refused(wide: str) -> None:
    assert refusal(check_domain, wide, "domain") in {"invalid_string", "too_big"}


def test_tags_are_cleaned_and_counted_once_without_case() -> None:
    assert check_tags([" VIP ", "vip", "Retail", "Straße", "STRASSE"], "tags") == ["VIP", "Retail", "Straße"]
    assert check_tags([], "tags") == []


@pytest.mark.parametrize(
    ("value", "code", "field"),
    [
        ("vip", "invalid_type", "tags"),
        ([1], "invalid_type", "tags.0"),
        (["a", None], "invalid_type", "tags.1"),
        ([" "], "too_small", "tags.0"),
        (["a" * 51], "too_big", "tags.0"),
        (["a,b"], "invalid_string", "tags.0"),
        (["a\nb"], "invalid_string", "tags.0"),
        (["a\tb"], "invalid_string", "tags.0"),
        ([f"t{n}" for n in range(51)], "too_big", "tags"),
    ],
)
def test_tags_are_refused(value: Any, code: str, field: str) -> None:
    with pytest.raises(ApiError) as caught:
        check_tags(value, "tags")
    assert (caught.value.code.code, caught.value.field) == (code, field)


def test_fifty_tags_of_fifty_characters_fit() -> None:
    tags = [f"{number:050}" for number in range(50)]
    assert check_tags(tags, "tags") == tags
