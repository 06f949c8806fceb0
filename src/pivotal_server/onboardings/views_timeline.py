"""View models of the timeline of one onboarding, and where its bars stand (ONB-GANTT-1, -4)."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import msgspec

from pivotal_server.onboardings.views_record import Choice, Record

ROW = 32
HEAD = 32
ZOOMS: dict[str, int] = {"week": 24, "month": 8, "quarter": 3}
"""Units of the picture for one day; 16 of them are one rem."""
_MARGIN = timedelta(days=4)


class Stretch(msgspec.Struct, frozen=True):
    """Something that takes time: a phase, or a task.

    ``planned``: it has not begun. ``tone``: ``done``, ``late`` or empty. ``after``: what it waits for.
    ``due``: the day of a task, where the reader may set another one; ``number``: that of the task.
    """

    key: str
    name: str
    start: date
    end: date
    planned: bool = False
    phase: bool = False
    tone: str = ""
    url: str = ""
    after: tuple[str, ...] = ()
    number: int = 0
    due: date | None = None


class Bar(msgspec.Struct, frozen=True):
    """A stretch as it is drawn, in units of the picture."""

    stretch: Stretch
    x: int
    y: int
    width: int
    height: int


class Line(msgspec.Struct, frozen=True):
    """An upright line with a word: today, the target, or the beginning of a month."""

    x: int
    label: str
    kind: str


class Picture(msgspec.Struct, frozen=True):
    """The whole timeline. ``arrows``: the way from a task to one that waits for it, as points."""

    width: int
    height: int
    bars: tuple[Bar, ...]
    lines: tuple[Line, ...]
    arrows: tuple[str, ...]

    @property
    def width_rem(self) -> float:
        """Width on the page, in rem."""
        return self.width / 16

    @property
    def height_rem(self) -> float:
        """Height on the page, in rem."""
        return self.height / 16


class TimelinePage(msgspec.Struct, frozen=True):
    """Context ``page`` of ``onboardings/timeline.html``.

    ``unit``: units of the picture for one day. ``undated``: tasks without a day, with address.
    """

    record: Record
    stretches: tuple[Stretch, ...]
    picture: Picture
    zooms: tuple[Choice, ...]
    as_table: bool
    table_url: str
    undated: tuple[tuple[str, str], ...]
    unit: int

    @property
    def names(self) -> Mapping[str, str]:
        """Those of the stretches, by key."""
        return {one.key: one.name for one in self.stretches}


def picture(stretches: Sequence[Stretch], today: date, target: date | None, unit: int) -> Picture:
    """Lay the stretches out, one a row, over all the days that matter."""
    days = [day for one in stretches for day in (one.start, one.end)] + [today]
    first = min(days + ([target] if target else [])) - _MARGIN
    last = max(days + ([target] if target else [])) + _MARGIN

    def at(day: date) -> int:
        return (day - first).days * unit

    bars = []
    for row, one in enumerate(stretches):
        height = 12 if one.phase else 8
        width = max(((one.end - one.start).days + 1) * unit, 4)
        bars.append(Bar(one, at(one.start), HEAD + row * ROW + (ROW - height) // 2, width, height))
    lines = [*months(first, last, unit), Line(at(today), "Today", "today")]
    if target is not None:
        lines.append(Line(at(target), "Target", "target"))
    return Picture(
        width=((last - first).days + 1) * unit,
        height=HEAD + max(1, len(stretches)) * ROW,
        bars=tuple(bars),
        lines=tuple(lines),
        arrows=tuple(_arrows(bars)),
    )


def months(first: date, last: date, unit: int) -> list[Line]:
    """A line for the beginning of each month between two days."""
    found = []
    day = first.replace(day=1)
    while day <= last:
        if day >= first:
            found.append(
                Line((day - first).days * unit, f"{day:%b %Y}" if day.month == 1 else f"{day:%b}", "month")
            )
        day = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    return found


def _arrows(bars: Sequence[Bar]) -> list[str]:
    known = {bar.stretch.key: bar for bar in bars}
    found = []
    for bar in bars:
        for key in bar.stretch.after:
            before = known.get(key)
            if before is not None:
                x, y = before.x + before.width, before.y + before.height // 2
                end = bar.y + bar.height // 2
                found.append(f"{x},{y} {x + 4},{y} {x + 4},{end} {max(bar.x, x + 5)},{end}")
    return found
