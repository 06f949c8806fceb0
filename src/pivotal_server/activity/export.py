"""Entries as CSV (APP-ACT-5, APP-EXP-2)."""

import csv
import io
import json
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Sequence
from contextlib import aclosing
from typing import Any

import msgspec
from starlette.responses import Response, StreamingResponse

from pivotal_server.activity.service import ActivityRow
from pivotal_server.kit.cells import guarded
from pivotal_server.kit.clock import wire

COLUMNS = (
    *("timestamp", "actor", "actor_type", "event_type", "field", "old_value", "new_value"),
    *("onboarding_id", "customer_id", "target_type", "target_id", "reason", "origin", "request_id"),
)


def csv_answer(entries: AsyncGenerator[list[ActivityRow], None], name: str) -> Response:
    """Entries as a file of RFC 4180 with a mark of UTF-8: a line for each changed field, or for the entry.

    A cell that a spreadsheet would take for a formula gets an apostrophe in front.
    """
    return StreamingResponse(
        _written(entries),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


async def _written(entries: AsyncGenerator[list[ActivityRow], None]) -> AsyncIterator[str]:
    yield head()
    async with aclosing(entries) as parts:
        async for rows in parts:
            yield lines(rows)


def head() -> str:
    """What stands above the lines: the mark of UTF-8 and the names of the columns."""
    return f"\ufeff{','.join(COLUMNS)}\r\n"


def lines(rows: Iterable[ActivityRow]) -> str:
    """The lines of entries alone."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    for row in rows:
        for field, old, new in _changes(row):
            writer.writerow([_cell(value) for value in _line(row, field, old, new)])
    return out.getvalue()


def _changes(row: ActivityRow) -> Sequence[tuple[str, Any, Any]]:
    raw = row.personal_diff if row.diff is None else row.diff
    if raw is None:
        return [("", None, None)]
    changes = msgspec.json.decode(raw, type=list[dict[str, Any]])
    return [(change["field"], change["old"], change["new"]) for change in changes] or [("", None, None)]


def _line(row: ActivityRow, field: str, old: Any, new: Any) -> list[Any]:
    names = {"member": row.member_name or "Somebody", "contact": row.author_name or "Removed contact"}
    return [
        wire(row.created_at),
        names.get(row.actor_type) or row.actor or "Pivotal",
        row.actor_type,
        row.event,
        field,
        old,
        new,
        row.onboarding_id,
        row.customer_id,
        row.target_type,
        row.target_id,
        row.reason,
        row.origin,
        row.request_id,
    ]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return guarded(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
