"""Searching: what a query means in a workspace, and the records that it finds, the best first."""

import difflib
from collections.abc import Sequence
from datetime import UTC, date
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from pivotal_server.custom_fields import service as custom_fields
from pivotal_server.db.engine import Executor
from pivotal_server.db.search_conditions import PREFIX, SEEN, Kind
from pivotal_server.db.searched import EVERYTHING, Asked
from pivotal_server.kit import clock
from pivotal_server.members import service as members
from pivotal_server.phases import service as phases
from pivotal_server.search import repository_find as repository
from pivotal_server.search import repository_lists as lists
from pivotal_server.search import repository_sight as sight
from pivotal_server.search.fields import AHEAD, BACK, BUILT_IN, KINDS, PEOPLE, Phase, Teammate
from pivotal_server.search.grammar import Parsed, parse
from pivotal_server.search.meaning import Surroundings, Wanted, meaning
from pivotal_server.search.repository_find import After, Found
from pivotal_server.search.words import run_of
from pivotal_server.workspaces import service as workspaces
from pivotal_server.workspaces.settings import week_starts

__all__ = [
    "After",
    "Found",
    "Hit",
    "Kind",
    "Place",
    "Seeker",
    "Wanted",
    "asked_of",
    "customer_filters",
    "search",
    "search_groups",
    "similar",
    "understand",
]

_ON_THE_CLOCK = frozenset({*AHEAD, *BACK, "lane", "is"})
_NO_LAST = 2**62
_TWINS = f"{PREFIX}is_duplicate"
SIMILAR = 3


class Seeker(Struct, frozen=True, kw_only=True):
    """Who searches. ``me``: the member, if it is one; ``visible_to``: the member whose customers alone may be
    found, ``None`` for all. ``zone`` is that of the workspace when the caller knows it, ``week_starts``
    then the ISO number of the day that its weeks begin with.
    """

    org_id: str
    me: str | None = None
    visible_to: str | None = None
    zone: ZoneInfo | None = None
    week_starts: int = 1


class Hit(Struct, frozen=True):
    """A record that was found."""

    kind: Kind
    record: Found


class Place(Struct, frozen=True, array_like=True):
    """The place of a hit in the order of an answer."""

    tier: int
    micros: int
    kind: int
    number: int

    @classmethod
    def of(cls, hit: Hit) -> "Place":
        """The place of this hit."""
        record = hit.record
        return cls(record.tier, clock.to_micros(record.updated_at), KINDS.index(hit.kind), record.display_id)

    def behind(self, kind: Kind) -> After:
        """Where the rows of a kind go on behind this place."""
        at = KINDS.index(kind)
        number = self.number if at == self.kind else 0 if at < self.kind else _NO_LAST
        return After(self.tier, clock.from_micros(self.micros), number)

    @property
    def order(self) -> tuple[int, int, int, int]:
        """What hits are sorted by: how well they fit, then the last change, then kind and number."""
        return self.tier, -self.micros, self.kind, -self.number


async def _surroundings(db: Executor, seeker: Seeker, parsed: Parsed) -> Surroundings:
    """What the query is read against; what no term speaks of is not looked up."""
    fields = {term.field for term in parsed.terms if term.field is not None}
    zone, starts = seeker.zone, seeker.week_starts
    if zone is None and (fields & _ON_THE_CLOCK or not fields <= set(BUILT_IN)):
        workspace = await workspaces.get_workspace(db, seeker.org_id)
        zone, starts = ZoneInfo(workspace.time_zone), week_starts(workspace.settings)
    team = await members.all_members(db, seeker.org_id) if fields & set(PEOPLE) else []
    plan = await phases.all_phases(db, seeker.org_id) if "phase" in fields else []
    custom = await custom_fields.all_fields(db, seeker.org_id) if not fields <= set(BUILT_IN) else []
    return Surroundings(
        me=seeker.me,
        today=_today(zone),
        zone=zone or ZoneInfo("UTC"),
        week_starts=starts,
        team=[Teammate(one.id, one.name, one.email) for one in team],
        phases=[Phase(one.key, one.name) for one in plan],
        custom={one.slug: one.type for one in custom if one.archived_at is None},
    )


def _today(zone: ZoneInfo | None) -> date:
    return clock.now().astimezone(zone or UTC).date()


async def understand(db: Executor, seeker: Seeker, text: str, *, leaving_out: bool = False) -> Wanted:
    """What a query asks for. Nothing that is typed is an error; ``leaving_out``: see ``meaning``."""
    parsed = parse(text)
    wanted = meaning(parsed, await _surroundings(db, seeker, parsed), leaving_out=leaving_out)
    return (
        wanted
        if seeker.visible_to is None
        else replace(wanted, names=frozenset(map(_seen_twins, wanted.names)))
    )


def _seen_twins(name: str) -> str:
    """The name of a condition for somebody who must not learn of customers that they do not see."""
    return name.replace(_TWINS, f"{_TWINS}{SEEN}", 1) if name.removesuffix("!") == _TWINS else name


async def search(
    db: Executor,
    seeker: Seeker,
    wanted: Wanted,
    *,
    limit: int,
    kinds: Sequence[Kind] = KINDS,
    after: Place | None = None,
) -> list[Hit]:
    """The best ``limit`` records, behind the place ``after``; one statement for each kind, and one for who
    does not see all customers.
    """
    if wanted.empty:
        return []
    seen = await _seen(db, seeker)
    return await _best(db, seeker, wanted, seen, limit=limit, kinds=kinds, after=after)


async def _seen(db: Executor, seeker: Seeker) -> list[str] | None:
    """The customers to which a search is held, when they are known and not very many."""
    if seeker.visible_to is None:
        return None
    return await sight.seen_by(db, seeker.org_id, seeker.visible_to)


async def _best(
    db: Executor,
    seeker: Seeker,
    wanted: Wanted,
    seen: Sequence[str] | None,
    *,
    limit: int,
    kinds: Sequence[Kind],
    after: Place | None = None,
) -> list[Hit]:
    hits = [
        Hit(kind, record)
        for kind in kinds
        if kind in wanted.kinds
        for record in await repository.find(
            db,
            seeker.org_id,
            kind,
            wanted,
            visible_to=seeker.visible_to,
            seen=seen,
            limit=limit,
            after=None if after is None else after.behind(kind),
        )
    ]
    hits.sort(key=lambda hit: Place.of(hit).order)
    return hits[:limit]


async def search_groups(db: Executor, seeker: Seeker, wanted: Wanted, *, limit: int) -> dict[Kind, list[Hit]]:
    """The best ``limit`` records of each kind; statements as of ``search``."""
    if wanted.empty:
        return {}
    seen = await _seen(db, seeker)
    return {kind: await _best(db, seeker, wanted, seen, limit=limit, kinds=(kind,)) for kind in wanted.kinds}


async def customer_filters(
    db: Executor, seeker: Seeker, wanted: Wanted
) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """The filters by which a list of customers holds what is wanted, and the values that they bind.

    ``None`` when no customer can be wanted.
    """
    names = repository.applies("customer", wanted)
    if names is None or "customer" not in wanted.kinds:
        return None
    filters = dict.fromkeys(names)
    values = dict(wanted.params)
    if wanted.words:
        ids = await lists.few_customers(db, seeker.org_id, wanted)
        if ids is not None:
            filters[f"{PREFIX}ids"] = None
            values[f"{PREFIX}ids"] = ids
    return filters, values


async def asked_of(db: Executor, seeker: Seeker, kind: Kind, text: str) -> Asked | None:
    """What a query asks of the records of a kind; ``None`` when none of the kind can be wanted.

    Nothing typed asks for everything.
    """
    wanted = await understand(db, seeker, text)
    if wanted.empty:
        return EVERYTHING
    names = repository.applies(kind, wanted)
    if names is None or kind not in wanted.kinds:
        return None
    return Asked(names, wanted.params)


async def similar(db: Executor, seeker: Seeker, text: str) -> list[str]:
    """Up to three names of visible customers that are written much like ``text``."""
    run = run_of(text)
    if len(run) < 2:
        return []
    names = await lists.names_from(
        db, seeker.org_id, run[: max(1, min(3, len(run) - 2))], visible_to=seeker.visible_to
    )
    by_run = {run_of(name): name for name in names}
    # The beginning counts for more than the end: "acme" is like "Acme Corporation".
    starts = {one[: len(run) + 1].strip(): name for one, name in reversed(by_run.items())}
    near = difflib.get_close_matches(run, [*by_run, *starts], SIMILAR * 2, 0.7)
    found = dict.fromkeys(by_run.get(one) or starts[one] for one in near)
    return list(found)[:SIMILAR]
