"""View models of the pages that import a file."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from pivotal_server.custom_fields.service import FieldRow
from pivotal_server.jobs.service import JobFileRow, JobRow
from pivotal_server.jobs.views import fault_words, status_words
from pivotal_server.transfer.checking import Findings, Found
from pivotal_server.transfer.columns import CUSTOM, FIELDS
from pivotal_server.transfer.format import DELIMITER_NAMES
from pivotal_server.web.formats import count
from pivotal_server.web.view import Form

PATH = "/customers/import"
STEPS = ("Upload", "Match columns", "Check", "Run")
NEW = "new:"
"""Before the type of a custom field that a column is to become."""
NEW_FIELDS = (
    (f"{NEW}string", "New field: text"),
    (f"{NEW}number", "New field: number"),
    (f"{NEW}date", "New field: date"),
    (f"{NEW}boolean", "New field: yes or no"),
)
MATCHES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "customer": (
        ("", "Nothing: every row is a new customer"),
        ("display_id", "Number (#)"),
        ("external_id", "External id"),
        ("slug", "Slug"),
        ("domain", "Domain"),
    ),
    "contact": (
        ("", "Nothing: every row is a new contact"),
        ("email", "E-mail within the customer"),
        ("external_id", "External id"),
        ("display_id", "Number (#)"),
    ),
}
ENCODINGS = (("utf-8", "UTF-8"), ("utf-16", "UTF-16"), ("windows-1252", "Windows-1252"))
DELIMITERS = tuple((name, name.capitalize()) for name in DELIMITER_NAMES)
_LABELS = {"display_id": "Number (#)", "mrr": "MRR", "id": "API id", "email": "E-mail"}
_HIDDEN = frozenset({"custom_fields", "metadata", "livemode"})
_ORDER = ("created", "updated", "changed", "unchanged", "skipped", "failed")


def label_of(field: str) -> str:
    """What people call a property."""
    return _LABELS.get(field) or field.replace("_", " ").capitalize().replace(" id", " id")


def choices_of(resource: str, fields: Sequence[FieldRow]) -> tuple[tuple[str, str], ...]:
    """What a column can be: pairs of property and label."""
    found = [("", "Ignore"), *((one, label_of(one)) for one in FIELDS[resource] if one not in _HIDDEN)]
    if resource == "customer":
        found += [(f"{CUSTOM}{one.slug}", one.label) for one in fields if one.archived_at is None]
        found += NEW_FIELDS
    return tuple(found)


class Step(msgspec.Struct, frozen=True):
    """One step of the way; ``state`` is done, current or todo."""

    name: str
    state: str


def steps_at(at: int) -> tuple[Step, ...]:
    """The way, with the current step."""
    return tuple(
        Step(name, "done" if n < at else "current" if n == at else "todo") for n, name in enumerate(STEPS)
    )


class UploadPage(msgspec.Struct, frozen=True):
    """Context ``page`` of ``transfer/upload.html``."""

    form: Form
    steps: tuple[Step, ...] = steps_at(0)


class Column(msgspec.Struct, frozen=True):
    """A column of the file: ``field`` is the name of its form field."""

    field: str
    name: str
    examples: tuple[str, ...]


class MatchPage(msgspec.Struct, frozen=True):
    """Context ``page`` of ``transfer/match.html``."""

    form: Form
    file_name: str
    resource: str
    rows: str
    columns: tuple[Column, ...]
    choices: tuple[tuple[str, str], ...]
    matches: tuple[tuple[str, str], ...]
    check: str
    encodings: tuple[tuple[str, str], ...] = ENCODINGS
    delimiters: tuple[tuple[str, str], ...] = DELIMITERS
    steps: tuple[Step, ...] = steps_at(1)


class Group(msgspec.Struct, frozen=True):
    """One outcome: its name, how many rows, and the first of them."""

    name: str
    count: int
    rows: tuple[Found, ...]


class Progress(msgspec.Struct, frozen=True):
    """How far a job is. ``rate``: rows a second; ``left`` says when it ends; ``tone`` colours the badge."""

    status: str
    label: str
    tone: str
    total: int
    processed: int
    rate: int
    left: str
    fault: str
    groups: tuple[Group, ...]

    @property
    def running(self) -> bool:
        """Whether it goes on."""
        return self.status in ("queued", "running")


class CheckPage(msgspec.Struct, frozen=True):
    """Context ``page`` of ``transfer/check.html``."""

    form: Form
    file_name: str
    resource: str
    progress: Progress
    back_url: str
    live_url: str
    again: datetime | None
    steps: tuple[Step, ...] = steps_at(2)

    @property
    def ready(self) -> int:
        """How many rows the import would write."""
        return sum(group.count for group in self.progress.groups if group.name in ("created", "updated"))


class RunPage(msgspec.Struct, frozen=True):
    """Context ``page`` of ``transfer/run.html``. ``files``: pairs of name and address."""

    file_name: str
    resource: str
    progress: Progress
    url: str
    live_url: str
    waits: bool
    can_cancel: bool
    files: tuple[tuple[str, str], ...]
    steps: tuple[Step, ...] = steps_at(3)


def progress_of(row: JobRow, now: datetime, findings: Findings | None = None) -> Progress:
    """A job as people follow it."""
    counts = row.counts or {}
    total, done = counts.get("total", 0), counts.get("processed", 0)
    label, tone = status_words(row)
    rate, left = 0, ""
    if row.started_at is not None and done:
        seconds = max(((row.finished_at or now) - row.started_at).total_seconds(), 0.001)
        rate = round(done / seconds)
        if row.status == "running" and rate:
            left = _left((total - done) / rate)
    rows = {} if findings is None else findings.rows
    return Progress(
        status=row.status,
        label=label,
        tone=tone,
        total=total,
        processed=done,
        rate=rate,
        left=left,
        fault=fault_words(row),
        groups=tuple(
            Group(name, counts[name], tuple(rows.get(name, ()))) for name in _ORDER if counts.get(name)
        ),
    )


def _left(seconds: float) -> str:
    if seconds < 60:
        return f"about {count(max(round(seconds), 1), 'second')} left"
    return f"about {count(round(seconds / 60), 'minute')} left"


def links_of(url: str, made: Sequence[JobFileRow]) -> tuple[tuple[str, str], ...]:
    """The files that a job has made."""
    return tuple((one.name, f"{url}/files/{one.id}") for one in made if one.role != "source")
