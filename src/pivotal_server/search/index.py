"""Keeps what search looks in true: called at the end of every unit of work with what it changed.

No room says what is to be found; rows follow from the objects as they are after the change, so no code path
can change a record and leave its row behind.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import msgspec
from msgspec import Struct

from pivotal_server.db.engine import Transaction
from pivotal_server.search import repository
from pivotal_server.search.fields import KINDS
from pivotal_server.search.repository import SearchRow, scope_word
from pivotal_server.search.words import run_of, words_of


class Changed(Protocol):
    """A record before and after, as the unit of work knows it."""

    @property
    def object_type(self) -> str:
        """Kind of the record."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def customer_id(self) -> str | None:
        """Its customer."""

    @property
    def before(self) -> Struct | None:
        """The wire object before, ``None`` when it was created."""

    @property
    def after(self) -> Struct | None:
        """The wire object after, ``None`` when it was deleted."""


_FOUND_BY = {
    "customer": ("name", "slug", "domain", "external_id", "custom_fields"),
    "contact": ("name", "email", "title"),
    "onboarding": ("name",),
    "task": ("title",),
}


def _words(*runs: str) -> str:
    return " ".join(run for run in runs if run)


def _custom(value: Any) -> tuple[str, str]:
    """The values of custom fields as ``slug=word``, and the words of the texts among them."""
    values: dict[str, Any] = msgspec.json.decode(value) if isinstance(value, msgspec.Raw) else value
    marked: list[str] = []
    texts: list[str] = []
    for slug, one in values.items():
        if one is None:
            continue
        text = str(one).lower() if isinstance(one, bool) else str(one)
        marked += [f"{slug.replace('_', '-')}={word}" for word in words_of(text)]
        if isinstance(one, str):
            texts.append(run_of(one))
    return " ".join(marked), _words(*texts)


def row_of(org_id: str, kind: str, one: Any) -> SearchRow:
    """The row of a record, from its wire object; of a customer without contacts."""
    scope = scope_word(org_id, kind)
    if kind == "customer":
        name, domain, slug = run_of(one.name), run_of(one.domain), run_of(one.slug)
        fields, texts = _custom(one.custom_fields)
        more = _words(run_of(one.external_id), texts)
        return SearchRow(
            object_id=one.id,
            kind=kind,
            customer_id=one.id,
            name=name,
            domain=domain,
            slug=slug,
            fields=fields,
            more=more,
            # A slug that was made of the name holds no word more.
            words=_words(name, domain, "" if slug == name else slug, more, scope),
        )
    if kind == "contact":
        name, email, title = run_of(one.name), run_of(one.email), run_of(one.title)
        return SearchRow(
            object_id=one.id,
            kind=kind,
            customer_id=one.customer_id,
            name=name,
            email=email,
            contact=name,
            title=title,
            words=_words(name, email, title, scope),
        )
    name = run_of(one.name if kind == "onboarding" else one.title)
    return SearchRow(
        object_id=one.id, kind=kind, customer_id=one.customer_id, name=name, words=_words(name, scope)
    )


def with_contacts(row: SearchRow, contacts: Sequence[tuple[str, str]]) -> SearchRow:
    """A customer's row, found by these contacts (name and address) too."""
    contact, email = _contact_runs(contacts)
    return msgspec.structs.replace(row, contact=contact, email=email, words=_words(row.words, contact, email))


def _contact_runs(contacts: Sequence[tuple[str, str]]) -> tuple[str, str]:
    return _words(*(run_of(name) for name, _ in contacts)), _words(*(run_of(email) for _, email in contacts))


def _differs(change: Changed, names: Sequence[str] = ()) -> bool:
    """Whether a record is found by something else than before, or one of ``names`` has changed."""
    if change.before is None or change.after is None:
        return True
    return any(
        _plain(getattr(change.before, name)) != _plain(getattr(change.after, name))
        for name in names or _FOUND_BY[change.object_type]
    )


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, msgspec.Raw) else value


class _Whole(Struct, frozen=True):
    """What several acts on one record come to."""

    object_type: str
    id: str
    customer_id: str | None
    before: Struct | None
    after: Struct | None


def _merged(acts: Iterable[Iterable[Changed]]) -> Iterable[Changed]:
    found: dict[str, Changed] = {}
    for act in acts:
        for change in act:
            first = found.get(change.id, change)
            found[change.id] = (
                change
                if first is change
                else _Whole(change.object_type, change.id, change.customer_id, first.before, change.after)
            )
    return found.values()


async def follow(
    tx: Transaction, org_id: str, at: int, acts: Iterable[Iterable[Changed]], restored: Sequence[Struct] = ()
) -> None:
    """Let search know what the acts of a unit of work have changed, at a moment in microseconds.

    ``restored`` are wire objects that were deleted before: they are found again.
    """
    if restored:
        await _find_again(tx, org_id, at, restored)
    changes = _merged(acts)
    told = [change for change in changes if change.object_type in KINDS and _differs(change)]
    if not told:
        return
    gone = [change for change in told if change.after is None]
    kept = [change for change in told if change.after is not None]
    for change in gone:
        await _remove(tx, org_id, change)
    rows: list[SearchRow] = []
    for change in kept:
        if change.object_type == "customer":
            row = row_of(org_id, "customer", change.after)
            if change.before is not None:
                row = with_contacts(row, await repository.contacts_of(tx, org_id, change.id))
            rows.append(row)
    await repository.put(tx, org_id, at, rows, fresh=_all_new(kept))
    await _follow_customers(tx, org_id, at, [one for one in told if one.object_type == "contact"], kept)
    others = [
        row_of(org_id, change.object_type, change.after)
        for change in sorted(kept, key=lambda change: KINDS.index(change.object_type))
        if change.object_type != "customer"
    ]
    await repository.put(tx, org_id, at, others, fresh=_all_new(kept))
    for change in kept:
        if change.object_type == "customer" and change.before is not None:
            old, new = (run_of(getattr(one, "name")) for one in (change.before, change.after))  # noqa: B009
            if old != new:
                await repository.rename_home(tx, org_id, at, change.id, new)


async def _find_again(tx: Transaction, org_id: str, at: int, restored: Sequence[Struct]) -> None:
    """Put what was deleted back, customers with their contacts."""
    rows: list[SearchRow] = []
    homes: dict[str, bool] = {}
    for one in restored:
        row = row_of(org_id, str(one.__struct_config__.tag), one)
        if row.kind == "customer":
            row = with_contacts(row, await repository.contacts_of(tx, org_id, row.object_id))
            homes[row.object_id] = False
        elif row.kind == "contact":
            homes.setdefault(row.customer_id, True)
        rows.append(row)
    rows.sort(key=lambda row: KINDS.index(row.kind))
    await repository.put(tx, org_id, at, rows)
    for customer_id in sorted(id for id, afresh in homes.items() if afresh):
        contact, email = _contact_runs(await repository.contacts_of(tx, org_id, customer_id))
        await repository.set_contacts(tx, org_id, at, customer_id, contact, email)


def _all_new(changes: Iterable[Changed]) -> bool:
    return all(change.before is None for change in changes)


async def _remove(tx: Transaction, org_id: str, change: Changed) -> None:
    if change.object_type == "customer":
        await repository.remove_of_customer(tx, org_id, change.id)
        return
    if change.object_type in ("onboarding", "task"):
        await repository.remove_tasks_of(tx, org_id, change.object_type, change.id)
    await repository.remove(tx, org_id, [change.id])


async def _follow_customers(
    tx: Transaction, org_id: str, at: int, contacts: Sequence[Changed], kept: Sequence[Changed]
) -> None:
    """Let customers be found by their contacts as these are now."""
    renewed = {one.id for one in kept if one.object_type == "customer" and one.before is not None}
    afresh: set[str] = set()
    added: list[tuple[str, str, str]] = []
    for change in contacts:
        customer_id = change.customer_id or ""
        if customer_id in renewed:
            continue
        after: Any = change.after
        if change.before is not None and after is not None and not _differs(change, ("name", "email")):
            continue
        if change.before is None and after is not None:
            added.append((customer_id, run_of(after.name), run_of(after.email)))
        else:
            afresh.add(customer_id)
    await repository.append_contacts(tx, org_id, at, [one for one in added if one[0] not in afresh])
    for customer_id in sorted(afresh):
        contact, email = _contact_runs(await repository.contacts_of(tx, org_id, customer_id))
        await repository.set_contacts(tx, org_id, at, customer_id, contact, email)
