"""The list of customers."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from pivotal_server.customers import chips, service, service_table
from pivotal_server.customers.beside import read_beside
from pivotal_server.customers.columns import Column
from pivotal_server.customers.filtering import LISTING, PATH, Asked, asked_of
from pivotal_server.customers.service import CustomerRow as Stored
from pivotal_server.customers.service_table import place_in, token_of
from pivotal_server.customers.views_bulk import ASKED, facts_of
from pivotal_server.customers.views_list import Acts, CustomerList, CustomerRow, Head
from pivotal_server.kit.clock import wire_micros
from pivotal_server.kit.pagination import Slice
from pivotal_server.members.service import MemberRow
from pivotal_server.onboardings.views import phase_chip
from pivotal_server.phases import service as phases
from pivotal_server.search.grammar import Atom, Term, written
from pivotal_server.views.menu import menu_of
from pivotal_server.web.session import Visit, page
from pivotal_server.web.view import Person

# What a click adds to the filter, in words and as it is written.
_OFFERED = (
    ("Owned by me", "owner:me"),
    ("Without an owner", "owner:none"),
    ("Onboarding", "status:onboarding"),
    ("Active", "status:active"),
    ("At risk", "status:at_risk"),
    ("In an open onboarding", "is:open"),
    ("Next launch this week", "launch:this_week"),
    ("Quiet for 30 days", "-activity:30d"),
    ("No primary contact", "-has:primary"),
    ("Sharing its domain", "is:duplicate"),
    ("Not test data", "-is:test"),
)


@page("customers")
async def list_page(visit: Visit) -> Response:
    """Customers as filtered and sorted, a page of them."""
    menu = await menu_of(visit, LISTING)
    if menu.opening:
        return RedirectResponse(menu.opening, 302)
    query = visit.request.query_params
    asked = await asked_of(visit, query)
    if "add" in query:
        return RedirectResponse(asked.url(q=asked.also(query["add"])), 302)
    behind = place_in(query.get("after", ""), asked.order)
    before = None if behind is not None else place_in(query.get("before", ""), asked.order)
    back = before is not None
    found: list[service_table.Placed] = []
    filters = asked.filter.filters
    if filters is not None:
        found = [
            *await service_table.page(
                visit.db,
                visit.org_id,
                filters,
                asked.filter.values,
                asked.order,
                asked.size + 1,
                at=behind or before,
                back=back,
            )
        ]
    more = len(found) > asked.size
    if more:
        del found[0 if back else asked.size]
    rows = [one.row for one in found]
    usual = asked.filter.text == chips.USUAL
    before_url = asked.url(before=token_of(found[0].place)) if found and (behind or (back and more)) else None
    after_url = asked.url(after=token_of(found[-1].place)) if found and (back or more) else None
    view = CustomerList(
        rows=await _rows(visit, rows, asked),
        heads=_heads(asked),
        chips=asked.chips,
        box=query.get("box", ""),
        kept=tuple(asked.values().items()),
        offered=tuple((words, asked.url(q=asked.also(term))) for words, term in _OFFERED),
        hints=asked.notice,
        nothing="" if rows else await _why_nothing(visit, filtered=not usual),
        clear_url=asked.url(q="" if usual else chips.USUAL),
        columns_url=asked.url(f"{PATH}/columns"),
        total_url=asked.url(f"{PATH}/total", **({"more": "yes"} if before_url or after_url else {})),
        before=before_url,
        after=after_url,
        acting=asked.filter.acting,
        menu=menu,
        acts=_acts(visit, asked),
        export_url=_export_url(visit, asked),
    )
    return visit.render("customers/list.html", view, fragments=("rows", "views", "side_views", "total"))


def _acts(visit: Visit, asked: Asked) -> Acts | None:
    """What the visitor may do to the rows that they select."""
    if not {"bulk_edit_customers", "export_data"} & visit.frame.can:
        return None
    names = frozenset(name for name in ASKED if visit.allows("bulk_edit_customers", facts_of(name)))
    values = asked.values()
    columns = ",".join(column.key for column in asked.columns)
    return Acts(names, wire_micros(visit.frame.now), tuple({**values, "columns": columns}.items()))


def _export_url(visit: Visit, asked: Asked) -> str:
    """Where the rows of the filter, in this order and with these columns, are exported."""
    if "export_data" not in visit.frame.can:
        return ""
    columns = ",".join(column.key for column in asked.columns)
    sent = {"filter": asked.filter.acting, "sort": asked.sort, "columns": columns}
    return f"{PATH}/export?{urlencode(sent)}"


def _heads(asked: Asked) -> tuple[Head, ...]:
    heads = []
    for column in asked.columns:
        if not column.sort:
            heads.append(Head(column))
            continue
        is_current = asked.sort.removeprefix("-") == column.key
        now = "" if not is_current else "descending" if asked.order.down else "ascending"
        heads.append(Head(column, asked.url(sort=f"{'-' if now == 'ascending' else ''}{column.key}"), now))
    return tuple(heads)


async def _why_nothing(visit: Visit, *, filtered: bool) -> Any:
    if filtered:
        return "matches"
    all_seen = visit.allows("see_all_customers")
    seen = {} if all_seen else {"visible_to": visit.actor.id}
    some, _ = await service.list_customers(visit.db, visit.org_id, Slice(1), seen)
    return "matches" if some else "new" if all_seen else "given"


@page("customers")
async def total(visit: Visit) -> Response:
    """How many customers the list holds; asked for after the rows, so that counting delays nothing."""
    asked = (await asked_of(visit, visit.request.query_params)).filter
    found = 0
    if asked.filters is not None:
        found = await service.count_customers(visit.db, visit.org_id, Slice(), asked.filters, asked.values)
    more = "more" in visit.request.query_params
    return visit.render_with("customers/total.html", {"total": found, "more": more})


async def _rows(visit: Visit, rows: list[Stored], asked: Asked) -> tuple[CustomerRow, ...]:
    db, org_id = visit.db, visit.org_id
    shown = {column.key for column in asked.columns}
    beside = await read_beside(db, org_id, rows, shown)
    known = await phases.all_phases(db, org_id) if beside.opened else []
    shared: dict[str, int] = {}
    if "domain" in shown:
        domains = [row.domain for row in rows if row.domain]
        me = None if visit.allows("see_all_customers") else visit.actor.id
        shared = await service_table.sharing(db, org_id, domains, me)
    return tuple(
        CustomerRow(
            id=row.id,
            display_id=row.display_id,
            slug=row.slug,
            name=row.name,
            domain=row.domain,
            status=row.status,
            plan=row.plan,
            livemode=row.livemode,
            owner=person(beside.owners.get(row.owner_id)),
            phases=tuple(phase_chip(known, summary.phase) for summary in beside.opened.get(row.id, ())),
            next_launch=beside.next_launch(row.id),
            last_activity=beside.last.get(row.id),
            launched=all(one.launched_at for one in beside.opened.get(row.id, ())),
            health=row.health_score,
            mrr=row.mrr,
            orders=row.monthly_orders,
            tags=tuple(msgspec.json.decode(row.tags)),
            contact=beside.primary.get(row.id, ""),
            external_id=row.external_id,
            created_at=row.created_at,
            updated_at=row.updated_at,
            sharing=shared.get(row.domain or "", 1),
            domain_url=_domain_url(asked, row.domain),
            custom=_custom(row, asked.columns),
        )
        for row in rows
    )


def _domain_url(asked: Asked, domain: str | None) -> str:
    if domain is None:
        return ""
    term = Term("", "domain", (Atom(domain, phrase=True),))
    return asked.url(q=asked.also(written(term)))


def _custom(row: Stored, columns: Sequence[Column]) -> dict[str, Any]:
    """The values of the custom fields that are columns, days as days."""
    fields = [column for column in columns if column.field]
    values: dict[str, Any] = msgspec.json.decode(row.custom_fields) if fields else {}
    found = {}
    for column in fields:
        value = values.get(column.field)
        if column.type == "date" and value is not None:
            value = date.fromisoformat(value)
        found[column.field] = value
    return found


def person(member: MemberRow | None) -> Person | None:
    """A member as pages draw one."""
    return None if member is None else Person(member.id, member.name)


async def home(_request: Request) -> Response:
    """The start page is the list of customers."""
    return RedirectResponse(PATH, status_code=302)


routes = [
    Route("/", home),
    Route(PATH, list_page),
    Route(f"{PATH}/total", total),
]
