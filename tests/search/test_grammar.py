"""How queries are read: no text is an error, and what is written is what is meant."""

from datetime import UTC, date
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pivotal_server.db.search_conditions import CONDITIONS
from pivotal_server.search.dates import days_of, stretch
from pivotal_server.search.fields import BUILT_IN, CHOICES, HAS, IS, KINDS, Phase, Teammate
from pivotal_server.search.grammar import MOST_LETTERS, MOST_TERMS, Atom, Term, parse, written
from pivotal_server.search.meaning import Surroundings, Wanted, meaning
from pivotal_server.search.words import folded, run_of, words_of

TODAY = date(2026, 6, 10)  # a Wednesday
AROUND = Surroundings(
    me="m1",
    today=TODAY,
    zone=ZoneInfo("Pacific/Auckland"),
    team=(Teammate("m1", "Dana Okafor", "dana@vml.example"), Teammate("m2", "Ana Ruiz", "ana@vml.example")),
    phases=(Phase("uat", "UAT"), Phase("launch", "Launch")),
    custom={"region": "select", "arr": "number", "status": "string"},
)

ATOMS = st.one_of(
    st.from_regex(r"[a-z0-9@._]{1,8}", fullmatch=True).filter(lambda text: ".." not in text),
    st.sampled_from(["me", "none", "any", "today", "this_week", "7d", "2026-06-01", "active", "5"]),
)
PHRASES = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=12
).filter(lambda text: text.strip() == text)


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def wanted(text: str) -> Wanted:
    return meaning(parse(text), AROUND)


@given(st.text(max_size=500))
def test_no_text_is_an_error(text: str) -> None:
    parsed = parse(text)
    assert len(parsed.terms) <= MOST_TERMS
    found = meaning(parsed, AROUND)
    assert all(hint.endswith((".", "?")) for hint in found.hints)
    for name in found.names:
        assert name.removeprefix("q_")
    # Whatever is asked can be asked of one kind at least.
    known = set().union(*(conditions for conditions in CONDITIONS.values()))
    assert found.names <= known


PIECES = st.lists(
    st.one_of(
        st.sampled_from([*BUILT_IN, "ownr", "region", "arr", "cf.status", "cf.x"]).flatmap(
            lambda field: st.builds(
                lambda sign, compare, atoms: f"{sign}{field}:{compare}{atoms}",
                st.sampled_from(["", "-"]),
                st.sampled_from(["", ">", ">=", "<", "<="]),
                st.one_of(
                    ATOMS,
                    PHRASES.map(quoted),
                    st.lists(ATOMS, min_size=1, max_size=3).map(",".join),
                    st.tuples(ATOMS, ATOMS).map("..".join),
                    st.sampled_from([*IS, *HAS, *CHOICES["status"], *KINDS]),
                ),
            )
        ),
        ATOMS,
        PHRASES.map(quoted),
        st.integers(0, 10**18).map(lambda number: f"#{number}"),
    ),
    max_size=24,
).map(" ".join)


@given(PIECES)
def test_no_query_made_of_its_parts_is_an_error(text: str) -> None:
    test_no_text_is_an_error.hypothesis.inner_test(text)  # type: ignore[attr-defined]


@given(PHRASES)
def test_a_phrase_is_read_as_it_was_quoted(text: str) -> None:
    assert parse(quoted(text)).terms == (Term(quoted(text), None, (Atom(text, True),)),)
    [term] = parse(f"-name:{quoted(text)}").terms
    assert (term.field, term.values, term.negated) == ("name", (Atom(text, True),), True)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("acme", [(None, "", "acme")]),
        ("acme corp", [(None, "", "acme"), (None, "", "corp")]),
        ('"bright future" x', [(None, "", "bright future"), (None, "", "x")]),
        ('"open end', [(None, "", "open end")]),
        ('say "a \\"b\\" c"', [(None, "", "say"), (None, "", 'a "b" c')]),
        ("Status:active,at_risk", [("status", "", "active|at_risk")]),
        ('name:"a, b",c', [("name", "", "a, b|c")]),
        ("mrr:>=10", [("mrr", ">=", "10")]),
        ("mrr:1000..5000", [("mrr", "..", "1000|5000")]),
        ("created:2026-01-01..", [("created", "..", "2026-01-01|")]),
        ("due:..today", [("due", "..", "|today")]),
        ("#245", [("id", "", "245")]),
        ("#24x", [(None, "", "#24x")]),
        ('#24"x"', [("id", "", "24"), (None, "", "x")]),
        ("cf.region:emea", [("cf.region", "", "emea")]),
        ("status:", [(None, "", "status:")]),
        ("status: active", [(None, "", "status:"), (None, "", "active")]),
        ("http://acme.com", [("http", "", "//acme.com")]),
        ("- -x", [(None, "", "-"), (None, "", "x")]),
        ("tag:a,,b", [("tag", "", "a|b")]),
        ('""', []),
        ("", []),
    ],
)
def test_terms(text: str, terms: list[tuple[str | None, str, str]]) -> None:
    found = [
        (term.field, term.compare, "|".join(atom.text for atom in term.values)) for term in parse(text).terms
    ]
    assert found == terms


def test_minus_excludes() -> None:
    assert [term.negated for term in parse('-acme -tag:"beta user" -#3 --x').terms] == [True] * 4


def test_what_is_too_long_is_cut_and_said() -> None:
    long = parse("x" * (MOST_LETTERS + 1))
    assert long.terms[0].source == "x" * MOST_LETTERS
    assert long.hints == ("Only the first 400 characters are searched.",)
    many = parse("x " * (MOST_TERMS + 1))
    assert len(many.terms) == MOST_TERMS
    assert many.hints == ("Only the first 20 terms are searched.",)
    assert parse("x " * MOST_TERMS).hints == ()


@pytest.mark.parametrize(
    ("text", "ahead", "days"),
    [
        ("today", True, ("2026-06-10", "2026-06-10")),
        ("tomorrow", True, ("2026-06-11", "2026-06-11")),
        ("yesterday", False, ("2026-06-09", "2026-06-09")),
        ("this_week", True, ("2026-06-08", "2026-06-14")),
        ("next_week", True, ("2026-06-15", "2026-06-21")),
        ("this_month", False, ("2026-06-01", "2026-06-30")),
        ("7d", True, ("2026-06-10", "2026-06-17")),
        ("7d", False, ("2026-06-03", "2026-06-10")),
        ("2026-02-28", True, ("2026-02-28", "2026-02-28")),
    ],
)
def test_days(text: str, days: tuple[str, str], *, ahead: bool) -> None:
    assert days_of(text, TODAY, ahead=ahead) == tuple(map(date.fromisoformat, days))


@pytest.mark.parametrize("text", ["2026-02-30", "2026-2-1", "soon", "99999d", "1969-01-01", "", "٣d"])
def test_what_is_no_day(text: str) -> None:
    assert days_of(text, TODAY, ahead=True) is None


def test_comparisons_with_a_stretch_of_days() -> None:
    week = days_of("this_week", TODAY, ahead=True)
    assert week is not None
    assert stretch("<", week)[1] == date(2026, 6, 7)
    assert stretch("<=", week)[1] == date(2026, 6, 14)
    assert stretch(">", week)[0] == date(2026, 6, 15)
    assert stretch(">=", week)[0] == date(2026, 6, 8)


def test_days_begin_at_midnight_in_the_zone_of_the_workspace() -> None:
    found = wanted("created:today")
    low, high = found.params["q_created_min"], found.params["q_created_max"]
    assert low.astimezone(UTC).isoformat() == "2026-06-09T12:00:00+00:00"
    assert (high - low).total_seconds() == 86_400


def test_terms_on_one_field_hold_together() -> None:
    assert wanted("status:active,at_risk status:at_risk,churned").params["q_status"] == ["at_risk"]
    assert wanted("mrr:>=10 mrr:<=20").params["q_mrr_max"] == 20
    assert wanted("owner:me").params["q_owner"] == ["m1"]
    assert wanted("owner:ana,none").params["q_owner"] == ["", "m2"]
    assert wanted("#1,2 #2").params["q_number"] == [2]
    assert wanted("type:task,contact type:tasks").kinds == ("task",)


def test_built_in_fields_win_over_custom_ones() -> None:
    assert "q_status" in wanted("status:active").names
    assert "q_in_fields" in wanted("cf.status:active").names
    assert wanted("status:gold").hints


def test_archived_ones_are_left_out_unless_named() -> None:
    for text in ("x", "status:active", "-status:archived", "-is:archived"):
        assert "q_not_archived" in wanted(text).names, text
    for text in ("status:archived", "is:archived", "status:active,archived"):
        assert "q_not_archived" not in wanted(text).names, text


def test_an_empty_query_asks_for_nothing() -> None:
    assert wanted("").empty
    assert wanted("🙂 -").empty
    assert not wanted("x").empty
    assert not wanted("is:open").empty


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Zoë’s Café", ["zoe", "s", "cafe"]),
        ("STRASSE straße", ["strasse", "strasse"]),
        ("Łódź Øster Ærø İstanbul", ["lodz", "oster", "aero", "istanbul"]),
        ("mira@aurora.com", ["mira", "aurora", "com"]),
        ("a_b-c", ["a", "b", "c"]),
        ("株式会社 東京", ["株式会社", "東京"]),
        ("x" * 100, ["x" * 64]),
        ("🙂 ·", []),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    assert words_of(text) == words


@given(st.text(max_size=60))
def test_words_are_plain_and_folding_twice_changes_nothing(text: str) -> None:
    for word in words_of(text):
        assert word == word.strip()
        assert not set(word) & set(" _%'\"\\*")
    assert run_of(run_of(text)) == run_of(text)
    if text.isascii():
        assert folded(text) == text.lower()


@given(st.text(alphabet='ab1 -:"\\,.#<>=_', max_size=30))
def test_a_term_is_written_so_that_it_is_read_again(text: str) -> None:
    def bare(terms: tuple[Term, ...]) -> list[Term]:
        return [msgspec.structs.replace(term, source="") for term in terms]

    terms = parse(text).terms
    for term in terms:
        assert bare(parse(written(term)).terms) == bare((term,)), written(term)
    assert bare(parse(" ".join(written(term) for term in terms)).terms) == bare(terms)
