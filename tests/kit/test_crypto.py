import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pivotal_server.kit import crypto
from pivotal_server.kit.crypto import BadSecretKey, CannotOpen, SecretBox, new_secret_key, secret_keys

OLD, NEW = new_secret_key(), new_secret_key()
BOX = SecretBox(NEW)
SEALED = BOX.seal("whsec_abc", "webhook_endpoints.secret:1")


@given(st.text(), st.text())
def test_a_sealed_text_opens_in_its_context(text: str, context: str) -> None:
    text, context = (part.encode("utf-8", "replace").decode() for part in (text, context))
    sealed = BOX.seal(text, context)
    assert BOX.open(sealed, context) == text
    assert sealed.isascii()
    assert sealed != BOX.seal(text, context)
    with pytest.raises(CannotOpen):
        BOX.open(sealed, context + "x")


@given(st.integers(0, len(SEALED) - 1), st.characters())
def test_a_sealed_text_with_one_character_changed_does_not_open(place: int, other: str) -> None:
    changed = SEALED[:place] + other + SEALED[place + 1 :]
    if changed != SEALED:
        with pytest.raises(CannotOpen):
            BOX.open(changed, "webhook_endpoints.secret:1")


@pytest.mark.parametrize("ending", ["\n", "=", "!", " "])
def test_a_sealed_text_has_one_form_only(ending: str) -> None:
    with pytest.raises(CannotOpen):
        BOX.open(SEALED + ending, "webhook_endpoints.secret:1")


@given(st.one_of(st.text(), st.text().map("v1.".__add__), st.binary().map(lambda data: "v1." + data.hex())))
def test_what_was_never_sealed_does_not_open(text: str) -> None:
    with pytest.raises(CannotOpen):
        BOX.open(text, "")


@pytest.mark.parametrize("length", range(len(SEALED)))
def test_a_cut_off_text_does_not_open(length: int) -> None:
    with pytest.raises(CannotOpen):
        BOX.open(SEALED[:length], "webhook_endpoints.secret:1")


def test_the_first_key_seals_and_all_open() -> None:
    old = SecretBox(OLD).seal("x", "row")
    both = SecretBox(f" {NEW} , {OLD},")
    assert both.open(old, "row") == "x"
    sealed = both.seal("y", "row")
    assert SecretBox(NEW).open(sealed, "row") == "y"
    with pytest.raises(CannotOpen, match="secret key that is not set"):
        SecretBox(OLD).open(sealed, "row")


def test_turning_keys_reseals_what_the_first_key_did_not_seal() -> None:
    old = SecretBox(OLD).seal("x", "row")
    both = SecretBox(f"{NEW},{OLD}")
    assert not both.is_current(old)
    turned = both.reseal(old, "row")
    assert both.is_current(turned)
    assert both.reseal(turned, "row") == turned
    assert SecretBox(NEW).open(turned, "row") == "x"


@pytest.mark.parametrize("keys", ["", " , ", "short", f"{'k' * 32},short"])
def test_keys_that_are_missing_or_short_are_refused_without_showing_them(keys: str) -> None:
    with pytest.raises(BadSecretKey) as caught:
        SecretBox(keys)
    assert "short" not in str(caught.value)


def test_the_same_key_twice_is_one_key() -> None:
    assert SecretBox(f"{NEW},{NEW}").open(SEALED, "webhook_endpoints.secret:1") == "whsec_abc"


def test_a_configured_key_stands_above_the_file(tmp_path: Path) -> None:
    assert secret_keys("k" * 40, tmp_path / "data") == "k" * 40
    assert not (tmp_path / "data").exists()


def test_a_missing_key_is_made_once_for_the_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "data"
    key = secret_keys("", folder)
    assert len(key) == 43
    assert secret_keys(" ", folder) == key
    assert [path.name for path in folder.iterdir()] == [crypto.KEY_FILE]
    assert stat.S_IMODE((folder / crypto.KEY_FILE).stat().st_mode) == 0o600
    SecretBox(key)


def test_processes_that_start_at_once_agree_on_the_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: secret_keys("", tmp_path), range(32)))
    assert len(keys) == 1
    assert [path.name for path in tmp_path.iterdir()] == [crypto.KEY_FILE]


def test_a_key_file_that_others_can_read_is_closed(tmp_path: Path) -> None:
    path = tmp_path / crypto.KEY_FILE
    path.write_text(f"{NEW},{OLD}\n")
    path.chmod(0o644)
    assert secret_keys("", tmp_path) == f"{NEW},{OLD}"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_empty_key_file_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / crypto.KEY_FILE
    path.write_text("\n")
    with pytest.raises(BadSecretKey, match="restore it from a backup"):
        secret_keys("", tmp_path)
    assert path.read_text() == "\n"


def test_cryptography_is_loaded_with_the_first_use_only() -> None:
    code = (
        "import sys; from pivotal_server.kit.crypto import SecretBox; box = SecretBox('k' * 32);"
        "print('cryptography' in sys.modules); box.seal('x', 'y'); print('cryptography' in sys.modules)"
    )
    source = str(crypto.__file__).partition("/pivotal_server/")[0]
    result = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": source},
    )
    assert result.stdout.split() == ["False", "True"]


def test_a_signature_holds_for_its_text_and_purpose_under_any_present_key() -> None:
    signature = SecretBox(OLD).sign("text", "links")
    assert SecretBox(f"{NEW},{OLD}").is_signed("text", "links", signature)
    assert SecretBox(f"{NEW},{OLD}").sign("text", "links") != signature
    assert not SecretBox(NEW).is_signed("text", "links", signature)
    box = SecretBox(OLD)
    for text, purpose, forged in (
        ("text.", "links", signature),
        ("text", "cookies", signature),
        ("text", "links", signature[:-1]),
        ("text", "links", ""),
        ("text", "links", "ü"),
    ):
        assert not box.is_signed(text, purpose, forged)
