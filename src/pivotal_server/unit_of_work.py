"""The one write path: what a request changes, and everything that must commit together with it.

A service gets a :class:`UnitOfWork`, changes rows through its transaction, and says what changed
(:meth:`~UnitOfWork.changed`) and what to tell (:meth:`~UnitOfWork.record`). The edge (REST, page, command)
opens it with :func:`unit_of_work`; at its end the activity entries and events are written, then all of
it commits once.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Literal

from msgspec import Struct

from pivotal_server.activity.entries import Change as FieldChange
from pivotal_server.activity.entries import Entry, write_entries
from pivotal_server.auth.actor import Actor
from pivotal_server.db.allocation import allocate, give_back, hold
from pivotal_server.db.engine import Database, Transaction
from pivotal_server.events.outbox import ObjectChange, write_events
from pivotal_server.kit import clock
from pivotal_server.notifications.telling import Due, Tell, due_of, write_due
from pivotal_server.search import index as search

LIVE_CHANNEL = "live"
"""Channel on which open pages hear that a customer changed; the payload is ``<org_id> <customer_id>``."""


_MICROSECOND = timedelta(microseconds=1)
_Marks = tuple[tuple[int, int, int, int, int], dict[str, tuple[int, datetime, int]]]


class _Reserve:
    """Numbers taken in advance: the next one with its moment, and how many are left."""

    __slots__ = ("left", "moment", "number")

    def __init__(self, number: int, moment: datetime, left: int) -> None:
        self.number = number
        self.moment = moment
        self.left = left


class UnitOfWork:
    """One transaction of one actor in one workspace. ``now`` is the same moment for all of it."""

    __slots__ = (
        "_changes",
        "_entries",
        "_finished",
        "_last",
        "_live",
        "_reserves",
        "_restored",
        "_tells",
        "actor",
        "bulk_at",
        "bulk_id",
        "fires",
        "muted",
        "now",
        "org_id",
        "request_id",
        "tx",
    )

    def __init__(self, tx: Transaction, actor: Actor, request_id: str | None) -> None:
        self.tx = tx
        self.actor = actor
        self.org_id = actor.org_id
        self.request_id = request_id
        self.bulk_id: str | None = None
        self.bulk_at: datetime | None = None
        """The moment that all transactions of one act on many records share, for what they complete."""
        self.fires = True
        """Whether changes write events at all; the history of invented records has none."""
        self.muted = False
        """Whether the events of this work are recorded, but delivered to no endpoint."""
        self.now = clock.now()
        self._changes: dict[tuple[str, str], ObjectChange] = {}
        self._entries: list[Entry] = []
        # In the order of their coming, so that a step can be undone by its length.
        self._live: dict[str, None] = {}
        self._last: list[Callable[[], Awaitable[None]]] = []
        self._finished: list[list[ObjectChange]] = []
        self._reserves: dict[str, _Reserve] = {}
        self._restored: list[tuple[Struct, bool]] = []
        self._tells: list[Tell] = []

    async def allocate(self, object_type: str, count: int = 1) -> tuple[int, datetime]:
        """The next ``display_id`` and ``created_at`` of an object type.

        Of several, the others follow in steps of one and of one microsecond.
        """
        reserve = self._reserves.get(object_type)
        if reserve is None or reserve.left < count:
            return await self._allocate(object_type, count)
        number, moment = reserve.number, reserve.moment
        reserve.number += count
        reserve.moment += count * _MICROSECOND
        reserve.left -= count
        return number, moment

    async def _allocate(self, object_type: str, count: int) -> tuple[int, datetime]:
        await self._give_back(object_type)
        return await allocate(self.tx, self.org_id, object_type, self.now, count)

    async def reserve(self, object_type: str, count: int) -> None:
        """Take the next ``count`` numbers at once, for that many calls of :meth:`allocate`.

        Those that are not used in the end are taken by whoever comes next, so that there is no gap.
        """
        number, moment = await self._allocate(object_type, count)
        self._reserves[object_type] = _Reserve(number, moment, count)

    async def _give_back(self, object_type: str) -> None:
        reserve = self._reserves.pop(object_type, None)
        if reserve is not None and reserve.left:
            last_at = reserve.moment - _MICROSECOND
            await give_back(self.tx, self.org_id, object_type, reserve.left, last_at)

    async def hold(self, object_type: str) -> None:
        """Let nobody else create an object of this type until the end, so that what is missing stays so."""
        await hold(self.tx, self.org_id, object_type)

    def step(self) -> AbstractAsyncContextManager[None]:
        """A part of the work that can fail alone: an exception that leaves the block undoes only the block.

        Entries and events of a step are its own: an object that two steps change has the events of both.
        """
        return _Step(self.tx.savepoint(), self._begin_step, self._finish_act, self._back_to)

    def _begin_step(self) -> _Marks:
        """Finish what was before; how far everything is that the step may have to undo."""
        self._finish_act()
        lengths = (
            len(self._entries),
            len(self._last),
            len(self._live),
            len(self._restored),
            len(self._tells),
        )
        return lengths, {name: (one.number, one.moment, one.left) for name, one in self._reserves.items()}

    def _back_to(self, marks: _Marks) -> None:
        (entries, last, live, restored, tells), reserves = marks
        del self._entries[entries:], self._last[last:], self._restored[restored:], self._tells[tells:]
        while len(self._live) > live:
            self._live.popitem()
        self._changes = {}
        self._reserves = {name: _Reserve(*values) for name, values in reserves.items()}

    def _finish_act(self) -> None:
        if self._changes:
            self._finished.append(list(self._changes.values()))
            self._changes = {}

    def touched(self, before: datetime) -> datetime:
        """The ``updated_at`` of a row last changed at ``before``: now, and always later than that."""
        return max(self.now, before + timedelta(microseconds=1))

    def changed(
        self,
        object_type: str,
        *,
        id: str,
        display_id: int,
        customer_id: str | None,
        livemode: bool,
        before: Struct | None,
        after: Struct | None,
        before_extra: Mapping[str, Any] | None = None,
        after_extra: Mapping[str, Any] | None = None,
        type_extra: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        """Say that an object changed from the wire object ``before`` to ``after``.

        ``None`` before means created, ``None`` after means deleted (``before`` then is its last state).
        The ``extra`` mappings hold the keys that events carry beyond the REST object; ``type_extra``
        those of one event type. Several changes of one object within the transaction count as one.
        """
        key = (object_type, id)
        known = self._changes.get(key)
        if known is None:
            self._changes[key] = ObjectChange(
                object_type=object_type,
                id=id,
                display_id=display_id,
                customer_id=customer_id,
                livemode=livemode and self.actor.livemode,
                before=before,
                after=after,
                before_extra=dict(before_extra or {}),
                after_extra=dict(after_extra or {}),
                type_extra=dict(type_extra or {}),
            )
        else:
            known.after = after
            known.after_extra = dict(after_extra or {})
            known.type_extra.update(type_extra or {})

    def shown(self, object_type: str, id: str) -> Any:
        """The wire object to which this step has changed a record."""
        return self._changes[object_type, id].after

    def record(
        self,
        event: str,
        *,
        target: tuple[str, str, int | None],
        customer_id: str | None = None,
        onboarding_id: str | None = None,
        task_id: str | None = None,
        contact_id: str | None = None,
        diff: Sequence[FieldChange] = (),
        reason: str | None = None,
        livemode: bool = True,
    ) -> None:
        """Write one entry to the activity stream: what happened to which target (type, id, display_id).

        The diff of an entry about a contact is personal: it is kept where erasing the contact empties it.
        """
        self._entries.append(
            Entry(
                event=event,
                target_type=target[0],
                target_id=target[1],
                target_display_id=target[2],
                customer_id=customer_id,
                onboarding_id=onboarding_id,
                task_id=task_id,
                contact_id=contact_id,
                diff=list(diff),
                reason=reason,
                livemode=livemode and self.actor.livemode,
            )
        )
        if customer_id is not None:
            self._live[customer_id] = None

    def restored(self, wire: Struct, *, along: bool = False) -> None:
        """Say that a deleted object, now ``wire``, is there again: its change alone does not tell that.

        It fires that it was updated; what comes back ``along`` with it fires nothing.
        """
        self._restored.append((wire, along))

    def tell(self, kind: str, *, title: str, onboarding_id: str, **to: Any) -> None:
        """Say what happened and to whom it matters; ``to`` is what :class:`Tell` takes beyond.

        Imports tell of themselves once, at their end, and invented history tells nobody.
        """
        if self.fires and self.actor.origin != "import":
            self._tells.append(Tell(kind=kind, title=title, onboarding_id=onboarding_id, **to))

    async def take_due(self) -> list[Due]:
        """The notices that this work gives so far, for an act that goes on over several and tells at its end.

        What is held back is named in the stream.
        """
        tells, self._tells = self._tells, []
        found, held = await due_of(self.tx, self.actor, tells)
        for one in held:
            self.record(
                "notification.skipped",
                target=("member", one.member_id, None),
                customer_id=one.place.customer_id,
                onboarding_id=one.place.id,
                diff=[FieldChange("notice", None, one.title)],
                reason=one.reason,
                livemode=one.place.livemode,
            )
        return found

    def at_end(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do ``work`` after entries and events are written, within the transaction, in the order asked for.

        For what takes the counter of events, which is the last lock of every transaction.
        """
        self._last.append(work)

    @property
    def noted(self) -> int:
        """How many activity entries have been recorded so far."""
        return len(self._entries)

    async def flush(self) -> None:
        """Write entries, events and search rows; the edge calls it last before the commit."""
        if self._tells:
            await write_due(self.tx, self.org_id, self.now, await self.take_due())
        if self._entries:
            entries, self._entries = self._entries, []
            await write_entries(self.tx, self.actor, self.now, self.request_id, self.bulk_id, entries)
        self._finish_act()
        if self._finished:
            finished, self._finished = self._finished, []
            # Before the events, whose counter is the last lock of every transaction.
            restored, self._restored = self._restored, []
            ways: dict[str, Literal["asked", "along"]] = {
                getattr(wire, "id"): "along" if along else "asked"  # noqa: B009 - every wire object has one
                for wire, along in restored
            }
            for change in (change for act in finished for change in act if change.id in ways):
                change.restored = ways[change.id]
            found_again = [wire for wire, _ in restored]
            await search.follow(self.tx, self.org_id, clock.to_micros(self.now), finished, found_again)
            if self.fires:
                acts = finished
                await write_events(self.tx, self.actor, self.now, self.request_id, acts, muted=self.muted)
        last, self._last = self._last, []
        for work in last:
            await work()
        for object_type in list(self._reserves):
            await self._give_back(object_type)
        for customer_id in sorted(self._live):
            self.tx.notify(LIVE_CHANNEL, f"{self.org_id} {customer_id}")
        self._live.clear()


class _Step:
    """What ``step()`` gives: imports enter hundreds a second, where a generator costs more than its SQL."""

    __slots__ = ("_begin", "_done", "_marks", "_savepoint", "_undo")

    def __init__(
        self,
        savepoint: AbstractAsyncContextManager[None],
        begin: Callable[[], _Marks],
        done: Callable[[], None],
        undo: Callable[[_Marks], None],
    ) -> None:
        self._savepoint = savepoint
        self._begin, self._done, self._undo = begin, done, undo

    async def __aenter__(self) -> None:
        self._marks = self._begin()
        await self._savepoint.__aenter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await self._savepoint.__aexit__(kind, error, trace)
        except BaseException:
            self._undo(self._marks)
            raise
        if error is None:
            self._done()
        else:
            self._undo(self._marks)


@asynccontextmanager
async def unit_of_work(
    db: Database, actor: Actor, request_id: str | None = None
) -> AsyncIterator[UnitOfWork]:
    """A unit of work that commits at the end of the block, or leaves no trace when the block raises."""
    async with db.transaction() as tx:
        uow = UnitOfWork(tx, actor, request_id)
        yield uow
        await uow.flush()
