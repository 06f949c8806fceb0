import re
import subprocess
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pivotal_server.auth import keys
from pivotal_server.kit.base62 import ALPHABET

MODES = st.sampled_from(["live", "test"])
LENGTHS = {"live": 54, "test": 59}


@given(MODES)
def test_a_generated_key_parses_to_its_parts(mode: keys.Mode) -> None:
    new = keys.generate(mode)
    parsed = keys.parse(new.text)
    assert parsed == keys.ParsedKey(mode, new.key_id, new.secret)
    assert len(new.text) == LENGTHS[mode]
    assert (len(new.key_id), len(new.secret)) == (8, 32)
    assert re.fullmatch(keys.KEY_PATTERN, new.text)


@given(MODES, st.data())
def test_any_change_of_one_character_is_refused(mode: keys.Mode, data: st.DataObject) -> None:
    text = keys.generate(mode).text
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(
        st.one_of(st.sampled_from(ALPHABET + "_"), st.characters()).filter(lambda c: c != text[place])
    )
    assert keys.parse(text[:place] + other + text[place + 1 :]) is None


@given(MODES, st.data())
def test_a_key_cut_extended_or_with_two_neighbours_swapped_is_refused(
    mode: keys.Mode, data: st.DataObject
) -> None:
    text = keys.generate(mode).text
    place = data.draw(st.integers(0, len(text) - 2))
    extra = data.draw(st.characters())
    assert keys.parse(text[:place] + text[place + 1 :]) is None
    assert keys.parse(text[:place] + extra + text[place:]) is None
    if text[place] != text[place + 1]:
        assert keys.parse(text[:place] + text[place + 1] + text[place] + text[place + 2 :]) is None


@given(st.text(max_size=80))
@example("")
@example("pivotal_REPLACE_ME")
@example("pivotal_" + "٣" * 46)
@example("pivotal_" + "0" * 46)
@example("pivotal_test_" + "0" * 46)
def test_text_that_is_no_key_is_refused(text: str) -> None:
    assert keys.parse(text) is None


def test_the_checksum_is_the_crc_32_of_all_before_it() -> None:
    # Both sides are written out below, so that a change of the format in the code cannot go unseen.
    body = "pivotal_abc1defg" + "0" * 32
    parsed = keys.parse(body + _base62(_crc32(body.encode())))
    assert parsed == keys.ParsedKey("live", "abc1defg", "0" * 32)


def _crc32(data: bytes) -> int:
    """CRC-32 bit by bit, independent of zlib."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xEDB88320 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def _base62(number: int) -> str:
    return "".join(ALPHABET[number // 62**place % 62] for place in range(5, -1, -1))


@pytest.mark.parametrize(("mode", "prefix"), [("live", "pivotal_abc1"), ("test", "pivotal_test_abc1")])
def test_the_shown_prefix_holds_four_characters(mode: keys.Mode, prefix: str) -> None:
    assert keys.shown_prefix(mode, "abc1defg") == prefix
    assert keys.ParsedKey(mode, "abc1defg", "0" * 32).prefix == prefix


def test_no_repr_shows_the_secret() -> None:
    new = keys.generate("live")
    parsed = keys.parse(new.text)
    assert new.secret not in repr(new)
    assert new.secret not in repr(parsed)


def test_scanners_find_a_key_in_other_text() -> None:
    live, test = keys.generate("live").text, keys.generate("test").text
    source = f'KEY="{live}"\nexport OTHER={test}; pivotal_short pivotal_{"a" * 47} my_pivotal_{"a" * 46}'
    assert re.findall(keys.KEY_PATTERN, source) == [live, test]


def test_generated_keys_differ() -> None:
    made = [keys.generate("live") for _ in range(200)]
    assert len({key.key_id for key in made}) == len({key.secret for key in made}) == 200


def test_a_secret_is_verified_against_its_hash_alone() -> None:
    new, salt = keys.generate("live"), keys.new_salt()
    stored = keys.hash_secret(new.secret, salt)
    assert len(stored) == 32
    assert keys.verify_secret(new.secret, salt, stored)
    assert not keys.verify_secret(keys.generate("live").secret, salt, stored)
    assert not keys.verify_secret(new.secret, keys.new_salt(), stored)
    assert not keys.verify_secret(new.secret, salt, stored, iterations=999)


def test_secrets_are_hashed_by_pbkdf2_hmac_sha256() -> None:
    # Published vectors of PBKDF2-HMAC-SHA256 (password "password", salt "salt").
    assert keys.hash_secret("password", b"salt", 1).hex().startswith("120fb6cffcf8b32c43e7225256c4f837")
    assert keys.hash_secret("password", b"salt", 4096).hex().startswith("c5e478d59288c841aa530db6845c4c8d")


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_digest_names_one_text(first: str, second: str) -> None:
    assert len(keys.digest(first)) == 16
    assert keys.digest(first) == keys.digest(first)
    assert (keys.digest(first) == keys.digest(second)) == (first == second)


def test_digest_takes_text_that_is_no_unicode() -> None:
    assert keys.digest("pivotal_\udc80") != keys.digest("pivotal_")


def test_another_process_has_other_digests() -> None:
    code = "from pivotal_server.auth import keys; print(keys.digest('pivotal_').hex())"
    seen = {
        subprocess.run(  # the interpreter that runs the tests
            [sys.executable, "-c", code],
            check=True,
            capture_output=True,
            text=True,
            env={"PYTHONPATH": _source()},
        ).stdout.strip()
        for _ in range(2)
    }
    assert len(seen | {keys.digest("pivotal_").hex()}) == 3


def _source() -> str:
    return str(keys.__file__).partition("/pivotal_server/")[0]
