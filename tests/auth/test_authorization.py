import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pivotal_server.auth import keys
from pivotal_server.auth.authorization import read_bearer, require_key
from pivotal_server.kit.errors import ApiError

KEY = keys.generate("live").text


@pytest.mark.parametrize(
    "header", ["Bearer KEY", "bearer KEY", "BEARER KEY", "bEaReR KEY", " Bearer KEY\t", "Bearer KEY "]
)
@pytest.mark.parametrize("kind", [str, bytes])
def test_the_key_is_read_whatever_the_case_of_the_scheme(header: str, kind: type) -> None:
    text = header.replace("KEY", KEY)
    assert read_bearer(text if kind is str else text.encode()) == KEY


def test_no_header_is_named() -> None:
    with pytest.raises(ApiError, match="is missing") as caught:
        read_bearer(None)
    assert caught.value.code.code == "missing_api_key"


@pytest.mark.parametrize(
    ("header", "code", "words"),
    [
        ("", "missing_api_key", "is empty"),
        (" \t ", "missing_api_key", "is empty"),
        ("KEY", "invalid_api_key", "no 'Bearer ' before the key"),
        ("BearerKEY", "invalid_api_key", "no 'Bearer ' before the key"),
        ("Bearer: KEY", "invalid_api_key", "a colon after 'Bearer'"),
        ("bearer:KEY", "invalid_api_key", "a colon after 'Bearer'"),
        ("Bearer:", "invalid_api_key", "a colon after 'Bearer'"),
        ("Basic cGl2b3RhbDo=", "missing_api_key", "'Basic' is not supported"),
        ("token KEY", "missing_api_key", "'Token' is not supported"),
        ("hunter2 KEY", "missing_api_key", "is not 'Bearer'"),
        ("Bearer", "missing_api_key", "holds no key"),
        ("Bearer ", "missing_api_key", "holds no key"),
        ("Bearer  KEY", "invalid_api_key", "exactly one space"),
        ("Bearer\tKEY", "invalid_api_key", "exactly one space"),
        ("Bearer KEY extra", "invalid_api_key", "something after the key"),
        ("Bearer KEY;", "invalid_api_key", "something after the key"),
        ("Bearer KEY, Bearer KEY", "invalid_api_key", "something after the key"),
        ('Bearer "KEY"', "invalid_api_key", "quotes or brackets"),
        ("Bearer <KEY>", "invalid_api_key", "quotes or brackets"),
        ("Bearer KEY\u00e9", "invalid_api_key", "characters that no API key has"),
        ("Bearer KEY\n", "invalid_api_key", "characters that no API key has"),
    ],
)
def test_each_wrong_form_is_named(header: str, code: str, words: str) -> None:
    with pytest.raises(ApiError) as caught:
        read_bearer(header.replace("KEY", KEY).encode())
    error = caught.value
    assert (error.code.code, error.code.status, error.field) == (code, 401, None)
    assert words in error.message
    assert "hunter2" not in error.message
    assert KEY[:20] not in error.message


@given(st.one_of(st.binary(max_size=80), st.text(max_size=80)))
@example(b"\xff\xfe Bearer")
@example("Bearer \udc80")
@example("bearer\x00key")
def test_any_header_gives_a_key_or_a_401(header: bytes | str) -> None:
    code, key = _outcome(header)
    raw = header.encode("utf-8", "surrogatepass") if isinstance(header, str) else header
    assert code in {"", "missing_api_key", "invalid_api_key"}
    assert code or raw.strip(b" \t")[7:] == key.encode()


def _outcome(header: bytes | str) -> tuple[str, str]:
    """The code of the refusal, or the key."""
    try:
        return "", read_bearer(header)
    except ApiError as error:
        return error.code.code, ""


@given(st.sampled_from(["", " ", "  ", ":", "\t", ","]), st.sampled_from(["", " ", "x", " x", ";"]))
def test_only_one_space_and_nothing_more_lets_a_key_through(gap: str, tail: str) -> None:
    header = f"Bearer{gap}{KEY}{tail}"
    if gap == " " and tail in {"", " ", "x"}:
        assert read_bearer(header) == KEY + tail.strip()
    else:
        with pytest.raises(ApiError):
            read_bearer(header)


def test_a_well_formed_key_is_taken_apart() -> None:
    assert require_key(KEY) == keys.parse(KEY)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sk_live_4eC39HqLyjWDarjtT1zdp7dc", "does not begin with 'pivotal_'"),
        ("pivotal_REPLACE_ME", "incomplete or mistyped"),
        ("KEY0", "incomplete or mistyped"),
    ],
)
def test_a_malformed_key_is_refused(text: str, words: str) -> None:
    text = text.replace("KEY", KEY)
    with pytest.raises(ApiError) as caught:
        require_key(text)
    assert caught.value.code.code == "invalid_api_key"
    assert words in caught.value.message
    assert text not in caught.value.message
