"""Records as the lines of a CSV: UTF-8 with a mark, RFC 4180, no cell that a spreadsheet could run."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec

from pivotal_server.activity.export import COLUMNS
from pivotal_server.activity.schemas import ActivityChange, ActivityEntry
from pivotal_server.kit.cells import guarded
from pivotal_server.transfer.columns import CUSTOM

MARK = "\ufeff"

Cells = Sequence[str]
_CHANGES = msgspec.json.Decoder(list[ActivityChange])


def cell(value: Any) -> str:
    """One value as the text of a cell. Lists of texts are joined by ``;``, objects are JSON."""
    if isinstance(value, msgspec.Raw):
        value = msgspec.json.decode(value)
    if value is None:
        return ""
    if isinstance(value, str):
        return guarded(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and all(isinstance(one, str) and ";" not in one for one in value):
        return guarded(";".join(value))
    return msgspec.json.encode(value).decode()


class Records:
    """Lines of wire objects: a column for each of their properties, and one for each custom field."""

    def __init__(self, struct: type[msgspec.Struct], custom: Sequence[str] = ()) -> None:
        self._fields = struct.__struct_fields__
        self._custom = list(custom)
        self.header: list[str] = []
        for name in self._fields:
            self.header += [f"{CUSTOM}{slug}" for slug in custom] if name == "custom_fields" else [name]

    def cells_of(self, record: msgspec.Struct) -> Iterable[Cells]:
        """The one line of a record."""
        cells: list[str] = []
        for name in self._fields:
            value = getattr(record, name)
            if name == "custom_fields":
                values = msgspec.json.decode(value) if isinstance(value, msgspec.Raw) else value
                cells += [cell(values.get(slug)) for slug in self._custom]
            else:
                cells.append(cell(value))
        return (cells,)


class Entries:
    """Lines of activity entries: one for each field that changed, one for an entry without any."""

    header: Sequence[str] = COLUMNS

    def cells_of(self, entry: msgspec.Struct) -> Iterable[Cells]:
        """The lines of an entry."""
        assert isinstance(entry, ActivityEntry)
        diff: Any = entry.diff
        changes = _CHANGES.decode(diff) or [ActivityChange(field="", old=None, new=None)]
        target = entry.target
        start = [entry.created_at, guarded(entry.actor), entry.actor_type, entry.event]
        end = [target.customer_id, target.type, target.id, entry.reason, entry.origin, entry.request_id]
        for change in changes:
            middle = [change.field, change.old, change.new, target.onboarding_id]
            yield [*start, *map(cell, middle), *map(cell, end)]


def lines(records: Iterable[msgspec.Struct], cells_of: Callable[[Any], Iterable[Cells]]) -> bytes:
    """The lines of several records."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for record in records:
        writer.writerows(cells_of(record))
    return out.getvalue().encode()


def first_line(header: Sequence[str]) -> bytes:
    """The header, behind the mark of UTF-8."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(header)
    return (MARK + out.getvalue()).encode()
