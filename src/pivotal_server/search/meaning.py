"""What a parsed query asks for: its terms resolved against the workspace, ready to become SQL.

A term on an unknown field, or with a value that the field cannot have, is searched as plain text, and a hint
says so (WB-SRCH-3). A list that shows each term as a chip has such terms left out instead (APP-VIEW-4).
"""

import difflib
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from pivotal_server.db.search_conditions import PREFIX, SLOTS, Kind
from pivotal_server.search.dates import Days, days_of, stretch, week_of
from pivotal_server.search.fields import (
    AHEAD,
    BACK,
    BUILT_IN,
    CHOICES,
    CUSTOM_PREFIX,
    HAS,
    IS,
    KINDS,
    NONE,
    NUMBERS,
    TEXTS,
    Phase,
    Teammate,
)
from pivotal_server.search.grammar import Atom, Parsed, Term
from pivotal_server.search.values import Impossible, bounds, only_word, require_plain
from pivotal_server.search.words import folded, run_of, words_of

Word = tuple[str, bool]
"""A folded word, and whether it is meant exactly or as the beginning of one."""


class Surroundings(Struct, frozen=True, kw_only=True):
    """What the words of a query are read against. ``me`` is the member who asks, if one does."""

    me: str | None
    today: date
    zone: ZoneInfo
    week_starts: int = 1
    team: Sequence[Teammate] = ()
    phases: Sequence[Phase] = ()
    custom: Mapping[str, str] = {}


class Wanted(Struct, frozen=True):
    """What a query asks for.

    ``names`` are the conditions that must hold, as ``db/search_conditions`` has them, ``params`` their
    values. ``words``: for each term of text its alternatives, each a run of words, for the full-text index.
    ``text`` is the free text as one run, by which the answer is ranked. ``empty``: nothing is asked for.
    ``faulty``: why a term was left out, by its place in the query.
    """

    kinds: tuple[Kind, ...]
    names: frozenset[str]
    params: Mapping[str, Any]
    words: tuple[tuple[tuple[Word, ...], ...], ...]
    text: str
    hints: tuple[str, ...]
    empty: bool
    faulty: Mapping[int, str] = {}


def _is_bare(term: Term, word: str) -> bool:
    """Whether the only value of a term is this word, not in quotes."""
    [first, *more] = term.values
    return not more and not first.phrase and first.text.lower() == word


class _Reading:
    """Gathers the conditions of one query; ``leaving_out`` faulty terms, which else are searched as text."""

    def __init__(self, around: Surroundings, *, leaving_out: bool = False) -> None:
        self.around = around
        self.leaving_out = leaving_out
        self.faulty: dict[int, str] = {}
        self.hints: list[str] = []
        self.kinds = set(KINDS)
        self.names: set[str] = set()
        self.params: dict[str, Any] = {}
        self.words: list[tuple[tuple[Word, ...], ...]] = []
        self.text: list[str] = []
        self.groups: dict[str, list[list[str]]] = {}
        self.banned: dict[str, list[str]] = {}
        self.chosen: dict[str, set[str]] = {}
        self.excluded: dict[str, set[str]] = {}
        self.slots: dict[str, int] = {}
        self.archived = False
        self.some = False

    # ── Terms ──────────────────────────────────────────────────────────────────────────────────
    def add(self, at: int, term: Term) -> None:
        """Take one term, the one at this place of the query."""
        if term.field is None:
            self._free(term)
            if self.leaving_out and not words_of(term.values[0].text):
                self.faulty[at] = "There is no word in it."
            return
        try:
            self._field(term, term.field)
        except Impossible as fault:
            said = str(fault) or f"{term.source} means nothing here"
            meant = f" Did you mean {fault.near[0]}?" if fault.near else ""
            if self.leaving_out:
                self.faulty[at] = f"{said}.{meant}"
                return
            self.hints.append(f"{said}; searched as text.{meant}")
            self._free(Term(term.source, None, (Atom(term.source),), negated=term.negated))
            return
        self.some = True

    def _free(self, term: Term) -> None:
        [atom] = term.values
        if not words_of(atom.text):
            return
        self.some = True
        self._match("words", (atom,), negated=term.negated)
        if not term.negated:
            self.text.append(run_of(atom.text))

    def _field(self, term: Term, field: str) -> None:
        custom = field.removeprefix(CUSTOM_PREFIX)
        if field.startswith(CUSTOM_PREFIX) or (field not in BUILT_IN and field in self.around.custom):
            kind = self.around.custom.get(custom)
            if kind is None:
                raise Impossible(f"No custom field named {custom}")
            self._custom(term, custom, kind)
        elif field in TEXTS:
            require_plain(term)
            self._match(field, term.values, negated=term.negated)
        elif field in NUMBERS:
            self._number(term, field)
        elif field in AHEAD or field in BACK:
            self._days(term, field)
        elif field in ("is", "has", "type", "id", "tag"):
            require_plain(term)
            {"is": self._is, "has": self._has, "type": self._type, "id": self._id, "tag": self._tag}[field](
                term
            )
        elif field in BUILT_IN:
            require_plain(term)
            if _is_bare(term, "any") and field not in CHOICES:
                self._choose(field, {NONE}, negated=not term.negated)
                return
            values = {value for atom in term.values for value in self._values(field, atom)}
            self._choose(field, values, negated=term.negated)
        else:
            near = difflib.get_close_matches(field, [*BUILT_IN, *self.around.custom], 1)
            raise Impossible(f"No field named {field}", near)

    def _match(self, column: str, atoms: Sequence[Atom], *, negated: bool) -> None:
        """The column has, or has not, one of the values as a run of words."""
        runs = [(words_of(atom.text), atom.phrase) for atom in atoms]
        if not all(words for words, _ in runs):
            raise Impossible
        patterns = [f"% {' '.join(words)}{' %' if exact else '%'}" for words, exact in runs]
        if negated:
            self.banned.setdefault(column, []).extend(patterns)
            return
        self.groups.setdefault(column, []).append(patterns)
        self.words.append(
            tuple((*((word, True) for word in words[:-1]), (words[-1], exact)) for words, exact in runs)
        )

    # ── Values out of a set ────────────────────────────────────────────────────────────────────
    def _choose(self, field: str, values: set[str], *, negated: bool) -> None:
        if field == "status" and "archived" in values and not negated:
            self.archived = True
        if negated:
            self.excluded.setdefault(field, set()).update(values)
        elif field in self.chosen:
            self.chosen[field] &= values
        else:
            self.chosen[field] = values

    def _values(self, field: str, atom: Atom) -> Sequence[str]:
        word = atom.text.lower().replace("-", "_")
        if field in CHOICES:
            if word not in CHOICES[field]:
                near = difflib.get_close_matches(word, CHOICES[field], 1)
                raise Impossible(f"No {field} named {atom.text}", near)
            return [word]
        if not atom.phrase and word == "none":
            return [NONE]
        if field == "plan":
            return [atom.text.lower()]
        if field == "external_id":
            return [atom.text]
        if field == "phase":
            return self._phase(atom)
        return self._person(field, atom)

    def _phase(self, atom: Atom) -> Sequence[str]:
        said = folded(atom.text)
        found = [one.key for one in self.around.phases if said in (one.key, run_of(one.name))]
        found = found or [one.key for one in self.around.phases if run_of(one.name).startswith(said)]
        if not found:
            near = difflib.get_close_matches(said, [one.key for one in self.around.phases], 1)
            raise Impossible(f"No phase named {atom.text}", near)
        return found

    def _person(self, field: str, atom: Atom) -> Sequence[str]:
        if not atom.phrase and atom.text.lower() == "me":
            if self.around.me is None:
                raise Impossible("An API key is nobody, so “me” is unknown")
            return [self.around.me]
        said = atom.text.strip().lower()
        run = f" {run_of(atom.text)}"
        found = [
            one.id
            for one in self.around.team
            if said == one.email or (run.strip() and run in f" {run_of(one.name)}")
        ]
        if not found:
            raise Impossible(f"Nobody in {field} is called {atom.text}")
        return found

    def _tag(self, term: Term) -> None:
        values = [atom.text.casefold() for atom in term.values]
        if term.negated:
            self.params.setdefault("tag!", []).extend(values)
            self.names.add("tag!")
        else:
            self._slot("tag", values)

    def _slot(self, name: str, value: Any, **more: Any) -> None:
        """One of few places for conditions that cannot be merged into one."""
        place = self.slots.get(name, 0) + 1
        if place > SLOTS:
            self._spare(f"Only {SLOTS} conditions of one kind are searched")
            return
        self.slots[name] = place
        self.names.add(f"{name}_{place}")
        self.params[f"{name}_{place}"] = value
        self.params |= {f"{name}_{place}_{key}": one for key, one in more.items()}

    def _spare(self, said: str) -> None:
        """Say that a condition is one too many."""
        if self.leaving_out:
            raise Impossible(said)
        self.hints.append(f"{said}.")

    # ── Numbers and days ───────────────────────────────────────────────────────────────────────
    def _number(self, term: Term, field: str) -> None:
        if self._presence(term, field):
            return
        self._range(field, bounds(term), negated=term.negated)

    def _days(self, term: Term, field: str) -> None:
        if self._presence(term, field):
            return
        first, last = self._stretch(term, ahead=field in AHEAD)
        if field in BACK:
            self._range(
                field, (self._midnight(first), self._midnight(last + timedelta(1))), negated=term.negated
            )
        else:
            self._range(field, (first, last), negated=term.negated)

    def _stretch(self, term: Term, *, ahead: bool) -> Days:
        found = [
            None
            if not atom.text
            else days_of(atom.text, self.around.today, ahead=ahead, starts=self.around.week_starts)
            for atom in term.values
        ]
        try:
            if term.compare == "..":
                low, high = found
                if any(atom.text and days is None for atom, days in zip(term.values, found, strict=True)):
                    raise Impossible
                if low is None:
                    assert high is not None, "the grammar gives a range one end at least"
                    return stretch("<=", high)
                return stretch(">=", low) if high is None else stretch("", low, high)
            if len(found) != 1 or found[0] is None:
                raise Impossible
            return stretch(term.compare, found[0])
        except OverflowError:
            raise Impossible from None

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.around.zone)

    def _presence(self, term: Term, field: str) -> bool:
        """Whether the term asks only whether there is a value."""
        word = term.values[0].text.lower()
        if term.compare or len(term.values) > 1 or word not in ("none", "any"):
            return False
        self.names.add(f"{field}_any" if (word == "any") != term.negated else f"{field}_none")
        return True

    def _range(self, field: str, bounds: tuple[Any, Any], *, negated: bool) -> None:
        name = f"{field}!" if negated else field
        low, high = bounds
        if name in self.names:
            if negated:
                self._spare(f"Only one -{field} is searched")
                return
            low, high = max(low, self.params[f"{name}_min"]), min(high, self.params[f"{name}_max"])
        self.names.add(name)
        self.params[f"{name}_min"], self.params[f"{name}_max"] = low, high

    # ── The rest ───────────────────────────────────────────────────────────────────────────────
    def _is(self, term: Term) -> None:
        word = only_word(term)
        if word not in IS:
            raise Impossible(f"Nothing is {word}", difflib.get_close_matches(word, IS, 1))
        if word == "archived" and not term.negated:
            self.archived = True
        if word == "mine":
            if self.around.me is None:
                raise Impossible("An API key is nobody, so nothing is “mine”")
            self.params["me"] = self.around.me
        self.names.add(f"is_{word}{'!' if term.negated else ''}")

    def _has(self, term: Term) -> None:
        word = only_word(term)
        if word not in HAS:
            raise Impossible(f"Nothing has {word}", difflib.get_close_matches(word, HAS, 1))
        self.names.add(f"has_{word}{'!' if term.negated else ''}")

    def _type(self, term: Term) -> None:
        words = {atom.text.lower().removesuffix("s") for atom in term.values}
        if not words <= set(KINDS):
            raise Impossible(f"There is no type {', '.join(sorted(words - set(KINDS)))}")
        self.kinds = self.kinds - words if term.negated else self.kinds & words

    def _id(self, term: Term) -> None:
        texts = [atom.text.lstrip("#") for atom in term.values]
        if not all(text.isascii() and text.isdigit() and len(text) <= 18 for text in texts):
            raise Impossible
        numbers = {int(text) for text in texts}
        if term.negated:
            self.params.setdefault("number!", []).extend(numbers)
            self.names.add("number!")
        else:
            known = self.params.get("number")
            self.params["number"] = sorted(numbers if known is None else numbers & set(known))
            self.names.add("number")

    def _custom(self, term: Term, slug: str, kind: str) -> None:
        key = slug.replace("_", "-")
        word = term.values[0].text.lower()
        if (
            not term.compare
            and len(term.values) == 1
            and word in ("none", "any")
            and not term.values[0].phrase
        ):
            self._fields([[f"% {key}=%"]], negated=(word == "none") != term.negated)
        elif kind in ("number", "date"):
            if term.negated:
                raise Impossible(f"-{slug} cannot be searched")
            low: Any
            high: Any
            if kind == "number":
                low, high = bounds(term)
            else:
                low, high = (day.isoformat() for day in self._stretch(term, ahead=False))
            self._slot(f"custom_{kind}", slug, min=low, max=high)
        else:
            require_plain(term)
            runs = [(words_of(atom.text), atom.phrase) for atom in term.values]
            if not all(words for words, _ in runs):
                raise Impossible
            patterns = [
                f"% {' '.join(f'{key}={one}' for one in words)}{' %' if exact else '%'}"
                for words, exact in runs
            ]
            self._fields([patterns], negated=term.negated)

    def _fields(self, groups: list[list[str]], *, negated: bool) -> None:
        if negated:
            self.banned.setdefault("fields", []).extend(one for group in groups for one in group)
        else:
            self.groups.setdefault("fields", []).extend(groups)

    # ── All together ───────────────────────────────────────────────────────────────────────────
    def wanted(self, hints: Sequence[str]) -> Wanted:
        """What the terms so far ask for."""
        for column, groups in self.groups.items():
            self.names.add(f"in_{column}")
            self.params[f"in_{column}"] = msgspec.json.encode(groups).decode()
        for column, banned in self.banned.items():
            self.names.add(f"out_{column}")
            self.params[f"out_{column}"] = msgspec.json.encode([banned]).decode()
        for field, values in self.chosen.items():
            self.names.add(field)
            self.params[field] = sorted(values)
        for field, values in self.excluded.items():
            self.names.add(f"{field}!")
            self.params[f"{field}!"] = sorted(values)
        if self.names & {"lane", "lane!"}:
            last = week_of(self.around.today, self.around.week_starts)[1]
            self.params |= {"week_end": last, "next_week_end": last + timedelta(days=7)}
        if self.names & {"is_overdue", "is_overdue!"}:
            self.params["today"] = self.around.today
        if not self.archived:
            self.names.add("not_archived")
        return Wanted(
            kinds=tuple(kind for kind in KINDS if kind in self.kinds),
            names=frozenset(PREFIX + name for name in self.names),
            params={PREFIX + name: value for name, value in self.params.items()},
            words=tuple(self.words),
            text=" ".join(self.text),
            hints=(*hints, *self.hints),
            empty=not self.some,
            faulty=self.faulty,
        )


def meaning(parsed: Parsed, around: Surroundings, *, leaving_out: bool = False) -> Wanted:
    """What a query asks for in a workspace, faulty terms as text or left out. Never raises."""
    reading = _Reading(around, leaving_out=leaving_out)
    for at, term in enumerate(parsed.terms):
        reading.add(at, term)
    return reading.wanted(parsed.hints)
