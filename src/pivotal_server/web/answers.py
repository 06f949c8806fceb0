"""What the forms of an onboarding have in common: reasons, notes, days, answers on dates."""

from datetime import date

from pivotal_server.kit.codes import INVALID_STRING, TOO_BIG
from pivotal_server.kit.errors import ApiError
from pivotal_server.tasks.offers import Answer
from pivotal_server.web.faults import STATUS_OF_CODE
from pivotal_server.web.session import Visit

LONGEST_NOTE = 500
_YEAR = 365


def status_of(fault: ApiError) -> int:
    """The status that the app answers a refusal with (APP-UI-16)."""
    return STATUS_OF_CODE.get(fault.code.status, fault.code.status)


def said_in(visit: Visit, name: str, longest: int = LONGEST_NOTE) -> str | None:
    """What stands in a field, or ``None`` for nothing. Raises ``too_big``."""
    text = visit.fields.text(name).strip()
    if len(text) > longest:
        raise TOO_BIG(field=name, message=f"Use at most {longest} characters")
    return text or None


def reason_in(visit: Visit) -> str | None:
    """The reason of a form: own words before a ready one. Raises ``too_big``."""
    return said_in(visit, "reason") or said_in(visit, "ready")


def day_in(visit: Visit, name: str) -> date | None:
    """The calendar day in a field, or ``None`` for nothing. Raises ``invalid_string``."""
    text = visit.fields.text(name).strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise INVALID_STRING(field=name, message="Enter a date") from None


def days_in(visit: Visit, name: str) -> int:
    """The number of days in a field, back or forth by a year at most. Raises ``invalid_string``."""
    text = visit.fields.text(name).strip()
    number = int(text) if text.isascii() and text.removeprefix("-").isdecimal() and len(text) < 5 else 0
    if not number or abs(number) > _YEAR:
        raise INVALID_STRING(field=name, message=f"Enter a number of days from -{_YEAR} to {_YEAR}")
    return number


def answer_in(visit: Visit) -> Answer | None:
    """Which due dates are to follow; ``None`` where nobody was asked."""
    offered = tuple(visit.fields.all("offered"))
    return Answer(offered, tuple(visit.fields.all("follow"))) if offered else None
