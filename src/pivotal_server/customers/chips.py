"""The terms of a filter in words, as the chips above the table of customers show them."""

from msgspec import Struct

from pivotal_server.search.fields import CUSTOM_PREFIX
from pivotal_server.search.grammar import Atom, Term, parse
from pivotal_server.web.formats import STATE_NAMES, STATUS_NAMES

USUAL = "-status:churned,archived"
"""The filter of a list that is asked for without one (APP-LIST-2)."""
[_USUAL_TERM] = parse(USUAL).terms

_TITLES = {
    "monthly_orders": "Monthly orders",
    "mrr": "MRR",
    "csm": "CSM",
    "launch": "Next launch",
    "activity": "Last activity",
    "bucket": "Health",
    "health": "Health score",
    "id": "Number",
}
_IS = {
    "mine": "mine",
    "duplicate": "sharing its domain",
    "test": "test data",
    "open": "in an open onboarding",
    "unassigned": "without an owner",
}
_HAS = {"primary": "a primary contact", "onboarding": "an onboarding", "target": "a target launch"}
_COMPARED = {">": "over", ">=": "at least", "<": "under", "<=": "at most"}
_COMPARED_DAYS = {">": "after", ">=": "from", "<": "before", "<=": "up to"}
_DAYS = frozenset({"launch", "due", "created", "updated", "activity"})
_TEXTS = frozenset({"name", "domain", "slug", "email", "contact", "title"})


class Words(Struct, frozen=True):
    """What a chip says: the field, how it is compared, with what."""

    field: str
    how: str
    value: str

    @property
    def text(self) -> str:
        """All of it in one line."""
        return " ".join(part for part in (self.field, self.how, self.value) if part)


def words_of(term: Term) -> Words:
    """What a term asks for."""
    negated = term.negated
    if term == _USUAL_TERM:
        return Words("", "", "Not churned, not archived")
    if term.field is None:
        return Words("Text", "has not" if negated else "has", term.values[0].text)
    first = term.values[0].text.lower().replace("-", "_")
    if term.field == "is":
        return Words("", "Is not" if negated else "Is", _IS.get(first, first.replace("_", " ")))
    if term.field == "has":
        return Words("", "Has not" if negated else "Has", _HAS.get(first, first.replace("_", " ")))
    plain = term.field.removeprefix(CUSTOM_PREFIX)
    title = _TITLES.get(term.field, plain.replace("_", " ").capitalize())
    return Words(title, *_compared(term, negated=negated))


def _compared(term: Term, *, negated: bool) -> tuple[str, str]:
    values = [_value(term.field or "", atom) for atom in term.values]
    no = "not " if negated else ""
    by_days = term.field in _DAYS
    if term.compare == "..":
        low, high = values
        if low and high:
            return f"{no}between", f"{low} and {high}"
        return (f"{no}{'from' if by_days else 'at least'}", low) if low else (f"{no}up to", high)
    if term.compare:
        return f"{no}{(_COMPARED_DAYS if by_days else _COMPARED)[term.compare]}", values[0]
    [first, *more] = term.values
    if not more and not first.phrase and first.text.lower() in ("none", "any"):
        return ("is empty", "") if (first.text.lower() == "none") != negated else ("is set", "")
    if more:
        return ("is none of" if negated else "is any of"), ", ".join(values)
    if term.field in _TEXTS:
        return ("has not" if negated else "has"), values[0]
    return ("is not" if negated else "is"), values[0]


def _value(field: str, atom: Atom) -> str:
    names = {"status": STATUS_NAMES, "state": STATE_NAMES}.get(field, {})
    return names.get(atom.text.lower().replace("-", "_"), atom.text)
