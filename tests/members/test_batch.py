"""Addresses typed or pasted at once, as a pure function."""

from hypothesis import given
from hypothesis import strategies as st

from pivotal_server.members.batch import read_batch


def test_app_inv_3_each_address_has_its_verdict() -> None:
    text = "Ana@vml.example, ben@vml.example;dana@vml.example\nana@vml.example  nobody@ joined@vml.example"
    found = read_batch(text, {"dana@vml.example"}, {"joined@vml.example"})
    assert [(one.email, one.verdict) for one in found] == [
        ("ana@vml.example", "new"),
        ("ben@vml.example", "new"),
        ("dana@vml.example", "member"),
        ("ana@vml.example", "double"),
        ("nobody@", "faulty"),
        ("joined@vml.example", "pending"),
    ]


def test_nothing_typed_is_nothing() -> None:
    assert read_batch(" ,;\n\t ", (), ()) == []


@given(st.lists(st.emails(), max_size=12), st.sampled_from([",", ";", " ", "\n", ", ", "\r\n"]))
def test_every_sound_address_is_new_once(emails: list[str], between: str) -> None:
    sound = [one for one in emails if not set(one) & set(",; \t\r\n")]
    found = read_batch(between.join(sound), (), ())
    assert len(found) == len(sound)
    new = [one.email for one in found if one.verdict == "new"]
    assert len(new) == len(set(new))
    assert {one.verdict for one in found} <= {"new", "double", "faulty"}


@given(st.text(max_size=200))
def test_any_text_has_verdicts(text: str) -> None:
    for one in read_batch(text, (), ()):
        assert one.text
        assert not set(one.text) & set(",; \t\n")
