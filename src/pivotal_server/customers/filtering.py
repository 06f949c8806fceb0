"""What the address of the list of customers asks for: filter, columns, order, size of a page, place."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from msgspec import Struct

from pivotal_server.custom_fields import service as custom_fields
from pivotal_server.customers import chips
from pivotal_server.customers.columns import Column, all_columns, chosen, named, order_of
from pivotal_server.customers.service_table import Order
from pivotal_server.customers.views_list import Chip
from pivotal_server.search import service as search
from pivotal_server.search.grammar import Term, parse, written
from pivotal_server.search.service import Seeker
from pivotal_server.views.listings import LISTINGS, PARAMETER
from pivotal_server.web.session import Visit
from pivotal_server.workspaces.settings import week_starts

PATH = "/customers"
LISTING = LISTINGS["customers"]
SIZES = (25, 50, 100, 200)
ROWS = 50
BY_NAME = Order()


class Filter(Struct, frozen=True):
    """The filter of a list: its terms, why some are left out, and the rows as SQL takes them.

    ``filters`` of ``None``: no customer can be wanted. ``values``: what the conditions bind.
    """

    terms: tuple[Term, ...]
    faulty: Mapping[int, str]
    hints: tuple[str, ...]
    filters: Mapping[str, Any] | None
    values: Mapping[str, Any]

    @property
    def text(self) -> str:
        """The terms as they are written."""
        return _text(self.terms)

    @property
    def acting(self) -> str:
        """Those of them that act."""
        return _text([term for at, term in enumerate(self.terms) if at not in self.faulty])


def _text(terms: Any) -> str:
    return " ".join(dict.fromkeys(written(term) for term in terms))


def asked_text(values: Mapping[str, str]) -> str:
    """The filter of an address; the usual one where it has none (APP-LIST-2)."""
    return values["q"].strip() if "q" in values else chips.USUAL


async def filter_of(visit: Visit, text: str) -> Filter:
    """What a filter in the grammar of search asks for, among what the visitor sees."""
    seen: dict[str, Any] = {}
    if not visit.allows("see_all_customers"):
        seen["visible_to"] = visit.actor.id
    seeker = Seeker(
        org_id=visit.org_id,
        me=visit.actor.id,
        visible_to=seen.get("visible_to"),
        zone=visit.frame.zone,
        week_starts=week_starts(visit.session.workspace_settings),
    )
    parsed = parse(text)
    wanted = await search.understand(visit.db, seeker, text, leaving_out=True)
    found = await search.customer_filters(visit.db, seeker, wanted)
    return Filter(
        parsed.terms,
        wanted.faulty,
        wanted.hints,
        None if found is None else {**seen, **found[0]},
        {} if found is None else found[1],
    )


class Asked(Struct, frozen=True):
    """What an address asks for; ``notice``: what of it there is not."""

    filter: Filter
    known: Mapping[str, Column]
    columns: tuple[Column, ...]
    sort: str
    order: Order
    size: int
    saved: str = ""
    notice: tuple[str, ...] = ()

    def values(self, **changes: str) -> dict[str, str]:
        """What an address says to ask for the same, with changes; of what is usual nothing."""
        found = {
            "q": self.filter.text,
            "columns": named(self.columns),
            "sort": self.sort,
            "size": str(self.size),
            PARAMETER: self.saved,
            **changes,
        }
        usual = {"q": chips.USUAL, "sort": "name", "size": str(ROWS)}
        return {
            name: value
            for name, value in found.items()
            if value != usual.get(name, "") and (value or name == "q")
        }

    def url(self, path: str = PATH, **changes: str) -> str:
        """An address that asks for the same, with changes."""
        query = self.values(**changes)
        return f"{path}?{urlencode(query)}" if query else path

    def without(self, at: int) -> str:
        """The filter without one of its terms."""
        return _text([term for place, term in enumerate(self.filter.terms) if place != at])

    def also(self, text: str) -> str:
        """The filter with more terms."""
        return _text([*self.filter.terms, *parse(text).terms])

    @property
    def chips(self) -> tuple[Chip, ...]:
        """The terms as they are drawn."""
        return tuple(self._chip(at, term) for at, term in enumerate(self.filter.terms))

    def _chip(self, at: int, term: Term) -> Chip:
        words, rest = chips.words_of(term), self.without(at)
        return Chip(
            words.field,
            words.how,
            words.value,
            words.text,
            remove_url=self.url(q=rest),
            change_url=self.url(q=rest, box=written(term)),
            fault=self.filter.faulty.get(at, ""),
        )


async def asked_of(visit: Visit, values: Mapping[str, str]) -> Asked:
    """What these values of an address, or of a form, ask for."""
    text = asked_text(values)
    known = all_columns(await custom_fields.all_fields(visit.db, visit.org_id))
    found = await filter_of(visit, text)
    sort, notice = values.get("sort", "") or "name", []
    order = order_of(sort, known)
    if order is None:
        notice.append(f"There is no column “{sort[:60]}” to sort by; sorted by name.")
        sort, order = "name", BY_NAME
    size = values.get("size", "")
    return Asked(
        filter=found,
        known=known,
        columns=chosen(values.get("columns", ""), known),
        sort=sort,
        order=order,
        size=int(size) if size in map(str, SIZES) else ROWS,
        saved=values.get(PARAMETER, "")[:60],
        notice=(*found.hints, *notice),
    )
