from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pivotal_server.auth import tokens
from pivotal_server.auth.links import (
    INVITE_LIFETIME,
    NewLink,
    Verdict,
    hash_code,
    judge_code,
    judge_link,
    new_link,
    tries_left,
)

NOW = datetime(2026, 5, 26, 17, 21, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
BROWSER = tokens.new_token()
OTHER = tokens.new_token()


def code_of(link: NewLink) -> str:
    assert link.code is not None
    return link.code


def wrong_code(link: NewLink) -> str:
    return f"{(int(code_of(link)) + 1) % 1_000_000:06d}"


def test_app_auth_2_a_link_and_its_code_are_stored_as_hashes_only() -> None:
    link = new_link(NOW, browser=BROWSER)
    stored = msgspec.json.encode(link.state).decode()
    assert tokens.is_token(link.token)
    assert len(code_of(link)) == 6
    assert code_of(link).isdigit()
    for secret in (link.token, BROWSER):
        assert secret not in stored
        assert secret not in repr(link)
        assert tokens.hash_token(secret) in stored
    assert f'"{link.code}"' not in stored
    assert repr(link.code) not in repr(link)


def test_app_auth_2_sign_in_links_last_15_minutes_and_invites_7_days() -> None:
    link = new_link(NOW, browser=BROWSER).state
    assert judge_link(link, NOW + 15 * MINUTE - timedelta(microseconds=1), browser=BROWSER) is Verdict.OK
    assert judge_link(link, NOW + 15 * MINUTE, browser=BROWSER) is Verdict.GONE
    invite = new_link(NOW, lifetime=INVITE_LIFETIME).state
    assert judge_link(invite, NOW + timedelta(days=7) - MINUTE, browser=None) is Verdict.OK
    assert judge_link(invite, NOW + timedelta(days=7), browser=None) is Verdict.GONE


def test_app_auth_3_the_browser_that_asked_needs_the_link_alone() -> None:
    link = new_link(NOW, browser=BROWSER).state
    assert judge_link(link, NOW, browser=BROWSER) is Verdict.OK
    assert judge_link(link, NOW, browser=BROWSER, code="000000") is Verdict.OK


@pytest.mark.parametrize("browser", [None, "", OTHER], ids=["none", "empty", "other"])
def test_app_auth_3_another_browser_needs_the_code_too(browser: str | None) -> None:
    link = new_link(NOW, browser=BROWSER)
    assert judge_link(link.state, NOW, browser=browser) is Verdict.NEEDS_CODE
    assert judge_link(link.state, NOW, browser=browser, code=link.code) is Verdict.OK
    assert judge_link(link.state, NOW, browser=browser, code=wrong_code(link)) is Verdict.WRONG_CODE
    assert judge_link(link.state, NOW, browser=browser, code="") is Verdict.WRONG_CODE


def test_app_auth_3_the_code_signs_in_where_it_was_asked_for_and_nowhere_else() -> None:
    link = new_link(NOW, browser=BROWSER)
    assert judge_code(link.state, NOW, browser=BROWSER, code=code_of(link)) is Verdict.OK
    assert judge_code(link.state, NOW, browser=BROWSER, code=wrong_code(link)) is Verdict.WRONG_CODE
    for browser in (None, "", OTHER):
        assert judge_code(link.state, NOW, browser=browser, code=code_of(link)) is Verdict.GONE


def test_app_auth_3_an_unbound_link_needs_no_code_and_has_none() -> None:
    link = new_link(NOW)
    assert (link.code, link.state.code_hash, link.state.browser_hash) == (None, None, None)
    assert judge_link(link.state, NOW, browser=None) is Verdict.OK
    assert judge_link(link.state, NOW, browser=OTHER) is Verdict.OK
    assert judge_code(link.state, NOW, browser=None, code="") is Verdict.GONE
    assert judge_code(link.state, NOW, browser=OTHER, code="123456") is Verdict.GONE


def test_app_auth_4_five_wrong_codes_kill_a_link() -> None:
    link = new_link(NOW, browser=BROWSER)
    for tries, verdict in enumerate([Verdict.OK] * 5 + [Verdict.GONE] * 2):
        state = msgspec.structs.replace(link.state, tries=tries)
        assert judge_code(state, NOW, browser=BROWSER, code=code_of(link)) is verdict
        assert judge_link(state, NOW, browser=OTHER, code=link.code) is verdict
        assert judge_link(state, NOW, browser=BROWSER) is verdict
    assert [tries_left(tries) for tries in range(7)] == [5, 4, 3, 2, 1, 0, 0]


def test_app_auth_5_a_used_link_is_gone_for_everybody() -> None:
    link = new_link(NOW, browser=BROWSER)
    used = msgspec.structs.replace(link.state, used_at=NOW)
    assert judge_link(used, NOW, browser=BROWSER) is Verdict.GONE
    assert judge_link(used, NOW, browser=OTHER) is Verdict.GONE
    assert judge_code(used, NOW, browser=BROWSER, code=code_of(link)) is Verdict.GONE


def test_a_bound_link_whose_code_was_removed_cannot_be_opened_elsewhere() -> None:
    link = new_link(NOW, browser=BROWSER)
    state = msgspec.structs.replace(link.state, code_hash=None)
    assert judge_link(state, NOW, browser=OTHER, code=link.code) is Verdict.GONE


@given(st.integers(0, 999_999), st.integers(0, 5), st.sampled_from([" ", "-", "\u00a0", " - "]))
def test_a_code_may_be_typed_in_groups(number: int, place: int, gap: str) -> None:
    code = f"{number:06d}"
    token_hash = tokens.hash_token(OTHER)
    assert hash_code(f" {code[:place]}{gap}{code[place:]}\n", token_hash) == hash_code(code, token_hash)


@given(st.text(max_size=12))
@example("\udc80")
def test_whatever_is_typed_gets_a_verdict(code: str) -> None:
    link = new_link(NOW, browser=BROWSER)
    right = code.replace(" ", "").replace("-", "") == link.code
    assert judge_code(link.state, NOW, browser=BROWSER, code=code) is (
        Verdict.OK if right else Verdict.WRONG_CODE
    )


def test_equal_codes_of_two_links_are_hashed_apart() -> None:
    first, second = tokens.hash_token(BROWSER), tokens.hash_token(OTHER)
    assert hash_code("123456", first) != hash_code("123456", second)


def test_tokens_and_codes_differ() -> None:
    links = [new_link(NOW, browser=BROWSER) for _ in range(200)]
    assert len({link.token for link in links}) == 200
    assert len({link.code for link in links}) > 190


@given(st.text(max_size=60))
def test_only_43_base62_characters_are_a_token(text: str) -> None:
    assert not tokens.is_token(text) or len(text.encode()) == 43
    assert len(tokens.hash_token(text)) == 64
    assert tokens.is_token(tokens.new_token())
    assert not tokens.is_token("é" * 43)
    assert not tokens.is_token("_" * 43)
